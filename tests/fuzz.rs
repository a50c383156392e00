//! Hostile input: pages, front matter and configuration, templates and file names that nobody would
//! write by accident, made by mutation from sound ones.
//!
//! Each target runs for a few seconds. `FUZZ_SECONDS=600 cargo test --test fuzz -- --nocapture` runs
//! each for ten minutes, `FUZZ_SEED=…` begins elsewhere. A fault is shown with its seed and the
//! smallest input that still shows it. The input of the moment lies in `target/tmp/`, for faults
//! that end the process, such as a stack that overflows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use vademecum::{
    Built, Memories, build, diag, disk,
    site::Scope,
    tree::{Blob, Tree, TreePath},
};

mod sample;

use sample::{Files, Random};

/// The largest input of a page, in bytes, and the processor time that it may take.
const LARGEST: usize = 64 * 1024;
const PAGE_TIME: Duration = Duration::from_secs(2);
/// What a template may take: it may loop up to its limit.
const TEMPLATE_TIME: Duration = Duration::from_secs(20);
/// Memory that all of a target's run may take.
const MEMORY: u64 = 2_500_000_000;
/// How many pages are built at once; a build has a price of its own.
const PAGES: usize = 10;

// ---------------------------------------------------------------- the targets

#[test]
fn hostile_markdown() {
    let corpus = corpus();
    run("markdown", PAGE_TIME, |random| {
        let mut files = Files::default();
        if random.chance(2) {
            files.put("content/site.toml", "languages = ['en']\nurl = 'https://example.org/'\n");
        }
        for number in 0..PAGES {
            let text = mutated(random, &corpus, MARKDOWN);
            files.put(&format!("content/en/p{number}.md"), text);
        }
        files
    });
}

#[test]
fn hostile_front_matter_and_configuration() {
    let corpus = fronts();
    let configs: Vec<Vec<u8>> = (0..6)
        .flat_map(|seed| sample::configured(&mut Random(seed)).0)
        .filter(|(path, _)| path.ends_with(".toml") || path.ends_with(".tsv"))
        .map(|(_, bytes)| bytes)
        .collect();
    run("front-matter", PAGE_TIME, |random| {
        let mut files = sample::configured(&mut Random(random.below(4) as u64));
        files.0.retain(|path, _| !path.ends_with(".md") || path.contains("index"));
        if random.chance(3) {
            let path = random.one(&[
                "content/site.toml",
                "content/vocabularies/objectives.tsv",
                "content/vocabularies/countries-overrides.tsv",
                "index/en.toml",
                "themes/own/words/fr.toml",
            ]);
            let like: Vec<Vec<u8>> = match files.0.get(path) {
                Some(bytes) if !random.chance(8) => vec![bytes.clone()],
                _ => configs.clone(),
            };
            files.put(path, mutated(random, &like, FRONT));
        }
        for number in 0..PAGES {
            let (fence, close) = if random.chance(4) { ("+++", "+++") } else { ("---", "---") };
            let front = mutated(random, &corpus, FRONT);
            let mut text = format!("{fence}\n").into_bytes();
            text.extend(front);
            text.extend(format!("\n{close}\n\nText [a](p1.md) of {number}.\n").into_bytes());
            let folder = random.one(&["practices", "notes", "objectives", ""]);
            files.put(&format!("content/en/{folder}/p{number}.md").replace("//", "/"), text);
        }
        files
    });
}

#[test]
fn hostile_templates() {
    let templates: Vec<(String, Vec<u8>)> = vademecum::theme::default_files()
        .iter()
        .filter(|(path, _)| path.below("templates").is_some())
        .map(|(path, blob)| (path.to_string(), blob.bytes().unwrap().to_vec()))
        .collect();
    let mut corpus: Vec<Vec<u8>> = templates.iter().map(|(_, bytes)| bytes.clone()).collect();
    corpus.extend(TEMPLATES.iter().map(|text| text.as_bytes().to_vec()));
    run("templates", TEMPLATE_TIME, |random| {
        let mut files = Files::default();
        files.put("content/site.toml", "languages = ['en']\ntheme = 'own'\n");
        files.put("content/en/a.md", "# A\n\n## Part\n\nText\n");
        files.put("content/en/index.md", "# Home\n");
        for _ in 0..1 + random.below(2) {
            let (path, own) = &templates[random.below(templates.len())];
            let like = if random.chance(2) { vec![own.clone()] } else { corpus.clone() };
            files.put(&format!("themes/own/{path}"), mutated(random, &like, TEMPLATE));
        }
        files
    });
}

#[test]
fn hostile_file_names() {
    run("names", PAGE_TIME, |random| {
        let mut files = Files::default();
        if random.chance(2) {
            files.put("content/site.toml", "languages = ['en', 'fr']\n[vocabularies.tags]\nopen = true\nfolder = 'tags'\n[fields.tags]\ntype = 'terms'\n[shared]\nfields = ['tags']\n");
        }
        for number in 0..2 * PAGES {
            let mut path = String::new();
            for _ in 0..1 + random.below(3) {
                let _ = write!(path, "{}/", name(random));
            }
            let extension = random.one(&[".md", ".md", ".md", ".markdown", ".png", ".MD", ""]);
            let path = format!(
                "content/{}{}{extension}",
                random.one(&["en/", "fr/", ""]),
                path.trim_end_matches('/')
            );
            let front = match random.below(4) {
                0 => format!("---\naliases: [{:?}, {:?}]\n---\n", name(random), name(random)),
                1 => format!("---\ntags: [{:?}]\nid: {:?}\n---\n", name(random), name(random)),
                _ => String::new(),
            };
            // Names that no tree takes never come from a disk.
            if TreePath::new(&path).is_some() {
                files.put(
                    &path,
                    format!(
                        "{front}# {number}\n\n[x](<{}.md>) ![y](<../{}>)\n",
                        name(random),
                        name(random)
                    ),
                );
            }
        }
        files
    });
}

/// What a theme is called, its templates, and what must be said of them.
type Theme<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

