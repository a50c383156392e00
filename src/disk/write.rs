//! Trees to disk: at every instant a folder is wholly the old one or wholly the new.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use rayon::prelude::*;
use walkdir::WalkDir;

use crate::tree::{Blob, Claim, Digest, Keep, MANIFEST, Tree, TreePath};

use super::digest_of;

/// How a tree was written.
#[derive(Debug, Default, PartialEq)]
pub struct Written {
    /// Files that were written: new ones, and old ones that differ or could not be linked.
    pub changed: usize,
    /// Files that were kept from the output before.
    pub unchanged: usize,
    /// Files that the output before had and this one lacks.
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

/// Writes a tree into a folder beside `out`; `publish` then lets the two change places.
///
/// # Errors
/// When the disk refuses, or the folder holds files that we did not write.
pub fn stage(tree: &Tree, out: &Path) -> io::Result<Staged> {
    Spool::open(out)?.stage(tree)
}

/// A tree written beside its folder, ready to take its place.
pub struct Staged {
    staging: Arc<Staging>,
    written: Written,
    /// Whether the output folder holds this tree already, so that nothing is to be done.
    is_there: bool,
}

/// A folder beside an output folder, in which made files are put at once where they belong, so that
/// they need not lie in memory until all are made. What the output folder holds already is not
/// written again.
#[derive(Clone)]
pub struct Spool(Arc<Staging>);

/// The folder in which the next output is made. When it is dropped nothing is left beside the output
/// folder, whether the two changed places or not.
struct Staging {
    out: PathBuf,
    folder: PathBuf,
    lock_path: PathBuf,
    /// Held until the end, so that two builds do not stage the same folder.
    _lock: fs::File,
    /// What the output folder holds.
    old: Manifest,
    /// What was put here before all was known: a claim on a path that another claim got is taken out.
    put: Mutex<Vec<TreePath>>,
}

/// Stands in a folder while it is made, so that a build knows one that a killed build left.
const MARK: &str = ".vademecum.staging";

/// Waits for a file that one build holds at a time. Who waits may get one that was removed by then, and
/// is no lock any more.
fn lock(path: &Path) -> io::Result<fs::File> {
    loop {
        let lock = fs::File::create(path)?;
        lock.lock()?;
        if is_there(&lock, path)? {
            return Ok(lock);
        }
    }
}

/// Returns true when an open file is still the one with this path.
#[cfg(unix)]
fn is_there(file: &fs::File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((own.dev(), own.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere the file is never removed.
#[cfg(not(unix))]
fn is_there(_: &fs::File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What is left is the old folder, or what was staged before a failure. What cannot be
        // removed now is removed by the next build.
        let _ = remove(&self.folder);
        if cfg!(unix) {
            // Still held, so nobody else takes it for theirs.
            let _ = fs::remove_file(&self.lock_path);
        }
    }
}

impl Spool {
    /// Makes an empty folder beside an output folder, in the place of one that a killed build left.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open(out: &Path) -> io::Result<Self> {
        let name = out.file_name();
        let name = name.ok_or_else(|| io::Error::other("the output needs a folder of its own"))?;
        let name = name.to_string_lossy();
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let folder = parent.join(format!(".{name}.staging"));
        let lock_path = parent.join(format!(".{name}.lock"));
        let begin = || {
            fs::create_dir_all(parent)?;
            let lock = lock(&lock_path)?;
            let aside = aside(&folder);
            if !out.exists() && aside.exists() && is_ours(&aside) {
                // A build was killed between the two renames of `exchange`.
                fs::rename(&aside, out)?;
            }
            let old = Manifest::read(out)?;
            remove_ours(&folder)?;
            fs::create_dir(&folder)?;
            fs::File::create_new(folder.join(MARK))?;
            io::Result::Ok((lock, old))
        };
        let (lock, old) = begin().map_err(|error| unwritten(out, &error))?;
        let (out, put) = (out.to_path_buf(), Mutex::default());
        Ok(Self(Arc::new(Staging { out, folder, lock_path, _lock: lock, old, put })))
    }

    /// Makes the folder what the tree says: what was put there stays, what is missing follows.
    ///
    /// # Errors
    /// When the disk refuses, or the output folder holds files that we did not write.
    pub fn stage(self, tree: &Tree) -> io::Result<Staged> {
        let Self(staging) = self;
        staging.old.refuse_others(&staging.out).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => error,
            _ => unwritten(&staging.out, &error),
        })?;
        let filled = staging.fill(tree).map_err(|error| unwritten(&staging.out, &error));
        let (written, is_there) = filled?;
        Ok(Staged { staging, written, is_there })
    }
}

