//! The headings of a body: which of them is the title of its page, and what one says.

use std::collections::HashSet;

use comrak::nodes::{AstNode, NodeHtmlBlock, NodeValue};

use super::Body;

/// How many blocks may stand before the title of a page: pictures, links to other languages, a note.
const BEFORE_TITLE: usize = 5;

/// Takes the heading out of a body that is the page's title: one of level 1 that opens it. Where nothing
/// else says the title, some blocks may stand before it, and it may be of another level, if it opens the
/// body and is above all others.
/// Returns the ids that the heading was given: they stay as places.
pub fn take_title<'a>(
    root: &'a AstNode<'a>,
    title: Option<&str>,
    body: &mut Body,
) -> HashSet<String> {
    let level = |node: &AstNode| match node.data().value {
        NodeValue::Heading(ref heading) => Some(heading.level),
        _ => None,
    };
    let before = if title.is_some() { 0 } else { BEFORE_TITLE };
    let first = root.children().take(before + 1).find(|node| !says_nothing(node));
    let first = first.filter(|node| level(node).is_some());
    let Some(first) = first else { return HashSet::new() };
    let own = level(first).unwrap_or_default();
    let is_above = || {
        let levels: Vec<u8> = root.descendants().filter_map(&level).collect();
        first.previous_sibling().is_none()
            && levels.len() > 1
            && levels[1..].iter().all(|level| *level > own)
    };
    if own > 1 && (title.is_some() || !is_above()) {
        return HashSet::new();
    }
    let text = text_of(first);
    let mut ids = Vec::new();
    if title.is_none_or(|title| title.trim() == text) && !text.is_empty() {
        ids = ids_of(first);
        first.children().for_each(|child| child.detach());
        match ids.is_empty() {
            true => first.detach(),
            // Links name them.
            false => {
                let mut data = first.data_mut();
                data.attrs = None;
                let places = ids.iter().map(|id| format!("<a id=\"{id}\"></a>"));
                let literal = places.collect::<String>() + "\n";
                data.value = NodeValue::HtmlBlock(NodeHtmlBlock { block_type: 7, literal });
            }
        }
        body.title = Some(text);
    }
    ids.into_iter().collect()
}

/// Returns the ids that were given to a heading, as `{#id}` or by an empty link within it.
fn ids_of<'a>(heading: &'a AstNode<'a>) -> Vec<String> {
    let attributes = heading.data().attrs.as_ref().and_then(|it| it.id.clone());
    let inner = heading.descendants().filter_map(|node| match &node.data().value {
        NodeValue::HtmlInline(tag) => {
            let value = |name: &str| {
                let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
                Some(rest.split('"').next()?.to_owned())
            };
            value("id").or_else(|| value("name")).filter(|_| tag.starts_with("<a "))
        }
        _ => None,
    });
    let is_sound = |id: &String| {
        !id.is_empty() && id.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    attributes.into_iter().chain(inner).filter(is_sound).collect()
}

/// Returns true for a block of pictures, links and marks only, such as badges and other languages.
fn says_nothing<'a>(block: &'a AstNode<'a>) -> bool {
    let is_silent = |node: &'a AstNode<'a>| match &node.data().value {
        NodeValue::Link(_) | NodeValue::Image(_) | NodeValue::HtmlInline(_) => true,
        NodeValue::SoftBreak | NodeValue::LineBreak => true,
        NodeValue::Text(text) => !text.contains(char::is_alphanumeric),
        _ => false,
    };
    match &block.data().value {
        NodeValue::HtmlBlock(_) | NodeValue::ThematicBreak => true,
        NodeValue::Paragraph => block.children().all(is_silent),
        _ => false,
    }
}

/// Returns true where a heading is as high as the page's title.
pub fn has_top_heading<'a>(root: &'a AstNode<'a>) -> bool {
    root.descendants().any(
        |node| matches!(node.data().value, NodeValue::Heading(ref heading) if heading.level == 1),
    )
}

/// Returns the words of a heading.
pub fn text_of<'a>(node: &'a AstNode<'a>) -> String {
    let mut text = String::new();
    for node in node.descendants() {
        match &node.data().value {
            NodeValue::Text(literal) => text.push_str(literal),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
