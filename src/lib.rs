//! Vademecum: a folder of curated Markdown to a searchable, multilingual site.
//!
//! Everything is a tree of files, and a build is a pure function between trees. Data flows one way:
//!
//! 1. `config` says what the site is; `theme` how it looks.
//! 2. `page` reads each file alone: front matter (`front`), schema (`schema`), body (`markdown`).
//! 3. `site` links all pages together.
//! 4. `render` makes HTML of each page alone again, `export` feeds and data, `search` documents.
//! 5. The edges (`disk`, `serve`, `search::index`, the program) touch the world; nothing else does.

#![warn(missing_docs)]

pub mod config;
pub mod diag;
pub mod disk;
pub mod export;
pub mod front;
pub mod language;
pub mod markdown;
pub mod memory;
pub mod page;
pub mod render;
pub mod scaffold;
pub mod schema;
pub mod search;
pub mod serve;
pub mod site;
pub mod skos;
pub mod theme;
pub mod tree;
pub mod words;

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    config::Config,
    diag::{At, Code, Diag, Severity},
    memory::Memory,
    page::Page,
    render::{Desk, Edited, HtmlMemory, Rendered},
    search::{Collection, DocumentMemory, Tuning},
    site::{PageIndex, Relinked, Scope, Site},
    theme::Theme,
    tree::{Claim, Clash, Digest, InMemory, Keep, Output, Tree},
};

/// The program's version, as `--version` prints it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is remembered from one build to the next, and where what is made waits to be written.
pub struct Memories {
    pages: Memory<Digest, Arc<Page>>,
    html: HtmlMemory,
    documents: DocumentMemory,
    last: Option<Last>,
    completed: Option<Completed>,
    is_warm: bool,
    keep: Box<dyn Keep>,
}

/// What the last build made from all pages, and the digest of all it was made from.
struct Completed {
    of: Digest,
    claims: Vec<Claim>,
    collections: Vec<Collection>,
}

/// The last build, of which an edit of few pages needs to change little.
struct Last {
    /// Of all that was built beside pages.
    around: Digest,
    /// The pages as they were read.
    read: Vec<Arc<Page>>,
    site: Arc<Site>,
    desk: Arc<Desk>,
    output: Arc<Output>,
    /// Whether templates and addresses gave no cause for remarks.
    is_clean: bool,
}

impl Memories {
    /// Remembers what two builds in a row use, as `serve` needs it.
    pub fn warm() -> Self {
        Self {
            pages: Memory::warm(),
            html: HtmlMemory::warm(),
            documents: Memory::warm(),
            last: None,
            completed: None,
            is_warm: true,
            keep: Box::new(InMemory),
        }
    }

    /// Remembers nothing, for a single build.
    pub fn none() -> Self {
        Self {
            pages: Memory::none(),
            html: HtmlMemory::none(),
            documents: Memory::none(),
            last: None,
            completed: None,
            is_warm: false,
            keep: Box::new(InMemory),
        }
    }

    /// Keeps what is made elsewhere than in memory.
    #[must_use]
    pub fn keeping(self, keep: impl Keep + 'static) -> Self {
        Self { keep: Box::new(keep), ..self }
    }
}

/// A built site.
pub struct Built {
    /// The output, ready to be written, served, packed or compared.
    pub output: Tree,
    /// What the search index of each language is made from.
    pub collections: Vec<Collection>,
    /// All remarks, in the order of their places.
    pub diags: Vec<Diag>,
    /// How many pages and records there are.
    pub summary: Summary,
}

/// What a build counts.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Pages by language, in the order of the site's languages.
    pub pages: Vec<(String, usize)>,
    /// Pages by language that stand for records of another language.
    pub foreign: Vec<(String, usize)>,
    /// Records by type, over all languages.
    pub records: BTreeMap<String, usize>,
    /// The site has a configuration, so what is left out was meant to be there.
    pub configured: bool,
}

impl Built {
    /// Counts the errors among the remarks.
    pub fn errors(&self) -> usize {
        errors(&self.diags)
    }

    /// Adds remarks on what could not be read from disk: paths as shown, and why.
    pub fn left_out(&mut self, skipped: &[(String, String)]) {
        left_out(&mut self.diags, skipped, self.summary.configured);
    }

    /// Counts the warnings among the remarks.
    pub fn warnings(&self) -> usize {
        self.diags.iter().filter(|diag| diag.severity == Severity::Warning).count()
    }

    /// Counts the notes among the remarks.
    pub fn notes(&self) -> usize {
        self.diags.iter().filter(|diag| diag.severity == Severity::Note).count()
    }
}

