//! Runs the small sites of `tests/sites/`: each file holds cases, each case a whole site and what is
//! expected of it.
//!
//! A case begins with `# name`. Its parts begin with `=== ` and say what they are:
//!
//! - `=== path/of/a/file` — a source file;
//! - `=== remarks` — all remarks of the build, exactly, as `place: severity[code]: message` lines,
//!   each followed by its help as `  = help`;
//! - `=== files` — output files that exist, one a line; with `!` before it, one that does not;
//! - `=== has path` and `=== lacks path` — texts, one a line, that an output file holds or not;
//! - `=== order path` — texts, one a line, that it holds one after the other;
//! - `=== drafts` — builds drafts too, as `serve` does.
//!
//! Some signs stand for what a text cannot show: `␀`, `␉`, `␍`, `␂` (the mark of the order of bytes),
//! `␡` and `␢` (bytes that no UTF-8 text holds), and `␟` for nothing, before a line that would begin a part.
//!
//! With `UPDATE=1` the remarks are rewritten; read every line before committing it.

use std::{fmt::Write, path::Path};

use vademecum::{
    Memories, build, diag,
    site::Scope,
    tree::{Blob, Tree, TreePath},
};

struct Case {
    name: String,
    parts: Vec<(String, String)>,
}

#[test]
fn sites_build_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut faults = String::new();
    let (mut count, mut bad) = (0, 0);
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "txt")) {
        let text = std::fs::read_to_string(file).unwrap();
        let mut updated = text.clone();
        for case in cases(&text) {
            count += 1;
            bad += usize::from(file.ends_with("bad-input.txt"));
            for fault in check(&case, &mut updated) {
                let name = file.file_name().unwrap().to_string_lossy();
                let _ = writeln!(faults, "{name}: {}: {fault}\n", case.name);
            }
        }
        if std::env::var_os("UPDATE").is_some() && updated != text {
            std::fs::write(file, updated).unwrap();
        }
    }
    assert!(count >= 200, "only {count} cases were found");
    assert!(bad >= 60, "only {bad} kinds of bad input are tried");
    assert!(faults.is_empty(), "\n{faults}");
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(part) = line.strip_prefix("=== ") {
            let case = cases.last_mut().expect("a part belongs to a case");
            case.parts.push((part.trim().to_owned(), String::new()));
        } else if let Some(name) = line.strip_prefix("## ")
            && name.starts_with("case: ")
        {
            cases.push(Case { name: name[6..].trim().to_owned(), parts: Vec::new() });
        } else if let Some((_, text)) = cases.last_mut().and_then(|case| case.parts.last_mut()) {
            text.push_str(line);
        }
    }
    cases
}

fn check(case: &Case, file: &mut String) -> Vec<String> {
    let special = ["remarks", "files", "drafts"];
    let is_source = |name: &str| {
        let is_asked = ["has ", "lacks ", "order "].iter().any(|asks| name.starts_with(asks));
        !special.contains(&name) && !is_asked
    };
    let source: Tree = case
        .parts
        .iter()
        .filter(|(name, _)| is_source(name))
        // A file ends where its text does; the blank line before the next part is the fixture's.
        .map(|(name, text)| {
            (TreePath::of(name), Blob::new(bytes(&format!("{}\n", text.trim_end_matches('\n')))))
        })
        .collect();
    let drafts = case.parts.iter().any(|(name, _)| name == "drafts");
    let built = build(&source, &mut Memories::none(), Scope { drafts });
    let output = |path: &str| {
        let path = TreePath::new(path)?;
        built
            .output
            .get(&path)
            .map(|blob| String::from_utf8_lossy(blob.bytes().unwrap()).into_owned())
    };
    let mut faults = Vec::new();
    for (name, text) in &case.parts {
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        match name.split_once(' ') {
            _ if name == "remarks" => {
                let remarks = remarks(&built.diags, &source);
                if remarks.trim() != text.trim() {
                    faults.push(format!("remarks are\n{remarks}\nexpected\n{text}"));
                    let (old, new) =
                        (format!("=== remarks\n{text}"), format!("=== remarks\n{remarks}\n"));
                    let at = file.find(&format!("## case: {}\n", case.name)).unwrap();
                    let tail = file[at..].replacen(&old, &new, 1);
                    file.replace_range(at.., &tail);
                }
            }
            _ if name == "files" => {
                for line in lines {
                    let (path, wanted) =
                        line.strip_prefix('!').map_or((line, true), |path| (path, false));
                    if output(path).is_some() != wanted {
                        let all: Vec<String> =
                            built.output.iter().map(|(p, _)| p.to_string()).collect();
                        let not = if wanted { "no" } else { "an unwanted" };
                        faults.push(format!("{not} file `{path}` among\n{}", all.join("\n")));
                    }
                }
            }
            Some(("has", path)) => match output(path) {
                Some(html) => faults.extend(
                    lines
                        .iter()
                        .filter(|line| !html.contains(**line))
                        .map(|line| format!("`{path}` lacks `{line}`{}", shown(&html))),
                ),
                None => faults.push(format!("there is no `{path}`")),
            },
            Some(("lacks", path)) => match output(path) {
                Some(html) => faults.extend(
                    lines
                        .iter()
                        .filter(|line| html.contains(**line))
                        .map(|line| format!("`{path}` holds `{line}`{}", shown(&html))),
                ),
                None => faults.push(format!("there is no `{path}`")),
            },
            Some(("order", path)) => match output(path) {
                Some(html) => {
                    let mut rest = html.as_str();
                    for line in lines {
                        match rest.split_once(line) {
                            Some((_, behind)) => rest = behind,
                            None => faults.push(format!("`{line}` is not next in `{path}`")),
                        }
                    }
                }
                None => faults.push(format!("there is no `{path}`")),
            },
            _ => {}
        }
    }
    faults
}

/// Puts bytes that a text should not hold in the place of their signs.
fn bytes(text: &str) -> Vec<u8> {
    const SIGNS: &[(&str, &[u8])] = &[
        ("␀", b"\0"),
        ("␉", b"\t"),
        ("␍", b"\r"),
        // The mark of the order of bytes, with which some editors begin a file.
        ("␂", b"\xef\xbb\xbf"),
        // A byte that no UTF-8 text holds.
        ("␡", b"\xff"),
        // Nothing: keeps a line of the source from being one of the fixture.
        // Its neighbour, with which UTF-16 begins.
        ("␢", b"\xfe"),
        ("␟", b""),
    ];
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let sign = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        bytes.extend(sign.map_or(&rest.as_bytes()[..first.len_utf8()], |(_, bytes)| bytes));
        rest = &rest[first.len_utf8()..];
    }
    bytes
}

/// Returns the page itself when it is asked for with `SHOW=1`.
fn shown(html: &str) -> String {
    if std::env::var_os("SHOW").is_some() { format!(":\n{html}") } else { String::new() }
}

fn remarks(diags: &[diag::Diag], source: &Tree) -> String {
    let mut text = String::new();
    for diag in diags {
        let printed = diag::locate(diag, source);
        let severity = format!("{:?}", printed.severity).to_lowercase();
        let (path, line, column) = (printed.path, printed.line, printed.column);
        let code = printed.code.as_str();
        let _ = writeln!(text, "{path}:{line}:{column}: {severity}[{code}]: {}", printed.message);
        if let Some(help) = printed.help {
            let _ = writeln!(text, "  = {help}");
        }
    }
    text
}
