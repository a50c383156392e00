//! What other programs write within a line: instructions, tags, links by name, addresses.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    COLUMN_LIMIT, Kind, Reader, Shortcode, bold, indent, macros, marks, myst, run,
    shortcodes::{self, Code},
    tags,
};

/// What is remembered from one line to the next.
#[derive(Default)]
pub struct State {
    /// Where the words of the line begin that is written.
    pub from: usize,
    /// Where the first sign of the line stands that is no white space.
    first: usize,
    /// Up to here the text is code or a comment, and copied as it is.
    pub skip: usize,
    /// For each length of a run of backticks: up to where none of that length stands.
    none_until: [usize; 32],
    /// Instructions are shown on purpose, between `{% raw %}` and `{% endraw %}`.
    pub is_raw: bool,
    /// How many bytes were looked at to find ends; a text full of beginnings is given up on.
    looked: usize,
    /// The names of all tags that are closed, and of all addresses that are defined.
    closed: Option<HashSet<String>>,
    /// The text holds a formula in HTML.
    pub has_math: Option<bool>,
    /// The names of tabs by their values, as `<Tabs values={…}>` lists them.
    tabs: HashMap<String, String>,
    defined: Option<HashSet<String>>,
}

/// How many instructions may stand before the one that is the address.
const ADDRESS_PARTS: usize = 4;

/// How often the length of a text may be looked at to find where things end.
const LOOKS: usize = 8;

impl State {
    /// Counts bytes that were looked at beyond the line.
    pub fn look(&mut self, bytes: usize) {
        self.looked += bytes;
    }

    /// Returns true when so much was looked at that the rest is taken as it stands.
    pub fn is_tired(&self, text: &str) -> bool {
        self.looked > text.len().saturating_mul(LOOKS) + 10_000
    }
}

/// What is written instead of a stretch of the text.
pub(super) struct Change {
    pub until: usize,
    pub words: String,
}

