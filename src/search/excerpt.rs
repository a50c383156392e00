//! The words found, in their context: a stretch of the section that answers best.

use std::{collections::HashMap, rc::Rc};

use crate::render::escape;

use super::{
    Document,
    analysis::Analyzer,
    rank::{Term, Word},
};

/// How many words an excerpt shows, and how many of them stand before the first one found.
const WORDS: usize = 32;
const BEFORE: usize = 6;
/// How much of a text without any of the words is shown, in characters.
const UNMARKED: usize = 200;

/// What a stem that is marked weighs: the idf of its word.
pub struct Weight {
    idf: u32,
    term: Rc<Term>,
}

/// What stems are marked, and what each of them weighs.
pub type Weights = HashMap<String, Weight>;

/// Returns what each stem that is searched weighs: the idf of its word, of the first that has it.
/// Words that say little beside the others are not marked.
pub fn weights(words: &[Word]) -> Weights {
    let mut weights = HashMap::new();
    let most = words.iter().map(|word| word.idf).max().unwrap_or_default();
    for word in words.iter().filter(|word| word.idf * 4 >= most) {
        for form in &word.forms {
            let rarest = form.terms.iter().map(|term| term.idf).max().unwrap_or_default();
            for (stem, term) in form.stems.iter().zip(&form.terms) {
                // Of a name of several words, those that say something.
                if term.idf * 4 >= rarest {
                    weights
                        .entry(stem.clone())
                        .or_insert_with(|| Weight { idf: word.idf, term: term.clone() });
                }
            }
        }
    }
    weights
}

/// Marks the words in a stretch of a section. The summary stands in its place when it shows as much
/// of them as a stretch of the section can at most, so that the browser needs no file of texts; and
/// when no section holds one.
pub fn excerpt(
    document: &Document,
    number: u32,
    section: Option<usize>,
    weights: &Weights,
    analyzer: &mut Analyzer,
) -> String {
    let summary = document.shown_summary();
    let in_summary = mark(&summary, weights, analyzer);
    let section = section.and_then(|at| Some((at, document.sections.get(at)?)));
    match section {
        Some((at, _)) if in_summary.shown > 0 && in_summary.shown >= held(weights, number, at) => {
            in_summary.html
        }
        // Words that stand in the heading alone.
        Some((_, section)) if !section.text.is_empty() => {
            mark(&section.text, weights, analyzer).html
        }
        _ if document.summary.is_empty() => {
            let first = document.sections.first().map_or("", |section| section.text.as_str());
            mark(first, weights, analyzer).html
        }
        _ => in_summary.html,
    }
}

/// Returns what the stems weigh together that a section may hold. A common term does not say in
/// which section of a document it stands.
fn held(weights: &Weights, document: u32, section: usize) -> u32 {
    let holds = |term: &Term| match term.documents.binary_search(&document) {
        Ok(at) => term.sections.get(at).is_none_or(|sections| sections >> section & 1 == 1),
        Err(_) => false,
    };
    weights.values().filter(|weight| holds(&weight.term)).map(|weight| weight.idf).sum()
}

/// A stretch of a text as HTML, and what the different stems weigh together that are marked in it.
struct Marked {
    html: String,
    shown: u32,
}

/// Cuts the stretch with the heaviest words out of a text and marks them.
fn mark(text: &str, weights: &Weights, analyzer: &mut Analyzer) -> Marked {
    let tokens = analyzer.tokens(text);
    let weight = |index: usize| weights.get(&tokens[index].stem).map_or(0, |weight| weight.idf);
    let mut best = (0_u32, 0_usize);
    for start in 0..tokens.len() {
        if weight(start) == 0 {
            continue;
        }
        let end = (start + WORDS).min(tokens.len());
        let mut seen: Vec<&str> = Vec::new();
        let mut sum = 0;
        for (index, token) in tokens.iter().enumerate().take(end).skip(start) {
            if weight(index) > 0 && !seen.contains(&token.stem.as_str()) {
                seen.push(&token.stem);
                sum += weight(index);
            }
        }
        if sum > best.0 {
            best = (sum, start);
        }
    }
    if best.0 == 0 {
        return Marked { html: escape(&crate::page::shorten(text, UNMARKED)), shown: 0 };
    }
    // A few words before the first one found, so that it does not stand without its sentence.
    let first = best.1.saturating_sub(BEFORE);
    let last = (first + WORDS).min(tokens.len());
    let from = if first == 0 { 0 } else { tokens[first].start };
    let to = if last == tokens.len() { text.len() } else { tokens[last - 1].end };
    let mut html = String::new();
    if from > 0 {
        html.push_str("… ");
    }
    let mut at = from;
    for (index, token) in tokens.iter().enumerate().take(last).skip(first) {
        // A pair of letters may begin inside the one before it.
        if weight(index) == 0 || token.end <= at {
            continue;
        }
        let start = token.start.max(at);
        html.push_str(&escape(&text[at..start]));
        html.push_str("<mark>");
        html.push_str(&escape(&text[start..token.end]));
        html.push_str("</mark>");
        at = token.end;
    }
    html.push_str(&escape(text.get(at..to).unwrap_or_default()));
    if to < text.len() {
        html.push('…');
    }
    Marked { html: html.replace("</mark><mark>", ""), shown: best.0 }
}
