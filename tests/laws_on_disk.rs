//! Laws of the program as a whole: the same source gives the same bytes for anybody, anywhere, on any
//! day; only what changed is written; what cannot be written leaves the last good site whole.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, SystemTime},
};

mod sample;

use sample::{Files, Random};

const PROGRAM: &str = env!("CARGO_BIN_EXE_vademecum");

/// A site in a folder of its own, whose mistakes keep nothing from being written.
struct Folder {
    _keep: tempfile::TempDir,
    root: PathBuf,
}

impl Folder {
    fn new(name: &str, files: &Files) -> Self {
        let keep = tempfile::tempdir().unwrap();
        let folder = Self { root: keep.path().join(name), _keep: keep };
        folder.write(files);
        folder
    }

    fn write(&self, files: &Files) {
        for (path, bytes) in &files.0 {
            let path = self.root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    fn build(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command.current_dir(&self.root).args(["build", "--force"]);
        command
    }

    /// Returns all that was written, by path: the site and the search index of each language.
    fn written(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = files_of(&self.root.join("public"));
        for (path, bytes) in files_of(&self.root.join("index")) {
            files.insert(format!("index/{path}"), bytes);
        }
        files
    }

    /// Returns the names of what the program put beside its output.
    fn left(&self) -> Vec<String> {
        let folders = [self.root.clone(), self.root.join("index")];
        let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
        entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with('.'))
            .collect()
    }
}

fn files_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap();
            (path.replace('\\', "/"), std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn done(mut command: Command) {
    let output = command.output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
}

/// Returns the paths whose bytes differ.
fn differ(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let paths: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    paths.into_iter().filter(|path| a.get(*path) != b.get(*path)).cloned().collect()
}

#[cfg(unix)]
mod unix {
    use std::os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    };

    use super::*;

    const NOBODY: u32 = 65534;

    fn is_root() -> bool {
        std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
    }

    /// Gives a folder and all in it to the user who may nothing.
    fn give_away(folder: &Folder) {
        let all = walkdir::WalkDir::new(folder._keep.path()).into_iter().filter_map(Result::ok);
        for entry in all {
            chown(entry.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }

    #[test]
    fn builds_are_equal_on_any_day_in_any_folder_for_any_user() {
        for (seed, files) in
            [(4, sample::configured(&mut Random(4))), (5, sample::any_folder(&mut Random(5)))]
        {
            let one = Folder::new("site", &files);
            done(one.build());
            let expected = one.written();
            assert!(expected.len() > 15, "{}", expected.len());

            // Another folder, written in another order, with files of another day.
            let other = Folder::new("Été à la plage/ my $ite", &Files::default());
            for (path, bytes) in files.0.iter().rev() {
                other.write(&Files([(path.clone(), bytes.clone())].into()));
                let file = std::fs::File::options().append(true).open(other.root.join(path));
                let day = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * 365 * (1 + seed));
                file.unwrap().set_modified(day).unwrap();
            }
            let mut build = Command::new("sh");
            build
                .args(["-c", "umask 077; exec \"$0\" build --force", PROGRAM])
                .current_dir(&other.root)
                .env_clear()
                .env("TZ", "Pacific/Kiritimati")
                .env("LANG", "tr_TR.UTF-8")
                .env("LC_ALL", "tr_TR.UTF-8")
                .env("HOME", "/nowhere")
                .env("USER", "somebody")
                .env("SOURCE_DATE_EPOCH", "1")
                .env("RAYON_NUM_THREADS", "1");
            done(build);
            assert_eq!(differ(&expected, &other.written()), [""; 0], "in another folder");

            if is_root() {
                let theirs = Folder::new("theirs", &files);
                give_away(&theirs);
                let mut build = theirs.build();
                build.uid(NOBODY).gid(NOBODY).env("TZ", "America/Caracas").env("LC_ALL", "C");
                done(build);
                assert_eq!(differ(&expected, &theirs.written()), [""; 0], "for another user");
            }
        }
    }

    /// What stays the same when a file is not written: its place on disk and its time.
    fn places(root: &Path) -> BTreeMap<String, (u64, SystemTime, Vec<u8>)> {
        let mut places = BTreeMap::new();
        for part in ["public", "index"] {
            let files = files_of(&root.join(part)).into_iter();
            // What lies in `index/` as text is the source's.
            for (path, bytes) in files.filter(|(path, _)| !path.ends_with(".toml")) {
                let found = std::fs::metadata(root.join(part).join(&path)).unwrap();
                let place = (found.ino(), found.modified().unwrap(), bytes);
                places.insert(format!("{part}/{path}"), place);
            }
        }
        places
    }

    #[test]
    fn only_files_whose_bytes_changed_are_written_again() {
        let mut files = sample::configured(&mut Random(9));
        files.put(
            "content/site.toml",
            String::from_utf8(files.0["content/site.toml"].clone())
                .unwrap()
                .replace("theme = \"own\"\n", ""),
        );
        let record = |text: &str| format!("---\ntitle: P\nas_of: 2020\n---\n\n{text}\n");
        files.put("content/en/practices/p4.md", record("One."));
        files.put("content/fr/practices/p4.md", record("Un."));
        files.put("content/ar/practices/p4.md", record("1"));
        // A file so large that it stays on disk.
        files.put("content/en/film.bin", vec![7; 1_200_000]);
        let folder = Folder::new("site", &files);
        done(folder.build());
        let before = places(&folder.root);
        std::thread::sleep(Duration::from_millis(20));

        // Nothing changed: nothing is written, the index and the manifests included.
        done(folder.build());
        let again = places(&folder.root);
        let moved: Vec<_> = before.iter().filter(|(path, at)| again[*path] != **at).collect();
        assert!(moved.is_empty(), "{:?}", moved.iter().map(|(path, _)| path).collect::<Vec<_>>());

        // One word of prose: the same number of files as have other bytes.
        files.put("content/en/practices/p4.md", record("Two."));
        folder.write(&files);
        done(folder.build());
        let after = places(&folder.root);
        let mut pages = Vec::new();
        for (path, (inode, time, bytes)) in &after {
            let Some((old_inode, old_time, old_bytes)) = before.get(path) else { continue };
            let is_written = inode != old_inode || time != old_time;
            assert_eq!(is_written, bytes != old_bytes, "{path}");
            if is_written && path.ends_with(".html") {
                pages.push(path.as_str());
            }
        }
        assert_eq!(pages, ["public/en/practices/p4/index.html"]);
    }

    #[test]
    fn a_file_changed_by_hand_is_put_right_by_the_next_build() {
        let mut files = Files::default();
        files.put("a.md", "# A\n\nfour\n");
        files.put("film.mp4", vec![7; 1_200_000]);
        let folder = Folder::new("site", &files);
        done(folder.build());
        let expected = folder.written();
        let page = folder.root.join("public/a/index.html");
        let film = folder.root.join("public/film.mp4");
        // As long as before: only the bytes tell.
        let text = std::fs::read_to_string(&page).unwrap();
        std::fs::write(&page, text.replace("four", "five")).unwrap();
        std::fs::write(&film, vec![8; 1_200_000]).unwrap();
        assert_eq!(differ(&expected, &folder.written()).len(), 2);
        done(folder.build());
        assert_eq!(differ(&expected, &folder.written()), [""; 0]);
        // A link in place of a file is no file of ours.
        std::fs::remove_file(&page).unwrap();
        std::os::unix::fs::symlink(folder.root.join("a.md"), &page).unwrap();
        done(folder.build());
        assert_eq!(differ(&expected, &folder.written()), [""; 0]);
        assert_eq!(std::fs::read_to_string(folder.root.join("a.md")).unwrap(), "# A\n\nfour\n");
    }

    /// Builds once, edits the site, and asserts that a build that fails says so and changes nothing.
    fn fails_whole(name: &str, fail: impl Fn(&Folder) -> Output, mend: impl Fn(&Folder)) {
        let mut files = Files::default();
        files.put("content/site.toml", "languages = ['en', 'fr']\n");
        for number in 0..8 {
            for lang in ["en", "fr"] {
                files.put(&format!("content/{lang}/p{number}.md"), "# Old\n\nOld text.\n");
            }
        }
        let folder = Folder::new("site", &files);
        done(folder.build());
        let before = folder.written();
        for number in 0..8 {
            files.put(&format!("content/en/p{number}.md"), "# New\n\nNew text. ".repeat(2000));
        }
        folder.write(&files);
        let output = fail(&folder);
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
        let message = error(&output);
        assert_eq!(message.lines().count(), 1, "{name}: {message}");
        assert!(message.starts_with("vademecum: `"), "{name}: {message}");
        mend(&folder);
        assert_eq!(differ(&before, &folder.written()), [""; 0], "{name}");
        assert_eq!(folder.left(), [""; 0], "{name}");
        // Once there is room again, the next build is whole too.
        done(folder.build());
        assert!(!differ(&before, &folder.written()).is_empty(), "{name}");
        assert_eq!(folder.left(), [""; 0], "{name}");
    }

    #[test]
    fn a_file_larger_than_the_system_allows_leaves_the_last_site_whole() {
        // In blocks of 512 bytes. The signal that the system sends is ignored in the second run.
        for script in
            ["ulimit -f 40; exec \"$0\" build", "trap '' XFSZ; ulimit -f 40; exec \"$0\" build"]
        {
            let fail = |folder: &Folder| {
                let mut shell = Command::new("sh");
                shell.args(["-c", script, PROGRAM]).current_dir(&folder.root).output().unwrap()
            };
            fails_whole(script, fail, |_| {});
        }
    }

    #[test]
    fn a_full_disk_leaves_the_last_site_whole() {
        // A small file system of its own needs rights that most users lack.
        let small = tempfile::tempdir().unwrap();
        let mount = |arguments: &[&str]| {
            let status = Command::new("mount").args(arguments).arg(small.path()).output();
            status.is_ok_and(|output| output.status.success())
        };
        if !is_root() || !mount(&["-t", "tmpfs", "-o", "size=1m", "none"]) {
            return;
        }
        let out = small.path().join("public");
        let (out, filler) = (out.to_str().unwrap(), small.path().join("filler"));
        let build = |folder: &Folder| {
            let mut command = folder.build();
            command.args(["--out", out]).output().unwrap()
        };
        let mut files = Files::default();
        files.put("a.md", "# Old\n");
        let folder = Folder::new("site", &files);
        assert!(build(&folder).status.success());
        let before = files_of(Path::new(out));
        for number in 0..6 {
            // Pages with the same bytes would share their room.
            let text = format!("# New\n\nNew text {number}.\n\n").repeat(4_000);
            files.put(&format!("a{number}.md"), text);
        }
        folder.write(&files);
        let (index, output) = (files_of(&folder.root.join("index")), build(&folder));
        let after = files_of(Path::new(out));
        let beside = std::fs::read_dir(small.path()).unwrap().count();
        // With more room it goes through.
        let is_larger = mount(&["-o", "remount,size=64m"]);
        let last = build(&folder);
        let _ = std::fs::remove_file(filler);
        assert!(Command::new("umount").arg(small.path()).status().unwrap().success());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let message = error(&output);
        assert!(message.contains("could not be written: No space left on device"), "{message}");
        assert!(message.trim_end().ends_with("nothing was changed"), "{message}");
        assert_eq!((differ(&before, &after), beside), (Vec::new(), 1));
        assert_eq!(differ(&index, &files_of(&folder.root.join("index"))).is_empty(), !is_larger);
        assert!(!is_larger || last.status.success(), "{last:?}");
    }

    #[test]
    fn a_folder_that_may_not_be_written_leaves_the_last_site_whole() {
        // Root may write anywhere, so as root the build runs as somebody else.
        let lock = |folder: &Folder, part: &str, mode: u32| {
            let path = folder.root.join(part);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        for part in [".", "index"] {
            let fail = |folder: &Folder| {
                if is_root() {
                    give_away(folder);
                }
                lock(folder, part, 0o555);
                let mut build = folder.build();
                if is_root() {
                    build.uid(NOBODY).gid(NOBODY);
                }
                build.output().unwrap()
            };
            fails_whole(part, fail, |folder| lock(folder, part, 0o755));
        }
    }
}

#[test]
fn a_build_that_is_killed_leaves_the_last_site_whole() {
    let mut files = Files::default();
    let put = |files: &mut Files, word: &str| {
        for number in 0..150 {
            files.put(&format!("p{number}.md"), format!("# {word}\n\n{word} text. ").repeat(40));
        }
    };
    put(&mut files, "Old");
    let folder = Folder::new("site", &files);
    done(folder.build());
    let before = files_of(&folder.root.join("public"));
    put(&mut files, "New");
    folder.write(&files);
    let mut build = folder.build().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Pages are written as they are rendered, so the first of them are there long before the last.
    while files_of(&folder.root.join(".public.staging")).is_empty() {
        assert!(build.try_wait().unwrap().is_none(), "the build ended before it was killed");
        std::thread::sleep(Duration::from_millis(1));
    }
    build.kill().unwrap();
    build.wait().unwrap();
    assert_eq!(differ(&before, &files_of(&folder.root.join("public"))), [""; 0]);
    // The next build takes away what was left.
    done(folder.build());
    assert_eq!(folder.left(), [""; 0]);
    let fresh = Folder::new("site", &files);
    done(fresh.build());
    assert_eq!(differ(&fresh.written(), &folder.written()), [""; 0]);
}

#[test]
fn a_file_where_a_folder_is_needed_leaves_the_last_site_whole() {
    let mut files = Files::default();
    files.put("content/site.toml", "languages = ['en', 'fr']\n");
    files.put("content/en/a.md", "# Old\n");
    files.put("content/fr/a.md", "# Vieux\n");
    let folder = Folder::new("site", &files);
    done(folder.build());
    // The index of the last language cannot be written: the site and the first index stay old too.
    std::fs::remove_dir_all(folder.root.join("index/fr")).unwrap();
    std::fs::write(folder.root.join("index/fr"), "in the way").unwrap();
    let before = folder.written();
    files.put("content/en/a.md", "# New\n");
    folder.write(&files);
    let output = folder.build().output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(error(&output).contains("was not written by vademecum"), "{}", error(&output));
    assert_eq!(differ(&before, &folder.written()), [""; 0]);
    assert_eq!(folder.left(), [""; 0]);
    // The folder above the output is a file.
    let output = folder.build().args(["--out", "content/en/a.md/out"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_or_closed_standard_output_is_no_panic() {
    let mut files = Files::default();
    files.put("a.md", "[x](y.md)\n");
    let folder = Folder::new("site", &files);
    for (script, code) in [
        ("exec \"$0\" build > /dev/full", 2),
        ("exec \"$0\" check 2> /dev/full", 0),
        ("exec \"$0\" build >&-", 0),
        ("\"$0\" check | true", 0),
    ] {
        let mut shell = Command::new("sh");
        let output =
            shell.args(["-c", script, PROGRAM]).current_dir(&folder.root).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{script}: {output:?}");
        assert!(!error(&output).contains("panicked"), "{script}: {}", error(&output));
    }
}

/// Each waits for the one before it; none takes the other's folder away.
#[test]
fn builds_at_the_same_time_do_not_meet() {
    let mut files = Files::default();
    for page in 0..20 {
        files.put(&format!("content/en/p{page}.md"), format!("# Page {page}\n\nText {page}.\n"));
    }
    let folder = Folder::new("site", &files);
    let build = || {
        for _ in 0..20 {
            done(folder.build());
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(build);
        }
    });
    assert!(folder.written().keys().any(|path| path.ends_with("p3/index.html")));
    assert_eq!(folder.left(), [""; 0]);
}
