//! Blocks of code between fences, in quotes too.

use super::run;

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
