//! The rule of ranking: numbers made once from the index, and added alike by both readers.
//!
//! # The rule
//!
//! For each term and document there is one small number, the *impact*: the sum over the fields of
//! weight × BM25's term part, times the term's inverse document frequency, on one scale for all
//! terms. A word of a query counts in a document what its best form counts there; the very form that
//! was typed counts a little more. A document's score is the sum over the words, times the square
//! root of the share of the query's idf that it covers, the fourth root for a question; words of the
//! title add their idf times the square of the title's share. A page that is no record counts three
//! quarters. All words count, none is required.
//!
//! `themes/default/assets/search.js` says the same in the browser. Both do the same operations in
//! the same order on the same numbers (IEEE 754), so both arrive at the same order of documents.

use std::rc::Rc;

use super::Weights;

/// BM25's saturation of repeated words: Robertson and Zaragoza, "The Probabilistic Relevance
/// Framework: BM25 and Beyond", 2009. This value and that of `B` are those Tantivy itself has.
pub const K1: f64 = 1.2;
/// BM25's correction for length, between 0, which is none, and 1.
pub const B: f64 = 0.75;
/// Labels are names side by side, not prose: many of them make a record no less about each.
pub const B_LABELS: f64 = 0.2;
/// What a document gains that holds the very form that was typed.
pub const EXACT: f64 = 1.2;
/// What the completion of the last word counts when the word itself is unknown, or known.
pub const PREFIX: (f64, f64) = (0.8, 0.3);
/// What a corrected word counts: of a few words, and of a question, in which the others say enough and
/// a word that was no mistake becomes another.
pub const CORRECTED: (f64, f64) = (0.8, 0.4);
/// A query of more words is a question.
pub const QUESTION_WORDS: usize = 5;

/// Returns what a corrected word counts in a query of so many words.
pub fn corrected(words: usize) -> f64 {
    let (few, many) = CORRECTED;
    if words > QUESTION_WORDS { many } else { few }
}
/// What an inflected form counts that no page holds, and whose stem was guessed.
pub const GUESSED: f64 = 0.9;
/// What another name of a concept counts against the word that named it.
pub const CONCEPT: f64 = 0.9;
/// What a page counts that is no record: a term's page, a text of the manual.
pub const NO_RECORD: f64 = 0.75;
/// How many completions of a word are searched.
pub const COMPLETIONS: usize = 6;
/// How many corrections of a word are searched.
pub const CORRECTIONS: usize = 3;
/// How many guesses of a word's stem are searched.
pub const GUESSES: usize = 2;
/// Queries of at most so many words have their last word completed.
pub const COMPLETED_WORDS: usize = 3;
/// The shortest beginning, in letters, that is completed: of a word that no page holds, and of one
/// that pages hold.
pub const COMPLETED_LETTERS: (usize, usize) = (3, 4);
/// A phrase is looked for in so many of the best documents that hold its words.
pub const PHRASE_CANDIDATES: usize = 200;

/// The bit of an impact that says that the term stands in the title.
pub const IN_TITLE: u8 = 0x80;
/// The largest impact, of a small site and of a large one. Fifteen steps rank about as well as 127, as
/// public texts outside this repository told, and make postings smaller; on a small site, where few
/// pages part two ranks, room is no matter.
const IMPACT_LIMIT: (u8, u8) = (127, 15);
/// A large site has so many documents.
pub const LARGE: usize = 2_000;

fn impact_limit(documents: usize) -> f64 {
    f64::from(if documents < LARGE { IMPACT_LIMIT.0 } else { IMPACT_LIMIT.1 })
}

/// The bits of a set of sections or forms. The last bit of sections stands for all later ones.
pub const SET_BITS: usize = 28;
/// Idf is counted in parts of this size.
const IDF_PARTS: f64 = 16.0;

