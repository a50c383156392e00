//! The steps from a query to its answer: words, concepts, correction, ranking, filters, hits.
//!
//! The browser takes the same steps in the same order (`themes/default/assets/search.js`).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use crate::diag::nearest;

use super::{
    Ask, Document, Found, Hit, Sort, Understood,
    analysis::{Analyzer, Token, is_unspaced},
    excerpt::{self, excerpt},
    index::{Fault, Searcher},
    lexicon,
    query::{self, Query},
    rank::{self, Form, Word},
};

/// Answers a query.
///
/// # Errors
/// When the index turns out to be damaged.
pub fn answer(searcher: &Searcher, ask: &Ask) -> Result<Found, Fault> {
    let mut terms =
        Terms { searcher, analyzer: Analyzer::new(&searcher.lang), known: HashMap::new() };
    let mut query = query::parse(&ask.query, &fields(searcher));
    for (field, _) in query.filters.iter_mut().chain(&mut query.excluded) {
        *field = facet_of(searcher, field);
    }
    for (field, value) in &ask.filters {
        query.filters.push((facet_of(searcher, field), value.clone()));
    }
    let (mut words, typed) = terms.words(&query)?;
    let all = words.len();
    let mut concepts = terms.understand(&mut words, &typed, &ask.off, 1.0)?;
    let mut corrected = terms.correct(&query.words, &mut words, ask.insist)?;
    // A word as corrected may name a concept. Pairs of characters that a name was made of are gone.
    if words.len() == all {
        let share = rank::corrected(words.len());
        for named in terms.understand(&mut words, &typed, &ask.off, share)? {
            if concepts.iter().all(|known| known.id != named.id) {
                concepts.push(named);
            }
        }
    }
    let mut words: Vec<Word> = words.into_iter().map(|wanted| wanted.word).collect();
    let records = searcher.records()?;
    let is_record = |document: u32| records[document as usize];
    let mut scores = rank::score(&mut words, searcher.documents(), searcher.unit, is_record);
    let lists_all = words.is_empty() && query.phrases.is_empty();
    let is_filtered = !query.filters.is_empty() || !query.excluded.is_empty();
    let is_narrowed = is_filtered || !query.without.is_empty() || !query.without_phrases.is_empty();
    if lists_all && (is_narrowed || ask.query.trim().is_empty()) {
        // Filters alone list all that they let through, and so does what is left out.
        scores = vec![Some(0.0); searcher.documents()];
    }
    terms.exclude(&query.without, &mut scores)?;
    terms.exclude_phrases(&query.without_phrases, &mut scores)?;
    for filter in &query.excluded {
        let carrying = Filters::of(searcher, std::slice::from_ref(filter))?;
        for (document, score) in scores.iter_mut().enumerate() {
            if carrying.let_through(document as u32, None) {
                *score = None;
            }
        }
    }
    let filters = Filters::of(searcher, &query.filters)?;
    if !query.phrases.is_empty()
        && !terms.keep_phrases(&query.phrases, &filters, ask.insist, &mut scores)?
    {
        corrected.get_or_insert_with(|| query.words.trim().to_owned());
    }
    let matched = found(&scores);
    let mut ranked: Vec<u32> =
        matched.iter().copied().filter(|&document| filters.let_through(document, None)).collect();
    order(searcher, &scores, ask.sort, &mut ranked)?;
    let weights = excerpt::weights(&words);
    let hits = ranked.iter().skip(ask.offset).take(ask.limit).map(|&document| {
        let score = scores[document as usize].unwrap_or_default();
        terms.hit(document, score, &words, &weights)
    });
    Ok(Found {
        query: ask.query.clone(),
        lang: searcher.lang.clone(),
        total: ranked.len(),
        hits: hits.collect::<Result<_, _>>()?,
        facets: filters.count(searcher, &matched, &ranked)?,
        corrected,
        concepts,
    })
}

