//! Trees to and from disk: the only room that says `std::fs`, with the program's other edges.

mod write;

pub use write::{
    Spool, Staged, Written, is_empty_folder, publish, stage, write, write_new, write_over,
};

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use walkdir::WalkDir;

use crate::{
    config::naming_files,
    page::{describes_folder, is_markdown},
    tree::{Blob, Digest, MANIFEST, Tree, TreePath},
};

/// Files larger than this stay on disk, in bytes; only their digest is read.
const IN_MEMORY: u64 = 1024 * 1024;
/// The deepest folder that is read.
pub const DEPTH_LIMIT: usize = 64;
/// The most files a site may have.
pub const FILE_COUNT_LIMIT: usize = 1_000_000;

/// What was found on disk, and what could not be read.
pub struct Source {
    /// The files, by their paths below the folder of the site.
    pub tree: Tree,
    /// Files and folders that were left out, and why.
    pub skipped: Vec<(String, String)>,
}

/// Finds the site that a folder belongs to: the nearest folder upwards that holds
/// `content/site.toml`, else the folder itself.
pub fn find_root(start: &Path) -> PathBuf {
    let start = start.canonicalize().unwrap_or_else(|_| start.to_path_buf());
    let holds_site = |folder: &&Path| folder.join(crate::config::SITE_FILE).is_file();
    start.ancestors().find(holds_site).map_or(start.clone(), Path::to_path_buf)
}

/// Reads the source of a site. With `content/` only `content`, `themes` and the texts of `index`
/// are read; else the whole folder, but for hidden files, the output and what Tantivy wrote.
///
/// # Errors
/// When the folder itself cannot be read.
pub fn read_source(root: &Path, out: &Path) -> io::Result<Source> {
    let root = root.canonicalize()?;
    if !root.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "this is no folder"));
    }
    let mut read = Source { tree: Tree::default(), skipped: Vec::new() };
    let place = Place::new(root, out);
    for folder in place.parts() {
        // An empty site must not take the place of one whose folder lies elsewhere.
        if !folder.canonicalize()?.starts_with(&place.root) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let message =
                format!("`{name}` is a link that leads out of the site's folder; move it there");
            return Err(io::Error::other(message));
        }
        place.read_folder(&folder, &mut read);
    }
    Ok(read)
}

