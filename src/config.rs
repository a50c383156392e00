//! `content/site.toml`: what the site is called, its languages, record types, fields, vocabularies.
//!
//! A folder without configuration has one too: the one that `Config::read` derives from its files.

use std::{collections::BTreeMap, ops::RangeInclusive};

use crate::{
    diag::{At, Code, Diag, nearest},
    front::{self, Node, Notation, Raw},
    language,
    schema::{Field, Kind, Localized, NOUN, Parent, RecordType, Required, Show, Vocabulary},
    tree::{Digest, Tree, TreePath, portable},
};

mod foreign;
mod languages;
mod names;
mod nested;
mod table;
pub mod thesaurus;

pub use foreign::naming_files;

/// Everything that is said about a site as a whole.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `content`, or empty when the folder itself is the content.
    pub content: String,
    /// Whether `site.toml` exists. Without it, broken links and unknown terms are warnings.
    pub configured: bool,
    /// The name of the site; where it is empty, the title of the home page counts.
    pub title: Localized,
    /// What files of other programs call a site that nobody configured; may be empty.
    other_title: String,
    /// What the site is about, for the foot of its pages; may be empty.
    pub description: Localized,
    /// The address of the site's root, with a slash at the end.
    pub url: Option<String>,
    /// Where corrections go: an e-mail address or a page.
    pub contact: Option<String>,
    /// Under which terms the content may be used; `None` where nothing is said.
    pub licence: Option<Licence>,
    /// Who is named as publisher.
    pub publisher: Localized,
    /// The version of the content as written; citations put a `v` before it.
    pub version: Option<String>,
    /// The site's languages, the default one first.
    pub languages: Vec<Lang>,
    /// Whether the languages stand in the names of files: `page.fr.md` beside `page.md`.
    pub by_suffix: bool,
    /// Folders of translations that do not lie at the top, by their paths below the content.
    nested: BTreeMap<String, nested::Nested>,
    /// The site's own theme, laid over the default one.
    pub theme: Option<String>,
    /// Whether raw HTML in Markdown is kept as it is.
    pub raw_html: bool,
    /// How many rows a list page holds.
    pub page_size: usize,
    /// Fields that every record type has.
    pub shared: Vec<Field>,
    /// Record types by name.
    pub types: BTreeMap<String, RecordType>,
    /// Vocabularies by name; without a configuration they are `tags` and `categories`.
    pub vocabularies: BTreeMap<String, Vocabulary>,
    /// Pages of the main menu, by path.
    pub menu: Vec<String>,
    /// Fields that a row of a list shows below its summary.
    pub rows: Vec<String>,
    /// What the home page of each language shows beside its text.
    pub home: Home,
    /// In the order of `site.toml`.
    pub notices: Vec<Notice>,
    /// `site.toml` as it was read, to find the places of what it says.
    node: Option<Node>,
    /// The digest of all that configures a build.
    pub digest: Option<Digest>,
}

/// One language of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Lang {
    /// BCP 47, in its recommended form.
    pub code: String,
    /// The folder below `content` that holds its pages; `None` when there are no such folders.
    pub folder: Option<String>,
}

/// Under which terms the content may be used.
#[derive(Clone, Debug)]
pub struct Licence {
    /// As pages show it, such as `CC BY 4.0`.
    pub name: String,
    /// Where the terms stand; `None` where only a name is given.
    pub url: Option<String>,
}

/// What the home page leads to.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// Terms shown with a sentence and a count each: vocabulary and ids.
    pub featured: Option<(String, Vec<String>)>,
    /// Vocabularies that are ways in, in this order.
    pub ways: Vec<String>,
    /// How many of the newest records are shown.
    pub newest: usize,
}

/// A sentence shown on records whose field has a value, such as a measure that was temporary.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The name of a field of the record itself, not of a group.
    pub field: String,
    /// The text that the field must have; of a term, its id.
    pub is: String,
    /// The sentence that is shown then.
    pub text: Localized,
}

