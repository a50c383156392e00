//! How things are found: documents, their analysis in each language, queries, hits.
//!
//! One page is one document. A page without a translation is a document of every language all the
//! same: its labels are translated by the vocabularies even where its prose is not.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    config::Config,
    diag::{At, Code, Diag},
    front::{self, Notation, Value},
    markdown::Section,
    memory::Memory,
    page::{Page, Status},
    schema::{Kind, Target, Vocabulary},
    site::{PageIndex, Site},
    tree::{Digest, Tree, TreePath},
};

pub mod analysis;
mod answer;
mod cut;
mod declension;
mod excerpt;
pub mod index;
pub mod lexicon;
mod model;
mod naming;
mod packing;
mod propose;
pub mod query;
pub mod rank;
pub mod shards;

pub use propose::proposals;

/// One page as search sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Document {
    /// The output file: `en/practices/x/index.html`.
    pub url: String,
    /// The language of the text.
    pub lang: String,
    /// What is in the language of the index although the text is not.
    pub translated: Option<Translated>,
    /// Its language is that of the text, unless `translated` says otherwise.
    pub title: String,
    /// The whole summary; `shown_summary` cuts it for results.
    pub summary: String,
    /// Other names of a record than its title.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Names of countries, objectives, themes and so on, in the language of the index.
    pub labels: Vec<String>,
    /// The text by heading, in its order.
    pub sections: Arc<Vec<Section>>,
    /// Whether it is a record, which is what people search for; other pages count less.
    pub is_record: bool,
    /// Values by facet, for filters: `country` is `["TH"]`.
    pub facets: BTreeMap<String, Vec<String>>,
    /// Year, month and day as one number, 20201231; what is not said is 0.
    pub date: u32,
}

/// What of a page is in the language of the index although its text is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Translated {
    /// The title alone: a name that is given in that language.
    Title,
    /// Title and summary: an abstract.
    Summary,
}

/// How much of a summary a result shows, in characters.
const SHOWN_SUMMARY: usize = 160;

impl Document {
    /// Returns the summary as results show it.
    pub fn shown_summary(&self) -> String {
        crate::page::shorten(&self.summary, SHOWN_SUMMARY)
    }
}

/// The documents of one index.
#[derive(Clone)]
pub struct Collection {
    /// The language of the index.
    pub lang: String,
    /// How it is searched.
    pub tuning: Tuning,
    /// Terms whose names are understood in queries.
    pub concepts: Vec<Concept>,
    /// What results can be filtered by, in the order in which filters are shown.
    pub facets: Vec<Facet>,
    /// In the order of their addresses.
    pub documents: Vec<Arc<Document>>,
}

impl Collection {
    /// Returns true when the other collection gives the same index.
    pub fn is_same(&self, other: &Self) -> bool {
        let beside =
            |one: &Self| Digest::of_value(&(&one.lang, &one.tuning, &one.concepts, &one.facets));
        let mut documents = self.documents.iter().zip(&other.documents);
        self.documents.len() == other.documents.len()
            && documents.all(|(a, b)| Arc::ptr_eq(a, b))
            && beside(self) == beside(other)
    }
}

/// A term whose names are understood in queries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Concept {
    /// The id of the term.
    pub id: String,
    /// Its name in the language of the index.
    pub name: String,
    /// Names in any language, word by word, folded: what a query may say.
    pub said: Vec<Vec<String>>,
    /// Names in the language of the index, as stems: what pages may say.
    pub written: Vec<Vec<String>>,
    /// All names in the language of the index as stems, also those that no page holds: they let a
    /// query say them in another form. Only the making of an index asks.
    #[serde(skip)]
    pub own: Vec<Vec<String>>,
}

/// What results can be filtered by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facet {
    /// As queries and addresses write it: `country`.
    pub name: String,
    /// In the language of the index.
    pub label: String,
    /// Fields that stand for it in queries: `countries`.
    pub also: Vec<String>,
    /// Whether values are shown before their names: "13 Immigration detention".
    pub numbered: bool,
    /// Names of its values in the language of the index, where they differ from the values.
    pub values: BTreeMap<String, String>,
}

