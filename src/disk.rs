//! Trees to and from disk: the only room that says `std::fs`, with the program's other edges.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use crate::tree::{Blob, Digest, Tree, TreePath};

/// Files larger than this stay on disk, in bytes; only their digest is read.
const IN_MEMORY: u64 = 1024 * 1024;
/// The deepest folder that is read.
pub const DEPTH_LIMIT: usize = 64;
/// The most files a site may have.
pub const FILE_COUNT_LIMIT: usize = 1_000_000;
/// The file in an output folder that says which files we wrote there.
const MANIFEST: &str = ".vademecum";

/// What was found on disk, and what could not be read.
pub struct Source {
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
    let out = out.canonicalize().unwrap_or_else(|_| out.to_path_buf());
    let mut read = Source { tree: Tree::default(), skipped: Vec::new() };
    if root.join("content").is_dir() {
        for part in ["content", "themes", "index"] {
            if root.join(part).is_dir() {
                read_folder(&root, &root.join(part), &out, &mut read);
            }
        }
    } else {
        read_folder(&root, &root, &out, &mut read);
    }
    Ok(read)
}

fn read_folder(root: &Path, folder: &Path, out: &Path, read: &mut Source) {
    let walk = WalkDir::new(folder).follow_links(true).max_depth(DEPTH_LIMIT).sort_by_file_name();
    let wanted = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let hidden = name.starts_with('.') && entry.depth() > 0;
        let is_index = entry.depth() > 0 && entry.file_type().is_dir() && is_tantivy(entry.path());
        let heavy = entry.file_type().is_dir()
            && matches!(&*name, "node_modules" | "target")
            && !root.join("content").is_dir();
        !hidden && !is_index && !heavy && entry.path() != out && !is_output(entry)
    };
    let mut walk = walk.into_iter().filter_entry(wanted);
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(folder);
                let is_link = fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink());
                let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
                let why = match error.loop_ancestor() {
                    Some(_) => "a loop of links".to_owned(),
                    None if is_link => "a link that leads nowhere".to_owned(),
                    None => {
                        error.into_io_error().map_or("cannot be read".to_owned(), |e| e.to_string())
                    }
                };
                read.skipped.push((path, why));
                continue;
            }
        };
        if entry.depth() == DEPTH_LIMIT && entry.file_type().is_dir() {
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
        let path = relative.to_str().map(|path| path.replace('\\', "/"));
        let Some(path) = path.as_deref().and_then(TreePath::new) else {
            read.skipped.push((shown, "the name is no UTF-8 text or holds a backslash".to_owned()));
            continue;
        };
        if read.tree.len() >= FILE_COUNT_LIMIT {
            read.skipped.push((shown, format!("a site may have {FILE_COUNT_LIMIT} files")));
            return;
        }
        match read_blob(entry.path()) {
            Ok(blob) => read.tree.insert(path, blob),
            Err(error) => read.skipped.push((shown, error.to_string())),
        }
    }
}

/// Returns true for a folder that holds a Tantivy index.
fn is_tantivy(folder: &Path) -> bool {
    folder.join("meta.json").is_file() && folder.join("vademecum.json").is_file()
}

fn is_output(entry: &walkdir::DirEntry) -> bool {
    entry.depth() > 0 && entry.file_type().is_dir() && entry.path().join(MANIFEST).is_file()
}

