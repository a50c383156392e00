//! What one template sees: the page, and all that is shown around it.

use std::cmp::Reverse;

use serde::Serialize;

use crate::{
    config::Config,
    language,
    page::{Page, PageId, Role, Status},
    site::{PageIndex, Site},
    theme::Theme,
};

use super::{
    context::Context,
    facts::{self, Fact, SourceView},
    lists::{self, Group, Paging, Row, TermRow, Way},
    relative,
};

/// What is the same on every page of a language.
#[derive(Serialize)]
pub struct Common {
    site: SiteView,
    lang: LangView,
    /// Places shift when pages come and go; what the menu shows is in the keys of pages by its faces.
    #[serde(skip)]
    pub(super) menu: Vec<PageIndex>,
}

#[derive(Serialize, Clone, Debug)]
pub struct SiteView {
    pub title: String,
    pub description: String,
    pub publisher: String,
    pub url: Option<String>,
    pub contact: Option<String>,
    pub licence: Option<String>,
    pub licence_url: Option<String>,
    pub version: Option<String>,
    /// Whether there are records. How many is no part of every page: one more would change them all.
    pub has_records: bool,
}

#[derive(Serialize, Clone, Debug)]
pub struct LangView {
    pub code: String,
    pub dir: &'static str,
    pub name: String,
}

#[derive(Serialize, Debug, Default)]
pub struct Link {
    pub title: String,
    pub url: String,
    pub current: bool,
}

/// An entry of the language switch.
#[derive(Serialize, Debug)]
pub struct LanguageLink {
    pub code: String,
    pub name: String,
    pub dir: &'static str,
    pub url: String,
    pub current: bool,
    /// Whether it leads to this very page in that language.
    pub exact: bool,
    /// "in English", in the language of the page.
    pub within: String,
}

#[derive(Serialize, Debug)]
pub struct Alternate {
    pub lang: String,
    pub url: String,
}

#[derive(Serialize, Debug)]
pub struct TocEntry {
    pub level: u8,
    pub id: String,
    pub text: String,
}

#[derive(Serialize, Debug, Default)]
pub struct PageView {
    pub title: String,
    pub summary: String,
    /// The summary where it was written; one taken from the text is not said twice.
    pub lead: Option<String>,
    /// The way from this page to the site's root: `../../`.
    pub root: String,
    /// The way to the home page of the language.
    pub home: String,
    pub search: String,
    pub feed: String,
    pub canonical: Option<String>,
    pub record_type: String,
    pub type_label: String,
    pub id: String,
    pub status: &'static str,
    pub is_home: bool,
    pub as_of: Option<String>,
    pub date: Option<String>,
    pub show_toc: bool,
    pub toc: Vec<TocEntry>,
    pub has_body: bool,
    /// The language of the text, and of the title, where it is not the page's: there is no
    /// translation.
    pub text_lang: Option<String>,
    pub title_lang: Option<String>,
    pub summary_lang: Option<String>,
    /// "in English", in the language of the page.
    pub within: Option<String>,
    pub translation: Option<String>,
    /// Whether the original was changed after it was translated.
    pub is_outdated: bool,
    pub original: Option<String>,
    pub original_url: Option<String>,
}

/// What a term's page says of the term itself.
#[derive(Serialize, Debug, Default)]
pub struct TermView {
    pub vocabulary: String,
    pub vocabulary_label: String,
    pub vocabulary_url: Option<String>,
    pub number: Option<String>,
    pub title: Option<String>,
    pub title_status: Option<String>,
    pub name_status: Option<String>,
    pub count: usize,
    pub previous: Option<TermRow>,
    pub next: Option<TermRow>,
    pub definition: Option<String>,
    /// The terms above, the nearest first, those below, and those related to it.
    pub broader: Vec<TermRow>,
    pub narrower: Vec<TermRow>,
    pub related: Vec<TermRow>,
    pub names: Vec<NameView>,
}

#[derive(Serialize, Debug)]
pub struct NameView {
    pub lang: String,
    pub dir: &'static str,
    pub language: String,
    pub name: String,
    pub status: Option<String>,
}