/// Returns the remarks of a site whose theme has these templates.
fn remarks_of_theme(templates: &[(&str, &str)]) -> String {
    let mut files = Files::default();
    files.put("content/site.toml", "languages = ['en']\ntheme = 'own'\n");
    files.put("content/en/a.md", "# A\n");
    for (name, text) in templates {
        files.put(&format!("themes/own/templates/{name}"), *text);
    }
    let source = files.tree();
    diag::print(&build(&source, &mut Memories::none(), Scope::default()).diags, &source)
}

#[test]
fn templates_that_would_never_end_are_told() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let nested = "{% for i in range(end=9000) %}".repeat(9) + &"{% endfor %}".repeat(9);
    let of_data = "{% set a = range(end=9000) %}{% for i in a %}{% for j in a %}{% for k in a %}{% endfor %}{% endfor %}{% endfor %}";
    let large = "{% set a = range(end=9000) %}{% set x = \"x\" | indent(width=9999) %}{% for i in a %}{{ body }}{{ x }}{{ a }}{% endfor %}";
    let in_one_another = [
        (
            "page.html",
            "{% extends \"b.html\" %}{% block a %}{% block b %}{{ super() }}{% endblock b %}{% endblock a %}",
        ),
        ("b.html", "{% block b %}{% block a %}{% endblock a %}{% endblock b %}"),
    ];
    let component = "{% component a() %}{{ <a /> }}{% endcomponent a %}{{ <a /> }}";
    let elifs = format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(5_000));
    let cases: [Theme; 11] = [
        ("all values at once", &[("page.html", "{{ __tera_context }}")], "in an order of its own"),
        ("a chain of conditions", &[("page.html", &elifs)], "more than 100 `elif`"),
        (
            "a component in itself",
            &[("page.html", component)],
            "lie more than 12 deep in one another",
        ),
        ("loops in loops", &[("page.html", &nested)], "loops take more than 1000000 turns"),
        ("loops over a list", &[("page.html", of_data)], "loops take more than 1000000 turns"),
        (
            "a large range",
            &[("page.html", "{{ range(end=1000000000) }}")],
            "`range` gives more than 10000 numbers",
        ),
        ("a large page", &[("page.html", large)], "the page is larger than 32 MB"),
        ("blocks that show each other", &in_one_another, "lie more than 12 deep in one another"),
        ("a template in itself", &[("page.html", "{% include \"page.html\" %}")], "template-error"),
        (
            "a template that extends itself",
            &[("page.html", "{% extends \"page.html\" %}")],
            "template-error",
        ),
        (
            "two that extend each other",
            &[("page.html", "{% extends \"b.html\" %}"), ("b.html", "{% extends \"page.html\" %}")],
            "template-error",
        ),
    ];
    for (name, templates, expected) in cases {
        let remarks = remarks_of_theme(templates);
        assert!(
            remarks.contains("error[template-error]") && remarks.contains(expected),
            "{name}: {remarks}"
        );
    }
    // A chain of includes, a chain of parents, and more templates than a theme may have.
    for (tag, count, expected) in [
        ("include", 400, "lie more than 12 deep"),
        ("extends", 400, ""),
        ("include", 600, "a theme may have 500 templates"),
    ] {
        let mut chain: Vec<(String, String)> = (0..count)
            .map(|n| (format!("t{n}.html"), format!("{{% {tag} \"t{}.html\" %}}", n + 1)))
            .collect();
        chain.push((format!("t{count}.html"), "end".to_owned()));
        chain.push(("page.html".to_owned(), format!("{{% {tag} \"t0.html\" %}}")));
        let chain: Vec<_> = chain.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        let remarks = remarks_of_theme(&chain);
        assert!(
            remarks.contains(expected) && (remarks.is_empty() == expected.is_empty()),
            "{tag}: {remarks}"
        );
    }
}

#[test]
fn what_was_found_stays_repaired() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let deep = format!("```\n{}\n```\n[](h)", ">-".repeat(101));
    let config = "languages = ['en']\n[vocabularies.v]\nfolder = 'ob'\n[fields.as_of]\ntype = 'date'\n[types.t]\nfolder = 't'\nfields = ['as_of']\n";
    let (site, table) = ("content/site.toml", "content/vocabularies/v.tsv");
    let found: &[&[(&str, &[u8])]] = &[
        // Ended the program: a page and a term without an address.
        &[("content/....md", b""), ("content/..md", b"")],
        &[(site, config.as_bytes()), (table, b"id\tname_en\n<\tx\n"), ("content/en/index.md", b"")],
        // Remarks that pointed nowhere.
        &[("content/en/a.md", b"\xff[](d)")],
        &[("content/en/a.md", "---\n: .\n|\nא\n---".as_bytes())],
        &[("content/en/a.md", deep.as_bytes())],
        &[("content/en/a.md", "<a href=\"漢\n  漢漢漢漢\">".as_bytes())],
        &[(site, config.as_bytes()), (table, "\u{feff}مرحبا".as_bytes())],
        // Feeds that were no XML.
        &[
            (site, config.as_bytes()),
            ("content/en/t/a.md", b"---\ntitle: \x01\x1b\nas_of: 2020\n---\n"),
        ],
        // Names that some file systems refuse, and that a terminal obeys.
        &[
            ("content/a|b.md", b""),
            ("content/a:b.md", b""),
            ("content/a\nb.md", b""),
            ("content/a\tb.md", b""),
        ],
        &[
            ("content/nul.txt.md", b""),
            ("content/a.md", b"---\naliases: ['\"q\"', 'con', ' ']\n---\n"),
        ],
        &[("content/en/\u{1b}[2J.md", b"[\x1b](\x1b)")],
    ];
    for (number, files) in found.iter().enumerate() {
        let files =
            files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect();
        assert_eq!(examine("names", &Files(files), PAGE_TIME), Ok(()), "{number}");
    }
}

#[test]
fn links_to_headings_that_do_not_exist_take_no_time_of_their_own() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // A large page takes its time; with the product of both it would take a minute and more.
    let time = PAGE_TIME * 5;
    let headings: String = (0..10_000).map(|n| format!("## One {n} Two\n\n")).collect();
    let links: String = (0..30_000).map(|n| format!("[x](#one{n}-three)\n")).collect();
    let mut files = Files::default();
    files.put("content/en/a.md", headings.clone() + &links);
    assert_eq!(examine("markdown", &files, time), Ok(()));
    // A name with other signs between its letters is found as well.
    let links: String = (0..30_000).map(|n| format!("[x](#One_{}_Two)\n", n % 10_000)).collect();
    files.put("content/en/a.md", headings + &links);
    assert_eq!(examine("markdown", &files, time), Ok(()));
}

