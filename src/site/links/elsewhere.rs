//! Where the links of other programs lead in a site that nobody configured, when they are found nowhere else.

use std::collections::{BTreeSet, HashMap};

use crate::{page::Page, tree::TreePath};

use super::{Hole, PageIndex, Places, Site, join, name_key};

/// Where Docusaurus keeps the versions of its documents.
const VERSIONS: &str = "versioned_docs";

impl<'a> Places<'a> {
    /// Finds a page or file where other programs would: in the first language, from the root of one
    /// folder, without the numbers that names of files begin with, or at the end of the only path that
    /// has the link's.
    pub(super) fn elsewhere(
        &self,
        site: &Site,
        page: &Page,
        from_file: &Option<String>,
        from_root: Option<&str>,
        rest: &str,
    ) -> Option<Hole> {
        let content = &site.config.content;
        let first = site.config.languages.first().and_then(|lang| lang.folder.as_deref());
        // What a translation lacks lies beside its original.
        let originals = from_file.iter().flat_map(|path| site.config.originals(path));
        if let Some(hole) = originals.into_iter().find_map(|path| self.at(content, &path, rest)) {
            return Some(hole);
        }
        // What a language lacks is taken from the first.
        let own = Some(page.id.folder.as_str()).filter(|own| !own.is_empty());
        if let (Some(own), Some(first), Some(path)) = (own, first, from_file)
            && let Some(below) = path.strip_prefix(own).filter(|below| below.starts_with('/'))
            && let Some(hole) = self.at(content, &format!("{first}{below}"), rest)
        {
            return Some(hole);
        }
        if let Some(path) = from_root {
            let below = |top: &str| self.at(content, &join(top, path)?, rest);
            if let Some(hole) = first.and_then(below) {
                return Some(hole);
            }
            // One place is no guess.
            let mut found = self.tops.iter().filter_map(|top| below(top));
            if let (Some(hole), None) = (found.next(), found.next()) {
                return Some(hole);
            }
        }
        // Said by the page itself, so it is no guess either.
        if let Some(hole) = from_root.and_then(|path| self.by_slug(site, path, rest)) {
            return Some(hole);
        }
        let plain = self.plain();
        let above = from_root.and_then(|path| Some(path.split_once('/')?.1.to_owned()));
        let in_top = |top: &str| join(top, from_root?);
        let only = (self.tops.len() == 1).then(|| self.tops.first()).flatten();
        let version = from_root.and_then(|path| self.version(path));
        let candidates = [
            from_file.clone(),
            above,
            first.and_then(in_top),
            only.and_then(|top| in_top(top)),
            version.clone(),
            first.and_then(|top| join(top, version.as_deref()?)),
        ];
        let named =
            candidates.into_iter().flatten().filter(|path| !path.trim_matches('/').is_empty());
        let numbered = named.into_iter().find_map(|path| {
            let index = (*plain.get(&without_numbers(&path))?)?;
            Some(Hole::Page(index, rest.to_owned()))
        });
        let in_root = || self.in_folder_above(site, page, from_root?, rest);
        let found = numbered.or_else(|| self.only_file(from_root?, rest)).or_else(in_root);
        found.or_else(|| self.in_collection(site, page, from_root?, rest))
    }

    /// Finds a page in a collection of Jekyll, whose folder begins with `_`, at the top or in a folder above:
    /// `/docs/a/` is `_docs/a.md`. What has a date before its name is a post, and lies anywhere.
    fn in_collection(&self, site: &Site, page: &Page, path: &str, rest: &str) -> Option<Hole> {
        let in_folder = format!("_{}", path.trim_start_matches('/'));
        let at_top = join("", &in_folder).and_then(|path| self.at(&self.content, &path, rest));
        let found = at_top.or_else(|| self.in_folder_above(site, page, &in_folder, rest));
        found.or_else(|| {
            let post = *self.names().get(&name_key(&post_of(path)?))?;
            let own = site.sibling(page, &site.pages[post].id.path).unwrap_or(post);
            Some(Hole::Page(own, rest.to_owned()))
        })
    }

