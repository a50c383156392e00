//! Vademecum: a folder of curated Markdown to a searchable, multilingual site.
//!
//! Everything is a tree of files, and a build is a pure function between trees. Data flows one way:
//!
//! 1. `config` says what the site is; `theme` how it looks.
//! 2. `page` reads each file alone: front matter (`front`), schema (`schema`), body (`markdown`).
//! 3. `site` links all pages together.
//! 4. `render` makes HTML of each page alone again, `export` feeds and data, `search` documents.
//! 5. The edges (`disk`, `serve`, `search::index`, the program) touch the world; nothing else does.

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
pub mod theme;
pub mod tree;
pub mod words;

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    config::Config,
    diag::{At, Code, Diag, Severity},
    memory::Memory,
    page::Page,
    render::HtmlMemory,
    search::{Collection, DocumentMemory, Tuning},
    site::{Scope, Site},
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
    keep: Box<dyn Keep>,
}

impl Memories {
    /// Remembers what two builds in a row use, as `serve` needs it.
    pub fn warm() -> Self {
        Self {
            pages: Memory::warm(),
            html: HtmlMemory::warm(),
            documents: Memory::warm(),
            keep: Box::new(InMemory),
        }
    }

    /// Remembers nothing, for a single build.
    pub fn none() -> Self {
        Self {
            pages: Memory::none(),
            html: HtmlMemory::none(),
            documents: Memory::none(),
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
    pub diags: Vec<Diag>,
    pub summary: Summary,
}

/// What a build counts.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Pages by language, in the order of the site's languages.
    pub pages: Vec<(String, usize)>,
    /// Records by type, over all languages.
    pub records: BTreeMap<String, usize>,
}

impl Built {
    pub fn errors(&self) -> usize {
        errors(&self.diags)
    }

    /// Adds remarks on what could not be read from disk: paths as shown, and why.
    pub fn left_out(&mut self, skipped: &[(String, String)]) {
        left_out(&mut self.diags, skipped);
    }

    pub fn warnings(&self) -> usize {
        self.diags.len() - self.errors()
    }
}

/// Adds remarks on what could not be read from disk: paths as shown, and why.
fn left_out(diags: &mut Vec<Diag>, skipped: &[(String, String)]) {
    for (path, why) in skipped {
        let shown = path.replace('\\', "/");
        let at = tree::TreePath::new(&shown).unwrap_or_else(|| tree::TreePath::of("content"));
        let message = format!("`{path}` was left out: {why}");
        diags.push(Diag::warning(Code::Limit, At::file(&at), message));
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

/// A site whose pages are made, and whose exports and search documents are not: all that a reader
/// of one page waits for.
pub struct Pages {
    site: Site,
    theme: Theme,
    tunings: BTreeMap<String, Tuning>,
    output: Output,
    diags: Vec<Diag>,
}

/// Builds the pages of a site, as the first of two steps.
pub fn build_pages(source: &Tree, memories: &mut Memories, scope: Scope) -> Pages {
    let (config, mut diags) = Config::read(source);
    let (theme, theme_diags) = Theme::compile(source, &config);
    diags.extend(theme_diags);

    // Each file alone, in parallel.
    let pages = page::read_all(source, &config, &memories.pages);

    // All files together: the one global step.
    let site = Site::link(Arc::new(config), source, pages, scope);
    diags.extend(site.diags.iter().cloned());
    let (tunings, tuning_diags) = search::tunings(&site, source);
    diags.extend(tuning_diags);

    // Each page alone again, in parallel.
    let (claims, render_diags) = render::pages(&site, &theme, &memories.html, &*memories.keep);
    diags.extend(render_diags);
    let mut output = Output::default();
    let clashes = output.add(claims.into_iter().chain(assets(&site, &theme)));
    diags.extend(clashes.iter().map(|clash| explain(clash, site.config.configured)));
    memories.pages.turn();
    memories.html.turn();
    diags.sort();
    diags.dedup();
    Pages { site, theme, tunings, output, diags }
}

impl Pages {
    pub fn output(&self) -> &Tree {
        &self.output.tree
    }

    pub fn diags(&self) -> &[Diag] {
        &self.diags
    }

    /// Adds remarks on what could not be read from disk: paths as shown, and why.
    pub fn left_out(&mut self, skipped: &[(String, String)]) {
        left_out(&mut self.diags, skipped);
    }

    /// Adds what is made from all pages: feeds, data, the documents of the search.
    pub fn complete(self, memories: &mut Memories) -> Built {
        let Self { mut site, theme, tunings, mut output, mut diags } = self;
        site.forget_bodies();
        let collections = search::collect(&site, &tunings, &memories.documents);
        let clashes = output.add(export::all(&site, &theme, &collections, &*memories.keep));
        diags.extend(clashes.iter().map(|clash| explain(clash, site.config.configured)));
        memories.documents.turn();
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
    let mut summary = Summary::default();
    for lang in &site.config.languages {
        let count = site.pages.iter().filter(|page| page.lang == lang.code).count();
        summary.pages.push((lang.code.clone(), count));
    }
    for (_, page) in site.listed().filter(|(_, page)| page.is_record) {
        *summary.records.entry(page.record_type.clone()).or_default() += 1;
    }
    summary
}