#[test]
fn deep_nesting_overflows_no_stack() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let depth = LARGEST / 2;
    let mut files = Files::default();
    let deep = |open: &str, close: &str| {
        let depth = depth / (open.len() + close.len());
        format!("{}x{}\n", open.repeat(depth), close.repeat(depth))
    };
    for (number, (open, close)) in MARKDOWN.pairs.iter().enumerate() {
        files.put(&format!("content/en/m{number}.md"), deep(open, close));
        files.put(&format!("content/en/o{number}.md"), deep(open, ""));
    }
    for (number, (open, close)) in FRONT.pairs.iter().enumerate() {
        files.put(
            &format!("content/en/y{number}.md"),
            format!("---\na: {}\n---\n", deep(open, close)),
        );
        files.put(
            &format!("content/en/t{number}.md"),
            format!("+++\na = {}\n+++\n", deep(open, close)),
        );
    }
    let notes: String =
        (0..2000).map(|n| format!("[^{n}]: see [^{}]\n\n", (n + 1) % 2000)).collect();
    files.put("content/en/notes.md", format!("[^0]\n\n{notes}"));
    let steps: String = (0..900).map(|n| format!("{}- x\n", "  ".repeat(n))).collect();
    files.put("content/en/steps.md", steps);
    let source = files.tree();
    let built = build(&source, &mut Memories::none(), Scope::default());
    remarks_have_places(&built, &source).unwrap();
    for (open, close) in TEMPLATE.pairs {
        for template in [deep(open, close), format!("{{{{ {} }}}}", deep(open, close))] {
            remarks_of_theme(&[("page.html", &template)]);
        }
    }
    let deep = deep("[", "]");
    for path in ["content/site.toml", "index/en.toml"] {
        let mut files = sample::configured(&mut Random(1));
        files.put(path, format!("a = {deep}"));
        let built = build(&files.tree(), &mut Memories::none(), Scope::default());
        assert!(!built.diags.is_empty());
    }
}

// ---------------------------------------------------------------- running

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

fn run(target: &str, time: Duration, make: impl Fn(&mut Random) -> Files) {
    // One target at a time: processor time is counted for the whole process.
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seconds = number("FUZZ_SECONDS").unwrap_or(5);
    let first = number("FUZZ_SEED").unwrap_or(1);
    let current = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{target}.txt"));
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string();
    }));
    let started = Instant::now();
    let mut faults: BTreeMap<String, String> = BTreeMap::new();
    let (mut builds, mut inputs) = (0, 0);
    while started.elapsed() < Duration::from_secs(seconds) && faults.len() < 12 {
        let seed = first + builds;
        let files = make(&mut Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        let _ = std::fs::write(&current, format!("seed {seed}\n{}", shown(&files)));
        builds += 1;
        inputs += files.0.len();
        if let Err(fault) = examine(target, &files, time) {
            let kind: String = fault.chars().filter(|c| !c.is_ascii_digit()).take(70).collect();
            faults.entry(kind).or_insert_with(|| {
                let (small, fault) = minimise(target, files, fault, time);
                let report = format!("{target}, seed {seed}: {fault}\n{}", shown(&small));
                eprintln!("{report}");
                report
            });
        }
    }
    std::panic::set_hook(before);
    println!(
        "{target}: {builds} builds of {inputs} files in {} s, {} faults",
        started.elapsed().as_secs(),
        faults.len()
    );
    let reports: Vec<String> = faults.into_values().collect();
    assert!(reports.is_empty(), "\n{}", reports.join("\n"));
    assert!(most_memory() < MEMORY, "{target} took {} MB", most_memory() / 1_000_000);
}

fn shown(files: &Files) -> String {
    let mut text = String::new();
    for (path, bytes) in &files.0 {
        let bytes = String::from_utf8_lossy(bytes);
        let cut: String = bytes.chars().take(6_000).collect();
        let _ = writeln!(text, "=== {path:?} ({} bytes)\n{cut:?}", bytes.len());
    }
    text
}

/// Takes away files, then lines, then characters, as long as the same sort of fault is there.
fn minimise(target: &str, files: Files, fault: String, time: Duration) -> (Files, String) {
    let started = Instant::now();
    let kind =
        |fault: &str| fault.chars().filter(|c| !c.is_ascii_digit()).take(40).collect::<String>();
    let (mut best, mut said) = (files, fault);
    let mut try_with = |best: &mut Files, smaller: Files| {
        let fails = started.elapsed() < Duration::from_secs(30);
        let again = if fails { examine(target, &smaller, time).err() } else { None };
        match again {
            Some(fault) if kind(&fault) == kind(&said) => {
                (*best, said) = (smaller, fault);
                true
            }
            _ => false,
        }
    };
    for path in best.0.keys().cloned().collect::<Vec<_>>() {
        let mut smaller = best.clone();
        smaller.0.remove(&path);
        try_with(&mut best, smaller);
    }
    for path in best.0.keys().cloned().collect::<Vec<_>>() {
        let mut part = best.0[&path].len() / 2;
        while part > 0 {
            let mut at = 0;
            while at < best.0[&path].len() {
                let mut bytes = best.0[&path].clone();
                bytes.drain(at..(at + part).min(bytes.len()));
                let mut smaller = best.clone();
                smaller.put(&path, bytes);
                if !try_with(&mut best, smaller) {
                    at += part;
                }
            }
            part /= 2;
        }
    }
    (best, said)
}

/// Returns the processor time of this process so far; elsewhere than on Linux, the time that passed.
fn spent(started: Instant) -> Duration {
    let ticks = std::fs::read_to_string("/proc/self/stat").ok().and_then(|text| {
        let fields: Vec<&str> = text.rsplit(')').next()?.split_whitespace().collect();
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    });
    ticks.map_or_else(|| started.elapsed(), |ticks| Duration::from_millis(ticks * 10))
}

fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1000
}

// ---------------------------------------------------------------- what must hold

