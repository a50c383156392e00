//! All pages, understood together: addresses, links, references, translations, related records.
//!
//! The linker is never remembered; it is cheap, and it alone knows what one page shows of others.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    config::Config,
    diag::{At, Code, Diag, nearest},
    page::{Anchors, Page, PageId, Role, Status, TEXT_DIGEST, alias_file, read_folders},
    schema::{Reference, Target, Vocabulary},
    tree::{Blob, Tree, TreePath, portable},
};

mod links;
mod made;
mod related;
mod relink;

pub use links::Hole;
pub use related::SHOWN as RELATED_SHOWN;
pub use relink::{Relinked, TermOf};

/// The place of a page in `Site::pages`.
pub type PageIndex = usize;

/// All pages, understood together.
pub struct Site {
    /// The configuration that the pages were read with.
    pub config: Arc<Config>,
    /// Pages in the order of their identities.
    pub pages: Vec<Arc<Page>>,
    /// What goes into the holes of each page.
    pub holes: Vec<Vec<Hole>>,
    /// Each once, in the order of the pages at which they begin.
    pub edges: Vec<Edge>,
    /// Edges read backwards: for each page, the fields and pages that refer to it.
    pub backlinks: Vec<Vec<(Arc<str>, PageIndex)>>,
    /// Records that share rare terms and words, the nearest first.
    pub related: Vec<Vec<PageIndex>>,
    features: related::Features,
    /// The pages of each folder, for the page that stands for it.
    pub children: Vec<Vec<PageIndex>>,
    /// The page of the folder above.
    pub parents: Vec<Option<PageIndex>>,
    /// The same page in other languages.
    pub translations: Vec<Vec<PageIndex>>,
    uses: Uses,
    /// Files that are carried along: output path, bytes, source.
    pub assets: Vec<(TreePath, Blob, TreePath)>,
    /// What linking found; pages have remarks of their own.
    pub diags: Vec<Diag>,
}

/// A labelled arrow between two pages: a link, a reference of a field, or a term.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The page that refers.
    pub from: PageIndex,
    /// The field, with its groups (`sources.publisher`), or `links to`.
    pub label: Arc<str>,
    /// The page that is referred to.
    pub to: PageIndex,
}

/// The pages that carry a term, and its own page.
#[derive(Clone, Debug, Default)]
pub struct Use {
    /// In the order of their identities; pages of terms and withdrawn ones are not among them.
    pub pages: Vec<PageIndex>,
    /// The page of the term itself; `None` where its vocabulary has no pages.
    pub page: Option<PageIndex>,
    /// How many of the pages are records of types that count.
    pub counted: usize,
}

/// Uses of terms, by folder of language, vocabulary and id.
type Uses = HashMap<String, HashMap<String, HashMap<String, Use>>>;

/// Returns the entry of a key, and makes a key of its own only where there is none.
fn entry<'a, V: Default>(map: &'a mut HashMap<String, V>, key: &str) -> &'a mut V {
    if !map.contains_key(key) {
        map.insert(key.to_owned(), V::default());
    }
    // The line above made it.
    map.get_mut(key).expect("is there")
}

/// Returns the remarks that pages have of their own.
pub fn remarks_of(pages: &[Arc<Page>], scope: Scope) -> impl Iterator<Item = Diag> {
    // A draft is left out of a published site, so its faults keep nothing else from it.
    let left_out = move |page: &Page| page.status == Status::Unpublished && !scope.drafts;
    pages.iter().flat_map(move |page| {
        page.diags.iter().map(move |diag| diag.clone().lenient(left_out(page)))
    })
}

/// What of the content is built.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope {
    /// Drafts and submitted pages too, as `serve` shows them.
    pub drafts: bool,
}

impl Site {
    /// Links pages into a site.
    pub fn link(config: Arc<Config>, source: &Tree, pages: Vec<Arc<Page>>, scope: Scope) -> Self {
        let mut diags = Vec::new();
        let (pages, unpublished) = choose(&config, pages, scope, &mut diags);
        let pages = stand_in(&config, pages, &mut diags);
        let mut pages = made::complete(&config, pages, &read_folders(source, &config));
        drop_taken_aliases(&config, &mut pages, &mut diags);
        let count = pages.len();
        let mut site = Self {
            config,
            pages,
            holes: Vec::new(),
            edges: Vec::new(),
            backlinks: vec![Vec::new(); count],
            related: vec![Vec::new(); count],
            features: related::Features::default(),
            children: vec![Vec::new(); count],
            parents: vec![None; count],
            translations: vec![Vec::new(); count],
            uses: HashMap::new(),
            assets: Vec::new(),
            diags,
        };
        let pages = site.pages.clone();
        let ((features, related), ()) =
            rayon::join(|| related::find(&pages), || site.connect(source, &unpublished));
        (site.features, site.related) = (features, related);
        site.diags.sort();
        site.diags.dedup();
        site
    }