#[derive(Serialize, Debug)]
pub struct Featured {
    pub name: String,
    pub url: Option<String>,
    pub summary: String,
    pub count: usize,
}

/// All that a template sees, beside the words and the body.
#[derive(Serialize, Debug)]
pub struct View {
    /// What is the same on all pages of a language.
    pub site: SiteView,
    /// The language of the page: its code, direction and name.
    pub lang: LangView,
    /// What is said of this page alone.
    pub page: PageView,
    /// The main menu. The entry of this page, or of one above it, is marked.
    pub menu: Vec<Link>,
    /// The language switch, in the order of the site's languages.
    pub languages: Vec<LanguageLink>,
    /// Versions of this page in all languages that have one, by absolute address. Empty where there
    /// is but one, or the site has no address.
    pub alternates: Vec<Alternate>,
    /// The pages above this one, the home page first.
    pub breadcrumbs: Vec<Link>,
    /// Fields that the panel of facts shows, in the order of the record type.
    pub facts: Vec<Fact>,
    /// Sentences of `site.toml` that the values of the record call for.
    pub notices: Vec<String>,
    /// What must be said beside the title in a word or two.
    pub marks: Vec<String>,
    /// What the field `sources` names.
    pub sources: Vec<SourceView>,
    /// Texts of the field `key_points`, on records.
    pub key_points: Vec<String>,
    /// Related records, those that the record itself names first.
    pub related: Vec<Row>,
    /// Records that refer to this one, by the field in which they do.
    pub cited_by: Vec<Group>,
    /// How a record is cited, without its address; `None` on other pages.
    pub cite: Option<String>,
    /// Where corrections go; `None` without a contact, and where there is no file to correct.
    pub correct_url: Option<String>,
    /// How many pages the list of this page has, on all its pages together.
    pub total: usize,
    /// Rows of this page of the list, by record type.
    pub groups: Vec<Group>,
    /// Links between the pages of the list; `None` where one holds it all.
    pub paging: Option<Paging>,
    /// Vocabularies with the terms that narrow the list down.
    pub narrow: Vec<Way>,
    /// The term whose page this is; `None` on other pages.
    pub term: Option<TermView>,
    /// The vocabulary whose terms this page lists; `None` on other pages.
    pub way: Option<Way>,
    /// On the home page, the vocabularies that `site.toml` has as ways in.
    pub ways: Vec<Way>,
    /// The lists of the site: record types, then vocabularies, each with a count.
    pub lists: Vec<TermRow>,
    /// On the home page, the terms that `site.toml` has as featured.
    pub featured: Vec<Featured>,
    /// On the home page, the newest records.
    pub newest: Vec<Row>,
    /// The page before in its folder, for pages that have an `order`.
    pub previous: Option<Link>,
    /// The page after in its folder, for pages that have an `order`.
    pub next: Option<Link>,
    /// The page described for machines (schema.org), as JSON that is safe inside a script element;
    /// `None` on the page of the search and the like.
    pub json_ld: Option<String>,
}

impl Common {
    pub fn new(context: &Context, lang: &str) -> Self {
        let (site, theme) = (context.site, context.theme);
        let config = &site.config;
        let folder = folder_of(site, lang);
        let menu = config
            .menu
            .iter()
            .filter_map(|path| site.page(&PageId { folder: folder.clone(), path: path.clone() }));
        let menu: Vec<PageIndex> = menu.collect();
        let home = site.page(&PageId { folder: folder.clone(), path: String::new() });
        // Without a configured menu, the folders at the top are one, as long as they are few.
        let assumed = || -> Vec<PageIndex> {
            let Some(home) = home else { return Vec::new() };
            let mut top: Vec<PageIndex> = site.children[home]
                .iter()
                .copied()
                .filter(|&child| !site.children[child].is_empty())
                .collect();
            top.sort_by(|&a, &b| {
                lists::compare(theme.words.of(lang), &site.pages[a], &site.pages[b])
            });
            top.truncate(8);
            top
        };
        let title = match config.localized(&config.title, lang) {
            "" => home.map_or_else(String::new, |home| site.pages[home].title.clone()),
            title => title.to_owned(),
        };
        Self {
            menu: if config.menu.is_empty() { assumed() } else { menu },
            site: SiteView {
                publisher: match config.localized(&config.publisher, lang) {
                    "" => title.clone(),
                    publisher => publisher.to_owned(),
                },
                title,
                description: config.localized(&config.description, lang).to_owned(),
                url: config.url.clone(),
                contact: config.contact.clone(),
                licence: config.licence.as_ref().map(|licence| licence.name.clone()),
                licence_url: config.licence.as_ref().and_then(|licence| licence.url.clone()),
                version: config.version.clone(),
                has_records: lists::records(site, &folder).next().is_some(),
            },
            lang: LangView {
                code: lang.to_owned(),
                dir: language::direction(lang),
                name: theme.words.name_of(lang),
            },
        }
    }
}