/// Returns the inverse document frequency in sixteenths, as BM25 has it: ln(1 + (N - n + ½)/(n + ½)).
pub fn idf(documents: usize, holding: usize) -> u32 {
    let (total, holding) = (documents as f64, holding as f64);
    let idf = (1.0 + (total - holding + 0.5) / (holding + 0.5)).ln();
    // Between 1 and 16 × ln of the number of documents, so it is a small number.
    (IDF_PARTS * idf).round().max(1.0) as u32
}

/// The share of what a word can reach beyond which impacts grow slowly: one that is said again and
/// again must not outweigh one that is missing, but counts no less than one that is said once. It was
/// chosen on public texts in six languages outside this repository.
const SATURATION: f64 = 0.2;

/// Returns how much of part × idf one step of an impact is, at its beginning.
pub fn unit(weights: &Weights, documents: usize) -> f64 {
    let Weights { title, labels, headings, summary, body } = *weights;
    let parts: f64 = [title, labels, headings, summary, body].map(f64::from).iter().sum();
    let highest = parts * (K1 + 1.0) * f64::from(idf(documents, 1)) * SATURATION;
    // A number with few digits, so that it is the same when it is read.
    ((highest / impact_limit(documents) * 64.0).ceil() / 64.0).max(1.0 / 64.0)
}

/// Returns the impact of a term whose BM25 parts sum up to `part`. It ends at the limit, which only
/// the rarest word in all fields at once reaches.
pub fn impact(part: f64, idf: u32, documents: usize, unit: f64, in_title: bool) -> u8 {
    let limit = impact_limit(documents);
    let (steps, knee) = (part * f64::from(idf) / unit, limit / (1.0 - SATURATION));
    let impact = (steps * knee / (steps + knee)).round().clamp(0.0, limit);
    // Not above the larger limit, which fits into seven bits.
    impact as u8 | if in_title { IN_TITLE } else { 0 }
}

/// Returns how many documents may hold a term before it says nothing any more about which section
/// answers and which form stands there.
pub fn common_limit(documents: usize) -> usize {
    (documents / 12).max(500)
}

/// One term of the index.
pub struct Term {
    /// The inverse document frequency in sixteenths, at least 1.
    pub idf: u32,
    /// In ascending order.
    pub documents: Vec<u32>,
    /// As `impact` makes them.
    pub impacts: Vec<u8>,
    /// For each document the set of sections that hold the term; empty for a common term.
    pub sections: Vec<u32>,
}

/// A word of a query, with all that is searched for it.
pub struct Word {
    /// The word as typed, folded.
    pub typed: String,
    /// What is searched for it; empty where nothing was found.
    pub forms: Vec<Form>,
    /// The query's idf of the word, in sixteenths; `score` sets it.
    pub idf: u32,
}

/// One form under which a word is searched: itself, a completion, or another name of the concept
/// that it names, which may have several words.
pub struct Form {
    /// Its words as stems, in their order.
    pub stems: Vec<String>,
    /// The term of each stem.
    pub terms: Vec<Rc<Term>>,
    /// The documents that hold the very form, where that is known.
    pub exact: Option<Rc<Vec<u32>>>,
    /// What it counts against the word itself, which counts 1.
    pub weight: f64,
}

