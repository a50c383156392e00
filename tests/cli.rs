//! The program as its users meet it: arguments, exit codes, files, the server.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// A folder of its own, and the program run in it.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new(files: &[(&str, &str)]) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            site.write(path, text);
        }
        site
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vademecum"));
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran(self.command(arguments).output().unwrap())
    }
}

struct Ran(Output);

impl Ran {
    fn code(&self, code: i32) -> &Self {
        assert_eq!(self.0.status.code(), Some(code), "{}\n{}", self.out(), self.err());
        self
    }

    fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    fn says(&self, text: &str) -> &Self {
        assert!(self.out().contains(text), "{text}\n{}", self.out());
        self
    }

    fn complains(&self, text: &str) -> &Self {
        assert!(self.err().contains(text), "{text}\n{}", self.err());
        self
    }
}

const BROKEN: &str = "---\ntitle: A\nobjectives: [31]\n---\n";

fn configured() -> Site {
    Site::new(&[
        (
            "content/site.toml",
            "title = 'Site'\nlanguages = ['en', 'fr']\n[vocabularies.objectives]\nnoun = 'objective'\n[fields.objectives]\ntype = 'terms'\n[fields.title]\ntype = 'text'\nhelp = 'what was done'\n[types.practice]\nfolder = 'practices'\nfields = ['title', 'objectives']\nrequired = ['title']\n",
        ),
        ("content/vocabularies/objectives.tsv", "id\tname_en\tname_fr\n1\tData\tDonnées\n"),
        (
            "content/en/practices/a.md",
            "---\ntitle: Counting people\nobjectives: [1]\n---\n\n## How\n\nA census.\n",
        ),
        (
            "content/fr/practices/a.md",
            "---\ntitle: Compter les gens\nobjectives: [1]\n---\n\nUn recensement.\n",
        ),
    ])
}

#[test]
fn build_writes_the_site_and_says_one_line() {
    let site = configured();
    let ran = site.run(&["build"]);
    ran.code(0).says("pages (en ").says("practice 2").says("0 warnings").says("MB in public");
    assert_eq!((ran.out().lines().count(), ran.err().as_str()), (1, ""));
    assert!(site.read("public/en/practices/a/index.html").contains("Counting people"));
    assert!(site.path("index/fr/meta.json").exists());
    // From a folder below, the same site is found; another output folder may be named.
    let mut below = site.command(&["build", "--out", "../../out"]);
    assert!(below.current_dir(site.path("content/en")).status().unwrap().success());
    assert_eq!(site.read("out/index.html"), site.read("public/index.html"));
}

#[test]
fn errors_are_all_reported_and_nothing_is_written() {
    let site = configured();
    site.run(&["build"]).code(0);
    let good = site.read("public/en/practices/a/index.html");
    site.write("content/en/practices/a.md", BROKEN);
    site.write("content/en/practices/b.md", BROKEN);
    site.run(&["build"])
        .code(1)
        .complains("content/en/practices/a.md:3:14: error[unknown-term]")
        .complains("content/en/practices/b.md:3:14: error[unknown-term]")
        .complains("3 | objectives: [31]")
        .complains("2 errors: nothing was written");
    assert_eq!(site.read("public/en/practices/a/index.html"), good);
    site.run(&["build", "--force"]).code(1).says("2 errors");
    assert!(site.path("public/en/practices/b/index.html").exists());
}

#[test]
fn a_template_that_would_take_all_memory_ends_the_build_and_the_last_good_site_stays() {
    let site = configured();
    site.run(&["build"]).code(0);
    let good = site.read("public/en/practices/a/index.html");
    site.write("content/site.toml", &format!("theme = 'own'\n{}", site.read("content/site.toml")));
    site.write(
        "themes/own/templates/record.html",
        "{% set x = 'twice' %}{% for i in range(end=60) %}{% set_global x = x ~ x %}{% endfor %}",
    );
    for command in ["build", "check", "serve"] {
        site.run(&[command])
            .code(1)
            .complains("themes/own/templates/record.html:1:1: error[template-error]")
            .complains("one page takes more than 1024 MB of memory");
    }
    let remarks = site.run(&["check", "--json"]).code(1).out();
    let remarks: serde_json::Value = serde_json::from_str(&remarks).unwrap();
    assert_eq!(remarks[0]["code"], "template-error");
    assert_eq!(site.read("public/en/practices/a/index.html"), good);
}

