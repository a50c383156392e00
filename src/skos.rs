//! A thesaurus in SKOS, the W3C's vocabulary for thesauri (Simple Knowledge Organization System
//! Reference, 2009), read from and written to RDF: EuroVoc, UNBIS and others come in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

use oxrdf::{LiteralRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Term as Object, TripleRef};
use oxrdfxml::{RdfXmlParser, RdfXmlSerializer};
use oxttl::{TurtleParser, TurtleSerializer};

use crate::{
    language,
    schema::{RELATED, Term, Vocabulary, open_id},
};

const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/// The column that keeps the address of an imported concept.
pub const URI: &str = "uri";

/// The most concepts that are read: EuroVoc has 7,000, AGROVOC 42,000.
pub const CONCEPT_LIMIT: usize = 200_000;
/// The most statements that are read; AGROVOC has 8 million.
pub const STATEMENT_LIMIT: usize = 50_000_000;
/// The longest label or definition that is read, in bytes; longer ones are left out.
pub const TEXT_LIMIT: usize = 10_000;

/// How RDF is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Syntax {
    /// RDF 1.1 Turtle; N-Triples are Turtle too.
    Turtle,
    /// RDF 1.1 XML.
    RdfXml,
}

impl Syntax {
    /// Returns the syntax that the extension of a file's name tells.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "ttl" | "nt" => Some(Self::Turtle),
            "rdf" | "xml" | "owl" => Some(Self::RdfXml),
            _ => None,
        }
    }
}

/// Concepts that were read, in the order of their ids.
#[derive(Debug, Default)]
pub struct Concepts {
    /// The concepts; no two have the same id.
    pub concepts: Vec<Concept>,
    /// Concepts left out because none of the wanted languages names them.
    pub unnamed: usize,
    /// Concepts with several broader ones, of which one is kept as such and the others as related.
    pub several_broader: usize,
}

/// One concept, with its names in the wanted languages.
#[derive(Debug, Default, PartialEq)]
pub struct Concept {
    /// Made of the end of its address, or of its name where that says nothing.
    pub id: String,
    /// The address that the file gives it.
    pub uri: String,
    /// The id of the concept above, of several the first.
    pub broader: Option<String>,
    /// Ids of related concepts, and of broader ones beyond the first.
    pub related: Vec<String>,
    /// The preferred name of each language, then the others.
    pub names: BTreeMap<String, Vec<String>>,
    /// One for each language that has any.
    pub definitions: BTreeMap<String, String>,
}

#[derive(Default)]
struct Found {
    is_concept: bool,
    /// Whether it is said to be something else, such as the scheme itself.
    is_other: bool,
    preferred: BTreeMap<String, String>,
    other: BTreeMap<String, BTreeSet<String>>,
    definitions: BTreeMap<String, String>,
    broader: BTreeSet<String>,
    narrower: BTreeSet<String>,
    related: BTreeSet<String>,
}

/// Reads the concepts of a thesaurus. `languages` are those whose names are kept; all when empty.
///
/// # Errors
/// With one sentence, when the text is no RDF of this syntax, holds no concept, or too many.
pub fn read(reader: impl Read, syntax: Syntax, languages: &[String]) -> Result<Concepts, String> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut statements = 0;
    let mut take = |triple: oxrdf::Triple| -> Result<(), String> {
        statements += 1;
        if statements > STATEMENT_LIMIT {
            return Err(format!("the file has more than {STATEMENT_LIMIT} statements"));
        }
        let NamedOrBlankNode::NamedNode(subject) = triple.subject else { return Ok(()) };
        let predicate = triple.predicate.as_str();
        let is_type = predicate == RDF_TYPE;
        let Some(name) = predicate.strip_prefix(SKOS).or(is_type.then_some("type")) else {
            return Ok(());
        };
        let concept = found.entry(subject.into_string()).or_default();
        concept.take(name, triple.object, languages);
        if found.len() > CONCEPT_LIMIT {
            return Err(format!("the file has more than {CONCEPT_LIMIT} concepts"));
        }
        Ok(())
    };
    match syntax {
        Syntax::Turtle => {
            for triple in TurtleParser::new().for_reader(reader) {
                take(triple.map_err(|error| format!("no RDF in Turtle: {error}"))?)?;
            }
        }
        Syntax::RdfXml => {
            for triple in RdfXmlParser::new().for_reader(reader) {
                take(triple.map_err(|error| format!("no RDF in XML: {error}"))?)?;
            }
        }
    }
    gather(found)
}

