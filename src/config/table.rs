//! A vocabulary's table: tab- or comma-separated, one row a term, its names in each language.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder};

use crate::{
    diag::{At, Code, Diag},
    language,
    schema::{Localized, Term, Vocabulary, open_id},
    tree::{Tree, TreePath},
};

/// The columns that hold one text per language: `name_fr`, `title_fr`, `title_fr_status`, `alt_fr`, `not_fr`.
const TEXTS: [&str; 5] = ["name", "title", "alt", "not", "definition"];

/// Reads the rows of a vocabulary's table, then those of `<name>-overrides.tsv`, whose cells
/// replace the ones before where they are not empty.
pub fn read(vocabulary: &mut Vocabulary, source: &Tree, diags: &mut Vec<Diag>) {
    let Some(path) = vocabulary.path.clone() else { return };
    if source.get(&path).is_none() {
        let message = format!("the vocabulary `{}` has no table `{path}`", vocabulary.name);
        let at = At::new(&TreePath::of(super::SITE_FILE), vocabulary.place.clone());
        let help = "write the table there, with a column `id`, or set `open = true` for free terms";
        diags.push(Diag::error(Code::Vocabulary, at, message).help(help));
        return;
    }
    let Some(table) = Table::read(&path, source, diags) else { return };
    let mut rows = table.rows;
    let stem = path.stem();
    let overrides = TreePath::of(&format!("{}/{stem}-overrides.tsv", path.folder()));
    let mut extra = BTreeMap::new();
    if source.get(&overrides).is_some()
        && let Some(table) = Table::read(&overrides, source, diags)
    {
        for row in table.rows {
            if !rows.iter().any(|other| other.id == row.id) {
                let at = At::new(&overrides, row.range.clone());
                let message = format!("`{}` overrides no row of `{path}`", row.id);
                let help = "correct the id, or add a row with it to the table";
                diags.push(Diag::error(Code::Vocabulary, at, message).help(help));
            }
            extra.insert(row.id.clone(), row.cells);
        }
    }
    let mut folded = BTreeMap::new();
    for row in &mut rows {
        if let Some(cells) = extra.remove(&row.id) {
            row.cells.extend(cells.into_iter().filter(|(_, cell)| !cell.is_empty()));
        }
        let mut term = term(row);
        for code in &vocabulary.working {
            term.name_status.0.entry(code.clone()).or_insert_with(|| "working".to_owned());
        }
        if !vocabulary.add(term) {
            let at = At::new(&path, row.range.clone());
            let message = format!("the id `{}` stands twice", row.id);
            diags.push(
                Diag::error(Code::Vocabulary, at, message).help("delete one of the two rows"),
            );
        } else if let Some(other) = folded.insert(row.id.to_lowercase(), row.id.clone()) {
            let at = At::new(&path, row.range.clone());
            let message = format!("the ids `{other}` and `{}` differ only in case", row.id);
            let help = "choose another id: the two would have one address";
            diags.push(Diag::error(Code::Vocabulary, at, message).help(help));
        }
    }
}

fn term(row: &Row) -> Term {
    let mut term = Term { id: row.id.clone(), range: row.range.clone(), ..Term::default() };
    for (column, cell) in &row.cells {
        if cell.is_empty() {
            continue;
        }
        let (base, status) = match column.strip_suffix("_status") {
            Some(base) => (base, true),
            None => (column.as_str(), false),
        };
        let text = base
            .split_once('_')
            .filter(|(name, code)| TEXTS.contains(name) && language::is_code(code));
        let Some((name, code)) = text else {
            term.data.insert(column.clone(), cell.clone());
            continue;
        };
        let texts: &mut Localized = match (name, status) {
            ("name", false) => &mut term.name,
            ("name", true) => &mut term.name_status,
            ("title", false) => &mut term.title,
            ("title", true) => &mut term.title_status,
            ("definition", _) => &mut term.definition,
            ("not", _) => &mut term.not,
            _ => &mut term.alt,
        };
        texts.0.insert(language::canonical(code), cell.clone());
    }
    term
}

struct Table {
    rows: Vec<Row>,
}

struct Row {
    id: String,
    cells: BTreeMap<String, String>,
    range: std::ops::Range<usize>,
}

