//! Remarks about one place of the source: codes, places, and how they are printed.

use std::{borrow::Cow, fmt::Write, ops::Range};

use serde::Serialize;

use crate::tree::{Tree, TreePath};

/// How much a remark weighs. An error keeps `build` from writing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something is wrong and has to be put right.
    Error,
    /// Something seems to be wrong; the site is written all the same.
    Warning,
    /// Nothing is wrong; an editor may want to know.
    Note,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal,)*) => {
        /// Every kind of remark. Each has a paragraph in the manual (`manual/diagnostics`).
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// All codes, in the order of the manual.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the code as it is printed and documented.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// The configuration cannot be read or holds a value that means nothing.
    Config = "config",
    /// A vocabulary's table has a fault.
    Vocabulary = "vocabulary",
    /// The front matter is no YAML or TOML.
    FrontMatter = "front-matter",
    /// A file is no UTF-8 text.
    NotUtf8 = "not-utf8",
    /// A file, folder or value is larger than the limits allow.
    Limit = "limit",
    /// A record lacks a required field.
    MissingField = "missing-field",
    /// A field is not known to its record type.
    UnknownField = "unknown-field",
    /// A field stands twice.
    DuplicateField = "duplicate-field",
    /// A value has the wrong type or lies outside its bounds.
    WrongValue = "wrong-value",
    /// A value is not in its vocabulary.
    UnknownTerm = "unknown-term",
    /// A record type is not known.
    UnknownType = "unknown-type",
    /// A reference names no record.
    UnknownReference = "unknown-reference",
    /// A link leads nowhere.
    BrokenLink = "broken-link",
    /// A link's part after `#` names no heading.
    BrokenAnchor = "broken-anchor",
    /// A footnote is called but not written.
    MissingFootnote = "missing-footnote",
    /// A footnote is written but not called, or written twice.
    IdleFootnote = "idle-footnote",
    /// Something belongs to another program and is shown as it is written.
    NotUnderstood = "not-understood",
    /// Two files claim one address.
    DuplicateAddress = "duplicate-address",
    /// Two records carry one id.
    DuplicateId = "duplicate-id",
    /// A file's name cannot be an address on every file system.
    FileName = "file-name",
    /// A template cannot be compiled or filled in.
    TemplateError = "template-error",
    /// The interface words lack an entry.
    MissingWords = "missing-words",
    /// The original was changed after it was translated.
    OutdatedTranslation = "outdated-translation",
    /// The text names a concept that the record does not carry. Only `check` looks for them.
    MissingConcept = "missing-concept",
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A place: a file and a range of its bytes. Line and column are computed when printed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct At {
    /// The file, by its path in the source tree.
    pub path: TreePath,
    /// The first byte of the place.
    pub start: usize,
    /// The byte behind its last one; 0, as the start is, for a file as a whole.
    pub end: usize,
}

impl At {
    /// Returns the place of a range of bytes of a file.
    pub fn new(path: &TreePath, range: Range<usize>) -> Self {
        Self { path: path.clone(), start: range.start, end: range.end }
    }

    /// Returns the place of a file as a whole.
    pub fn file(path: &TreePath) -> Self {
        Self::new(path, 0..0)
    }
}

/// One remark about one place: what is wrong, and what to do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Diag {
    /// Where it is.
    pub at: At,
    /// How much it weighs.
    pub severity: Severity,
    /// What kind of remark it is.
    pub code: Code,
    /// What is wrong, without a full stop; what is quoted stands between backticks.
    pub message: String,
    /// What to do; `None` where the message says enough.
    pub help: Option<String>,
}

impl Diag {
    /// Returns an error without help.
    pub fn error(code: Code, at: At, message: impl Into<String>) -> Self {
        Self { at, severity: Severity::Error, code, message: message.into(), help: None }
    }

    /// Returns a warning without help.
    pub fn warning(code: Code, at: At, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, at, message) }
    }

    /// Returns a note without help.
    pub fn note(code: Code, at: At, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, at, message) }
    }

    /// Says why a file that configures the site is no text: too large, or no UTF-8.
    pub fn no_text(path: &TreePath, source: &Tree) -> Self {
        let blob = source.get(path);
        match blob.and_then(|blob| blob.bytes()) {
            Some(bytes) => Self::not_utf8(path, bytes),
            None => {
                let size = blob.map_or(0, |blob| blob.length() / 1_000_000);
                let message =
                    format!("the file has {size} MB; a file that is read as text may have 8 MB");
                Self::error(Code::Limit, At::file(path), message).help("shorten it")
            }
        }
    }

    /// Returns the remark on a field that stands twice.
    pub fn twice(at: At, field: &str) -> Self {
        let message = format!("the field `{field}` stands twice; the first one counts");
        Self::error(Code::DuplicateField, at, message).help("delete one of the two")
    }

    /// Says where a file stops being a text of UTF-8.
    pub fn not_utf8(path: &TreePath, bytes: &[u8]) -> Self {
        let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        Self::error(Code::NotUtf8, At::new(path, at..at + 1), "the text is not UTF-8 from here on")
            .help("open the file in an editor and save it with the encoding UTF-8")
    }

    /// Says what to do, in place of what was said before.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Makes an error a warning where `lenient` holds, as in a folder without configuration.
    pub fn lenient(mut self, lenient: bool) -> Self {
        if lenient && self.severity == Severity::Error {
            self.severity = Severity::Warning;
        }
        self
    }
}

