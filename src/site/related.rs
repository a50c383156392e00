//! Related records: those that share rare terms and rare words, found the same way every time.

use std::{collections::BTreeSet, sync::Arc};

use rayon::prelude::*;

use crate::page::{Feature, Page, Status};

use super::PageIndex;

/// How many related records a page shows.
pub const SHOWN: usize = 5;
/// A term or word on more records than this says too little to look its records up.
const COMMON: usize = 400;
/// How many records are looked at for one, over its rarest terms and words. The commoner ones add
/// little, and without a bound the time would grow with the square of the records.
const LOOKED_AT: usize = 400;
/// What a shared word weighs against a shared term: words are many, terms were chosen.
const WORD: f64 = 0.35;
/// The weight below which two records are not called related.
const THRESHOLD: f64 = 2.0;

/// What related records are found by: the records of each language, and what they have in common.
#[derive(Default)]
pub struct Features(Vec<Language>);

struct Language {
    /// In the order of the pages.
    records: Vec<PageIndex>,
    /// Every feature of every record, by its place among the records; in order.
    all: Vec<(Feature, u32)>,
}

/// Finds the related records of every page.
///
/// A shared feature weighs its inverse document frequency, ln(N / n), as in Karen Spärck Jones,
/// "A statistical interpretation of term specificity", 1972. References that an editor wrote
/// (`related`) are shown before these and are left out here.
pub fn find(pages: &[Arc<Page>]) -> (Features, Vec<Vec<PageIndex>>) {
    let mut related = vec![Vec::new(); pages.len()];
    let records: Vec<PageIndex> = (0..pages.len())
        .filter(|&index| {
            let page = &pages[index];
            page.is_record && page.status == Status::Published
        })
        .collect();
    // Pages lie in the order of their folders, so the records of one language stand together.
    let folder = |index: &PageIndex| pages[*index].id.folder.as_str();
    let mut features = Features::default();
    for records in records.chunk_by(|a, b| folder(a) == folder(b)) {
        let language = Language::new(pages, records.to_vec());
        let places: Vec<usize> = (0..records.len()).collect();
        for (index, list) in language.related_of(&places) {
            related[index] = list;
        }
        features.0.push(language);
    }
    (features, related)
}

impl Features {
    /// Finds the related records anew that an edit of some pages changes. `old` are the features
    /// that the pages had. Returns the pages that have other related records now.
    pub fn edit(
        &mut self,
        pages: &[Arc<Page>],
        old: &[(PageIndex, Vec<Feature>)],
        related: &mut [Vec<PageIndex>],
    ) -> Vec<PageIndex> {
        let mut changed = Vec::new();
        for language in &mut self.0 {
            let stale = language.edit(pages, old);
            for (index, list) in language.related_of(&stale) {
                if related[index] != list {
                    related[index] = list;
                    changed.push(index);
                }
            }
        }
        changed
    }
}

/// The records that share one feature, as a range of the list of all.
struct Shared {
    first: usize,
    count: usize,
    weight: f64,
}

impl Language {
    fn new(pages: &[Arc<Page>], records: Vec<PageIndex>) -> Self {
        let mut all: Vec<(Feature, u32)> = records
            .iter()
            .enumerate()
            .flat_map(|(place, &index)| {
                pages[index].features.iter().map(move |feature| (*feature, place as u32))
            })
            .collect();
        all.par_sort_unstable();
        Self { records, all }
    }