/// Adds remarks on what could not be read from disk: paths as shown, and why. A page of a configured site
/// must not be lost.
fn left_out(diags: &mut Vec<Diag>, skipped: &[(String, String)], configured: bool) {
    for (path, why) in skipped {
        let shown = path.replace('\\', "/");
        let at = tree::TreePath::new(&shown).unwrap_or_else(|| tree::TreePath::of("content"));
        let message = format!("`{path}` was left out: {why}");
        let is_lost = configured && page::is_markdown(&at);
        diags.push(Diag::error(Code::Limit, At::file(&at), message).lenient(!is_lost));
    }
    diags.sort();
}

/// Counts the errors among remarks.
pub fn errors(diags: &[Diag]) -> usize {
    diags.iter().filter(|diag| diag.severity == Severity::Error).count()
}

/// Builds a site: tree in, tree out. Never fails, never looks at the world.
pub fn build(source: &Tree, memories: &mut Memories, scope: Scope) -> Built {
    build_pages(source, memories, scope).complete(memories)
}

/// Builds a site to be looked over by its editors: with what they may want to add, too.
pub fn check(source: &Tree) -> Built {
    let mut memories = Memories::none();
    let pages = build_pages(source, &mut memories, Scope::default());
    let proposals = search::proposals(&pages.site);
    let mut built = pages.complete(&mut memories);
    built.diags.extend(proposals);
    built.diags.sort();
    built
}

/// A site whose pages are made, and whose exports and search documents are not: all that a reader
/// of one page waits for.
pub struct Pages {
    /// The digest of all that the site is made from.
    of: Digest,
    site: Arc<Site>,
    theme: Theme,
    tunings: BTreeMap<String, Tuning>,
    output: Arc<Output>,
    diags: Vec<Diag>,
}

/// The pages of a site, each understood alone. From here on the texts of pages are not needed.
pub struct Read {
    config: Config,
    theme: Theme,
    pages: Vec<Arc<Page>>,
    diags: Vec<Diag>,
}

/// Reads each file alone, in parallel.
pub fn read(source: &Tree, memories: &mut Memories) -> Read {
    let (config, mut diags) = Config::read(source);
    let (theme, theme_diags) = Theme::compile(source, &config);
    diags.extend(theme_diags);
    let pages = page::read_all(source, &config, &memories.pages);
    memories.pages.turn();
    Read { config, theme, pages, diags }
}

/// Builds the pages of a site, as the first of two steps.
pub fn build_pages(source: &Tree, memories: &mut Memories, scope: Scope) -> Pages {
    link(read(source, memories), source, memories, scope)
}

/// Links pages into a site and renders them. Of `source` only other files than pages are read.
pub fn link(read: Read, source: &Tree, memories: &mut Memories, scope: Scope) -> Pages {
    let Read { config, theme, pages: read, mut diags } = read;
    diags.extend(site::remarks_of(&read, scope));

    // All files together: the one global step; then each page alone again, in parallel.
    let around = around(source, &config, &theme, scope);
    let keys = read.iter().filter_map(|page| page.key.as_ref()).map(Digest::as_bytes);
    let of = Digest::of_parts(std::iter::once(around.as_bytes()).chain(keys));
    let last = memories.last.take().filter(|last| last.around == around);
    let linked = match last.map(|last| last.edited(&read, source)) {
        Some(Ok(edit)) => Linked::again(edit, &theme, memories),
        Some(Err(())) | None => {
            let mut site = Site::link(Arc::new(config), source, read.clone(), scope);
            if !memories.is_warm {
                site.forget_features();
            }
            Linked::render(site, &theme, memories)
        }
    };
    let Linked { site, desk, output, diags: found } = linked;
    let is_clean = found.is_empty();
    diags.extend(found);
    diags.extend(site.diags.iter().cloned());
    let (tunings, tuning_diags) = search::tunings(&site, source);
    diags.extend(tuning_diags);
    diags.sort();
    diags.dedup();
    let (site, output) = (Arc::new(site), Arc::new(output));
    if memories.is_warm {
        let (site, output) = (site.clone(), output.clone());
        memories.last = Some(Last { around, read, site, desk, output, is_clean });
    }
    Pages { of, site, theme, tunings, output, diags }
}

/// Returns the digest of all that a site is made from beside its pages.
fn around(source: &Tree, config: &Config, theme: &Theme, scope: Scope) -> Digest {
    let files = source.iter().filter(|(path, _)| !page::is_markdown(path));
    let files: Vec<_> = files.map(|(path, blob)| (path.as_str(), blob.digest())).collect();
    let files = files.iter().flat_map(|(path, digest)| [path.as_bytes(), digest.as_bytes()]);
    let config = config.digest.as_ref().map(Digest::as_bytes).unwrap_or_default();
    let drafts = [u8::from(scope.drafts)];
    let own = [config, theme.digest.as_bytes(), drafts.as_slice()];
    Digest::of_parts(own.into_iter().chain(files))
}