    fn connect(&mut self, source: &Tree, unpublished: &BTreeSet<PageId>) {
        let site = self;
        site.check_menu();
        site.find_parents();
        site.find_translations();
        site.find_outdated();
        site.find_uses();
        site.resolve_references();
        links::resolve(site, source, unpublished);
        site.edges.par_sort_unstable();
        site.edges.dedup();
        for edge in &site.edges {
            if edge.from != edge.to {
                site.backlinks[edge.to].push((edge.label.clone(), edge.from));
            }
        }
    }

    /// Lets go of what only a later edit needs.
    pub fn forget_features(&mut self) {
        self.features = related::Features::default();
    }

    /// Lets go of the HTML of pages that nobody else remembers; it has been rendered.
    pub fn forget_bodies(&mut self) {
        for page in self.pages.iter_mut().filter_map(Arc::get_mut) {
            page.body = Arc::default();
            page.headings = Vec::new();
            page.links = Vec::new();
            page.anchors = Anchors::default();
            page.features = Vec::new();
        }
        self.holes = Vec::new();
        self.backlinks = Vec::new();
        self.related = Vec::new();
        self.features = related::Features::default();
    }

    /// Returns the page that a translation was made from, where it is one.
    pub fn original_of(&self, index: PageIndex) -> Option<PageIndex> {
        let page = &self.pages[index];
        let lang = page.text("original_lang").filter(|lang| *lang != page.lang)?;
        self.translations[index].iter().copied().find(|&other| self.pages[other].lang == lang)
    }

    /// Returns the place of the page that has this identity.
    pub fn page(&self, id: &PageId) -> Option<PageIndex> {
        self.page_at(&id.folder, &id.path)
    }

    /// Returns the page at a path below the folder of a language.
    pub fn page_at(&self, folder: &str, path: &str) -> Option<PageIndex> {
        let place = |page: &Arc<Page>| {
            (page.id.folder.as_str(), page.id.path.as_str()).cmp(&(folder, path))
        };
        self.pages.binary_search_by(place).ok()
    }

    /// Returns the page at a path in the same tree of languages as `page`.
    pub fn sibling(&self, page: &Page, path: &str) -> Option<PageIndex> {
        self.page_at(&page.id.folder, path)
    }

    /// Returns the pages that lists, search and exports show.
    pub fn listed(&self) -> impl Iterator<Item = (PageIndex, &Arc<Page>)> {
        self.pages.iter().enumerate().filter(|(_, page)| page.status != Status::Withdrawn)
    }

    /// Returns the use of a term in the tree of languages of a page.
    pub fn use_of(&self, folder: &str, vocabulary: &str, id: &str) -> Option<&Use> {
        self.uses.get(folder)?.get(vocabulary)?.get(id)
    }

    /// Returns what a free tag is called: as its page is, or as most records write it.
    pub fn tag_name(&self, folder: &str, vocabulary: &Vocabulary, id: &str) -> Option<&str> {
        let used = vocabulary.open.then(|| self.use_of(folder, &vocabulary.name, id))??;
        Some(&self.pages[used.page?].title)
    }

    /// Returns the uses of a vocabulary, in the order of its ids.
    pub fn uses_of(&self, folder: &str, vocabulary: &str) -> impl Iterator<Item = (&str, &Use)> {
        let uses = self.uses.get(folder).and_then(|uses| uses.get(vocabulary));
        let uses = uses.into_iter().flatten().map(|(id, term)| (id.as_str(), term));
        let mut uses: Vec<(&str, &Use)> = uses.collect();
        uses.sort_unstable_by_key(|(id, _)| *id);
        uses.into_iter()
    }

    /// Returns the folders of languages that hold pages; one empty folder without languages.
    pub fn folders(&self) -> Vec<(String, String)> {
        let mut folders: Vec<(String, String)> = self
            .config
            .languages
            .iter()
            .filter_map(|lang| Some((lang.folder.clone()?, lang.code.clone())))
            .collect();
        if folders.is_empty() {
            folders.push((String::new(), self.config.default_language().to_owned()));
        }
        folders
    }

