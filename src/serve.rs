//! Watching, serving on loopback, and reloading open pages. An edge.
//!
//! `serve` is `build` in a loop with a warm memory. A build with errors is not published: its
//! remarks are shown over the last good output.

mod api;

use std::{
    collections::BTreeSet,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        mpsc::{self, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
};
use notify::{RecursiveMode, Watcher};
use percent_encoding::percent_decode_str;
use tokio::sync::watch;

use crate::{
    Built, Memories, Pages, build_pages, diag, disk, errors,
    site::Scope,
    tree::{Blob, Tree, TreePath},
};

/// How long a change waits for others that belong to it: editors write in several steps.
const DEBOUNCE: Duration = Duration::from_millis(20);
/// How long it waits for that at most, where another program writes into the folder all the time.
const PATIENCE_WITH_WRITERS: Duration = Duration::from_millis(100);
/// How long an open page waits for news before it asks again.
const PATIENCE: Duration = Duration::from_secs(25);
/// Ports that are tried when none was asked for.
const PORTS: std::ops::Range<u16> = 8000..8020;
/// Where the program's own answers lie; no page of a site begins so.
const OWN: &str = "/_vademecum/";
/// Where the search answers programs, and where the files lie that pages search with.
const API: &str = "/api/search";
const SEARCH: &str = "/search/";

/// The policy of the default theme: nothing but the site's own files. Pictures and recordings that
/// a page's author took from elsewhere are shown.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https: http:; media-src 'self' https: http:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const RELOAD: &str = include_str!("serve/reload.js");
const RELOAD_STYLE: &str = include_str!("serve/reload.css");

/// How long nothing must change before feeds, data and the search are made anew: they are for other
/// programs and for readers who search, and an editor who saves again must not wait for them.
const QUIET: Duration = Duration::from_millis(250);

/// How long they wait at most, where something changes all the time.
const LONGEST: Duration = Duration::from_secs(2);
/// How often it looks whether the folder is back.
const AWAY: Duration = Duration::from_millis(500);

/// What is served at the moment.
struct Published {
    pages: Tree,
    /// Feeds, data and what else is made from all pages: a moment older than they may be, which is
    /// better than missing.
    beside: Arc<Tree>,
    remarks: String,
    errors: usize,
}

impl Published {
    fn get(&self, path: &TreePath) -> Option<&Blob> {
        self.pages.get(path).or_else(|| self.beside.get(path))
    }
}

#[derive(Clone)]
struct Site {
    published: Arc<RwLock<Published>>,
    version: watch::Receiver<u64>,
    search: Arc<api::Search>,
}

/// Builds, serves and rebuilds until the program is stopped. `report` is told of every build.
///
/// # Errors
/// When the folder cannot be read or watched, or no port is free.
pub fn run(
    root: &Path,
    out: &Path,
    port: Option<u16>,
    mut report: impl FnMut(&Built, &Tree, Duration),
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let listener = runtime.block_on(listen(port))?;
    let address = listener.local_addr()?;
    let (events, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // The receiver is gone only when the program ends.
        let _ = events.send(event);
    })
    .map_err(io::Error::other)?;
    let has_content = root.join("content").is_dir();
    let parts: Vec<PathBuf> = match has_content {
        true => ["content", "themes", "index"].iter().map(|part| root.join(part)).collect(),
        false => vec![root.to_path_buf()],
    };
    let mut unwatched = parts.clone();
    if has_content {
        // A folder that is made later, such as a first theme, is seen from here.
        watcher.watch(root, RecursiveMode::NonRecursive).map_err(io::Error::other)?;
    }
    watch_new(&mut watcher, &mut unwatched)?;
    let mut memories = Memories::warm();
    let scope = Scope { drafts: true };
    let started = Instant::now();
    let mut source = disk::read_source(root, out)?;
    let mut pages = build_pages(&source.tree, &mut memories, scope);
    pages.left_out(&source.skipped);
    let (built, mut beside) = complete(pages, &mut memories);
    report(&built, &source.tree, started.elapsed());
    let published = Arc::new(RwLock::new(Published {
        remarks: diag::print_json(&built.diags, &source.tree),
        errors: built.errors(),
        pages: built.output,
        beside: beside.clone(),
    }));
    let (turn, version) = watch::channel(1_u64);
    let (search, orders) = api::start(|message| eprintln!("vademecum: {}", diag::visible(message)));
    // The receiver lives as long as the program.
    let _ = orders.send(built.collections);
    let site = Site { published: published.clone(), version, search };
    let router = Router::new().fallback(answer).with_state(site);
    runtime.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("vademecum: the server stopped: {error}");
        }
    });
    ready(address);
    let mut last = source.tree.digest();
    let tell = |error: &io::Error| {
        let folder = root.display().to_string();
        eprintln!("vademecum: `{}`: {error}; the last site stays", diag::visible(&folder));
    };
    let publish = |pages: Tree, beside: &Arc<Tree>, diags: &[diag::Diag], source: &Tree| {
        let remarks = diag::print_json(diags, source);
        let mut published = published.write().unwrap_or_else(PoisonError::into_inner);
        published.remarks = remarks;
        published.errors = errors(diags);
        // A build with errors is not shown: the last good output stays.
        if published.errors == 0 {
            published.pages = pages;
            published.beside = beside.clone();
        }
    };
    let mut waiting: Option<Waiting> = None;
    loop {
        if let Some(Waiting { pages, took, .. }) = waiting.take_if(|waiting| waiting.is_due()) {
            let begun = Instant::now();
            let known = errors(pages.diags());
            let built;
            (built, beside) = complete(pages, &mut memories);
            report(&built, &source.tree, took + begun.elapsed());
            let has_more = built.errors() != known;
            if built.errors() == 0 {
                let _ = orders.send(built.collections);
            }
            publish(built.output, &beside, &built.diags, &source.tree);
            if has_more {
                turn.send_modify(|version| *version += 1);
            }
        }
        let event = match &waiting {
            Some(waiting) => changes.recv_timeout(waiting.left()),
            None => changes.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let event = match event {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        let mut changed = Changed::default();
        changed.add(event, out);
        if !changed.is_any() {
            continue;
        }
        // A program that writes all the time must not keep an edit from being seen.
        let first = Instant::now();
        while first.elapsed() < PATIENCE_WITH_WRITERS
            && let Ok(event) = changes.recv_timeout(DEBOUNCE)
        {
            changed.add(event, out);
        }
        // A folder that comes in the place of another, as from a backup, is watched anew.
        for part in parts.iter().filter(|part| changed.paths.contains(*part)) {
            let _ = watcher.unwatch(part);
            unwatched.retain(|folder| folder != part);
            unwatched.push(part.clone());
            changed.everything = true;
        }
        watch_new(&mut watcher, &mut unwatched)?;
        let begun = Instant::now();
        let read = match changed.everything {
            true => disk::read_source(root, out).map(|read| source = read),
            false => {
                let paths: Vec<PathBuf> = changed.paths.into_iter().collect();
                disk::read_again(&mut source, root, out, &paths)
            }
        };
        if let Err(error) = read {
            tell(&error);
            // The folder may come back, as from a backup, and is another one then.
            while !root.is_dir() {
                std::thread::sleep(AWAY);
            }
            for part in &parts {
                let _ = watcher.unwatch(part);
            }
            unwatched.clone_from(&parts);
            watch_new(&mut watcher, &mut unwatched)?;
            match disk::read_source(root, out) {
                Ok(read) => source = read,
                Err(error) => {
                    tell(&error);
                    continue;
                }
            }
        }
        let digest = source.tree.digest();
        if digest == last {
            continue;
        }
        last = digest;
        // What waited is out of date, and the next build changes it in place.
        let latest = waiting.take().map_or_else(|| Instant::now() + LONGEST, |old| old.latest);
        let mut pages = build_pages(&source.tree, &mut memories, scope);
        pages.left_out(&source.skipped);
        publish(pages.output().clone(), &beside, pages.diags(), &source.tree);
        turn.send_modify(|version| *version += 1);
        let due = latest.min(Instant::now() + QUIET);
        waiting = Some(Waiting { pages, took: begun.elapsed(), due, latest });
    }
}

/// The pages of a build whose exports wait for a quiet moment.
struct Waiting {
    pages: Pages,
    /// How long it took to make them.
    took: Duration,
    due: Instant,
    /// When they are due whatever changes until then.
    latest: Instant,
}

impl Waiting {
    fn is_due(&self) -> bool {
        self.left().is_zero()
    }

    fn left(&self) -> Duration {
        self.due.saturating_duration_since(Instant::now())
    }
}

/// Completes a build; returns also what lies beside the pages: feeds, data, the search.
fn complete(pages: Pages, memories: &mut Memories) -> (Built, Arc<Tree>) {
    let own = pages.output().clone();
    let built = pages.complete(memories);
    let others = built.output.iter().filter(|(path, _)| own.get(path).is_none());
    let beside: Tree = others.map(|(path, blob)| (path.clone(), blob.clone())).collect();
    (built, Arc::new(beside))
}

/// What the watcher saw change.
#[derive(Default)]
struct Changed {
    paths: BTreeSet<PathBuf>,
    /// Events were lost, or nobody knows what changed.
    everything: bool,
}

impl Changed {
    fn add(&mut self, event: notify::Result<notify::Event>, out: &Path) {
        let Ok(event) = event else {
            self.everything = true;
            return;
        };
        if event.need_rescan() {
            self.everything = true;
        } else if matters(&event, out) {
            self.paths.extend(event.paths);
        }
    }

    fn is_any(&self) -> bool {
        self.everything || !self.paths.is_empty()
    }
}

/// Watches those of the folders that exist by now.
fn watch_new(watcher: &mut impl Watcher, unwatched: &mut Vec<PathBuf>) -> io::Result<()> {
    let (there, missing) =
        std::mem::take(unwatched).into_iter().partition(|folder| folder.is_dir());
    *unwatched = missing;
    let there: Vec<PathBuf> = there;
    for folder in there {
        watcher.watch(&folder, RecursiveMode::Recursive).map_err(io::Error::other)?;
    }
    Ok(())
}

async fn listen(port: Option<u16>) -> io::Result<tokio::net::TcpListener> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        return tokio::net::TcpListener::bind(at(port)).await;
    }
    let mut last = None;
    for port in PORTS {
        match tokio::net::TcpListener::bind(at(port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::Error::other("no port is free")))
}