impl Found {
    fn take(&mut self, name: &str, object: Object, languages: &[String]) {
        match (name, object) {
            ("type", Object::NamedNode(node)) => match node.as_str().strip_prefix(SKOS) {
                Some("Concept") => self.is_concept = true,
                Some(_) => self.is_other = true,
                None => {}
            },
            ("broader" | "broaderTransitive", Object::NamedNode(node)) => {
                self.broader.insert(node.into_string());
            }
            ("narrower", Object::NamedNode(node)) => {
                self.narrower.insert(node.into_string());
            }
            ("related", Object::NamedNode(node)) => {
                self.related.insert(node.into_string());
            }
            ("prefLabel" | "altLabel" | "hiddenLabel" | "definition", Object::Literal(text)) => {
                let (value, lang) = (text.value(), text.language());
                let lang = lang.map(language::canonical).unwrap_or_default();
                let primary = language::primary(&lang);
                let is_wanted = languages.is_empty()
                    || languages.iter().any(|wanted| *wanted == lang || wanted == primary);
                // A semicolon parts names in tables.
                let value =
                    value.split_whitespace().collect::<Vec<_>>().join(" ").replace(';', ",");
                if !is_wanted || lang.is_empty() || value.is_empty() || value.len() > TEXT_LIMIT {
                    return;
                }
                let lang = if languages.contains(&lang) || languages.is_empty() {
                    lang
                } else {
                    primary.to_owned()
                };
                match name {
                    "prefLabel" => {
                        self.preferred.entry(lang).or_insert(value);
                    }
                    "definition" => {
                        self.definitions.entry(lang).or_insert(value);
                    }
                    _ => {
                        self.other.entry(lang).or_default().insert(value);
                    }
                }
            }
            _ => {}
        }
    }
}