fn folder_of(site: &Site, lang: &str) -> String {
    let found = site.config.languages.iter().find(|known| known.code == lang);
    found.and_then(|lang| lang.folder.clone()).unwrap_or_default()
}

impl View {
    /// Returns the view of a page, or of page `number` of its list.
    pub fn of_page(context: &Context, index: PageIndex, number: usize) -> Self {
        let (site, theme) = (context.site, context.theme);
        let page = &site.pages[index];
        let common = context.common(&page.lang);
        let address = lists::address_of(page, number);
        let from = address.as_str();
        let lang = page.lang.as_str();
        let mut view = Self::frame(site, common, &page.id.folder, from);
        view.page.title.clone_from(&page.title);
        view.page.summary.clone_from(&page.summary);
        view.page.lead = page.has_summary.then(|| page.summary.clone());
        // A page that stands for another sends search engines there.
        let canonical_file = match page.stands_for.as_ref().and_then(|other| site.page(&other.id)) {
            Some(original) => site.pages[original].file(),
            None => super::file_of(from).as_str().to_owned(),
        };
        view.page.canonical = canonical(&site.config, &canonical_file);
        view.fill_page(site, theme, index, from);
        view.breadcrumbs = breadcrumbs(site, theme, index, from);
        view.mark_menu(site, common, index);
        view.link_languages(site, theme, index, from);
        view.marks = lists::marks(site, page);
        view.facts = facts::facts(site, theme, index, from);
        view.notices = notices(site, page);
        view.sources = facts::sources(page, theme);
        if page.is_record {
            view.fill_record(context, index, from);
        }
        match page.role {
            Role::Term => view.fill_term(context, index, number, from),
            Role::Folder | Role::Readme => view.fill_folder(context, index, number, from),
            Role::Page => view.link_neighbours(context, index, from),
        }
        if page.id.path.is_empty() {
            view.fill_home(context, page, from);
        }
        // The theme shows no list of pages for a home page that has ways in.
        let total = lists::page_count(site, index);
        view.paging = lists::paging(page, number, total);
        view.total = lists::members(site, index).len();
        view.json_ld = Some(json_ld(&view, page));
        view.cite = page.is_record.then(|| cite(theme, &view));
        let subject = theme.words.text(lang, "correct-subject").replace("{title}", &page.title);
        view.correct_url =
            page.source.is_some().then(|| correct_url(&site.config, &subject)).flatten();
        view
    }

    /// Returns the view of a page that belongs to no file.
    pub fn special(
        context: &Context,
        (folder, lang): (&str, &str),
        address: &str,
        key: &str,
        base: Option<String>,
    ) -> Self {
        let (site, theme) = (context.site, context.theme);
        let common = context.common(lang);
        let mut view = Self::frame(site, common, folder, address);
        if let Some(base) = base {
            let home = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            view.page.home = format!("{base}{home}index.html");
            view.page.search = format!("{base}{home}search/index.html");
            view.page.feed = format!("{base}{home}feed.xml");
            for (link, &index) in view.menu.iter_mut().zip(&common.menu) {
                link.url = format!("{base}{}", super::encode(&site.pages[index].file()));
            }
            view.page.root = base;
        }
        view.page.title = theme.words.text(&common.lang.code, key).to_owned();
        view.lists = lists::lists(site, folder, address);
        view.languages = site
            .folders()
            .into_iter()
            .map(|(folder, lang)| {
                let file = if key == "search" { "search/index.html" } else { "index.html" };
                let home = format!("{folder}/{file}");
                LanguageLink {
                    name: theme.words.name_of(&lang),
                    dir: language::direction(&lang),
                    url: format!("{}{}", view.page.root, home.trim_start_matches('/')),
                    current: lang == common.lang.code && key != "choose-language",
                    exact: true,
                    within: theme.words.within(&common.lang.code, &lang),
                    code: lang,
                }
            })
            .collect();
        view
    }

