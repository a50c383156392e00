//! What other programs read: sitemap, feeds, every record as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use crate::{
    front::Value,
    page::{Page, Role},
    render::{self, encode, is_public},
    site::{PageIndex, Site},
    theme::Theme,
    tree::{Claim, Keep, TreePath},
};

/// A sitemap holds at most 50,000 addresses (sitemaps.org, protocol 0.9).
const SITEMAP_LIMIT: usize = 50_000;
/// How many entries a feed holds.
const FEED_LIMIT: usize = 50;

/// Writes all exports.
pub fn all(site: &Site, theme: &Theme, keep: &dyn Keep) -> Vec<Claim> {
    let by = TreePath::of("content");
    let mut claims = Vec::new();
    let mut write = |path: &str, bytes: Vec<u8>| {
        if let Some(path) = TreePath::new(path) {
            claims.push(Claim { path, blob: keep.keep(bytes), by: by.clone() });
        }
    };
    for (path, text) in sitemaps(site) {
        write(&path, text.into_bytes());
    }
    for (folder, lang) in site.folders() {
        let at =
            if folder.is_empty() { "feed.xml".to_owned() } else { format!("{folder}/feed.xml") };
        write(&at, feed(site, theme, &folder, &lang).into_bytes());
    }
    if public_records(site).next().is_some() {
        write("data/records.json", json(site));
        write("data/records.csv", csv(site));
    }
    claims
}

/// Escapes a text for XML, and leaves out the characters that XML refuses even so (XML 1.0, 2.2).
fn escape(text: &str) -> String {
    let refused = |c: char| {
        (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    render::escape(&text.replace(refused, ""))
}

fn public_records(site: &Site) -> impl Iterator<Item = PageIndex> + '_ {
    site.listed().filter(|(_, page)| page.is_record && is_public(page)).map(|(index, _)| index)
}

fn sitemaps(site: &Site) -> Vec<(String, String)> {
    let Some(url) = &site.config.url else { return Vec::new() };
    let address = |page: &Page| {
        let file = page.file();
        escape(&format!("{url}{}", encode(file.strip_suffix("index.html").unwrap_or(&file))))
    };
    let mut entries: Vec<String> = Vec::new();
    for (index, page) in site.listed().filter(|(_, page)| is_public(page)) {
        let mut entry = format!("<url><loc>{}</loc>", address(page));
        if !site.translations[index].is_empty() {
            let all = std::iter::once(index).chain(site.translations[index].iter().copied());
            for other in all.filter(|&other| is_public(&site.pages[other])) {
                let other = &site.pages[other];
                entry += &format!(
                    "<xhtml:link rel=\"alternate\" hreflang=\"{}\" href=\"{}\"/>",
                    escape(&other.lang),
                    address(other)
                );
            }
        }
        entries.push(entry + "</url>\n");
    }
    let sitemap = |entries: &[String]| {
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n{}</urlset>\n",
            entries.concat()
        )
    };
    if entries.len() <= SITEMAP_LIMIT {
        return vec![("sitemap.xml".to_owned(), sitemap(&entries))];
    }
    let mut files = Vec::new();
    let mut index = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (number, chunk) in entries.chunks(SITEMAP_LIMIT).enumerate() {
        let name = format!("sitemap-{}.xml", number + 1);
        index += &format!("<sitemap><loc>{}</loc></sitemap>\n", escape(&format!("{url}{name}")));
        files.push((name, sitemap(chunk)));
    }
    files.push(("sitemap.xml".to_owned(), index + "</sitemapindex>\n"));
    files
}

/// Writes an Atom feed (RFC 4287) of the newest pages of a language.
///
/// The dates are those of the content, never of the build: a record's `date`, else the year or day
/// for which its facts hold.
fn feed(site: &Site, theme: &Theme, folder: &str, lang: &str) -> String {
    let config = &site.config;
    let mut pages: Vec<(String, &Page)> = site
        .listed()
        .filter(|(_, page)| page.id.folder == folder && is_public(page))
        .filter(|(_, page)| {
            page.is_record || (page.role == Role::Page && page.text("date").is_some())
        })
        .filter_map(|(_, page)| {
            let dates = ["date", "as_of"].into_iter().filter_map(|name| page.text(name));
            let date = dates.into_iter().find(|date| crate::schema::is_date(date))?;
            Some((instant(date), &**page))
        })
        .collect();
    pages.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    pages.truncate(FEED_LIMIT);
    let root = config.url.clone().unwrap_or_default();
    let id = |file: &str| match &config.url {
        Some(url) => format!("{url}{}", encode(file)),
        None => format!("urn:vademecum:{}", encode(file)),
    };
    let home =
        if folder.is_empty() { "index.html".to_owned() } else { format!("{folder}/index.html") };
    let feed_file = home.replace("index.html", "feed.xml");
    let updated = pages.first().map_or("1970-01-01T00:00:00Z", |(date, _)| date.as_str());
    let title = config.localized(&config.title, lang);
    let title = if title.is_empty() { theme.words.text(lang, "feed") } else { title };
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n<title>{}</title>\n<id>{}</id>\n<updated>{updated}</updated>\n<author><name>{}</name></author>\n<link rel=\"self\" href=\"{}\"/>\n<link rel=\"alternate\" href=\"{}\"/>\n",
        escape(lang),
        escape(title),
        escape(&id(&feed_file)),
        escape(match config.localized(&config.publisher, lang) {
            "" => title,
            publisher => publisher,
        }),
        escape(&match root.as_str() {
            "" => "feed.xml".to_owned(),
            _ => id(&feed_file),
        }),
        escape(&match root.as_str() {
            "" => "index.html".to_owned(),
            _ => id(&home),
        }),
    );
    for (date, page) in pages {
        let file = page.file();
        let href = match root.as_str() {
            "" => encode(file.strip_prefix(&format!("{folder}/")).unwrap_or(&file)),
            _ => id(&file),
        };
        xml += &format!(
            "<entry>\n<title>{}</title>\n<id>{}</id>\n<updated>{date}</updated>\n<link href=\"{}\"/>\n<summary>{}</summary>\n</entry>\n",
            escape(&page.title),
            escape(&id(&file)),
            escape(&href),
            escape(&page.summary),
        );
    }
    xml + "</feed>\n"
}

