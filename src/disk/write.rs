//! Trees to disk: at every instant a folder is wholly the old one or wholly the new.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use walkdir::WalkDir;

use crate::tree::{Blob, Digest, Keep, Tree};

use super::digest_of;

/// The file in an output folder that says which files we wrote there.
pub(super) const MANIFEST: &str = ".vademecum";

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
    publish(vec![stage(tree, out)?])
}

/// A tree written beside its folder, ready to take its place. When it is dropped nothing is left
/// beside the folder, whether it took the place or not.
pub struct Staged {
    out: PathBuf,
    staging: PathBuf,
    lock_path: PathBuf,
    /// Held until the end, so that two builds do not stage the same folder.
    _lock: fs::File,
    written: Written,
}

impl Drop for Staged {
    fn drop(&mut self) {
        // What is left is the old folder, or what was staged before a failure. What cannot be
        // removed now is removed by the next build.
        let _ = remove(&self.staging);
        let _ = fs::remove_file(&self.lock_path);
    }
}

/// A folder beside an output folder where made files wait, so that they need not lie in memory until
/// all are made. What the output folder holds already is not written again. Dropped, it is gone.
#[derive(Clone)]
pub struct Spool(Arc<Waiting>);

struct Waiting {
    folder: PathBuf,
    out: PathBuf,
    /// What the output folder holds, by digest.
    present: HashMap<Digest, String>,
    /// How many files were begun, for the names of unfinished ones.
    count: AtomicUsize,
    lock_path: PathBuf,
    /// Held until the end, so that two builds do not share a folder.
    _lock: fs::File,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next build.
        let _ = remove(&self.folder);
        let _ = fs::remove_file(&self.lock_path);
    }
}

/// Files smaller than this wait in memory, in bytes: a file of its own would cost more.
const SPOOLED: usize = 1024;

impl Spool {
    /// Opens a spool for an output folder.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open(out: &Path) -> io::Result<Self> {
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        let parent = out.parent().unwrap_or(Path::new("."));
        let lock_path = parent.join(format!(".{name}.made.lock"));
        let folder = parent.join(format!(".{name}.made"));
        let begin = || {
            fs::create_dir_all(parent)?;
            let lock = fs::File::create(&lock_path)?;
            lock.lock()?;
            remove(&folder)?;
            fs::create_dir_all(&folder)?;
            io::Result::Ok(lock)
        };
        let lock = begin().map_err(|error| unwritten(out, &error))?;
        let text = fs::read_to_string(out.join(MANIFEST)).unwrap_or_default();
        let present = text.lines().filter_map(|line| {
            let (digest, path) = line.split_once("  ")?;
            Some((Digest::from_hex(digest)?, path.to_owned()))
        });
        let present = present.collect();
        let out = out.to_path_buf();
        let count = AtomicUsize::new(0);
        Ok(Self(Arc::new(Waiting { folder, out, present, count, lock_path, _lock: lock })))
    }

    fn place(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        self.0.folder.join(&name[..2]).join(name)
    }

    fn write(&self, digest: Digest, bytes: &[u8]) -> io::Result<PathBuf> {
        bounded(bytes.len() as u64)?;
        let place = self.place(digest);
        // Two pages with the same bytes wait in one file; it has its name only when it is whole.
        if place.exists() {
            return Ok(place);
        }
        let number = self.0.count.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.0.folder.join(number.to_string());
        let written = fs::write(&unfinished, bytes).and_then(|()| {
            fs::rename(&unfinished, &place).or_else(|_| {
                fs::create_dir_all(place.parent().unwrap_or(&self.0.folder))?;
                fs::rename(&unfinished, &place)
            })
        });
        if let Err(error) = written {
            // What is left of it would take room that the disk may lack.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        Ok(place)
    }

    /// Links a file that waits here to where it belongs; refuses one that has its place already,
    /// because whoever changed one of two such files would change the other.
    fn link(&self, blob: &Blob, target: &Path) -> io::Result<()> {
        match blob.file() {
            Some(path) if path.starts_with(&self.0.folder) && is_only_name(path)? => {
                fs::hard_link(path, target)
            }
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

#[cfg(unix)]
fn is_only_name(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::symlink_metadata(path)?.nlink() == 1)
}

#[cfg(not(unix))]
fn is_only_name(_: &Path) -> io::Result<bool> {
    // Links cannot be counted here, so every file is copied.
    Ok(false)
}

impl Keep for Spool {
    /// Keeps bytes on disk, or in memory when the disk refuses: then writing the output will fail,
    /// and say why.
    fn keep(&self, bytes: Vec<u8>) -> Blob {
        if bytes.len() < SPOOLED {
            return Blob::new(bytes);
        }
        let digest = Digest::of(&bytes);
        let present = self.0.present.get(&digest).map(|path| self.0.out.join(path));
        let present = present.filter(|path| fs::read(path).is_ok_and(|found| found == bytes));
        match present.map_or_else(|| self.write(digest, &bytes), Ok) {
            Ok(path) => Blob::on_disk(path, bytes.len() as u64, digest),
            Err(_) => Blob::new(bytes),
        }
    }
}

/// Writes a tree into a folder beside `out`; `publish` then lets the two change places.
///
/// # Errors
/// When the disk refuses, or the folder holds files that we did not write.
pub fn stage(tree: &Tree, out: &Path) -> io::Result<Staged> {
    stage_spooled(tree, out, None)
}

/// As `stage`, of a tree some of whose files wait in a spool.
///
/// # Errors
/// When the disk refuses, or the folder holds files that we did not write.
pub fn stage_spooled(tree: &Tree, out: &Path, spool: Option<&Spool>) -> io::Result<Staged> {
    let name =
        out.file_name().ok_or_else(|| io::Error::other("the output needs a folder of its own"))?;
    let name = name.to_string_lossy();
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let begin = || {
        fs::create_dir_all(parent)?;
        let lock_path = parent.join(format!(".{name}.lock"));
        let lock = fs::File::create(&lock_path)?;
        lock.lock()?;
        io::Result::Ok((lock_path, lock))
    };
    let (lock_path, lock) = begin().map_err(|error| unwritten(out, &error))?;
    let mut staged = Staged {
        out: out.to_path_buf(),
        staging: parent.join(format!(".{name}.staging")),
        lock_path,
        _lock: lock,
        written: Written::default(),
    };
    let aside = aside(&staged.staging);
    if !out.exists() && aside.exists() {
        // A build was killed between the two renames of `exchange`.
        fs::rename(&aside, out)?;
    }
    let old = Manifest::read(out).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => error,
        _ => unwritten(out, &error),
    })?;
    staged.written = remove(&staged.staging)
        .and_then(|()| fill(tree, &old, out, &staged.staging, spool))
        .map_err(|error| unwritten(out, &error))?;
    Ok(staged)
}

