//! What MyST adds, the Markdown of Sphinx: boxes between fences, names of places, roles.

use super::{
    Kind, Reader,
    boxes::Opening,
    inline::{Change, plain},
};
use crate::markdown::callout;

/// Reads ```` ```{note} Title ````, as MyST writes a box between fences.
pub fn directive(bare: &str) -> Option<Opening> {
    let inner = bare.trim_start_matches(['`', '~']);
    let (name, title) = inner.strip_prefix('{')?.split_once('}')?;
    let (name, title) = (name.trim().to_lowercase(), title.trim().to_owned());
    if bare.len() - inner.len() < 3 {
        return None;
    }
    let (kind, fold) = match name.as_str() {
        "dropdown" | "details" => ("details", "-"),
        "admonition" => ("note", ""),
        kind if callout::is_kind(kind) => (kind, ""),
        _ => return None,
    };
    let title = if title.is_empty() { callout::title(kind) } else { title };
    Some(Opening { kind: kind.to_owned(), title, callout: Some(fold) })
}

/// The options of boxes; another word between colons is an emoji.
const OPTIONS: &[&str] = &[
    "align",
    "class",
    "class-body",
    "class-container",
    "class-title",
    "closed",
    "color",
    "columns",
    "footer",
    "gutter",
    "header",
    "height",
    "icon",
    "img-top",
    "label",
    "link",
    "link-type",
    "margin",
    "name",
    "open",
    "outline",
    "padding",
    "selected",
    "shadow",
    "sync",
    "text-align",
    "width",
];

/// Returns true for an option of a box of MyST, such as `:class: tip`.
pub fn is_option(bare: &str) -> bool {
    let name = bare.strip_prefix(':').and_then(|rest| rest.split_once(':')).map(|(name, _)| name);
    name.is_some_and(|name| OPTIONS.contains(&name))
}

/// Reads the name of a place on a line of its own: `(name)=`.
pub fn place(bare: &str) -> Option<&str> {
    let name = bare.strip_prefix('(')?.strip_suffix(")=")?;
    let sound = name.chars().all(|c| c.is_alphanumeric() || "-_.:".contains(c));
    (sound && !name.is_empty()).then_some(name)
}

/// Returns true for `{name}` before a backtick, as MyST writes what is no plain text.
pub fn is_role(text: &str) -> bool {
    let name = text.bytes().skip(1).take(24);
    let length = name.take_while(|b| b.is_ascii_lowercase() || b":-".contains(b)).count();
    length > 0 && text[1 + length..].starts_with("}`")
}

/// What MyST and Sphinx fill in: references, terms, sources.
const ROLES: &[&str] = &["any", "cite", "download", "eq", "numref", "ref", "term"];

impl Reader<'_> {
    /// Leaves out the options that follow the first line of a box of MyST.
    pub fn skip_options(&mut self) {
        while self.at < self.text.len() {
            let line = self.line(self.at);
            if !is_option(self.text[line.clone()].trim()) {
                return;
            }
            self.next(&line);
        }
    }

    /// Reads a role of MyST: a link to a page, else what another program would fill in.
    pub fn role(&mut self, at: usize, end: usize) -> Option<Change> {
        let text = self.text;
        let (name, rest) = text[at + 1..end].split_once("}`")?;
        let (inner, _) = rest.split_once('`').filter(|(inner, _)| !inner.is_empty())?;
        let until = at + 1 + name.len() + 2 + inner.len() + 1;
        let (words, target) = match inner.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
            Some((words, target)) => (words.trim(), target),
            None => (inner.rsplit('/').next().unwrap_or(inner), inner),
        };
        if name == "doc" && !target.contains(['<', '>', ' ']) {
            return Some(Change { until, words: format!("[{}](<{target}>)", plain(words)) });
        }
        if ROLES.contains(&name) || name.contains(':') {
            self.note(Kind::Template, at..until, &text[at..until]);
        }
        None
    }
}
