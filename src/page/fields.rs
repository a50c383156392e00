//! What the front matter of a page says: its type, its fields, and what is wrong with them.

use std::ops::Range;

use crate::{
    config::{CORE_FIELDS, Config},
    diag::{At, Code, Diag, nearest},
    front::{self, Node, Raw},
    language,
    schema::{Check, RecordType, Required, unknown_field},
    tree::{TreePath, is_kept, portable},
};

use super::{Page, Role, Status};

/// Reads the front matter, or says why it cannot be read.
pub fn read_front(
    page: &mut Page,
    path: &TreePath,
    text: &str,
    split: &front::Split,
) -> Option<Node> {
    if let Some(range) = &split.unclosed {
        let diag = Diag::error(
            Code::FrontMatter,
            At::new(path, range.clone()),
            "the front matter does not end",
        );
        let fence = if text[range.clone()].starts_with('{') { "}" } else { &text[range.clone()] };
        page.diags
            .push(diag.help(format!("write `{fence}` on a line of its own after the last field")));
        page.is_broken = true;
        return None;
    }
    let (notation, range) = split.front.clone()?;
    match front::read(notation, text, range) {
        Ok(node) => Some(node),
        Err(fault) => {
            let message = format!("the front matter cannot be read: {}", fault.message);
            let diag = Diag::error(Code::FrontMatter, At::new(path, fault.range), message);
            page.diags.push(diag.help(fault.help));
            page.is_broken = true;
            None
        }
    }
}

/// Chooses the type of record: as the page says, else as its folder does.
pub fn choose_type(page: &mut Page, path: &TreePath, config: &Config, node: Option<&Node>) {
    let by_folder = config.type_of_folder(&page.id.path).filter(|_| page.role == Role::Page);
    let written = node.and_then(|node| node.get("type"));
    let chosen = match written.and_then(Node::text) {
        Some(name) => match config.types.get(name) {
            Some(record_type) => Some(record_type),
            None if config.types.is_empty() || matches!(name, "page" | "term") => None,
            None => {
                let at = At::new(path, written.map_or(0..0, |node| node.range.clone()));
                let message = format!("there is no record type `{name}`");
                let near = nearest(name, config.types.keys().map(String::as_str));
                let types =
                    config.types.keys().map(String::as_str).collect::<Vec<_>>().join("`, `");
                let diag = Diag::error(Code::UnknownType, at, message);
                page.diags.push(match near {
                    Some(near) => diag.help(format!("did you mean `{near}`?")),
                    None => diag.help(format!("use one of `{types}`")),
                });
                by_folder
            }
        },
        None => by_folder,
    };
    page.record_type = chosen.map_or("page", |record_type| &record_type.name).to_owned();
    page.is_record = chosen.is_some_and(|record_type| record_type.is_record);
    page.template = chosen.and_then(|record_type| record_type.template.clone());
}

/// Reads the fields, and says which are wrong, unknown or missing.
pub fn read_fields(page: &mut Page, path: &TreePath, config: &Config, node: &Node) {
    choose_type(page, path, config, Some(node));
    let record_type = config.types.get(&page.record_type);
    let entries = node.table().unwrap_or_default();
    let lenient = !config.configured;
    // Zola keeps tags and categories in a table of their own.
    let nested =
        node.get("taxonomies").and_then(Node::table).filter(|_| lenient).unwrap_or_default();
    let mut seen: Vec<&str> = Vec::new();
    let mut check = Check {
        path,
        vocabularies: &config.vocabularies,
        lenient,
        references: Vec::new(),
        diags: Vec::new(),
    };
    for (key, node) in entries.iter().chain(nested) {
        let name = key.name.as_str();
        let declared = record_type
            .and_then(|record_type| record_type.field(name))
            .or_else(|| config.shared.iter().find(|field| field.name == name));
        let known = CORE_FIELDS.contains(&name);
        if seen.contains(&name) {
            // What is only kept for templates is read as it was meant.
            let is_kept = lenient && !known && declared.is_none();
            let twice = Diag::twice(At::new(path, key.range.clone()), name);
            check.diags.push(twice.lenient(is_kept));
            continue;
        }
        seen.push(name);
        if let Some(field) = declared {
            if let Some(value) = check.field(field, name, node) {
                page.fields.insert(name.to_owned(), value);
            }
        } else if !node.is_null() {
            if !known && !lenient && record_type.is_some_and(|record_type| !record_type.open) {
                let names = known_names(record_type, config);
                check.diags.push(unknown_field(path, name, name, &key.range, names));
            }
            page.fields.insert(name.to_owned(), node.value());
        }
        read_core(page, path, config, name, node, declared.is_some());
    }
    page.references = check.references;
    page.diags.append(&mut check.diags);
    if lenient {
        read_hugos(page, node);
    }
    let place = entries.first().map_or(node.range.start, |(key, _)| key.range.start);
    check_required(page, path, config, entries, place..place);
}