impl Table {
    fn read(path: &TreePath, source: &Tree, diags: &mut Vec<Diag>) -> Option<Self> {
        let Some(text) = source.text(path) else {
            diags.push(Diag::no_text(path, source));
            return None;
        };
        let whole = text.len();
        let text = text.trim_start_matches('\u{feff}');
        // Places are those of the file, with its mark of byte order.
        let mark = whole - text.len();
        let comma = path.extension() == "csv";
        let mut reader = ReaderBuilder::new()
            .delimiter(if comma { b',' } else { b'\t' })
            .quoting(comma)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut record = ByteRecord::new();
        let mut columns: Option<Vec<String>> = None;
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let start = reader.position().byte() as usize;
            // Reading from memory fails only on a record that the format forbids.
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let at = At::new(path, start + mark..start + mark);
                    diags.push(Diag::error(Code::Vocabulary, at, error.to_string()));
                    break;
                }
            }
            let start = record.position().map_or(start, |position| position.byte() as usize);
            let line_end = text[start..].find('\n').map_or(text.len(), |end| start + end);
            let range = start + mark..line_end + mark;
            let cells: Vec<String> =
                record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
            match &columns {
                None => {
                    if !cells.iter().any(|cell| cell == "id") {
                        let message = "the first row must name the columns, one of them `id`";
                        let at = At::new(path, range);
                        let parted = if comma { "commas" } else { "tabs" };
                        let help =
                            format!("write `id` above the ids, and part the columns by {parted}");
                        diags.push(Diag::error(Code::Vocabulary, at, message).help(help));
                        return None;
                    }
                    let twice = cells
                        .iter()
                        .enumerate()
                        .find(|(index, cell)| !cell.is_empty() && cells[..*index].contains(cell));
                    if let Some((_, name)) = twice {
                        let message = format!("the column `{name}` stands twice");
                        let diag = Diag::error(Code::Vocabulary, At::new(path, range), message);
                        diags.push(diag.help("delete or rename one of the two columns"));
                    }
                    columns = Some(cells);
                }
                Some(columns) => {
                    if cells.iter().all(String::is_empty) {
                        continue;
                    }
                    if cells.len() > columns.len() {
                        let message = format!(
                            "the row has {} cells, but there are {} columns",
                            cells.len(),
                            columns.len()
                        );
                        let at = At::new(path, range.clone());
                        let help = "delete what is too much, or name its column in the first row";
                        diags.push(Diag::error(Code::Vocabulary, at, message).help(help));
                    }
                    // Columns that were lined up with spaces.
                    if let ([cell], true) = (cells.as_slice(), columns.len() > 1)
                        && cell.contains(char::is_whitespace)
                    {
                        let message = format!(
                            "the row has one cell, but there are {} columns",
                            columns.len()
                        );
                        let parted = if comma { "commas" } else { "tabs" };
                        let help = format!("part the cells by {parted}, not by spaces");
                        let at = At::new(path, range);
                        diags.push(Diag::error(Code::Vocabulary, at, message).help(help));
                        continue;
                    }
                    let mut cells: BTreeMap<String, String> =
                        columns.iter().cloned().zip(cells).collect();
                    let id = cells.remove("id").unwrap_or_default();
                    // Its address would be empty, or leave the folder.
                    let has_address = !open_id(&id).is_empty();
                    if !has_address || TreePath::new(&id).is_none() || id.contains('/') {
                        let at = At::new(path, range);
                        let message = match id.as_str() {
                            "" => "the row has no id".to_owned(),
                            id => format!("`{id}` cannot be a term's id"),
                        };
                        let help = "use letters, digits and hyphens";
                        diags.push(Diag::error(Code::Vocabulary, at, message).help(help));
                        continue;
                    }
                    rows.push(Row { id, cells, range });
                }
            }
        }
        if columns.is_none() {
            let message = "the table is empty";
            let diag = Diag::error(Code::Vocabulary, At::file(path), message);
            diags.push(diag.help("name its columns in the first row, one of them `id`"));
            return None;
        }
        Some(Self { rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Blob;

    fn vocabulary(tables: &[(&str, &str)]) -> (Vocabulary, Vec<Diag>) {
        let path = |name: &str| TreePath::of(&format!("content/vocabularies/{name}.tsv"));
        let source: Tree =
            tables.iter().map(|(name, text)| (path(name), Blob::new(text.as_bytes()))).collect();
        let mut vocabulary = Vocabulary {
            name: "countries".into(),
            path: Some(path("countries")),
            ..Default::default()
        };
        let mut diags = Vec::new();
        read(&mut vocabulary, &source, &mut diags);
        (vocabulary, diags)
    }

    #[test]
    fn overrides_replace_only_what_they_fill_in() {
        let (vocabulary, diags) = vocabulary(&[
            ("countries", "id\tname_en\tname_fr\tregion\nBO\tBolivia\tBolivie\t019\n"),
            (
                "countries-overrides",
                "id\tname_en\tname_fr\nBO\tBolivia (Plurinational State of)\t\n",
            ),
        ]);
        assert!(diags.is_empty(), "{diags:?}");
        let term = vocabulary.term("BO").unwrap();
        assert_eq!(term.name.exact("en"), Some("Bolivia (Plurinational State of)"));
        assert_eq!(term.name.exact("fr"), Some("Bolivie"));
        assert_eq!(term.data["region"], "019");
    }

    #[test]
    fn a_fault_of_a_row_has_its_line() {
        let text = "id\tname_en\nTH\tThailand\nTH\tThai\n\tnothing\n";
        let (_, diags) = vocabulary(&[("countries", text)]);
        let lines: Vec<_> =
            diags.iter().map(|diag| text[..diag.at.start].matches('\n').count() + 1).collect();
        assert_eq!(lines, [4, 3]);
    }
}
