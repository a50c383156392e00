//! The pages that no file was written for: terms, folders, home pages.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    config::Config,
    page::{Folder, Page, PageId, Role, slug, title_of_path},
    schema::{Localized, Target, Vocabulary, open_id},
    tree::TreePath,
};

use super::carries_terms;

/// The addresses that are taken, by pages that were written or made.
struct Known<'a> {
    written: HashSet<(&'a str, &'a str)>,
    made: HashSet<PageId>,
}

impl Known<'_> {
    /// Returns true for an address that is not taken, and takes it.
    fn is_new(&mut self, id: &PageId) -> bool {
        !self.written.contains(&(id.folder.as_str(), id.path.as_str()))
            && !self.made.contains(id)
            && self.made.insert(id.clone())
    }
}

/// Adds the pages that no file was written for: terms, folders, home pages. Folders are called as
/// `described` has them.
pub fn complete(
    config: &Config,
    mut pages: Vec<Arc<Page>>,
    described: &HashMap<PageId, Folder>,
) -> Vec<Arc<Page>> {
    let written = pages.clone();
    let mut known = Known {
        written: written.iter().map(|page| (&*page.id.folder, &*page.id.path)).collect(),
        made: HashSet::new(),
    };
    let mut made: Vec<Page> = Vec::new();
    let mut folders: Vec<(String, String)> = config
        .languages
        .iter()
        .filter_map(|lang| Some((lang.folder.clone()?, lang.code.clone())))
        .collect();
    if folders.is_empty() || pages.iter().any(|page| page.id.folder.is_empty()) {
        folders.push((String::new(), config.default_language().to_owned()));
    }
    for (folder, lang) in &folders {
        if folder.is_empty() && folders.len() > 1 {
            continue;
        }
        let mut used: HashMap<&str, HashSet<&str>> = config
            .vocabularies
            .values()
            .filter(|vocabulary| vocabulary.used_only && vocabulary.folder.is_some())
            .map(|vocabulary| (vocabulary.name.as_str(), HashSet::new()))
            .collect();
        let mut written: HashMap<(&str, String), Vec<&str>> = HashMap::new();
        for page in pages.iter().filter(|page| page.id.folder == *folder) {
            for reference in &page.references {
                if let Target::Term { vocabulary, id } = &reference.target
                    && let Some(ids) = used.get_mut(vocabulary.as_str())
                {
                    ids.insert(id);
                }
            }
            if carries_terms(page) {
                for (tag, text) in as_written(config, page) {
                    written.entry(tag).or_default().push(text);
                }
            }
        }
        for vocabulary in config.vocabularies.values() {
            let Some(at) = &vocabulary.folder else { continue };
            let ids: Vec<&str> = if vocabulary.used_only {
                let ids = used.get(vocabulary.name.as_str()).into_iter().flatten();
                let mut ids: Vec<&str> = ids.copied().collect();
                ids.sort_unstable();
                ids
            } else {
                vocabulary.terms.iter().map(|term| term.id.as_str()).collect()
            };
            let any = !ids.is_empty();
            for id in ids {
                let page_id = PageId { folder: folder.clone(), path: format!("{at}/{}", slug(id)) };
                if known.is_new(&page_id) {
                    let mut page = term_page(config, vocabulary, id, page_id, lang);
                    let texts = written
                        .get(&(vocabulary.name.as_str(), id.to_owned()))
                        .filter(|_| vocabulary.open);
                    if let Some(name) = texts.and_then(|texts| commonest(texts.iter().copied())) {
                        name.clone_into(&mut page.title);
                    }
                    made.push(page);
                }
            }
            let page_id = PageId { folder: folder.clone(), path: at.clone() };
            if any && known.is_new(&page_id) {
                let title = config.localized(&vocabulary.label, lang);
                let title = if title.is_empty() { title_of(at) } else { title.to_owned() };
                made.push(folder_page(page_id, lang, title));
            }
        }
    }
    // Term pages that a person wrote take their names from the vocabulary.
    for page in &mut pages {
        if page.term.is_some() {
            let page = Arc::make_mut(page);
            name_term(config, page);
        }
    }
    pages.extend(made.into_iter().map(Arc::new));
    // A site without a title is called like the home page of its first language, in all of them.
    let first = config.languages.first().and_then(|lang| lang.folder.as_deref()).unwrap_or("");
    let first = pages.iter().find(|page| page.id.path.is_empty() && page.id.folder == first);
    let first = first.filter(|_| config.title.is_empty()).map(|page| page.title.clone());
    let home_title = |lang: &str| first.clone().unwrap_or_else(|| config.home_title(lang));
    let mut made: Vec<Page> = Vec::new();
    for page in &pages {
        let mut path = page.id.path.as_str();
        while !path.is_empty() {
            path = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            // Pages outside the folders of languages need no home: the list of languages is there.
            if path.is_empty() && page.id.folder.is_empty() && folders.len() > 1 {
                break;
            }
            let id = PageId { folder: page.id.folder.clone(), path: path.to_owned() };
            if !known.is_new(&id) {
                break;
            }
            let lang = folders.iter().find(|(folder, _)| *folder == id.folder);
            let lang = lang.map_or(config.default_language(), |(_, lang)| lang);
            let by_type = config.types.values().find(|t| t.folder.as_deref() == Some(path));
            let title = match by_type.map(|t| config.localized(&t.plural, lang)) {
                Some(title) if !title.is_empty() => title.to_owned(),
                _ if path.is_empty() => home_title(lang),
                _ => title_of(path),
            };
            made.push(folder_page(id, lang, title));
        }
    }
    for (folder, lang) in &folders {
        let id = PageId { folder: folder.clone(), path: String::new() };
        let outside = folder.is_empty() && folders.len() > 1;
        if !outside && known.is_new(&id) {
            made.push(folder_page(id, lang, home_title(lang)));
        }
    }
    pages.extend(made.into_iter().map(Arc::new));
    describe_folders(&mut pages, described);
    pages.sort_by(|a, b| a.id.cmp(&b.id));
    pages
}

