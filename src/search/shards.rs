//! The index to browser shards: small files below `search/<language>/` that a page can read from any
//! host, and from a folder opened by double click.
//!
//! Each shard is a classic script that hands its payload to one function, because a page opened from
//! disk can load nothing else. The payload is base64 of a zlib stream, whose checksum tells damage;
//! that of terms, results and texts is packed more tightly (`model.rs`), because they are most of what a
//! reader loads.
//! A shard also names its *generation*: the digest of what the numbers in it refer to (the list of
//! documents, where chunks begin, the values of facets). The root says which generation of each kind
//! it goes with, and the browser refuses a stranger, such as one that an older site left in a cache.
//!
//! | shard | holds |
//! |---|---|
//! | `root` | how many documents, where each chunk of terms begins, frequent words, endings, letters |
//! | `t0`, `t1`, … | terms in the order of their stems: forms, names of concepts, postings |
//! | `r0`, … | what results show, some documents each |
//! | `x0`, … | the texts of sections, from that document on, for excerpts and phrases |
//! | `w0`, … | all forms with one first letter, for correction and short beginnings |
//! | `facets`, `f0`, … | names of facets and values; who carries which (the root has small ones) |
//! | `c0`, … | concepts and their names in the language of the index |
//! | `dates` | the dates of documents, for sorting |
//!
//! Numbers are LEB128 varints, in columns: what is alike stands together, so that it packs well.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::ControlFlow,
};

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::tree::{Blob, Digest, InMemory, Keep, Tree, TreePath};

use super::{
    Document, Translated,
    analysis::is_unspaced,
    cut::Cut,
    index::{Fault, Searcher},
    lexicon::{self, Counted, NEAR_LETTERS},
    model::Model,
    packing::{FrontCoded, Packer, deflate, packed_block, packed_parts, varint},
    rank::{self, SET_BITS},
};

/// The number of the format; another is another generation.
const FORMAT: u32 = 5;
/// How many documents share a block of results, and what their texts weigh about in one file, in
/// bytes. Small ones waste files and requests, large ones bytes; `tests/bench/` measures both.
const RESULTS: usize = 13;
const TEXTS: usize = 16_500;
/// The same where there are few documents, and so few files: each query needs a larger share of the
/// results, and the texts may lie in smaller ones.
const SMALL_RESULTS: usize = 16;
const SMALL_TEXTS: usize = 13_000;
/// How many concepts share a file.
const CONCEPTS: usize = 32;
/// Facets that weigh less together, in bytes, travel in one file.
const FACETS_TOGETHER: usize = 6_000;

/// What the shards of one language weigh.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weight {
    /// How many files there are.
    pub files: usize,
    /// The sum of their lengths.
    pub bytes: u64,
}

