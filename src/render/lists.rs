//! Rows, groups and pages of lists.

use std::{cmp::Ordering, sync::Arc};

use serde::Serialize;

use crate::{
    page::{Page, Role, Status},
    schema::Vocabulary,
    site::{PageIndex, Site},
    theme::Theme,
    words::Language,
};

use super::{context::Context, facts, relative};

/// One row of a list: title, one line, then what kind, where, when.
#[derive(Serialize, Debug, Clone)]
pub struct Row {
    pub title: String,
    pub url: String,
    pub summary: String,
    pub meta: Meta,
    /// What must be said beside the title: temporary, withdrawn.
    pub marks: Vec<String>,
    /// The languages of summary, title and the rest where they are not the page's.
    pub lang: Option<String>,
    pub title_lang: Option<String>,
    pub meta_lang: Option<String>,
    /// "in English", in the language of the list.
    pub within: Option<String>,
}

/// What a row says below its summary: values of fields. A page has its row on many lists.
pub type Meta = Arc<[Box<str>]>;

/// Rows below one heading.
#[derive(Serialize, Debug, Default)]
pub struct Group {
    pub label: String,
    pub count: usize,
    pub rows: Vec<Row>,
}

/// Terms below one heading; without a heading when there is only one group.
#[derive(Serialize, Debug, Default)]
pub struct TermGroup {
    pub label: String,
    pub terms: Vec<TermRow>,
}

/// A term in a list, with the number of its records.
#[derive(Serialize, Debug)]
pub struct TermRow {
    pub id: String,
    pub number: Option<String>,
    pub name: String,
    pub title: Option<String>,
    pub url: Option<String>,
    pub count: usize,
}

/// A vocabulary as a way in or a way to narrow a list down.
#[derive(Serialize, Debug)]
pub struct Way {
    pub name: String,
    pub label: String,
    pub url: Option<String>,
    pub numbered: bool,
    pub groups: Vec<TermGroup>,
    /// How many terms were left out.
    pub more: usize,
}

/// The pages of a list.
#[derive(Serialize, Debug)]
pub struct Paging {
    pub number: usize,
    pub total: usize,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub pages: Vec<PageLink>,
}

#[derive(Serialize, Debug)]
pub struct PageLink {
    pub number: usize,
    pub url: String,
    pub current: bool,
}

/// Returns the pages that a list shows, in the order of their identities.
pub fn members(site: &Site, index: PageIndex) -> &[PageIndex] {
    let page = &site.pages[index];
    match &page.term {
        Some((vocabulary, id)) => site
            .use_of(&page.id.folder, vocabulary, id)
            .map(|term| term.pages.as_slice())
            .unwrap_or_default(),
        None => &site.children[index],
    }
}

/// Returns how many pages the list of this page fills; 1 for a page without a list.
pub fn page_count(site: &Site, index: PageIndex) -> usize {
    let page = &site.pages[index];
    let is_list = matches!(page.role, Role::Term | Role::Folder | Role::Readme);
    let has_terms = site.config.vocabulary_of_folder(&page.id.path).is_some();
    if !is_list || (has_terms && page.role != Role::Term) {
        return 1;
    }
    let count = members(site, index).len();
    count.div_ceil(site.config.page_size).max(1)
}

/// Returns the output folder of a page of a list.
pub fn address_of(page: &Page, number: usize) -> String {
    match (page.address().as_str(), number) {
        (address, 1) => address.to_owned(),
        ("", number) => format!("page/{number}"),
        (address, number) => format!("{address}/page/{number}"),
    }
}

/// Returns the links between the pages of a list, or `None` when one page holds it all.
pub fn paging(page: &Page, number: usize, total: usize) -> Option<Paging> {
    if total < 2 {
        return None;
    }
    let from = address_of(page, number);
    let link = |to: usize| relative(&from, super::file_of(&address_of(page, to)).as_str());
    // First, last and the neighbours: enough to walk, short enough for a phone.
    let shown = (1..=total).filter(|n| *n == 1 || *n == total || n.abs_diff(number) <= 2);
    Some(Paging {
        number,
        total,
        previous: (number > 1).then(|| link(number - 1)),
        next: (number < total).then(|| link(number + 1)),
        pages: shown.map(|n| PageLink { number: n, url: link(n), current: n == number }).collect(),
    })
}

