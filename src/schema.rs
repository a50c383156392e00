//! Record types, fields and vocabularies as data, and the check of one value against its field.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use serde::Serialize;

use crate::{
    diag::{At, Code, Diag, nearest},
    front::{Node, Raw, Value},
    language,
    tree::{TreePath, portable_name},
};

/// A text in several languages, or one for all of them (under the empty code).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Localized(pub BTreeMap<String, String>);

impl Localized {
    /// Returns the text in `lang`, else in its primary language, else the one for all, else in
    /// `fallback`, else the first there is.
    pub fn get(&self, lang: &str, fallback: &str) -> Option<&str> {
        // Rows of lists ask this often, and most are answered at once.
        let own = self.0.get(lang);
        own.or_else(|| self.0.get(language::primary(lang)))
            .or_else(|| self.0.get(""))
            .or_else(|| self.0.get(fallback))
            .or_else(|| self.0.values().next())
            .map(String::as_str)
    }

    /// Returns the text in exactly this language.
    pub fn exact(&self, lang: &str) -> Option<&str> {
        self.0.get(lang).map(String::as_str)
    }

    /// Returns true where there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A sort of record: practice, guidance, event …
#[derive(Clone, Debug, Default)]
pub struct RecordType {
    /// As `site.toml` declares it and the field `type` names it.
    pub name: String,
    /// Its place among the types as declared, by which lists are sorted.
    pub position: usize,
    /// The folder whose files have this type when they name none.
    pub folder: Option<String>,
    /// The template of its pages, below the theme's `templates`; `None` where their role decides.
    pub template: Option<String>,
    /// What one record is called; may be empty.
    pub label: Localized,
    /// What several are called; may be empty.
    pub plural: Localized,
    /// A record counts in lists, exports and the summary; a plain page does not.
    pub is_record: bool,
    /// Whether it counts where terms say how many records they have. An organisation is listed
    /// below its country, but it is no practice of it.
    pub counted: bool,
    /// Fields in the order in which they are shown.
    pub fields: Vec<Field>,
    /// Fields that are not declared are kept without a remark.
    pub open: bool,
    /// The headings of its body, by language; `new` writes them.
    pub sections: BTreeMap<String, Vec<String>>,
}

impl RecordType {
    /// Returns the field of this name; shared fields are among them.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// When a field must be there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Required {
    /// It may be left out.
    #[default]
    No,
    /// On every page of the type.
    Yes,
    /// Only on pages whose language is not the original's.
    InTranslations,
}

/// Where the default theme shows a field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Show {
    /// In the panel of facts.
    #[default]
    Facts,
    /// Not in that panel.
    No,
}

/// One field of a record type.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// As `site.toml` declares it and front matter writes it.
    pub name: String,
    /// What one of its values is.
    pub kind: Kind,
    /// Whether it takes a list; one value alone is a list of one.
    pub many: bool,
    /// Whether a page without it is at fault.
    pub required: Required,
    /// What readers see before its values; where it is empty, the name as words.
    pub label: Localized,
    /// What the record that is referred to calls those that refer to it: "Partner in".
    pub inverse: Localized,
    /// What an editor should write, as `new` says it.
    pub help: Localized,
    /// Whether the default theme shows it.
    pub show: Show,
    /// Whether its texts are names of the record itself, such as acronyms.
    pub names: bool,
    /// The longest text in characters, or the largest number.
    pub max: Option<i64>,
    /// The smallest number; a text has no shortest length.
    pub min: Option<i64>,
    /// The only terms of the vocabulary that this record type takes; empty for all.
    pub only: Vec<String>,
}

/// What a field holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Kind {
    /// Any value, kept as it stands.
    #[default]
    Any,
    /// A text; a number or a date is taken as it is written.
    Text,
    /// A whole number.
    Integer,
    /// A number, with a fraction or without.
    Number,
    /// `true` or `yes`, `false` or `no`.
    Boolean,
    /// A date of ISO 8601, which may stop at the year or month.
    Date,
    /// An address that begins with `https://` or `http://`.
    Url,
    /// A language code of BCP 47.
    Language,
    /// A term of the vocabulary.
    Term(String),
    /// The id of a record of the type.
    Record(Vec<String>),
    /// A table with fields of its own.
    Group(Vec<FieldBox>),
}

