//! Front matter and configuration as nodes that know where they stand: YAML and TOML read alike.
//!
//! A scalar keeps its text as written. What it means is decided by the field that reads it, so the
//! country code `NO` stays a text and the year `2020` may be a number, a date or a text.

use std::{collections::HashMap, ops::Range};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde::Serialize;
use toml::de::{DeTable, DeValue};

/// A value and the bytes it was read from.
#[derive(Clone, Debug)]
pub struct Node {
    /// What stands there.
    pub raw: Raw,
    /// Bytes of the whole file, not only of its front matter.
    pub range: Range<usize>,
}

/// What stands at a node.
#[derive(Clone, Debug)]
pub enum Raw {
    /// A scalar's text; `quoted` when it can only be a text.
    Scalar {
        /// The text, without its quotes and with its escapes resolved.
        text: String,
        /// Whether it stands in quotes, or in a block of lines.
        quoted: bool,
    },
    /// Items in the order of writing.
    List(Vec<Node>),
    /// Entries in the order of writing; one key may stand twice.
    Table(Vec<(Key, Node)>),
}

/// A key of a table and the bytes it was read from.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key without its quotes.
    pub name: String,
    /// Bytes of the whole file, the value left out.
    pub range: Range<usize>,
}

/// A value without its place, as templates and exports see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing: `null`, `~` or no text at all.
    Null,
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number that is finite.
    Number(f64),
    /// A text; dates are texts too.
    Text(String),
    /// Values in the order of writing.
    List(Vec<Value>),
    /// Values by key.
    Table(std::collections::BTreeMap<String, Value>),
}

impl Value {
    /// Returns the text, or `None` for any other value.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a text, or the texts of a list.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let values = match self {
            Self::List(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        values.iter().filter_map(Self::as_text)
    }
}

/// A fault in the notation itself.
#[derive(Debug)]
pub struct Fault {
    /// What is wrong, in words for people who do not write programs.
    pub message: String,
    /// Where, in bytes of the whole file.
    pub range: Range<usize>,
    /// What to do about it.
    pub help: &'static str,
}

/// The deepest nesting of lists and tables that is read.
pub const DEPTH_LIMIT: usize = 32;
/// The most nodes one document may hold, repeated aliases counted each time.
pub const NODE_LIMIT: usize = 20_000;
/// The most nodes a thesaurus may hold: some ten thousand concepts in six languages.
pub const THESAURUS_LIMIT: usize = 1_000_000;