    /// Returns the view of an old address that leads to a page.
    pub fn redirect(site: &Site, common: &Common, page: &Page, from: &str) -> Self {
        let mut view = Self::frame(site, common, &page.id.folder, from);
        view.page.title.clone_from(&page.title);
        view.page.home = relative(from, &page.file());
        view.page.canonical = canonical(&site.config, &page.file());
        view
    }

    fn frame(site: &Site, common: &Common, folder: &str, from: &str) -> Self {
        let root = "../".repeat(from.split('/').filter(|part| !part.is_empty()).count());
        // A page outside the folders of languages has the search and the feed of the default one.
        let first = site.folders().into_iter().next().map(|(folder, _)| folder).unwrap_or_default();
        let folder = if folder.is_empty() { first.as_str() } else { folder };
        let below = |file: &str| match folder {
            "" => relative(from, file),
            _ => relative(from, &format!("{folder}/{file}")),
        };
        let menu = common.menu.iter().map(|&index| Link {
            title: site.pages[index].title.clone(),
            url: relative(from, &site.pages[index].file()),
            current: false,
        });
        Self {
            site: common.site.clone(),
            lang: common.lang.clone(),
            page: PageView {
                home: below("index.html"),
                search: below("search/index.html"),
                feed: below("feed.xml"),
                status: "published",
                root,
                ..PageView::default()
            },
            menu: menu.collect(),
            languages: Vec::new(),
            alternates: Vec::new(),
            breadcrumbs: Vec::new(),
            facts: Vec::new(),
            notices: Vec::new(),
            marks: Vec::new(),
            sources: Vec::new(),
            key_points: Vec::new(),
            related: Vec::new(),
            cited_by: Vec::new(),
            cite: None,
            correct_url: None,
            total: 0,
            groups: Vec::new(),
            paging: None,
            narrow: Vec::new(),
            term: None,
            way: None,
            ways: Vec::new(),
            lists: Vec::new(),
            featured: Vec::new(),
            newest: Vec::new(),
            previous: None,
            next: None,
            json_ld: None,
        }
    }

    fn fill_page(&mut self, site: &Site, theme: &Theme, index: PageIndex, from: &str) {
        let (config, page) = (&site.config, &site.pages[index]);
        let record_type = config.types.get(&page.record_type);
        let label = record_type.map(|t| config.localized(&t.label, &page.lang));
        let text = |name: &str| page.text(name).map(str::to_owned);
        let foreign = page.stands_for.as_ref();
        let original = match foreign {
            Some(other) => Some(other.lang.clone()),
            None => text("original_lang").filter(|lang| *lang != page.lang),
        };
        let original_page = match foreign {
            Some(other) => site.page(&other.id),
            None => site.original_of(index),
        };
        let headings = page.headings.iter().filter(|heading| heading.level <= 3);
        self.page = PageView {
            record_type: page.record_type.clone(),
            type_label: label.unwrap_or_default().to_owned(),
            id: page.record_id.clone(),
            status: match page.status {
                Status::Unpublished => "draft",
                Status::Withdrawn => "withdrawn",
                Status::Published => match page.text("status") {
                    Some("archived") => "archived",
                    Some("needs-update") => "needs-update",
                    _ => "published",
                },
            },
            is_home: page.id.path.is_empty(),
            as_of: text("as_of"),
            date: text("date")
                .map(|date| date.split(['T', ' ']).next().unwrap_or_default().to_owned()),
            toc: headings
                .map(|heading| TocEntry {
                    level: heading.level,
                    id: heading.id.clone(),
                    text: heading.text.clone(),
                })
                .collect(),
            show_toc: page.show_toc || (!page.is_record && page.headings.len() >= 4),
            has_body: !page.body.is_empty(),
            text_lang: foreign.map(|other| other.lang.clone()),
            title_lang: foreign.filter(|other| other.title).map(|other| other.lang.clone()),
            summary_lang: foreign.filter(|other| other.summary).map(|other| other.lang.clone()),
            within: foreign.map(|other| theme.words.within(&page.lang, &other.lang)),
            translation: text("translation"),
            is_outdated: original_page
                .is_some_and(|original| page.is_older_than(&site.pages[original])),
            original_url: original_page.map(|other| relative(from, &site.pages[other].file())),
            original,
            ..std::mem::take(&mut self.page)
        };
    }

