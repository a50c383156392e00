//! What all views are made from: the site, its theme, and what is worked out once for all of them.
//!
//! A list of many pages is shown on many pages, so its order and its counts are found here, once,
//! and not on each of them: the time for a term on most pages of a site stays in proportion to them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, OnceLock},
};

use rayon::prelude::*;

use crate::{
    page::Role,
    schema::Vocabulary,
    site::{PageIndex, Site, TermOf},
    theme::Theme,
    words::Language,
};

use super::{facts, lists, view::Common};

/// How many terms of a vocabulary a list offers to narrow it down; shorter lists need no narrowing.
pub const NARROW: usize = 8;

/// The site as views see it.
pub struct Context<'a> {
    pub site: &'a Site,
    pub theme: &'a Theme,
    desk: Arc<Desk>,
}

/// What is worked out once for all views. It depends on the faces of pages and on their links, not
/// on their prose.
#[derive(Default)]
pub struct Desk {
    commons: BTreeMap<String, Common>,
    lists: HashMap<PageIndex, List>,
    /// The place of each page in the list of its folder.
    places: Vec<usize>,
    terms: HashMap<TermsKey, Terms>,
    /// What the row of each page says in its own language, found when it is first shown.
    metas: Vec<OnceLock<lists::Meta>>,
}

/// The terms of a vocabulary in the order of their list, and the place of each.
#[derive(Default)]
struct Terms {
    entries: Vec<Entry>,
    places: HashMap<String, usize>,
}

/// A folder of a language, a language and a vocabulary.
type TermsKey = (String, String, String);

/// The pages that one list shows.
#[derive(Default)]
pub struct List {
    /// In the order in which they are shown: by record type, then by title.
    pub members: Vec<PageIndex>,
    /// How many there are of each record type.
    pub counts: BTreeMap<String, usize>,
    pub narrow: Vec<Narrow>,
}

/// A vocabulary by which a list can be narrowed down.
#[derive(PartialEq, Eq)]
pub struct Narrow {
    pub vocabulary: String,
    /// The terms that most members carry, with the number of members.
    pub terms: Vec<(String, usize)>,
    /// How many terms were left out.
    pub more: usize,
}

/// A term of a vocabulary, in the order in which its list shows it.
pub struct Entry {
    pub id: String,
    /// The name of the term above, in vocabularies that have one.
    pub group: String,
    /// How many records carry it.
    pub count: usize,
}

impl<'a> Context<'a> {
    pub fn new(site: &'a Site, theme: &'a Theme) -> Self {
        let order = Order::new(site, theme);
        let is_list = |index: &PageIndex| site.pages[*index].role != Role::Page;
        let indices: Vec<PageIndex> = (0..site.pages.len()).filter(is_list).collect();
        let carried = carried(site);
        let lists: HashMap<PageIndex, List> = indices
            .par_iter()
            .map(|&index| (index, list(site, theme, &order, &carried, index)))
            .collect();
        let folders: BTreeSet<(&str, &str)> = indices
            .iter()
            .map(|&index| (site.pages[index].id.folder.as_str(), site.pages[index].lang.as_str()))
            .collect();
        let mut terms = HashMap::new();
        for (folder, lang) in folders {
            for vocabulary in site.config.vocabularies.values() {
                let key = (folder.to_owned(), lang.to_owned(), vocabulary.name.clone());
                let entries = entries(site, theme, vocabulary, folder, lang);
                let places = entries.iter().enumerate();
                let places = places.map(|(place, entry)| (entry.id.clone(), place)).collect();
                terms.insert(key, Terms { entries, places });
            }
        }
        let mut places = vec![0; site.pages.len()];
        for (&index, list) in lists.iter().filter(|(index, _)| site.pages[**index].term.is_none()) {
            for (place, &member) in list.members.iter().enumerate() {
                if site.parents[member] == Some(index) {
                    places[member] = place;
                }
            }
        }
        let metas = site.pages.iter().map(|_| OnceLock::new()).collect();
        let desk = Desk { commons: BTreeMap::new(), lists, places, terms, metas };
        let mut context = Self::with(site, theme, Arc::new(desk));
        let langs: BTreeSet<String> = site
            .folders()
            .into_iter()
            .map(|(_, lang)| lang)
            .chain(site.pages.iter().map(|page| page.lang.clone()))
            .collect();
        let common = |lang: String| (lang.clone(), Common::new(&context, &lang));
        let commons: BTreeMap<String, Common> = langs.into_iter().map(common).collect();
        if let Some(desk) = Arc::get_mut(&mut context.desk) {
            desk.commons = commons;
        }
        context
    }

