//! Boxes and tabs of other programs: what opens them, and what closes them.

use std::collections::HashMap;

use super::{
    DEPTH_LIMIT, Fence, fence_of, indent, microsoft::alone, myst, run, shortcodes::Shortcode,
    unquoted,
};
use crate::markdown::callout;

/// The first line of a box or tab whose content stands deeper.
pub struct Opening {
    pub kind: String,
    pub title: String,
    /// How a box folds, as a callout says it; `None` for a tab.
    pub callout: Option<&'static str>,
}

impl Opening {
    /// Returns the line that says what it is, and what stands before each line that it holds.
    pub fn head(&self) -> (String, &'static str) {
        match self.callout {
            Some(fold) => {
                let head = format!("> [!{}]{fold} {}", self.kind, self.title);
                (head.trim_end().to_owned(), "> ")
            }
            None => (format!("**{}**", super::bold(&self.title)), ""),
        }
    }
}

/// Reads `!!! note "Title"`, `??? note`, `???+ note` and `=== "Title"`.
pub fn titled(bare: &str) -> Option<Opening> {
    let (sign, rest) = bare.split_at_checked(3)?;
    let (fold, rest) = match (sign, rest.strip_prefix(['+', '!'])) {
        ("!!!", _) => (Some(""), rest),
        ("???", Some(rest)) => (Some("+"), rest),
        ("???", None) => (Some("-"), rest),
        ("===", after) => (None, after.unwrap_or(rest)),
        _ => return None,
    };
    let rest = rest.trim();
    let (names, quoted) = match rest.find(['"', '\'']) {
        Some(at) => (rest[..at].trim(), Some(rest[at..].trim())),
        None => (rest, None),
    };
    let title = match quoted {
        Some(quoted) => {
            let mark = quoted.chars().next()?;
            Some(quoted.strip_prefix(mark)?.strip_suffix(mark)?.to_owned())
        }
        None => None,
    };
    let Some(fold) = fold else {
        let title = title.filter(|_| names.is_empty())?;
        return Some(Opening { kind: String::new(), title, callout: None });
    };
    let is_name = |c: char| c.is_alphanumeric() || "-_ ".contains(c);
    if names.is_empty() && title.is_none() || !names.chars().all(is_name) {
        return None;
    }
    let kind = names.split_whitespace().next().unwrap_or("note").to_lowercase();
    let title = title.unwrap_or_else(|| callout::title(&kind));
    Some(Opening { kind, title, callout: Some(fold) })
}

/// Reads `/// note | Title` of PyMdown, whatever its name.
pub fn slashed(bare: &str) -> Opening {
    let rest = bare.trim_start_matches('/');
    let (name, title) = rest.split_once('|').unwrap_or((rest, ""));
    let (name, title) = (name.trim().to_lowercase(), title.trim());
    let kind = if name == "admonition" { "note" } else { name.as_str() };
    let callout = match kind {
        "details" => Some("-"),
        kind if callout::is_kind(kind) => Some(""),
        _ => None,
    };
    // The title of a tab and a caption are shown; other names only say how something looks.
    let title = match callout {
        Some(_) if title.is_empty() => callout::title(kind),
        _ => title.to_owned(),
    };
    Opening { kind: kind.to_owned(), title, callout }
}

/// What opens a box that another line closes: so many colons or slashes, a fence, or a shortcode.
#[derive(PartialEq)]
enum Opener<'t> {
    Fence(u8, usize),
    Colons(usize),
    Slashes(usize),
    Shortcode(&'t str),
}

pub fn opens_boxes(text: &str) -> bool {
    [":::", "///", "{{<", "{{%", "{%", "```{", "~~~{"].iter().any(|sign| text.contains(sign))
}

fn is_item(bare: &str) -> bool {
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &bare.as_bytes()[digits..];
    matches!(rest, [b'-' | b'*' | b'+', b' ' | b'\t', ..] if digits == 0)
        || matches!(rest, [b'.' | b')', b' ' | b'\t', ..] if digits > 0)
}

