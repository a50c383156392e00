//! The words of the interface, with the plural, number and sort rules of each language (CLDR).

use std::{cmp::Ordering, collections::BTreeMap};

use icu_calendar::{Date, Gregorian};
use icu_collator::{Collator, CollatorBorrowed, options::CollatorOptions};
use icu_datetime::{
    FixedCalendarDateTimeFormatter,
    fieldsets::{Y, YM, YMD},
};
use icu_decimal::{DecimalFormatter, input::Decimal, options::DecimalFormatterOptions};
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};

use crate::{
    diag::{At, Code, Diag},
    front::{self, Node, Notation, Raw},
    language,
    tree::{Digest, Tree, TreePath},
};

/// The interface words of every language that has a file.
pub struct Words {
    languages: BTreeMap<String, Language>,
    /// Wanted languages without a file: English words, in the order of titles of their own.
    without: BTreeMap<String, Language>,
    /// The digest of all their files.
    pub digest: Digest,
}

/// The words and rules of one language.
pub struct Language {
    /// Entries by key. One with plural forms has a form for each category.
    pub entries: BTreeMap<String, Entry>,
    plurals: PluralRules,
    numbers: DecimalFormatter,
    collator: CollatorBorrowed<'static>,
    dates: Dates,
}

/// How dates are written that say a day, a month or only a year.
struct Dates {
    days: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    months: FixedCalendarDateTimeFormatter<Gregorian, YM>,
    years: FixedCalendarDateTimeFormatter<Gregorian, Y>,
}

/// What stands under one key.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// One text, whatever the number.
    Text(String),
    /// Forms by CLDR category: zero, one, two, few, many, other.
    Plural(BTreeMap<String, String>),
}

/// As many missing words as a message lists.
const FEW: usize = 5;

/// The language whose words stand in where another's are missing; its file is always complete.
const FALLBACK: &str = "en";

/// What begins and ends a passage from left to right within another (Unicode Standard Annex 9).
const ISOLATE: char = '\u{2066}';
const POP: char = '\u{2069}';

impl Words {
    /// Reads `words/<language>.toml` from a theme, and reports what the wanted languages lack.
    pub fn read(theme: &Tree, wanted: &[&str], diags: &mut Vec<Diag>) -> Self {
        let mut languages = BTreeMap::new();
        let files = theme.under("words");
        for (path, _) in files.iter().filter(|(path, _)| path.extension() == "toml") {
            let full = TreePath::of(&format!("words/{path}"));
            let entries = match read_file(theme, &full) {
                Ok(entries) => entries,
                Err(diag) => {
                    diags.push(diag);
                    continue;
                }
            };
            languages.insert(language::canonical(path.stem()), Language::new(path.stem(), entries));
        }
        let mut words = Self { languages, without: BTreeMap::new(), digest: files.digest() };
        words.report(wanted, diags);
        let lacking = wanted.iter().filter(|code| words.own(code).is_none());
        let stand_in = |code: &&str| {
            Some(((*code).to_owned(), words.languages.get(FALLBACK)?.standing_in(code)))
        };
        words.without = lacking.filter_map(stand_in).collect();
        words
    }

    /// Returns the words of a language, else of its primary language, else English.
    pub fn of(&self, lang: &str) -> Option<&Language> {
        let own = self.own(lang).or_else(|| self.without.get(lang));
        own.or_else(|| self.languages.get(FALLBACK))
    }

    fn own(&self, lang: &str) -> Option<&Language> {
        self.languages.get(lang).or_else(|| self.languages.get(language::primary(lang)))
    }

    /// Returns the text of a key, or the key itself when no language has it.
    pub fn text<'a>(&'a self, lang: &str, key: &'a str) -> &'a str {
        match self.entry(lang, key) {
            Some(Entry::Text(text)) => text,
            Some(Entry::Plural(forms)) => forms.get("other").map_or(key, String::as_str),
            None => key,
        }
    }

    fn entry(&self, lang: &str, key: &str) -> Option<&Entry> {
        let own = self.of(lang).and_then(|language| language.entries.get(key));
        own.or_else(|| self.languages.get(FALLBACK)?.entries.get(key))
    }

    /// Returns the form of a key for a number, the number written in.
    pub fn count(&self, lang: &str, key: &str, number: usize) -> String {
        let Some(language) = self.of(lang) else { return number.to_string() };
        let written = language.number(number);
        let form = match self.entry(lang, key) {
            Some(Entry::Plural(forms)) => {
                let category = language.category(number);
                forms.get(category).or_else(|| forms.get("other")).map_or(key, String::as_str)
            }
            Some(Entry::Text(text)) => text,
            None => key,
        };
        form.replace("{n}", &written)
    }

    /// Returns the forms of a key as JSON, for scripts, which have the plural rules themselves.
    pub fn forms(&self, lang: &str, key: &str) -> String {
        let forms = match self.entry(lang, key) {
            Some(Entry::Plural(forms)) => forms.clone(),
            Some(Entry::Text(text)) => BTreeMap::from([("other".to_owned(), text.clone())]),
            None => BTreeMap::new(),
        };
        // A map of texts always has a JSON form.
        serde_json::to_string(&forms).unwrap_or_default()
    }

