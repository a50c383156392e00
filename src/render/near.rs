//! Which views cannot have changed: a quick key of all that a page's view is made from.
//!
//! Views of 10,000 pages take longer to make than an editor likes to wait, and an edit changes few of
//! them. The key of a page covers the faces of all pages that its view may show: where its edges
//! lead and come from, its parents, translations, neighbours and the members of its list. It may
//! cover too much, and then a view is made in vain; if it covered too little, a page would go stale,
//! so builds with debug assertions make every view all the same and compare.

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
    faces: Vec<Digest>,
    /// Of the theme, the configuration and what is the same on every page of a language.
    commons: std::collections::BTreeMap<String, Digest>,
    /// The members of each list.
    lists: std::collections::HashMap<PageIndex, Digest>,
}

impl Near {
    pub fn new(context: &Context) -> Self {
        let site = context.site;
        let faces: Vec<Digest> = site
            .pages
            .par_iter()
            .map(|page| {
                let face = page.face.map(|face| face.as_bytes().to_vec()).unwrap_or_default();
                let order = page.order.map(i64::to_le_bytes);
                Digest::of_parts([
                    face.as_slice(),
                    page.id.folder.as_bytes(),
                    page.id.path.as_bytes(),
                    page.title.as_bytes(),
                    page.lang.as_bytes(),
                    order.as_ref().map(<[u8; 8]>::as_slice).unwrap_or_default(),
                    &[page.role as u8, page.status as u8],
                ])
            })
            .collect();
        let config = site.config.digest.map(|digest| digest.as_bytes().to_vec());
        let config = config.unwrap_or_default();
        let commons = context
            .languages()
            .map(|lang| {
                let common = Digest::of_value(context.common(lang));
                let menu = context.common(lang).menu.iter().map(|&page| faces[page].as_bytes());
                let parts = [context.theme.digest.as_bytes(), config.as_slice(), common.as_bytes()];
                (lang.to_owned(), Digest::of_parts(parts.into_iter().chain(menu)))
            })
            .collect();
        let lists = context
            .all_lists()
            .map(|(index, list)| {
                let members = list.members.iter().map(|&member| faces[member].as_bytes());
                (index, Digest::of_parts(members))
            })
            .collect();
        Self { faces, commons, lists }
    }

    /// Returns the key of a page, or `None` for pages that show something of the whole site.
    pub fn key(&self, context: &Context, index: PageIndex, number: usize) -> Option<Digest> {
        let site = context.site;
        let page = &site.pages[index];
        let is_way = site.config.vocabulary_of_folder(&page.id.path).is_some();
        if page.id.path.is_empty() || (page.role == Role::Folder && is_way) {
            return None;
        }
        let mut key = Parts::default();
        key.add(self.commons[page.lang.as_str()].as_bytes());
        key.add(template_of(site, context.theme, index).as_bytes());
        key.add(page.key.as_ref().map(Digest::as_bytes).unwrap_or_default());
        key.page(self, index);
        key.number(number);
        key.number(lists::page_count(site, index));
        let mut above = site.parents[index];
        while let Some(parent) = above {
            key.page(self, parent);
            above = site.parents[parent];
        }
        key.next();
        for lang in &site.config.languages {
            let found = lang.folder.as_ref().and_then(|to| view::in_language(site, page, to));
            key.pages(self, found.map(|(to, _)| to));
        }
        key.pages(self, site.translations[index].iter().copied());
        for edge in site.edges_of(index) {
            key.add(edge.label.as_bytes());
            key.page(self, edge.to);
        }
        key.next();
        for (label, from) in &site.backlinks[index] {
            key.add(label.as_bytes());
            key.page(self, *from);
        }
        key.pages(self, site.related[index].iter().copied());
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
        if let Some(list) = self.lists.get(&index) {
            key.add(list.as_bytes());
        }
        let narrow = context.list(index).map(|list| list.narrow.as_slice()).unwrap_or_default();
        for narrow in narrow {
            for (id, _) in &narrow.terms {
                let used = site.use_of(&page.id.folder, &narrow.vocabulary, id);
                key.pages(self, used.and_then(|used| used.page));
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
        self.0.extend_from_slice(near.faces[page].as_bytes());
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
