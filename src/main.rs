//! The program: arguments to one command; exit code.

use std::{
    ffi::OsString,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Args, Parser, Subcommand};
use vademecum::{
    Built, Memories, check,
    config::Config,
    diag::{self, Diag},
    disk, language, scaffold,
    search::{
        self, Ask, Found, Sort,
        index::{OpenError, Searcher},
    },
    serve,
    site::Scope,
    skos,
    theme::watch,
    tree::Tree,
};

/// A folder of curated Markdown to a searchable, multilingual site.
#[derive(Parser)]
#[command(name = "vademecum", version, arg_required_else_help = true)]
struct Cli {
    /// The site's folder [default: the nearest one upwards with content/site.toml, else this one]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the site and its search index
    Build(BuildArgs),
    /// Report every fault of the content and write nothing
    Check(CheckArgs),
    /// Ask the search index
    Search(SearchArgs),
    /// Build, serve on this machine, and rebuild on every change
    Serve(ServeArgs),
    /// Read a thesaurus from SKOS, or write the site's as SKOS
    #[command(subcommand)]
    Thesaurus(ThesaurusCommand),
    /// Write a starter site (new DIR) or a record (new practice "Title" --lang en)
    New(NewArgs),
}

#[derive(Subcommand)]
enum ThesaurusCommand {
    /// Make index/<name>.toml of a thesaurus in SKOS, such as EuroVoc's
    Import(ImportArgs),
    /// Write a vocabulary of the site as SKOS
    Export(ExportArgs),
}

#[derive(Args)]
struct ImportArgs {
    /// RDF in Turtle or N-Triples (.ttl, .nt) or in XML (.rdf, .xml, .owl)
    file: PathBuf,
    /// Where it is written [default: index/thesaurus.toml of the site]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The languages whose names are kept [default: the site's]
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    languages: Vec<String>,
    /// Replace the file when there is one
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
struct ExportArgs {
    /// The vocabulary, as site.toml names it [default: the first that has a thesaurus]
    vocabulary: Option<String>,
    /// Where it is written, .ttl or .rdf [default: Turtle on standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Args)]
struct BuildArgs {
    /// Where the site goes
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write what could be built, even when the content has errors
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
struct CheckArgs {
    /// Print the remarks as JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct SearchArgs {
    /// Words, "phrases", -without, field:value
    query: Vec<String>,
    /// The language of the index [default: the site's first]
    #[arg(long)]
    lang: Option<String>,
    /// How many hits are shown; 0 only counts
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=1000))]
    limit: u16,
    /// How many of the best are left out before them
    #[arg(long, default_value_t = 0)]
    offset: usize,
    /// The order of the hits: relevance or date
    #[arg(long, default_value = "relevance", value_parser = order)]
    sort: Sort,
    /// Search for words that the site does not hold as they are, without correction
    #[arg(long)]
    insist: bool,
    /// Leave out the other names of a concept that the query names; may be repeated
    #[arg(long, value_name = "CONCEPT")]
    off: Vec<String>,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
    /// Keep only pages with this value, such as country=TH; may be repeated
    #[arg(long, value_name = "FIELD=VALUE", value_parser = filter)]
    filter: Vec<(String, String)>,
}

#[derive(Args)]
struct ServeArgs {
    /// The port on this machine [default: the first free one from 8000]
    #[arg(long)]
    port: Option<u16>,
}

#[derive(Args)]
struct NewArgs {
    /// The folder of the new site, or the record type
    what: String,
    /// The title of the new record
    title: Option<String>,
    /// The language of the new record [default: the site's first]
    #[arg(long)]
    lang: Option<String>,
}

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What keeps a command from running: the message, for exit code 2.
struct Failure(String);

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

const CLEAN: u8 = 0;
const CONTENT_HAS_ERRORS: u8 = 1;
const COULD_NOT_RUN: u8 = 2;