/// Returns true for a change that may concern the site: not the output, not a hidden file.
fn matters(event: &notify::Event, out: &Path) -> bool {
    let is_hidden =
        |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !event.kind.is_access()
        && event.paths.iter().any(|path| !path.starts_with(out) && !is_hidden(path))
}

async fn answer(State(site): State<Site>, request: Request) -> Response<Body> {
    if !is_local(request.headers()) {
        return plain(StatusCode::FORBIDDEN, "this server answers only to its own machine");
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered");
    }
    let path = request.uri().path();
    if let Some(own) = path.strip_prefix(OWN) {
        return own_answer(own, request.uri().query(), site).await;
    }
    if path == API {
        let (status, json) = site.search.answer(request.uri().query().unwrap_or_default()).await;
        let mut response = typed("application/json", json);
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return response;
    }
    if path.starts_with(SEARCH) {
        site.search.wait().await;
    }
    file(path, &site)
}

/// Returns true when the request names this machine. A page from elsewhere that has its own name
/// point here (DNS rebinding) does not.
fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "localhost" | "127.0.0.1" | "::1")
}

async fn own_answer(path: &str, query: Option<&str>, mut site: Site) -> Response<Body> {
    match path {
        "reload.js" => typed("text/javascript; charset=utf-8", RELOAD),
        "reload.css" => typed("text/css; charset=utf-8", RELOAD_STYLE),
        "state" => {
            let seen = query.and_then(|query| query.strip_prefix("seen=")?.parse::<u64>().ok());
            if let Some(seen) = seen {
                let news = site.version.wait_for(|version| *version != seen);
                // No news within the time is an answer too.
                let _ = tokio::time::timeout(PATIENCE, news).await;
            }
            let version = *site.version.borrow();
            let published = site.published.read().unwrap_or_else(PoisonError::into_inner);
            let state = format!(
                "{{\"version\":{version},\"errors\":{},\"remarks\":{}}}",
                published.errors, published.remarks
            );
            drop(published);
            typed("application/json", state)
        }
        _ => plain(StatusCode::NOT_FOUND, "not found"),
    }
}

