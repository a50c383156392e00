//! The names by which the configuration and its vocabularies refer to each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diag::{At, Code, Diag, nearest},
    language,
    schema::{Field, Kind},
};

use super::Config;

/// What every page can be filtered by, but for `status`, whose values a vocabulary may name.
const RESERVED_FACETS: &[&str] = &["type", "year", "language", "lang"];

/// The settings that declare fields.
const FIELDS: &[&str] = &["fields", "types"];

impl Config {
    /// Says which terms of a vocabulary name a parent that is no term.
    pub(super) fn check_parents(&self, diags: &mut Vec<Diag>) {
        for vocabulary in self.vocabularies.values() {
            let (Some(parent), Some(path)) = (&vocabulary.parent, &vocabulary.path) else {
                continue;
            };
            let Some(above) = self.vocabularies.get(&parent.vocabulary) else { continue };
            let unknown = |id: &&String| !id.is_empty() && above.term(id).is_none();
            for term in vocabulary.terms.iter().filter(|_| !above.terms.is_empty()) {
                if let Some(id) = term.data.get(&parent.column).filter(unknown) {
                    let mut diag = above.unknown(id, At::new(path, term.range.clone()));
                    diag.code = Code::Vocabulary;
                    diag.message = format!("the parent of `{}`: {}", term.id, diag.message);
                    diags.push(diag);
                }
            }
        }
    }