fn known_names<'a>(record_type: Option<&'a RecordType>, config: &'a Config) -> Vec<&'a str> {
    let declared = record_type.into_iter().flat_map(|t| &t.fields).chain(&config.shared);
    declared.map(|field| field.name.as_str()).chain(CORE_FIELDS.iter().copied()).collect()
}

/// The states of a page, as the manual lists them.
const STATUSES: &[&str] =
    &["draft", "submitted", "in-review", "published", "needs-update", "archived", "withdrawn"];

/// Reads the fields that the generator itself knows.
fn read_core(
    page: &mut Page,
    path: &TreePath,
    config: &Config,
    name: &str,
    node: &Node,
    declared: bool,
) {
    // A list of one says the same as its value.
    let single = match &node.raw {
        Raw::List(items) if items.len() == 1 => &items[0],
        _ => node,
    };
    let text = single.text().filter(|_| !single.is_null());
    let mut want = |what: &str| {
        let at = At::new(path, node.range.clone());
        let message = format!("`{name}` takes {what}, not {}", node.describe());
        page.diags.push(Diag::error(Code::WrongValue, at, message).lenient(!config.configured));
    };
    match (name, text) {
        ("title", Some(text)) => page.title = text.trim().to_owned(),
        ("summary", Some(text)) => page.summary = text.trim().to_owned(),
        ("description", Some(text)) if page.summary.is_empty() => {
            page.summary = text.trim().to_owned();
        }
        ("id", Some(text)) => {
            page.record_id = text.to_owned();
            page.id_place = node.range.clone();
        }
        ("title" | "id", None) if !node.is_null() && !declared => want("a text"),
        ("summary" | "description" | "lang" | "template" | "order" | "toc", None)
            if config.configured && !node.is_null() && !declared =>
        {
            want(match name {
                "order" => "a whole number",
                "toc" => "`true` or `false`",
                _ => "a text",
            });
        }
        ("template", Some(text)) if config.configured => {
            page.template = Some(text.to_owned());
            page.template_place = node.range.clone();
        }
        ("order", Some(text)) => match text.parse() {
            Ok(order) => page.order = Some(order),
            Err(_) => want("a whole number"),
        },
        // Hugo, Docusaurus and Jekyll's themes call it otherwise.
        ("weight" | "sidebar_position" | "nav_order", Some(text)) if page.order.is_none() => {
            page.order = text.parse::<f64>().ok().map(|order| order.round() as i64);
        }
        ("index", Some(text)) if page.order.is_none() && !config.configured => {
            page.order = text.parse().ok();
        }
        ("toc" | "abstract" | "draft", Some(text)) => {
            let yes = is_yes(text);
            match name {
                "toc" => page.show_toc = yes == Some(true),
                "abstract" => page.is_abstract = yes == Some(true),
                // What one field keeps back, the other does not publish; what is not clear is kept back.
                _ if yes != Some(false) => page.status = Status::Unpublished,
                _ => {}
            }
            // Other programs have an abstract that is a text.
            if yes.is_none() && !declared && (config.configured || name == "draft") {
                want("`true` or `false`");
            }
        }
        ("draft", None) if !node.is_null() => {
            page.status = Status::Unpublished;
            want("`true` or `false`");
        }
        ("published" | "publish", Some(text))
            if !config.configured && is_yes(text) == Some(false) =>
        {
            page.status = Status::Unpublished;
        }
        ("status", Some(text)) => match text.to_lowercase().as_str() {
            "draft" | "submitted" | "in-review" => page.status = Status::Unpublished,
            "withdrawn" if page.status == Status::Published => page.status = Status::Withdrawn,
            // A field of the record type says itself what it takes.
            other if config.configured && !declared && !STATUSES.contains(&other) => {
                let message = format!("`{text}` is no status, so the page counts as published");
                let at = At::new(path, node.range.clone());
                let help = match nearest(other, STATUSES.iter().copied()) {
                    Some(near) => format!("write `status: {near}`"),
                    None => format!("write one of {}", STATUSES.join(", ")),
                };
                page.diags.push(Diag::warning(Code::WrongValue, at, message).help(help));
            }
            _ => {}
        },
        ("lang", Some(text)) => read_lang(page, path, config, text, node),
        ("aliases", _) => read_aliases(page, path, config, node),
        ("redirect_from", _) if !config.configured => read_aliases(page, path, config, node),
        // Where other programs put the page; it stays where its file is, and is found there too.
        ("permalink" | "url" | "slug", Some(text)) if !config.configured => {
            let address = match text.strip_prefix('/') {
                Some(rest) => rest.trim_end_matches("index.html").trim_end_matches('/').to_owned(),
                None if name == "slug" && !text.contains('/') => {
                    let own = page.address();
                    own.rsplit_once('/')
                        .map_or(text.to_owned(), |(above, _)| format!("{above}/{text}"))
                }
                // Obsidian writes it without the first slash, and Jekyll has names for patterns.
                None if name == "permalink" && !text.contains([':', '{']) && !is_pattern(text) => {
                    text.trim_end_matches('/').to_owned()
                }
                None => return,
            };
            let is_sound = TreePath::new(&address).is_some() && portable(&address) == address;
            if is_sound && !is_reserved(&address) && address != page.address() {
                page.aliases.push((address, node.range.clone()));
            }
        }
        _ => {}
    }
}

