//! One file to one page: front matter, schema and body, understood alone.

use std::{borrow::Cow, collections::BTreeMap, ops::Range, sync::Arc};

use serde::Serialize;

use crate::{
    config::Config,
    diag::{At, Code, Diag},
    front::{self, Value},
    language,
    markdown::{self, Body, Link, Piece},
    memory::Memory,
    schema::{Field, Kind, Reference, Show, Target},
    tree::{Blob, Digest, Tree, TreePath, portable, readable},
};

mod anchors;
mod fields;
mod folders;

pub use anchors::Anchors;
pub use folders::{Folder, describes_folder, read_folders};

/// A page's only identity: the folder of its language and its path below it, without extension.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
pub struct PageId {
    /// The folder of its language, as part of its address; empty without such folders.
    pub folder: String,
    /// `practices/x`; the empty path is the home page of its language.
    pub path: String,
}

/// The editorial state of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Status {
    /// Draft, submitted, in review: `serve` builds it, `build` leaves it out.
    Unpublished,
    /// In lists and in the search; so is a page that says nothing.
    #[default]
    Published,
    /// Keeps its address and says why; stands in no list and no search.
    Withdrawn,
}

/// What a page is, beside its words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Role {
    /// A page that stands for itself.
    #[default]
    Page,
    /// Stands for a folder: `index.md`, `_index.md`, or made for a folder without one.
    Folder,
    /// `README.md`, which stands for its folder when no index does. The linker decides.
    Readme,
    /// A term of a vocabulary, written or made.
    Term,
}

/// One page, understood alone.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Which page it is; its address is made of it.
    pub id: PageId,
    /// Of path, bytes and the configuration it was read with.
    pub key: Option<Digest>,
    /// Of all that other pages may show of this one: everything but its prose.
    pub face: Option<Digest>,
    /// Of what a translator translates: title, summary and body, as written.
    pub text: Option<Digest>,
    /// The file it was read from, in the source tree; of a term's page that is made, the table of
    /// its vocabulary. `None` for other pages that are made.
    pub source: Option<TreePath>,
    /// Whether it stands for itself, a folder or a term.
    pub role: Role,
    /// BCP 47.
    pub lang: String,
    /// The name of its record type; `page` where it has none, and `term` for a term.
    pub record_type: String,
    /// Whether its type counts as a record.
    pub is_record: bool,
    /// What references name: the front matter's `id`, else the file's name.
    pub record_id: String,
    /// Where the front matter gives the id; empty where it does not.
    pub id_place: Range<usize>,
    /// Where the front matter names the template; empty where it does not.
    pub template_place: Range<usize>,
    /// As the front matter says, else a first heading, else the file's name; of a term, its name.
    pub title: String,
    /// As the front matter says, else of a page without a type the beginning of its text. May be
    /// empty.
    pub summary: String,
    /// Whether the summary was written, not taken from the text.
    pub has_summary: bool,
    /// Draft, published or withdrawn.
    pub status: Status,
    /// Whether the front matter says to Hugo that a page is made of it; `None` where it says nothing.
    pub is_made: Option<bool>,
    /// Whether it says to Hugo that none is made of it and of what lies below its folder.
    pub hides_below: bool,
    /// Below the theme's `templates`, as the front matter or the type says; else the role decides.
    pub template: Option<String>,
    /// Its place in lists, small numbers first; pages without one stand behind them.
    pub order: Option<i64>,
    /// Whether the front matter asks for a table of contents; plain pages of many headings have one.
    pub show_toc: bool,
    /// By name: declared ones as their type reads them, others as they stand in the front matter.
    pub fields: BTreeMap<String, Value>,
    /// Old addresses, below the output and without `/index.html`, and their bytes in the file.
    pub aliases: Vec<(String, Range<usize>)>,
    /// HTML with holes; empty for a page without text.
    pub body: Arc<Vec<Piece>>,
    /// In the order of the text, without the title.
    pub headings: Vec<markdown::Heading>,
    /// The plain text by heading, for the search.
    pub sections: Arc<Vec<markdown::Section>>,
    /// What a link may name behind `#`.
    pub anchors: Anchors,
    /// Links and pictures within the site, by the indices of holes in the body.
    pub links: Vec<Link>,
    /// Terms and records that its fields name, in the order of the front matter.
    pub references: Vec<Reference>,
    /// What may make another record a related one, in order.
    pub features: Vec<Feature>,
    /// Remarks on this file alone; linking has others.
    pub diags: Vec<Diag>,
    /// Vocabulary and id, where the page is a term.
    pub term: Option<(String, String)>,
    /// Another program would have added text; its headings are not all known.
    pub is_partial: bool,
    /// The front matter could not be read: the page is left out unless forced.
    pub is_broken: bool,
    /// Only title and summary were translated: it stands for the record of another language.
    pub is_abstract: bool,
    /// What it stands for in a language that it has no translation in.
    pub stands_for: Option<StandsFor>,
}