/// Puts words such as `-without` of a search behind `--`, so that they are not taken for options: the
/// only one of a single letter is `-h`.
fn with_words(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let all: Vec<OsString> = args.collect();
    let is_search = all.iter().skip(1).any(|arg| arg == "search");
    let is_word = |arg: &OsString| {
        let text = arg.to_string_lossy();
        is_search
            && text.len() > 1
            && text.starts_with('-')
            && !text.starts_with("--")
            && arg != "-h"
    };
    if all.iter().any(|arg| arg == "--") {
        return all;
    }
    let (words, mut args): (Vec<_>, Vec<_>) = all.into_iter().partition(is_word);
    if !words.is_empty() {
        args.push("--".into());
    }
    args.extend(words);
    args
}

fn main() -> ExitCode {
    let cli = Cli::parse_from(with_words(std::env::args_os()));
    match run(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(Failure(message)) => {
            tell(&format!("vademecum: {message}\n"));
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

fn run(cli: &Cli) -> Result<u8, Failure> {
    let root = match &cli.root {
        Some(root) => {
            root.canonicalize().map_err(|error| format!("`{}`: {error}", root.display()))?
        }
        None => disk::find_root(Path::new(".")),
    };
    if matches!(cli.command, Command::Build(_) | Command::Check(_) | Command::Serve(_)) {
        let as_json = matches!(&cli.command, Command::Check(args) if args.json);
        watch::start(move |diag| stop(diag, as_json))?;
    }
    match &cli.command {
        Command::Build(args) => run_build(&root, args),
        Command::Check(args) => run_check(&root, args),
        Command::Search(args) => run_search(&root, args),
        Command::Serve(args) => run_serve(&root, args),
        Command::Thesaurus(ThesaurusCommand::Import(args)) => run_import(&root, args),
        Command::Thesaurus(ThesaurusCommand::Export(args)) => run_export(&root, args),
        Command::New(args) => run_new(&root, args),
    }
}

fn run_build(root: &Path, args: &BuildArgs) -> Result<u8, Failure> {
    let started = Instant::now();
    let progress = Progress::start();
    let out = args.out.clone().unwrap_or_else(|| root.join("public"));
    let out = plain(&std::path::absolute(&out)?);
    refuse_source(root, &out)?;
    progress.say("reading");
    let disk::Source { tree: mut source, skipped } = read(root, &out)?;
    progress.say("building pages");
    let spool = disk::Spool::open(&out)?;
    let mut memories = Memories::none().keeping(spool.clone());
    let pages = vademecum::read(&source, &mut memories);
    disk::let_go(&mut source, root);
    let pages = vademecum::link(pages, &source, &mut memories, Scope::default());
    let mut built = pages.complete(&mut memories);
    drop(memories);
    built.left_out(&skipped);
    disk::recall(&mut source, built.diags.iter().map(|diag| &diag.at.path));
    report(&progress, &built, &source);
    if built.errors() > 0 && !args.force {
        return Ok(fail(&format!(
            "{}: nothing was written (`build --force` writes what could be built)",
            counted(built.errors(), "error")
        )));
    }
    // Everything is written beside its place first, and takes it only when all of it is there. The
    // site goes first: an index that is older than its site says so when it is asked.
    progress.say("building the search index");
    let digest = search::digest(&source);
    drop(source);
    // One language after the other: what each needs lies in memory, and is large.
    let mut indexes = Vec::new();
    for collection in std::mem::take(&mut built.collections) {
        let (index, searcher) = search::index::build(collection, digest)?;
        indexes.push(disk::stage(&index, &root.join("index").join(&searcher.lang))?);
        // The shards are written from the index, which holds all that is needed.
        drop(index);
        let output = built.output.overlay(search::shards::write(&searcher, &spool)?);
        built.output = search::shards::carried(output, &searcher.lang);
    }
    progress.say("writing");
    let mut staged = vec![spool.stage(&built.output)?];
    staged.extend(indexes);
    disk::publish(staged)?;
    drop(progress);
    say(&summary(&built, started.elapsed(), &shown(&out)))?;
    Ok(if built.errors() > 0 { CONTENT_HAS_ERRORS } else { CLEAN })
}

/// Ends the program for a page that would take all memory or time. What was written before stays. A
/// program that asked for JSON gets it.
fn stop(diag: Diag, as_json: bool) {
    if as_json {
        // Nobody is left to tell that it could not be said.
        let _ = say(&diag::print_json(std::slice::from_ref(&diag), &Tree::default()));
    }
    tell(&format!("\n{}", diag::print(&[diag], &Tree::default())));
    std::process::exit(i32::from(CONTENT_HAS_ERRORS));
}

fn fail(message: &str) -> u8 {
    tell(&format!("vademecum: {message}\n"));
    CONTENT_HAS_ERRORS
}

/// Writes a line to standard output. A reader that has gone, as `head` goes, wants no more.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error, where nobody may be listening.
fn tell(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Takes `..` out of an absolute path.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                plain.pop();
            }
            std::path::Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// Refuses to write the site over its own source.
fn refuse_source(root: &Path, out: &Path) -> Result<(), Failure> {
    let kept = ["content", "themes", "index"].map(|part| root.join(part));
    if root.starts_with(out) || kept.iter().any(|folder| out.starts_with(folder)) {
        return Err(Failure(format!(
            "`{}` holds the source; choose another output folder",
            out.display()
        )));
    }
    Ok(())
}

fn read(root: &Path, out: &Path) -> Result<disk::Source, Failure> {
    let read =
        disk::read_source(root, out).map_err(|error| format!("`{}`: {error}", root.display()))?;
    Ok(read)
}

fn report(progress: &Progress, built: &Built, source: &Tree) {
    progress.pause(|| tell(&diag::print(&built.diags, source)));
}

fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

fn summary(built: &Built, time: Duration, out: &str) -> String {
    let summary = &built.summary;
    let total: usize = summary.pages.iter().map(|(_, count)| count).sum();
    let pages: Vec<String> =
        summary.pages.iter().map(|(lang, count)| format!("{lang} {count}")).collect();
    let records: usize = summary.records.values().sum();
    let kinds: Vec<String> =
        summary.records.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let mut parts = vec![format!("{} ({})", counted(total, "page"), pages.join(", "))];
    if records > 0 {
        parts.push(format!("{} ({})", counted(records, "record"), kinds.join(", ")));
    }
    let foreign = summary.foreign.iter().filter(|(_, count)| *count > 0);
    let foreign: Vec<String> = foreign.map(|(lang, count)| format!("{lang} {count}")).collect();
    if !foreign.is_empty() {
        parts.push(format!("shown in another language ({})", foreign.join(", ")));
    }
    if built.errors() > 0 {
        parts.push(counted(built.errors(), "error"));
    }
    parts.push(counted(built.warnings(), "warning"));
    parts.push(format!("{:.1} s", time.as_secs_f64()));
    parts.push(format!("{:.1} MB in {out}", built.output.length() as f64 / 1e6));
    let search = search::shards::weigh(&built.output);
    if search.files > 0 {
        let megabytes = search.bytes as f64 / 1e6;
        parts.push(format!("search {megabytes:.1} MB in {}", counted(search.files, "file")));
    }
    parts.join(" · ")
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn run_check(root: &Path, args: &CheckArgs) -> Result<u8, Failure> {
    let disk::Source { tree: source, skipped } = read(root, &root.join("public"))?;
    let mut built = check(&source);
    built.left_out(&skipped);
    if args.json {
        say(&diag::print_json(&built.diags, &source))?;
    } else {
        tell(&diag::print(&built.diags, &source));
        let (errors, warnings) = (built.errors(), built.warnings());
        let notes = match built.notes() {
            0 => String::new(),
            notes => format!(", {}", counted(notes, "note")),
        };
        let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
        say(&format!("{errors}, {warnings}{notes}"))?;
    }
    Ok(if built.errors() > 0 { CONTENT_HAS_ERRORS } else { CLEAN })
}

fn order(name: &str) -> Result<Sort, String> {
    Sort::named(name).ok_or_else(|| "write relevance or date".to_owned())
}

fn filter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) if !field.is_empty() && !value.is_empty() => {
            Ok((field.to_owned(), value.to_owned()))
        }
        _ => Err("write FIELD=VALUE, such as country=TH".to_owned()),
    }
}

fn run_search(root: &Path, args: &SearchArgs) -> Result<u8, Failure> {
    let source = read(root, &root.join("public"))?.tree;
    let (config, _) = Config::read(&source);
    let lang = args.lang.as_deref().map(language::canonical);
    let lang = lang.unwrap_or_else(|| config.default_language().to_owned());
    if !config.languages.iter().any(|known| known.code == lang) {
        let codes: Vec<&str> = config.languages.iter().map(|lang| lang.code.as_str()).collect();
        return Err(Failure(format!(
            "this site has no language `{lang}`; use one of `{}`",
            codes.join("`, `")
        )));
    }
    let searcher = open_index(root, &lang)?;
    if searcher.digest != Some(search::digest(&source)) {
        tell(
            "vademecum: the content has changed since the index was made; `vademecum build` brings it up to date\n",
        );
    }
    if let Some((field, _)) = args.filter.iter().find(|(field, _)| !searcher.takes(field)) {
        return Err(Failure(format!(
            "no page has the field `{field}`; use one of `{}`",
            searcher.facet_names().join("`, `")
        )));
    }
    let ask = Ask {
        filters: args.filter.clone(),
        limit: usize::from(args.limit),
        offset: args.offset,
        sort: args.sort,
        insist: args.insist,
        off: args.off.clone(),
        ..Ask::of(&args.query.join(" "))
    };
    let found = searcher.search(&ask)?;
    for (field, value, near) in searcher.unknown_values(&ask)? {
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        tell(&format!("vademecum: no page in `{lang}` has the {field} `{value}`{near}\n"));
    }
    if found.total == 0 && args.lang.is_none() {
        let others = config.languages.iter().map(|lang| lang.code.as_str());
        tell(&in_others(root, others.filter(|code| *code != lang), &lang, &ask));
    }
    if args.json {
        say(&serde_json::to_string_pretty(&found)?)?;
    } else {
        say(answer(&found, args.offset).trim_end())?;
    }
    Ok(CLEAN)
}

fn open_index(root: &Path, lang: &str) -> Result<Searcher, Failure> {
    let folder = root.join("index").join(lang);
    Searcher::open(&folder).map_err(|error| match error {
        OpenError::Missing => Failure(format!(
            "there is no search index in `{}`; `vademecum build` makes it",
            shown(&folder)
        )),
        OpenError::Damaged(why) => Failure(format!(
            "the search index in `{}` cannot be read ({why}); `vademecum build` makes it anew",
            shown(&folder)
        )),
    })
}

/// Says how much is found in other languages, where nobody chose one and nothing is found in the first.
fn in_others<'c>(
    root: &Path,
    codes: impl Iterator<Item = &'c str>,
    lang: &str,
    ask: &Ask,
) -> String {
    let count = |code: &'c str| {
        let total = open_index(root, code).ok()?.search(ask).ok()?.total;
        (total > 0).then_some((total, code))
    };
    let found = codes.filter_map(count);
    let found: Vec<_> =
        found.map(|(total, code)| format!("{total} with `--lang {code}`")).collect();
    match found.is_empty() {
        true => String::new(),
        false => format!("vademecum: nothing is found in `{lang}`; {}\n", found.join(", ")),
    }
}

