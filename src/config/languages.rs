//! The languages of a site: configured, or found in folders, in names of files and in front matter.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    front::{Node, Raw},
    language,
    tree::{Tree, TreePath},
};

use super::{Config, Lang, nested};

impl Config {
    /// Finds the languages: as configured, else two or more top folders named by language codes,
    /// else what the pages declare. Returns the folders that are named as a language beside those that
    /// are configured.
    pub(super) fn derive_languages(&mut self, source: &Tree, node: Option<&Node>) -> Vec<String> {
        let mut folders: Vec<&str> = source
            .iter()
            .filter_map(|(path, _)| path.below(&self.content)?.split_once('/'))
            .map(|(folder, _)| folder)
            .collect();
        folders.dedup();
        folders.retain(|folder| language::is_code(folder));
        let folders: BTreeSet<&str> = folders.into_iter().collect();
        let configured: Vec<String> = node
            .and_then(|node| node.get("languages"))
            .map(|node| match &node.raw {
                Raw::List(items) => items.iter().filter_map(Node::text).collect(),
                _ => node.text().into_iter().collect::<Vec<_>>(),
            })
            .unwrap_or_default()
            .into_iter()
            .filter(|code| language::is_code(code))
            .map(language::canonical)
            .collect();
        let in_folder = |code: &str| folders.iter().find(|f| language::canonical(f) == code);
        if !configured.is_empty() {
            let with_folders = configured.iter().any(|code| in_folder(code).is_some());
            let is_other = |folder: &&&str| !configured.contains(&language::canonical(folder));
            let others = folders.iter().filter(is_other).filter(|_| with_folders);
            let others = others.map(|folder| (*folder).to_owned()).collect();
            self.languages = configured
                .into_iter()
                .map(|code| {
                    let folder = in_folder(&code).map_or(code.clone(), |f| (*f).to_owned());
                    Lang { folder: with_folders.then_some(folder), code }
                })
                .collect();
            return others;
        }
        let mut nested = match folders.len() {
            0 | 1 => nested::find(source, &self.content),
            _ => BTreeMap::new(),
        };
        let mut suffixes = suffixes(source, &self.content);
        suffixes.extend(nested.values().map(|nested| nested.code.clone()));
        let declared = declared_languages(source, &self.content, &suffixes);
        let most = declared
            .iter()
            .filter(|(_, count)| **count > 0)
            .max_by_key(|(code, count)| (**count, std::cmp::Reverse((*code).clone())))
            .map(|(code, _)| code.clone());
        if folders.len() >= 2 {
            let mut languages: Vec<Lang> = folders
                .iter()
                .map(|f| Lang { code: language::canonical(f), folder: Some((*f).to_owned()) })
                .collect();
            let first = most.or_else(|| {
                languages
                    .iter()
                    .find(|lang| language::primary(&lang.code) == "en")
                    .map(|l| l.code.clone())
            });
            languages.sort_by_key(|lang| (Some(&lang.code) != first.as_ref(), lang.code.clone()));
            languages.dedup_by(|a, b| a.code == b.code);
            self.languages = languages;
            return Vec::new();
        }
        if !suffixes.is_empty() {
            // Files without a suffix are written in the language that most declare, or in the one whose
            // letters they have.
            let is_bare = |below: &str| nested::of_path(&nested, below).is_none();
            let written = || written_language(source, &self.content, is_bare).map(str::to_owned);
            let bare =
                most.or_else(written).filter(|code| !suffixes.contains(code)).or_else(|| {
                    (!suffixes.iter().any(|code| language::primary(code) == "en"))
                        .then(|| "en".to_owned())
                });
            let english = suffixes.iter().find(|code| language::primary(code) == "en").cloned();
            let first = bare.or(english).unwrap_or_default();
            let others = suffixes.into_iter().filter(|code| *code != first);
            let codes = std::iter::once(first.clone()).chain(others);
            self.languages = codes.map(|code| Lang { folder: Some(code.clone()), code }).collect();
            self.by_suffix = true;
            nested::keep_apart(&mut nested, self.default_language(), source, &self.content);
            self.nested = nested;
            return Vec::new();
        }
        let written =
            || written_language(source, &self.content, |_| true).unwrap_or("en").to_owned();
        let first = most.unwrap_or_else(written);
        self.languages.push(Lang { code: first.clone(), folder: None });
        let others = declared.into_keys().filter(|code| *code != first);
        self.languages.extend(others.map(|code| Lang { code, folder: None }));
        Vec::new()
    }

