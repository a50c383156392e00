//! Where the terms of an index are cut into chunks, and in which of them a word is looked up. The browser
//! finds the same chunk by the keys in the root, so each word leads to one file, mostly.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{
    lexicon::{Counted, Names},
    packing::shared,
    rank,
};

/// What a chunk of terms is to weigh, in bytes, by the weights below, at least and at most: as much as
/// makes one chunk for `CHUNK_DOCUMENTS` documents.
const CHUNK: (f64, f64) = (3_050.0, 3_680.0);
/// The same where there are few documents, and so few chunks: each holds less that is not asked for.
const SMALL_CHUNK: (f64, f64) = (1_000.0, 1_200.0);
const CHUNK_DOCUMENTS: f64 = 12.0;
/// What a posting and a form weigh in a chunk, about.
const POSTING_WEIGHT: f64 = 1.5;
const FORM_WEIGHT: f64 = 5.0;
/// What a byte of a concept's name weighs.
const NAME_WEIGHT: f64 = 0.5;
/// What all other terms in an open chunk may weigh.
const OPEN: f64 = 700.0;
/// How much more they may weigh for a shorter key.
const SHORTER: f64 = 40.0;
/// What share of that a chunk must weigh to end early, for a short bound.
const NEARLY_FULL: f64 = 0.75;
/// A word is told in the root when it stands on one page in so many; and how many are told at most.
const FREQUENT: usize = 16;
const WORDS: usize = 200;

/// Where the terms are cut into chunks. A common term has one alone: questions are full of them. The
/// others follow each other, in the order of their letters, and lie together as long as they fit.
///
/// A chunk of one common term may be *open*: all words that begin with its key are looked up there, so
/// that `including` leads to the chunk of `includ` at once. The few other terms that begin so lie there
/// too.
pub struct Cut {
    /// The shortest text that tells each chunk of several from the one before it; that of the first
    /// is empty.
    pub bounds: Vec<String>,
    /// The keys of common terms, whose chunks come after the others, in their order; and the chunk of
    /// each.
    pub alone: Vec<Alone>,
    /// Other words that stand on many pages. Nothing is looked up by them: what results show and texts
    /// are packed better for who knows them.
    pub frequent: Vec<String>,
    places: HashMap<String, usize>,
    /// The places of the stems in each chunk, and the chunk of each stem.
    pub members: Vec<Vec<usize>>,
    pub homes: Vec<usize>,
    /// For each chunk, the forms that lie in it by their letters, and whose stem lies in another.
    pub strangers: BTreeMap<usize, Vec<(String, usize, usize)>>,
}

/// The chunk of a common term.
#[derive(Serialize)]
pub struct Alone {
    /// The stem, or what all forms of the term begin with when the chunk is open.
    key: String,
    is_open: bool,
}

impl Alone {
    /// Returns the chunks of common terms, in the order of their keys. `keys` are all stems with their
    /// weights; those that come to lie in an open chunk lose theirs, but for a line that says where
    /// they are.
    fn all<'a>(
        common: impl Iterator<Item = &'a (String, Vec<Counted>)>,
        keys: &mut BTreeMap<&'a str, f64>,
    ) -> Vec<Self> {
        let common: BTreeMap<&str, &[Counted]> =
            common.map(|(stem, forms)| (stem.as_str(), forms.as_slice())).collect();
        let mut alone: BTreeMap<String, bool> = BTreeMap::new();
        for (stem, forms) in &common {
            let others = |key: &'a str| {
                let begin_so = keys.range(key..).take_while(move |(word, _)| word.starts_with(key));
                begin_so.filter(|(word, _)| *word != stem)
            };
            let weigh = |key: &'a str| others(key).map(|(_, weight)| weight).sum::<f64>();
            let is_free = |key: &str| {
                !key.is_empty()
                    && !alone.contains_key(key)
                    && (key == *stem || !common.contains_key(key))
            };
            let whole = forms.iter().fold(*stem, |key, (form, _)| &key[..shared(key, form)]);
            let weight = weigh(whole);
            if !is_free(whole) || weight > OPEN {
                alone.insert((*stem).to_owned(), false);
                continue;
            }
            // Shorter keys make a smaller root.
            let shorter = whole.char_indices().rev().map(|(end, _)| &whole[..end]);
            let shorter = shorter.take_while(|key| is_free(key) && weigh(key) <= weight + SHORTER);
            let key = shorter.last().unwrap_or(whole);
            let words = others(key).map(|(word, _)| *word);
            let moved: Vec<&str> = words.filter(|word| !common.contains_key(word)).collect();
            for word in moved {
                keys.insert(word, FORM_WEIGHT);
            }
            alone.insert(key.to_owned(), true);
        }
        alone.into_iter().map(|(key, is_open)| Self { key, is_open }).collect()
    }
}

