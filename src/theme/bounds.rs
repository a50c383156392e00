//! What a template may take: steps of loops, depth, output.
//!
//! Tera bounds how deep a template is written, not how long it runs: loops in loops, or blocks that
//! show each other, have no end that anybody lives to see. So every template is compiled with calls
//! that count, after each `for`, and around each block and include.

use std::{cell::Cell, io, ops::Range};

use tera::{Error, TeraResult};

/// The most turns that the loops of one page may take together. The longest list of a site has a
/// thousand rows, and a row some dozens of parts.
pub const STEP_LIMIT: u64 = 1_000_000;
/// How deep blocks, components and included templates may lie in one another. The default theme
/// needs four. Tera takes some 70 kB of the stack for each, and the smallest stack has 1 MB.
pub const DEPTH_LIMIT: u32 = 12;
/// The largest page, in bytes.
pub const OUTPUT_LIMIT: usize = 32 * 1024 * 1024;
/// The most numbers that one `range` gives.
pub const RANGE_LIMIT: i64 = 10_000;
/// How many `elif` may follow one another; Tera keeps each inside the one before.
pub const ELIF_LIMIT: usize = 100;
/// The most templates of a theme; each may extend another.
pub const TEMPLATE_LIMIT: usize = 500;

/// The functions that count. No template has a reason to call them.
pub const STEP: &str = "vademecum_step";
pub const ENTER: &str = "vademecum_enter";
pub const LEAVE: &str = "vademecum_leave";

/// Tera's name for all values at once. It shows them in the order of a hash map, so that two builds
/// would differ.
const ALL: &str = "__tera_context";

thread_local! {
    /// Steps taken and depth reached by the page that this thread renders.
    static SPENT: Cell<(u64, u32)> = const { Cell::new((0, 0)) };
}

/// Begins a page.
pub fn begin() {
    SPENT.set((0, 0));
}

/// Counts turns of a loop.
pub fn step(turns: u64) -> TeraResult<String> {
    let (steps, depth) = SPENT.get();
    let steps = steps.saturating_add(turns);
    SPENT.set((steps, depth));
    if steps > STEP_LIMIT {
        return Err(Error::message(format!("loops take more than {STEP_LIMIT} turns")));
    }
    Ok(String::new())
}

/// Counts a block, a component or an included template that begins.
pub fn enter() -> TeraResult<String> {
    let (steps, depth) = SPENT.get();
    SPENT.set((steps, depth + 1));
    if depth >= DEPTH_LIMIT {
        let message = format!("templates lie more than {DEPTH_LIMIT} deep in one another");
        return Err(Error::message(message));
    }
    step(1)
}

/// Counts one that ends.
pub fn leave() -> String {
    let (steps, depth) = SPENT.get();
    SPENT.set((steps, depth.saturating_sub(1)));
    String::new()
}

/// Returns the numbers that a template asks for.
pub fn range(start: i64, end: i64, by: i64) -> TeraResult<Vec<i64>> {
    if by == 0 || (by > 0) != (start <= end) {
        return Err(Error::message("`range` never gets from `start` to `end`"));
    }
    let count = i128::from(start).abs_diff(i128::from(end)).div_ceil(u128::from(by.unsigned_abs()));
    if count > RANGE_LIMIT as u128 {
        return Err(Error::message(format!("`range` gives more than {RANGE_LIMIT} numbers")));
    }
    step(count as u64)?;
    let number = |turn| i64::try_from(i128::from(start) + i128::from(by) * turn);
    Ok((0..count as i128).filter_map(|turn| number(turn).ok()).collect())
}

/// A page that grows no larger than the limit.
#[derive(Default)]
pub struct Page {
    pub html: Vec<u8>,
    pub is_full: bool,
}

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.html.len() + bytes.len() > OUTPUT_LIMIT {
            self.is_full = true;
            return Err(io::Error::other("full"));
        }
        self.html.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A template with its counting calls, and where they stand.
pub struct Bounded {
    pub text: String,
    /// Places in the text and how much was put in there, in order.
    calls: Vec<(usize, usize)>,
    /// The first thing that Tera must not see: where in the template as it was written, and why.
    pub refused: Option<(Range<usize>, String)>,
}

impl Bounded {
    /// Returns the place in the template as it was written.
    pub fn written(&self, at: usize) -> usize {
        let before = self.calls.iter().take_while(|(place, _)| *place < at);
        at - before.map(|(place, length)| (*length).min(at - place)).sum::<usize>()
    }
}

