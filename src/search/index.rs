//! Documents to a Tantivy index, and queries to hits. An edge: an index may lie in a folder.
//!
//! # The rule of ranking
//!
//! For each word of the query and each document, the word's impact is the sum over the fields of
//! weight × BM25's term part, times the word's inverse document frequency; a document that holds
//! the very form that was typed gets a twentieth more. A document's score is the sum of the impacts of
//! its words, times the square root of the share of the query's idf that it covers; words of the
//! title add their idf times the square of the title's share. All words count, none is required.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use serde::{Deserialize, Serialize};
use tantivy::{
    DocId, DocSet, Index, IndexWriter, InvertedIndexReader, SegmentReader, TERMINATED,
    TantivyDocument, TantivyError, Term,
    directory::{Directory, RamDirectory},
    index::SegmentId,
    indexer::NoMergePolicy,
    postings::Postings,
    schema::{
        FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
        Value,
    },
    tokenizer::TextAnalyzer,
};

use crate::tree::{Blob, Digest, Tree, TreePath};

use super::{
    Collection, Concept, Document, Found, Hit, Tuning,
    analysis::{Analyzer, Stream},
    excerpt::excerpt,
    naming, query,
};

/// BM25's saturation of repeated words and its correction for length: Robertson and Zaragoza, "The
/// Probabilistic Relevance Framework: BM25 and Beyond", 2009, and the values Tantivy itself has.
const K1: f32 = 1.2;
const B: f32 = 0.75;
/// Labels are names side by side, not prose: many of them make a record no less about each.
const B_LABELS: f32 = 0.2;
/// What a document gains that holds the very form that was typed.
const EXACT: f32 = 1.05;
/// What the completion of the last word counts when the word itself is unknown, or known.
const PREFIX: (f32, f32) = (0.8, 0.3);
/// What a corrected word counts.
const CORRECTED: f32 = 0.8;
/// What another name of a concept counts against the word that named it.
const CONCEPT: f32 = 1.0;
/// What a page counts that is no record: a term's page, a text of the manual.
const NO_RECORD: f32 = 0.75;
/// How many completions or corrections of a word are searched.
const COMPLETIONS: usize = 6;
const CORRECTIONS: usize = 3;
/// Queries of at most so many words have their last word completed.
const COMPLETED_WORDS: usize = 3;
/// Memory of the index writer in bytes; Tantivy writes a segment when it is full.
const WRITER_MEMORY: usize = 60_000_000;

/// The file that says what an index was made from.
const STAMP: &str = "vademecum.json";
/// The file that holds the concepts that queries may name.
const CONCEPTS: &str = "concepts.json";

#[derive(Serialize, Deserialize)]
struct Stamp {
    digest: String,
    lang: String,
    tuning: Tuning,
    documents: usize,
}

/// The names of the two ways in which Tantivy has texts cut into tokens.
const STEMS: &str = "stems";
const WORDS: &str = "words";

/// The fields of the index.
#[derive(Clone, Copy)]
struct Fields {
    title: Field,
    labels: Field,
    headings: Field,
    summary: Field,
    body: Field,
    /// The forms of all words as they stand, for exact matches and correction.
    exact: Field,
    facets: Field,
    /// 1 for records.
    record: Field,
    stored: Field,
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let text = |tokenizer, record| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record),
        )
    };
    let with_freqs = text(STEMS, IndexRecordOption::WithFreqs);
    let fields = Fields {
        title: builder.add_text_field("title", with_freqs.clone()),
        labels: builder.add_text_field("labels", with_freqs.clone()),
        headings: builder.add_text_field("headings", with_freqs.clone()),
        summary: builder.add_text_field("summary", with_freqs.clone()),
        body: builder.add_text_field("body", with_freqs),
        exact: builder.add_text_field("exact", text(WORDS, IndexRecordOption::Basic)),
        facets: builder.add_text_field("facets", STRING | FAST),
        record: builder.add_u64_field("record", FAST),
        stored: builder.add_text_field("stored", STORED),
    };
    (builder.build(), fields)
}

