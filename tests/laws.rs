//! Laws of the build, on generated sites: a warm build equals a cold one, two builds are equal, a
//! folder is wholly the old site or wholly the new one.

use vademecum::{
    Built, Memories, build,
    diag::Code,
    disk,
    site::Scope,
    tree::{Blob, Tree, TreePath},
};

mod sample;

use sample::{Files, Random};

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

/// Returns all that the search index is made from, as text.
fn collections(built: &Built) -> Vec<String> {
    built
        .collections
        .iter()
        .map(|collection| {
            let (lang, tuning) = (&collection.lang, &collection.tuning);
            format!("{lang} {tuning:?} {:?} {:?}", collection.concepts, collection.documents)
        })
        .collect()
}

fn assert_equal(one: &Built, other: &Built, when: &str) {
    let differ = difference(&one.output, &other.output);
    assert!(differ.is_empty(), "{when}: {differ:?}");
    assert_eq!(one.diags, other.diags, "{when}");
    assert!(collections(one) == collections(other), "{when}: the search collections differ");
}

/// Edits a site again and again; each warm build must equal the cold one. Drafts are built as
/// `serve` does in half of the runs.
fn edits_keep_warm_equal_to_cold(start: fn(&mut Random) -> Files, seeds: u64, steps: usize) {
    for seed in 0..seeds {
        let mut random = Random(seed);
        let scope = Scope { drafts: seed % 2 == 1 };
        let mut files = start(&mut random);
        let mut past = vec![files.clone()];
        let mut memories = Memories::warm();
        build(&files.tree(), &mut memories, scope);
        for step in 0..steps {
            let edit = sample::edit(&mut random, &mut files, &past);
            let source = files.tree();
            let warm = build(&source, &mut memories, scope);
            let cold = build(&source, &mut Memories::none(), scope);
            assert_equal(&warm, &cold, &format!("seed {seed}, step {step}: {edit}"));
            past.push(files.clone());
        }
    }
}

#[test]
fn a_warm_build_equals_a_cold_one_after_any_edits() {
    edits_keep_warm_equal_to_cold(sample::configured, 8, 14);
}

/// A site without a fault, in which most edits change words only: then the build changes the last
/// one in place. Records share rare words, so that they are related.
const FAULTLESS: &str = r#"
title = "Faultless"
url = "https://example.org/"
languages = ["en", "fr"]
page_size = 5
rows = ["objectives", "partners", "as_of"]
[home]
ways = ["objectives"]
newest = 3
[vocabularies.objectives]
noun = "objective"
folder = "objectives"
numbered = true
[vocabularies.tags]
open = true
used_only = true
folder = "tags"
[fields.objectives]
type = "terms"
[fields.tags]
type = "terms"
[fields.as_of]
type = "date"
[fields.partners]
type = "records"
of = ["practice"]
[fields.follows]
type = "records"
of = ["practice"]
[types.practice]
folder = "practices"
fields = ["objectives", "as_of", "partners", "follows", "tags"]
"#;

/// The parts of a page, each of which an edit may change.
#[derive(Clone)]
struct Parts([String; 9]);

impl Parts {
    fn new(random: &mut Random, pages: usize) -> Self {
        let mut parts = Self(Default::default());
        (0..9).for_each(|part| parts.edit(random, part, pages));
        parts
    }

    fn edit(&mut self, random: &mut Random, part: usize, pages: usize) {
        let words = ["returns", "borders", "children", "visas", "health", "remittances", "labour"];
        let mut text = |count: usize| -> String {
            (0..count).map(|_| random.one(&words).to_owned() + " ").collect()
        };
        self.0[part] = match part {
            0 => format!("title: {}", text(2)),
            1 => format!("summary: {}", text(4)),
            2 => format!("as_of: 20{}", 10 + random.below(15)),
            3 => format!("objectives: [{}]", 1 + random.below(3)),
            // Few pages are partners, whose titles are part of rows; the others are edited in place.
            4 => format!("partners: [p{}]", random.below(3)),
            5 => format!("follows: [p{}]", random.below(pages)),
            6 => format!("{}\n\n[{}](p{}.md)", text(9), text(1), random.below(pages)),
            7 => format!("## {}", text(2)),
            // Some are on few pages, so that their own pages come and go.
            _ => format!("tags: [t{}, u{}]", random.below(3), random.below(9)),
        };
    }

    fn text(&self) -> String {
        let [title, summary, as_of, objectives, partners, follows, body, heading, tags] = &self.0;
        let front =
            [title, summary, as_of, objectives, partners, follows, tags].map(String::as_str);
        format!("---\n{}\n---\n\n{heading}\n\n{body}\n", front.join("\n"))
    }
}

