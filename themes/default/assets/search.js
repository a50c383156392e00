// The search: answers queries from the shards of a site's index, on any host and from a disk. It
// takes the same steps on the same numbers as the program (src/search/answer.rs and rank.rs), so both
// give the same answers. The page for it is search-page.js.
//
//   const found = await vademecum.search("child detention", { lang: "en", filters: { country: ["TH"] } });
"use strict";

const vademecum = (() => {
  // As in rank.rs.
  const EXACT = 1.05;
  const PREFIX = [0.8, 0.3];
  const CORRECTED = 0.8;
  const GUESSED = 0.9;
  const NO_RECORD = 0.75;
  const COMPLETIONS = 6;
  const CORRECTIONS = 3;
  const GUESSES = 2;
  const COMPLETED_WORDS = 3;
  const COMPLETED_LETTERS = [3, 4];
  const PHRASE_CANDIDATES = 200;
  const SET_BITS = 28;
  const QUERY_LIMIT = 400;
  // A beginning that lies in more chunks than this is completed from the list of all forms.
  const CHUNKS_READ = 3;

  // ---------------------------------------------------------------- words

  const WORD = /[\p{Alphabetic}\p{N}\p{M}\u0640\u200c\u200d]+/gu;
  // Scripts that put no spaces between words.
  const UNSPACED =
    /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2fa1f}]+/gu;
  const isUnspaced = (word) => word.search(UNSPACED) === 0;
  const LETTERS = {
    ё: "е", ß: "ss", œ: "oe", æ: "ae", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i",
    أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ة: "ه", ؤ: "و", ئ: "ي",
  };
  const CLITICS = ["وبال", "وال", "بال", "كال", "فال", "ولل", "لل", "ال", "و"];
  const ELISIONS = /^([ldjmnstc]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|all)$/;
  const APOSTROPHE = /^['’]/;

  const lower = (text) => [...text.normalize("NFKC")].map((c) => c.toLowerCase()).join("");

  // Folds a word: compatibility forms, lower case, no marks on Latin and Greek letters, one way to
  // write an Arabic letter, no Arabic article.
  const fold = (word) => {
    if (/^[\0-\x7f]*$/.test(word)) return word.toLowerCase();
    let folded = "";
    for (const c of lower(word)) {
      if (/[\u0300-\u036f\u0640\u064b-\u065f\u0670\u200c\u200d]/.test(c)) continue;
      if (LETTERS[c]) folded += LETTERS[c];
      else if (/[\u00c0-\u03ff\u1e00-\u1fff]/.test(c))
        folded += c.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
      else folded += c;
    }
    if (!/[\u0600-\u06ff]/.test(folded)) return folded;
    for (const clitic of CLITICS) {
      const rest = folded.slice(clitic.length);
      if (folded.startsWith(clitic) && [...rest].length >= (clitic === "و" ? 4 : 3)) return rest;
    }
    return folded;
  };

  const isElision = (word, before, after, lang) => {
    if (lang === "en") return word === "s" && /['’]$/.test(before);
    return /^(fr|it|ca)$/.test(lang) && APOSTROPHE.test(after) && ELISIONS.test(word);
  };

  const JOINED = /^[\p{Alphabetic}\p{N}\-_/]+/u;
  const JOINED_END = /[\p{Alphabetic}\p{N}\-_/]$/u;
  const bytes = (text) => new TextEncoder().encode(text).length;

  // Cuts a text into words: { word, start, end }.
  const tokens = (text, language) => {
    const lang = language.split("-")[0];
    const found = [];
    const pairs = (run, from) => {
      const letters = [...run];
      let start = from;
      for (let at = 0; at < Math.max(1, letters.length - 1); at += 1) {
        const pair = letters.slice(at, at + 2).join("");
        found.push({ word: lower(pair), start, end: start + pair.length });
        start += letters[at].length;
      }
    };
    const plain = (run, start) => {
      const end = start + run.length;
      const word = fold(run);
      if (!word || bytes(word) > 64) return;
      if (isElision(word, text.slice(0, start), text.slice(end, end + 1), lang)) return;
      found.push({ word, start, end });
      // A name with signs in it is a word of its own too: COVID-19, A/75/542.
      if (!/[-_/]/.test(text[end] || "") || JOINED_END.test(text.slice(0, start).slice(-2))) return;
      const whole = (text.slice(start).match(JOINED) || [""])[0].replace(/[-_/]+$/, "");
      const parts = whole.split(/[-_/]+/).length;
      const joined = fold(whole.replace(/[-_/]/g, ""));
      if (parts > 1 && parts < 5 && bytes(joined) <= 64) found.push({ word: joined, start, end });
    };
    for (const { 0: run, index } of text.matchAll(WORD)) {
      let at = 0;
      for (const { 0: part, index: from } of run.matchAll(UNSPACED)) {
        if (from > at) plain(run.slice(at, from), index + at);
        pairs(part, index + from);
        at = from + part.length;
      }
      if (at < run.length) plain(run.slice(at), index + at);
    }
    return found;
  };

  // ---------------------------------------------------------------- queries

  const SPACE = /[^\S\ufeff]|\u0085/;
  const QUOTE = /["“”„«»]/;

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
    query.words = query.words.join(" ");
    return query;
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

  // ---------------------------------------------------------------- shards

  const ROOT = new URL("../", document.currentScript.src).href;
  const PATIENCE = 30000; // Milliseconds after which a shard that has not come is given up.
  const INFLATED_LIMIT = 64 << 20;
  const arrived = new Map();

  // Every shard calls this with its payload: base64 of a zlib stream, whose checksum tells damage.
  const shard = (name, generation, payload) => arrived.set(name, { generation, payload });

  const fetchShard = (name) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const end = () => {
        clearTimeout(timer);
        script.remove();
        const given = arrived.get(name);
        arrived.delete(name);
        if (given) resolve(given);
        else reject(new Error(`search/${name}.js could not be loaded`));
      };
      const timer = setTimeout(end, PATIENCE);
      script.onload = end;
      script.onerror = end;
      script.src = `${ROOT}search/${name}.js`;
      document.head.append(script);
    });

  const inflate = async (payload) => {
    const packed = Uint8Array.from(atob(payload), (c) => c.charCodeAt(0));
    const { readable, writable } = new DecompressionStream("deflate");
    const writer = writable.getWriter();
    // What goes wrong here is also told by the reader below.
    writer.write(packed).catch(() => {});
    writer.close().catch(() => {});
    const parts = [];
    let size = 0;
    for (const reader = readable.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      size += value.length;
      if (size > INFLATED_LIMIT) throw new Error("a shard is too large");
    }
    const whole = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  };

  const utf8 = (part) => new TextDecoder().decode(part);

  // Reads numbers and texts one after the other; the end of the bytes bounds every count.
  const reading = (whole) => {
    let at = 0;
    const number = () => {
      for (let sum = 0, scale = 1; ; scale *= 128) {
        if (at >= whole.length || scale > 2 ** 35) throw new Error("a shard ends early");
        const byte = whole[at++];
        sum += (byte & 127) * scale;
        if (byte < 128) return sum;
      }
    };
    const count = () => {
      const found = number();
      if (found > whole.length) throw new Error("a shard counts too far");
      return found;
    };
    const take = (length) => {
      if (length > whole.length - at) throw new Error("a shard ends early");
      return whole.subarray(at, (at += length));
    };
    const numbers = (length) => Array.from({ length }, number);
    const words = () => {
      const length = count();
      const [shared, added] = [numbers(length), numbers(length)];
      let last = new Uint8Array();
      return shared.map((same, index) => {
        const word = new Uint8Array(same + added[index]);
        word.set(last.subarray(0, same));
        word.set(take(added[index]), same);
        last = word;
        return utf8(word);
      });
    };
    return { number, numbers, count, take, words };
  };

  const readers = {
    // Terms, the forms that lead to them, and names of concepts by their first words.
    t: (whole, root) => {
      const { number, numbers, count, take, words } = reading(whole);
      const length = count();
      const [idfs, counts] = [numbers(length), numbers(length)];
      const terms = counts.map((size, at) => ({ idf: idfs[at] || idf(root.documents, size), size, forms: [] }));
      const list = words();
      const kinds = numbers(list.length);
      const entries = new Map(list.map((word) => [word, {}]));
      list.forEach((word, index) => {
        const entry = entries.get(word);
        if (kinds[index] & 1) {
          entry.stem = terms[number()];
          entry.stem.stem = word;
        }
        if (kinds[index] & 2) {
          if (kinds[index] & 4) entry.term = entry.stem;
          else if (kinds[index] & 8) entry.elsewhere = [number(), number()];
          else entry.term = terms[number()];
          if (entry.term) entry.term.forms.push(word);
        }
      });
      // The only form of a term is on all of its pages.
      const each = (key, only) =>
        list.forEach((word, index) => {
          const entry = entries.get(word);
          if (kinds[index] & 2) entry[key] = kinds[index] & 16 ? only(entry) : number();
        });
      each("count", ({ term }) => term.size);
      each("bit", () => 0);
      const names = new Map();
      for (const line of utf8(take(count())).split("\n")) {
        const [first, ...others] = line.split("\t");
        const after = others.map((other) => other.split(" "));
        names.set(first, after.map(([place, ...rest]) => ({ place: Number(place), rest })));
      }
      for (const term of terms) {
        let last = 0;
        if (term.size > root.documents) throw new Error("a shard counts too far");
        term.documents = Uint32Array.from(numbers(term.size), (gap) => (last += gap));
        if (last >= Math.max(1, root.documents)) throw new Error("a shard counts too far");
      }
      for (const term of terms) term.impacts = take(term.size);
      for (const term of terms) term.sections = term.size > root.often ? [] : numbers(term.size);
      for (const term of terms)
        term.sets = term.size > root.often || term.forms.length < 2 ? [] : numbers(term.size);
      return { terms, entries, names };
    },
    r: (whole) => utf8(whole).split("\n").map((line) => line.split("\t")),
    x: (whole) => utf8(whole).split("\x1d").map((text) => text.split("\x1f")),
    w: (whole) => {
      const { numbers, words } = reading(whole);
      const list = words();
      const counts = numbers(list.length);
      return list.map((form, index) => ({ form, count: counts[index] }));
    },
    c: (whole) => JSON.parse(utf8(whole)),
    facets: (whole, root) => {
      const { count, take, number } = reading(whole);
      const list = JSON.parse(utf8(take(count())));
      if (!root.apart) for (const facet of list) facet.column = column(number, root);
      return list;
    },
    f: (whole, root) => column(reading(whole).number, root),
    dates: (whole, root) => reading(whole).numbers(root.documents),
    root: (whole) => JSON.parse(utf8(whole)),
  };

  // The numbers of the values that each document carries.
  const column = (number, root) =>
    Array.from({ length: root.documents }, () => {
      const values = [];
      for (let value = number(); value; value = number()) values.push(value - 1);
      return values;
    });

  const shards = new Map();

  // Loads a shard once. What failed is tried again when it is next asked for.
  const load = (name, root) => {
    if (!shards.has(name)) {
      const kind = name.split("/")[1].replace(/\d+$/, "");
      const loading = fetchShard(name).then(async ({ generation, payload }) => {
        if (root && generation !== root.generation)
          throw new Error(`search/${name}.js belongs to another version of the site`);
        const read = readers[kind](await inflate(payload), root);
        if (!root) read.generation = generation;
        return read;
      });
      shards.set(name, loading);
      loading.catch(() => shards.delete(name));
    }
    return shards.get(name);
  };

  // Returns what answers queries in one language.
  const open = async (lang) => {
    const root = await load(`${lang}/root`);
    const bounds = root.bounds.split(" ");
    const state = { missing: 0 };
    // A shard that cannot be read costs only what it held.
    const get = (name) =>
      load(`${lang}/${name}`, root).catch(() => {
        state.missing += 1;
        return null;
      });
    const chunkOf = (word) => {
      let [low, high] = [0, bounds.length];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (bounds[middle] <= word) low = middle;
        else high = middle;
      }
      return low;
    };
    const list = (text) => (text ? text.split(" ") : []);
    const endings = list(root.endings).map((pair) => pair.split("|"));
    const common = new Set(list(root.common));
    return { lang, root, state, get, chunkOf, endings, common, letters: [...root.letters] };
  };

  // ---------------------------------------------------------------- words to terms

  const chunkFor = (index, word) => index.get(`t${index.chunkOf(word)}`);

  // Returns the form of a word as pages hold it: its term and which documents hold the very form.
  const exactForm = async (index, form, weight) => {
    const entry = (await chunkFor(index, form))?.entries.get(form);
    if (!entry || entry.count === undefined) return null;
    let { term } = entry;
    if (entry.elsewhere) {
      const [chunk, place] = entry.elsewhere;
      term = (await index.get(`t${chunk}`))?.terms[place];
    }
    if (!term) return null;
    const isTold = term.documents.length <= index.root.often && entry.bit < SET_BITS;
    return { terms: [term], bit: isTold ? entry.bit : -1, weight };
  };

  const stemForm = async (index, stems, weight) => {
    const chunks = await Promise.all(stems.map((stem) => chunkFor(index, stem)));
    const terms = chunks.map((chunk, at) => chunk?.entries.get(stems[at])?.stem);
    return terms.every(Boolean) ? { terms, bit: -1, weight } : null;
  };

  const isSame = (a, b) =>
    a.terms.length === b.terms.length && a.terms.every((term, at) => term === b.terms[at]);

  const addForm = (word, form) => {
    if (form && !word.forms.some((other) => isSame(other, form))) word.forms.push(form);
  };

  // Returns the stems that a form may have which no page holds.
  const guess = async (index, form) => {
    const guesses = [];
    if ([...form].length <= 3 || isUnspaced(form)) return guesses;
    for (const [ending, other] of index.endings) {
      const beginning = form.slice(0, form.length - ending.length);
      if (!form.endsWith(ending) || [...beginning].length < 3) continue;
      const stem = beginning + other;
      if (guesses.some(({ terms }) => terms[0].stem === stem)) continue;
      const found = await stemForm(index, [stem], GUESSED);
      if (found) guesses.push(found);
      if (guesses.length === GUESSES) break;
    }
    return guesses;
  };

  const byCount = (a, b) => b.count - a.count || (a.form < b.form ? -1 : 1);

  const formsOf = async (index, letter) => {
    const number = index.letters.indexOf(letter);
    return (number >= 0 && (await index.get(`w${number}`))) || [];
  };

  const completions = async (index, typed, isKnown) => {
    const unspaced = isUnspaced(typed);
    if ([...typed].length < COMPLETED_LETTERS[Number(isKnown)] && !unspaced) return [];
    const [first, last] = [index.chunkOf(typed), index.chunkOf(`${typed}\uffff`)];
    let found;
    if (last - first < CHUNKS_READ || unspaced) {
      const numbers = Array.from({ length: last - first + 1 }, (_, at) => first + at);
      const chunks = await Promise.all(numbers.map((number) => index.get(`t${number}`)));
      const all = new Map();
      for (const chunk of chunks)
        for (const [form, { count }] of chunk?.entries || [])
          if (count !== undefined) all.set(form, { form, count });
      found = [...all.values()];
    } else found = await formsOf(index, [...typed][0]);
    found = found.filter(({ form }) => form.startsWith(typed) && form !== typed);
    return found.sort(byCount).slice(0, COMPLETIONS).map(({ form }) => form);
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

  const understandWords = async (index, query) => {
    const typed = [...new Set(tokens(query.words, index.lang).map(({ word }) => word))];
    await Promise.all(typed.map((word) => chunkFor(index, word)));
    let words = [];
    for (const word of typed) {
      const chunk = await chunkFor(index, word);
      const own = await exactForm(index, word, 1);
      let forms = own ? [own] : [];
      if (!own && !chunk?.names.has(word)) forms = await guess(index, word);
      const key = forms.length ? forms[0].terms[0].stem : word;
      const isKnown = forms.length > 0;
      if (!words.some((other) => other.key === key))
        words.push({ typed: word, key, forms: [], isKnown });
      else continue;
      forms.forEach((form) => words.at(-1).forms.push(form));
    }
    const last = words.at(-1);
    const ends = /(?:[^\S\ufeff]|\u0085)$/.test(query.words);
    if (last && words.length <= COMPLETED_WORDS && !query.phrases.length && !ends) {
      const weight = PREFIX[Number(last.isKnown)];
      for (const form of await completions(index, last.typed, last.isKnown))
        addForm(last, await exactForm(index, form, weight));
      last.isKnown = last.forms.length > 0;
    }
    return words;
  };

  // Finds the concepts that a query names, the longest name first, and adds their other names.
  const understandConcepts = async (index, words) => {
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
      understood.set(place, { id, name });
      const word = words.slice(at, at + length).find(({ typed }) => !index.common.has(typed));
      if (!word) continue;
      word.isKnown = true;
      for (const stems of written) addForm(word, await stemForm(index, stems, 1));
    }
    return [...understood.values()].filter(({ id }) => id);
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

  // ---------------------------------------------------------------- ranking

  const placeOf = (documents, document) => {
    let [low, high] = [0, documents.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (documents[middle] < document) low = middle + 1;
      else high = middle;
    }
    return documents[low] === document ? low : -1;
  };

  const idf = (documents, holding) =>
    Math.max(1, Math.round(16 * Math.log(1 + (documents - holding + 0.5) / (holding + 0.5))));

  // Calls a function for each document that holds a form: with what it counts there, and whether
  // all of it stands in the title.
  const eachOfForm = ({ terms: [first, ...rest], bit, weight }, unit, call) => {
    first.documents.forEach((document, at) => {
      let value = ((first.impacts[at] & 127) * unit) / first.idf;
      let inTitle = first.impacts[at] > 127;
      for (const other of rest) {
        const place = placeOf(other.documents, document);
        if (place < 0) return;
        value = Math.min(value, ((other.impacts[place] & 127) * unit) / other.idf);
        inTitle = inTitle && other.impacts[place] > 127;
      }
      const isExact = bit >= 0 && (first.sets.length === 0 || (first.sets[at] >> bit) & 1);
      call(document, (isExact ? value * EXACT : value) * weight, inTitle);
    });
  };

  // Returns the scores of documents; one without a word of the query has none (NaN).
  const score = ({ root }, words) => {
    const size = root.documents;
    const column = () => new Float64Array(size);
    const [sums, matched, titles, values, shares] = [column(), column(), column(), column(), column()];
    const [found, inTitles] = [new Uint8Array(size), new Uint8Array(size)];
    values.fill(-1);
    let total = 0;
    for (const word of words) {
      const touched = [];
      for (const form of word.forms)
        eachOfForm(form, root.unit, (document, value, inTitle) => {
          if (values[document] < 0) touched.push(document);
          if (value > values[document]) {
            values[document] = value;
            shares[document] = form.weight;
          }
          if (inTitle) inTitles[document] = 1;
        });
      word.idf = touched.length ? idf(size, touched.length) : root.none;
      const [first] = word.forms;
      if (first?.terms.length === 1) word.idf = Math.min(word.idf, first.terms[0].idf);
      total += word.idf;
      for (const document of touched) {
        found[document] = 1;
        sums[document] += word.idf * values[document];
        matched[document] += word.idf * shares[document];
        if (inTitles[document]) titles[document] += word.idf * shares[document];
        values[document] = -1;
        inTitles[document] = 0;
      }
    }
    total = Math.max(1, total);
    const scores = sums.map((sum, document) => {
      const coverage = Math.sqrt(Math.min(1, matched[document] / total));
      const title = titles[document] / total;
      return found[document] ? sum * coverage + titles[document] * title * title : NaN;
    });
    let other = 0;
    for (const gap of root.others) scores[(other += gap)] *= NO_RECORD;
    return scores;
  };

  // Returns the number of the section that holds most of a query's idf, the first of equals.
  const sectionOf = (words, document) => {
    const weights = new Array(SET_BITS).fill(0);
    for (const word of words) {
      let all = 0;
      for (const term of word.forms.flatMap(({ terms }) => terms)) {
        const place = term.sections.length ? placeOf(term.documents, document) : -1;
        if (place >= 0) all |= term.sections[place];
      }
      weights.forEach((_, bit) => {
        if ((all >> bit) & 1) weights[bit] += word.idf;
      });
    }
    const most = Math.max(...weights);
    return most > 0 ? weights.indexOf(most) : -1;
  };

  // ---------------------------------------------------------------- excerpts

  const escape = (text) =>
    text.replace(/[&<>"']/g, (c) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" }[c]};`);

  const SHOWN_WORDS = 32;
  const WORDS_BEFORE = 6;
  const UNMARKED = 200;

  const shorten = (text, limit) => {
    const start = [...text].slice(0, limit).join("");
    if (start.length === text.length) return text;
    const space = start.lastIndexOf(" ");
    return `${(space < 0 ? start : start.slice(0, space)).replace(/[,;: .]+$/, "")}…`;
  };

  // Cuts the stretch with the heaviest words out of a text and marks them.
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
    if (!most) return escape(shorten(text, UNMARKED));
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
    return html.replaceAll("</mark><mark>", "");
  };

  // What an excerpt of a hit is made from, for when it is asked for.
  const origins = new WeakMap();

  // Fills in the excerpt of a hit.
  const excerpt = async (hit) => {
    const { index, document, section, summary, weights } = origins.get(hit);
    const { texts } = index.root;
    const file = await index.get(`x${Math.floor(document / texts)}`);
    const parts = file?.[document % texts];
    const text = (section >= 0 && parts?.[section]) || summary || parts?.[0] || "";
    hit.excerpt = mark(text, weights, index.lang);
    return hit;
  };

  // ---------------------------------------------------------------- answers

  const facetsOf = async (index) => (await index.get("facets")) || [];

  const columnOf = async (index, facets, facet) => {
    facet.column ||= index.root.apart && (await index.get(`f${facets.indexOf(facet)}`));
    return facet.column || [];
  };

  // Returns for each filtered facet which documents it lets through.
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

  const passes = (allowed, document, but) => {
    for (const [name, through] of allowed) if (name !== but && !through[document]) return false;
    return true;
  };

  const count = async (index, facets, wanted, allowed, matched) => {
    const counts = {};
    const chosen = facets.filter(({ name }) => wanted === true || wanted.includes?.(name));
    await Promise.all(chosen.map((facet) => columnOf(index, facets, facet)));
    for (const facet of chosen) {
      const tally = new Map();
      for (const document of matched) {
        if (!passes(allowed, document, facet.name)) continue;
        for (const value of facet.column?.[document] || []) tally.set(value, (tally.get(value) || 0) + 1);
      }
      const sorted = [...tally].sort(([a], [b]) => a - b);
      const named = sorted.map(([value, times]) => [facet.values[value]?.[0], times]);
      if (named.length) counts[facet.name] = Object.fromEntries(named);
    }
    return counts;
  };

  // Keeps the documents that hold the phrases, looking at the best that hold all their words.
  const keepPhrases = async (index, phrases, scores, allowed) => {
    let candidates = [...scores.keys()].filter((d) => !isNaN(scores[d]) && passes(allowed, d));
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
    candidates.sort((a, b) => scores[b] - scores[a] || a - b);
    candidates.length = Math.min(candidates.length, PHRASE_CANDIDATES);
    const holds = (text, words) => {
      const all = tokens(text, index.lang).map(({ word }) => word);
      return words.length > 0 && all.some((_, at) => words.every((word, step) => all[at + step] === word));
    };
    const { texts, results } = index.root;
    const kept = await Promise.all(
      candidates.map(async (document) => {
        const block = await index.get(`r${Math.floor(document / results)}`);
        const file = await index.get(`x${Math.floor(document / texts)}`);
        const [, title = "", summary = "", , , sections = ""] = block?.[document % results] || [];
        const headings = sections.split("\x1f").map((part) => part.split("\x1e")[0]);
        const all = [title, summary, ...headings, ...(file?.[document % texts] || [])];
        return wanted.every((words) => all.some((text) => holds(text, words)));
      }),
    );
    const stay = new Set(candidates.filter((_, at) => kept[at]));
    scores.forEach((_, document) => {
      if (!stay.has(document)) scores[document] = NaN;
    });
  };

  const anchor = (heading) =>
    [...heading.toLowerCase()].filter((c) => /[\p{Alphabetic}\p{N}\-_ ]/u.test(c)).join("").replaceAll(" ", "-");

  const hitOf = async (index, facets, document, value, words, weights) => {
    const { results } = index.root;
    const block = await index.get(`r${Math.floor(document / results)}`);
    if (!block?.[document % results]) return null;
    const [path, title, summary, lang, values, sections] = block[document % results];
    const section = sectionOf(words, document);
    const [heading, id = anchor(heading || "")] = sections.split("\x1f")[section]?.split("\x1e") || [];
    const carried = {};
    let offset = 0;
    for (const { name, values: ids } of facets) {
      const own = values ? values.split(" ").map((number) => ids[number - offset]?.[0]).filter(Boolean) : [];
      if (own.length) carried[name] = own;
      offset += ids.length;
    }
    const address = path.replace(/[%#?]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const hit = {
      url: id && section >= 0 ? `${address}#${id}` : address,
      title,
      summary: escape(summary),
      excerpt: escape(summary),
      section: heading || null,
      lang,
      facets: carried,
      score: value / 16,
    };
    origins.set(hit, { index, document, section, summary, weights });
    return hit;
  };

  // What marks the words that were searched: their forms, with stem and weight.
  const weigh = (words) => {
    const weights = new Map();
    for (const { forms, idf: weight } of words)
      for (const { terms } of forms)
        for (const { idf: own, stem, forms: all } of terms)
          // Of a name of several words, those that say something.
          if (terms.every((other) => own * 4 >= other.idf))
            for (const form of all) if (!weights.has(form)) weights.set(form, { stem, idf: weight });
    return weights;
  };

  // Answers a query. Filters are { country: ["TH", "FR"] }: values of one facet are alternatives,
  // facets combine. `missing` counts shards that could not be read; the answer is then partial.
  const search = async (text, options = {}) => {
    const { filters = {}, limit = 10, offset = 0, excerpts = true, facets: wanted = true } = options;
    const index = await open(options.lang || document.documentElement.lang);
    const { root } = index;
    const facets = await facetsOf(index);
    const fields = new Map(facets.flatMap(({ name, also }) => [name, ...also].map((f) => [f, name])));
    const query = parse(text, fields);
    for (const [field, values] of Object.entries(filters))
      for (const value of [values].flat()) query.filters.push([fields.get(field) || field, value]);
    const words = await understandWords(index, query);
    const concepts = await understandConcepts(index, words);
    const corrected = options.insist ? null : await correct(index, query.words, words);
    let scores = score(index, words);
    const listsAll = !words.length && !query.without.length && !query.phrases.length;
    if (listsAll && (query.filters.length || !text.trim())) scores = new Float64Array(root.documents);
    for (const { word } of query.without.flatMap((unwanted) => tokens(unwanted, index.lang)))
      for (const document of (await exactForm(index, word, 1))?.terms[0].documents || [])
        scores[document] = NaN;
    const allowed = await allow(index, facets, query.filters);
    if (query.phrases.length) await keepPhrases(index, query.phrases, scores, allowed);
    const matched = [...scores.keys()].filter((document) => !isNaN(scores[document]));
    const ranked = matched.filter((document) => passes(allowed, document));
    const dates = options.sort === "date" && root.dates && (await index.get("dates"));
    const later = dates ? (a, b) => dates[b] - dates[a] : () => 0;
    ranked.sort((a, b) => later(a, b) || scores[b] - scores[a] || a - b);
    const weights = weigh(words);
    const shown = ranked.slice(offset, offset + limit);
    const hits = await Promise.all(
      shown.map((number) => hitOf(index, facets, number, scores[number], words, weights)),
    );
    const found = hits.filter(Boolean);
    if (excerpts) await Promise.all(found.map(excerpt));
    return {
      query: text,
      lang: index.lang,
      total: ranked.length,
      hits: found,
      facets: await count(index, facets, wanted, allowed, matched),
      corrected,
      concepts,
      missing: index.state.missing,
    };
  };

  // Returns the facets in the order in which filters are shown, with the names of their values.
  const names = async ({ lang = document.documentElement.lang } = {}) => {
    const facets = await facetsOf(await open(lang));
    return facets.map(({ name, label, values }) => ({
      name,
      label,
      values: Object.fromEntries(values.map(([id, named]) => [id, named || id])),
    }));
  };

  return { search, excerpt, names, shard, tokens };
})();