/// Builds the index of a collection in memory and returns its files.
///
/// # Errors
/// When Tantivy fails, which in memory means it ran out of it.
pub fn build(collection: &Collection, digest: Digest) -> Result<Tree, TantivyError> {
    let (schema, fields) = schema();
    let directory = RamDirectory::create();
    let index = Index::create(directory.clone(), schema, tantivy::IndexSettings::default())?;
    index.tokenizers().register(STEMS, TextAnalyzer::from(Stream::stems(&collection.lang)));
    index.tokenizers().register(WORDS, TextAnalyzer::from(Stream::words(&collection.lang)));
    let mut writer: IndexWriter<TantivyDocument> =
        index.writer_with_num_threads(1, WRITER_MEMORY)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    for document in &collection.documents {
        writer.add_document(prepare(document, fields))?;
    }
    writer.commit()?;
    if index.searchable_segment_ids()?.len() > 1 {
        writer.merge(&in_order(&index, fields)?).wait()?;
    }
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    let mut files = Tree::default();
    for path in index.directory().list_managed_files() {
        let Some(name) = path.to_str().and_then(TreePath::new) else { continue };
        let bytes = match directory.atomic_read(&path) {
            Ok(bytes) => bytes,
            Err(_) => match directory.open_read(&path) {
                Ok(slice) => slice.read_bytes()?.as_slice().to_vec(),
                // A file that was collected as garbage after it was listed.
                Err(_) => continue,
            },
        };
        files.insert(name, Blob::new(bytes));
    }
    for name in ["meta.json", ".managed.json"] {
        if let Ok(bytes) = directory.atomic_read(Path::new(name)) {
            files.insert(TreePath::of(name), Blob::new(bytes));
        }
    }
    let stamp = Stamp {
        digest: digest.to_string(),
        lang: collection.lang.clone(),
        tuning: collection.tuning.clone(),
        documents: collection.documents.len(),
    };
    let stamp = serde_json::to_vec_pretty(&stamp)
        .map_err(|error| TantivyError::InternalError(error.to_string()))?;
    files.insert(TreePath::of(STAMP), Blob::new(stamp));
    let concepts = serde_json::to_vec(&collection.concepts)
        .map_err(|error| TantivyError::InternalError(error.to_string()))?;
    files.insert(TreePath::of(CONCEPTS), Blob::new(concepts));
    Ok(naming::by_content(&files))
}

/// Returns the segments in the order of their documents, whatever names Tantivy drew for them.
fn in_order(index: &Index, fields: Fields) -> Result<Vec<SegmentId>, TantivyError> {
    let mut segments = Vec::new();
    for segment in index.reader()?.searcher().segment_readers() {
        let first: TantivyDocument = segment.get_store_reader(1)?.get(0)?;
        let stored =
            first.get_first(fields.stored).and_then(|value| value.as_str().map(str::to_owned));
        segments.push((stored, segment.segment_id()));
    }
    segments.sort();
    Ok(segments.into_iter().map(|(_, id)| id).collect())
}

fn prepare(document: &Document, fields: Fields) -> TantivyDocument {
    let mut prepared = TantivyDocument::default();
    let mut exact = String::new();
    let mut add = |field: Field, text: &str| {
        exact.push_str(text);
        // Two texts side by side are not one word.
        exact.push_str(" . ");
        prepared.add_text(field, text);
    };
    add(fields.title, &document.title);
    add(fields.labels, &document.labels.join(". "));
    let headings: Vec<&str> = document.sections.iter().map(|part| part.heading.as_str()).collect();
    add(fields.headings, &headings.join(". "));
    add(fields.summary, &document.summary);
    let body: Vec<&str> = document.sections.iter().map(|part| part.text.as_str()).collect();
    add(fields.body, &body.join(" "));
    prepared.add_text(fields.exact, exact);
    for (facet, values) in &document.facets {
        for value in values {
            prepared.add_text(fields.facets, format!("{facet}={value}"));
        }
    }
    prepared.add_u64(fields.record, u64::from(document.is_record));
    // A document holds only texts, so it has a JSON form.
    prepared.add_text(fields.stored, serde_json::to_string(document).unwrap_or_default());
    prepared
}

