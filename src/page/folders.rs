//! What files of other programs say of a folder: its name, its place and what it is about.

use std::collections::HashMap;

use crate::{
    config::Config,
    front::{self, Node, Notation, Raw},
    tree::{Tree, TreePath},
};

use super::{Page, PageId, locate};

/// What a folder's own file says of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Folder {
    /// Empty where the file gives none.
    pub title: String,
    /// Plain text; empty where the file gives none.
    pub summary: String,
    /// Its place among its neighbours, as `Page::order`.
    pub order: Option<i64>,
}

/// Returns true for the name of a file in which another program says what its folder is called:
/// Docusaurus, MkDocs with its list of pages, Umbrella.
pub fn describes_folder(name: &str) -> bool {
    const NAMES: [&str; 5] =
        ["_category_.json", "_category_.yml", "_category_.yaml", ".category.yml", ".pages"];
    NAMES.contains(&name)
}

/// Reads the files of other programs that describe folders, of a site that nobody configured, and the order
/// of the pages that MkDocs has listed. A file that cannot be read says nothing: it is none of this
/// program's.
pub fn read_folders(source: &Tree, config: &Config) -> HashMap<PageId, Folder> {
    let mut folders = HashMap::new();
    if config.configured {
        return folders;
    }
    for name in ["mkdocs.yml", "mkdocs.yaml"] {
        if let Some(text) = source.text(&TreePath::of(name)) {
            Contents::read(text, config, &mut folders);
        }
    }
    for (path, blob) in source.iter().filter(|(path, _)| describes_folder(path.file_name())) {
        let text = blob.bytes().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(text) = text.map(|text| text.trim_start_matches('\u{feff}')) else { continue };
        let Ok(node) = front::read(Notation::Yaml, text, 0..text.len()) else { continue };
        if let Some(id) = id_of(&format!("{}/index.md", path.folder()), config) {
            let known: Folder = folders.remove(&id).unwrap_or_default();
            let own = folder_of(&node);
            let order = own.order.or(known.order);
            let title = if own.title.is_empty() { known.title } else { own.title };
            let summary = if own.summary.is_empty() { known.summary } else { own.summary };
            folders.insert(id, Folder { title, summary, order });
        }
    }
    folders
}

/// The contents of a site as MkDocs lists them: `nav` in `mkdocs.yml`.
struct Contents<'c> {
    config: &'c Config,
    /// Where the files lie that are listed.
    folder: String,
    folders: &'c mut HashMap<PageId, Folder>,
    count: i64,
}

/// Sections within sections are read this deep.
const DEPTH: usize = 20;

impl<'c> Contents<'c> {
    fn read(text: &str, config: &'c Config, folders: &'c mut HashMap<PageId, Folder>) {
        let text = text.trim_start_matches('\u{feff}');
        // Much in such a file is written for its own program only, so no more than the list is read.
        let mut lines = text.lines().skip_while(|line| !line.starts_with("nav:"));
        let Some(first) = lines.next() else { return };
        let is_within =
            |line: &&str| line.is_empty() || line.starts_with([' ', '\t', '-', '#', '\r']);
        let mut list = format!("{first}\n");
        for line in lines.take_while(is_within) {
            list.push_str(line);
            list.push('\n');
        }
        let named = text.lines().find_map(|line| line.strip_prefix("docs_dir:"));
        let folder = named
            .unwrap_or("docs")
            .split(" #")
            .next()
            .unwrap_or_default()
            .trim()
            .trim_matches(['"', '\'', '/']);
        let folder = folder.strip_prefix('.').unwrap_or(folder).trim_matches('/').to_owned();
        if let Ok(node) = front::read(Notation::Yaml, &list, 0..list.len())
            && let Some(nav) = node.get("nav")
        {
            let mut contents = Self { config, folder, folders, count: 0 };
            contents.list(nav, 0);
        }
    }

    /// Reads a list, and returns the folder in which all lies that it lists.
    fn list(&mut self, node: &Node, depth: usize) -> Option<String> {
        let Raw::List(items) = &node.raw else { return None };
        let mut within: Option<String> = None;
        for item in items.iter().filter(|_| depth < DEPTH) {
            let entries = match item.table() {
                Some(entries) => entries.iter().map(|(key, node)| (&*key.name, node)).collect(),
                None => vec![("", item)],
            };
            for (title, node) in entries {
                let begins = self.count;
                let folder = match node.text() {
                    Some(path) => self.page(path),
                    None => {
                        let folder = self.list(node, depth + 1);
                        if let Some(folder) = folder.as_deref().filter(|it| !it.is_empty()) {
                            self.section(folder, title, begins);
                        }
                        folder
                    }
                };
                within = match (within, folder) {
                    (Some(one), Some(other)) => Some(shared(&one, &other).to_owned()),
                    (one, other) => one.or(other),
                };
            }
        }
        within
    }

    fn page(&mut self, path: &str) -> Option<String> {
        let path = path.trim().trim_start_matches("./");
        let id = id_of(&format!("{}/{path}", self.folder), self.config)?;
        if !path.ends_with(".md") {
            return None;
        }
        let known = self.folders.entry(id).or_default();
        known.order = known.order.or(Some(self.count));
        self.count += 1;
        Some(path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned())
    }

    fn section(&mut self, folder: &str, title: &str, order: i64) {
        let Some(id) = id_of(&format!("{}/{folder}/index.md", self.folder), self.config) else {
            return;
        };
        let known = self.folders.entry(id).or_default();
        if known.title.is_empty() {
            title.clone_into(&mut known.title);
        }
        known.order = Some(known.order.map_or(order, |known| known.min(order)));
    }
}

/// Returns the folder that holds both.
fn shared<'a>(one: &'a str, other: &str) -> &'a str {
    let mut end = 0;
    for (part, same) in one.split('/').zip(other.split('/')) {
        if part != same {
            break;
        }
        end += part.len() + usize::from(end > 0);
    }
    &one[..end]
}

/// Reads the keys of Docusaurus (`label`, `position`, `link.description`) and those that other programs
/// have for the same (`title`, `index`, `description`).
fn folder_of(node: &Node) -> Folder {
    let text = |keys: [&str; 2]| {
        let mut texts = keys.iter().filter_map(|key| node.get(key)?.text());
        texts.find(|text| !text.trim().is_empty()).unwrap_or_default()
    };
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let linked = node.get("link").and_then(|link| link.get("description")?.text());
    let order = text(["position", "index"]).parse::<f64>().ok();
    Folder {
        title: line(text(["label", "title"])),
        summary: line(linked.unwrap_or_else(|| text(["description", "summary"]))),
        order: order.map(|order| order.round() as i64),
    }
}

/// Returns what the page of a file is called, or `None` for a file outside the content.
fn id_of(path: &str, config: &Config) -> Option<PageId> {
    let mut page = Page::default();
    let path = TreePath::new(path.trim_start_matches('/'))?;
    path.below(&config.content)?;
    locate(&mut page, &path, config);
    Some(page.id)
}