/// Returns the filters of a query whose value no page carries: the field, the value as written, and the name
/// or id that is nearest to it, if one is near.
///
/// # Errors
/// When the index turns out to be damaged.
pub fn unknown_values(
    searcher: &Searcher,
    ask: &Ask,
) -> Result<Vec<(String, String, Option<String>)>, Fault> {
    let query = query::parse(&ask.query, &fields(searcher));
    let mut unknown = Vec::new();
    for (field, value) in query.filters.into_iter().chain(ask.filters.iter().cloned()) {
        let facet = facet_of(searcher, &field);
        let is_known = !searcher.with_value(&facet, &value)?.is_empty()
            || value_by_name(searcher, &facet, &value).is_some();
        if !is_known {
            let values = searcher.facets.iter().find(|known| known.name == facet);
            let values = values.into_iter().flat_map(|facet| &facet.values);
            let names = values.flat_map(|(id, name)| [name.as_str(), id.as_str()]);
            let near = nearest(&value, names).map(str::to_owned);
            unknown.push((field, value, near));
        }
    }
    Ok(unknown)
}

/// Returns the names that `field:value` takes: facets, and the fields that stand for them.
fn fields(searcher: &Searcher) -> Vec<String> {
    let also = searcher.facets.iter().flat_map(|facet| facet.also.iter().cloned());
    searcher.facet_names().iter().cloned().chain(also).collect()
}

/// Returns the facet that a field's values are found under.
pub fn facet_of(searcher: &Searcher, field: &str) -> String {
    let stands_for =
        searcher.facets.iter().find(|facet| facet.also.iter().any(|also| also == field));
    stands_for.map_or(field, |facet| &facet.name).to_owned()
}

/// Sorts documents by their scores, or by date; documents lie in the order of their addresses, which
/// breaks ties.
fn order(
    searcher: &Searcher,
    scores: &[Option<f64>],
    sort: Sort,
    ranked: &mut [u32],
) -> Result<(), Fault> {
    let score = |document: u32| scores[document as usize].unwrap_or_default();
    let by_score = |a: &u32, b: &u32| score(*b).total_cmp(&score(*a)).then(a.cmp(b));
    match sort {
        Sort::Relevance => ranked.sort_by(by_score),
        Sort::Date => {
            let dates = searcher.dates()?;
            let date = |document: u32| dates[document as usize];
            ranked.sort_by(|a, b| date(*b).cmp(&date(*a)).then_with(|| by_score(a, b)));
        }
    }
    Ok(())
}

/// A word of the query on its way to what is searched for it.
struct Wanted {
    word: Word,
    /// How names of concepts write it.
    key: String,
    /// Whether a page holds it, or something was found that stands for it.
    is_known: bool,
}

/// Returns the documents that have a score.
fn found(scores: &[Option<f64>]) -> Vec<u32> {
    let all = 0..scores.len() as u32;
    all.filter(|&document| scores[document as usize].is_some()).collect()
}

/// The terms of an index, read once for a query.
struct Terms<'a> {
    searcher: &'a Searcher,
    analyzer: Analyzer,
    known: HashMap<String, Option<Rc<rank::Term>>>,
}