    /// Returns the name of a language in itself.
    pub fn name_of(&self, code: &str) -> String {
        match self.own(code).and_then(|language| language.entries.get("language-name")) {
            Some(Entry::Text(name)) => name.clone(),
            _ => language::autonym(code).map_or_else(|| code.to_owned(), str::to_owned),
        }
    }

    /// Writes a date as a language does.
    pub fn date(&self, lang: &str, text: &str) -> String {
        self.of(lang).map_or_else(|| text.to_owned(), |language| language.date(text))
    }

    /// Returns "in English" in the words of `lang`, for the language `code`.
    pub fn within(&self, lang: &str, code: &str) -> String {
        let key = format!("in-{}", language::primary(code));
        match self.of(lang).and_then(|language| language.entries.get(&key)) {
            Some(Entry::Text(text)) => text.clone(),
            _ => self.text(lang, "in-language").replace("{name}", &self.name_of(code)),
        }
    }

    fn report(&self, wanted: &[&str], diags: &mut Vec<Diag>) {
        let Some(reference) = self.languages.get(FALLBACK) else { return };
        let wanted =
            |code: &str| wanted.iter().any(|lang| language::primary(lang) == code || *lang == code);
        for (code, language) in self.languages.iter().filter(|(code, _)| wanted(code)) {
            let path = TreePath::of(&format!("words/{code}.toml"));
            let mut lacks_all = Vec::new();
            for (key, entry) in &reference.entries {
                let missing = match (entry, language.entries.get(key)) {
                    (_, None) => {
                        lacks_all.push(key.as_str());
                        continue;
                    }
                    (Entry::Plural(_), Some(Entry::Plural(forms))) => {
                        let lacks =
                            |category: &PluralCategory| !forms.contains_key(name_of(*category));
                        match language.plurals.categories().find(lacks) {
                            Some(category) => {
                                let category = name_of(category);
                                format!(
                                    "the words of `{code}` lack the form `{category}` of `{key}`"
                                )
                            }
                            None => continue,
                        }
                    }
                    (Entry::Plural(_), Some(Entry::Text(_))) => {
                        format!("`{key}` needs plural forms in the words of `{code}`")
                    }
                    _ => continue,
                };
                let diag = Diag::warning(Code::MissingWords, At::file(&path), missing);
                diags.push(diag.help("the forms of English stand in until they are written"));
            }
            if !lacks_all.is_empty() {
                let first = lacks_all.iter().take(FEW).copied().collect::<Vec<_>>().join("`, `");
                let more = match lacks_all.len().saturating_sub(FEW) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let message = format!("the words of `{code}` lack `{first}`{more}");
                let help = "the words of English stand in; copy them from `words/en.toml` and translate them";
                diags.push(Diag::warning(Code::MissingWords, At::file(&path), message).help(help));
            }
        }
    }
}

