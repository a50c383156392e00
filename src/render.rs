//! Views, and their HTML. A template sees its view and nothing else.
//!
//! The view is the list of what a page's HTML depends on: its digest is the memory's key, so an
//! unchanged view is neither rendered nor written again. `near` finds quickly which views cannot
//! have changed.

use std::{collections::HashMap, sync::Arc};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rayon::prelude::*;

use crate::{
    diag::{At, Code, Diag},
    markdown::Piece,
    memory::Memory,
    page::{Page, Role, Status},
    site::{Hole, PageIndex, Relinked, Site},
    theme::Theme,
    tree::{Blob, Claim, Digest, InMemory, Keep, TreePath},
};

mod context;
mod edited;
mod facts;
mod lists;
mod near;
mod view;

use context::Context;
pub use context::Desk;
pub use facts::name_of;
use near::Near;

pub use view::View;

/// What is remembered of rendered pages. A page has two keys: of all that it might show, which is
/// quickly made, and of its view, which is what it does show.
pub struct HtmlMemory {
    near: Memory<Digest, (Digest, Made)>,
    /// The last build's pages by their views.
    views: HashMap<Digest, Made>,
}

type Made = Result<Blob, Diag>;

impl HtmlMemory {
    /// Returns an empty memory that keeps what two builds in a row use.
    pub fn warm() -> Self {
        Self { near: Memory::warm(), views: HashMap::new() }
    }

    /// Returns a memory that keeps nothing, for a single build.
    pub fn none() -> Self {
        Self { near: Memory::none(), views: HashMap::new() }
    }

    /// Ends a build: what it did not use is forgotten.
    pub fn turn(&mut self) {
        self.near.turn();
        self.views = self.near.values().cloned().collect();
    }
}

/// Rendered pages, and the remarks of their templates.
pub struct Rendered {
    /// The output files, each with the source of its page.
    pub claims: Vec<Claim>,
    /// Why templates failed; a page whose template did is not among the claims.
    pub diags: Vec<Diag>,
    /// For rendering some of them again.
    pub desk: Arc<Desk>,
}

/// Renders every page of the site, in parallel.
pub fn pages(site: &Site, theme: &Theme, memory: &HtmlMemory, keep: &dyn Keep) -> Rendered {
    let context = Context::new(site, theme);
    let near = memory.near.is_warm().then(|| Near::new(&context));
    let claims: Vec<Result<Claim, Diag>> = (0..site.pages.len())
        .into_par_iter()
        .flat_map_iter(|index| {
            let count = lists::page_count(site, index);
            (1..=count).map(move |number| (index, number))
        })
        .map(|(index, number)| {
            let address = lists::address_of(&site.pages[index], number);
            let blob = match &near {
                Some(near) => remembered(&context, near, memory, index, number)?,
                None => render(&context, index, number, &View::of_page(&context, index, number))?,
            };
            Ok(keep.place(claim(site, index, &address, blob)))
        })
        .collect();
    let (mut claims, mut diags) = parted(claims);
    let (others, other_diags) = special_pages(&context, keep);
    claims.extend(others);
    diags.extend(other_diags);
    diags.sort();
    diags.dedup();
    Rendered { claims, diags, desk: context.desk() }
}

/// Edited pages, and what the edit changed beside them.
pub struct Edited<'a> {
    /// The pages that were edited.
    pub pages: &'a [PageIndex],
    /// What linking them again changed beside them.
    pub relinked: &'a Relinked,
    /// Whether nothing was edited that other pages may show.
    pub prose: bool,
}

