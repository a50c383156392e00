//! Tags, statements and instructions of other programs: where they end and what they are.

use std::{collections::HashMap, ops::Range};

/// The elements of HTML, and those of SVG that pictures in a text use, sorted.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "animate",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "circle",
    "cite",
    "clippath",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "defs",
    "del",
    "desc",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "ellipse",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "filter",
    "font",
    "footer",
    "foreignobject",
    "form",
    "frame",
    "frameset",
    "g",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "image",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "line",
    "lineargradient",
    "link",
    "main",
    "map",
    "mark",
    "marker",
    "marquee",
    "mask",
    "menu",
    "meta",
    "meter",
    "nav",
    "nobr",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "path",
    "pattern",
    "picture",
    "plaintext",
    "polygon",
    "polyline",
    "portal",
    "pre",
    "progress",
    "q",
    "radialgradient",
    "rb",
    "rect",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "script",
    "search",
    "section",
    "select",
    "slot",
    "small",
    "source",
    "span",
    "stop",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "symbol",
    "table",
    "tbody",
    "td",
    "template",
    "text",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tspan",
    "tt",
    "u",
    "ul",
    "use",
    "var",
    "video",
    "wbr",
    "xmp",
];

/// A tag as it stands in a text.
pub struct Tag {
    pub range: Range<usize>,
    pub name: String,
    pub is_closing: bool,
    /// Ends with `/>`.
    pub is_empty: bool,
}

impl Tag {
    pub fn is_html(&self) -> bool {
        let name = self.name.to_lowercase();
        let is_known = ELEMENTS.binary_search(&name.as_str()).is_ok() || is_math(&name);
        is_known && !is_component(&self.name)
    }

    /// Returns the words of an attribute that readers should see, such as the label of a tab.
    pub fn label<'t>(&self, text: &'t str) -> Option<&'t str> {
        let tag = &text[self.range.clone()];
        let names = ["label", "title", "summary", "heading", "header", "caption", "path", "name"];
        let label = names.iter().find_map(|name| attribute(tag, name));
        label.or_else(|| attribute(tag, "value").filter(|_| self.name == "TabItem"))
    }

    /// Returns the address that a component leads to.
    pub fn address<'t>(&self, text: &'t str) -> Option<&'t str> {
        let tag = &text[self.range.clone()];
        let found = ["href", "to"].iter().find_map(|name| attribute(tag, name))?;
        (!found.contains(['<', '>', '{', '}', '\n'])).then_some(found)
    }

    /// Returns its label as a link, where it has both.
    pub fn linked(&self, text: &str) -> Option<String> {
        let label = self.label(text).filter(|label| !label.contains(['[', ']']))?;
        let link = format!("**[{}](<{}>)**", super::bold(label), self.address(text)?);
        Some(link + &self.description(text))
    }

    /// Returns what stands below the title of a card, after a space.
    pub fn description(&self, text: &str) -> String {
        let written = attribute(&text[self.range.clone()], "description").unwrap_or_default();
        let words =
            written.split_whitespace().map(|word| format!(" {}", super::inline::plain(word)));
        words.collect()
    }
}

/// Returns true for a name such as `Link`, which is no `link` and no `LINK`.
pub fn is_component(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|byte| byte.is_ascii_uppercase())
        && letters.next().is_some_and(|byte| byte.is_ascii_lowercase())
}

/// The elements of MathML Core, and those that only say more of a formula, sorted.
const MATH: &[&str] = &[
    "annotation",
    "math",
    "menclose",
    "merror",
    "mfenced",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "semantics",
];

/// Returns true for an element, in lower case, that is part of a formula.
pub fn is_math(name: &str) -> bool {
    MATH.binary_search(&name).is_ok()
}

/// Elements of HTML that a browser leaves open behind `<name/>`, although whoever wrote that meant it to
/// be empty.
const HOLDING_TEXT: &[&str] = &[
    "a", "audio", "b", "button", "canvas", "code", "details", "div", "em", "h1", "h2", "h3", "h4",
    "h5", "h6", "i", "label", "li", "object", "option", "p", "picture", "pre", "script", "section",
    "select", "span", "strong", "style", "sub", "summary", "sup", "table", "td", "textarea", "th",
    "title", "tr", "ul", "video",
];

/// Returns true for an element, in lower case, that may hold text.
pub fn holds_text(name: &str) -> bool {
    HOLDING_TEXT.contains(&name)
}

/// Returns the value of an attribute between quotes, if it has one.
pub fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let before = tag[..at].chars().next_back()?;
        let value = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let mark = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let value = value[1..].split(mark).next()?.trim();
        (before.is_whitespace() && !value.is_empty()).then_some(value)
    })
}