/// How a language is searched, from `index/<lang>.toml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tuning {
    /// What each field counts.
    pub weights: Weights,
    /// Words that say little in a question, folded.
    pub common: BTreeSet<String>,
    /// The share of their rarity that common words count, from 0 to 1.
    pub common_weight: f32,
}

/// What each field counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// The title.
    pub title: f32,
    /// Names of terms and of other records, and other names of the record itself.
    pub labels: f32,
    /// The headings of sections.
    pub headings: f32,
    /// The summary.
    pub summary: f32,
    /// The text of sections.
    pub body: f32,
}

impl Default for Weights {
    /// A starting point for any site, measured on public documentation in six languages; the example
    /// has weights of its own in `index/`. A summary is often the beginning of the body.
    fn default() -> Self {
        Self { title: 1.2, labels: 0.5, headings: 0.3, summary: 0.4, body: 1.0 }
    }
}

/// What is asked of an index.
#[derive(Clone, Debug)]
pub struct Ask {
    /// As typed; `query::parse` reads it.
    pub query: String,
    /// Facets and values. Values of one facet are alternatives; facets combine.
    pub filters: Vec<(String, String)>,
    /// How many hits are returned at most; with 0 they are only counted.
    pub limit: usize,
    /// How many of the first are left out before them.
    pub offset: usize,
    /// The order of the hits.
    pub sort: Sort,
    /// Search for a word that the site does not hold as it was typed.
    pub insist: bool,
    /// Ids of concepts that the query names and the reader does not mean.
    pub off: Vec<String>,
}

impl Ask {
    /// Asks for the first ten.
    pub fn of(query: &str) -> Self {
        Self {
            query: query.to_owned(),
            filters: Vec::new(),
            limit: 10,
            offset: 0,
            sort: Sort::Relevance,
            insist: false,
            off: Vec::new(),
        }
    }
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Sort {
    /// The best first.
    #[default]
    Relevance,
    /// The newest first.
    Date,
}

impl Sort {
    /// Returns the order of a name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "relevance" => Some(Self::Relevance),
            "date" => Some(Self::Date),
            _ => None,
        }
    }
}

/// The answer to a query, in the one shape that every reader returns.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// As it was asked.
    pub query: String,
    /// The language of the index.
    pub lang: String,
    /// Exact, however many hits are shown; of phrases, within the pages that were looked at.
    pub total: usize,
    /// Those that were asked for, in their order.
    pub hits: Vec<Hit>,
    /// Counts by facet and value over all that matched; exact too. The values of a filtered facet
    /// are counted as if it were not.
    pub facets: BTreeMap<String, BTreeMap<String, usize>>,
    /// What was searched instead of a word that the site does not hold.
    pub corrected: Option<String>,
    /// Concepts that the query names, those with the longest names first.
    pub concepts: Vec<Understood>,
}

/// A concept that was understood in a query.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Understood {
    /// The id of the term.
    pub id: String,
    /// Its name in the language of the index.
    pub name: String,
    /// Whether the reader took it off: its other names were not searched for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

/// One document that answers a query.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// Relative to the site's root, with the section that answers best: `…/index.html#section`.
    pub url: String,
    /// Plain text.
    pub title: String,
    /// HTML.
    pub summary: String,
    /// HTML: text with `<mark>` around the words found.
    pub excerpt: String,
    /// The heading of the section.
    pub section: Option<String>,
    /// The language of the text.
    pub lang: String,
    /// What is in the language of the index although the text is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translated: Option<Translated>,
    /// Values by facet, as the document has them.
    pub facets: BTreeMap<String, Vec<String>>,
    /// The higher the better, within one answer; 0 where no word was asked for.
    pub score: f64,
}

/// What is remembered of documents.
pub type DocumentMemory = Memory<Digest, Arc<Document>>;

/// Reads how each language is searched.
pub fn tunings(site: &Site, source: &Tree) -> (BTreeMap<String, Tuning>, Vec<Diag>) {
    let mut diags = Vec::new();
    let tunings = site.config.languages.iter().map(|lang| {
        let tuning = read_tuning(source, &lang.code, &mut diags);
        (lang.code.clone(), tuning)
    });
    (tunings.collect(), diags)
}

