//! Which views cannot have changed: a quick key of all that a page's view is made from.
//!
//! Views of 10,000 pages take longer to make than an editor likes to wait, and an edit changes few of
//! them. The key of a page covers the faces of all pages that its view may show: where its edges
//! lead and come from, its parents, translations, neighbours and the members of its list. It may
//! cover too much, and then a view is made in vain; if it covered too little, a page would go stale,
//! so builds with debug assertions make every view all the same and compare.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::{
    page::Role,
    site::{Hole, PageIndex},
    tree::Digest,
};

use super::{context::Context, lists, template_of, view};

/// What is worked out once for the keys of all pages.
pub struct Near {
    /// What other pages may show of each page, and where it is.
    faces: Vec<Face>,
    /// What a list shows of each page: its face, and the titles of records that its row names.
    rows: Vec<Face>,
    /// Of the theme, the configuration and what is the same on every page of a language.
    commons: BTreeMap<String, Digest>,
}

/// Half a digest: enough to tell the pages of a site apart, and quicker to go through.
type Face = [u8; 16];

fn face_of(digest: &Digest) -> Face {
    let mut face = Face::default();
    face.copy_from_slice(&digest.as_bytes()[..16]);
    face
}

impl Near {
    pub fn new(context: &Context) -> Self {
        let site = context.site;
        let faces: Vec<Face> = site
            .pages
            .par_iter()
            .map(|page| {
                let face = page.face.map(|face| face.as_bytes().to_vec()).unwrap_or_default();
                let order = page.order.map(i64::to_le_bytes);
                face_of(&Digest::of_parts([
                    face.as_slice(),
                    page.id.folder.as_bytes(),
                    page.id.path.as_bytes(),
                    page.title.as_bytes(),
                    page.lang.as_bytes(),
                    order.as_ref().map(<[u8; 8]>::as_slice).unwrap_or_default(),
                    &[page.role as u8, page.status as u8],
                ]))
            })
            .collect();
        let config = site.config.digest.map(|digest| digest.as_bytes().to_vec());
        let config = config.unwrap_or_default();
        let commons = context
            .languages()
            .map(|lang| {
                let common = Digest::of_value(context.common(lang));
                let menu = context.common(lang).menu.iter().map(|&page| faces[page].as_slice());
                let parts = [context.theme.digest.as_bytes(), config.as_slice(), common.as_bytes()];
                (lang.to_owned(), Digest::of_parts(parts.into_iter().chain(menu)))
            })
            .collect();
        let in_rows = |label: &str| site.config.rows.iter().any(|name| name == label);
        let rows = (0..site.pages.len())
            .into_par_iter()
            .map(|index| {
                let named = site.edges_of(index).filter(|edge| in_rows(&edge.label));
                let mut row = Parts(Vec::with_capacity(32));
                row.0.extend_from_slice(&faces[index]);
                for edge in named.filter(|edge| site.pages[edge.to].is_record) {
                    row.0.extend_from_slice(&faces[edge.to]);
                }
                if row.0.len() == faces[index].len() {
                    return faces[index];
                }
                face_of(&row.digest())
            })
            .collect();
        Self { faces, rows, commons }
    }

