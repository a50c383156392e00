// Answers queries from a site's shards, as src/search/answer.rs does.
"use strict";

const vademecum = (() => {
  // As in rank.rs.
  const EXACT = 1.2;
  const PREFIX = [0.8, 0.3];
  const NO_RECORD = 0.75;
  const QUESTION_WORDS = 5;
  const COMPLETIONS = 6;
  const COMPLETED_WORDS = 3;
  const COMPLETED_LETTERS = [3, 4];
  const SET_BITS = 28;
  const CHUNKS_READ = 3;

  const WORD = /[\p{Alphabetic}\p{N}\p{M}\u200c\u200d]+/gu;
  // Scripts that put no spaces between words.
  const UNSPACED =
    /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2fa1f}]+/gu;
  const isUnspaced = (word) => word.search(UNSPACED) === 0;
  const LETTERS = {
    ё: "е", ß: "ss", œ: "oe", æ: "ae", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i",
  };
  const ELISIONS = /^([ldjmnstc]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|all)$/;

  const lower = (text) => [...text.normalize("NFKC")].map((c) => c.toLowerCase()).join("");

  // As analysis.rs folds a word.
  const fold = (word) => {
    if (/^[\0-\x7f]*$/.test(word)) return word.toLowerCase();
    let folded = "";
    for (const c of lower(word)) {
      if (/[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670\u200c\u200d]/.test(c)) continue;
      if (LETTERS[c]) folded += LETTERS[c];
      else if (/[\u00c0-\u03ff\u1e00-\u1fff]/.test(c))
        folded += c.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
      else folded += c;
    }
    return ARABIC.test(folded) ? foldArabic(folded) : folded;
  };
  // Asked for in Arabic, search-extra.js gives another.
  const ARABIC = /[\u0600-\u06ff]/;
  let foldArabic = (word) => word;

  const isElision = (word, before, after, lang) =>
    lang === "en"
      ? word === "s" && /['’]/.test(before)
      : /^(fr|it|ca)$/.test(lang) && /['’]/.test(after) && ELISIONS.test(word);

  const SIGN = /[-_/]/;
  const JOINED = /^[\p{Alphabetic}\p{N}\p{M}\-_/\u200c\u200d]+/u;
  const bytes = (text) => new TextEncoder().encode(text).length;

  // Cuts a text into words.
  const tokens = (text, language) => {
    const [lang] = language.split("-");
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
      if (isElision(word, text[start - 1], text[end], lang)) return;
      found.push({ word, start, end });
      // A name with signs in it is a word of its own too: COVID-19, A/75/542.
      const [before] = [...text.slice(Math.max(0, start - 2), start)].slice(-1);
      if (!SIGN.test(text[end]) || (JOINED.test(before || "") && !isUnspaced(before))) return;
      const [whole] = (text.slice(start).match(JOINED) || [""])[0].split(UNSPACED);
      const parts = whole.split(SIGN).filter(Boolean);
      const joined = fold(parts.join(""));
      if (parts.length > 1 && parts.length < 5 && bytes(joined) <= 64) found.push({ word: joined, start, end });
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

  const ROOT = new URL("../", document.currentScript.src).href;
  const PATIENCE = 30000; // Milliseconds for a shard.
  const arrived = new Map();
  const tried = {};

  // Shards call this.
  const shard = (name, generation, payload) => arrived.set(`search/${name}`, { generation, payload });

  // Runs a script for what it hands over, unless it did.
  const run = (name) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const end = () => {
        clearTimeout(timer);
        script.remove();
        const given = arrived.get(name);
        arrived.delete(name);
        given ? resolve(given) : reject(new Error(`${name}.js is missing`));
      };
      const timer = setTimeout(end, PATIENCE);
      script.onload = script.onerror = end;
      // Tried again, it goes past caches and what hangs.
      tried[name] = name in tried ? `${tried[name]}?` : "";
      script.src = `${ROOT}${name}.js${tried[name]}`;
      arrived.has(name) ? end() : document.head.append(script);
    });

  const inflate = async (packed) => {
    const whole = new Response(packed).body.pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(whole).arrayBuffer());
  };

  const utf8 = (part) => new TextDecoder().decode(part);

  const sure = (isSound) => {
    if (!isSound) throw new Error("a shard is damaged");
  };

  // The end of the bytes bounds every count.
  const reading = (whole) => {
    let at = 0;
    const number = () => {
      for (let sum = 0, scale = 1; ; scale *= 128) {
        sure(at < whole.length && scale < 2 ** 36);
        const byte = whole[at++];
        sum += (byte & 127) * scale;
        if (byte < 128) return sum;
      }
    };
    const take = (length) => {
      sure(length <= whole.length - at);
      return whole.subarray(at, (at += length));
    };
    const numbers = (length) => {
      sure(length <= whole.length - at);
      return Array.from({ length }, number);
    };
    const words = () => {
      const length = number();
      const [shared, added] = [numbers(length), numbers(length)];
      let last = [];
      return shared.map((same, index) => {
        last = [...last.slice(0, same), ...take(added[index])];
        return utf8(Uint8Array.from(last));
      });
    };
    return { number, numbers, take, words };
  };

  const readers = {
    facets: (whole, root, { take, number } = reading(whole)) => {
      const list = JSON.parse(utf8(take(number())));
      if (!root.apart) for (const facet of list) facet.column = column(number, root);
      return list;
    },
    f: (whole, root) => column(reading(whole).number, root),
    root: (whole) => {
      const rest = reading(whole);
      const root = JSON.parse(utf8(rest.take(rest.number())));
      root.bounds = [];
      root.alone = [];
      let key = "";
      for (const [, sign, added] of utf8(rest.take(rest.number())).matchAll(/([\0-\x1f])([^\0-\x1f]*)/g)) {
        const code = sign.charCodeAt(0);
        key = key.slice(0, code % 10) + added;
        code < 10 ? root.bounds.push(key) : root.alone.push([key, code > 19]);
      }
      root.frequent = rest.words();
      root.facets = !root.apart && readers.facets(whole, root, rest);
      return root;
    },
  };

  const column = (number, root) =>
    Array.from({ length: root.documents }, () => {
      const values = [];
      for (let value = number(); value; value = number()) values.push(value - 1);
      return values;
    });

  const shards = new Map();

  // Loads a shard once; what failed is tried again.
  const load = (name, root) => {
    if (!shards.has(name)) {
      const kind = name.split("/")[1].replace(/\d+$/, "");
      const isPacked = /^[rtx]$/.test(kind);
      const both = [run(`search/${name}`), isPacked && loadMore("query")];
      const loading = Promise.all(both).then(async ([{ generation, payload }]) => {
        sure(!root || generation === (root.generations[kind] || root.generations[""]));
        const packed = Uint8Array.from(atob(payload), (c) => c.charCodeAt(0));
        return readers[kind](isPacked ? packed : await inflate(packed), root, name);
      });
      shards.set(name, loading);
      loading.catch(() => shards.delete(name));
    }
    return shards.get(name);
  };

  // What answers queries in one language.
  const open = async (lang) => {
    const root = await load(`${lang}/root`);
    const { bounds, alone } = root;
    const missing = new Set();
    const get = async (name) =>
      missing.has(name) ? null : load(`${lang}/${name}`, root).catch(() => missing.add(name) && null);
    const amongOthers = (word) => bounds.findLastIndex((bound) => bound <= word);
    // Common terms have chunks alone, after the others; some take all that begins with their key.
    const chunkOf = (word) => {
      const at = alone.findLastIndex(([key, isOpen]) => (isOpen ? word.startsWith(key) : word === key));
      return at < 0 ? amongOthers(word) : bounds.length + at;
    };
    // Returns the chunks of all words that begin so.
    const chunksFrom = (start) => {
      const at = chunkOf(start);
      const [first, last] = alone[at - bounds.length]?.[1] ? [at, at] : [start, `${start}\uffff`].map(amongOthers);
      return Array.from({ length: last - first + 1 }, (_, place) => first + place);
    };
    return { lang, root, missing, get, chunkOf, chunksFrom };
  };

  const chunkFor = (index, word) => index.get(`t${index.chunkOf(word)}`);

  const exactForm = async (index, form, weight) => {
    const entry = (await chunkFor(index, form))?.entries.get(form);
    if (!entry || entry.count === undefined) return null;
    let { term } = entry;
    if (entry.other) term = (await index.get(`t${entry.elsewhere}`))?.entries.get(entry.other)?.stem;
    if (!term) return null;
    const isTold = term.documents.length <= index.root.often && entry.bit < SET_BITS;
    return { terms: [term], bit: isTold ? entry.bit : -1, weight };
  };

  const addForm = ({ forms }, form) => {
    const isSame = ({ terms }) =>
      terms.length === form.terms.length && terms.every((term, at) => term === form.terms[at]);
    if (form && !forms.some(isSame)) forms.push(form);
  };

  const byCount = (a, b) => b.count - a.count || (a.form < b.form ? -1 : 1);

  const completions = async (index, typed, isTyped) => {
    const unspaced = isUnspaced(typed);
    if ([...typed].length < COMPLETED_LETTERS[isTyped] && !unspaced) return [];
    const numbers = index.chunksFrom(typed);
    let found;
    if (numbers.length <= CHUNKS_READ || unspaced) {
      const chunks = await Promise.all(numbers.map((number) => index.get(`t${number}`)));
      const all = new Map();
      for (const chunk of chunks)
        for (const [form, { count }] of chunk?.entries || [])
          if (count !== undefined) all.set(form, { form, count });
      found = [...all.values()];
    } else found = await (await loadMore()).formsOf(index, [...typed][0]);
    found = found.filter(({ form }) => form.startsWith(typed) && form !== typed);
    return found.sort(byCount).slice(0, COMPLETIONS).map(({ form }) => form);
  };

  const understandWords = async (index, query) => {
    const all = tokens(query.words, index.lang).map(({ word }) => word);
    const typed = new Map(all.map((word) => [word]));
    await Promise.all([...typed.keys()].map((word) => chunkFor(index, word)));
    const words = [];
    for (const word of typed.keys()) {
      const chunk = await chunkFor(index, word);
      const own = await exactForm(index, word, 1);
      let forms = own ? [own] : [];
      if (!own && !chunk?.names.has(word)) forms = await (await loadMore()).guess(index, word);
      const key = forms.length ? forms[0].terms[0].stem : forms.named || word;
      const isKnown = forms.length > 0;
      const same = words.findIndex((other) => other.key === key);
      typed.set(word, same < 0 ? words.length : same);
      if (same >= 0) continue;
      const isNamed = (await chunkFor(index, key))?.names.has(key);
      words.push({ typed: word, key, forms, isKnown, isNamed, isOwn: own });
    }
    const last = words.at(-1);
    const ends = /(?:[^\S\ufeff]|\u0085)$/.test(query.words);
    if (last && words.length <= COMPLETED_WORDS && !query.phrases.length && !ends) {
      const isTyped = Number(!!last.isOwn);
      for (const form of await completions(index, last.typed, isTyped))
        addForm(last, await exactForm(index, form, PREFIX[isTyped]));
      last.isKnown = last.forms.length > 0;
    }
    // Where each stands as it was typed.
    words.order = all.map((word) => typed.get(word));
    words.all = words.length;
    return words;
  };

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

  // Calls with each document of a form, its count, and whether the title holds it.
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

  // Returns the scores of documents; NaN where no word stands.
  const score = ({ root }, words) => {
    const size = root.documents;
    const column = () => new Float64Array(size);
    const [sums, matched, titles, shares, inTitles, found] = [0, 0, 0, 0, 0, 0].map(column);
    const values = column().fill(-1);
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
      const root = Math.sqrt(Math.min(1, matched[document] / total));
      const coverage = words.length > QUESTION_WORDS ? Math.sqrt(root) : root;
      const title = (titles[document] /= total);
      return found[document] ? sum * coverage + total * title * title * title : NaN;
    });
    let other = 0;
    for (const gap of root.others) scores[(other += gap)] *= NO_RECORD + (1 - NO_RECORD) * titles[other] * titles[other];
    return scores;
  };

  // Returns the section that holds most of a query's idf.
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

  const escape = (text) =>
    text.replace(/[&<>"']/g, (c) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" }[c]};`);

  const origins = new WeakMap();
  const excerpt = async (hit) => {
    hit.excerpt = await (await loadMore("query")).excerpt(origins.get(hit));
    return hit;
  };

  const added = {};
  const more = (name, make) => arrived.set(`assets/search-${name}`, make);
  const loadMore = (name = "extra") => {
    added[name] ||= run(`assets/search-${name}`).then((make) =>
      make({ QUESTION_WORDS, readers, shards, load, loadMore, inflate, sure, reading, utf8, tokens, isUnspaced, escape, idf, columnOf, placeOf, passes, chunkFor, exactForm, addForm, byCount }),
    );
    added[name].catch(() => delete added[name]);
    return added[name];
  };

  const facetsOf = async (index) => index.root.facets || (await index.get("facets")) || [];

  const columnOf = async (index, facets, facet) => {
    facet.column ||= index.root.apart && (await index.get(`f${facets.indexOf(facet)}`));
    return facet.column || [];
  };

  const passes = (allowed, document, but) =>
    [...allowed].every(([name, through]) => name === but || through[document]);

  const count = async (index, facets, wanted, allowed, matched) => {
    const counts = {};
    const chosen = wanted ? facets : [];
    await Promise.all(chosen.map((facet) => columnOf(index, facets, facet)));
    for (const facet of chosen) {
      const tally = new Map();
      for (const document of matched)
        if (passes(allowed, document, facet.name))
          for (const value of facet.column?.[document] || []) tally.set(value, (tally.get(value) || 0) + 1);
      const named = facet.values.flatMap(([id], value) => (tally.has(value) ? [[id, tally.get(value)]] : []));
      if (named.length) counts[facet.name] = Object.fromEntries(named);
    }
    return counts;
  };

  const anchor = (heading) =>
    [...heading.toLowerCase()].filter((c) => /[\p{Alphabetic}\p{N}\-_ ]/u.test(c)).join("").replaceAll(" ", "-");

  const hitOf = async (index, facets, document, value, words) => {
    const { results } = index.root;
    const block = await index.get(`r${Math.floor(document / results)}`);
    const row = block?.rows[document % results];
    if (!row) return null;
    const [path, title, summary, code, values, sections] = row;
    const [lang, translated] = code.split(":");
    const section = sectionOf(words, document);
    const [heading, id = anchor(heading || "")] = sections.split("\x1f")[section]?.split("\x1e") || [];
    const carried = {};
    let offset = 0;
    for (const { name, values: ids } of facets) {
      const own = values ? values.split(" ").map((number) => ids[number - offset]?.[0]).filter(Boolean) : [];
      if (own.length) carried[name] = own;
      offset += ids.length;
    }
    const address = path.replace(/[%#?]/g, encodeURIComponent);
    const hit = {
      url: id && section >= 0 ? `${address}#${id}` : address,
      title,
      summary: escape(summary),
      excerpt: "",
      section: heading || null,
      lang,
      translated,
      facets: carried,
      score: value / 16,
    };
    origins.set(hit, { index, document, section, summary, words });
    return hit;
  };

  // Answers a query. Of { country: ["TH", "FR"], kind: "law" } values are alternatives, facets combine.
  // `missing` counts shards that could not be read.
  const search = async (text, options = {}) => {
    const { filters = {}, limit = 10, offset = 0, excerpts = true, facets: wanted = true } = options;
    // Without it there are no terms; it comes beside the first of them.
    const unpacking = loadMore("query");
    const index = await open(options.lang || document.documentElement.lang);
    if (ARABIC.test(text.normalize("NFKC"))) ({ foldArabic } = await loadMore());
    const { root } = index;
    const facets = await facetsOf(index);
    const fields = new Map(facets.flatMap(({ name, also }) => [name, ...also].map((f) => [f, name])));
    const isPlain = !/[:"“”„«»]|(^|\s)-/.test(text) && text.length <= 400;
    const query = isPlain
      ? { words: text.replace(/\s+/g, " ").trimStart(), phrases: [], without: [], filters: [] }
      : (await loadMore()).parse(text, fields);
    for (const [field, values] of Object.entries(filters))
      for (const value of [values].flat()) query.filters.push([fields.get(field) || field, value]);
    const words = await understandWords(index, query);
    await unpacking;
    const concepts = words.some(({ isNamed }) => isNamed)
      ? await (await loadMore()).understand(index, words, options.off || [])
      : [];
    const isStrange = words.some(({ forms }) => !forms.length);
    let corrected = isStrange ? await (await loadMore()).correct(index, query.words, words, concepts, options) : null;
    let scores = score(index, words);
    const isFiltered = query.filters.length > 0;
    if (!words.length && !query.phrases.length && (isFiltered || query.isNegative || !text.trim())) scores = new Float64Array(root.documents);
    if (!isPlain) await (await loadMore()).exclude(index, facets, query, scores);
    const allowed = isFiltered ? await (await loadMore()).allow(index, facets, query.filters) : new Map();
    const { phrases } = query;
    if (phrases.length && !(await (await loadMore()).keepPhrases(index, phrases, scores, allowed, options.insist)))
      corrected ??= query.words.trim();
    const matched = [...scores.keys()].filter((document) => !isNaN(scores[document]));
    const ranked = matched.filter((document) => passes(allowed, document));
    const dates = options.sort === "date" && (await (await loadMore()).datesOf(index));
    ranked.sort((a, b) => (dates && dates[b] - dates[a]) || scores[b] - scores[a] || a - b);
    const shown = ranked.slice(offset, offset + limit);
    const hits = await Promise.all(
      shown.map((number) => hitOf(index, facets, number, scores[number], words)),
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
      missing: index.missing.size,
    };
  };

  const names = async ({ lang = document.documentElement.lang } = {}) => {
    const facets = await facetsOf(await open(lang));
    return facets.map(({ name, label, numbered, values }) => ({
      name,
      label,
      numbered,
      values: Object.fromEntries(values.map(([id, named]) => [id, named || id])),
    }));
  };

  return { search, excerpt, names, shard, more, run };
})();