/// Writes the shards of an index.
///
/// # Errors
/// When the index turns out to be damaged.
pub fn write(searcher: &Searcher, keep: &dyn Keep) -> Result<Tree, Fault> {
    let stems: Vec<(String, Vec<Counted>)> = lexicon::by_stem(searcher)?.into_iter().collect();
    let cut = Cut::of(&stems, &searcher.names, searcher.documents());
    let mut facets = Facets::of(searcher)?;
    let generations = generations(searcher, &cut, &facets)?;
    let pack = Packer { lang: searcher.lang.clone(), generations, keep };
    let mut files = Tree::default();
    let known = cut.known();
    let models = (0..rayon::current_num_threads()).map(|_| Model::new(known.as_bytes()));
    let models = models.collect();
    let (size, weight) = sizes(searcher);
    let mut blocks = Blocks { size, weight, models, ..Blocks::default() };
    searcher.each_document(0..searcher.documents() as u32, |document| {
        let values = facets.add(&document);
        blocks.add(result(&document, &values), text_of(&document), &pack, &mut files);
        ControlFlow::Continue(())
    })?;
    blocks.write(&pack, &mut files);
    let (lists, letters) = word_lists(&stems);
    files.extend(pack.all("w", 0, &lists));
    drop(lists);
    let step = blocks.models.len();
    // Common terms stand together; so that each processor has its share of them, it takes every nth.
    let chunks: Result<Vec<Vec<_>>, Fault> = blocks
        .models
        .par_iter_mut()
        .enumerate()
        .map(|(first, model)| {
            let numbers = (first..cut.members.len()).step_by(step);
            let pack = |number| {
                let parts = chunk(&cut, searcher, &stems, number)?;
                Ok(pack.place(&format!("t{number}"), &packed_parts(model, &parts)))
            };
            numbers.map(pack).collect()
        })
        .collect();
    files.extend(chunks?.into_iter().flatten());
    drop(blocks);
    files.extend(pack.all("c", 0, &concepts(searcher)));
    let of_facets = facets.write(&pack, &mut files);
    let has_dates = dates(searcher, &pack, &mut files)?;
    let mut root = root(searcher, letters, (of_facets.is_none(), has_dates))?;
    root["generations"] = json!(pack.generations);
    let root = root.to_string();
    let mut frequent = FrontCoded::default();
    cut.frequent.iter().for_each(|word| frequent.push(word));
    let mut parts = vec![written(&root), written(&cut.write()), frequent.numbers(), frequent.text];
    parts.extend(of_facets);
    // It stays in memory for `carried`.
    let pack = Packer { keep: &InMemory, ..pack };
    files.extend([pack.parts("root", &parts)]);
    Ok(files)
}

/// Puts the root of an index into the search page of its language, where a theme has a place for it:
/// a reader who comes there needs one request less.
pub fn carried(mut output: Tree, lang: &str) -> Tree {
    let root = output.text(&TreePath::of(&format!("search/{lang}/root.js")));
    let root = root.and_then(|root| root.strip_prefix("vademecum.shard(")?.strip_suffix(");\n"));
    let Some(root) = root else { return output };
    let place = format!("data-search-root=\"{lang}\">");
    let filled: Vec<(TreePath, Blob)> = output
        .iter()
        .filter(|(path, _)| path.as_str().ends_with("search/index.html"))
        .filter_map(|(path, _)| {
            let (before, after) = output.text(path)?.split_once(&place)?;
            Some((path.clone(), Blob::new(format!("{before}{place}[{root}]{after}"))))
        })
        .collect();
    output.extend(filled);
    output
}

/// Writes a text after its length.
fn written(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 4);
    varint(&mut bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// Digests what the numbers in each kind of shard refer to. A kind that is not named has the digest
/// of the list of documents.
fn generations(
    searcher: &Searcher,
    cut: &Cut,
    facets: &Facets,
) -> Result<BTreeMap<&'static str, String>, Fault> {
    let mut urls = vec![FORMAT.to_string()];
    searcher.each_document(0..searcher.documents() as u32, |document| {
        urls.push(document.url);
        ControlFlow::Continue(())
    })?;
    let documents = Digest::of_value(&urls);
    let digest = |more: Digest| {
        let both = Digest::of_parts([documents.as_bytes(), more.as_bytes()]).to_string();
        both[..8].to_owned()
    };
    let concepts: Vec<&str> = searcher.concepts.iter().map(|concept| concept.id.as_str()).collect();
    let (concepts, values) = (Digest::of_value(&concepts), Digest::of_value(&facets.names));
    let known = Digest::of_parts([cut.known().as_bytes()]);
    let results = Digest::of_parts([values.as_bytes(), known.as_bytes()]);
    let chunks = Digest::of_value(&(&cut.bounds, &cut.alone));
    let chunks = Digest::of_parts([chunks.as_bytes(), concepts.as_bytes()]);
    Ok(BTreeMap::from([
        ("", digest(documents)),
        ("t", digest(chunks)),
        ("r", digest(results)),
        ("x", digest(known)),
        ("f", digest(values)),
        ("facets", digest(values)),
        ("c", digest(concepts)),
    ]))
}

