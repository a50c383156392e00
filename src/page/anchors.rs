//! The places of a page that links can name.

use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

use unicode_normalization::UnicodeNormalization;

/// The ids of a page's headings and other places.
///
/// Of a page with many, an index is made when the first link asks, so that the time links take does
/// not grow with the product of both.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    ids: Vec<String>,
    index: OnceLock<Box<Index>>,
}

#[derive(Clone, Debug, Default)]
struct Index {
    known: HashSet<String>,
    /// By the letters of ids: the number of the first place, or nothing where two ids differ in other
    /// signs only.
    by_letters: HashMap<String, Option<usize>>,
}

/// A page with so many places is indexed.
const MANY: usize = 32;

impl Anchors {
    /// Returns all ids, those of headings first; one may stand twice.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.ids.iter().map(String::as_str)
    }

    /// Returns true when the page has a place of this id.
    pub fn has(&self, id: &str) -> bool {
        match self.index() {
            Some(index) => index.known.contains(id),
            None => self.ids.iter().any(|own| own == id),
        }
    }

    /// Returns the only id with the letters and numbers of another, in any case and with any accents; a
    /// page with HTML in it may have one twice.
    pub fn alike(&self, id: &str) -> Option<&str> {
        let wanted = letters(id);
        if wanted.is_empty() {
            return None;
        }
        if let Some(index) = self.index() {
            let place = index.by_letters.get(&wanted).copied().flatten();
            return place.map(|place| self.ids[place].as_str());
        }
        let mut alike = self.ids.iter().filter(|own| letters(own) == wanted);
        let one = alike.next()?;
        alike.all(|other| other == one).then_some(one)
    }

    fn index(&self) -> Option<&Index> {
        if self.ids.len() < MANY {
            return None;
        }
        let index = self.index.get_or_init(|| {
            let mut index = Index::default();
            for (place, id) in self.ids.iter().enumerate() {
                index.known.insert(id.clone());
                let same = index.by_letters.entry(letters(id)).or_insert(Some(place));
                if same.is_some_and(|first| self.ids[first] != *id) {
                    *same = None;
                }
            }
            Box::new(index)
        });
        Some(index)
    }
}

impl From<Vec<String>> for Anchors {
    fn from(mut ids: Vec<String>) -> Self {
        ids.shrink_to_fit();
        Self { ids, index: OnceLock::new() }
    }
}

/// An index says nothing that the ids do not.
impl PartialEq for Anchors {
    fn eq(&self, other: &Self) -> bool {
        self.ids == other.ids
    }
}

/// Returns the letters and numbers of an id without their accents, which MkDocs leaves out of its own.
fn letters(text: &str) -> String {
    if text.is_ascii() {
        return text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
    }
    // An accent is no letter; the vowel signs of Indian scripts are some.
    text.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_many_places_answers_as_one_with_few() {
        let own = ["one-two", "a_b", "a-b", "twice", "twice", "Größe", "--", "काम!"];
        let few: Anchors = own.map(str::to_owned).to_vec().into();
        let others = (0..MANY).map(|number| format!("other {number}"));
        let many: Anchors =
            own.map(str::to_owned).into_iter().chain(others).collect::<Vec<_>>().into();
        assert!(few.index().is_none() && many.index().is_some());
        for anchors in [few, many] {
            assert!(anchors.has("a-b") && anchors.has("twice") && !anchors.has("onetwo"));
            assert_eq!(anchors.alike("OneTwo"), Some("one-two"));
            assert_eq!(anchors.alike("a b"), None);
            assert_eq!(anchors.alike("TWICE"), Some("twice"));
            assert_eq!(anchors.alike("größe!"), Some("Größe"));
            assert_eq!(anchors.alike("große"), Some("Größe"));
            assert_eq!((anchors.alike("कम"), anchors.alike("काम")), (None, Some("काम!")));
            assert_eq!(anchors.alike("-"), None);
        }
    }
}