/// Pairs the lines that seem to open a box with those that close it: where they begin.
pub fn pair_boxes(text: &str) -> HashMap<usize, usize> {
    let mut open: Vec<(usize, Opener)> = Vec::new();
    let mut pairs = HashMap::new();
    let mut fence: Option<Fence> = None;
    let (mut was_blank, mut was_code, mut in_list) = (true, false, false);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let column = indent(line).0;
        let mut closes = None;
        // Manuals show what opens a box as code; in a list it may stand as deep.
        let is_code = !in_list && column > 3 && (was_blank || was_code);
        if !bare.is_empty() && !is_code {
            in_list = is_item(bare) || (in_list && (column > 0 || !was_blank));
        }
        (was_blank, was_code) = (bare.is_empty(), is_code || (was_code && bare.is_empty()));
        if is_code && fence.is_none() && (fence_of(bare).is_some() || bare.starts_with("{%")) {
            at += line.len();
            continue;
        }
        fence.take_if(|fence| unquoted(bare, fence.quotes).0 < fence.quotes);
        if let Some(opened) = &fence {
            if opened.is_closed_by(bare, indent(line).0) {
                fence = None;
            }
        } else if let Some(opened) = fence_of(bare) {
            let ends = |opener: &Opener| {
                matches!(opener, Opener::Fence(sign, length)
                    if *sign == opened.sign && *length <= opened.length)
            };
            let is_end = bare.bytes().all(|byte| byte == opened.sign);
            closes = open.iter().rposition(|(_, opener)| is_end && ends(opener));
            if closes.is_none() && myst::directive(bare).is_some() && open.len() < DEPTH_LIMIT * 4 {
                open.push((at, Opener::Fence(opened.sign, opened.length)));
            } else if closes.is_none() {
                fence = Some(Fence { column: indent(line).0, ..opened });
            }
        } else if bare.starts_with("///") {
            let length = run(bare, b'/');
            let opener = Opener::Slashes(length);
            if bare.len() == length {
                closes = open.iter().rposition(|(_, opened)| *opened == opener);
            } else if bare[length..].starts_with(' ') && open.len() < DEPTH_LIMIT * 4 {
                open.push((at, opener));
            }
        } else if bare.starts_with(":::") {
            let length = run(bare, b':');
            let has_name =
                !bare[length..].trim_matches([':', ' ']).is_empty() && alone(bare).is_none();
            if has_name && open.len() < DEPTH_LIMIT * 4 {
                open.push((at, Opener::Colons(length)));
            } else if !has_name && alone(bare).is_none() {
                let fits =
                    |opener: &Opener| matches!(opener, Opener::Colons(opened) if *opened <= length);
                closes = open.iter().rposition(|(_, opener)| fits(opener));
            }
        } else if let Some(shortcode) = Shortcode::read(bare) {
            if shortcode.is_closing {
                let opener = Opener::Shortcode(shortcode.name);
                closes = open.iter().rposition(|(_, opened)| *opened == opener);
            } else if open.len() < DEPTH_LIMIT * 4 && shortcode.opening().is_some() {
                open.push((at, Opener::Shortcode(shortcode.name)));
            }
        }
        if let Some(depth) = closes {
            pairs.insert(open[depth].0, at);
            open.truncate(depth);
        }
        at += line.len();
    }
    pairs
}

#[cfg(test)]
mod tests {
    use crate::markdown::foreign::translate;