/// The file that configures a site.
pub const SITE_FILE: &str = "content/site.toml";
/// How many rows a page of a list may have.
const PAGE_SIZES: RangeInclusive<usize> = 5..=1000;
/// How many of the newest records the home page may show.
const NEWEST: RangeInclusive<usize> = 0..=50;

/// Fields every page may have, whatever its type: the generator itself reads them.
pub const CORE_FIELDS: &[&str] = &[
    "id",
    "title",
    "type",
    "lang",
    "summary",
    "description",
    "template",
    "aliases",
    "status",
    "draft",
    "order",
    "toc",
    "translation",
    "original_lang",
    "abstract",
];

impl Config {
    /// Reads the configuration from the source tree; a fault is a remark and a default.
    pub fn read(source: &Tree) -> (Self, Vec<Diag>) {
        let mut diags = Vec::new();
        let site_file = TreePath::of(SITE_FILE);
        let has_content = source.iter().any(|(path, _)| path.below("content").is_some());
        let mut config = Self {
            content: if has_content { "content".to_owned() } else { String::new() },
            configured: source.get(&site_file).is_some(),
            page_size: 50,
            ..Self::default()
        };
        let node = read_site_file(source, &site_file, &mut diags);
        if let Some(node) = &node {
            let mut reader = Reader { path: &site_file, diags: &mut diags };
            config.read_site(&mut reader, node);
        }
        let unlisted = config.derive_languages(source, node.as_ref());
        if let Some(range) =
            node.as_ref().and_then(|node| node.get("languages")).map(|list| list.range.clone())
        {
            for folder in unlisted {
                let message = format!(
                    "`content/{folder}` is named as a language that is not one of the site's"
                );
                let diag = Diag::warning(Code::Config, At::new(&site_file, range.clone()), message);
                diags.push(diag.help(format!(
                    "add \"{folder}\" to `languages`, or call the folder otherwise"
                )));
            }
        }
        config.node = node;
        if !config.configured {
            config.assume();
            config.other_title = foreign::title(source);
        }
        for vocabulary in config.vocabularies.values_mut() {
            match vocabulary.is_thesaurus() {
                true => thesaurus::read(vocabulary, source, &mut diags),
                false => table::read(vocabulary, source, &mut diags),
            }
        }
        config.check_parents(&mut diags);
        config.check_names(&mut diags);
        let told = source.iter().filter(|(path, _)| config.is_configuration(path));
        let parts: Vec<_> = told.map(|(path, blob)| (path.as_str(), blob.digest())).collect();
        let languages = config.languages.iter().map(|lang| lang.code.as_str());
        let nested = config.nested.iter().flat_map(|(folder, nested)| {
            let kept = nested.kept.iter().map(String::as_str);
            [folder.as_str(), nested.code.as_str(), nested.of.as_str()].into_iter().chain(kept)
        });
        config.digest = Some(Digest::of_parts(
            parts
                .iter()
                .flat_map(|(path, digest)| [path.as_bytes(), digest.as_bytes()])
                .chain(languages.chain(nested).chain([&*config.other_title]).map(str::as_bytes)),
        ));
        (config, diags)
    }

    /// Returns where `site.toml` says a text below one of its settings, or the file as a whole.
    pub fn place(&self, setting: &str, text: &str) -> At {
        self.place_in(&[setting], text)
    }

