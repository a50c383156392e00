//! Syntax highlighting of code: classes for the style sheet, never inline styles.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use syntaxmate::{Catalog, PreparedLanguage, Token, Tokenizer, TokenizerOptions};

/// The longest code block that is highlighted, in bytes; longer ones are shown plain.
const CODE_LIMIT: usize = 64 * 1024;
/// The longest line of it, in bytes. Some languages take time with the square of a line's length.
const LINE_LIMIT: usize = 1_000;
/// How deep its lines may lie in each other. Some languages take time with the square of this too.
const NESTING_LIMIT: usize = 200;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::bundled);

/// Languages that were met, by their names in the catalog.
static LANGUAGES: LazyLock<Mutex<HashMap<&str, Language>>> = LazyLock::new(Mutex::default);

/// A grammar, and readers of it that nobody uses: what one has learnt serves its next block.
struct Language {
    grammar: PreparedLanguage,
    idle: Vec<Reader>,
}

/// A reader and how many blocks it has read. What it learns has no limit of its own.
struct Reader {
    tokenizer: Tokenizer,
    blocks: usize,
}

/// After so many blocks a reader is let go.
const BLOCKS: usize = 1_000;

/// Scopes of TextMate and their class; the first that a scope begins with counts. A scope that is none of
/// these has the class of the one around it.
const SCOPES: &[(&str, &str)] = &[
    // Code within a string.
    ("source", ""),
    ("text", ""),
    ("meta.embedded", ""),
    ("meta.interpolation", ""),
    ("meta.template.expression", ""),
    ("comment", "hl-c"),
    ("string", "hl-s"),
    ("markup.inline.raw", "hl-s"),
    ("markup.deleted", "hl-s"),
    ("markup.inserted", "hl-t"),
    ("markup.heading", "hl-t"),
    ("meta.diff", "hl-k"),
    ("constant", "hl-n"),
    ("support.constant", "hl-n"),
    ("keyword", "hl-k"),
    ("storage", "hl-k"),
    ("variable.language", "hl-k"),
    ("entity.name.command", "hl-f"),
    ("entity.name.function", "hl-f"),
    ("support.function", "hl-f"),
    ("entity.name", "hl-t"),
    ("entity.other.inherited-class", "hl-t"),
    ("support.class", "hl-t"),
    ("support.type", "hl-t"),
    ("entity.other.attribute-name", "hl-v"),
    ("variable.parameter", "hl-v"),
];

/// Names by which blocks call a language that the grammars call otherwise.
const ALIASES: &[(&str, &str)] = &[
    ("bash-session", "console"),
    ("cfg", "ini"),
    ("conf", "ini"),
    ("golang", "go"),
    ("jinja2", "jinja"),
    ("patch", "diff"),
    ("pycon", "python"),
    ("shell-session", "console"),
    ("svg", "xml"),
];

/// Returns the code with spans, or `None` when its language is unknown, it is too long or too deep, or
/// reading it takes more steps than the grammars are allowed.
pub fn html(lang: &str, code: &str) -> Option<String> {
    let is_long = |line: &str| line.len() > LINE_LIMIT;
    if lang.is_empty() || code.len() > CODE_LIMIT || code.lines().any(is_long) {
        return None;
    }
    let alias = ALIASES.iter().find(|(name, _)| name.eq_ignore_ascii_case(lang));
    let lang = CATALOG.canonical_language(alias.map_or(lang, |(_, name)| name))?;
    let mut reader = reader(lang)?;
    let html = coloured(&mut reader.tokenizer, code)?;
    reader.blocks += 1;
    if reader.blocks < BLOCKS
        && let Some(language) = languages().get_mut(lang)
    {
        language.idle.push(reader);
    }
    Some(html)
}

fn reader(lang: &'static str) -> Option<Reader> {
    let mut languages = languages();
    let language = match languages.entry(lang) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(Language {
            grammar: PreparedLanguage::from_catalog(&CATALOG, lang).ok()?,
            idle: Vec::new(),
        }),
    };
    let options = TokenizerOptions { max_line_bytes: LINE_LIMIT + 2, line_cache_entries: 0 };
    let new = || Reader { tokenizer: language.grammar.tokenizer(options), blocks: 0 };
    Some(language.idle.pop().unwrap_or_else(new))
}