fn examine(target: &str, files: &Files, time: Duration) -> Result<(), String> {
    let checked = catch_unwind(AssertUnwindSafe(|| check(target, files, time)));
    checked.unwrap_or_else(|_| {
        let said = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Err(format!("panic: {said}"))
    })
}

fn check(target: &str, files: &Files, time: Duration) -> Result<(), String> {
    let source: Tree = files
        .0
        .iter()
        .filter_map(|(path, bytes)| Some((TreePath::new(path)?, Blob::new(bytes.clone()))))
        .collect();
    let started = Instant::now();
    let before = spent(started);
    let mut memories = Memories::warm();
    let built = build(&source, &mut memories, Scope { drafts: true });
    let took = spent(started) - before;
    if took > time {
        let pages: Vec<&String> = files.0.keys().filter(|path| path.ends_with(".md")).collect();
        if pages.len() < 2 || target == "templates" {
            return Err(format!("slow: one build took {took:?}"));
        }
        for page in &pages {
            let mut alone = files.clone();
            alone.0.retain(|path, _| path == *page || !path.ends_with(".md"));
            check(target, &alone, time)?;
        }
    }
    remarks_have_places(&built, &source)?;
    let warm = build(&source, &mut memories, Scope { drafts: true });
    if warm.output.digest() != built.output.digest() || warm.diags != built.diags {
        return Err("a second build differs".to_owned());
    }
    let input: u64 = source.iter().map(|(_, blob)| blob.length()).sum();
    // A row of a vocabulary is a page in each language; a template may loop.
    let most = match target {
        "markdown" => 60,
        _ => 400,
    };
    if target != "templates" && built.output.length() > 4_000_000 + most * input {
        return Err(format!("{} bytes of output from {input}", built.output.length()));
    }
    let mut folded = BTreeSet::new();
    for (path, blob) in built.output.iter() {
        is_portable(path, files).map_err(|why| format!("path {:?}: {why}", path.as_str()))?;
        if !folded.insert(path.as_str().to_lowercase()) {
            return Err(format!("two files are {path:?} where case does not count"));
        }
        let is_carried = files.0.contains_key(&format!("content/{path}"));
        if target != "templates" && !is_carried {
            is_harmless(path, blob).map_err(|why| format!("{why} in {path:?}"))?;
        }
    }
    if target == "names" {
        disk_holds(&built.output, files)?;
    }
    Ok(())
}

fn remarks_have_places(built: &Built, source: &Tree) -> Result<(), String> {
    for remark in &built.diags {
        let (start, end) = (remark.at.start, remark.at.end);
        if start > end {
            return Err(format!("a remark ends before it starts: {remark:?}"));
        }
        let Some(blob) = source.get(&remark.at.path) else {
            // The default theme is no part of the source.
            if remark.at.path.below("themes/default").is_none() && (start, end) != (0, 0) {
                return Err(format!("a remark has a place in no file: {remark:?}"));
            }
            continue;
        };
        let bytes = blob.bytes().unwrap_or_default();
        if end > bytes.len() {
            return Err(format!("a remark lies outside of {} bytes: {remark:?}", bytes.len()));
        }
        if let Ok(text) = std::str::from_utf8(bytes)
            && !(text.is_char_boundary(start) && text.is_char_boundary(end))
        {
            return Err(format!("a remark cuts a character: {remark:?}"));
        }
    }
    let printed = diag::print(&built.diags, source);
    if let Some(c) = printed.chars().find(|c| c.is_control() && *c != '\n') {
        return Err(format!("a terminal is sent {c:?}"));
    }
    let json = diag::print_json(&built.diags, source);
    serde_json::from_str::<serde_json::Value>(&json).map_err(|error| format!("JSON: {error}"))?;
    Ok(())
}

/// A path that every file system takes. Files that are carried along keep the name they have.
fn is_portable(path: &TreePath, files: &Files) -> Result<(), String> {
    let carried = files
        .0
        .keys()
        .any(|file| file.strip_prefix("content/").is_some_and(|below| below == path.as_str()));
    for part in path.as_str().split('/') {
        if part.len() > 255 {
            return Err(format!("a name of {} bytes", part.len()));
        }
        if carried {
            continue;
        }
        if part.chars().any(|c| c.is_control() || "<>:\"|?*\\".contains(c)) {
            return Err("a character that some file systems refuse".to_owned());
        }
        if part.ends_with(['.', ' ']) {
            return Err("a name that ends with a dot or space".to_owned());
        }
        let stem = part.split('.').next().unwrap_or_default().to_ascii_uppercase();
        if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "COM1" | "LPT9") {
            return Err("a name that is a device".to_owned());
        }
    }
    Ok(())
}

/// Writes the output, and finds it again: all of it, and nothing beside it.
fn disk_holds(output: &Tree, files: &Files) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    disk::write(output, &out).map_err(|error| format!("writing: {error}"))?;
    let mut found = 0;
    for entry in walkdir::WalkDir::new(folder.path()).into_iter().map(Result::unwrap) {
        if !entry.path().starts_with(&out) && entry.path() != folder.path() {
            return Err(format!("{:?} lies beside the output", entry.path()));
        }
        found += usize::from(entry.file_type().is_file());
    }
    if found != output.len() + 1 {
        return Err(format!("{found} files on disk for {}", output.len()));
    }
    // The source itself, and names that are no text.
    let root = folder.path().join("source");
    for (path, bytes) in &files.0 {
        let path = root.join(path);
        let written = std::fs::create_dir_all(path.parent().unwrap());
        let _ = written.and_then(|()| std::fs::write(&path, bytes));
        assert!(path.starts_with(&root));
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"content/\xff\xfe.md");
        let _ = std::fs::write(root.join(name), "x");
        let _ = std::fs::write(root.join("content/back\\slash.md"), "x");
    }
    let read = disk::read_source(&root, &root.join("public")).map_err(|error| error.to_string())?;
    for (path, blob) in read.tree.iter() {
        if files.0.get(path.as_str()).map(Vec::as_slice) != blob.bytes() {
            return Err(format!("{path:?} is read from disk with other bytes"));
        }
    }
    let mut built = build(&read.tree, &mut Memories::none(), Scope::default());
    built.left_out(&read.skipped);
    let _ = diag::print(&built.diags, &read.tree);
    Ok(())
}