    /// Says which entries of the menu lead to no page in any language.
    fn check_menu(&mut self) {
        for path in &self.config.menu {
            if !self.pages.iter().any(|page| page.id.path == *path) {
                let message = format!("`menu` names `{path}`, where no page is");
                let diag = Diag::error(Code::Config, self.config.place("menu", path), message);
                let known = self.pages.iter().map(|page| page.id.path.as_str());
                self.diags.push(match nearest(path, known.filter(|path| !path.is_empty())) {
                    Some(near) => diag.help(format!("did you mean `{near}`?")),
                    None => diag.help("write the path of a page below the folder of its language"),
                });
            }
        }
    }

    fn find_parents(&mut self) {
        for index in 0..self.pages.len() {
            let id = &self.pages[index].id;
            let mut path = id.path.as_str();
            while !path.is_empty() {
                path = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                if let Some(parent) = self.page_at(&id.folder, path) {
                    self.parents[index] = Some(parent);
                    break;
                }
            }
        }
        for index in 0..self.pages.len() {
            if let Some(parent) = self.parents[index]
                && self.pages[index].status != Status::Withdrawn
            {
                self.children[parent].push(index);
            }
        }
    }

    fn find_translations(&mut self) {
        // In the order of the site's languages.
        let folders: Vec<String> =
            self.config.languages.iter().filter_map(|lang| lang.folder.clone()).collect();
        self.translations = self
            .pages
            .par_iter()
            .map(|page| {
                let others = folders.iter().filter(|folder| **folder != page.id.folder);
                let others = others.filter(|_| !page.id.folder.is_empty());
                let others = others.filter_map(|folder| self.page_at(folder, &page.id.path));
                others.filter(|&other| self.pages[other].stands_for.is_none()).collect()
            })
            .collect();
    }

    /// Says which translations are older than what they were made from.
    fn find_outdated(&mut self) {
        let outdated =
            (0..self.pages.len()).filter_map(|index| {
                let page = &self.pages[index];
                let original = &self.pages[self.original_of(index)?];
                // That of the abstract, where it stands for the original.
                let path = page.source.as_ref()?;
                if !page.is_older_than(original) {
                    return None;
                }
                let of = original.source.as_ref()?;
                let message = format!("`{of}` was changed after it was translated");
                let diag = Diag::warning(Code::OutdatedTranslation, At::file(path), message);
                let digest = original.text.map(|text| text.to_string()).unwrap_or_default();
                let digest = digest.get(..TEXT_DIGEST).unwrap_or_default().to_owned();
                Some(diag.help(format!(
                    "translate what has changed, then write `translation_of: {digest}`"
                )))
            });
        let outdated: Vec<Diag> = outdated.collect();
        self.diags.extend(outdated);
    }

    fn find_uses(&mut self) {
        let Self { config, pages, uses, edges, .. } = self;
        for (index, page) in pages.iter().enumerate() {
            if let Some((vocabulary, id)) = &page.term {
                let uses = entry(entry(uses, &page.id.folder), vocabulary);
                entry(uses, id).page = Some(index);
            }
        }
        for (index, page) in pages.iter().enumerate() {
            if !carries_terms(page) {
                continue;
            }
            let record_type = config.types.get(&page.record_type);
            let counts = record_type.is_none_or(|record_type| record_type.counted);
            let of_folder = entry(uses, &page.id.folder);
            // The terms of one field, and so of one vocabulary, stand together.
            let of_one = |a: &Reference, b: &Reference| a.field == b.field;
            for references in page.references.chunk_by(of_one) {
                let Target::Term { vocabulary, .. } = &references[0].target else { continue };
                let of_vocabulary = entry(of_folder, vocabulary);
                for reference in references {
                    let Target::Term { id, .. } = &reference.target else { continue };
                    let term = entry(of_vocabulary, id);
                    if term.pages.last() != Some(&index) {
                        term.pages.push(index);
                        term.counted += usize::from(counts);
                    }
                    if let Some(to) = term.page {
                        let label = reference.field.clone();
                        edges.push(Edge { from: index, label, to });
                    }
                }
            }
        }
    }