    /// Puts the features of edited pages in the place of their old ones. Returns the places of the
    /// records that share one that came or went.
    fn edit(&mut self, pages: &[Arc<Page>], old: &[(PageIndex, Vec<Feature>)]) -> Vec<usize> {
        let mut stale: BTreeSet<usize> = BTreeSet::new();
        let mut moved: BTreeSet<Feature> = BTreeSet::new();
        for (index, old) in old {
            let Ok(place) = self.records.binary_search(index) else { continue };
            let new = &pages[*index].features;
            for &feature in old.iter().filter(|feature| new.binary_search(feature).is_err()) {
                if let Ok(at) = self.all.binary_search(&(feature, place as u32)) {
                    self.all.remove(at);
                }
                moved.insert(feature);
            }
            for &feature in new.iter().filter(|feature| old.binary_search(feature).is_err()) {
                if let Err(at) = self.all.binary_search(&(feature, place as u32)) {
                    self.all.insert(at, (feature, place as u32));
                }
                moved.insert(feature);
            }
            stale.insert(place);
        }
        for feature in moved {
            let first = self.all.partition_point(|(other, _)| *other < feature);
            let sharing = self.all[first..].iter().take_while(|(other, _)| *other == feature);
            let sharing: Vec<usize> = sharing.map(|(_, place)| *place as usize).collect();
            // What was too common before the edit, and is, has no part in this.
            if sharing.len() <= COMMON + old.len() {
                stale.extend(sharing);
            }
        }
        stale.into_iter().collect()
    }

    /// Returns the groups of records that share a feature, the rarest first.
    fn groups(&self) -> Vec<Shared> {
        let total = self.records.len() as f64;
        let mut groups: Vec<Shared> = Vec::new();
        let mut first = 0;
        for group in self.all.chunk_by(|a, b| a.0 == b.0) {
            let count = group.len();
            if (2..=COMMON).contains(&count) {
                let share = if group[0].0.is_word() { WORD } else { 1.0 };
                let weight = (total / count as f64).ln().max(0.0) * share;
                groups.push(Shared { first, count, weight });
            }
            first += count;
        }
        // The order of features breaks ties.
        groups.sort_by_key(|group| group.count);
        groups
    }

    /// Finds the related records of those at some places.
    fn related_of(&self, places: &[usize]) -> Vec<(PageIndex, Vec<PageIndex>)> {
        if places.is_empty() {
            return Vec::new();
        }
        let groups = self.groups();
        let members = |group: &Shared| self.all[group.first..group.first + group.count].iter();
        // For each record its groups, one after the other, and where they begin.
        let mut starts = vec![0_usize; self.records.len() + 1];
        for (_, place) in groups.iter().flat_map(members) {
            starts[*place as usize + 1] += 1;
        }
        for place in 0..self.records.len() {
            starts[place + 1] += starts[place];
        }
        let mut filled = starts.clone();
        let mut of_records = vec![0_u32; starts[self.records.len()]];
        for (number, group) in groups.iter().enumerate() {
            for (_, place) in members(group) {
                let next = &mut filled[*place as usize];
                of_records[*next] = number as u32;
                *next += 1;
            }
        }
        let find = |weights: &mut Vec<f64>, touched: &mut Vec<usize>, place: usize| {
            let mut looked_at = 0;
            for number in &of_records[starts[place]..starts[place + 1]] {
                let group = &groups[*number as usize];
                looked_at += group.count;
                if looked_at > LOOKED_AT {
                    break;
                }
                for (_, other) in members(group) {
                    let weight = &mut weights[*other as usize];
                    if *weight == 0.0 {
                        touched.push(*other as usize);
                    }
                    *weight += group.weight;
                }
            }
            let mut ranked: Vec<(usize, f64)> = touched
                .drain(..)
                .map(|other| (other, std::mem::take(&mut weights[other])))
                .filter(|(other, weight)| *other != place && *weight >= THRESHOLD)
                .collect();
            let by_weight =
                |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
            if ranked.len() > SHOWN {
                ranked.select_nth_unstable_by(SHOWN, by_weight);
                ranked.truncate(SHOWN);
            }
            ranked.sort_by(by_weight);
            let found = ranked.into_iter().map(|(other, _)| self.records[other]).collect();
            (self.records[place], found)
        };
        let scratch = || (vec![0.0_f64; self.records.len()], Vec::new());
        places
            .par_iter()
            .map_init(scratch, |(weights, touched), &place| find(weights, touched, place))
            .collect()
    }
}