/// Lets all staged trees take the places of their folders, or none of them.
///
/// # Errors
/// When the disk refuses; then all folders are as they were.
pub fn publish(staged: Vec<Staged>) -> io::Result<Written> {
    let mut total = Written::default();
    for (count, one) in staged.iter().enumerate() {
        if let Err(error) = exchange(&one.staging, &one.out) {
            for done in staged[..count].iter().rev() {
                // The folders that were just exchanged; what worked once works again.
                let _ = match done.staging.exists() {
                    true => exchange(&done.staging, &done.out),
                    false => fs::rename(&done.out, &done.staging),
                };
            }
            return Err(unwritten(&one.out, &error));
        }
        total.changed += one.written.changed;
        total.unchanged += one.written.unchanged;
        total.removed += one.written.removed;
    }
    Ok(total)
}

/// Says in one sentence what could not be written, and that nothing was lost.
fn unwritten(out: &Path, error: &io::Error) -> io::Error {
    let message = format!("`{}` could not be written: {error}; nothing was changed", out.display());
    io::Error::new(error.kind(), message)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Which files we wrote into a folder, and when.
#[derive(Default)]
struct Manifest {
    files: BTreeMap<String, Digest>,
    written: Option<SystemTime>,
}

impl Manifest {
    /// Reads the manifest, and refuses a folder that holds files it does not name.
    fn read(out: &Path) -> io::Result<Self> {
        let mut manifest = Self::default();
        if !out.exists() {
            return Ok(manifest);
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
                manifest.files.insert(path.to_owned(), digest);
            }
        }
        manifest.written = fs::metadata(out.join(MANIFEST)).and_then(|found| found.modified()).ok();
        for entry in WalkDir::new(out) {
            let entry = entry.map_err(io::Error::from)?;
            if entry.file_type().is_dir() {
                continue;
            }
            let path = entry.path().strip_prefix(out).unwrap_or(entry.path());
            let path = path.to_string_lossy().replace('\\', "/");
            // Readers of a Tantivy index leave a lock there.
            let is_lock = path.starts_with(".tantivy-") && path.ends_with(".lock");
            if path != MANIFEST && !is_lock && !manifest.files.contains_key(&path) {
                return Err(foreign(entry.path()));
            }
        }
        Ok(manifest)
    }
}

