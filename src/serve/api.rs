//! The search over HTTP, for intranets and tools: `/api/search`, answered from the Tantivy index. And
//! the search files that pages read, made anew after the pages.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock, mpsc},
    time::Duration,
};

use percent_encoding::percent_decode_str;
use serde_json::json;
use tokio::sync::{Semaphore, watch};

use crate::{
    search::{self, Ask, Collection, Sort, index::Searcher, query::QUERY_LIMIT},
    tree::{Digest, InMemory, Tree},
};

/// The most hits of one answer, and the last that can be reached.
pub const LIMIT: usize = 100;
pub const OFFSET_LIMIT: usize = 10_000;
/// The longest query string, in bytes.
const LENGTH_LIMIT: usize = 8 * 1024;
/// How long an answer may take, and how many are made side by side.
const TIME_LIMIT: Duration = Duration::from_secs(5);
const SIDE_BY_SIDE: usize = 2;
/// How long nothing must change before the search is made anew: on a large site it takes seconds.
const QUIET: Duration = Duration::from_secs(1);
/// The lowest priority there is.
#[cfg(target_os = "linux")]
const LAST: i32 = 19;
/// How long a request waits for the first index.
const PATIENCE: Duration = Duration::from_secs(60);

/// The search of what is served.
pub struct Search {
    ready: watch::Receiver<u64>,
    made: RwLock<BTreeMap<String, Language>>,
    /// The language that is asked when none is named.
    default: RwLock<String>,
    permits: Arc<Semaphore>,
}

/// What was made of one language.
struct Language {
    of: Collection,
    searcher: Arc<Searcher>,
    shards: Tree,
}

/// Where collections go that are to be searched.
pub type Orders = mpsc::Sender<Vec<Collection>>;

/// Starts a thread that makes the search of the newest collections it is sent.
pub fn start(report: impl Fn(&str) + Send + Sync + 'static) -> (Arc<Search>, Orders) {
    let (orders, waiting) = mpsc::channel::<Vec<Collection>>();
    let (turn, ready) = watch::channel(0);
    let search = Arc::new(Search {
        ready,
        made: RwLock::default(),
        default: RwLock::default(),
        permits: Arc::new(Semaphore::new(SIDE_BY_SIDE)),
    });
    let keeper = search.clone();
    std::thread::spawn(move || {
        let pool = pool();
        let mut patience = Duration::ZERO;
        while let Ok(mut collections) = waiting.recv() {
            while let Ok(newer) = waiting.recv_timeout(patience) {
                collections = newer;
            }
            patience = QUIET;
            match &pool {
                Ok(pool) => pool.install(|| keeper.make(collections, &report)),
                Err(_) => keeper.make(collections, &report),
            }
            turn.send_modify(|turn| *turn += 1);
        }
    });
    (search, orders)
}

/// Returns a pool of its own, so that an edit does not wait behind the search for a free thread.
fn pool() -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(1).start_handler(|_| stand_back()).build()
}

/// Lets other threads go first. What makes an edit visible shares the processor with the search of all
/// pages, which nobody waits for in that moment.
fn stand_back() {
    // On Linux the priority is that of a thread, elsewhere of the whole program.
    #[cfg(target_os = "linux")]
    {
        // Without it, only the search comes sooner and the edit later.
        let _ = rustix::process::setpriority_process(None, LAST);
    }
}

impl Search {
    /// Makes what has changed, one language after the other.
    fn make(&self, collections: Vec<Collection>, report: &impl Fn(&str)) {
        if let Some(first) = collections.first() {
            first
                .lang
                .clone_into(&mut self.default.write().unwrap_or_else(PoisonError::into_inner));
        }
        let wanted: Vec<String> = collections.iter().map(|one| one.lang.clone()).collect();
        for collection in collections {
            let same = {
                let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
                made.get(&collection.lang).is_some_and(|made| made.of.is_same(&collection))
            };
            if same {
                continue;
            }
            let digest = Digest::of_parts([]);
            let made =
                search::index::build(collection.clone(), digest).and_then(|(_, searcher)| {
                    let shards = search::shards::write(&searcher, &InMemory)?;
                    Ok((Arc::new(searcher), shards))
                });
            match made {
                Ok((searcher, shards)) => {
                    let lang = collection.lang.clone();
                    let language = Language { of: collection, searcher, shards };
                    let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
                    made.insert(lang, language);
                }
                Err(error) => report(&format!("the search could not be made: {error}")),
            }
        }
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        made.retain(|lang, _| wanted.contains(lang));
    }