/// Returns the labels of tabs by their values, as Docusaurus lists them in one tag:
/// `values={[{label: 'Yarn', value: 'yarn'}]}`.
pub fn values(tag: &str) -> HashMap<String, String> {
    let Some((_, list)) = tag.split_once("values=") else { return HashMap::new() };
    let of = |item: &str, name: &str| {
        let (_, rest) = item.split_once(name)?;
        let rest =
            rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?.trim_start();
        let mark = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        rest[1..].split(mark).next().map(str::to_owned)
    };
    let items = list.split('}').filter_map(|item| Some((of(item, "value")?, of(item, "label")?)));
    items.collect()
}

/// Returns a tag of HTML without the attributes whose values are expressions of JavaScript, as
/// `style={{…}}`, or `None` where it has none.
pub fn without_expressions(tag: &str) -> Option<String> {
    let mut kept = String::new();
    let (mut rest, mut quote, mut found) = (tag, None, false);
    while let Some(c) = rest.chars().next() {
        match quote {
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(mark) if mark == c => quote = None,
            None if rest.starts_with("={") => {
                let space = kept.rfind(char::is_whitespace)?;
                let name = kept[space..].trim_start();
                let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                if !name.is_empty() && name.bytes().all(is_name) {
                    kept.truncate(space);
                    rest = &rest[1 + expression(&rest[1..])?..];
                    found = true;
                    continue;
                }
            }
            _ => {}
        }
        kept.push(c);
        rest = &rest[c.len_utf8()..];
    }
    found.then_some(kept)
}

/// Returns the length of an expression that a brace begins.
fn expression(text: &str) -> Option<usize> {
    let mut depth = 0;
    let end = text.bytes().position(|byte| {
        depth += match byte {
            b'{' => 1,
            b'}' => -1,
            _ => 0,
        };
        depth == 0
    });
    Some(end? + 1)
}