/// An edit of pages that leaves every page where it is.
struct Edit {
    site: Site,
    desk: Arc<Desk>,
    output: Output,
    pages: Vec<PageIndex>,
    relinked: Relinked,
    /// Whether nothing was edited that other pages may show.
    prose: bool,
}

impl Last {
    /// Puts edited pages into the linked site, or returns an error when the site must be linked anew.
    fn edited(self, read: &[Arc<Page>], source: &Tree) -> Result<Edit, ()> {
        if !self.is_clean || self.read.len() != read.len() {
            return Err(());
        }
        let Ok(mut site) = Arc::try_unwrap(self.site) else { return Err(()) };
        let mut edited = Vec::new();
        let mut prose = true;
        for (old, new) in self.read.iter().zip(read) {
            if Arc::ptr_eq(old, new) {
                continue;
            }
            let place = site.page(&old.id).filter(|&place| Arc::ptr_eq(&site.pages[place], old));
            // An abstract is part of a page that stands for another.
            let Some(place) = place.filter(|_| new.has_place_of(old)) else { return Err(()) };
            // Whether a translation is out of date is said by linking.
            let tells = |page: &Page| page.fields.contains_key("translation_of");
            let folders = site.config.languages.iter().filter_map(|lang| lang.folder.as_ref());
            let stands_here =
                |page: &Page| page.stands_for.as_ref().is_some_and(|other| other.id == old.id);
            let mut standing = folders.filter_map(|folder| site.page_at(folder, &old.id.path));
            let mut is_translated = || {
                site.translations[place].iter().any(|&to| tells(&site.pages[to]))
                    || standing.any(|to| stands_here(&site.pages[to]) && tells(&site.pages[to]))
            };
            // Homes that were made in other languages are called like this one.
            if old.id.path.is_empty() && old.title != new.title && site.config.title.is_empty() {
                return Err(());
            }
            let is_retold = new.fields.get("translation_of") != old.fields.get("translation_of");
            if is_retold || (new.text != old.text && is_translated()) {
                return Err(());
            }
            prose &= new.face == old.face;
            edited.push((place, new.clone()));
            for lang in &site.config.languages {
                let Some(folder) = &lang.folder else { continue };
                let Some(place) = site.page_at(folder, &old.id.path) else { continue };
                let stands_for = site.pages[place].stands_for.as_ref();
                if stands_for.is_none_or(|other| other.id != old.id) {
                    continue;
                }
                let of = |page: &&Arc<Page>| page.is_abstract && page.id == site.pages[place].id;
                let page = match read.iter().find(of) {
                    Some(written) => new.standing_in_with(written, &site.config),
                    None => new.standing_in(folder, &lang.code),
                };
                edited.push((place, Arc::new(page)));
            }
        }
        // A remark has a place in the page and may name the title of another.
        let is_remarked_on = |(_, page): &(PageIndex, Arc<Page>)| {
            site.diags.iter().any(|diag| Some(&diag.at.path) == page.source.as_ref())
        };
        if edited.iter().any(is_remarked_on) || (!prose && !site.diags.is_empty()) {
            return Err(());
        }
        let pages = edited.iter().map(|(place, _)| *place).collect();
        let relinked = site.relink(source, edited).ok_or(())?;
        let output = Arc::try_unwrap(self.output).unwrap_or_else(|output| (*output).clone());
        Ok(Edit { site, desk: self.desk, output, pages, relinked, prose })
    }
}

/// A linked site and its pages.
struct Linked {
    site: Site,
    desk: Arc<Desk>,
    output: Output,
    diags: Vec<Diag>,
}

impl Linked {
    fn render(site: Site, theme: &Theme, memories: &mut Memories) -> Self {
        let rendered = render::pages(&site, theme, &memories.html, &*memories.keep);
        memories.html.turn();
        Self::gather(site, theme, rendered)
    }

    fn gather(site: Site, theme: &Theme, rendered: Rendered) -> Self {
        let mut output = Output::default();
        let clashes = output.add(rendered.claims.into_iter().chain(assets(&site, theme)));
        let mut diags = rendered.diags;
        diags.extend(clashes.iter().map(|clash| explain(clash, site.config.configured)));
        Self { site, desk: rendered.desk, output, diags }
    }