fn gather(mut found: BTreeMap<String, Found>) -> Result<Concepts, String> {
    // `narrower` is `broader` read from the other end.
    let above: Vec<(String, String)> = found
        .iter()
        .flat_map(|(uri, concept)| {
            concept.narrower.iter().map(|below| (below.clone(), uri.clone()))
        })
        .collect();
    for (below, uri) in above {
        if let Some(concept) = found.get_mut(&below) {
            concept.broader.insert(uri);
        }
    }
    let mut gathered = Concepts::default();
    found.retain(|_, concept| {
        let is_concept = concept.is_concept || (!concept.is_other && !concept.preferred.is_empty());
        let is_named = !concept.preferred.is_empty() || !concept.other.is_empty();
        gathered.unnamed += usize::from(is_concept && !is_named);
        is_concept && is_named
    });
    if found.is_empty() {
        return Err("the file names no `skos:Concept` in the wanted languages".to_owned());
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for (uri, concept) in &found {
        let id = id_of(uri, concept);
        let numbered = (2..).map(|number| format!("{id}-{number}"));
        // The numbers never end.
        let id = std::iter::once(id.clone()).chain(numbered).find(|id| !taken.contains(id));
        let id = id.unwrap_or_default();
        taken.insert(id.clone());
        ids.insert(uri.clone(), id);
    }
    for (uri, concept) in found {
        let own = ids[&uri].clone();
        let others = |uris: &BTreeSet<String>| -> Vec<String> {
            uris.iter().filter_map(|uri| ids.get(uri)).filter(|id| **id != own).cloned().collect()
        };
        let mut broader = others(&concept.broader).into_iter();
        let first = broader.next();
        let mut related: Vec<String> = broader.collect();
        gathered.several_broader += usize::from(!related.is_empty());
        related.extend(others(&concept.related));
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (lang, name) in concept.preferred {
            names.insert(lang, vec![name]);
        }
        for (lang, others) in concept.other {
            let known = names.entry(lang).or_default();
            let new: Vec<String> =
                others.into_iter().filter(|name| !known.contains(name)).collect();
            known.extend(new);
        }
        let definitions = concept.definitions;
        let broader = first;
        gathered.concepts.push(Concept { id: own, uri, broader, related, names, definitions });
    }
    gathered.concepts.sort_by(|a, b| a.id.cmp(&b.id));
    open_circles(&mut gathered.concepts);
    Ok(gathered)
}

/// Makes an id of the last part of a concept's address or, where that is a number, of its name.
fn id_of(uri: &str, concept: &Found) -> String {
    let last = uri.trim_end_matches('/').rsplit(['/', '#']).next().unwrap_or_default();
    let last = open_id(last);
    let is_telling = last.chars().filter(|c| c.is_alphabetic()).count() > 2;
    let english = concept.preferred.get("en").or_else(|| concept.preferred.values().next());
    let named = english.map(|name| open_id(name)).filter(|id| !id.is_empty());
    match named {
        Some(named) if !is_telling => named,
        _ if !last.is_empty() => last,
        Some(named) => named,
        None => "concept".to_owned(),
    }
}

/// Takes out what would put a concept above itself.
fn open_circles(concepts: &mut [Concept]) {
    let mut above: BTreeMap<String, String> = BTreeMap::new();
    for concept in concepts.iter_mut() {
        let Some(broader) = concept.broader.clone() else { continue };
        let mut step = Some(&broader);
        let mut is_circle = broader == concept.id;
        while let Some(next) = step {
            is_circle |= *next == concept.id;
            step = above.get(next).filter(|_| !is_circle);
        }
        if is_circle {
            concept.broader = None;
            concept.related.push(broader);
        } else {
            above.insert(concept.id.clone(), broader);
        }
    }
}

/// Writes concepts as a thesaurus that a person can edit (see `config::thesaurus`).
pub fn to_toml(concepts: &Concepts) -> String {
    let list = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        format!("[{}]", texts.join(", "))
    };
    let mut text = String::from(
        "# Concepts, imported from SKOS. The first name of a language is the one that is shown, the others\n# are understood as well.\n",
    );
    for concept in &concepts.concepts {
        text += &format!("\n[{}]\n", key(&concept.id));
        text += &format!("{URI} = {}\n", quoted(&concept.uri));
        if let Some(broader) = &concept.broader {
            text += &format!("broader = {}\n", quoted(broader));
        }
        if !concept.related.is_empty() {
            text += &format!("{RELATED} = {}\n", list(&concept.related));
        }
        for (lang, names) in &concept.names {
            text += &format!("{} = {}\n", key(lang), list(names));
        }
        for (lang, definition) in &concept.definitions {
            text += &format!("definition.{} = {}\n", key(lang), quoted(definition));
        }
    }
    text
}

/// Writes a key of TOML, in quotes where it needs them.
fn key(name: &str) -> String {
    let is_bare = name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
    if is_bare && !name.is_empty() { name.to_owned() } else { quoted(name) }
}