    /// Returns the language that the first part of an address names, whatever its capital letters. Where
    /// there is only `en`, `en-US` names that.
    pub fn language_named(&self, name: &str) -> Option<&Lang> {
        let code = language::is_code(name).then(|| language::canonical(name))?;
        let kin = |lang: &&Lang| language::primary(&lang.code) == language::primary(&code);
        // Chinese has two scripts, which codes of regions stand for too.
        let is_traditional =
            |code: &str| ["Hant", "TW", "HK", "MO"].iter().any(|it| code.contains(it));
        let same = |lang: &&Lang| is_traditional(&lang.code) == is_traditional(&code);
        let languages = || self.languages.iter();
        let exact = languages().find(|lang| lang.code == code);
        exact.or_else(|| languages().filter(kin).find(same)).or_else(|| languages().find(kin))
    }
}

/// Returns the language of a translation as Docusaurus keeps it, and the path of what it translates. A
/// site may have several plugins of a kind, whose names say the folder.
pub(super) fn docusaurus(path: &str) -> Option<(String, String)> {
    let (code, rest) = path.strip_prefix("i18n/")?.split_once('/')?;
    let (plugin, rest) = rest.strip_prefix("docusaurus-plugin-content-")?.split_once('/')?;
    let (kind, name) = plugin.split_once('-').unwrap_or((plugin, ""));
    let original = match (kind, rest.split_once('/')) {
        ("docs", Some(("current", below))) => {
            format!("{}/{below}", if name.is_empty() { "docs" } else { name })
        }
        ("docs", Some(_)) if name.is_empty() => format!("versioned_docs/{rest}"),
        ("docs", Some(_)) => format!("{name}_versioned_docs/{rest}"),
        ("blog", _) => format!("{}/{rest}", if name.is_empty() { "blog" } else { name }),
        ("pages", _) => format!("src/pages/{rest}"),
        _ => return None,
    };
    // The name of a plugin is a folder's, and must not lead elsewhere.
    let is_sound = language::is_code(code) && TreePath::new(&original).is_some();
    is_sound.then(|| (language::canonical(code), original))
}

/// Splits a file's name such as `page.fr` into its stem and its language; `README_fr` and `README-zh-CN`
/// are written on code hosts.
pub(super) fn split_language(stem: &str) -> Option<(&str, String)> {
    if let Some((stem, code)) = stem.rsplit_once('.').filter(|(_, code)| language::is_code(code)) {
        return Some((stem, language::canonical(code)));
    }
    let (name, code) = stem.split_at_checked("README".len())?;
    let code = code.strip_prefix(['_', '-']).filter(|_| name.eq_ignore_ascii_case("README"))?;
    // Some write the country.
    let code = match code.to_ascii_lowercase().as_str() {
        "cn" => "zh".to_owned(),
        "jp" => "ja".to_owned(),
        "kr" => "ko".to_owned(),
        _ => language::canonical(code),
    };
    // `README_ts` is about TypeScript.
    (language::is_code(&code) && language::autonym(&code).is_some()).then_some((name, code))
}

/// Returns true for a file that may be a page.
pub(super) fn is_markdown(path: &TreePath) -> bool {
    matches!(path.extension().as_str(), "md" | "mdx" | "markdown")
}

/// Finds the languages that stand in names of files: `page.fr.md` counts where `page.md` or
/// `page.de.md` lies beside it, and a translation of Docusaurus where its original does.
fn suffixes(source: &Tree, content: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut groups: BTreeMap<(&str, &str), (usize, BTreeSet<String>)> = BTreeMap::new();
    for (path, _) in source.iter().filter(|(path, _)| is_markdown(path)) {
        let Some(below) = path.below(content) else { continue };
        if let Some((code, original)) = docusaurus(below) {
            let original = match content {
                "" => original,
                _ => format!("{content}/{original}"),
            };
            found.extend(source.get(&TreePath::of(&original)).map(|_| code));
            continue;
        }
        let (stem, code) = match split_language(path.stem()) {
            Some((stem, code)) => (stem, Some(code)),
            None => (path.stem(), None),
        };
        let group = groups.entry((path.folder(), stem)).or_default();
        group.0 += 1;
        group.1.extend(code);
    }
    let several = groups.into_values().filter(|(count, _)| *count > 1);
    found.extend(several.flat_map(|(_, codes)| codes));
    found
}