    /// Returns the context of a site for which the desk is still right.
    pub fn with(site: &'a Site, theme: &'a Theme, desk: Arc<Desk>) -> Self {
        Self { site, theme, desk }
    }

    pub fn desk(&self) -> Arc<Desk> {
        self.desk.clone()
    }

    /// Returns what is the same on every page of a language that the site has.
    pub fn common(&self, lang: &str) -> &Common {
        &self.desk.commons[lang]
    }

    /// Returns the languages that pages are written in.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.desk.commons.keys().map(String::as_str)
    }

    /// Returns what the row of a page says on a list in a language.
    pub fn row_meta(&self, index: PageIndex, lang: &str) -> lists::Meta {
        let make = || lists::meta(self.site, self.theme, index, lang);
        match self.site.pages[index].lang == lang {
            true => self.desk.metas[index].get_or_init(make).clone(),
            false => make(),
        }
    }

    /// Returns the list of a page that is one.
    pub fn list(&self, index: PageIndex) -> Option<&List> {
        self.desk.lists.get(&index)
    }

    /// Returns the terms of a vocabulary in the order of their list.
    pub fn terms(&self, vocabulary: &str, folder: &str, lang: &str) -> &[Entry] {
        self.of(vocabulary, folder, lang).map(|terms| terms.entries.as_slice()).unwrap_or_default()
    }

    /// Returns the place of a term in the list of its vocabulary.
    pub fn place_of_term(
        &self,
        vocabulary: &str,
        id: &str,
        folder: &str,
        lang: &str,
    ) -> Option<usize> {
        self.of(vocabulary, folder, lang)?.places.get(id).copied()
    }

    fn of(&self, vocabulary: &str, folder: &str, lang: &str) -> Option<&Terms> {
        self.desk.terms.get(&(folder.to_owned(), lang.to_owned(), vocabulary.to_owned()))
    }

    /// Returns the pages before and after one in its folder, in the order of its list.
    pub fn neighbours(&self, index: PageIndex) -> [Option<PageIndex>; 2] {
        self.desk.neighbours(self.site, index)
    }
}

impl Desk {
    /// Forgets what the rows of edited pages said.
    pub fn forget_rows(&mut self, edited: &[PageIndex]) {
        for &index in edited {
            self.metas[index] = OnceLock::new();
        }
    }

    /// Returns the pages before and after one in its folder's list; `None` at an end or outside it.
    pub fn neighbours(&self, site: &Site, index: PageIndex) -> [Option<PageIndex>; 2] {
        let list = site.parents[index].and_then(|parent| self.lists.get(&parent));
        let members = list.map(|list| list.members.as_slice()).unwrap_or_default();
        let place = self.places[index];
        if members.get(place) != Some(&index) {
            return [None, None];
        }
        let before = place.checked_sub(1).map(|before| members[before]);
        [before, members.get(place + 1).copied()]
    }

    /// Returns true for a page that stands in the menu of every page.
    pub fn is_in_menu(&self, index: PageIndex) -> bool {
        self.commons.values().any(|common| common.menu.contains(&index))
    }

