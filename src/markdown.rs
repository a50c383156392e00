//! Markdown to pieces: HTML with holes where links go, headings, sections of plain text, links.
//!
//! 1. comrak parses the body. In its tree headings get ids, local links holes; texts are gathered.
//! 2. comrak writes HTML, which ammonia cleans where authors wrote some. It is cut at its holes.

use std::{borrow::Cow, collections::HashSet, fmt::Write, ops::Range};

use serde::{Deserialize, Serialize};

use comrak::{
    Anchorizer, Arena, Options, create_formatter,
    html::ChildRendering,
    nodes::{AstNode, CalloutFold, NodeCallout, NodeValue},
    options::{Extension, Parse, Render},
    parse_document,
};

mod address;
mod callout;
mod direction;
mod footnotes;
mod foreign;
mod heading;
mod highlight;
mod repair;
mod sanitise;

pub use address::{deep_path, is_dangerous, is_local, refusal};
pub use foreign::Note;
use heading::{has_top_heading, take_title, text_of};
pub use repair::NESTING_LIMIT;
use repair::Places;

/// A body, understood alone.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// The HTML in its order.
    pub pieces: Vec<Piece>,
    /// In their order, without the one that is the title.
    pub headings: Vec<Heading>,
    /// The plain text in its order; a part without words and heading is left out.
    pub sections: Vec<Section>,
    /// Links and pictures within the site, by the indices of their holes.
    pub links: Vec<Link>,
    /// Footnotes that are called and not written: name and place.
    pub missing_footnotes: Vec<(String, Range<usize>)>,
    /// Footnotes that are written and never called, or written twice: name, place, and whether twice.
    pub idle_footnotes: Vec<(String, Range<usize>, bool)>,
    /// Links that are left out, because following them would run code or lead out of the web.
    pub refused: Vec<(String, Range<usize>)>,
    /// What belongs to another program and is not understood here.
    pub notes: Vec<Note>,
    /// Ids in the body that a link may point at.
    pub anchors: Vec<String>,
    /// The text of the heading that is taken for the title, if there is one.
    pub title: Option<String>,
}

/// A stretch of HTML, or a place where something goes that only the linker or the theme knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// HTML, safe to show unless the site keeps raw HTML.
    Html(Box<str>),
    /// The address of the link with this index.
    Hole(usize),
    /// An interface word, by its key.
    Word(&'static str),
}

/// A heading as it is shown.
#[derive(Clone, Debug)]
pub struct Heading {
    /// 1 to 6; one more than written where the body has one of level 1.
    pub level: u8,
    /// As the author gives it, else made of its words; no two headings share one.
    pub id: String,
    /// The words alone.
    pub text: String,
}

/// The plain text below one heading, or before all headings, for search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// The id of the heading; empty before all headings.
    pub id: String,
    /// The words of the heading; empty before all headings.
    pub heading: String,
    /// Words, with one space between two.
    pub text: String,
}

/// A link or picture as written, and where.
#[derive(Clone, Debug)]
pub struct Link {
    /// The address, with what follows `?` and `#`.
    pub target: String,
    /// Bytes of the file.
    pub range: Range<usize>,
}

fn options(unsafe_html: bool) -> Options<'static> {
    Options {
        extension: Extension {
            strikethrough: true,
            table: true,
            autolink: true,
            tasklist: true,
            footnotes: true,
            description_lists: true,
            ofm_callouts: true,
            header_attributes: true,
            link_attributes: true,
            cjk_friendly_emphasis: true,
            ..Extension::default()
        },
        parse: Parse::default(),
        render: Render { r#unsafe: unsafe_html, ..Render::default() },
    }
}

/// What the writer needs beside the tree: ids of the headings in their order, and the links.
#[derive(Default)]
struct Writer {
    headings: std::collections::VecDeque<(String, Option<String>, String)>,
    open: Vec<(String, String)>,
    nonce: String,
    /// The direction of the page, where some of its text runs the other way.
    turned: Option<&'static str>,
}

