//! Passages that run the other way than their page, such as a paragraph in Arabic on an English page.
//! Without a mark their signs would stand at the wrong end, and they at the wrong side.

/// How many signs of a passage are looked at; its beginning tells enough.
pub const LOOKED_AT: usize = 500;

/// Returns true for a letter of a script that is written from right to left (Unicode, bidirectional
/// classes R and AL: Hebrew to Arabic Extended-A, their presentation forms, and two planes of old and
/// African scripts).
fn is_right_to_left(letter: char) -> bool {
    matches!(letter,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1eeff}')
        && letter.is_alphabetic()
}

/// Returns true for a text with letters that run the other way than its page.
pub fn is_mixed(text: &str, dir: &str) -> bool {
    match dir {
        "rtl" => text.chars().any(|c| c.is_alphabetic() && !is_right_to_left(c)),
        _ => text.chars().any(is_right_to_left),
    }
}

/// The letters of a passage, counted by their direction.
#[derive(Default)]
pub struct Letters {
    seen: usize,
    first: Option<bool>,
    right: usize,
    all: usize,
}

impl Letters {
    /// Counts the letters of a text; returns false when enough were seen.
    pub fn add(&mut self, text: &str) -> bool {
        for letter in text.chars().take(LOOKED_AT - self.seen) {
            self.seen += 1;
            if !letter.is_alphabetic() {
                continue;
            }
            let is_right = is_right_to_left(letter);
            self.first.get_or_insert(is_right);
            self.right += usize::from(is_right);
            self.all += 1;
        }
        self.seen < LOOKED_AT
    }

    /// Returns the direction of the first letter, if most others run that way too.
    pub fn direction(&self) -> Option<&'static str> {
        match self.first? {
            true if 2 * self.right > self.all => Some("rtl"),
            false if 2 * self.right < self.all => Some("ltr"),
            _ => None,
        }
    }
}
