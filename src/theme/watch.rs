//! Watches pages while they are rendered: one that takes all memory, or has no end, is told of, and
//! the program stops before the machine does.
//!
//! What a template calls can be counted (`bounds`), what its expressions hold cannot: a text that is
//! put together of itself, again and again, has no call in it.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    diag::{At, Code, Diag},
    tree::TreePath,
};

/// How much the program may grow while one page is rendered, in bytes. It holds a site of 10,000
/// pages in half of that.
pub const MEMORY_LIMIT: usize = 1024 * 1024 * 1024;
/// How long one page may take, in seconds of the watch; a machine that sleeps stops it. A large list
/// takes some milliseconds.
pub const TIME_LIMIT: u32 = 60;

/// How often it is looked.
const TURN: Duration = Duration::from_millis(50);
const TURNS_A_SECOND: u32 = 20;

/// A page that is being rendered.
struct Rendered {
    template: TreePath,
    /// The memory of the program when it was first seen, and how often it was.
    seen: Option<(usize, u32)>,
}

static RENDERED: Mutex<BTreeMap<u64, Rendered>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(0);
static IS_WATCHED: AtomicBool = AtomicBool::new(false);

fn rendered() -> MutexGuard<'static, BTreeMap<u64, Rendered>> {
    // The map holds whole entries only, so it is sound even after a panic elsewhere.
    RENDERED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A page is being rendered as long as this lives.
pub struct Rendering(Option<u64>);

/// Begins a page that is rendered with the template in this file.
pub fn begin(template: impl FnOnce() -> TreePath) -> Rendering {
    if !IS_WATCHED.load(Ordering::Relaxed) {
        return Rendering(None);
    }
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    rendered().insert(number, Rendered { template: template(), seen: None });
    Rendering(Some(number))
}

impl Drop for Rendering {
    fn drop(&mut self) {
        if let Some(number) = self.0 {
            rendered().remove(&number);
        }
    }
}

/// Watches from now on, in a thread of its own, and calls `stop` for a page that takes too much. On a
/// system that does not tell how much memory the program has, only time is watched.
///
/// # Errors
/// When no thread can be had.
pub fn start(stop: impl Fn(Diag) + Send + 'static) -> std::io::Result<()> {
    let watch = move || {
        loop {
            thread::sleep(TURN);
            let memory = memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem);
            if let Some(diag) = look(&mut rendered(), memory) {
                stop(diag);
                return;
            }
        }
    };
    thread::Builder::new().name("watch".to_owned()).spawn(watch)?;
    IS_WATCHED.store(true, Ordering::Relaxed);
    Ok(())
}

/// Looks at all pages once; returns what is to be said of one that takes too much.
fn look(pages: &mut BTreeMap<u64, Rendered>, memory: usize) -> Option<Diag> {
    for page in pages.values_mut() {
        let (before, turns) = *page.seen.get_or_insert((memory, 0));
        page.seen = Some((before, turns + 1));
        let (message, help) = if memory.saturating_sub(before) > MEMORY_LIMIT {
            let limit = MEMORY_LIMIT / 1024 / 1024;
            let message = format!("one page takes more than {limit} MB of memory");
            (message, "look for a text or a list that a loop puts together of itself")
        } else if turns > TIME_LIMIT * TURNS_A_SECOND {
            let message = format!("one page takes more than {TIME_LIMIT} seconds");
            (message, "look for lists within lists, and for large texts that are replaced in")
        } else {
            continue;
        };
        return Some(
            Diag::error(Code::TemplateError, At::new(&page.template, 0..0), message).help(help),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> BTreeMap<u64, Rendered> {
        let template = TreePath::of("themes/own/templates/page.html");
        BTreeMap::from([(7, Rendered { template, seen: None })])
    }

    #[test]
    fn what_the_program_holds_already_is_no_page_s_fault() {
        let mut pages = page();
        assert!(look(&mut pages, 4 * MEMORY_LIMIT).is_none());
        assert!(look(&mut pages, 5 * MEMORY_LIMIT).is_none());
        let diag = look(&mut pages, 5 * MEMORY_LIMIT + 1).unwrap();
        assert_eq!(diag.message, "one page takes more than 1024 MB of memory");
        assert_eq!(diag.at.path.as_str(), "themes/own/templates/page.html");
    }

    #[test]
    fn a_page_that_never_ends_is_told_of() {
        let mut pages = page();
        let turns = TIME_LIMIT * TURNS_A_SECOND;
        assert!((0..=turns).all(|_| look(&mut pages, 0).is_none()));
        let diag = look(&mut pages, 0).unwrap();
        assert_eq!(diag.message, "one page takes more than 60 seconds");
    }
}
