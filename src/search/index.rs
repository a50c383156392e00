//! Documents to a Tantivy index, and what is read back from it. An edge: an index may lie in a folder.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
    path::Path,
    rc::Rc,
};

use serde::{Deserialize, Serialize};
use tantivy::{
    DocId, DocSet, Index, IndexWriter, InvertedIndexReader, SegmentReader, TERMINATED,
    TantivyDocument, Term,
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
    Ask, Collection, Concept, Document, Facet, Found, Tuning,
    analysis::{Analyzer, SECTION_END, Stream},
    answer,
    lexicon::{self, Lexicon, Names},
    naming,
    rank::{self, B, B_LABELS, K1, SET_BITS},
};

/// Why an index cannot be made or asked.
pub type Fault = tantivy::TantivyError;

/// Memory of the index writer in bytes; Tantivy writes a segment when it is full.
const WRITER_MEMORY: usize = 20_000_000;

/// The file that says what an index was made from.
const STAMP: &str = "vademecum.json";
/// The file that holds what queries may name beside the words of pages.
const LEXICON: &str = "lexicon.json";

#[derive(Serialize, Deserialize)]
struct Stamp {
    digest: String,
    lang: String,
    tuning: Tuning,
    documents: usize,
}

/// What the program keeps beside Tantivy's files.
#[derive(Serialize, Deserialize)]
struct Beside {
    lexicon: Lexicon,
    concepts: Vec<Concept>,
    facets: Vec<Facet>,
}

/// The names of the two ways in which Tantivy has texts cut into tokens.
const STEMS: &str = "stems";
const WORDS: &str = "words";

/// The fields of the index.
#[derive(Clone, Copy)]
struct Fields {
    title: Field,
    names: Field,
    labels: Field,
    headings: Field,
    summary: Field,
    body: Field,
    /// The forms of all words as they stand, for exact matches and correction.
    exact: Field,
    facets: Field,
    /// 1 for records.
    record: Field,
    date: Field,
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
    // The position of a word is the number of its section.
    let with_sections = text(STEMS, IndexRecordOption::WithFreqsAndPositions);
    let fields = Fields {
        title: builder.add_text_field("title", with_freqs.clone()),
        names: builder.add_text_field("names", with_freqs.clone()),
        labels: builder.add_text_field("labels", with_freqs.clone()),
        headings: builder.add_text_field("headings", with_sections.clone()),
        summary: builder.add_text_field("summary", with_freqs),
        body: builder.add_text_field("body", with_sections),
        exact: builder.add_text_field("exact", text(WORDS, IndexRecordOption::Basic)),
        facets: builder.add_text_field("facets", STRING | FAST),
        record: builder.add_u64_field("record", FAST),
        date: builder.add_u64_field("date", FAST),
        stored: builder.add_text_field("stored", STORED),
    };
    (builder.build(), fields)
}

/// Builds the index of a collection in memory; returns its files, and the index to be asked. Documents
/// that nobody else holds are let go one by one, because a large site fills the memory twice.
///
/// # Errors
/// When Tantivy fails, which in memory means it ran out of it.
pub fn build(mut collection: Collection, digest: Digest) -> Result<(Tree, Searcher), Fault> {
    let (schema, fields) = schema();
    let directory = RamDirectory::create();
    let index = Index::create(directory.clone(), schema, tantivy::IndexSettings::default())?;
    let [stems, words] = Stream::of_both(&collection.lang);
    index.tokenizers().register(STEMS, TextAnalyzer::from(stems));
    index.tokenizers().register(WORDS, TextAnalyzer::from(words));
    let mut writer: IndexWriter<TantivyDocument> =
        index.writer_with_num_threads(1, WRITER_MEMORY)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let count = collection.documents.len();
    for document in std::mem::take(&mut collection.documents) {
        writer.add_document(prepare(&document, fields))?;
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
        documents: count,
    };
    let to_json = |error: serde_json::Error| Fault::InternalError(error.to_string());
    files.insert(
        TreePath::of(STAMP),
        Blob::new(serde_json::to_vec_pretty(&stamp).map_err(to_json)?),
    );
    let bare = Beside {
        lexicon: Lexicon::default(),
        concepts: Vec::new(),
        facets: collection.facets.clone(),
    };
    let mut searcher = Searcher::of(&index, stamp, bare)?;
    let lexicon = lexicon::learn(&searcher)?;
    let concepts = lexicon::names(&searcher, &collection.concepts)?;
    let beside = Beside { lexicon, concepts, facets: collection.facets.clone() };
    files.insert(TreePath::of(LEXICON), Blob::new(serde_json::to_vec(&beside).map_err(to_json)?));
    searcher.lexicon = beside.lexicon;
    searcher.names = Names::of(&beside.concepts);
    searcher.concepts = beside.concepts;
    Ok((naming::by_content(&files), searcher))
}

