//! The rules of the house, on the text of its code: who may import whom, who may touch the world, one
//! dependency in one room, and the limits we set ourselves.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Each room and the rooms of ours that it may import. Arrows point down the pipeline only; a room
/// `a/b` belongs to `a` and may import what `a` may, and `a` itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("tree", &[]),
    ("diag", &["tree"]),
    ("memory", &[]),
    ("language", &[]),
    ("front", &[]),
    ("schema", &["diag", "front", "language", "tree"]),
    ("config", &["diag", "front", "language", "schema", "tree"]),
    ("markdown", &[]),
    ("page", &["config", "diag", "front", "language", "markdown", "memory", "schema", "tree"]),
    ("site", &["config", "diag", "markdown", "page", "schema", "tree"]),
    ("words", &["diag", "front", "language", "tree"]),
    ("theme", &["config", "diag", "language", "tree", "words"]),
    (
        "render",
        &[
            "config", "diag", "front", "language", "markdown", "memory", "page", "schema", "site",
            "theme", "tree", "words",
        ],
    ),
    (
        "search",
        &[
            "config", "diag", "front", "language", "markdown", "memory", "page", "render",
            "schema", "site", "tree",
        ],
    ),
    ("skos", &["config", "language", "schema", "tree"]),
    ("export", &["front", "page", "render", "schema", "search", "site", "theme", "tree"]),
    ("disk", &["config", "page", "tree"]),
    ("scaffold", &["config", "diag", "page", "schema", "search", "theme", "tree"]),
    ("serve", &["diag", "disk", "search", "site", "tree"]),
];

/// Dependencies and the rooms that own them. serde, serde_json and rayon are everyone's.
const OWNERS: &[(&str, &[&str])] = &[
    ("ammonia", &["markdown/sanitise"]),
    ("axum", &["serve"]),
    ("base64", &["search/packing"]),
    ("blake3", &["tree", "disk"]),
    ("clap", &["main"]),
    ("comrak", &["markdown", "markdown/heading", "markdown/repair"]),
    ("csv", &["config/table", "export"]),
    ("entities", &["markdown/sanitise"]),
    ("icu_calendar", &["words"]),
    ("flate2", &["search/packing"]),
    ("icu_collator", &["words"]),
    ("icu_datetime", &["words"]),
    ("icu_decimal", &["words"]),
    ("icu_locale_core", &["words"]),
    ("icu_plurals", &["words"]),
    ("jiff", &["schema", "main"]),
    ("notify", &["serve"]),
    ("oxrdf", &["skos"]),
    ("oxrdfxml", &["skos"]),
    ("oxttl", &["skos"]),
    ("percent_encoding", &["render", "render/view", "serve", "serve/api", "site/links"]),
    ("memory_stats", &["theme/watch"]),
    ("mimalloc", &["main"]),
    ("rustix", &["disk/write", "serve/api"]),
    ("saphyr_parser", &["front"]),
    ("strsim", &["diag", "search/lexicon"]),
    ("syntaxmate", &["markdown/highlight"]),
    ("tantivy", &["search/index", "search/analysis", "main"]),
    ("tera", &["theme", "theme/bounds"]),
    ("tokio", &["serve", "serve/api"]),
    ("toml", &["front"]),
    ("unicode_normalization", &["page/anchors", "search/analysis"]),
    ("walkdir", &["disk", "disk/write"]),
    ("wide", &["search/model"]),
];

/// Rooms that may touch the world: files, clock, network, processes.
const EDGES: &[&str] =
    &["disk", "disk/write", "serve", "serve/api", "search/index", "theme/watch", "main"];
const WORLD: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::time",
    "Instant::now",
    "SystemTime",
    "::now(",
    "rand::",
    "RandomState",
    "thread::current",
    "println!",
    "print!(",
    "eprint",
];

/// The longest file and line. A file is as long as its one subject; beyond this it has two.
const FILE_LINES: usize = 900;
const LINE_WIDTH: usize = 110;

fn rooms() -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<PathBuf> = walkdir::WalkDir::new(&src)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    let name = |path: &Path| {
        path.strip_prefix(&src).unwrap().with_extension("").to_str().unwrap().replace('\\', "/")
    };
    files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Returns the code without its tests and comments.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap();
    body.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn top(room: &str) -> &str {
    room.split('/').next().unwrap()
}