impl Keep for Spool {
    /// Writes a file where it belongs, unless the output folder holds it already. When the disk
    /// refuses, it stays in memory: then staging will fail, and say why.
    fn place(&self, claim: Claim) -> Claim {
        let Self(staging) = self;
        let Some(bytes) = claim.blob.bytes() else { return claim };
        let present = staging.out.join(claim.path.as_str());
        let is_present = staging.old.files.get(claim.path.as_str()) == Some(&claim.blob.digest())
            && fs::read(&present).is_ok_and(|found| found == bytes);
        let file = if is_present { Ok(present) } else { staging.put(&claim.path, bytes) };
        match file {
            Ok(file) => {
                let blob = Blob::on_disk(file, claim.blob.length(), claim.blob.digest());
                Claim { blob, ..claim }
            }
            Err(_) => claim,
        }
    }
}

impl Staging {
    /// Puts a file here before it is known whether the path is its own; the first one stays.
    fn put(&self, path: &TreePath, bytes: &[u8]) -> io::Result<PathBuf> {
        let target = self.folder.join(path.as_str());
        make_folder_of(&target)?;
        write_once(&target, bytes)?;
        // The list is sound even after a panic elsewhere.
        self.put.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        Ok(target)
    }

    /// Returns true for a file that lies where it belongs already.
    fn holds(&self, path: &TreePath, blob: &Blob) -> bool {
        blob.file().is_some_and(|file| *file == self.folder.join(path.as_str()))
    }

    /// Makes the folder what the tree says. Returns true when the output folder is that already; then
    /// this one stays as it is.
    fn fill(&self, tree: &Tree) -> io::Result<(Written, bool)> {
        let mut put = self.put.lock().unwrap_or_else(PoisonError::into_inner);
        for path in std::mem::take(&mut *put) {
            if !tree.get(&path).is_some_and(|blob| self.holds(&path, blob)) {
                self.take_out(&path)?;
            }
        }
        let files: Vec<(&TreePath, &Blob)> = tree.iter().collect();
        let unchanged: Vec<bool> =
            files.par_iter().map(|(path, blob)| self.is_unchanged(path, blob)).collect();
        let paths: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        let gone = self.old.files.keys().filter(|path| !paths.contains(path.as_str()));
        let mut written = Written { removed: gone.count(), ..Written::default() };
        let manifest: String =
            files.iter().map(|(path, blob)| format!("{}  {path}\n", blob.digest())).collect();
        let manifest = Blob::new(manifest);
        let manifest_path = TreePath::of(MANIFEST);
        let keeps_manifest = is_same(&self.out.join(MANIFEST), &manifest, None).unwrap_or_default();
        if keeps_manifest && unchanged.iter().all(|unchanged| *unchanged) {
            written.unchanged = files.len();
            return Ok((written, true));
        }
        let settled: Vec<io::Result<bool>> = files
            .par_iter()
            .zip(unchanged)
            .map(|((path, blob), unchanged)| self.settle(path, blob, unchanged))
            .collect();
        for is_linked in settled {
            match is_linked? {
                true => written.unchanged += 1,
                false => written.changed += 1,
            }
        }
        self.settle(&manifest_path, &manifest, keeps_manifest)?;
        fs::remove_file(self.folder.join(MARK))?;
        Ok((written, false))
    }

    /// Takes out a file that lost its path, and the folders that only it needed.
    fn take_out(&self, path: &TreePath) -> io::Result<()> {
        let target = self.folder.join(path.as_str());
        fs::remove_file(&target)?;
        let above = target.ancestors().skip(1).take_while(|above| **above != self.folder);
        // A folder that another file needs is not empty, and stays.
        above.map(fs::remove_dir).take_while(Result::is_ok).for_each(drop);
        Ok(())
    }

    fn is_unchanged(&self, path: &TreePath, blob: &Blob) -> bool {
        self.old.files.get(path.as_str()) == Some(&blob.digest())
            && is_same(&self.out.join(path.as_str()), blob, self.old.written).unwrap_or_default()
    }

    /// Puts a file where it belongs, if it is not there; returns true for one that was linked.
    fn settle(&self, path: &TreePath, blob: &Blob, is_unchanged: bool) -> io::Result<bool> {
        if self.holds(path, blob) {
            return Ok(false);
        }
        let target = self.folder.join(path.as_str());
        make_folder_of(&target)?;
        if is_unchanged && fs::hard_link(self.out.join(path.as_str()), &target).is_ok() {
            return Ok(true);
        }
        bounded(blob.length())?;
        match (blob.bytes(), blob.file()) {
            (Some(bytes), _) => write_once(&target, bytes)?,
            (None, Some(source)) => drop(fs::copy(source, &target)?),
            (None, None) => {}
        }
        Ok(false)
    }
}

