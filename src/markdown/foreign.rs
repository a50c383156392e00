//! The Markdown of other programs, put into the words of ours before it is read.
//!
//! Hugo, Zola, MkDocs, Docusaurus, VitePress, Jekyll and Obsidian each add something to Markdown. What
//! has a plain meaning is rewritten: boxes with a title, tabs, comments, links. What only the other
//! program could fill in stays as text, and is noted once for each kind and file. Code is never touched.
//!
//! One pass over the lines; `foreign/inline` reads what stands within a line. A body that holds nothing
//! foreign is not copied.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

mod boxes;
mod fences;
mod formulas;
mod html;
mod inline;
mod macros;
mod marks;
mod microsoft;
mod myst;
mod notes;
mod shortcodes;
mod tags;

use boxes::{Opening, opens_boxes, pair_boxes, titled};
use fences::{Fence, fence_of, unquoted};
pub use notes::{Kind, Note};
use shortcodes::Shortcode;

/// A body in our own Markdown, and what was found in it.
#[derive(Debug, Default)]
pub struct Translation {
    pub text: String,
    pub notes: Vec<Note>,
    /// Where stretches of the new text begin, and where they stood in the old one.
    places: Vec<(usize, usize)>,
}

impl Translation {
    /// Returns where a byte of the new text stood in the old one.
    pub fn place(&self, at: usize) -> usize {
        let next = self.places.partition_point(|(new, _)| *new <= at);
        let Some((new, old)) = next.checked_sub(1).map(|index| self.places[index]) else {
            return at;
        };
        let limit = self.places.get(next).map_or(usize::MAX, |(_, old)| *old);
        (old + (at - new)).min(limit.max(old))
    }
}

/// Boxes within boxes are read this deep; what is deeper is text.
const DEPTH_LIMIT: usize = 8;
/// The deepest column in which a box may begin.
const COLUMN_LIMIT: usize = 24;
/// The fence that stands for `highlight` of Jekyll and Hugo; longer than code is likely to hold.
const HIGHLIGHT: &str = "~~~~~~~~";
/// The longest beginning of a mark such as `[!div class="x"]`.
const MARK_LETTERS: usize = 20;
/// The most lines that a statement of MDX may have.
const STATEMENT_LIMIT: usize = 500;
/// The most characters of something foreign that a remark quotes.
const SAMPLE: usize = 60;

/// Translates a body, or returns `None` when nothing in it is foreign.
pub fn translate(text: &str, raw_html: bool) -> Option<Translation> {
    if !may_be_foreign(text) {
        return None;
    }
    let mut reader = Reader::new(text, raw_html);
    reader.read();
    Some(reader.out)
}

/// Looks for the few beginnings that foreign things have. Rather too often true than not.
fn may_be_foreign(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = |at: usize| {
        let line = &bytes[at..];
        let line =
            &line[line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count().min(64)..];
        const STARTS: [&str; 12] = [
            "!!!", "???", "===", ":::", "///", "import", "export", "--8<", ";--8<", "[TOC", "*[",
            "- : ",
        ];
        STARTS.iter().any(|start| line.starts_with(start.as_bytes()))
    };
    if starts(0) {
        return true;
    }
    bytes.iter().enumerate().any(|(at, byte)| {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        match byte {
            b'{' => match next {
                b'#' => bytes.get(at + 2) == Some(&b' '),
                next => {
                    matches!(
                        next,
                        b'{' | b'%' | b':' | b'/' | b'+' | b'-' | b'=' | b'>' | b'~' | b' ' | b'.'
                    ) || (at > 2 && matches!(&bytes[at - 3..at], b"```" | b"~~~"))
                        || (next.is_ascii_lowercase() && myst::is_role(&text[at..]))
                }
            },
            b')' => next == b'=',
            b'+' => next == b'+',
            b'%' => next == b'%',
            b'|' => next.is_ascii_digit(),
            b'-' => bytes[..at].ends_with(b"highlight"),
            b'$' => !next.is_ascii_whitespace(),
            b'^' => {
                next.is_ascii_alphabetic() && (at == 0 || matches!(bytes[at - 1], b' ' | b'\n'))
            }
            b'<' => next.is_ascii_alphabetic() || next == b'/',
            b'[' => match next {
                b'[' => true,
                // A name with more words behind it is none of a box.
                b'!' => bytes[at + 1..]
                    .iter()
                    .take(MARK_LETTERS)
                    .find(|byte| matches!(byte, b' ' | b'[' | b']' | b'\n'))
                    .is_some_and(|byte| matches!(byte, b' ' | b'[')),
                _ => false,
            },
            b']' => match next {
                b'[' => true,
                b'(' if text[at + 2..].starts_with("#tab/") => true,
                b'(' => bytes[at + 2..]
                    .iter()
                    .find(|byte| matches!(byte, b' ' | b')' | b'(' | b'\n' | b'{'))
                    .is_some_and(|byte| matches!(byte, b' ' | b'{')),
                _ => false,
            },
            b'\n' => match next {
                b'!' | b'?' | b'*' | b'=' | b':' | b'/' | b'i' | b'e' | b'-' | b';' | b'['
                | b' ' | b'\t' => starts(at + 1),
                _ => false,
            },
            _ => false,
        }
    })
}