/// Renders again what shows something of edited pages, where that is little of the site.
pub fn again(
    site: &Site,
    theme: &Theme,
    memory: &mut HtmlMemory,
    desk: Arc<Desk>,
    edit: &Edited,
) -> Option<Rendered> {
    let numbers = |&index: &PageIndex| {
        (1..=lists::page_count(site, index)).map(move |number| (index, number))
    };
    let (desk, numbered) = match edit.prose {
        true => {
            let shown = edit.pages.iter().chain(&edit.relinked.beside);
            (desk, shown.flat_map(numbers).collect())
        }
        false => {
            let mut desk = Arc::into_inner(desk)?;
            let numbered = edited::shown_on(site, theme, &mut desk, edit)?;
            (Arc::new(desk), numbered)
        }
    };
    let context = Context::with(site, theme, desk);
    let made: Vec<(Digest, Result<Claim, Diag>)> = numbered
        .into_par_iter()
        .map(|(index, number)| {
            let address = lists::address_of(&site.pages[index], number);
            let view = View::of_page(&context, index, number);
            let key = view_key(&context, index, number, &view);
            let made = memory.views.get(&key).cloned();
            let made = made.unwrap_or_else(|| render(&context, index, number, &view));
            (key, made.map(|blob| claim(site, index, &address, blob)))
        })
        .collect();
    for (key, claim) in &made {
        let made = claim.as_ref().map(|claim| claim.blob.clone()).map_err(Diag::clone);
        memory.views.insert(*key, made);
    }
    let (claims, diags) = parted(made.into_iter().map(|(_, claim)| claim));
    Some(Rendered { claims, diags, desk: context.desk() })
}

fn claim(site: &Site, index: PageIndex, address: &str, blob: Blob) -> Claim {
    let by = site.pages[index].source.clone().unwrap_or_else(|| TreePath::of("content"));
    Claim { path: file_of(address), blob, by }
}

fn parted(claims: impl IntoIterator<Item = Result<Claim, Diag>>) -> (Vec<Claim>, Vec<Diag>) {
    let (mut written, mut diags) = (Vec::new(), Vec::new());
    for claim in claims {
        match claim {
            Ok(claim) => written.push(claim),
            Err(diag) => diags.push(diag),
        }
    }
    (written, diags)
}

/// Renders one page of a list, or the one page that there is, as its view says.
fn render(context: &Context, index: PageIndex, number: usize, view: &View) -> Made {
    let (site, theme) = (context.site, context.theme);
    let page = &site.pages[index];
    if let (Some(name), Some(path), 1) = (&page.template, &page.source, number)
        && !theme.has_template(name)
    {
        let message = format!("there is no template `{name}`");
        return Err(Diag::error(
            Code::TemplateError,
            At::new(path, page.template_place.clone()),
            message,
        )
        .help("templates stand in the `templates` folder of the theme"));
    }
    let body = match number {
        1 => body(site, theme, index, &page.address()),
        _ => String::new(),
    };
    let html = theme.render(template_of(site, theme, index), &page.lang, view, &body)?;
    Ok(Blob::new(html))
}

/// Returns a page from memory, made if what it shows has changed.
fn remembered(
    context: &Context,
    near: &Near,
    memory: &HtmlMemory,
    index: PageIndex,
    number: usize,
) -> Made {
    let view = || {
        let view = View::of_page(context, index, number);
        (view_key(context, index, number, &view), view)
    };
    let by_view = |(key, view): (Digest, View)| {
        let made = memory.views.get(&key).cloned();
        (key, made.unwrap_or_else(|| render(context, index, number, &view)))
    };
    match near.key(context, index, number) {
        Some(key) => {
            let (view_key, made) = memory.near.get_or(key, || by_view(view()));
            debug_assert!(view_key == view().0, "a view depends on more than its key: {index}");
            made
        }
        None => {
            let (key, view) = view();
            memory.near.get_or(key, || by_view((key, view))).1
        }
    }
}

/// Returns the digest of all that goes into a page, whose view it is.
fn view_key(context: &Context, index: PageIndex, number: usize, view: &View) -> Digest {
    let (site, theme) = (context.site, context.theme);
    let page = &site.pages[index];
    let address = lists::address_of(page, number);
    let own = page.key.map(|key| key.to_string()).unwrap_or_default();
    let around = Digest::of_value(view);
    Digest::of_parts([
        theme.digest.as_bytes(),
        template_of(site, theme, index).as_bytes(),
        own.as_bytes(),
        around.as_bytes(),
        holes_text(site, index, &address).as_bytes(),
    ])
}