/// The record of another language that a page stands for, and what of the page is in that language.
#[derive(Clone, Debug)]
pub struct StandsFor {
    /// The page that was written in that language.
    pub id: PageId,
    /// The language of its prose.
    pub lang: String,
    /// Whether the title is in that language too, because the record gives it in no other.
    pub title: bool,
    /// Whether the summary is.
    pub summary: bool,
}

impl Page {
    /// Returns true for a page that has the place of this one in the site: its identity and what it
    /// is. Its words may differ, and what it links to and refers to.
    pub fn has_place_of(&self, other: &Self) -> bool {
        let aliases = |page: &Self| page.aliases.iter().map(|(alias, _)| alias.clone()).collect();
        let [own_aliases, other_aliases]: [Vec<String>; 2] = [aliases(self), aliases(other)];
        self.id == other.id
            && self.source == other.source
            && self.role == other.role
            && self.lang == other.lang
            && self.record_type == other.record_type
            && self.is_record == other.is_record
            && self.record_id == other.record_id
            && self.status == other.status
            && self.is_broken == other.is_broken
            && self.is_partial == other.is_partial
            && self.is_abstract == other.is_abstract
            && self.term == other.term
            && self.text("original_lang") == other.text("original_lang")
            && self.text("slug") == other.text("slug")
            && self.is_made == other.is_made
            && self.hides_below == other.hides_below
            && own_aliases == other_aliases
    }

    /// Returns true for a page that is linked to others as this one is: it refers to the same things
    /// and has the same headings.
    pub fn has_shape_of(&self, other: &Self) -> bool {
        let names = |reference: &Reference| (reference.field.clone(), reference.target.clone());
        self.anchors == other.anchors
            && self.has_targets_of(other)
            && self.references.iter().map(names).eq(other.references.iter().map(names))
    }

    /// Returns true for a page whose links go where those of this one go: no more than prose and what
    /// fields refer to tells them apart.
    pub fn has_links_of(&self, other: &Self) -> bool {
        self.title == other.title && self.anchors == other.anchors && self.has_targets_of(other)
    }

    fn has_targets_of(&self, other: &Self) -> bool {
        let own = self.links.iter().map(|link| &link.target);
        own.eq(other.links.iter().map(|link| &link.target))
    }

    /// Returns the language of the text, which is that of the page unless the page stands for another.
    pub fn prose_lang(&self) -> &str {
        self.stands_for.as_ref().map_or(&self.lang, |other| &other.lang)
    }

    /// Returns the language of the summary.
    pub fn summary_lang(&self) -> &str {
        self.stands_for
            .as_ref()
            .filter(|other| other.summary)
            .map_or(&self.lang, |other| &other.lang)
    }

    /// Returns the language of the title.
    pub fn title_lang(&self) -> &str {
        self.stands_for.as_ref().filter(|other| other.title).map_or(&self.lang, |other| &other.lang)
    }

    /// Returns a page that stands for this one in the folder of another language: its prose, between
    /// labels in the language of the reader.
    #[must_use]
    pub fn standing_in(&self, folder: &str, lang: &str) -> Self {
        let name = match self.fields.get("names") {
            Some(Value::Table(names)) => names.get(lang).and_then(Value::as_text),
            _ => None,
        };
        Self {
            id: PageId { folder: folder.to_owned(), path: self.id.path.clone() },
            lang: lang.to_owned(),
            title: name.unwrap_or(&self.title).to_owned(),
            aliases: Vec::new(),
            // Said once, of the page that was written.
            diags: Vec::new(),
            stands_for: Some(StandsFor {
                id: self.id.clone(),
                lang: self.lang.clone(),
                title: name.is_none(),
                summary: true,
            }),
            ..self.clone()
        }
    }