/// Makes the folder that a file lies in. Most files are the only one of a new folder in one that is
/// there, so asking first would only take time.
fn make_folder_of(file: &Path) -> io::Result<()> {
    let Some(folder) = file.parent() else { return Ok(()) };
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(folder),
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file that is not there yet, whole or not at all.
fn write_once(target: &Path, bytes: &[u8]) -> io::Result<()> {
    bounded(bytes.len() as u64)?;
    let mut file = fs::File::create_new(target)?;
    file.write_all(bytes).inspect_err(|_| {
        // What is left of it would take room that the disk may lack.
        let _ = fs::remove_file(target);
    })
}

/// Lets all staged trees take the places of their folders, or none of them.
///
/// # Errors
/// When the disk refuses; then all folders are as they were.
pub fn publish(staged: Vec<Staged>) -> io::Result<Written> {
    let mut total = Written::default();
    let mut done: Vec<&Staging> = Vec::new();
    for Staged { staging, written, is_there } in &staged {
        if !is_there {
            if let Err(error) = exchange(&staging.folder, &staging.out) {
                for done in done.into_iter().rev() {
                    // The folders that were just exchanged; what worked once works again.
                    let _ = match done.folder.exists() {
                        true => exchange(&done.folder, &done.out),
                        false => fs::rename(&done.out, &done.folder),
                    };
                }
                return Err(unwritten(&staging.out, &error));
            }
            done.push(staging);
        }
        total.changed += written.changed;
        total.unchanged += written.unchanged;
        total.removed += written.removed;
    }
    Ok(total)
}

/// Says in one sentence what could not be written, and that nothing was lost.
fn unwritten(out: &Path, error: &io::Error) -> io::Error {
    let message = format!("`{}` could not be written: {error}; nothing was changed", out.display());
    io::Error::new(error.kind(), message)
}

/// Removes a folder, its mark last: a build that is killed meanwhile leaves one that the next knows.
fn remove(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    // A full disk has no room for one; an old output has its list of files.
    let mark = folder.join(MARK);
    let last = fs::File::create(&mark).map_or_else(|_| folder.join(MANIFEST), |_| mark);
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(path)?,
            false if path != last => fs::remove_file(path)?,
            false => {}
        }
    }
    fs::remove_dir_all(folder)
}

/// Returns true for a folder that a build made or began to make. An empty one is anybody's.
pub(super) fn is_ours(folder: &Path) -> bool {
    [MARK, MANIFEST].iter().any(|name| folder.join(name).is_file()) || is_empty_folder(folder)
}

/// Removes what a killed build left, and refuses what somebody else keeps under that name.
fn remove_ours(folder: &Path) -> io::Result<()> {
    if is_ours(folder) {
        return remove(folder);
    }
    let message = format!(
        "`{}` was not written by vademecum, and its name is needed; call it otherwise",
        folder.display()
    );
    Err(io::Error::new(io::ErrorKind::AlreadyExists, message))
}

/// Which files we wrote into a folder, and when.
#[derive(Default)]
struct Manifest {
    files: BTreeMap<String, Digest>,
    written: Option<SystemTime>,
}

impl Manifest {
    fn read(out: &Path) -> io::Result<Self> {
        let mut manifest = Self::default();
        let text = match fs::read_to_string(out.join(MANIFEST)) {
            Ok(text) => text,
            // What lies there in place of a folder is refused later.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(manifest);
            }
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
        Ok(manifest)
    }

