//! Where links go: each hole of a page is filled with a page, a file, or what was written.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    hash::Hash,
    sync::{Arc, OnceLock},
};

use rayon::prelude::*;

use percent_encoding::percent_decode_str;

use crate::{
    diag::{At, Code, Diag, nearest},
    markdown::{deep_path, refusal},
    page::{Page, PageId, Role, describes_folder, is_markdown},
    tree::{Tree, TreePath, is_kept},
};

use super::{Edge, PageIndex, Site};

mod elsewhere;

/// What goes into a hole.
#[derive(Clone, Debug, PartialEq)]
pub enum Hole {
    /// A page, and what follows it: `#section` or nothing.
    Page(PageIndex, String),
    /// A file that is carried along, by its output path, and what follows it.
    File(TreePath, String),
    /// What was written, unchanged.
    Written(String),
}

/// Files that are carried along from a folder without `content/` even when no page links to them.
const MEDIA: &[&str] = &[
    "apng", "avif", "bmp", "csv", "docx", "epub", "gif", "ico", "jpeg", "jpg", "m4a", "mp3", "mp4",
    "odp", "ods", "odt", "ogg", "ogv", "pdf", "png", "pptx", "svg", "tif", "tiff", "wav", "webm",
    "webp", "xlsx",
];

struct Places<'a> {
    source: &'a Tree,
    /// Pages by their source file.
    by_source: HashMap<&'a str, PageIndex>,
    /// Pages by their output folder, and by their old addresses.
    by_address: HashMap<String, PageIndex>,
    /// Pages by the name of their file as links compare it, made when a link gives only a name.
    by_name: OnceLock<BTreeMap<String, PageIndex>>,
    /// Pages by their address without numbers, made when a link cannot be found otherwise.
    by_plain: OnceLock<HashMap<String, Option<PageIndex>>>,
    /// Pages by their slugs, made when a link may name one.
    by_slug: OnceLock<HashMap<String, Option<PageIndex>>>,
    /// Files by their name, made when a link may mean the only one that ends as it does.
    by_file_name: OnceLock<HashMap<&'a str, Vec<&'a str>>>,
    /// The versions of Docusaurus, found when a link may name one.
    versions: OnceLock<Vec<&'a str>>,
    content: String,
    /// The names of files by their folder, made when a link leads nowhere.
    by_folder: OnceLock<HashMap<&'a str, Vec<&'a str>>>,
    pages: &'a [Arc<Page>],
    /// Source files that the content holds beside pages.
    files: BTreeMap<&'a str, &'a TreePath>,
    /// The folders at the top of the content.
    tops: BTreeSet<&'a str>,
    unpublished: &'a BTreeSet<PageId>,
    /// Pages that are not published, made when a name leads nowhere.
    drafts: OnceLock<HashMap<String, &'a PageId>>,
    /// The folders that hold something, made when a link leads nowhere.
    folders: OnceLock<HashSet<&'a str>>,
}

/// Fills the holes of every page, and carries files along.
pub fn resolve(site: &mut Site, source: &Tree, unpublished: &BTreeSet<PageId>) {
    let content = site.config.content.clone();
    let pages = site.pages.clone();
    let places = Places::new(site, &pages, source, unpublished);
    let mut carried: BTreeSet<&TreePath> = places
        .files
        .values()
        .copied()
        .filter(|path| !content.is_empty() || MEDIA.contains(&path.extension().as_str()))
        .collect();
    let links_to: Arc<str> = LINKS_TO.into();
    let linked = &*site;
    let found: Vec<Found> = pages
        .par_iter()
        .enumerate()
        .map(|(index, page)| places.links_of(linked, index, page, &links_to))
        .collect();
    let mut said = Vec::new();
    for found in found {
        site.holes.push(found.holes);
        site.edges.extend(found.edges);
        said.extend(found.diags);
        carried.extend(found.files.iter().filter_map(|path| places.files.get(path.as_str())));
    }
    site.diags.extend(match site.config.configured {
        true => said.into_iter().map(|nowhere| nowhere.diag).collect(),
        false => joined(said),
    });
    for path in carried {
        let below = path.below(&content).unwrap_or(path.as_str());
        if is_kept(below) {
            let message = format!("`{below}` is a file that the program itself writes");
            let diag = Diag::error(Code::DuplicateAddress, At::file(path), message);
            site.diags.push(diag.help("rename the file or its folder"));
            continue;
        }
        if let (Some(output), Some(blob)) = (TreePath::new(below), source.get(path)) {
            site.assets.push((output, blob.clone(), path.clone()));
        }
    }
}