impl Node {
    /// Returns the entries in the order of writing, or `None` for what is no table.
    pub fn table(&self) -> Option<&[(Key, Node)]> {
        match &self.raw {
            Raw::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// Returns a scalar's text as written.
    pub fn text(&self) -> Option<&str> {
        match &self.raw {
            Raw::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Returns true for `null`, `~` and nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(&self.raw, Raw::Scalar { text, quoted: false } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Returns true where nothing is said: null, a text of spaces, a list of such.
    pub fn is_empty(&self) -> bool {
        match &self.raw {
            Raw::List(items) => items.iter().all(Node::is_empty),
            Raw::Scalar { text, .. } => self.is_null() || text.trim().is_empty(),
            Raw::Table(table) => table.is_empty(),
        }
    }

    /// Returns the first value of a key; `None` also for what is no table.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.table()?.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// Says what stands here, for messages.
    pub fn describe(&self) -> &'static str {
        match &self.raw {
            Raw::Scalar { quoted: true, .. } => "a text",
            Raw::Scalar { .. } => match self.value() {
                Value::Null => "nothing",
                Value::Boolean(_) => "yes or no",
                Value::Integer(_) | Value::Number(_) => "a number",
                _ => "a text",
            },
            Raw::List(_) => "a list",
            Raw::Table(_) => "a table",
        }
    }

    /// Resolves the node by the core schema of YAML 1.2, where only `true` and `false` are booleans.
    pub fn value(&self) -> Value {
        match &self.raw {
            Raw::Scalar { text, quoted: true } => Value::Text(text.clone()),
            Raw::Scalar { text, .. } => match text.as_str() {
                _ if self.is_null() => Value::Null,
                "true" | "True" | "TRUE" => Value::Boolean(true),
                "false" | "False" | "FALSE" => Value::Boolean(false),
                other => number(other).unwrap_or_else(|| Value::Text(text.clone())),
            },
            Raw::List(nodes) => Value::List(nodes.iter().map(Node::value).collect()),
            Raw::Table(entries) => Value::Table(
                entries.iter().map(|(key, node)| (key.name.clone(), node.value())).collect(),
            ),
        }
    }
}

/// Reads a plain scalar as a number; `1_000`, `0x10`, `.inf` and leading zeros stay texts.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit())
        || (digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0."))
    {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Value::Integer);
    }
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite()).map(Value::Number)
}

/// The two parts of a Markdown file.
pub struct Split {
    /// The front matter's notation and bytes, fences left out.
    pub front: Option<(Notation, Range<usize>)>,
    /// Where the body begins.
    pub body: usize,
    /// The fence that was opened and never closed.
    pub unclosed: Option<Range<usize>>,
}

/// How front matter is written; configuration is TOML.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Notation {
    /// Between lines `---`; a line `...` may end it too.
    Yaml,
    /// Between lines `+++`.
    Toml,
    /// Between braces, as Hugo takes it. YAML includes JSON, and reads it.
    Json,
}

/// Splits a file at its fences: `---` for YAML, `+++` for TOML, `{` and `}` for JSON.
///
/// A file that begins with `---` but holds no second fence has no front matter when the line after
/// it is no `key:`; then the fence is a thematic break. Blank lines and spaces before the first fence
/// are passed over where fields follow, because a draft with one would be published with its fields.
pub fn split(text: &str) -> Split {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let fence = text.len() - text[start..].trim_start().len();
    let is_fence = ["---", "+++"].iter().any(|sign| text[fence..].starts_with(sign));
    if fence > start && is_fence && begins_with_field(&text[fence..]) {
        let split = split_at(text, fence);
        if split.front.is_some() {
            return split;
        }
    }
    split_at(text, start)
}

/// Returns true when the second line of a text is a field: `key: value`, `key = value`.
fn begins_with_field(text: &str) -> bool {
    let second = text.lines().nth(1).unwrap_or_default();
    second.split_once([':', '=']).is_some_and(|(key, _)| {
        !key.is_empty() && key.trim().chars().all(|c| c.is_alphanumeric() || "_- ".contains(c))
    })
}

fn split_at(text: &str, start: usize) -> Split {
    let none = |unclosed| Split { front: None, body: start, unclosed };
    let mut lines = text[start..].split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let (fence, notation) = match first.trim_end() {
        "---" => ("---", Notation::Yaml),
        "+++" => ("+++", Notation::Toml),
        "{" => return split_json(text, start, first),
        _ => return none(None),
    };
    let front_start = start + first.len();
    let mut at = front_start;
    for line in lines {
        let bare = line.trim_end();
        if bare == fence || (notation == Notation::Yaml && bare == "...") {
            return Split {
                front: Some((notation, front_start..at)),
                body: at + line.len(),
                unclosed: None,
            };
        }
        at += line.len();
    }
    none(begins_with_field(&text[start..]).then(|| start..start + first.trim_end().len()))
}

/// Splits a file that begins with a brace on a line of its own. Where no `"` follows, it is text.
fn split_json(text: &str, start: usize, first: &str) -> Split {
    let rest = &text[start + first.len()..];
    let is_json = rest.trim_start().starts_with(['"', '}']);
    let mut at = start + first.len();
    for line in rest.split_inclusive('\n').filter(|_| is_json) {
        at += line.len();
        if line.trim_end() == "}" {
            return Split { front: Some((Notation::Json, start..at)), body: at, unclosed: None };
        }
    }
    Split { front: None, body: start, unclosed: is_json.then(|| start..start + 1) }
}

/// Reads a table in the given notation; ranges are those of `whole`, of which `range` is read.
///
/// # Errors
/// Returns the first fault of the notation and its place.
pub fn read(notation: Notation, whole: &str, range: Range<usize>) -> Result<Node, Fault> {
    let text = &whole[range.clone()];
    match notation {
        Notation::Yaml | Notation::Json => read_yaml(text, range.start),
        Notation::Toml => read_toml(text, range.start, NODE_LIMIT),
    }
}

/// Reads a thesaurus, which may hold more than other files.
///
/// # Errors
/// As `read`.
pub fn read_thesaurus(text: &str) -> Result<Node, Fault> {
    read_toml(text, 0, THESAURUS_LIMIT)
}

fn read_toml(text: &str, offset: usize, limit: usize) -> Result<Node, Fault> {
    match DeTable::parse(text) {
        Ok(table) => {
            let mut count = Count { nodes: 0, limit };
            toml_table(table.get_ref(), offset, 0..text.len(), 0, &mut count)
        }
        Err(error) => {
            let range = error.span().unwrap_or(0..0);
            let said = error.message().lines().collect::<Vec<_>>().join(", ");
            let (message, help) = explain(&said);
            Err(Fault { message, range: range.start + offset..range.end + offset, help })
        }
    }
}

fn toml_table(
    table: &DeTable<'_>,
    offset: usize,
    range: Range<usize>,
    depth: usize,
    count: &mut Count,
) -> Result<Node, Fault> {
    let mut entries = Vec::with_capacity(table.len());
    for (key, value) in table {
        let key_range = key.span().start + offset..key.span().end + offset;
        entries.push((
            Key { name: key.get_ref().to_string(), range: key_range },
            toml_node(value.get_ref(), value.span(), offset, depth + 1, count)?,
        ));
    }
    // The parser sorts keys by name; the order of writing is the author's.
    entries.sort_by_key(|(key, _)| key.range.start);
    Ok(Node { raw: Raw::Table(entries), range: range.start + offset..range.end + offset })
}

fn toml_node(
    value: &DeValue<'_>,
    span: Range<usize>,
    offset: usize,
    depth: usize,
    count: &mut Count,
) -> Result<Node, Fault> {
    let range = span.start + offset..span.end + offset;
    count.nodes += 1;
    bounded(depth, count.nodes, count.limit, &range)?;
    let plain = |text: String| Raw::Scalar { text, quoted: false };
    let raw = match value {
        DeValue::String(text) => Raw::Scalar { text: text.to_string(), quoted: true },
        DeValue::Integer(integer) => plain(
            i64::from_str_radix(integer.as_str(), integer.radix())
                .map_or_else(|_| integer.to_string(), |number| number.to_string()),
        ),
        DeValue::Float(float) => plain(float.as_str().to_owned()),
        DeValue::Boolean(boolean) => plain(boolean.to_string()),
        DeValue::Datetime(date) => plain(date.to_string()),
        DeValue::Array(array) => Raw::List(
            array
                .iter()
                .map(|item| toml_node(item.get_ref(), item.span(), offset, depth + 1, count))
                .collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => return toml_table(table, offset, span, depth, count),
    };
    Ok(Node { raw, range })
}

/// How many nodes were read, and how many may be.
struct Count {
    nodes: usize,
    limit: usize,
}

fn bounded(depth: usize, count: usize, limit: usize, range: &Range<usize>) -> Result<(), Fault> {
    if depth > DEPTH_LIMIT {
        let message = format!("nested more than {DEPTH_LIMIT} deep");
        return Err(Fault { message, range: range.clone(), help: SHORTEN });
    }
    if count > limit {
        let message = format!("holds more than {limit} values, aliases counted each time");
        return Err(Fault { message, range: range.clone(), help: SHORTEN });
    }
    Ok(())
}

const SHORTEN: &str = "shorten it, or move what is long into the text";
const NO_ANCHOR: (&str, &str) = (
    "a value that begins with `*` repeats one that was named before, and none was",
    "put the text between quotation marks",
);

/// Says what the parsers say so that people who do not write programs understand it: what is wrong,
/// and what to do. The words on the left are those of saphyr-parser and toml.
fn explain(said: &str) -> (String, &'static str) {
    const QUOTE: &str = "put texts that hold `:`, `#` or quotes between quotation marks";
    const CLOSE: &str = "write the quotation mark that closes the text, on the same line";
    const BRACKET: &str = "part the values by commas, and close every bracket";
    let known = [
        ("tabs ", "a line begins with a tab", "begin it with spaces instead"),
        ("found a tab", "a tab stands before the next line", "delete it, or write spaces instead"),
        ("quoted scalar", "a text in quotation marks does not end", CLOSE),
        ("invalid basic string", "a text in quotation marks does not end", CLOSE),
        ("invalid literal string", "a text in quotation marks does not end", CLOSE),
        ("flow", "a list or table in brackets is not closed, or lacks a comma", BRACKET),
        ("illegal placement of ':'", "a list or table in brackets is not closed", BRACKET),
        ("unclosed array", "a list in brackets is not closed", BRACKET),
        ("unclosed table", "the name of a table in brackets is not closed", "write `]` after it"),
        ("unclosed inline table", "a table in brackets is not closed", BRACKET),
        (
            "mapping values",
            "a second colon, or a line that stands too far to the right",
            "put a text that holds `:` between quotation marks, or delete the spaces before the line",
        ),
        (
            "simple key expect",
            "a line without a colon after the name of its field",
            "write `field: value`, or put spaces before a line that continues the one above",
        ),
        ("unknown anchor", NO_ANCHOR.0, NO_ANCHOR.1),
        ("unexpected character", "a value cannot begin with this sign", QUOTE),
        ("unprintable", "a sign that cannot be printed", "delete it, and type the place anew"),
        ("duplicate key", "this stands twice", "delete one of the two"),
        (
            "must be quoted",
            "a text without quotation marks",
            "put it between quotation marks; yes and no are `true` and `false`",
        ),
    ];
    let found = known.iter().find(|(words, _, _)| said.contains(words));
    found.map_or_else(
        || (said.to_owned(), QUOTE),
        |(_, message, help)| ((*message).to_owned(), help),
    )
}

/// Returns the part of a range that stands on its first line.
fn first_line(text: &str, offset: usize, range: &Range<usize>) -> Range<usize> {
    let rest = &text[range.start - offset..range.end - offset];
    range.start..range.start + rest.lines().next().map_or(0, str::len)
}

/// Turns the YAML parser's events into nodes.
struct Composer<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    bytes: Offsets<'a>,
    anchors: HashMap<usize, Node>,
    count: usize,
}

fn read_yaml(text: &str, offset: usize) -> Result<Node, Fault> {
    let mut composer = Composer {
        events: Parser::new_from_str(text),
        bytes: Offsets::new(text, offset),
        anchors: HashMap::new(),
        count: 0,
    };
    let empty = Node { raw: Raw::Table(Vec::new()), range: offset..offset + text.len() };
    loop {
        match composer.next()? {
            None | Some((Event::StreamEnd, _)) => return Ok(empty),
            Some((
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd,
                _,
            )) => {}
            Some((event, span)) => {
                let node = composer.node(event, span, 0)?;
                if node.is_null() {
                    return Ok(empty);
                }
                return match node.raw {
                    Raw::Table(_) => Ok(node),
                    _ => Err(Fault {
                        message: format!(
                            "expected `field: value` lines, found {}",
                            node.describe()
                        ),
                        range: first_line(text, offset, &node.range),
                        help: "write the name of a field, a colon and its value on each line",
                    }),
                };
            }
        }
    }
}

impl<'a> Composer<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, Fault> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok(pair)) => Ok(Some(pair)),
            Some(Err(error)) => Err(self.fault(&error)),
        }
    }

    fn fault(&self, error: &ScanError) -> Fault {
        let first = self.bytes.at(error.marker().index());
        let (message, help) = explain(error.info());
        // A line without a colon is noticed where the next one begins.
        let range = match error.info().starts_with("simple key expect") {
            true => self.bytes.line_before(first)..self.bytes.line_before(first),
            false => first..self.bytes.at(error.marker().index() + 1),
        };
        Fault { message, range, help }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Fault> {
        let range = self.bytes.at(span.start.index())..self.bytes.at(span.end.index());
        self.count += 1;
        bounded(depth, self.count, NODE_LIMIT, &range)?;
        let (raw, anchor, end) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let quoted = style != ScalarStyle::Plain;
                (Raw::Scalar { text: text.into_owned(), quoted }, anchor, range.end)
            }
            Event::SequenceStart(anchor, _) => {
                let (items, end) = self.sequence(depth)?;
                (Raw::List(items), anchor, end)
            }
            Event::MappingStart(anchor, _) => {
                let (entries, end) = self.mapping(depth)?;
                (Raw::Table(entries), anchor, end)
            }
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).cloned();
                let node = target.ok_or_else(|| Fault {
                    message: NO_ANCHOR.0.to_owned(),
                    range: range.clone(),
                    help: NO_ANCHOR.1,
                })?;
                self.count += size(&node);
                bounded(depth, self.count, NODE_LIMIT, &range)?;
                return Ok(Node { range, ..node });
            }
            _ => (Raw::Scalar { text: String::new(), quoted: false }, 0, range.end),
        };
        let node = Node { raw, range: range.start..end.max(range.start) };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn sequence(&mut self, depth: usize) -> Result<(Vec<Node>, usize), Fault> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                None => return Ok((items, 0)),
                Some((Event::SequenceEnd, span)) => {
                    return Ok((items, self.bytes.at(span.end.index())));
                }
                Some((event, span)) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<(Vec<(Key, Node)>, usize), Fault> {
        let mut entries = Vec::new();
        loop {
            let (event, span) = match self.next()? {
                None => return Ok((entries, 0)),
                Some((Event::MappingEnd, span)) => {
                    return Ok((entries, self.bytes.at(span.end.index())));
                }
                Some(pair) => pair,
            };
            let key = self.node(event, span, depth + 1)?;
            let Some(name) = key.text().map(str::to_owned) else {
                return Err(Fault {
                    message: format!("a field's name must be a text, not {}", key.describe()),
                    range: key.range,
                    help: "write `field: value`, with a plain word before the colon",
                });
            };
            let Some((event, span)) = self.next()? else { return Ok((entries, 0)) };
            let value = self.node(event, span, depth + 1)?;
            entries.push((Key { name, range: key.range }, value));
        }
    }
}

