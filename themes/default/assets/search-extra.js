// What the search needs only now and then: excerpts, corrections, concepts, phrases, filters. search.js
// loads it when a query first asks for one of them.
"use strict";

vademecum.more((core) => {
  const { readers, shards, load, inflate, sure, reading, utf8, tokens, isUnspaced, escape } = core;
  const { columnOf, placeOf, passes, chunkFor, exactForm, addForm, byCount } = core;

  // As in rank.rs.
  const QUERY_LIMIT = 400;
  const CORRECTED = 0.8;
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

  // As in text.rs.
  const LONG = 100000;
  const TABLE_BITS = 18;
  const MATCH = 4;
  const LONGEST = 31;
  const SEEN = 15;
  const LEARNING = 12;
  const WEIGHT = 26000;
  const MIX = [0x9e3779b1, 0x85ebca6b, 0x2f0b4c47];
  const HALF = 1 << 15;
  const { exp, floor, imul, max, min, round } = Math;
  const squash = Array.from({ length: 4095 }, (_, at) => min(4095, round(4096 / (1 + exp((2047 - at) / 256)))));
  const stretch = new Int16Array(4096).fill(2047);
  for (let at = 4094; at >= 0; at -= 1) stretch.fill(at - 2047, at ? squash[at - 1] + 1 : 0, squash[at] + 1);
  const rates = Array.from({ length: SEEN + 1 }, (_, seen) => floor(10240 / (10 * seen + 13)));
  const [ofByte, ofBytes, ofWord] = [16, TABLE_BITS, TABLE_BITS].map((bits) => new Uint16Array(1 << bits));
  const matches = new Uint16Array(2 * (LONGEST + 1));
  const weights = new Int32Array(4 * 256 * 4);
  const places = new Int32Array(1 << 16);

  // Moves a probability towards a bit, by less the more often it was seen.
  const learn = (table, slot, bit) => {
    const seen = table[slot] & 15;
    const probability = table[slot] >> 4;
    const next = probability + (((bit * 4095 - probability) * rates[seen]) >> 10);
    table[slot] = (next << 4) | min(seen + 1, SEEN);
  };

  // Unpacks texts, after learning from what is known.
  const unpack = (packed, known) => {
    const header = new DataView(packed.buffer);
    const length = header.getUint32(0);
    sure(length <= LONG);
    for (const table of [ofByte, ofBytes, ofWord, matches]) table.fill(HALF);
    weights.fill(WEIGHT);
    places.fill(0);
    const history = new Uint8Array(known.length + length);
    history.set(known);
    let [low, high, code, next] = [0, 2 ** 32 - 1, header.getUint32(8), 12];
    let [last, one, two, word, at, same] = [0, 0, 0, 0, 0, 0];
    for (let size = 0; size < history.length; size += 1) {
      sure(next < packed.length + 8);
      let bits = 1;
      for (let place = 7; place >= 0; place -= 1) {
        const mixed = imul(bits, MIX[0]);
        const second = imul(two + mixed, MIX[1]) >>> (32 - TABLE_BITS);
        const third = imul(word + mixed, MIX[1]) >>> (32 - TABLE_BITS);
        const a = stretch[ofByte[one + bits] >> 4];
        const b = stretch[ofBytes[second] >> 4];
        const c = stretch[ofWord[third] >> 4];
        let d = 0;
        let match = 0;
        if (same) {
          const expected = history[at] | 256;
          if (expected >> (place + 1) === bits) {
            match = 2 * min(same, LONGEST) + ((expected >> place) & 1);
            d = stretch[matches[match] >> 4];
          } else same = 0;
        }
        const set = (((same > 0) + (same > 7) + (same > 15)) * 256 + bits) * 4;
        const sum =
          imul(a, weights[set]) + imul(b, weights[set + 1]) + imul(c, weights[set + 2]) + imul(d, weights[set + 3]);
        const probability = squash[max(0, min(4094, ((sum | 0) >> 16) + 2047))];
        let bit = (history[size] >> place) & 1;
        if (size >= known.length) {
          const middle = low + ((high - low) >>> 12) * probability;
          bit = code <= middle ? 1 : 0;
          if (bit) high = middle;
          else low = middle + 1;
          while ((low ^ high) >>> 24 === 0) {
            low = (low << 8) >>> 0;
            high = ((high << 8) | 255) >>> 0;
            code = ((code << 8) | packed[next++]) >>> 0;
          }
        }
        const error = ((bit << 12) - probability) * LEARNING;
        weights[set] += (a * error + 8192) >> 14;
        weights[set + 1] += (b * error + 8192) >> 14;
        weights[set + 2] += (c * error + 8192) >> 14;
        weights[set + 3] += (d * error + 8192) >> 14;
        learn(ofByte, one + bits, bit);
        learn(ofBytes, second, bit);
        learn(ofWord, third, bit);
        if (match) learn(matches, match, bit);
        bits = bits * 2 + bit;
      }
      const byte = bits & 255;
      same = same && history[at++] === byte ? same + 1 : 0;
      history[size] = byte;
      last = (last << 8) | byte;
      one = byte << 8;
      two = imul(last & 0xffff, MIX[2]);
      // Spaces and most signs end a word.
      word = byte > 47 ? imul(word + (byte | 32), MIX[2]) : 0;
      const place = imul(last, MIX[2]) >>> 16;
      const before = places[place];
      places[place] = size + 1;
      if (same || !before) continue;
      let alike = 0;
      while (alike < min(before, LONGEST) && history[before - 1 - alike] === history[size - alike]) alike += 1;
      if (alike < MATCH) continue;
      at = before;
      same = alike;
    }
    // What was learned tells damage.
    const learned = weights.reduce((sum, weight) => imul(sum + weight, MIX[2]), 0) >>> 0;
    sure(learned === header.getUint32(4));
    return history.subarray(known.length);
  };

  readers.x = async (packed, root, name) => {
    const [lang, first] = name.split("/x");
    const known = `${lang}/r${Math.floor(first / root.results)}`;
    const { whole } = await load(known, root);
    try {
      const text = packed[0] ? await inflate(packed.subarray(1)) : unpack(packed, whole);
      return utf8(text).split("\x1d").map((part) => part.split("\x1f"));
    } catch (error) {
      // It may be the other file that is old.
      shards.delete(known);
      throw error;
    }
  };

  // As in excerpt.rs.
  const SHOWN_WORDS = 32;
  const WORDS_BEFORE = 6;
  const UNMARKED = 200;

  const shorten = (text, limit) => {
    const start = [...text].slice(0, limit).join("");
    if (start.length === text.length) return text;
    const space = start.lastIndexOf(" ");
    return `${(space < 0 ? start : start.slice(0, space)).replace(/[,;: .]+$/, "")}…`;
  };

  // Cuts the stretch with the heaviest words out of a text and marks them; returns what they weigh too.
  const mark = (text, weights, lang) => {
    const all = tokens(text, lang).map((token) => ({ ...token, ...weights.get(token.word) }));
    let [most, best] = [0, 0];
    all.forEach(({ idf: heavy }, start) => {
      if (!heavy) return;
      const seen = new Set();
      let sum = 0;
      for (const { stem, idf: weight } of all.slice(start, start + SHOWN_WORDS))
        if (weight && !seen.has(stem)) {
          seen.add(stem);
          sum += weight;
        }
      if (sum > most) [most, best] = [sum, start];
    });
    if (!most) return { html: escape(shorten(text, UNMARKED)), shown: 0 };
    const first = Math.max(0, best - WORDS_BEFORE);
    const last = Math.min(all.length, first + SHOWN_WORDS);
    let at = first ? all[first].start : 0;
    const to = last === all.length ? text.length : all[last - 1].end;
    let html = at ? "… " : "";
    for (const { start, end, idf: weight } of all.slice(first, last)) {
      if (!weight || end <= at) continue;
      const from = Math.max(start, at);
      html += `${escape(text.slice(at, from))}<mark>${escape(text.slice(from, end))}</mark>`;
      at = end;
    }
    html += escape(text.slice(at, to)) + (to < text.length ? "…" : "");
    return { html: html.replaceAll("</mark><mark>", ""), shown: most };
  };

  const SPACE = /[^\S\ufeff]|\u0085/;
  const QUOTE = /["“”„«»]/;

  // What marks the words that were searched: their forms, with stem and weight.
  const weigh = (words) => {
    const weights = new Map();
    // Words that say little beside the others are not marked.
    for (const { forms, idf: weight } of words.filter((word) => words.every((o) => word.idf * 4 >= o.idf)))
      for (const { terms } of forms)
        for (const term of terms)
          // Of a name of several words, those that say something.
          if (terms.every((other) => term.idf * 4 >= other.idf))
            for (const form of term.forms)
              if (!weights.has(form)) weights.set(form, { stem: term.stem, idf: weight, term });
    return weights;
  };

  // What the words weigh together that a section may hold. A common one does not say in which it stands.
  const held = (weights, document, section) => {
    const ofTerms = new Map([...weights.values()].map(({ term, idf }) => [term, idf]));
    let sum = 0;
    for (const [{ documents, sections }, weight] of ofTerms) {
      const place = placeOf(documents, document);
      if (place >= 0 && (!sections.length || (sections[place] >> section) & 1)) sum += weight;
    }
    return sum;
  };

  // Returns the texts of a document's sections. Their file is named by the first document in it, which
  // has a field more among the results.
  const textsOf = async (index, document) => {
    const { results } = index.root;
    const rows = (await index.get(`r${Math.floor(document / results)}`))?.rows || [];
    let first = document;
    while (first % results && rows[first % results]?.length < 7) first -= 1;
    return (await index.get(`x${first}`))?.[document - first];
  };

  // Returns the excerpt of a hit: the words found in its section, or in its summary, where that shows
  // as much of them or is all there is.
  const excerpt = async ({ index, document, section, summary, words }) => {
    const weights = weigh(words);
    const inSummary = mark(summary, weights, index.lang);
    const isEnough = inSummary.shown > 0 && inSummary.shown >= held(weights, document, section);
    if (summary && (section < 0 || isEnough)) return inSummary.html;
    const parts = await textsOf(index, document);
    const text = (section >= 0 && parts?.[section]) || summary || parts?.[0] || "";
    return mark(text, weights, index.lang).html;
  };

  const stemForm = async (index, stems, weight) => {
    const chunks = await Promise.all(stems.map((stem) => chunkFor(index, stem)));
    const terms = chunks.map((chunk, at) => chunk?.entries.get(stems[at])?.stem);
    return terms.every(Boolean) ? { terms, bit: -1, weight } : null;
  };

  const formsOf = async (index, letter) => {
    const number = index.letters.indexOf(letter);
    return (number >= 0 && (await index.get(`w${number}`))) || [];
  };

  // Reads a query as typed: words, "phrases", -without, field:value.
  const parse = (text, fields) => {
    const query = { words: [], phrases: [], without: [], filters: [] };
    let rest = [...text].slice(0, QUERY_LIMIT).join("");
    const skip = () => {
      while (rest && SPACE.test(rest[0])) rest = rest.slice(1);
    };
    for (skip(); rest; skip()) {
      const isNegative = /^-[\p{Alphabetic}\p{N}"“”„«»]/u.test(rest);
      if (isNegative) rest = rest.slice(1);
      const isPhrase = QUOTE.test(rest[0]);
      if (isPhrase) rest = rest.slice(1);
      const end = rest.search(isPhrase ? QUOTE : SPACE);
      const token = (end < 0 ? rest : rest.slice(0, end)).trim();
      rest = end < 0 ? "" : rest.slice(end + isPhrase);
      if (!token) continue;
      const [, field, value] = token.match(/^([^:]*):(.+)$/s) || [];
      const facet = !isPhrase && !isNegative && value && fields.get(field);
      if (facet) query.filters.push([facet, value.replace(/^["“”„«»]+|["“”„«»]+$/g, "")]);
      else if (isNegative) query.without.push(token);
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
    for (const [name, value] of filters) {
      const facet = facets.find((other) => other.name === name);
      if (!allowed.has(name)) allowed.set(name, new Uint8Array(index.root.documents));
      if (!facet) continue;
      const values = facet.values.map(([id]) => id);
      let place = values.indexOf(value);
      if (place < 0) place = values.findLastIndex((id) => id.toLowerCase() === value.toLowerCase());
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
    for (const [ending, other] of index.endings) {
      const beginning = form.slice(0, form.length - ending.length);
      if (!form.endsWith(ending) || [...beginning].length < 3) continue;
      const stem = beginning + other;
      if (guesses.some(({ terms }) => terms[0].stem === stem)) continue;
      const found = await stemForm(index, [stem], GUESSED);
      if (found) guesses.push(found);
      else if (!guesses.named && (await chunkFor(index, stem))?.names.has(stem)) guesses.named = stem;
      if (guesses.length === GUESSES) break;
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

  // Replaces words that the site does not hold by near ones; returns the query as corrected.
  const correct = async (index, text, words) => {
    let corrected = text.trim();
    let isChanged = false;
    for (const word of words.filter(({ isKnown }) => !isKnown)) {
      const forms = await near(index, word.typed);
      const place = tokens(corrected, index.lang).find((token) => token.word === word.typed);
      if (forms.length && place) {
        corrected = corrected.slice(0, place.start) + forms[0] + corrected.slice(place.end);
        isChanged = true;
      }
      for (const form of forms) addForm(word, await exactForm(index, form, CORRECTED));
    }
    return isChanged ? corrected : null;
  };

  // Finds the concepts that a query names, the longest name first, and adds their other names.
  const understand = async (index, words, off) => {
    const found = [];
    for (const [at, { key }] of words.entries()) {
      const chunk = await chunkFor(index, key);
      for (const { place, rest } of chunk?.names.get(key) || [])
        if (rest.every((word, step) => words[at + 1 + step]?.key === word))
          found.push({ at, length: rest.length + 1, place });
    }
    found.sort((a, b) => b.length - a.length || a.at - b.at || a.place - b.place);
    const taken = words.map(() => 0);
    const understood = new Map();
    for (const { at, length, place } of found) {
      if (taken.slice(at, at + length).some((longer) => longer > length)) continue;
      taken.fill(length, at, at + length);
      if (understood.has(place)) continue;
      const { concepts } = index.root;
      const file = await index.get(`c${Math.floor(place / concepts)}`);
      const [id, name, written] = file?.[place % concepts] || ["", "", []];
      const isOff = off.includes(id);
      understood.set(place, isOff ? { id, name, off: true } : { id, name });
      if (isOff) continue;
      const word = words.slice(at, at + length).find(({ typed }) => !index.common.has(typed));
      if (!word) continue;
      word.isKnown = true;
      for (const stems of written) addForm(word, await stemForm(index, stems, CONCEPT));
    }
    return [...understood.values()].filter(({ id }) => id);
  };

  // Keeps the documents that hold the phrases, looking at the best that hold all their words.
  const keepPhrases = async (index, phrases, scores, allowed) => {
    let candidates = [...scores.keys()].filter((document) => !isNaN(scores[document]));
    const wanted = [];
    for (const phrase of phrases) {
      const words = tokens(phrase, index.lang).map(({ word }) => word);
      wanted.push(words);
      for (const word of words) {
        const form = await exactForm(index, word, 1);
        const [term] = form?.terms || [];
        candidates = candidates.filter((document) => {
          const place = term ? placeOf(term.documents, document) : -1;
          return place >= 0 && (form.bit < 0 || !term.sets.length || (term.sets[place] >> form.bit) & 1);
        });
      }
    }
    if (candidates.length > PHRASE_CANDIDATES)
      candidates = candidates.filter((document) => passes(allowed, document));
    candidates.sort((a, b) => scores[b] - scores[a] || a - b);
    candidates.length = Math.min(candidates.length, PHRASE_CANDIDATES);
    const holds = (text, words) => {
      const all = tokens(text, index.lang).map(({ word }) => word);
      return words.length > 0 && all.some((_, at) => words.every((word, step) => all[at + step] === word));
    };
    const { results } = index.root;
    const kept = await Promise.all(
      candidates.map(async (document) => {
        const block = await index.get(`r${Math.floor(document / results)}`);
        const [, title = "", summary = "", , , sections = ""] = block?.rows[document % results] || [];
        const headings = sections.split("\x1f").map((part) => part.split("\x1e")[0]);
        const all = [title, summary, ...headings, ...((await textsOf(index, document)) || [])];
        return wanted.every((words) => all.some((text) => holds(text, words)));
      }),
    );
    const stay = new Set(candidates.filter((_, at) => kept[at]));
    scores.forEach((_, document) => {
      if (!stay.has(document)) scores[document] = NaN;
    });
  };

  return { formsOf, parse, guess, allow, excerpt, correct, understand, keepPhrases };
});
