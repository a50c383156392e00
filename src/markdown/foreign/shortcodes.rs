//! Shortcodes that stand on a line of their own and have a plain meaning: boxes, tabs, code and
//! pictures. Their names are those of Hugo itself, of its themes that most sites use, and of GitBook.

use std::ops::Range;

use super::{Kind, Reader, boxes::Opening, inline::plain};
use crate::markdown::callout;

/// A shortcode that is all of a line.
pub struct Shortcode<'t> {
    pub name: &'t str,
    pub is_closing: bool,
    is_gitbook: bool,
    arguments: &'t str,
}

/// The blocks of GitBook, `{% name %}` … `{% endname %}`, whose text is Markdown.
const GITBOOK: &[&str] =
    &["code", "column", "columns", "content-ref", "hint", "step", "stepper", "tab", "tabs"];

/// Boxes of Jekyll's plugins and of Liquid, `{% note %}` … `{% endnote %}`.
const LIQUID: &[&str] =
    &["caution", "danger", "details", "important", "info", "note", "tip", "warning"];

/// A block of code that a shortcode opens.
pub struct Code<'t> {
    pub language: &'t str,
    /// What the line says that ends it.
    pub end: &'static str,
    /// What stands above it.
    pub title: &'t str,
}

/// How colours and moods of boxes are called, where they are not called by a kind.
const MOODS: &[(&str, &str)] = &[("primary", "note"), ("ok", "tip"), ("warn", "warning")];

/// Shortcodes that only say how what they hold is arranged, of themes that many sites use.
const HOLDERS: &[&str] = &[
    "blocks/section",
    "capture",
    "card",
    "cardpane",
    "cards",
    "center",
    "column",
    "columns",
    "div",
    "grid",
    "history",
    "pageinfo",
    "section",
    "steps",
    "table",
];

/// Signs with which something begins that is read within a line.
const FOREIGN: [char; 11] = ['[', '{', '<', '%', '+', '$', '^', '`', '~', '=', ']'];

/// Reads a line that is a box or a tab from its beginning to its end: what it opens, and the words within.
pub fn on_one_line(line: &str) -> Option<(Opening, &str)> {
    let (opens, closes) = [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}")]
        .into_iter()
        .find(|it| line.starts_with(it.0))?;
    let (first, rest) = line.split_at(line.find(closes)? + closes.len());
    let (words, last) = rest.split_at(rest.rfind(opens)?);
    let (first, last) = (Shortcode::read(first)?, Shortcode::read(last)?);
    let words = words.trim();
    // What is more than words is read where it stands, and the line stays one.
    let is_plain = !words.is_empty() && !words.contains(FOREIGN);
    let is_titled = |it: &Opening| first.is_gitbook && !it.title.is_empty();
    let opening = first.opening().filter(|it| it.callout.is_some() || is_titled(it))?;
    (is_plain && last.is_closing && last.name == first.name).then_some((opening, words))
}

impl<'t> Shortcode<'t> {
    /// Reads a line without the white space around it.
    pub fn read(line: &'t str) -> Option<Self> {
        if let Some(inner) = line.strip_prefix("{%") {
            let inner = inner.strip_suffix("%}")?.trim();
            let (name, arguments) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
            let after = name.strip_prefix("end");
            let name = after.unwrap_or(name);
            let is_gitbook = GITBOOK.contains(&name);
            let known = (is_gitbook || LIQUID.contains(&name)) && !arguments.contains("%}");
            let is_closing = after.is_some();
            return known.then_some(Self { name, is_closing, is_gitbook, arguments });
        }
        let inner = [("{{<", ">}}"), ("{{%", "%}}")]
            .iter()
            .find_map(|(opens, closes)| line.strip_prefix(opens)?.strip_suffix(closes))?;
        // One that is shown on purpose, or several.
        if inner.starts_with("/*") || inner.contains("}}") {
            return None;
        }
        let inner = inner.trim();
        let after = inner.strip_prefix('/');
        let inner = after.unwrap_or(inner).trim();
        let (name, arguments) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        let is_closing = after.is_some();
        (!name.is_empty()).then_some(Self { name, is_closing, is_gitbook: false, arguments })
    }