#[test]
fn words_edited_in_a_site_without_faults_change_what_shows_them() {
    const PAGES: usize = 14;
    /// The last pages in English have no French: others stand for them.
    const UNTRANSLATED: usize = 4;
    for seed in 0..6 {
        let mut random = Random(seed);
        let mut files = Files::default();
        files.put("content/site.toml", FAULTLESS);
        let table = "id\tname_en\tname_fr\n1\tOne\tUn\n2\tTwo\tDeux\n3\tThree\tTrois\n";
        files.put("content/vocabularies/objectives.tsv", table);
        let path = |page: usize| {
            let (lang, number) = (["en", "fr"][page / PAGES], page % PAGES);
            format!("content/{lang}/practices/p{number}.md")
        };
        let mut pages: Vec<Parts> =
            (0..2 * PAGES - UNTRANSLATED).map(|_| Parts::new(&mut random, PAGES)).collect();
        for (page, parts) in pages.iter().enumerate() {
            files.put(&path(page), parts.text());
        }
        // Texts that are read in order link to their neighbours.
        let guide = |random: &mut Random, files: &mut Files, number: usize| {
            let (word, order) = (random.one(&["Begin", "Go on", "End"]), random.below(9));
            let text = format!("---\ntitle: {word}\norder: {order}\n---\n\nText.\n");
            files.put(&format!("content/en/guide/g{number}.md"), text);
        };
        (0..6).for_each(|number| guide(&mut random, &mut files, number));
        let mut memories = Memories::warm();
        assert_eq!(build(&files.tree(), &mut memories, Scope::default()).diags, []);
        for step in 0..48 {
            if step % 4 == 3 {
                let number = random.below(6);
                guide(&mut random, &mut files, number);
                let source = files.tree();
                let warm = build(&source, &mut memories, Scope::default());
                assert_equal(&warm, &cold(&source), &format!("seed {seed}, step {step}: guide"));
                continue;
            }
            let (page, part) = (
                random.below(2 * PAGES - UNTRANSLATED),
                [6, 6, 0, 1, 2, 0, 3, 3, 4, 5, 7, 8][random.below(12)],
            );
            pages[page].edit(&mut random, part, PAGES);
            files.put(&path(page), pages[page].text());
            let source = files.tree();
            let warm = build(&source, &mut memories, Scope::default());
            assert_equal(&warm, &cold(&source), &format!("seed {seed}, step {step}: part {part}"));
        }
    }
}

#[test]
fn an_edit_that_breaks_or_mends_a_link_is_remarked_on() {
    let mut files = Files::default();
    files.put("content/site.toml", FAULTLESS.replace("folder = \"objectives\"\n", ""));
    files.put("content/vocabularies/objectives.tsv", "id\tname_en\n1\tOne\n");
    let page = |front: &str, body: &str| format!("---\ntitle: P\n{front}\n---\n\n{body}\n");
    let path = |name: &str| format!("content/en/practices/{name}.md");
    files.put("content/en/practices/picture.png", "png");
    let sound = [
        ("a", page("tags: [x, y]\nfollows: [b]", "[b](b.md#part) [own](#own)\n\n## Own")),
        ("b", page("tags: [x]", "## Part\n\n[a](a.md) ![](picture.png)")),
    ];
    for (name, text) in &sound {
        files.put(&path(name), text.as_str());
    }
    let mut memories = Memories::warm();
    assert_eq!(build(&files.tree(), &mut memories, Scope::default()).diags, []);
    let edits = [
        ("b", page("tags: [x]", "## Other\n\n[a](a.md) ![](picture.png)"), 1),
        ("a", page("tags: [x, y]\nfollows: [b]", "[b](b.md#part) [own](#own)\n\n## Another"), 1),
        ("a", page("tags: [x, y]\nfollows: [b]", "[b](nowhere.md)\n\n## Own"), 1),
        ("a", page("tags: [x, y]\nfollows: [nobody]", "## Own"), 1),
        // A tag that nobody carries any more, a new one, and a picture that goes.
        ("a", page("tags: [x]\nfollows: [a]", "[b](b.md#part)"), 0),
        ("a", page("tags: [x, z]\nfollows: [a]", "[b](b.md#part)"), 0),
        ("b", page("tags: [y]", "## Part\n\n### Part\n\n[a](a.md) [b](#part-1)"), 0),
    ];
    for (step, (name, text, remarks)) in edits.into_iter().enumerate() {
        let before = files.0[&path(name)].clone();
        for text in [text.into_bytes(), before] {
            files.put(&path(name), text);
            let source = files.tree();
            let warm = build(&source, &mut memories, Scope::default());
            assert_equal(&warm, &cold(&source), &format!("step {step}"));
            let is_edited = files.0[&path(name)]
                != sound.iter().find(|(other, _)| *other == name).unwrap().1.as_bytes();
            assert_eq!(warm.diags.len(), if is_edited { remarks } else { 0 }, "step {step}");
        }
    }
}

