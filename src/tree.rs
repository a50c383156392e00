//! Files as a value: a tree maps paths to blobs, in order. The only form in which bytes travel.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    path::PathBuf,
    str::Utf8Chunk,
    sync::Arc,
};

use serde::{Serialize, Serializer};

/// A relative path inside a tree: parts joined by `/`, never empty, absolute, `.` or `..`.
///
/// Because no other form can be made, a path can never leave the root it is joined to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(Arc<str>);

impl TreePath {
    /// Returns the path, or `None` when it is absolute, empty or has a `.`, `..` or empty part.
    pub fn new(path: &str) -> Option<Self> {
        let sound = !path.is_empty()
            && !path.contains(['\\', '\0'])
            && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        sound.then(|| Self(path.into()))
    }

    /// Returns the path joined from parts that the program itself wrote.
    ///
    /// # Panics
    /// When the parts make no sound path: a programming error, unreachable from content.
    pub fn of(path: &str) -> Self {
        Self::new(path).unwrap_or_else(|| panic!("`{path}` is no path inside a tree"))
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the folder, or an empty text for a file at the top.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Returns the last part, with its extension.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Returns the file's name without its last extension.
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => name,
        }
    }

    /// Returns the last extension in lower case, without its dot.
    pub fn extension(&self) -> String {
        match self.file_name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    /// Returns the rest of the path below `folder`; the empty folder is the tree itself.
    pub fn below(&self, folder: &str) -> Option<&str> {
        if folder.is_empty() {
            return Some(&self.0);
        }
        self.0.strip_prefix(folder)?.strip_prefix('/')
    }
}

/// The file in an output folder that says which files we wrote there.
pub const MANIFEST: &str = ".vademecum";

/// Returns true for a file of an output that the program itself writes, and nothing else may: the manifest,
/// and the files of the search.
pub fn is_kept(path: &str) -> bool {
    path == MANIFEST || (path.starts_with("search/") && path.ends_with(".js"))
}

/// The longest part of an address, in bytes; file systems take 255.
pub const NAME_LIMIT: usize = 250;

/// Makes a name of a file or folder that every file system takes: not too long, and no name of a
/// device.
pub fn portable_name(name: &str) -> String {
    let end =
        name.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|at| *at <= NAME_LIMIT);
    let name = name[..end.last().unwrap_or(0)].trim_end_matches(['.', ' ']);
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || ((stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.len() == 4
            && stem.as_bytes()[3].is_ascii_digit());
    match is_device {
        // A device keeps its name whatever follows a dot.
        true => format!("{}-{}", &name[..stem.len()], &name[stem.len()..]),
        false => name.to_owned(),
    }
}

/// Replaces characters that the file systems of USB sticks refuse. What is left is never empty.
pub fn portable(address: &str) -> String {
    let refused = |c: char| c.is_control() || "<>:\"|?*\\".contains(c);
    let mend = |part: &str| {
        let clean: String = part.chars().map(|c| if refused(c) { '-' } else { c }).collect();
        portable_name(&clean)
    };
    let parts = address.split('/').map(mend).filter(|part| !part.is_empty());
    match parts.collect::<Vec<_>>().join("/") {
        mended if mended.is_empty() && !address.is_empty() => "page".to_owned(),
        mended => mended,
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for TreePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A BLAKE3 digest, 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digests bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Digests several byte strings so that no two lists of parts share a digest by concatenation.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// Digests a value through its JSON form; equal values give equal digests.
    pub fn of_value<T: Serialize>(value: &T) -> Self {
        // Our own values hold no map with keys that JSON refuses. One piece is digested faster than many.
        Self::of(&serde_json::to_vec(value).unwrap_or_default())
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the digest written in hexadecimal, or `None` for any other text.
    pub fn from_hex(hex: &str) -> Option<Self> {
        blake3::Hash::from_hex(hex).ok().map(|hash| Self(*hash.as_bytes()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Returns bytes as text. Each byte that is no text becomes `?`, so that places stay what they are.
pub fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let text =
                |chunk: Utf8Chunk| chunk.valid().to_owned() + &"?".repeat(chunk.invalid().len());
            Cow::Owned(bytes.utf8_chunks().map(text).collect())
        }
    }
}

/// The bytes of one file and their digest; cheap to clone.
#[derive(Clone)]
pub struct Blob {
    store: Store,
    digest: Digest,
}

/// Where a blob's bytes are. A large file stays on disk: only an edge made it, and only edges read it.
#[derive(Clone)]
enum Store {
    Bytes(Arc<Vec<u8>>),
    File { path: Arc<PathBuf>, length: u64 },
}

impl Blob {
    /// Returns a blob that keeps its bytes in memory.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { digest: Digest::of(&bytes), store: Store::Bytes(Arc::new(bytes)) }
    }

    /// Returns a blob that stands for a file left on disk; the digest is that of its bytes.
    pub fn on_disk(path: PathBuf, length: u64, digest: Digest) -> Self {
        Self { store: Store::File { path: Arc::new(path), length }, digest }
    }

    /// Returns the bytes, or `None` when they were left on disk.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.store {
            Store::Bytes(bytes) => Some(bytes),
            Store::File { .. } => None,
        }
    }

    /// Returns the file that holds the bytes, for the edges that may open it.
    pub fn file(&self) -> Option<&PathBuf> {
        match &self.store {
            Store::Bytes(_) => None,
            Store::File { path, .. } => Some(path),
        }
    }

    /// Returns the digest of the bytes, wherever they are.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the length in bytes.
    pub fn length(&self) -> u64 {
        match &self.store {
            Store::Bytes(bytes) => bytes.len() as u64,
            Store::File { length, .. } => *length,
        }
    }
}

