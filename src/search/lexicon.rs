//! The words that queries may say: forms and their stems, beginnings, near words, names of concepts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::language;

use super::{
    Concept,
    analysis::{Analyzer, is_unspaced},
    index::{Fault, Searcher},
    rank::{COMPLETED_LETTERS, COMPLETIONS, CORRECTIONS, GUESSES, SET_BITS},
};

/// What was learned from the words of an index.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lexicon {
    /// Endings of forms and what stems have in their place; the longest endings first, and of one
    /// ending the commonest first.
    pub endings: Vec<(String, String)>,
    /// Forms beyond the most that are told apart of one stem.
    pub crowded: Vec<String>,
}

/// The most endings that are kept, and how often each occurs at least.
const ENDINGS: usize = 110;
const ENDING_COUNT: usize = 3;
/// The longest ending, in letters, and the shortest beginning that it leaves.
const ENDING_LETTERS: usize = 5;
const STEM_LETTERS: usize = 3;

/// A form and the number of documents that hold it.
pub type Counted = (String, usize);

/// Returns all forms of the index by their stems; of each stem the commonest first.
///
/// # Errors
/// When the index turns out to be damaged.
pub fn by_stem(searcher: &Searcher) -> Result<BTreeMap<String, Vec<Counted>>, Fault> {
    let mut analyzer = Analyzer::new(&searcher.lang);
    let mut stems: BTreeMap<String, Vec<Counted>> = BTreeMap::new();
    searcher.each_form("", |form, count| {
        stems.entry(analyzer.stem(form)).or_default().push((form.to_owned(), count));
    })?;
    for forms in stems.values_mut() {
        forms.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    }
    Ok(stems)
}

/// The commonest endings of some languages, learned in the same way from the 10,000 or so commonest
/// words of each: `s` and what the stem has in its place.
const USUAL_ENDINGS: &str = include_str!("endings.tsv");

fn usual_endings(lang: &str) -> impl Iterator<Item = (String, String)> {
    let primary = language::primary(lang);
    let lines = USUAL_ENDINGS.lines().filter_map(|line| line.split_once('\t'));
    let pairs = lines.filter(move |(code, _)| *code == primary).flat_map(|(_, all)| all.split(' '));
    pairs.filter_map(|pair| pair.split_once('|')).map(|(a, b)| (a.to_owned(), b.to_owned()))
}

/// Learns the endings of a language from the words of an index, so that a reader without a stemmer
/// finds the stem of a form that no page holds.
///
/// # Errors
/// When the index turns out to be damaged.
pub fn learn(searcher: &Searcher) -> Result<Lexicon, Fault> {
    let mut counts: HashMap<(String, String), usize> = HashMap::new();
    let mut crowded = Vec::new();
    for (stem, forms) in by_stem(searcher)? {
        for (form, _) in &forms {
            let shared: usize = form
                .chars()
                .zip(stem.chars())
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a.len_utf8())
                .sum();
            let (ending, other) = (&form[shared..], &stem[shared..]);
            let short = |text: &str| text.chars().count() <= ENDING_LETTERS;
            if form[..shared].chars().count() >= STEM_LETTERS && short(ending) && short(other) {
                *counts.entry((ending.to_owned(), other.to_owned())).or_default() += 1;
            }
        }
        crowded.extend(forms.into_iter().skip(SET_BITS).map(|(form, _)| form));
    }
    let mut endings: Vec<((String, String), usize)> =
        counts.into_iter().filter(|(_, count)| *count >= ENDING_COUNT).collect();
    endings.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    // A small site shows few endings of its language.
    for pair in usual_endings(&searcher.lang) {
        if endings.iter().all(|(known, _)| *known != pair) {
            endings.push((pair, 0));
        }
    }
    endings.truncate(ENDINGS);
    let length = |ending: &str| std::cmp::Reverse(ending.chars().count());
    endings.sort_by(|(a, a_count), (b, b_count)| {
        length(&a.0).cmp(&length(&b.0)).then(b_count.cmp(a_count)).then(a.cmp(b))
    });
    crowded.sort();
    Ok(Lexicon { endings: endings.into_iter().map(|(pair, _)| pair).collect(), crowded })
}

