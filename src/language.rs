//! Languages by their codes: which folder names are languages, and how each is written.

/// The two-letter codes of ISO 639-1, from the registration authority's list (Library of Congress).
const ISO_639_1: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Languages written from right to left, by their primary subtag (Unicode CLDR, script metadata).
const RIGHT_TO_LEFT: &[&str] = &["ar", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"];

/// Names of languages in themselves (Unicode CLDR), for languages without interface words.
const AUTONYMS: &[(&str, &str)] = &[
    ("am", "አማርኛ"),
    ("ar", "العربية"),
    ("az", "azərbaycan"),
    ("be", "беларуская"),
    ("bg", "български"),
    ("bn", "বাংলা"),
    ("bs", "bosanski"),
    ("ca", "català"),
    ("cs", "čeština"),
    ("cy", "Cymraeg"),
    ("da", "dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "español"),
    ("et", "eesti"),
    ("eu", "euskara"),
    ("fa", "فارسی"),
    ("fi", "suomi"),
    ("fr", "français"),
    ("ga", "Gaeilge"),
    ("gl", "galego"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hr", "hrvatski"),
    ("hu", "magyar"),
    ("hy", "հայերեն"),
    ("id", "Indonesia"),
    ("is", "íslenska"),
    ("it", "italiano"),
    ("ja", "日本語"),
    ("ka", "ქართული"),
    ("kk", "қазақ тілі"),
    ("km", "ខ្មែរ"),
    ("ko", "한국어"),
    ("ky", "кыргызча"),
    ("lo", "ລາວ"),
    ("lt", "lietuvių"),
    ("lv", "latviešu"),
    ("mk", "македонски"),
    ("mn", "монгол"),
    ("ms", "Melayu"),
    ("mt", "Malti"),
    ("my", "မြန်မာ"),
    ("nb", "norsk bokmål"),
    ("ne", "नेपाली"),
    ("nl", "Nederlands"),
    ("nn", "norsk nynorsk"),
    ("no", "norsk"),
    ("pa", "ਪੰਜਾਬੀ"),
    ("pl", "polski"),
    ("ps", "پښتو"),
    ("pt", "português"),
    ("ro", "română"),
    ("ru", "русский"),
    ("si", "සිංහල"),
    ("sk", "slovenčina"),
    ("sl", "slovenščina"),
    ("so", "Soomaali"),
    ("sq", "shqip"),
    ("sr", "српски"),
    ("sv", "svenska"),
    ("sw", "Kiswahili"),
    ("ta", "தமிழ்"),
    ("tg", "тоҷикӣ"),
    ("th", "ไทย"),
    ("tk", "türkmen dili"),
    ("tr", "Türkçe"),
    ("uk", "українська"),
    ("ur", "اردو"),
    ("uz", "o‘zbek"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

/// Returns the name of a language in itself, where it is known.
pub fn autonym(code: &str) -> Option<&'static str> {
    AUTONYMS.iter().find(|(known, _)| *known == primary(code)).map(|(_, name)| *name)
}

/// Returns true for a code such as `fr`, `pt-BR` or `zh-Hant`: a two-letter primary subtag of ISO
/// 639-1, then at most a script and a region (BCP 47). `pt_BR` counts too, as many tools write it.
pub fn is_code(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let known = parts.next().is_some_and(|primary| {
        primary.len() == 2 && ISO_639_1.split(' ').any(|code| code.eq_ignore_ascii_case(primary))
    });
    let rest: Vec<&str> = parts.collect();
    known
        && rest.len() <= 2
        && rest.iter().all(|part| {
            let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            (letters && matches!(part.len(), 2 | 4)) || (digits && part.len() == 3)
        })
}

/// Returns the code in the form BCP 47 recommends: `pt_br` becomes `pt-BR`, `zh-hant` `zh-Hant`.
pub fn canonical(code: &str) -> String {
    let part = |(index, part): (usize, &str)| match (index, part.len()) {
        (0, _) => part.to_ascii_lowercase(),
        (_, 2) => part.to_ascii_uppercase(),
        (_, 4) => {
            let lower = part.to_ascii_lowercase();
            let mut letters = lower.chars();
            letters.next().map_or(lower.clone(), |first| {
                first.to_ascii_uppercase().to_string() + letters.as_str()
            })
        }
        _ => part.to_owned(),
    };
    code.split(['-', '_']).enumerate().map(part).collect::<Vec<_>>().join("-")
}

/// Returns the primary subtag, `pt` for `pt-BR`.
pub fn primary(code: &str) -> &str {
    // Codes are too short for a search to be worth setting up.
    code.bytes().position(|byte| byte == b'-').map_or(code, |end| &code[..end])
}

/// Returns `rtl` or `ltr`, as the `dir` attribute takes it.
pub fn direction(code: &str) -> &'static str {
    // A script says more than the language: Punjabi is written in two.
    let script = code.split('-').skip(1).find(|part| part.len() == 4);
    let is_right_to_left = match script {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.iter().any(|one| one.eq_ignore_ascii_case(script)),
        None => RIGHT_TO_LEFT.contains(&primary(code)),
    };
    if is_right_to_left { "rtl" } else { "ltr" }
}

/// The scripts of ISO 15924 in use that run from right to left.
const RIGHT_TO_LEFT_SCRIPTS: &[&str] = &["Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_has_a_canonical_form() {
        for (code, form) in [("sr-по", "sr-по"), ("x-éé", "x-éé"), ("", ""), ("a--b", "a--b")]
        {
            assert_eq!(canonical(code), form);
        }
        assert_eq!(canonical("ZH_hant"), "zh-Hant");
    }

    #[test]
    fn a_script_has_a_direction() {
        assert_eq!(
            [direction("pa-Arab"), direction("pa"), direction("az-Latn")],
            ["rtl", "ltr", "ltr"]
        );
        assert_eq!(
            [direction("fa"), direction("ar-EG"), direction("ku-Latn")],
            ["rtl", "rtl", "ltr"]
        );
    }

    #[test]
    fn codes_are_told_from_other_names() {
        for code in ["fr", "pt-br", "pt_BR", "zh-Hant", "es-419", "zh-hant-TW"] {
            assert!(is_code(code), "{code}");
        }
        for name in ["docs", "src", "xx", "en-guide-old-new", "english", ""] {
            assert!(!is_code(name), "{name}");
        }
        assert_eq!(canonical("zh_hant_tw"), "zh-Hant-TW");
        assert_eq!(direction("ar-EG"), "rtl");
    }
}