    /// Returns a page that stands for this one with the title and the summary of an abstract, and with
    /// its texts that are not shown, by which it is only found.
    #[must_use]
    pub fn standing_in_with(&self, written: &Self, config: &Config) -> Self {
        let mut page = self.standing_in(&written.id.folder, &written.lang);
        let both = |one: Option<Digest>, other: Option<Digest>| {
            let (one, other) = (one?, other?);
            Some(Digest::of_parts([one.as_bytes(), other.as_bytes()].map(|part| part as &[u8])))
        };
        page.key = both(self.key, written.key);
        page.face = both(self.face, written.face);
        page.source.clone_from(&written.source);
        page.title.clone_from(&written.title);
        if written.has_summary {
            page.summary.clone_from(&written.summary);
            page.has_summary = true;
        }
        for name in ["translation", "translation_of"] {
            match written.fields.get(name) {
                Some(value) => drop(page.fields.insert(name.to_owned(), value.clone())),
                None => drop(page.fields.remove(name)),
            }
        }
        let fields = config.types.get(&self.record_type).map_or(&[] as &[Field], |t| &t.fields);
        let is_found_by =
            |field: &&Field| field.show == Show::No && field.kind == Kind::Text && field.many;
        for Field { name, .. } in fields.iter().filter(is_found_by) {
            if let Some(value) = written.fields.get(name) {
                page.fields.insert(name.clone(), value.clone());
            }
        }
        if let Some(other) = &mut page.stands_for {
            other.title = false;
            other.summary = !written.has_summary;
        }
        page.features = features(&page);
        page
    }

    /// Returns true for a translation whose original was changed after it was made, as far as
    /// `translation_of` says what it was made from: the digest of the original's text (its first
    /// `TEXT_DIGEST` digits at least), or the date at which the original stood. Then the newest date
    /// among its `changes` and `updated` tells.
    pub fn is_older_than(&self, original: &Self) -> bool {
        let Some(of) = self.text("translation_of") else { return false };
        if of.len() >= TEXT_DIGEST && of.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return original.text.is_some_and(|text| !text.to_string().starts_with(of));
        }
        let changes = match original.fields.get("changes") {
            Some(Value::List(changes)) => changes.as_slice(),
            _ => &[],
        };
        let dates = changes.iter().filter_map(|change| match change {
            Value::Table(change) => change.get("date")?.as_text(),
            _ => None,
        });
        let Some(changed) = dates.chain(original.text("updated")).max() else { return false };
        // Dates that stop at the year or month are compared as far as both go.
        let length = of.len().min(changed.len());
        match (of.get(..length), changed.get(..length)) {
            (Some(of), Some(changed)) => changed > of,
            _ => false,
        }
    }

    /// Returns the output folder: `en/practices/x`, empty for a page at the root.
    pub fn address(&self) -> String {
        match (self.id.folder.as_str(), self.id.path.as_str()) {
            ("", path) => path.to_owned(),
            (folder, "") => folder.to_owned(),
            (folder, path) => [folder, "/", path].concat(),
        }
    }

    /// Returns the output file.
    pub fn file(&self) -> String {
        let (folder, path) = (self.id.folder.as_str(), self.id.path.as_str());
        let parts = [folder, path, "index.html"];
        let mut file = String::with_capacity(folder.len() + path.len() + 12);
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !file.is_empty() {
                file.push('/');
            }
            file.push_str(part);
        }
        file
    }

    /// Returns the text of a field; `None` where it is absent or no text, such as a list.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_text)
    }

    /// Returns the terms of a vocabulary that the page refers to, in their order, without repeats.
    pub fn terms(&self, vocabulary: &str) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for reference in &self.references {
            if let Target::Term { vocabulary: name, id } = &reference.target
                && name == vocabulary
                && !ids.contains(&id.as_str())
            {
                ids.push(id);
            }
        }
        ids
    }
}

