//! What is changed in a text before it is read as Markdown, so that none of its words is lost, and where
//! everything stood before.

use std::ops::Range;

use comrak::{
    Arena,
    nodes::{AstNode, NodeValue},
};

use super::foreign::Translation;

/// The deepest nesting of quotes and lists that is read as such.
pub const NESTING_LIMIT: usize = 100;

/// What makes a line of code, or of text, of one that opens too much.
const INDENT: &str = "    ";
/// What makes text of a bar that would begin a cell.
const ESCAPE: &str = "\\";

/// The same words, put into a text at several places.
#[derive(Default)]
pub struct Put {
    /// Places in the new text, in their order.
    at: Vec<usize>,
    length: usize,
}

impl Put {
    /// Returns where a byte of the new text stood in the old one.
    fn place(&self, at: usize) -> usize {
        let before = self.at.partition_point(|put| *put < at);
        match before.checked_sub(1) {
            Some(last) => at - last * self.length - self.length.min(at - self.at[last]),
            None => at,
        }
    }
}

/// Where the text that is read stood in its file.
pub struct Places<'p> {
    /// Where each line of the text begins.
    pub lines: Vec<usize>,
    /// The length of the text.
    pub length: usize,
    /// What was put into the text, the first first.
    pub put: Vec<Put>,
    /// Where the text stood before it was translated, if it was.
    pub foreign: Option<&'p Translation>,
    /// Where the text begins in its file.
    pub offset: usize,
}

impl Places<'_> {
    /// Returns the bytes of the text that is read which a node was made of.
    fn within<'a>(&self, node: &'a AstNode<'a>) -> Range<usize> {
        let position = node.data().sourcepos;
        let byte = |line: usize, column: usize| {
            let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.length);
            (start + column).min(self.length)
        };
        let start = byte(position.start.line, position.start.column.saturating_sub(1));
        start..byte(position.end.line, position.end.column).max(start)
    }

    /// Returns where a stretch of the text that is read stood in the file.
    pub fn in_file(&self, range: Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let at = self.put.iter().rev().fold(at, |at, put| put.place(at));
            self.foreign.map_or(at, |foreign| foreign.place(at)) + self.offset
        };
        let start = place(range.start);
        start..place(range.end).max(start)
    }

    /// Returns where a node stands in the file.
    pub fn of<'a>(&self, node: &'a AstNode<'a>) -> Range<usize> {
        self.in_file(self.within(node))
    }
}

/// Returns where each line starts. As in CommonMark, a carriage return alone ends a line too.
pub fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends = |at: &usize| {
        bytes[*at] == b'\n' || (bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
    };
    std::iter::once(0).chain((0..bytes.len()).filter(ends).map(|at| at + 1)).collect()
}

/// Breaks up lines that open more quotes or lists than the limit; their markers become text.
pub fn bound_nesting(text: &str) -> Option<(String, Put)> {
    let opens = |line: &str| {
        line.bytes()
            .take_while(|byte| b"> \t-*+".contains(byte))
            .filter(|b| b">-*+".contains(b))
            .count()
    };
    let is_rule = |line: &str| {
        let bare: Vec<u8> = line.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        bare.iter().all(|byte| b"-*".contains(byte) && *byte == bare[0])
    };
    let deep = |line: &str| opens(line) > NESTING_LIMIT && !is_rule(line);
    if !text.lines().any(deep) {
        return None;
    }
    let mut starts = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if deep(line) {
            starts.push(at);
        }
        at += line.len();
    }
    Some(put(INDENT, text, &starts))
}

/// What stands in a row beyond the columns of its table.
pub struct Surplus {
    /// Where the last column ends.
    from: usize,
    /// From the first cell that is not empty to the last.
    pub cells: Range<usize>,
}

/// Finds the cells for which their table has no column. Markdown leaves them out.
pub fn surplus_cells<'a>(root: &'a AstNode<'a>, text: &str, places: &Places) -> Vec<Surplus> {
    if !text.contains('|') {
        return Vec::new();
    }
    let of_row = |row: &'a AstNode<'a>| {
        let is_row = matches!(row.data().value, NodeValue::TableRow(false));
        let last = row.last_child().filter(|_| is_row)?;
        let (from, until) = (places.within(last).end, places.within(row).end);
        let after = text.get(from..until)?;
        let is_empty = |c: char| matches!(c, '|' | ' ' | '\t');
        let cells = after.trim_start_matches(is_empty);
        let starts = after.trim_start().starts_with('|') && !cells.is_empty();
        let start = until - cells.len();
        let cells = start..start + cells.trim_end_matches(is_empty).len();
        starts.then_some(Surplus { from, cells })
    };
    root.descendants().filter_map(of_row).collect()
}

