//! Pairs of words that must meet in a search, and pairs that must not, in `tests/words/`.

use std::{collections::BTreeSet, path::Path};

use vademecum::search::analysis::{Analyzer, Token};

/// How many pairs a language has at least.
const PAIRS: usize = 60;

#[test]
fn words_meet_that_are_one_and_part_that_are_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/words");
    let mut faults = Vec::new();
    for lang in ["ar", "en", "es", "fr", "ru", "zh"] {
        let text = std::fs::read_to_string(folder.join(format!("{lang}.tsv"))).unwrap();
        let mut analyzer = Analyzer::new(lang);
        let mut count = 0;
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [relation, a, b, why] = cells[..] else { panic!("{lang}: `{line}`") };
            count += 1;
            let (one, other) = (analyzer.tokens(a), analyzer.tokens(b));
            // A name with signs in it is a word as a whole too, at its first part.
            let is_whole = |tokens: &[Token], at: usize| {
                at > 0 && tokens[at - 1].start == tokens[at].start && tokens.len() > 2
            };
            let stems = |tokens: &[Token], wholes: bool| -> BTreeSet<String> {
                let parts = (0..tokens.len()).filter(|&at| wholes || !is_whole(tokens, at));
                parts.map(|at| tokens[at].stem.clone()).collect()
            };
            let (one, other) = (stems(&one, false), stems(&other, true));
            let sound = match relation {
                "meet" => !one.is_empty() && one.is_subset(&other),
                "part" => !one.is_subset(&other) && !other.is_subset(&one),
                _ => panic!("{lang}: `{relation}` is no relation"),
            };
            if !sound {
                faults.push(format!("{lang}: {relation} {a} {b} ({why}): {one:?} {other:?}"));
            }
        }
        assert!(count >= PAIRS, "{lang} has {count} pairs");
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}