#[test]
fn an_abstract_older_than_its_original_is_remarked_on_after_an_edit() {
    let mut files = Files::default();
    let config = "title = \"S\"\nlanguages = [\"en\", \"fr\"]\n[fields.translation_of]\n\
                  type = \"text\"\n[types.practice]\nfolder = \"practices\"\n\
                  fields = [\"translation_of\"]\n";
    files.put("content/site.toml", config);
    let original = |text: &str| format!("---\ntitle: A\noriginal_lang: en\n---\n\n{text}\n");
    let summary = |of: &str| {
        format!(
            "---\ntitle: Un\noriginal_lang: en\nabstract: true\ntranslation_of: \"{of}\"\n---\n"
        )
    };
    let [original_at, summary_at] =
        ["en", "fr"].map(|lang| format!("content/{lang}/practices/a.md"));
    files.put(&original_at, original("Text."));
    files.put(&summary_at, summary("000000000000"));
    let help = cold(&files.tree()).diags.remove(0).help.unwrap();
    let digest = help.trim_end_matches('`').rsplit(' ').next().unwrap();
    let mut memories = Memories::warm();
    for (at, text, remarks) in [
        (&summary_at, summary(digest), 0),
        (&original_at, original("Another text."), 1),
        (&original_at, original("Text."), 0),
        (&summary_at, summary("000000000000"), 1),
    ] {
        files.put(at, text);
        let source = files.tree();
        let warm = build(&source, &mut memories, Scope::default());
        assert_equal(&warm, &cold(&source), &help);
        assert_eq!(warm.diags.len(), remarks, "{:?}", warm.diags);
    }
}

#[test]
fn a_link_to_a_title_follows_it() {
    let page = |title: &str, body: &str| format!("---\ntitle: {title}\n---\n\n{body}\n");
    let mut files = Files::default();
    files.put("content/b.md", page("B", "[x](a.md#soil) [y](a.md#part) [[a#part]]"));
    let mut memories = Memories::warm();
    for (title, body) in [
        ("Soil", "## Part\n\n[own](#soil)"),
        ("Compost", "## Part\n\n[own](#soil)"),
        ("Soil", "## Part\n\n[own](#soil)"),
        ("Soil", "## Soil\n\n## Part"),
        ("Soil", "## Part"),
        ("Part", "Text."),
        ("Soil", "## Part"),
    ] {
        files.put("content/a.md", page(title, body));
        let source = files.tree();
        let warm = build(&source, &mut memories, Scope::default());
        assert_equal(&warm, &cold(&source), &format!("{title}: {body}"));
    }
}

#[test]
fn what_files_say_to_other_programs_is_followed_after_an_edit() {
    let mut files = Files::default();
    let links = "[x](/en/docs/Web/CSS) [y](/docs/a/) [z](/2022/01/31/p/) [r](/parts/x.md)";
    files.put("files/b.md", format!("# B\n\n{links}\n"));
    files.put("_docs/a.md", "# A\n".to_owned());
    files.put("parts/x.md", "# X\n".to_owned());
    files.put("files/_posts/2022-01-31-p.md", "# P\n".to_owned());
    let mut memories = Memories::warm();
    for (step, (path, text)) in [
        ("files/css.md", "---\nslug: Web/HTML\n---\n\nText.\n"),
        ("files/css.md", "---\nslug: Web/CSS\n---\n\nText.\n"),
        ("files/css.md", "---\nslug: Web/CSS\n---\n\nOther text.\n"),
        ("files/css.md", "---\nslug: Web/XML\n---\n\nOther text.\n"),
        ("files/css.md", "---\nslug: Web/CSS\n---\n\nOther text.\n"),
        ("parts/_index.md", "---\ntitle: Parts\n---\n"),
        ("parts/x.md", "---\ntitle: X\n---\n\nText.\n"),
        ("parts/x.md", "---\ntitle: X\nbuild: {render: always}\n---\n\nText.\n"),
        ("parts/_index.md", "---\ntitle: Parts\ncascade: {build: {render: never}}\n---\n"),
        ("parts/x.md", "---\ntitle: X\n---\n\nText.\n"),
        ("parts/_index.md", "---\ntitle: Parts\n---\n"),
        ("parts/x.md", "---\ntitle: X\nheadless: true\n---\n\nText.\n"),
        ("mkdocs.yml", "site_name: One\n"),
        ("mkdocs.yml", "site_name: Two\n"),
        ("files/css.md", "---\nslug: css\n---\n\nOther text.\n"),
        ("website/docs/a.md", "# A\n"),
        ("website/i18n/fr/docusaurus-plugin-content-docs/current/a.md", "# A\n"),
        ("website/docs/a.md", "# B\n\n[x](/fr/docs/a/) [y](/docs/a/)\n"),
    ]
    .into_iter()
    .enumerate()
    {
        files.put(path, text.to_owned());
        let source = files.tree();
        let warm = build(&source, &mut memories, Scope::default());
        assert_equal(&warm, &cold(&source), &format!("step {step}"));
    }
}

