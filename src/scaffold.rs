//! What `new` writes: a small site that builds clean, and records with every field explained.

use crate::{
    config::Config,
    diag::nearest,
    page,
    schema::{Field, Kind, RecordType, Required},
    theme,
    tree::{Blob, Tree, TreePath, portable},
};

/// Returns the files of the starter site.
pub fn site() -> Tree {
    theme::default_files().under("starter")
}

/// A new record: where it goes and what it says.
pub struct Record {
    /// Where it goes, below the folder of the site.
    pub path: TreePath,
    /// Its front matter, and the headings of its type.
    pub text: Blob,
}

/// Writes a record of a type, its required fields explained and its others offered.
///
/// # Errors
/// Returns what stands against it: an unknown type or language, or a title without letters.
pub fn record(
    config: &Config,
    type_name: &str,
    title: &str,
    lang: &str,
    year: i16,
) -> Result<Record, String> {
    let known = || config.types.keys().cloned().collect::<Vec<_>>().join("`, `");
    let Some(record_type) = config.types.get(type_name) else {
        return Err(match config.types.is_empty() {
            true => {
                "this site declares no record types; they stand in `content/site.toml`".to_owned()
            }
            false => match nearest(type_name, config.types.keys().map(String::as_str)) {
                Some(near) => {
                    format!("there is no record type `{type_name}`; did you mean `{near}`?")
                }
                None => format!("there is no record type `{type_name}`; use one of `{}`", known()),
            },
        });
    };
    let Some(language) = config.languages.iter().find(|known| known.code == lang) else {
        let codes: Vec<&str> = config.languages.iter().map(|lang| lang.code.as_str()).collect();
        return Err(format!(
            "this site has no language `{lang}`; use one of `{}`",
            codes.join("`, `")
        ));
    };
    let slug = slug_of(title);
    if slug.is_empty() {
        return Err(format!("`{title}` has no letters to name the file after"));
    }
    // Files of these names stand for their folder, or are devices on some systems.
    let is_taken = matches!(slug.as_str(), "index" | "readme") || portable(&slug) != slug;
    let slug = if is_taken { format!("{slug}-{type_name}") } else { slug };
    let folders = [Some("content"), language.folder.as_deref(), record_type.folder.as_deref()];
    let folder: Vec<&str> = folders.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let path = TreePath::new(&format!("{}/{slug}.md", folder.join("/")))
        .ok_or_else(|| format!("`{slug}` is no name of a file"))?;
    let text = text_of(config, record_type, title, &slug, lang, year);
    Ok(Record { path, text: Blob::new(text.into_bytes()) })
}

/// Returns a title as a file's name: ASCII where it can be, short enough for any file system.
fn slug_of(title: &str) -> String {
    let folded = crate::search::analysis::fold(title);
    let slug = page::slug(&folded);
    let mut end = slug.len().min(80);
    while !slug.is_char_boundary(end) {
        end -= 1;
    }
    slug[..end].trim_matches('-').to_owned()
}

fn text_of(
    config: &Config,
    record_type: &RecordType,
    title: &str,
    slug: &str,
    lang: &str,
    year: i16,
) -> String {
    let mut text = String::from("---\n");
    let prefilled = |name: &str| match name {
        "id" => Some(slug.to_owned()),
        "type" => Some(record_type.name.clone()),
        "title" => Some(format!("\"{}\"", title.replace('\\', "\\\\").replace('"', "\\\""))),
        "lang" | "original_lang" => Some(lang.to_owned()),
        "status" => Some("draft".to_owned()),
        "as_of" => Some(year.to_string()),
        _ => None,
    };
    let fields = record_type.fields.iter();
    let (required, optional): (Vec<&Field>, Vec<&Field>) =
        fields.partition(|field| field.required == Required::Yes || field.name == "title");
    let order = |field: &&Field| {
        let first = ["id", "type", "kind", "title", "lang", "original_lang", "summary"];
        first.iter().position(|name| *name == field.name).unwrap_or(first.len())
    };
    let mut required = required;
    required.sort_by_key(order);
    for field in required {
        explain(config, field, lang, &mut text);
        let value = prefilled(&field.name).unwrap_or_else(|| empty(field));
        text += format!("{}: {value}", field.name).trim_end();
        text += "\n";
    }
    text += "\n# Fields below are optional. Take the `#` away from those you fill in.\n";
    for field in optional {
        explain(config, field, lang, &mut text);
        for line in format!("{}: {}", field.name, empty(field)).lines() {
            text += format!("# {line}").trim_end();
            text += "\n";
        }
    }
    text += "---\n\n";
    for section in config.sections_of(record_type, lang) {
        text += &format!("## {section}\n\n");
    }
    text
}

fn explain(config: &Config, field: &Field, lang: &str, text: &mut String) {
    let help = config.localized(&field.help, lang);
    for line in help.lines() {
        *text += format!("# {line}").trim_end();
        *text += "\n";
    }
    let Kind::Term(vocabulary) = &field.kind else { return };
    let Some(vocabulary) = config.vocabularies.get(vocabulary) else { return };
    let all: Vec<&str> = vocabulary.terms.iter().map(|term| term.id.as_str()).collect();
    let ids: Vec<&str> = match field.only.is_empty() {
        true => all,
        false => field.only.iter().map(String::as_str).collect(),
    };
    if ids.is_empty() {
        return;
    }
    if ids.len() <= 30 {
        *text += &format!("#   one of: {}\n", ids.join(", "));
    } else if let Some(path) = &vocabulary.path {
        *text += &format!("#   the {} values stand in {path}\n", ids.len());
    }
}

fn empty(field: &Field) -> String {
    match (&field.kind, field.many) {
        (Kind::Group(fields), true) => {
            let lines: Vec<String> = fields
                .iter()
                .enumerate()
                .map(|(index, field)| {
                    let lead = if index == 0 { "  - " } else { "    " };
                    format!("{lead}{}:", field.name)
                })
                .collect();
            format!("\n{}", lines.join("\n"))
        }
        (Kind::Group(_), false) => "{}".to_owned(),
        (_, true) => "[]".to_owned(),
        _ => String::new(),
    }
}