/// Counts the languages that pages declare in their front matter, without reading it in full.
fn declared_languages(
    source: &Tree,
    content: &str,
    suffixes: &BTreeSet<String>,
) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (path, blob) in source.iter() {
        if !is_markdown(path) || path.below(content).is_none() {
            continue;
        }
        if let Some(rest) = path.below(content).and_then(|path| path.strip_prefix("i18n/"))
            && let Some((code, _)) =
                rest.split_once('/').filter(|(code, _)| language::is_code(code))
        {
            counts.entry(language::canonical(code)).or_insert(0);
            continue;
        }
        if split_language(path.stem()).is_some_and(|(_, code)| suffixes.contains(&code)) {
            continue;
        }
        let head = blob.bytes().map(|bytes| &bytes[..bytes.len().min(4096)]).unwrap_or_default();
        let head = String::from_utf8_lossy(head);
        if !head.trim_start_matches('\u{feff}').starts_with(['-', '+']) {
            continue;
        }
        let declared =
            head.lines().skip(1).take_while(|line| !matches!(line.trim_end(), "---" | "+++"));
        for line in declared {
            let Some(value) = line.strip_prefix("lang").map(str::trim_start) else { continue };
            let Some(value) = value.strip_prefix([':', '=']) else { continue };
            let code = value.trim().trim_matches(['"', '\'']);
            if language::is_code(code) {
                *counts.entry(language::canonical(code)).or_insert(0) += 1;
            }
        }
    }
    counts
}
/// How many files are looked at for the script they are written in, and how much of each, in bytes.
const LOOKED_AT: (usize, usize) = (200, 4096);

/// Returns the language that the script of most text means, where no page declares one. Latin letters
/// mean none: many languages share them, and names and code are written in them everywhere.
fn written_language(
    source: &Tree,
    content: &str,
    is_bare: impl Fn(&str) -> bool,
) -> Option<&'static str> {
    let (files, bytes) = LOOKED_AT;
    let pages = source.iter().filter(|(path, _)| {
        path.below(content).is_some_and(|below| !below.starts_with("i18n/") && is_bare(below))
            && split_language(path.stem()).is_none()
            && is_markdown(path)
    });
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut letters = 0;
    for (_, blob) in pages.take(files) {
        let head = blob.bytes().map(|all| &all[..all.len().min(bytes)]).unwrap_or_default();
        for letter in String::from_utf8_lossy(head).chars().filter(|c| c.is_alphabetic()) {
            letters += 1;
            let script = match letter {
                'پ' | 'چ' | 'ژ' | 'گ' => "fa",
                '\u{600}'..='\u{6ff}' => "ar",
                '\u{590}'..='\u{5ff}' => "he",
                'і' | 'ї' | 'є' | 'ґ' => "uk",
                '\u{400}'..='\u{4ff}' => "ru",
                '\u{370}'..='\u{3ff}' => "el",
                '\u{e00}'..='\u{e7f}' => "th",
                '\u{900}'..='\u{97f}' => "hi",
                '\u{ac00}'..='\u{d7af}' => "ko",
                '\u{3040}'..='\u{30ff}' => "ja",
                '\u{4e00}'..='\u{9fff}' => "zh",
                _ => continue,
            };
            *counts.entry(script).or_default() += 1;
        }
    }
    let count = |script: &str| counts.get(script).copied().unwrap_or_default();
    // The letters of their own tell these from the languages they share the others with.
    let of_own = [("fa", "ar"), ("uk", "ru"), ("ja", "zh")].map(|(own, shared)| {
        let all = count(own) + count(shared);
        (if count(own) * OWN_LETTERS > all { own } else { shared }, all)
    });
    let others = ["he", "el", "th", "hi", "ko"].map(|script| (script, count(script)));
    let (language, most) = of_own.into_iter().chain(others).max_by_key(|(_, count)| *count)?;
    (most > 0 && most * 3 >= letters).then_some(language)
}

/// One in so many letters of a Persian, Ukrainian or Japanese text, at least, is one of its own.
const OWN_LETTERS: usize = 50;