/// So many links may lead to the same nowhere, and each is named; more are one remark.
const SAME: usize = 5;

/// A link that leads nowhere, and what is said of it.
struct Nowhere {
    diag: Diag,
    /// The first folder on its way that is not there.
    missing: Option<String>,
}

impl From<Diag> for Nowhere {
    fn from(diag: Diag) -> Self {
        Self { diag, missing: None }
    }
}

/// Leaves the first of many remarks that say the same, as of a picture that every page of a foreign folder
/// shows and that is not there, and of many links into a folder that is not there.
fn joined(said: Vec<Nowhere>) -> Vec<Diag> {
    let (into, others): (Vec<_>, Vec<_>) = said.into_iter().partition(|it| it.missing.is_some());
    let missing = first_of(
        into,
        |it| it.missing.clone(),
        |it, count| {
            let folder = it.missing.take().unwrap_or_default();
            if folder.ends_with("://") {
                it.diag.message += &format!(" (the first of {count} links to `{folder}`)");
                return;
            }
            it.diag.message += &format!(" (the first of {count} links into `{folder}`)");
            it.diag.help = Some(format!("there is no folder `{folder}`"));
        },
    );
    let what = |it: &Nowhere| (it.diag.message.clone(), it.diag.help.clone());
    let all = first_of(missing.into_iter().chain(others), what, |it, count| {
        it.diag.message += &format!(" (the first of {count} such links)");
    });
    all.into_iter().map(|it| it.diag).collect()
}

/// Leaves the first of more than a few remarks that have the same key, changed by `tell`.
fn first_of<K: Hash + Eq>(
    said: impl IntoIterator<Item = Nowhere>,
    key: impl Fn(&Nowhere) -> K,
    tell: impl Fn(&mut Nowhere, usize),
) -> Vec<Nowhere> {
    let said: Vec<Nowhere> = said.into_iter().collect();
    let mut counts: HashMap<K, (usize, bool)> = HashMap::new();
    for nowhere in &said {
        counts.entry(key(nowhere)).or_default().0 += 1;
    }
    let first = |mut nowhere: Nowhere| {
        let (count, was_said) = counts.get_mut(&key(&nowhere))?;
        if *count > SAME {
            if std::mem::replace(was_said, true) {
                return None;
            }
            tell(&mut nowhere, *count);
        }
        Some(nowhere)
    };
    said.into_iter().filter_map(first).collect()
}

/// Finds where the links of edited pages go: their holes and their edges. Returns `None` where there
/// is something to say, or where other files would be carried along.
pub fn find_again(
    site: &Site,
    source: &Tree,
    edited: &[PageIndex],
) -> Option<Vec<(Vec<Hole>, Vec<Edge>)>> {
    let unpublished = BTreeSet::new();
    let places = Places::new(site, &site.pages, source, &unpublished);
    let links_to: Arc<str> = LINKS_TO.into();
    let of_page = |&index: &PageIndex| {
        let found = places.links_of(site, index, &site.pages[index], &links_to);
        let files = site.holes[index].iter().filter_map(|hole| match hole {
            Hole::File(path, _) => Some(path),
            _ => None,
        });
        let is_same = found.files.iter().collect::<BTreeSet<_>>() == files.collect();
        (is_same && found.diags.is_empty()).then_some((found.holes, found.edges))
    };
    edited.iter().map(of_page).collect()
}

/// Returns where the links of one page go and what they refer to, as it was found before.
pub fn known(site: &Site, index: PageIndex) -> (Vec<Hole>, Vec<Edge>) {
    let holes = site.holes[index].clone();
    let label: Arc<str> = LINKS_TO.into();
    let edge = |hole: &Hole| match hole {
        Hole::Page(to, _) => Some(Edge { from: index, label: label.clone(), to: *to }),
        _ => None,
    };
    let edges = holes.iter().filter_map(edge).collect();
    (holes, edges)
}