    fn again(edit: Edit, theme: &Theme, memories: &mut Memories) -> Self {
        let Edit { site, desk, mut output, pages, relinked, prose } = edit;
        let edit = Edited { pages: &pages, relinked: &relinked, prose };
        let Some(rendered) = render::again(&site, theme, &mut memories.html, desk, &edit) else {
            // Lists may have other pages, but most edits leave every page where it is.
            let mut rendered = render::pages(&site, theme, &memories.html, &*memories.keep);
            memories.html.turn();
            let claims = std::mem::take(&mut rendered.claims);
            return match output.replace(claims, assets(&site, theme).len()) {
                Ok(()) => Self { site, desk: rendered.desk, output, diags: rendered.diags },
                Err(claims) => Self::gather(site, theme, Rendered { claims, ..rendered }),
            };
        };
        let (known, fresh): (Vec<Claim>, Vec<Claim>) =
            rendered.claims.into_iter().partition(|claim| output.is_of(claim));
        for claim in known {
            output.tree.insert(claim.path, claim.blob);
        }
        // A list that is a page longer may lack an address for it.
        if !output.add(fresh).is_empty() {
            return Self::render(site, theme, memories);
        }
        Self { site, desk: rendered.desk, output, diags: rendered.diags }
    }
}

impl Pages {
    /// Returns the pages and the files that go with them, without feeds and data.
    pub fn output(&self) -> &Tree {
        &self.output.tree
    }

    /// Returns the remarks so far, in the order of their places.
    pub fn diags(&self) -> &[Diag] {
        &self.diags
    }

    /// Adds remarks on what could not be read from disk: paths as shown, and why.
    pub fn left_out(&mut self, skipped: &[(String, String)]) {
        left_out(&mut self.diags, skipped, self.site.config.configured);
    }

    /// Adds what is made from all pages: feeds, data, the documents of the search.
    pub fn complete(self, memories: &mut Memories) -> Built {
        let Self { of, mut site, theme, tunings, output, mut diags } = self;
        if let Some(site) = Arc::get_mut(&mut site) {
            site.forget_bodies();
        }
        let mut output = Arc::try_unwrap(output).unwrap_or_else(|output| (*output).clone());
        let completed = memories.completed.take().filter(|completed| completed.of == of);
        let completed = completed.unwrap_or_else(|| {
            let collections = search::collect(&site, &tunings, &memories.documents);
            memories.documents.turn();
            let keep = &*memories.keep;
            let claims = export::all(&site, &theme, keep);
            let claims = claims.into_iter().map(|claim| keep.place(claim)).collect();
            Completed { of, claims, collections }
        });
        let clashes = output.add(completed.claims.iter().cloned());
        diags.extend(clashes.iter().map(|clash| explain(clash, site.config.configured)));
        let collections = match memories.is_warm {
            true => memories.completed.insert(completed).collections.clone(),
            false => completed.collections,
        };
        diags.sort();
        diags.dedup();
        Built { output: output.tree, collections, diags, summary: summarise(&site) }
    }
}

fn explain(clash: &Clash, configured: bool) -> Diag {
    let Clash { first, by, second } = clash;
    if second.by.below("themes/default").is_some() {
        let message = format!("`{}` is the address of a page that every site has", second.path);
        let diag = Diag::error(Code::DuplicateAddress, At::file(by), message);
        return diag.help("rename the file").lenient(!configured);
    }
    let message = format!("`{}` is written from `{by}` too", second.path);
    let diag = Diag::error(Code::DuplicateAddress, At::file(&second.by), message);
    let help = match *first == second.path {
        true => "rename one of the two files: they cannot have one address",
        false => {
            "rename one of the two files: names that differ only in case are one file on many sticks"
        }
    };
    diag.help(help).lenient(!configured)
}

fn assets(site: &Site, theme: &Theme) -> Vec<Claim> {
    let theme_file = |path: &tree::TreePath| tree::TreePath::of(&format!("assets/{path}"));
    let of_theme = theme.assets.iter().map(|(path, blob)| Claim {
        path: theme_file(path),
        blob: blob.clone(),
        by: tree::TreePath::of(&format!("themes/default/assets/{path}")),
    });
    let of_content = site.assets.iter().map(|(path, blob, by)| Claim {
        path: path.clone(),
        blob: blob.clone(),
        by: by.clone(),
    });
    of_theme.chain(of_content).collect()
}

fn summarise(site: &Site) -> Summary {
    let mut summary = Summary { configured: site.config.configured, ..Summary::default() };
    for lang in &site.config.languages {
        let own = site.pages.iter().filter(|page| page.lang == lang.code);
        let (foreign, own): (Vec<_>, Vec<_>) = own.partition(|page| page.stands_for.is_some());
        summary.pages.push((lang.code.clone(), own.len()));
        summary.foreign.push((lang.code.clone(), foreign.len()));
    }
    let is_own = |page: &Page| page.is_record && page.stands_for.is_none();
    for (_, page) in site.listed().filter(|(_, page)| is_own(page)) {
        *summary.records.entry(page.record_type.clone()).or_default() += 1;
    }
    summary
}