/// Returns the stems that a form may have which no page holds, the likeliest first: those of pages,
/// and the first that only the name of a concept has.
///
/// # Errors
/// When the index turns out to be damaged.
pub fn guess(searcher: &Searcher, form: &str) -> Result<(Vec<String>, Option<String>), Fault> {
    let mut guesses: Vec<String> = Vec::new();
    let mut named = None;
    if form.chars().count() <= STEM_LETTERS || is_unspaced(form) {
        return Ok((guesses, named));
    }
    for (ending, other) in &searcher.lexicon.endings {
        let Some(beginning) = form.strip_suffix(ending.as_str()) else { continue };
        if beginning.chars().count() < STEM_LETTERS {
            continue;
        }
        let stem = format!("{beginning}{other}");
        if guesses.contains(&stem) {
            continue;
        }
        if searcher.knows(&stem)? {
            guesses.push(stem);
            if guesses.len() == GUESSES {
                break;
            }
        } else if named.is_none() && searcher.names.holds(&stem) {
            named = Some(stem);
        }
    }
    // A particle before a word without article, as in "to Canada". It is no part of the word only where
    // that is one of the site's.
    let particle = form.chars().next().filter(|letter| PARTICLES.contains(letter));
    if let Some(letter) = particle
        && guesses.is_empty()
        && named.is_none()
    {
        let word = &form[letter.len_utf8()..];
        if searcher.form(word)?.is_some() {
            guesses.push(Analyzer::new(&searcher.lang).stem(word));
        } else if searcher.names.holds(word) {
            named = Some(word.to_owned());
        }
    }
    Ok((guesses, named))
}

/// The Arabic particles that are written as one with the word that follows: with, to, like, so.
const PARTICLES: [char; 4] = ['ب', 'ل', 'ك', 'ف'];

/// Returns the commonest forms that begin with what was typed.
///
/// # Errors
/// When the index turns out to be damaged.
pub fn completions(searcher: &Searcher, typed: &str, is_known: bool) -> Result<Vec<String>, Fault> {
    let (unknown, known) = COMPLETED_LETTERS;
    let least = if is_known { known } else { unknown };
    if typed.chars().count() < least && !is_unspaced(typed) {
        return Ok(Vec::new());
    }
    let mut found: Vec<Counted> = Vec::new();
    searcher.each_form(typed, |form, count| {
        if form != typed {
            found.push((form.to_owned(), count));
        }
    })?;
    found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(found.into_iter().take(COMPLETIONS).map(|(form, _)| form).collect())
}

/// The shortest form that a word is corrected to, in letters.
pub const NEAR_LETTERS: usize = 3;

/// Returns the forms within one edit (from 4 letters) or two (from 8): the nearest first, then the
/// commonest. They begin with the word's first letter, or, when none does, with its second: a first
/// letter too many, or one that has changed places with the second.
///
/// # Errors
/// When the index turns out to be damaged.
pub fn near(searcher: &Searcher, typed: &str) -> Result<Vec<String>, Fault> {
    let letters: Vec<char> = typed.chars().collect();
    let edits = match letters.len() {
        0..=3 => return Ok(Vec::new()),
        4..=7 => 1,
        _ => 2,
    };
    if is_unspaced(typed) {
        return Ok(Vec::new());
    }
    let mut found: Vec<(usize, Counted)> = Vec::new();
    for (number, letter) in letters.iter().take(2).enumerate() {
        if number == 1 && letters[0] == *letter {
            break;
        }
        searcher.each_form(&letter.to_string(), |form, count| {
            let length = form.chars().count();
            if length < NEAR_LETTERS || length.abs_diff(letters.len()) > edits {
                return;
            }
            let distance = strsim::osa_distance(typed, form);
            if distance <= edits {
                found.push((distance, (form.to_owned(), count)));
            }
        })?;
        if !found.is_empty() {
            break;
        }
    }
    found.sort_by(|(a_edits, a), (b_edits, b)| {
        a_edits.cmp(b_edits).then(b.1.cmp(&a.1)).then(a.0.cmp(&b.0))
    });
    let nearest = found.first().map_or(0, |(edits, _)| *edits);
    let near = found.into_iter().take_while(|(edits, _)| *edits == nearest);
    Ok(near.take(CORRECTIONS).map(|(_, (form, _))| form).collect())
}