/// Where made files wait until all are made: in memory, or wherever an edge puts them.
pub trait Keep: Send + Sync {
    /// Puts a made file where it belongs, as far as is known yet: another claim may get its path.
    fn place(&self, claim: Claim) -> Claim;

    /// Keeps a file in memory whose path is not known yet.
    fn keep(&self, bytes: Vec<u8>) -> Blob {
        Blob::new(bytes)
    }
}

/// Keeps made files in memory.
pub struct InMemory;

impl Keep for InMemory {
    fn place(&self, claim: Claim) -> Claim {
        claim
    }
}

/// Files by path, in order.
#[derive(Clone, Default)]
pub struct Tree(BTreeMap<TreePath, Blob>);

impl Tree {
    /// Returns the file at this path.
    pub fn get(&self, path: &TreePath) -> Option<&Blob> {
        self.0.get(path)
    }

    /// Returns the file's bytes as text, or `None` when it is absent or no UTF-8.
    pub fn text(&self, path: &TreePath) -> Option<&str> {
        std::str::from_utf8(self.get(path)?.bytes()?).ok()
    }

    /// Removes a file, or all files of a folder.
    pub fn remove_below(&mut self, path: &str) {
        let Some(first) = TreePath::new(path) else { return };
        let gone: Vec<TreePath> = self
            .0
            .range(first..)
            .map(|(found, _)| found)
            .take_while(|found| found.as_str().starts_with(path))
            .filter(|found| found.as_str() == path || found.below(path).is_some())
            .cloned()
            .collect();
        for path in gone {
            self.0.remove(&path);
        }
    }

    /// Adds a file, in the place of one with the same path.
    pub fn insert(&mut self, path: TreePath, blob: Blob) {
        self.0.insert(path, blob);
    }

    /// Adds files; where the tree holds a path already, the new file is kept.
    pub fn extend(&mut self, files: impl IntoIterator<Item = (TreePath, Blob)>) {
        self.0.extend(files);
    }

    /// Returns all files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&TreePath, &Blob)> {
        self.0.iter()
    }

    /// Returns the number of files.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true where there are no files.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the sum of all lengths in bytes.
    pub fn length(&self) -> u64 {
        self.0.values().map(Blob::length).sum()
    }

    /// Returns the files below `folder`, with paths that start there.
    pub fn under(&self, folder: &str) -> Self {
        self.iter()
            .filter_map(|(path, blob)| Some((TreePath::new(path.below(folder)?)?, blob.clone())))
            .collect()
    }

    /// Lays `over` on this tree: where both hold a path, `over` is kept.
    pub fn overlay(mut self, over: Self) -> Self {
        self.0.extend(over.0);
        self
    }

    /// Returns the digest of all paths and bytes.
    pub fn digest(&self) -> Digest {
        Digest::of_parts(
            self.iter().flat_map(|(path, blob)| [path.as_str().as_bytes(), blob.digest.as_bytes()]),
        )
    }
}

impl FromIterator<(TreePath, Blob)> for Tree {
    fn from_iter<T: IntoIterator<Item = (TreePath, Blob)>>(files: T) -> Self {
        Self(files.into_iter().collect())
    }
}

/// The wish to write one output file, and the source file that has it.
#[derive(Clone)]
pub struct Claim {
    /// Where it goes, below the output folder.
    pub path: TreePath,
    /// What it holds.
    pub blob: Blob,
    /// The source file that it comes from, for remarks.
    pub by: TreePath,
}

/// Two claims on one output path.
pub struct Clash {
    /// The path that was claimed first, as it is written there.
    pub first: TreePath,
    /// The source file that claimed it.
    pub by: TreePath,
    /// The claim that was left out.
    pub second: Claim,
}

/// Output files, each claimed by one source file.
///
/// Paths that differ only in case clash too: on the file systems of most USB sticks they are one
/// file.
#[derive(Clone, Default)]
pub struct Output {
    /// The files, by their paths below the output folder.
    pub tree: Tree,
    /// The paths and who claimed them, by the path in lower case.
    owners: HashMap<String, (TreePath, TreePath)>,
    /// The folders that the files need, in lower case, each with one file that needs it.
    folders: HashMap<String, (TreePath, TreePath)>,
}