fn size(node: &Node) -> usize {
    match &node.raw {
        Raw::Scalar { .. } => 1,
        Raw::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Raw::Table(entries) => 1 + entries.iter().map(|(_, node)| size(node)).sum::<usize>(),
    }
}

/// Maps the parser's character positions to byte positions.
struct Offsets<'a> {
    text: &'a str,
    /// The byte of each character; empty when all are one byte long.
    starts: Vec<usize>,
    length: usize,
    offset: usize,
}

impl<'a> Offsets<'a> {
    fn new(text: &'a str, offset: usize) -> Self {
        let starts = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at).collect()
        };
        Self { text, starts, length: text.len(), offset }
    }

    /// Returns where the words of the line before a place begin.
    fn line_before(&self, at: usize) -> usize {
        let before = self.text[..at - self.offset].trim_end();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let spaces = before[start..].len() - before[start..].trim_start().len();
        start + spaces + self.offset
    }

    fn at(&self, character: usize) -> usize {
        let byte = if self.starts.is_empty() {
            character.min(self.length)
        } else {
            self.starts.get(character).copied().unwrap_or(self.length)
        };
        byte + self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yaml(text: &str) -> Result<Node, Fault> {
        read(Notation::Yaml, text, 0..text.len())
    }

    #[test]
    fn scalars_know_their_bytes() {
        let text = "titre: été\npays: [NO, \"TH\"]\n";
        let node = yaml(text).unwrap();
        let countries = node.get("pays").unwrap();
        let Raw::List(items) = &countries.raw else { panic!() };
        assert_eq!(&text[items[0].range.clone()], "NO");
        assert_eq!(items[0].value(), Value::Text("NO".into()));
        assert_eq!(&text[node.get("titre").unwrap().range.clone()], "été");
    }

    #[test]
    fn toml_and_yaml_give_the_same_values() {
        let toml = "a = 1\nb = [\"x\", 2020-05-15]\n[c]\nd = true\n";
        let toml = read(Notation::Toml, toml, 0..toml.len()).unwrap();
        let yaml = yaml("a: 1\nb: [x, 2020-05-15]\nc:\n  d: true\n").unwrap();
        assert_eq!(toml.value(), yaml.value());
    }

    #[test]
    fn faults_have_a_place() {
        let text = "a: 1\nb: [1, 2\nc: 3\n";
        let fault = yaml(text).unwrap_err();
        assert!(fault.range.start > 4 && fault.range.start <= text.len(), "{fault:?}");
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..8 {
            let alias = format!("*a{}, ", level - 1).repeat(10);
            text += &format!("a{level}: &a{level} [{}]\n", alias.trim_end_matches(", "));
        }
        assert!(yaml(&text).unwrap_err().message.contains("more than"));
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(yaml(&format!("a: {}", "[".repeat(5_000))).is_err());
    }

    #[test]
    fn a_thematic_break_is_no_front_matter() {
        assert!(split("---\n\nText\n").unclosed.is_none());
        assert!(split("---\ntitle: x\n").unclosed.is_some());
        assert_eq!(split("---\ntitle: x\n---\nText").body, 17);
    }

    #[test]
    fn front_matter_may_be_json() {
        let text = "{\n\t\"title\": \"x\",\n\t\"tags\": [\"a\"]\n}\n\nText\n";
        let split = split(text);
        let (notation, range) = split.front.unwrap();
        let node = read(notation, text, range).unwrap();
        assert_eq!(node.get("title").and_then(Node::text), Some("x"));
        assert_eq!(&text[split.body..], "\nText\n");
        assert!(super::split("{\nwords in braces\n}\n").front.is_none());
    }
}