    fn resolve_references(&mut self) {
        let records = Records::of(&self.pages);
        let anywhere = &records.anywhere;
        let mut diags = Vec::new();
        // Pages lie in the order of their identities, and so do the records that share an id.
        let own = |page: &Page| page.is_record && page.stands_for.is_none();
        for (index, page) in self.pages.iter().enumerate().filter(|(_, page)| own(page)) {
            if let Some([first, second, ..]) = records.here(page, &page.record_id)
                && index >= *second
                && let (Some(path), Some(other)) = (&page.source, &self.pages[*first].source)
            {
                let message = format!("the id `{}` stands in `{other}` too", page.record_id);
                let at = At::new(path, page.id_place.clone());
                let diag = Diag::error(Code::DuplicateId, at, message);
                diags
                    .push(diag.help("change one of the two: an id is given once in each language"));
            }
        }
        let mut edges = Vec::new();
        for (index, page) in self.pages.iter().enumerate() {
            for reference in &page.references {
                let Target::Record { types, id } = &reference.target else { continue };
                match records.find(&self.pages, page, types, id) {
                    Some(to) => {
                        edges.push(Edge { from: index, label: reference.field.clone(), to });
                    }
                    None => {
                        let written = page.source.as_ref().filter(|_| page.stands_for.is_none());
                        let Some(path) = written else { continue };
                        let at = At::new(path, reference.range.clone());
                        let what =
                            if types.is_empty() { "record".into() } else { types.join(" or ") };
                        let other = anywhere.get(id.as_str()).and_then(|all| all.first());
                        let message = match other {
                            Some(&to) => {
                                let other = &self.pages[to].record_type;
                                format!(
                                    "`{}: {id}`: `{id}` is of type {other}, not {what}",
                                    reference.field
                                )
                            }
                            None => {
                                format!("`{}: {id}`: there is no {what} `{id}`", reference.field)
                            }
                        };
                        let mut known: Vec<&str> = anywhere
                            .iter()
                            .filter(|(_, all)| all.iter().any(|&to| fits(types, &self.pages[to])))
                            .map(|(id, _)| *id)
                            .collect();
                        known.sort_unstable();
                        let diag = Diag::error(Code::UnknownReference, at, message)
                            .lenient(!self.config.configured);
                        diags.push(match nearest(id, known) {
                            Some(near) => diag.help(format!("did you mean `{near}`?")),
                            None => diag.help(
                                "write the id of a record: its `id`, or the name of its file",
                            ),
                        });
                    }
                }
            }
        }
        self.edges.append(&mut edges);
        self.diags.append(&mut diags);
    }

    /// Returns the edges that begin at a page.
    pub fn edges_of(&self, page: PageIndex) -> impl Iterator<Item = &Edge> {
        let from = self.edges.partition_point(|edge| edge.from < page);
        self.edges[from..].iter().take_while(move |edge| edge.from == page)
    }

    /// Returns the record that a reference of the page names.
    pub fn record(&self, page: PageIndex, field: &str, id: &str) -> Option<PageIndex> {
        self.edges_of(page)
            .find(|edge| &*edge.label == field && self.pages[edge.to].record_id == id)
            .map(|edge| edge.to)
    }
}

/// The records that references may name.
struct Records<'a> {
    /// By the folder of their language and their id.
    by_folder: HashMap<&'a str, HashMap<&'a str, Vec<PageIndex>>>,
    /// By their id, in all languages.
    anywhere: HashMap<&'a str, Vec<PageIndex>>,
}

impl<'a> Records<'a> {
    fn of(pages: &'a [Arc<Page>]) -> Self {
        let mut records = Self { by_folder: HashMap::new(), anywhere: HashMap::new() };
        for (index, page) in pages.iter().enumerate().filter(|(_, page)| page.is_record) {
            let of_folder = records.by_folder.entry(&page.id.folder).or_default();
            of_folder.entry(&page.record_id).or_default().push(index);
            records.anywhere.entry(&page.record_id).or_default().push(index);
        }
        records
    }

    /// Returns the records with an id in the language of a page.
    fn here(&self, page: &Page, id: &str) -> Option<&[PageIndex]> {
        self.by_folder.get(page.id.folder.as_str())?.get(id).map(Vec::as_slice)
    }

    /// Returns the record that a page names: in its own language, else in any.
    fn find(
        &self,
        pages: &[Arc<Page>],
        page: &Page,
        types: &[String],
        id: &str,
    ) -> Option<PageIndex> {
        let anywhere = self.anywhere.get(id).map(Vec::as_slice);
        let mut found = [self.here(page, id), anywhere].into_iter().flatten().flatten().copied();
        found.find(|&to| fits(types, &pages[to]))
    }
}