impl Terms<'_> {
    fn term(&mut self, stem: &str) -> Result<Option<Rc<rank::Term>>, Fault> {
        if let Some(term) = self.known.get(stem) {
            return Ok(term.clone());
        }
        let term = self.searcher.term(stem)?;
        self.known.insert(stem.to_owned(), term.clone());
        Ok(term)
    }

    /// Makes the form of several stems, or nothing when one of them is on no page.
    fn form(&mut self, stems: &[String], weight: f64) -> Result<Option<Form>, Fault> {
        let mut terms = Vec::with_capacity(stems.len());
        for stem in stems {
            let Some(term) = self.term(stem)? else { return Ok(None) };
            terms.push(term);
        }
        Ok(Some(Form { stems: stems.to_vec(), terms, exact: None, weight }))
    }

    /// Makes the form of a word as pages hold it, and knows which of them hold the very form.
    fn exact_form(&mut self, form: &str, weight: f64) -> Result<Option<Form>, Fault> {
        let stem = self.analyzer.stem(form);
        let Some(mut made) = self.form(&[stem], weight)? else { return Ok(None) };
        let is_common =
            made.terms[0].documents.len() > rank::common_limit(self.searcher.documents());
        let is_crowded = self.searcher.lexicon.crowded.iter().any(|crowded| crowded == form);
        if !is_common && !is_crowded {
            made.exact = self.searcher.form(form)?.map(Rc::new);
        }
        Ok(Some(made))
    }

    /// Understands the words of a query: each with its stem and, for the last, its completions.
    /// Returns each once, and their places as they were typed.
    fn words(&mut self, query: &Query) -> Result<(Vec<Wanted>, Vec<usize>), Fault> {
        let mut words: Vec<Wanted> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut order: Vec<usize> = Vec::new();
        for Token { word: typed, .. } in self.analyzer.tokens(&query.words) {
            if let Some(place) = places.get(&typed) {
                order.push(*place);
                continue;
            }
            let mut forms = Vec::new();
            let mut key = typed.clone();
            if self.searcher.form(&typed)?.is_some() {
                forms.extend(self.exact_form(&typed, 1.0)?);
                key = self.analyzer.stem(&typed);
            } else if !self.searcher.names.holds(&typed) {
                let (guesses, named) = lexicon::guess(self.searcher, &typed)?;
                if let Some(named) = named.filter(|_| guesses.is_empty()) {
                    key = named;
                }
                for stem in guesses {
                    if forms.is_empty() {
                        key.clone_from(&stem);
                    }
                    forms.extend(self.form(&[stem], rank::GUESSED)?);
                }
            }
            let same = words.iter().position(|other| other.key == key);
            let place = same.unwrap_or(words.len());
            places.insert(typed.clone(), place);
            order.push(place);
            if same.is_some() {
                continue;
            }
            let is_known = !forms.is_empty();
            words.push(Wanted { word: Word { typed, forms, idf: 0 }, key, is_known });
        }
        let complete = words.len() <= rank::COMPLETED_WORDS
            && query.phrases.is_empty()
            && !query.words.ends_with(char::is_whitespace);
        if let Some(last) = words.last_mut().filter(|_| complete) {
            // What was only guessed is more likely to be half a word.
            let is_typed = last.is_known && self.searcher.form(&last.word.typed)?.is_some();
            let (unknown, known) = rank::PREFIX;
            let weight = if is_typed { known } else { unknown };
            for form in lexicon::completions(self.searcher, &last.word.typed, is_typed)? {
                if let Some(form) = self.exact_form(&form, weight)?
                    && last.word.forms.iter().all(|other| other.stems != form.stems)
                {
                    last.word.forms.push(form);
                }
            }
            last.is_known |= !last.word.forms.is_empty();
        }
        Ok((words, order))
    }

    /// Finds the concepts that the query names, the longest name first, and adds their other names
    /// as forms of the first word that says something; they weigh `share` of what they do elsewhere.
    /// Nothing is added for concepts that are `off`.
    ///
    /// Where words are pairs of characters, a name is one word however many pairs it has.
    fn understand(
        &mut self,
        words: &mut Vec<Wanted>,
        order: &[usize],
        off: &[String],
        share: f64,
    ) -> Result<Vec<Understood>, Fault> {
        let searcher = self.searcher;
        let mut found: Vec<(usize, usize, usize)> = Vec::new();
        for at in 0..order.len() {
            for (rest, place) in searcher.names.after(&words[order[at]].key) {
                let following = order[at + 1..].iter().map(|&next| &words[next].key);
                if order.len() - at > rest.len() && following.take(rest.len()).eq(rest.iter()) {
                    found.push((at, rest.len() + 1, *place));
                }
            }
        }
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)).then(a.2.cmp(&b.2)));
        let mut taken = vec![0_usize; order.len()];
        let mut understood: Vec<usize> = Vec::new();
        let mut parts: BTreeSet<usize> = BTreeSet::new();
        let mut carriers: BTreeSet<usize> = BTreeSet::new();
        for (at, length, place) in found {
            // A shorter name inside a longer one was not meant.
            if taken[at..at + length].iter().any(|longer| *longer > length) {
                continue;
            }
            // Words that everybody uses name nothing: the Spanish "que" is not short for "queer".
            let says =
                |place: &&usize| !searcher.tuning.common.contains(&words[**place].word.typed);
            let Some(&carrier) = order[at..at + length].iter().find(says) else { continue };
            taken[at..at + length].fill(length);
            let is_new = !understood.contains(&place);
            if is_new {
                understood.push(place);
            }
            if off.contains(&searcher.concepts[place].id) {
                continue;
            }
            if is_unspaced(&words[carrier].word.typed) {
                parts.extend(&order[at..at + length]);
            }
            carriers.insert(carrier);
            for &place in &order[at..at + length] {
                words[place].is_known = true;
            }
            if !is_new {
                continue;
            }
            for stems in &searcher.concepts[place].written {
                if words[carrier].word.forms.iter().any(|form| form.stems == *stems) {
                    continue;
                }
                let form = self.form(stems, share * rank::CONCEPT)?;
                words[carrier].word.forms.extend(form);
            }
        }
        let mut place = 0..;
        words.retain(|_| {
            place.next().is_none_or(|place| carriers.contains(&place) || !parts.contains(&place))
        });
        let name = |place: usize| {
            let concept = &searcher.concepts[place];
            let (id, name) = (concept.id.clone(), concept.name.clone());
            Understood { off: off.contains(&id), id, name }
        };
        Ok(understood.into_iter().map(name).collect())
    }

    /// Replaces words that the site does not hold by near ones, unless one insists; returns the query as
    /// corrected. A word of a name is no mistake, and what it is a form of may be known.
    fn correct(
        &mut self,
        text: &str,
        words: &mut [Wanted],
        insists: bool,
    ) -> Result<Option<String>, Fault> {
        let mut corrected = text.trim().to_owned();
        let mut changed = false;
        let weight = rank::corrected(words.len());
        let common = &self.searcher.tuning.common;
        // A word that everybody uses is no mistake for one of the site's.
        let is_strange = |wanted: &&mut Wanted| {
            wanted.word.forms.is_empty() && !common.contains(&wanted.word.typed)
        };
        for wanted in words.iter_mut().filter(is_strange) {
            if wanted.is_known || self.searcher.names.holds(&wanted.key) {
                let (guesses, named) = lexicon::guess(self.searcher, &wanted.word.typed)?;
                if let Some(stem) = guesses.first().or(named.as_ref()).filter(|_| !wanted.is_known)
                {
                    wanted.key.clone_from(stem);
                }
                for stem in guesses {
                    wanted.word.forms.extend(self.form(&[stem], rank::GUESSED)?);
                }
                continue;
            }
            if insists {
                continue;
            }
            let near = lexicon::near(self.searcher, &wanted.word.typed)?;
            let Some(first) = near.first() else { continue };
            let tokens = self.analyzer.tokens(&corrected);
            if let Some(token) = tokens.into_iter().find(|token| token.word == wanted.word.typed) {
                corrected.replace_range(token.start..token.end, first);
                changed = true;
            }
            wanted.key = self.analyzer.stem(first);
            for form in &near {
                if let Some(form) = self.exact_form(form, weight)?
                    && wanted.word.forms.iter().all(|other| other.stems != form.stems)
                {
                    wanted.word.forms.push(form);
                }
            }
        }
        Ok(changed.then_some(corrected))
    }

    /// Takes out documents with unwanted words.
    fn exclude(&mut self, without: &[String], scores: &mut [Option<f64>]) -> Result<(), Fault> {
        for text in without {
            for token in self.analyzer.tokens(text) {
                if self.searcher.form(&token.word)?.is_none() {
                    continue;
                }
                for &document in self.term(&token.stem)?.iter().flat_map(|term| &term.documents) {
                    scores[document as usize] = None;
                }
            }
        }
        Ok(())
    }

    /// Takes out documents with unwanted phrases, of the best that hold all words of one.
    fn exclude_phrases(
        &mut self,
        phrases: &[String],
        scores: &mut [Option<f64>],
    ) -> Result<(), Fault> {
        for phrase in phrases {
            let mut candidates = found(scores);
            let wanted = [self.narrow(phrase, &mut candidates)?];
            for document in self.holding(&wanted, candidates, scores)? {
                scores[document as usize] = None;
            }
        }
        Ok(())
    }

    /// Takes out documents without the phrases, looking at the best that hold all their words. Where
    /// none would be left, all stay, unless one insists; then it returns false.
    fn keep_phrases(
        &mut self,
        phrases: &[String],
        filters: &Filters,
        insists: bool,
        scores: &mut [Option<f64>],
    ) -> Result<bool, Fault> {
        let mut wanted: Vec<Vec<String>> = Vec::new();
        let mut candidates = found(scores);
        for phrase in phrases {
            wanted.push(self.narrow(phrase, &mut candidates)?);
        }
        if candidates.len() > rank::PHRASE_CANDIDATES {
            candidates.retain(|&document| filters.let_through(document, None));
        }
        let kept = self.holding(&wanted, candidates, scores)?;
        let are_words =
            || found(scores).iter().any(|&document| filters.let_through(document, None));
        if kept.is_empty() && !insists && are_words() {
            return Ok(false);
        }
        for (document, score) in scores.iter_mut().enumerate() {
            if !kept.contains(&(document as u32)) {
                *score = None;
            }
        }
        Ok(true)
    }

    /// Keeps the candidates that hold all words of a phrase; returns these.
    fn narrow(&mut self, phrase: &str, candidates: &mut Vec<u32>) -> Result<Vec<String>, Fault> {
        let tokens = self.analyzer.tokens(phrase);
        for token in &tokens {
            // Only pages with the very form hold the phrase, where that is known.
            let form = self.exact_form(&token.word, 1.0)?;
            let is_known = self.searcher.form(&token.word)?.is_some();
            let form = form.filter(|_| is_known);
            let holds = |document: &u32| {
                form.as_ref().is_some_and(|form| match &form.exact {
                    Some(exact) => exact.binary_search(document).is_ok(),
                    None => form.terms[0].documents.binary_search(document).is_ok(),
                })
            };
            candidates.retain(holds);
        }
        Ok(tokens.into_iter().map(|token| token.word).collect())
    }

    /// Returns those of the best candidates whose texts hold all phrases.
    fn holding(
        &mut self,
        wanted: &[Vec<String>],
        mut candidates: Vec<u32>,
        scores: &[Option<f64>],
    ) -> Result<Vec<u32>, Fault> {
        order(self.searcher, scores, Sort::Relevance, &mut candidates)?;
        candidates.truncate(rank::PHRASE_CANDIDATES);
        let mut kept: Vec<u32> = Vec::new();
        for document in candidates {
            let text = self.searcher.document(document)?;
            if wanted.iter().all(|phrase| holds_phrase(&text, phrase, &mut self.analyzer)) {
                kept.push(document);
            }
        }
        Ok(kept)
    }

    fn hit(
        &mut self,
        number: u32,
        score: f64,
        words: &[Word],
        weights: &excerpt::Weights,
    ) -> Result<Hit, Fault> {
        let document = self.searcher.document(number)?;
        let best = rank::section(words, number);
        let section = best.and_then(|number| document.sections.get(number));
        let anchor = section.map(|section| section.id.as_str()).filter(|id| !id.is_empty());
        Ok(Hit {
            url: match anchor {
                Some(id) => format!("{}#{id}", address(&document.url)),
                None => address(&document.url),
            },
            title: document.title.clone(),
            summary: crate::render::escape(&document.shown_summary()),
            excerpt: excerpt(&document, number, best, weights, &mut self.analyzer),
            section: section.map(|section| section.heading.clone()).filter(|text| !text.is_empty()),
            lang: document.lang.clone(),
            translated: document.translated,
            facets: document.facets,
            // Idf was counted in sixteenths.
            score: score / 16.0,
        })
    }
}