    /// Returns where the first of these settings holds this text, to say what is wrong with it.
    fn place_in(&self, settings: &[&str], text: &str) -> At {
        fn find<'n>(node: &'n Node, text: &str) -> Option<&'n Node> {
            match &node.raw {
                Raw::Scalar { text: found, .. } => (found == text).then_some(node),
                Raw::List(items) => items.iter().find_map(|item| find(item, text)),
                Raw::Table(entries) => entries.iter().find_map(|(_, node)| find(node, text)),
            }
        }
        let path = TreePath::of(SITE_FILE);
        let found = self
            .node
            .as_ref()
            .and_then(|node| settings.iter().find_map(|setting| find(node.get(setting)?, text)));
        match found {
            Some(node) => At::new(&path, node.range.clone()),
            None => At::file(&path),
        }
    }

    /// Returns true for the files that configure the site instead of being content.
    pub fn is_configuration(&self, path: &TreePath) -> bool {
        path.as_str() == SITE_FILE
            || path.below("content/vocabularies").is_some()
            || self.vocabularies.values().any(|vocabulary| vocabulary.path.as_ref() == Some(path))
    }

    /// Returns the code of the first language, or `en` where there is none.
    pub fn default_language(&self) -> &str {
        self.languages.first().map_or("en", |lang| lang.code.as_str())
    }

    /// Splits a file's name such as `page.fr` into its stem and its language, where languages stand
    /// in the names of files.
    pub fn suffix_language<'a>(&self, stem: &'a str) -> Option<(&'a str, &Lang)> {
        let (stem, code) = languages::split_language(stem).filter(|_| self.by_suffix)?;
        Some((stem, self.languages.iter().find(|lang| lang.code == code)?))
    }

    /// Returns the language of a page whose folder says it, and the path of the page that it translates:
    /// `docs/fr/a.md` is `docs/a.md` in French, and so is
    /// `i18n/fr/docusaurus-plugin-content-docs/current/a.md`.
    pub fn translated(&self, path: &str) -> Option<(String, String)> {
        if let Some((nested, below)) = nested::of_path(&self.nested, path) {
            let is_kept = nested.kept.contains(below);
            let original =
                if is_kept { path.to_owned() } else { nested::joined(&nested.of, below) };
            return Some((nested.code.clone(), original));
        }
        let (code, original) = languages::docusaurus(path).filter(|_| self.by_suffix)?;
        // What is written in the first language lies at that path itself.
        (code != self.default_language()).then_some((code, original))
    }

    /// Returns where the original of a translation may lie, as paths below the content.
    pub fn originals(&self, path: &str) -> Vec<String> {
        let beside = nested::of_path(&self.nested, path).and_then(|(nested, below)| {
            let first = self.default_language();
            let is_first =
                |(_, it): &(&String, &nested::Nested)| it.of == nested.of && it.code == first;
            let (folder, _) = self.nested.iter().find(is_first)?;
            Some(nested::joined(folder, below))
        });
        let original = self.translated(path).map(|(_, original)| original);
        original.into_iter().chain(beside).filter(|original| original != path).collect()
    }

    /// Returns the type that a file below the given folder of its language has.
    pub fn type_of_folder(&self, path: &str) -> Option<&RecordType> {
        self.types.values().find(|record_type| {
            record_type.folder.as_deref().is_some_and(|folder| {
                path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
            })
        })
    }

    /// Returns the vocabulary whose term pages lie in this folder.
    pub fn vocabulary_of_folder(&self, folder: &str) -> Option<&Vocabulary> {
        self.vocabularies.values().find(|vocabulary| vocabulary.folder.as_deref() == Some(folder))
    }

    /// Returns the title of a home page that nobody gave one.
    pub fn home_title(&self, lang: &str) -> String {
        match self.localized(&self.title, lang) {
            "" if self.other_title.is_empty() => "Home".to_owned(),
            "" => self.other_title.clone(),
            title => title.to_owned(),
        }
    }

    /// Returns the headings that a new record of a type begins with.
    pub fn sections_of<'a>(&self, record_type: &'a RecordType, lang: &str) -> &'a [String] {
        let codes = [lang, language::primary(lang), self.default_language()];
        let found = codes.iter().find_map(|code| record_type.sections.get(*code));
        found.map_or(&[], Vec::as_slice)
    }

    /// Returns a text in `lang`, or what `Localized::get` has for it; empty where there is none.
    pub fn localized<'a>(&self, text: &'a Localized, lang: &str) -> &'a str {
        text.get(lang, self.default_language()).unwrap_or_default()
    }

    /// Returns the path part of the site's address: `/` or `/sub/`.
    pub fn base_path(&self) -> &str {
        let Some(url) = &self.url else { return "/" };
        let after_scheme = url.find("://").map_or(0, |at| at + 3);
        url[after_scheme..].find('/').map_or("/", |at| &url[after_scheme + at..])
    }

    fn read_site(&mut self, reader: &mut Reader, node: &Node) {
        let known = [
            "title",
            "description",
            "url",
            "contact",
            "licence",
            "publisher",
            "version",
            "languages",
            "theme",
            "markdown",
            "page_size",
            "fields",
            "shared",
            "types",
            "vocabularies",
            "menu",
            "home",
            "notices",
            "rows",
        ];
        reader.only(node, "site.toml", &known);
        self.title = reader.localized(node, "title");
        self.description = reader.localized(node, "description");
        self.publisher = reader.localized(node, "publisher");
        self.contact = reader.text(node, "contact");
        self.version = reader.text(node, "version");
        self.theme = reader.text(node, "theme");
        self.menu = reader.texts(node, "menu");
        self.rows = reader.texts(node, "rows");
        self.url = self.read_url(reader, node);
        for (code, range) in reader.placed_texts(node, "languages") {
            if !language::is_code(&code) {
                reader
                    .wrong(range, format!("`{code}` is no language code such as `fr` or `pt-BR`"));
            }
        }
        if let Some(size) = reader.count(node, "page_size", PAGE_SIZES) {
            self.page_size = size;
        }
        if let Some(markdown) = node.get("markdown") {
            reader.only(markdown, "markdown", &["raw_html"]);
            self.raw_html = reader.boolean(markdown, "raw_html");
        }
        if let Some(licence) = node.get("licence") {
            self.licence = match licence.text() {
                Some(name) => Some(Licence { name: name.to_owned(), url: None }),
                None => {
                    reader.only(licence, "licence", &["name", "url"]);
                    let name = reader.text(licence, "name");
                    name.map(|name| Licence { name, url: reader.text(licence, "url") })
                }
            };
        }
        if let Some(home) = node.get("home") {
            self.home = read_home(reader, home);
        }
        for (_, notice) in reader.entries_of_list(node, "notices") {
            reader.only(notice, "notices", &["field", "is", "text"]);
            let (field, is) = (reader.text(notice, "field"), reader.text(notice, "is"));
            if let (Some(field), Some(is)) = (field, is) {
                self.notices.push(Notice { field, is, text: reader.localized(notice, "text") });
            }
        }
        self.read_vocabularies(reader, node);
        self.read_types(reader, node);
    }

    fn read_url(&self, reader: &mut Reader, node: &Node) -> Option<String> {
        let url = reader.text(node, "url")?;
        let sound = ["https://", "http://"].iter().any(|scheme| {
            url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        });
        if !sound || url.contains(['?', '#', ' ', '"', '<']) {
            let at = node.get("url").map_or(0..0, |node| node.range.clone());
            reader.wrong(at, "`url` must be an address such as `https://example.org/handbook/`");
            return None;
        }
        Some(if url.ends_with('/') { url } else { url + "/" })
    }

    fn read_vocabularies(&mut self, reader: &mut Reader, node: &Node) {
        for (key, node) in reader.entries(node, "vocabularies") {
            let known = [
                "noun",
                "label",
                "folder",
                "used_only",
                "open",
                "numbered",
                "understood",
                "searched",
                "working",
                "parent",
                "file",
                "thesaurus",
            ];
            reader.only(node, &format!("vocabularies.{}", key.name), &known);
            let parent = node.get("parent").and_then(|node| {
                reader.only(node, "parent", &["column", "vocabulary"]);
                Some(Parent {
                    column: reader.text(node, "column")?,
                    vocabulary: reader.text(node, "vocabulary")?,
                })
            });
            let file = reader.text(node, "file").unwrap_or_else(|| format!("{}.tsv", key.name));
            let file = match reader.text(node, "thesaurus") {
                Some(file) => format!("index/{file}"),
                None => format!("content/vocabularies/{file}"),
            };
            let path = TreePath::new(&file);
            if path.is_none() {
                reader.wrong(key.range.clone(), format!("`{file}` is no path of a table"));
            }
            let open = reader.boolean(node, "open");
            let vocabulary = Vocabulary {
                name: key.name.clone(),
                noun: reader.text(node, "noun").unwrap_or_else(|| NOUN.to_owned()),
                label: reader.localized(node, "label"),
                folder: reader.folder(node),
                used_only: reader.boolean(node, "used_only") || open,
                open,
                numbered: reader.boolean(node, "numbered"),
                understood: reader.boolean(node, "understood"),
                unsearched: node.get("searched").is_some() && !reader.boolean(node, "searched"),
                working: reader.texts(node, "working"),
                parent,
                path: path.filter(|_| !open),
                place: key.range.clone(),
                ..Vocabulary::default()
            };
            self.vocabularies.insert(key.name.clone(), vocabulary);
        }
    }

    fn read_types(&mut self, reader: &mut Reader, node: &Node) {
        let mut declared: BTreeMap<String, Field> = BTreeMap::new();
        for (key, node) in reader.entries(node, "fields") {
            let field = read_field(reader, &key.name, node);
            declared.insert(key.name.clone(), field);
        }
        let choose = |reader: &mut Reader, node: &Node, own: &BTreeMap<String, Field>| {
            let required = reader.texts(node, "required");
            let mut fields = Vec::new();
            for (name, range) in reader.placed_texts(node, "fields") {
                let Some(field) = own.get(&name).or_else(|| declared.get(&name)) else {
                    let message = format!("`{name}` is not declared under `fields`");
                    let at = At::new(reader.path, range);
                    let names = declared.keys().chain(own.keys()).map(String::as_str);
                    let help = match nearest(&name, names) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("declare it under `[fields.{name}]`"),
                    };
                    reader.diags.push(Diag::error(Code::Config, at, message).help(help));
                    continue;
                };
                let mut field = field.clone();
                if required.contains(&name) {
                    field.required = Required::Yes;
                }
                fields.push(field);
            }
            for (name, range) in reader.placed_texts(node, "required") {
                if !fields.iter().any(|field| field.name == name) {
                    let message = format!("`{name}` is required but not among `fields`");
                    let diag = Diag::error(Code::Config, At::new(reader.path, range), message);
                    reader
                        .diags
                        .push(diag.help("add it to `fields`, or take it out of `required`"));
                }
            }
            fields
        };
        let shared = match node.get("shared") {
            Some(node) => {
                reader.only(node, "shared", &["fields", "required"]);
                choose(reader, node, &BTreeMap::new())
            }
            None => Vec::new(),
        };
        for (key, node) in reader.entries(node, "types") {
            let known = [
                "folder", "template", "label", "plural", "fields", "required", "field", "open",
                "record", "sections", "counted",
            ];
            reader.only(node, &format!("types.{}", key.name), &known);
            let mut own = BTreeMap::new();
            for (key, node) in reader.entries(node, "field") {
                own.insert(key.name.clone(), read_field(reader, &key.name, node));
            }
            let mut fields = choose(reader, node, &own);
            for field in &shared {
                if !fields.iter().any(|other| other.name == field.name) {
                    fields.push(field.clone());
                }
            }
            let record_type = RecordType {
                name: key.name.clone(),
                position: self.types.len(),
                folder: reader.folder(node),
                template: reader.text(node, "template"),
                label: reader.localized(node, "label"),
                plural: reader.localized(node, "plural"),
                is_record: node.get("record").is_none() || reader.boolean(node, "record"),
                counted: node.get("counted").is_none() || reader.boolean(node, "counted"),
                fields,
                open: reader.boolean(node, "open"),
                sections: reader
                    .entries(node, "sections")
                    .into_iter()
                    .map(|(key, _)| {
                        let sections = node.get("sections").map(|n| reader.texts(n, &key.name));
                        (language::canonical(&key.name), sections.unwrap_or_default())
                    })
                    .collect(),
            };
            self.types.insert(key.name.clone(), record_type);
        }
        self.shared = shared;
    }

    /// What a folder without configuration means: free tags and categories, as most tools have them.
    fn assume(&mut self) {
        for (name, noun) in [("tags", "tag"), ("categories", "category")] {
            let vocabulary = Vocabulary {
                name: name.to_owned(),
                noun: noun.to_owned(),
                folder: Some(name.to_owned()),
                used_only: true,
                open: true,
                ..Vocabulary::default()
            };
            self.vocabularies.insert(name.to_owned(), vocabulary);
            self.shared.push(Field {
                name: name.to_owned(),
                kind: Kind::Term(name.to_owned()),
                many: true,
                ..Field::default()
            });
        }
    }
}

