//! Languages in folders that do not lie at the top, as `docs/fr/` beside `docs/en/`, and in the names of
//! folders, as `pages.fr/` beside `pages/`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{
    language,
    tree::{Tree, TreePath},
};

use super::languages::{docusaurus, is_markdown, split_language};

/// What a folder of translations holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Nested {
    pub code: String,
    /// The folder whose pages these translate, such as `docs` for `docs/fr`. It may be the content itself.
    pub of: String,
    /// Paths below it that keep their own address, because another page of the language has theirs.
    pub kept: BTreeSet<String>,
}

/// Returns the folder of translations that a path lies in, what it holds, and the path below it.
pub(super) fn of_path<'n, 'p>(
    found: &'n BTreeMap<String, Nested>,
    path: &'p str,
) -> Option<(&'n Nested, &'p str)> {
    let mut folders = path.match_indices('/').map(|(end, _)| path.split_at(end));
    folders.find_map(|(folder, rest)| Some((found.get(folder)?, &rest[1..])))
}

pub(super) fn joined(folder: &str, below: &str) -> String {
    if folder.is_empty() { below.to_owned() } else { format!("{folder}/{below}") }
}

/// Folders that hold translations and nothing else.
const FOR_TRANSLATIONS: &[&str] = &[
    "i18n",
    "l10n",
    "lang",
    "langs",
    "language",
    "languages",
    "locale",
    "locales",
    "translated",
    "translation",
    "translations",
];

/// A folder whose name may be that of a language, and the paths of Markdown below it.
struct Candidate<'a> {
    folder: &'a str,
    above: &'a str,
    /// What the name says before the language: `pages` in `pages.fr`, nothing in `fr`.
    base: &'a str,
    code: String,
    below: Vec<&'a str>,
}

/// Finds the folders of translations, by their paths. Two letters are often no language, so half of the pages
/// in such a folder, at least one of them no `README` and no `index` at its top, must lie at the same path in
/// the folder above, in the folder for English beside it, or in two other languages.
pub(super) fn find(source: &Tree, content: &str) -> BTreeMap<String, Nested> {
    let paths: Vec<&str> = source
        .iter()
        .filter(|(path, _)| is_markdown(path))
        .filter_map(|(path, _)| path.below(content))
        .filter(|below| docusaurus(below).is_none())
        .collect();
    let mut found = of_plugins(&paths);
    let mut candidates: BTreeMap<&str, Candidate> = BTreeMap::new();
    for path in paths.iter().filter(|path| of_path(&found, path).is_none()) {
        for (end, _) in path.match_indices('/') {
            let folder = &path[..end];
            let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
            if let Some((base, code)) = language_of(name) {
                let new = || Candidate { folder, above, base, code, below: Vec::new() };
                candidates.entry(folder).or_insert_with(new).below.push(&path[end + 1..]);
            }
        }
    }
    let mut siblings: HashMap<&str, Vec<&Candidate>> = HashMap::new();
    for candidate in candidates.values().filter(|candidate| candidate.base.is_empty()) {
        siblings.entry(candidate.above).or_default().push(candidate);
    }
    let known: HashSet<&str> = paths.into_iter().collect();
    let mut taken: HashSet<(String, &str)> = HashSet::new();
    for (&folder, candidate) in &candidates {
        // The outermost folder counts.
        if folder.match_indices('/').any(|(end, _)| found.contains_key(&folder[..end])) {
            continue;
        }
        let beside = siblings.get(candidate.above).map_or(&[][..], Vec::as_slice);
        if let Some(of) = originals(candidate, beside, &known)
            && taken.insert((of.clone(), &candidate.code))
        {
            let nested = Nested { code: candidate.code.clone(), of, kept: BTreeSet::new() };
            found.insert(folder.to_owned(), nested);
        }
    }
    // Beside folders for English and another language, other codes are languages too, whatever they hold.
    for (&above, beside) in &siblings {
        let is_found = |it: &&&Candidate| found.get(it.folder).is_some_and(|it| it.of == above);
        let are_languages = beside.iter().any(|it| language::primary(&it.code) == "en")
            && beside.iter().filter(is_found).any(|it| language::primary(&it.code) != "en");
        for candidate in beside.iter().filter(|_| are_languages) {
            if taken.insert((above.to_owned(), &candidate.code)) {
                let (code, of) = (candidate.code.clone(), above.to_owned());
                let nested = Nested { code, of, kept: BTreeSet::new() };
                found.insert(candidate.folder.to_owned(), nested);
            }
        }
    }
    found
}