/// Orders pages as a reader expects: those in the reader's language first, then by `order`, then by
/// title in the order of the language.
pub fn compare(words: Option<&Language>, a: &Page, b: &Page) -> Ordering {
    let is_foreign = |page: &Page| page.stands_for.is_some();
    let order = |page: &Page| page.order.unwrap_or(i64::MAX);
    let titles = match words {
        Some(words) => words.compare(&a.title, &b.title),
        None => a.title.cmp(&b.title),
    };
    let own = is_foreign(a).cmp(&is_foreign(b));
    own.then(order(a).cmp(&order(b))).then(titles).then_with(|| a.id.cmp(&b.id))
}

/// Returns the groups of rows on one page of a list: by record type, then by title.
pub fn groups(context: &Context, index: PageIndex, number: usize, from: &str) -> Vec<Group> {
    let site = context.site;
    let page = &site.pages[index];
    let Some(list) = context.list(index) else { return Vec::new() };
    let size = site.config.page_size;
    let mut groups: Vec<(&str, Group)> = Vec::new();
    for &member in list.members.iter().skip((number - 1) * size).take(size) {
        let record = &site.pages[member];
        let name = record.record_type.as_str();
        if groups.last().is_none_or(|(last, _)| *last != name) {
            let plural =
                site.config.types.get(name).map(|t| site.config.localized(&t.plural, &page.lang));
            let label = plural.unwrap_or_default().to_owned();
            let count = list.counts.get(name).copied().unwrap_or_default();
            groups.push((name, Group { label, count, rows: Vec::new() }));
        }
        if let Some((_, group)) = groups.last_mut() {
            group.rows.push(row(context, member, &page.lang, from));
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Returns the row of a page in a list.
pub fn row(context: &Context, index: PageIndex, lang: &str, from: &str) -> Row {
    let (site, theme) = (context.site, context.theme);
    let page = &site.pages[index];
    Row {
        title: page.title.clone(),
        url: relative(from, &page.file()),
        summary: crate::page::shorten(&page.summary, ROW_SUMMARY),
        meta: context.row_meta(index, lang),
        marks: marks(site, page),
        lang: (page.summary_lang() != lang).then(|| page.summary_lang().to_owned()),
        title_lang: (page.title_lang() != lang).then(|| page.title_lang().to_owned()),
        within: page.stands_for.as_ref().map(|other| theme.words.within(lang, &other.lang)),
        meta_lang: (page.lang != lang).then(|| page.lang.clone()),
    }
}

/// The longest summary in a list, in characters.
const ROW_SUMMARY: usize = 180;
/// How many values of one field a row shows.
const ROW_VALUES: usize = 3;

/// Returns the values that a page's row shows on a list in a language.
pub fn meta(site: &Site, theme: &Theme, index: PageIndex, lang: &str) -> Meta {
    let page = &site.pages[index];
    let mut meta: Vec<Box<str>> = Vec::new();
    let record_type = site.config.types.get(&page.record_type);
    for name in &site.config.rows {
        let declared = record_type.and_then(|t| t.field(name));
        let Some(field) = declared.or_else(|| site.config.shared.iter().find(|f| f.name == *name))
        else {
            continue;
        };
        let Some(value) = page.fields.get(name) else { continue };
        let values = facts::shown(site, theme, index, (&field.name, field), value, None);
        let mut texts: Vec<String> = values
            .iter()
            .take(ROW_VALUES)
            .map(|shown| match &shown.number {
                Some(number) => format!("{number} {}", shown.text),
                None => shown.text.clone(),
            })
            .collect();
        if values.len() > ROW_VALUES {
            texts.push(format!("+{}", values.len() - ROW_VALUES));
        }
        let text = texts.join(theme.words.text(lang, "list-separator"));
        meta.push(match name.as_str() {
            "as_of" => theme.words.text(lang, "as-of").replace("{date}", &text).into(),
            _ => text.into(),
        });
    }
    meta.into()
}

/// Returns what must be said beside a title, in words.
pub fn marks(site: &Site, page: &Page) -> Vec<String> {
    let mut marks = Vec::new();
    for notice in &site.config.notices {
        if page.text(&notice.field) != Some(notice.is.as_str()) {
            continue;
        }
        let field = site.config.types.get(&page.record_type).and_then(|t| t.field(&notice.field));
        let vocabulary = field.and_then(|field| match &field.kind {
            crate::schema::Kind::Term(name) => site.config.vocabularies.get(name),
            _ => None,
        });
        let term = vocabulary.and_then(|vocabulary| vocabulary.term(&notice.is));
        let name = term.map(|term| facts::name_of(&site.config, term, &page.lang));
        marks.push(name.unwrap_or(&notice.is).to_owned());
    }
    marks
}

/// Returns a vocabulary with its terms and their counts.
pub fn way(
    context: &Context,
    vocabulary: &Vocabulary,
    folder: &str,
    lang: &str,
    from: &str,
) -> Way {
    let mut groups: Vec<TermGroup> = Vec::new();
    for entry in context.terms(&vocabulary.name, folder, lang) {
        let row = term_row(context.site, vocabulary, &entry.id, folder, lang, from, entry.count);
        match groups.iter_mut().find(|group| group.label == entry.group) {
            Some(group) => group.terms.push(row),
            None => groups.push(TermGroup { label: entry.group.clone(), terms: vec![row] }),
        }
    }
    Way { groups, ..way_head(context.site, vocabulary, folder, lang, from) }
}

/// Returns a vocabulary without its terms.
pub fn way_head(site: &Site, vocabulary: &Vocabulary, folder: &str, lang: &str, from: &str) -> Way {
    let url = vocabulary.folder.as_ref().and_then(|path| {
        let id = crate::page::PageId { folder: folder.to_owned(), path: path.clone() };
        Some(relative(from, &site.pages[site.page(&id)?].file()))
    });
    let label = site.config.localized(&vocabulary.label, lang);
    Way {
        name: vocabulary.name.clone(),
        label: if label.is_empty() { vocabulary.name.clone() } else { label.to_owned() },
        url,
        numbered: vocabulary.numbered,
        groups: Vec::new(),
        more: 0,
    }
}

/// Returns a term's row in a list.
pub fn term_row(
    site: &Site,
    vocabulary: &Vocabulary,
    id: &str,
    folder: &str,
    lang: &str,
    from: &str,
    count: usize,
) -> TermRow {
    let term = vocabulary.term(id);
    let page = site.use_of(folder, &vocabulary.name, id).and_then(|term| term.page);
    let name = term.map(|term| facts::name_of(&site.config, term, lang));
    let title = term.and_then(|term| term.title.get(lang, site.config.default_language()));
    TermRow {
        id: id.to_owned(),
        number: vocabulary.numbered.then(|| id.to_owned()),
        name: name.or(site.tag_name(folder, vocabulary, id)).unwrap_or(id).to_owned(),
        title: title.filter(|title| Some(*title) != name).map(str::to_owned),
        url: page.map(|page| relative(from, &site.pages[page].file())),
        count,
    }
}

/// Returns the terms that narrow a list down, the most frequent first.
pub fn narrow(context: &Context, index: PageIndex, from: &str) -> Vec<Way> {
    let site = context.site;
    let page = &site.pages[index];
    let (folder, lang) = (page.id.folder.as_str(), page.lang.as_str());
    let narrow = context.list(index).map(|list| list.narrow.as_slice()).unwrap_or_default();
    narrow
        .iter()
        .filter_map(|narrow| {
            let vocabulary = site.config.vocabularies.get(&narrow.vocabulary)?;
            let row = |(id, count): &(String, usize)| {
                term_row(site, vocabulary, id, folder, lang, from, *count)
            };
            let terms = narrow.terms.iter().map(row).collect();
            Some(Way {
                groups: vec![TermGroup { label: String::new(), terms }],
                more: narrow.more,
                ..way_head(site, vocabulary, folder, lang, from)
            })
        })
        .collect()
}

/// Returns the lists of a language: record types as declared, then vocabularies that have pages.
pub fn lists(site: &Site, folder: &str, from: &str) -> Vec<TermRow> {
    let entry = |path: &str, counted: bool| {
        let id = crate::page::PageId { folder: folder.to_owned(), path: path.to_owned() };
        let index = site.page(&id)?;
        let page = &site.pages[index];
        let children = &site.children[index];
        let records = children.iter().filter(|&&child| site.pages[child].is_record).count();
        Some(TermRow {
            id: path.to_owned(),
            number: None,
            name: page.title.clone(),
            title: None,
            url: Some(relative(from, &page.file())),
            count: if counted { records } else { children.len() },
        })
    };
    let mut types: Vec<_> = site.config.types.values().collect();
    types.sort_by_key(|record_type| record_type.position);
    let of_types = types.into_iter().filter_map(|t| entry(t.folder.as_ref()?, true));
    let vocabularies = site.config.vocabularies.values();
    let of_vocabularies = vocabularies.filter_map(|v| entry(v.folder.as_ref()?, false));
    of_types.chain(of_vocabularies).collect()
}

/// Returns the records of a language, withdrawn ones left out.
pub fn records<'a>(site: &'a Site, folder: &'a str) -> impl Iterator<Item = PageIndex> + 'a {
    site.listed()
        .filter(move |(_, page)| page.is_record && page.id.folder == folder)
        .filter(|(_, page)| page.status == Status::Published)
        .map(|(index, _)| index)
}