    /// Lists the arguments, with the names of those that have one.
    fn arguments(&self) -> Vec<(&'t str, &'t str)> {
        let mut rest = self.arguments.trim_start();
        let mut all = Vec::new();
        while !rest.is_empty() {
            let mut name = "";
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            if end > 0 && rest[end..].starts_with('=') {
                (name, rest) = (&rest[..end], &rest[end + 1..]);
            }
            let quoted = rest.strip_prefix(['"', '`', '\'']).and_then(|after| {
                let mark = rest.chars().next()?;
                after.split_once(mark)
            });
            let space = || rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let (value, after) = quoted.unwrap_or_else(space);
            all.push((name, value.trim()));
            rest = after.trim_start();
        }
        all
    }

    fn named(&self, names: &[&str]) -> Option<&'t str> {
        let all = self.arguments();
        names.iter().find_map(|wanted| Some(all.iter().find(|(name, _)| name == wanted)?.1))
    }

    /// Returns an argument without a name, by its place.
    fn placed(&self, place: usize) -> Option<&'t str> {
        let unnamed = self.arguments().into_iter().filter(|(name, _)| name.is_empty());
        unnamed.map(|(_, value)| value).nth(place)
    }

    /// Returns the box or tab that it opens, if it opens one. One without a title only holds others.
    pub fn opening(&self) -> Option<Opening> {
        if self.is_closing || self.arguments.ends_with('/') {
            return None;
        }
        let name = self.name.to_lowercase();
        let title = self.named(&["title", "header", "heading", "summary", "name", "label"]);
        let text = |title: Option<&str>| title.unwrap_or_default().to_owned();
        let opening = match name.as_str() {
            "alert" | "notice" | "admonition" | "callout" | "hint" | "box" => {
                let kind = |word: &str| {
                    let word = word.to_lowercase();
                    let mood = MOODS.iter().find(|(mood, _)| *mood == word);
                    let word = mood.map_or(word, |(_, kind)| (*kind).to_owned());
                    callout::is_kind(&word).then_some(word)
                };
                let named = self.named(&["type", "kind", "style", "color", "context", "level"]);
                let first = self.placed(0);
                let of_first = first.and_then(kind);
                let title = title.or(if of_first.is_some() { self.placed(1) } else { first });
                let own = (name == "hint").then(|| name.clone());
                let kind = named.and_then(kind).or(of_first).or(own);
                let kind = kind.unwrap_or_else(|| "note".to_owned());
                Opening { kind, title: text(title), callout: Some("") }
            }
            "details" | "expand" | "collapse" | "collapsible" => {
                let title = text(title.or(self.placed(0)));
                Opening { kind: "details".to_owned(), title, callout: Some("-") }
            }
            "tabs" | "tabpane" => {
                Opening { kind: String::new(), title: String::new(), callout: None }
            }
            "tab" if self.named(&["codelang"]).is_some() => return None,
            "tab" => {
                let title = text(title.or(self.placed(0)));
                Opening { kind: String::new(), title, callout: None }
            }
            name if self.is_gitbook || HOLDERS.contains(&name) => {
                let address = self.named(&["link", "href", "url"]).filter(|_| !self.is_gitbook);
                let address = address.filter(|it| !it.contains(['<', '>', '\\']) && !it.is_empty());
                let title = title.or_else(|| self.named(&["caption"]));
                let title = match (title, address) {
                    (Some(title), Some(address)) => format!("[{}](<{address}>)", plain(title)),
                    (title, _) => text(title),
                };
                Opening { kind: String::new(), title, callout: None }
            }
            kind if callout::is_kind(kind) => {
                let title = text(title.or(self.placed(0)));
                Opening { kind: name, title, callout: Some("") }
            }
            _ => return None,
        };
        Some(opening)
    }

    /// Returns the words that it shows in a sentence or heading: a term of Kubernetes, or the name by which
    /// its themes keep a heading in many languages.
    pub fn words(&self) -> Option<&'t str> {
        let words = match self.name {
            _ if self.is_closing => None,
            "glossary_tooltip" => self.named(&["text", "term_id"]),
            "heading" => self.placed(0),
            _ => None,
        };
        words.filter(|words| !words.is_empty())
    }

    /// Returns the language of the block of code that it opens, if it opens one.
    pub fn code(&self) -> Option<Code<'t>> {
        if self.is_closing || self.is_gitbook {
            return None;
        }
        let code = |language, end| Some(Code { language, end, title: "" });
        let of_file = |file: &'t str| file.rsplit_once('.').map(|(_, kind)| kind);
        match self.name {
            "highlight" => code(self.placed(0).unwrap_or_default(), "/highlight"),
            "mermaid" => code("mermaid", "/mermaid"),
            "tab" => {
                let title = self.named(&["name", "title", "header"]).unwrap_or_default();
                Some(Code { language: self.named(&["codelang"])?, end: "/tab", title })
            }
            // Hugo's own manual names a file, whose kind is the language.
            "code" | "code-toggle" => {
                let language = self.named(&["lang", "language"]);
                let language = language.or_else(|| of_file(self.named(&["file"])?));
                let end = if self.name == "code" { "/code" } else { "/code-toggle" };
                code(language.unwrap_or_default(), end)
            }
            _ => None,
        }
    }

    /// Returns the link that stands for it, as Markdown: a card, or a film on another host.
    pub fn link(&self) -> Option<String> {
        if self.is_closing {
            return None;
        }
        let is_sound =
            |address: &&str| !address.is_empty() && !address.contains(['<', '>', ' ', '\\']);
        match self.name {
            "card" | "link-card" => {
                let address = self.named(&["link", "href", "url"]).filter(is_sound)?;
                let title = self.named(&["title", "header"]).unwrap_or(address);
                let below = self.named(&["subtitle", "description"]).unwrap_or_default();
                Some(format!("- [{}](<{address}>) {below}", plain(title)).trim_end().to_owned())
            }
            "youtube" | "vimeo" => {
                let id = self.named(&["id"]).or(self.placed(0)).filter(is_sound)?;
                let address = match self.name {
                    "youtube" => format!("https://www.youtube.com/watch?v={id}"),
                    _ => format!("https://vimeo.com/{id}"),
                };
                Some(format!("<{address}>"))
            }
            _ => None,
        }
    }

    /// Returns what stands for it and the words up to its end on the same line, as Markdown, where it
    /// is a button or only arranges them.
    pub fn around(&self, words: &str) -> Option<String> {
        let words = words.trim();
        match self.name {
            _ if self.is_closing || words.is_empty() => None,
            "button" | "btn" => {
                let address = self.named(&["href", "link", "url", "relref", "page"]);
                let address = address.filter(|it| !it.is_empty() && !it.contains(['<', '>']))?;
                Some(format!("[{words}](<{address}>)"))
            }
            _ => {
                let title = self.opening()?.title;
                Some(if title.is_empty() {
                    words.to_owned()
                } else {
                    format!("**{title}** {words}")
                })
            }
        }
    }

    /// Returns the picture that it shows, and what stands below it, as Markdown.
    pub fn picture(&self) -> Option<(String, Vec<String>)> {
        let source = self.named(&["src"]).filter(|_| self.name == "figure" && !self.is_closing)?;
        if source.is_empty() || source.contains(['<', '>']) {
            return None;
        }
        let words = |name| self.named(&[name]).unwrap_or_default();
        let alt = self.named(&["alt", "caption", "title"]).unwrap_or_default();
        let picture = format!("![{}](<{source}>)", plain(alt));
        let linked = |words: String, address: &str| match address {
            "" => words,
            address if address.contains(['<', '>', '\\']) => words,
            address => format!("[{words}](<{address}>)"),
        };
        let title = words("title").trim_end_matches(['*', '\\']);
        let title = if title.is_empty() { String::new() } else { format!("**{title}**") };
        let of = words("attr");
        let of =
            if of.is_empty() { String::new() } else { linked(of.to_owned(), words("attrlink")) };
        let below = [title, words("caption").to_owned(), of];
        let below = below.into_iter().filter(|line| !line.is_empty()).collect();
        Some((linked(picture, words("link")), below))
    }
}