/// Elements that no text may bring into a page.
const REFUSED: &[&str] = &[
    "style", "iframe", "object", "embed", "base", "applet", "frame", "portal", "textarea", "select",
];
/// Attributes that hold addresses.
const ADDRESSES: &[&str] =
    &["href", "src", "action", "poster", "formaction", "data", "srcset", "cite"];

/// Looks at every tag of a page, and at the form of what programs read.
fn is_harmless(path: &TreePath, blob: &Blob) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(blob.bytes().unwrap_or_default()) else {
        return Ok(());
    };
    match path.extension().as_str() {
        "xml" => match text.chars().find(|c| !is_xml(*c)) {
            Some(c) => Err(format!("the character {c:?}, which XML refuses,")),
            None => Ok(()),
        },
        "js" if path.below("search").is_some() => {
            let list = text.trim_end().strip_prefix("vademecum.pages(");
            let list = list.and_then(|list| list.strip_suffix(");")).unwrap_or_default();
            let read = serde_json::from_str::<serde_json::Value>(list);
            read.map(|_| ()).map_err(|error| format!("a list that is no JSON ({error})"))
        }
        "json" if path.below("data").is_some() => {
            let read = serde_json::from_str::<serde_json::Value>(text);
            read.map(|_| ()).map_err(|error| format!("no JSON ({error})"))
        }
        "html" => {
            tags(text)?.iter().try_for_each(|(name, attributes)| harmless_tag(name, attributes))
        }
        _ => Ok(()),
    }
}

fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

type Attributes = Vec<(String, String)>;

fn harmless_tag(name: &str, attributes: &Attributes) -> Result<(), String> {
    let value =
        |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, v)| v.as_str());
    if REFUSED.contains(&name) {
        return Err(format!("the element `{name}`"));
    }
    if name == "script" {
        let source = value("src").unwrap_or_default();
        // "Not found" is shown at any address, so its own start at the root.
        let source = match source.starts_with('/') && !source.starts_with("//") {
            true => source.find("assets/").map_or(source, |at| &source[at..]),
            false => source.trim_start_matches("../"),
        };
        let is_list = source.starts_with("search/") && source.ends_with(".js");
        let is_root = value("data-search-root").is_some() && attributes.len() == 2;
        let is_data = value("src").is_none()
            && match value("type") {
                Some("application/ld+json") => true,
                Some("application/json") => is_root,
                _ => false,
            };
        let ours = [
            "assets/site.js",
            "assets/search.js",
            "assets/search-page.js",
            "assets/search-query.js",
            "assets/search-extra.js",
        ];
        if !is_data && !is_list && !ours.contains(&source) {
            return Err(format!("a script {attributes:?}"));
        }
    }
    if name == "form" && value("role") != Some("search") {
        return Err("a form".to_owned());
    }
    for (name, value) in attributes {
        if name.starts_with("on") || name == "style" {
            return Err(format!("the attribute `{name}`"));
        }
        if ADDRESSES.contains(&name.as_str()) {
            let bare: String =
                unescape(value).chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
            let bare = bare.to_lowercase();
            if ["javascript:", "vbscript:", "data:", "blob:", "file:"]
                .iter()
                .any(|bad| bare.starts_with(bad))
            {
                return Err(format!("the address `{value}`"));
            }
        }
    }
    Ok(())
}

fn unescape(text: &str) -> String {
    ["&#x3a;:", "&#58;:", "&colon;:", "&tab;", "&newline;", "&amp;&", "&quot;\"", "&#39;'"]
        .iter()
        .fold(text.to_owned(), |text, pair| {
            let (from, to) = pair.split_once(';').unwrap_or((pair, ""));
            text.replace(&format!("{from};"), to)
        })
}

/// Cuts HTML into start tags as a browser does: quoted values may hold anything.
fn tags(html: &str) -> Result<Vec<(String, Attributes)>, String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").ok_or("a comment without an end")?.1;
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
            .ok_or("a tag without an end")?;
        let name = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut attributes = Attributes::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if let Some(after) = rest.strip_prefix('>') {
                rest = after;
                break;
            }
            let end = rest
                .find(|c: char| c.is_whitespace() || "=>/".contains(c))
                .ok_or("an attribute without an end")?;
            let attribute = rest[..end].to_ascii_lowercase();
            if attribute.is_empty() || attribute.contains(['"', '\'', '<']) {
                return Err(format!("the attribute {attribute:?} of `{name}`"));
            }
            rest = rest[end..].trim_start();
            let mut value = "";
            if let Some(after) = rest.strip_prefix('=') {
                let after = after.trim_start();
                let quote = after.chars().next().filter(|c| "\"'".contains(*c));
                (value, rest) = match quote {
                    Some(quote) => after[1..].split_once(quote).ok_or("a value without an end")?,
                    None => after.split_at(after.find([' ', '>']).ok_or("a value without an end")?),
                };
            }
            attributes.push((attribute, value.to_owned()));
        }
        if name == "script" {
            rest = rest.split_once("</script").ok_or("a script without an end")?.1;
        }
        tags.push((name, attributes));
    }
    Ok(tags)
}

// ---------------------------------------------------------------- mutation

/// Returns sound texts: the small sites of the tests, and some of the example site.
fn corpus() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut corpus: Vec<Vec<u8>> = SAMPLES.iter().map(|text| text.as_bytes().to_vec()).collect();
    for folder in
        ["tests/sites", "content/en/manual", "content/en/guidance", "content/fr/objectives"]
    {
        let mut paths: Vec<_> = std::fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        for path in paths.iter().take(12) {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            if folder == "tests/sites" {
                corpus.extend(text.split("=== ").map(|part| part.as_bytes().to_vec()));
            } else {
                corpus.push(text.into_bytes());
            }
        }
    }
    corpus
}

fn fronts() -> Vec<Vec<u8>> {
    let mut fronts: Vec<Vec<u8>> = FRONTS.iter().map(|text| text.as_bytes().to_vec()).collect();
    fronts.extend(corpus().iter().filter_map(|text| {
        let text = std::str::from_utf8(text).ok()?;
        text.strip_prefix("---\n")?.split_once("\n---").map(|(front, _)| front.as_bytes().to_vec())
    }));
    fronts
}

