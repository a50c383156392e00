//! Syntax highlighting of code: classes for the style sheet, never inline styles.

use std::{
    borrow::Cow,
    collections::HashMap,
    ops::Range,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use syntect::{
    parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet},
    util::LinesWithEndings,
};

use super::{HIGHLIGHT_LIMIT, HIGHLIGHT_LINE_LIMIT};

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Scopes and their class; the first that fits the innermost scope counts.
static SCOPES: LazyLock<Vec<(Scope, &str)>> = LazyLock::new(|| {
    [
        ("comment", "hl-c"),
        ("string", "hl-s"),
        ("constant.numeric", "hl-n"),
        ("constant.language", "hl-n"),
        ("constant", "hl-n"),
        ("keyword.operator", ""),
        ("keyword", "hl-k"),
        ("storage", "hl-k"),
        ("entity.name.function", "hl-f"),
        ("support.function", "hl-f"),
        ("entity.name.tag", "hl-t"),
        ("entity.name", "hl-t"),
        ("support.type", "hl-t"),
        ("entity.other.attribute-name", "hl-v"),
        ("variable.parameter", "hl-v"),
    ]
    .into_iter()
    .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, class)))
    .collect()
});

/// What was coloured before. The same code stands on many pages, above all in translations, and colouring
/// is slow.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// How many bytes of code and of its HTML are kept; then it begins anew.
const KNOWN_LIMIT: usize = 32 * 1024 * 1024;

#[derive(Default)]
struct Known {
    /// By the name of the syntax and the code.
    html: HashMap<(&'static str, Box<str>), Arc<str>>,
    bytes: usize,
}

/// Returns the code with spans, or `None` when its language is unknown or it is too long.
pub fn html(lang: &str, code: &str) -> Option<Arc<str>> {
    let is_long = |line: &str| line.len() > HIGHLIGHT_LINE_LIMIT;
    if lang.is_empty() || code.len() > HIGHLIGHT_LIMIT || code.lines().any(is_long) {
        return None;
    }
    let syntax = SYNTAXES.find_syntax_by_token(lang)?;
    // Poisoning would need a panic while it is held, and nothing that is done then panics.
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (syntax.name.as_str(), Box::from(code));
    if let Some(html) = known().html.get(&key) {
        return Some(html.clone());
    }
    let html: Arc<str> = coloured(syntax, code)?.into();
    let mut known = known();
    let bytes = code.len() + html.len();
    if known.bytes + bytes > KNOWN_LIMIT {
        *known = Known::default();
    }
    known.bytes += bytes;
    known.html.insert(key, html.clone());
    Some(html)
}

fn coloured(syntax: &SyntaxReference, code: &str) -> Option<String> {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let (masked, comments) = match KEEP.contains(&syntax.name.as_str()) {
        true => (Cow::Borrowed(code), Vec::new()),
        false => without_comments(code),
    };
    let mut writer =
        Writer { code, comments, html: String::with_capacity(code.len() * 2), open: "" };
    let mut start = 0;
    for line in LinesWithEndings::from(&masked) {
        let changes = state.parse_line(line, &SYNTAXES).ok()?;
        let mut from = start;
        for (at, change) in changes {
            // Spaces part where the letters of a comment do not.
            let at = (start + at..code.len()).find(|at| code.is_char_boundary(*at));
            let at = at.unwrap_or(code.len());
            writer.write(class(&stack), from..at);
            from = at;
            stack.apply(&change).ok()?;
        }
        start += line.len();
        writer.write(class(&stack), from..start);
    }
    Some(writer.end())
}

/// Syntaxes in which `/*` begins no comment, but often a pattern of names of files, and that embed no
/// JavaScript. They see their code as it is.
const KEEP: &[&str] = &[
    "Bourne Again Shell (bash)",
    "Diff",
    "Dockerfile",
    "Git Ignore",
    "INI",
    "Makefile",
    "Python",
    "Shell-Unix-Generic",
    "TOML",
    "YAML",
];

/// Returns the code with spaces for its comments between `/*` and `*/`, and where they are. A sign
/// that nothing closes is a space too.
///
/// The grammar of JavaScript reads without end what stands before such a comment when no semicolon
/// does: two of its contexts give way to each other at one place
/// (<https://github.com/trishume/syntect/issues/460>). Some twenty others embed it, from HTML to
/// Markdown, so all but a few are kept from seeing the sign.
fn without_comments(code: &str) -> (Cow<'_, str>, Vec<Range<usize>>) {
    let mut comments = Vec::new();
    let mut from = 0;
    while let Some(at) = code[from..].find("/*").map(|at| from + at) {
        let end = code[at + 2..].find("*/").map_or(at + 2, |length| at + length + 4);
        comments.push(at..end);
        from = end;
    }
    if comments.is_empty() {
        return (Cow::Borrowed(code), comments);
    }
    let mut masked = String::with_capacity(code.len());
    let mut from = 0;
    for comment in &comments {
        masked.push_str(&code[from..comment.start]);
        // As many bytes, so that places stay what they are, and as many lines.
        for byte in code[comment.clone()].bytes() {
            masked.push(if byte == b'\n' { '\n' } else { ' ' });
        }
        from = comment.end;
    }
    masked.push_str(&code[from..]);
    (Cow::Owned(masked), comments)
}

fn class(stack: &ScopeStack) -> &'static str {
    for scope in stack.scopes.iter().rev() {
        if let Some((_, class)) = SCOPES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)) {
            return class;
        }
    }
    ""
}