/// A remark as machines read it: `check --json` and the pages that `serve` shows.
#[derive(Serialize)]
pub struct Printed<'a> {
    /// How much it weighs.
    pub severity: Severity,
    /// What kind of remark it is, as `Code::as_str` writes it.
    pub code: Code,
    /// The file, by its path in the source tree.
    pub path: &'a TreePath,
    /// The line on which the place begins; 1 for a file as a whole.
    pub line: usize,
    /// The character of that line with which it begins; 1 for a file as a whole.
    pub column: usize,
    /// What is wrong.
    pub message: &'a str,
    /// What to do, if more is to be said.
    pub help: Option<&'a str>,
    /// The line, or of a long one the part around the place; `None` for a file as a whole.
    pub quote: Option<String>,
    /// The column in the quote, and how many characters are meant.
    #[serde(skip)]
    marked: (usize, usize),
}

/// Finds line, column and the quoted line of a remark; lines and columns count from 1, columns in
/// characters.
pub fn locate<'a>(diag: &'a Diag, source: &Tree) -> Printed<'a> {
    Lines::default().locate(diag, source)
}

/// Where the lines of the file begin that was looked at last. Remarks come sorted by file, so many
/// remarks on one file count its lines once.
#[derive(Default)]
struct Lines {
    path: Option<TreePath>,
    starts: Vec<usize>,
}

impl Lines {
    fn locate<'a>(&mut self, diag: &'a Diag, source: &Tree) -> Printed<'a> {
        let bytes = source.get(&diag.at.path).and_then(|blob| blob.bytes()).unwrap_or_default();
        if self.path.as_ref() != Some(&diag.at.path) {
            let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            self.starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
            self.path = Some(diag.at.path.clone());
        }
        let start = diag.at.start.min(bytes.len());
        let line = self.starts.partition_point(|line| *line <= start);
        printed(diag, bytes, start, line, self.starts[line - 1])
    }
}

fn printed<'a>(
    diag: &'a Diag,
    bytes: &[u8],
    start: usize,
    line: usize,
    line_start: usize,
) -> Printed<'a> {
    let column = String::from_utf8_lossy(&bytes[line_start..start]).chars().count() + 1;
    let whole_file = diag.at.start == 0 && diag.at.end == 0;
    let rest = &bytes[line_start..];
    let line_end = line_start + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    let text = String::from_utf8_lossy(&bytes[line_start..line_end]);
    let text = text.trim_end();
    // Of a long line, the part is quoted in which the place lies.
    let is_far = column > QUOTE_LIMIT / 2 && text.chars().nth(QUOTE_LIMIT).is_some();
    let left = if is_far { column - QUOTE_LIMIT / 4 } else { 0 };
    let quote =
        (!whole_file).then(|| text.chars().skip(left).take(QUOTE_LIMIT).collect::<String>());
    let end = diag.at.end.clamp(start, line_end.max(start));
    let length = String::from_utf8_lossy(&bytes[start..end.min(bytes.len())]).chars().count();
    Printed {
        severity: diag.severity,
        code: diag.code,
        path: &diag.at.path,
        line,
        column,
        message: &diag.message,
        help: diag.help.as_deref(),
        quote,
        marked: (column - left, length),
    }
}

/// The longest quoted line, in characters; a minified line of a megabyte helps nobody.
const QUOTE_LIMIT: usize = 160;

/// Writes remarks for people, one paragraph each.
pub fn print(diags: &[Diag], source: &Tree) -> String {
    let mut text = String::new();
    let mut lines = Lines::default();
    for diag in diags {
        let printed = lines.locate(diag, source);
        let severity = match printed.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}:{}:{}: {severity}[{}]: {}",
            visible(printed.path.as_str()),
            printed.line,
            printed.column,
            printed.code.as_str(),
            visible(printed.message)
        );
        if let Some(quote) = &printed.quote {
            let number = printed.line.to_string();
            let margin = " ".repeat(number.len());
            let width = quote.chars().count();
            let (column, length) = printed.marked;
            let from = (column - 1).min(width);
            let marked = length.clamp(1, (width - from).max(1));
            let _ = writeln!(text, " {number} | {}", quote.replace(is_hidden, " "));
            let _ = writeln!(text, " {margin} | {}{}", " ".repeat(from), "^".repeat(marked));
        }
        if let Some(help) = printed.help {
            let _ = writeln!(text, "   = {}", visible(help));
        }
    }
    text
}