/// Collects the documents of every language.
pub fn collect(
    site: &Site,
    tunings: &BTreeMap<String, Tuning>,
    memory: &DocumentMemory,
) -> Vec<Collection> {
    let mut collections = Vec::new();
    for lang in &site.config.languages {
        let (lang, folder) = (lang.code.clone(), lang.folder.clone());
        let tuning = tunings.get(&lang).cloned().unwrap_or_default();
        let pages: Vec<PageIndex> = site
            .listed()
            .filter(|(_, page)| page.status == Status::Published && is_searched(site, page))
            .filter(|(_, page)| match &folder {
                None => page.lang == lang,
                Some(folder) if page.id.folder == *folder => true,
                // A page outside the folders of languages is one of the default language.
                Some(_) => page.id.folder.is_empty() && page.lang == lang,
            })
            .map(|(index, _)| index)
            .collect();
        let mut documents: Vec<Arc<Document>> =
            pages.into_par_iter().map(|index| remembered(site, index, &lang, memory)).collect();
        documents.sort_by(|a, b| a.url.cmp(&b.url));
        let concepts = concepts(&site.config, &lang, &tuning);
        let facets = facets(site, &lang, &documents);
        collections.push(Collection { lang, tuning, concepts, facets, documents });
    }
    collections
}

/// Returns false for the pages of terms that are not found themselves.
fn is_searched(site: &Site, page: &Page) -> bool {
    let of_term = page.term.as_ref().map(|(name, _)| name.as_str());
    let vocabulary = of_term.and_then(|name| site.config.vocabularies.get(name));
    vocabulary
        .or_else(|| site.config.vocabulary_of_folder(&page.id.path))
        .is_none_or(|v| !v.unsearched)
}

/// Returns the document of a page. It is made from the page, the configuration that the page was
/// read with, and the titles of the records that the page names.
fn remembered(site: &Site, index: PageIndex, lang: &str, memory: &DocumentMemory) -> Arc<Document> {
    let page = &site.pages[index];
    let make = || Arc::new(document(site, index, page, lang));
    let Some(key) = page.key.filter(|_| memory.is_warm()) else { return make() };
    let address = page.address();
    let own = [key.as_bytes(), lang.as_bytes(), address.as_bytes()];
    let titles = named(site, index).map(|to| site.pages[to].title.as_bytes());
    memory.get_or(Digest::of_parts(own.into_iter().chain(titles)), make)
}

/// Returns the records that a page names in its fields.
fn named(site: &Site, index: PageIndex) -> impl Iterator<Item = PageIndex> {
    site.edges_of(index)
        .filter(|edge| !matches!(&*edge.label, "links to" | "related"))
        .map(|edge| edge.to)
        .filter(|&to| site.pages[to].is_record)
}

fn document(site: &Site, index: PageIndex, page: &Page, lang: &str) -> Document {
    let config = &site.config;
    let mut labels: Vec<String> = Vec::new();
    let mut facets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut facet = |name: &str, value: &str| {
        let values = facets.entry(name.to_owned()).or_default();
        if !value.is_empty() && !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    };
    facet("language", page.prose_lang());
    if config.types.contains_key(&page.record_type) {
        facet("type", &page.record_type);
    }
    for reference in &page.references {
        if let Target::Term { vocabulary, id } = &reference.target {
            labels.extend(names(config, vocabulary, id, lang));
            let Some(vocabulary) = config.vocabularies.get(vocabulary) else { continue };
            facet(&vocabulary.facet(), id);
            // What is about child detention is about detention.
            let first = vocabulary.term(id).and_then(|term| vocabulary.broader(term));
            let above = std::iter::successors(first, |term| vocabulary.broader(term));
            for term in above.take(vocabulary.terms.len()) {
                labels.extend(term.name.get(lang, config.default_language()).map(str::to_owned));
            }
            if let Some(parent) = &vocabulary.parent
                && let Some(value) =
                    vocabulary.term(id).and_then(|term| term.data.get(&parent.column))
            {
                facet(&parent_noun(config, &parent.vocabulary), value);
                labels.extend(names(config, &parent.vocabulary, value, lang));
            }
        }
    }
    if let Some((vocabulary, id)) = &page.term {
        labels.extend(names(config, vocabulary, id, lang));
    }
    labels.extend(named(site, index).map(|to| site.pages[to].title.clone()));
    let dates = ["as_of", "date"].into_iter().filter_map(|name| page.text(name));
    let date = dates.into_iter().find(|date| crate::schema::is_date(date));
    if let Some(year) = date.and_then(|date| date.get(..4)) {
        facet("year", year);
    }
    if let Some(status) = page.text("status") {
        facet("status", status);
    }
    let (names, texts) = plain_texts(site, page);
    labels.extend(texts);
    labels.sort();
    labels.dedup();
    Document {
        url: page.file(),
        lang: page.prose_lang().to_owned(),
        translated: match (page.prose_lang() == page.lang, page.title_lang() == page.lang) {
            (false, true) if page.summary_lang() == page.lang => Some(Translated::Summary),
            (false, true) => Some(Translated::Title),
            _ => None,
        },
        title: page.title.clone(),
        summary: page.summary.clone(),
        names,
        labels,
        // What does not count as a record of a country is not what people look for either.
        is_record: site.config.types.is_empty()
            || site.config.types.get(&page.record_type).is_some_and(|t| t.is_record && t.counted),
        sections: page.sections.clone(),
        facets,
        date: date.map_or(0, date_number),
    }
}