#[test]
fn check_reports_and_writes_nothing() {
    let site = configured();
    site.run(&["check"]).code(0).says("0 errors, 0 warnings");
    site.write("content/en/practices/b.md", BROKEN);
    let ran = site.run(&["check", "--json"]);
    let remarks: serde_json::Value = serde_json::from_str(&ran.code(1).out()).unwrap();
    assert_eq!(remarks[0]["code"], "unknown-term");
    assert_eq!((remarks[0]["line"].as_u64(), remarks[0]["column"].as_u64()), (Some(3), Some(14)));
    assert!(!site.path("public").exists() && !site.path("index").exists());
}

#[test]
fn search_answers_in_one_shape() {
    let site = configured();
    site.run(&["search", "census"]).code(2).complains("`vademecum build` makes it");
    site.run(&["build"]).code(0);
    let ran = site.run(&["search", "census", "--json", "--lang", "en"]);
    let found: serde_json::Value = serde_json::from_str(&ran.code(0).out()).unwrap();
    let mut keys: Vec<&str> = found.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["concepts", "corrected", "facets", "hits", "lang", "query", "total"]);
    assert_eq!(found["hits"][0]["url"], "en/practices/a/index.html#how");
    assert_eq!(ran.err(), "");
    site.run(&["search", "recensement", "--lang", "fr"]).code(0).says("Compter les gens");
    site.run(&["search", "recensement"]).code(0).says("0 results").complains("1 with `--lang fr`");
    assert_eq!(site.run(&["search", "recensement", "--lang", "en"]).err(), "");
    // A word that is not wanted needs no quotes.
    site.run(&["search", "census", "-planet", "--limit", "0"]).code(0).says("1 result");
    site.run(&["search", "census", "-counting", "--json"]).code(0).says("\"total\": 0");
    site.run(&["search", "-counting", "census"]).code(0).says("0 results");
    site.run(&["search", "zzzzzz"]).code(0).says("0 results");
    site.run(&["search", "census", "--filter", "objective=1"]).code(0).says("1 result");
    site.run(&["search", "census", "--filter", "objective"]).code(2);
    site.run(&["search", "census", "--filter", "planet=1"])
        .code(2)
        .complains("no page has the field");
    site.run(&["search", "census objective:Dta"])
        .code(0)
        .says("0 results")
        .complains("no page in `en` has the objective `Dta`; did you mean `Data`?");
    site.run(&["search", "census", "--filter", "objective=77"]).complains("the objective `77`");
    site.run(&["search", "x", "--lang", "de"]).code(2).complains("use one of `en`, `fr`");
    // The content changes: the index still answers, and says so. A new time alone changes nothing.
    let text = site.read("content/en/practices/a.md");
    site.write("content/en/practices/a.md", &text);
    assert_eq!(site.run(&["search", "census"]).err(), "");
    site.write("content/en/practices/a.md", &format!("{text}more\n"));
    site.run(&["search", "census"]).code(0).says("Counting").complains("has changed since");
    // Opening the index leaves nothing that a build trips over.
    site.run(&["build"]).code(0);
}

/// A site built elsewhere may have a folder of the name that a build takes when none is given.
#[test]
fn a_folder_of_ones_own_named_public_belongs_to_the_site() {
    let site = Site::new(&[("a.md", "# Alpha\n\n![x](/x.png)"), ("public/x.png", "x")]);
    site.run(&["build", "--out", "out"]).code(0);
    let ran = site.run(&["search", "alpha"]);
    assert_eq!(ran.code(0).says("1 result").err(), "", "the index is not out of date");
    site.run(&["check"]).code(0).says("0 errors, 0 warnings");
}

#[test]
fn a_damaged_index_is_told_from_a_missing_one() {
    let site = configured();
    site.run(&["build"]).code(0);
    site.write("index/en/meta.json", "{");
    site.run(&["search", "census", "--lang", "en"]).code(2).complains("makes it anew");
}

#[test]
fn an_output_folder_with_other_files_is_refused() {
    let site = configured();
    site.write("public/thesis.txt", "mine");
    site.run(&["build"]).code(2).complains("was not written by vademecum");
    assert_eq!(site.read("public/thesis.txt"), "mine");
    site.run(&["build", "--out", "content/out"]).code(2).complains("holds the source");
    site.run(&["build", "--out", "."]).code(2).complains("holds the source");
}