fn read_site_file(source: &Tree, path: &TreePath, diags: &mut Vec<Diag>) -> Option<Node> {
    source.get(path)?;
    let Some(text) = source.text(path) else {
        diags.push(Diag::no_text(path, source));
        return None;
    };
    match front::read(Notation::Toml, text, 0..text.len()) {
        Ok(node) => Some(node),
        Err(fault) => {
            let diag = Diag::error(Code::Config, At::new(path, fault.range), fault.message);
            diags.push(diag.help(fault.help));
            None
        }
    }
}

fn read_home(reader: &mut Reader, node: &Node) -> Home {
    reader.only(node, "home", &["featured", "ways", "newest"]);
    let featured = node.get("featured").and_then(|node| {
        reader.only(node, "featured", &["vocabulary", "terms"]);
        Some((reader.text(node, "vocabulary")?, reader.texts(node, "terms")))
    });
    Home {
        featured,
        ways: reader.texts(node, "ways"),
        newest: reader.count(node, "newest", NEWEST).unwrap_or(0),
    }
}

fn read_field(reader: &mut Reader, name: &str, node: &Node) -> Field {
    let known = [
        "type",
        "vocabulary",
        "of",
        "only",
        "label",
        "inverse",
        "help",
        "required",
        "show",
        "names",
        "max",
        "min",
        "fields",
    ];
    reader.only(node, &format!("field {name}"), &known);
    let written = reader.text(node, "type").unwrap_or_else(|| "text".to_owned());
    let single = written.strip_suffix('s').unwrap_or(&written);
    let kind = match single {
        "text" => Kind::Text,
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "boolean" => Kind::Boolean,
        "date" => Kind::Date,
        "url" => Kind::Url,
        "language" => Kind::Language,
        "any" => Kind::Any,
        "term" => Kind::Term(reader.text(node, "vocabulary").unwrap_or_else(|| name.to_owned())),
        "record" => Kind::Record(reader.texts(node, "of")),
        "group" => Kind::Group(
            reader
                .entries(node, "fields")
                .into_iter()
                .map(|(key, node)| read_field(reader, &key.name, node).into())
                .collect(),
        ),
        _ => {
            let range = node.get("type").map_or(0..0, |node| node.range.clone());
            let kinds = [
                "text", "integer", "number", "boolean", "date", "url", "language", "term",
                "record", "group", "any",
            ];
            let help = match nearest(single, kinds) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("use one of `{}`, with an `s` for a list", kinds.join("`, `")),
            };
            let at = At::new(reader.path, range);
            let message = format!("there is no field type `{written}`");
            reader.diags.push(Diag::error(Code::Config, at, message).help(help));
            Kind::Any
        }
    };
    let required = match node.get("required").and_then(Node::text) {
        Some("true") => Required::Yes,
        Some("in-translations") => Required::InTranslations,
        Some("false") | None => Required::No,
        Some(_) => {
            let range = node.get("required").map_or(0..0, |node| node.range.clone());
            reader.wrong(range, "`required` takes `true`, `false` or `\"in-translations\"`");
            Required::No
        }
    };
    let show = match node.get("show").and_then(Node::text) {
        Some("no" | "false") => Show::No,
        Some("facts" | "true") | None => Show::Facts,
        Some(_) => {
            let range = node.get("show").map_or(0..0, |node| node.range.clone());
            reader.wrong(range, "`show` takes `\"facts\"` or `\"no\"`");
            Show::Facts
        }
    };
    Field {
        name: name.to_owned(),
        kind,
        many: written.ends_with('s'),
        required,
        label: reader.localized(node, "label"),
        inverse: reader.localized(node, "inverse"),
        help: reader.localized(node, "help"),
        show,
        names: reader.boolean(node, "names"),
        max: reader.integer(node, "max"),
        min: reader.integer(node, "min"),
        only: reader.texts(node, "only"),
    }
}