    /// A text of many beginnings without an end takes time that grows with its length, not its square.
    #[test]
    fn hostile_texts_are_read_in_time() {
        for piece in [
            "{{",
            "{{<",
            "{%",
            "{/*",
            "{: ",
            "<A ",
            "<A b='",
            "<pre>",
            "<!--",
            "[[",
            "[a][b",
            "](",
            "](a ",
            "`",
            "`` ` ",
            "!!! note\n",
            ":::\n",
            "::::a\n",
            ":::a\n",
            "    !!! note\n",
            "=== \"x\"\n",
            "import {\n",
            "{% highlight a %}\n",
            "{{< highlight a >}}\n",
            "{{< note >}}\n",
            "$",
            "$$\n",
            "$$a\n",
            "$a_",
            "$a ",
            "{{< tab a=",
            "/// a\n",
            "/// a\n    b:\n",
            "# a { ",
            "{ .a",
            "<a/>",
            "<A to='/b'>",
            "# a\n{: #b}\n",
            "{{< a ` >}}\n",
            "{% comment %}",
            "<A>\n",
            "- ",
            "- x\n  ",
            "\n",
            "> ",
            "\t",
            "[[x]] ",
            "[a][b] ",
            "<A></A>",
            "[x](a b.md) ",
            "{++",
            "{~~",
            "{{/*",
            "{{</*",
            "%% ",
            "^a ",
            "++ctrl ",
            "<iframe src=\"",
            "<h1\n",
            "*[",
            "![[a]]",
            "![[a|1]]",
            "{% hint %}\n",
            "{% tab %}\n{% endtab %}\n",
            "{% embed url=\"",
            "<math>",
            "<input value='a'>",
            "<object data='a'>",
            "{{< button href=a >}}",
            "{{< card link=a >}}\n",
            "{{< tab codelang=a >}}\n",
            "```{note}\n",
            "(a)=\n",
            "{ref}`",
            "{doc}`a <b>`",
            "[a]({{ x }} ",
            "[a]({{ site.url\n}}",
            "{::comment}\n",
            "{: .a}\n",
            "{::comment}\n{:/x\n",
            "[!",
            "> [!div ]\n",
            "> > ```\n> ",
            "{{< note >}}x",
            ":::row:::\n",
            "{{< note >}}\n    x\n",
            "{{< note >}}\n    x\n{{< /note >}}\n",
            ":::row:::\n    :::column:::\n",
            "# [a](#tab/b)\n",
            "[!INCLUDE [a](b)]",
            "[!INCLUDE [",
            "<xref:",
            "$a ",
            "{{ x }} ",
            "{/*/} ",
            "![a|1](b",
            "{{< comment >}}",
            "{{< figure\n",
            "{{a(\"b\")}}",
            "{{a(\"",
            "```{figure} a\n",
            "```{image} a\n---\n",
            "```mdx-code-block\n",
            "```{x}\n% a\n+++\n",
            "<span a={{b}}>",
            "<Tabs values={[{label: 'a', value: 'b'}]}>",
            "| a |\n{{< x >}}\n",
            "```\n{% raw %}",
            "- : a\n",
            "{ a=\"b",
        ] {
            let text = piece.repeat(200_000 / piece.len());
            read_in_time(piece, &text);
        }
        // White space before, or between, of which there is as much.
        let half = 100_000;
        for (name, text) in [
            ("names", format!("{{++a++}}\n\nx {}\t", "^".repeat(half) + &"\t".repeat(half))),
            ("items", format!("{{++a++}}\n\nx\n{}{}", " ".repeat(half), "*".repeat(half))),
            ("titles", "\n".repeat(half) + &"<h1\n".repeat(half / 4)),
            ("addresses", "[a](".to_owned() + &"{{ site.url }}".repeat(half / 2)),
            ("comments", format!("x\n{}{}", " ".repeat(half), "%% ".repeat(half / 3))),
        ] {
            read_in_time(name, &text);
        }
    }

    /// Quadratic time would be minutes.
    fn read_in_time(name: &str, text: &str) {
        let started = std::time::Instant::now();
        if let Some(translation) = translate(text, false) {
            assert!(translation.text.len() < text.len() * 16 + 1000, "{name}");
        }
        assert!(started.elapsed().as_secs() < 10, "{name}: {:?}", started.elapsed());
    }
}
