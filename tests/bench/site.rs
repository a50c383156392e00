//! Sites of any size that look like real ones: words as frequent as in a language, links, footnotes,
//! tables, tags, countries, objectives. The same number of pages gives the same bytes every time.

use std::{fmt::Write, fs, io, path::Path};

/// How many objectives, countries and tags there are.
const OBJECTIVES: usize = 23;
const COUNTRIES: usize = 190;
const TAGS: usize = 300;
/// The share of pages, of a hundred, that carry the one common tag: lists of terms that are made
/// anew for each page of the term take quadratic time, and only a common term shows it.
const COMMON_TAG: usize = 78;
const WORDS_PER_PAGE: usize = 600;
const SECTIONS: usize = 6;

/// A small generator of numbers, the same on every machine (Knuth's MMIX constants).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }

    fn share(&mut self) -> f64 {
        self.below(1 << 30) as f64 / f64::from(1 << 30)
    }
}

/// The words of a language, drawn as often as their rank says: Zipf's law, weight 1 / rank.
struct Words {
    words: Vec<&'static str>,
    /// The sum of the weights up to each word.
    sums: Vec<f64>,
}

impl Words {
    fn new(list: &'static str) -> Self {
        let words: Vec<&str> = list.lines().filter(|word| !word.is_empty()).collect();
        let mut sum = 0.0;
        let sums = (1..=words.len())
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { words, sums }
    }

    fn draw(&self, random: &mut Random) -> &'static str {
        let wanted = random.share() * self.sums.last().copied().unwrap_or_default();
        self.words[self.sums.partition_point(|sum| *sum < wanted).min(self.words.len() - 1)]
    }

    fn text(&self, random: &mut Random, count: usize) -> String {
        let mut text = String::with_capacity(count * 7);
        for number in 0..count {
            if number > 0 {
                text.push_str(if number % 14 == 13 { ". " } else { " " });
            }
            text.push_str(self.draw(random));
        }
        text
    }
}

const CONFIG: &str = r#"title = "Generated"
url = "https://example.org/"
languages = ["en", "fr"]
page_size = 50
rows = ["countries", "objectives"]

[home]
ways = ["objectives", "countries"]
newest = 10

[vocabularies.objectives]
noun = "objective"
folder = "objectives"
numbered = true

[vocabularies.countries]
noun = "country"
folder = "countries"
used_only = true

[vocabularies.tags]
noun = "tag"
folder = "tags"
open = true
used_only = true

[fields.date]
type = "date"

[fields.objectives]
type = "terms"

[fields.countries]
type = "terms"

[fields.tags]
type = "terms"

[types.practice]
folder = "practices"
fields = ["objectives", "countries", "tags", "date"]
"#;

/// Writes a site of so many pages, half of them in each of two languages.
pub fn write(folder: &Path, pages: usize) -> io::Result<()> {
    let content = folder.join("content");
    fs::create_dir_all(content.join("vocabularies"))?;
    fs::write(content.join("site.toml"), CONFIG)?;
    let languages = [
        ("en", Words::new(include_str!("words/en.txt"))),
        ("fr", Words::new(include_str!("words/fr.txt"))),
    ];
    let mut random = Random(7);
    for (name, prefix, count) in [("objectives", "", OBJECTIVES), ("countries", "c", COUNTRIES)] {
        let mut table = "id\tname_en\tname_fr\n".to_owned();
        for number in 1..=count {
            let [en, fr] = [0, 1].map(|lang| languages[lang].1.text(&mut random, 2));
            let _ = writeln!(table, "{prefix}{number}\t{en} {number}\t{fr} {number}");
        }
        fs::write(content.join(format!("vocabularies/{name}.tsv")), table)?;
    }
    for (lang, words) in &languages {
        let practices = content.join(lang).join("practices");
        fs::create_dir_all(&practices)?;
        for number in 0..pages / 2 {
            let text = page(words, &mut random, number, pages / 2);
            fs::write(practices.join(format!("p{number}.md")), text)?;
        }
    }
    Ok(())
}

fn page(words: &Words, random: &mut Random, number: usize, pages: usize) -> String {
    let mut text = format!("---\ntitle: {} {number}\n", words.text(random, 5).replace('.', ""));
    let _ = writeln!(text, "summary: {}", words.text(random, 20));
    let _ = writeln!(
        text,
        "date: 20{:02}-{:02}-{:02}",
        10 + number % 11,
        1 + number % 12,
        1 + number % 28
    );
    let mut list = |name: &str, prefix: &str, limit: usize, count: usize, more: Option<&str>| {
        let mut ids: Vec<String> =
            (0..count).map(|_| format!("{prefix}{}", random.below(limit) + 1)).collect();
        ids.extend(more.map(str::to_owned));
        ids.sort();
        ids.dedup();
        let _ = writeln!(text, "{name}: [{}]", ids.join(", "));
    };
    list("objectives", "", OBJECTIVES, 2, None);
    list("countries", "c", COUNTRIES, 2, None);
    list("tags", "t", TAGS, 3, ((number * 37) % 100 < COMMON_TAG).then_some("common"));
    text.push_str("---\n\n");
    for section in 1..=SECTIONS {
        let _ = writeln!(text, "## {}\n", words.text(random, 3).replace('.', ""));
        let other = random.below(pages);
        let _ = writeln!(
            text,
            "{} [{}](p{other}.md).[^{section}]\n",
            words.text(random, WORDS_PER_PAGE / SECTIONS - 20),
            words.text(random, 2),
        );
        let _ = writeln!(text, "[^{section}]: {}\n", words.text(random, 8));
    }
    text.push_str("| | |\n| --- | --- |\n");
    for _ in 0..6 {
        let _ = writeln!(text, "| {} | {} |", words.text(random, 3), words.text(random, 4));
    }
    text
}