/// Reads values from a configuration's nodes and reports those that do not fit.
struct Reader<'a> {
    path: &'a TreePath,
    diags: &'a mut Vec<Diag>,
}

impl Reader<'_> {
    fn wrong(&mut self, range: std::ops::Range<usize>, message: impl Into<String>) {
        self.diags.push(Diag::error(Code::Config, At::new(self.path, range), message));
    }

    fn only(&mut self, node: &Node, place: &str, known: &[&str]) {
        if node.table().is_none() {
            let message = format!("`{place}` takes a table, not {}", node.describe());
            let diag = Diag::error(Code::Config, At::new(self.path, node.range.clone()), message);
            self.diags.push(diag.help("write its settings on lines of their own below its name"));
        }
        for (key, _) in node.table().unwrap_or_default() {
            if !known.contains(&key.name.as_str()) {
                let at = At::new(self.path, key.range.clone());
                let message = format!("`{place}` has no setting `{}`", key.name);
                let diag = Diag::error(Code::Config, at, message);
                self.diags.push(match nearest(&key.name, known.iter().copied()) {
                    Some(near) => diag.help(format!("did you mean `{near}`?")),
                    None if known.len() > 12 => diag.help("the manual lists all settings"),
                    None => diag.help(format!("the settings are `{}`", known.join("`, `"))),
                });
            }
        }
    }

    fn text(&mut self, node: &Node, name: &str) -> Option<String> {
        let value = node.get(name)?;
        match value.text() {
            Some(text) => Some(text.to_owned()),
            None => {
                let message = format!("`{name}` takes a text, not {}", value.describe());
                self.wrong(value.range.clone(), message);
                None
            }
        }
    }

    /// Reads the folder of a language's pages in which something lies.
    fn folder(&mut self, node: &Node) -> Option<String> {
        let folder = self.text(node, "folder")?;
        if TreePath::new(&folder).is_some() && portable(&folder) == folder {
            return Some(folder);
        }
        let range = node.get("folder").map_or(0..0, |value| value.range.clone());
        let message = format!("`{folder}` is no folder below that of a language");
        let diag = Diag::error(Code::Config, At::new(self.path, range), message);
        self.diags.push(diag.help("write it like `practices` or `about/partners`"));
        None
    }

    fn boolean(&mut self, node: &Node, name: &str) -> bool {
        let Some(value) = node.get(name) else { return false };
        match value.text() {
            Some("true") => true,
            Some("false") => false,
            _ => {
                self.wrong(value.range.clone(), format!("`{name}` takes `true` or `false`"));
                false
            }
        }
    }

    fn integer(&mut self, node: &Node, name: &str) -> Option<i64> {
        let value = node.get(name)?;
        let number = value.text().and_then(|text| text.parse().ok());
        if number.is_none() {
            self.wrong(value.range.clone(), format!("`{name}` takes a whole number"));
        }
        number
    }

    /// Reads a number that has bounds.
    fn count(&mut self, node: &Node, name: &str, bounds: RangeInclusive<usize>) -> Option<usize> {
        let number = self.integer(node, name)?;
        let fits = usize::try_from(number).ok().filter(|number| bounds.contains(number));
        if fits.is_none() {
            let range = node.get(name).map_or(0..0, |value| value.range.clone());
            let (least, most) = bounds.into_inner();
            self.wrong(range, format!("`{name}` takes a whole number from {least} to {most}"));
        }
        fits
    }

    fn placed_texts(&mut self, node: &Node, name: &str) -> Vec<(String, std::ops::Range<usize>)> {
        let Some(value) = node.get(name) else { return Vec::new() };
        let items = match &value.raw {
            Raw::List(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        let mut texts = Vec::new();
        for item in items {
            match item.text() {
                Some(text) => texts.push((text.to_owned(), item.range.clone())),
                None => self.wrong(item.range.clone(), format!("`{name}` takes a list of texts")),
            }
        }
        texts
    }

    fn texts(&mut self, node: &Node, name: &str) -> Vec<String> {
        self.placed_texts(node, name).into_iter().map(|(text, _)| text).collect()
    }

    fn localized(&mut self, node: &Node, name: &str) -> Localized {
        let Some(value) = node.get(name) else { return Localized::default() };
        match &value.raw {
            Raw::Scalar { text, .. } => Localized(BTreeMap::from([(String::new(), text.clone())])),
            Raw::Table(entries) => {
                let mut texts = BTreeMap::new();
                for (key, node) in entries {
                    match node.text().filter(|_| language::is_code(&key.name)) {
                        Some(text) => {
                            texts.insert(language::canonical(&key.name), text.to_owned());
                        }
                        None => {
                            let message = format!("`{name}` takes one text for each language");
                            let at = At::new(self.path, key.range.clone());
                            let help = format!("write `{name} = {{ en = \"…\", fr = \"…\" }}`");
                            self.diags.push(Diag::error(Code::Config, at, message).help(help));
                        }
                    }
                }
                Localized(texts)
            }
            Raw::List(_) => {
                let message = format!("`{name}` takes a text, or one text for each language");
                self.wrong(value.range.clone(), message);
                Localized::default()
            }
        }
    }

    fn entries<'n>(&mut self, node: &'n Node, name: &str) -> Vec<(&'n front::Key, &'n Node)> {
        let Some(value) = node.get(name) else { return Vec::new() };
        match value.table() {
            Some(entries) => entries.iter().map(|(key, node)| (key, node)).collect(),
            None => {
                self.wrong(value.range.clone(), format!("`{name}` takes a table"));
                Vec::new()
            }
        }
    }

    fn entries_of_list<'n>(&mut self, node: &'n Node, name: &str) -> Vec<(usize, &'n Node)> {
        let Some(value) = node.get(name) else { return Vec::new() };
        match &value.raw {
            Raw::List(items) => items.iter().enumerate().collect(),
            _ => {
                self.wrong(value.range.clone(), format!("`{name}` takes a list of tables"));
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Blob;

    fn read(files: &[(&str, &str)]) -> (Config, Vec<Diag>) {
        let files =
            files.iter().map(|(path, text)| (TreePath::of(path), Blob::new(text.as_bytes())));
        Config::read(&files.collect())
    }

    fn codes(config: &Config) -> Vec<(&str, Option<&str>)> {
        config.languages.iter().map(|l| (l.code.as_str(), l.folder.as_deref())).collect()
    }

    #[test]
    fn two_folders_named_by_language_codes_are_languages() {
        let (config, _) = read(&[("en/a.md", ""), ("fr/a.md", ""), ("docs/a.md", "")]);
        assert_eq!(codes(&config), [("en", Some("en")), ("fr", Some("fr"))]);
    }

    #[test]
    fn one_folder_alone_is_a_name_like_any_other() {
        let (config, _) = read(&[("it/a.md", ""), ("docs/a.md", "")]);
        assert_eq!(codes(&config), [("en", None)]);
    }

    #[test]
    fn without_folders_the_language_most_pages_declare_counts() {
        let (config, _) = read(&[
            ("a.md", "---\nlang: fr\n---\n"),
            ("b.md", "---\ntitle: x\nlang: \"fr\"\n---\n"),
            ("c.md", "+++\nlang = \"en\"\n+++\n"),
        ]);
        assert_eq!(codes(&config), [("fr", None), ("en", None)]);
    }

    #[test]
    fn a_wrong_setting_is_told_its_nearest_name() {
        let (_, diags) = read(&[("content/site.toml", "titel = 'x'\n")]);
        assert_eq!(diags[0].help.as_deref(), Some("did you mean `title`?"));
    }

    #[test]
    fn the_base_path_is_that_of_the_address() {
        let (mut config, _) = read(&[]);
        assert_eq!(config.base_path(), "/");
        config.url = Some("https://example.org/a/b/".into());
        assert_eq!(config.base_path(), "/a/b/");
    }
}