/// Poisoning would need a panic while it is held, and nothing that is done then panics.
fn languages() -> MutexGuard<'static, HashMap<&'static str, Language>> {
    LANGUAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn coloured(tokenizer: &mut Tokenizer, code: &str) -> Option<String> {
    let mut state = tokenizer.initial_state();
    let mut tokens = Vec::new();
    let mut writer =
        Writer { html: String::with_capacity(code.len() * 2), open: "", spaces: Vec::new() };
    for line in code.split_inclusive('\n') {
        let text = line.strip_suffix('\n').unwrap_or(line);
        let status = tokenizer.tokenize_line_into(text, &mut state, &mut tokens).ok()?;
        if !status.is_complete() || state.depth() > NESTING_LIMIT {
            return None;
        }
        let mut from = 0;
        for token in &tokens {
            let range = token.range();
            writer.write("", line.get(from..range.start)?);
            let text = line.get(range.clone())?;
            writer.write(class(token, text), text);
            from = range.end;
        }
        writer.write("", line.get(from..)?);
    }
    Some(writer.end())
}

fn class(token: &Token, text: &str) -> &'static str {
    let mut class = "";
    for scope in token.scopes() {
        if let Some((_, found)) = SCOPES.iter().find(|(prefix, _)| begins(scope, prefix)) {
            class = found;
        }
    }
    // Signs such as `=>` are keywords to the grammars.
    if class == "hl-k" && !text.contains(char::is_alphanumeric) { "" } else { class }
}

fn begins(scope: &str, prefix: &str) -> bool {
    scope.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Writes code with spans of classes.
struct Writer<'c> {
    html: String,
    open: &'static str,
    /// Spaces since the last word. They are within a span only between two words of it.
    spaces: Vec<&'c str>,
}

impl<'c> Writer<'c> {
    fn write(&mut self, class: &'static str, text: &'c str) {
        if text.trim().is_empty() {
            self.spaces.push(text);
            return;
        }
        let parts = self.open != class;
        if parts {
            self.close();
        }
        self.html.extend(self.spaces.drain(..));
        if parts && !class.is_empty() {
            self.html.push_str("<span class=\"");
            self.html.push_str(class);
            self.html.push_str("\">");
        }
        self.open = class;
        for c in text.chars() {
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
        self.html.extend(self.spaces.drain(..));
        self.html
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_has_classes_and_is_escaped() {
        let html = html("rust", "fn main() { \"<b>\"; }\n").unwrap();
        assert!(html.contains("<span class=\"hl-k\">fn</span> <span"), "{html}");
        assert!(html.contains("<span class=\"hl-s\">&quot;&lt;b&gt;&quot;</span>"), "{html}");
        assert!(super::html("no-such-language", "x").is_none());
    }

    #[test]
    fn languages_have_several_names() {
        for name in ["ts", "TypeScript", "golang", "shell-session", "yml", "C#", "c++", "patch"] {
            assert!(html(name, "x").is_some(), "{name}");
        }
        for (_, name) in ALIASES {
            assert!(html(name, "x").is_some(), "{name}");
        }
    }

    #[test]
    fn code_within_a_string_is_no_string() {
        let html = html("js", "`a ${one + 1} b`\n").unwrap();
        assert!(html.contains("one + ") && !html.contains("one</span>"), "{html}");
        assert!(html.contains("<span class=\"hl-n\">1</span>"), "{html}");
    }

    #[test]
    fn a_long_line_is_shown_plain() {
        assert!(html("vim", &"*".repeat(60_000)).is_none());
        assert!(html("vim", &"*".repeat(LINE_LIMIT)).is_some());
        assert!(html("vim", &"let x = 1\n".repeat(1_000)).is_some());
    }

    #[test]
    fn code_without_end_of_nesting_is_shown_plain() {
        for lang in ["astro", "edge", "svelte", "cpp"] {
            let line = "[{{".repeat(300) + "\n";
            assert!(html(lang, &line.repeat(60)).is_none(), "{lang}");
        }
        assert!(html("ts", &"f({ a: [\n".repeat(30)).is_some());
    }

    fn shown(html: &str) -> String {
        let mut text = String::new();
        for part in html.split('<') {
            text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        }
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    }

    #[test]
    fn no_sign_is_lost_in_any_language() {
        let codes = [
            "a = 1 /* ça: \"x\" <b> 移民 */\nb()\n",
            "f(\"src/**/*.js\")\r\n/* never closed\r\n",
            "/* a\n é\n*/ c /* d */",
            "i < 0 ? (l) : ([i + 1]);\n\n\n",
            "<script>\nx /* c */\n</script>\n<a onclick=\"x /* c */\">\n",
            "```js\nx /* c */\n```\n\u{feff}\u{202e}\0\t",
        ];
        // The manual tells their number.
        assert!(CATALOG.languages().len() > 250);
        for lang in CATALOG.languages() {
            for code in codes {
                assert_eq!(shown(&html(lang, code).unwrap()), code, "{lang}");
            }
        }
        let js = html("js", "let a = 1 /* é\n b */\nlet c = \"x/**/*.js\"\n").unwrap();
        assert!(js.contains("<span class=\"hl-c\">/* é\n b */</span>\n<span"), "{js}");
        assert!(js.contains("<span class=\"hl-s\">&quot;x/**/*.js&quot;</span>\n"), "{js}");
    }
}
