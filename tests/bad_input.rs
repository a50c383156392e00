//! Bad input that only a disk holds: files that are too large, links in circles, names that are no
//! text, folders of odd shapes. The kinds that a text can hold stand in `tests/sites/bad-input.txt`.

#![cfg(unix)]

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::Path,
};

use vademecum::{
    Memories, build, diag, disk,
    site::Scope,
    tree::{Blob, Tree, TreePath},
};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Reads and builds a folder. Returns its remarks, one a line, and the paths of its output.
fn built(root: &Path) -> (Vec<String>, Vec<String>) {
    let source = disk::read_source(root, &root.join("public")).unwrap();
    let mut built = build(&source.tree, &mut Memories::none(), Scope::default());
    built.left_out(&source.skipped);
    let line = |diag: &diag::Diag| {
        let printed = diag::locate(diag, &source.tree);
        let severity = format!("{:?}", printed.severity).to_lowercase();
        let (path, line, column) = (printed.path, printed.line, printed.column);
        format!(
            "{path}:{line}:{column}: {severity}[{}]: {}",
            printed.code.as_str(),
            printed.message
        )
    };
    let remarks = built.diags.iter().map(line).collect();
    (remarks, built.output.iter().map(|(path, _)| path.to_string()).collect())
}

#[test]
fn a_page_of_50_megabytes_is_refused_and_the_others_are_built() {
    let site = folder(&[("a.md", "# A")]);
    fs::write(site.path().join("big.md"), "word ".repeat(10_000_000)).unwrap();
    let (remarks, files) = built(site.path());
    assert_eq!(remarks, ["big.md:1:1: error[limit]: the file has 50.0 MB; a page may have 8.4 MB"]);
    assert!(files.contains(&"a/index.html".to_owned()));
}

#[test]
fn a_large_picture_is_carried_along() {
    let site = folder(&[("a.md", "![x](x.png)")]);
    fs::write(site.path().join("x.png"), vec![7; 50_000_000]).unwrap();
    let (remarks, files) = built(site.path());
    assert_eq!(remarks, Vec::<String>::new());
    assert!(files.contains(&"x.png".to_owned()));
}

#[test]
fn a_configuration_and_a_table_that_are_too_large_are_told_so() {
    let site = folder(&[("content/en/a.md", "x")]);
    let config = "languages = ['en']\n[vocabularies.themes]\nnoun = 'theme'\n";
    fs::write(site.path().join("content/site.toml"), config).unwrap();
    fs::create_dir(site.path().join("content/vocabularies")).unwrap();
    let table = format!("id\tname_en\n{}", "a\tA\n".repeat(2_500_000));
    fs::write(site.path().join("content/vocabularies/themes.tsv"), table).unwrap();
    let (remarks, _) = built(site.path());
    assert_eq!(
        remarks,
        [
            "content/vocabularies/themes.tsv:1:1: error[limit]: the file has 10 MB; a file that is read as text may have 8 MB"
        ]
    );
}

#[test]
fn a_loop_of_links_is_left_out() {
    let site = folder(&[("docs/a.md", "# A")]);
    symlink(site.path().join("docs"), site.path().join("docs/again")).unwrap();
    let (remarks, files) = built(site.path());
    assert_eq!(
        remarks,
        ["docs/again:1:1: warning[limit]: `docs/again` was left out: a loop of links"]
    );
    assert!(files.contains(&"docs/a/index.html".to_owned()));
}

#[test]
fn a_link_out_of_the_site_is_left_out() {
    let outside = folder(&[("secret.md", "# Secret"), ("more/b.md", "# B")]);
    let site = folder(&[("a.md", "# A")]);
    symlink(outside.path().join("secret.md"), site.path().join("secret.md")).unwrap();
    symlink("/nowhere/at/all", site.path().join("gone.md")).unwrap();
    symlink(outside.path().join("more"), site.path().join("more")).unwrap();
    let (remarks, files) = built(site.path());
    assert_eq!(remarks.len(), 3, "{remarks:?}");
    assert!(
        remarks
            .iter()
            .all(|remark| remark.contains("warning[limit]") && remark.contains("was left out"))
    );
    assert!(
        !files.iter().any(|file| file.contains("secret") || file.contains("more")),
        "{files:?}"
    );
}

#[test]
fn a_page_of_a_configured_site_that_cannot_be_read_is_an_error() {
    let site = folder(&[
        ("content/site.toml", "title = \"S\""),
        ("content/a.md", "# A"),
        ("content/style.txt", "x"),
    ]);
    // The last is a lock, as Emacs makes one.
    for name in ["b.md", "b.txt", ".#a.md"] {
        let link = site.path().join("content").join(name);
        std::os::unix::fs::symlink("nowhere", link).unwrap();
    }
    let (remarks, files) = built(site.path());
    assert_eq!(
        remarks,
        [
            "content/b.md:1:1: error[limit]: `content/b.md` was left out: a link that leads nowhere",
            "content/b.txt:1:1: warning[limit]: `content/b.txt` was left out: a link that leads nowhere",
        ]
    );
    assert!(files.contains(&"a/index.html".to_owned()));
}