/// Returns year, month and day of an ISO date as one number; what is not said is 0.
fn date_number(date: &str) -> u32 {
    let mut parts = date.split(['-', 'T', ' ']).map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = |high: u32| parts.next().filter(|part| *part <= high).unwrap_or(0);
    next(9999) * 10_000 + next(12) * 100 + next(31)
}

/// Names the facets that documents carry, and their values, in the order in which filters are shown:
/// what sort of thing it is, the vocabularies as configured, then year, status and language.
fn facets(site: &Site, lang: &str, documents: &[Arc<Document>]) -> Vec<Facet> {
    let config = &site.config;
    let own = config.languages.iter().find(|language| language.code == lang);
    let folder = own.and_then(|language| language.folder.as_deref()).unwrap_or_default();
    let mut carried: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, values) in documents.iter().flat_map(|document| &document.facets) {
        carried.entry(name).or_default().extend(values.iter().map(String::as_str));
    }
    let mut facets = Vec::new();
    let mut add = |name: &str,
                   (label, numbered): (&str, bool),
                   also: Vec<String>,
                   named: &dyn Fn(&str) -> String| {
        let Some(values) = carried.remove(name) else { return };
        let values = values.into_iter().map(|value| (value.to_owned(), named(value)));
        let values = values.filter(|(value, name)| value != name).collect();
        let (name, label) = (name.to_owned(), label.to_owned());
        facets.push(Facet { name, label, also, numbered, values });
    };
    add("type", ("", false), Vec::new(), &|value| {
        let record_type = config.types.get(value);
        let label = record_type.map_or("", |found| config.localized(&found.plural, lang));
        if label.is_empty() { value.to_owned() } else { label.to_owned() }
    });
    let types = config.types.values().flat_map(|record_type| &record_type.fields);
    let fields: Vec<&crate::schema::Field> = types.chain(&config.shared).collect();
    let mut vocabularies: Vec<_> = config.vocabularies.iter().collect();
    vocabularies.sort_by_key(|(_, vocabulary)| vocabulary.place.start);
    for (id, vocabulary) in vocabularies {
        let name = vocabulary.facet();
        let of = |field: &&&crate::schema::Field| field.kind == Kind::Term(id.clone());
        let mut also: Vec<String> =
            fields.iter().filter(of).map(|field| field.name.clone()).collect();
        also.retain(|field| *field != name);
        also.sort();
        also.dedup();
        let label = config.localized(&vocabulary.label, lang);
        add(&name, (label, vocabulary.numbered), also, &|value| {
            let term = vocabulary.term(value);
            let tag = || site.tag_name(folder, vocabulary, value).unwrap_or(value);
            term.map_or_else(tag, |term| crate::render::name_of(config, term, lang)).to_owned()
        });
    }
    for name in ["year", "status"] {
        add(name, ("", false), Vec::new(), &str::to_owned);
    }
    add("language", ("", false), vec!["lang".to_owned()], &|value| {
        crate::language::autonym(value).unwrap_or(value).to_owned()
    });
    facets
}

/// The longest name of a concept, in words; longer ones are titles that nobody types.
const NAME_LIMIT: usize = 6;