    /// Puts a page on the lists of the terms that it carries after an edit, and takes it off those
    /// of the others. Returns the pages that show something of these lists: the lists, the terms
    /// beside them and all terms of their vocabularies, and other lists with the page that are
    /// narrowed down by these terms.
    ///
    /// Returns `None` when a list takes fewer pages than before.
    pub fn carry_other_terms(
        &mut self,
        site: &Site,
        theme: &Theme,
        page: PageIndex,
        terms: &BTreeSet<TermOf>,
    ) -> Option<BTreeSet<PageIndex>> {
        let mut shown = BTreeSet::new();
        let carried = carried(site);
        for (folder, name, id) in terms {
            let vocabulary = site.config.vocabularies.get(name)?;
            let used = site.use_of(folder, name, id)?;
            for ((of_folder, lang, of), known) in &mut self.terms {
                if of_folder != folder || of != name {
                    continue;
                }
                let Some(&at) = known.places.get(id) else { continue };
                known.entries[at].count = used.counted;
                let around =
                    &known.entries[at.saturating_sub(1)..(at + 2).min(known.entries.len())];
                debug_assert!(
                    site.folders().iter().any(|(known, of)| known == folder && of == lang)
                );
                let beside = around.iter().filter_map(|entry| site.use_of(folder, name, &entry.id));
                shown.extend(beside.filter_map(|used| used.page));
            }
            if let Some(path) = &vocabulary.folder {
                shown.extend(site.page_at(folder, path));
            }
            let Some(index) = used.page else { continue };
            let words = theme.words.of(&site.pages[index].lang);
            let list = self.lists.get_mut(&index)?;
            let pages = |list: &List| list.members.len().div_ceil(site.config.page_size).max(1);
            let before = pages(list);
            match list.members.iter().position(|&member| member == page) {
                Some(at) => drop(list.members.remove(at)),
                None => list.members.insert(place_of(site, words, &list.members, page), page),
            }
            if pages(list) < before {
                return None;
            }
            list.counts.clear();
            for &member in &list.members {
                let record_type = &site.pages[member].record_type;
                *list.counts.entry(record_type.clone()).or_default() += 1;
            }
            list.narrow = narrow(site, theme, &carried, index, &list.members);
            shown.insert(index);
        }
        if terms.iter().any(|(_, name, _)| site.config.home.ways.contains(name)) {
            for (&index, list) in &mut self.lists {
                if list.members.contains(&page) {
                    let narrow = narrow(site, theme, &carried, index, &list.members);
                    if narrow != list.narrow {
                        list.narrow = narrow;
                        shown.insert(index);
                    }
                }
            }
        }
        Some(shown)
    }

    /// Puts a member of a list where it belongs after an edit; returns the first and the last place
    /// of the list that show something else now.
    pub fn put_in_order(
        &mut self,
        site: &Site,
        theme: &Theme,
        list: PageIndex,
        member: PageIndex,
    ) -> Option<(usize, usize)> {
        let words = theme.words.of(&site.pages[list].lang);
        let is_folder = site.pages[list].term.is_none();
        let members = &mut self.lists.get_mut(&list)?.members;
        let old = members.iter().position(|&other| other == member)?;
        members.remove(old);
        let new = place_of(site, words, members, member);
        members.insert(new, member);
        let (first, last) = (old.min(new), old.max(new));
        if is_folder {
            for (place, &member) in members.iter().enumerate().take(last + 1).skip(first) {
                self.places[member] = place;
            }
        }
        Some((first, last))
    }
}

/// Returns the place of a page among the members of a list, which stand in their order.
fn place_of(
    site: &Site,
    words: Option<&Language>,
    members: &[PageIndex],
    page: PageIndex,
) -> usize {
    members.partition_point(|&other| {
        let titles = || lists::compare(words, &site.pages[other], &site.pages[page]);
        position(site, other).cmp(&position(site, page)).then_with(titles).is_lt()
    })
}

/// Returns the place of a page's record type in lists.
fn position(site: &Site, page: PageIndex) -> usize {
    let record_type = site.config.types.get(&site.pages[page].record_type);
    record_type.map_or(usize::MAX, |record_type| record_type.position)
}

/// The order of all pages, and what tells them apart, as numbers: lists have many more members than
/// there are pages.
struct Order {
    /// The place of each page among those of its language: by record type, then as
    /// `lists::compare` says.
    ranks: Vec<u32>,
    langs: Vec<u32>,
    types: Vec<u32>,
}