#[test]
fn homes_without_a_page_are_called_like_the_first_one() {
    let mut files = Files::default();
    files.put("en/a.md", "# A\n".to_owned());
    files.put("fr/a.md", "# A\n".to_owned());
    let mut memories = Memories::warm();
    for title in ["Garden", "Heap", "Garden"] {
        files.put("en/index.md", format!("# {title}\n\nText.\n"));
        let source = files.tree();
        let warm = build(&source, &mut memories, Scope::default());
        assert_equal(&warm, &cold(&source), title);
        let html = warm.output.text(&TreePath::of("fr/index.html")).unwrap_or("");
        assert!(html.contains(&format!("<h1>{title}</h1>")), "{html}");
    }
}

#[test]
fn a_free_tag_is_called_as_most_pages_write_it() {
    let page = |tags: &str| format!("---\ntitle: Heap\ntags: [{tags}]\n---\n\nText.\n");
    let mut files = Files::default();
    files.put("content/a.md", page("Kitchen waste, Compost"));
    files.put("content/b.md", page("kitchen waste, Compost"));
    files.put("content/c.md", page("kitchen waste"));
    let mut memories = Memories::warm();
    let title = |built: &Built| {
        let html = built.output.text(&TreePath::of("tags/kitchen-waste/index.html")).unwrap_or("");
        let [_, rest] = html.split("<h1>").collect::<Vec<_>>()[..] else { panic!("{html}") };
        rest.split("</h1>").next().unwrap_or_default().trim().to_owned()
    };
    for (file, tags, name) in [
        ("a", "Kitchen waste, Compost", "kitchen waste"),
        // One is written otherwise, one joins, one leaves.
        ("b", "Kitchen waste, Compost", "Kitchen waste"),
        ("c", "KITCHEN WASTE, Kitchen waste", "Kitchen waste"),
        ("a", "Compost", "KITCHEN WASTE"),
        ("c", "Compost", "Kitchen waste"),
    ] {
        files.put(&format!("content/{file}.md"), page(tags));
        let source = files.tree();
        let warm = build(&source, &mut memories, Scope::default());
        assert_equal(&warm, &cold(&source), name);
        assert_eq!(title(&warm), name);
    }
}

#[test]
fn a_list_grows_by_a_page_unless_its_address_is_taken() {
    let page = |tags: &str| format!("---\ntitle: Heap\ntags: [{tags}]\n---\n\nText.\n");
    let second = "tags/soil/page/2/index.html";
    for is_taken in [false, true] {
        let mut files = Files::default();
        let config = "title = \"S\"\npage_size = 5\n[vocabularies.tags]\nopen = true\n\
                      used_only = true\nfolder = \"tags\"\n[fields.tags]\ntype = \"terms\"\n\
                      [types.practice]\nfolder = \"practices\"\nfields = [\"tags\"]\n";
        files.put("content/site.toml", config);
        for name in ["a", "b", "c", "d", "e", "f", "g"] {
            let tags = if name < "f" { "soil, heap" } else { "heap" };
            files.put(&format!("content/practices/{name}.md"), page(tags));
        }
        if is_taken {
            files.put("content/tags/soil/page/2.md", page("heap"));
        }
        let mut memories = Memories::warm();
        build(&files.tree(), &mut memories, Scope::default());
        for (file, tags, grows) in [
            ("f", "soil, heap", true),
            ("g", "soil, heap", true),
            ("g", "heap", true),
            ("f", "heap", false),
            ("f", "soil, heap", true),
        ] {
            files.put(&format!("content/practices/{file}.md"), page(tags));
            let source = files.tree();
            let warm = build(&source, &mut memories, Scope::default());
            assert_equal(&warm, &cold(&source), &format!("{file}: {tags}, {is_taken}"));
            let clashes = warm.diags.iter().any(|diag| diag.code == Code::DuplicateAddress);
            assert_eq!(clashes, is_taken && grows, "{:?}", warm.diags);
            let is_there = warm.output.get(&TreePath::of(second)).is_some();
            assert_eq!(is_there, is_taken || grows);
        }
    }
}

