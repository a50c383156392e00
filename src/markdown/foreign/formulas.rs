//! Formulas between signs of the dollar, shown as they are written.

use std::ops::Range;

use super::{HIGHLIGHT, Kind, Reader, inline::Change, marks};

/// The most lines that a formula may have.
const FORMULA_LINES: usize = 100;

impl Reader<'_> {
    /// Reads a formula: none of its signs is Markdown.
    pub fn formula(&mut self, at: usize, end: usize) -> Option<Change> {
        let before = self.text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '$') {
            return None;
        }
        let length = marks::formula(&self.text[at..end])?;
        let written = &self.text[at..at + length];
        self.note(Kind::Formula, at..at + length, written);
        let longest = written.split(|c| c != '`').map(str::len).max().unwrap_or_default();
        let fence = "`".repeat(longest + 1);
        Some(Change { until: at + length, words: format!("{fence}{written}{fence}") })
    }

    /// Reads a formula of several lines as a block of code.
    pub fn read_formula(&mut self, line: &Range<usize>, bare: &str) -> bool {
        let first = bare[2..].trim();
        if first.contains("$$") || self.inline.is_tired(self.text) {
            return false;
        }
        let mut lines = Vec::new();
        let mut at = line.end + 1;
        while lines.last().is_none_or(|last: &&str| !last.ends_with("$$")) {
            if at >= self.text.len() || lines.len() > FORMULA_LINES {
                return false;
            }
            let next = self.line(at);
            at = next.end + 1;
            self.inline.look(next.len());
            lines.push(self.text[next].trim_end());
            if lines.last().is_some_and(|last| last.trim().is_empty()) {
                return false;
            }
        }
        let whole = line.start..at - 1;
        self.note(
            Kind::Formula,
            whole.clone(),
            &format!("$$ {}", if first.is_empty() { lines[0] } else { first }),
        );
        let spaces = self.spaces(line);
        let last = lines.pop().unwrap_or_default().trim_end_matches("$$");
        self.end_block();
        self.replace_line(line, &format!("{spaces}{} tex", HIGHLIGHT));
        for words in
            [first].into_iter().chain(lines).chain([last]).filter(|words| !words.trim().is_empty())
        {
            self.replace_line(&whole, &format!("{spaces}{}", words.trim()));
        }
        self.replace_line(&whole, &format!("{spaces}{}", HIGHLIGHT));
        true
    }
}