/// Writes a path as an address: the signs that part addresses are encoded, letters stay readable.
fn address(path: &str) -> String {
    path.replace('%', "%25").replace('#', "%23").replace('?', "%3F")
}

/// Returns true when a phrase stands in what results show or in the text, which is all that the
/// browser has.
fn holds_phrase(document: &Document, wanted: &[String], analyzer: &mut Analyzer) -> bool {
    let summary = document.shown_summary();
    let headings = document.sections.iter().take(rank::SET_BITS).map(|part| &part.heading);
    let texts = document.sections.iter().map(|part| &part.text).chain(headings);
    texts.chain([&document.title, &summary]).any(|text| {
        let words: Vec<String> =
            analyzer.tokens(text).into_iter().map(|token| token.word).collect();
        words.windows(wanted.len().max(1)).any(|window| window == wanted)
    })
}

/// For each filtered facet, the documents that carry one of its values.
struct Filters(BTreeMap<String, Vec<bool>>);

/// Returns the value of a facet that has a name: `country:Thailand` is `country:TH`.
fn value_by_name<'a>(searcher: &'a Searcher, facet: &str, name: &str) -> Option<&'a str> {
    let mut analyzer = Analyzer::new(&searcher.lang);
    let mut words = |text: &str| -> Vec<String> {
        analyzer.tokens(text).into_iter().map(|token| token.word).collect()
    };
    let wanted = words(name);
    let facet = searcher.facets.iter().find(|known| known.name == facet)?;
    let mut values = facet.values.iter();
    let found = values.find(|(_, name)| !wanted.is_empty() && words(name) == wanted)?;
    Some(found.0)
}

