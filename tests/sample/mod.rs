//! Sites that nobody wrote: a small generator of whole sites, and of edits to them.

// Each test uses a part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;

use vademecum::tree::{Blob, Tree, TreePath};

/// A small generator of numbers, the same on every machine (Knuth's MMIX constants).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    pub fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    pub fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// A source as the files of a folder.
#[derive(Clone, Default)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

impl Files {
    pub fn put(&mut self, path: &str, text: impl Into<Vec<u8>>) {
        self.0.insert(path.to_owned(), text.into());
    }

    pub fn tree(&self) -> Tree {
        self.0.iter().map(|(path, bytes)| (TreePath::of(path), Blob::new(bytes.clone()))).collect()
    }

    /// Returns the paths of the pages.
    fn pages(&self) -> Vec<String> {
        self.0.keys().filter(|path| path.ends_with(".md")).cloned().collect()
    }
}

const WORDS: &[&str] = &[
    "return",
    "border",
    "children",
    "visa",
    "health",
    "data",
    "école",
    "œuvre",
    "مرحبا",
    "移民",
    "Straße",
    "İstanbul",
    "e\u{301}te\u{301}",
    "registration",
    "naïve",
    "100",
    "COVID-19",
];

fn words(random: &mut Random, count: usize) -> String {
    let words: Vec<&str> = (0..count).map(|_| random.one(WORDS)).collect();
    words.join(" ")
}

const LANGUAGES: &[&str] = &["en", "fr", "ar"];

fn config(random: &mut Random) -> String {
    let page_size = 5 + random.below(3);
    let menu =
        random.one(&["\"practices\", \"about\"", "\"objectives\"", "\"notes\", \"practices\""]);
    let title = words(random, 2);
    let newest = random.below(4);
    let raw = if random.chance(4) { "true" } else { "false" };
    let used = if random.chance(2) { "true" } else { "false" };
    format!(
        r#"title = {{ en = "{title}", fr = "Engendré" }}
url = "https://example.org/x/"
languages = ["en", "fr", "ar"]
page_size = {page_size}
theme = "own"
rows = ["countries", "partners", "as_of"]
menu = [{menu}]
[markdown]
raw_html = {raw}
[home]
ways = ["objectives", "countries"]
newest = {newest}
featured = {{ vocabulary = "objectives", terms = ["1", "3"] }}
[[notices]]
field = "stage"
is = "closed"
text = {{ en = "Closed", fr = "Fermé" }}
[vocabularies.objectives]
noun = "objective"
folder = "objectives"
numbered = true
understood = true
[vocabularies.countries]
noun = "country"
folder = "countries"
used_only = {used}
parent = {{ column = "region", vocabulary = "regions" }}
[vocabularies.regions]
noun = "region"
[vocabularies.tags]
open = true
folder = "tags"
[fields.objectives]
type = "terms"
[fields.countries]
type = "terms"
label = {{ en = "Countries", fr = "Pays" }}
[fields.tags]
type = "terms"
[fields.as_of]
type = "date"
[fields.stage]
type = "text"
[fields.partners]
type = "records"
of = ["practice", "note"]
inverse = {{ en = "Partner in", fr = "Partenaire de" }}
[types.practice]
folder = "practices"
plural = {{ en = "Practices", fr = "Pratiques" }}
fields = ["objectives", "countries", "tags", "as_of", "stage", "partners"]
[types.note]
folder = "notes"
fields = ["as_of", "partners", "tags"]
required = ["as_of"]
"#
    )
}

fn vocabulary(random: &mut Random, name: &str) -> String {
    match name {
        "objectives" => {
            let count = 5 + random.below(4);
            let rows: String = (1..=count)
                .map(|n| format!("{n}\tName {}\tNom {n}\t{}\n", words(random, 1), words(random, 1)))
                .collect();
            format!("id\tname_en\tname_fr\talt_en\n{rows}")
        }
        "countries" => {
            let rows: String = ["TH", "MX", "TN", "CA", "NZ"]
                .iter()
                .map(|id| format!("{id}\t{}\tLand {id}\tPays {id}\n", random.one(&["a", "b", ""])))
                .collect();
            format!("id\tregion\tname_en\tname_fr\n{rows}")
        }
        _ => format!("id\tname_en\tname_fr\na\tRegion {}\tRégion A\nb\tB\tB\n", words(random, 1)),
    }
}

const PAGES: usize = 16;

