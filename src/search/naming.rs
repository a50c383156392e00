//! Names of an index's files, made from their bytes.
//!
//! Tantivy draws a random name for a segment. Its bytes depend on the documents alone, so a name
//! made from them lets two builds write the same index, and an unchanged one stay unwritten.

use crate::tree::{Blob, Digest, Tree, TreePath};

/// The files that name the segment inside: what the index holds, and which files Tantivy manages.
const META: &str = "meta.json";
const MANAGED: &str = ".managed.json";

/// Names the one segment of an index after its bytes. An index with more of them is returned as
/// it is.
pub fn by_content(files: &Tree) -> Tree {
    let mut segments: Vec<&str> = files.iter().filter_map(|(path, _)| segment_of(path)).collect();
    segments.dedup();
    let old = match segments[..] {
        [] => String::new(),
        [one] => one.to_owned(),
        _ => return files.clone(),
    };
    let of_segment = files.iter().filter(|(path, _)| segment_of(path).is_some());
    let digests: Vec<_> = of_segment
        .flat_map(|(path, blob)| [path.extension().into_bytes(), blob.digest().as_bytes().to_vec()])
        .collect();
    let digest = Digest::of_parts(digests.iter().map(Vec::as_slice)).to_string();
    let new = &digest[..LENGTH];
    let mut named = Tree::default();
    for (path, blob) in files.iter() {
        match segment_of(path) {
            Some(_) => {
                named.insert(TreePath::of(&path.as_str().replacen(&old, new, 1)), blob.clone())
            }
            None if path.as_str() == META => {
                let text = String::from_utf8_lossy(blob.bytes().unwrap_or_default()).into_owned();
                let text =
                    if old.is_empty() { text } else { text.replace(&hyphens(&old), &hyphens(new)) };
                named.insert(path.clone(), Blob::new(text.into_bytes()));
            }
            None => named.insert(path.clone(), blob.clone()),
        }
    }
    let managed: Vec<&str> = named
        .iter()
        .filter(|(path, _)| segment_of(path).is_some() || path.as_str() == META)
        .map(|(path, _)| path.as_str())
        .collect();
    // A list of texts has a JSON form.
    let managed = serde_json::to_vec(&managed).unwrap_or_default();
    named.insert(TreePath::of(MANAGED), Blob::new(managed));
    named
}

/// The length of a segment's name: a UUID in hexadecimal digits.
const LENGTH: usize = 32;

fn segment_of(path: &TreePath) -> Option<&str> {
    let name = path.as_str().split('.').next()?;
    (name.len() == LENGTH && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(name)
}

/// Writes a name as `meta.json` does, in groups of 8, 4, 4, 4 and 12 digits.
fn hyphens(name: &str) -> String {
    [&name[..8], &name[8..12], &name[12..16], &name[16..20], &name[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        files.iter().map(|(path, text)| (TreePath::of(path), Blob::new(text.as_bytes()))).collect()
    }

    #[test]
    fn equal_bytes_have_equal_names() {
        let index = |hex: &str| {
            let name = hex.repeat(16);
            let files = [
                (format!("{name}.idx"), "postings".to_owned()),
                (format!("{name}.term"), "terms".to_owned()),
                (META.to_owned(), format!("{{\"segment_id\": \"{}\"}}", hyphens(&name))),
                (MANAGED.to_owned(), format!("[\"{name}.term\",\"{name}.idx\"]")),
                ("vademecum.json".to_owned(), "{}".to_owned()),
            ];
            let files: Vec<_> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
            by_content(&tree(&files))
        };
        let (one, other) = (index("a1"), index("0f"));
        assert_eq!(one.digest(), other.digest());
        let names: Vec<String> = one.iter().map(|(path, _)| path.to_string()).collect();
        let path = TreePath::of(&names[1]);
        let segment = segment_of(&path).unwrap();
        assert!(one.text(&TreePath::of(META)).unwrap().contains(&hyphens(segment)));
        assert!(one.text(&TreePath::of(MANAGED)).unwrap().contains(&format!("{segment}.idx")));
    }
}