/// Writes code with spans of classes, and its comments as such.
struct Writer<'c> {
    code: &'c str,
    /// Comments that were not shown to the parser, in the order of the code.
    comments: Vec<Range<usize>>,
    html: String,
    open: &'static str,
}

impl Writer<'_> {
    fn write(&mut self, class: &'static str, range: Range<usize>) {
        let mut from = range.start;
        let first = self.comments.partition_point(|comment| comment.end <= range.start);
        for at in first..self.comments.len() {
            let comment = self.comments[at].clone();
            if comment.start >= range.end {
                break;
            }
            let (start, end) = (comment.start.max(from), comment.end.min(range.end));
            self.span(class, from..start);
            // Between quotes it is a pattern of names of files.
            self.span(if class == "hl-s" { class } else { "hl-c" }, start..end);
            from = end;
        }
        self.span(class, from..range.end);
    }

    fn span(&mut self, class: &'static str, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        if self.open != class {
            self.close();
            if !class.is_empty() {
                self.html.push_str("<span class=\"");
                self.html.push_str(class);
                self.html.push_str("\">");
            }
            self.open = class;
        }
        for c in self.code[range].chars() {
            match c {
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '&' => self.html.push_str("&amp;"),
                '"' => self.html.push_str("&quot;"),
                _ => self.html.push(c),
            }
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.html.push_str("</span>");
        }
    }

    fn end(mut self) -> String {
        self.close();
        self.html
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_code_is_coloured_once() {
        let first = html("tsx", "const once = <b/>;\n").unwrap();
        assert!(Arc::ptr_eq(&first, &html("tsx", "const once = <b/>;\n").unwrap()));
        // Names of one syntax are one, and other syntaxes colour it otherwise.
        assert!(Arc::ptr_eq(&first, &html("TSX", "const once = <b/>;\n").unwrap()));
        assert_ne!(first, html("python", "const once = <b/>;\n").unwrap());
        // What was coloured is found by the name of its syntax, so each has its own.
        let names: HashSet<&str> = SYNTAXES.syntaxes().iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names.len(), SYNTAXES.syntaxes().len());
    }

    #[test]
    fn code_has_classes_and_is_escaped() {
        let html = html("rust", "fn main() { \"<b>\"; }\n").unwrap();
        assert!(html.contains("<span class=\"hl-k\">fn</span>"), "{html}");
        assert!(html.contains("&lt;b&gt;") && !html.contains("<b>"), "{html}");
        assert!(super::html("no-such-language", "x").is_none());
    }

    #[test]
    fn a_long_line_is_shown_plain() {
        assert!(html("vim", &"*".repeat(60_000)).is_none());
        assert!(html("vim", &"let x = 1\n".repeat(1_000)).is_some());
    }

    fn shown(html: &str) -> String {
        let mut text = String::new();
        for part in html.split('<') {
            text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        }
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    }

    #[test]
    fn comments_are_coloured_and_no_sign_is_lost() {
        for code in [
            "a = 1 /* ça: \"x\" <b> 移民 */\nb()\n",
            "f(\"src/**/*.js\")\n/* never closed",
            "/**/",
            "/* a\n é\n*/ c /* d */",
        ] {
            for lang in ["js", "css", "html", "rust", "sh", "php", "md"] {
                assert_eq!(shown(&html(lang, code).unwrap()), code, "{lang}");
            }
        }
        let js = html("js", "let a = 1 /* é\n b */\nlet c = \"x/**/*.js\"\n").unwrap();
        assert!(js.contains("<span class=\"hl-c\">/* é\n b */</span>"), "{js}");
        assert!(js.contains("<span class=\"hl-s\">&quot;x/**/*.js&quot;</span>"), "{js}");
    }

    #[test]
    fn every_syntax_comes_to_an_end() {
        let codes = [
            "x /*",
            "{\n  a = 1\n  /* c */\n}\n",
            "a = 1 /* c */\nb\n",
            "i < 0 ? (l) : ([i + 1]);\n",
            "<script>\nx /* c */\n</script>\n<style>\na { /* c */ }\n</style>\n<a onclick=\"x /* c */\">\n",
            "```js\nx /* c */\n```\n",
        ];
        for syntax in SYNTAXES.syntaxes() {
            let (send, receive) = std::sync::mpsc::channel();
            let name = syntax.name.clone();
            // One that does not end is left behind.
            std::thread::spawn(move || {
                codes.iter().for_each(|code| drop(html(&name, code)));
                send.send(())
            });
            let ended = receive.recv_timeout(std::time::Duration::from_secs(60));
            assert!(ended.is_ok(), "{} does not end", syntax.name);
        }
    }
}