/// Collects the terms of the vocabularies whose names are understood.
fn concepts(config: &Config, lang: &str, tuning: &Tuning) -> Vec<Concept> {
    let mut stemmer = analysis::Analyzer::new(lang);
    let mut analyzer = analysis::Analyzer::new(lang);
    let mut words = |text: &str| -> Option<Vec<analysis::Token>> {
        let tokens = analyzer.tokens(text);
        let says = tokens.iter().any(|token| !tuning.common.contains(&token.word));
        (says && tokens.len() <= NAME_LIMIT).then_some(tokens)
    };
    let mut concepts = Vec::new();
    for vocabulary in config.vocabularies.values().filter(|vocabulary| vocabulary.understood) {
        for term in &vocabulary.terms {
            let texts = term.name.0.iter().chain(&term.alt.0);
            let names: Vec<(&str, &str)> = texts
                .flat_map(|(code, text)| text.split(';').map(|name| (code.as_str(), name.trim())))
                .filter(|(_, name)| !name.is_empty())
                .collect();
            let mut concept = Concept {
                id: term.id.clone(),
                name: crate::render::name_of(config, term, lang).to_owned(),
                said: Vec::new(),
                written: Vec::new(),
                own: Vec::new(),
            };
            let not = term.not.exact(lang).unwrap_or_default().split(';');
            let not: Vec<Vec<analysis::Token>> = not.filter_map(&mut words).collect();
            for (code, name) in names {
                let Some(tokens) = words(name) else { continue };
                let is_same = |not: &Vec<analysis::Token>| {
                    not.iter().map(|token| &token.word).eq(tokens.iter().map(|token| &token.word))
                };
                if not.iter().any(is_same) {
                    continue;
                }
                let stems: Vec<String> = tokens.iter().map(|token| token.stem.clone()).collect();
                if (code == lang || code.is_empty()) && !concept.written.contains(&stems) {
                    concept.own.push(stems.clone());
                    if let [token] = tokens.as_slice() {
                        let forms = declension::forms(lang, &token.word);
                        concept.own.extend(forms.map(|form| vec![stemmer.stem(&form)]));
                    }
                    concept.written.push(stems);
                }
                let said: Vec<String> = tokens.into_iter().map(|token| token.word).collect();
                if !concept.said.contains(&said) {
                    concept.said.push(said);
                }
            }
            concepts.push(concept);
        }
    }
    concepts
}

fn parent_noun(config: &Config, vocabulary: &str) -> String {
    config.vocabularies.get(vocabulary).map_or_else(|| vocabulary.to_owned(), Vocabulary::facet)
}