#[test]
fn a_warm_build_of_any_folder_equals_a_cold_one() {
    edits_keep_warm_equal_to_cold(sample::any_folder, 8, 12);
}

#[test]
fn the_samples_use_what_there_is() {
    // A law that is tested on poor sites says little: these are rich, and mostly sound.
    let built = cold(&sample::configured(&mut Random(1)).tree());
    let has = |part: &str| built.output.iter().any(|(path, _)| path.as_str().contains(part));
    for part in
        ["en/practices/page/2/", "old/", "en/objectives/1/", "en/tags/", "picture.png", "extra.css"]
    {
        assert!(has(part), "{part}");
    }
    assert!(built.output.len() > 60 && built.collections.len() == 3, "{}", built.output.len());
    assert!(cold(&sample::any_folder(&mut Random(1)).tree()).output.len() > 12);
}

#[test]
fn two_builds_are_equal_with_any_number_of_threads() {
    for seed in 0..3 {
        for files in [sample::configured(&mut Random(seed)), sample::any_folder(&mut Random(seed))]
        {
            let one = cold(&files.tree());
            // The order in which files are found does not matter either.
            let mut shuffled: Vec<_> = files.0.iter().rev().collect();
            shuffled.rotate_left(seed as usize);
            let source: Tree = shuffled
                .into_iter()
                .map(|(path, bytes)| (TreePath::of(path), Blob::new(bytes.clone())))
                .collect();
            for threads in [1, 2, 7] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let other = pool.install(|| cold(&source));
                assert_equal(&one, &other, &format!("seed {seed}, {threads} threads"));
            }
        }
    }
}

#[test]
fn two_indexes_are_equal() {
    let source = sample::configured(&mut Random(5)).tree();
    let digest = vademecum::search::digest(&source);
    for collection in &cold(&source).collections {
        let index = || vademecum::search::index::build(collection.clone(), digest).unwrap().0;
        let differ = difference(&index(), &index());
        assert!(differ.is_empty(), "{differ:?}");
    }
}

#[test]
fn editing_prose_renders_one_page() {
    let mut files = sample::configured(&mut Random(3));
    let record = |text: &str| format!("---\ntitle: P\nas_of: 2020\n---\n\n## Part\n\n{text}\n");
    files.put("content/en/practices/p4.md", record("A note."));
    let before = cold(&files.tree()).output;
    files.put("content/en/practices/p4.md", record("Another note."));
    let differ = difference(&before, &cold(&files.tree()).output);
    let html: Vec<_> = differ.iter().filter(|path| path.ends_with(".html")).collect();
    assert_eq!(html, ["en/practices/p4/index.html", "en/practices/p4/index.html"]);
}

#[test]
fn a_failed_write_leaves_the_last_good_site_whole() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("public");
    let good = cold(&sample::any_folder(&mut Random(1)).tree()).output;
    disk::write(&good, &out).unwrap();
    // A blob whose file has gone stands for any disk that fails in the middle of writing.
    let gone = folder.path().join("gone");
    let mut bad = cold(&sample::any_folder(&mut Random(2)).tree()).output;
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

#[test]
fn several_folders_change_together_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let tree = |text: &str| -> Tree {
        [(TreePath::of("a"), Blob::new(text.as_bytes()))].into_iter().collect()
    };
    disk::write(&tree("old"), &one).unwrap();
    let staged =
        vec![disk::stage(&tree("new"), &one).unwrap(), disk::stage(&tree("new"), &two).unwrap()];
    // Somebody takes the second place before the two are published.
    std::fs::write(&two, "in the way").unwrap();
    std::fs::remove_dir_all(folder.path().join(".two.staging")).unwrap();
    let error = disk::publish(staged).unwrap_err().to_string();
    assert!(
        error.contains("two` could not be written") && error.ends_with("nothing was changed"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(one.join("a")).unwrap(), "old");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