    /// Refuses a folder that holds files which the manifest does not name.
    fn refuse_others(&self, out: &Path) -> io::Result<()> {
        if !out.exists() {
            return Ok(());
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
        for entry in WalkDir::new(out) {
            let entry = entry.map_err(io::Error::from)?;
            if entry.file_type().is_dir() {
                continue;
            }
            let path = entry.path().strip_prefix(out).unwrap_or(entry.path());
            let path = path.to_string_lossy().replace('\\', "/");
            // Readers of a Tantivy index leave a lock there.
            let is_lock = path.starts_with(".tantivy-") && path.ends_with(".lock");
            if path != MANIFEST && !is_lock && !self.files.contains_key(&path) {
                return Err(foreign(entry.path()));
            }
        }
        Ok(())
    }
}

/// Returns true when a file is what it was when it was written, after a look at its bytes: whoever
/// looks after the folder may have changed it, and so may a worn-out stick.
///
/// Reading what is there costs less than writing it. Only of a file that is not in memory and older
/// than the manifest, and so was not touched since we wrote it, the length is taken for the whole.
fn is_same(present: &Path, blob: &Blob, written: Option<SystemTime>) -> io::Result<bool> {
    let found = fs::symlink_metadata(present)?;
    if !found.is_file() || found.len() != blob.length() {
        return Ok(false);
    }
    if let Some(bytes) = blob.bytes() {
        return Ok(fs::read(present)? == bytes);
    }
    let untouched = written.is_some_and(|written| found.modified().is_ok_and(|at| at < written));
    Ok(untouched || digest_of(present)? == blob.digest())
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
    remove_ours(&aside)?;
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

/// Writes one file, in the place of an old one at once or not at all.
///
/// # Errors
/// When it cannot be written; the old one is left.
pub fn write_over(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    bounded(bytes.len() as u64)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let beside = folder.join(format!(".{}.new", name.unwrap_or_default()));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
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

    fn claim(path: &str, text: &str) -> Claim {
        Claim { path: TreePath::of(path), blob: Blob::new(text), by: TreePath::of("by") }
    }

    fn stage_claims(out: &Path, placed: &[(&str, &str)], kept: &[usize]) -> io::Result<Staged> {
        let spool = Spool::open(out).unwrap();
        let claims: Vec<Claim> =
            placed.iter().map(|(path, text)| spool.place(claim(path, text))).collect();
        let kept = kept.iter().map(|&at| (claims[at].path.clone(), claims[at].blob.clone()));
        spool.stage(&kept.collect())
    }

    fn files(folder: &Path) -> Vec<(String, String)> {
        let entries = WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
        let entries = entries.filter(|entry| entry.file_name() != MANIFEST && entry.depth() > 0);
        let path = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
        entries
            .map(|entry| (path(entry.path()), fs::read_to_string(entry.path()).unwrap_or_default()))
            .collect()
    }

    fn pairs(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn two_files_with_the_same_bytes_are_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        publish(vec![stage_claims(&out, &[("a", "same"), ("b", "same")], &[0, 1]).unwrap()])
            .unwrap();
        fs::write(out.join("a"), "changed").unwrap();
        assert_eq!(fs::read_to_string(out.join("b")).unwrap(), "same");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_two_claims_on_a_path_the_chosen_one_is_written_whichever_was_made_first() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        // A path twice, one that differs in case, and a file where another needs a folder.
        let placed = [
            ("a/x", "1"),
            ("a/x", "2"),
            ("A/X", "3"),
            ("b", "4"),
            ("b/c", "5"),
            ("d/e", "6"),
            ("d", "7"),
        ];
        for (kept, expected) in [
            ([0, 3, 5], [("a", ""), ("a/x", "1"), ("b", "4"), ("d", ""), ("d/e", "6")].as_slice()),
            ([1, 4, 6], &[("a", ""), ("a/x", "2"), ("b", ""), ("b/c", "5"), ("d", "7")]),
            (
                [2, 4, 5],
                &[("A", ""), ("A/X", "3"), ("b", ""), ("b/c", "5"), ("d", ""), ("d/e", "6")],
            ),
        ] {
            publish(vec![stage_claims(&out, &placed, &kept).unwrap()]).unwrap();
            assert_eq!(files(&out), pairs(expected));
            // The same again, when some of them are there already.
            publish(vec![stage_claims(&out, &placed, &kept).unwrap()]).unwrap();
            assert_eq!(files(&out), pairs(expected));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_staged_tree_that_is_dropped_leaves_the_old_one_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        let old = [("a", "old"), ("b/c", "old")];
        write(&tree(&old), &out).unwrap();
        let new = [("a", "new"), ("b/c", "old"), ("d/e", "new")];
        drop(stage_claims(&out, &new, &[0, 1, 2]).unwrap());
        assert_eq!(files(&out), pairs(&[("a", "old"), ("b", ""), ("b/c", "old")]));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
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
    fn a_folder_beside_it_that_is_somebody_elses_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        let tree = tree(&[("a", "1")]);
        let beside = folder.path().join(".public.staging");
        fs::create_dir(&beside).unwrap();
        fs::write(beside.join("thesis.doc"), "years of work").unwrap();
        let error = write(&tree, &out).unwrap_err().to_string();
        assert!(error.contains(".public.staging` was not written by vademecum"), "{error}");
        assert_eq!(fs::read_to_string(beside.join("thesis.doc")).unwrap(), "years of work");
        // What a killed build left is cleared away, and so is an empty folder.
        fs::write(beside.join(MARK), "").unwrap();
        write(&tree, &out).unwrap();
        fs::create_dir(&beside).unwrap();
        write(&tree, &out).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(files(&out), pairs(&[("a", "1")]));
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