fn fits(types: &[String], page: &Page) -> bool {
    types.is_empty() || types.contains(&page.record_type)
}

/// Chooses one page for each identity and leaves out what is not published. Returns also the
/// identities of what was left out, so that links to it can say so.
fn choose(
    config: &Config,
    mut pages: Vec<Arc<Page>>,
    scope: Scope,
    diags: &mut Vec<Diag>,
) -> (Vec<Arc<Page>>, BTreeSet<PageId>) {
    let indexed: HashSet<PageId> =
        pages.iter().filter(|page| page.role == Role::Folder).map(|page| page.id.clone()).collect();
    for page in &mut pages {
        if page.role != Role::Readme {
            continue;
        }
        let page = Arc::make_mut(page);
        page.role = Role::Folder;
        if indexed.contains(&page.id) {
            let stem = page.source.as_ref().map_or("README", |path| path.stem()).to_owned();
            page.role = Role::Page;
            page.id.path = match page.id.path.as_str() {
                "" => stem,
                folder => format!("{folder}/{stem}"),
            };
        }
    }
    hide_below(&mut pages);
    pages.sort_by(|a, b| (&a.id, &a.source).cmp(&(&b.id, &b.source)));
    let mut unpublished = BTreeSet::new();
    // Addresses that others have, for pages that must move aside; few sites have such pages.
    let has_double = pages.windows(2).any(|two| two[0].id == two[1].id);
    let mut taken: HashSet<PageId> =
        pages.iter().filter(|_| has_double).map(|page| page.id.clone()).collect();
    let mut chosen: Vec<Arc<Page>> = Vec::with_capacity(pages.len());
    let mut moved: Vec<Arc<Page>> = Vec::new();
    for mut page in pages {
        if page.status == Status::Unpublished && !scope.drafts {
            unpublished.insert(page.id.clone());
            continue;
        }
        if let Some(first) = chosen.last().filter(|first| first.id == page.id)
            && let (Some(path), Some(other)) = (&page.source, &first.source)
        {
            let mut message =
                format!("this page and `{other}` have one address, `{}/`", page.address());
            // Where nothing is configured no page may be lost: the second one moves aside.
            let beside = portable(&format!("{}/{}", page.id.path, path.stem()));
            let numbered = (2..).map(|number| format!("{beside}-{number}"));
            let aside = std::iter::once(beside.clone())
                .chain(numbered)
                .map(|path| PageId { folder: page.id.folder.clone(), path })
                .find(|aside| !taken.contains(aside));
            let at = At::file(path);
            if !config.configured
                && let Some(aside) = aside
            {
                taken.insert(aside.clone());
                let page = Arc::make_mut(&mut page);
                page.id = aside;
                page.role = Role::Page;
                message += &format!("; this one is at `{}/`", page.address());
                moved.push(Arc::new(page.clone()));
            }
            let diag = Diag::error(Code::DuplicateAddress, at, message);
            diags.push(diag.help("rename one of the two files").lenient(!config.configured));
            continue;
        }
        chosen.push(page);
    }
    chosen.extend(moved);
    (chosen, unpublished)
}

/// Leaves out what lies below a page that says so, unless a page says otherwise of itself.
fn hide_below(pages: &mut [Arc<Page>]) {
    let hidden: HashSet<PageId> =
        pages.iter().filter(|page| page.hides_below).map(|page| page.id.clone()).collect();
    if hidden.is_empty() {
        return;
    }
    let is_hidden = |page: &Page| {
        let PageId { folder, path } = &page.id;
        let above = path.rmatch_indices('/').map(|(at, _)| &path[..at]);
        let mut paths = std::iter::once(path.as_str()).chain(above).chain([""]);
        paths.any(|path| hidden.contains(&PageId { folder: folder.clone(), path: path.to_owned() }))
    };
    for page in pages.iter_mut().filter(|page| page.is_made.is_none() && is_hidden(page)) {
        Arc::make_mut(page).status = Status::Unpublished;
    }
}