impl Reader<'_> {
    /// Reads a line whose words may hold something foreign.
    pub fn read_inline(&mut self, line: Range<usize>) {
        self.begin(&line);
        self.inline.first = line.start + indent(&self.text[line.clone()]).1;
        let bytes = self.text.as_bytes();
        let (mut at, mut end) = (self.inline.from, line.end);
        let (mut copied, mut open) = (at, None);
        while at < end {
            if self.inline.skip > at {
                at = self.inline.skip.min(end);
                continue;
            }
            let change = match bytes[at] {
                // In a table the bar of a size has a sign of its own.
                b'\\'
                    if marks::size(&self.text[at + 1..end]).is_some()
                        && open.is_some_and(|open| self.text[..open].ends_with('!')) =>
                {
                    let length = marks::size(&self.text[at + 1..end]).unwrap_or_default();
                    Some(Change { until: at + 1 + length, words: String::new() })
                }
                b'\\' => {
                    at += 1 + usize::from(bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation));
                    continue;
                }
                b'`' => {
                    at += self.skip_code(at);
                    continue;
                }
                b'{' => self.instruction(at, end),
                b'+' if !self.text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '+') => {
                    let keys = marks::keys(&self.text[at..end]);
                    keys.map(|(length, words)| Change { until: at + length, words })
                }
                // Behind the words of a picture Obsidian writes its size.
                b'|' if open.is_some_and(|open| self.text[..open].ends_with('!')) => {
                    marks::size(&self.text[at..end])
                        .map(|length| Change { until: at + length, words: String::new() })
                }
                b'%' => self.comment(at, end),
                b'$' => self.formula(at, end),
                b'^' => self.block_name(at, end),
                b'*' if at == self.inline.first => self.abbreviation(at, end),
                // What MDN writes below a term, as an item.
                b'-' if at == self.inline.first && self.text[at..end].starts_with("- : ") => {
                    Some(Change { until: at + 4, words: "- ".to_owned() })
                }
                b'<' => self.reference(at, end).or_else(|| self.tag(at, end)),
                b'[' => {
                    let change = self.named_link(at, end).or_else(|| self.brought_in(at, end));
                    open = Some(at);
                    change
                }
                b']' => self.after_bracket(at, end, open),
                _ => None,
            };
            let Some(change) = change else {
                at += 1;
                continue;
            };
            let embeds = bytes[at] == b'[' && at > copied && bytes[at - 1] == b'!';
            self.push(&self.text[copied..at]);
            if embeds && !embeds_picture(&change.words) {
                self.out.text.pop();
            }
            self.mark(at);
            self.push(&change.words);
            self.mark(change.until);
            (at, copied) = (change.until, change.until);
            if at > end {
                end = self.line(at).end;
            }
        }
        self.push(&self.text[copied.min(end)..end]);
        self.push("\n");
        self.at = (end + 1).min(self.text.len());
    }

    /// Skips a code span, if one begins here. Returns the length of the run of backticks.
    fn skip_code(&mut self, at: usize) -> usize {
        let length = run(&self.text[at..], b'`');
        if length > 32 || self.inline.none_until[length - 1] > at {
            return length;
        }
        let bytes = self.text.as_bytes();
        let mut look = at + length;
        while look < bytes.len() {
            match bytes[look] {
                b'`' => {
                    let other = run(&self.text[look..], b'`');
                    look += other;
                    if other == length {
                        self.inline.skip = look;
                        return length;
                    }
                }
                // A paragraph ends at an empty line, and its code spans with it.
                b'\n'
                    if self.text[look + 1..]
                        .trim_start_matches([' ', '\t', '\r', '>'])
                        .starts_with('\n') =>
                {
                    break;
                }
                _ => look += 1,
            }
        }
        self.inline.none_until[length - 1] = look.max(at + 1);
        length
    }

    /// Looks for the end of something; gives up in a text that holds too many beginnings.
    pub fn find(&mut self, end: &str, from: usize, within: usize) -> Option<usize> {
        let limit = within.min(self.text.len());
        if self.inline.is_tired(self.text) || from > limit {
            return None;
        }
        let found = self.text[from..limit].find(end);
        self.inline.look(found.unwrap_or(limit - from));
        found.map(|found| from + found)
    }

    /// Reads the name of a paragraph at its end, as Obsidian gives it for links: `words ^name`.
    fn block_name(&mut self, at: usize, end: usize) -> Option<Change> {
        let before = &self.text[self.inline.from..at];
        let rest = &self.text[at + 1..end];
        let apart = before.is_empty() || before.ends_with(' ');
        if !apart || !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let length = rest.bytes().take_while(|byte| is_name(*byte)).count();
        let ends = rest.bytes().skip(length).all(|byte| byte.is_ascii_whitespace());
        let name = &rest[..length];
        ends.then(|| Change { until: end, words: format!("<a id=\"^{name}\"></a>") })
    }

    /// Reads a comment between signs of per cent, as Obsidian has it: within a line, or over several when
    /// it begins one.
    fn comment(&mut self, at: usize, end: usize) -> Option<Change> {
        let before = &self.text[self.inline.from..at];
        let inner = self.text[at..].strip_prefix("%%")?;
        let begins = before.is_empty() || before.ends_with(char::is_whitespace);
        if !begins || inner.starts_with('%') {
            return None;
        }
        let within = if at == self.inline.first { self.text.len() } else { end };
        let close = self.find("%%", at + 2, within)?;
        let follows = self.text[close + 2..].chars().next();
        let ends = follows.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation());
        ends.then_some(Change { until: close + 2, words: String::new() })
    }

    /// Returns what stands before a line of an item, beside what its box puts there.
    pub fn spaces(&self, line: &Range<usize>) -> String {
        let strip = self.containers.last().map_or(0, |container| container.strip);
        let column = indent(&self.text[line.clone()]).0.saturating_sub(strip);
        " ".repeat(column.min(COLUMN_LIMIT))
    }

    /// Reads a long form, which other programs show at each place of its abbreviation, as an item.
    fn abbreviation(&mut self, at: usize, end: usize) -> Option<Change> {
        let line = &self.text[at..end];
        let (length, name) = marks::abbreviation(line)?;
        let words = format!("- **{name}**:");
        self.note(Kind::Abbreviation, at..end, line.trim_end());
        Some(Change { until: at + length, words })
    }

    fn instruction(&mut self, at: usize, end: usize) -> Option<Change> {
        let rest = &self.text[at..end];
        let find = |closes: &str| Some(self.find(closes, at + 3, end)? - at - 3);
        if let Some((length, words)) = marks::proposal(rest, find) {
            return Some(Change { until: at + length, words });
        }
        let whole = self.text.len();
        let is_heading = self.text[self.inline.from..at].trim_start().starts_with('#');
        if rest.starts_with("{/*") {
            let close = self.find("*/}", at + 3, whole)?;
            // Docusaurus writes the id of a heading as a comment.
            let id = self.text[at + 3..close].trim();
            let is_id = is_heading && id.starts_with('#') && !id.contains(char::is_whitespace);
            let words = if is_id { format!("{{{id}}}") } else { String::new() };
            return Some(Change { until: close + 3, words });
        }
        if rest.starts_with("{ ") || rest.starts_with("{.") {
            return self.attributes(at, end, is_heading);
        }
        // Instructions that are shown on purpose, as Hugo and Zola write them.
        for (sign, opens, closes, other) in
            [("<", "{{</*", "*/>}}", ">"), ("%", "{{%/*", "*/%}}", "%"), ("", "{{/*", "*/}}", "")]
        {
            let Some(inner) = rest.strip_prefix(opens) else { continue };
            let from = at + opens.len();
            let Some(close) = self.find(closes, from, end) else { continue };
            let inner = &inner[..close - from];
            let name = inner.trim().split('(').next().unwrap_or_default();
            let is_call =
                inner.contains('(') && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if !sign.is_empty() || is_call {
                let words = plain(&format!("{{{{{sign}{inner}{other}}}}}"));
                return Some(Change { until: close + closes.len(), words });
            }
        }
        for (opens, closes) in [("{{/*", "*/}}"), ("{# ", "#}")] {
            if rest.starts_with(opens) {
                let until = self.find(closes, at, end)? + closes.len();
                return Some(Change { until, words: String::new() });
            }
        }
        if myst::is_role(rest) {
            return self.role(at, end);
        }
        let (kind, closes) = match rest.as_bytes().get(1..3)? {
            b"{<" => (Kind::Shortcode, ">}}"),
            b"{%" => (Kind::Shortcode, "%}}"),
            [b'{', _] => (Kind::Template, "}}"),
            [b'%', _] => (Kind::Template, "%}"),
            [b':', _] => return self.look(at, end),
            _ => return None,
        };
        let ends_raw = |rest: &str| rest[2..].trim_start_matches(['-', ' ']).starts_with("endraw");
        if self.inline.is_raw && !ends_raw(rest) {
            return None;
        }
        let until = match self.find(closes, at, end) {
            Some(close) => close + closes.len(),
            // A shortcode may go on in the next lines; its first sign would begin a tag.
            None if kind == Kind::Shortcode => {
                self.note(kind, at..end, rest);
                let words = if rest.starts_with("{{<") { "{{&lt;" } else { "{{%" };
                return Some(Change { until: at + 3, words: words.to_owned() });
            }
            None => return None,
        };
        let written = &self.text[at..until];
        if closes == "%}" {
            let inner = written.trim_matches(['{', '}', '%', '-', ' ']);
            match inner.split_whitespace().next().unwrap_or_default() {
                "raw" | "endraw" => {
                    self.inline.is_raw = inner.starts_with("raw");
                    return Some(Change { until, words: String::new() });
                }
                // A page or a file, as GitBook shows it.
                "embed" | "file" => {
                    let address = ["url", "src"].iter().find_map(|of| tags::attribute(written, of));
                    if let Some(address) = address.filter(|it| !it.contains(['<', '>'])) {
                        let name = address.trim_end_matches('/').rsplit('/').next();
                        let name = if inner.starts_with("file") { name } else { None };
                        let words = plain(name.unwrap_or(address));
                        return Some(Change { until, words: format!("[{words}](<{address}>)") });
                    }
                }
                "endembed" | "endfile" => {
                    return Some(Change { until, words: String::new() });
                }
                "comment" => {
                    let close = self.find("endcomment", until, whole)?;
                    let until = self.find("%}", close, whole)? + 2;
                    return Some(Change { until, words: String::new() });
                }
                _ => {}
            }
        }
        if let Some(words) = macros::words(written) {
            return Some(Change { until, words });
        }
        if kind == Kind::Shortcode {
            let read = Shortcode::read(written);
            if let Some(words) = read.as_ref().and_then(Shortcode::words) {
                return Some(Change { until, words: plain(words) });
            }
            if read.is_some_and(|it| it.name == "comment" && !it.is_closing)
                && let Some(close) = self.end_of_comment(until)
            {
                let until = self.find("}}", close, whole)? + 2;
                return Some(Change { until, words: String::new() });
            }
            if let Some(change) = self.around(until, end, written) {
                return Some(change);
            }
        }
        // An address within a tag, as Jekyll has it.
        if self.text[..at].ends_with(['"', '\''])
            && self.text[..at - 1].ends_with('=')
            && let Some(address) = tags::address(written.trim_matches(['{', '}', '%']))
            && !address.starts_with("[[")
        {
            return Some(Change { until, words: address });
        }
        self.note(kind, at..until, written);
        let in_tag = self.text[self.inline.from..].trim_start().starts_with('<');
        Some(Change {
            until,
            words: if in_tag { written.replace('<', "&lt;") } else { plain(written) },
        })
    }

    /// Finds the name in `{{< /comment >}}`; an address may hold it too.
    fn end_of_comment(&mut self, mut from: usize) -> Option<usize> {
        loop {
            let close = self.find("/comment", from, self.text.len())?;
            let before = self.text[..close].trim_end_matches(' ');
            if before.ends_with("{{<") || before.ends_with("{{%") {
                return Some(close);
            }
            from = close + 1;
        }
    }

    /// Reads a shortcode that ends on its own line, with the words between.
    fn around(&mut self, from: usize, end: usize, written: &str) -> Option<Change> {
        let shortcode = Shortcode::read(written)?;
        let opens = self.find("{{", from, end)?;
        let until = self.find("}}", opens, end)? + 2;
        let closing = Shortcode::read(&self.text[opens..until])?;
        let fits = closing.is_closing && closing.name == shortcode.name;
        let words = shortcode.around(&self.text[from..opens]).filter(|_| fits)?;
        Some(Change { until, words })
    }

    /// Reads an attribute list without a colon, such as `{ .wide #id }`.
    fn attributes(&mut self, at: usize, end: usize, is_heading: bool) -> Option<Change> {
        let rest = &self.text[at + 1..end];
        let close = rest.bytes().take(200).position(|byte| byte == b'}')?;
        let inner = rest[..close].trim();
        let parts = tags::parts(inner);
        let follows = rest[close + 1..].trim_start();
        // Behind a word stands text.
        let stands_alone = self.text[self.inline.from..at].trim().is_empty() && follows.is_empty();
        let is_joined = self.text[..at].ends_with(['`', ':', ']', ')', '>', '*', '_']);
        if inner.is_empty()
            || inner.contains(['{', '<'])
            || !parts.iter().all(|part| tags::is_attribute(part, is_heading))
            || !(stands_alone || is_joined || (is_heading && follows.is_empty()))
        {
            return None;
        }
        let id = parts.iter().find_map(|part| {
            let id = part.strip_prefix("id=").map(|id| id.trim_matches(['"', '\'']));
            id.or_else(|| part.strip_prefix('#'))
        });
        let words = match id {
            Some(id) if is_heading => format!("{{#{id}}}"),
            Some(id) => format!("<a id=\"{id}\"></a>"),
            None => String::new(),
        };
        Some(Change { until: at + 1 + close + 1, words })
    }

    /// Reads an attribute list such as `{: .wide #id}`: ids of headings count, the rest is look.
    fn look(&mut self, at: usize, end: usize) -> Option<Change> {
        let until = self.find("}", at, end)? + 1;
        let inner = &self.text[at + 2..until - 1];
        let line = self.text[self.inline.from..end].trim_start();
        let sound =
            inner.split_whitespace().all(|part| part.starts_with(['.', '#']) || part.contains('='));
        if !sound || inner.trim().is_empty() {
            return None;
        }
        let id = inner.split_whitespace().find(|part| part.starts_with('#'));
        let words = match id.filter(|_| line.starts_with('#')) {
            Some(id) => format!("{{{id}}}"),
            None => String::new(),
        };
        Some(Change { until, words })
    }

    fn tag(&mut self, at: usize, end: usize) -> Option<Change> {
        if self.text[at..].starts_with("<!--") {
            let until =
                self.find("-->", at, self.text.len()).map_or(self.text.len(), |close| close + 3);
            self.inline.skip = until;
            return None;
        }
        let tag = self.tag_at(at)?;
        if self.is_html(&tag) {
            let name = tag.name.to_lowercase();
            if !self.raw_html
                && let Some(change) = self.replaced(&tag, &name)
            {
                return Some(change);
            }
            if !tag.is_closing
                && let Some(words) = tags::without_expressions(&self.text[tag.range.clone()])
            {
                return Some(Change { until: tag.range.end, words });
            }
            if tag.is_empty && tags::holds_text(&name) {
                let written = self.text[tag.range.clone()].trim_end_matches(['/', '>']).trim_end();
                return Some(Change {
                    until: tag.range.end,
                    words: format!("{written}></{name}>"),
                });
            }
            if matches!(name.as_str(), "code" | "pre" | "kbd" | "samp" | "script" | "style")
                && !tag.is_closing
            {
                self.inline.skip = self.find(&format!("</{name}>"), at, end).unwrap_or(at);
            }
            return None;
        }
        let follows_word = !tag.is_closing && self.text[..at].ends_with(char::is_alphanumeric);
        let is_component = tag.name.starts_with(|c: char| c.is_ascii_uppercase());
        if self.raw_html && !is_component {
            return None;
        }
        if self.is_pair(&tag) && !follows_word {
            return Some(match self.link(&tag, end) {
                Some(link) => link,
                None => self.component(&tag),
            });
        }
        if is_component
            && tag.is_empty
            && let Some(words) = tag.linked(self.text)
        {
            self.note(Kind::Component, tag.range.clone(), &self.text[tag.range.clone()]);
            return Some(Change { until: tag.range.end, words });
        }
        let kind = if is_component && tag.is_empty { Kind::Widget } else { Kind::Element };
        if !tag.is_closing {
            let sample = &self.text[tag.range.clone()];
            self.note(kind, tag.range.clone(), sample);
        }
        Some(Change { until: at + 1, words: "&lt;".to_owned() })
    }

    fn tag_at(&mut self, at: usize) -> Option<tags::Tag> {
        if self.inline.is_tired(self.text) {
            return None;
        }
        let (tag, looked) = tags::tag(self.text, at);
        self.inline.look(looked);
        tag
    }

    /// Returns true for a tag whose partner may stand elsewhere in the text.
    fn is_pair(&mut self, tag: &tags::Tag) -> bool {
        if tag.is_empty {
            return false;
        }
        let text = self.text;
        let names = |(at, _): (usize, &str)| {
            let rest = &text[at + 2..];
            let end = rest
                .bytes()
                .take(80)
                .take_while(|b| b.is_ascii_alphanumeric() || b"-._".contains(b));
            rest[..end.count()].to_owned()
        };
        let closed =
            self.inline.closed.get_or_insert_with(|| text.match_indices("</").map(names).collect());
        closed.contains(&tag.name)
    }

    /// Reads a component that is a link around words on one line.
    fn link(&mut self, tag: &tags::Tag, end: usize) -> Option<Change> {
        let address = tag.address(self.text).filter(|_| !tag.is_closing)?;
        let closing = format!("</{}>", tag.name);
        let close = self.find(&closing, tag.range.end, end.max(tag.range.end))?;
        let inner = self.text[tag.range.end..close].trim();
        if inner.is_empty() || inner.contains(['[', ']', '<']) {
            return None;
        }
        let words = format!("[{inner}](<{address}>)");
        Some(Change { until: close + closing.len(), words })
    }

    /// Takes a tag of a component out; its label is shown.
    fn component(&mut self, tag: &tags::Tag) -> Change {
        let text = self.text;
        let written = &text[tag.range.clone()];
        if tag.name == "Tabs" && !tag.is_closing {
            self.inline.tabs = tags::values(written);
        }
        let value = tags::attribute(written, "value").filter(|_| tag.name == "TabItem");
        let named = value.and_then(|value| self.inline.tabs.get(value)).map(String::as_str);
        let named = named.filter(|_| tags::attribute(written, "label").is_none());
        let label = || named.or_else(|| tag.label(text));
        let bare = || Some(format!("**{}**{}", bold(label()?), tag.description(text)));
        let label = tag.linked(text).or_else(bare);
        let label = label.filter(|_| !tag.is_closing);
        if tag.is_closing {
            self.components = self.components.saturating_sub(1);
        } else {
            self.components += 1;
            self.note(Kind::Component, tag.range.clone(), &text[tag.range.clone()]);
        }
        let words = label.map_or(String::new(), |label| format!("{label} "));
        Change { until: tag.range.end, words }
    }

    /// Reads a line that is one tag: the text between two such lines is read as Markdown.
    pub fn read_tag_line(&mut self, line: &Range<usize>, bare: &str, whole: Range<usize>) -> bool {
        let on_one_line = shortcodes::on_one_line(bare).filter(|_| !self.inline.is_raw);
        if let Some((opening, words)) = on_one_line {
            let spaces = self.spaces(line);
            self.end_block();
            let (head, sign) = opening.head();
            self.replace_line(line, &format!("{spaces}{head}"));
            self.replace_line(line, &format!("{spaces}{sign}"));
            self.replace_line(line, &format!("{spaces}{sign}{words}"));
            self.end_block();
            return true;
        }
        if bare.starts_with("{%") && bare.ends_with("%}") {
            let inner = bare.trim_matches(['{', '}', '%', '-', ' ']);
            let mut words = inner.split_whitespace();
            let is_code = words.next() == Some("highlight");
            let language = words.next().unwrap_or_default();
            return is_code
                && self.read_code(line, &Code { language, end: "endhighlight", title: "" });
        }
        if let Some(shortcode) = Shortcode::read(bare) {
            if let Some(code) = shortcode.code() {
                return self.read_code(line, &code);
            }
            if let Some(link) = shortcode.link() {
                let spaces = self.spaces(line);
                self.replace_line(line, &format!("{spaces}{link}"));
                return true;
            }
            let Some((picture, below)) = shortcode.picture() else { return false };
            let spaces = self.spaces(line);
            self.end_block();
            self.replace_line(line, &format!("{spaces}{picture}"));
            for words in below {
                self.replace_line(line, "");
                self.replace_line(line, &format!("{spaces}{words}"));
            }
            self.end_block();
            return true;
        }
        if !bare.starts_with('<') {
            return false;
        }
        for (opens, closes) in VERBATIM {
            let starts =
                bare.get(..opens.len()).is_some_and(|start| start.eq_ignore_ascii_case(opens))
                    && !tags::is_component(&bare[1..])
                    && !bare.ends_with("/>");
            if starts && !bare.contains(closes) {
                self.verbatim = Some(closes);
                self.copy(line.clone());
                return true;
            }
            if starts {
                self.copy(line.clone());
                return true;
            }
        }
        let Some(tag) = self.tag_at(whole.start) else { return false };
        let last = self.line(tag.range.end);
        if !self.text[last.clone()].trim().is_empty() {
            return false;
        }
        if self.is_html(&tag) {
            // The attribute `markdown` says that the text inside is Markdown; an empty line does too.
            let written = &self.text[tag.range.clone()];
            let is_asked =
                !tag.is_closing && written.split([' ', '>', '=']).any(|part| part == "markdown");
            if is_asked && last.start <= line.end {
                self.copy(line.clone());
                self.end_block();
                return true;
            }
            return false;
        }
        if !self.is_pair(&tag)
            || (self.raw_html && !tag.name.starts_with(|c: char| c.is_ascii_uppercase()))
        {
            return false;
        }
        let change = self.component(&tag);
        self.drop_line(line);
        if !change.words.is_empty() {
            let spaces = self.spaces(line);
            self.replace_line(line, &format!("{spaces}{}", change.words.trim_end()));
            self.end_block();
        }
        self.at = (last.end + 1).min(self.text.len());
        true
    }

    /// Reads `highlight` of Jekyll or Hugo as the beginning of a block of code, if a line ends it.
    fn read_code(&mut self, line: &Range<usize>, code: &Code) -> bool {
        let Code { language, end, title } = *code;
        let name = end.trim_start_matches('/');
        let mut from = line.end;
        loop {
            let Some(found) = self.find(name, from, usize::MAX) else { return false };
            let start = self.text[..found].rfind('\n').map_or(0, |newline| newline + 1);
            let closing = self.line(start);
            if super::ends_code(self.text[closing.clone()].trim(), end) {
                break;
            }
            from = closing.end;
        }
        let spaces = self.spaces(line);
        self.end_block();
        if !title.is_empty() {
            self.replace_line(line, &format!("{spaces}**{}**", bold(title)));
            self.end_block();
        }
        let fence = format!("{spaces}{} {language}", super::HIGHLIGHT);
        self.replace_line(line, fence.trim_end());
        self.highlight = Some(end);
        true
    }

    /// Reads `[[name]]`, `[[name|words]]` and `![[file]]`.
    fn named_link(&mut self, at: usize, end: usize) -> Option<Change> {
        let rest = self.text[at..end].strip_prefix("[[")?;
        if rest.starts_with([' ', '^', '[', ']']) {
            return None;
        }
        let close = rest
            .bytes()
            .take(300)
            .position(|byte| matches!(byte, b'[' | b']' | b'<' | b'>' | b'`'))?;
        let inner = &rest[..close];
        let after = rest[close..].strip_prefix("]]")?;
        let is_number = inner.bytes().all(|byte| byte.is_ascii_digit() || b", -".contains(&byte));
        if after.starts_with(['(', '[', ']']) || is_number {
            return None;
        }
        let (target, label) = inner.split_once('|').unwrap_or((inner, inner));
        let target = target.trim_end_matches('\\').trim();
        // Behind the name of a picture Obsidian writes its width.
        let is_size = self.text[..at].ends_with('!')
            && is_picture(target)
            && label.bytes().all(|byte| byte.is_ascii_digit() || byte == b'x');
        let label = if label.trim().is_empty() || is_size { target } else { label.trim() };
        let label = label.trim_start_matches('#').replace('#', " › ");
        let words = format!("[{label}](<[[{target}]]>)");
        Some(Change { until: at + 2 + close + 2, words })
    }

    fn after_bracket(&mut self, at: usize, end: usize, open: Option<usize>) -> Option<Change> {
        let text = self.text;
        let next = &text[at + 1..end];
        // An address between angle brackets is no tag.
        let address = next.strip_prefix(['(', ':']).map(str::trim_start);
        if address.is_some_and(|address| address.starts_with('<') && !address.starts_with("<{"))
            && let Some(close) = next.find('>')
        {
            self.inline.skip = at + 1 + close + 1;
            return None;
        }
        if next.starts_with('(') {
            let (until, words) = self.destination(at + 2, end)?;
            return Some(Change { until, words: format!("]({words}") });
        }
        let first = open? == self.inline.from + indent(&text[self.inline.from..end]).1;
        if first && next.starts_with(": {") {
            let (until, words) = self.destination(at + 3, end)?;
            return Some(Change { until, words: format!("]: {words}") });
        }
        let inner = next.strip_prefix('[')?;
        let close = inner.bytes().take(200).position(|byte| matches!(byte, b'[' | b']'))?;
        let (name, label) = (&inner[..close], &text[open? + 1..at]);
        let follows_word =
            text[..open?].ends_with(|c: char| c.is_alphanumeric() || c == ']' || c == ')');
        let is_plain = |text: &str| !text.trim().is_empty() && !text.starts_with('^');
        if !inner[close..].starts_with(']')
            || inner[close + 1..].starts_with('(')
            || follows_word
            || !is_plain(name)
            || !is_plain(label)
            || self.defines(name)
        {
            return None;
        }
        let range = open?..at + 1 + close + 2;
        self.note(Kind::Reference, range.clone(), &text[range]);
        None
    }

    fn defines(&mut self, name: &str) -> bool {
        let fold =
            |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let text = self.text;
        let defined = self.inline.defined.get_or_insert_with(|| {
            let lines =
                text.lines().map(|line| line.trim_start_matches([' ', '\t', '>', '-', '*']));
            lines
                .filter_map(|line| line.strip_prefix('[')?.split_once("]:"))
                .map(|(name, _)| fold(name))
                .collect()
        });
        defined.contains(&fold(name))
    }

    /// Reads the address of a link that Markdown itself would not take for one: an instruction, or a
    /// name with spaces. Returns where it ends, and what is written instead.
    fn destination(&mut self, at: usize, end: usize) -> Option<(usize, String)> {
        self.destination_of(at, end, ADDRESS_PARTS)
    }

    fn destination_of(&mut self, at: usize, end: usize, parts: usize) -> Option<(usize, String)> {
        let text = self.text;
        let from = at + indent(&text[at..end]).1;
        let rest = &text[from..end];
        for (opens, closes) in [("{{<", ">}}"), ("{{%", "%}}"), ("{{", "}}"), ("{%", "%}")] {
            if !rest.starts_with(opens) {
                continue;
            }
            let mut end = end;
            let mut close = self.find(closes, from + opens.len(), end);
            if close.is_none() {
                // A long one may go on in the next line.
                let next = self.line((end + 1).min(text.len()));
                self.inline.look(next.len());
                end = next.end;
                close = self.find(closes, from + opens.len(), end);
            }
            let after = close? + closes.len();
            let close = after - closes.len();
            let tail = &text[after..end];
            let address = match tags::address(&text[from + opens.len()..close]) {
                Some(address) => address,
                // It cannot be followed, but its words can be read.
                None if matches!(opens, "{{" | "{%") && !text[from..after].contains(['<', '>']) => {
                    self.note(Kind::Template, from..after, &text[from..after]);
                    text[from..after].to_owned()
                }
                None => return None,
            };
            // Jekyll puts the address of the site before an instruction.
            if address.trim_matches('/').is_empty() && tail.starts_with('{') {
                return self.destination_of(after, end, parts.checked_sub(1)?);
            }
            let length = tail.find([')', ' ', '<', '>']).unwrap_or(tail.len());
            let address = match address.strip_suffix("]]") {
                Some(address) => format!("{address}{}]]", &tail[..length]),
                None => format!("{address}{}", &tail[..length]),
            };
            return Some((after + length, format!("<{address}>")));
        }
        if rest.starts_with('<') {
            return None;
        }
        let mut depth = 0_usize;
        let mut close = None;
        for (index, byte) in rest.bytes().enumerate().take(500) {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 0 => {
                    close = Some(index);
                    break;
                }
                b')' => depth -= 1,
                _ => {}
            }
        }
        let inside = &rest[..close?];
        // A title in quotes, or a size as some programs write it, may follow the address.
        let title = [" \"", " '", " ="]
            .iter()
            .filter_map(|mark| inside.find(mark))
            .min()
            .unwrap_or(inside.len());
        let (path, title) = inside.split_at(title);
        let path = path.trim_end();
        // A part of it that only the other program knows: its words can be read.
        if ["{{<", "{{%"].iter().any(|opens| path.contains(opens)) && path.contains("}}") {
            self.note(Kind::Shortcode, from..from + path.len(), path);
            let address = path.replace(['<', '>'], "");
            return Some((from + inside.len(), format!("<{address}>{title}")));
        }
        let size = title.starts_with(" =");
        let is_spaced = path.contains(' ') && !path.contains(['<', '>', '{', ':', '"']);
        let name = path.split('#').next().unwrap_or_default();
        let is_file = name.rsplit_once('.').is_some_and(|(_, kind)| {
            (1..=8).contains(&kind.len()) && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if (is_spaced && is_file) || (size && !path.contains([' ', '<', '>'])) {
            let title = if size { "" } else { title };
            return Some((from + inside.len(), format!("<{path}>{title}")));
        }
        None
    }
}

