//! The cases of Russian nouns, for names whose forms the stemmer does not bring together: it takes the end
//! of *Непал* for that of a verb, but not that of *Непале*.

use crate::language;

/// A noun that ends in another of these has one form only.
const VOWELS: &str = "аеиоуыэюя";

/// Returns the singular cases of a noun in lower case, for Russian; nothing for other languages.
pub fn forms(lang: &str, noun: &str) -> impl Iterator<Item = String> + use<> {
    let is_russian = language::primary(lang) == "ru" && noun.chars().count() > 3;
    let (beginning, endings): (String, &[&str]) = match noun.chars().last().filter(|_| is_russian) {
        Some('а') => (cut(noun), &["ы", "и", "е", "у", "ой"]),
        Some('я') => (cut(noun), &["и", "е", "ю", "ей"]),
        Some('ь') => (cut(noun), &["я", "ю", "ем", "е", "и"]),
        Some('й') => (cut(noun), &["я", "ю", "ем", "е"]),
        Some('ы') => (cut(noun), &["", "ов", "ам", "ами", "ах"]),
        Some(last) if last.is_alphabetic() && !VOWELS.contains(last) => {
            (without_fleeting_vowel(noun), &["а", "у", "ом", "е"])
        }
        _ => (String::new(), &[]),
    };
    endings.iter().map(move |ending| format!("{beginning}{ending}"))
}

fn cut(noun: &str) -> String {
    let mut beginning = noun.to_owned();
    beginning.pop();
    beginning
}

/// Takes out the vowel that other cases lack: *Египет*, *Египта*.
fn without_fleeting_vowel(noun: &str) -> String {
    for ending in ["ет", "ец"] {
        if let Some(beginning) = noun.strip_suffix(ending).filter(|it| it.chars().count() > 2) {
            return beginning.to_owned() + ending.trim_start_matches('е');
        }
    }
    noun.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_names_have_cases() {
        let of = |noun: &str| forms("ru", noun).collect::<Vec<_>>().join(" ");
        assert_eq!(of("непал"), "непала непалу непалом непале");
        assert_eq!(of("египет"), "египта египту египтом египте");
        assert_eq!(of("сирия"), "сирии сирие сирию сирией");
        assert_eq!(of("мали"), "");
        assert_eq!(of("чад"), "");
        assert_eq!(forms("fr", "canada").count(), 0);
    }
}