/// Reads again what has changed: files and folders that were written, moved or removed.
///
/// # Errors
/// When the folder itself cannot be read.
pub fn read_again(
    read: &mut Source,
    root: &Path,
    out: &Path,
    changed: &[PathBuf],
) -> io::Result<()> {
    let root = root.canonicalize()?;
    let place = Place::new(root, out);
    let parts = place.parts();
    let is_whole = |path: &PathBuf| *path == place.root || parts.contains(path);
    if changed.iter().any(is_whole) {
        *read = read_source(&place.root, out)?;
        return Ok(());
    }
    for path in changed {
        let Ok(relative) = path.strip_prefix(&place.root) else { continue };
        let shown = relative.to_string_lossy().replace('\\', "/");
        read.tree.remove_below(&shown);
        let below = |skipped: &str| {
            skipped
                .strip_prefix(&*shown)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        read.skipped.retain(|(skipped, _)| !below(skipped));
        let is_part = parts.iter().any(|part| path.starts_with(part));
        if is_part && fs::symlink_metadata(path).is_ok() && place.is_wanted_with_folders(path) {
            place.read_folder(path, read);
        }
    }
    Ok(())
}

const CONTENT: &str = "content";

/// Where a site lies, and what of it is read.
struct Place {
    root: PathBuf,
    /// The folder to which a build writes. Nothing there belongs to the site, unless somebody else keeps
    /// files under that name: a build writes elsewhere then, and takes them for its own.
    out: Option<PathBuf>,
    has_content: bool,
}

/// Returns true for what editors and systems leave beside a file: copies, locks, views of folders. A
/// copy of a draft must not be published.
fn is_leftover(name: &str) -> bool {
    let ends = ["~", ".bak", ".orig", ".rej", ".swp", ".tmp"];
    ends.iter().any(|end| name.ends_with(end))
        || name.starts_with("~$")
        || (name.starts_with('#') && name.ends_with('#'))
        || matches!(name, "Thumbs.db" | "desktop.ini")
}

/// Folders of Jekyll that hold no pages: what is not finished, and what its pages are made with.
const NO_PAGES: [&str; 5] = ["_drafts", "_includes", "_layouts", "_sass", "_site"];

/// The hidden folder of GitBook. Its pictures are read, and nothing else in it.
const GITBOOK: &str = ".gitbook";

/// Returns true for what Docusaurus and others put into pages and do not show alone.
fn is_part(name: &str) -> bool {
    name.starts_with('_') && !name.starts_with("_index.") && is_text(name)
}

/// Returns true for a file of Markdown.
fn is_text(name: &str) -> bool {
    let lower = name.to_lowercase();
    [".md", ".mdx", ".markdown"].iter().any(|end| lower.ends_with(end))
}

impl Place {
    fn new(root: PathBuf, out: &Path) -> Self {
        let out = out.canonicalize().unwrap_or_else(|_| out.to_path_buf());
        let out = Some(out).filter(|out| write::is_ours(out));
        Self { has_content: root.join(CONTENT).is_dir(), root, out }
    }

    /// Returns true for a folder that nobody configured.
    fn is_any_folder(&self) -> bool {
        !self.root.join(CONTENT).join("site.toml").is_file()
    }

    /// Returns the folders that are read.
    fn parts(&self) -> Vec<PathBuf> {
        match self.has_content {
            true => {
                let parts = [CONTENT, "themes", "index"].map(|part| self.root.join(part));
                let folders = parts.into_iter().filter(|part| part.is_dir());
                // Beside them lies what says to another program how the site is called.
                let is_file = |path: &PathBuf| {
                    fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_file())
                };
                let files = naming_files().filter(|_| self.is_any_folder());
                let files = files.map(|name| self.root.join(name)).filter(is_file);
                folders.chain(files).collect()
            }
            false => vec![self.root.clone()],
        }
    }

    /// Returns true for a path below a part that is read: not hidden, not written by a build.
    fn is_wanted(&self, path: &Path, is_folder: bool) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_heavy = !self.has_content && matches!(&*name, "node_modules" | "target");
        let is_left_out = || {
            let is_jekylls = NO_PAGES.contains(&&*name) && self.is_any_folder();
            is_heavy || is_jekylls || is_tantivy(path) || path.join(MANIFEST).is_file()
        };
        let above = path.strip_prefix(&self.root).ok().and_then(Path::parent);
        let is_in = |folder: &str| above.is_some_and(|above| above.ends_with(folder));
        let is_gitbook = || name == GITBOOK && is_folder && self.is_any_folder();
        let is_hidden = is_leftover(&name)
            || match is_in(GITBOOK) {
                true => name != "assets",
                false => {
                    let describes =
                        || !is_folder && describes_folder(&name) && self.is_any_folder();
                    name.starts_with('.') && !is_gitbook() && !describes()
                }
            }
            || (is_text(&name) && above.is_some_and(|it| it.iter().any(|part| part == GITBOOK)));
        !is_hidden && self.out.as_deref() != Some(path) && !(is_folder && is_left_out())
    }

    /// Returns true for a path that is wanted, and so are all folders above it.
    fn is_wanted_with_folders(&self, path: &Path) -> bool {
        let parts = self.parts();
        let above = path.ancestors().take_while(|above| !parts.iter().any(|part| part == above));
        above.into_iter().all(|above| self.is_wanted(above, above.is_dir()))
    }

    fn read_folder(&self, folder: &Path, read: &mut Source) {
        let root = &self.root;
        let depth = folder.strip_prefix(root).map_or(0, |below| below.components().count());
        let limit = DEPTH_LIMIT.saturating_sub(depth.saturating_sub(1));
        let walk = WalkDir::new(folder).follow_links(true).max_depth(limit).sort_by_file_name();
        let wanted = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || self.is_wanted(entry.path(), entry.file_type().is_dir())
        };
        let mut files: Vec<(TreePath, PathBuf, String)> = Vec::new();
        let mut walk = walk.into_iter().filter_entry(wanted);
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(folder);
                    // Some editors lock a file by a link that leads nowhere.
                    if path != folder && !self.is_wanted(path, false) {
                        continue;
                    }
                    let is_link = fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink());
                    let path = path.strip_prefix(root).unwrap_or(path);
                    let path = path.to_string_lossy().into_owned();
                    let why = match error.loop_ancestor() {
                        Some(_) => "a loop of links".to_owned(),
                        None if is_link => "a link that leads nowhere".to_owned(),
                        None => error
                            .into_io_error()
                            .map_or("cannot be read".to_owned(), |error| error.to_string()),
                    };
                    read.skipped.push((path, why));
                    continue;
                }
            };
            if entry.depth() == limit && entry.file_type().is_dir() {
                let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
                let why = format!("folders are read {DEPTH_LIMIT} deep");
                read.skipped.push((path.to_string_lossy().into_owned(), why));
            }
            // A link may point anywhere; what lies outside the site is not the site's.
            let outside = entry.path_is_symlink()
                && !entry.path().canonicalize().is_ok_and(|target| target.starts_with(root));
            if outside && entry.file_type().is_dir() {
                walk.skip_current_dir();
            } else if !entry.file_type().is_file() {
                continue;
            }
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let shown = relative.to_string_lossy().replace('\\', "/");
            if outside {
                read.skipped.push((shown, "a link that leads out of the site".to_owned()));
                continue;
            }
            if is_part(&entry.file_name().to_string_lossy()) && self.is_any_folder() {
                let why = "its name begins with `_`, as what is shown in other pages";
                read.skipped.push((shown, why.to_owned()));
                continue;
            }
            // Only where it parts folders; elsewhere it is a character of the name.
            let path = relative.to_str().map(|path| match cfg!(windows) {
                true => path.replace('\\', "/"),
                false => path.to_owned(),
            });
            let Some(path) = path.as_deref().and_then(TreePath::new) else {
                let why = "the name is no UTF-8 text or holds a backslash";
                read.skipped.push((shown, why.to_owned()));
                continue;
            };
            // An address is mended; a file keeps its name.
            if path.as_str().contains(char::is_control) && !is_markdown(&path) {
                let why = "its name holds a character that cannot be shown";
                read.skipped.push((shown, why.to_owned()));
                continue;
            }
            if read.tree.len() + files.len() >= FILE_COUNT_LIMIT {
                read.skipped.push((shown, format!("a site may have {FILE_COUNT_LIMIT} files")));
                break;
            }
            files.push((path, entry.into_path(), shown));
        }
        let blobs: Vec<_> = files
            .par_iter()
            .map(|(path, file, _)| {
                let kind = path.extension();
                let is_table = matches!(kind.as_str(), "toml" | "tsv" | "csv");
                read_blob(file, is_markdown(path) || is_table)
            })
            .collect();
        for ((path, _, shown), blob) in files.into_iter().zip(blobs) {
            match blob {
                Ok(blob) => read.tree.insert(path, blob),
                Err(error) => read.skipped.push((shown, error.to_string())),
            }
        }
    }
}

