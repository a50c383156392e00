//! Related records: those that share rare terms and rare words, found the same way every time.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::{page::Status, schema::Target};

use super::{PageIndex, Site};

/// How many related records a page shows.
pub const SHOWN: usize = 5;
/// A term or word on more records than this says too little to look its records up.
const COMMON: usize = 400;
/// What a shared word weighs against a shared term: words are many, terms were chosen.
const WORD: f64 = 0.35;
/// The weight below which two records are not called related.
const THRESHOLD: f64 = 2.0;

/// Finds the related records of every page.
///
/// A shared feature weighs its inverse document frequency, ln(N / n), as in Karen Spärck Jones,
/// "A statistical interpretation of term specificity", 1972. References that an editor wrote
/// (`related`) are shown before these and are left out here.
pub fn find(site: &Site) -> Vec<Vec<PageIndex>> {
    let records: Vec<PageIndex> = (0..site.pages.len())
        .filter(|&index| {
            let page = &site.pages[index];
            page.is_record && page.status == Status::Published
        })
        .collect();
    let mut features: HashMap<(&str, Feature), Vec<PageIndex>> = HashMap::new();
    let own: Vec<Vec<Feature>> = records.iter().map(|&index| features_of(site, index)).collect();
    for (record, own) in records.iter().zip(&own) {
        let folder = site.pages[*record].id.folder.as_str();
        for feature in own {
            features.entry((folder, feature.clone())).or_default().push(*record);
        }
    }
    let total = records.len() as f64;
    let found: Vec<(PageIndex, Vec<PageIndex>)> = records
        .par_iter()
        .zip(&own)
        .map(|(&record, own)| {
            let page = &site.pages[record];
            let mut weights: HashMap<PageIndex, f64> = HashMap::new();
            for feature in own {
                let Some(sharing) = features.get(&(page.id.folder.as_str(), feature.clone()))
                else {
                    continue;
                };
                if sharing.len() < 2 || sharing.len() > COMMON {
                    continue;
                }
                let weight = (total / sharing.len() as f64).ln().max(0.0) * feature.weight();
                for &other in sharing {
                    *weights.entry(other).or_default() += weight;
                }
            }
            weights.remove(&record);
            let mut ranked: Vec<(PageIndex, f64)> =
                weights.into_iter().filter(|(_, weight)| *weight >= THRESHOLD).collect();
            ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            (record, ranked.into_iter().take(SHOWN).map(|(index, _)| index).collect())
        })
        .collect();
    let mut related = vec![Vec::new(); site.pages.len()];
    for (record, list) in found {
        related[record] = list;
    }
    related
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Feature {
    Term(String, String),
    Word(String),
}

impl Feature {
    fn weight(&self) -> f64 {
        match self {
            Self::Term(..) => 1.0,
            Self::Word(_) => WORD,
        }
    }
}

fn features_of(site: &Site, index: PageIndex) -> Vec<Feature> {
    let page = &site.pages[index];
    let mut features: Vec<Feature> = page
        .references
        .iter()
        .filter_map(|reference| match &reference.target {
            Target::Term { vocabulary, id } => Some(Feature::Term(vocabulary.clone(), id.clone())),
            Target::Record { .. } => None,
        })
        .collect();
    let words = page.title.split(|c: char| !c.is_alphanumeric());
    let words = words.chain(page.summary.split(|c: char| !c.is_alphanumeric()));
    features.extend(
        words
            .filter(|word| word.chars().count() >= 4)
            .map(|word| Feature::Word(word.to_lowercase())),
    );
    features.sort();
    features.dedup();
    features
}
