//! Templates, styles and words: the default theme, overlaid by the site's own file by file.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use tera::{Context, ErrorKind, Kwargs, State, Tera, Value};

use self::bounds::Bounded;
use crate::{
    config::Config,
    diag::{At, Code, Diag},
    language,
    tree::{Blob, Digest, Tree, TreePath, readable},
    words::{Entry, Words},
};

mod bounds;
pub mod watch;

/// Templates by name, with the calls that bound them.
type Templates = BTreeMap<String, Bounded>;

/// A theme, compiled.
pub struct Theme {
    tera: Tera,
    /// The templates as they were compiled.
    templates: Templates,
    /// The words of the interface.
    pub words: Arc<Words>,
    /// Files that go to the output as they are, below `assets/`.
    pub assets: Tree,
    /// The digest of all its files, with those of the default theme that it does not replace.
    pub digest: Digest,
    /// The words of each language as templates see them.
    texts: BTreeMap<String, Value>,
    /// The site's own theme folder and the templates it replaces.
    own: Option<(String, Tree)>,
}

macro_rules! embed {
    ($($path:literal,)*) => {
        /// The files of the default theme, part of the program.
        const DEFAULT: &[(&str, &[u8])] =
            &[$(($path, include_bytes!(concat!("../themes/default/", $path)).as_slice()),)*];
    };
}

embed! {
    "assets/icon.svg",
    "assets/search-aside.js",
    "assets/search-query.js",
    "assets/search-extra.js",
    "assets/search-page.js",
    "assets/search.js",
    "assets/site.js",
    "assets/style.css",
    "starter/content/en/about.md",
    "starter/content/en/index.md",
    "starter/content/en/practices/first-practice.md",
    "starter/content/site.toml",
    "starter/content/vocabularies/objectives.tsv",
    "starter/content/vocabularies/statuses.tsv",
    "templates/404.html",
    "templates/base.html",
    "templates/facts.html",
    "templates/groups.html",
    "templates/home.html",
    "templates/languages.html",
    "templates/list.html",
    "templates/lists.html",
    "templates/narrow.html",
    "templates/page.html",
    "templates/record.html",
    "templates/redirect.html",
    "templates/row.html",
    "templates/search-button.html",
    "templates/search.html",
    "templates/sources.html",
    "templates/term.html",
    "templates/terms.html",
    "templates/title.html",
    "templates/toc.html",
    "templates/way.html",
    "words/ar.toml",
    "words/en.toml",
    "words/es.toml",
    "words/fr.toml",
    "words/ru.toml",
    "words/zh.toml",
}

/// Returns the files of the default theme.
pub fn default_files() -> Tree {
    DEFAULT.iter().map(|(path, bytes)| (TreePath::of(path), Blob::new(*bytes))).collect()
}

impl Theme {
    /// Compiles the theme. A template that cannot be compiled is a remark, and the default theme's
    /// template stands in for it.
    pub fn compile(source: &Tree, config: &Config) -> (Self, Vec<Diag>) {
        let mut diags = Vec::new();
        let own = own_files(source, config, &mut diags);
        let defaults = default_files();
        let files = match &own {
            Some((_, own)) => defaults.clone().overlay(own.clone()),
            None => defaults.clone(),
        };
        let mut word_diags = Vec::new();
        let wanted: Vec<&str> = config.languages.iter().map(|lang| lang.code.as_str()).collect();
        let words = Arc::new(Words::read(&files, &wanted, &mut word_diags));
        diags.extend(word_diags.into_iter().map(|diag| place(diag, own.as_ref())));
        diags.extend(not_utf8(own.as_ref()));
        let mut templates = templates_of(&files);
        let compiled = match refused(&templates, own.as_ref()) {
            Some(diag) => Err(diag),
            None => compile(&templates, &words)
                .map_err(|error| explain(&error, &templates, own.as_ref(), "base.html")),
        };
        let tera = match compiled {
            Ok(tera) => tera,
            Err(diag) => {
                diags.push(diag);
                templates = templates_of(&defaults);
                // The default theme is part of the program and its own test compiles it.
                compile(&templates, &words).expect("the default theme compiles")
            }
        };
        let texts = config.languages.iter().map(|lang| lang.code.as_str());
        let texts = texts.map(|code| (code.to_owned(), texts_of(&words, code))).collect();
        let assets = files.under("assets");
        let digest = files.digest();
        let theme = Self { digest, tera, templates, words, assets, texts, own };
        (theme, diags)
    }

    /// Returns true for a template of the theme, by its path below `templates`.
    pub fn has_template(&self, name: &str) -> bool {
        self.tera.contains_template(name)
    }