    /// Returns the key of a page, or `None` for pages that show something of the whole site.
    pub fn key(&self, context: &Context, index: PageIndex, number: usize) -> Option<Digest> {
        let site = context.site;
        let page = &site.pages[index];
        let is_way = || site.config.vocabulary_of_folder(&page.id.path).is_some();
        if page.id.path.is_empty() || (page.role == Role::Folder && is_way()) {
            return None;
        }
        let mut key = Parts(Vec::with_capacity(2048));
        key.add(self.commons[page.lang.as_str()].as_bytes());
        key.add(template_of(site, context.theme, index).as_bytes());
        key.add(page.key.as_ref().map(Digest::as_bytes).unwrap_or_default());
        key.page(self, index);
        key.number(number);
        if page.role != Role::Page {
            key.number(lists::page_count(site, index));
        }
        let mut above = site.parents[index];
        while let Some(parent) = above {
            key.page(self, parent);
            above = site.parents[parent];
        }
        key.next();
        for lang in &site.config.languages {
            let own = lang.folder.as_ref() == Some(&page.id.folder);
            let found = lang.folder.as_ref().filter(|_| !own);
            let found = found.and_then(|to| view::in_language(site, page, to));
            key.pages(self, found.map(|(to, _)| to));
        }
        key.pages(self, site.translations[index].iter().copied());
        let original = site.original_of(index);
        key.number(usize::from(original.is_some_and(|of| page.is_older_than(&site.pages[of]))));
        for edge in site.edges_of(index) {
            key.add(edge.label.as_bytes());
            key.page(self, edge.to);
        }
        key.next();
        // Only records say what refers to them.
        for (label, from) in site.backlinks[index].iter().filter(|_| page.is_record) {
            key.add(label.as_bytes());
            key.row(self, *from);
        }
        key.next();
        for &related in &site.related[index] {
            key.row(self, related);
        }
        // Records that an editor chose as related ones stand among the edges, but show their rows.
        for edge in site.edges_of(index).filter(|edge| &*edge.label == "related") {
            key.row(self, edge.to);
        }
        key.next();
        for hole in &site.holes[index] {
            match hole {
                Hole::Page(to, rest) => {
                    key.page(self, *to);
                    key.add(rest.as_bytes());
                }
                Hole::File(path, rest) => {
                    key.add(path.as_str().as_bytes());
                    key.add(rest.as_bytes());
                }
                Hole::Written(text) => key.add(text.as_bytes()),
            }
        }
        key.next();
        key.pages(self, view::neighbours(context, index).into_iter().flatten());
        if let Some(list) = context.list(index) {
            let size = site.config.page_size;
            for &member in list.members.iter().skip((number - 1) * size).take(size) {
                key.row(self, member);
            }
            key.next();
            for (name, count) in &list.counts {
                key.add(name.as_bytes());
                key.number(*count);
            }
            key.next();
            for narrow in &list.narrow {
                key.add(narrow.vocabulary.as_bytes());
                key.number(narrow.more);
                for (id, count) in &narrow.terms {
                    key.add(id.as_bytes());
                    key.number(*count);
                    let used = site.use_of(&page.id.folder, &narrow.vocabulary, id);
                    key.pages(self, used.and_then(|used| used.page));
                }
            }
        }
        if let Some((vocabulary, id)) = &page.term {
            let terms = context.terms(vocabulary, &page.id.folder, &page.lang);
            let at = context.place_of_term(vocabulary, id, &page.id.folder, &page.lang);
            let around = at.map(|at| at.saturating_sub(1)..(at + 2).min(terms.len()));
            for entry in around.map(|around| &terms[around]).unwrap_or_default() {
                key.add(entry.id.as_bytes());
                key.number(entry.count);
                let used = site.use_of(&page.id.folder, vocabulary, &entry.id);
                key.pages(self, used.and_then(|used| used.page));
            }
        }
        Some(key.digest())
    }
}

/// The parts of a key, each list of them ended so that no two keys are alike by chance of length.
#[derive(Default)]
struct Parts(Vec<u8>);

impl Parts {
    fn add(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&(number as u64).to_le_bytes());
    }

    fn page(&mut self, near: &Near, page: PageIndex) {
        self.0.extend_from_slice(near.faces[page].as_slice());
    }

    fn row(&mut self, near: &Near, page: PageIndex) {
        self.0.extend_from_slice(&near.rows[page]);
    }

    fn pages(&mut self, near: &Near, pages: impl IntoIterator<Item = PageIndex>) {
        for page in pages {
            self.page(near, page);
        }
        self.next();
    }

    fn next(&mut self) {
        self.0.push(b'.');
    }

    fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}