create_formatter!(Html<Writer>, {
    NodeValue::Heading(ref heading) => |context, node, entering| {
        if entering {
            let (id, class, text) = context.user.headings.pop_front().unwrap_or_default();
            let level = heading.level;
            let turn = turn(node, context.user.turned);
            context.cr()?;
            write!(context, "<div class=\"heading\"{turn}><h{level} id=\"")?;
            context.escape(&id)?;
            if let Some(class) = class {
                context.write_str("\" class=\"")?;
                context.escape(&class)?;
            }
            context.write_str("\">")?;
            context.user.open.push((id, text));
        } else {
            let (id, text) = context.user.open.pop().unwrap_or_default();
            write!(context, "</h{}><a class=\"anchor\" href=\"#", heading.level)?;
            context.escape_href(&id)?;
            context.write_str("\" aria-label=\"")?;
            let word = word_mark(&context.user.nonce, "section-link");
            context.write_str(&word)?;
            context.write_str(" ")?;
            context.escape(&text)?;
            context.write_str("\">#</a></div>\n")?;
        }
    },
    NodeValue::Paragraph => |context, node, entering| {
        if !entering || context.user.turned.is_none() || is_bare(node) {
            return comrak::html::format_node_default(context, node, entering);
        }
        let turn = turn(node, context.user.turned);
        if turn.is_empty() {
            return comrak::html::format_node_default(context, node, entering);
        }
        context.cr()?;
        write!(context, "<p{turn}>")?;
        return Ok(ChildRendering::HTML);
    },
    NodeValue::Link(ref link) => |context, node, entering| {
        // A link that is left out leaves its words.
        if link.url.is_empty() {
            return Ok(ChildRendering::HTML);
        }
        return comrak::html::format_node_default(context, node, entering);
    },
    NodeValue::Item(_) => |context, node, entering| {
        if entering {
            context.cr()?;
            let turn = turn(node, context.user.turned);
            write!(context, "<li{turn}>")?;
        } else {
            context.write_str("</li>\n")?;
        }
    },
    NodeValue::TableCell => |context, node, entering| {
        let turn = turn(node, context.user.turned);
        if !turn.is_empty() && !entering {
            context.write_str("</span>")?;
        }
        let rendering = comrak::html::format_node_default(context, node, entering)?;
        // A cell keeps its side, so that a column has one.
        if !turn.is_empty() && entering {
            write!(context, "<span{turn}>")?;
        }
        return Ok(rendering);
    },
    NodeValue::BlockQuote => |context, node, entering| {
        context.cr()?;
        if entering {
            let turn = turn(node, context.user.turned);
            writeln!(context, "<blockquote{turn}>")?;
        } else {
            context.write_str("</blockquote>\n")?;
        }
    },
    NodeValue::CodeBlock(ref block) => |context, entering| {
        if entering {
            let lang = code_language(&block.info);
            context.cr()?;
            if let Some(title) = code_title(&block.info) {
                context.write_str("<p class=\"code-title\">")?;
                context.escape(title)?;
                context.write_str("</p>\n")?;
            }
            context.write_str("<pre tabindex=\"0\"><code")?;
            if !lang.is_empty() {
                context.write_str(" class=\"language-")?;
                context.escape(&lang)?;
                context.write_str("\"")?;
            }
            context.write_str(">")?;
            match highlight::html(&lang, &block.literal) {
                Some(html) => context.write_str(&html)?,
                None => context.escape(&block.literal)?,
            }
            context.write_str("</code></pre>\n")?;
        }
        return Ok(ChildRendering::HTML);
    },
    NodeValue::Callout(ref callout) => |context, node, entering| {
        let folds = callout.fold != CalloutFold::None;
        if entering {
            let open = if callout.fold == CalloutFold::Expanded { " open=\"\"" } else { "" };
            let (element, open) = if folds { ("details", open) } else { ("div", "") };
            let shown = callout::shown(&callout.callout_type);
            context.cr()?;
            writeln!(context, "<{element} class=\"markdown-alert markdown-alert-{shown}\"{open}>")?;
            let is_titled = node.first_child().is_some_and(|child| is_callout_title(child));
            if !is_titled {
                let title = callout_title(callout, &context.user.nonce);
                let element = if folds { "summary" } else { "p" };
                write!(context, "<{element} class=\"markdown-alert-title\">")?;
                context.escape(&title)?;
                writeln!(context, "</{element}>")?;
            }
        } else {
            context.cr()?;
            context.write_str(if folds { "</details>\n" } else { "</div>\n" })?;
        }
        return Ok(ChildRendering::HTML);
    },
    NodeValue::CalloutTitle => |context, node, entering| {
        let folds = node.parent().is_some_and(|parent| match &parent.data().value {
            NodeValue::Callout(callout) => callout.fold != CalloutFold::None,
            _ => false,
        });
        let element = if folds { "summary" } else { "p" };
        if entering {
            context.cr()?;
            write!(context, "<{element} class=\"markdown-alert-title\">")?;
        } else {
            writeln!(context, "</{element}>")?;
        }
        return Ok(ChildRendering::HTML);
    },
    NodeValue::Table(_) => |context, node, entering| {
        if entering {
            context.cr()?;
            context.write_str("<div class=\"table\" tabindex=\"0\">")?;
        }
        let rendering = comrak::html::format_node_default(context, node, entering)?;
        if !entering {
            context.write_str("</div>\n")?;
        }
        return Ok(rendering);
    },
});