/// Returns a term's names in a language: name, title and the other names by which it is found.
fn names(config: &Config, vocabulary: &str, id: &str, lang: &str) -> Vec<String> {
    let Some(vocabulary) = config.vocabularies.get(vocabulary) else { return vec![id.to_owned()] };
    let Some(term) = vocabulary.term(id) else { return vec![id.replace('-', " ")] };
    let texts = [&term.name, &term.title, &term.alt];
    texts
        .into_iter()
        .filter_map(|text| text.get(lang, config.default_language()))
        .flat_map(|text| text.split(';'))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Returns the texts of fields that hold names and no references: those of the record itself, such as
/// acronyms, and others, such as places.
fn plain_texts(site: &Site, page: &Page) -> (Vec<String>, Vec<String>) {
    let (mut names, mut texts) = (Vec::new(), Vec::new());
    let Some(record_type) = site.config.types.get(&page.record_type) else { return (names, texts) };
    for field in &record_type.fields {
        let core = crate::config::CORE_FIELDS.contains(&field.name.as_str());
        if core
            || !matches!(field.kind, Kind::Text | Kind::Any)
            || !field.many && field.kind == Kind::Text
        {
            continue;
        }
        let of = if field.names { &mut names } else { &mut texts };
        gather(page.fields.get(&field.name), of);
    }
    names.sort();
    names.dedup();
    (names, texts)
}

fn gather(value: Option<&Value>, texts: &mut Vec<String>) {
    match value {
        Some(Value::Text(text)) => texts.push(text.clone()),
        Some(Value::List(values)) => values.iter().for_each(|value| gather(Some(value), texts)),
        Some(Value::Table(table)) => table.values().for_each(|value| gather(Some(value), texts)),
        _ => {}
    }
}

/// Reads `index/<lang>.toml`.
fn read_tuning(source: &Tree, lang: &str, diags: &mut Vec<Diag>) -> Tuning {
    let mut tuning = Tuning { common_weight: 1.0, ..Tuning::default() };
    let path = TreePath::of(&format!("index/{lang}.toml"));
    let Some(bytes) = source.get(&path).and_then(|blob| blob.bytes()) else { return tuning };
    let Ok(text) = std::str::from_utf8(bytes) else {
        diags.push(Diag::not_utf8(&path, bytes));
        return tuning;
    };
    let node = match front::read(Notation::Toml, text, 0..text.len()) {
        Ok(node) => node,
        Err(fault) => {
            let diag = Diag::error(Code::Config, At::new(&path, fault.range), fault.message);
            diags.push(diag.help(fault.help));
            return tuning;
        }
    };
    let mut wrong = |range: std::ops::Range<usize>, message: String, help: &str| {
        let diag = Diag::error(Code::Config, At::new(&path, range), message);
        diags.push(if help.is_empty() { diag } else { diag.help(help) });
    };
    let number = |node: &front::Node, high: f32| {
        node.text()
            .and_then(|text| text.parse().ok())
            .filter(|number| (0.0..=high).contains(number))
    };
    for (key, node) in node.table().unwrap_or_default() {
        if matches!(key.name.as_str(), "weights" | "common") && node.table().is_none() {
            let message = format!("`{}` takes a table, not {}", key.name, node.describe());
            wrong(
                node.range.clone(),
                message,
                "write its settings on lines of their own below its name",
            );
            continue;
        }
        match key.name.as_str() {
            "weights" => {
                for (key, node) in node.table().unwrap_or_default() {
                    let weights = &mut tuning.weights;
                    let slot = match key.name.as_str() {
                        "title" => &mut weights.title,
                        "labels" => &mut weights.labels,
                        "headings" => &mut weights.headings,
                        "summary" => &mut weights.summary,
                        "body" => &mut weights.body,
                        other => {
                            let message = format!("there is no search field `{other}`");
                            let help = "the fields are title, labels, headings, summary and body";
                            wrong(key.range.clone(), message, help);
                            continue;
                        }
                    };
                    match number(node, 100.0) {
                        Some(number) => *slot = number,
                        None => {
                            let message = format!("`{}` takes a number from 0 to 100", key.name);
                            wrong(node.range.clone(), message, "");
                        }
                    }
                }
            }
            "common" => {
                if let Some(weight) = node.get("weight") {
                    match number(weight, 1.0) {
                        Some(number) => tuning.common_weight = number,
                        None => {
                            let message = "`weight` takes a number from 0 to 1".to_owned();
                            wrong(weight.range.clone(), message, "");
                        }
                    }
                }
                for (key, node) in node.table().unwrap_or_default() {
                    match (key.name.as_str(), node.text()) {
                        ("weight", _) => {}
                        ("words", Some(words)) => {
                            tuning.common = words.split_whitespace().map(analysis::fold).collect();
                        }
                        ("words", None) => {
                            let message = format!("`words` takes a text, not {}", node.describe());
                            wrong(
                                node.range.clone(),
                                message,
                                "part the words by spaces, not by commas",
                            );
                        }
                        (other, _) => {
                            let message = format!("`common` has no setting `{other}`");
                            wrong(key.range.clone(), message, "the settings are weight and words");
                        }
                    }
                }
            }
            other => {
                let message = format!("`{path}` has no setting `{other}`");
                wrong(key.range.clone(), message, "the settings are weights and common");
            }
        }
    }
    tuning
}

/// Returns the digest of everything that an index is made from; an index with another is out of
/// date.
pub fn digest(source: &Tree) -> Digest {
    let parts = source.iter().filter(|(path, _)| path.below("themes").is_none());
    let parts: Vec<_> = parts.map(|(path, blob)| (path.as_str(), blob.digest())).collect();
    Digest::of_parts(parts.iter().flat_map(|(path, digest)| [path.as_bytes(), digest.as_bytes()]))
}
