//! What files of other programs say of a folder: its name, its place and what it is about.

use std::collections::HashMap;

use crate::{
    config::Config,
    front::{self, Node, Notation},
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

/// Reads the files of other programs that describe folders, of a site that nobody configured. A file that
/// cannot be read says nothing: it is none of this program's.
pub fn read_folders(source: &Tree, config: &Config) -> HashMap<PageId, Folder> {
    let mut folders = HashMap::new();
    if config.configured {
        return folders;
    }
    for (path, blob) in source.iter().filter(|(path, _)| describes_folder(path.file_name())) {
        let text = blob.bytes().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(text) = text.map(|text| text.trim_start_matches('\u{feff}')) else { continue };
        let Ok(node) = front::read(Notation::Yaml, text, 0..text.len()) else { continue };
        if let Some(id) = id_of(path.folder(), config) {
            folders.insert(id, folder_of(&node));
        }
    }
    folders
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

/// Returns what the page of a folder is called, or `None` for a folder outside the content.
fn id_of(folder: &str, config: &Config) -> Option<PageId> {
    let mut page = Page::default();
    let path = TreePath::new(&format!("{folder}/index.md"))?;
    path.below(&config.content)?;
    locate(&mut page, &path, config);
    Some(page.id)
}