impl Cut {
    /// Lists words that stand on many pages and are no key of a common term, in their order.
    fn frequent(
        stems: &[(String, Vec<Counted>)],
        alone: &[Alone],
        documents: usize,
    ) -> Vec<String> {
        let keys: BTreeSet<&str> = alone.iter().map(|alone| alone.key.as_str()).collect();
        let all = stems.iter().flat_map(|(_, forms)| forms);
        let is_told = |(form, count): &&Counted| {
            count * FREQUENT >= documents && form.len() > 1 && !keys.contains(form.as_str())
        };
        let mut found: Vec<&Counted> = all.filter(is_told).collect();
        found.sort_unstable_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then(a.cmp(b)));
        let mut words: Vec<String> =
            found.into_iter().take(WORDS).map(|(form, _)| form.clone()).collect();
        words.sort_unstable();
        words
    }

    /// Returns what a reader knows of the words of texts before any: the keys of common terms, and the
    /// other frequent words, one after the other.
    pub fn known(&self) -> String {
        let keys = self.alone.iter().map(|alone| &alone.key);
        keys.chain(&self.frequent).map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Cuts the terms of so many documents, which are given with their forms.
    pub fn of(stems: &[(String, Vec<Counted>)], names: &Names, documents: usize) -> Self {
        let often = rank::common_limit(documents);
        let holding = |forms: &[Counted]| -> usize { forms.iter().map(|(_, count)| count).sum() };
        let is_common = |forms: &[Counted]| holding(forms) > often;
        let common = || stems.iter().filter(|(_, forms)| is_common(forms));
        let weigh = |forms: &[Counted]| match is_common(forms) {
            // A line that says where they are.
            true => FORM_WEIGHT * forms.len() as f64,
            false => POSTING_WEIGHT * holding(forms) as f64 + FORM_WEIGHT * forms.len() as f64,
        };
        let total: f64 = stems.iter().map(|(_, forms)| weigh(forms)).sum();
        let bounds = if documents < rank::LARGE { SMALL_CHUNK } else { CHUNK };
        let wanted = total * CHUNK_DOCUMENTS / documents.max(1) as f64;
        let chunk = wanted.clamp(bounds.0, bounds.1);
        // Stems, and words of names of concepts that are none, in one order.
        let mut keys: BTreeMap<&str, f64> = BTreeMap::new();
        for word in names.words() {
            let line: usize = names.after(word).iter().map(|(rest, _)| 4 + 6 * rest.len()).sum();
            keys.insert(word, NAME_WEIGHT * (word.len() + line) as f64);
        }
        for (stem, forms) in stems {
            *keys.entry(stem).or_default() += weigh(forms);
        }
        let alone = Alone::all(common(), &mut keys);
        let keys: Vec<(&str, f64)> = keys.into_iter().collect();
        let mut bounds = vec![String::new()];
        let mut start = 0;
        while let Some(end) = end_of_chunk(&keys, start, chunk) {
            bounds.push(between(keys[end - 1].0, keys[end].0));
            start = end;
        }
        let numbered = alone.iter().zip(bounds.len()..);
        let frequent = Self::frequent(stems, &alone, documents);
        let mut cut = Self {
            frequent,
            members: vec![Vec::new(); bounds.len() + alone.len()],
            homes: Vec::with_capacity(stems.len()),
            strangers: BTreeMap::new(),
            places: numbered.map(|(alone, chunk)| (alone.key.clone(), chunk)).collect(),
            bounds,
            alone,
        };
        for (place, (stem, _)) in stems.iter().enumerate() {
            let home = cut.chunk_of(stem);
            cut.members[home].push(place);
            cut.homes.push(home);
        }
        for (place, (_, forms)) in stems.iter().enumerate() {
            for (bit, (form, _)) in forms.iter().enumerate() {
                // A beginning is completed from an open chunk, or from those of several terms.
                let mut chunks = BTreeSet::from([cut.chunk_of(form), cut.among_others(form)]);
                chunks.extend(cut.alone_with(form));
                for chunk in chunks {
                    if chunk != cut.homes[place] {
                        cut.strangers.entry(chunk).or_default().push((form.clone(), place, bit));
                    }
                }
            }
        }
        cut
    }

    /// Writes where chunks begin and which terms are alone, in one order: of each word a sign, which
    /// tells its kind and how many letters it shares with the one before, and the other letters.
    pub fn write(&self) -> String {
        let bounds = self.bounds.iter().map(|bound| (bound, 0));
        let alone = self.alone.iter().map(|alone| (&alone.key, 1 + u8::from(alone.is_open)));
        let mut text = String::new();
        let mut last = "";
        for (word, kind) in bounds.chain(alone).collect::<BTreeSet<_>>() {
            let common = word[..shared(word, last)].chars();
            let common = common.scan((0, 0), |(units, bytes), letter| {
                *units += letter.len_utf16();
                *bytes += letter.len_utf8();
                Some((*units, *bytes))
            });
            let (units, bytes) =
                common.take_while(|(units, _)| *units < 10).last().unwrap_or_default();
            text.push(char::from(10 * kind + units as u8));
            text.push_str(&word[bytes..]);
            last = word;
        }
        text
    }

    /// Returns the chunk in which a word is looked up.
    pub fn chunk_of(&self, word: &str) -> usize {
        let found = self.alone_with(word).next();
        found.unwrap_or_else(|| self.among_others(word))
    }

    /// Lists the chunks of common terms that a word may be looked up in, the longest key first.
    fn alone_with(&self, word: &str) -> impl Iterator<Item = usize> {
        let ends = word.char_indices().map(|(at, letter)| at + letter.len_utf8()).rev();
        ends.filter_map(|end| {
            let chunk = *self.places.get(&word[..end])?;
            let is_open = self.alone[chunk - self.bounds.len()].is_open;
            (is_open || end == word.len()).then_some(chunk)
        })
    }

    /// Returns the chunk of several that a word lies in by its letters.
    fn among_others(&self, word: &str) -> usize {
        self.bounds.partition_point(|bound| bound.as_str() <= word).saturating_sub(1)
    }
}

