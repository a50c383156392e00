//! Blocks of code between fences, in quotes too.

use std::ops::Range;

use super::{Reader, run};

/// A block of code: the sign and the length of its fence, and the column in which plain text begins where
/// it stands.
pub struct Fence {
    pub sign: u8,
    pub length: usize,
    pub column: usize,
    /// In how many quotes it stands; a line with fewer signs ends it.
    pub quotes: usize,
}

impl Fence {
    /// Returns true for the line that ends the block, which stands three columns deep at most.
    pub fn is_closed_by(&self, bare: &str, column: usize) -> bool {
        let (quotes, bare) = unquoted(bare, self.quotes);
        debug_assert!(quotes >= self.quotes, "the quote has ended");
        let bare = bare.trim_start();
        column < self.column + 4
            && self.length <= run(bare, self.sign)
            && bare.bytes().all(|byte| byte == self.sign)
    }
}

/// Returns the fence that a line opens, if it opens a block of code.
pub fn fence_of(bare: &str) -> Option<Fence> {
    let (quotes, bare) = unquoted(bare, usize::MAX);
    let bare = bare.trim_start();
    let bare = match bare.as_bytes() {
        [b'-' | b'*' | b'+', b' ', ..] => bare[1..].trim_start(),
        _ => bare,
    };
    let sign = *bare.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = run(bare, sign);
    (length >= 3 && !(sign == b'`' && bare[length..].contains('`'))).then_some(Fence {
        sign,
        length,
        column: 0,
        quotes,
    })
}

/// Returns how many signs of quotes a line begins with, up to a number, and what follows them.
pub fn unquoted(bare: &str, most: usize) -> (usize, &str) {
    let (mut signs, mut rest) = (0, bare);
    while signs < most
        && let Some(after) = rest.trim_start_matches(' ').strip_prefix('>')
    {
        (signs, rest) = (signs + 1, after.strip_prefix(' ').unwrap_or(after));
    }
    (signs, rest)
}

/// Returns true for a comment by which Docusaurus marks a line of code, or the lines up to another.
pub fn is_mark(bare: &str) -> bool {
    let signs = ["//", "# ", "/*", "<!--", "{/*", "-- ", "% "];
    let words = signs.iter().find_map(|sign| bare.strip_prefix(sign)).unwrap_or_default();
    let word = words.trim_end_matches(['/', '*', '-', '>', '}', ' ']).trim_start();
    let rest = word.strip_prefix("highlight-");
    rest.is_some_and(|rest| {
        matches!(rest, "next-line" | "start" | "end")
            || rest.ends_with("-start")
            || rest.ends_with("-end")
    })
}

/// Returns a line of code without what keeps Jekyll from reading it, or `None` where nothing does.
pub fn without_raw(line: &str) -> Option<String> {
    const RAW: [&str; 4] = ["{% raw %}", "{% endraw %}", "{%raw%}", "{%endraw%}"];
    let is_raw = line.contains("{%") && RAW.iter().any(|sign| line.contains(sign));
    is_raw.then(|| RAW.iter().fold(line.to_owned(), |line, sign| line.replace(sign, "")))
}

impl Reader<'_> {
    /// Leaves the fences out around what Docusaurus reads as MDX and others show as code.
    pub fn drop_fences_of_mdx(&mut self, line: &Range<usize>, bare: &str) -> bool {
        let is_mdx = bare.trim_start_matches(['`', '~']).trim() == "mdx-code-block";
        let Some(fence) = fence_of(bare).filter(|_| is_mdx) else { return false };
        let mut at = line.end + 1;
        while at < self.text.len() && !self.inline.is_tired(self.text) {
            let next = self.line(at);
            self.inline.look(next.len());
            let bare = self.text[next.clone()].trim();
            if fence.is_closed_by(bare, 0) {
                self.dropped.insert(next.start);
                self.drop_line(line);
                return true;
            }
            at = next.end + 1;
        }
        false
    }
}