/// Writes a text as a basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => quoted += &format!("\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// Writes a vocabulary as a SKOS concept scheme. Concepts that were not imported have addresses
/// below `base`.
///
/// # Errors
/// With one sentence, when `base` is no address.
pub fn write(vocabulary: &Vocabulary, base: &str, syntax: Syntax) -> Result<Vec<u8>, String> {
    let node = |uri: String| {
        NamedNode::new(uri.clone()).map_err(|error| format!("`{uri}` is no address: {error}"))
    };
    let scheme = node(format!("{base}{}", vocabulary.name))?;
    let mut uris: BTreeMap<&str, NamedNode> = BTreeMap::new();
    for term in &vocabulary.terms {
        let uri = term.data.get(URI).and_then(|uri| NamedNode::new(uri.clone()).ok());
        let own = || node(format!("{base}{}/{}", vocabulary.name, encoded(&term.id)));
        uris.insert(&term.id, uri.map_or_else(own, Ok)?);
    }
    let mut graph = Graph::new(syntax)?;
    graph.link(&scheme, RDF_TYPE, &skos("ConceptScheme"));
    for (lang, label) in &vocabulary.label.0 {
        graph.say(&scheme, &skos("prefLabel"), label, lang);
    }
    for term in &vocabulary.terms {
        let uri = &uris[term.id.as_str()];
        graph.link(uri, RDF_TYPE, &skos("Concept"));
        graph.link(uri, &skos("inScheme"), scheme.as_str());
        for (lang, name) in &term.name.0 {
            graph.say(uri, &skos("prefLabel"), name, lang);
        }
        for (lang, names) in &term.alt.0 {
            for name in names.split(';').map(str::trim).filter(|name| !name.is_empty()) {
                graph.say(uri, &skos("altLabel"), name, lang);
            }
        }
        for (lang, definition) in &term.definition.0 {
            graph.say(uri, &skos("definition"), definition, lang);
        }
        graph.relate(vocabulary, term, uri, &uris, &scheme);
    }
    graph.finish()
}

fn skos(name: &str) -> String {
    format!("{SKOS}{name}")
}