fn fill(
    tree: &Tree,
    old: &Manifest,
    out: &Path,
    staging: &Path,
    spool: Option<&Spool>,
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
        let unchanged = old.files.get(path.as_str()) == Some(&blob.digest());
        let present = out.join(path.as_str());
        if unchanged && keep(&present, &target, blob, old.written).is_ok() {
            written.unchanged += 1;
        } else {
            if spool.is_none_or(|spool| spool.link(blob, &target).is_err()) {
                copy_or_write(blob, &target)?;
            }
            written.changed += 1;
        }
        manifest.push_str(&format!("{}  {path}\n", blob.digest()));
    }
    let paths: BTreeSet<&str> = tree.iter().map(|(path, _)| path.as_str()).collect();
    written.removed = old.files.keys().filter(|path| !paths.contains(path.as_str())).count();
    let manifest = Blob::new(manifest.into_bytes());
    let target = staging.join(MANIFEST);
    if keep(&out.join(MANIFEST), &target, &manifest, None).is_err() {
        copy_or_write(&manifest, &target)?;
    }
    Ok(written)
}

/// Links an unchanged file into the staged folder, after a look at its bytes: whoever looks after
/// the folder may have changed it, and so may a worn-out stick.
///
/// Reading what is there costs less than writing it. Only of a large file that is older than the
/// manifest, and so was not touched since we wrote it, the length is taken for the whole.
fn keep(present: &Path, target: &Path, blob: &Blob, written: Option<SystemTime>) -> io::Result<()> {
    let found = fs::symlink_metadata(present)?;
    let is_same = || match blob.bytes() {
        Some(bytes) => Ok(fs::read(present)? == bytes),
        None => {
            let untouched =
                written.is_some_and(|written| found.modified().is_ok_and(|at| at < written));
            io::Result::Ok(untouched || digest_of(present)? == blob.digest())
        }
    };
    if !found.is_file() || found.len() != blob.length() || !is_same()? {
        return Err(io::Error::other("changed"));
    }
    fs::hard_link(present, target)
}

fn copy_or_write(blob: &Blob, target: &Path) -> io::Result<()> {
    bounded(blob.length())?;
    match (blob.bytes(), blob.file()) {
        (Some(bytes), _) => fs::write(target, bytes),
        (None, Some(source)) => fs::copy(source, target).map(|_| ()),
        (None, None) => Ok(()),
    }
}

/// Refuses a file that is larger than the system lets this process write. The system itself would
/// not refuse, but kill the process without a word.
fn bounded(length: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        if getrlimit(Resource::Fsize).current.is_some_and(|limit| length > limit) {
            return Err(rustix::io::Errno::FBIG.into());
        }
    }
    let _ = length;
    Ok(())
}

/// Lets two folders change places in one step where the system can; else the old one steps aside
/// for the length of one rename. Afterwards `staging` is the old folder, if there was one.
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
    let aside = aside(staging);
    remove(&aside)?;
    fs::rename(out, &aside)?;
    if let Err(error) = fs::rename(staging, out) {
        fs::rename(&aside, out)?;
        return Err(error);
    }
    fs::rename(&aside, staging)
}

/// Returns where the old folder waits while the new one takes its place.
fn aside(staging: &Path) -> PathBuf {
    staging.with_extension("old")
}

/// Writes a new file and refuses to replace one.
///
/// # Errors
/// When the file exists or the disk refuses.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    bounded(bytes.len() as u64)?;
    fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
}

/// Returns true when the folder does not exist or holds nothing.
pub fn is_empty_folder(path: &Path) -> bool {
    !path.exists() || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use crate::tree::TreePath;

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
    fn two_files_with_the_same_bytes_are_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        let spool = Spool::open(&out).unwrap();
        let text = "x".repeat(SPOOLED);
        let made = [spool.keep(text.clone().into_bytes()), spool.keep(text.into_bytes())];
        let paths = ["a", "b"].map(TreePath::of);
        let tree: Tree = paths.into_iter().zip(made).collect();
        publish(vec![stage_spooled(&tree, &out, Some(&spool)).unwrap()]).unwrap();
        drop(spool);
        fs::write(out.join("a"), "changed").unwrap();
        assert_eq!(fs::read(out.join("b")).unwrap().len(), SPOOLED);
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
}