/// Returns `dir` for a block that runs against what holds it, as its first and most letters do.
fn turn<'a>(node: &'a AstNode<'a>, page: Option<&'static str>) -> &'static str {
    let Some(page) = page else { return "" };
    let Some(own) = direction_of(node) else { return "" };
    let holds = |parent: &&'a AstNode<'a>| {
        matches!(parent.data().value, NodeValue::Item(_) | NodeValue::BlockQuote)
    };
    let near = node.ancestors().skip(1).take(HOLDERS).filter(holds);
    let outer = near.into_iter().find_map(direction_of).unwrap_or(page);
    match own {
        _ if own == outer => "",
        "rtl" => " dir=\"rtl\"",
        _ => " dir=\"ltr\"",
    }
}

/// How far up it is looked for what holds a block and runs another way.
const HOLDERS: usize = 6;

fn direction_of<'a>(node: &'a AstNode<'a>) -> Option<&'static str> {
    let mut letters = direction::Letters::default();
    for part in node.descendants().take(direction::LOOKED_AT) {
        if let NodeValue::Text(text) = &part.data().value
            && !letters.add(text)
        {
            break;
        }
    }
    letters.direction()
}

/// Returns true for a paragraph without an element of its own: in a tight list, a term or a title.
fn is_bare<'a>(paragraph: &'a AstNode<'a>) -> bool {
    let Some(parent) = paragraph.parent() else { return false };
    let is_tight = parent.parent().is_some_and(|above| match &above.data().value {
        NodeValue::List(list) => list.tight,
        NodeValue::DescriptionItem(item) => item.tight,
        _ => false,
    });
    is_tight || matches!(parent.data().value, NodeValue::DescriptionTerm | NodeValue::CalloutTitle)
}

fn is_callout_title<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(node.data().value, NodeValue::CalloutTitle)
}

/// Returns the title of a box that was given none.
fn callout_title(callout: &NodeCallout, nonce: &str) -> String {
    match callout::title(&callout.callout_type) {
        title if title.is_empty() => word_mark(nonce, callout::word(&callout.callout_type)),
        title => title,
    }
}

/// Marks that stand in the HTML until it is cut; the nonce keeps a page's own words from being one.
fn hole_mark(nonce: &str, index: usize) -> String {
    format!("vdm{nonce}h{index}e")
}

fn word_mark(nonce: &str, key: &'static str) -> String {
    let index = WORDS.iter().position(|word| *word == key).unwrap_or(0);
    format!("vdm{nonce}w{index}e")
}