/// Something that holds lines: a box, a tab, or a stretch between two tags.
struct Container {
    /// What stands before each of its lines in the new text.
    prefix: String,
    /// Columns that its lines lose.
    strip: usize,
    /// The column below which a line no longer belongs to it, where that is what ends it.
    column: Option<usize>,
    /// Whether it is nothing but a deeper column, which a line of code may leave.
    is_bare: bool,
}

/// Reads a text and writes its translation.
struct Reader<'t> {
    text: &'t str,
    /// Where the line begins that is read.
    at: usize,
    out: Translation,
    raw_html: bool,
    containers: Vec<Container>,
    fence: Option<Fence>,
    /// What ends a stretch that is copied as it is, such as `</pre>`.
    verbatim: Option<&'static str>,
    /// What ends a block of code that `highlight` of Jekyll or Hugo began.
    highlight: Option<&'static str>,
    /// The columns in which the text of the open list items begins.
    lists: Vec<usize>,
    /// A line that is not empty was read.
    has_begun: bool,
    was_blank: bool,
    was_code: bool,
    /// Components and rows that are open; within them deep lines are no code.
    components: usize,
    /// Whether the text is written for Sphinx, once somebody asked.
    is_myst: Option<bool>,
    /// The name of a tab of Microsoft's documents stands above, and the line that ends them does not.
    in_tabs: bool,
    /// For each line that opens a box, the line that closes it: `:::`, or a shortcode.
    boxes: HashMap<usize, usize>,
    /// The lines that close those that were opened.
    ends: HashSet<usize>,
    /// Lines that are left out when they are reached.
    dropped: HashSet<usize>,
    inline: inline::State,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, raw_html: bool) -> Self {
        let boxes = if opens_boxes(text) { pair_boxes(text) } else { HashMap::new() };
        Self {
            text,
            at: 0,
            out: Translation {
                text: String::with_capacity(text.len() * 9 / 8),
                ..Default::default()
            },
            raw_html,
            containers: Vec::new(),
            fence: None,
            verbatim: None,
            highlight: None,
            lists: Vec::new(),
            has_begun: false,
            was_blank: true,
            was_code: false,
            components: 0,
            is_myst: None,
            in_tabs: false,
            boxes,
            ends: HashSet::new(),
            dropped: HashSet::new(),
            inline: inline::State::default(),
        }
    }

    fn read(&mut self) {
        while self.at < self.text.len() {
            let line = self.line(self.at);
            self.read_line(line);
        }
        while self.containers.pop().is_some() {}
        self.out.notes.sort_by_key(|note| (note.range.start, note.kind));
    }

    /// Returns the bytes of the line that begins here, its end left out.
    fn line(&self, at: usize) -> Range<usize> {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |end| at + end);
        at..end
    }

    /// Reads a title that is written as HTML, as many a README begins.
    fn read_title(&mut self, line: &Range<usize>) -> bool {
        let rest = &self.text[line.start..];
        let Some((written, _)) = rest.split_once("</h1>").filter(|(it, _)| it.len() < 1_000) else {
            return false;
        };
        let end = self.line(line.start + written.len());
        let follows = &self.text[line.start + written.len() + "</h1>".len()..end.end];
        let words = super::sanitise::text(written);
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = inline::plain(&words).replace('{', "\\{");
        let tag = written.split('>').next().unwrap_or_default();
        let id = tag.split_once(" id=\"").and_then(|(_, rest)| rest.split('"').next());
        let is_sound = |id: &&str| id.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        let id =
            id.filter(is_sound).map_or_else(String::new, |id| format!("\n\n<a id=\"{id}\"></a>\n"));
        // A picture or link would be lost.
        if words.is_empty()
            || written.contains("<img")
            || written.contains("<a ")
            || !follows.trim().is_empty()
        {
            return false;
        }
        self.replace_line(&(line.start..end.end), &format!("# {words}{id}"));
        true
    }

    /// Returns true for the item above `{:toc}`, in whose place kramdown puts a table of contents.
    fn is_contents(&self, line: &Range<usize>, bare: &str) -> bool {
        let item = ["* ", "- ", "1. "].iter().any(|sign| bare.starts_with(sign));
        let next = (line.end + 1).min(self.text.len());
        item && bare.len() < 40
            && self.fence.is_none()
            && self.text[self.line(next)].trim_start().starts_with("{:toc")
    }

    fn read_line(&mut self, line: Range<usize>) {
        let text = self.text;
        let full = &text[line.clone()];
        let (column, bytes) = indent(full);
        let bare = full[bytes..].trim_end();
        if let Some(end) = self.verbatim {
            if full.contains(end) {
                self.verbatim = None;
            }
            return self.copy(line);
        }
        if let Some(end) = self.highlight {
            if ends_code(bare, end) {
                self.highlight = None;
                self.replace_line(&line, &format!("{}{HIGHLIGHT}", self.spaces(&line)));
                return;
            }
            return self.copy(line);
        }
        if self.inline.skip > line.start {
            return self.read_inline(line);
        }
        self.fence.take_if(|fence| unquoted(bare, fence.quotes).0 < fence.quotes);
        if bare.is_empty() {
            self.was_blank = true;
            return self.copy(line);
        }
        let begins = !std::mem::replace(&mut self.has_begun, true);
        if begins && bare.starts_with("<h1") && self.read_title(&line) {
            return;
        }
        if self.is_contents(&line, bare) {
            self.at = (line.end + 1).min(text.len());
            return;
        }
        self.leave(column);
        if let Some(fence) = &self.fence {
            let closes = fence.is_closed_by(bare, column);
            // Jekyll takes these out of code too, and Docusaurus what marks a line.
            if matches!(bare, "{% raw %}" | "{% endraw %}") || fences::is_mark(bare) {
                self.next(&line);
                return;
            }
            match fences::without_raw(&self.text[line.clone()]).filter(|_| !closes) {
                Some(code) => self.replace_code(&line, &code),
                None => self.copy(line),
            }
            if closes {
                self.fence = None;
            }
            return;
        }
        if self.ends.contains(&line.start) {
            return self.close_box(line);
        }
        if self.dropped.remove(&line.start) {
            return self.drop_line(&line);
        }
        let base = self.base();
        let is_code = column >= base + 4 && (self.was_blank || self.was_code);
        if is_code && !self.begin_deeper(base, column) && !self.opens_box(bare, column, base) {
            (self.was_blank, self.was_code) = (false, true);
            return self.copy(line);
        }
        if self.read_tab_name(&line, bare) {
            return;
        }
        (self.was_blank, self.was_code) = (false, false);
        self.enter_lists(bare, column);
        if self.boxes.contains_key(&line.start)
            && let Some(opening) = myst::directive(bare)
        {
            self.open_shortcode(&line, &opening, column);
            return self.skip_options();
        }
        if self.read_figure(&line, bare) || self.drop_fences_of_mdx(&line, bare) {
            return;
        }
        if let Some(fence) = fence_of(bare) {
            self.fence = Some(Fence { column: self.base(), ..fence });
            return self.copy(line);
        }
        if column <= COLUMN_LIMIT && self.read_block(&line, bare, column) {
            return;
        }
        self.read_inline(line);
    }

    /// Between the tags of a component a deep column is no code, as MDX has it: what follows loses its
    /// columns. Returns false elsewhere.
    fn begin_deeper(&mut self, base: usize, column: usize) -> bool {
        let Some(prefix) = self.prefix(base).filter(|_| self.components > 0) else { return false };
        let deeper = Container { prefix, strip: column, column: Some(column), is_bare: true };
        self.containers.push(deeper);
        true
    }

    /// Returns the column in which plain text begins here.
    fn base(&self) -> usize {
        let container = self.containers.last().map_or(0, |container| container.strip);
        self.lists.last().copied().unwrap_or(0).max(container)
    }

    /// Leaves the boxes and lists to which a line in this column does not belong.
    fn leave(&mut self, column: usize) {
        let in_code = self.fence.is_some();
        let is_over =
            |c: &Container| c.column.is_some_and(|limit| column < limit) && !(c.is_bare && in_code);
        let ended = self.containers.iter().position(is_over);
        if let Some(depth) = ended {
            self.containers.truncate(depth);
            self.fence = None;
            self.end_block();
            self.was_blank = true;
        }
        if self.fence.is_none() && self.was_blank {
            while self.lists.last().is_some_and(|content| column < *content) {
                self.lists.pop();
            }
        }
    }

    /// Notes the list item that a line begins, if it begins one.
    fn enter_lists(&mut self, bare: &str, column: usize) {
        let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
        let marker = match bare.as_bytes().get(digits) {
            Some(b'-' | b'*' | b'+') if digits == 0 => 1,
            Some(b'.' | b')') if (1..10).contains(&digits) => digits + 1,
            _ => return,
        };
        let after = &bare[marker..];
        let spaces = after.bytes().take_while(|byte| *byte == b' ').count();
        if spaces == 0 && !after.starts_with('\t') {
            return;
        }
        while self.lists.last().is_some_and(|content| column < *content) {
            self.lists.pop();
        }
        if self.lists.len() < 50 {
            self.lists.push(column + marker + if spaces > 4 { 1 } else { spaces.max(1) });
        }
    }

    /// Returns true for a line in a deep column that still opens a box, as below a list of MkDocs.
    fn opens_box(&self, bare: &str, column: usize, base: usize) -> bool {
        !self.lists.is_empty() && column < base + 5 && titled(bare).is_some()
    }

    /// Reads a line that is foreign as a whole. Returns false when it is not.
    fn read_block(&mut self, line: &Range<usize>, bare: &str, column: usize) -> bool {
        self.end_table(line, bare);
        if (bare.starts_with("{{<") || bare.starts_with("{{%")) && self.read_long(line, bare) {
            return true;
        }
        if let Some(opening) = titled(bare).filter(|_| self.has_content(line.end, column)) {
            return self.open_indented(line, &opening, column);
        }
        if bare.starts_with(":::") {
            return self.open_fenced(line, bare, column);
        }
        if bare.starts_with("///") && self.boxes.contains_key(&line.start) {
            let opening = boxes::slashed(bare);
            self.open_shortcode(line, &opening, column);
            return self.drop_options();
        }
        if self.boxes.contains_key(&line.start)
            && !self.inline.is_raw
            && let Some(opening) = Shortcode::read(bare).and_then(|read| read.opening())
        {
            return self.open_shortcode(line, &opening, column);
        }
        let start =
            line.start + (bare.as_ptr() as usize - self.text[line.clone()].as_ptr() as usize);
        let whole = start..start + bare.len();
        if bare.starts_with("$$") && self.read_formula(line, bare) {
            return true;
        }
        if bare.starts_with("--8<--") || bare.starts_with(";--8<--") {
            self.note(Kind::Snippet, whole, bare);
            return false;
        }
        if let Some(name) = myst::place(bare).filter(|_| self.begins_block(line.start)) {
            let spaces = self.spaces(line);
            self.end_block();
            self.replace_line(line, &format!("{spaces}<div id=\"{name}\"></div>"));
            self.end_block();
            return true;
        }
        let is_contents = matches!(bare, "[TOC]" | "[[TOC]]" | "[[_TOC_]]" | "[toc]" | "[[toc]]");
        // The title of a VitePress page, which stands above it here.
        let is_title = bare.starts_with("# {{")
            && matches!(bare[4..].trim(), "$frontmatter.title }}" | "$frontmatter.title}}");
        let is_comment = bare.starts_with("% ") || bare == "+++" || bare.starts_with("+++ {");
        if is_comment && self.is_myst() && self.begins_block(line.start) {
            self.drop_line(line);
            return true;
        }
        if bare == "{::comment}" && self.drop_comment(line) {
            return true;
        }
        if let Some(rest) = microsoft::marked(bare) {
            return self.read_marked(line, rest, whole);
        }
        // An attribute list on a line of its own only changes the look of the block above it.
        let is_look = bare.starts_with("{:") && bare.ends_with('}') && !bare[2..].contains('{');
        if is_look {
            self.name_heading(&bare[2..bare.len() - 1]);
        }
        if is_contents || is_look || is_title {
            self.drop_line(line);
            return true;
        }
        if tags::is_module_line(bare) && column == 0 {
            self.note(Kind::Component, whole, bare);
            self.drop_module(line);
            return true;
        }
        self.read_tag_line(line, bare, whole)
    }

    /// Ends a table before an instruction or comment behind its last row, which would become a row.
    fn end_table(&mut self, line: &Range<usize>, bare: &str) {
        let is_apart =
            ["{{<", "{{%", "{%", "<!--", ":::"].iter().any(|sign| bare.starts_with(sign));
        let is_row = |line: &str| line.trim_start_matches([' ', '>']).starts_with('|');
        let next = self.line((line.end + 1).min(self.text.len()));
        let above = self.out.text.strip_suffix('\n').and_then(|text| text.rsplit('\n').next());
        if is_apart && above.is_some_and(is_row) && !is_row(&self.text[next]) {
            self.end_block();
        }
    }

    /// Takes a comment of kramdown out, if a line ends it.
    fn drop_comment(&mut self, line: &Range<usize>) -> bool {
        let mut from = line.end;
        let last = loop {
            let Some(end) = self.find("{:/", from, usize::MAX) else { return false };
            let start = self.text[..end].rfind('\n').map_or(0, |newline| newline + 1);
            let last = self.line(start);
            if matches!(self.text[last.clone()].trim(), "{:/comment}" | "{:/}") {
                break last;
            }
            from = last.end;
        };
        self.drop_line(line);
        self.at = (last.end + 1).min(self.text.len());
        true
    }

    /// Returns true for a line behind an empty one, or behind the name of a place.
    fn begins_block(&self, start: usize) -> bool {
        let above = self.text[..start].trim_end_matches('\n').len();
        let last = self.text[..above].rsplit('\n').next().unwrap_or_default().trim();
        start < 1 || above + 1 < start || last.is_empty() || myst::place(last).is_some()
    }

    /// Returns true when the next line that is not blank stands deeper by a tab.
    fn has_content(&self, end: usize, column: usize) -> bool {
        let rest = self.text[end..].lines().skip(1).take(4).find(|line| !line.trim().is_empty());
        rest.is_some_and(|line| indent(line).0 >= column + 4)
    }

    fn open_indented(&mut self, line: &Range<usize>, opening: &Opening, column: usize) -> bool {
        let Some(prefix) = self.prefix(column) else { return false };
        self.open(line, opening, prefix, (column + 4, Some(column + 1)));
        true
    }

    /// Opens a box or tab whose lines lose these columns, and that ends below that column.
    fn open(
        &mut self,
        line: &Range<usize>,
        opening: &Opening,
        prefix: String,
        (strip, column): (usize, Option<usize>),
    ) {
        self.end_block();
        self.mark(line.start);
        let (head, sign) = opening.head();
        self.push(&format!("{prefix}{head}"));
        if opening.callout.is_none() {
            self.push(&format!("\n{}", prefix.trim_end()));
        }
        let prefix = prefix + sign;
        self.push("\n");
        self.next(line);
        self.begin_box(line, Container { prefix, strip, column, is_bare: false });
        self.was_blank = true;
    }

    /// Begins a box that this line opens: the line that is its pair will end it.
    fn begin_box(&mut self, line: &Range<usize>, container: Container) {
        self.ends.extend(self.boxes.get(&line.start));
        self.containers.push(container);
    }

    /// Takes the line out that opens something without a look of its own, until its end.
    fn open_plain(&mut self, line: &Range<usize>) {
        let container = self.containers.last();
        let prefix = container.map_or(String::new(), |container| container.prefix.clone());
        let strip = container.map_or(0, |container| container.strip);
        self.begin_box(line, Container { prefix, strip, column: None, is_bare: false });
        self.drop_line(line);
    }

    fn open_shortcode(&mut self, line: &Range<usize>, opening: &Opening, column: usize) -> bool {
        let is_shown = opening.callout.is_some() || !opening.title.is_empty();
        match self.prefix(column).filter(|_| is_shown) {
            Some(prefix) => {
                let strip = self.column_within(line).filter(|it| *it >= column + 4);
                self.open(line, opening, prefix, (strip.unwrap_or(column), None));
            }
            None => self.open_plain(line),
        }
        true
    }

    /// Returns the column from which on all lines stand that lie between this one and its pair.
    fn column_within(&self, line: &Range<usize>) -> Option<usize> {
        let inner = self.text.get(line.end..*self.boxes.get(&line.start)?)?;
        inner.lines().filter(|line| !line.trim().is_empty()).map(|line| indent(line).0).min()
    }

    fn open_fenced(&mut self, line: &Range<usize>, bare: &str, column: usize) -> bool {
        let info = bare.trim_start_matches(':').trim_end_matches(':').trim();
        let start = line.start..line.start + self.text[line.clone()].trim_end().len();
        if info.is_empty() {
            return false;
        }
        if self.read_alone(line, bare) {
            return true;
        }
        if !self.boxes.contains_key(&line.start) {
            self.note(Kind::Request, start, bare);
            return false;
        }
        let name_end =
            info.find(|c: char| c.is_whitespace() || c == '[' || c == '{').unwrap_or(info.len());
        let (name, rest) = match info.strip_prefix(['{', '.']) {
            // Pandoc and MyST write the name between braces.
            Some(_) => {
                let inner = info.trim_start_matches(['{', '.', ' ']);
                let end = inner.find([' ', '}']).unwrap_or(inner.len());
                (&inner[..end], inner[end..].split_once('}').map_or("", |(_, rest)| rest))
            }
            None => (&info[..name_end], &info[name_end..]),
        };
        // Attributes of the box stand behind its title.
        let (rest, behind) = match rest.trim_end().strip_suffix('}').and_then(|it| it.rfind('{')) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let title = rest.trim().trim_start_matches('[').trim_end_matches(']').trim();
        let lower = name.to_lowercase();
        let fold = match lower.as_str() {
            "details" if behind.contains("open") => "+",
            "details" => "-",
            _ => "",
        };
        let known = lower == "details" || super::callout::is_kind(&lower);
        let Some(prefix) = self.prefix(column).filter(|_| known) else {
            if !matches!(lower.as_str(), "code-group" | "v-pre" | "raw" | "tabs" | "tab" | "div") {
                self.note(Kind::Container, start, bare);
            }
            // Classes and places are no title.
            let is_key = |word: &str| word.trim_end_matches(':').contains(':');
            let is_title = title.contains(char::is_alphabetic)
                && !title.contains(['{', '='])
                && !title.starts_with(['.', '#'])
                && !title.split_whitespace().any(is_key);
            let opening = Opening { kind: lower, title: title.to_owned(), callout: None };
            if is_title {
                self.open_shortcode(line, &opening, column);
            } else {
                self.open_plain(line);
            }
            if info.starts_with('{') {
                self.skip_options();
            }
            return true;
        };
        let title = if title.is_empty() { super::callout::title(&lower) } else { title.to_owned() };
        let opening = Opening { kind: lower, title, callout: Some(fold) };
        self.open(line, &opening, prefix, (column, None));
        if info.starts_with('{') {
            self.skip_options();
        }
        true
    }

    /// Leaves out the options that follow the first line of a box of PyMdown, which stand deeper.
    fn drop_options(&mut self) -> bool {
        loop {
            let line = self.line(self.at);
            let full = &self.text[line.clone()];
            if indent(full).0 < 4 || !full.contains(':') || self.at >= self.text.len() {
                return true;
            }
            self.next(&line);
        }
    }

    /// Gives the heading that was read last the id of an attribute list below it.
    fn name_heading(&mut self, attributes: &str) {
        let Some(id) = attributes.split_whitespace().find(|part| part.starts_with('#')) else {
            return;
        };
        // The heading is the last line; nobody looks through empty ones for it.
        let last = self.out.text.strip_suffix('\n').filter(|text| !text.ends_with('\n'));
        let line = last.and_then(|text| text.rsplit('\n').next());
        if line.is_some_and(|line| line.starts_with('#')) {
            self.out.text.pop();
            self.push(&format!(" {{{id}}}\n"));
        }
    }

    fn close_box(&mut self, line: Range<usize>) {
        if let Some(depth) =
            self.containers.iter().rposition(|container| container.column.is_none())
        {
            self.containers.truncate(depth);
        }
        self.drop_line(&line);
    }

    /// Returns what stands before a box that begins in this column, or `None` when it is too deep.
    fn prefix(&self, column: usize) -> Option<String> {
        let (outer, strip) =
            self.containers.last().map_or(("", 0), |c| (c.prefix.as_str(), c.strip));
        (self.containers.len() < DEPTH_LIMIT)
            .then(|| format!("{outer}{}", " ".repeat(column.saturating_sub(strip))))
    }

    /// Ends a paragraph in the new text, so that what follows does not continue it.
    fn end_block(&mut self) {
        if self.out.text.is_empty() || self.out.text.ends_with("\n\n") {
            return;
        }
        let prefix = self.containers.last().map_or("", |container| container.prefix.trim_end());
        let blank = format!("{prefix}\n");
        self.out.text.push_str(&blank);
    }

    /// Writes an empty line instead of this one.
    fn drop_line(&mut self, line: &Range<usize>) {
        self.copy(line.start..line.start);
        self.next(line);
        self.was_blank = true;
    }

    /// Writes other words instead of this line.
    fn replace_line(&mut self, line: &Range<usize>, words: &str) {
        let prefix = self.containers.last().map_or(String::new(), |c| c.prefix.clone());
        self.mark(line.start);
        self.push(&format!("{prefix}{words}\n"));
        self.next(line);
    }

    /// Writes a changed line of code, with what its box takes from it and adds to it.
    fn replace_code(&mut self, line: &Range<usize>, code: &str) {
        let strip = self.containers.last().map_or(0, |container| container.strip);
        let (rest, spaces) = without_columns(code, strip);
        let words = format!("{}{rest}", " ".repeat(spaces));
        self.replace_line(line, &words);
    }

    /// Leaves `import` and `export` lines out, as far as their statement goes: to where its brackets
    /// are closed, or else to the next empty line.
    fn drop_module(&mut self, line: &Range<usize>) {
        let mut depth = 0;
        let (mut end, mut at) = (None, line.start);
        for _ in 0..STATEMENT_LIMIT {
            let line = self.line(at);
            depth += tags::depth(&self.text[line.clone()]);
            self.inline.look(line.len());
            if depth <= 0 {
                end = Some(line.end);
                break;
            }
            at = line.end + 1;
            if at >= self.text.len() || self.inline.is_tired(self.text) {
                break;
            }
        }
        self.drop_line(line);
        while self.at < self.text.len() {
            let line = self.line(self.at);
            let is_within =
                end.map_or(!self.text[line.clone()].trim().is_empty(), |end| line.end <= end);
            if !is_within {
                return;
            }
            self.drop_line(&line);
        }
    }

    fn next(&mut self, line: &Range<usize>) {
        self.at = (line.end + 1).min(self.text.len());
    }

    /// Copies a line, with what its box adds to it and takes from it.
    fn copy(&mut self, line: Range<usize>) {
        self.begin(&line);
        let from = self.inline.from;
        self.push(&self.text[from.min(line.end)..line.end]);
        self.push("\n");
        self.next(&line);
    }

    /// Writes what stands before the words of a line.
    fn begin(&mut self, line: &Range<usize>) {
        let full = &self.text[line.clone()];
        let (prefix, columns) =
            self.containers.last().map_or((String::new(), 0), |c| (c.prefix.clone(), c.strip));
        let (rest, spaces) = without_columns(full, columns);
        if rest.trim().is_empty() {
            self.push(prefix.trim_end());
        } else {
            self.push(&prefix);
            self.push(&" ".repeat(spaces));
        }
        self.inline.from = line.end - rest.len();
        self.mark(self.inline.from);
    }

    fn push(&mut self, text: &str) {
        self.out.text.push_str(text);
    }

    /// Notes that what is written next stood here.
    fn mark(&mut self, old: usize) {
        let new = self.out.text.len();
        match self.out.places.last_mut() {
            Some(last) if last.0 == new => last.1 = old,
            Some(last) if new - last.0 == old.wrapping_sub(last.1) => {}
            None if new == old => {}
            _ => self.out.places.push((new, old)),
        }
    }

    fn note(&mut self, kind: Kind, range: Range<usize>, sample: &str) {
        if let Some(note) = self.out.notes.iter_mut().find(|note| note.kind == kind) {
            note.count += 1;
            return;
        }
        self.out.notes.push(Note { kind, range, sample: self::sample(sample), count: 1 });
    }
}