#[test]
fn wrong_arguments_are_exit_code_2() {
    let site = configured();
    site.run(&["bild"]).code(2);
    site.run(&["build", "--root", "no-such-folder"]).code(2).complains("no-such-folder");
    site.run(&["search", "x", "--limit", "0"]).code(2);
    site.run(&["--version"]).code(0).says("vademecum 0.1.0");
}

#[test]
fn a_thesaurus_comes_from_skos_and_goes_there() {
    let site = Site::new(&[
        ("content/index.md", "Home"),
        (
            "content/site.toml",
            "languages = [\"en\", \"fr\"]\nurl = \"https://example.org/\"\n[vocabularies.concepts]\n\
             thesaurus = \"thesaurus.toml\"\n\
             parent = { column = \"broader\", vocabulary = \"concepts\" }\n",
        ),
        (
            "t.ttl",
            "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\
             <http://x.org/1> a skos:Concept ; skos:prefLabel \"return\"@en, \"Rückkehr\"@de .\n\
             <http://x.org/2> a skos:Concept ; skos:prefLabel \"forced return\"@en ;\n\
             skos:broader <http://x.org/1> .\n",
        ),
    ]);
    site.run(&["thesaurus", "import", "t.ttl"]).code(0).says("2 concepts in index/thesaurus.toml");
    assert!(site.read("index/thesaurus.toml").contains("[forced-return]"));
    site.run(&["thesaurus", "import", "t.ttl"]).code(2).complains("is there already");
    site.run(&["check"]).code(0);
    site.run(&["thesaurus", "export"]).code(0).says("<http://x.org/2> a skos:Concept");
    site.run(&["thesaurus", "export", "--out", "c.rdf"]).code(0);
    site.run(&["thesaurus", "import", "c.rdf", "--force"]).code(0).says("2 concepts");
    site.write("bad.ttl", "no rdf");
    site.run(&["thesaurus", "import", "bad.ttl", "--force"]).code(2).complains("no RDF in Turtle");
    assert!(site.read("index/thesaurus.toml").contains("[forced-return]"));
    site.run(&["thesaurus", "export", "nothing"]).code(2).complains("concepts");
}

#[test]
fn check_proposes_concepts_that_a_text_names() {
    let config = "languages = [\"en\"]\n[vocabularies.concepts]\nthesaurus = \"thesaurus.toml\"\n\
        understood = true\nparent = { column = \"broader\", vocabulary = \"concepts\" }\n\
        [fields.concepts]\ntype = \"terms\"\n[types.practice]\nfolder = \"practices\"\nfields = [\"concepts\"]\n";
    let thesaurus = "[detention]\nen = [\"detention\", \"held in cells\"]\n[child-detention]\n\
        broader = \"detention\"\nen = [\"child detention\", \"detained children\"]\n\
        [visa]\nen = [\"visa\"]\n";
    let record = "---\ntitle: Children held in cells\nconcepts: [visa]\n---\n\
        Detained children are few. A visa was given.\n\n## Then\n\nNo detained children, no more detained children.\n";
    let carried = "---\ntitle: Held in cells\nconcepts: [child-detention]\n---\nText.\n";
    let site = Site::new(&[
        ("content/site.toml", config),
        ("index/thesaurus.toml", thesaurus),
        ("content/practices/a.md", record),
        ("content/practices/b.md", carried),
    ]);
    let ran = site.run(&["check"]);
    ran.code(0).says("0 errors, 0 warnings, 1 note");
    let remark = "content/practices/a.md:3:12: note[missing-concept]: the text speaks of “child detention”\n";
    ran.complains(remark).complains("add `child-detention` to `concepts`");
    // A build says nothing of it.
    assert!(!site.run(&["build"]).err().contains("missing-concept"));
}

#[test]
fn any_folder_builds() {
    let site = Site::new(&[("README.md", "# Notes\n\n[a](sub/a.md)\n"), ("sub/a.md", "Text\n")]);
    site.run(&["build"]).code(0);
    assert!(site.read("public/index.html").contains("sub/a/index.html"));
    // The output and the index are no content of the next build.
    let first = site.read("public/index.html");
    site.run(&["build"]).code(0);
    assert_eq!(site.read("public/index.html"), first);
    assert!(!site.path("public/public").exists());
}