/// Adds, in every language, pages that stand for the records which have no translation in it.
/// An abstract, a page with title and summary alone, gives them to the page that stands there.
fn stand_in(config: &Config, mut pages: Vec<Arc<Page>>, diags: &mut Vec<Diag>) -> Vec<Arc<Page>> {
    let mut abstracts: HashMap<PageId, Arc<Page>> = HashMap::new();
    pages.retain(|page| {
        if page.is_abstract {
            abstracts.insert(page.id.clone(), page.clone());
        }
        !page.is_abstract
    });
    let folders: Vec<(&str, &str)> = config
        .languages
        .iter()
        .filter_map(|lang| Some((lang.folder.as_deref()?, lang.code.as_str())))
        .collect();
    let stands_alone =
        |page: &Page| page.is_record && page.role == Role::Page && page.status == Status::Published;
    // The versions of each record by its path, and the records of each language by type and id: a
    // translation may lie at another path.
    let mut versions: HashMap<&str, Vec<&Arc<Page>>> = HashMap::new();
    let mut ids: HashSet<(&str, &str, &str)> = HashSet::new();
    let mut taken: HashSet<(&str, &str)> = HashSet::new();
    for page in &pages {
        taken.insert((&page.id.folder, &page.id.path));
        if page.is_record {
            ids.insert((&page.id.folder, &page.record_type, &page.record_id));
        }
        if stands_alone(page) && folders.iter().any(|(folder, _)| *folder == page.id.folder) {
            versions.entry(&page.id.path).or_default().push(page);
        }
    }
    let place = |page: &Page| folders.iter().position(|(folder, _)| *folder == page.id.folder);
    let mut made = Vec::new();
    for versions in versions.into_values() {
        // The original where it is among them, else the first in the order of the languages.
        let original = versions.iter().min_by_key(|page| {
            (page.text("original_lang").is_some_and(|lang| lang != page.lang), place(page))
        });
        let Some(original) = original else { continue };
        for (folder, lang) in &folders {
            let has_own = ids.contains(&(*folder, &original.record_type, &original.record_id));
            if has_own || taken.contains(&(*folder, &original.id.path)) {
                continue;
            }
            let id = PageId { folder: (*folder).to_owned(), path: original.id.path.clone() };
            made.push(Arc::new(match abstracts.remove(&id) {
                Some(written) => original.standing_in_with(&written, config),
                None => original.standing_in(folder, lang),
            }));
        }
    }
    pages.extend(made);
    let mut lost: Vec<Arc<Page>> = abstracts.into_values().collect();
    lost.sort_by(|a, b| a.id.cmp(&b.id));
    for page in lost {
        if let Some(path) = &page.source {
            let message =
                format!("there is no record `{}` of which this is the abstract", page.id.path);
            let diag = Diag::error(Code::UnknownReference, At::file(path), message);
            diags.push(diag.help("give the file the name that the record has in its own language"));
        }
    }
    pages
}

/// Takes old addresses out that another page has, and says so.
fn drop_taken_aliases(config: &Config, pages: &mut [Arc<Page>], diags: &mut Vec<Diag>) {
    if pages.iter().all(|page| page.aliases.is_empty()) {
        return;
    }
    let owner = |page: &Page| page.source.as_ref().map_or_else(String::new, TreePath::to_string);
    let mut taken: BTreeMap<String, String> =
        pages.iter().map(|page| (page.file().to_lowercase(), owner(page))).collect();
    for page in pages.iter_mut().filter(|page| !page.aliases.is_empty()) {
        let mut kept = Vec::new();
        for (alias, range) in &page.aliases {
            let own = owner(page);
            let Some(other) = taken.insert(alias_file(alias).to_lowercase(), own.clone()) else {
                kept.push((alias.clone(), range.clone()));
                continue;
            };
            // Other programs have addresses in letters of their own; the page is found by any.
            if other == own && !config.configured {
                continue;
            }
            let what = match other.as_str() {
                other if other == own => "this page already".to_owned(),
                "" => "another page".to_owned(),
                other => format!("`{other}`"),
            };
            if let Some(path) = &page.source {
                let message = format!("the old address `{alias}` belongs to {what}");
                let diag =
                    Diag::error(Code::DuplicateAddress, At::new(path, range.clone()), message);
                diags.push(diag.help("delete it from `aliases`").lenient(!config.configured));
            }
            taken.insert(alias_file(alias).to_lowercase(), other);
        }
        if kept.len() < page.aliases.len() {
            Arc::make_mut(page).aliases = kept;
        }
    }
}

fn carries_terms(page: &Page) -> bool {
    page.status != Status::Withdrawn && page.role != Role::Term
}