/// Scores every document that holds a word of the query; a document without one has no score.
pub fn score(
    words: &mut [Word],
    documents: usize,
    unit: f64,
    is_record: impl Fn(u32) -> bool,
) -> Vec<Option<f64>> {
    let mut sums = vec![Sum::default(); documents];
    let mut best = vec![Best::default(); documents];
    let mut touched: Vec<u32> = Vec::new();
    let mut query_idf = 0;
    for word in words.iter_mut() {
        for form in &word.forms {
            of_form(form, unit, |document, value, in_title| {
                let entry = &mut best[document as usize];
                if !entry.is_touched {
                    *entry = Best { is_touched: true, value: -1.0, ..Best::default() };
                    touched.push(document);
                }
                // A document counts its best form of a word, not their sum.
                if value > entry.value {
                    (entry.value, entry.share) = (value, form.weight);
                }
                entry.in_title |= in_title;
            });
        }
        word.idf = idf(documents, touched.len());
        if let Some(first) = word.forms.first()
            && let [own] = first.terms.as_slice()
        {
            word.idf = word.idf.min(own.idf);
        }
        query_idf += word.idf;
        let weight = f64::from(word.idf);
        for document in touched.drain(..) {
            let Best { value, share, in_title, .. } = std::mem::take(&mut best[document as usize]);
            let sum = &mut sums[document as usize];
            sum.is_found = true;
            sum.score += weight * value;
            sum.matched += weight * share;
            if in_title {
                sum.title += weight * share;
            }
        }
    }
    let query_idf = f64::from(query_idf.max(1));
    // Long pages hold the words that a question is put in, whatever it asks.
    let is_question = words.len() > QUESTION_WORDS;
    let total = |(document, sum): (usize, Sum)| {
        let root = (sum.matched / query_idf).min(1.0).sqrt();
        let coverage = if is_question { root.sqrt() } else { root };
        let title = sum.title / query_idf;
        let score = sum.score * coverage + query_idf * title * title * title;
        // A page whose name is the query is what people look for, whatever it is.
        let named = NO_RECORD + (1.0 - NO_RECORD) * title * title;
        let prior = if is_record(document as u32) { 1.0 } else { named };
        sum.is_found.then_some(score * prior)
    };
    sums.into_iter().enumerate().map(total).collect()
}

#[derive(Clone, Copy, Default)]
struct Sum {
    is_found: bool,
    score: f64,
    matched: f64,
    title: f64,
}

#[derive(Clone, Copy, Default)]
struct Best {
    is_touched: bool,
    value: f64,
    share: f64,
    in_title: bool,
}

/// Calls a function for each document that holds a form: with what it counts there, and whether all
/// of it stands in the title.
fn of_form(form: &Form, unit: f64, mut call: impl FnMut(u32, f64, bool)) {
    let [first, rest @ ..] = form.terms.as_slice() else { return };
    let part = |term: &Term, at: usize| {
        let impact = f64::from(term.impacts[at] & !IN_TITLE);
        (impact * unit / f64::from(term.idf), term.impacts[at] & IN_TITLE != 0)
    };
    let mut exact = form.exact.as_deref().map_or(&[] as &[u32], Vec::as_slice);
    for (at, &document) in first.documents.iter().enumerate() {
        let (mut value, mut in_title) = part(first, at);
        // A name of several words is found where all of them stand.
        let all = rest.iter().all(|other| match other.documents.binary_search(&document) {
            Ok(at) => {
                let (other, title) = part(other, at);
                value = value.min(other);
                in_title &= title;
                true
            }
            Err(_) => false,
        });
        if !all {
            continue;
        }
        while exact.first().is_some_and(|&first| first < document) {
            exact = &exact[1..];
        }
        if exact.first() == Some(&document) {
            value *= EXACT;
        }
        call(document, value * form.weight, in_title);
    }
}