/// A term that a record carries, or a word of its title or summary, known by its digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Feature(u64);

impl Feature {
    fn of(is_word: bool, parts: [&str; 2]) -> Self {
        let digest = Digest::of_parts(parts.map(str::as_bytes));
        let mut number = [0; 8];
        number.copy_from_slice(&digest.as_bytes()[..8]);
        Self(u64::from_le_bytes(number) << 1 | u64::from(is_word))
    }

    /// Returns true for a word, false for a term.
    pub fn is_word(self) -> bool {
        self.0 & 1 == 1
    }
}

/// How many digits of a text's digest tell it from every other one of a site.
pub const TEXT_DIGEST: usize = 12;

/// The shortest word that may make two records related, in characters.
const FEATURE_WORD: usize = 4;

fn features(page: &Page) -> Vec<Feature> {
    let terms = page.references.iter().filter_map(|reference| match &reference.target {
        Target::Term { vocabulary, id } => Some(Feature::of(false, [vocabulary, id])),
        Target::Record { .. } => None,
    });
    let words = [&page.title, &page.summary];
    let words = words.into_iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let words = words
        .filter(|word| word.chars().count() >= FEATURE_WORD)
        .map(|word| Feature::of(true, [&word.to_lowercase(), ""]));
    let mut features: Vec<Feature> = terms.chain(words).collect();
    features.sort_unstable();
    features.dedup();
    features
}

/// Returns the output file that an old address stands for.
pub fn alias_file(alias: &str) -> String {
    match alias.strip_suffix(".html") {
        Some(_) => alias.to_owned(),
        None => format!("{alias}/index.html"),
    }
}

/// The largest Markdown file that is read, in bytes.
pub const FILE_LIMIT: u64 = 8 * 1024 * 1024;

/// Reads every Markdown file of the content, in parallel; unchanged ones come from memory.
pub fn read_all(
    source: &Tree,
    config: &Config,
    memory: &Memory<Digest, Arc<Page>>,
) -> Vec<Arc<Page>> {
    use rayon::prelude::*;
    let files: Vec<(&TreePath, &Blob)> = source
        .iter()
        .filter(|(path, _)| is_markdown(path) && !config.is_configuration(path))
        .filter(|(path, _)| path.below(&config.content).is_some())
        .collect();
    let configured = config.digest.map(|digest| digest.to_string()).unwrap_or_default();
    files
        .par_iter()
        .map(|(path, blob)| {
            let key = Digest::of_parts([
                configured.as_bytes(),
                path.as_str().as_bytes(),
                blob.digest().as_bytes(),
            ]);
            memory.get_or(key, || Arc::new(read(path, blob, config, key)))
        })
        .collect()
}

/// Returns true for a file that is read as a page: `md`, `markdown` or `mdx`.
pub fn is_markdown(path: &TreePath) -> bool {
    matches!(path.extension().as_str(), "md" | "markdown" | "mdx")
}