/// Returns the segments in the order of their documents, whatever names Tantivy drew for them.
fn in_order(index: &Index, fields: Fields) -> Result<Vec<SegmentId>, Fault> {
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
    // Each text alike in both fields, so that it is cut into words once.
    let mut add = |field: Field, text: &str| {
        prepared.add_text(fields.exact, text);
        prepared.add_text(field, text);
    };
    let sections = |part: fn(&crate::markdown::Section) -> &str| {
        let mut all = String::new();
        for (number, section) in document.sections.iter().enumerate() {
            if number > 0 {
                all.push(SECTION_END);
            }
            // The sign that parts sections stands in no text that people write.
            all.extend(part(section).chars().filter(|&c| c != SECTION_END));
        }
        all
    };
    add(fields.title, &document.title);
    add(fields.names, &document.names.join(". "));
    add(fields.labels, &document.labels.join(". "));
    add(fields.headings, &sections(|section| &section.heading));
    add(fields.summary, &document.summary);
    add(fields.body, &sections(|section| &section.text));
    for (facet, values) in &document.facets {
        for value in values {
            prepared.add_text(fields.facets, format!("{facet}={value}"));
        }
    }
    prepared.add_u64(fields.record, u64::from(document.is_record));
    prepared.add_u64(fields.date, u64::from(document.date));
    // A document holds only texts, so it has a JSON form.
    prepared.add_text(fields.stored, serde_json::to_string(document).unwrap_or_default());
    prepared
}

/// An index that can be asked.
pub struct Searcher {
    /// Our indexes have one segment, or none when they hold no documents.
    segment: Option<SegmentReader>,
    fields: Fields,
    /// For each text field: what it counts, its correction for length, and its average length.
    texts: Vec<(Field, f64, f64, f64)>,
    /// How it is searched.
    pub tuning: Tuning,
    /// The language of the index.
    pub lang: String,
    /// The digest of what the index was made from.
    pub digest: Option<Digest>,
    /// What was learned from the words of the index.
    pub lexicon: Lexicon,
    /// Terms whose names are understood in queries.
    pub concepts: Vec<Concept>,
    /// The names of these concepts; their places are those in `concepts`.
    pub names: Names,
    /// What results can be filtered by, in the order in which filters are shown.
    pub facets: Vec<Facet>,
    /// What one step of an impact is.
    pub unit: f64,
    /// The stems of common words.
    common: HashSet<String>,
    facet_names: Vec<String>,
}

/// Why an index cannot be asked.
#[derive(Debug)]
pub enum OpenError {
    /// The folder holds none.
    Missing,
    /// It cannot be read, or is of another version: what stands against it.
    Damaged(String),
}

/// What sums up a term over its fields; kept from one term to the next, because a large site has
/// many of both.
#[derive(Default)]
struct Sums {
    parts: Vec<f64>,
    in_title: Vec<bool>,
    sections: Vec<u32>,
    touched: Vec<DocId>,
}

thread_local! {
    static SUMS: RefCell<Sums> = RefCell::default();
}

