//! Macros that stand for words: references of MDN, terms of Kubernetes.

use super::inline::plain;

/// References of MDN to what programs write, shown as code.
const CODE: [&str; 13] = [
    "cssxref",
    "domxref",
    "htmlattrxref",
    "htmlelement",
    "httpheader",
    "httpmethod",
    "httpstatus",
    "jsxref",
    "mathmlelement",
    "svgattr",
    "svgelement",
    "webextapiref",
    "xsltref",
];

/// Returns the words that a reference of MDN shows, as Markdown: `{{domxref("Node", "a node")}}`.
pub fn words(written: &str) -> Option<String> {
    let inner = written.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let (name, arguments) = inner.strip_suffix(')')?.split_once('(')?;
    let name = name.trim().to_ascii_lowercase();
    let arguments = quoted(arguments)?;
    let first = arguments.first().filter(|first| !first.is_empty())?;
    let shown = arguments.get(1).filter(|shown| !shown.is_empty());
    match name.as_str() {
        "glossary" => Some(plain(shown.unwrap_or(first))),
        "rfc" => Some(plain(&match shown {
            Some(shown) => format!("RFC {first}: {shown}"),
            None => format!("RFC {first}"),
        })),
        name if CODE.contains(&name) => {
            let is_element = matches!(name, "htmlelement" | "mathmlelement" | "svgelement");
            let shown = match shown {
                Some(shown) => shown.clone(),
                None if is_element => format!("<{first}>"),
                None => first.clone(),
            };
            let shown = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            let is_code = !shown.contains('`') && shown.trim() == shown;
            Some(if is_code { format!("`{shown}`") } else { plain(&shown) })
        }
        _ => None,
    }
}

/// Returns the arguments of a call, between quotes or without; nothing where they are no plain ones.
fn quoted(written: &str) -> Option<Vec<String>> {
    let mut arguments = Vec::new();
    let mut rest = written.trim();
    while !rest.is_empty() {
        let (argument, after) = match rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))
        {
            Some(mark) => rest[1..].split_once(mark)?,
            None => rest.split_at(rest.find(',').unwrap_or(rest.len())),
        };
        arguments.push(argument.trim().to_owned());
        rest = after.trim_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix(',')?.trim_start();
        }
    }
    Some(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_mdn_are_shown_as_their_words() {
        for (written, shown) in [
            ("{{domxref(\"Node\")}}", Some("`Node`")),
            ("{{ domxref('Node', \"a node\") }}", Some("`a node`")),
            ("{{domxref(\"Node\", \"\", \"\", 1)}}", Some("`Node`")),
            ("{{HTMLElement(\"div\")}}", Some("`<div>`")),
            ("{{cssxref(\"&lt;color&gt;\")}}", Some("`<color>`")),
            ("{{Glossary(\"HTTP_2\", \"HTTP *2*\")}}", Some("HTTP \\*2\\*")),
            ("{{RFC(7540)}}", Some("RFC 7540")),
            ("{{jsxref(\"a`b\")}}", Some("a\\`b")),
            ("{{Compat}}", None),
            ("{{EmbedLiveSample(\"a\")}}", None),
            ("{{domxref()}}", None),
            ("{{domxref(\"Node)}}", None),
        ] {
            assert_eq!(words(written).as_deref(), shown, "{written}");
        }
    }
}