/// What a language is made of: pairs that nest, and single tokens.
struct Grammar {
    pairs: &'static [(&'static str, &'static str)],
    tokens: &'static [&'static str],
}

fn mutated(random: &mut Random, corpus: &[Vec<u8>], grammar: &Grammar) -> Vec<u8> {
    let mut text = corpus[random.below(corpus.len())].clone();
    text.truncate(4_000 + random.below(8_000));
    for _ in 0..1 + random.below(6) {
        mutate(random, &mut text, corpus, grammar);
        text.truncate(LARGEST);
    }
    text
}

/// Returns a place in the text; mostly one where a line begins.
fn place(random: &mut Random, text: &[u8]) -> usize {
    let at = random.below(text.len() + 1);
    if random.chance(2) {
        return at;
    }
    text[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
}

fn mutate(random: &mut Random, text: &mut Vec<u8>, corpus: &[Vec<u8>], grammar: &Grammar) {
    let at = place(random, text);
    let insert = |text: &mut Vec<u8>, at: usize, new: &[u8]| {
        text.splice(at..at, new.iter().copied());
    };
    let often = [1, 2, 3, 5, 9, 30, 90, 200, 1000, 5000, 20_000][random.below(11)];
    match random.below(12) {
        0 | 1 => insert(text, at, random.one(grammar.tokens).as_bytes()),
        2 => {
            let token = random.one(grammar.tokens).repeat(often);
            insert(text, at, &token.as_bytes()[..token.len().min(LARGEST)]);
        }
        3 | 4 => {
            let (open, close) = grammar.pairs[random.below(grammar.pairs.len())];
            let depth = often.min(LARGEST / (open.len() + close.len()).max(1));
            let nested = format!("{}x{}", open.repeat(depth), close.repeat(depth));
            insert(text, at, nested.as_bytes());
        }
        5 => {
            // Several sorts of brackets in one another, not all closed.
            let mut nested = String::new();
            for _ in 0..often.min(3_000) {
                nested.push_str(grammar.pairs[random.below(grammar.pairs.len())].0);
            }
            insert(text, at, nested.as_bytes());
        }
        6 => insert(text, at, random.one(ODD).as_bytes()),
        7 => {
            let odd = random.one(ODD).repeat(often);
            insert(text, at, &odd.as_bytes()[..odd.len().min(LARGEST)]);
        }
        8 => {
            let other = &corpus[random.below(corpus.len())];
            let (from, to) = (random.below(other.len() + 1), random.below(other.len() + 1));
            insert(text, at, &other[from.min(to)..from.max(to)]);
        }
        9 => {
            // A part of the text itself, many times.
            let to = (at + 1 + random.below(60)).min(text.len());
            let part = text[at..to].repeat(often.min(LARGEST / (to - at).max(1)));
            insert(text, at, &part);
        }
        10 => {
            let to = (at + random.below(200)).min(text.len());
            text.drain(at..to);
        }
        _ => {
            if let Some(byte) = text.get_mut(at) {
                *byte = [b'\n', b' ', b'"', b'<', b'[', 0, 255, 128, b'`', b'|', b':']
                    [random.below(11)];
            }
        }
    }
}

fn name(random: &mut Random) -> String {
    let mut name = random.one(NAMES).to_owned();
    match random.below(5) {
        0 => name += random.one(ODD),
        1 => name = format!("{}{name}", random.one(ODD)),
        2 => name = format!("{name}{}", random.one(NAMES)),
        3 if random.chance(4) => name = name.repeat(1 + random.below(60)),
        _ => {}
    }
    // No file system has longer names.
    let mut end = name.len().min(240);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].replace(['/', '\0'], "∕")
}

const NAMES: &[&str] = &[
    "a",
    "A",
    "index",
    "_index",
    "README",
    "readme",
    "con",
    "AUX",
    "nul.txt",
    "com1",
    "..",
    ".",
    "...",
    " ",
    "a ",
    " a",
    "a.",
    "-rf",
    "--help",
    "a:b",
    "C:",
    "what?",
    "a*b",
    "<b>",
    "a|b",
    "\"q\"",
    "'",
    "a\\b",
    "..\\..\\x",
    "%2e%2e",
    "%00",
    "a%2fb",
    "index.html",
    "404",
    "404.html",
    "search",
    "assets",
    "style.css",
    "feed.xml",
    "sitemap",
    "data",
    "en",
    "fr",
    "EN",
    "été",
    "e\u{301}te\u{301}",
    "İ",
    "ß",
    "ﬁ",
    "مرحبا",
    "移民",
    "😀",
    "a#b",
    "a?b",
    "a&b",
    "a b",
    "a+b",
    "a=b",
    "{{x}}",
    "$(x)",
    "`x`",
    "a\nb",
    "a\tb",
    "\u{7f}",
    "javascript:x",
    "page",
    "2",
    "tags",
    "public",
    "node_modules",
    ".hidden",
    ".git",
    "~",
    "a~1",
    "desktop.ini",
    "thumbs.db",
    "site.toml",
    "vocabularies",
    "x.md.md",
];

const ODD: &[&str] = &[
    "\u{0}",
    "\u{1}",
    "\u{8}",
    "\u{b}",
    "\u{1b}[31m",
    "\r",
    "\r\n",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{200e}",
    "\u{202e}",
    "\u{2028}",
    "\u{2029}",
    "\u{2066}",
    "\u{2069}",
    "\u{feff}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{10ffff}",
    "\u{d7ff}",
    "\u{e000}",
    "e\u{301}",
    "\u{301}",
    "\u{3099}",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "\u{1f1eb}\u{1f1f7}",
    "ﷺ",
    "İ",
    "ß",
    "ẞ",
    "ǅ",
    "ﬀ",
    "א",
    "ش",
    "漢",
    "か",
    "\\ud800",
    "&#xD800;",
    "&#0;",
    "&#x110000;",
    "%ED%A0%80",
    "aaaaaaaaaaaaaaaa",
    "١٢٣",
];

