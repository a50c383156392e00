//! The words found, in their context: a stretch of the section that answers best.

use std::collections::HashMap;

use crate::{markdown::Section, render::escape};

use super::{Document, analysis::Analyzer, rank::Word};

/// How many words an excerpt shows, and how many of them stand before the first one found.
const WORDS: usize = 32;
const BEFORE: usize = 6;
/// How much of a text without any of the words is shown, in characters.
const UNMARKED: usize = 200;

/// Returns what each stem that is searched weighs: the idf of its word, of the first that has it.
/// Words that say little beside the others are not marked.
pub fn weights(words: &[Word]) -> HashMap<String, u32> {
    let mut weights = HashMap::new();
    let most = words.iter().map(|word| word.idf).max().unwrap_or_default();
    for word in words.iter().filter(|word| word.idf * 4 >= most) {
        for form in &word.forms {
            let rarest = form.terms.iter().map(|term| term.idf).max().unwrap_or_default();
            for (stem, term) in form.stems.iter().zip(&form.terms) {
                // Of a name of several words, those that say something.
                if term.idf * 4 >= rarest {
                    weights.entry(stem.clone()).or_insert(word.idf);
                }
            }
        }
    }
    weights
}

/// Marks the words in a stretch of a section, or of the summary when no section holds one.
pub fn excerpt(
    document: &Document,
    section: Option<&Section>,
    weights: &HashMap<String, u32>,
    analyzer: &mut Analyzer,
) -> String {
    let first = || document.sections.first().map_or("", |section| section.text.as_str());
    match section {
        // Words that stand in the heading alone.
        Some(section) if !section.text.is_empty() => mark(&section.text, weights, analyzer),
        _ if document.summary.is_empty() => mark(first(), weights, analyzer),
        _ => mark(&document.shown_summary(), weights, analyzer),
    }
}

/// Cuts the stretch with the heaviest words out of a text and marks them.
fn mark(text: &str, weights: &HashMap<String, u32>, analyzer: &mut Analyzer) -> String {
    let tokens = analyzer.tokens(text);
    let weight = |index: usize| weights.get(&tokens[index].stem).copied().unwrap_or(0);
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
        return escape(&crate::page::shorten(text, UNMARKED));
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
    html.replace("</mark><mark>", "")
}