/// Reads whether Hugo would make a page of the file, and of what lies below its folder.
fn read_hugos(page: &mut Page, node: &Node) {
    page.is_made = is_made(node);
    if page.is_made == Some(false) {
        page.status = Status::Unpublished;
    }
    let cascade = match node.get("cascade") {
        Some(Node { raw: Raw::List(items), .. }) => items.as_slice(),
        Some(node) => std::slice::from_ref(node),
        None => return,
    };
    // What is said of some pages only is not read.
    let is_for_all = |node: &&Node| node.get("target").or_else(|| node.get("_target")).is_none();
    let mut of_all = cascade.iter().filter(is_for_all);
    let is_section = page.source.as_ref().is_some_and(|path| path.stem() == "_index");
    page.hides_below = is_section && of_all.any(|node| is_made(node) == Some(false));
}

/// Returns whether a page is made, where that is said in the words of Hugo.
fn is_made(node: &Node) -> Option<bool> {
    let text = |node: &Node, name: &str| node.get(name).and_then(Node::text).map(str::to_lowercase);
    if text(node, "headless").is_some_and(|text| is_yes(&text) == Some(true)) {
        return Some(false);
    }
    let build = node.get("build").or_else(|| node.get("_build"))?;
    text(build, "render").map(|text| text != "never" && is_yes(&text) != Some(false))
}

/// Reads yes and no as people and other generators write them.
fn is_yes(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "no" | "n" | "off" | "0" | "" => Some(false),
        _ => None,
    }
}

/// Returns true for the names that Jekyll has for patterns of addresses.
fn is_pattern(text: &str) -> bool {
    matches!(text, "date" | "none" | "ordinal" | "pretty" | "weekdate")
}

/// Returns true for an address that the program itself may write to.
fn is_reserved(address: &str) -> bool {
    let first = address.split('/').next().unwrap_or_default();
    let kind = address.rsplit_once('.').map_or("", |(_, kind)| kind);
    first.starts_with('.')
        || matches!(first, "api" | "assets" | "data" | "search" | "404.html")
        || matches!(kind, "csv" | "css" | "js" | "json" | "txt" | "webmanifest" | "xml")
}