/// Finds the folders of translations that Docusaurus keeps in one folder of a repository, such as `website`.
/// What they translate lies in that folder or beside it, and at least one of the originals must be there.
fn of_plugins(paths: &[&str]) -> BTreeMap<String, Nested> {
    let known: HashSet<&str> = paths.iter().copied().collect();
    let mut found: BTreeMap<String, Nested> = BTreeMap::new();
    for path in paths {
        let Some((above, rest)) = path.split_once('/') else { continue };
        let Some((code, original)) = docusaurus(rest) else { continue };
        // What lies below is called alike on both sides: of documents the versions are apart.
        let is_of_docs =
            rest.split('/').nth(2).is_some_and(|plugin| plugin.contains("-content-docs"));
        let depth = if is_of_docs { 3 } else { 2 };
        let Some((end, _)) = rest.match_indices('/').nth(depth) else { continue };
        let (folder, below) = rest.split_at(end);
        let Some(of) = original.strip_suffix(below) else { continue };
        let folder = joined(above, folder);
        if found.contains_key(&folder) {
            continue;
        }
        let beside = [joined(above, of), of.to_owned()];
        let having = |of: &String| known.contains([of, below].concat().as_str());
        if let Some(of) = beside.into_iter().find(having) {
            found.insert(folder, Nested { code, of, kept: BTreeSet::new() });
        }
    }
    found
}

/// Lets pages of the site's first language keep their addresses where a page without a language in its path
/// has it already.
pub(super) fn keep_apart(
    found: &mut BTreeMap<String, Nested>,
    first: &str,
    source: &Tree,
    content: &str,
) {
    for (folder, nested) in found.iter_mut().filter(|(_, nested)| nested.code == first) {
        let originals = joined(content, &nested.of);
        let has = |below: &str| {
            TreePath::new(&joined(&originals, below))
                .is_some_and(|path| source.get(&path).is_some())
        };
        let translations = source.under(&joined(content, folder));
        let paths = translations.iter().map(|(path, _)| path.as_str());
        nested.kept = paths.filter(|path| has(path)).map(str::to_owned).collect();
    }
}

/// Returns what a folder's name says before a language, and the language.
fn language_of(name: &str) -> Option<(&str, String)> {
    let of = |text: &str| {
        let code = language::is_code(text).then(|| language::canonical(text))?;
        language::autonym(&code).map(|_| code)
    };
    if let Some(code) = of(name) {
        return Some(("", code));
    }
    name.match_indices(['.', '-', '_'])
        .find_map(|(at, _)| Some((&name[..at], of(&name[at + 1..])?)))
        .filter(|(base, _)| !base.is_empty())
}

/// Returns the folder of what a folder's pages translate, if they do.
fn originals(
    candidate: &Candidate,
    beside: &[&Candidate],
    known: &HashSet<&str>,
) -> Option<String> {
    let is_in = |folder: &str, below: &str| known.contains(joined(folder, below).as_str());
    if !candidate.base.is_empty() {
        let of = joined(candidate.above, candidate.base);
        return enough(candidate, false, |below| is_in(&of, below)).then_some(of);
    }
    let own = candidate.above;
    let is_english = |other: &&&Candidate| language::primary(&other.code) == "en";
    let is_for_them = FOR_TRANSLATIONS.contains(&own.rsplit('/').next().unwrap_or(own));
    if is_for_them && !beside.iter().any(|other| is_english(&other)) {
        let above = own.rsplit_once('/').map_or("", |(above, _)| above);
        if enough(candidate, true, |below| is_in(above, below)) {
            return Some(above.to_owned());
        }
    }
    let in_others = |below: &str| {
        let others = beside.iter().filter(|other| other.code != candidate.code);
        let mut having = others.filter(|other| is_in(other.folder, below));
        having.clone().any(|other| is_english(&other)) || having.nth(1).is_some()
    };
    enough(candidate, is_for_them, |below| is_in(own, below) || in_others(below))
        .then(|| own.to_owned())
}

/// Returns true when enough of a folder's pages have an original.
fn enough(candidate: &Candidate, may_be_readme: bool, has: impl Fn(&str) -> bool) -> bool {
    let having: Vec<&&str> = candidate.below.iter().filter(|below| has(below)).collect();
    let is_page = |below: &&&str| {
        let name = below.rsplit('/').next().unwrap_or(below);
        let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
        // In a folder of its own an index is a page like others.
        let is_front = match below.contains('/') {
            true => stem == "readme",
            false => ["readme", "index", "_index"].contains(&stem.as_str()),
        };
        !is_front && split_language(&stem).is_none()
    };
    having.len() * 2 >= candidate.below.len() && (may_be_readme || having.iter().any(is_page))
}
