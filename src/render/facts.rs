//! A record's fields as its reader sees them: labels, names of terms, links.

use serde::Serialize;

use crate::{
    config::Config,
    front::Value,
    language,
    page::Page,
    schema::{Field, Kind, Show, Term, Vocabulary},
    site::{PageIndex, Site},
    theme::Theme,
};

use super::relative;

/// One field, shown.
#[derive(Serialize, Debug)]
pub struct Fact {
    pub name: String,
    pub label: String,
    pub values: Vec<Shown>,
}

/// One value, shown.
#[derive(Serialize, Debug, Clone, Default)]
pub struct Shown {
    pub text: String,
    pub url: Option<String>,
    pub number: Option<String>,
    /// The language of the text where it is not the page's.
    pub lang: Option<String>,
}

/// Where a source is: what a citation needs.
#[derive(Serialize, Debug, Default)]
pub struct SourceView {
    pub title: Option<String>,
    /// The language of title and publisher where it is not the page's.
    pub lang: Option<String>,
    pub publisher: Option<String>,
    pub date: Option<String>,
    pub url: Option<String>,
    pub host: Option<String>,
    pub language: Option<String>,
    pub language_name: Option<String>,
    pub paragraphs: Vec<String>,
    pub page: Option<String>,
    pub note: Option<String>,
    pub archived: Option<String>,
}

/// Names a term in a language: its name, else its title, else its id.
pub fn name_of<'a>(config: &'a Config, term: &'a Term, lang: &str) -> &'a str {
    let name = term.name.get(lang, config.default_language());
    name.or_else(|| term.title.get(lang, config.default_language())).unwrap_or(&term.id)
}

/// Returns the fields of a page that the facts panel shows, in the order of its record type.
pub fn facts(site: &Site, theme: &Theme, index: PageIndex, from: &str) -> Vec<Fact> {
    let page = &site.pages[index];
    let fields: Vec<&Field> = match site.config.types.get(&page.record_type) {
        Some(record_type) => record_type.fields.iter().collect(),
        None => site.config.shared.iter().collect(),
    };
    fields
        .into_iter()
        .filter(|field| field.show == Show::Facts)
        .filter_map(|field| {
            let value = page.fields.get(&field.name)?;
            let values = shown(site, theme, index, (&field.name, field), value, Some(from));
            let label = label(&site.config, field, &page.lang);
            (!values.is_empty()).then(|| Fact { name: field.name.clone(), label, values })
        })
        .collect()
}