/// Returns true for a link by name that leads to a picture; others are not embedded.
fn embeds_picture(words: &str) -> bool {
    let target = words.rsplit_once("](<[[").and_then(|(_, target)| target.strip_suffix("]]>)"));
    words.starts_with('[') && target.is_some_and(is_picture)
}

fn is_picture(path: &str) -> bool {
    let kinds = ["avif", "bmp", "gif", "jpeg", "jpg", "png", "svg", "webp"];
    path.rsplit_once('.').is_some_and(|(_, kind)| kinds.contains(&kind.to_lowercase().as_str()))
}

/// Elements whose text is copied as it is, and what ends them.
const VERBATIM: &[(&str, &str)] = &[
    ("<pre", "</pre>"),
    ("<script", "</script>"),
    ("<style", "</style>"),
    ("<textarea", "</textarea>"),
    ("<!--", "-->"),
];

/// Writes words so that Markdown leaves them as they are.
pub fn plain(words: &str) -> String {
    let mut text = String::with_capacity(words.len() + 8);
    for c in words.chars() {
        match c {
            '<' => text.push_str("&lt;"),
            '*' | '_' | '[' | ']' | '`' | '~' | '\\' | '&' => {
                text.push('\\');
                text.push(c);
            }
            _ => text.push(c),
        }
    }
    text
}