/// Returns the number of the section that holds most of a query's idf, the first of equals.
pub fn section(words: &[Word], document: u32) -> Option<usize> {
    let mut weights = [0_u32; SET_BITS];
    for word in words {
        let terms = word.forms.iter().flat_map(|form| &form.terms);
        let sections = terms
            .filter(|term| !term.sections.is_empty())
            .map(|term| term.documents.binary_search(&document).map_or(0, |at| term.sections[at]));
        let sections = sections.fold(0, |all, one| all | one);
        for (number, weight) in weights.iter_mut().enumerate() {
            if sections >> number & 1 == 1 {
                *weight += word.idf;
            }
        }
    }
    let most = *weights.iter().max().filter(|most| **most > 0)?;
    weights.iter().position(|weight| *weight == most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(idf: u32, postings: &[(u32, u8)]) -> Rc<Term> {
        let (documents, impacts) = postings.iter().copied().unzip();
        Rc::new(Term { idf, documents, impacts, sections: Vec::new() })
    }

    fn word(forms: &[(&[Rc<Term>], f64)]) -> Word {
        let forms = forms.iter().map(|(terms, weight)| Form {
            stems: Vec::new(),
            terms: terms.to_vec(),
            exact: None,
            weight: *weight,
        });
        Word { typed: String::new(), forms: forms.collect(), idf: 0 }
    }

    #[test]
    fn all_words_count_and_none_is_required() {
        let (a, b) = (term(40, &[(0, 10), (1, 10)]), term(40, &[(1, 10), (2, 10)]));
        let mut words = [word(&[(&[a], 1.0)]), word(&[(&[b], 1.0)]), word(&[])];
        let scores = score(&mut words, 4, 1.0, |_| true);
        assert!(scores[1] > scores[0] && scores[0] == scores[2] && scores[0] > Some(0.0));
        assert_eq!(scores[3], None);
    }

    #[test]
    fn a_name_of_several_words_is_found_where_all_stand() {
        let (a, b) = (term(40, &[(0, 10), (1, 10)]), term(40, &[(1, 5)]));
        let scores = score(&mut [word(&[(&[a, b], 1.0)])], 2, 1.0, |_| true);
        assert!(scores[0].is_none() && scores[1].is_some());
    }

    #[test]
    fn a_word_counts_its_best_form_only() {
        let (a, b) = (term(40, &[(0, 10)]), term(40, &[(0, 8)]));
        let one = score(&mut [word(&[(std::slice::from_ref(&a), 1.0)])], 1, 1.0, |_| true);
        let two = score(&mut [word(&[(&[a], 1.0), (&[b], 1.0)])], 1, 1.0, |_| true);
        assert_eq!(one, two);
    }

    #[test]
    fn a_word_in_title_and_text_counts_more_than_in_one() {
        let unit = unit(&Weights::default(), LARGE);
        // Of the rarest word and of a common one, where the largest impact has fifteen steps.
        for idf in [idf(LARGE, 1), 30] {
            let impacts = [1.0, 2.0, 3.6, 7.0].map(|part| impact(part, idf, LARGE, unit, false));
            assert!(impacts.is_sorted() && impacts[0] > 0 && impacts[3] <= 15, "{impacts:?}");
            assert!(impacts[0] < impacts[1] && impacts[1] < impacts[3], "{impacts:?}");
        }
    }

    #[test]
    fn of_a_question_less_depends_on_how_much_a_page_holds() {
        // One page holds a word that says much, the other all the rest.
        let share = |count: usize| {
            let mut words: Vec<Word> = (0..count)
                .map(|number| {
                    let page = u32::from(number > 0);
                    word(&[(&[term(40, &[(page, 10)])], 1.0)])
                })
                .collect();
            let scores = score(&mut words, 4, 1.0, |_| true);
            scores[0].unwrap() / scores[1].unwrap()
        };
        let (short, long) = (QUESTION_WORDS, QUESTION_WORDS + 1);
        // By the sums alone a page counts one of so many.
        let by_sums = |count: usize| 1.0 / (count - 1) as f64;
        assert!(share(long) / by_sums(long) > share(short) / by_sums(short));
    }

    #[test]
    fn impacts_are_small_with_a_bit_for_the_title() {
        assert_eq!(impact(1e9, 100, 100, 1.0, false), 127);
        assert_eq!(impact(1e9, 100, 100, 1.0, true), 255);
        assert_eq!(impact(1e9, 100, 100_000, 1.0, false), 15);
        assert_eq!(impact(0.0, 100, 100, 1.0, false), 0);
        assert!(unit(&Weights::default(), 0) > 0.0);
    }
}