/// Puts the counting calls into a template. They show nothing, and trim white space where the tags
/// beside them do.
pub fn bound(template: &str) -> Bounded {
    let mut bounded = Bounded {
        text: String::with_capacity(template.len() * 9 / 8),
        calls: Vec::new(),
        refused: None,
    };
    let mut call = |text: &mut String, name: &str, before: bool, after: bool| {
        let (left, right) = (if before { "-" } else { "" }, if after { "-" } else { "" });
        let call = format!("{{{{{left} {name}() {right}}}}}");
        bounded.calls.push((text.len(), call.len()));
        text.push_str(&call);
    };
    let text = &mut bounded.text;
    let mut rest = template;
    // The `elif` of each `if` that is open.
    let mut elifs: Vec<usize> = Vec::new();
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.get(..2) {
            Some("{#") => rest.find("#}").map(|end| end + 2),
            Some("{{") => end_of_tag(rest, "}}"),
            Some("{%") => end_of_tag(rest, "%}"),
            _ => Some(1),
        };
        // What has no end is Tera's to report.
        let Some(length) = length else { break };
        let (tag, after) = rest.split_at(length);
        rest = after;
        let place = template.len() - rest.len() - length..template.len() - rest.len();
        if tag.contains(ALL) && !tag.starts_with("{#") {
            let message = format!("`{ALL}` shows all values in an order of its own each time");
            bounded.refused.get_or_insert((place.clone(), message));
        }
        let (trims_before, trims_after) = (tag.starts_with("{%-"), tag.ends_with("-%}"));
        match tag_name(tag) {
            "for" => {
                text.push_str(tag);
                call(text, STEP, false, trims_after);
            }
            "block" | "component" => {
                text.push_str(tag);
                call(text, ENTER, false, trims_after);
            }
            "endblock" | "endcomponent" => {
                call(text, LEAVE, trims_before, false);
                text.push_str(tag);
            }
            "include" => {
                call(text, ENTER, trims_before, false);
                text.push_str(tag);
                call(text, LEAVE, false, trims_after);
            }
            "if" => {
                text.push_str(tag);
                elifs.push(0);
            }
            "endif" => {
                text.push_str(tag);
                elifs.pop();
            }
            "elif" => {
                text.push_str(tag);
                // Without an `if` it is a mistake that Tera reports.
                if let Some(last) = elifs.last_mut() {
                    *last += 1;
                }
                if elifs.iter().sum::<usize>() > ELIF_LIMIT {
                    let message = format!("more than {ELIF_LIMIT} `elif` follow one another");
                    bounded.refused.get_or_insert((place, message));
                }
            }
            "raw" => {
                text.push_str(tag);
                let end = rest
                    .match_indices("{%")
                    .find(|(at, _)| tag_name(&rest[*at..]) == "endraw")
                    .map_or(rest.len(), |(at, _)| at);
                text.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            _ => text.push_str(tag),
        }
    }
    text.push_str(rest);
    bounded
}

/// Returns the word that a tag `{% word … %}` begins with.
fn tag_name(tag: &str) -> &str {
    let Some(tag) = tag.strip_prefix("{%") else { return "" };
    let tag = tag.strip_prefix('-').unwrap_or(tag).trim_start();
    let end = tag.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(tag.len());
    &tag[..end]
}

/// Returns the length of a tag; what stands between quotes does not end it.
fn end_of_tag(text: &str, end: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices().skip(2) {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if "\"'`".contains(c) => quote = Some(c),
            None if text[at..].starts_with(end) => return Some(at + end.len()),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_stand_where_they_count_and_nowhere_else() {
        let bounded = |text| bound(text).text;
        assert_eq!(bounded("a{% for x in y -%} b"), "a{% for x in y -%}{{ vademecum_step() -}} b");
        assert_eq!(
            bounded("{%- include \"%}.html\" %}"),
            "{{- vademecum_enter() }}{%- include \"%}.html\" %}{{ vademecum_leave() }}"
        );
        for text in [
            "{% raw %}{% for x in y %}{% endraw %}",
            "{# {% for x in y %} #}{{ \"{% for x in y %}\" }}",
            "{ {% if for %} {%",
        ] {
            assert_eq!(bounded(text), text);
        }
    }

    #[test]
    fn places_are_those_of_the_template() {
        let template = "{% for a in b %}{{ x }}{% include \"c\" %}{{ é }}";
        let bounded = bound(template);
        for word in ["x", "include", "é"] {
            let at = bounded.text.find(&format!(" {word}")).unwrap();
            assert_eq!(bounded.written(at), template.find(&format!(" {word}")).unwrap(), "{word}");
        }
    }

    #[test]
    fn ranges_end() {
        assert_eq!(range(1, 4, 1).unwrap(), [1, 2, 3]);
        assert_eq!(range(4, 1, -2).unwrap(), [4, 2]);
        assert!(range(0, 1_000_000_000, 1).is_err() && range(0, 1, 0).is_err());
        assert!(range(i64::MIN, i64::MAX, i64::MAX).is_ok());
    }
}