fn file(path: &str, site: &Site) -> Response<Body> {
    let decoded = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
    let wanted = match decoded.as_ref() {
        "" => "index.html".to_owned(),
        folder if folder.ends_with('/') => format!("{folder}index.html"),
        file => file.to_owned(),
    };
    let published = site.published.read().unwrap_or_else(PoisonError::into_inner);
    let found = TreePath::new(&wanted).and_then(|path| {
        let blob = site.search.file(&path).or_else(|| published.get(&path).cloned());
        Some((path, blob?))
    });
    if let Some((path, blob)) = found {
        return content(&path, &blob, StatusCode::OK);
    }
    let index = TreePath::new(&format!("{wanted}/index.html"));
    if index.is_some_and(|index| published.get(&index).is_some()) {
        let to = HeaderValue::from_str(&format!("{path}/"));
        let mut response = plain(StatusCode::MOVED_PERMANENTLY, "see the address with a slash");
        if let Ok(to) = to {
            response.headers_mut().insert(header::LOCATION, to);
        }
        return response;
    }
    let missing = TreePath::of("404.html");
    match published.get(&missing) {
        Some(blob) => content(&missing, blob, StatusCode::NOT_FOUND),
        None => plain(StatusCode::NOT_FOUND, "not found"),
    }
}

fn content(path: &TreePath, blob: &Blob, status: StatusCode) -> Response<Body> {
    let Ok(bytes) = disk::bytes_of(blob) else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read any more");
    };
    let kind = media_type(&path.extension());
    let body = match kind.starts_with("text/html") {
        true => {
            let html = String::from_utf8_lossy(&bytes);
            let link = format!(
                "<link rel=\"stylesheet\" href=\"{OWN}reload.css\"><script src=\"{OWN}reload.js\" defer></script></head>"
            );
            Body::from(html.replacen("</head>", &link, 1))
        }
        false => Body::from(bytes),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    guard(response.headers_mut(), kind);
    response
}

fn typed(kind: &'static str, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    guard(response.headers_mut(), kind);
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = typed("text/plain; charset=utf-8", text);
    *response.status_mut() = status;
    response
}

fn guard(headers: &mut HeaderMap, kind: &'static str) {
    let pairs = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in pairs {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Returns the media type of a file by its extension (IANA's registry).
fn media_type(extension: &str) -> &'static str {
    match extension {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/vnd.microsoft.icon",
        "pdf" => "application/pdf",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "zip" => "application/zip",
        "epub" => "application/epub+zip",
        _ => "application/octet-stream",
    }
}