/// Returns what the shards in an output weigh.
pub fn weigh(output: &Tree) -> Weight {
    let mut weight = Weight::default();
    for (_, blob) in output
        .iter()
        .filter(|(path, _)| path.below("search").is_some_and(|name| name.ends_with(".js")))
    {
        weight.files += 1;
        weight.bytes += blob.length();
    }
    weight
}

/// What stands between documents, sections and the parts of a section; none of it occurs in a text.
const DOCUMENT_END: char = '\u{1d}';
const SECTION_END: char = '\u{1f}';
const PART_END: char = '\u{1e}';

/// What results show of some documents, and their texts, packed many at a time so that few lie in
/// memory.
#[derive(Default)]
struct Blocks {
    /// How many documents were packed, and those that wait: what their results show, and their texts.
    packed: usize,
    results: Vec<String>,
    texts: Vec<String>,
    /// How many documents share a block, and what their texts weigh in a file.
    size: usize,
    weight: usize,
    /// One for each processor; they are large.
    models: Vec<Model>,
}

/// Returns how many documents share a block, and what their texts weigh in a file.
fn sizes(searcher: &Searcher) -> (usize, usize) {
    match searcher.documents() < rank::LARGE {
        true => (SMALL_RESULTS, SMALL_TEXTS),
        false => (RESULTS, TEXTS),
    }
}

/// How many blocks are packed side by side.
const AT_ONCE: usize = 64;

impl Blocks {
    fn add(&mut self, result: String, text: String, pack: &Packer, files: &mut Tree) {
        if self.results.len() >= AT_ONCE * self.size {
            self.write(pack, files);
        }
        self.results.push(result);
        self.texts.push(text);
    }

    fn write(&mut self, pack: &Packer, files: &mut Tree) {
        let all = self.results.chunks(self.size).zip(self.texts.chunks(self.size));
        let blocks: Vec<Block> =
            all.map(|(results, texts)| Block::of(results, texts, self.weight)).collect();
        let share = blocks.len().div_ceil(self.models.len()).max(1);
        let shares = blocks.par_chunks(share).enumerate();
        let (first, size) = (self.packed / self.size, self.size);
        let packed: Vec<Vec<_>> = (self.models.par_iter_mut(), shares)
            .into_par_iter()
            .map(|(model, (at, blocks))| {
                let numbered = (first + at * share..).zip(blocks);
                numbered.flat_map(|(number, block)| block.pack(number, size, model, pack)).collect()
            })
            .collect();
        files.extend(packed.into_iter().flatten());
        self.packed += self.results.len();
        self.results.clear();
        self.texts.clear();
    }
}

/// What results show of some documents, and files of their texts, each with the place of its first
/// document.
struct Block {
    results: String,
    texts: Vec<(usize, String)>,
}

impl Block {
    /// Joins what results show, and texts to files that weigh about so much. A field more marks among
    /// the results where a file begins.
    fn of(results: &[String], texts: &[String], weight: usize) -> Self {
        let total: usize = texts.iter().map(String::len).sum();
        let count = ((total + weight / 2) / weight).max(1);
        let mut files: Vec<(usize, String)> = Vec::new();
        let mut lines = String::new();
        let (mut before, mut last) = (0, None);
        for (place, (result, text)) in results.iter().zip(texts).enumerate() {
            // Where the middle of the text lies.
            let file = (before + text.len() / 2) * count / total.max(1);
            before += text.len();
            if place > 0 {
                lines.push('\n');
            }
            lines.push_str(result);
            match files.last_mut().filter(|_| last == Some(file)) {
                Some((_, texts)) => {
                    texts.push(DOCUMENT_END);
                    texts.push_str(text);
                }
                None => {
                    lines.push('\t');
                    files.push((place, text.clone()));
                }
            }
            last = Some(file);
        }
        Self { results: lines, texts: files }
    }