/// Reads one file. Never fails: a broken page is still a page.
pub fn read(path: &TreePath, blob: &Blob, config: &Config, key: Digest) -> Page {
    let mut page = Page { key: Some(key), source: Some(path.clone()), ..Page::default() };
    locate(&mut page, path, config);
    page.record_id = path.stem().to_owned();
    let Some(bytes) = blob.bytes().filter(|bytes| bytes.len() as u64 <= FILE_LIMIT) else {
        let message = format!(
            "the file has {:.1} MB; a page may have {:.1} MB",
            blob.length() as f64 / 1e6,
            FILE_LIMIT as f64 / 1e6
        );
        let diag = Diag::error(Code::Limit, At::file(path), message);
        page.diags.push(diag.help("split it, or carry it along as a file of another kind"));
        page.is_broken = true;
        page.title = path.stem().to_owned();
        return page;
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            page.diags.push(Diag::not_utf8(path, bytes));
            page.is_broken = true;
            readable(bytes).into_owned()
        }
    };
    let split = front::split(&text);
    let front = fields::read_front(&mut page, path, &text, &split);
    if let Some(node) = &front {
        fields::read_fields(&mut page, path, config, node);
    } else {
        fields::choose_type(&mut page, path, config, None);
        if split.front.is_none() && split.unclosed.is_none() {
            fields::check_required(&mut page, path, config, &[], 0..0);
        }
    }
    if !config.configured {
        put_in_order(&mut page, path);
    }
    let nonce = key.to_string();
    let given = (!page.title.is_empty()).then(|| page.title.clone());
    let body = markdown::read(&markdown::Source {
        text: &text[split.body..],
        offset: split.body,
        nonce: &nonce[..12],
        title: given.as_deref(),
        raw_html: config.raw_html,
        dir: crate::language::direction(&page.lang),
    });
    if page.title.is_empty() && body.title.is_none() && page.id.path.is_empty() {
        page.title = config.home_title(&page.lang);
    }
    if page.title.is_empty() && body.title.is_none() && !config.configured {
        let (name, rest) = own_name(&page, path);
        if rest.len() < name.len() && !rest.is_empty() {
            page.title = title_of_path(rest, path);
        }
    }
    take_body(&mut page, path, body);
    if page.is_abstract && !page.body.is_empty() {
        let message = "an abstract has no text: title and summary alone are shown";
        let at = At::new(path, split.body..text.len());
        let diag = Diag::warning(Code::WrongValue, at, message);
        page.diags
            .push(diag.help("delete the text, or take `abstract` out when all is translated"));
    }
    if page.is_record {
        page.features = features(&page);
    }
    let translated = [page.title.as_str(), &page.summary, text[split.body..].trim()];
    page.text = Some(Digest::of_parts(translated.map(str::as_bytes)));
    let front = split.front.as_ref().map(|(_, range)| &text[range.clone()]).unwrap_or_default();
    let parts = [path.as_str(), front, &page.title, &page.summary];
    page.face = Some(Digest::of_parts(parts.map(str::as_bytes)));
    page
}

/// Returns true for the first page of a wiki.
fn is_wiki_home(folder: &str, stem: &str, config: &Config) -> bool {
    folder.is_empty() && stem == "Home" && !config.configured
}

/// Returns the name of a page's file, or of its folder when it stands for it; and the same without the
/// number or date that it begins with.
fn own_name<'a>(page: &Page, path: &'a TreePath) -> (&'a str, &'a str) {
    let name = match page.role {
        Role::Folder | Role::Readme => path.folder().rsplit('/').next().unwrap_or_default(),
        _ => path.stem(),
    };
    match date_of_name(name) {
        Some(_) => (name, name[10..].trim_start_matches(['-', '_', '.', ' '])),
        None => (name, numbered(name).1),
    }
}

/// Returns the date that a name begins with, as posts have it: `2021-05-06-hello`.
fn date_of_name(name: &str) -> Option<&str> {
    let (date, rest) = name.split_at_checked(10)?;
    let is_apart = rest.is_empty() || rest.starts_with(['-', '_', '.', ' ']);
    (is_apart && crate::schema::is_date(date)).then_some(date)
}

/// Puts a page where other programs do, if its front matter does not: by the number that the name of its
/// file begins with, and posts with the newest first.
fn put_in_order(page: &mut Page, path: &TreePath) {
    let (name, _) = own_name(page, path);
    let is_dated = page.text("date").is_some();
    if let Some(date) = date_of_name(name).filter(|_| !is_dated) {
        page.fields.insert("date".to_owned(), Value::Text(date.to_owned()));
    }
    let newest_first = || {
        let date = page.text("date").filter(|date| crate::schema::is_date(date))?;
        let digits: String =
            date.bytes().take(10).filter(u8::is_ascii_digit).map(char::from).collect();
        let whole = format!("{digits:0<8}");
        whole.parse::<i64>().ok().map(|number| -number)
    };
    page.order = page.order.or(numbered(name).0).or_else(newest_first);
}

/// Parts a name from the number before it, by which many programs put files in order: `02-basics`,
/// `3. Prompts`. A name that is all number, or a date, has none.
pub fn numbered(name: &str) -> (Option<i64>, &str) {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let rest = name[digits..].trim_start_matches(['-', '_', '.', ' ']);
    let is_apart = rest.len() < name.len() - digits;
    let is_word = rest.chars().next().is_some_and(char::is_alphabetic);
    match (1..=3).contains(&digits) && is_apart && is_word {
        true => (name[..digits].parse().ok(), rest),
        false => (None, name),
    }
}