impl Filters {
    fn of(searcher: &Searcher, filters: &[(String, String)]) -> Result<Self, Fault> {
        let mut allowed: BTreeMap<String, Vec<bool>> = BTreeMap::new();
        for (facet, value) in filters {
            let allowed =
                allowed.entry(facet.clone()).or_insert_with(|| vec![false; searcher.documents()]);
            let mut documents = searcher.with_value(facet, value)?;
            if documents.is_empty()
                && let Some(id) = value_by_name(searcher, facet, value)
            {
                documents = searcher.with_value(facet, id)?;
            }
            for document in documents {
                allowed[document as usize] = true;
            }
        }
        Ok(Self(allowed))
    }

    /// Returns true for a document that carries, for each filtered facet but one, one of its values.
    fn let_through(&self, document: u32, but: Option<&str>) -> bool {
        let others = self.0.iter().filter(|(facet, _)| Some(facet.as_str()) != but);
        others.into_iter().all(|(_, allowed)| allowed[document as usize])
    }

    /// Counts facets: each over what all *other* filters let through, so that the values beside a
    /// chosen one stay to be chosen.
    fn count(
        &self,
        searcher: &Searcher,
        matched: &[u32],
        ranked: &[u32],
    ) -> Result<BTreeMap<String, BTreeMap<String, usize>>, Fault> {
        let mut counts = searcher.count_facets(ranked, |facet| !self.0.contains_key(facet))?;
        for filtered in self.0.keys() {
            let through = |document: &u32| self.let_through(*document, Some(filtered));
            let documents: Vec<u32> = matched.iter().copied().filter(through).collect();
            counts.extend(searcher.count_facets(&documents, |facet| facet == filtered)?);
        }
        Ok(counts)
    }
}