    /// Fills a template in.
    ///
    /// # Errors
    /// Returns where and why the template failed.
    pub fn render<T: Serialize>(
        &self,
        template: &str,
        lang: &str,
        view: &T,
        body: &str,
    ) -> Result<String, Diag> {
        let filled = Context::from_serialize(view).and_then(|mut context| {
            let texts = match self.texts.get(lang) {
                Some(texts) => texts.clone(),
                None => texts_of(&self.words, lang),
            };
            context.insert_value("t", texts);
            context.insert_value("body", Value::safe_string(body));
            bounds::begin();
            let _rendering = watch::begin(|| self.file_of(template));
            let mut page = bounds::Page::default();
            let rendered = self.tera.render_to(template, &context, &mut page);
            if page.is_full {
                let limit = bounds::OUTPUT_LIMIT / 1024 / 1024;
                return Err(tera::Error::message(format!("the page is larger than {limit} MB")));
            }
            rendered?;
            Ok(String::from_utf8(page.html)?)
        });
        filled.map_err(|error| explain(&error, &self.templates, self.own.as_ref(), template))
    }

    /// Returns the file of a template, where the site keeps it.
    fn file_of(&self, template: &str) -> TreePath {
        let path = TreePath::new(&format!("templates/{template}"));
        let path = path.unwrap_or_else(|| TreePath::of("templates/base.html"));
        TreePath::of(&format!("{}/{path}", folder_of(&path, self.own.as_ref())))
    }
}

/// Finds the site's own theme.
fn own_files(source: &Tree, config: &Config, diags: &mut Vec<Diag>) -> Option<(String, Tree)> {
    let name = config.theme.as_ref()?;
    let folder = format!("themes/{name}");
    let files = TreePath::new(&folder).map(|path| source.under(path.as_str())).unwrap_or_default();
    if files.is_empty() && name != "default" {
        let at = config.place("theme", name);
        let diag = Diag::error(Code::Config, at, format!("there is no theme `{name}`"));
        diags.push(diag.help(format!("put its files into `{folder}/`")));
        return None;
    }
    Some((folder, files))
}

/// Says when a template holds what Tera must not see.
fn refused(templates: &Templates, own: Option<&(String, Tree)>) -> Option<Diag> {
    let (name, (range, message)) =
        templates.iter().find_map(|(name, bounded)| Some((name, bounded.refused.clone()?)))?;
    let path = TreePath::new(&format!("templates/{name}"))?;
    Some(place(Diag::error(Code::TemplateError, At::new(&path, range), message), own))
}

/// Says which of the site's own templates are no text.
fn not_utf8(own: Option<&(String, Tree)>) -> Vec<Diag> {
    let Some((folder, files)) = own else { return Vec::new() };
    let templates = files.iter().filter(|(path, _)| path.below("templates").is_some());
    let remark = |(path, blob): (&TreePath, &Blob)| {
        let bytes = blob.bytes().filter(|bytes| std::str::from_utf8(bytes).is_err())?;
        Some(Diag::not_utf8(&TreePath::of(&format!("{folder}/{path}")), bytes))
    };
    templates.filter_map(remark).collect()
}

/// Reads the templates of a theme.
fn templates_of(files: &Tree) -> Templates {
    files
        .under("templates")
        .iter()
        .filter(|(path, _)| matches!(path.extension().as_str(), "html" | "xml"))
        .map(|(path, blob)| {
            let text = readable(blob.bytes().unwrap_or_default());
            (path.as_str().to_owned(), bounds::bound(&text))
        })
        .collect()
}

fn compile(templates: &Templates, words: &Arc<Words>) -> tera::TeraResult<Tera> {
    if templates.len() > bounds::TEMPLATE_LIMIT {
        let limit = bounds::TEMPLATE_LIMIT;
        return Err(tera::Error::message(format!("a theme may have {limit} templates")));
    }
    let mut tera = Tera::default();
    tera.register_function(bounds::STEP, |_: Kwargs, _: &State| bounds::step(1));
    tera.register_function(bounds::ENTER, |_: Kwargs, _: &State| bounds::enter());
    tera.register_function(bounds::LEAVE, |_: Kwargs, _: &State| bounds::leave());
    tera.register_function("range", |kwargs: Kwargs, _: &State| {
        let start: i64 = kwargs.get("start")?.unwrap_or_default();
        let end: i64 = kwargs.must_get("end")?;
        bounds::range(start, end, kwargs.get("step_by")?.unwrap_or(1))
    });
    let counting = words.clone();
    tera.register_function(
        "count",
        move |kwargs: Kwargs, state: &State| -> tera::TeraResult<String> {
            let number: u64 = kwargs.must_get("n")?;
            let key: &str = kwargs.must_get("of")?;
            Ok(counting.count(&language(state)?, key, number as usize))
        },
    );
    let forming = words.clone();
    tera.register_function(
        "forms",
        move |kwargs: Kwargs, state: &State| -> tera::TeraResult<String> {
            let key: &str = kwargs.must_get("of")?;
            Ok(forming.forms(&language(state)?, key))
        },
    );
    let numbers = words.clone();
    let dates = numbers.clone();
    tera.register_filter(
        "number",
        move |number: u64, _: Kwargs, state: &State| -> tera::TeraResult<String> {
            let lang = language(state)?;
            Ok(numbers
                .of(&lang)
                .map_or_else(|| number.to_string(), |words| words.number(number as usize)))
        },
    );
    tera.register_filter(
        "date",
        move |date: &str, _: Kwargs, state: &State| -> tera::TeraResult<String> {
            Ok(dates.date(&language(state)?, date))
        },
    );
    let saying = words.clone();
    tera.register_filter(
        "word",
        move |key: &str, kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
            Ok(saying.text(kwargs.must_get("lang")?, key).to_owned())
        },
    );
    tera.register_filter("direction", |code: &str, _: Kwargs, _: &State| -> &'static str {
        language::direction(code)
    });
    tera.register_filter("fill", |text: &str, kwargs: Kwargs, _: &State| -> String {
        let mut text = text.to_owned();
        for (key, value) in kwargs.iter() {
            text = text.replace(&format!("{{{key}}}"), &value.to_string());
        }
        text
    });
    tera.add_raw_templates(templates.iter().map(|(name, bounded)| (name, &bounded.text)))?;
    Ok(tera)
}