#[test]
fn new_writes_a_site_that_builds_clean_and_records_that_explain_themselves() {
    let folder = Site::new(&[]);
    folder.run(&["new", "mine"]).code(0).says("serve");
    folder.run(&["--root", "mine", "build"]).code(0).says("0 warnings");
    folder.run(&["new", "mine"]).code(2).complains("is not empty");
    let root = ["--root", "mine"];
    let ran = folder.run(&[&root[..], &["new", "practice", "Été: a \"good\" idea"]].concat());
    ran.code(0).says("ete-a-good-idea.md");
    let text = folder.read("mine/content/en/practices/ete-a-good-idea.md");
    for line in [
        "title: \"Été: a \\\"good\\\" idea\"",
        "status: draft",
        "# what was done",
        "## Lessons",
        "#   one of: 1, 2",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // A draft keeps nothing from being built, and is never overwritten.
    folder.run(&["--root", "mine", "build"]).code(0);
    folder.run(&[&root[..], &["new", "practice", "Été: a \"good\" idea"]].concat()).code(2);
    folder
        .run(&[&root[..], &["new", "practise", "X"]].concat())
        .code(2)
        .complains("did you mean `practice`?");
    folder
        .run(&[&root[..], &["new", "practice", "X", "--lang", "fr"]].concat())
        .code(2)
        .complains("no language `fr`");
    folder.run(&[&root[..], &["new", "practice"]].concat()).code(2).complains("a title");
}

/// A running server; stopped when dropped.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(site: &Site) -> Self {
        let mut child =
            site.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find(|line| line.as_ref().unwrap().contains("http://")).unwrap().unwrap();
        // Keeps the pipe open and empty while the server lives.
        std::thread::spawn(move || lines.for_each(drop));
        let port = line.split("localhost:").nth(1).unwrap().split('/').next().unwrap();
        Self { child, port: port.parse().unwrap() }
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n",
            self.port
        ))
    }

    fn until(&self, path: &str, text: &str) -> String {
        let started = Instant::now();
        loop {
            let answer = self.get(path);
            if answer.contains(text) {
                return answer;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "`{text}` never came\n{answer}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn the_home_page_shows_the_newest_records_in_order() {
    let dates = [
        ("a", "date: 2019-01-01"),
        ("b", ""),
        ("c", "date: 2020-05-01"),
        ("d", "as_of: 2021"),
        ("e", "date: 2020-05-01"),
        ("f", "date: 2018-01-01"),
        ("g", "date: 2022-03-01"),
    ];
    let home = "---\ntitle: Home\ntemplate: home.html\n---\n";
    let site = Site::new(&[("content/en/index.md", home)]);
    for (name, date) in dates {
        let text = format!("---\ntitle: Record {name}\n{date}\n---\n");
        site.write(&format!("content/en/practices/{name}.md"), &text);
    }
    // Those of one day stand in the order of their names.
    for (newest, order) in [(4, "gdce"), (40, "gdceafb")] {
        let config = format!(
            "languages = ['en']\n[home]\nnewest = {newest}\n[fields.date]\ntype = 'date'\n\
             [fields.as_of]\ntype = 'date'\n[types.practice]\nfolder = 'practices'\n\
             fields = ['date', 'as_of']\n"
        );
        site.write("content/site.toml", &config);
        site.run(&["build"]).code(0);
        let html = site.read("public/en/index.html");
        let named = html.match_indices("Record ").map(|(at, word)| &html[at + word.len()..][..1]);
        assert_eq!(named.collect::<String>(), order, "{html}");
    }
}

#[test]
fn serve_shows_changes_and_keeps_the_last_good_page() {
    let site = configured();
    let server = Server::start(&site);
    let page = server.get("/en/practices/a/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("Counting people") && page.contains("/_vademecum/reload.js"));
    assert!(page.to_lowercase().contains("content-security-policy: default-src 'none'"));
    // A change is shown, in lists too.
    site.write("content/en/practices/a.md", "---\ntitle: Counting cats\nobjectives: [1]\n---\n");
    server.until("/en/practices/a/", "Counting cats");
    server.until("/en/practices/", "Counting cats");
    // What is made from all pages is made later, and stays there until then.
    assert!(server.get("/en/feed.xml").starts_with("HTTP/1.1 200"));
    // A mistake is told over the last good page.
    site.write("content/en/practices/a.md", BROKEN);
    let state = server.until("/_vademecum/state", "unknown-term");
    assert!(state.contains("\"errors\":1") && state.contains("objectives: [31]"), "{state}");
    assert!(server.get("/en/practices/a/").contains("Counting cats"));
    // Mended, it is shown again; drafts are shown too.
    site.write("content/en/practices/a.md", "---\ntitle: Counting dogs\nstatus: draft\n---\n");
    server.until("/en/practices/a/", "Counting dogs");
}

#[test]
fn serve_sees_edits_after_the_content_came_back_from_a_backup() {
    let site = configured();
    let server = Server::start(&site);
    let files = ["site.toml", "vocabularies/objectives.tsv", "en/practices/a.md"]
        .map(|file| format!("content/{file}"));
    let texts = files.clone().map(|file| site.read(&file));
    std::fs::rename(site.path("content"), site.path("old")).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    for (file, text) in files.iter().zip(&texts) {
        site.write(file, text);
    }
    std::thread::sleep(Duration::from_millis(1000));
    site.write("content/en/practices/a.md", "---\ntitle: Counting cats\nobjectives: [1]\n---\n");
    server.until("/en/practices/a/", "Counting cats");
}

#[test]
fn serve_makes_the_search_while_another_program_writes_all_the_time() {
    let site = Site::new(&[("a.md", "# A\n\nFirst.\n")]);
    let server = Server::start(&site);
    let is_done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for line in 0..300 {
                if is_done.load(std::sync::atomic::Ordering::Relaxed) {
                    return;
                }
                site.write("out.log", &"x\n".repeat(line));
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        site.write("a.md", "# A\n\nSecond.\n");
        server.until("/api/search?q=second", "\"total\":1");
        is_done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn serve_answers_only_for_its_own_tree_and_machine() {
    let site = configured();
    site.write("secret.txt", "secret");
    let server = Server::start(&site);
    assert!(server.get("/en/practices/a").contains("301"));
    assert!(server.get("/no/such/page").starts_with("HTTP/1.1 404"));
    for path in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "//etc/passwd",
        "/en/..%5c..%5csecret.txt",
        "/%00",
        "/%ff",
    ] {
        let answer = server.get(path);
        assert!(!answer.contains("\r\n\r\nsecret") && !answer.contains("root:"), "{path}");
    }
    let port = server.port;
    let other = server
        .ask(&format!("GET / HTTP/1.1\r\nHost: evil.example:{port}\r\nConnection: close\r\n\r\n"));
    assert!(other.starts_with("HTTP/1.1 403"), "{other}");
    let post = server.ask(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
    assert!(post.starts_with("HTTP/1.1 405"), "{post}");
}

#[test]
fn serve_says_when_its_port_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    configured().run(&["serve", "--port", &port]).code(2).complains("choose another with --port");
}

#[test]
fn a_build_killed_at_any_moment_leaves_the_last_good_site() {
    const PARTS: [&str; 3] = ["public", "index/en", "index/fr"];
    let written = |site: &Site, part: &str| -> Vec<(PathBuf, Vec<u8>)> {
        let root = site.path(part);
        let mut files: Vec<_> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(&root).unwrap().to_path_buf();
                (path, std::fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    };
    let write = |site: &Site, title: &str| {
        for number in 0..60 {
            let text = format!("---\ntitle: {title} {number}\n---\n\n{title} text\n");
            site.write(&format!("content/en/practices/p{number}.md"), &text);
        }
    };
    // Two builds of one source are equal, so another folder shows what the new site will be.
    let (site, other) = (configured(), configured());
    write(&site, "Old");
    site.run(&["build"]).code(0);
    let old = PARTS.map(|part| written(&site, part));
    write(&site, "New");
    write(&other, "New");
    other.run(&["build"]).code(0);
    let new = PARTS.map(|part| written(&other, part));
    assert!(old.iter().zip(&new).all(|(old, new)| old != new));
    for delay in (0..40).map(|step| Duration::from_millis(step * 12)) {
        let mut child = site.command(&["build"]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(delay);
        let _ = child.kill();
        let _ = child.wait();
        for (number, part) in PARTS.iter().enumerate() {
            let now = written(&site, part);
            assert!(now == old[number] || now == new[number], "half of {part} after {delay:?}");
        }
    }
    // Whatever the killed builds left, the next one clears it away.
    site.run(&["build"]).code(0);
    let left: Vec<String> = [site.path("."), site.path("index")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}
