//! A thesaurus: concepts with their names in every language, in a file that a person can edit.
//!
//! ```toml
//! [child-detention]
//! broader = "immigration-detention"
//! related = ["alternatives-to-detention"]
//! en = ["child detention", "children held", "detained minors"]
//! fr = ["détention d’enfants", "enfants retenus"]
//! definition.en = "…"
//! ```
//!
//! The first name is the one that is shown (`skos:prefLabel`), the others are understood as well
//! (`skos:altLabel`).

use std::collections::BTreeSet;

use crate::{
    diag::{At, Code, Diag, nearest},
    front::{self, Key, Node, Raw},
    language,
    schema::{RELATED, Term, Vocabulary, open_id},
    tree::{Tree, TreePath},
};

/// The column of the concept above.
pub const BROADER: &str = "broader";

/// Reads the concepts of a vocabulary from its file.
pub fn read(vocabulary: &mut Vocabulary, source: &Tree, diags: &mut Vec<Diag>) {
    let Some(path) = vocabulary.path.clone() else { return };
    let Some(blob) = source.get(&path) else {
        let message = format!("the vocabulary `{}` has no file `{path}`", vocabulary.name);
        let at = At::new(&TreePath::of(super::SITE_FILE), vocabulary.place.clone());
        diags.push(Diag::error(Code::Vocabulary, at, message).help("write the file there"));
        return;
    };
    let Some(text) = blob.bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        diags.push(Diag::no_text(&path, source));
        return;
    };
    let node = match front::read_thesaurus(text) {
        Ok(node) => node,
        Err(fault) => {
            let diag = Diag::error(Code::Vocabulary, At::new(&path, fault.range), fault.message);
            diags.push(diag.help(fault.help));
            return;
        }
    };
    let mut reader = Reader { path: &path, diags };
    for (key, node) in node.table().unwrap_or_default() {
        if let Some(mut term) = reader.concept(key, node) {
            for code in &vocabulary.working {
                term.name_status.0.entry(code.clone()).or_insert_with(|| "working".to_owned());
            }
            // A key that stands twice is a fault of the file, found above.
            vocabulary.add(term);
        }
    }
    reader.check(vocabulary, &node);
}

struct Reader<'a> {
    path: &'a TreePath,
    diags: &'a mut Vec<Diag>,
}

impl Reader<'_> {
    fn wrong(&mut self, range: std::ops::Range<usize>, message: String, help: &str) {
        let diag = Diag::error(Code::Vocabulary, At::new(self.path, range), message);
        self.diags.push(diag.help(help));
    }

    fn concept(&mut self, key: &Key, node: &Node) -> Option<Term> {
        let id = key.name.as_str();
        if open_id(id).is_empty() || id.contains('/') || TreePath::new(id).is_none() {
            let message = format!("`{id}` cannot be the id of a concept");
            self.wrong(key.range.clone(), message, "use letters, digits and hyphens");
            return None;
        }
        let Some(entries) = node.table() else {
            let message = format!("`{id}` is no concept");
            let help = "write `[id-of-a-concept]` on a line of its own, and its names below";
            self.wrong(node.range.clone(), message, help);
            return None;
        };
        let mut term = Term { id: id.to_owned(), range: key.range.clone(), ..Term::default() };
        for (key, node) in entries {
            match key.name.as_str() {
                "definition" => {
                    for (key, node) in node.table().unwrap_or_default() {
                        if let Some(text) = node.text() {
                            term.definition
                                .0
                                .insert(language::canonical(&key.name), text.to_owned());
                        }
                    }
                }
                code if language::is_code(code) => {
                    let code = language::canonical(code);
                    let mut names = self.texts(node).into_iter();
                    if let Some(name) = names.next() {
                        term.name.0.insert(code.clone(), name);
                    }
                    let others: Vec<String> = names.collect();
                    if !others.is_empty() {
                        term.alt.0.insert(code, others.join(";"));
                    }
                }
                name => {
                    term.data.insert(name.to_owned(), self.texts(node).join(";"));
                }
            }
        }
        let is_named = entries.iter().any(|(key, _)| language::is_code(&key.name));
        if !is_named {
            let message = format!("the concept `{id}` has no name");
            self.wrong(key.range.clone(), message, "add a line such as `en = [\"its name\"]`");
        }
        Some(term)
    }

    /// Returns the texts of a list, or the one text.
    fn texts(&mut self, node: &Node) -> Vec<String> {
        let nodes = match &node.raw {
            Raw::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut texts = Vec::new();
        for node in nodes {
            match node.text().map(|text| text.trim().to_owned()) {
                Some(text) if text.contains(';') => {
                    let message = format!("`{text}` holds a semicolon");
                    self.wrong(node.range.clone(), message, "make it two names");
                }
                Some(text) if !text.is_empty() => texts.push(text),
                Some(_) => {}
                None => {
                    let message = format!("{} stands where a text belongs", node.describe());
                    self.wrong(node.range.clone(), message, "write a text in quotes");
                }
            }
        }
        texts
    }

    /// Says which concepts name others that there are not, or stand above themselves.
    fn check(&mut self, vocabulary: &Vocabulary, node: &Node) {
        let mut circles: BTreeSet<&str> = BTreeSet::new();
        for (key, node) in node.table().unwrap_or_default() {
            for name in [BROADER, RELATED] {
                let Some(node) = node.get(name) else { continue };
                let nodes = match &node.raw {
                    Raw::List(items) => items.as_slice(),
                    _ => std::slice::from_ref(node),
                };
                for node in nodes {
                    let Some(id) = node.text().filter(|id| vocabulary.term(id).is_none()) else {
                        continue;
                    };
                    let message = format!("there is no concept `{id}`");
                    let known = vocabulary.terms.iter().map(|term| term.id.as_str());
                    let help = match nearest(id, known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "write the id of a concept of this file".to_owned(),
                    };
                    self.wrong(node.range.clone(), message, &help);
                }
            }
            let mut way = Vec::new();
            let mut above = vocabulary.term(&key.name);
            while let Some(term) = above.filter(|term| !circles.contains(term.id.as_str())) {
                if way.contains(&term.id.as_str()) {
                    let message = format!("the concept `{}` stands above itself", term.id);
                    let help = "take one of the `broader` out that lead back to it";
                    self.wrong(term.range.clone(), message, help);
                    circles.extend(way);
                    break;
                }
                way.push(&term.id);
                above = vocabulary.broader(term);
            }
        }
    }
}