    fn mark_menu(&mut self, site: &Site, common: &Common, index: PageIndex) {
        for (link, &entry) in self.menu.iter_mut().zip(&common.menu) {
            let mut above = Some(index);
            while let Some(page) = above {
                link.current |= page == entry;
                above = site.parents[page];
            }
        }
    }

    fn link_languages(&mut self, site: &Site, theme: &Theme, index: PageIndex, from: &str) {
        let page = &site.pages[index];
        if page.id.folder.is_empty() || site.config.languages.len() < 2 {
            return;
        }
        for lang in &site.config.languages {
            let Some(folder) = &lang.folder else { continue };
            let Some((to, exact)) = in_language(site, page, folder) else { continue };
            let to = &site.pages[to];
            self.languages.push(LanguageLink {
                code: lang.code.clone(),
                name: theme.words.name_of(&lang.code),
                dir: language::direction(&lang.code),
                url: relative(from, &to.file()),
                current: *folder == page.id.folder,
                exact,
                within: theme.words.within(&page.lang, &lang.code),
            });
            if exact
                && to.stands_for.is_none()
                && let Some(url) = canonical(&site.config, &to.file())
            {
                self.alternates.push(Alternate { lang: lang.code.clone(), url });
            }
        }
        // A page that stands for another is no translation of it.
        if self.alternates.len() < 2 || page.stands_for.is_some() {
            self.alternates.clear();
        }
    }

    fn fill_record(&mut self, context: &Context, index: PageIndex, from: &str) {
        let site = context.site;
        let page = &site.pages[index];
        let lang = page.lang.as_str();
        let chosen: Vec<PageIndex> = match page.fields.get("related") {
            Some(crate::front::Value::List(ids)) => {
                ids.iter().filter_map(|id| site.record(index, "related", id.as_text()?)).collect()
            }
            _ => Vec::new(),
        };
        let found = site.related[index].iter().copied().filter(|other| !chosen.contains(other));
        let shown: Vec<PageIndex> =
            chosen.iter().copied().chain(found).take(crate::site::RELATED_SHOWN).collect();
        self.related = shown.iter().map(|&other| lists::row(context, other, lang, from)).collect();
        self.cited_by = cited_by(context, index, from);
        if let Some(crate::front::Value::List(points)) = page.fields.get("key_points") {
            self.key_points =
                points.iter().filter_map(|point| point.as_text().map(str::to_owned)).collect();
        }
    }