/// Returns the language of the page that is being rendered.
fn language(state: &State) -> tera::TeraResult<String> {
    let lang: Option<Value> = state.get("lang")?;
    let code = lang.as_ref().and_then(|lang| lang.get_from_path("code")).and_then(Value::as_str);
    Ok(code.unwrap_or("en").to_owned())
}

/// Returns the words of a language with keys that templates can write: `as-of` is `t.as_of`.
fn texts_of(words: &Words, lang: &str) -> Value {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for code in ["en", lang] {
        let Some(language) = words.of(code) else { continue };
        for (key, entry) in &language.entries {
            if let Entry::Text(text) = entry {
                texts.insert(key.replace('-', "_"), text.clone());
            }
        }
    }
    Value::from_serializable(&texts)
}

/// Moves a remark about a theme's file to where the site keeps it.
fn place(diag: Diag, own: Option<&(String, Tree)>) -> Diag {
    let folder = folder_of(&diag.at.path, own);
    let path = TreePath::of(&format!("{folder}/{}", diag.at.path));
    Diag { at: At { path, ..diag.at.clone() }, ..diag }
}

/// Returns the theme that a file is of.
fn folder_of<'a>(path: &TreePath, own: Option<&'a (String, Tree)>) -> &'a str {
    match own {
        Some((folder, files)) if files.get(path).is_some() => folder.as_str(),
        _ => "themes/default",
    }
}

fn explain(
    error: &tera::Error,
    templates: &Templates,
    own: Option<&(String, Tree)>,
    template: &str,
) -> Diag {
    let (file, range, message) = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let range = report.span().range.clone();
            let range = match templates.get(report.filename()) {
                Some(bounded) => bounded.written(range.start)..bounded.written(range.end),
                None => range,
            };
            (report.filename().to_owned(), range, report.message().to_owned())
        }
        ErrorKind::MissingParent { current, .. } => (current.clone(), 0..0, error.to_string()),
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => {
            (tpl.clone(), 0..0, error.to_string())
        }
        _ => {
            // What names no file is looked for in the site's own templates.
            let message = error.to_string();
            let named = message.split('`').nth(1).unwrap_or_default().to_owned();
            let own = own.iter().flat_map(|(_, files)| files.iter());
            let found = own.filter(|_| !named.is_empty()).find_map(|(path, blob)| {
                let text = std::str::from_utf8(blob.bytes()?).ok()?;
                let at = text.find(&named)?;
                Some((path.below("templates")?.to_owned(), at..at + named.len()))
            });
            let (file, range) = found.unwrap_or_else(|| (template.to_owned(), 0..0));
            (file, range, message)
        }
    };
    let file = if file.is_empty() { template.to_owned() } else { file };
    let path = TreePath::new(&format!("templates/{file}"))
        .unwrap_or_else(|| TreePath::of("templates/base.html"));
    let message = message.lines().next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message).trim_end_matches('.');
    let diag = Diag::error(Code::TemplateError, At::new(&path, range), message);
    place(
        diag.help("correct the template, or delete it: the one of the default theme stands in"),
        own,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_default_theme_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/themes/default");
        let found: std::collections::BTreeSet<String> = walkdir::WalkDir::new(folder)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap();
                path.replace('\\', "/")
            })
            .collect();
        let embedded = DEFAULT.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(found, embedded);
    }

    #[test]
    fn the_default_theme_compiles_and_lacks_no_word() {
        let mut diags = Vec::new();
        let words = Arc::new(Words::read(
            &default_files(),
            &["ar", "en", "es", "fr", "ru", "zh"],
            &mut diags,
        ));
        assert!(diags.is_empty(), "{diags:?}");
        if let Err(error) = compile(&templates_of(&default_files()), &words) {
            panic!("{error}");
        }
    }
}