/// The interface words that a body may need.
const WORDS: &[&str] = &[
    "section-link",
    "footnote-back",
    "alert-note",
    "alert-tip",
    "alert-important",
    "alert-warning",
    "alert-caution",
    "footnotes",
    "task-done",
    "task-open",
];

/// What is known of a body before it is read.
#[derive(Default)]
pub struct Source<'a> {
    /// The body, without front matter.
    pub text: &'a str,
    /// Where the body begins in its file; places are those of the file.
    pub offset: usize,
    /// A text that the body does not hold, such as a digest of it.
    pub nonce: &'a str,
    /// The title of the front matter, if there is one.
    pub title: Option<&'a str>,
    /// Whether HTML is shown as it is written, and not cleaned.
    pub raw_html: bool,
    /// The direction of the page's language: `ltr` or `rtl`.
    pub dir: &'static str,
}

/// Reads a body. Never fails: what is no Markdown is text.
pub fn read(source: &Source) -> Body {
    let arena = Arena::new();
    let foreign = foreign::translate(source.text, source.raw_html);
    let text = foreign.as_ref().map_or(source.text, |foreign| foreign.text.as_str());
    let mut text = Cow::Borrowed(text);
    let mut put = Vec::new();
    if let Some((bounded, indents)) = repair::bound_nesting(&text) {
        text = bounded.into();
        put.push(indents);
    }
    let parse = |text: &str| parse_document(&arena, text, &options(true));
    let mut root = parse(&text);
    let (foreign, offset) = (foreign.as_ref(), source.offset);
    let lines = repair::line_starts(&text);
    let mut places = Places { lines, length: text.len(), put, foreign, offset };
    let surplus = repair::surplus_cells(root, &text, &places);
    let surplus_note = surplus.first().map(|first| Note {
        kind: foreign::Kind::Cell,
        range: places.in_file(first.cells.clone()),
        sample: foreign::sample(&text[first.cells.clone()]),
        count: surplus.len(),
    });
    if !surplus.is_empty() {
        let (joined, escapes) = repair::join_cells(&text, &surplus);
        text = joined.into();
        root = parse(&text);
        places.lines = repair::line_starts(&text);
        places.length = text.len();
        places.put.push(escapes);
    }
    repair::unlink_within_links(root);
    repair::keep_single_tildes(&arena, root, &text, &places);
    let mut body = Body::default();
    let taken = take_title(root, source.title, &mut body);
    let mut walk = Walk {
        body: &mut body,
        writer: Writer {
            nonce: source.nonce.to_owned(),
            turned: direction::is_mixed(&text, source.dir).then_some(source.dir),
            ..Writer::default()
        },
        anchorizer: Anchorizer::new(),
        taken,
        has_raw_html: false,
        demote: has_top_heading(root),
        places,
        raw_html: source.raw_html,
        hidden: None,
        in_heading: 0,
    };
    walk.body.sections.push(Section::default());
    walk.walk(root);
    let (writer, has_raw_html) = (walk.writer, walk.has_raw_html);
    let nonce = writer.nonce.clone();
    let mut html = String::with_capacity(text.len() * 3 / 2);
    // Writing to a string cannot fail.
    let _ = Html::format_document(root, &options(has_raw_html), &mut html, writer);
    let html = name_tasks(localise_footnotes(html, &nonce), &nonce);
    let html = if has_raw_html && !source.raw_html {
        sanitise::clean(&html, &nonce, source, &mut body)
    } else {
        html
    };
    body.pieces = cut(&html, &nonce);
    for note in foreign.into_iter().flat_map(|foreign| &foreign.notes) {
        let range = note.range.start + source.offset..note.range.end + source.offset;
        body.notes.push(Note { range, ..note.clone() });
    }
    body.notes.extend(surplus_note);
    body.notes.sort_by_key(|note| (note.range.start, note.kind));
    if source.text.contains("[^") {
        footnotes::check(source, &mut body);
    }
    for section in &mut body.sections {
        section.text = section.text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    body.sections.retain(|section| !section.text.is_empty() || !section.heading.is_empty());
    body
}

/// Returns the language of a block of code: `js`, also as `{.js}`, `{r}` and `{code-block} js` have it.
fn code_language(info: &str) -> String {
    let inner = info.trim_start_matches(['{', '.', ' ']);
    let (name, rest) =
        inner.split_at(inner.find([' ', ',', '{', '}', '\t']).unwrap_or(inner.len()));
    let name = match name {
        "code" | "code-block" | "code-cell" | "sourcecode" if info.starts_with('{') => {
            rest.trim_matches(['}', ' '])
        }
        _ => name,
    };
    if name.contains(['=', '"', '[', ' ']) { String::new() } else { name.to_owned() }
}

/// Returns the title of a block of code, written behind the language: `title="a.rs"` or `[a.rs]`.
fn code_title(info: &str) -> Option<&str> {
    for name in ["title=", "filename=", "file=", "name="] {
        let Some((before, rest)) = info.split_once(name) else { continue };
        if !before.is_empty() && !before.ends_with([' ', '{', ',']) {
            continue;
        }
        let title = match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
            _ => rest.split([' ', '}', ',']).next()?,
        };
        return Some(title.trim()).filter(|title| !title.is_empty());
    }
    // What a directive of MyST is about, such as the picture of a figure.
    if let Some((name, rest)) = info.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        let is_code = matches!(name, "code" | "code-block" | "code-cell" | "sourcecode");
        return Some(rest.trim()).filter(|rest| !is_code && !rest.is_empty());
    }
    let (_, rest) = info.split_once(" [")?;
    rest.split_once(']').map(|(title, _)| title.trim()).filter(|title| !title.is_empty())
}