/// Gives folders and pages the place that a file of another program says, or says of another language, and
/// folders for which no page was written what it says beside.
fn describe_folders(pages: &mut [Arc<Page>], described: &HashMap<PageId, Folder>) {
    let mut orders: Vec<(&PageId, i64)> =
        described.iter().filter_map(|(id, folder)| Some((id, folder.order?))).collect();
    orders.sort_unstable_by(|a, b| b.cmp(a));
    let orders: HashMap<&str, i64> =
        orders.into_iter().map(|(id, order)| (id.path.as_str(), order)).collect();
    let is_said =
        |page: &Page| orders.contains_key(&*page.id.path) || described.contains_key(&page.id);
    for page in pages.iter_mut().filter(|page| !page.id.path.is_empty() && is_said(page)) {
        let own = described.get(&page.id);
        let order = own.and_then(|folder| folder.order);
        let order = order.or(page.order).or_else(|| orders.get(&*page.id.path).copied());
        let page = Arc::make_mut(page);
        page.order = order;
        if let Some(folder) = own.filter(|_| page.source.is_none() && page.role == Role::Folder) {
            if !folder.title.is_empty() {
                page.title.clone_from(&folder.title);
            }
            page.summary.clone_from(&folder.summary);
            page.has_summary = !folder.summary.is_empty();
        }
    }
}

fn title_of(path: &str) -> String {
    TreePath::new(path).map_or_else(String::new, |tree_path| title_of_path(path, &tree_path))
}

fn folder_page(id: PageId, lang: &str, title: String) -> Page {
    Page {
        id,
        lang: lang.to_owned(),
        role: Role::Folder,
        record_type: "page".to_owned(),
        title,
        ..Page::default()
    }
}

fn term_page(config: &Config, vocabulary: &Vocabulary, id: &str, at: PageId, lang: &str) -> Page {
    let mut page = Page {
        id: at,
        lang: lang.to_owned(),
        role: Role::Term,
        record_type: "term".to_owned(),
        record_id: id.to_owned(),
        term: Some((vocabulary.name.clone(), id.to_owned())),
        source: vocabulary.path.clone(),
        ..Page::default()
    };
    name_term(config, &mut page);
    page
}

fn name_term(config: &Config, page: &mut Page) {
    let Some((vocabulary, id)) = &page.term else { return };
    let Some(vocabulary) = config.vocabularies.get(vocabulary) else { return };
    let named =
        |text: &Localized| text.get(&page.lang, config.default_language()).map(str::to_owned);
    let term = vocabulary.term(id);
    let name = term.and_then(|term| named(&term.name).or_else(|| named(&term.title)));
    if let Some(name) = name {
        page.title = name;
    } else if page.title.is_empty() {
        page.title.clone_from(id);
    }
    page.record_type = "term".to_owned();
    page.is_record = false;
}

/// Returns the free tags that a page refers to, by vocabulary and id, each as its field writes it first.
pub fn as_written<'a>(config: &Config, page: &'a Page) -> HashMap<(&'a str, String), &'a str> {
    let mut written = HashMap::new();
    // The terms of one field, and so of one vocabulary, stand together.
    for references in page.references.chunk_by(|a, b| a.field == b.field) {
        let Target::Term { vocabulary, .. } = &references[0].target else { continue };
        let is_open = config.vocabularies.get(vocabulary).is_some_and(|known| known.open);
        let field = page.fields.get(&*references[0].field).filter(|_| is_open);
        for text in field.into_iter().flat_map(|field| field.texts()) {
            written.entry((vocabulary.as_str(), open_id(text))).or_insert(text);
        }
    }
    written
}

/// Returns the text that occurs most often; of those that occur as often, the first by its letters.
pub fn commonest<'a>(texts: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map(|(text, _)| text)
}
