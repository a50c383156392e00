//! Which pages show something of an edited one, so that the others need not even be looked at.

use std::collections::BTreeSet;

use crate::{
    page::Role,
    schema::Target,
    site::{PageIndex, Relinked, Site},
    theme::Theme,
};

use super::{Edited, context::Desk, lists};

/// What is to be rendered again: pages, each with the number of the page of its list.
pub type Numbered = BTreeSet<(PageIndex, usize)>;

/// Puts edited pages in their places in the lists, and finds what shows them.
///
/// Returns `None` where an edit reaches farther than to the pages beside it: a page that others
/// lie below, that stands in the menu, or whose title is part of other pages' rows; several pages
/// with other terms; a list that becomes a page shorter.
pub fn shown_on(site: &Site, theme: &Theme, desk: &mut Desk, edit: &Edited) -> Option<Numbered> {
    let edited = edit.pages;
    desk.forget_rows(edited);
    let Relinked { beside, terms } = edit.relinked;
    let mut again: BTreeSet<PageIndex> = beside.iter().chain(edited).copied().collect();
    let mut slices = Numbered::new();
    if !terms.is_empty() {
        // With one page edited, all others stand in their lists where they belong.
        if edited.len() > 1 {
            return None;
        }
        again.extend(desk.carry_other_terms(site, theme, edited[0], terms)?);
    }
    for &index in edited {
        let page = &site.pages[index];
        let in_rows = |label: &str| site.config.rows.iter().any(|name| name == label);
        let reaches_far = page.role != Role::Page
            || page.id.path.is_empty()
            || !page.aliases.is_empty()
            || !site.children[index].is_empty()
            || desk.is_in_menu(index)
            || site.backlinks[index].iter().any(|(label, _)| in_rows(label));
        if reaches_far {
            return None;
        }
        again.extend(
            site.edges_of(index).map(|edge| edge.to).filter(|&to| site.pages[to].is_record),
        );
        again.extend(site.backlinks[index].iter().map(|(_, from)| *from));
        again.extend(site.translations[index].iter().copied());
        let neighbours = |desk: &Desk| desk.neighbours(site, index).into_iter().flatten();
        again.extend(neighbours(desk));
        let mut shown_in: BTreeSet<PageIndex> = site.parents[index].into_iter().collect();
        shown_in.extend(page.references.iter().filter_map(|reference| match &reference.target {
            Target::Term { vocabulary, id } => site.use_of(&page.id.folder, vocabulary, id)?.page,
            Target::Record { .. } => None,
        }));
        for list in shown_in {
            let (from, to) = desk.put_in_order(site, theme, list, index)?;
            let size = site.config.page_size;
            slices.extend((from / size..=to / size).map(|slice| (list, slice + 1)));
        }
        again.extend(neighbours(desk));
    }
    let showing = |related: &Vec<PageIndex>| related.iter().any(|other| edited.contains(other));
    again.extend((0..site.pages.len()).filter(|&index| showing(&site.related[index])));
    again.extend((0..site.pages.len()).filter(|&index| site.pages[index].id.path.is_empty()));
    for index in again {
        slices.extend((1..=lists::page_count(site, index)).map(|number| (index, number)));
    }
    Some(slices)
}