impl Searcher {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// When there is none, or it is damaged or of another version.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let damaged = |error: &dyn std::fmt::Display| OpenError::Damaged(error.to_string());
        let stamp = std::fs::read(folder.join(STAMP)).map_err(|_| OpenError::Missing)?;
        let stamp: Stamp = serde_json::from_slice(&stamp).map_err(|error| damaged(&error))?;
        let index = Index::open_in_dir(folder).map_err(|error| damaged(&error))?;
        let beside = std::fs::read(folder.join(LEXICON)).map_err(|error| damaged(&error))?;
        let beside = serde_json::from_slice(&beside).map_err(|error| damaged(&error))?;
        Self::of(&index, stamp, beside).map_err(|error| damaged(&error))
    }

    fn of(index: &Index, stamp: Stamp, beside: Beside) -> Result<Self, Fault> {
        let (schema, fields) = schema();
        let version = || Fault::SchemaError("the index is of another version".to_owned());
        if index.schema() != schema {
            return Err(version());
        }
        let segments = index.reader()?.searcher().segment_readers().to_vec();
        if segments.len() > 1 {
            return Err(version());
        }
        let Beside { lexicon, concepts, facets } = beside;
        let mut analyzer = Analyzer::new(&stamp.lang);
        let mut searcher = Self {
            segment: segments.into_iter().next(),
            fields,
            texts: Vec::new(),
            common: stamp.tuning.common.iter().map(|word| analyzer.stem(word)).collect(),
            tuning: stamp.tuning,
            lang: stamp.lang,
            digest: Digest::from_hex(&stamp.digest),
            lexicon,
            names: Names::of(&concepts),
            concepts,
            facets,
            unit: 0.0,
            facet_names: Vec::new(),
        };
        searcher.unit = rank::unit(&searcher.tuning.weights, searcher.documents());
        searcher.texts = searcher.read_texts()?;
        searcher.facet_names = searcher.read_facet_names()?;
        Ok(searcher)
    }

    fn read_texts(&self) -> Result<Vec<(Field, f64, f64, f64)>, Fault> {
        let (fields, weights) = (self.fields, self.tuning.weights);
        let of = [
            (fields.title, weights.title, B),
            (fields.names, weights.labels, B_LABELS),
            (fields.labels, weights.labels, B_LABELS),
            (fields.headings, weights.headings, B),
            (fields.summary, weights.summary, B),
            (fields.body, weights.body, B),
        ];
        let mut texts = Vec::new();
        for (field, weight, b) in of {
            let tokens = match &self.segment {
                Some(segment) => segment.inverted_index(field)?.total_num_tokens(),
                None => 0,
            };
            let average = tokens as f64 / self.documents().max(1) as f64;
            texts.push((field, f64::from(weight), b, average.max(1.0)));
        }
        Ok(texts)
    }

    fn read_facet_names(&self) -> Result<Vec<String>, Fault> {
        let mut names: Vec<String> = Vec::new();
        self.each_facet_value(|name, _| {
            if names.last().is_none_or(|last| last != name) {
                names.push(name.to_owned());
            }
        })?;
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Calls a function for each facet and value that a document carries.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn each_facet_value(&self, mut call: impl FnMut(&str, &str)) -> Result<(), Fault> {
        let Some(segment) = &self.segment else { return Ok(()) };
        let index = segment.inverted_index(self.fields.facets)?;
        let mut stream = index.terms().stream()?;
        while stream.advance() {
            if let Some((name, value)) = String::from_utf8_lossy(stream.key()).split_once('=') {
                call(name, value);
            }
        }
        Ok(())
    }

    /// Returns the names that `field:value` and filters take.
    pub fn facet_names(&self) -> &[String] {
        &self.facet_names
    }

    /// Returns true for a name that `field:value` and filters take.
    pub fn takes(&self, field: &str) -> bool {
        self.facet_names.contains(&answer::facet_of(self, field))
    }

    /// Answers a query.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn search(&self, ask: &Ask) -> Result<Found, Fault> {
        answer::answer(self, ask)
    }

    /// Returns the filters of a query whose value no page carries: the field, the value as written, and the
    /// name or id that is nearest to it, if one is near.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn unknown_values(
        &self,
        ask: &Ask,
    ) -> Result<Vec<(String, String, Option<String>)>, Fault> {
        answer::unknown_values(self, ask)
    }

    /// Returns the number of documents.
    pub fn documents(&self) -> usize {
        self.segment.as_ref().map_or(0, |segment| segment.max_doc() as usize)
    }

    /// Returns true for a stem of the index.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn knows(&self, stem: &str) -> Result<bool, Fault> {
        let Some(segment) = &self.segment else { return Ok(false) };
        for (field, ..) in &self.texts {
            let term = Term::from_field_text(*field, stem);
            if segment.inverted_index(*field)?.get_term_info(&term)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the documents that hold a form as it stands, in ascending order.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn form(&self, form: &str) -> Result<Option<Vec<DocId>>, Fault> {
        let Some(segment) = &self.segment else { return Ok(None) };
        let term = Term::from_field_text(self.fields.exact, form);
        let index = segment.inverted_index(self.fields.exact)?;
        let postings = index.read_postings(&term, IndexRecordOption::Basic)?;
        Ok(postings.map(|mut postings| {
            let mut documents = Vec::with_capacity(postings.size_hint() as usize);
            while postings.doc() != TERMINATED {
                documents.push(postings.doc());
                postings.advance();
            }
            documents
        }))
    }

    /// Calls a function for each form that begins so, in order, with the number of its documents.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn each_form(
        &self,
        beginning: &str,
        mut call: impl FnMut(&str, usize),
    ) -> Result<(), Fault> {
        let Some(segment) = &self.segment else { return Ok(()) };
        let index = segment.inverted_index(self.fields.exact)?;
        let mut stream = index.terms().range().ge(beginning.as_bytes()).into_stream()?;
        while stream.advance() && stream.key().starts_with(beginning.as_bytes()) {
            if let Ok(form) = std::str::from_utf8(stream.key()) {
                call(form, stream.value().doc_freq as usize);
            }
        }
        Ok(())
    }

    /// Returns what one stem means for each document that holds it.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn term(&self, stem: &str) -> Result<Option<Rc<rank::Term>>, Fault> {
        let Some(segment) = &self.segment else { return Ok(None) };
        SUMS.with_borrow_mut(|sums| {
            sums.parts.resize(self.documents(), 0.0);
            sums.in_title.resize(self.documents(), false);
            sums.sections.resize(self.documents(), 0);
            let result = self.sum(segment, stem, sums);
            let Sums { parts, in_title, sections, touched } = sums;
            touched.sort_unstable();
            let mut idf = rank::idf(self.documents(), touched.len());
            if self.common.contains(stem) {
                let share = f64::from(self.tuning.common_weight);
                // A share between 0 and 1 of a small number.
                idf = (f64::from(idf) * share).round().max(1.0) as u32;
            }
            let is_common = touched.len() > rank::common_limit(self.documents());
            let mut term = rank::Term {
                idf,
                documents: touched.clone(),
                impacts: Vec::with_capacity(touched.len()),
                sections: Vec::new(),
            };
            for document in touched.drain(..) {
                let at = document as usize;
                let part = std::mem::take(&mut parts[at]);
                let title = std::mem::take(&mut in_title[at]);
                let set = std::mem::take(&mut sections[at]);
                term.impacts.push(rank::impact(part, idf, self.documents(), self.unit, title));
                if !is_common {
                    term.sections.push(set);
                }
            }
            result?;
            Ok((!term.documents.is_empty()).then(|| Rc::new(term)))
        })
    }

    /// Sums BM25's term part of a stem over the fields, for each document.
    fn sum(&self, segment: &SegmentReader, stem: &str, sums: &mut Sums) -> Result<(), Fault> {
        let common = rank::common_limit(self.documents());
        for &(field, weight, b, average) in &self.texts {
            let term = Term::from_field_text(field, stem);
            let index = segment.inverted_index(field)?;
            let Some(info) = index.get_term_info(&term)? else { continue };
            let has_sections = field == self.fields.body || field == self.fields.headings;
            let option = match has_sections && info.doc_freq as usize <= common {
                true => IndexRecordOption::WithFreqsAndPositions,
                false => IndexRecordOption::WithFreqs,
            };
            let mut postings = index.read_postings_from_terminfo(&info, option)?;
            let norms = segment.get_fieldnorms_reader(field)?;
            let mut positions = Vec::new();
            loop {
                let doc = postings.doc();
                if doc == TERMINATED {
                    break;
                }
                let at = doc as usize;
                let frequency = f64::from(postings.term_freq());
                let length = f64::from(norms.fieldnorm(doc));
                let part = frequency / (frequency + K1 * (1.0 - b + b * length / average));
                // A part is never nothing, so a sum of nothing is a document not seen yet.
                if sums.parts[at] == 0.0 {
                    sums.touched.push(doc);
                }
                sums.parts[at] += (weight * part * (K1 + 1.0)).max(f64::MIN_POSITIVE);
                // A record is found by any of its names as by its title.
                sums.in_title[at] |= field == self.fields.title || field == self.fields.names;
                if option == IndexRecordOption::WithFreqsAndPositions {
                    postings.positions(&mut positions);
                    for &section in &positions {
                        sums.sections[at] |= 1 << (section as usize).min(SET_BITS - 1);
                    }
                }
                postings.advance();
            }
        }
        Ok(())
    }

    /// Returns the documents that carry a value of a facet.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn with_value(&self, facet: &str, value: &str) -> Result<Vec<DocId>, Fault> {
        let Some(segment) = &self.segment else { return Ok(Vec::new()) };
        let index = segment.inverted_index(self.fields.facets)?;
        let text = self.spelling(&index, &format!("{facet}={value}"))?;
        let term = Term::from_field_text(self.fields.facets, &text);
        let mut documents = Vec::new();
        if let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? {
            while postings.doc() != TERMINATED {
                documents.push(postings.doc());
                postings.advance();
            }
        }
        Ok(documents)
    }

    /// Returns a filter as the index writes it: `country=th` is `country=TH`.
    fn spelling(&self, index: &InvertedIndexReader, wanted: &str) -> Result<String, Fault> {
        let mut stream = index.terms().stream()?;
        let (mut found, lower) = (wanted.to_owned(), wanted.to_lowercase());
        while stream.advance() {
            match std::str::from_utf8(stream.key()) {
                Ok(known) if known == wanted => return Ok(wanted.to_owned()),
                Ok(known) if known.to_lowercase() == lower => found = known.to_owned(),
                _ => {}
            }
        }
        Ok(found)
    }

    /// Counts the values of facets over documents. `facets` says which to count.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn count_facets(
        &self,
        documents: &[DocId],
        facets: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<String, BTreeMap<String, usize>>, Fault> {
        let mut counts: HashMap<u64, usize> = HashMap::new();
        let mut found: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        let Some(segment) = &self.segment else { return Ok(found) };
        let Some(column) = segment.fast_fields().str("facets")? else { return Ok(found) };
        for &document in documents {
            for ord in column.term_ords(document) {
                *counts.entry(ord).or_default() += 1;
            }
        }
        let mut value = String::new();
        for (ord, count) in counts.into_iter().collect::<BTreeMap<_, _>>() {
            value.clear();
            column.ord_to_str(ord, &mut value)?;
            if let Some((facet, value)) = value.split_once('=')
                && facets(facet)
            {
                *found.entry(facet.to_owned()).or_default().entry(value.to_owned()).or_default() +=
                    count;
            }
        }
        Ok(found)
    }

    /// Returns which documents are records.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn records(&self) -> Result<Vec<bool>, Fault> {
        Ok(self.column("record")?.into_iter().map(|record| record == 1).collect())
    }

    /// Returns the dates of documents, as `Document` counts them.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn dates(&self) -> Result<Vec<u64>, Fault> {
        self.column("date")
    }

    fn column(&self, name: &str) -> Result<Vec<u64>, Fault> {
        let Some(segment) = &self.segment else { return Ok(Vec::new()) };
        let column = segment.fast_fields().u64(name)?;
        Ok((0..segment.max_doc()).map(|doc| column.first(doc).unwrap_or_default()).collect())
    }

    /// Returns a document as it was indexed.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn document(&self, doc: DocId) -> Result<Document, Fault> {
        let mut found = None;
        self.each_document(doc..doc + 1, |document| {
            found = Some(document);
            ControlFlow::Break(())
        })?;
        found.ok_or_else(|| Fault::InternalError("a document is missing".to_owned()))
    }

    /// Calls a function for documents in their order, until it breaks off.
    ///
    /// # Errors
    /// When the index turns out to be damaged.
    pub fn each_document(
        &self,
        docs: std::ops::Range<DocId>,
        mut call: impl FnMut(Document) -> ControlFlow<()>,
    ) -> Result<(), Fault> {
        let Some(segment) = &self.segment else { return Ok(()) };
        let store = segment.get_store_reader(1)?;
        for doc in docs {
            let stored: TantivyDocument = store.get(doc)?;
            let text = stored.get_first(self.fields.stored).and_then(|value| value.as_str());
            let document = serde_json::from_str(text.unwrap_or_default())
                .map_err(|error| Fault::InternalError(error.to_string()))?;
            if call(document).is_break() {
                break;
            }
        }
        Ok(())
    }
}
