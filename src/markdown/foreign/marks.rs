//! What other programs write between signs of their own within a line: changes proposed to a text, keys,
//! abbreviations.

/// Reads a proposed change as CriticMarkup has it, at the beginning of a text: returns its length and
/// what is shown. A comment shows nothing. `find` tells how far behind the first three signs a text stands.
pub fn proposal(
    text: &str,
    mut find: impl FnMut(&str) -> Option<usize>,
) -> Option<(usize, String)> {
    let mut between = |closes: &str| {
        let length = find(closes)?;
        Some((3 + length + closes.len(), &text[3..3 + length]))
    };
    let within = |element: &str, words: &str| match words.trim() {
        "" => words.to_owned(),
        _ => format!("<{element}>{words}</{element}>"),
    };
    Some(match text.get(..3)? {
        "{++" => between("++}").map(|(length, added)| (length, within("ins", added)))?,
        "{--" => between("--}").map(|(length, taken)| (length, within("del", taken)))?,
        "{==" => between("==}").map(|(length, marked)| (length, within("mark", marked)))?,
        "{>>" => between("<<}").map(|(length, _)| (length, String::new()))?,
        "{~~" => {
            let (length, both) = between("~~}")?;
            let (taken, put) = both.split_once("~>")?;
            (length, format!("{} {}", within("del", taken), within("ins", put)))
        }
        _ => return None,
    })
}

/// The longest formula within a line, in bytes.
const FORMULA_LIMIT: usize = 400;

/// Reads a formula of TeX at the beginning of a text, between one or two dollars: returns its length.
/// An amount of money, and a variable of a shell, is none.
pub fn formula(text: &str) -> Option<usize> {
    let sign = if text.starts_with("$$") { "$$" } else { "$" };
    let inner = text.strip_prefix(sign)?;
    let is_apart = |c: char| sign.len() > 1 || !c.is_whitespace();
    inner.chars().next().filter(|c| *c != '$' && is_apart(*c))?;
    let line = near(inner, FORMULA_LIMIT + 10).lines().next()?;
    let is_escaped = |at: usize| line[..at].ends_with('\\');
    let (end, _) = line.match_indices(sign).find(|(at, _)| !is_escaped(*at))?;
    let (before, after) =
        (line[..end].chars().next_back()?, line[end + sign.len()..].chars().next());
    if end > FORMULA_LIMIT
        || !is_apart(before)
        || after.is_some_and(|c| c.is_alphanumeric() || c == '$')
    {
        return None;
    }
    line[..end].contains(['\\', '_', '^']).then_some(end + 2 * sign.len())
}

/// Keys with a name, as MkDocs writes them; others are single signs.
const KEYS: &[&str] = &[
    "alt",
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "backspace",
    "caps-lock",
    "cmd",
    "command",
    "control",
    "ctrl",
    "del",
    "delete",
    "down",
    "end",
    "enter",
    "esc",
    "escape",
    "fn",
    "home",
    "insert",
    "left",
    "meta",
    "option",
    "page-down",
    "page-up",
    "pgdn",
    "pgup",
    "plus",
    "print-screen",
    "return",
    "right",
    "shift",
    "slash",
    "space",
    "super",
    "tab",
    "up",
    "win",
    "windows",
];

/// Reads keys as `++ctrl+alt+del++`, at the beginning of a text: returns the length and the keys as HTML.
pub fn keys(text: &str) -> Option<(usize, String)> {
    let inner = text.strip_prefix("++")?;
    let length = inner.find("++")?;
    let parts: Vec<&str> = inner[..length].split('+').collect();
    let is_named = |part: &str| {
        let part = part.to_ascii_lowercase();
        let number = part.strip_prefix('f').and_then(|number| number.parse::<u8>().ok());
        KEYS.contains(&&*part) || number.is_some_and(|number| (1..=24).contains(&number))
    };
    let is_sign = |part: &str| part.len() == 1 && part.chars().all(char::is_alphanumeric);
    let sound = parts.iter().all(|part| is_named(part) || is_sign(part));
    // A sign alone may be arithmetic.
    if !sound || !parts.iter().any(|part| is_named(part)) {
        return None;
    }
    let shown = parts.iter().map(|part| {
        let words = part.split('-').map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        });
        format!("<kbd>{}</kbd>", words.collect::<Vec<_>>().join(" "))
    });
    Some((length + 4, shown.collect::<Vec<_>>().join("+")))
}

/// Reads the beginning of a line `*[HTML]: long form`: returns its length and the abbreviation.
pub fn abbreviation(line: &str) -> Option<(usize, &str)> {
    let inner = line.strip_prefix("*[")?;
    let (name, rest) = inner.split_once("]:")?;
    let sound = !name.is_empty() && !name.contains(['[', ']']) && !rest.trim().is_empty();
    sound.then_some((name.len() + 4, name))
}

/// Returns as much of the beginning of a text as so many bytes hold.
pub fn near(text: &str, limit: usize) -> &str {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Returns the length of a size behind the words of a picture: `|100` or `|100x145` before `](`.
pub fn size(rest: &str) -> Option<usize> {
    let close = rest.bytes().take(12).position(|byte| byte == b']')?;
    rest.strip_prefix('|')?;
    let is_size = rest[1..close].bytes().all(|byte| byte.is_ascii_digit() || byte == b'x');
    (close > 1 && is_size && rest[close + 1..].starts_with('(')).then_some(close)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_no_money() {
        for (text, length) in [("$x_1$, and", 5), ("$$ a^2 $$", 9), ("$\\alpha \\$ x$ $b$", 13)] {
            assert_eq!(formula(text), Some(length), "{text}");
        }
        for text in
            ["$5 and $6", "$HOME/a_b and $PATH_X", "$ a_b $", "$a$", "$$$", "$a_b", "$$a_b$"]
        {
            assert_eq!(formula(text), None, "{text}");
        }
    }

    #[test]
    fn only_keys_are_keys() {
        let shown = |text: &str| keys(text).map(|(_, html)| html);
        assert_eq!(shown("++ctrl+S++ x").unwrap(), "<kbd>Ctrl</kbd>+<kbd>S</kbd>");
        assert_eq!(shown("++page-down++").unwrap(), "<kbd>Page Down</kbd>");
        for text in ["++i++", "++ and d++", "++", "+++++", "++f99++", "++ctrl"] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
