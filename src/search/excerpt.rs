//! The words found, in their context: which section answers best, and a stretch of its text.

use std::collections::HashMap;

use crate::render::escape;

use super::{Document, analysis::Analyzer};

/// An excerpt of one document.
pub struct Excerpt {
    pub html: String,
    /// The section's place among the document's; `None` for its summary.
    pub section: Option<usize>,
}

/// How many words an excerpt shows.
const WORDS: usize = 32;

/// Finds the section whose words weigh most and marks them in a stretch of it. `weights` holds the
/// inverse document frequency of each stem that was searched.
pub fn excerpt(
    document: &Document,
    weights: &HashMap<String, f32>,
    analyzer: &mut Analyzer,
) -> Excerpt {
    let mut best: (f32, Option<usize>) = (0.0, None);
    for (index, section) in document.sections.iter().enumerate() {
        let heading = weigh(&section.heading, weights, analyzer);
        let text = weigh(&section.text, weights, analyzer);
        let weight = heading + text;
        if weight > best.0 + f32::EPSILON {
            best = (weight, Some(index));
        }
    }
    let summary = weigh(&document.summary, weights, analyzer);
    // The summary says it shortest, so it wins a draw.
    let section = if summary + f32::EPSILON >= best.0 { None } else { best.1 };
    let text = match section {
        Some(index) => &document.sections[index].text,
        None if !document.summary.is_empty() => &document.summary,
        None => document.sections.first().map_or(&document.summary, |section| &section.text),
    };
    Excerpt { html: mark(text, weights, analyzer), section }
}

/// Sums the weights of the different stems in a text.
fn weigh(text: &str, weights: &HashMap<String, f32>, analyzer: &mut Analyzer) -> f32 {
    let mut seen: Vec<String> = Vec::new();
    let mut sum = 0.0;
    for token in analyzer.tokens(text) {
        if let Some(weight) = weights.get(&token.stem)
            && !seen.contains(&token.stem)
        {
            sum += weight;
            seen.push(token.stem);
        }
    }
    sum
}

/// Cuts the stretch with the heaviest words out of a text and marks them.
fn mark(text: &str, weights: &HashMap<String, f32>, analyzer: &mut Analyzer) -> String {
    let tokens = analyzer.tokens(text);
    let weight = |index: usize| weights.get(&tokens[index].stem).copied().unwrap_or(0.0);
    let mut best = (0.0_f32, 0_usize);
    for start in 0..tokens.len() {
        if start > 0 && weight(start) == 0.0 {
            continue;
        }
        let end = (start + WORDS).min(tokens.len());
        let mut seen: Vec<&str> = Vec::new();
        let mut sum = 0.0;
        for (index, token) in tokens.iter().enumerate().take(end).skip(start) {
            if weight(index) > 0.0 && !seen.contains(&token.stem.as_str()) {
                seen.push(&token.stem);
                sum += weight(index);
            }
        }
        if sum > best.0 + f32::EPSILON {
            best = (sum, start);
        }
    }
    // A few words before the first one found, so that it does not stand without its sentence.
    let first = best.1.saturating_sub(6);
    let last = (first + WORDS).min(tokens.len());
    if first >= last {
        return escape(&crate::page::shorten(text, 200));
    }
    let from = if first == 0 { 0 } else { tokens[first].start };
    let to = if last == tokens.len() { text.len() } else { tokens[last - 1].end };
    let mut html = String::new();
    if from > 0 {
        html.push_str("… ");
    }
    let mut at = from;
    for (index, token) in tokens.iter().enumerate().take(last).skip(first) {
        if weight(index) == 0.0 || token.start < at {
            continue;
        }
        html.push_str(&escape(&text[at..token.start]));
        html.push_str("<mark>");
        html.push_str(&escape(&text[token.start..token.end]));
        html.push_str("</mark>");
        at = token.end;
    }
    html.push_str(&escape(text.get(at..to).unwrap_or_default()));
    if to < text.len() {
        html.push('…');
    }
    html
}