/// Returns where the chunk of several ends that begins at a place, or nothing when it is the last. It
/// ends when it is full, or before: where the next one's bound has the fewest letters, which makes a
/// small root.
fn end_of_chunk(keys: &[(&str, f64)], start: usize, chunk: f64) -> Option<usize> {
    let (mut weight, mut best) = (0.0, None);
    for end in start + 1..keys.len() {
        weight += keys[end - 1].1;
        let is_full = weight + keys[end].1 > chunk;
        if is_full || weight > chunk * NEARLY_FULL {
            let length = between(keys[end - 1].0, keys[end].0).len();
            if best.is_none_or(|(least, _)| length <= least) {
                best = Some((length, end));
            }
        }
        if is_full {
            return best.map(|(_, end)| end);
        }
    }
    None
}

/// Returns the shortest beginning of `next` that comes after `last`.
fn between(last: &str, next: &str) -> String {
    let ends = next.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.map(|end| &next[..end]).find(|start| *start > last).unwrap_or(next).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_tells_two_neighbours_apart() {
        assert_eq!(between("migrant", "migrat"), "migrat");
        assert_eq!(between("able", "zoo"), "z");
        assert_eq!(between("été", "être"), "ê");
    }

    #[test]
    fn a_form_of_a_common_term_is_looked_up_in_its_chunk() {
        let term = |stem: &str, forms: &[(&str, usize)]| {
            (
                stem.to_owned(),
                forms.iter().map(|(form, count)| ((*form).to_owned(), *count)).collect(),
            )
        };
        let stems: Vec<(String, Vec<Counted>)> = vec![
            term("be", &[("be", 900), ("being", 200)]),
            term("bead", &[("bead", 500)]),
            term("everi", &[("every", 900)]),
            term("includ", &[("include", 600), ("including", 400)]),
            term("inclus", &[("inclusion", 20)]),
        ];
        let cut = Cut::of(&stems, &Names::default(), 10_000);
        let keys: Vec<_> =
            cut.alone.iter().map(|alone| (alone.key.as_str(), alone.is_open)).collect();
        // Beads weigh too much for "be" to be open; short keys serve where little else begins so.
        assert_eq!(keys, [("be", false), ("e", true), ("i", true)]);
        let chunk = |word: &str| cut.chunk_of(word);
        assert_eq!((chunk("being"), chunk("be")), (0, 1));
        assert_eq!((chunk("every"), chunk("everi")), (2, 2));
        assert_eq!((chunk("including"), chunk("includ"), chunk("inclusion")), (3, 3, 3));
        assert_eq!(cut.write(), "\0\u{a}be\u{14}e\u{14}i");
        // A beginning is completed from one place, whatever the term.
        let told: Vec<_> = cut.strangers[&0].iter().map(|(form, ..)| form.as_str()).collect();
        assert_eq!(told, ["be", "being", "every", "include", "including", "inclusion"]);
    }
}
