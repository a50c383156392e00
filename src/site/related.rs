//! Related records: those that share rare terms and rare words, found the same way every time.

use std::sync::Arc;

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

/// Finds the related records of every page.
///
/// A shared feature weighs its inverse document frequency, ln(N / n), as in Karen Spärck Jones,
/// "A statistical interpretation of term specificity", 1972. References that an editor wrote
/// (`related`) are shown before these and are left out here.
pub fn find(pages: &[Arc<Page>]) -> Vec<Vec<PageIndex>> {
    let mut related = vec![Vec::new(); pages.len()];
    let records: Vec<PageIndex> = (0..pages.len())
        .filter(|&index| {
            let page = &pages[index];
            page.is_record && page.status == Status::Published
        })
        .collect();
    // Pages lie in the order of their folders, so the records of one language stand together.
    let folder = |index: &PageIndex| pages[*index].id.folder.as_str();
    for records in records.chunk_by(|a, b| folder(a) == folder(b)) {
        for (index, list) in of_language(pages, records) {
            related[index] = list;
        }
    }
    related
}

/// The records that share one feature, as a range of the list of all.
struct Shared {
    first: usize,
    count: usize,
    weight: f64,
}

fn of_language(pages: &[Arc<Page>], records: &[PageIndex]) -> Vec<(PageIndex, Vec<PageIndex>)> {
    let mut all: Vec<(Feature, u32)> = records
        .iter()
        .enumerate()
        .flat_map(|(place, &index)| {
            pages[index].features.iter().map(move |feature| (*feature, place as u32))
        })
        .collect();
    all.par_sort_unstable();
    let total = records.len() as f64;
    let mut groups: Vec<Shared> = Vec::new();
    let mut first = 0;
    for group in all.chunk_by(|a, b| a.0 == b.0) {
        let count = group.len();
        if (2..=COMMON).contains(&count) {
            let share = if group[0].0.is_word() { WORD } else { 1.0 };
            let weight = (total / count as f64).ln().max(0.0) * share;
            groups.push(Shared { first, count, weight });
        }
        first += count;
    }
    // The rarest first; the order of features breaks ties.
    groups.sort_by_key(|group| group.count);
    // For each record its groups, one after the other, and where they begin.
    let mut starts = vec![0_usize; records.len() + 1];
    let members = |group: &Shared| all[group.first..group.first + group.count].iter();
    for (_, place) in groups.iter().flat_map(members) {
        starts[*place as usize + 1] += 1;
    }
    for place in 0..records.len() {
        starts[place + 1] += starts[place];
    }
    let mut filled = starts.clone();
    let mut of_records = vec![0_u32; starts[records.len()]];
    for (number, group) in groups.iter().enumerate() {
        for (_, place) in members(group) {
            let next = &mut filled[*place as usize];
            of_records[*next] = number as u32;
            *next += 1;
        }
    }
    (0..records.len())
        .into_par_iter()
        .map_init(
            || (vec![0.0_f64; records.len()], Vec::new()),
            |(weights, touched), place| {
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
                let found = ranked.into_iter().map(|(other, _)| records[other]).collect();
                (records[place], found)
            },
        )
        .collect()
}