const MARKDOWN: &Grammar = &Grammar {
    pairs: &[
        ("> ", ""),
        ("- ", ""),
        ("1. ", ""),
        ("[", "](x)"),
        ("![", "](y)"),
        ("[", "]"),
        ("*", "*"),
        ("**", "**"),
        ("_a ", "_"),
        ("~~", "~~"),
        ("`", "`"),
        ("<b>", "</b>"),
        ("<div>\n", "</div>\n"),
        ("<b a=1>", ""),
        ("<table><tr><td>", ""),
        ("<svg><math>", ""),
        ("<p>", ""),
        ("<a href=x>", ""),
        ("(", ")"),
        ("<!-- ", " -->"),
        ("    ", ""),
        ("> - ", ""),
        ("\n> > - ", ""),
        ("[^a]: ", "\n"),
        ("<details><summary>", ""),
        ("<ul><li>", ""),
        ("{#", "}"),
        ("<font>", ""),
        ("*a **b ", ""),
    ],
    tokens: &[
        "\n\n",
        "# ",
        "## A {#a}\n",
        "###### x\n",
        "- [ ] ",
        "1) ",
        "***\n",
        "---\n",
        "===\n",
        "```\n",
        "```rust\n",
        "~~~ html\n",
        "| a | b |\n|---|:-:|\n",
        "| x ",
        "[^1]",
        "[^1]: note [^1]\n",
        "[^2]: [^3]\n",
        "[^3]: [^2]\n",
        "[x]: javascript:alert(1)\n",
        "[x]",
        "[a](javascript:alert(1))",
        "[a](<java\tscript:x>)",
        "![](data:text/html,x)",
        "<javascript:alert(1)>",
        "<https://a.b>",
        "https://a.b/",
        "www.a.b",
        "a@b.cd",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=x()>",
        "<a href=\"javascript:x\">",
        "<iframe src=x>",
        "<style>*{}</style>",
        "<input type=text onfocus=x>",
        "<form action=x>",
        "</div>",
        "</article>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?php",
        "?>",
        "<!DOCTYPE html>",
        "&lt;",
        "&#106;avascript:",
        "&amp;amp;",
        "> [!NOTE]\n",
        "> [!WARNING] t\n> ",
        "term\n: def\n",
        "{onclick=x}",
        "{.a .b #c x=y}",
        "# h {#a onclick=x}\n",
        "[a](b){style=x onclick=y}",
        "\\",
        "\\\n",
        "  \n",
        "\t",
        "<b x='",
        "<b x=\"",
        "\"",
        "'",
        "](",
        "][",
        "|",
        ":",
        "!",
        "vdm",
        "h0e",
        "w1e",
        "[a](b.md#c)",
        "[a](../../../../etc/passwd)",
        "[a](//e.org)",
        "[a](p1.md)",
        "{{ x }}",
        "{% x %}",
        "[[p1]]",
        "$x$",
        "^a^",
        "==a==",
        ":::",
        "<a name=x id=x>",
        "<a id='content'>",
        "<plaintext>",
        "<xmp>",
        "<noscript>",
        "<template>",
        "<math><mtext><table><mglyph><style><img src onerror=x>",
        "<video src=x poster=javascript:x>",
        "<p lang=\"x\" dir=rtl>",
    ],
};

const FRONT: &Grammar = &Grammar {
    pairs: &[
        ("[", "]"),
        ("{a: ", "}"),
        ("{", "}"),
        ("- ", ""),
        ("a:\n  ", ""),
        ("- - ", ""),
        ("? ", ""),
        ("\"", "\""),
        ("'", "'"),
        ("[[", "]]"),
        ("a.", ""),
        ("{a = ", "}"),
        ("&a [", "]"),
        ("!!", ""),
        ("(", ")"),
        ("\"\"\"", "\"\"\""),
        ("| \n ", ""),
    ],
    tokens: &[
        "title: ",
        "title = \"x\"\n",
        "objectives: [1, 2]\n",
        "tags: [a]\n",
        "tags: ",
        "as_of: 2020\n",
        "as_of: 9999-99-99\n",
        "as_of: -1\n",
        "partners: [p1, p2]\n",
        "aliases: [\"../x\", \"en/y\"]\n",
        "aliases: ",
        "id: ",
        "type: practice\n",
        "type: ",
        "status: withdrawn\n",
        "draft: true\n",
        "template: home.html\n",
        "template: ../../x\n",
        "order: 99999999999999999999\n",
        "lang: xx\n",
        "lang: fr\n",
        "summary: ",
        "original_lang: fr\n",
        ": ",
        "\n",
        "- ",
        "&a ",
        "*a",
        "<<: *a\n",
        "!!binary ",
        "!!null ",
        "null",
        "~",
        "true",
        "1e999",
        "0x10",
        ".inf",
        ".nan",
        "-0",
        "1_000",
        "2020-05-15T10:00:00Z",
        "|\n  text\n",
        ">-\n  text\n",
        "# c\n",
        "%YAML 9.9\n",
        "---\n",
        "...\n",
        "\t",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\"",
        "'",
        "\\u0000",
        "\\uD800",
        "\\x",
        "[[a]]\n",
        "[a.b]\n",
        "a.b.c = 1\n",
        "''' ",
        "\"\"\"",
        "= ",
        "id\tname_en\n",
        "\t\t\t",
        "x\ty\n",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "</script>",
        "]]>",
        "{{ x }}",
        "title: \"</title><script>\"\n",
        "summary: \"<img onerror=x>\"\n",
        "url = \"javascript:x\"\n",
        "menu = [\"..\"]\n",
        "theme = \"../..\"\n",
        "languages = [\"en\", \"xx\", \"../x\"]\n",
        "folder = \"../../x\"\n",
        "file = \"../../../etc/passwd\"\n",
        "parent = { column = \"a\", vocabulary = \"objectives\" }\n",
        "page_size = 0\n",
        "page_size = -1\n",
        "newest = 999999\n",
        "open = true\n",
        "[types.x]\nfolder = \"\"\n",
        "[fields.x]\ntype = \"groups\"\nfields.x = { type = \"group\" }\n",
    ],
};