/// An index that can be asked.
pub struct Searcher {
    segments: Vec<SegmentReader>,
    fields: Fields,
    tuning: Tuning,
    pub lang: String,
    /// The digest of what the index was made from.
    pub digest: Option<Digest>,
    facet_names: Vec<String>,
    concepts: Vec<Concept>,
}

/// Why an index cannot be asked.
#[derive(Debug)]
pub enum OpenError {
    Missing,
    Damaged(String),
}

impl Searcher {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// When there is none, or it is damaged or of another version.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let stamp = std::fs::read(folder.join(STAMP)).map_err(|_| OpenError::Missing)?;
        let stamp: Stamp = serde_json::from_slice(&stamp)
            .map_err(|error| OpenError::Damaged(error.to_string()))?;
        let index =
            Index::open_in_dir(folder).map_err(|error| OpenError::Damaged(error.to_string()))?;
        let concepts = std::fs::read(folder.join(CONCEPTS)).unwrap_or_default();
        Self::of(&index, stamp, &concepts).map_err(|error| OpenError::Damaged(error.to_string()))
    }

    /// Opens an index from its files in memory.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn of_tree(files: &Tree) -> Result<Self, OpenError> {
        let damaged = |error: &dyn std::fmt::Display| OpenError::Damaged(error.to_string());
        let directory = RamDirectory::create();
        for (path, blob) in files.iter() {
            let bytes = blob.bytes().unwrap_or_default();
            directory
                .atomic_write(Path::new(path.as_str()), bytes)
                .map_err(|error| damaged(&error))?;
        }
        let stamp =
            files.get(&TreePath::of(STAMP)).and_then(Blob::bytes).ok_or(OpenError::Missing)?;
        let stamp: Stamp = serde_json::from_slice(stamp).map_err(|error| damaged(&error))?;
        let index = Index::open(directory).map_err(|error| damaged(&error))?;
        let concepts = files.get(&TreePath::of(CONCEPTS)).and_then(Blob::bytes);
        Self::of(&index, stamp, concepts.unwrap_or_default()).map_err(|error| damaged(&error))
    }

    fn of(index: &Index, stamp: Stamp, concepts: &[u8]) -> Result<Self, TantivyError> {
        let (schema, fields) = schema();
        if index.schema() != schema {
            return Err(TantivyError::SchemaError("the index is of another version".to_owned()));
        }
        let segments = index.reader()?.searcher().segment_readers().to_vec();
        let mut searcher = Self {
            segments,
            fields,
            tuning: stamp.tuning,
            lang: stamp.lang,
            digest: Digest::from_hex(&stamp.digest),
            facet_names: Vec::new(),
            concepts: serde_json::from_slice(concepts)
                .map_err(|error| TantivyError::InternalError(error.to_string()))?,
        };
        searcher.facet_names = searcher.read_facet_names()?;
        Ok(searcher)
    }

    fn read_facet_names(&self) -> Result<Vec<String>, TantivyError> {
        let mut names: Vec<String> = Vec::new();
        for segment in &self.segments {
            let index = segment.inverted_index(self.fields.facets)?;
            let mut stream = index.terms().stream()?;
            while stream.advance() {
                let value = String::from_utf8_lossy(stream.key());
                let name = value.split('=').next().unwrap_or_default();
                if names.last().is_none_or(|last| last != name) {
                    names.push(name.to_owned());
                }
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Returns the names that `field:value` and filters take.
    pub fn facet_names(&self) -> &[String] {
        &self.facet_names
    }

    /// Answers a query.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn search(
        &self,
        text: &str,
        filters: &[(String, String)],
        limit: usize,
    ) -> Result<Found, TantivyError> {
        let mut query = query::parse(text, &self.facet_names);
        query.filters.extend_from_slice(filters);
        let mut analyzer = Analyzer::new(&self.lang);
        let mut words = self.words(&query.words, &mut analyzer)?;
        let concepts = self.understand(&mut words);
        let corrected = self.correct(&query.words, &mut words, &mut analyzer)?;
        let mut scores = self.score(&mut words)?;
        if words.is_empty() && (!query.filters.is_empty() || text.trim().is_empty()) {
            // Filters alone list all that they let through.
            for (segment, reader) in self.segments.iter().enumerate() {
                scores.extend((0..reader.max_doc()).map(|doc| ((segment, doc), 0.0)));
            }
        }
        self.exclude(&query, &mut analyzer, &mut scores)?;
        self.filter(&query.filters, &mut scores)?;
        let mut ranked: Vec<((usize, DocId), f32)> =
            scores.iter().map(|(id, score)| (*id, *score)).collect();
        // Documents lie in the order of their addresses, which breaks ties.
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let idf: HashMap<String, f32> = words
            .iter()
            .flat_map(|word| word.forms.iter().map(|form| (form.stem.clone(), word.idf)))
            .collect();
        let mut hits = Vec::new();
        for ((segment, doc), score) in ranked.iter().take(limit) {
            hits.push(self.hit(*segment, *doc, *score, &idf, &mut analyzer)?);
        }
        Ok(Found {
            query: text.to_owned(),
            lang: self.lang.clone(),
            total: ranked.len(),
            hits,
            facets: self.count_facets(&scores)?,
            corrected,
            concepts,
        })
    }

    fn documents(&self) -> f32 {
        self.segments.iter().map(|segment| segment.max_doc() as f32).sum()
    }

    /// Understands the words of a query: each with its stem and, for the last, its completions.
    fn words(&self, text: &str, analyzer: &mut Analyzer) -> Result<Vec<Word>, TantivyError> {
        let tokens = analyzer.tokens(text);
        let mut words: Vec<Word> = Vec::new();
        for token in tokens {
            if words.iter().any(|word| word.forms[0].stem == token.stem) {
                continue;
            }
            let form = Form::of(token.stem, token.word.clone(), 1.0);
            words.push(Word { typed: token.word, forms: vec![form], idf: 0.0, known: false });
        }
        for word in &mut words {
            word.known = self.knows(&word.forms[0].stem)?;
        }
        let complete = words.len() <= COMPLETED_WORDS && !text.ends_with(char::is_whitespace);
        if let Some(last) = words.last_mut().filter(|_| complete) {
            let weight = if last.known { PREFIX.1 } else { PREFIX.0 };
            for completion in self.completions(&last.typed)? {
                let stem = analyzer.stem(&completion);
                if last.forms.iter().all(|form| form.stem != stem) {
                    last.forms.push(Form::of(stem, completion, weight));
                }
            }
            last.known |= last.forms.len() > 1;
        }
        Ok(words)
    }

    /// Finds the concepts that the query names, the longest name first, and adds their other names
    /// as forms of the first word that says something.
    fn understand(&self, words: &mut [Word]) -> Vec<String> {
        let stems: Vec<String> = words.iter().map(|word| word.forms[0].stem.clone()).collect();
        let mut found: Vec<(usize, usize, &Concept)> = Vec::new();
        for concept in &self.concepts {
            for name in &concept.said {
                let windows = stems.windows(name.len().max(1)).enumerate();
                for (at, window) in windows {
                    if window == name.as_slice() {
                        found.push((at, name.len(), concept));
                    }
                }
            }
        }
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)).then(a.2.id.cmp(&b.2.id)));
        let mut taken = vec![0_usize; stems.len()];
        let mut understood: Vec<String> = Vec::new();
        for (at, length, concept) in found {
            // A shorter name inside a longer one was not meant.
            if taken[at..at + length].iter().any(|longer| *longer > length) {
                continue;
            }
            taken[at..at + length].fill(length);
            if understood.contains(&concept.id) {
                continue;
            }
            understood.push(concept.id.clone());
            let says = |word: &&mut Word| !self.tuning.common.contains(&word.typed);
            let Some(word) = words[at..at + length].iter_mut().find(says) else { continue };
            word.known = true;
            for name in &concept.written {
                let [first, rest @ ..] = name.as_slice() else { continue };
                if word.forms.iter().any(|form| form.stem == *first && form.rest == rest) {
                    continue;
                }
                let mut form = Form::of(first.clone(), first.clone(), CONCEPT);
                form.rest = rest.to_vec();
                word.forms.push(form);
            }
        }
        understood
    }

    fn text_fields(&self) -> [(Field, f32); 5] {
        let (fields, weights) = (self.fields, self.tuning.weights);
        [
            (fields.title, weights.title),
            (fields.labels, weights.labels),
            (fields.headings, weights.headings),
            (fields.summary, weights.summary),
            (fields.body, weights.body),
        ]
    }

    fn knows(&self, stem: &str) -> Result<bool, TantivyError> {
        for segment in &self.segments {
            for (field, _) in self.text_fields() {
                let term = Term::from_field_text(field, stem);
                if segment.inverted_index(field)?.get_term_info(&term)?.is_some() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Returns the commonest words that begin with what was typed.
    fn completions(&self, typed: &str) -> Result<Vec<String>, TantivyError> {
        if typed.chars().count() < 2 {
            return Ok(Vec::new());
        }
        let mut found: BTreeMap<String, u32> = BTreeMap::new();
        for segment in &self.segments {
            let index = segment.inverted_index(self.fields.exact)?;
            let mut stream = index.terms().range().ge(typed.as_bytes()).into_stream()?;
            while stream.advance() && stream.key().starts_with(typed.as_bytes()) {
                let word = String::from_utf8_lossy(stream.key()).into_owned();
                *found.entry(word).or_default() += stream.value().doc_freq;
            }
        }
        found.remove(typed);
        let mut found: Vec<(String, u32)> = found.into_iter().collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        Ok(found.into_iter().take(COMPLETIONS).map(|(word, _)| word).collect())
    }

    /// Replaces words that the site does not hold by near ones; returns the query as corrected.
    fn correct(
        &self,
        text: &str,
        words: &mut [Word],
        analyzer: &mut Analyzer,
    ) -> Result<Option<String>, TantivyError> {
        let mut corrected = text.to_owned();
        let mut changed = false;
        for word in words.iter_mut().filter(|word| !word.known) {
            let near = self.near(&word.typed)?;
            let Some(first) = near.first() else { continue };
            let place =
                analyzer.tokens(&corrected).into_iter().find(|token| token.word == word.typed);
            if let Some(token) = place {
                corrected.replace_range(token.start..token.end, first);
                changed = true;
            }
            word.forms = near
                .into_iter()
                .map(|near| Form::of(analyzer.stem(&near), near, CORRECTED))
                .collect();
        }
        Ok(changed.then_some(corrected))
    }

    /// Returns the words of the site within one edit (from 4 letters) or two (from 8), the nearest
    /// and then the commonest first.
    fn near(&self, typed: &str) -> Result<Vec<String>, TantivyError> {
        let length = typed.chars().count();
        let edits = match length {
            0..=3 => return Ok(Vec::new()),
            4..=7 => 1,
            _ => 2,
        };
        let mut found: BTreeMap<String, (usize, u32)> = BTreeMap::new();
        for segment in &self.segments {
            let index = segment.inverted_index(self.fields.exact)?;
            let mut stream = index.terms().stream()?;
            while stream.advance() {
                let Ok(word) = std::str::from_utf8(stream.key()) else { continue };
                let other = word.chars().count();
                if other.abs_diff(length) > edits || other < 3 {
                    continue;
                }
                let distance = strsim::osa_distance(typed, word);
                if distance <= edits {
                    let entry = found.entry(word.to_owned()).or_insert((distance, 0));
                    entry.1 += stream.value().doc_freq;
                }
            }
        }
        let mut found: Vec<(String, (usize, u32))> = found.into_iter().collect();
        let first_letter = |word: &str| !typed.starts_with(|c| word.starts_with(c));
        found.sort_by(|(a, (a_edits, a_count)), (b, (b_edits, b_count))| {
            (a_edits, first_letter(a))
                .cmp(&(b_edits, first_letter(b)))
                .then(b_count.cmp(a_count))
                .then(a.cmp(b))
        });
        let nearest = found.first().map_or(0, |(_, (edits, _))| *edits);
        let near = found.into_iter().take_while(|(_, (edits, _))| *edits == nearest);
        Ok(near.take(CORRECTIONS).map(|(word, _)| word).collect())
    }

    /// Scores every document that holds a word of the query.
    fn score(&self, words: &mut [Word]) -> Result<HashMap<(usize, DocId), f32>, TantivyError> {
        let total = self.documents();
        let lengths = self.average_lengths()?;
        let mut all: Vec<HashMap<(usize, DocId), Impact>> = Vec::with_capacity(words.len());
        for word in words.iter_mut() {
            let impacts = self.impacts(word, &lengths)?;
            let n = impacts.len() as f32;
            // A word that no document holds still counts as something the query asked for.
            word.idf = (1.0 + (total - n + 0.5) / (n + 0.5)).ln();
            if self.tuning.common.contains(&word.typed) {
                word.idf *= self.tuning.common_weight;
            }
            all.push(impacts);
        }
        let query_idf: f32 = words.iter().map(|word| word.idf).sum::<f32>().max(f32::EPSILON);
        let mut sums: HashMap<(usize, DocId), (f32, f32, f32)> = HashMap::new();
        for (word, impacts) in words.iter().zip(all) {
            let idf = word.idf;
            for (document, impact) in impacts {
                let (score, matched, in_title) = sums.entry(document).or_default();
                *score += idf * impact.weight;
                *matched += idf * impact.share;
                if impact.in_title {
                    *in_title += idf * impact.share;
                }
            }
        }
        let records: Vec<_> = self
            .segments
            .iter()
            .map(|segment| segment.fast_fields().u64("record"))
            .collect::<Result<_, _>>()?;
        Ok(sums
            .into_iter()
            .map(|(document, (score, matched, in_title))| {
                let coverage = (matched / query_idf).min(1.0).sqrt();
                let title = in_title / query_idf;
                let is_record = records[document.0].first(document.1) == Some(1);
                let prior = if is_record { 1.0 } else { NO_RECORD };
                (document, prior * (score * coverage + in_title * title * title))
            })
            .collect())
    }

    fn average_lengths(&self) -> Result<HashMap<Field, f32>, TantivyError> {
        let documents = self.documents().max(1.0);
        let mut lengths = HashMap::new();
        for (field, _) in self.text_fields() {
            let mut tokens = 0;
            for segment in &self.segments {
                tokens += segment.inverted_index(field)?.total_num_tokens();
            }
            lengths.insert(field, (tokens as f32 / documents).max(1.0));
        }
        Ok(lengths)
    }

    /// Sums what one word means for each document, over its forms and the fields.
    fn impacts(
        &self,
        word: &Word,
        lengths: &HashMap<Field, f32>,
    ) -> Result<HashMap<(usize, DocId), Impact>, TantivyError> {
        let mut impacts: HashMap<(usize, DocId), Impact> = HashMap::new();
        for (number, reader) in self.segments.iter().enumerate() {
            for form in &word.forms {
                let mut of_form = self.parts(reader, &form.stem, lengths)?;
                for stem in &form.rest {
                    // A name of several words is found where all of them stand.
                    let mut others = self.parts(reader, stem, lengths)?;
                    of_form.retain(|doc, (weight, in_title)| match others.remove(doc) {
                        Some((other, title)) => {
                            *weight = weight.min(other);
                            *in_title &= title;
                            true
                        }
                        None => false,
                    });
                }
                let exact = Term::from_field_text(self.fields.exact, &form.word);
                let index = reader.inverted_index(self.fields.exact)?;
                if let Some(mut postings) = index.read_postings(&exact, IndexRecordOption::Basic)? {
                    while postings.doc() != TERMINATED {
                        if let Some(entry) = of_form.get_mut(&postings.doc()) {
                            entry.0 *= EXACT;
                        }
                        postings.advance();
                    }
                }
                for (doc, (weight, in_title)) in of_form {
                    let impact = impacts.entry((number, doc)).or_default();
                    // A document counts its best form of a word, not their sum.
                    if weight * form.weight > impact.weight {
                        impact.weight = weight * form.weight;
                        impact.share = form.weight;
                    }
                    impact.in_title |= in_title;
                }
            }
        }
        Ok(impacts)
    }

    /// Sums BM25's term part of a stem over the fields, for each document of a segment; says also
    /// whether it stands in the title.
    fn parts(
        &self,
        reader: &SegmentReader,
        stem: &str,
        lengths: &HashMap<Field, f32>,
    ) -> Result<HashMap<DocId, (f32, bool)>, TantivyError> {
        let mut parts: HashMap<DocId, (f32, bool)> = HashMap::new();
        for (field, weight) in self.text_fields() {
            let term = Term::from_field_text(field, stem);
            let index = reader.inverted_index(field)?;
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::WithFreqs)?
            else {
                continue;
            };
            let norms = reader.get_fieldnorms_reader(field)?;
            let average = lengths[&field];
            let b = if field == self.fields.labels { B_LABELS } else { B };
            loop {
                let doc = postings.doc();
                if doc == TERMINATED {
                    break;
                }
                let frequency = postings.term_freq() as f32;
                let length = norms.fieldnorm(doc) as f32;
                let part = frequency / (frequency + K1 * (1.0 - b + b * length / average));
                let entry = parts.entry(doc).or_default();
                entry.0 += weight * part * (K1 + 1.0);
                entry.1 |= field == self.fields.title;
                postings.advance();
            }
        }
        Ok(parts)
    }

    /// Takes out documents with unwanted words, and those without a phrase.
    fn exclude(
        &self,
        query: &query::Query,
        analyzer: &mut Analyzer,
        scores: &mut HashMap<(usize, DocId), f32>,
    ) -> Result<(), TantivyError> {
        for text in &query.without {
            for token in analyzer.tokens(text) {
                for (number, reader) in self.segments.iter().enumerate() {
                    for (field, _) in self.text_fields() {
                        let term = Term::from_field_text(field, &token.stem);
                        let index = reader.inverted_index(field)?;
                        let Some(mut postings) =
                            index.read_postings(&term, IndexRecordOption::Basic)?
                        else {
                            continue;
                        };
                        while postings.doc() != TERMINATED {
                            scores.remove(&(number, postings.doc()));
                            postings.advance();
                        }
                    }
                }
            }
        }
        for phrase in &query.phrases {
            let wanted: Vec<String> =
                analyzer.tokens(phrase).into_iter().map(|token| token.word).collect();
            if wanted.is_empty() {
                continue;
            }
            let candidates: Vec<(usize, DocId)> = scores.keys().copied().collect();
            for (segment, doc) in candidates {
                let document = self.document(segment, doc)?;
                if !holds_phrase(&document, &wanted, analyzer) {
                    scores.remove(&(segment, doc));
                }
            }
        }
        Ok(())
    }

    /// Keeps documents that carry, for each filtered facet, one of its values.
    fn filter(
        &self,
        filters: &[(String, String)],
        scores: &mut HashMap<(usize, DocId), f32>,
    ) -> Result<(), TantivyError> {
        let mut by_facet: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (facet, value) in filters {
            by_facet.entry(facet).or_default().push(value);
        }
        for (facet, values) in by_facet {
            let mut allowed: std::collections::HashSet<(usize, DocId)> = Default::default();
            for (number, reader) in self.segments.iter().enumerate() {
                let index = reader.inverted_index(self.fields.facets)?;
                for value in &values {
                    let text = self.spelling(&index, &format!("{facet}={value}"))?;
                    let term = Term::from_field_text(self.fields.facets, &text);
                    let Some(mut postings) =
                        index.read_postings(&term, IndexRecordOption::Basic)?
                    else {
                        continue;
                    };
                    while postings.doc() != TERMINATED {
                        allowed.insert((number, postings.doc()));
                        postings.advance();
                    }
                }
            }
            scores.retain(|document, _| allowed.contains(document));
        }
        Ok(())
    }

    /// Returns a filter as the index writes it: `country=th` is `country=TH`.
    fn spelling(&self, index: &InvertedIndexReader, wanted: &str) -> Result<String, TantivyError> {
        let mut stream = index.terms().stream()?;
        let mut found = wanted.to_owned();
        while stream.advance() {
            match std::str::from_utf8(stream.key()) {
                Ok(known) if known == wanted => return Ok(wanted.to_owned()),
                Ok(known) if known.eq_ignore_ascii_case(wanted) => found = known.to_owned(),
                _ => {}
            }
        }
        Ok(found)
    }

    fn count_facets(
        &self,
        scores: &HashMap<(usize, DocId), f32>,
    ) -> Result<BTreeMap<String, BTreeMap<String, usize>>, TantivyError> {
        let mut facets: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for (number, reader) in self.segments.iter().enumerate() {
            let Some(column) = reader.fast_fields().str("facets")? else { continue };
            let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
            for (segment, doc) in scores.keys() {
                if *segment == number {
                    for ord in column.term_ords(*doc) {
                        *counts.entry(ord).or_default() += 1;
                    }
                }
            }
            let mut value = String::new();
            for (ord, count) in counts {
                value.clear();
                column.ord_to_str(ord, &mut value)?;
                if let Some((facet, value)) = value.split_once('=') {
                    *facets
                        .entry(facet.to_owned())
                        .or_default()
                        .entry(value.to_owned())
                        .or_default() += count;
                }
            }
        }
        Ok(facets)
    }

    fn document(&self, segment: usize, doc: DocId) -> Result<Document, TantivyError> {
        let store = self.segments[segment].get_store_reader(1)?;
        let stored: TantivyDocument = store.get(doc)?;
        let text = stored.get_first(self.fields.stored).and_then(|value| value.as_str());
        serde_json::from_str(text.unwrap_or_default())
            .map_err(|error| TantivyError::InternalError(error.to_string()))
    }

    fn hit(
        &self,
        segment: usize,
        doc: DocId,
        score: f32,
        weights: &HashMap<String, f32>,
        analyzer: &mut Analyzer,
    ) -> Result<Hit, TantivyError> {
        let document = self.document(segment, doc)?;
        let excerpt = excerpt(&document, weights, analyzer);
        let section = excerpt.section.map(|index| &document.sections[index]);
        let anchor = section.map(|section| section.id.as_str()).filter(|id| !id.is_empty());
        Ok(Hit {
            url: match anchor {
                Some(id) => format!("{}#{id}", document.url),
                None => document.url.clone(),
            },
            title: document.title.clone(),
            excerpt: excerpt.html,
            section: section.map(|section| section.heading.clone()).filter(|text| !text.is_empty()),
            lang: document.lang.clone(),
            facets: document.facets,
            score,
        })
    }
}

fn holds_phrase(document: &Document, wanted: &[String], analyzer: &mut Analyzer) -> bool {
    let texts = document.sections.iter().flat_map(|part| [&part.heading, &part.text]);
    let texts = texts.chain([&document.title, &document.summary]).chain(&document.labels);
    texts.into_iter().any(|text| {
        let words: Vec<String> =
            analyzer.tokens(text).into_iter().map(|token| token.word).collect();
        words.windows(wanted.len()).any(|window| window == wanted)
    })
}

/// A word of a query.
struct Word {
    typed: String,
    forms: Vec<Form>,
    idf: f32,
    known: bool,
}

/// One form under which a word is searched: itself, a completion, or another name of the concept
/// that it names, which may have several words.
struct Form {
    stem: String,
    /// The other words of a concept's name.
    rest: Vec<String>,
    word: String,
    weight: f32,
}

impl Form {
    fn of(stem: String, word: String, weight: f32) -> Self {
        Self { stem, rest: Vec::new(), word, weight }
    }
}

/// What one word means for one document.
#[derive(Default)]
struct Impact {
    weight: f32,
    share: f32,
    in_title: bool,
}