fn read_lang(page: &mut Page, path: &TreePath, config: &Config, text: &str, node: &Node) {
    let at = At::new(path, node.range.clone());
    if !language::is_code(text) {
        let diag = Diag::error(Code::WrongValue, at, format!("`lang: {text}` is no language code"));
        page.diags
            .push(diag.help("use a code such as `fr` or `pt-BR`").lenient(!config.configured));
        return;
    }
    let code = language::canonical(text);
    if !page.id.folder.is_empty() {
        if code != page.lang {
            let message =
                format!("`lang: {text}`, but the file lies in the folder of `{}`", page.lang);
            let help = format!("write `lang: {}` or move the file to `{code}/`", page.lang);
            page.diags.push(
                Diag::error(Code::WrongValue, at, message).help(help).lenient(!config.configured),
            );
        }
        return;
    }
    page.lang = code;
}

fn read_aliases(page: &mut Page, path: &TreePath, config: &Config, node: &Node) {
    let items = match &node.raw {
        Raw::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    for item in items {
        let Some(text) = item.text() else { continue };
        let alias = text.trim_matches('/').trim_end_matches("/index.html").to_owned();
        if TreePath::new(&alias).is_some() && portable(&alias) == alias && !is_kept(&alias) {
            page.aliases.push((alias, item.range.clone()));
        } else {
            let at = At::new(path, item.range.clone());
            let diag =
                Diag::error(Code::WrongValue, at, format!("`{text}` is no address of this site"));
            let diag = diag.help("write an old address such as `en/old/page`");
            page.diags.push(diag.lenient(!config.configured));
        }
    }
}

/// Says which required fields are missing.
pub fn check_required(
    page: &mut Page,
    path: &TreePath,
    config: &Config,
    entries: &[(front::Key, Node)],
    place: Range<usize>,
) {
    let Some(record_type) = config.types.get(&page.record_type) else { return };
    // All but its words is that of the record.
    if page.is_abstract {
        return;
    }
    let original = entries.iter().find(|(key, _)| key.name == "original_lang");
    let is_translation = original
        .and_then(|(_, node)| node.text())
        .is_some_and(|original| language::canonical(original) != page.lang);
    let missing: Vec<&str> = record_type
        .fields
        .iter()
        .filter(|field| match field.required {
            Required::Yes => true,
            Required::InTranslations => is_translation,
            Required::No => false,
        })
        .map(|field| field.name.as_str())
        .filter(|name| !entries.iter().any(|(key, node)| key.name == *name && !node.is_empty()))
        .collect();
    if entries.is_empty() && missing.len() > 1 {
        let message =
            format!("the {} has no fields; it needs `{}`", record_type.name, missing.join("`, `"));
        let diag = Diag::error(Code::MissingField, At::new(path, place), message);
        page.diags.push(diag.help(
            "begin the file with a line `---`, write its fields below it, and then a line `---`",
        ));
        return;
    }
    for name in missing {
        let message = format!("the {} lacks the field `{name}`", record_type.name);
        // A name that was mistyped is one mistake, not an unknown field and a missing one.
        let known = known_names(Some(record_type), config);
        let mistyped = entries.iter().find(|(key, _)| {
            !known.contains(&key.name.as_str()) && nearest(&key.name, [name]).is_some()
        });
        if let Some((key, _)) = mistyped {
            let at = At::new(path, key.range.clone());
            page.diags.retain(|diag| diag.code != Code::UnknownField || diag.at != at);
            let help = format!("write `{name}` instead of `{}`", key.name);
            page.diags.push(Diag::error(Code::MissingField, at, message).help(help));
            continue;
        }
        let at = At::new(path, place.clone());
        let field = record_type.field(name);
        let help = field
            .map(|field| config.localized(&field.help, "en").to_owned())
            .filter(|help| !help.is_empty());
        let help = help.unwrap_or_else(|| format!("add a line `{name}: …` at the top of the file"));
        page.diags.push(Diag::error(Code::MissingField, at, message).help(help));
    }
}