/// Writes an answer for people.
fn answer(found: &Found, offset: usize) -> String {
    let bold = std::io::stdout().is_terminal();
    let (on, off) = if bold { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let mut text = String::new();
    if let Some(corrected) = &found.corrected {
        text += &format!("showing results for “{corrected}”\n");
    }
    text += &match found.total {
        1 => "1 result\n".to_owned(),
        total => format!("{total} results\n"),
    };
    for (number, hit) in (offset..).zip(&found.hits) {
        let excerpt = diag::visible(&hit.excerpt)
            .replace("<mark>", on)
            .replace("</mark>", off)
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
        let (title, url) = (diag::visible(&hit.title), diag::visible(&hit.url));
        text += &format!("\n{}. {on}{title}{off}\n   {url}\n   {excerpt}\n", number + 1);
    }
    text
}

fn run_serve(root: &Path, args: &ServeArgs) -> Result<u8, Failure> {
    let report = |built: &Built, source: &Tree, time: Duration| {
        tell(&diag::print(&built.diags, source));
        // A closed pipe must not end the server.
        let _ = say(&summary(built, time, "memory"));
    };
    let ready = |address: std::net::SocketAddr| {
        let _ = say(&format!("http://localhost:{}/ · stop with Ctrl+C", address.port()));
    };
    serve::run(root, &root.join("public"), args.port, report, ready).map_err(|error| match args
        .port
    {
        Some(port) if error.kind() == std::io::ErrorKind::AddrInUse => {
            format!("port {port} is taken; choose another with --port")
        }
        _ => error.to_string(),
    })?;
    Ok(CLEAN)
}

/// Returns the syntax that a file's name tells.
fn syntax_of(file: &Path) -> Result<skos::Syntax, Failure> {
    let extension = file.extension().map(|name| name.to_string_lossy().into_owned());
    skos::Syntax::of_extension(&extension.unwrap_or_default()).ok_or_else(|| {
        let file = shown(file);
        Failure(format!("`{file}`: RDF is read and written as .ttl, .nt, .rdf, .xml or .owl"))
    })
}

fn run_import(root: &Path, args: &ImportArgs) -> Result<u8, Failure> {
    let syntax = syntax_of(&args.file)?;
    let out = match &args.out {
        Some(out) => std::path::absolute(out)?,
        None => root.join("index/thesaurus.toml"),
    };
    if !args.force && out.exists() {
        let out = shown(&out);
        return Err(Failure(format!("`{out}` is there already: choose another --out, or --force")));
    }
    let mut languages: Vec<String> =
        args.languages.iter().map(|code| language::canonical(code)).collect();
    if languages.is_empty() {
        let (config, _) = Config::read(&read(root, &root.join("public"))?.tree);
        if config.configured {
            languages = config.languages.into_iter().map(|lang| lang.code).collect();
        }
    }
    let in_file = |error: String| Failure(format!("`{}`: {error}", shown(&args.file)));
    let file = disk::open(&args.file).map_err(|error| in_file(error.to_string()))?;
    let found = skos::read(file, syntax, &languages).map_err(in_file)?;
    disk::write_over(&out, skos::to_toml(&found).as_bytes())
        .map_err(|error| format!("`{}`: {error}", shown(&out)))?;
    let mut parts =
        vec![format!("{} in {}", counted(found.concepts.len(), "concept"), shown(&out))];
    if found.unnamed > 0 {
        parts.push(format!("{} left out without a name in these languages", found.unnamed));
    }
    if found.several_broader > 0 {
        parts.push(format!(
            "{} had several broader ones: the first is kept, the others are related",
            counted(found.several_broader, "concept")
        ));
    }
    say(&parts.join(" · "))?;
    Ok(CLEAN)
}

fn run_export(root: &Path, args: &ExportArgs) -> Result<u8, Failure> {
    let source = read(root, &root.join("public"))?.tree;
    let (config, diags) = Config::read(&source);
    // Half a vocabulary must not take the place of a whole one.
    if vademecum::errors(&diags) > 0 {
        tell(&diag::print(&diags, &source));
        return Ok(fail("the configuration has errors: nothing was written"));
    }
    let vocabulary = match &args.vocabulary {
        Some(name) => config.vocabularies.get(name),
        None => config.vocabularies.values().find(|vocabulary| vocabulary.is_tree()),
    };
    let Some(vocabulary) = vocabulary else {
        let names: Vec<&str> = config.vocabularies.keys().map(String::as_str).collect();
        let known = names.join(", ");
        return Err(Failure(format!("name one of the site's vocabularies: {known}")));
    };
    let syntax = args.out.as_deref().map_or(Ok(skos::Syntax::Turtle), syntax_of)?;
    let base = config.url.clone().unwrap_or_else(|| "urn:vademecum:".to_owned());
    let bytes = skos::write(vocabulary, &base, syntax)?;
    match &args.out {
        Some(out) => {
            let out = std::path::absolute(out)?;
            disk::write_over(&out, &bytes)
                .map_err(|error| format!("`{}`: {error}", shown(&out)))?;
            say(&format!("{} in {}", counted(vocabulary.terms.len(), "concept"), shown(&out)))?;
        }
        None => say(String::from_utf8_lossy(&bytes).trim_end())?,
    }
    Ok(CLEAN)
}

fn run_new(root: &Path, args: &NewArgs) -> Result<u8, Failure> {
    // A new site does not depend on the folder that it is made in.
    let has_types = args.title.is_some() || root.join("content/site.toml").is_file();
    let source = match has_types {
        true => read(root, &root.join("public"))?.tree,
        false => Tree::default(),
    };
    let (config, _) = Config::read(&source);
    let Some(title) = &args.title else {
        if config.types.contains_key(&args.what) {
            return Err(Failure(format!(
                "give the record a title: vademecum new {} \"Title\"",
                args.what
            )));
        }
        return new_site(Path::new(&args.what));
    };
    let lang = args.lang.as_deref().map(language::canonical);
    let lang = lang.unwrap_or_else(|| config.default_language().to_owned());
    let year = this_year();
    let record = scaffold::record(&config, &args.what, title, &lang, year)?;
    let path = root.join(record.path.as_str());
    disk::write_new(&path, record.text.bytes().unwrap_or_default())
        .map_err(|error| format!("`{}`: {error}", shown(&path)))?;
    say(&shown(&path))?;
    Ok(CLEAN)
}

fn new_site(folder: &Path) -> Result<u8, Failure> {
    if !disk::is_empty_folder(folder) {
        return Err(Failure(format!("`{}` is not empty; choose a new folder", folder.display())));
    }
    for (path, blob) in scaffold::site().iter() {
        disk::write_new(&folder.join(path.as_str()), blob.bytes().unwrap_or_default())?;
    }
    say(&format!("{0}: now run `vademecum --root {0} serve`", folder.display()))?;
    Ok(CLEAN)
}

/// Returns the year on the machine's clock, the date a new record's facts are taken to hold.
fn this_year() -> i16 {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |time| time.as_secs() as i64);
    jiff::Timestamp::from_second(seconds)
        .map_or(1970, |now| jiff::tz::Offset::UTC.to_datetime(now).year())
}