    /// Waits until there is something to search.
    pub async fn wait(&self) {
        let mut ready = self.ready.clone();
        // What is not there by then is answered as missing.
        let _ = tokio::time::timeout(PATIENCE, ready.wait_for(|turn| *turn > 0)).await;
    }

    /// Returns a file below `search/`.
    pub fn file(&self, path: &crate::tree::TreePath) -> Option<crate::tree::Blob> {
        let lang = path.below("search")?.split('/').next()?;
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.get(lang)?.shards.get(path).cloned()
    }

    /// Answers a query string: the status, and the answer or the fault as JSON.
    pub async fn answer(&self, query: &str) -> (u16, String) {
        let fault = |status: u16, message: &str| (status, json!({ "error": message }).to_string());
        let asked = match Asked::read(query) {
            Ok(asked) => asked,
            Err(message) => return fault(400, &message),
        };
        self.wait().await;
        let default = self.default.read().unwrap_or_else(PoisonError::into_inner).clone();
        let lang = asked.lang.unwrap_or(default);
        let (searcher, known) = {
            let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
            let known: Vec<String> = made.keys().cloned().collect();
            (made.get(&lang).map(|made| made.searcher.clone()), known)
        };
        let Some(searcher) = searcher else {
            let known = known.join("`, `");
            return fault(404, &format!("there is no language `{lang}`; use one of `{known}`"));
        };
        let mut ask = asked.ask;
        for (field, value) in asked.others {
            if !searcher.takes(&field) {
                let known = searcher.facet_names().join("`, `");
                return fault(400, &format!("there is no field `{field}`; use one of `{known}`"));
            }
            ask.filters.push((field, value));
        }
        // An answer that takes too long is finished all the same, so it keeps its place until then.
        let answer = async {
            let permit = self.permits.clone().acquire_owned().await;
            tokio::task::spawn_blocking(move || {
                let _permit = permit;
                searcher.search(&ask).map(|found| serde_json::to_string(&found))
            })
            .await
        };
        match tokio::time::timeout(TIME_LIMIT, answer).await {
            Ok(Ok(Ok(Ok(found)))) => (200, found),
            Ok(_) => fault(500, "the index cannot be read"),
            Err(_) => fault(503, "the answer took too long"),
        }
    }
}

/// What a query string says.
struct Asked {
    ask: Ask,
    lang: Option<String>,
    /// Fields and values.
    others: Vec<(String, String)>,
}

impl Asked {
    fn read(query: &str) -> Result<Self, String> {
        if query.len() > LENGTH_LIMIT {
            return Err(format!("the address is longer than {LENGTH_LIMIT} bytes"));
        }
        let mut asked = Self { ask: Ask::of(""), lang: None, others: Vec::new() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text: &str| {
                percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
            };
            let (name, value) = (decode(name), decode(value));
            let number = |high: usize| {
                let number = value.parse().ok().filter(|number| *number <= high);
                number.ok_or_else(|| format!("`{name}` takes a number from 0 to {high}"))
            };
            match name.as_str() {
                "q" if value.chars().count() > QUERY_LIMIT => {
                    return Err(format!("`q` takes at most {QUERY_LIMIT} characters"));
                }
                "q" => asked.ask.query = value,
                "lang" => asked.lang = Some(value),
                "limit" => asked.ask.limit = number(LIMIT)?,
                "offset" => asked.ask.offset = number(OFFSET_LIMIT)?,
                "sort" => {
                    asked.ask.sort = Sort::named(&value)
                        .ok_or_else(|| "`sort` is `relevance` or `date`".to_owned())?;
                }
                "insist" => asked.ask.insist = value != "false" && value != "0",
                "off" => asked.ask.off.push(value),
                _ => asked.others.push((name, value)),
            }
        }
        Ok(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_search_stands_back_and_nothing_else_does() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let before = priority();
        assert_eq!(pool().unwrap().install(priority), LAST);
        assert_eq!(priority(), before);
    }

    #[test]
    fn a_query_string_is_read_within_limits() {
        let asked = Asked::read("q=child+detention%20%C3%A9&lang=en&country=TH&limit=5&sort=date");
        let asked = asked.ok().unwrap();
        assert_eq!(asked.ask.query, "child detention é");
        assert_eq!((asked.ask.limit, asked.ask.sort), (5, Sort::Date));
        assert_eq!(asked.others, [("country".to_owned(), "TH".to_owned())]);
        for wrong in ["limit=101", "offset=-1", "sort=best", &format!("q={}", "a".repeat(401))] {
            assert!(Asked::read(wrong).is_err(), "{wrong}");
        }
        assert!(Asked::read(&"a".repeat(10_000)).is_err());
        assert!(Asked::read("%ff=%00&&=&q").is_ok());
    }
}