/// Returns a site with a configuration that uses much of what there is.
pub fn configured(random: &mut Random) -> Files {
    let mut files = Files::default();
    files.put("content/site.toml", config(random));
    for name in ["objectives", "countries", "regions"] {
        files.put(&format!("content/vocabularies/{name}.tsv"), vocabulary(random, name));
    }
    for lang in LANGUAGES {
        files.put(
            &format!("content/{lang}/index.md"),
            format!("---\ntitle: Home {lang}\ntemplate: home.html\n---\n\n{}\n", words(random, 5)),
        );
        files.put(
            &format!("content/{lang}/about.md"),
            "# About\n\nSee [all](practices/index.md).\n",
        );
        files.put(&format!("content/{lang}/objectives/2.md"), words(random, 12));
        for number in 0..PAGES {
            if *lang == "en" || random.chance(2) {
                files.put(&path(random, lang, number), record(random, number));
            }
        }
    }
    files.put("content/en/practices/picture.png", vec![137, 80, 78, 71, 0, 255]);
    files.put("content/en/table.csv", "a,b\n1,2\n");
    files.put("themes/own/assets/extra.css", "p { color: red }\n");
    files.put("themes/own/templates/toc.html", toc(random));
    files.put("themes/own/words/fr.toml", words_file(random));
    files.put("index/en.toml", tuning(random));
    files
}

fn path(random: &mut Random, lang: &str, number: usize) -> String {
    let folder = if number % 4 == 3 { "notes" } else { "practices" };
    let _ = random;
    format!("content/{lang}/{folder}/p{number}.md")
}

fn toc(random: &mut Random) -> String {
    format!(
        "<nav class=\"toc\">{}{{% for entry in page.toc %}}<a href=\"#{{{{ entry.id }}}}\">{{{{ entry.text }}}}</a>{{% endfor %}}</nav>\n",
        words(random, 1)
    )
}

fn words_file(random: &mut Random) -> String {
    format!("search = \"Chercher {}\"\n", words(random, 1))
}

fn tuning(random: &mut Random) -> String {
    format!(
        "[weights]\ntitle = {}.5\nbody = 1.0\n[common]\nweight = 0.2\nwords = \"the of {}\"\n",
        1 + random.below(4),
        words(random, 1)
    )
}

/// Writes a record: front matter of all sorts, and a body that uses all of Markdown.
fn record(random: &mut Random, number: usize) -> String {
    let mut text = format!("---\ntitle: {} {number}\n", words(random, 2));
    if random.chance(2) {
        text += &format!("objectives: [{}, {}]\n", 1 + random.below(6), 1 + random.below(9));
    }
    if random.chance(2) {
        text += &format!("countries: [{}]\n", random.one(&["TH", "MX", "TN", "XX"]));
    }
    if random.chance(2) {
        text += &format!("tags: [{}, {}]\n", random.one(WORDS), random.one(WORDS));
    }
    if !random.chance(6) {
        text += &format!("as_of: 20{:02}\n", 10 + random.below(15));
    }
    if random.chance(3) {
        text += &format!("partners: [p{}]\n", random.below(PAGES + 2));
    }
    if random.chance(5) {
        text += &format!("status: {}\n", random.one(&["draft", "withdrawn", "published"]));
    }
    if random.chance(6) {
        text += "stage: closed\n";
    }
    if random.chance(5) {
        text += &format!("aliases: [old/{}, en/was/p{number}]\n", random.below(9));
    }
    if random.chance(4) {
        text += &format!("summary: {}\n", words(random, 6));
    }
    text += "---\n\n";
    // Links to pages that come and go are what a stale page shows first.
    text +=
        &format!("See [one](p{}.md), [two](p{}.md).\n\n", random.below(PAGES), random.below(PAGES));
    for part in 0..random.below(4) {
        text += &format!("## Part {part} {}\n\n", words(random, 1));
        text += &block(random, number);
    }
    text
}

fn block(random: &mut Random, number: usize) -> String {
    let other = random.below(PAGES + 1);
    let some = words(random, 4);
    match random.below(9) {
        0 => format!("{some} [that](p{other}.md), [note](../notes/p{other}.md#part-0).\n\n"),
        1 => format!("{some}[^{number}]\n\n[^{number}]: A note with *{some}*.\n\n"),
        2 => format!("```rust\nfn main() {{ let x = {other}; }}\n```\n\n"),
        3 => format!("<div class=\"box\" onclick=\"x()\"><b>{some}</b></div>\n\n"),
        4 => format!("| a | b |\n| - | - |\n| {some} | [x](p{other}.md) |\n\n"),
        5 => format!("> [!NOTE]\n> {some}\n\n- [ ] open\n- [x] done\n\n"),
        6 => "![picture](../practices/picture.png) [data](../table.csv)\n\n".to_owned(),
        7 => format!("{some} [^missing] [gone](nowhere.md)\n\n"),
        _ => format!("{some}, {some}.\n\n"),
    }
}