/// Says on a terminal what is going on when it takes longer than a second.
struct Progress {
    stage: std::sync::Arc<std::sync::Mutex<Option<&'static str>>>,
}

impl Progress {
    fn start() -> Self {
        let stage = std::sync::Arc::new(std::sync::Mutex::new(Some("starting")));
        if std::io::stderr().is_terminal() {
            let watched = stage.clone();
            std::thread::spawn(move || {
                let started = Instant::now();
                loop {
                    std::thread::sleep(Duration::from_millis(250));
                    let Ok(stage) = watched.lock() else { return };
                    let Some(stage) = *stage else { return };
                    if started.elapsed() > Duration::from_secs(1) {
                        tell(&format!("\r\u{1b}[K{stage}, {} s", started.elapsed().as_secs()));
                    }
                }
            });
        }
        Self { stage }
    }

    fn say(&self, stage: &'static str) {
        if let Ok(mut current) = self.stage.lock() {
            *current = Some(stage);
        }
    }

    /// Runs something that prints, on a line of its own.
    fn pause(&self, print: impl FnOnce()) {
        let guard = self.stage.lock();
        clear_line();
        print();
        drop(guard);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Ok(mut stage) = self.stage.lock() {
            *stage = None;
        }
        clear_line();
    }
}

fn clear_line() {
    if std::io::stderr().is_terminal() {
        tell("\r\u{1b}[K");
    }
}