#[test]
fn every_room_says_what_belongs_in_it() {
    for (room, text) in rooms() {
        assert!(
            text.starts_with("//! "),
            "src/{room}.rs begins with a sentence on what belongs here"
        );
    }
}

#[test]
fn arrows_point_down_the_pipeline_only() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    for (room, text) in rooms() {
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let may = allowed
            .get(top(&room))
            .unwrap_or_else(|| panic!("`{room}` is missing from the list of rooms"));
        let code = code(&text);
        for (other, _) in ROOMS {
            let imports = [
                format!("crate::{other}::"),
                format!("crate::{other},"),
                format!("crate::{other};"),
            ];
            let groups = code.split("use crate::{").skip(1);
            let grouped = groups.flat_map(first_names).any(|name| name == *other);
            let found = grouped || imports.iter().any(|import| code.contains(import));
            assert!(
                !found || *other == top(&room) || may.contains(other),
                "`{room}` must not import `{other}`"
            );
        }
    }
}

/// Returns the first names of the paths in a group of imports, up to the bracket that closes it.
fn first_names(group: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0, 0);
    let mut names = Vec::new();
    for (at, sign) in group.char_indices() {
        if depth == 0 && matches!(sign, ',' | '}') {
            let path = group[start..at].trim();
            names.push(path.split("::").next().unwrap_or(path));
            start = at + 1;
        }
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

#[test]
fn imports_are_read_whole() {
    let group = "a, b::{c, d},\n e::f };\nuse g;";
    assert_eq!(first_names(group), ["a", "b", "e"]);
}

#[test]
fn one_dependency_lives_in_one_room() {
    let manifest =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    for (dependency, owners) in OWNERS {
        assert!(
            manifest.contains(&dependency.replace('_', "-")) || manifest.contains(dependency),
            "{dependency}"
        );
        for (room, text) in rooms() {
            let code = code(&text);
            let uses = [format!("{dependency}::"), format!("use {dependency}")];
            let found = uses.iter().any(|use_| {
                code.match_indices(use_.as_str()).any(|(at, _)| {
                    !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                })
            });
            assert!(
                !found || owners.contains(&room.as_str()),
                "`{room}` must not say `{dependency}`: it belongs to {owners:?}"
            );
        }
    }
}

#[test]
fn only_the_edges_touch_the_world() {
    for (room, text) in rooms() {
        if EDGES.contains(&room.as_str()) {
            continue;
        }
        for word in WORLD {
            assert!(!code(&text).contains(word), "`{room}` touches the world: `{word}`");
        }
    }
}

#[test]
fn files_and_lines_keep_their_limits() {
    for (room, text) in rooms() {
        let lines = text.lines().count();
        assert!(lines <= FILE_LINES, "src/{room}.rs has {lines} lines: has it two subjects?");
        for (number, line) in text.lines().enumerate() {
            let width = line.chars().count();
            assert!(
                width <= LINE_WIDTH || line.contains('"'),
                "src/{room}.rs:{} is {width} wide",
                number + 1
            );
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["todo!", "unimplemented!", "dbg!", "FIXME", "XXX", "unsafe {"];
    for (room, text) in rooms() {
        for word in words {
            assert!(!code(&text).contains(word), "src/{room}.rs holds `{word}`");
        }
        let code = code(&text);
        assert!(!code.contains(".unwrap()"), "src/{room}.rs unwraps without a reason");
    }
}

/// Right-to-left is no special case: distances in the style have a start and an end, no left and right.
#[test]
fn the_style_has_no_sides() {
    let style = std::fs::read_to_string("themes/default/assets/style.css").unwrap();
    let declarations = style.split(['{', '}', ';']).filter_map(|part| part.split_once(':'));
    for (name, value) in declarations {
        let name = name.trim();
        let has_side = name.split('-').any(|part| matches!(part, "left" | "right"));
        assert!(!has_side, "`{name}: {value}` has a side");
        let values: Vec<&str> = value.split_whitespace().collect();
        if let ("padding" | "margin" | "inset", [_, right, _, left]) = (name, values.as_slice()) {
            assert_eq!(right, left, "`{name}: {value}` has sides");
        }
    }
}
