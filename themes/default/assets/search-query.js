// Unpacks terms, results and texts, and makes excerpts. search.js loads this beside the first of them.
"use strict";

vademecum.more("query", (core) => {
  const { readers, shards, load, inflate, sure, reading, utf8, tokens, escape, idf, placeOf } = core;

  // As in model.rs.
  const LONG = 100000;
  const TABLE_BITS = 19;
  const MATCH = 4;
  const LONGEST = 31;
  const SEEN = 15;
  const LEARNING = 8;
  const WEIGHT = 6000;
  const INPUTS = 4;
  const MIX = [0x9e3779b1, 0x85ebca6b, 0x2f0b4c47];
  const HALF = 1 << 15;
  const { exp, floor, imul, max, min, round } = Math;
  const squash = Array.from({ length: 4095 }, (_, at) => min(4095, round(4096 / (1 + exp((2047 - at) / 256)))));
  const stretch = new Int16Array(4096).fill(2047);
  for (let at = 4094; at >= 0; at -= 1) stretch.fill(at - 2047, at ? squash[at - 1] + 1 : 0, squash[at] + 1);
  const rates = Array.from({ length: SEEN + 1 }, (_, seen) => floor(10240 / (10 * seen + 13)));
  const [ofByte, ofBytes, ofWord] = [16, TABLE_BITS, TABLE_BITS].map((bits) => new Uint16Array(1 << bits));
  const matches = new Uint16Array(2 * (LONGEST + 1));
  const weights = new Int16Array(4 * 256 * INPUTS);
  const places = new Int32Array(1 << 16);

  // Moves a probability towards a bit, by less the more often it was seen.
  const learn = (table, slot, bit) => {
    const seen = table[slot] & 15;
    const probability = table[slot] >> 4;
    const next = probability + (((bit * 4095 - probability) * rates[seen]) >> 10);
    table[slot] = (next << 4) | min(seen + 1, SEEN);
  };

  // Unpacks a text after learning from what is known, or parts of numbers one after the other.
  const unpack = (packed, known) => {
    const { number, numbers, take } = reading(packed);
    const lengths = numbers(number());
    const digest = number();
    let next = take(0).byteOffset;
    const start = known ? known.length : 0;
    const length = lengths.reduce((sum, part) => sum + part, start);
    sure(length <= LONG + start);
    for (const table of [ofByte, ofBytes, ofWord, matches]) table.fill(HALF);
    weights.fill(WEIGHT);
    places.fill(0);
    const history = new Uint8Array(length);
    if (known) history.set(known);
    let [low, high, code] = [0, 2 ** 32 - 1, 0];
    for (let byte = 0; byte < 4; byte += 1) code = ((code << 8) | packed[next++]) >>> 0;
    let [last, one, two, word, at, same, part, end] = [0, 0, 0, 0, 0, 0, 0, start];
    for (let size = 0; size < length; size += 1) {
      sure(next < packed.length + 8);
      while (size >= end) end += lengths[part++];
      let bits = 1;
      let few = 1;
      let [second, third] = [0, 0];
      for (let place = 7; place >= 0; place -= 1) {
        // Half a byte is looked up in one place.
        if ((place & 3) === 3) {
          const mixed = imul(bits, MIX[0]);
          const [a, b] = [two, word].map((context) => imul(context + mixed, MIX[1]) >>> (37 - TABLE_BITS));
          const half = place < 7 ? 16 : 0;
          [second, third, few] = [a * 32 + half, b * 32 + half, 1];
        }
        const a = stretch[ofByte[one + bits] >> 4];
        const b = stretch[ofBytes[second + few] >> 4];
        const c = stretch[ofWord[third + few] >> 4];
        let d = 0;
        let match = 0;
        if (same) {
          const expected = history[at] | 256;
          if (expected >> (place + 1) === bits) {
            match = 2 * min(same, LONGEST) + ((expected >> place) & 1);
            d = stretch[matches[match] >> 4];
          } else same = 0;
        }
        const set = (((same > 0) + (same > 7) + (same > 15)) * 256 + bits) * INPUTS;
        const sum = a * weights[set] + b * weights[set + 1] + c * weights[set + 2] + d * weights[set + 3];
        const probability = squash[max(0, min(4094, (sum >> 14) + 2047))];
        let bit = (history[size] >> place) & 1;
        if (size >= start) {
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
        // Whom to trust is learned, too.
        const error = ((bit << 12) - probability) * LEARNING;
        weights[set] += (2 * a * error) >> 16;
        weights[set + 1] += (2 * b * error) >> 16;
        weights[set + 2] += (2 * c * error) >> 16;
        weights[set + 3] += (2 * d * error) >> 16;
        learn(ofByte, one + bits, bit);
        learn(ofBytes, second + few, bit);
        learn(ofWord, third + few, bit);
        if (match) learn(matches, match, bit);
        bits = bits * 2 + bit;
        few = few * 2 + bit;
      }
      const byte = bits & 255;
      same = same && history[at++] === byte ? same + 1 : 0;
      history[size] = byte;
      last = (last << 8) | byte;
      one = byte << 8;
      two = imul(known ? last & 0xffff : part, MIX[2]);
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
    sure(weights.reduce((sum, weight) => imul(sum + weight, MIX[2]), 0) >>> 4 === digest);
    return history.subarray(start);
  };

  // What is long is deflated instead.
  const unpacked = async (packed, known) => (packed[0] ? unpack(packed, known) : inflate(packed.subarray(1)));

  readers.t = async (packed, root) => {
    const whole = await unpacked(packed);
    const { number, numbers, take, words } = reading(whole);
    const length = number();
    const [idfs, counts] = [numbers(length), numbers(length)];
    const terms = counts.map((size, at) => ({ idf: idfs[at] || idf(root.documents, size), size, forms: [] }));
    const list = words();
    const kinds = numbers(list.length);
    const entries = new Map(list.map((word) => [word, {}]));
    let next = 0;
    list.forEach((word, index) => {
      const entry = entries.get(word);
      if (kinds[index] & 1) {
        entry.stem = terms[next++];
        sure(entry.stem);
        entry.stem.stem = word;
      }
      if (kinds[index] & 2) {
        if (kinds[index] & 4) entry.term = entry.stem;
        else if (kinds[index] & 8) entry.elsewhere = number();
        else entry.term = terms[number()];
        if (entry.term) entry.term.forms.push(word);
      }
    });
    const each = (key, only) =>
      list.forEach((word, index) => {
        const entry = entries.get(word);
        if (kinds[index] & 2) entry[key] = kinds[index] & 16 ? only(entry) : number();
      });
    each("count", ({ term }) => term.size);
    each("bit", () => 0);
    const strangers = utf8(take(number())).split(" ");
    for (const word of list) {
      const entry = entries.get(word);
      if (entry.elsewhere !== undefined) entry.other = strangers.shift();
    }
    const names = new Map();
    for (const line of utf8(take(number())).split("\n")) {
      const [first, ...others] = line.split("\t");
      const after = others.map((other) => other.split(" "));
      names.set(first, after.map(([place, ...rest]) => ({ place: Number(place), rest })));
    }
    for (const term of terms) {
      let last = 0;
      term.documents = numbers(term.size).map((gap) => (last += gap));
      sure(last < root.documents);
    }
    for (const term of terms) term.impacts = take(term.size);
    for (const term of terms) term.sections = term.size > root.often ? [] : numbers(term.size);
    for (const term of terms)
      term.sets = term.size > root.often || term.forms.length < 2 ? [] : numbers(term.size);
    return { terms, entries, names };
  };

  // The keys of common terms and other frequent words are known before all else.
  const frequent = ({ alone, frequent: words }) =>
    new TextEncoder().encode([...alone.map(([key]) => key), ...words].join(" "));

  readers.r = async (packed, root) => {
    const whole = await unpacked(packed, frequent(root));
    const rows = utf8(whole).split("\n").map((line) => line.split("\t"));
    return { whole: packed[0] ? whole : [], rows };
  };

  readers.x = async (packed, root, name) => {
    const [lang, first] = name.split("/x");
    const known = `${lang}/r${Math.floor(first / root.results)}`;
    const { whole } = await load(known, root);
    try {
      const text = await unpacked(packed, [...frequent(root), ...whole]);
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

  return { textsOf, excerpt };
});