/// Cuts an attribute list at its spaces, but not within quotes.
pub fn parts(list: &str) -> Vec<&str> {
    let mut mark = None;
    let parts = list.split(|c: char| {
        match mark {
            None if matches!(c, '"' | '\'') => mark = Some(c),
            Some(open) if open == c => mark = None,
            _ => {}
        }
        mark.is_none() && c.is_whitespace()
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// Returns true for a part of an attribute list: a class, an id, or a name with its value, which needs
/// quotes unless it stands behind a heading and the name is a usual one.
pub fn is_attribute(part: &str, is_heading: bool) -> bool {
    const USUAL: [&str; 9] =
        ["align", "class", "height", "id", "loading", "rel", "start", "target", "width"];
    match part.split_once('=') {
        _ if part.starts_with(['.', '#']) => part.len() > 1 && !part.contains(['"', '\'']),
        Some((name, value)) => {
            value.starts_with(['"', '\'']) || (is_heading && USUAL.contains(&name))
        }
        None => false,
    }
}

/// Returns the type of a field of a form, which needs no quotes, or nothing.
pub fn kind(tag: &str) -> &str {
    let Some((_, value)) = tag.split_once(" type=") else { return "" };
    let value = value.trim_start_matches(['"', '\'']);
    value.split(['"', '\'', ' ', '>', '/']).next().unwrap_or_default()
}

/// The longest tag that is read.
const TAG_LIMIT: usize = 2000;

/// Reads the tag that begins here with `<`. Returns also how far was looked.
pub fn tag(text: &str, at: usize) -> (Option<Tag>, usize) {
    let bytes = text.as_bytes();
    let is_closing = bytes.get(at + 1) == Some(&b'/');
    let start = at + 1 + usize::from(is_closing);
    if !bytes.get(start).is_some_and(u8::is_ascii_alphabetic) {
        return (None, 1);
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
    let end = start + bytes[start..].iter().take(80).take_while(|byte| is_name(byte)).count();
    // `<https://…>` and `<a@b.org>` are addresses, and `<T,` is no tag.
    if !bytes.get(end).is_some_and(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte)) {
        return (None, end - at);
    }
    let (mut quote, mut braces, mut was_newline) = (None, 0_usize, false);
    for (index, byte) in bytes.iter().enumerate().skip(end).take(TAG_LIMIT) {
        match (quote, byte) {
            (Some(mark), byte) if mark == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(*byte),
            (None, b'{') => braces += 1,
            (None, b'}') => braces = braces.saturating_sub(1),
            (None, b'<') if braces == 0 => return (None, index - at),
            (None, b'>') if braces == 0 => {
                let name = text[start..end].to_owned();
                let is_empty = bytes[index - 1] == b'/';
                return (
                    Some(Tag { range: at..index + 1, name, is_closing, is_empty }),
                    index - at,
                );
            }
            _ => {}
        }
        if *byte == b'\n' && was_newline {
            return (None, index - at);
        }
        was_newline = *byte == b'\n' || (was_newline && byte.is_ascii_whitespace());
    }
    (None, TAG_LIMIT)
}

/// Returns true for a line that begins a statement of MDX: `import` or `export`.
pub fn is_module_line(bare: &str) -> bool {
    if let Some(rest) = bare.strip_prefix("import ") {
        let rest = rest.trim();
        return rest.starts_with(['"', '\'', '{'])
            || rest.starts_with("* as ")
            || [" from '", " from \""].iter().any(|from| rest.contains(from));
    }
    let Some(rest) = bare.strip_prefix("export ") else { return false };
    match rest.split_once(' ') {
        Some(("const" | "let" | "var", rest)) => rest.contains('='),
        Some(("function" | "class", rest)) => rest.contains(['(', '{']),
        Some(("default", rest)) => rest.contains(['(', '{', ';']) || !rest.contains(' '),
        _ => rest.starts_with('{'),
    }
}

/// Returns how many more brackets a line of a statement opens than it closes.
pub fn depth(line: &str) -> i32 {
    line.bytes()
        .map(|byte| match byte {
            b'(' | b'{' | b'[' => 1,
            b')' | b'}' | b']' => -1,
            _ => 0,
        })
        .sum()
}

/// Returns the address that an instruction in a link stands for, as far as that is plain: a `ref` of
/// Hugo, a `link` of Jekyll, a path put behind the address of the site.
pub fn address(inner: &str) -> Option<String> {
    let inner = inner.trim().trim_matches('-').trim();
    let quoted = |text: &str| {
        let at = text.find(['"', '\''])?;
        let mark = text[at..].chars().next()?;
        let value = text[at + 1..].split(mark).next()?;
        let plain = !value.is_empty() && !value.contains(['<', '>', '{', '}', '\n']);
        plain.then(|| value.to_owned())
    };
    let (name, rest) =
        inner.split_once(|c: char| c.is_whitespace() || c == '(').unwrap_or((inner, ""));
    match name {
        "ref" | "relref" => {
            let value = quoted(rest).unwrap_or_else(|| rest.trim().to_owned());
            Some(format!("[[{value}]]"))
                .filter(|_| !value.is_empty() && !value.contains(['<', '>']))
        }
        "link" => Some(format!("/{}", rest.trim().trim_start_matches('/'))),
        "post_url" => Some(format!("[[{}]]", rest.trim())),
        "get_url" | "url_for" => quoted(rest),
        "site.baseurl" | "site.url" | "base_url" | "site.BaseURL" => Some(String::new()),
        _ if inner.contains('|') && inner.contains("_url") => quoted(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_sorted() {
        assert!(ELEMENTS.is_sorted() && MATH.is_sorted());
    }

    #[test]
    fn statements_are_told_from_prose() {
        for line in [
            "import Tabs from '@theme/Tabs';",
            "import './style.css'",
            "import {",
            "export const x = 1",
            "export default function Page() {",
        ] {
            assert!(is_module_line(line), "{line}");
        }
        for line in [
            "import taxes fell",
            "export of goods",
            "importance",
            "export default settings to a file",
        ] {
            assert!(!is_module_line(line), "{line}");
        }
    }

    #[test]
    fn expressions_are_taken_out_of_tags_and_addresses_kept() {
        for (tag, rest) in [
            ("<span style={{color: '#fff'}} class=\"a\">", Some("<span class=\"a\">")),
            ("<a href=\"https://x/?q={id}\">", None),
            ("<a href=\"https://x/?q={id}\" onClick={f}>", Some("<a href=\"https://x/?q={id}\">")),
            ("<p title=\"a b={c}\">", None),
            ("<p é={c}>", None),
            ("<p a={b>", None),
        ] {
            assert_eq!(without_expressions(tag).as_deref(), rest, "{tag}");
        }
    }

    #[test]
    fn instructions_in_links_have_addresses() {
        assert_eq!(address(" ref \"x.md\" ").as_deref(), Some("[[x.md]]"));
        assert_eq!(address("link _posts/a.md").as_deref(), Some("/_posts/a.md"));
        assert_eq!(address("'/a/' | relative_url").as_deref(), Some("/a/"));
        assert_eq!(address("site.baseurl").as_deref(), Some(""));
        assert_eq!(address("page.title"), None);
    }
}
