//! Raw HTML from many hands, reduced to what cannot harm a reader.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    mem::take,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use ammonia::Builder;

use super::{Body, Link, Source, hole_mark, is_dangerous, is_local};

/// Attributes any element may keep. No `style`, no event handler.
const ATTRIBUTES: &[&str] = &[
    "class",
    "id",
    "lang",
    "dir",
    "title",
    "aria-label",
    "aria-hidden",
    "aria-describedby",
    "role",
];

/// Elements beyond ammonia's own list; all are text or structure.
const ELEMENTS: &[&str] = &["section", "input", "picture", "source", "video", "audio", "track"];

fn builder() -> Builder<'static> {
    let mut builder = Builder::default();
    builder
        .add_tags(ELEMENTS)
        .add_generic_attributes(ATTRIBUTES)
        // The one use of a field in a text is the box of a task list.
        .add_tag_attributes("input", ["checked"])
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .add_tag_attributes("img", ["loading", "usemap"])
        .add_tag_attributes("map", ["name"])
        .add_tag_attributes("area", ["href", "alt", "shape", "coords"])
        .add_tag_attributes("pre", ["tabindex"])
        .add_tag_attributes("div", ["tabindex"])
        .add_tag_attributes("details", ["open"])
        .add_tag_attributes("source", ["src", "type", "media"])
        .add_tag_attributes("video", ["src", "controls", "poster", "width", "height", "preload"])
        .add_tag_attributes("audio", ["src", "controls", "preload"])
        .add_tag_attributes("track", ["src", "kind", "srclang", "label"])
        // Many a README names its places so.
        .add_tag_attributes("a", ["rel", "name"])
        .link_rel(None);
    builder
}

/// Elements that may have an address; what others have goes with them.
const LINKING: &[&str] = &["a", "area", "audio", "img", "source", "track", "video"];

/// Elements that are left out with all they hold.
const LEFT_OUT: &[&str] = &["script", "style", "svg"];

/// Finds the elements in a stretch of HTML that are left out with what they hold: their names and where
/// they begin.
pub fn left_out(html: &str) -> Vec<(&'static str, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = html[at..].find('<') {
        at += next + 1;
        let rest = &html[at..];
        if rest.starts_with("!--") {
            at += rest.find("-->").unwrap_or(rest.len());
            continue;
        }
        let is_named = |name: &&&str| {
            let start = rest.get(..name.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(name))
                && !rest[name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '-')
        };
        let Some(name) = LEFT_OUT.iter().find(is_named) else { continue };
        found.push((*name, at - 1));
        // What it holds is no element of the page.
        let closing = format!("</{name}");
        let is_end = |end: &usize| {
            rest.get(*end..end + closing.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(&closing))
        };
        let Some(end) = rest.match_indices("</").map(|(end, _)| end).find(is_end) else { break };
        at += end;
    }
    found
}

/// What ammonia adds to a box, in whichever order its hash map has them. Only the end of a tag can
/// read so: text has no bare `>`, and a value no bare quotes.
const UNORDERED: &str = " disabled=\"\" type=\"checkbox\">";
const ORDERED: &str = " type=\"checkbox\" disabled=\"\">";
/// How far behind an address the next one is looked for, in bytes.
const WINDOW: usize = 64 * 1024;

/// Cleans HTML; local addresses in it become holes as those of Markdown do.
pub fn clean(html: &str, nonce: &str, source: &Source, body: &mut Body) -> String {
    let mark = format!("vdm{nonce}");
    let mut builder = builder();
    let text = source.text.to_owned();
    let offset = source.offset;
    let nonce = nonce.to_owned();
    // The filter must own what it uses and be shared, so found links pass through a lock.
    let found = Arc::new(Mutex::new((take(&mut body.links), 0_usize)));
    let filled = found.clone();
    builder.attribute_filter(move |element, attribute, value| {
        let is_kept = LINKING.contains(&element);
        if !is_kept || !matches!(attribute, "href" | "src" | "poster") {
            return Some(Cow::Borrowed(value));
        }
        if value.starts_with(&mark) {
            return Some(Cow::Borrowed(value));
        }
        if is_dangerous(value) {
            return None;
        }
        if !is_local(value) || value.starts_with('#') {
            return Some(Cow::Borrowed(value));
        }
        // Poisoning would need a panic while the list is held, and pushing does not panic.
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        let (links, from) = &mut *found;
        // Elements come in the order of the text, so each address stands behind the one before. A
        // value may be written with entities, and is then found nowhere.
        let place = window(&text, *from).find(value).map(|at| *from + at);
        let at = place.or_else(|| window(&text, 0).find(value));
        *from = place.map_or(*from, |at| at + value.len());
        let range = at.map_or(0..0, |start| start..start + value.len());
        let range = range.start + offset..range.end + offset;
        links.push(Link { target: value.to_owned(), range });
        Some(Cow::Owned(hole_mark(&nonce, links.len() - 1)))
    });
    let cleaned = builder.clean(html).to_string().replace(UNORDERED, ORDERED);
    drop(builder);
    body.links = take(&mut filled.lock().unwrap_or_else(PoisonError::into_inner).0);
    body.anchors.extend(ids(&cleaned));
    cleaned
}