    /// Checks the names by which the configuration refers to itself.
    pub(super) fn check_names(&self, diags: &mut Vec<Diag>) {
        let mut unknown: BTreeMap<String, &[&str]> = BTreeMap::new();
        let mut want = |settings: &'static [&str], vocabulary: &str| {
            if !self.vocabularies.contains_key(vocabulary) {
                unknown.entry(vocabulary.to_owned()).or_insert(settings);
            }
        };
        for field in self.all_fields() {
            if let Kind::Term(vocabulary) = &field.kind {
                want(FIELDS, vocabulary);
            }
        }
        self.home.ways.iter().for_each(|name| want(&["home"], name));
        self.home.featured.iter().for_each(|(name, _)| want(&["home"], name));
        for parent in self.vocabularies.values().filter_map(|v| v.parent.as_ref()) {
            want(&["vocabularies"], &parent.vocabulary);
        }
        self.check_only(diags);
        self.check_codes(diags);
        let declared: BTreeSet<&str> = self
            .types
            .values()
            .flat_map(|record_type| &record_type.fields)
            .chain(&self.shared)
            .map(|field| field.name.as_str())
            .collect();
        for row in self.rows.iter().filter(|row| !declared.contains(row.as_str())) {
            let message = format!("`rows` names the field `{row}`, which no record type has");
            let diag = Diag::error(Code::Config, self.place("rows", row), message);
            diags.push(match nearest(row, declared.iter().copied()) {
                Some(near) => diag.help(format!("did you mean `{near}`?")),
                None => diag,
            });
        }
        let mut facets: BTreeMap<String, &str> = BTreeMap::new();
        for (name, vocabulary) in &self.vocabularies {
            let facet = vocabulary.facet();
            let noun = &vocabulary.noun;
            if RESERVED_FACETS.contains(&facet.as_str()) {
                let message =
                    format!("the terms of `{name}` are called `{facet}`, as another filter is");
                let diag = Diag::error(Code::Config, self.place("vocabularies", &facet), message);
                diags.push(diag.help("give them another `noun`"));
            }
            if let Some(other) = facets.insert(facet, name) {
                let message =
                    format!("the terms of `{other}` and `{name}` are both called `{noun}`");
                let diag = Diag::error(Code::Config, self.place("vocabularies", noun), message);
                diags.push(
                    diag.help(
                        "give one of them another `noun`, so that filters can tell them apart",
                    ),
                );
            }
        }
        if let Some((name, ids)) = &self.home.featured
            && let Some(vocabulary) =
                self.vocabularies.get(name).filter(|vocabulary| !vocabulary.open)
        {
            for id in ids.iter().filter(|id| vocabulary.term(id).is_none()) {
                let message =
                    format!("`featured` names the term `{id}`, which `{name}` does not have");
                let diag = Diag::error(Code::Config, self.place("home", id), message);
                let known = vocabulary.terms.iter().map(|term| term.id.as_str());
                diags.push(match nearest(id, known) {
                    Some(near) => diag.help(format!("did you mean `{near}`?")),
                    None => diag,
                });
            }
        }
        let types = || self.types.keys().map(String::as_str);
        let records = declared_records(self);
        for name in records.iter().filter(|name| !self.types.contains_key(**name)) {
            let message = format!("`of` names the record type `{name}`, which is not declared");
            let diag = Diag::error(Code::Config, self.place_in(FIELDS, name), message);
            diags.push(match nearest(name, types()) {
                Some(near) => diag.help(format!("did you mean `{near}`?")),
                None => diag.help(format!("declare it under `[types.{name}]`")),
            });
        }
        for (name, settings) in unknown {
            let message = format!("there is no vocabulary `{name}`");
            let near = nearest(&name, self.vocabularies.keys().map(String::as_str));
            let diag = Diag::error(Code::Config, self.place_in(settings, &name), message);
            diags.push(match near {
                Some(near) => diag.help(format!("did you mean `{near}`?")),
                None => diag.help(format!("declare it under `[vocabularies.{name}]`")),
            });
        }
    }

    /// Says which terms a field is narrowed down to that its vocabulary does not have.
    fn check_only(&self, diags: &mut Vec<Diag>) {
        let mut said = BTreeSet::new();
        for field in self.all_fields().into_iter().filter(|field| !field.only.is_empty()) {
            let Kind::Term(name) = &field.kind else {
                let message =
                    format!("`{}` has `only`, which only fields of terms have", field.name);
                if said.insert(message.clone()) {
                    let at = self.place_in(FIELDS, &field.only[0]);
                    diags.push(Diag::error(Code::Config, at, message));
                }
                continue;
            };
            let Some(vocabulary) = self.vocabularies.get(name).filter(|found| !found.open) else {
                continue;
            };
            for id in field.only.iter().filter(|id| vocabulary.term(id).is_none()) {
                let message = format!("`only` names the term `{id}`, which `{name}` does not have");
                // A field that all types share is there once for each of them.
                if said.insert(message.clone()) {
                    let diag = Diag::error(Code::Config, self.place_in(FIELDS, id), message);
                    let known = vocabulary.terms.iter().map(|term| term.id.as_str());
                    diags.push(match nearest(id, known) {
                        Some(near) => diag.help(format!("did you mean `{near}`?")),
                        None => diag,
                    });
                }
            }
        }
    }

    /// Says which languages of working labels are none.
    fn check_codes(&self, diags: &mut Vec<Diag>) {
        for vocabulary in self.vocabularies.values() {
            for code in vocabulary.working.iter().filter(|code| !language::is_code(code)) {
                let message = format!("`working` names `{code}`, which is no language code");
                let diag = Diag::error(Code::Config, self.place("vocabularies", code), message);
                diags.push(diag.help("use codes such as `fr` or `pt-BR`"));
            }
        }
    }

    /// Returns all declared fields, those inside groups too.
    fn all_fields(&self) -> Vec<&Field> {
        let mut found: Vec<&Field> =
            self.types.values().flat_map(|t| &t.fields).chain(&self.shared).collect();
        let mut at = 0;
        while let Some(field) = found.get(at).copied() {
            if let Kind::Group(inner) = &field.kind {
                found.extend(inner.iter().map(|field| &**field));
            }
            at += 1;
        }
        found
    }
}

/// Returns the record types that fields refer to.
fn declared_records(config: &Config) -> BTreeSet<&str> {
    let fields = config.all_fields().into_iter();
    fields
        .filter_map(|field| match &field.kind {
            Kind::Record(types) => Some(types.iter().map(String::as_str)),
            _ => None,
        })
        .flatten()
        .collect()
}
