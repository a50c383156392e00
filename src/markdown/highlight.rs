//! Syntax highlighting of code: classes for the style sheet, never inline styles.

use std::sync::LazyLock;

use syntect::{
    parsing::{ParseState, Scope, ScopeStack, SyntaxSet},
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

/// Returns the code with spans, or `None` when its language is unknown or it is too long.
pub fn html(lang: &str, code: &str) -> Option<String> {
    let is_long = |line: &str| line.len() > HIGHLIGHT_LINE_LIMIT;
    if lang.is_empty() || code.len() > HIGHLIGHT_LIMIT || code.lines().any(is_long) {
        return None;
    }
    let syntax = SYNTAXES.find_syntax_by_token(lang)?;
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut html = String::with_capacity(code.len() * 2);
    let mut open = "";
    for line in LinesWithEndings::from(code) {
        let changes = state.parse_line(line, &SYNTAXES).ok()?;
        let mut from = 0;
        for (at, change) in changes {
            write(&mut html, &mut open, class(&stack), &line[from..at]);
            from = at;
            stack.apply(&change).ok()?;
        }
        write(&mut html, &mut open, class(&stack), &line[from..]);
    }
    if !open.is_empty() {
        html.push_str("</span>");
    }
    Some(html)
}

fn class(stack: &ScopeStack) -> &'static str {
    for scope in stack.scopes.iter().rev() {
        if let Some((_, class)) = SCOPES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)) {
            return class;
        }
    }
    ""
}

fn write(html: &mut String, open: &mut &'static str, class: &'static str, text: &str) {
    if text.is_empty() {
        return;
    }
    if *open != class {
        if !open.is_empty() {
            html.push_str("</span>");
        }
        if !class.is_empty() {
            html.push_str("<span class=\"");
            html.push_str(class);
            html.push_str("\">");
        }
        *open = class;
    }
    for c in text.chars() {
        match c {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