/// Returns a folder of Markdown without a configuration.
pub fn any_folder(random: &mut Random) -> Files {
    let mut files = Files::default();
    let folders = ["", "guide/", "guide/deep/", "notes été/", "fr/"];
    for number in 0..14 {
        let folder = random.one(&folders);
        let name = random.one(&["p", "README", "index", "été", "A b"]);
        files.put(
            &format!(
                "{folder}{name}{}.md",
                if number % 3 == 0 { String::new() } else { number.to_string() }
            ),
            loose(random, number),
        );
    }
    files.put("guide/picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    files.put("data.bin", vec![0, 1, 2, 255]);
    files.put("mkdocs.yml", contents_file(random));
    files.put("guide/_category_.json", folder_file(random));
    files.put("notes été/.pages", format!("title: {}\n", words(random, 2)));
    files
}

/// Returns a list of pages as MkDocs has it.
fn contents_file(random: &mut Random) -> String {
    let one = |random: &mut Random| format!("guide/p{}.md", random.below(PAGES));
    let [a, b, c] = [one(random), one(random), one(random)];
    format!("docs_dir: .\nnav:\n- {a}\n- {}: [{b}, guide/deep/{c}]\n", words(random, 2))
}

/// Returns what another program says of a folder.
fn folder_file(random: &mut Random) -> String {
    let position = random.below(5);
    format!("{{ \"label\": \"{}\", \"position\": {position} }}\n", words(random, 2))
}

fn loose(random: &mut Random, number: usize) -> String {
    let front = match random.below(5) {
        0 => "---\ntags: [a, b]\nlang: fr\ndate: 2020-01-02\n---\n".to_owned(),
        1 => "+++\ntitle = \"T\"\ndraft = false\n+++\n".to_owned(),
        2 => format!("---\ntitle: {}\nweight: {number}\n---\n", words(random, 2)),
        _ => String::new(),
    };
    format!(
        "{front}\n# {}\n\n{}[x](guide/p1.md) ![s](guide/picture.svg) [d](data.bin) [a](app://guide/p1)\n",
        words(random, 2),
        block(random, number)
    )
}

/// Makes one edit of any kind, and says which.
pub fn edit(random: &mut Random, files: &mut Files, past: &[Files]) -> &'static str {
    let pages = files.pages();
    let is_configured = files.0.contains_key("content/site.toml");
    let Some(page) = pages.get(random.below(pages.len())).cloned() else { return "nothing" };
    let number = random.below(PAGES);
    match random.below(if is_configured { 18 } else { 10 }) {
        0 | 1 => {
            let block = block(random, number);
            if let Some(bytes) = files.0.get_mut(&page) {
                bytes.extend_from_slice(block.as_bytes());
            }
            "prose"
        }
        2 => {
            files.put(&page, record(random, number));
            "a page written anew"
        }
        3 => {
            files.0.remove(&page);
            "a page deleted"
        }
        4 => {
            let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let name = format!("{folder}/new-{number}.md");
            files.put(name.trim_start_matches('/'), record(random, number));
            "a page added"
        }
        5 => {
            let bytes = files.0.remove(&page).unwrap_or_default();
            files.put(&page.replace(".md", "-renamed.md"), bytes);
            "a page renamed"
        }
        6 => {
            let broken: &[&[u8]] = &[
                b"---\ntitle: [\n---\nText\n",
                b"---\ntitle: x\n",
                b"caf\xe9\n",
                b"---\ntitle: 1\ntitle: 2\nas_of: 2020-13-45\n---\n",
                b"+++\nx = \n+++\n",
                b"",
            ];
            files.put(&page, random.one(broken));
            "a page broken"
        }
        7 => {
            if let Some(old) = past.get(random.below(past.len())) {
                *files = old.clone();
            }
            "everything as it was before"
        }
        8 => {
            let picture =
                files.0.keys().find(|path| path.ends_with(".png") || path.ends_with(".svg"));
            if let Some(picture) = picture.cloned() {
                files.put(&picture, words(random, 3));
            }
            "a picture"
        }
        9 if !is_configured => {
            match random.chance(2) {
                true => files.put("mkdocs.yml", contents_file(random)),
                false => files.put("guide/_category_.json", folder_file(random)),
            }
            "what is said of a folder"
        }
        9 => {
            let lang = random.one(LANGUAGES);
            let moved = LANGUAGES.iter().fold(page.clone(), |path, old| {
                path.replacen(&format!("content/{old}/"), &format!("content/{lang}/"), 1)
            });
            let bytes = files.0.remove(&page).unwrap_or_default();
            files.put(&moved, bytes);
            "a page moved to another language"
        }
        10 | 11 => {
            let name = random.one(&["objectives", "countries", "regions"]);
            files.put(&format!("content/vocabularies/{name}.tsv"), vocabulary(random, name));
            "a vocabulary"
        }
        12 => {
            files.put("content/site.toml", config(random));
            "site.toml"
        }
        13 => {
            files.put("themes/own/templates/toc.html", toc(random));
            "a template"
        }
        14 => {
            let broken =
                random.one(&["{% for %}", "{{ page.nothing.more }}", "{% include \"x\" %}"]);
            files.put("themes/own/templates/toc.html", broken);
            "a template broken"
        }
        15 => {
            files.put("themes/own/words/fr.toml", words_file(random));
            "words"
        }
        16 => {
            files.put("index/en.toml", tuning(random));
            "index/en.toml"
        }
        _ => {
            let broken = random.one(&["title = ", "languages = [\"en\"]\n", "pge_size = 3\n"]);
            files.put("content/site.toml", broken);
            "site.toml broken"
        }
    }
}