/// The most lines of one shortcode.
const LINES: usize = 40;

impl Reader<'_> {
    /// Reads a shortcode that goes on over several lines: a picture or link, else its words on one line.
    pub fn read_long(&mut self, line: &Range<usize>, bare: &str) -> bool {
        let closes = if bare.starts_with("{{<") { ">}}" } else { "%}}" };
        if bare.contains(closes) || self.inline.is_raw || self.inline.is_tired(self.text) {
            return false;
        }
        let mut written = bare.to_owned();
        let mut at = line.end + 1;
        for _ in 0..LINES {
            let next = self.line(at.min(self.text.len()));
            self.inline.look(next.len());
            let words = self.text[next.clone()].trim();
            if words.is_empty() {
                return false;
            }
            written = format!("{written} {words}");
            at = next.end + 1;
            if !words.contains(closes) {
                continue;
            }
            let whole = line.start..next.end;
            let read = Shortcode::read(&written).filter(|_| words.ends_with(closes));
            let Some(read) = read else { return false };
            let (shown, below) = match (read.picture(), read.link()) {
                (Some(picture), _) => picture,
                (None, Some(link)) => (link, Vec::new()),
                (None, None) => {
                    self.note(Kind::Shortcode, whole.clone(), bare);
                    (plain(&written), Vec::new())
                }
            };
            let spaces = self.spaces(line);
            self.end_block();
            self.replace_line(&whole, &format!("{spaces}{shown}"));
            for words in below {
                self.end_block();
                self.replace_line(&whole, &format!("{spaces}{words}"));
            }
            self.end_block();
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcode_is_all_of_its_line() {
        for line in ["{{< a", "{{< a >}} b", "x {{< a >}}", "{{</* a */>}}", "{{< a >}}{{< b >}}"] {
            assert!(Shortcode::read(line).is_none(), "{line}");
        }
        let read = Shortcode::read("{{%/ tab %}}").unwrap();
        assert!(read.is_closing && read.name == "tab");
    }

    #[test]
    fn arguments_have_names_and_places() {
        let read = Shortcode::read("{{< a \"b c\" d=`e \"f\"` g=h i >}}").unwrap();
        let all = [("", "b c"), ("d", "e \"f\""), ("g", "h"), ("", "i")];
        assert_eq!(read.arguments(), all);
        assert_eq!((read.placed(1), read.named(&["x", "g"])), (Some("i"), Some("h")));
    }

    #[test]
    fn a_figure_shows_all_its_words() {
        let picture = |line: &str| {
            let (picture, below) = Shortcode::read(line).unwrap().picture()?;
            Some(([vec![picture], below].concat()).join("|"))
        };
        for (line, shown) in [
            ("src=\"a b.png\" caption=\"C [d]\"", "![C \\[d\\]](<a b.png>)|C [d]"),
            ("src=\"/a.png\" alt=\"A\" title=\"T\"", "![A](</a.png>)|**T**"),
            ("src=\"a.png\" caption=\"C\" title=\"T\"", "![C](<a.png>)|**T**|C"),
            (
                "src=\"a.png\" link=\"b.md\" attr=\"By B\" attrlink=\"c.md\"",
                "[![](<a.png>)](<b.md>)|[By B](<c.md>)",
            ),
        ] {
            let line = format!("{{{{< figure {line} >}}}}");
            assert_eq!(picture(&line).as_deref(), Some(shown));
        }
        assert!(picture("{{< figure id=\"a\" >}}").is_none());
    }
}