/// Writes an id as a part of an address.
fn encoded(id: &str) -> String {
    let mut encoded = String::new();
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            byte => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

enum Graph {
    Turtle(oxttl::turtle::WriterTurtleSerializer<Vec<u8>>),
    RdfXml(oxrdfxml::WriterRdfXmlSerializer<Vec<u8>>),
}

impl Graph {
    fn new(syntax: Syntax) -> Result<Self, String> {
        let fault = |error: oxrdf::IriParseError| error.to_string();
        Ok(match syntax {
            Syntax::Turtle => {
                let turtle = TurtleSerializer::new().with_prefix("skos", SKOS).map_err(fault)?;
                Self::Turtle(turtle.for_writer(Vec::new()))
            }
            Syntax::RdfXml => {
                let xml = RdfXmlSerializer::new().with_prefix("skos", SKOS).map_err(fault)?;
                Self::RdfXml(xml.for_writer(Vec::new()))
            }
        })
    }

    fn put(&mut self, triple: TripleRef<'_>) {
        // Writing to memory cannot fail.
        let _ = match self {
            Self::Turtle(turtle) => turtle.serialize_triple(triple),
            Self::RdfXml(xml) => xml.serialize_triple(triple),
        };
    }

    fn link(&mut self, subject: &NamedNode, predicate: &str, object: &str) {
        let (predicate, object) =
            (NamedNodeRef::new_unchecked(predicate), NamedNodeRef::new_unchecked(object));
        self.put(TripleRef::new(subject.as_ref(), predicate, object));
    }

    fn say(&mut self, subject: &NamedNode, predicate: &str, text: &str, lang: &str) {
        let predicate = NamedNodeRef::new_unchecked(predicate);
        let text = match lang {
            "" => LiteralRef::new_simple_literal(text),
            lang => LiteralRef::new_language_tagged_literal_unchecked(text, lang),
        };
        self.put(TripleRef::new(subject.as_ref(), predicate, text));
    }

    /// Says what stands above, below and beside a concept.
    fn relate(
        &mut self,
        vocabulary: &Vocabulary,
        term: &Term,
        uri: &NamedNode,
        uris: &BTreeMap<&str, NamedNode>,
        scheme: &NamedNode,
    ) {
        match vocabulary.broader(term) {
            Some(broader) => self.link(uri, &skos("broader"), uris[broader.id.as_str()].as_str()),
            None => self.link(uri, &skos("topConceptOf"), scheme.as_str()),
        }
        for below in vocabulary.narrower(&term.id) {
            self.link(uri, &skos("narrower"), uris[below.id.as_str()].as_str());
        }
        for related in vocabulary.related(term) {
            self.link(uri, &skos("related"), uris[related.id.as_str()].as_str());
        }
    }

    fn finish(self) -> Result<Vec<u8>, String> {
        let finished = match self {
            Self::Turtle(turtle) => turtle.finish(),
            Self::RdfXml(xml) => xml.finish(),
        };
        finished.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURTLE: &str = r#"
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix x: <http://example.org/> .
x:c_1 a skos:Concept ; skos:prefLabel "return"@en, "retour"@fr, "Rückkehr"@de ;
  skos:altLabel "going home; again"@en ; skos:narrower x:c_2 .
x:c_2 a skos:Concept ; skos:prefLabel "forced return"@en ; skos:broader x:c_1, x:law ;
  skos:definition "Against one’s will."@en .
x:law a skos:Concept ; skos:prefLabel "law"@en ; skos:related x:c_2 .
x:c_9 a skos:Concept ; skos:prefLabel "Recht"@de .
<http://example.org/scheme> a skos:ConceptScheme .
"#;

    fn languages() -> Vec<String> {
        ["en", "fr"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_thesaurus_is_read_in_the_wanted_languages() {
        let found = read(TURTLE.as_bytes(), Syntax::Turtle, &languages()).unwrap();
        let ids: Vec<&str> = found.concepts.iter().map(|concept| concept.id.as_str()).collect();
        assert_eq!(ids, ["forced-return", "law", "return"]);
        assert_eq!((found.unnamed, found.several_broader), (1, 1));
        let [forced, law, back] = found.concepts.as_slice() else { panic!("three concepts") };
        assert_eq!(forced.broader.as_deref(), Some("return"));
        assert_eq!(forced.related, ["law"]);
        assert_eq!(forced.definitions["en"], "Against one’s will.");
        assert_eq!(law.related, ["forced-return"]);
        assert_eq!(back.names["en"], ["return", "going home, again"]);
        assert!(!back.names.contains_key("de"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let found = read(TURTLE.as_bytes(), Syntax::Turtle, &languages()).unwrap();
        let path = crate::tree::TreePath::of("index/t.toml");
        let text = to_toml(&found);
        let source = [(path.clone(), crate::tree::Blob::new(text.into_bytes()))];
        let mut vocabulary = Vocabulary {
            name: "concepts".to_owned(),
            label: crate::schema::Localized([("en".to_owned(), "Concepts".to_owned())].into()),
            path: Some(path),
            parent: Some(crate::schema::Parent {
                column: "broader".to_owned(),
                vocabulary: "concepts".to_owned(),
            }),
            ..Vocabulary::default()
        };
        let mut diags = Vec::new();
        let source = source.into_iter().collect();
        crate::config::thesaurus::read(&mut vocabulary, &source, &mut diags);
        assert_eq!(diags, []);
        for syntax in [Syntax::Turtle, Syntax::RdfXml] {
            let bytes = write(&vocabulary, "https://example.org/", syntax).unwrap();
            let again = read(bytes.as_slice(), syntax, &languages()).unwrap();
            // Broader or related: which of two is above is kept by the thesaurus itself.
            assert_eq!(again.concepts, found.concepts, "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn what_is_no_thesaurus_is_said_to_be_none() {
        for (text, syntax) in [
            ("no rdf", Syntax::Turtle),
            ("<a>", Syntax::RdfXml),
            ("", Syntax::Turtle),
            ("<http://x> a <http://y> .", Syntax::Turtle),
        ] {
            assert!(read(text.as_bytes(), syntax, &[]).is_err(), "{text}");
        }
    }

    #[test]
    fn a_circle_is_opened() {
        let text = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
            <x:aaa> skos:prefLabel \"a\"@en ; skos:broader <x:bbb> .
            <x:bbb> skos:prefLabel \"b\"@en ; skos:broader <x:aaa> .";
        let found = read(text.as_bytes(), Syntax::Turtle, &[]).unwrap();
        let above = found.concepts.iter().filter(|concept| concept.broader.is_some()).count();
        assert_eq!(above, 1);
    }
}