/// Returns true when the links of one page name headings that another has.
pub fn is_sound(site: &Site, from: PageIndex, to: PageIndex) -> bool {
    site.holes[from].iter().all(|hole| match hole {
        Hole::Page(page, rest) if *page == to => unknown_place(&site.pages[to], rest).is_none(),
        _ => true,
    })
}

/// After so many remarks on the links of one page, no heading is suggested any more: each costs a look
/// at all headings of another page.
const SUGGESTIONS: usize = 100;

/// The label of the edges that links make.
const LINKS_TO: &str = "links to";

/// Where the links of one page go.
#[derive(Default)]
struct Found {
    holes: Vec<Hole>,
    edges: Vec<Edge>,
    diags: Vec<Nowhere>,
    files: Vec<TreePath>,
}

impl<'a> Places<'a> {
    fn new(
        site: &Site,
        pages: &'a [Arc<Page>],
        source: &'a Tree,
        unpublished: &'a BTreeSet<PageId>,
    ) -> Self {
        let content = &site.config.content;
        let mut places = Self {
            source,
            by_source: HashMap::with_capacity(pages.len()),
            by_address: HashMap::with_capacity(pages.len()),
            by_name: OnceLock::new(),
            by_plain: OnceLock::new(),
            by_slug: OnceLock::new(),
            by_file_name: OnceLock::new(),
            versions: OnceLock::new(),
            content: content.clone(),
            by_folder: OnceLock::new(),
            pages,
            files: BTreeMap::new(),
            tops: source
                .iter()
                .filter_map(|(path, _)| path.below(content)?.split_once('/'))
                .map(|(top, _)| top)
                .collect(),
            unpublished,
            drafts: OnceLock::new(),
            folders: OnceLock::new(),
        };
        for (index, page) in pages.iter().enumerate() {
            places.by_address.insert(page.address(), index);
            if let Some(path) = &page.source
                && is_markdown(path)
                && page.stands_for.is_none()
            {
                places.by_source.insert(path.as_str(), index);
            }
        }
        // A link may name an old address.
        for (index, page) in pages.iter().enumerate() {
            for (alias, _) in &page.aliases {
                let alias = alias.strip_suffix(".html").unwrap_or(alias);
                places.by_address.entry(alias.to_owned()).or_insert(index);
            }
        }
        for (path, _) in source.iter() {
            if !is_markdown(path)
                && (site.config.configured || !describes_folder(path.file_name()))
                && !site.config.is_configuration(path)
                && let Some(below) = path.below(content)
            {
                places.files.insert(below, path);
            }
        }
        places
    }

    /// Returns the names of the files in each folder of the source.
    fn neighbours(&self) -> &HashMap<&'a str, Vec<&'a str>> {
        self.by_folder.get_or_init(|| {
            let mut folders: HashMap<&str, Vec<&str>> = HashMap::new();
            for (path, _) in self.source.iter() {
                folders.entry(path.folder()).or_default().push(path.file_name());
            }
            folders
        })
    }

    fn names(&self) -> &BTreeMap<String, PageIndex> {
        self.by_name.get_or_init(|| {
            let mut names = BTreeMap::new();
            for (index, page) in self.pages.iter().enumerate() {
                let written = page.source.as_ref().filter(|_| page.stands_for.is_none());
                if let Some(path) = written.filter(|path| is_markdown(path)) {
                    names.entry(name_key(path.stem())).or_insert(index);
                }
            }
            // A page that stands for its folder may be named by that.
            for (index, page) in self.pages.iter().enumerate() {
                let folder = page.id.path.rsplit('/').next().unwrap_or_default();
                let stands =
                    matches!(page.role, Role::Folder | Role::Readme) && page.source.is_some();
                if stands && !folder.is_empty() {
                    names.entry(name_key(folder)).or_insert(index);
                }
            }
            names
        })
    }