    /// Packs the block of this number. A file of texts is named by its first document.
    fn pack(
        &self,
        number: usize,
        size: usize,
        model: &mut Model,
        pack: &Packer,
    ) -> Vec<(TreePath, Blob)> {
        let plain: Vec<&str> = self.texts.iter().map(|(_, text)| text.as_str()).collect();
        let (results, packed) = packed_block(model, &self.results, &plain);
        let names = self.texts.iter().map(|(place, _)| format!("x{}", number * size + place));
        let texts = names.zip(packed).map(|(name, bytes)| pack.place(&name, &bytes));
        std::iter::once(pack.place(&format!("r{number}"), &results)).chain(texts).collect()
    }
}

/// Returns a text on one line, without the signs that part texts. Spaces that do not break stay: they
/// stand before a colon in French.
fn line(text: &str) -> String {
    let is_sign = |c: char| [DOCUMENT_END, PART_END, SECTION_END].contains(&c);
    let is_space = |c: char| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}');
    let words = text.split(|c: char| is_space(c) || is_sign(c));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Writes what a result shows, in fields that tabs part.
fn result(document: &Document, values: &[usize]) -> String {
    let values: Vec<String> = values.iter().map(usize::to_string).collect();
    let mut sections = String::new();
    for (number, section) in document.sections.iter().take(SET_BITS).enumerate() {
        if number > 0 {
            sections.push(SECTION_END);
        }
        let heading = line(&section.heading);
        sections.push_str(&heading);
        // Most anchors are made from the words of their heading.
        if section.id != anchor(&heading) {
            sections.push(PART_END);
            sections.push_str(&section.id);
        }
    }
    let fields = [
        document.url.clone(),
        line(&document.title),
        line(&document.shown_summary()),
        document.lang.clone()
            + match document.translated {
                Some(Translated::Summary) => ":summary",
                Some(Translated::Title) => ":title",
                None => "",
            },
        values.join(" "),
        sections,
    ];
    fields.join("\t")
}