/// Leaves the texts of pages on disk, once they have been read: a large site has many.
pub fn let_go(tree: &mut Tree, root: &Path) {
    let pages: Vec<TreePath> =
        tree.iter().map(|(path, _)| path).filter(|path| is_markdown(path)).cloned().collect();
    for path in pages {
        if let Some(blob) = tree.get(&path) {
            let left = Blob::on_disk(root.join(path.as_str()), blob.length(), blob.digest());
            tree.insert(path, left);
        }
    }
}

/// Reads texts again that were left on disk, as far as they are there and have not changed.
pub fn recall<'a>(tree: &mut Tree, paths: impl IntoIterator<Item = &'a TreePath>) {
    for path in paths {
        let Some(blob) = tree.get(path).filter(|blob| blob.length() <= crate::page::FILE_LIMIT)
        else {
            continue;
        };
        let found = blob.file().and_then(|file| fs::read(file).ok()).map(Blob::new);
        if let Some(found) = found.filter(|found| found.digest() == blob.digest()) {
            tree.insert(path.clone(), found);
        }
    }
}

/// Returns true for a folder that holds a Tantivy index.
fn is_tantivy(folder: &Path) -> bool {
    folder.join("meta.json").is_file() && folder.join("vademecum.json").is_file()
}

/// Reads a file, or leaves a large one where it is; what the program itself reads is a text.
fn read_blob(path: &Path, is_text: bool) -> io::Result<Blob> {
    let length = fs::metadata(path)?.len();
    if length <= IN_MEMORY || (is_text && length <= crate::page::FILE_LIMIT) {
        return Ok(Blob::new(fs::read(path)?));
    }
    Ok(Blob::on_disk(path.to_path_buf(), length, digest_of(path)?))
}

fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    let mut file = fs::File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
    }
    Digest::from_hex(hasher.finalize().to_hex().as_str())
        .ok_or_else(|| io::Error::other("a digest that is none"))
}

/// Opens a file that is no part of a site, to be read from its beginning.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> io::Result<impl io::Read> {
    Ok(io::BufReader::with_capacity(1 << 20, fs::File::open(path)?))
}

/// Returns the bytes of a blob, wherever they are.
///
/// # Errors
/// When they were left on disk and cannot be read now.
pub fn bytes_of(blob: &Blob) -> io::Result<Vec<u8>> {
    match (blob.bytes(), blob.file()) {
        (Some(bytes), _) => Ok(bytes.to_vec()),
        (None, Some(path)) => fs::read(path),
        (None, None) => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_leave_behind_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.md", "a.md~", "a.md.bak", "#a.md#", "~$a.docx", "Thumbs.db", "bak.md"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let read = read_source(folder.path(), &folder.path().join("public")).unwrap();
        let names: Vec<&str> = read.tree.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["a.md", "bak.md"]);
    }

    #[test]
    fn of_hidden_files_only_pictures_of_gitbook_and_names_of_folders_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            ".git/a.md",
            ".gitbook/assets/a.png",
            ".gitbook/assets/a.md",
            ".gitbook/assets/b/a.md",
            ".gitbook/includes/a.md",
            "b/.gitbook/x.md",
            "b/.category.yml",
            "b/.other.yml",
            "c/.pages",
            "d/.pages/secret.md",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let read = read_source(folder.path(), &folder.path().join("public")).unwrap();
        let names: Vec<&str> = read.tree.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, [".gitbook/assets/a.png", "b/.category.yml", "c/.pages"]);
        fs::create_dir(folder.path().join("content")).unwrap();
        fs::write(folder.path().join("content/site.toml"), "").unwrap();
        fs::write(folder.path().join("content/.pages"), "x").unwrap();
        let read = read_source(folder.path(), &folder.path().join("public")).unwrap();
        let names: Vec<&str> = read.tree.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["content/site.toml"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_site_and_loops_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(root.join("a/x.md"), "x").unwrap();
        fs::write(folder.path().join("secret.md"), "s").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret.md"), root.join("secret.md"))
            .unwrap();
        std::os::unix::fs::symlink(&root, root.join("a/loop")).unwrap();
        let read = read_source(&root, &root.join("public")).unwrap();
        assert_eq!(read.tree.len(), 1);
        assert_eq!(read.skipped.len(), 2, "{:?}", read.skipped);
    }

    #[test]
    fn what_names_the_site_is_read_beside_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let (root, out) = (folder.path(), folder.path().join("public"));
        fs::create_dir(root.join("content")).unwrap();
        fs::create_dir(root.join("book.toml")).unwrap();
        fs::write(root.join("content/a.md"), "").unwrap();
        fs::write(root.join("hugo.toml"), "title = 'x'").unwrap();
        fs::write(root.join("other.toml"), "").unwrap();
        let mut read = read_source(root, &out).unwrap();
        let names = |read: &Source| -> Vec<String> {
            read.tree.iter().map(|(path, _)| path.to_string()).collect()
        };
        assert_eq!(names(&read), ["content/a.md", "hugo.toml"]);
        let file = root.canonicalize().unwrap().join("hugo.toml");
        fs::write(&file, "title = 'y'").unwrap();
        read_again(&mut read, root, &out, std::slice::from_ref(&file)).unwrap();
        assert_eq!(read.tree.text(&TreePath::of("hugo.toml")), Some("title = 'y'"));
        fs::remove_file(&file).unwrap();
        read_again(&mut read, root, &out, &[file]).unwrap();
        assert_eq!(names(&read), ["content/a.md"]);
        fs::write(root.join("hugo.toml"), "title = 'x'").unwrap();
        fs::write(root.join("content/site.toml"), "").unwrap();
        let read = read_source(root, &out).unwrap();
        assert_eq!(names(&read), ["content/a.md", "content/site.toml"]);
    }
}