    /// Finds the page whose slug stands behind a language, as MDN writes `/fr/docs/Web/CSS`: in that
    /// language, else in the first.
    fn by_slug(&self, site: &Site, path: &str, rest: &str) -> Option<Hole> {
        let (name, slug) = path.split_once('/')?;
        let first = site.config.languages.first();
        let named = site.config.language_named(name)?;
        let slug = slug.trim_matches('/').to_lowercase();
        let below = slug.strip_prefix("docs/");
        let slugs = || [Some(slug.as_str()), below].into_iter().flatten();
        let folders = [Some(named), first].into_iter().flatten();
        let mut keys = folders.flat_map(|lang| {
            let folder = lang.folder.as_deref().unwrap_or_default();
            slugs().map(move |slug| format!("{folder}/{slug}"))
        });
        let index = keys.find_map(|key| *self.slugs().get(&key)?)?;
        Some(Hole::Page(index, rest.to_owned()))
    }

    /// Returns the pages by the folders of their languages and the slugs that their files give them; nothing
    /// where two have the same.
    fn slugs(&self) -> &HashMap<String, Option<PageIndex>> {
        self.by_slug.get_or_init(|| {
            let mut slugs = HashMap::new();
            for (index, page) in self.pages.iter().enumerate() {
                let Some(slug) = page.text("slug") else { continue };
                let key = format!("{}/{}", page.id.folder, slug.trim_matches('/').to_lowercase());
                slugs.entry(key).and_modify(|same| *same = None).or_insert(Some(index));
            }
            slugs
        })
    }

    /// Finds what a link from the root means where that is one of the folders above, as `src/content/docs`
    /// is: rather one far above. The page's own folder counts only for what lies in a folder itself. Where
    /// the folder of a language is no part of the path, it may begin the link: that of the page, else the
    /// first, is meant otherwise.
    fn in_folder_above(&self, site: &Site, page: &Page, path: &str, rest: &str) -> Option<Hole> {
        let source = page.source.as_ref()?;
        let below = source.below(&self.content).unwrap_or(source.as_str());
        if let Some(hole) = self.above(below, "", path, rest) {
            return Some(hole);
        }
        if !site.config.by_suffix {
            return None;
        }
        let original = site.config.translated(below).map(|(_, original)| original);
        let below = original.as_deref().unwrap_or(below);
        let first = site.config.languages.first().and_then(|lang| lang.folder.as_deref());
        let folders = [Some(page.id.folder.as_str()), first];
        let mut folders = folders.into_iter().flatten();
        let own = folders.find_map(|folder| self.above(below, folder, path, rest));
        own.or_else(|| {
            let (name, path) = path.trim_start_matches('/').split_once('/')?;
            let named = site.config.language_named(name)?.folder.as_deref();
            let mut folders = [named, first].into_iter().flatten();
            folders.find_map(|folder| self.above(below, folder, path, rest))
        })
    }

    /// Finds a path in one of the folders above a file, as they lie in the folder of a language.
    fn above(&self, below: &str, language: &str, path: &str, rest: &str) -> Option<Hole> {
        let own = below.rsplit_once('/').map_or("", |(own, _)| own);
        let is_deep = path.trim_matches('/').contains('/');
        let folders = below.match_indices('/').map(|(at, _)| &below[..at]);
        let mut roots = folders.filter(|root| is_deep || *root != own);
        roots.find_map(|root| self.at(&self.content, &join(&join(language, root)?, path)?, rest))
    }

    /// Finds the only file whose path ends as a link from the root does, such as `en/docs/img/a.png` for
    /// `/img/a.png`.
    fn only_file(&self, path: &str, rest: &str) -> Option<Hole> {
        let (_, name) = path.rsplit_once('/')?;
        let ends = |file: &&&str| file.strip_suffix(path).is_some_and(|above| above.ends_with('/'));
        let mut found = self.files_by_name().get(name)?.iter().filter(ends);
        let file = found.next().filter(|_| found.next().is_none())?;
        TreePath::new(file).map(|path| Hole::File(path, rest.to_owned()))
    }

