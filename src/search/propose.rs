//! Which concepts a record's text names that its fields do not.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::{
    diag::{At, Code, Diag},
    page::{Page, Role, Status},
    schema::Vocabulary,
    site::Site,
};

use super::analysis::Analyzer;

/// How often a text must name a concept that neither title nor summary names.
const OFTEN: usize = 3;
/// A concept that more than one of so many records name says too little to be proposed.
const COMMON: usize = 10;
/// The most concepts that are proposed for one record.
const PROPOSED: usize = 4;

/// The names of concepts in one language, by their first stem.
type Names<'a> = HashMap<String, Vec<(Vec<String>, &'a str)>>;

/// Proposes concepts for records that were written in their language, not translated: those of
/// vocabularies whose names are understood and whose terms stand above each other.
pub fn proposals(site: &Site) -> Vec<Diag> {
    let mut diags = Vec::new();
    let vocabularies = site.config.vocabularies.values();
    for vocabulary in
        vocabularies.filter(|vocabulary| vocabulary.understood && vocabulary.is_tree())
    {
        for lang in &site.config.languages {
            let records: Vec<&Page> = site
                .listed()
                .map(|(_, page)| &**page)
                .filter(|page| page.lang == lang.code && is_original(page))
                .filter(|page| takes(site, page, vocabulary))
                .collect();
            diags.extend(of_language(vocabulary, &lang.code, &records));
        }
    }
    diags
}

fn is_original(page: &Page) -> bool {
    page.is_record
        && page.role == Role::Page
        && page.status == Status::Published
        && page.stands_for.is_none()
        && page.text("original_lang").is_none_or(|lang| lang == page.lang)
}

/// Returns true for a record whose type has a field for terms of the vocabulary.
fn takes(site: &Site, page: &Page, vocabulary: &Vocabulary) -> bool {
    field_of(site, page, vocabulary).is_some()
}

fn field_of<'a>(site: &'a Site, page: &Page, vocabulary: &Vocabulary) -> Option<&'a str> {
    let record_type = site.config.types.get(&page.record_type)?;
    let kind = crate::schema::Kind::Term(vocabulary.name.clone());
    let field = record_type.fields.iter().find(|field| field.kind == kind && field.many)?;
    Some(&field.name)
}

fn of_language(vocabulary: &Vocabulary, lang: &str, records: &[&Page]) -> Vec<Diag> {
    let mut analyzer = Analyzer::new(lang);
    let mut names: Names = HashMap::new();
    for term in &vocabulary.terms {
        let texts = [&term.name, &term.alt];
        let texts = texts.into_iter().filter_map(|text| text.exact(lang));
        for name in texts.flat_map(|text| text.split(';')) {
            let stems: Vec<String> =
                analyzer.tokens(name).into_iter().map(|token| token.stem).collect();
            if let Some(first) = stems.first().cloned() {
                names.entry(first).or_default().push((stems, &term.id));
            }
        }
    }
    // The longest name first.
    for names in names.values_mut() {
        names.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.1.cmp(b.1)));
    }
    let named: Vec<BTreeMap<&str, usize>> = records
        .par_iter()
        .map_init(|| Analyzer::new(lang), |analyzer, page| named_by(page, &names, analyzer))
        .collect();
    let mut spread: HashMap<&str, usize> = HashMap::new();
    for id in named.iter().flat_map(BTreeMap::keys) {
        *spread.entry(id).or_default() += 1;
    }
    let is_common = |id: &str| spread[id] * COMMON > records.len().max(COMMON * 2);
    let propose = |(page, named): (&&Page, &BTreeMap<&str, usize>)| {
        let carried = page.terms(&vocabulary.name);
        let says_it =
            |id: &str| carried.iter().any(|own| *own == id || is_above(vocabulary, id, own));
        let mut missing: Vec<(&str, usize)> = named
            .iter()
            .filter(|(id, count)| **count >= OFTEN && !says_it(id) && !is_common(id))
            .map(|(id, count)| (*id, *count))
            .collect();
        let proposed: Vec<&str> = missing.iter().map(|(id, _)| *id).collect();
        missing.retain(|(id, _)| !proposed.iter().any(|other| is_above(vocabulary, id, other)));
        missing.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        missing.truncate(PROPOSED);
        let path = page.source.as_ref().filter(|_| !missing.is_empty())?;
        let own = |reference: &&crate::schema::Reference| match &reference.target {
            crate::schema::Target::Term { vocabulary: name, .. } => *name == vocabulary.name,
            crate::schema::Target::Record { .. } => false,
        };
        let field = page.references.iter().find(own);
        let range = field.map_or(0..0, |reference| reference.range.clone());
        let name = |id: &str| {
            let term = vocabulary.term(id);
            term.and_then(|term| term.name.exact(lang)).unwrap_or(id).to_owned()
        };
        let names: Vec<String> = missing.iter().map(|(id, _)| format!("“{}”", name(id))).collect();
        let ids: Vec<&str> = missing.iter().map(|(id, _)| *id).collect();
        let message = format!("the text speaks of {}", names.join(", "));
        let diag = Diag::note(Code::MissingConcept, At::new(path, range), message);
        Some(diag.help(format!(
            "if it is about that, add `{}` to `{}`",
            ids.join("`, `"),
            field.map_or(vocabulary.name.as_str(), |reference| &reference.field)
        )))
    };
    records.iter().zip(&named).filter_map(propose).collect()
}

/// Counts how often a record names each concept. What title or summary name counts often enough.
fn named_by<'a>(
    page: &Page,
    names: &Names<'a>,
    analyzer: &mut Analyzer,
) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    let heads = [(page.title.as_str(), OFTEN), (page.summary.as_str(), OFTEN)];
    let texts = page.sections.iter().map(|section| (section.text.as_str(), 1));
    for (text, weight) in heads.into_iter().chain(texts) {
        let stems: Vec<String> =
            analyzer.tokens(text).into_iter().map(|token| token.stem).collect();
        let mut at = 0;
        while at < stems.len() {
            let found = names
                .get(&stems[at])
                .and_then(|names| names.iter().find(|(name, _)| stems[at..].starts_with(name)));
            let Some((name, id)) = found else {
                at += 1;
                continue;
            };
            *counts.entry(*id).or_default() += weight;
            at += name.len();
        }
    }
    counts
}

/// Returns true when the term `id` stands above `own`: a record on child detention is one on
/// detention.
fn is_above(vocabulary: &Vocabulary, id: &str, own: &str) -> bool {
    let first = vocabulary.term(own).and_then(|term| vocabulary.broader(term));
    let above = std::iter::successors(first, |term| vocabulary.broader(term));
    above.take(vocabulary.terms.len()).any(|term| term.id == id)
}