    /// Returns the pages that are not published by the names of their files.
    fn drafts(&self) -> &HashMap<String, &'a PageId> {
        self.drafts.get_or_init(|| {
            let name = |id: &PageId| name_key(id.path.rsplit('/').next().unwrap_or_default());
            self.unpublished.iter().map(|id| (name(id), id)).collect()
        })
    }

    fn links_of(&self, site: &Site, index: PageIndex, page: &Page, links_to: &Arc<str>) -> Found {
        let mut found = Found::default();
        for link in &page.links {
            let hole = match self.find(site, page, &link.target) {
                Ok(Hole::Page(to, rest)) => {
                    let own = in_own_language(site, page, to, &link.target);
                    // Beside its text a page links to its original, not to itself.
                    let to = if own == index && rest.is_empty() { to } else { own };
                    Hole::Page(to, to_place(&self.pages[to], rest, to == index))
                }
                Ok(hole) => hole,
                Err(Nowhere { diag, missing }) => {
                    let written = page.source.as_ref().filter(|_| page.stands_for.is_none());
                    if let Some(path) = written {
                        let at = At::new(path, link.range.clone());
                        let diag = Diag { at, ..diag }.lenient(!site.config.configured);
                        found.diags.push(Nowhere { diag, missing });
                    }
                    // A name that is no address stands there as words only.
                    let is_name =
                        link.target.starts_with("[[") || deep_path(&link.target).is_some();
                    Hole::Written(if is_name { String::new() } else { link.target.clone() })
                }
            };
            match &hole {
                Hole::Page(to, fragment) => {
                    found.edges.push(Edge { from: index, label: links_to.clone(), to: *to });
                    let written = page.source.as_ref().filter(|_| page.stands_for.is_none());
                    if let (Some(path), Some(id)) =
                        (written, unknown_place(&self.pages[*to], fragment))
                    {
                        let at = At::new(path, link.range.clone());
                        let suggests = found.diags.len() < SUGGESTIONS;
                        let diag = Diag { at, ..no_place(&self.pages[*to], &id, suggests) };
                        found.diags.push(diag.into());
                    }
                }
                Hole::File(path, _) => found.files.push(path.clone()),
                Hole::Written(_) => {}
            }
            found.holes.push(hole);
        }
        found
    }

    /// Finds where a link goes; the place of a returned remark is filled in by the caller.
    fn find(&self, site: &Site, page: &Page, target: &str) -> Result<Hole, Nowhere> {
        if let Some(name) = target.strip_prefix("[[").and_then(|name| name.strip_suffix("]]")) {
            return self.by_name(site, page, name);
        }
        if let Some(path) = deep_path(target) {
            return self.in_application(site, page, path).ok_or_else(|| {
                let (message, help) = refusal(target);
                let diag =
                    Diag::warning(Code::BrokenLink, At::new(&TreePath::of("x"), 0..0), message);
                let scheme = target.split_inclusive("://").next().map(str::to_owned);
                Nowhere { diag: diag.help(help), missing: scheme }
            });
        }
        // What another program would have filled in was noted where it stands.
        if target.contains("{{") || target.contains("{%") {
            return Ok(Hole::Written(String::new()));
        }
        // Zola writes `@/` for the folder of all content.
        let target =
            target.strip_prefix('@').filter(|rest| rest.starts_with('/')).unwrap_or(target);
        let split = target.find(['#', '?']).unwrap_or(target.len());
        let (path, rest) = target.split_at(split);
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        if decoded.is_empty() {
            let own = site.page(&page.id);
            return Ok(match own {
                Some(own) if rest.starts_with('#') => Hole::Page(own, rest.to_owned()),
                _ => Hole::Written(target.to_owned()),
            });
        }
        let content = &site.config.content;
        let file = page.source.as_ref().map_or("", |path| path.folder());
        let folder = file.strip_prefix(content.as_str()).unwrap_or(file).trim_start_matches('/');
        let from_file = join(folder, &decoded);
        let from_root = decoded.strip_prefix('/');
        // Generators differ: some read a link from the file, some from the page's address.
        let others: [&dyn Fn() -> Option<String>; 5] = [
            &|| join(&page.id.folder, from_root?),
            &|| join(&page.address(), &decoded),
            // Hugo and Docusaurus put the files of `static/` at the root, VitePress those of `public/`.
            &|| join("static", from_root?),
            &|| join("public", from_root?),
            // `/docs/page` was written where this folder lay in a folder `docs`.
            &|| {
                let (top, rest) = from_root?.split_once('/')?;
                let is_above = !site.config.configured && !self.tops.contains(top);
                if is_above && !rest.trim_matches('/').is_empty() { join("", rest) } else { None }
            },
        ];
        let others = others.iter().filter_map(|other| other());
        for candidate in from_file.iter().cloned().chain(others) {
            let own = self.in_language(site, page, &candidate, rest);
            if let Some(hole) = own.or_else(|| self.at(content, &candidate, rest)) {
                return Ok(hole);
            }
        }
        if !site.config.configured
            && let Some(hole) = self.elsewhere(site, page, &from_file, from_root, rest)
        {
            return Ok(hole);
        }
        let wanted = from_file.unwrap_or_else(|| decoded.to_string());
        Err(self.broken(site, page, target, &wanted))
    }

    /// Finds a picture or file of a page's own language, such as `map.fr.png` for `map.png`, where
    /// languages stand in the names of files; else that of the site's first language.
    fn in_language(&self, site: &Site, page: &Page, path: &str, rest: &str) -> Option<Hole> {
        let (stem, kind) = path.rsplit_once('.').filter(|_| site.config.by_suffix)?;
        let has_own = self.files.contains_key(path);
        let codes = [Some(page.lang.as_str()), (!has_own).then(|| site.config.default_language())];
        codes.into_iter().flatten().find_map(|code| {
            let (file, _) = self.files.get_key_value(format!("{stem}.{code}.{kind}").as_str())?;
            TreePath::new(file).map(|path| Hole::File(path, rest.to_owned()))
        })
    }

    /// Finds the page that an application of its own would open: below the folder of the language, or of
    /// the first one.
    fn in_application(&self, site: &Site, page: &Page, path: &str) -> Option<Hole> {
        let (path, rest) = path.split_at(path.find(['#', '?']).unwrap_or(path.len()));
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        let first = site.config.languages.first().and_then(|lang| lang.folder.as_deref());
        let folders = [Some(page.id.folder.as_str()), first];
        let mut folders = folders.into_iter().flatten().filter(|_| !site.config.configured);
        folders.find_map(|folder| self.at(&site.config.content, &join(folder, &decoded)?, rest))
    }

    /// Finds what `[[name]]` means: a path, else the page or file of that name anywhere.
    fn by_name(&self, site: &Site, page: &Page, target: &str) -> Result<Hole, Nowhere> {
        let (name, section) = target.split_at(target.find('#').unwrap_or(target.len()));
        let section = match section.strip_prefix('#') {
            Some(block) if block.starts_with('^') => format!("#{block}"),
            // Of a path of headings, the last.
            Some(path) => format!("#{}", anchor_of(path.rsplit('#').next().unwrap_or(path))),
            None => String::new(),
        };
        if name.is_empty() {
            return self.find(site, page, &section);
        }
        let path = self.find(site, page, &format!("{name}{section}"));
        if path.is_ok() {
            return path;
        }
        let from_root = self.find(site, page, &format!("/{}{section}", name.trim_matches('/')));
        if from_root.is_ok() {
            return from_root;
        }
        let last = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
        let stem = last.strip_suffix(".md").unwrap_or(last);
        if let Some(index) = self.names().get(&name_key(stem)) {
            return Ok(Hole::Page(*index, section));
        }
        let file = self.files.iter().find(|(path, _)| path.rsplit('/').next() == Some(last));
        if let Some(path) = file.and_then(|(path, _)| TreePath::new(path)) {
            return Ok(Hole::File(path, String::new()));
        }
        if let Some(id) = self.drafts().get(&name_key(stem)) {
            return path.map_err(|nowhere| {
                let message = format!("`{target}` leads to a page that is not published");
                let help = format!("publish `{}`, or take the link out", id.path);
                Diag { message, help: Some(help), ..nowhere.diag }.into()
            });
        }
        path.map_err(|nowhere| {
            let kind = last.rsplit_once('.').map(|(_, kind)| kind.to_lowercase());
            let is_file = kind.is_some_and(|kind| MEDIA.contains(&kind.as_str()));
            let nearest = if is_file {
                among_many(last, self.files.keys().filter_map(|path| path.rsplit('/').next()))
            } else {
                among_many(&name_key(stem), self.names().keys().map(String::as_str))
            };
            let what = if is_file { "file" } else { "page" };
            let message = format!("`{target}` is the name of no {what}");
            let help = match nearest {
                Some(near) => format!("did you mean `{near}`?"),
                None if is_file => "write the name of a file of this site, or its path".to_owned(),
                None => "write the name of a page's file, or its path".to_owned(),
            };
            Diag { message, help: Some(help), ..nowhere.diag }.into()
        })
    }

    fn at(&self, content: &str, path: &str, rest: &str) -> Option<Hole> {
        let with_content = |path: &str| match content {
            "" => path.to_owned(),
            _ => format!("{content}/{path}"),
        };
        let page = |index: &PageIndex| Hole::Page(*index, rest.to_owned());
        let trimmed = path.trim_end_matches('/');
        if let Some(index) = self.by_source.get(with_content(trimmed).as_str()) {
            return Some(page(index));
        }
        if let Some((file, _)) = self.files.get_key_value(trimmed) {
            return TreePath::new(file).map(|path| Hole::File(path, rest.to_owned()));
        }
        let address = trimmed
            .strip_suffix("index.html")
            .or_else(|| trimmed.strip_suffix(".html"))
            .unwrap_or(trimmed)
            .trim_end_matches('/');
        if let Some(index) = self.by_address.get(address) {
            return Some(page(index));
        }
        // The file that a translation would have: the page that stands for it.
        if let Some(index) = trimmed.strip_suffix(".md").and_then(|stem| self.by_address.get(stem))
            && self.pages[*index].stands_for.is_some()
        {
            return Some(page(index));
        }
        for name in ["md", "mdx", "markdown"] {
            for stem in [trimmed, address] {
                let file = with_content(&format!("{stem}.{name}"));
                if let Some(index) = self.by_source.get(file.as_str()) {
                    return Some(page(index));
                }
            }
        }
        let stem = trimmed.strip_suffix(".md").unwrap_or(trimmed);
        let folder = stem.strip_suffix("/index").or_else(|| stem.strip_suffix("/README"))?;
        self.by_address.get(folder).map(page)
    }

    fn broken(&self, site: &Site, page: &Page, target: &str, wanted: &str) -> Nowhere {
        let nowhere = At::new(&TreePath::of("x"), 0..0);
        let stem = wanted.trim_end_matches('/').trim_end_matches(".md");
        let below = stem.strip_prefix(&page.id.folder).unwrap_or(stem).trim_start_matches('/');
        let id = PageId { folder: page.id.folder.clone(), path: below.to_owned() };
        if self.unpublished.contains(&id) {
            let message = format!("`{target}` leads to a page that is not published");
            let diag = Diag::error(Code::BrokenLink, nowhere, message);
            return diag.help("publish it, or take the link out").into();
        }
        let diag = Diag::error(Code::BrokenLink, nowhere, format!("`{target}` leads nowhere"));
        let content = &site.config.content;
        let full =
            if content.is_empty() { wanted.to_owned() } else { format!("{content}/{wanted}") };
        let folder = full.rsplit_once('/').map_or("", |(folder, _)| folder);
        let name = full.rsplit('/').next().unwrap_or(&full);
        let own = page.source.as_ref().filter(|path| path.folder() == folder);
        let own = own.map(|path| path.file_name());
        let neighbours = self.neighbours().get(folder).map_or(&[][..], Vec::as_slice);
        let near = among_many(name, neighbours.iter().copied().filter(|name| Some(*name) != own));
        let diag = match near {
            Some(near) => diag.help(format!("did you mean `{near}`?")),
            None if wanted.starts_with("..") || wanted.contains("/../") => {
                diag.help("it leaves the folder of the site; link to a page or file within it")
            }
            None if target.starts_with("www.") => diag.help(format!("write `https://{target}`")),
            None if is_mail(target) => diag.help(format!("write `mailto:{target}`")),
            None => {
                let missing = self.missing_folder(&full).map(str::to_owned);
                return Nowhere { diag: diag.help(format!("there is no file `{full}`")), missing };
            }
        };
        diag.into()
    }

    /// Returns the first folder of a path that is not there.
    fn missing_folder<'p>(&self, path: &'p str) -> Option<&'p str> {
        let folders = self.folders.get_or_init(|| {
            let ends = |path: &'a str| path.match_indices('/').map(|(at, _)| &path[..at]);
            self.source.iter().flat_map(|(path, _)| ends(path.as_str())).collect()
        });
        let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
        above.find(|folder| !folder.is_empty() && !folders.contains(folder))
    }
}

