//! Boxes with a title: the kinds that many programs have, and how each is shown.

/// The kinds of boxes, what each is shown as, and whether that has the kind's own name.
const KINDS: &[(&str, &str, bool)] = &[
    ("abstract", "note", false),
    ("attention", "warning", true),
    ("bug", "caution", false),
    ("caution", "caution", true),
    ("check", "tip", false),
    ("cite", "note", false),
    ("danger", "caution", true),
    ("done", "tip", false),
    ("error", "caution", true),
    ("example", "note", false),
    ("fail", "caution", false),
    ("failure", "caution", false),
    ("faq", "note", false),
    ("help", "note", false),
    ("hint", "tip", true),
    ("important", "important", true),
    ("info", "note", true),
    ("missing", "caution", false),
    ("note", "note", true),
    ("question", "note", false),
    ("quote", "note", false),
    ("secondary", "note", true),
    ("seealso", "note", false),
    ("success", "tip", false),
    ("summary", "note", false),
    ("tip", "tip", true),
    ("tldr", "note", false),
    ("todo", "note", false),
    ("warning", "warning", true),
];

fn find(kind: &str) -> Option<(&'static str, bool)> {
    KINDS.iter().find(|(name, _, _)| *name == kind).map(|(_, shown, own)| (*shown, *own))
}

/// Returns true for a kind that is known, in lower case.
pub fn is_kind(kind: &str) -> bool {
    find(kind).is_some()
}

/// Returns which of the five kinds of the style sheet a box is shown as.
pub fn shown(kind: &str) -> &'static str {
    find(kind).map_or("note", |(shown, _)| shown)
}

/// Returns the title of a box that was given none, or nothing where an interface word is the title.
pub fn title(kind: &str) -> String {
    if matches!(find(kind), Some((_, true))) || kind == "details" {
        return String::new();
    }
    let words = kind.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Returns the key of the interface word that is the title of a box without its own.
pub fn word(kind: &str) -> &'static str {
    match shown(kind) {
        "tip" => "alert-tip",
        "important" => "alert-important",
        "warning" => "alert-warning",
        "caution" => "alert-caution",
        _ => "alert-note",
    }
}