fn name_of(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

impl Language {
    /// Makes a language from its words; rules unknown to CLDR are those of the root locale.
    pub fn new(code: &str, entries: BTreeMap<String, Entry>) -> Self {
        let locale: Locale = language::canonical(code).parse().unwrap_or(Locale::UNKNOWN);
        // The compiled data hold the root locale, so a fallback always exists.
        let plurals = PluralRules::try_new_cardinal((&locale).into())
            .expect("compiled plural data hold every locale's fallback");
        let numbers =
            DecimalFormatter::try_new((&locale).into(), DecimalFormatterOptions::default())
                .expect("compiled number data hold every locale's fallback");
        let collator = Collator::try_new((&locale).into(), CollatorOptions::default())
            .expect("compiled collation data hold every locale's fallback");
        let days = FixedCalendarDateTimeFormatter::try_new((&locale).into(), YMD::long());
        let months = FixedCalendarDateTimeFormatter::try_new((&locale).into(), YM::long());
        let years = FixedCalendarDateTimeFormatter::try_new((&locale).into(), Y::long());
        let dates = Dates {
            days: days.expect("compiled date data hold every locale's fallback"),
            months: months.expect("compiled date data hold every locale's fallback"),
            years: years.expect("compiled date data hold every locale's fallback"),
        };
        Self { entries, plurals, numbers, collator, dates }
    }

    /// Returns these words for a language that has none. In one of the other direction each is kept apart
    /// from what stands beside it, so that signs and numbers stay where they belong.
    fn standing_in(&self, code: &str) -> Self {
        let apart = |text: &String| match language::direction(code) {
            "ltr" => text.clone(),
            _ => format!("{ISOLATE}{text}{POP}"),
        };
        let entry = |entry: &Entry| match entry {
            Entry::Text(text) => Entry::Text(apart(text)),
            Entry::Plural(forms) => Entry::Plural(
                forms.iter().map(|(form, text)| (form.clone(), apart(text))).collect(),
            ),
        };
        let entries = self.entries.iter().map(|(key, words)| (key.clone(), entry(words))).collect();
        let rules = Self::new(FALLBACK, BTreeMap::new());
        Self { entries, collator: Self::new(code, BTreeMap::new()).collator, ..rules }
    }

    /// Writes a date of ISO 8601, which may stop at the year or month, as the language does; any other
    /// text stays as it is.
    pub fn date(&self, text: &str) -> String {
        let day = text.split(['T', ' ']).next().unwrap_or_default();
        let parts: Option<Vec<u16>> = day
            .split('-')
            .zip([4, 2, 2])
            .map(|(part, length)| {
                let is_number = part.len() == length && part.bytes().all(|c| c.is_ascii_digit());
                part.parse().ok().filter(|_| is_number)
            })
            .collect();
        let Some(parts) = parts.filter(|parts| parts.len() == day.split('-').count()) else {
            return text.to_owned();
        };
        let part = |at: usize| parts.get(at).copied().unwrap_or(1) as u8;
        let year = parts.first().copied().unwrap_or_default();
        let Ok(date) = Date::try_new_gregorian(i32::from(year), part(1), part(2)) else {
            return text.to_owned();
        };
        match parts.len() {
            1 => self.dates.years.format(&date).to_string(),
            2 => self.dates.months.format(&date).to_string(),
            _ => self.dates.days.format(&date).to_string(),
        }
    }

    /// Returns a number as the language writes it, with its digits and separators.
    pub fn number(&self, number: usize) -> String {
        self.numbers.format(&Decimal::from(number as u64)).to_string()
    }

    fn category(&self, number: usize) -> &'static str {
        name_of(self.plurals.category_for(number as u64))
    }

    /// Returns bytes that stand in the order of `compare`, for sorting many texts.
    pub fn sort_key(&self, text: &str) -> Vec<u8> {
        let mut key = Vec::new();
        let Ok(()) = self.collator.write_sort_key_to(text, &mut key);
        key
    }

    /// Orders two texts as a reader of the language expects.
    pub fn compare(&self, a: &str, b: &str) -> Ordering {
        self.collator.compare(a, b).then_with(|| a.cmp(b))
    }
}

fn read_file(theme: &Tree, path: &TreePath) -> Result<BTreeMap<String, Entry>, Diag> {
    let text = theme.text(path).ok_or_else(|| Diag::no_text(path, theme))?;
    let node = front::read(Notation::Toml, text, 0..text.len()).map_err(|fault| {
        Diag::error(Code::Config, At::new(path, fault.range), fault.message).help(fault.help)
    })?;
    let entry = |node: &Node| match &node.raw {
        Raw::Scalar { text, .. } => Some(Entry::Text(text.clone())),
        Raw::Table(forms) => Some(Entry::Plural(
            forms
                .iter()
                .filter_map(|(key, node)| Some((key.name.clone(), node.text()?.to_owned())))
                .collect(),
        )),
        Raw::List(_) => None,
    };
    let entries = node.table().unwrap_or_default();
    Ok(entries.iter().filter_map(|(key, node)| Some((key.name.clone(), entry(node)?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(code: &str) -> Language {
        Language::new(code, BTreeMap::new())
    }

    #[test]
    fn plural_rules_are_those_of_the_language() {
        assert_eq!(language("fr").category(0), "one");
        assert_eq!(language("en").category(0), "other");
        assert_eq!([1, 2, 5].map(|n| language("ru").category(n)), ["one", "few", "many"]);
        assert_eq!(
            [0, 1, 2, 3, 11].map(|n| language("ar").category(n)),
            ["zero", "one", "two", "few", "many"]
        );
    }

    #[test]
    fn sorting_knows_accents() {
        let fr = language("fr");
        let mut words = ["Zambie", "Équateur", "Égypte", "Danemark"];
        words.sort_by(|a, b| fr.compare(a, b));
        assert_eq!(words, ["Danemark", "Égypte", "Équateur", "Zambie"]);
    }

    #[test]
    fn dates_are_written_as_the_language_does() {
        let language = |code: &str| Language::new(code, BTreeMap::new());
        for (code, iso, written) in [
            ("en", "2020", "2020"),
            ("en", "2020-11", "November 2020"),
            ("en", "2020-11-24", "November 24, 2020"),
            ("fr", "2020-11-24T10:00:00Z", "24 novembre 2020"),
            ("es", "2020-11-24", "24 de noviembre de 2020"),
            ("ru", "2020-11-24", "24 ноября 2020\u{202f}г."),
            ("zh", "2020-11-24", "2020年11月24日"),
            ("en", "2020-13", "2020-13"),
            ("en", "2020-02-30", "2020-02-30"),
            ("en", "spring 2020", "spring 2020"),
            ("en", "", ""),
        ] {
            assert_eq!(language(code).date(iso), written);
        }
    }
}