    fn files_by_name(&self) -> &HashMap<&'a str, Vec<&'a str>> {
        self.by_file_name.get_or_init(|| {
            let mut names: HashMap<&str, Vec<&str>> = HashMap::new();
            for path in self.files.keys() {
                names.entry(path.rsplit('/').next().unwrap_or(path)).or_default().push(path);
            }
            names
        })
    }

    /// Finds where Docusaurus keeps a page of one version of its documents: `docs/1.2/page` lies below
    /// `versioned_docs/version-1.2`, `docs/next/page` in `docs`, and what names no version is of the
    /// newest one, where there are only versions.
    fn version(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix("docs/").filter(|_| self.tops.contains(VERSIONS))?;
        let (version, below) = rest.split_once('/').unwrap_or((rest, ""));
        if version == "next" {
            return Some(format!("docs/{below}"));
        }
        Some(match self.versions().contains(&version) {
            true => format!("{VERSIONS}/version-{version}/{below}"),
            false => format!("{VERSIONS}/version-{}/{rest}", self.versions().last()?),
        })
    }

    /// Returns the versions of Docusaurus that the site holds, the newest last.
    fn versions(&self) -> &[&'a str] {
        self.versions.get_or_init(|| {
            let below = |path: &'a TreePath| path.below(&self.content)?.strip_prefix(VERSIONS);
            let names = self.source.iter().filter_map(|(path, _)| {
                Some(below(path)?.strip_prefix("/version-")?.split_once('/')?.0)
            });
            let names: BTreeSet<&str> = names.collect();
            let mut names: Vec<&str> = names.into_iter().collect();
            let number = |part: &str| part.parse::<u64>().unwrap_or(u64::MAX);
            names.sort_by_cached_key(|name| name.split('.').map(number).collect::<Vec<_>>());
            names
        })
    }

    /// Returns the pages by their addresses without numbers; nothing where two have the same.
    fn plain(&self) -> &HashMap<String, Option<PageIndex>> {
        self.by_plain.get_or_init(|| {
            let mut plain = HashMap::new();
            for (address, &index) in &self.by_address {
                let same = plain.entry(without_numbers(address)).or_insert(Some(index));
                if *same != Some(index) {
                    *same = None;
                }
            }
            plain
        })
    }
}

/// Returns the name of the file of a post whose address ends with its date and its name: `2022-01-31-a` for
/// `/blog/2022/01/31/a.html`.
fn post_of(path: &str) -> Option<String> {
    let path = path.trim_end_matches('/').trim_end_matches(".html");
    let mut parts = path.rsplit('/');
    let [name, day, month, year] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let is_number = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_date = is_number(year, 4) && is_number(month, 2) && is_number(day, 2);
    (is_date && !name.is_empty()).then(|| format!("{year}-{month}-{day}-{name}"))
}

/// Returns an address without the numbers by which files are put in order, without its ending and
/// without a name that stands for its folder: `02-basics/03-prompts.mdx` is `basics/prompts`.
fn without_numbers(path: &str) -> String {
    let path = path.trim_end_matches('/');
    let (stem, kind) = path.rsplit_once('.').unwrap_or((path, ""));
    let stem = if matches!(kind, "md" | "mdx" | "html") { stem } else { path };
    let parts: Vec<&str> = stem.split('/').map(|part| crate::page::numbered(part).1).collect();
    let parts = match parts.split_last() {
        Some((&"index", above)) => above,
        _ => &parts,
    };
    parts.join("/").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_date_is_that_of_a_post() {
        for path in ["/2022/01/31/a/", "2022/01/31/a.html", "/blog/2022/01/31/a"] {
            assert_eq!(post_of(path).as_deref(), Some("2022-01-31-a"), "{path}");
        }
        for path in ["/2022/01/31/", "/01/31/a", "/2022/1/31/a", "/2022/01/é1/a", "", "/"] {
            assert_eq!(post_of(path), None, "{path}");
        }
    }

    #[test]
    fn numbers_of_files_are_no_part_of_an_address() {
        assert_eq!(without_numbers("02-basics/03. Prompts.mdx"), "basics/prompts");
        assert_eq!(without_numbers("docs/01-a/index.md"), "docs/a");
        assert_eq!(without_numbers("v1.2/2020"), "v1.2/2020");
    }
}