const TEMPLATE: &Grammar = &Grammar {
    pairs: &[
        ("{% if true %}", "{% endif %}"),
        ("{% for i in [1, 2] %}", "{% endfor %}"),
        ("{% for i in range(end=90) %}", "{% endfor %}"),
        ("{{ (", ") }}"),
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("{% block b %}", "{% endblock b %}"),
        ("not ", ""),
        ("-", ""),
        ("{% filter upper %}", "{% endfilter %}"),
        ("{% set x %}", "{% endset %}"),
        ("1 + ", "1"),
        ("x ~ ", "x"),
        ("a[", "]"),
        ("a.", ""),
        ("{#", "#}"),
        ("{% raw %}", "{% endraw %}"),
        ("a | ", ""),
        ("1 if a else ", ""),
    ],
    tokens: &[
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "-%}",
        "{%-",
        "{{ page.title }}",
        "{{ body }}",
        "{{ x.y.z }}",
        "{{ page | safe }}",
        "{{ t }}",
        "{{ site }}",
        "{% include \"toc.html\" %}",
        "{% include \"base.html\" %}",
        "{% include \"page.html\" %}",
        "{% extends \"page.html\" %}",
        "{% extends \"base.html\" %}",
        "{% extends \"nothing.html\" %}",
        "{% include \"../../x\" %}",
        "{{ super() }}",
        "{{ count(n=1, of=\"records\") }}",
        "{{ count(n=-1, of=\"\") }}",
        "{{ forms(of=\"results\") }}",
        "{{ 5 | number }}",
        "{{ \"x\" | number }}",
        "{{ \"{a}\" | fill(a=1) }}",
        "{{ range(end=1000000000) }}",
        "{{ range(end=5) }}",
        "{% for i in range(end=100000) %}{% for j in range(end=100000) %}x{% endfor %}{% endfor %}",
        "{% set a = range(end=900) %}{% for i in a %}{% for j in a %}{% for k in a %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ throw(message=\"x\") }}",
        "{{ 1 / 0 }}",
        "{{ 1 % 0 }}",
        "{{ 9223372036854775807 + 1 }}",
        "{{ 1e308 * 10 }}",
        "{{ -9223372036854775808 / -1 }}",
        "{{ \"é\"[0:1] }}",
        "{{ \"é\" | truncate(length=1) }}",
        "{{ [1,2][99] }}",
        "{{ [1,2][-99] }}",
        "{{ [1,2,3][::0] }}",
        "{{ page.title | nth(n=99) }}",
        "{{ [3,\"a\"] | sort }}",
        "{{ \"a\" | indent(width=9999) }}",
        "{{ \"a\" | replace(from=\"\", to=\"b\") }}",
        "{{ \"a\" | round }}",
        "{{ 1.5 | round(precision=400) }}",
        "{{ 2 ** 9999 }}",
        "{{ \"x\" | int(base=99) }}",
        "{{ \"9\" | int(base=36) }}",
        "{% component a() %}{{ <a /> }}{% endcomponent a %}{{ <a /> }}",
        "{% macro m() %}{% endmacro m %}",
        "{% break %}",
        "{% continue %}",
        "{% else %}",
        "{% elif 1 %}",
        "{% endfor %}",
        "{% endif %}",
        "{% endblock %}",
        "{% set x = x ~ \"a\" %}",
        "{% set_global y = 1 %}",
        "{{ __tera_context }}",
        "{{ [x for x in [1,2]] }}",
        "{{ groups | group_by(attribute=\"a\") }}",
        "\"",
        "'",
        "`",
        "|",
        ".",
        "..",
        "=",
        "==",
        "<",
        ">",
        "and ",
        "or ",
        "in ",
        "is defined",
        "true",
        "none",
        "0",
        "1.",
        ",",
        ":",
        "?",
    ],
};

const SAMPLES: &[&str] = &[
    "# Title\n\nText *with* **all** `sorts` ~~of~~ [links](p1.md#part) and ![pictures](x.png).\n\n## Part {#part}\n\n- a\n  - b\n    1. c\n\n> quote\n> > deeper\n",
    "A[^1] b[^long]\n\n[^1]: Note with *text* and [link](p2.md).\n\n    More.\n[^long]: Another.\n",
    "| a | b |\n| :- | -: |\n| `x|y` | **z** |\n| [l](p3.md) | |\n",
    "<details open><summary>More</summary>\n\nText\n\n</details>\n\n<p class=\"x\" lang=\"fr\">Texte <b>gras</b></p>\n",
    "```html\n<script>alert(1)</script>\n```\n\n    code\n\n```rust\nfn main() { let s = \"x\"; /* c */ }\n```\n",
    "> [!WARNING]\n> Careful.\n\n- [x] done\n- [ ] open\n\nTerm\n: Definition\n",
    "<a href=\"p1.md\" onclick=\"x()\">y</a> <img src=\"x.png\" alt=\"z\"> <video src=\"a.mp4\" controls></video>\n",
    "[a]: p1.md \"title\"\n[b]: https://example.org\n\n[a] [b] [c][a] ![d][b] https://auto.example/ www.a.example\n",
];

const FRONTS: &[&str] = &[
    "title: A title\nobjectives: [1, 2]\ncountries: [TH]\ntags: [a, b]\nas_of: 2020-05\npartners: [p2]",
    "title: \"Quoted: é\"\nsummary: >-\n  folded\n  text\naliases:\n  - old/a\n  - en/old/b\nstatus: draft",
    "title = \"T\"\ntags = [\"x\"]\nas_of = 2020-05-15\n[nested]\na = [1, [2, {b = 3}]]",
    "type: note\nid: n1\nas_of: 2020\nstage: closed\norder: 3\ntoc: true\nlang: en",
    "a: &a [x, x]\nb: *a\nc: {d: {e: [f, g]}}\n? complex\n: value",
];

const TEMPLATES: &[&str] = &[
    "{% extends \"base.html\" %}{% block content %}{{ super() }}{{ body }}{% endblock content %}",
    "{% for entry in page.toc %}{{ loop.index }} {{ entry.text | upper }}{% else %}none{% endfor %}",
    "{% set x = page.title ~ \"!\" %}{% if x is containing(\"A\") and not page.is_home %}{{ x }}{% elif 1 > 2 %}b{% else %}c{% endif %}",
    "{{ page.title | default(value=\"x\") | truncate(length=3) | replace(from=\"a\", to=\"b\") }}{# comment #}{% raw %}{{ x }}{% endraw %}",
];