impl Output {
    /// Puts new files in the place of all but `others` of the old ones, which had no clashes. Gives the
    /// claims back when they are not for just the same paths.
    ///
    /// # Errors
    /// With the claims, when they have to be added to an output of their own.
    pub fn replace(&mut self, claims: Vec<Claim>, others: usize) -> Result<(), Vec<Claim>> {
        let paths: HashSet<&TreePath> = claims.iter().map(|claim| &claim.path).collect();
        let is_same = paths.len() == claims.len()
            && claims.len() + others == self.tree.len()
            && paths.iter().all(|path| self.tree.get(path).is_some());
        if !is_same {
            return Err(claims);
        }
        for claim in claims {
            let is_new = |old: &Blob| old.digest() != claim.blob.digest();
            if self.tree.get(&claim.path).is_none_or(is_new) {
                self.tree.insert(claim.path, claim.blob);
            }
        }
        Ok(())
    }

    /// Returns true when a claim is for a path that its claimer has already.
    pub fn is_of(&self, claim: &Claim) -> bool {
        let owner = self.owners.get(&claim.path.as_str().to_lowercase());
        owner.is_some_and(|(path, by)| *path == claim.path && *by == claim.by)
    }

    /// Adds claims. The first claim on a path is kept; every later one is returned as a clash, and
    /// so is a file that stands where another needs a folder.
    pub fn add(&mut self, claims: impl IntoIterator<Item = Claim>) -> Vec<Clash> {
        let mut clashes = Vec::new();
        let mut added: Vec<(String, Claim)> = Vec::new();
        for claim in claims {
            let folded = claim.path.as_str().to_lowercase();
            match self.owners.get(&folded) {
                Some((first, by)) => {
                    let (first, by) = (first.clone(), by.clone());
                    clashes.push(Clash { first, by, second: claim });
                }
                None => {
                    let owner = (claim.path.clone(), claim.by.clone());
                    self.owners.insert(folded.clone(), owner);
                    added.push((folded, claim));
                }
            }
        }
        added.sort_by(|a, b| a.1.path.cmp(&b.1.path));
        for (folded, claim) in added {
            let above = || {
                std::iter::successors(folded.rsplit_once('/'), |(above, _)| above.rsplit_once('/'))
                    .map(|(above, _)| above)
            };
            let blocked = above().find_map(|folder| self.owners.get(folder));
            let blocked = blocked.or_else(|| self.folders.get(&folded)).cloned();
            if let Some((first, by)) = blocked {
                self.owners.remove(&folded);
                clashes.push(Clash { first, by, second: claim });
                continue;
            }
            for folder in above() {
                if !self.folders.contains_key(folder) {
                    let needed = (claim.path.clone(), claim.by.clone());
                    self.folders.insert(folder.to_owned(), needed);
                }
            }
            self.tree.insert(claim.path, claim.blob);
        }
        clashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(path: &str) -> Claim {
        Claim { path: TreePath::of(path), blob: Blob::new(path.as_bytes()), by: TreePath::of("by") }
    }

    #[test]
    fn paths_cannot_leave_their_root() {
        for path in ["", "/", "/etc/passwd", "..", "a/../b", "a//b", "./a", "a\\..\\b", "a/\0"] {
            assert!(TreePath::new(path).is_none(), "{path}");
        }
        assert_eq!(TreePath::of("a/b.tar.gz").stem(), "b.tar");
        assert_eq!(TreePath::of("a/.hidden").extension(), "");
    }

    #[test]
    fn names_are_no_devices_and_not_too_long() {
        for (name, portable) in
            [("con", "con-"), ("Lpt1.x", "Lpt1-.x"), ("a. .", "a"), ("com", "com")]
        {
            assert_eq!(portable_name(name), portable);
        }
        assert_eq!(portable_name(&"é".repeat(300)).len(), NAME_LIMIT);
    }

    #[test]
    fn a_second_claim_on_a_path_clashes() {
        let mut output = Output::default();
        let clashes = output.add(["a/b", "A/B", "a/c"].map(claim));
        assert_eq!((output.tree.len(), clashes.len()), (2, 1));
        assert_eq!(output.add([claim("a/C")]).len(), 1);
    }

    #[test]
    fn a_file_cannot_stand_where_another_needs_a_folder() {
        let mut output = Output::default();
        let clashes = output.add(["a/b/c", "a"].map(claim));
        assert_eq!((output.tree.len(), clashes.len()), (1, 1));
        assert_eq!(output.add([claim("A/d")]).len(), 1);
        let mut output = Output::default();
        assert_eq!(output.add([claim("a/b")]).len(), 0);
        assert_eq!(output.add([claim("A")]).len(), 1);
    }

    #[test]
    fn the_digest_knows_where_a_path_ends() {
        assert_ne!(
            Digest::of_parts([b"ab".as_slice(), b"c"]),
            Digest::of_parts([b"a".as_slice(), b"bc"])
        );
    }
}