fn read_blob(path: &Path) -> io::Result<Blob> {
    let length = fs::metadata(path)?.len();
    let is_text = matches!(
        path.extension().and_then(|e| e.to_str()),
        Some("md" | "mdx" | "markdown" | "toml" | "tsv")
    );
    if length <= IN_MEMORY || (is_text && length <= crate::page::FILE_LIMIT) {
        return Ok(Blob::new(fs::read(path)?));
    }
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
    let digest = Digest::from_hex(hasher.finalize().to_hex().as_str())
        .ok_or_else(|| io::Error::other("a digest that is none"))?;
    Ok(Blob::on_disk(path.to_path_buf(), length, digest))
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

/// How a tree was written.
#[derive(Debug, Default, PartialEq)]
pub struct Written {
    pub changed: usize,
    pub unchanged: usize,
    pub removed: usize,
}

/// Writes a tree as a folder. At every instant the folder is wholly the old one or wholly the new:
/// files go into a folder beside it, unchanged ones linked, and then the two change places.
///
/// # Errors
/// When the disk refuses, or the folder holds files that we did not write.
pub fn write(tree: &Tree, out: &Path) -> io::Result<Written> {
    let name =
        out.file_name().ok_or_else(|| io::Error::other("the output needs a folder of its own"))?;
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    let old = read_manifest(out)?;
    let lock_path = parent.join(format!(".{}.lock", name.to_string_lossy()));
    let lock = fs::File::create(&lock_path)?;
    lock.lock()?;
    let staging = parent.join(format!(".{}.staging", name.to_string_lossy()));
    remove(&staging)?;
    let result = stage(tree, &old, out, &staging).and_then(|written| {
        exchange(&staging, out)?;
        Ok(written)
    });
    // What is left is the old folder, or what was staged before a failure.
    let cleared = remove(&staging);
    let _ = fs::remove_file(&lock_path);
    let written = result?;
    cleared?;
    Ok(written)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Reads which files we wrote into a folder, and refuses one that holds others.
fn read_manifest(out: &Path) -> io::Result<std::collections::BTreeMap<String, Digest>> {
    let mut known = std::collections::BTreeMap::new();
    if !out.exists() {
        return Ok(known);
    }
    let foreign = |path: &Path| {
        let message = format!(
            "`{}` was not written by vademecum; choose another output folder or move the file away",
            path.display()
        );
        io::Error::new(io::ErrorKind::AlreadyExists, message)
    };
    if !out.is_dir() {
        return Err(foreign(out));
    }
    let text = match fs::read_to_string(out.join(MANIFEST)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    for line in text.lines() {
        if let Some((digest, path)) = line.split_once("  ")
            && let Some(digest) = Digest::from_hex(digest)
        {
            known.insert(path.to_owned(), digest);
        }
    }
    for entry in WalkDir::new(out) {
        let entry = entry.map_err(io::Error::from)?;
        if entry.file_type().is_dir() {
            continue;
        }
        let path = entry.path().strip_prefix(out).unwrap_or(entry.path());
        let path = path.to_string_lossy().replace('\\', "/");
        // Readers of a Tantivy index leave a lock there.
        let is_lock = path.starts_with(".tantivy-") && path.ends_with(".lock");
        if path != MANIFEST && !is_lock && !known.contains_key(&path) {
            return Err(foreign(entry.path()));
        }
    }
    Ok(known)
}

fn stage(
    tree: &Tree,
    old: &std::collections::BTreeMap<String, Digest>,
    out: &Path,
    staging: &Path,
) -> io::Result<Written> {
    let mut written = Written::default();
    fs::create_dir_all(staging)?;
    let mut last_folder = PathBuf::new();
    let mut manifest = String::new();
    for (path, blob) in tree.iter() {
        let target = staging.join(path.as_str());
        if let Some(folder) = target.parent()
            && folder != last_folder
        {
            fs::create_dir_all(folder)?;
            last_folder = folder.to_path_buf();
        }
        let unchanged = old.get(path.as_str()) == Some(&blob.digest());
        let present = out.join(path.as_str());
        if unchanged && keep(&present, &target, blob).is_ok() {
            written.unchanged += 1;
        } else {
            copy_or_write(blob, &target)?;
            written.changed += 1;
        }
        manifest.push_str(&format!("{}  {path}\n", blob.digest()));
    }
    written.removed =
        old.keys().filter(|path| !tree.iter().any(|(p, _)| p.as_str() == **path)).count();
    let mut file = fs::File::create(staging.join(MANIFEST))?;
    file.write_all(manifest.as_bytes())?;
    file.sync_all()?;
    Ok(written)
}

/// Links an unchanged file into the staged folder, after a look at its length: a reader of the
/// folder may have changed it.
fn keep(present: &Path, target: &Path, blob: &Blob) -> io::Result<()> {
    if fs::symlink_metadata(present)?.len() != blob.length() {
        return Err(io::Error::other("changed"));
    }
    fs::hard_link(present, target)
}

fn copy_or_write(blob: &Blob, target: &Path) -> io::Result<()> {
    match (blob.bytes(), blob.file()) {
        (Some(bytes), _) => fs::write(target, bytes),
        (None, Some(source)) => fs::copy(source, target).map(|_| ()),
        (None, None) => Ok(()),
    }
}

/// Lets two folders change places in one step where the system can; else the old one steps aside
/// for the length of one rename.
fn exchange(staging: &Path, out: &Path) -> io::Result<()> {
    if !out.exists() {
        return fs::rename(staging, out);
    }
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, staging, CWD, out, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let aside = staging.with_extension("old");
    remove(&aside)?;
    fs::rename(out, &aside)?;
    if let Err(error) = fs::rename(staging, out) {
        fs::rename(&aside, out)?;
        return Err(error);
    }
    remove(&aside)
}

/// Writes a new file and refuses to replace one.
///
/// # Errors
/// When the file exists or the disk refuses.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
}

/// Returns true when the folder does not exist or holds nothing.
pub fn is_empty_folder(path: &Path) -> bool {
    !path.exists() || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        files.iter().map(|(path, text)| (TreePath::of(path), Blob::new(text.as_bytes()))).collect()
    }

    #[test]
    fn only_changed_files_are_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        write(&tree(&[("a", "1"), ("b/c", "2"), ("d", "3")]), &out).unwrap();
        let written = write(&tree(&[("a", "1"), ("b/c", "changed")]), &out).unwrap();
        assert_eq!(written, Written { changed: 1, unchanged: 1, removed: 1 });
        assert_eq!(fs::read_to_string(out.join("b/c")).unwrap(), "changed");
        assert!(!out.join("d").exists());
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["public"]);
    }

    #[test]
    fn a_folder_with_other_files_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        write(&tree(&[("a", "1")]), &out).unwrap();
        fs::write(out.join("thesis.doc"), "years of work").unwrap();
        assert!(write(&tree(&[("a", "2")]), &out).is_err());
        assert_eq!(fs::read_to_string(out.join("thesis.doc")).unwrap(), "years of work");
        assert_eq!(fs::read_to_string(out.join("a")).unwrap(), "1");
    }

    #[test]
    fn a_file_changed_by_hand_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        write(&tree(&[("a", "1")]), &out).unwrap();
        fs::write(out.join("a"), "longer").unwrap();
        write(&tree(&[("a", "1")]), &out).unwrap();
        assert_eq!(fs::read_to_string(out.join("a")).unwrap(), "1");
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
}