/// Returns the text from a place on, as far as the next address is looked for.
fn window(text: &str, from: usize) -> &str {
    let mut end = text.len().min(from + WINDOW);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[from..end]
}

/// Returns the ids in cleaned HTML, where every attribute stands in double quotes.
fn ids(html: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let named = |start: &'static str| {
        html.match_indices(start)
            .filter_map(|(at, start)| html[at + start.len()..].split('"').next())
    };
    named(" id=\"")
        .chain(named(" name=\""))
        .filter(|id| seen.insert(*id))
        .map(str::to_owned)
        .collect()
}

/// Returns the text between tags, for search; scripts and styles are no text.
pub fn text(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        text.push(' ');
        let tag = &rest[at..];
        let hidden = ["script", "style", "template", "!--"].iter().find(|name| {
            tag.get(1..=name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        let end = match hidden {
            Some(&"!--") => tag.find("-->").map(|end| end + 3),
            Some(name) => {
                let closing = format!("</{name}");
                let is_closing = |at: &usize| {
                    tag.get(*at..at + closing.len())
                        .is_some_and(|found| found.eq_ignore_ascii_case(&closing))
                };
                let mut signs = tag.match_indices('<').map(|(at, _)| at);
                let from = signs.find(is_closing).unwrap_or(tag.len());
                tag[from..].find('>').map(|end| from + end + 1)
            }
            None => tag.find('>').map(|end| end + 1),
        };
        rest = &tag[end.unwrap_or(tag.len())..];
    }
    text.push_str(rest);
    unescape(text)
}

/// Writes characters for their names in HTML, such as `&amp;` and `&#233;`.
fn unescape(text: String) -> String {
    static NAMES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        entities::ENTITIES.iter().map(|entity| (entity.entity, entity.characters)).collect()
    });
    if !text.contains('&') {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest name has 33 signs.
        let end = rest.bytes().take(34).position(|byte| byte == b';').map_or(1, |end| end + 1);
        let number = rest[1..end].strip_prefix('#').map(|number| number.trim_end_matches(';'));
        let code = number.and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(number) => u32::from_str_radix(number, 16).ok(),
            None => number.parse().ok(),
        });
        match (code.and_then(char::from_u32), NAMES.get(&rest[..end])) {
            (Some(letter), _) if letter != '\0' => plain.push(letter),
            (_, Some(letters)) => plain.push_str(letters),
            _ => plain.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_between_tags_has_characters_for_their_names() {
        let html = "<p>Q&amp;A &lt;5 caf&eacute; &#233;&#xe9; &nope; & &#0; &é;</p>";
        assert_eq!(text(html).trim(), "Q&A <5 café éé &nope; & &#0; &é;");
    }

    #[test]
    fn many_scripts_are_left_out_in_time() {
        let started = std::time::Instant::now();
        let html = "<div>".to_owned() + &"<script>a</SCRIPT >b".repeat(150_000);
        assert_eq!(text(&html).split_whitespace().count(), 150_000);
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }

    #[test]
    fn a_box_is_written_in_one_order() {
        // Maps of ammonia begin with a number drawn anew each time.
        let source = Source { nonce: "0123", ..Source::default() };
        for _ in 0..20 {
            let cleaned =
                clean("<input name=\"x\" checked>", "0123", &source, &mut Body::default());
            assert_eq!(cleaned, "<input checked=\"\" type=\"checkbox\" disabled=\"\">");
        }
    }
}