/// Returns a field's label, else its name as words.
pub fn label(config: &Config, field: &Field, lang: &str) -> String {
    let label = config.localized(&field.label, lang);
    if !label.is_empty() {
        return label.to_owned();
    }
    let words = field.name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Shows a field's value or values, linked as seen from a folder, or without links. A field inside a group
/// has the group's name before its own.
pub fn shown(
    site: &Site,
    theme: &Theme,
    index: PageIndex,
    named: (&str, &Field),
    value: &Value,
    from: Option<&str>,
) -> Vec<Shown> {
    match value {
        Value::List(values) => {
            let mut all: Vec<Shown> = Vec::new();
            let mut seen = std::collections::HashSet::new();
            for one in values.iter().flat_map(|value| shown(site, theme, index, named, value, from))
            {
                // One tag may be written in two ways.
                if one.url.is_none() || seen.insert(one.url.clone()) {
                    all.push(one);
                }
            }
            all
        }
        Value::Null => Vec::new(),
        value => one(site, theme, index, named, value, from).into_iter().collect(),
    }
}

fn one(
    site: &Site,
    theme: &Theme,
    index: PageIndex,
    (name, field): (&str, &Field),
    value: &Value,
    from: Option<&str>,
) -> Option<Shown> {
    let page = &site.pages[index];
    match (&field.kind, value) {
        (Kind::Term(vocabulary), Value::Text(id)) => {
            let vocabulary = site.config.vocabularies.get(vocabulary)?;
            if vocabulary.open {
                return Some(term(site, page, vocabulary, &crate::schema::open_id(id), from));
            }
            Some(term(site, page, vocabulary, id, from))
        }
        (Kind::Boolean, Value::Boolean(yes)) => {
            let key = if *yes { "yes" } else { "no" };
            Some(Shown { text: theme.words.text(&page.lang, key).to_owned(), ..Shown::default() })
        }
        (Kind::Record(_), Value::Text(id)) => Some(match site.record(index, name, id) {
            Some(to) => {
                let to = &site.pages[to];
                let lang = (to.title_lang() != page.lang).then(|| to.title_lang().to_owned());
                let url = from.map(|from| relative(from, &to.file()));
                Shown { text: to.title.clone(), url, lang, number: None }
            }
            None => Shown { text: id.clone(), ..Shown::default() },
        }),
        (Kind::Date, Value::Text(date)) => {
            Some(Shown { text: theme.words.date(&page.lang, date), ..Shown::default() })
        }
        (Kind::Url, Value::Text(url)) => {
            Some(Shown { text: url.clone(), url: Some(url.clone()), ..Shown::default() })
        }
        (Kind::Language, Value::Text(code)) => {
            Some(Shown { text: theme.words.name_of(code), ..Shown::default() })
        }
        (Kind::Group(fields), Value::Table(table)) => {
            let parts: Vec<String> = fields
                .iter()
                .filter_map(|field| {
                    let value = table.get(&field.name)?;
                    let full = format!("{name}.{}", field.name);
                    let values = shown(site, theme, index, (&full, field), value, None);
                    let texts: Vec<String> = values.into_iter().map(|shown| shown.text).collect();
                    let label = site.config.localized(&field.label, &page.lang);
                    Some(format!("{label} {}", texts.join(", ")).trim().to_owned())
                })
                .collect();
            Some(Shown { text: parts.join(" "), ..Shown::default() })
        }
        (kind, value) => {
            let is_prose =
                matches!(kind, Kind::Text | Kind::Any) && matches!(value, Value::Text(_));
            let lang = page.stands_for.as_ref().filter(|_| is_prose);
            let lang = lang.map(|other| other.lang.clone());
            Some(Shown { text: plain(value)?, lang, ..Shown::default() })
        }
    }
}

fn plain(value: &Value) -> Option<String> {
    Some(match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(yes) => yes.to_string(),
        Value::List(values) => values.iter().filter_map(plain).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Table(_) => return None,
    })
}

/// Shows a term by its name, with a link to its page where it has one.
fn term(site: &Site, page: &Page, vocabulary: &Vocabulary, id: &str, from: Option<&str>) -> Shown {
    let found = vocabulary.term(id);
    let tag = || site.tag_name(&page.id.folder, vocabulary, id).unwrap_or(id);
    let text = found.map_or_else(tag, |term| name_of(&site.config, term, &page.lang));
    let link = |from: &str| {
        let to = site.use_of(&page.id.folder, &vocabulary.name, id)?.page?;
        Some(relative(from, &site.pages[to].file()))
    };
    let fallback = found.and_then(|term| {
        let is_known = |code: &str| term.name.exact(code).is_some();
        let is_own =
            is_known(&page.lang) || is_known(language::primary(&page.lang)) || is_known("");
        (!is_own && !term.name.is_empty()).then(|| site.config.default_language().to_owned())
    });
    Shown {
        text: text.to_owned(),
        url: from.and_then(link),
        number: vocabulary.numbered.then(|| id.to_owned()),
        lang: fallback,
    }
}

/// Returns the sources of a page.
pub fn sources(page: &Page, theme: &Theme) -> Vec<SourceView> {
    let Some(Value::List(sources)) = page.fields.get("sources") else { return Vec::new() };
    sources
        .iter()
        .filter_map(|source| {
            let Value::Table(table) = source else { return None };
            let text = |name: &str| table.get(name).and_then(plain);
            let url = text("url").filter(|url| url.starts_with("http"));
            let host = url.as_ref().and_then(|url| {
                let rest = url.split("://").nth(1)?;
                let host = rest.split('/').next()?;
                Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
            });
            let language = text("language");
            Some(SourceView {
                title: text("title"),
                lang: page.stands_for.as_ref().map(|other| other.lang.clone()),
                publisher: text("publisher"),
                date: text("date"),
                language_name: language.as_ref().map(|code| theme.words.name_of(code)),
                language,
                paragraphs: match table.get("paragraphs").or_else(|| table.get("paragraph")) {
                    Some(Value::List(list)) => list.iter().filter_map(plain).collect(),
                    Some(value) => plain(value).into_iter().collect(),
                    None => Vec::new(),
                },
                page: text("page"),
                note: text("note"),
                archived: text("archived"),
                url,
                host,
            })
        })
        .collect()
}