/// Shortens what a remark quotes to its first line, and that to what is read at a glance.
pub fn sample(written: &str) -> String {
    let line = written.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(SAMPLE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn bold(title: &str) -> String {
    title.trim().replace('*', "\\*")
}

fn run(text: &str, sign: u8) -> usize {
    text.bytes().take_while(|byte| *byte == sign).count()
}

/// Returns the column in which a line's first word stands, and how many bytes stand before it.
fn indent(line: &str) -> (usize, usize) {
    let mut column = 0;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b' ' => column += 1,
            b'\t' => column += 4 - column % 4,
            _ => return (column, at),
        }
    }
    (column, line.len())
}

/// Takes columns of white space away; a tab that is cut leaves spaces.
fn without_columns(line: &str, columns: usize) -> (&str, usize) {
    let mut column = 0;
    for (at, byte) in line.bytes().enumerate() {
        if column >= columns {
            return (&line[at..], column - columns);
        }
        match byte {
            b' ' => column += 1,
            b'\t' => column += 4 - column % 4,
            _ => return (&line[at..], 0),
        }
    }
    ("", 0)
}

/// Returns true for the line that ends a block of code of Jekyll or Hugo.
fn ends_code(bare: &str, end: &str) -> bool {
    let inner = bare.trim_matches(['{', '}', '%', '<', '>', '-', ' ']);
    bare.starts_with('{') && inner.split_whitespace().collect::<String>() == end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_foreign_is_not_copied() {
        for text in [
            "# Title\n\nWords, [a](b.md), {#id} and a list:\n\n- x\n- y\n",
            "> A quote! [^1]\n\n[^1]: note\n",
            "",
        ] {
            assert!(translate(text, false).is_none(), "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_old_text() {
        let text = "!!! note\n    abc\n\nrest\n\n:::tip\nxyz\n:::\n";
        let translation = translate(text, false).unwrap();
        for word in ["abc", "rest", "xyz"] {
            let new = translation.text.find(word).unwrap();
            assert_eq!(translation.place(new), text.find(word).unwrap(), "{}", translation.text);
        }
    }
}