/// Returns the page in the language of the page that links to it, where a link cannot name that one:
/// languages stand in the names of files and a link names the file without one, or a page with prose
/// of another language links as that language does.
fn in_own_language(site: &Site, page: &Page, to: PageIndex, target: &str) -> PageIndex {
    if !site.config.by_suffix && page.stands_for.is_none() {
        return to;
    }
    // A link that names a file of another language means that, and so does one that begins with it.
    let begin = target.strip_prefix('/').and_then(|path| Some(path.split_once('/')?.0));
    let begin = begin.filter(|_| page.stands_for.is_none() && !site.config.configured);
    let begin = begin.and_then(|name| site.config.language_named(name));
    if begin.is_some_and(|lang| lang.code == site.pages[to].lang) {
        return to;
    }
    let named = site.pages[to].source.as_ref();
    let has_language = |path: &TreePath| {
        let below = path.below(&site.config.content).unwrap_or(path.as_str());
        site.config.suffix_language(path.stem()).is_some()
            || site.config.translated(below).is_some()
    };
    if page.stands_for.is_none() && named.is_some_and(has_language) {
        return to;
    }
    site.sibling(page, &site.pages[to].id.path).unwrap_or(to)
}

/// Returns the nearest candidate; of very many, one that begins with the same letter, because all
/// links that lead nowhere ask for theirs.
fn among_many<'c>(
    word: &str,
    candidates: impl Iterator<Item = &'c str> + Clone,
) -> Option<&'c str> {
    const MANY: usize = 500;
    let first = |text: &str| text.chars().next().map(|c| c.to_lowercase().to_string());
    match candidates.clone().nth(MANY) {
        None => nearest(word, candidates),
        Some(_) => {
            let letter = first(word);
            nearest(word, candidates.filter(|candidate| first(candidate) == letter))
        }
    }
}