struct Walk<'w> {
    body: &'w mut Body,
    writer: Writer,
    anchorizer: Anchorizer,
    taken: HashSet<String>,
    has_raw_html: bool,
    /// The page's title is the one heading of level 1, so the body's go one level down.
    demote: bool,
    places: Places<'w>,
    raw_html: bool,
    /// The element in whose text we are that is left out with all it holds.
    hidden: Option<&'static str>,
    in_heading: usize,
}

impl Walk<'_> {
    fn walk<'a>(&mut self, root: &'a AstNode<'a>) {
        use comrak::arena_tree::NodeEdge;
        for edge in root.traverse() {
            match edge {
                NodeEdge::Start(node) => self.enter(node),
                NodeEdge::End(node) => self.leave(node),
            }
        }
    }

    fn enter<'a>(&mut self, node: &'a AstNode<'a>) {
        let range = self.places.of(node);
        let mut ast = node.data_mut();
        let attributes = ast.attrs.take();
        match &mut ast.value {
            NodeValue::Heading(heading) => {
                if self.demote {
                    heading.level = (heading.level + 1).min(6);
                }
                let level = heading.level;
                drop(ast);
                self.heading(node, level, attributes.as_deref());
                self.in_heading += 1;
            }
            // One that holds several blocks is not tight, even if it follows its term at once.
            NodeValue::DescriptionItem(item) => {
                item.tight &= node.children().all(|part| part.children().nth(1).is_none());
            }
            NodeValue::Link(link) | NodeValue::Image(link) => {
                let target = link.url.clone();
                link.url = self.link(target, range);
            }
            NodeValue::Text(text) => {
                let text = text.to_string();
                self.text(&text);
            }
            NodeValue::Code(code) => {
                let text = code.literal.clone();
                self.text(&text);
            }
            NodeValue::CodeBlock(block) => {
                let text = block.literal.clone();
                self.text(&text);
            }
            NodeValue::SoftBreak | NodeValue::LineBreak => self.text(" "),
            NodeValue::HtmlBlock(block) => {
                self.has_raw_html = true;
                let text = sanitise::text(&block.literal);
                self.text(&text);
                let html = std::mem::take(&mut block.literal);
                self.left_out(&html, range);
                block.literal = html;
            }
            NodeValue::HtmlInline(html) => {
                self.has_raw_html = true;
                let html = html.clone();
                self.left_out(&html, range);
                if html.ends_with("/>") {
                    // It holds nothing.
                } else if let Some(name) = sanitise::left_out(&html).first() {
                    self.hidden = Some(name.0).filter(|_| !self.raw_html);
                } else if self
                    .hidden
                    .is_some_and(|name| html.to_ascii_lowercase().starts_with(&format!("</{name}")))
                {
                    self.hidden = None;
                }
            }
            NodeValue::Raw(_) => self.has_raw_html = true,
            _ => {}
        }
    }

    fn leave<'a>(&mut self, node: &'a AstNode<'a>) {
        let ast = node.data();
        match ast.value {
            NodeValue::Heading(_) => self.in_heading -= 1,
            ref value if value.block() => {
                self.hidden = None;
                self.text(" ");
            }
            _ => {}
        }
    }

    fn heading<'a>(
        &mut self,
        node: &'a AstNode<'a>,
        level: u8,
        attributes: Option<&comrak::nodes::Attributes>,
    ) {
        let text = text_of(node);
        let given = attributes
            .and_then(|attributes| attributes.id.clone())
            .filter(|id| !id.is_empty() && !id.contains(char::is_whitespace));
        let id = match given {
            Some(id) if self.taken.insert(id.clone()) => id,
            _ => loop {
                let id = self.anchorizer.anchorize(&text);
                let id = if id.is_empty() { "section".to_owned() } else { id };
                if self.taken.insert(id.clone()) {
                    break id;
                }
                let numbered = format!("{id}-{}", self.taken.len());
                if self.taken.insert(numbered.clone()) {
                    break numbered;
                }
            },
        };
        let class = attributes
            .filter(|attributes| !attributes.classes.is_empty())
            .map(|attributes| attributes.classes.join(" "));
        self.writer.headings.push_back((id.clone(), class, text.clone()));
        self.body.anchors.push(id.clone());
        self.body.headings.push(Heading { level, id: id.clone(), text: text.clone() });
        self.body.sections.push(Section { id, heading: text, text: String::new() });
    }

    /// Notes the elements that are left out with what they hold.
    fn left_out(&mut self, html: &str, range: Range<usize>) {
        if self.raw_html {
            return;
        }
        for (name, at) in sanitise::left_out(html) {
            let kind = foreign::Kind::LeftOut(name);
            match self.body.notes.iter_mut().find(|note| note.kind == kind) {
                Some(note) => note.count += 1,
                None => {
                    let end = html[at..].find('>').map_or(html.len(), |end| at + end + 1);
                    let sample = foreign::sample(&html[at..end]);
                    self.body.notes.push(Note { kind, range: range.clone(), sample, count: 1 });
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_heading > 0 || self.hidden.is_some() {
            return;
        }
        if let Some(section) = self.body.sections.last_mut() {
            section.text.push_str(text);
        }
    }

    /// Returns what is written instead of the address: a hole for a local one.
    fn link(&mut self, target: String, range: Range<usize>) -> String {
        match is_local(&target) || deep_path(&target).is_some() {
            true => {
                let index = self.body.links.len();
                self.body.links.push(Link { target, range });
                hole_mark(&self.writer.nonce, index)
            }
            false if is_dangerous(&target) => {
                self.body.refused.push((target, range));
                String::new()
            }
            false => target,
        }
    }
}

/// Replaces comrak's English labels of footnotes, which stand at the end alone, by marks for words.
fn localise_footnotes(html: String, nonce: &str) -> String {
    const NOTES: &str = "<section class=\"footnotes\" data-footnotes>";
    let Some((text, notes)) = html.rsplit_once(NOTES) else { return html };
    let back = word_mark(nonce, "footnote-back");
    let label = word_mark(nonce, "footnotes");
    let named = |part: &str| part.replace(" data-footnote-ref>", ">");
    let notes = notes
        .replace("aria-label=\"Back to reference ", &format!("aria-label=\"{back} "))
        .replace(" data-footnote-backref ", " ");
    let opened = format!("<section class=\"footnotes\" aria-label=\"{label}\">");
    [named(text), opened, named(&notes)].concat()
}

/// Gives the boxes of task lists a name, so that they say more than "box" when read aloud.
fn name_tasks(html: String, nonce: &str) -> String {
    const BOX: &str = "<input type=\"checkbox\"";
    if !html.contains(BOX) {
        return html;
    }
    let named = |done: &str, key| {
        let word = word_mark(nonce, key);
        (
            format!("{BOX}{done} disabled=\"\" />"),
            format!("{BOX}{done} disabled=\"\" aria-label=\"{word}\" />"),
        )
    };
    let (done, named_done) = named(" checked=\"\"", "task-done");
    let (open, named_open) = named("", "task-open");
    html.replace(&done, &named_done).replace(&open, &named_open)
}

fn cut(html: &str, nonce: &str) -> Vec<Piece> {
    let start = format!("vdm{nonce}");
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find(&start) {
        text.push_str(&rest[..at]);
        let after = &rest[at + start.len()..];
        let number_end =
            after.get(1..).and_then(|digits| digits.find('e')).map_or(0, |end| end + 1);
        let index = after.get(1..number_end).and_then(|digits| digits.parse::<usize>().ok());
        let piece = match (after.as_bytes().first(), index) {
            (Some(b'h'), Some(index)) => Some(Piece::Hole(index)),
            (Some(b'w'), Some(index)) => WORDS.get(index).map(|word| Piece::Word(word)),
            _ => None,
        };
        match piece {
            Some(piece) => {
                if !text.is_empty() {
                    pieces.push(Piece::Html(std::mem::take(&mut text).into()));
                }
                pieces.push(piece);
                rest = &after[number_end + 1..];
            }
            None => {
                text.push_str(&start);
                rest = after;
            }
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Html(text.into()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Body {
        read(&Source { text, nonce: "0123", dir: "ltr", ..Source::default() })
    }

    fn html(text: &str) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Html(html) => html.to_string(),
            Piece::Hole(index) => format!("⟨{index}⟩"),
            Piece::Word(word) => format!("⟨{word}⟩"),
        };
        body(text).pieces.iter().map(piece).collect()
    }

    #[test]
    fn local_links_are_holes_and_others_are_kept() {
        assert_eq!(
            html("[a](b.md#c) ![d](e.png) [f](https://g.org)"),
            "<p><a href=\"⟨0⟩\">a</a> <img src=\"⟨1⟩\" alt=\"d\" /> <a href=\"https://g.org\">f</a></p>\n"
        );
        let text = "x\n\n[a](b.md)\n";
        let link = &body(text).links[0];
        assert_eq!(&text[link.range.clone()], "[a](b.md)");
    }

    #[test]
    fn what_runs_the_other_way_says_so() {
        let arabic = "تعمل المدينة مع IOM على ذلك.";
        let html = |text: &str, dir| {
            let source = Source { text, nonce: "0123", dir, ..Source::default() };
            let pieces = read(&source).pieces;
            let texts = pieces.into_iter().filter_map(|piece| match piece {
                Piece::Html(html) => Some(html.to_string()),
                _ => None,
            });
            texts.collect::<String>()
        };
        let page = format!(
            "{arabic}\n\nA city. مدينة\n\n- {arabic}\n- One\n\n> {arabic}\n>\n> Two\n\n\
             | {arabic} | b |\n| --- | --- |\n\n## {arabic}\n"
        );
        let shown = html(&page, "ltr");
        for part in [
            format!("<p dir=\"rtl\">{arabic}</p>"),
            "<p>A city. مدينة</p>".to_owned(),
            format!("<li dir=\"rtl\">{arabic}</li>"),
            "<li>One</li>".to_owned(),
            format!("<th><span dir=\"rtl\">{arabic}</span></th>\n<th>b</th>"),
            "<div class=\"heading\" dir=\"rtl\"><h2 id=".to_owned(),
            // Inside, only what turns again is marked.
            format!("<blockquote dir=\"rtl\">\n<p>{arabic}</p>\n<p dir=\"ltr\">Two</p>"),
        ] {
            assert!(shown.contains(&part), "{part}: {shown}");
        }
        let shown = html("Quoted in English.\n\nمدينة", "rtl");
        assert!(
            shown.starts_with("<p dir=\"ltr\">Quoted in English.</p>\n<p>مدينة</p>"),
            "{shown}"
        );
        assert!(!html("One\n\n- two\n\n> three", "ltr").contains("dir="));
    }

    #[test]
    fn a_first_heading_is_the_title() {
        let body = body("# Title *here*\n\nText\n\n## Part\n");
        assert_eq!(body.title.as_deref(), Some("Title here"));
        assert_eq!(body.headings.len(), 1);
    }

    #[test]
    fn headings_have_unique_ids() {
        let headings = body("## A\n\n## A\n\n## B {#a}\n\n## …\n\n## C {#own}\n").headings;
        let ids: Vec<_> = headings.iter().map(|heading| heading.id.as_str()).collect();
        assert_eq!(ids, ["a", "a-1", "b", "section", "own"]);
    }

    #[test]
    fn raw_html_is_cleaned() {
        let cleaned = html(
            "<script>alert(1)</script>\n\n<b onclick=\"x()\">bold</b> <a href=\"javascript:x()\">y</a>\n\n<img src=x onerror=alert(1)>",
        );
        for bad in ["<script", "onclick", "javascript", "onerror"] {
            assert!(!cleaned.contains(bad), "{cleaned}");
        }
        assert!(cleaned.contains("<b>bold</b>"), "{cleaned}");
    }

    #[test]
    fn dangerous_addresses_are_dropped() {
        for address in
            ["javascript:x", "JaVaScRiPt:x", "java\tscript:x", "data:text/html,x", "vbscript:x"]
        {
            assert!(is_dangerous(address), "{address}");
        }
        for address in ["https://x", "mailto:a@b.org", "a/b:c.md", "#x:y", "a?b=c:d"] {
            assert!(!is_dangerous(address), "{address}");
        }
        assert!(!html("[x](<javascript:alert(1)>)").contains("javascript"));
    }

    #[test]
    fn sections_hold_plain_text() {
        let sections = body("Before *it*.\n\n## One\n\nText `code`.\n\n- a\n- b\n").sections;
        assert_eq!(sections[0].text, "Before it.");
        assert_eq!((sections[1].id.as_str(), sections[1].text.as_str()), ("one", "Text code. a b"));
    }

    #[test]
    fn footnotes_without_a_text_are_found() {
        let text = "A[^1] b[^2] `[^3]`\n\n[^1]: note\n";
        let missing = body(text).missing_footnotes;
        assert_eq!(missing.len(), 1);
        assert_eq!(&text[missing[0].1.clone()], "[^2]");
    }

    #[test]
    fn a_thousand_nested_quotes_are_text() {
        assert!(html(&"> ".repeat(5_000)).len() < 100_000);
        assert!(html(&format!("{}x", "- ".repeat(5_000))).len() < 100_000);
    }

    #[test]
    fn places_are_those_of_the_file_whatever_was_put_in_or_ends_a_line() {
        for text in
            [format!("```\n{}\n```\n[x](y)\n", ">- ".repeat(90)), "a\rb\r\n[x](y)\r".to_owned()]
        {
            let link = &body(&text).links[0];
            assert_eq!(&text[link.range.clone()], "[x](y)");
        }
    }

    #[test]
    fn words_that_look_like_marks_stay_words() {
        assert_eq!(html("vdmh0e vdm99w1e"), "<p>vdmh0e vdm99w1e</p>\n");
    }
}