/// A field inside a group.
pub type FieldBox = std::sync::Arc<Field>;

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.kind == other.kind
    }
}

/// What one term is called where a vocabulary does not say it.
pub const NOUN: &str = "term";

/// A controlled list of terms: objectives, countries, themes …
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// As `site.toml` declares it.
    pub name: String,
    /// What one term is called in messages: "objective".
    pub noun: String,
    /// What its list is called; may be empty.
    pub label: Localized,
    /// The folder of its term pages; without one its terms have no pages.
    pub folder: Option<String>,
    /// Terms that no record uses get no page and no place in lists.
    pub used_only: bool,
    /// Any value is a term: tags in a folder without configuration.
    pub open: bool,
    /// Its names are understood in queries, in every language: `AVRR` also finds "assisted
    /// voluntary return", and `Thaïlande` finds Thailand.
    pub understood: bool,
    /// Show the id before the name, as in "13 Immigration detention".
    pub numbered: bool,
    /// The pages of its terms are not found by searching; their records are in any case.
    pub unsearched: bool,
    /// Languages in which its names are working labels, not checked by anyone.
    pub working: Vec<String>,
    /// A column that holds a term of another vocabulary, such as a country's region, or of its own,
    /// such as the concept above.
    pub parent: Option<Parent>,
    /// The table it was read from.
    pub path: Option<TreePath>,
    /// Where `site.toml` declares it.
    pub place: Range<usize>,
    /// Terms in the order of the table.
    pub terms: Vec<Term>,
    pub(crate) by_id: BTreeMap<String, usize>,
}

/// The column that names related terms of the same vocabulary, separated by `;`.
pub const RELATED: &str = "related";

/// A column of a vocabulary that names terms of another.
#[derive(Clone, Debug)]
pub struct Parent {
    /// The column whose cells hold ids of terms.
    pub column: String,
    /// The name of the vocabulary whose terms these are.
    pub vocabulary: String,
}

/// One row of a vocabulary.
#[derive(Clone, Debug, Default)]
pub struct Term {
    /// As the table writes it; of a thesaurus, the key of the concept.
    pub id: String,
    /// What it is called in short.
    pub name: Localized,
    /// The full or official title, where it differs from the name.
    pub title: Localized,
    /// How sure the title is, by language: verified, abridged, recalled, working.
    pub title_status: Localized,
    /// How sure the name is, by language.
    pub name_status: Localized,
    /// Other names by which it is found, separated by `;`.
    pub alt: Localized,
    /// Names that mean something else in a language, separated by `;`: they are not understood there.
    pub not: Localized,
    /// What it means.
    pub definition: Localized,
    /// The other columns.
    pub data: BTreeMap<String, String>,
    /// The bytes of its row in the table; of a thesaurus, those of the key.
    pub range: Range<usize>,
}

impl Vocabulary {
    /// Returns the name under which results are filtered by its terms: what one is called, with hyphens
    /// for spaces, else its own name.
    pub fn facet(&self) -> String {
        let name = if self.noun == NOUN { &self.name } else { &self.noun };
        name.replace(' ', "-")
    }

    /// Adds a term. Returns false, and leaves it out, where its id is taken.
    pub fn add(&mut self, term: Term) -> bool {
        if self.by_id.contains_key(&term.id) {
            return false;
        }
        self.by_id.insert(term.id.clone(), self.terms.len());
        self.terms.push(term);
        true
    }

    /// Returns the term of an id, written just so.
    pub fn term(&self, id: &str) -> Option<&Term> {
        self.by_id.get(id).map(|&index| &self.terms[index])
    }

    /// Returns true where lists stand in the order of names in their language: where only used terms
    /// are listed, and of a thesaurus, whose file says in what order concepts were thought of.
    pub fn is_by_name(&self) -> bool {
        self.used_only || self.is_thesaurus()
    }