    fn fill_term(&mut self, context: &Context, index: PageIndex, number: usize, from: &str) {
        let (site, theme) = (context.site, context.theme);
        let page = &site.pages[index];
        let Some((name, id)) = &page.term else { return };
        let Some(vocabulary) = site.config.vocabularies.get(name) else { return };
        let lang = page.lang.as_str();
        self.groups = lists::groups(context, index, number, from);
        self.narrow = lists::narrow(context, index, from);
        let folder = page.id.folder.as_str();
        let way = lists::way_head(site, vocabulary, folder, lang, from);
        let terms = context.terms(name, folder, lang);
        let at = context.place_of_term(name, id, folder, lang);
        let row = |at: usize| {
            let entry = terms.get(at)?;
            Some(lists::term_row(site, vocabulary, &entry.id, folder, lang, from, entry.count))
        };
        let previous = at.and_then(|at| at.checked_sub(1)).and_then(row);
        let next = at.and_then(|at| row(at + 1));
        let term = vocabulary.term(id);
        let exact = |text: &crate::schema::Localized| text.exact(lang).map(str::to_owned);
        let used = site.use_of(folder, name, id).map_or(0, |term| term.counted);
        let of = |terms: &mut dyn Iterator<Item = &crate::schema::Term>| -> Vec<TermRow> {
            let count = |id: &str| site.use_of(folder, name, id).map_or(0, |used| used.counted);
            let row = |term: &crate::schema::Term| {
                let count = count(&term.id);
                lists::term_row(site, vocabulary, &term.id, folder, lang, from, count)
            };
            terms.map(row).collect()
        };
        let by_name = |mut rows: Vec<TermRow>| {
            if let Some(words) = theme.words.of(lang).filter(|_| vocabulary.is_by_name()) {
                rows.sort_by(|a, b| words.compare(&a.name, &b.name));
            }
            rows
        };
        self.term = Some(TermView {
            vocabulary: name.clone(),
            vocabulary_label: way.label,
            vocabulary_url: way.url,
            number: vocabulary.numbered.then(|| id.clone()),
            title: term.and_then(|term| exact(&term.title)).filter(|title| *title != page.title),
            title_status: term.and_then(|term| exact(&term.title_status)),
            name_status: term.and_then(|term| exact(&term.name_status)),
            count: used,
            previous,
            next,
            definition: term.and_then(|term| exact(&term.definition)),
            broader: term.map(|term| of(&mut above(vocabulary, term))).unwrap_or_default(),
            narrower: by_name(of(&mut vocabulary.narrower(id))),
            related: term
                .map(|term| by_name(of(&mut vocabulary.related(term))))
                .unwrap_or_default(),
            names: term.map(|term| names(theme, term, lang)).unwrap_or_default(),
        });
    }

    fn fill_folder(&mut self, context: &Context, index: PageIndex, number: usize, from: &str) {
        let site = context.site;
        let page = &site.pages[index];
        if let Some(vocabulary) = site.config.vocabulary_of_folder(&page.id.path) {
            let way = lists::way(context, vocabulary, &page.id.folder, &page.lang, from);
            self.way = Some(way);
            return;
        }
        self.groups = lists::groups(context, index, number, from);
        self.narrow = lists::narrow(context, index, from);
    }

    /// Links to the page before and after in the same folder, for texts that are read in order.
    fn link_neighbours(&mut self, context: &Context, index: PageIndex, from: &str) {
        let site = context.site;
        let [previous, next] = neighbours(context, index).map(|to| {
            let to = &site.pages[to?];
            Some(Link { title: to.title.clone(), url: relative(from, &to.file()), current: false })
        });
        (self.previous, self.next) = (previous, next);
    }

    fn fill_home(&mut self, context: &Context, page: &Page, from: &str) {
        let site = context.site;
        let (folder, lang) = (page.id.folder.as_str(), page.lang.as_str());
        let home = &site.config.home;
        self.lists = lists::lists(site, folder, from);
        self.ways = home
            .ways
            .iter()
            .filter_map(|name| site.config.vocabularies.get(name))
            .map(|vocabulary| lists::way(context, vocabulary, folder, lang, from))
            .collect();
        if let Some((name, ids)) = &home.featured
            && let Some(vocabulary) = site.config.vocabularies.get(name)
        {
            for id in ids {
                let Some(used) = site.use_of(folder, name, id) else { continue };
                let row = lists::term_row(site, vocabulary, id, folder, lang, from, used.counted);
                let summary = used.page.map(|page| site.pages[page].summary.clone());
                self.featured.push(Featured {
                    name: row.name,
                    url: row.url,
                    count: row.count,
                    summary: summary.unwrap_or_default(),
                });
            }
        }
        if home.newest > 0 {
            let date = |index: PageIndex| {
                let page = &site.pages[index];
                page.text("date").or_else(|| page.text("as_of")).unwrap_or_default()
            };
            let records = lists::records(site, folder);
            let mut records: Vec<_> = records.map(|index| (Reverse(date(index)), index)).collect();
            // Only the first few need an order.
            if home.newest < records.len() {
                records.select_nth_unstable(home.newest);
                records.truncate(home.newest);
            }
            records.sort_unstable();
            let row = |(_, index)| lists::row(context, index, lang, from);
            self.newest = records.into_iter().map(row).collect();
        }
    }
}