/// Returns the output file of an address.
pub fn file_of(address: &str) -> TreePath {
    match address {
        "" => TreePath::of("index.html"),
        _ => TreePath::of(&format!("{address}/index.html")),
    }
}

fn template_of<'a>(site: &'a Site, theme: &Theme, index: PageIndex) -> &'a str {
    let page = &site.pages[index];
    if let Some(template) = page.template.as_deref().filter(|name| theme.has_template(name)) {
        return template;
    }
    match page.role {
        Role::Term => "term.html",
        Role::Folder | Role::Readme
            if site.config.vocabulary_of_folder(&page.id.path).is_some() =>
        {
            "terms.html"
        }
        Role::Folder | Role::Readme if !site.children[index].is_empty() => "list.html",
        _ if page.is_record => "record.html",
        _ => "page.html",
    }
}

/// What a link by a name that is none begins with; its words alone stay.
const NO_LINK: &str = "<a href=\"";

/// Returns where a picture begins whose address comes next, and its words, if they stand before that.
/// Without an address its words stay.
fn no_picture(html: &str) -> Option<(usize, String)> {
    let at = html.ends_with(" src=\"").then(|| html.rfind('<'))??;
    html[at..].starts_with("<img ").then(|| (at, alt_of(&html[at..]).to_owned()))
}

fn alt_of(tag: &str) -> &str {
    let alt = tag.split_once(" alt=\"").and_then(|(_, alt)| alt.split('"').next());
    alt.unwrap_or_default()
}

/// Fills the holes of a body.
fn body(site: &Site, theme: &Theme, index: PageIndex, address: &str) -> String {
    let page = &site.pages[index];
    let mut html = String::new();
    let (mut in_tag, mut in_link) = (false, false);
    for piece in page.body.iter() {
        match piece {
            Piece::Html(text) => {
                let mut text = &**text;
                if std::mem::take(&mut in_tag) {
                    let (tag, rest) = text.split_once('>').unwrap_or((text, ""));
                    html.push_str(alt_of(tag));
                    text = rest;
                }
                if in_link && let Some((words, rest)) = text.split_once("</a>") {
                    html.push_str(words);
                    (text, in_link) = (rest, false);
                }
                html.push_str(text);
            }
            Piece::Word(key) => html.push_str(&escape(theme.words.text(&page.lang, key))),
            Piece::Hole(hole) => {
                let hole = site.holes[index].get(*hole);
                let url = hole.map_or_else(String::new, |hole| url(site, hole, address));
                if url.is_empty() && html.ends_with(NO_LINK) {
                    html.truncate(html.len() - NO_LINK.len());
                    (in_tag, in_link) = (true, true);
                } else if let Some((at, alt)) = no_picture(&html).filter(|_| url.is_empty()) {
                    html.truncate(at);
                    html.push_str(&alt);
                    in_tag = true;
                }
                html.push_str(&escape(&url));
            }
        }
    }
    html
}

fn holes_text(site: &Site, index: PageIndex, address: &str) -> String {
    let urls: Vec<String> = site.holes[index].iter().map(|hole| url(site, hole, address)).collect();
    urls.join("\n")
}

fn url(site: &Site, hole: &Hole, from: &str) -> String {
    match hole {
        Hole::Page(to, rest) => {
            let to = &site.pages[*to];
            if to.address() == from && rest.starts_with('#') {
                return rest.clone();
            }
            relative(from, &to.file()) + rest
        }
        Hole::File(path, rest) => relative(from, path.as_str()) + rest,
        Hole::Written(text) => text.clone(),
    }
}

/// Characters that a path in an address writes as `%xx`.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'\\')
    .add(b'^')
    .add(b'|')
    .add(b'[')
    .add(b']')
    .add(b'\'');