/// Makes text of the bars of cells that have no column, so that their words stand in the last one.
pub fn join_cells(text: &str, surplus: &[Surplus]) -> (String, Put) {
    let bars = surplus.iter().flat_map(|row| {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut at = row.from;
        while at < row.cells.end {
            match bytes[at] {
                b'\\' => at += 1,
                b'|' => found.push(at),
                _ => {}
            }
            at += 1;
        }
        found
    });
    put(ESCAPE, text, &bars.collect::<Vec<_>>())
}

/// Puts words into a text before these places, which come in their order.
fn put(words: &str, text: &str, before: &[usize]) -> (String, Put) {
    let mut new = String::with_capacity(text.len() + words.len() * before.len());
    let mut at = Vec::with_capacity(before.len());
    let mut from = 0;
    for &place in before {
        new.push_str(&text[from..place]);
        at.push(new.len());
        new.push_str(words);
        from = place;
    }
    new.push_str(&text[from..]);
    (new, Put { at, length: words.len() })
}

/// Takes the look from what stands between single tildes: it is a range or an index more often than it was
/// struck out.
pub fn keep_single_tildes<'a>(
    arena: &'a Arena<'a>,
    root: &'a AstNode<'a>,
    text: &str,
    places: &Places,
) {
    let mut struck: Vec<&AstNode> = Vec::new();
    // Columns within a cell are counted without the signs that escape a bar: how far these were counted, and
    // how many there are.
    let mut counted = (0, 0);
    for node in root.descendants() {
        match node.data().value {
            NodeValue::TableCell => {
                let start = places.within(node).start;
                counted = (start, 0);
            }
            NodeValue::Strikethrough => {
                let start = places.within(node).start;
                let in_cell =
                    node.ancestors().any(|it| matches!(it.data().value, NodeValue::TableCell));
                let (from, escapes) = &mut counted;
                if in_cell && let Some(more) = text.get(*from..start) {
                    *escapes += more.matches("\\|").count();
                    *from = start;
                }
                let shift = if in_cell { *escapes } else { 0 };
                let written = text.get(start + shift..).unwrap_or_default();
                if written.starts_with('~') && !written.starts_with("~~") {
                    struck.push(node);
                }
            }
            _ => {}
        }
    }
    for node in struck {
        let tilde = || arena.alloc(NodeValue::Text("~".into()).into());
        node.insert_before(tilde());
        for child in node.children().collect::<Vec<_>>() {
            node.insert_before(child);
        }
        node.insert_before(tilde());
        node.detach();
    }
}

/// Takes links out of links that are written as HTML, and leaves their words: an address there would be
/// made a link of its own, and lead elsewhere.
pub fn unlink_within_links<'a>(root: &'a AstNode<'a>) {
    let mut is_within = false;
    let mut links = Vec::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::HtmlInline(html) => {
                let tag = html.to_ascii_lowercase();
                let opens = tag.strip_prefix("<a").is_some_and(|rest| {
                    rest.starts_with(char::is_whitespace) && rest.contains("href")
                });
                is_within = opens || (is_within && !tag.starts_with("</a"));
            }
            NodeValue::Link(_) if is_within => links.push(node),
            value if value.block() => is_within = false,
            _ => {}
        }
    }
    for link in links {
        while let Some(child) = link.first_child() {
            link.insert_before(child);
        }
        link.detach();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_stood_nowhere() {
        let (new, put) = put("ab", "0123", &[1, 3]);
        assert_eq!(new, "0ab12ab3");
        let places: Vec<_> = (0..=8).map(|at| put.place(at)).collect();
        assert_eq!(places, [0, 1, 1, 1, 2, 3, 3, 3, 4]);
    }

    #[test]
    fn rows_that_are_too_long_are_read_in_time() {
        let started = std::time::Instant::now();
        let text = "|a|\n|-|\n".to_owned() + &"|b|c|d\n".repeat(100_000);
        let source = super::super::Source { text: &text, nonce: "0123", ..Default::default() };
        let body = super::super::read(&source);
        assert_eq!((body.notes[0].count, &text[body.notes[0].range.clone()]), (100_000, "c|d"));
        assert!(
            body.sections[0].text.starts_with("a b|c|d b|c|d"),
            "{}",
            &body.sections[0].text[..40]
        );
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }
}