/// Returns the page in another folder of languages, else the nearest page above that exists there;
/// and whether it is the page itself.
pub fn in_language(site: &Site, page: &Page, folder: &str) -> Option<(PageIndex, bool)> {
    if page.id.folder == folder {
        return Some((site.page(&page.id)?, true));
    }
    let mut path = page.id.path.as_str();
    loop {
        if let Some(to) = site.page_at(folder, path) {
            return Some((to, path == page.id.path));
        }
        if path.is_empty() {
            return None;
        }
        path = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    }
}

/// Returns the pages before and after one in its folder, for texts that are read in order.
pub fn neighbours(context: &Context, index: PageIndex) -> [Option<PageIndex>; 2] {
    let page = &context.site.pages[index];
    let is_read_in_order = page.role == Role::Page && !page.is_record && page.order.is_some();
    if is_read_in_order { context.neighbours(index) } else { [None, None] }
}

/// Returns the absolute address of an output file, where the site has one.
pub fn canonical(config: &Config, file: &str) -> Option<String> {
    let url = config.url.as_ref()?;
    let file = file.strip_suffix("index.html").unwrap_or(file);
    Some(format!("{url}{}", super::encode(file)))
}

fn breadcrumbs(site: &Site, theme: &Theme, index: PageIndex, from: &str) -> Vec<Link> {
    let mut trail = Vec::new();
    let mut above = site.parents[index];
    while let Some(page) = above {
        let to = &site.pages[page];
        let title = match to.id.path.as_str() {
            "" => theme.words.text(&to.lang, "home").to_owned(),
            _ => to.title.clone(),
        };
        trail.push(Link { title, url: relative(from, &to.file()), current: false });
        above = site.parents[page];
    }
    trail.reverse();
    trail
}

fn notices(site: &Site, page: &Page) -> Vec<String> {
    let notices = site.config.notices.iter();
    notices
        .filter(|notice| page.text(&notice.field) == Some(notice.is.as_str()))
        .map(|notice| site.config.localized(&notice.text, &page.lang).to_owned())
        .collect()
}

/// Returns the records that refer to this one, by the field in which they do.
fn cited_by(context: &Context, index: PageIndex, from: &str) -> Vec<Group> {
    let (site, theme) = (context.site, context.theme);
    let page = &site.pages[index];
    let mut groups: Vec<(&str, Vec<PageIndex>)> = Vec::new();
    for (label, other) in &site.backlinks[index] {
        let record = &site.pages[*other];
        if !record.is_record || record.status == Status::Withdrawn || &**label == "related" {
            continue;
        }
        match groups.iter_mut().find(|(name, _)| *name == &**label) {
            Some((_, list)) => list.push(*other),
            None => groups.push((label, vec![*other])),
        }
    }
    let field_label = |name: &str, other: PageIndex| {
        let record_type = site.config.types.get(&site.pages[other].record_type)?;
        // One inside a group has the group's name before its own.
        let mut parts = name.split('.');
        let mut field = record_type.field(parts.next()?)?;
        for part in parts {
            let crate::schema::Kind::Group(fields) = &field.kind else { return None };
            field = fields.iter().find(|field| field.name == part)?;
        }
        let inverse = site.config.localized(&field.inverse, &page.lang);
        Some(match inverse {
            "" => facts::label(&site.config, field, &page.lang),
            inverse => inverse.to_owned(),
        })
    };
    let words = theme.words.of(&page.lang);
    // In the order in which the records that refer here declare the fields.
    groups.sort_by_key(|(name, list)| {
        let first = list.first().map(|&other| &site.pages[other].record_type);
        let record_type = first.and_then(|name| site.config.types.get(name));
        let fields =
            record_type.map(|record_type| record_type.fields.as_slice()).unwrap_or_default();
        fields.iter().position(|field| field.name == **name).unwrap_or(usize::MAX)
    });
    groups
        .into_iter()
        .map(|(name, mut list)| {
            list.sort_by(|&a, &b| lists::compare(words, &site.pages[a], &site.pages[b]));
            list.dedup();
            let label = list.first().and_then(|&other| field_label(name, other));
            Group {
                label: label.unwrap_or_else(|| theme.words.text(&page.lang, "cited-by").to_owned()),
                count: list.len(),
                rows: list
                    .iter()
                    .map(|&other| lists::row(context, other, &page.lang, from))
                    .collect(),
            }
        })
        .collect()
}