/// The names of concepts.
#[derive(Default)]
pub struct Names {
    /// By their first word: the other words, and the concept's place.
    by_first: BTreeMap<String, Vec<(Vec<String>, usize)>>,
    words: BTreeSet<String>,
}

impl Names {
    /// Returns the names of concepts; the place of a concept is that in the slice.
    pub fn of(concepts: &[Concept]) -> Self {
        let mut names = Self::default();
        for (place, concept) in concepts.iter().enumerate() {
            for name in &concept.said {
                if let [first, rest @ ..] = name.as_slice() {
                    names.by_first.entry(first.clone()).or_default().push((rest.to_vec(), place));
                    names.words.extend(name.iter().cloned());
                }
            }
        }
        names
    }

    /// Returns true for a word of a name.
    pub fn holds(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Returns what follows a first word in names, and the concepts they name.
    pub fn after(&self, word: &str) -> &[(Vec<String>, usize)] {
        self.by_first.get(word).map_or(&[], Vec::as_slice)
    }

    /// Returns all words of names in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

/// Returns the documents that hold all words of a name.
fn documents_of(
    searcher: &Searcher,
    name: &[String],
    holding: &mut HashMap<String, BTreeSet<u32>>,
) -> Result<BTreeSet<u32>, Fault> {
    let mut all: Option<BTreeSet<u32>> = None;
    for stem in name {
        if !holding.contains_key(stem) {
            let term = searcher.term(stem)?;
            let documents = term.iter().flat_map(|term| term.documents.iter().copied()).collect();
            holding.insert(stem.clone(), documents);
        }
        all = Some(match all {
            Some(all) => all.intersection(&holding[stem]).copied().collect(),
            None => holding[stem].clone(),
        });
    }
    Ok(all.unwrap_or_default())
}

/// Writes the names of concepts as the index knows their words: a word that pages hold by its stem,
/// any other as it stands. Names in the language of the index that add nothing are left out: those
/// with a word that no page holds, those that hold all words of a shorter one, and those that lead to
/// fewer other pages than the ones before them than they have words, or to one alone; a page that
/// carries a concept holds all its names.
///
/// # Errors
/// When the index turns out to be damaged.
pub fn names(searcher: &Searcher, concepts: &[Concept]) -> Result<Vec<Concept>, Fault> {
    let mut analyzer = Analyzer::new(&searcher.lang);
    let mut keys: HashMap<String, String> = HashMap::new();
    let mut named = Vec::with_capacity(concepts.len());
    let mut holding: HashMap<String, BTreeSet<u32>> = HashMap::new();
    for concept in concepts {
        let mut said = Vec::new();
        for name in &concept.said {
            let mut words = Vec::with_capacity(name.len());
            for form in name {
                if !keys.contains_key(form) {
                    let key = match searcher.form(form)? {
                        Some(_) => analyzer.stem(form),
                        None => form.clone(),
                    };
                    keys.insert(form.clone(), key);
                }
                words.push(keys[form].clone());
            }
            if !said.contains(&words) {
                said.push(words);
            }
        }
        // A query may say a name in a form that no page holds either: then its stem is guessed.
        for name in &concept.own {
            if !said.contains(name) {
                said.push(name.clone());
            }
        }
        let mut written: Vec<Vec<String>> = Vec::new();
        for name in &concept.written {
            let mut all = true;
            for stem in name {
                all &= searcher.knows(stem)?;
            }
            if all && !written.contains(name) {
                written.push(name.clone());
            }
        }
        let holds = |name: &[String], other: &[String]| {
            name.len() > other.len() && other.iter().all(|stem| name.contains(stem))
        };
        let mut short: Vec<Vec<String>> = Vec::new();
        let mut covered: BTreeSet<u32> = BTreeSet::new();
        for name in &written {
            if written.iter().any(|other| holds(name, other)) {
                continue;
            }
            let documents = documents_of(searcher, name, &mut holding)?;
            // Each of its words costs a reader a file, so one page more is not enough.
            let further = documents.difference(&covered).count();
            if further >= name.len().max(2) || (covered.is_empty() && further > 0) {
                covered.extend(documents);
                short.push(name.clone());
            }
        }
        named.push(Concept { said, written: short, ..concept.clone() });
    }
    Ok(named)
}