/// Derives language, address and role from the file's path.
fn locate(page: &mut Page, path: &TreePath, config: &Config) {
    let below = path.below(&config.content).unwrap_or(path.as_str());
    let of_code = |code: &str| config.languages.iter().find(|lang| lang.code == code);
    let of_docusaurus = || {
        let (code, original) = config.translated(below)?;
        Some((of_code(&code)?, original.into()))
    };
    let lang = below.split_once('/').and_then(|(folder, rest)| {
        let lang = config.languages.iter().find(|lang| lang.folder.as_deref() == Some(folder))?;
        Some((lang, Cow::Borrowed(rest)))
    });
    let below = match lang.or_else(of_docusaurus) {
        Some((lang, rest)) => {
            page.lang = lang.code.clone();
            page.id.folder = lang.folder.clone().unwrap_or_default();
            rest
        }
        None => {
            page.lang = config.default_language().to_owned();
            Cow::Borrowed(below)
        }
    };
    let (folder, name) = below.rsplit_once('/').unwrap_or(("", &below));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let suffixed = config.suffix_language(stem).filter(|_| page.id.folder.is_empty());
    let stem = match suffixed {
        Some((rest, lang)) => {
            page.lang = lang.code.clone();
            page.id.folder = lang.folder.clone().unwrap_or_default();
            rest
        }
        None => stem,
    };
    if config.by_suffix && page.id.folder.is_empty() {
        page.id.folder =
            config.languages.first().and_then(|l| l.folder.clone()).unwrap_or_default();
    }
    // Other translations below `i18n/fr/` keep their addresses.
    if let Some(code) = below.strip_prefix("i18n/").and_then(|rest| rest.split('/').next())
        && page.id.folder.is_empty()
        && let Some(lang) = of_code(&language::canonical(code))
    {
        page.lang = lang.code.clone();
    }
    page.id.path = match stem {
        _ if stem.eq_ignore_ascii_case("index") || stem == "_index" => {
            page.role = Role::Folder;
            folder.to_owned()
        }
        // Only when the folder has no index; the linker decides.
        _ if stem.eq_ignore_ascii_case("readme") || is_wiki_home(folder, stem, config) => {
            page.role = Role::Readme;
            folder.to_owned()
        }
        _ if folder.is_empty() => stem.to_owned(),
        _ => format!("{folder}/{stem}"),
    };
    if let Some(vocabulary) = config.vocabulary_of_folder(folder)
        && page.role == Role::Page
    {
        page.role = Role::Term;
        let term = vocabulary.terms.iter().find(|term| slug(&term.id) == stem.to_lowercase());
        let id = term.map_or(stem, |term| term.id.as_str());
        page.term = Some((vocabulary.name.clone(), id.to_owned()));
        if term.is_none() && !vocabulary.open {
            page.diags.push(vocabulary.unknown(stem, At::file(path)).lenient(!config.configured));
        }
    }
    page.id.path = mend_address(&page.id.path, path, &mut page.diags);
}

/// Returns the address part that a term's id gives its page: `TH` is `th`.
pub fn slug(id: &str) -> String {
    crate::schema::open_id(id)
}

/// Takes an address that every file system takes, and says so when it is another one.
fn mend_address(address: &str, path: &TreePath, diags: &mut Vec<Diag>) -> String {
    let mended = portable(address);
    if mended != address {
        let message =
            format!("`{address}` cannot be a file's name everywhere; the page is at `{mended}`");
        let help = "use letters, digits and hyphens in the file's name";
        diags.push(Diag::warning(Code::FileName, At::file(path), message).help(help));
    }
    mended
}