/// Returns the terms above one, the nearest first; a circle is a fault of the vocabulary and ends it.
fn above<'a>(
    vocabulary: &'a crate::schema::Vocabulary,
    term: &'a crate::schema::Term,
) -> impl Iterator<Item = &'a crate::schema::Term> {
    let broader = std::iter::successors(vocabulary.broader(term), |term| vocabulary.broader(term));
    broader.take(vocabulary.terms.len())
}

fn names(theme: &Theme, term: &crate::schema::Term, lang: &str) -> Vec<NameView> {
    let status = |code: &str| {
        let title = term.title_status.exact(code);
        term.name_status.exact(code).or(title).map(str::to_owned)
    };
    let mut names: Vec<NameView> = term
        .name
        .0
        .iter()
        .filter(|(code, _)| *code != lang && !code.is_empty())
        .map(|(code, name)| NameView {
            lang: code.clone(),
            dir: language::direction(code),
            language: theme.words.name_of(code),
            name: term.title.exact(code).unwrap_or(name).to_owned(),
            status: status(code),
        })
        .collect();
    names.sort_by(|a, b| a.lang.cmp(&b.lang));
    names
}

/// Returns how a page is cited, but for its address, which runs from left to right in any language.
fn cite(theme: &Theme, view: &View) -> String {
    let word = |key| theme.words.text(&view.lang.code, key);
    let mut parts = vec![word("cite-title").replace("{title}", &view.page.title)];
    parts.push(view.site.publisher.clone());
    if let Some(version) = &view.site.version {
        parts.push(format!("v{version}"));
    }
    if let Some(as_of) = &view.page.as_of {
        parts.push(as_of.clone());
    }
    parts.join(word("cite-separator"))
}

/// Returns where a correction goes: a mail with its subject filled in, or the page of the contact.
fn correct_url(config: &Config, subject: &str) -> Option<String> {
    let contact = config.contact.as_ref()?;
    let address = contact.strip_prefix("mailto:").unwrap_or(contact);
    if address.contains('@') && !address.contains('/') {
        let subject =
            percent_encoding::utf8_percent_encode(subject, percent_encoding::NON_ALPHANUMERIC);
        return Some(format!("mailto:{address}?subject={subject}"));
    }
    Some(contact.clone())
}

/// Describes the page for machines (schema.org), safe inside a script element.
fn json_ld(view: &View, page: &Page) -> String {
    let kind = if page.is_record { "Article" } else { "WebPage" };
    let mut data = serde_json::json!({
        "@context": "https://schema.org",
        "@type": kind,
        "name": view.page.title,
        "headline": view.page.title,
        "description": view.page.summary,
        "inLanguage": page.prose_lang(),
        "publisher": { "@type": "Organization", "name": view.site.publisher },
    });
    // The value was made as an object, so it takes entries.
    if let Some(object) = data.as_object_mut() {
        object.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
        let mut put = |key: &str, value: Option<&String>| {
            if let Some(value) = value {
                object.insert(key.to_owned(), value.clone().into());
            }
        };
        let mut site = serde_json::json!({ "@type": "WebSite", "name": view.site.title });
        if let (Some(site), Some(url)) = (site.as_object_mut(), &view.site.url) {
            site.insert("url".to_owned(), url.clone().into());
        }
        put("url", view.page.canonical.as_ref());
        put("license", view.site.licence_url.as_ref());
        put("temporalCoverage", view.page.as_of.as_ref());
        let citations: Vec<serde_json::Value> = view
            .sources
            .iter()
            .filter_map(|source| source.title.clone().or_else(|| source.url.clone()))
            .map(Into::into)
            .collect();
        object.insert("isPartOf".to_owned(), site);
        if !citations.is_empty() {
            object.insert("citation".to_owned(), citations.into());
        }
    }
    data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