    /// Returns true for concepts, with their many names, where others are rows of a table.
    pub fn is_thesaurus(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.extension() == "toml")
    }

    /// Returns true where the parents of terms are terms of this vocabulary.
    pub fn is_tree(&self) -> bool {
        self.parent.as_ref().is_some_and(|parent| parent.vocabulary == self.name)
    }

    /// Returns the terms that stand directly below one, in the order of the table.
    pub fn narrower<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Term> {
        let column = self.parent.as_ref().filter(|_| self.is_tree()).map(|parent| &parent.column);
        self.terms.iter().filter(move |term| {
            column.and_then(|column| term.data.get(column)).is_some_and(|above| above == id)
        })
    }

    /// Returns the term above one, in a vocabulary whose terms stand above each other.
    pub fn broader(&self, term: &Term) -> Option<&Term> {
        let parent = self.parent.as_ref().filter(|_| self.is_tree())?;
        self.term(term.data.get(&parent.column)?)
    }

    /// Returns the terms that are said to be related to one.
    pub fn related<'a>(&'a self, term: &'a Term) -> impl Iterator<Item = &'a Term> {
        let ids = term.data.get(RELATED).map(String::as_str).unwrap_or_default().split(';');
        ids.filter_map(|id| self.term(id.trim()))
    }

    /// Returns the term's place in the table, by which lists are sorted.
    pub fn position(&self, id: &str) -> usize {
        self.by_id.get(id).copied().unwrap_or(usize::MAX)
    }

    /// Says that there is no such term, and what comes nearest.
    pub fn unknown(&self, id: &str, at: At) -> Diag {
        let message = format!("there is no {} `{id}`", self.noun);
        let diag = Diag::error(Code::UnknownTerm, at, message);
        match self.suggestion(id) {
            Some(help) => diag.help(help),
            None => diag,
        }
    }

    fn suggestion(&self, id: &str) -> Option<String> {
        let ids = || self.terms.iter().map(|term| term.id.as_str());
        let by_name = self.terms.iter().find(|term| {
            let names = term.name.0.values().chain(term.title.0.values());
            let others = term.alt.0.values().flat_map(|alt| alt.split(';'));
            names.map(String::as_str).chain(others).any(|name| name.trim().eq_ignore_ascii_case(id))
        });
        if let Some(term) = by_name {
            return Some(format!("write `{}`", term.id));
        }
        let parts: Vec<&str> = id.split(',').map(str::trim).collect();
        if parts.len() > 1 && parts.iter().all(|part| self.term(part).is_some()) {
            return Some(format!("write `[{}]`, in brackets", parts.join(", ")));
        }
        let number = |id: &str| id.parse().ok().filter(|number: &i64| number.to_string() == id);
        let numbers: Option<Vec<i64>> = ids().map(number).collect();
        if let Some(numbers) = numbers.filter(|numbers| !numbers.is_empty()) {
            let (low, high) = (numbers.iter().min()?, numbers.iter().max()?);
            if (high - low + 1) as usize == numbers.len() {
                return Some(format!("{}s go from {low} to {high}", self.noun));
            }
        }
        if let Some(term) = ids().find(|term| term.eq_ignore_ascii_case(id)) {
            return Some(format!("write `{term}`"));
        }
        if let Some(near) = nearest(id, ids()) {
            return Some(format!("did you mean `{near}`?"));
        }
        let few: Vec<_> = ids().take(FEW + 1).collect();
        if few.len() <= FEW {
            return Some(format!("use one of `{}`", few.join("`, `")));
        }
        let table = self.path.as_ref()?;
        Some(format!("the {} ids stand in `{table}`", self.terms.len()))
    }
}

/// As many values as a message may list.
const FEW: usize = 24;

/// One value of a field that points elsewhere: a term or a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The field, with its groups: `sources.publisher`.
    pub field: Arc<str>,
    /// What the value names; whether there is such a record, only linking knows.
    pub target: Target,
    /// The bytes of the value in the file.
    pub range: Range<usize>,
}