#[test]
fn what_jekyll_and_docusaurus_do_not_show_is_left_out() {
    let site = folder(&[
        ("_drafts/a.md", "# A secret"),
        ("_includes/head.md", "{{ x }}"),
        ("_posts/2024-01-02-b.md", "# B"),
        ("docs/_part.mdx", "# Part"),
        ("docs/_index.md", "# Docs"),
    ]);
    let (remarks, files) = built(site.path());
    let why = "its name begins with `_`, as what is shown in other pages";
    let part = "docs/_part.mdx";
    assert_eq!(remarks, [format!("{part}:1:1: warning[limit]: `{part}` was left out: {why}")]);
    assert!(!files.iter().any(|file| file.contains("drafts") || file.contains("includes")));
    for file in ["docs/index.html", "_posts/2024-01-02-b/index.html"] {
        assert!(files.contains(&file.to_owned()), "{files:?}");
    }
}

#[test]
fn a_file_that_may_not_be_read_is_left_out() {
    use std::os::unix::fs::PermissionsExt;
    let site = folder(&[("a.md", "# A"), ("b.md", "# B")]);
    let closed = site.path().join("b.md");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // An administrator reads everything.
    if fs::read(&closed).is_ok() {
        return;
    }
    let (remarks, files) = built(site.path());
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(remarks[0].starts_with("b.md:1:1: warning[limit]: `b.md` was left out"), "{remarks:?}");
    assert!(files.contains(&"a/index.html".to_owned()));
}

#[test]
fn a_name_that_is_no_text_is_left_out() {
    let site = folder(&[("a.md", "# A")]);
    let name = OsStr::from_bytes(b"caf\xe9.md");
    // Some file systems refuse such names themselves.
    if fs::write(site.path().join(name), "# B").is_err() {
        return;
    }
    let (remarks, _) = built(site.path());
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(remarks[0].contains("the name is no UTF-8 text"), "{remarks:?}");
}

#[test]
fn odd_names_are_pages() {
    let long = "x".repeat(200);
    let names = [
        "with spaces",
        "été",
        "日本語",
        "a&b=c",
        "50%",
        "#1",
        "a'b",
        "-dash",
        "a.b.c",
        "[x]",
        &long,
    ];
    let links: String = names.iter().map(|name| format!("[[{name}]] ")).collect();
    let site = folder(&[("index.md", &links)]);
    for name in names {
        fs::write(site.path().join(format!("{name}.md")), "# Page").unwrap();
    }
    let (remarks, files) = built(site.path());
    for name in names {
        assert!(files.contains(&format!("{name}/index.html")), "{name}: {remarks:?}");
    }
    let out = site.path().join("public");
    let source = disk::read_source(site.path(), &out).unwrap();
    let output = build(&source.tree, &mut Memories::none(), Scope::default()).output;
    disk::write(&output, &out).unwrap();
}

#[test]
fn an_empty_folder_and_one_with_only_a_picture_build() {
    for files in [&[][..], &[("x.png", "png")][..]] {
        let site = folder(files);
        let (remarks, files) = built(site.path());
        assert_eq!(remarks, Vec::<String>::new());
        assert!(files.contains(&"index.html".to_owned()));
    }
}

#[test]
fn deep_folders_are_read_to_a_limit() {
    let site = folder(&[("a.md", "# A")]);
    let deep = site.path().join("d/".repeat(70));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("b.md"), "# B").unwrap();
    let (remarks, files) = built(site.path());
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(remarks[0].contains("folders are read 64 deep"), "{remarks:?}");
    assert!(files.contains(&"a/index.html".to_owned()));
}

#[test]
fn an_output_folder_with_other_files_is_refused_and_left_alone() {
    let site = folder(&[("a.md", "# A"), ("public/mine.txt", "mine")]);
    let out = site.path().join("public");
    let source = disk::read_source(site.path(), &out).unwrap();
    let output = build(&source.tree, &mut Memories::none(), Scope::default()).output;
    let error = disk::write(&output, &out).unwrap_err().to_string();
    assert!(
        error.contains("mine.txt") && error.contains("choose another output folder"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(out.join("mine.txt")).unwrap(), "mine");
}

/// Texts that nest without end, or are all beginnings, neither stop the program nor take long.
#[test]
fn deep_and_endless_texts_build() {
    let items: String = (0..500).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect();
    let boxes: String =
        (0..500).map(|depth| format!("{}!!! note\n", "    ".repeat(depth))).collect();
    let texts = [
        items,
        boxes,
        ">".repeat(100_000),
        "[".repeat(100_000),
        "![".repeat(50_000),
        "*a _b ".repeat(20_000),
        "<div>".repeat(20_000),
        "<details>\n\n".repeat(5_000),
        ":::note\n".repeat(20_000),
        "[^1]: x\n\n".repeat(10_000),
        "[a](b ".repeat(20_000),
        "x".repeat(1_000_000),
        "| a ".repeat(20_000) + "\n" + &"| - ".repeat(20_000),
    ];
    for text in texts {
        let path = TreePath::of("a.md");
        let source: Tree = [(path, Blob::new(text.into_bytes()))].into_iter().collect();
        let built = build(&source, &mut Memories::none(), Scope::default());
        assert!(built.output.get(&TreePath::of("a/index.html")).is_some());
    }
}
