//! Laws of the build, on generated sites: a warm build equals a cold one, two builds are equal, a
//! folder is wholly the old site or wholly the new one.

use vademecum::{
    Built, Memories, build, disk,
    site::Scope,
    tree::{Blob, Tree, TreePath},
};

/// A small generator of numbers, the same on every machine (Knuth's MMIX constants).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

const CONFIG: &str = r#"
title = "Generated"
url = "https://example.org/x/"
languages = ["en", "fr"]
page_size = 5
rows = ["objectives", "as_of"]
[home]
ways = ["objectives"]
[vocabularies.objectives]
noun = "objective"
folder = "objectives"
numbered = true
[fields.objectives]
type = "terms"
[fields.as_of]
type = "date"
[fields.partners]
type = "records"
of = ["practice"]
[types.practice]
folder = "practices"
fields = ["objectives", "as_of", "partners"]
"#;

fn site(random: &mut Random, pages: usize) -> Tree {
    let mut source = Tree::default();
    put(&mut source, "content/site.toml", CONFIG);
    let rows: String = (1..=7).map(|n| format!("{n}\tName {n}\tNom {n}\n")).collect();
    put(
        &mut source,
        "content/vocabularies/objectives.tsv",
        &format!("id\tname_en\tname_fr\n{rows}"),
    );
    for lang in ["en", "fr"] {
        for number in 0..pages {
            put(&mut source, &path(lang, number), &record(random, number, pages));
        }
    }
    source
}

fn path(lang: &str, number: usize) -> String {
    format!("content/{lang}/practices/p{number}.md")
}

fn record(random: &mut Random, number: usize, pages: usize) -> String {
    let objective = random.below(7) + 1;
    let other = random.below(pages);
    let words = ["return", "border", "children", "visa", "health", "data"];
    let title = format!("{} {} {number}", words[random.below(6)], words[random.below(6)]);
    format!(
        "---\ntitle: {title}\nobjectives: [{objective}]\nas_of: 20{:02}\npartners: [p{other}]\n---\n\n## Part {}\n\nSee [that](p{other}.md) of {}.[^1]\n\n[^1]: A note.\n",
        10 + random.below(15),
        random.below(9),
        words[random.below(6)],
    )
}

fn put(source: &mut Tree, path: &str, text: &str) {
    source.insert(TreePath::of(path), Blob::new(text.as_bytes()));
}

fn cold(source: &Tree) -> Built {
    build(source, &mut Memories::none(), Scope::default())
}

/// Returns the paths in which two outputs differ.
fn difference(a: &Tree, b: &Tree) -> Vec<String> {
    let lacks = |x: &Tree, y: &Tree| -> Vec<String> {
        x.iter()
            .filter(|(path, blob)| y.get(path).map(Blob::digest) != Some(blob.digest()))
            .map(|(path, _)| path.to_string())
            .collect()
    };
    let mut paths = lacks(a, b);
    paths.extend(lacks(b, a));
    paths
}

#[test]
fn a_warm_build_equals_a_cold_one_after_any_edits() {
    for seed in 0..6 {
        let mut random = Random(seed);
        let pages = 12;
        let mut source = site(&mut random, pages);
        let mut memories = Memories::warm();
        build(&source, &mut memories, Scope::default());
        for step in 0..12 {
            let lang = ["en", "fr"][random.below(2)];
            let number = random.below(pages);
            match random.below(5) {
                0 => {
                    // A page goes.
                    let gone = TreePath::of(&path(lang, number));
                    source = source
                        .iter()
                        .filter(|(path, _)| **path != gone)
                        .map(|(path, blob)| (path.clone(), blob.clone()))
                        .collect();
                }
                1 => put(&mut source, "content/site.toml", &format!("{CONFIG}# {step}\n")),
                2 => {
                    put(&mut source, &format!("content/{lang}/about{step}.md"), "# About\n\nText\n")
                }
                _ => put(&mut source, &path(lang, number), &record(&mut random, number, pages)),
            }
            let warm = build(&source, &mut memories, Scope::default());
            let cold = cold(&source);
            let differ = difference(&warm.output, &cold.output);
            assert!(differ.is_empty(), "seed {seed}, step {step}: {differ:?}");
            assert_eq!(warm.diags, cold.diags, "seed {seed}, step {step}");
        }
    }
}

#[test]
fn two_builds_are_equal_with_any_number_of_threads() {
    let source = site(&mut Random(7), 40);
    let one = cold(&source).output.digest();
    for threads in [1, 2, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| cold(&source)).output.digest(), one, "{threads} threads");
    }
}

#[test]
fn editing_prose_renders_one_page() {
    let source = site(&mut Random(3), 30);
    let before = cold(&source).output;
    let mut edited = source.clone();
    let page = TreePath::of(&path("en", 4));
    let text = source.text(&page).unwrap().replace("A note.", "Another note.");
    put(&mut edited, page.as_str(), &text);
    let differ = difference(&before, &cold(&edited).output);
    let html: Vec<_> = differ.iter().filter(|path| path.ends_with(".html")).collect();
    assert!(html.iter().all(|path| path.as_str() == "en/practices/p4/index.html"), "{html:?}");
}

#[test]
fn a_failed_write_leaves_the_last_good_site_whole() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("public");
    let good = cold(&site(&mut Random(1), 5)).output;
    disk::write(&good, &out).unwrap();
    // A blob whose file has gone stands for any disk that fails in the middle of writing.
    let gone = folder.path().join("gone");
    let mut bad = cold(&site(&mut Random(2), 5)).output;
    let digest = good.digest();
    bad.insert(TreePath::of("zz/last.bin"), Blob::on_disk(gone, 9, digest));
    assert!(disk::write(&bad, &out).is_err());
    let left: Tree = walkdir::WalkDir::new(&out)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != ".vademecum")
        .map(|entry| {
            let path =
                entry.path().strip_prefix(&out).unwrap().to_str().unwrap().replace('\\', "/");
            (TreePath::of(&path), Blob::new(std::fs::read(entry.path()).unwrap()))
        })
        .collect();
    assert_eq!(left.digest(), digest);
    let beside: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside, ["public"]);
}
