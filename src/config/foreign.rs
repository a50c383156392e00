//! What a site is called in the files that configure it for other programs.

use crate::{
    front::{self, Node, Notation},
    tree::{Tree, TreePath},
};

/// The files at the top of a folder, and the keys by which each gives the name of the site: MkDocs, mdBook,
/// Hugo, Zola and Jekyll. The first that gives one counts.
const NAMES: [(&str, &[&str]); 11] = [
    ("mkdocs.yml", &["site_name"]),
    ("mkdocs.yaml", &["site_name"]),
    ("book.toml", &["book", "title"]),
    ("hugo.toml", &["title"]),
    ("hugo.yaml", &["title"]),
    ("hugo.yml", &["title"]),
    ("config.toml", &["title"]),
    ("config.yaml", &["title"]),
    ("config.yml", &["title"]),
    ("_config.yml", &["title"]),
    ("_config.yaml", &["title"]),
];

/// Returns the names of the files that may say what a site is called.
pub fn naming_files() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// Returns what another program calls the site; empty where none does. A file that cannot be read says
/// nothing: it is none of this program's.
pub(super) fn title(source: &Tree) -> String {
    let title = |(name, keys): &(&str, &[&str])| {
        let path = TreePath::of(name);
        let text = source.text(&path)?.trim_start_matches('\u{feff}');
        let found = match path.extension().as_str() {
            "toml" => {
                let node = front::read(Notation::Toml, text, 0..text.len()).ok()?;
                let last = keys.iter().try_fold(&node, |node, key| node.get(key))?;
                words(last)
            }
            // Much in such a file is written for its own program only, so no more than the line is read.
            _ => keys.first().and_then(|key| {
                let is_own = |line: &&str| {
                    line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'))
                };
                let line = text.lines().find(is_own)?;
                let node = front::read(Notation::Yaml, line, 0..line.len()).ok()?;
                words(node.get(key)?)
            }),
        };
        found.filter(|title| !title.is_empty())
    };
    NAMES.iter().find_map(title).unwrap_or_default()
}

/// Returns a text in one line.
fn words(node: &Node) -> Option<String> {
    let text = node.text().filter(|_| !node.is_null())?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Blob;

    fn of(files: &[(&str, &str)]) -> String {
        let blob = |text: &str| Blob::new(text.as_bytes());
        title(&files.iter().map(|(path, text)| (TreePath::of(path), blob(text))).collect())
    }

    #[test]
    fn files_of_other_programs_name_the_site() {
        for (name, text) in [
            ("mkdocs.yml", "nav: [\nsite_name: 'The  book'\r\nx: !!python/name:a.b\n"),
            ("mkdocs.yaml", "\u{feff}site_name : The book # its name\n"),
            ("book.toml", "title = 'Not this'\n[book]\ntitle = \"The book\"\n"),
            ("hugo.toml", "title = \"\"\"The\nbook\"\"\"\n"),
            ("config.toml", "title = 'The book'\n[params]\ntitle = 'Not this'\n"),
            ("hugo.yaml", "params:\n  title: Not this\ntitle: The book\n"),
            ("_config.yml", "title: The book"),
        ] {
            assert_eq!(of(&[(name, text)]), "The book", "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_names_nothing() {
        for (name, text) in [
            ("mkdocs.yml", "site_name: !ENV [NAME, x]\n"),
            ("mkdocs.yml", "site_name: 'open\n"),
            ("mkdocs.yml", "site_name: ~\n"),
            ("mkdocs.yml", "site_name:\n"),
            ("mkdocs.yml", "  site_name: deeper\n"),
            ("_config.yml", "title: {en: x}\n"),
            ("book.toml", "title = 'x'\nbook = 3\n"),
            ("hugo.toml", "title = 'x'\ntitle = 'y'\n"),
            ("hugo.toml", "title = ['x']\n"),
        ] {
            assert_eq!(of(&[(name, text)]), "", "{text}");
        }
        assert_eq!(of(&[("hugo.toml", "title = ["), ("_config.yml", "title: Second")]), "Second");
    }
}
