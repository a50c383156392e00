// What the search needs only now and then: corrections, concepts, phrases, filters. search.js loads it
// when a query first asks for one of them.
"use strict";

vademecum.more("extra", (core) => {
  const { QUESTION_WORDS, readers, loadMore, reading, utf8, tokens, isUnspaced } = core;
  const { columnOf, placeOf, passes, chunkFor, exactForm, addForm, byCount } = core;

  // As in rank.rs.
  const QUERY_LIMIT = 400;
  const CORRECTED = [0.8, 0.4];
  const CONCEPT = 0.9;
  const GUESSED = 0.9;
  const GUESSES = 2;
  const CORRECTIONS = 3;
  const PHRASE_CANDIDATES = 200;
  readers.w = (whole) => {
    const { numbers, words } = reading(whole);
    const list = words();
    const counts = numbers(list.length);
    return list.map((form, index) => ({ form, count: counts[index] }));
  };
  readers.c = (whole) => JSON.parse(utf8(whole));

  const LETTERS = { أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ة: "ه", ؤ: "و", ئ: "ي", ی: "ي", ک: "ك" };
  const PARTICLES = ["ب", "ل", "ك", "ف"];
  const CLITICS = ["وبال", "وال", "بال", "كال", "فال", "ولل", "لل", "ال", "و"];

  // What is left of words that begin with a lam of their own.
  const OWN_LAM = /^(اجي|اعب|اتين)/;

  // As analysis.rs folds a word with Arabic letters.
  const foldArabic = (word) => {
    let folded = "";
    for (const c of word) folded += LETTERS[c] || (/[٠-٩۰-۹]/.test(c) ? c.charCodeAt(0) & 15 : c);
    for (const clitic of CLITICS) {
      const rest = folded.slice(clitic.length);
      if (folded.startsWith(clitic) && [...rest].length >= (clitic === "و" ? 4 : 3))
        return clitic.endsWith("لل") && OWN_LAM.test(rest) ? `ل${rest}` : rest;
    }
    return folded;
  };

  const SPACE = /[^\S\ufeff]|\u0085/;
  const QUOTE = /["“”„«»]/;

  const stemForm = async (index, stems, weight) => {
    const chunks = await Promise.all(stems.map((stem) => chunkFor(index, stem)));
    const terms = chunks.map((chunk, at) => chunk?.entries.get(stems[at])?.stem);
    return terms.every(Boolean) ? { terms, bit: -1, weight } : null;
  };

  const list = (text) => text.split(" ").filter(Boolean);

  const formsOf = async (index, letter) => {
    const number = [...index.root.letters].indexOf(letter);
    return (number >= 0 && (await index.get(`w${number}`))) || [];
  };

  // Reads a query as typed: words, "phrases", -without, field:value.
  const parse = (text, fields) => {
    const query = { words: [], phrases: [], without: [], withoutPhrases: [], filters: [], excluded: [] };
    let rest = [...text].slice(0, QUERY_LIMIT).join("");
    const skip = () => {
      while (rest && SPACE.test(rest[0])) rest = rest.slice(1);
    };
    for (skip(); rest; skip()) {
      const isNegative = /^-[\p{Alphabetic}\p{N}"“”„«»]/u.test(rest);
      if (isNegative) rest = rest.slice(1);
      query.isNegative ||= isNegative;
      const isQuoted = QUOTE.test(rest[0]);
      if (isQuoted) rest = rest.slice(1);
      // A quote that nobody closes is left out.
      const isPhrase = isQuoted && (isNegative || QUOTE.test(rest));
      if (isQuoted && !isPhrase) continue;
      // The value of a field may have several words in quotes.
      const [quoted] = (!isPhrase && rest.match(/^(?:[^:\s\u0085]|\ufeff)*:["“”„«»][^"“”„«»]*["“”„«»]?/)) || [];
      const end = quoted ? quoted.length : rest.search(isPhrase ? QUOTE : SPACE);
      const token = (end < 0 ? rest : rest.slice(0, end)).trim();
      rest = end < 0 ? "" : rest.slice(end + isPhrase);
      if (!token) continue;
      const [, field, value] = token.match(/^([^:]*):(.+)$/s) || [];
      const facet = !isPhrase && value && (fields.get(field) || fields.get(field.toLowerCase()));
      if (facet) query[isNegative ? "excluded" : "filters"].push([facet, value.replace(/^["“”„«»]+|["“”„«»]+$/g, "").trim()]);
      else if (isNegative) query[isPhrase ? "withoutPhrases" : "without"].push(token);
      else query.words.push(token);
      if (isPhrase && !isNegative) query.phrases.push(token);
    }
    // A word that is followed by a space is whole.
    query.words = query.words.join(" ");
    if (query.words && SPACE.test([...text].slice(0, QUERY_LIMIT).at(-1))) query.words += " ";
    return query;
  };

  // Returns for each filtered facet the documents that carry one of its values.
  const allow = async (index, facets, filters) => {
    const allowed = new Map();
    const wordsOf = (text) => tokens(text, index.lang).map(({ word }) => word).join(" ");
    for (const [name, value] of filters) {
      const facet = facets.find((other) => other.name === name);
      if (!allowed.has(name)) allowed.set(name, new Uint8Array(index.root.documents));
      if (!facet) continue;
      const values = facet.values.map(([id]) => id);
      let place = values.indexOf(value);
      if (place < 0) place = values.findLastIndex((id) => id.toLowerCase() === value.toLowerCase());
      // `country:Thailand` is `country:TH`.
      if (place < 0 && wordsOf(value)) place = facet.values.findIndex(([, named]) => wordsOf(named || "") === wordsOf(value));
      (await columnOf(index, facets, facet)).forEach((carried, document) => {
        if (carried.includes(place)) allowed.get(name)[document] = 1;
      });
    }
    return allowed;
  };

  // Returns the stems that a form may have which no page holds.
  const guess = async (index, form) => {
    const guesses = []; // and, as `named`, one that a concept's name has and no page
    if ([...form].length <= 3 || isUnspaced(form)) return guesses;
    for (const [ending, other = ""] of list(index.root.endings).map((pair) => pair.split("|"))) {
      const beginning = form.slice(0, form.length - ending.length);
      if (!form.endsWith(ending) || [...beginning].length < 3) continue;
      const stem = beginning + other;
      if (guesses.some(({ terms }) => terms[0].stem === stem)) continue;
      const found = await stemForm(index, [stem], GUESSED);
      if (found) guesses.push(found);
      else if (!guesses.named && (await chunkFor(index, stem))?.names.has(stem)) guesses.named = stem;
      if (guesses.length === GUESSES) break;
    }
    // A particle before a word without article, as in "to Canada".
    if (!guesses.length && !guesses.named && PARTICLES.includes(form[0])) {
      const word = form.slice(1);
      const found = await exactForm(index, word, GUESSED);
      if (found) guesses.push({ ...found, bit: -1 });
      else if ((await chunkFor(index, word))?.names.has(word)) guesses.named = word;
    }
    return guesses;
  };

  // Counts the edits between two words, a swap of neighbours being one.
  const distance = (a, b) => {
    let [before, last] = [[], [...Array(b.length + 1).keys()]];
    for (let i = 1; i <= a.length; i += 1) {
      const row = [i];
      for (let j = 1; j <= b.length; j += 1) {
        const edit = last[j - 1] + (a[i - 1] !== b[j - 1]);
        row[j] = Math.min(edit, last[j] + 1, row[j - 1] + 1);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
          row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      [before, last] = [last, row];
    }
    return last[b.length];
  };

  // Returns the forms within one edit or two, the nearest first.
  const near = async (index, typed) => {
    const letters = [...typed];
    const edits = letters.length < 8 ? 1 : 2;
    if (letters.length < 4 || isUnspaced(typed)) return [];
    let found = [];
    for (const letter of new Set(letters.slice(0, 2))) {
      for (const { form, count } of await formsOf(index, letter)) {
        if (Math.abs(form.length - typed.length) > edits + 2) continue;
        const other = [...form];
        if (Math.abs(other.length - letters.length) > edits) continue;
        const apart = distance(letters, other);
        if (apart <= edits) found.push({ form, count, apart });
      }
      if (found.length) break;
    }
    found.sort((a, b) => a.apart - b.apart || byCount(a, b));
    found = found.filter(({ apart }) => apart === found[0].apart).slice(0, CORRECTIONS);
    return found.map(({ form }) => form);
  };

  // Replaces words that the site does not hold by near ones; returns the query as corrected. A word of a
  // name is no mistake. What the new ones name comes to the concepts.
  const correct = async (index, text, words, concepts, { insist, off = [] }) => {
    let corrected = text.trim();
    let isChanged = false;
    const weight = CORRECTED[Number(words.length > QUESTION_WORDS)];
    // A word that everybody uses is no mistake for one of the site's.
    const common = list(index.root.common);
    for (const word of words.filter(({ forms, typed }) => !forms.length && !common.includes(typed))) {
      if (word.isKnown || word.isNamed) {
        word.forms = await guess(index, word.typed);
        const { named, 0: first } = word.forms;
        if (!word.isKnown) word.key = first?.terms[0].stem || named || word.key;
        continue;
      }
      if (insist) continue;
      const forms = await near(index, word.typed);
      const place = tokens(corrected, index.lang).find((token) => token.word === word.typed);
      if (forms.length && place) {
        corrected = corrected.slice(0, place.start) + forms[0] + corrected.slice(place.end);
        isChanged = true;
      }
      for (const form of forms) addForm(word, await exactForm(index, form, weight));
      if (forms.length) word.key = (await exactForm(index, forms[0], weight))?.terms[0].stem || word.key;
    }
    if (words.length === words.all)
      for (const named of await understand(index, words, off, weight))
        if (concepts.every(({ id }) => id !== named.id)) concepts.push(named);
    return isChanged ? corrected : null;
  };

  // Finds the concepts that a query names, the longest name first, and adds their other names. Where
  // words are pairs of characters, a name is one word however many pairs it has.
  // They weigh `share` of what they do elsewhere.
  const understand = async (index, words, off, share = 1) => {
    const { order } = words;
    const found = [];
    for (const [at, word] of order.entries()) {
      const { key } = words[word];
      const chunk = await chunkFor(index, key);
      for (const { place, rest } of chunk?.names.get(key) || [])
        if (rest.every((next, step) => words[order[at + 1 + step]]?.key === next))
          found.push({ at, length: rest.length + 1, place });
    }
    found.sort((a, b) => b.length - a.length || a.at - b.at || a.place - b.place);
    const taken = order.map(() => 0);
    const understood = new Map();
    const [parts, carriers] = [new Set(), new Set()];
    for (const { at, length, place } of found) {
      if (taken.slice(at, at + length).some((longer) => longer > length)) continue;
      const named = order.slice(at, at + length).map((number) => words[number]);
      // Words that everybody uses name nothing.
      const word = named.find(({ typed }) => !list(index.root.common).includes(typed));
      if (!word) continue;
      taken.fill(length, at, at + length);
      const isNew = !understood.has(place);
      const { concepts } = index.root;
      const file = await index.get(`c${Math.floor(place / concepts)}`);
      const [id, name, written] = file?.[place % concepts] || ["", "", []];
      const isOff = off.includes(id);
      if (isNew) understood.set(place, isOff ? { id, name, off: true } : { id, name });
      if (isOff) continue;
      if (isUnspaced(word.typed)) for (const part of named) parts.add(part);
      carriers.add(word);
      for (const part of named) part.isKnown = true;
      if (!isNew) continue;
      for (const stems of written) addForm(word, await stemForm(index, stems, share * CONCEPT));
    }
    words.splice(0, Infinity, ...words.filter((word) => carriers.has(word) || !parts.has(word)));
    return [...understood.values()].filter(({ id }) => id);
  };

  const found = (scores) => [...scores.keys()].filter((document) => !isNaN(scores[document]));

  // Returns the words of a phrase, and the candidates that hold them all.
  const narrow = async (index, phrase, candidates) => {
    const words = tokens(phrase, index.lang).map(({ word }) => word);
    for (const word of words) {
      const form = await exactForm(index, word, 1);
      const [term] = form?.terms || [];
      candidates = candidates.filter((document) => {
        const place = term ? placeOf(term.documents, document) : -1;
        return place >= 0 && (form.bit < 0 || !term.sets.length || (term.sets[place] >> form.bit) & 1);
      });
    }
    return { words, candidates };
  };

  // Returns those of the best candidates whose texts hold all phrases.
  const holding = async (index, wanted, candidates, scores) => {
    candidates.sort((a, b) => scores[b] - scores[a] || a - b);
    candidates.length = Math.min(candidates.length, PHRASE_CANDIDATES);
    const holds = (text, words) => {
      const all = tokens(text, index.lang).map(({ word }) => word);
      return words.length > 0 && all.some((_, at) => words.every((word, step) => all[at + step] === word));
    };
    const { results } = index.root;
    const { textsOf } = await loadMore("query");
    const kept = await Promise.all(
      candidates.map(async (document) => {
        const block = await index.get(`r${Math.floor(document / results)}`);
        const [, title = "", summary = "", , , sections = ""] = block?.rows[document % results] || [];
        const headings = sections.split("\x1f").map((part) => part.split("\x1e")[0]);
        const all = [title, summary, ...headings, ...((await textsOf(index, document)) || [])];
        return wanted.every((words) => all.some((text) => holds(text, words)));
      }),
    );
    return candidates.filter((_, at) => kept[at]);
  };

  // Keeps the documents that hold the phrases, looking at the best that hold all their words. Where
  // none would be left, all stay, unless one insists; then it returns false.
  const keepPhrases = async (index, phrases, scores, allowed, insists) => {
    let candidates = found(scores);
    const wanted = [];
    for (const phrase of phrases) {
      const narrowed = await narrow(index, phrase, candidates);
      wanted.push(narrowed.words);
      candidates = narrowed.candidates;
    }
    if (candidates.length > PHRASE_CANDIDATES)
      candidates = candidates.filter((document) => passes(allowed, document));
    const stay = new Set(await holding(index, wanted, candidates, scores));
    const isThere = (document) => passes(allowed, document);
    if (!stay.size && !insists && found(scores).some(isThere)) return false;
    scores.forEach((_, document) => {
      if (!stay.has(document)) scores[document] = NaN;
    });
    return true;
  };

  // Takes out the documents with a word or phrase after a minus sign, or a value.
  const exclude = async (index, facets, { without, withoutPhrases, excluded }, scores) => {
    for (const { word } of without.flatMap((unwanted) => tokens(unwanted, index.lang)))
      for (const document of (await exactForm(index, word, 1))?.terms[0].documents || [])
        scores[document] = NaN;
    for (const phrase of withoutPhrases) {
      const { words, candidates } = await narrow(index, phrase, found(scores));
      for (const document of await holding(index, [words], candidates, scores)) scores[document] = NaN;
    }
    for (const filter of excluded) {
      const carrying = await allow(index, facets, [filter]);
      scores.forEach((_, document) => {
        if (passes(carrying, document)) scores[document] = NaN;
      });
    }
  };

  // Returns what sorts documents by date.
  readers.dates = (whole, root) => reading(whole).numbers(root.documents);
  const datesOf = (index) => index.root.dates && index.get("dates");

  return { formsOf, parse, guess, allow, exclude, correct, understand, keepPhrases, datesOf, foldArabic };
});