/// Returns the name of a page as links by name compare it.
fn name_key(name: &str) -> String {
    name.to_lowercase().replace([' ', '_'], "-")
}

/// Returns true for what looks like an address of mail.
fn is_mail(target: &str) -> bool {
    target.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !target.contains(['/', ' '])
    })
}

/// Returns the id that a heading's words give it.
fn anchor_of(heading: &str) -> String {
    let words = heading.trim().to_lowercase();
    let letters = words.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    letters.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Joins a relative path to a folder; `None` when it leaves the content.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = match path.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder.split('/').filter(|part| !part.is_empty()).collect(),
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the part after `#` as the page has it. Other programs give the title a place of its own,
/// and make other ids of the same words.
pub fn to_place(page: &Page, fragment: String, is_own: bool) -> String {
    let Some(id) = fragment.strip_prefix('#').filter(|id| !id.is_empty()) else { return fragment };
    if page.anchors.has(id) {
        return fragment;
    }
    if anchor_of(&page.title) == id {
        return if is_own { "#top".to_owned() } else { String::new() };
    }
    match page.anchors.alike(&percent_decode_str(id).decode_utf8_lossy()) {
        Some(one) => format!("#{one}"),
        None => fragment,
    }
}

/// Returns the part after `#`, where it names nothing on the page.
fn unknown_place(page: &Page, fragment: &str) -> Option<String> {
    let id = percent_decode_str(fragment.strip_prefix('#')?).decode_utf8_lossy();
    // A page that was made, not written, gets its headings from a template.
    let made = page.source.as_ref().is_none_or(|path| !is_markdown(path));
    // What another program would have added to a page was noted there.
    let unknowable = made || page.is_partial;
    let is_known = id.is_empty() || id == "top" || id.starts_with("fn") || page.anchors.has(&id);
    (!is_known && !unknowable).then(|| id.into_owned())
}

/// Says that a page has no place of this id, and which one may be meant.
fn no_place(page: &Page, id: &str, suggests: bool) -> Diag {
    let nowhere = At::new(&TreePath::of("x"), 0..0);
    let message = format!("`{}` has no heading `#{id}`", page.title);
    let diag = Diag::warning(Code::BrokenAnchor, nowhere, message);
    let near = suggests.then(|| among_many(id, page.anchors.iter())).flatten();
    match near {
        Some(near) => diag.help(format!("did you mean `#{near}`?")),
        None => diag.help("write the words of a heading, in small letters and with hyphens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leaves_the_content_is_none() {
        assert_eq!(join("en/a", "../b/./c.md").as_deref(), Some("en/b/c.md"));
        assert_eq!(join("en", "../../etc/passwd"), None);
        assert_eq!(join("en", "/fr/x").as_deref(), Some("fr/x"));
    }
}