/// Where a reference points.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A term of a vocabulary.
    Term {
        /// The name of the vocabulary.
        vocabulary: String,
        /// The id of the term; of a free tag, the one that `open_id` makes of it.
        id: String,
    },
    /// A record, by its id.
    Record {
        /// The types that it may have; empty for any.
        types: Vec<String>,
        /// The id as written.
        id: String,
    },
}

/// The check of one record's fields; collects what it finds.
pub struct Check<'a> {
    /// The file of the record, for remarks.
    pub path: &'a TreePath,
    /// The vocabularies of the site by name.
    pub vocabularies: &'a BTreeMap<String, Vocabulary>,
    /// Whether faults are warnings only, as where nothing is configured.
    pub lenient: bool,
    /// The terms and records that were named so far.
    pub references: Vec<Reference>,
    /// What was wrong so far.
    pub diags: Vec<Diag>,
}

impl Check<'_> {
    /// Reads a node as the field says. What is wrong is reported and left out.
    pub fn field(&mut self, field: &Field, name: &str, node: &Node) -> Option<Value> {
        if node.is_null() {
            return None;
        }
        if !field.many {
            if let Raw::List(items) = &node.raw {
                // A list of one where one is wanted says the same.
                if let [item] = items.as_slice() {
                    return self.one(field, name, item);
                }
                if field.kind != Kind::Any {
                    self.wrong(node, format!("`{name}` takes one value, not a list"));
                    return None;
                }
            }
            return self.one(field, name, node);
        }
        let split = self.split_tags(field, node);
        let items = match &node.raw {
            _ if !split.is_empty() => split.as_slice(),
            Raw::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let values: Vec<Value> =
            items.iter().filter_map(|item| self.one(field, name, item)).collect();
        (!values.is_empty()).then_some(Value::List(values))
    }

    /// Splits free tags that stand in one text, as `tags: soil, compost`; nothing for other values.
    fn split_tags(&self, field: &Field, node: &Node) -> Vec<Node> {
        let Kind::Term(vocabulary) = &field.kind else { return Vec::new() };
        let is_open = self.vocabularies.get(vocabulary).is_some_and(|vocabulary| vocabulary.open);
        let text = node.text().filter(|text| is_open && text.contains(',')).unwrap_or_default();
        let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        tags.map(|tag| {
            let raw = Raw::Scalar { text: tag.to_owned(), quoted: true };
            Node { raw, range: node.range.clone() }
        })
        .collect()
    }

    fn one(&mut self, field: &Field, name: &str, node: &Node) -> Option<Value> {
        if node.is_null() {
            return None;
        }
        if let Kind::Group(fields) = &field.kind {
            return self.group(fields, name, node);
        }
        if field.kind == Kind::Any {
            return Some(node.value());
        }
        let Some(text) = node.text() else {
            self.wrong(
                node,
                format!("`{name}` takes {}, not {}", wanted(&field.kind), node.describe()),
            );
            return None;
        };
        let value = match &field.kind {
            Kind::Text => self.text(field, name, node, text),
            Kind::Integer => text.parse().ok().map(Value::Integer),
            Kind::Number => text.parse::<f64>().ok().filter(|n| n.is_finite()).map(Value::Number),
            Kind::Boolean => match text {
                "true" | "yes" => Some(Value::Boolean(true)),
                "false" | "no" => Some(Value::Boolean(false)),
                _ => None,
            },
            Kind::Date => is_date(text).then(|| Value::Text(text.to_owned())),
            Kind::Url => is_url(text).then(|| Value::Text(text.to_owned())),
            Kind::Language => {
                language::is_code(text).then(|| Value::Text(language::canonical(text)))
            }
            Kind::Term(vocabulary) => return self.term(field, vocabulary, name, node, text),
            Kind::Record(types) => {
                let target = Target::Record { types: types.clone(), id: text.to_owned() };
                self.refer(name, target, node);
                Some(Value::Text(text.to_owned()))
            }
            Kind::Any | Kind::Group(_) => None,
        };
        if value.is_none() {
            self.wrong(node, format!("`{name}: {text}` is not {}", wanted(&field.kind)));
        }
        let number = match value {
            Some(Value::Integer(number)) => Some(number as f64),
            Some(Value::Number(number)) => Some(number),
            _ => None,
        };
        if let Some(number) = number {
            let low = field.min.is_some_and(|min| number < min as f64);
            let high = field.max.is_some_and(|max| number > max as f64);
            if low || high {
                let range = match (field.min, field.max) {
                    (Some(min), Some(max)) => format!("lies outside {min} to {max}"),
                    (_, Some(max)) => format!("is more than {max}"),
                    (min, None) => format!("is less than {}", min.unwrap_or_default()),
                };
                self.wrong(node, format!("`{name}: {number}` {range}"));
                return None;
            }
        }
        value
    }

    fn text(&mut self, field: &Field, name: &str, node: &Node, text: &str) -> Option<Value> {
        let length = text.chars().count() as i64;
        if let Some(max) = field.max.filter(|max| length > *max) {
            self.wrong(
                node,
                format!("`{name}` has {length} characters; at most {max} are allowed"),
            );
        }
        Some(Value::Text(text.to_owned()))
    }

    fn term(
        &mut self,
        field: &Field,
        vocabulary: &str,
        name: &str,
        node: &Node,
        text: &str,
    ) -> Option<Value> {
        let Some(vocabulary) = self.vocabularies.get(vocabulary) else {
            return Some(Value::Text(text.to_owned()));
        };
        let id = if vocabulary.open { open_id(text) } else { text.to_owned() };
        if id.is_empty() {
            return None;
        }
        // A table that could not be read was reported; its records are not at fault.
        let is_lost = vocabulary.terms.is_empty() && vocabulary.path.is_some();
        if !vocabulary.open && !is_lost && vocabulary.term(&id).is_none() {
            let at = At::new(self.path, node.range.clone());
            let mut diag = vocabulary.unknown(&id, at).lenient(self.lenient);
            diag.message = format!("`{name}: {text}`: {}", diag.message);
            self.diags.push(diag);
            return None;
        }
        if !field.only.is_empty() && !field.only.contains(&id) {
            let at = At::new(self.path, node.range.clone());
            let only = field.only.iter().map(String::as_str);
            let help = match nearest(&id, only) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("use one of `{}`", field.only.join("`, `")),
            };
            let message = format!("`{name}: {text}` does not fit this record type");
            let diag = Diag::error(Code::UnknownTerm, at, message).help(help);
            self.diags.push(diag.lenient(self.lenient));
            return None;
        }
        let target = Target::Term { vocabulary: vocabulary.name.clone(), id: id.clone() };
        self.refer(name, target, node);
        // A free tag is shown as it was written.
        Some(Value::Text(if vocabulary.open { text.trim().to_owned() } else { id }))
    }

    fn refer(&mut self, field: &str, target: Target, node: &Node) {
        let reference = Reference { field: field.into(), target, range: node.range.clone() };
        self.references.push(reference);
    }

    fn group(&mut self, fields: &[FieldBox], name: &str, node: &Node) -> Option<Value> {
        let Some(entries) = node.table() else {
            self.wrong(node, format!("`{name}` takes a table, not {}", node.describe()));
            return None;
        };
        let mut values = BTreeMap::new();
        for (place, (key, node)) in entries.iter().enumerate() {
            let full = format!("{name}.{}", key.name);
            if entries[..place].iter().any(|(other, _)| other.name == key.name) {
                self.diags.push(Diag::twice(At::new(self.path, key.range.clone()), &full));
                continue;
            }
            match fields.iter().find(|field| field.name == key.name) {
                Some(field) => {
                    if let Some(value) = self.field(field, &full, node) {
                        values.insert(key.name.clone(), value);
                    }
                }
                None => {
                    let known = fields.iter().map(|field| field.name.as_str());
                    let diag = unknown_field(self.path, &full, &key.name, &key.range, known);
                    self.diags.push(diag);
                    values.insert(key.name.clone(), node.value());
                }
            }
        }
        for field in fields.iter().filter(|field| field.required == Required::Yes) {
            if !entries.iter().any(|(key, node)| key.name == field.name && !node.is_empty()) {
                let at = At::new(self.path, first_line(node));
                let message = format!("`{name}` lacks `{}`", field.name);
                self.diags.push(Diag::error(Code::MissingField, at, message).lenient(self.lenient));
            }
        }
        Some(Value::Table(values))
    }

    fn wrong(&mut self, node: &Node, message: String) {
        let at = At::new(self.path, node.range.clone());
        self.diags.push(Diag::error(Code::WrongValue, at, message).lenient(self.lenient));
    }
}