/// Returns true for what a terminal obeys instead of showing: control characters, and those that
/// turn the direction of writing.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Writes a text from many hands so that a terminal shows it: what would be obeyed stands as
/// `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let show = |c: char| if is_hidden(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(show).collect())
}

/// Writes remarks as a JSON array.
pub fn print_json(diags: &[Diag], source: &Tree) -> String {
    let mut lines = Lines::default();
    let printed: Vec<_> = diags.iter().map(|diag| lines.locate(diag, source)).collect();
    // The printed form holds only texts and numbers, which JSON always takes.
    serde_json::to_string_pretty(&printed).unwrap_or_default()
}

/// The longest word for which a near one is looked for, in bytes.
const NEAREST_LIMIT: usize = 100;

/// Returns the candidate nearest to `word`, if one is near enough to be what was meant.
///
/// Near enough is a Damerau-Levenshtein distance of at most a third of the longer word, which
/// keeps `sumary` → `summary` and refuses `cat` → `dog`.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer ones are no slips of a finger, and take time with the square of their length.
    let is_short = |text: &str| text.len() <= NEAREST_LIMIT;
    if !is_short(word) {
        return None;
    }
    let word = word.to_lowercase();
    let is_alike = |candidate: &&str| {
        let (length, other) = (word.len(), candidate.len());
        is_short(candidate) && length.abs_diff(other) * 2 <= length.max(other).max(3)
    };
    candidates
        .into_iter()
        .filter(is_alike)
        .map(|candidate| {
            let other = candidate.to_lowercase();
            let distance = strsim::damerau_levenshtein(&word, &other);
            (distance, other.len().max(word.len()), candidate)
        })
        .filter(|(distance, longer, _)| *distance * 3 <= (*longer).max(3))
        .min()
        .map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Blob;

    #[test]
    fn of_a_long_line_the_place_is_quoted() {
        let path = TreePath::of("a.md");
        let text = "ä".repeat(300) + " [wörd](x) " + &"b".repeat(200);
        let source: Tree = [(path.clone(), Blob::new(text.as_bytes()))].into_iter().collect();
        let start = text.find("[wörd]").unwrap();
        let at = At::new(&path, start..start + "[wörd](x)".len());
        let printed = print(&[Diag::error(Code::BrokenLink, at, "x")], &source);
        let lines: Vec<&str> = printed.lines().collect();
        let column = lines[2].find('^').unwrap();
        assert!(lines[0].starts_with("a.md:1:302:"), "{printed}");
        assert_eq!(lines[2].matches('^').count(), "[wörd](x)".chars().count());
        assert!(
            lines[1].chars().skip(column).collect::<String>().starts_with("[wörd]"),
            "{printed}"
        );
    }

    #[test]
    fn a_remark_is_printed_with_its_line_quoted() {
        let path = TreePath::of("content/en/a.md");
        let text = "---\ntitle: Ä\nobjectives: [31]\n---\n";
        let source: Tree = [(path.clone(), Blob::new(text.as_bytes()))].into_iter().collect();
        let start = text.find("31").unwrap();
        let diag = Diag::error(
            Code::UnknownTerm,
            At::new(&path, start..start + 2),
            "there is no objective 31",
        )
        .help("objectives go from 1 to 23");
        assert_eq!(
            print(&[diag], &source),
            "content/en/a.md:3:14: error[unknown-term]: there is no objective 31\n \
             3 | objectives: [31]\n   |              ^^\n   = objectives go from 1 to 23\n"
        );
    }

    #[test]
    fn a_terminal_shows_what_it_would_obey() {
        let path = TreePath::of("a\nb.md");
        let diag = Diag::error(Code::BrokenLink, At::file(&path), "`\u{1b}[2J\u{202e}x` é");
        let printed = print(&[diag], &Tree::default());
        assert_eq!(printed, "a\\u{a}b.md:1:1: error[broken-link]: `\\u{1b}[2J\\u{202e}x` é\n");
    }

    #[test]
    fn the_nearest_value_is_near() {
        assert_eq!(nearest("childern", ["children", "women"]), Some("children"));
        assert_eq!(nearest("xyz", ["children", "women"]), None);
    }
}
