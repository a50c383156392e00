//! Footnotes whose two halves do not meet: called and not written, written and not called, or twice.

use std::collections::{BTreeMap, HashSet};

use super::{Body, Source};

/// The longest name of a footnote that is looked at, in bytes.
const NAME: usize = 40;

/// Where a footnote is called and written.
#[derive(Default)]
struct Uses {
    calls: Vec<usize>,
    notes: Vec<usize>,
}

/// Compares the calls of footnotes with the notes. What stands in code is neither.
pub fn check(source: &Source, body: &mut Body) {
    let uses = find(source.text);
    // comrak leaves a call without a note in the text, so what it took for code is told apart.
    let left: String = body.sections.iter().map(|section| section.text.as_str()).collect();
    let left: HashSet<&str> = names(&left).map(|(_, name)| name).collect();
    let place = |at: usize, name: &str| {
        let start = at + source.offset;
        start..start + name.len() + 3
    };
    for (name, uses) in uses {
        if let (Some(call), true) =
            (uses.calls.first(), uses.notes.is_empty() && left.contains(name))
        {
            body.missing_footnotes.push((name.to_owned(), place(*call, name)));
        }
        if let (Some(note), true) = (uses.notes.first(), uses.calls.is_empty()) {
            body.idle_footnotes.push((name.to_owned(), place(*note, name), false));
        } else if let Some(again) = uses.notes.get(1) {
            body.idle_footnotes.push((name.to_owned(), place(*again, name), true));
        }
    }
    body.missing_footnotes.sort_by_key(|(_, range)| range.start);
}

fn find(text: &str) -> BTreeMap<&str, Uses> {
    let mut found: BTreeMap<&str, Uses> = BTreeMap::new();
    let (mut fence, mut at) = ("", 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '\t', '>']);
        let sign =
            ["```", "~~~"].into_iter().find(|sign| bare.starts_with(sign)).unwrap_or_default();
        match (fence, sign) {
            ("", sign) => fence = sign,
            (open, sign) if open == sign => fence = "",
            _ => {}
        }
        let is_code = !fence.is_empty() || !sign.is_empty();
        let (mut ticks, mut seen) = (0, 0);
        for (start, name) in names(line).filter(|_| !is_code) {
            ticks += line[seen..start].matches('`').count();
            seen = start;
            let uses = found.entry(name).or_default();
            let is_first = line[..start].trim_start_matches(['>', ' ', '\t', '-', '*']).is_empty();
            let is_deep = line.starts_with("    ") || line.starts_with('\t');
            if is_first && is_deep {
                // An example in a block of code, or a note within a list.
                continue;
            }
            if is_first && line[start + name.len() + 3..].starts_with(':') {
                uses.notes.push(at + start);
            } else if ticks % 2 == 0 {
                uses.calls.push(at + start);
            }
        }
        at += line.len();
    }
    found
}

/// Returns the names in `[^name]`, and where each bracket stands.
fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("[^").filter_map(|(at, _)| {
        let rest = &text[at + 2..];
        let end = rest.bytes().take(NAME + 1).position(|byte| byte == b']')?;
        let name = &rest[..end];
        let is_name =
            !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "[]^\\".contains(c));
        is_name.then_some((at, name))
    })
}