/// Says that a field is not known, and which comes nearest.
pub fn unknown_field<'a>(
    path: &TreePath,
    full: &str,
    name: &str,
    range: &Range<usize>,
    known: impl IntoIterator<Item = &'a str>,
) -> Diag {
    let at = At::new(path, range.clone());
    let diag = Diag::warning(Code::UnknownField, at, format!("there is no field `{full}` here"));
    match nearest(name, known) {
        Some(near) => diag.help(format!("did you mean `{near}`?")),
        None => diag,
    }
}

fn first_line(node: &Node) -> Range<usize> {
    node.range.start..node.range.end.min(node.range.start + 1)
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Any | Kind::Text => "a text",
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Boolean => "`true` or `false`",
        Kind::Date => "a date such as `2020`, `2020-05` or `2020-05-15`",
        Kind::Url => "an address that begins with `https://` or `http://`",
        Kind::Language => "a language code such as `fr` or `pt-BR`",
        Kind::Term(_) => "a term's id",
        Kind::Record(_) => "a record's id",
        Kind::Group(_) => "a table",
    }
}

/// Returns the id of a free tag: lower case, words joined by hyphens, nothing a path cannot hold.
pub fn open_id(text: &str) -> String {
    let mut id = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_alphanumeric() || matches!(c, '_' | '+' | '.') && !id.is_empty() {
            id.push(c);
        } else if c == '#' && id.ends_with(char::is_alphanumeric) {
            // `C#` is not `C`.
            id.push_str("-sharp");
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.truncate(id.trim_end_matches(['-', '.']).len());
    portable_name(&id)
}

/// Returns true for a date of ISO 8601 that exists and may stop at the year or the month. A time
/// after the date is allowed, as other generators write it.
pub fn is_date(text: &str) -> bool {
    let digits =
        |part: &str, width| part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    match day.split('-').collect::<Vec<_>>().as_slice() {
        [year] => text.len() == 4 && digits(year, 4),
        [year, month] => {
            text.len() == 7
                && digits(year, 4)
                && digits(month, 2)
                && format!("{day}-01").parse::<jiff::civil::Date>().is_ok()
        }
        [_, _, _] => day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok(),
        _ => false,
    }
}

fn is_url(text: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_alphanumeric() || c == '[')
                && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_stop_early_but_must_exist() {
        for date in ["2020", "2020-02", "2020-02-29", "2020-02-29T10:00:00Z"] {
            assert!(is_date(date), "{date}");
        }
        for date in ["20", "2020-13", "2021-02-29", "2020-2-1", "soon", "2020-01-01-01", ""] {
            assert!(!is_date(date), "{date}");
        }
    }

    #[test]
    fn free_tags_become_ids() {
        assert_eq!(open_id("  C++ & Rust! "), "c++-rust");
        assert_eq!(
            (open_id("C#"), open_id("C"), open_id("#tag")),
            ("c-sharp".into(), "c".into(), "tag".into())
        );
        assert_eq!(open_id("Été 2020"), "été-2020");
        assert_eq!(open_id("../../etc"), "etc");
        assert_eq!(open_id("…"), "");
    }

    #[test]
    fn an_unknown_number_is_told_the_range() {
        let mut vocabulary = Vocabulary { noun: "objective".into(), ..Default::default() };
        for number in 1..=23 {
            vocabulary.add(Term { id: number.to_string(), ..Default::default() });
        }
        let diag = vocabulary.unknown("31", At::file(&TreePath::of("a.md")));
        assert_eq!(diag.message, "there is no objective `31`");
        assert_eq!(diag.help.as_deref(), Some("objectives go from 1 to 23"));
    }
}