impl Order {
    fn new(site: &Site, theme: &Theme) -> Self {
        let langs = numbers(site.pages.iter().map(|page| page.lang.as_str()));
        let types = numbers(site.pages.iter().map(|page| page.record_type.as_str()));
        let mut by_lang: BTreeMap<u32, Vec<PageIndex>> = BTreeMap::new();
        for (index, lang) in langs.iter().enumerate() {
            by_lang.entry(*lang).or_default().push(index);
        }
        let mut ranks = vec![0; site.pages.len()];
        for indices in by_lang.into_values() {
            let words = theme.words.of(&site.pages[indices[0]].lang);
            let mut keyed: Vec<(usize, bool, i64, Vec<u8>, PageIndex)> = indices
                .into_par_iter()
                .map(|index| {
                    let page = &site.pages[index];
                    let key = words.map(|words| words.sort_key(&page.title)).unwrap_or_default();
                    let is_foreign = page.stands_for.is_some();
                    let order = page.order.unwrap_or(i64::MAX);
                    (position(site, index), is_foreign, order, key, index)
                })
                .collect();
            // Pages lie in the order of their identities, which breaks the last ties.
            keyed.par_sort_by(|a, b| {
                let titles = || site.pages[a.4].title.cmp(&site.pages[b.4].title);
                let keys = (a.0, a.1, a.2, &a.3).cmp(&(b.0, b.1, b.2, &b.3));
                keys.then_with(titles).then(a.4.cmp(&b.4))
            });
            for (rank, (_, _, _, _, index)) in keyed.into_iter().enumerate() {
                ranks[index] = rank as u32;
            }
        }
        Self { ranks, langs, types }
    }
}

/// Numbers texts: equal ones get the same number.
fn numbers<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u32> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let number = |text| {
        let next = known.len() as u32;
        *known.entry(text).or_insert(next)
    };
    texts.map(number).collect()
}

/// Which terms of one vocabulary each page carries, as numbers.
struct Carried<'a> {
    vocabulary: &'a Vocabulary,
    ids: Vec<&'a str>,
    /// The numbers of all pages, one after the other, and where those of each page end.
    numbers: Vec<u32>,
    ends: Vec<usize>,
}

impl<'a> Carried<'a> {
    fn new(site: &'a Site, vocabulary: &'a Vocabulary) -> Self {
        let mut carried =
            Self { vocabulary, ids: Vec::new(), numbers: Vec::new(), ends: Vec::new() };
        let mut known: HashMap<&str, u32> = HashMap::new();
        for page in &site.pages {
            for id in page.terms(&vocabulary.name) {
                let number = *known.entry(id).or_insert_with(|| {
                    carried.ids.push(id);
                    carried.ids.len() as u32 - 1
                });
                carried.numbers.push(number);
            }
            carried.ends.push(carried.numbers.len());
        }
        carried
    }

    fn of(&self, page: PageIndex) -> &[u32] {
        let start = page.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.numbers[start..self.ends[page]]
    }
}

/// Returns what pages carry of the vocabularies that lists are narrowed down by.
fn carried(site: &Site) -> Vec<Carried<'_>> {
    let ways = site.config.home.ways.iter();
    ways.filter_map(|name| Some(Carried::new(site, site.config.vocabularies.get(name)?))).collect()
}

