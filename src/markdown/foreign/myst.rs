//! What MyST adds, the Markdown of Sphinx: boxes between fences, names of places, roles.

use std::ops::Range;

use super::{
    Kind, Reader,
    boxes::Opening,
    fence_of,
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

/// Returns the picture that ```` ```{figure} path ```` shows.
fn figure(bare: &str) -> Option<&str> {
    let inner = bare.trim_start_matches(['`', '~', ':']);
    let (name, source) = inner.strip_prefix('{')?.split_once('}')?;
    let is_sound = !source.trim().is_empty() && !source.contains(['<', '>']);
    (matches!(name, "figure" | "image") && is_sound).then(|| source.trim())
}

/// Returns true for a line that begins what only Sphinx has between fences or colons.
fn is_directive(line: &str) -> bool {
    const NAMES: [&str; 22] = [
        "admonition",
        "bibliography",
        "card",
        "caution",
        "code-block",
        "code-cell",
        "danger",
        "dropdown",
        "figure",
        "glossary",
        "grid",
        "hint",
        "image",
        "important",
        "list-table",
        "note",
        "seealso",
        "tab-set",
        "tableofcontents",
        "tip",
        "toctree",
        "warning",
    ];
    let inner = line.trim().trim_start_matches(['`', ':']);
    let name = inner.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
    inner.len() + 3 <= line.trim().len() && name.is_some_and(|name| NAMES.contains(&name))
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

/// The most lines of a figure.
const FIGURE_LINES: usize = 200;

impl Reader<'_> {
    /// Returns true for a text that is written for Sphinx, where a line that begins with `%` is a comment.
    pub fn is_myst(&mut self) -> bool {
        let text = self.text;
        *self.is_myst.get_or_insert_with(|| {
            let roles = ["{ref}`", "{doc}`", "{cite}`", "{term}`", "{numref}`"];
            roles.iter().any(|role| text.contains(role)) || text.lines().any(is_directive)
        })
    }

    /// Reads a figure or picture between fences: its options, and the caption below it.
    pub fn read_figure(&mut self, line: &Range<usize>, bare: &str) -> bool {
        let Some((source, fence)) = figure(bare).zip(fence_of(bare)) else { return false };
        let (mut alt, mut name, mut caption) = ("", "", Vec::new());
        let (mut at, mut options) = (line.end + 1, None);
        for _ in 0..FIGURE_LINES {
            if at >= self.text.len() || self.inline.is_tired(self.text) {
                return false;
            }
            let next = self.line(at);
            at = next.end + 1;
            self.inline.look(next.len());
            let bare = self.text[next].trim();
            if fence.is_closed_by(bare, 0) {
                let spaces = self.spaces(line);
                self.end_block();
                if place(&format!("({name})=")).is_some() {
                    self.replace_line(line, &format!("{spaces}<div id=\"{name}\"></div>"));
                    self.end_block();
                }
                self.replace_line(line, &format!("{spaces}![{}](<{source}>)", plain(alt)));
                self.end_block();
                for words in caption {
                    self.replace_line(line, format!("{spaces}{words}").trim_end());
                }
                self.end_block();
                self.at = at.min(self.text.len());
                return true;
            }
            let option = match options {
                None if bare == "---" => {
                    options = Some(true);
                    continue;
                }
                Some(true) if bare == "---" => {
                    options = Some(false);
                    continue;
                }
                Some(true) => bare.split_once(':'),
                _ if caption.is_empty() => {
                    bare.strip_prefix(':').and_then(|rest| rest.split_once(':'))
                }
                _ => None,
            };
            match option.map(|(key, value)| (key.trim(), value.trim().trim_matches(['"', '\'']))) {
                Some(("alt", value)) => alt = value,
                Some(("name", value)) => name = value,
                Some(_) => {}
                None if options == Some(true) || (caption.is_empty() && bare.is_empty()) => {}
                None => caption.push(bare),
            }
        }
        false
    }

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