/// Writes a date that may stop at the year or month as the instant at which it begins.
fn instant(date: &str) -> String {
    let day = date.split(['T', ' ']).next().unwrap_or_default();
    let full = match day.len() {
        4 => format!("{day}-01-01"),
        7 => format!("{day}-01"),
        _ => day.to_owned(),
    };
    format!("{full}T00:00:00Z")
}

/// One record as data.
#[derive(Serialize)]
struct Record<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    record_type: &'a str,
    lang: &'a str,
    title: &'a str,
    summary: &'a str,
    url: String,
    text: String,
    fields: BTreeMap<&'a str, &'a Value>,
}

fn record(site: &Site, index: PageIndex) -> Record<'_> {
    let page = &site.pages[index];
    let root = site.config.url.clone().unwrap_or_default();
    let text: Vec<&str> = page
        .sections
        .iter()
        .flat_map(|section| [section.heading.as_str(), section.text.as_str()])
        .filter(|text| !text.is_empty())
        .collect();
    Record {
        id: &page.record_id,
        record_type: &page.record_type,
        lang: &page.lang,
        title: &page.title,
        summary: &page.summary,
        url: root + &encode(&page.file()),
        text: text.join("\n\n"),
        fields: fields(page).collect(),
    }
}

/// Returns the fields of a record, those left out that every record has.
fn fields(page: &Page) -> impl Iterator<Item = (&str, &Value)> {
    let core = ["id", "type", "lang", "title", "summary"];
    let fields = page.fields.iter().map(|(name, value)| (name.as_str(), value));
    fields.filter(move |(name, _)| !core.contains(name))
}

/// Writes records as JSON, one after the other, so that the text of all never lies in memory twice.
fn json(site: &Site) -> Vec<u8> {
    // A little more than they take, because a large buffer that grows is copied again and again.
    let of_page = |page: &Page| {
        let texts = page.sections.iter().map(|section| section.heading.len() + section.text.len());
        texts.sum::<usize>() * 9 / 8 + 1024
    };
    let room = public_records(site).map(|index| of_page(&site.pages[index])).sum();
    let mut bytes = Vec::with_capacity(room);
    let mut serializer = serde_json::Serializer::pretty(&mut bytes);
    // A record holds only texts, numbers and tables of them, which JSON always takes.
    let _ = serializer.collect_seq(public_records(site).map(|index| record(site, index)));
    bytes.push(b'\n');
    bytes
}

/// Writes records as CSV (RFC 4180): one column a field, several values joined by `; `.
fn csv(site: &Site) -> Vec<u8> {
    let columns: BTreeSet<&str> = public_records(site)
        .flat_map(|index| fields(&site.pages[index]).map(|(name, _)| name))
        .collect();
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let core = ["id", "type", "lang", "title", "summary", "url"];
    // Writing to memory cannot fail, and every row has as many cells as there are columns.
    let header = core.iter().chain(&columns).map(|name| harmless((*name).to_owned()));
    let _ = writer.write_record(header);
    let root = site.config.url.as_deref().unwrap_or_default();
    for index in public_records(site) {
        let page = &site.pages[index];
        let url = format!("{root}{}", encode(&page.file()));
        let own =
            [&page.record_id, &page.record_type, &page.lang, &page.title, &page.summary, &url];
        let own = own.into_iter().map(|text| harmless(text.clone()));
        let of_page: BTreeMap<&str, &Value> = fields(page).collect();
        let cells = columns
            .iter()
            .map(|name| harmless(of_page.get(name).map(|value| cell(value)).unwrap_or_default()));
        let _ = writer.write_record(own.chain(cells));
    }
    writer.into_inner().unwrap_or_default()
}

/// Keeps a spreadsheet from taking a text for a formula (OWASP, "CSV Injection").
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(values) => values.iter().map(cell).collect::<Vec<_>>().join("; "),
        Value::Table(table) => table
            .iter()
            .map(|(name, value)| format!("{name}: {}", cell(value)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_stops_early_is_an_instant() {
        assert_eq!(instant("2020"), "2020-01-01T00:00:00Z");
        assert_eq!(instant("2020-05"), "2020-05-01T00:00:00Z");
        assert_eq!(instant("2020-05-15T10:00:00+02:00"), "2020-05-15T00:00:00Z");
    }

    #[test]
    fn a_cell_is_no_formula() {
        assert_eq!(harmless("=cmd()".to_owned()), "'=cmd()");
    }
}
