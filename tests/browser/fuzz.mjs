// Whatever is typed gets an answer: queries of all scripts and signs, asked of the engine alone. It
// runs beside, in a thread, so that a query without end is seen too.

import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { openEngine } from "./engine.mjs";
import { chance } from "./random.mjs";

const QUERIES = 10_000;
const PATIENCE = 2_000; // Milliseconds for one query.

const RANGES = [
  [0x20, 0x7e], [0x00, 0x1f], [0x80, 0x2ff], [0x300, 0x36f], [0x370, 0x5ff], [0x600, 0x6ff],
  [0x700, 0x109f], [0x1100, 0x1fff], [0x2000, 0x206f], [0x3000, 0x30ff], [0x4e00, 0x9fff],
  [0xac00, 0xd7a3], [0xd800, 0xdfff], [0xe000, 0xf8ff], [0xfb50, 0xffff], [0x1f300, 0x1faff],
  [0x20000, 0x2a6df], [0x10ffff, 0x10ffff],
]; // prettier-ignore
const SIGNS = [..."\"“”„«»-:'’_/*?%#&<>\\()[]{}^$|+. \t\n\u00a0\u0085\u200b\u200d\ufeff\u0000"];
const WORDS = [
  "detention", "enfants", "the", "a", "country:TH", "objective:13", "year:", ":", "kind:law", "-", "--x",
  "-detention", "country:", "__proto__", "constructor", "hasOwnProperty", "toString", "undefined",
  "__proto__:1", "constructor:x", "COVID-19", "A/75/542", "l'accès", "İstanbul", "ﬁnance", "ß", "ǅ",
  "الأطفال", "والمدرسة", "儿童", "移民教育", "ประเทศไทย", "дети", "ёлка", "한국어", "e\u0301\u0301\u0301",
]; // prettier-ignore

export const queries = (seed, count) => {
  const { number, below, pick } = chance(seed);
  const letter = () => {
    const [first, last] = pick(RANGES);
    const code = first + below(last - first + 1);
    return code < 0x10000 ? String.fromCharCode(code) : String.fromCodePoint(code);
  };
  const many = (limit, make) => Array.from({ length: below(limit) }, make).join("");
  const kinds = [
    () => many(20, letter),
    () => many(20, () => pick(SIGNS)),
    () => many(30, () => (number() < 0.5 ? pick(SIGNS) : pick(WORDS))),
    () => many(8, () => `${pick(WORDS)} `),
    () => `${pick(WORDS)} ${many(6, letter)}`,
    () => pick(WORDS).slice(0, 1 + below(6)),
    () => `"${many(5, () => pick(WORDS))}" -${many(4, letter)}`,
  ];
  const long = () => pick([letter(), pick(SIGNS), `${pick(WORDS)} `, "x"]).repeat(400 + below(4000));
  return Array.from({ length: count }, (_, at) => (at % 200 === 0 ? long() : pick(kinds)()));
};

const isCount = (value) => Number.isInteger(value) && value >= 0;
const isText = (value) => typeof value === "string";

// Tells what is wrong with the form of an answer.
const malformed = (query, answer, limit) => {
  const { total, hits, facets, corrected, concepts, missing, lang } = answer;
  const sound = {
    query: answer.query === query,
    lang: isText(lang),
    total: isCount(total) && total >= hits.length,
    missing: missing === 0,
    corrected: corrected === null || isText(corrected),
    hits:
      hits.length === Math.min(limit, total) &&
      hits.every(
        (hit) =>
          [hit.url, hit.title, hit.summary, hit.excerpt, hit.lang].every(isText) &&
          (hit.section === null || isText(hit.section)) &&
          Number.isFinite(hit.score) &&
          Object.values(hit.facets).every((values) => values.every(isText)),
      ),
    facets: Object.values(facets).every((counts) =>
      Object.values(counts).every((value) => isCount(value) && value > 0 && value),
    ),
    concepts: concepts.every(({ id, name }) => isText(id) && isText(name)),
  };
  return Object.keys(sound).filter((name) => !sound[name]);
};

const work = async ({ root, languages, count }) => {
  const { vademecum } = openEngine(root);
  const { pick, number } = chance(2);
  for (const query of queries(1, count)) {
    const options = { lang: pick(languages), limit: pick([0, 5, 10]), excerpts: number() < 0.05 };
    parentPort.postMessage({ query, options });
    const problem = await vademecum.search(query, options).then(
      (answer) => malformed(query, answer, options.limit).join(", "),
      (error) => String(error.stack ?? error).split("\n").slice(0, 2).join(" "),
    );
    if (problem) parentPort.postMessage({ problem: `wrong: ${problem}` });
  }
};
if (!isMainThread && workerData?.fuzz) await work(workerData.fuzz);

export const fuzz = async (report, site) => {
  await report.check("fuzz: every query gets a well-formed answer", async () => {
    const problems = [];
    const languages = site.languages.map(({ lang }) => lang);
    const started = Date.now();
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { fuzz: { root: site.root, languages, count: QUERIES } },
    });
    let last;
    let asked = 0;
    let slowest = 0;
    const told = () => `${JSON.stringify(last.query).slice(0, 200)} ${JSON.stringify(last.options)}`;
    await new Promise((resolve) => {
      // The first query waits for the thread to start.
      let timer = setTimeout(resolve, 30_000);
      let before = Date.now();
      worker.on("message", (message) => {
        if (message.problem) return problems.push(`${told()}: ${message.problem}`);
        if (last) slowest = Math.max(slowest, Date.now() - before);
        [last, before] = [message, Date.now()];
        asked += 1;
        clearTimeout(timer);
        timer = setTimeout(() => {
          problems.push(`${told()}: no answer after ${PATIENCE} ms`);
          resolve();
        }, PATIENCE);
      });
      worker.on("error", (error) => problems.push(String(error)));
      worker.on("exit", () => (clearTimeout(timer), resolve()));
    });
    await worker.terminate();
    if (asked < QUERIES) problems.push(`only ${asked} queries were asked`);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    return { problems, note: `${asked} queries in ${seconds} s, the slowest ${slowest} ms` };
  });
};
