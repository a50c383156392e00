//! Edited pages, linked into a site that is linked already.
//!
//! An edit may change what a page links to, carries and names, as long as no page comes or goes, no
//! file is carried along or left behind, and linking has nothing to say. Everything else takes
//! `Site::link`.

use std::{
    cell::LazyCell,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{page::Page, schema::Target, tree::Tree};

use super::{
    Edge, Hole, PageIndex, Records, Site, carries_terms, links,
    made::{as_written, commonest},
};

/// What an edit of some pages changed in a site beside them.
#[derive(Default)]
pub struct Relinked {
    /// Pages that are shown otherwise: others refer to them or no longer do, or they have other
    /// related records.
    pub beside: BTreeSet<PageIndex>,
    /// The terms that a page carries now and did not before, or the other way round.
    pub terms: BTreeSet<TermOf>,
}

/// A term as one language has it: the folder of the language, the vocabulary and the id.
pub type TermOf = (String, String, String);

impl Site {
    /// Puts pages in the place of others that have their identity. Returns `None` when the site must
    /// be linked anew; what this one is then, nobody may use.
    pub fn relink(
        &mut self,
        source: &Tree,
        edited: Vec<(PageIndex, Arc<Page>)>,
    ) -> Option<Relinked> {
        let replace = |(index, page)| (index, std::mem::replace(&mut self.pages[index], page));
        let old: Vec<(PageIndex, Arc<Page>)> = edited.into_iter().map(replace).collect();
        let mut relinked = Relinked::default();
        let is_reshaped =
            |(index, old): &&(PageIndex, Arc<Page>)| !self.pages[*index].has_shape_of(old);
        let reshaped: Vec<&(PageIndex, Arc<Page>)> = old.iter().filter(is_reshaped).collect();
        if !reshaped.is_empty() {
            // A remark may be about what has changed.
            if !self.diags.is_empty() {
                return None;
            }
            for (index, old) in &reshaped {
                relinked.terms.extend(self.carry_other_terms(*index, old)?);
            }
            self.find_edges_again(source, &reshaped, &mut relinked)?;
            let is_sound = |(index, old): &&(PageIndex, Arc<Page>)| {
                let citing = self.backlinks[*index].iter().map(|(_, from)| *from);
                self.pages[*index].anchors == old.anchors
                    || citing.into_iter().all(|from| links::is_sound(self, from, *index))
            };
            if !reshaped.iter().all(is_sound) {
                return None;
            }
        }
        if !old.iter().all(|(index, old)| self.keeps_tag_names(*index, old)) {
            return None;
        }
        if !old.iter().all(|(index, old)| self.keeps_title_links(*index, old)) {
            return None;
        }
        let features = old
            .iter()
            .filter(|(index, old)| self.pages[*index].features != old.features)
            .map(|(index, old)| (*index, old.features.clone()));
        let features: Vec<_> = features.collect();
        let related = self.features.edit(&self.pages, &features, &mut self.related);
        relinked.beside.extend(related);
        Some(relinked)
    }

    /// Moves a page between the terms that it carried and those that it carries, and returns those
    /// that are not among both; `None` when a term is used for the first time or no more, because
    /// pages of terms may come and go with that.
    fn carry_other_terms(&mut self, index: PageIndex, old: &Page) -> Option<Vec<TermOf>> {
        let Self { config, pages, uses, .. } = self;
        let page = &pages[index];
        if !carries_terms(page) {
            return Some(Vec::new());
        }
        let (before, after) = (terms_of(old), terms_of(page));
        let record_type = config.types.get(&page.record_type);
        let counted = usize::from(record_type.is_none_or(|record_type| record_type.counted));
        let of_folder = uses.get_mut(&page.id.folder)?;
        let mut changed = Vec::new();
        for (vocabulary, id) in before.symmetric_difference(&after) {
            let term = of_folder.get_mut(*vocabulary)?.get_mut(*id)?;
            match term.pages.binary_search(&index) {
                Ok(_) if term.pages.len() == 1 => return None,
                Ok(at) => {
                    term.pages.remove(at);
                    term.counted -= counted;
                }
                Err(_) if term.pages.is_empty() => return None,
                Err(at) => {
                    term.pages.insert(at, index);
                    term.counted += counted;
                }
            }
            let folder = page.id.folder.clone();
            changed.push((folder, (*vocabulary).to_owned(), (*id).to_owned()));
        }
        Some(changed)
    }

    /// Returns true when the free tags that a page carries or carried are still called as their pages
    /// say, although it writes some otherwise than before.
    fn keeps_tag_names(&self, index: PageIndex, old: &Page) -> bool {
        let page = &self.pages[index];
        let Some(of_folder) = self.uses.get(&page.id.folder) else { return true };
        let [now, before] = [page, old].map(|page| as_written(&self.config, page));
        let changed =
            now.keys().chain(before.keys()).filter(|tag| now.get(*tag) != before.get(*tag));
        changed.collect::<BTreeSet<_>>().into_iter().all(|tag| {
            let used = of_folder.get(tag.0).and_then(|terms| terms.get(&tag.1));
            let Some((term, at)) = used.and_then(|term| Some((term, term.page?))) else {
                return true;
            };
            let carrying: Vec<_> =
                term.pages.iter().map(|at| as_written(&self.config, &self.pages[*at])).collect();
            let name = commonest(carrying.iter().filter_map(|tags| tags.get(tag).copied()));
            self.pages[at].source.is_some() || name.is_none_or(|name| name == self.pages[at].title)
        })
    }

    /// Returns true when no link to a page led to its title, or does now, while title or headings change.
    fn keeps_title_links(&self, index: PageIndex, old: &Page) -> bool {
        let page = &self.pages[index];
        if page.title == old.title && page.anchors == old.anchors {
            return true;
        }
        self.backlinks[index].iter().all(|(_, from)| {
            let links = self.pages[*from].links.iter().zip(&self.holes[*from]);
            links.into_iter().all(|(link, hole)| match hole {
                Hole::Page(to, rest) if *to == index && link.target.contains('#') => {
                    // One that was found by other words may be named by its own now.
                    let is_written = link.target.ends_with(rest.as_str()) && rest != "#top";
                    rest.starts_with('#')
                        && is_written
                        && links::to_place(page, rest.clone(), *from == index) == *rest
                }
                _ => true,
            })
        })
    }

    /// Finds anew what edited pages refer to and link to.
    fn find_edges_again(
        &mut self,
        source: &Tree,
        edited: &[&(PageIndex, Arc<Page>)],
        relinked: &mut Relinked,
    ) -> Option<()> {
        let indices: Vec<PageIndex> = edited.iter().map(|(index, _)| *index).collect();
        let has_known_links = edited.iter().all(|(at, old)| self.pages[*at].has_links_of(old));
        let found = match has_known_links {
            true => indices.iter().map(|&index| links::known(self, index)).collect(),
            false => links::find_again(self, source, &indices)?,
        };
        // Made only where a record is named.
        let records = LazyCell::new(|| Records::of(&self.pages));
        let mut edges: HashMap<PageIndex, Vec<Edge>> = HashMap::new();
        for (&index, (_, links)) in indices.iter().zip(&found) {
            let page = &self.pages[index];
            let mut own = links.clone();
            for reference in &page.references {
                let to = match &reference.target {
                    Target::Term { .. } if !carries_terms(page) => continue,
                    Target::Term { vocabulary, id } => {
                        match self.use_of(&page.id.folder, vocabulary, id)?.page {
                            Some(to) => to,
                            None => continue,
                        }
                    }
                    Target::Record { types, id } => records.find(&self.pages, page, types, id)?,
                };
                own.push(Edge { from: index, label: reference.field.clone(), to });
            }
            own.sort_unstable();
            own.dedup();
            edges.insert(index, own);
        }
        for (index, (holes, _)) in indices.into_iter().zip(found) {
            self.holes[index] = holes;
            let own = edges.remove(&index).unwrap_or_default();
            relinked.beside.extend(self.replace_edges(index, own));
        }
        Some(())
    }

    /// Puts the edges that begin at a page in the place of others; returns the pages where one came
    /// or went.
    fn replace_edges(&mut self, index: PageIndex, edges: Vec<Edge>) -> Vec<PageIndex> {
        let first = self.edges.partition_point(|edge| edge.from < index);
        let end = self.edges.partition_point(|edge| edge.from <= index);
        let old: BTreeSet<Edge> = self.edges[first..end].iter().cloned().collect();
        let new: BTreeSet<Edge> = edges.into_iter().collect();
        let mut changed = Vec::new();
        for edge in old.symmetric_difference(&new).filter(|edge| edge.to != index) {
            let backlinks = &mut self.backlinks[edge.to];
            // They stand in the order of the edges.
            let place = |(label, from): &(Arc<str>, PageIndex)| {
                (*from, &**label).cmp(&(index, &*edge.label))
            };
            match backlinks.binary_search_by(place) {
                Ok(at) => drop(backlinks.remove(at)),
                Err(at) => backlinks.insert(at, (edge.label.clone(), index)),
            }
            changed.push(edge.to);
        }
        self.edges.splice(first..end, new);
        changed
    }
}

/// Returns the vocabularies and ids of the terms that a page carries.
fn terms_of(page: &Page) -> BTreeSet<(&str, &str)> {
    let targets = page.references.iter().map(|reference| &reference.target);
    targets
        .filter_map(|target| match target {
            Target::Term { vocabulary, id } => Some((vocabulary.as_str(), id.as_str())),
            Target::Record { .. } => None,
        })
        .collect()
}