fn list(site: &Site, theme: &Theme, order: &Order, carried: &[Carried], index: PageIndex) -> List {
    let page = &site.pages[index];
    let mut members = lists::members(site, index).to_vec();
    let lang = order.langs[index];
    if members.iter().all(|&member| order.langs[member] == lang) {
        members.sort_unstable_by_key(|&member| order.ranks[member]);
    } else {
        let words = theme.words.of(&page.lang);
        members.sort_by(|&a, &b| {
            let titles = || lists::compare(words, &site.pages[a], &site.pages[b]);
            position(site, a).cmp(&position(site, b)).then_with(titles)
        });
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for members in members.chunk_by(|&a, &b| order.types[a] == order.types[b]) {
        *counts.entry(site.pages[members[0]].record_type.clone()).or_default() += members.len();
    }
    let narrow = narrow(site, theme, carried, index, &members);
    List { members, counts, narrow }
}

/// Finds the terms that the members of a list carry, the most frequent first.
fn narrow(
    site: &Site,
    theme: &Theme,
    carried: &[Carried],
    index: PageIndex,
    members: &[PageIndex],
) -> Vec<Narrow> {
    let page = &site.pages[index];
    if members.len() < NARROW || site.config.vocabulary_of_folder(&page.id.path).is_some() {
        return Vec::new();
    }
    let words = theme.words.of(&page.lang);
    let mut found = Vec::new();
    for carried in carried {
        let vocabulary = carried.vocabulary;
        if page.term.as_ref().is_some_and(|(own, _)| *own == vocabulary.name) {
            continue;
        }
        let mut counts = vec![0_usize; carried.ids.len()];
        for &member in members {
            for &number in carried.of(member) {
                counts[number as usize] += 1;
            }
        }
        let counts = carried.ids.iter().copied().zip(counts).filter(|(_, count)| *count > 0);
        let mut terms: Vec<(&str, &str, usize)> = counts
            .map(|(id, count)| {
                let term = vocabulary.term(id);
                let tag = || site.tag_name(&page.id.folder, vocabulary, id).unwrap_or(id);
                let name = |term| facts::name_of(&site.config, term, &page.lang);
                (id, term.map_or_else(tag, name), count)
            })
            .collect();
        if terms.len() < 2 {
            continue;
        }
        terms.sort_by(|a, b| {
            let names = || match words {
                Some(words) => words.compare(a.1, b.1),
                None => std::cmp::Ordering::Equal,
            };
            b.2.cmp(&a.2).then_with(names).then_with(|| a.0.cmp(b.0))
        });
        let more = terms.len().saturating_sub(NARROW);
        let first = terms.into_iter().take(NARROW);
        let terms = first.map(|(id, _, count)| (id.to_owned(), count)).collect();
        found.push(Narrow { vocabulary: vocabulary.name.clone(), terms, more });
    }
    found
}

/// Returns the terms of a vocabulary: those of its table or, where only used ones count, those.
fn entries(
    site: &Site,
    theme: &Theme,
    vocabulary: &Vocabulary,
    folder: &str,
    lang: &str,
) -> Vec<Entry> {
    let ids: Vec<&str> = if vocabulary.open {
        let uses = site.uses_of(folder, &vocabulary.name);
        uses.filter(|(_, term)| !term.pages.is_empty()).map(|(id, _)| id).collect()
    } else {
        vocabulary.terms.iter().map(|term| term.id.as_str()).collect()
    };
    let mut named: Vec<(&str, Entry)> = Vec::new();
    for id in ids {
        let used = site.use_of(folder, &vocabulary.name, id);
        if used.is_none_or(|term| term.pages.is_empty()) && vocabulary.used_only {
            continue;
        }
        let term = vocabulary.term(id);
        let tag = || site.tag_name(folder, vocabulary, id).unwrap_or(id);
        let name = term.map_or_else(tag, |term| facts::name_of(&site.config, term, lang));
        let entry = Entry {
            id: id.to_owned(),
            group: group_of(site, vocabulary, id, lang),
            count: used.map_or(0, |term| term.counted),
        };
        named.push((name, entry));
    }
    // A table that says all there is keeps its order.
    if vocabulary.is_by_name() {
        let words = theme.words.of(lang);
        named.sort_by(|(a_name, a), (b_name, b)| match words {
            Some(words) => {
                words.compare(&a.group, &b.group).then_with(|| words.compare(a_name, b_name))
            }
            None => a.group.cmp(&b.group).then_with(|| a_name.cmp(b_name)),
        });
    }
    named.into_iter().map(|(_, entry)| entry).collect()
}

fn group_of(site: &Site, vocabulary: &Vocabulary, id: &str, lang: &str) -> String {
    let parent = vocabulary.parent.as_ref().and_then(|parent| {
        let value = vocabulary.term(id)?.data.get(&parent.column)?;
        let term = site.config.vocabularies.get(&parent.vocabulary)?.term(value)?;
        Some(facts::name_of(&site.config, term, lang).to_owned())
    });
    parent.unwrap_or_default()
}