fn take_body(page: &mut Page, path: &TreePath, mut body: Body) {
    if page.title.is_empty() {
        page.title = body.title.unwrap_or_else(|| title_of_path(&page.id.path, path));
    }
    for (name, range) in body.missing_footnotes {
        let message = format!("the note `[^{name}]` is called, but not written");
        let help = format!("add a line `[^{name}]: …`");
        page.diags
            .push(Diag::warning(Code::MissingFootnote, At::new(path, range), message).help(help));
    }
    for (name, range, is_twice) in body.idle_footnotes {
        let (message, help) = match is_twice {
            true => (
                "is written twice; one of the two is not shown",
                "give one of them another name".into(),
            ),
            false => (
                "is written, but not called, so nobody sees it",
                format!("write `[^{name}]` in the text where it belongs, or delete the note"),
            ),
        };
        let message = format!("the note `[^{name}]` {message}");
        page.diags
            .push(Diag::warning(Code::IdleFootnote, At::new(path, range), message).help(help));
    }
    // So many addresses of one scheme are each named; more are one remark.
    const SAME: usize = 5;
    let scheme = |target: &str| target.split(':').next().unwrap_or_default().to_lowercase();
    let mut counts: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for (target, _) in &body.refused {
        counts.entry(scheme(target)).or_default().0 += 1;
    }
    for (target, range) in body.refused {
        let (mut message, help) = markdown::refusal(&target);
        if let Some((count, was_said)) = counts.get_mut(&scheme(&target))
            && *count > SAME
        {
            if std::mem::replace(was_said, true) {
                continue;
            }
            message += &format!(" (the first of {count} such links in this file)");
        }
        page.diags.push(Diag::warning(Code::BrokenLink, At::new(path, range), message).help(help));
    }
    page.is_partial = body.notes.iter().any(markdown::Note::hides_text);
    for note in body.notes {
        let diag =
            Diag::warning(Code::NotUnderstood, At::new(path, note.range.clone()), note.message());
        page.diags.push(diag.help(note.help()));
    }
    page.has_summary = !page.summary.is_empty();
    if page.summary.is_empty() && page.record_type == "page" {
        let first =
            body.sections.iter().map(|section| section.text.as_str()).find(|t| !t.is_empty());
        let first = first.map(|text| match page.is_partial {
            true => without_instructions(text),
            false => Cow::Borrowed(text),
        });
        page.summary = first.map(|text| shorten(&text, SUMMARY)).unwrap_or_default();
    }
    // Texts and lists grow in steps; what is kept for the whole build keeps no room to grow.
    body.sections.iter_mut().for_each(|section| section.text.shrink_to_fit());
    body.sections.shrink_to_fit();
    body.pieces.shrink_to_fit();
    body.headings.shrink_to_fit();
    body.links.shrink_to_fit();
    page.references.shrink_to_fit();
    page.body = Arc::new(body.pieces);
    page.headings = body.headings;
    page.sections = Arc::new(body.sections);
    page.anchors = body.anchors.into();
    page.links = body.links;
}

/// Leaves out of a text what only another program could fill in, `{{…}}` and `{%…%}`: it says nothing of
/// the page. A text of nothing else stays.
fn without_instructions(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) =
        rest.find('{').filter(|_| kept.chars().take(SUMMARY + 1).count() <= SUMMARY)
    {
        let closes = match rest.as_bytes().get(at + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => "",
        };
        let length = rest[at..].find(closes).filter(|_| !closes.is_empty());
        kept.push_str(&rest[..at + usize::from(length.is_none())]);
        rest = &rest[at + length.map_or(1, |length| length + closes.len())..];
    }
    kept.push_str(rest);
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if kept.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(kept) }
}

/// The length in characters of a summary taken from the text.
const SUMMARY: usize = 200;

/// Cuts a text at a word's end so that it has at most `limit` characters.
pub fn shorten(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else { return text.to_owned() };
    let cut = text[..end].rfind(' ').unwrap_or(end);
    format!("{}…", text[..cut].trim_end_matches([',', ';', ':', ' ', '.']))
}

/// Makes a title of a file's name: `good-practices_2` is "Good practices 2".
pub fn title_of_path(address: &str, path: &TreePath) -> String {
    let name = address.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(path.stem());
    // The hyphens of a date stay.
    let letters: Vec<char> = name.chars().collect();
    let is_digit =
        |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let spaced = letters.iter().enumerate().map(|(at, letter)| match letter {
        '-' if is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) => '-',
        '-' | '_' => ' ',
        letter => *letter,
    });
    let spaced: String = spaced.collect();
    let mut letters = spaced.trim().chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name.to_owned(),
    }
}