/// Makes the anchor that most headings have, as the browser does.
fn anchor(heading: &str) -> String {
    let letters = heading.to_lowercase();
    let letters = letters.chars().filter(|&c| c.is_alphanumeric() || "-_ ".contains(c));
    letters.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn text_of(document: &Document) -> String {
    let mut text = String::new();
    for (number, section) in document.sections.iter().enumerate() {
        if number > 0 {
            text.push(SECTION_END);
        }
        text.push_str(&line(&section.text));
    }
    text
}

/// Lists all forms by their first letter, with how many documents hold each.
fn word_lists(stems: &[(String, Vec<Counted>)]) -> (Vec<Vec<u8>>, String) {
    let mut by_letter: BTreeMap<char, Vec<(&str, usize)>> = BTreeMap::new();
    for (form, count) in stems.iter().flat_map(|(_, forms)| forms) {
        let is_long = form.chars().count() >= NEAR_LETTERS && !is_unspaced(form);
        if let Some(letter) = form.chars().next().filter(|_| is_long) {
            by_letter.entry(letter).or_default().push((form, *count));
        }
    }
    let letters = by_letter.keys().collect();
    let lists = by_letter.into_values().map(|mut forms| {
        forms.sort_unstable();
        let (mut words, mut counts) = (FrontCoded::default(), Vec::new());
        for (form, count) in forms {
            words.push(form);
            varint(&mut counts, count);
        }
        let mut bytes = words.numbers();
        bytes.extend_from_slice(&words.text);
        bytes.extend_from_slice(&counts);
        bytes
    });
    (lists.collect(), letters)
}

/// Writes the terms of a chunk, and what leads from a word to its term.
fn chunk(
    cut: &Cut,
    searcher: &Searcher,
    stems: &[(String, Vec<Counted>)],
    number: usize,
) -> Result<Vec<Vec<u8>>, Fault> {
    let own = &cut.members[number];
    let mut entries: BTreeMap<&str, Entry> = BTreeMap::new();
    let (mut idfs, mut counts) = (Vec::new(), Vec::new());
    let mut columns: [Vec<u8>; 4] = Default::default();
    for (index, &place) in own.iter().enumerate() {
        let (stem, forms) = &stems[place];
        entries.entry(stem).or_default().stem = Some(index);
        for (bit, (form, count)) in forms.iter().enumerate() {
            let is_only = forms.len() == 1;
            let of_form = OfForm { target: Target::Here(index), count: *count, bit, is_only };
            entries.entry(form).or_default().form = Some(of_form);
        }
        let Some(term) = searcher.term(stem)? else {
            // A form of no field that is searched; it leads nowhere.
            varint(&mut idfs, 0);
            varint(&mut counts, 0);
            continue;
        };
        // The idf follows from the count, but for common words.
        let follows = rank::idf(searcher.documents(), term.documents.len()) == term.idf;
        varint(&mut idfs, if follows { 0 } else { term.idf as usize });
        varint(&mut counts, term.documents.len());
        let sets = form_sets(searcher, forms, &term)?;
        let mut last = 0;
        for &document in &term.documents {
            varint(&mut columns[0], document as usize - last);
            last = document as usize;
        }
        columns[1].extend_from_slice(&term.impacts);
        for &set in &term.sections {
            varint(&mut columns[2], set as usize);
        }
        for set in sets {
            varint(&mut columns[3], set as usize);
        }
    }
    for (form, place, bit) in cut.strangers.get(&number).into_iter().flatten() {
        let target = Target::Elsewhere(cut.homes[*place], &stems[*place].0);
        let count = stems[*place].1[*bit].1;
        let of_form = OfForm { target, count, bit: *bit, is_only: false };
        entries.entry(form).or_default().form = Some(of_form);
    }
    let names = names_in(cut, searcher, number);
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    varint(&mut parts[0], own.len());
    parts[0].extend(idfs);
    parts[0].extend(counts);
    write_entries(&entries, &mut parts);
    parts.push(written(&names));
    parts.extend(columns);
    Ok(parts)
}

/// Lists the words of names of concepts that lie in a chunk, each with what follows it.
fn names_in(cut: &Cut, searcher: &Searcher, number: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in searcher.names.words().filter(|word| cut.chunk_of(word) == number) {
        let mut line = word.to_owned();
        for (rest, place) in searcher.names.after(word) {
            line.push_str(&format!("\t{place}"));
            for word in rest {
                line.push(' ');
                line.push_str(word);
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Returns for each document of a term which of its forms stand there; nothing for a common term and
/// for one with a single form.
fn form_sets(searcher: &Searcher, forms: &[Counted], term: &rank::Term) -> Result<Vec<u32>, Fault> {
    let is_common = term.documents.len() > rank::common_limit(searcher.documents());
    if is_common || forms.len() < 2 {
        return Ok(Vec::new());
    }
    let mut sets = vec![0_u32; term.documents.len()];
    for (bit, (form, _)) in forms.iter().take(SET_BITS).enumerate() {
        for document in searcher.form(form)?.unwrap_or_default() {
            if let Ok(at) = term.documents.binary_search(&document) {
                sets[at] |= 1 << bit;
            }
        }
    }
    Ok(sets)
}

/// What a word of a chunk is.
#[derive(Default)]
struct Entry<'a> {
    /// The place of the term in its chunk whose stem it is.
    stem: Option<usize>,
    form: Option<OfForm<'a>>,
}

/// A form: the term that it is one of, how many documents hold it, and its bit in sets of forms.
struct OfForm<'a> {
    target: Target<'a>,
    count: usize,
    bit: usize,
    /// Whether the term has no other form; then count and bit say nothing new.
    is_only: bool,
}

/// Where a term is: its place in this chunk, or another chunk and its stem.
enum Target<'a> {
    Here(usize),
    Elsewhere(usize, &'a str),
}

fn write_entries(entries: &BTreeMap<&str, Entry>, parts: &mut Vec<Vec<u8>>) {
    let mut words = FrontCoded::default();
    let (mut kinds, mut targets, mut counts, mut bits) = Default::default();
    let mut strangers: Vec<&str> = Vec::new();
    for (word, entry) in entries {
        words.push(word);
        let mut kind = 0;
        // Terms and their stems stand in one order, so the place needs no number.
        if entry.stem.is_some() {
            kind |= 1;
        }
        if let Some(form) = &entry.form {
            kind |= 2;
            match form.target {
                // Most forms stand beside their stem.
                Target::Here(index) if entry.stem == Some(index) => kind |= 4,
                Target::Here(index) => varint(&mut targets, index),
                Target::Elsewhere(chunk, stem) => {
                    kind |= 8;
                    varint(&mut targets, chunk);
                    strangers.push(stem);
                }
            }
            if form.is_only {
                kind |= 16;
            } else {
                varint(&mut counts, form.count);
                varint(&mut bits, form.bit);
            }
        }
        varint(&mut kinds, kind);
    }
    let columns: [Vec<u8>; 4] = [kinds, targets, counts, bits];
    parts.push(words.numbers());
    parts.push(words.text);
    let mut others = columns.concat();
    others.extend(written(&strangers.join(" ")));
    parts.push(others);
}

/// Writes concepts, some to a file: id, name, and names in the language of the index as stems.
fn concepts(searcher: &Searcher) -> Vec<String> {
    searcher
        .concepts
        .chunks(CONCEPTS)
        .map(|concepts| {
            let all = concepts.iter().map(|concept| (&concept.id, &concept.name, &concept.written));
            // Lists of texts have a JSON form.
            serde_json::to_string(&all.collect::<Vec<_>>()).unwrap_or_default()
        })
        .collect()
}

/// Which document carries which values.
struct Facets {
    names: Vec<FacetNames>,
    /// Where each facet's values begin among all values.
    offsets: Vec<usize>,
    places: HashMap<(String, String), usize>,
    columns: Vec<Vec<u8>>,
}

/// A facet as the browser reads it.
#[derive(Serialize)]
struct FacetNames {
    name: String,
    label: String,
    also: Vec<String>,
    numbered: bool,
    /// Values and, where it differs, their names.
    values: Vec<(String, Option<String>)>,
}

impl Facets {
    fn of(searcher: &Searcher) -> Result<Self, Fault> {
        let mut carried: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        searcher.each_facet_value(|name, value| {
            carried.entry(name.to_owned()).or_default().insert(value.to_owned());
        })?;
        let mut facets = Self {
            names: Vec::new(),
            offsets: Vec::new(),
            places: HashMap::new(),
            columns: Vec::new(),
        };
        let mut offset = 0;
        for facet in &searcher.facets {
            let values = carried.remove(&facet.name).unwrap_or_default();
            facets.offsets.push(offset);
            for (place, value) in values.iter().enumerate() {
                facets.places.insert((facet.name.clone(), value.clone()), offset + place);
            }
            offset += values.len();
            let named = values.into_iter().map(|value| {
                let name = facet.values.get(&value).cloned();
                (value, name)
            });
            facets.names.push(FacetNames {
                name: facet.name.clone(),
                label: facet.label.clone(),
                also: facet.also.clone(),
                numbered: facet.numbered,
                values: named.collect(),
            });
            facets.columns.push(Vec::new());
        }
        Ok(facets)
    }

    /// Adds a document; returns the numbers of its values among all.
    fn add(&mut self, document: &Document) -> Vec<usize> {
        let mut all = Vec::new();
        for (index, facet) in self.names.iter().enumerate() {
            for value in document.facets.get(&facet.name).into_iter().flatten() {
                let key = (facet.name.clone(), value.clone());
                if let Some(&place) = self.places.get(&key) {
                    varint(&mut self.columns[index], place - self.offsets[index] + 1);
                    all.push(place);
                }
            }
            self.columns[index].push(0);
        }
        all
    }

    /// Writes the names and columns: returns them for the root when they weigh little, and nothing
    /// when they have files of their own.
    fn write(&self, pack: &Packer, files: &mut Tree) -> Option<Vec<u8>> {
        let weight: usize = self.columns.iter().map(|column| deflate(&[column]).len()).sum();
        let are_apart = weight > FACETS_TOGETHER;
        // Lists of texts have a JSON form.
        let names = serde_json::to_string(&self.names).unwrap_or_default();
        let mut bytes = written(&names);
        for (number, column) in self.columns.iter().enumerate() {
            match are_apart {
                true => files.extend([pack.file(&format!("f{number}"), column)]),
                false => bytes.extend_from_slice(column),
            }
        }
        if !are_apart {
            return Some(bytes);
        }
        files.extend([pack.file("facets", &bytes)]);
        None
    }
}

/// Writes the dates of documents, where there are different ones.
fn dates(searcher: &Searcher, pack: &Packer, files: &mut Tree) -> Result<bool, Fault> {
    let dates = searcher.dates()?;
    let table: BTreeSet<u64> = dates.iter().copied().collect();
    if table.len() < 2 {
        return Ok(false);
    }
    let table: Vec<u64> = table.into_iter().collect();
    let mut bytes = Vec::new();
    for date in dates {
        // Later dates have larger numbers, which is all that sorting needs.
        varint(&mut bytes, table.binary_search(&date).unwrap_or_default());
    }
    files.extend([pack.file("dates", &bytes)]);
    Ok(true)
}

fn root(
    searcher: &Searcher,
    letters: String,
    (are_apart, has_dates): (bool, bool),
) -> Result<Value, Fault> {
    let mut others: Vec<usize> = Vec::new();
    let mut last = 0;
    for (document, is_record) in searcher.records()?.into_iter().enumerate() {
        if !is_record {
            others.push(document - last);
            last = document;
        }
    }
    let endings: Vec<String> = searcher
        .lexicon
        .endings
        .iter()
        .map(|(ending, other)| match other.is_empty() && !ending.is_empty() {
            true => ending.clone(),
            false => format!("{ending}|{other}"),
        })
        .collect();
    let common: Vec<&str> = searcher.tuning.common.iter().map(String::as_str).collect();
    Ok(json!({
        "documents": searcher.documents(),
        "unit": searcher.unit,
        "none": rank::idf(searcher.documents(), 0),
        "often": rank::common_limit(searcher.documents()),
        "results": sizes(searcher).0,
        "concepts": CONCEPTS,
        "endings": endings.join(" "),
        "letters": letters,
        "others": others,
        "common": common.join(" "),
        "apart": are_apart,
        "dates": has_dates,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_page_of_its_language_carries_the_root() {
        let page = |lang| format!("<p><script data-search-root=\"{lang}\"></script></p>");
        let file = |path: &str, text: &str| (TreePath::of(path), Blob::new(text));
        let output: Tree = [
            file("search/fr/root.js", "vademecum.shard(\"fr/root\",\"12\",\"eJw=\");\n"),
            file("fr/search/index.html", &page("fr")),
            file("en/search/index.html", &page("en")),
        ]
        .into_iter()
        .collect();
        let output = carried(carried(output, "fr"), "es");
        let of = |path: &str| output.text(&TreePath::of(path)).unwrap_or_default().to_owned();
        let with = page("fr").replace("\"></", "\">[\"fr/root\",\"12\",\"eJw=\"]</");
        assert_eq!(of("fr/search/index.html"), with);
        assert_eq!(of("en/search/index.html"), page("en"));
    }

    #[test]
    fn files_of_texts_weigh_about_the_same() {
        let results = ["a", "b", "c", "d"].map(str::to_owned);
        let text = |length: usize| "x".repeat(length);
        let texts = [9_000, 4_000, 500, 12_000].map(text);
        let Block { results: lines, texts: files } = Block::of(&results, &texts, 13_000);
        assert_eq!(lines, "a\t\nb\nc\t\nd");
        assert_eq!(files.iter().map(|(first, _)| *first).collect::<Vec<_>>(), [0, 2]);
        let Block { results: lines, texts: files } = Block::of(&results, &[0; 4].map(text), 13_000);
        assert_eq!((lines.as_str(), files.len()), ("a\t\nb\nc\nd", 1));
    }
}