/// Writes an output path as part of an address.
pub fn encode(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// Returns the relative address of a file as seen from a page in the output folder `from`.
///
/// It always names the file (`../x/index.html`), because from a folder opened by double click a
/// link to `../x/` shows a listing.
pub fn relative(from: &str, file: &str) -> String {
    let mut path = file;
    let mut above = from.split('/').filter(|part| !part.is_empty()).peekable();
    while let (Some(part), Some((folder, rest))) = (above.peek(), path.split_once('/'))
        && *part == folder
    {
        path = rest;
        above.next();
    }
    let up = above.count();
    // Most paths need no escapes, and addresses of a large site are many.
    let mut address = String::with_capacity(3 * up + path.len());
    address.extend(std::iter::repeat_n("../", up));
    address.extend(utf8_percent_encode(path, PATH));
    // A first part with a colon would read as a scheme.
    if up == 0 && address.split('/').next().is_some_and(|part| part.contains(':')) {
        address.insert_str(0, "./");
    }
    address
}

/// Escapes a text for HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// Renders the pages that belong to no file: search, "not found", the choice of a language,
/// redirects from old addresses.
fn special_pages(context: &Context, keep: &dyn Keep) -> (Vec<Claim>, Vec<Diag>) {
    let (site, theme) = (context.site, context.theme);
    let mut claims = Vec::new();
    let mut diags = Vec::new();
    let mut claim =
        |path: String, by: TreePath, html: Result<String, Diag>, keep: &dyn Keep| match html {
            Ok(html) => {
                if let Some(path) = TreePath::new(&path) {
                    claims.push(keep.place(Claim { path, blob: Blob::new(html), by }));
                }
            }
            Err(diag) => diags.push(diag),
        };
    let by_theme = |name: &str| TreePath::of(&format!("themes/default/templates/{name}"));
    let folders = site.folders();
    for (folder, lang) in &folders {
        let address =
            if folder.is_empty() { "search".to_owned() } else { format!("{folder}/search") };
        let view = View::special(context, (folder, lang), &address, "search", None);
        let html = theme.render("search.html", lang, &view, "");
        // The root of the index comes into it when there is one.
        claim(format!("{address}/index.html"), by_theme("search.html"), html, &InMemory);
    }
    if let Some((folder, lang)) = folders.first() {
        // A host shows this page at any address, so its links start at the site's root.
        let base = Some(site.config.base_path().to_owned());
        let view = View::special(context, (folder, lang), "", "not-found", base);
        let html = theme.render("404.html", lang, &view, "");
        claim("404.html".to_owned(), by_theme("404.html"), html, keep);
        let has_root = site.pages.iter().any(|page| page.address().is_empty());
        if !has_root {
            let view = View::special(context, (folder, lang), "", "choose-language", None);
            let html = theme.render("languages.html", lang, &view, "");
            claim("index.html".to_owned(), by_theme("languages.html"), html, keep);
        }
    }
    for page in &site.pages {
        for (alias, _) in &page.aliases {
            let file = crate::page::alias_file(alias);
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let view = View::redirect(site, context.common(&page.lang), page, &folder);
            let html = theme.render("redirect.html", &page.lang, &view, "");
            let by = page.source.clone().unwrap_or_else(|| TreePath::of("content"));
            claim(file, by, html, keep);
        }
    }
    (claims, diags)
}

/// Returns true for pages that search engines, feeds and exports are told of. A page that stands for
/// one of another language is not: that one is.
pub fn is_public(page: &Page) -> bool {
    page.status == Status::Published && page.stands_for.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_and_name_the_file() {
        assert_eq!(relative("en/a/b", "en/c/index.html"), "../../c/index.html");
        assert_eq!(relative("en/a", "en/a/index.html"), "index.html");
        assert_eq!(relative("", "en/index.html"), "en/index.html");
        assert_eq!(relative("en", "assets/a b.css"), "../assets/a%20b.css");
        assert_eq!(relative("", "a:b/index.html"), "./a:b/index.html");
    }
}
