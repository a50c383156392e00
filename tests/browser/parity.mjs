// The browser's engine and the program answer alike: the same hits with the same words, scores and
// counts, for the golden questions and for questions made of the site's own words.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openEngine } from "./engine.mjs";
import { REPOSITORY, withServed } from "./program.mjs";
import { chance } from "./random.mjs";

const QUESTIONS = 500;

// Reads index/queries.toml, which is written in one way only.
export const golden = (text) =>
  text
    .split("[[query]]")
    .slice(1)
    .map((part) => ({
      lang: JSON.parse(part.match(/^lang = (".*")$/m)[1]),
      query: JSON.parse(part.match(/^question = (".*")$/m)[1]),
    }));

// The texts of a language, as words with the signs between them.
const textsOf = (site, { folder }) =>
  [...site.pages.values()]
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .map(({ html }) =>
      html
        .replace(/^.*<main[^>]*>|<\/main>.*$/gs, "")
        .replace(/<[^>]+>/g, " ")
        .replace(/&#?\w+;/g, " ")
        .split(/\s+/)
        .filter(Boolean),
    )
    .filter((words) => words.length > 20);

// Arabic letters as old programs write them, by their shape.
const SHAPED = new Map(
  Array.from({ length: 0xfef4 - 0xfe80 }, (_, at) => String.fromCharCode(0xfe80 + at)).map((shape) => [
    shape.normalize("NFKC"),
    shape,
  ]),
);
const shaped = (text) => text.replace(/\p{L}/gu, (letter) => SHAPED.get(letter) ?? letter);

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzéœß"];

// Makes the questions of one language: words as they stand on the site, in other forms, wrongly
// typed, cut short, in quotes, excluded, with filters in the text or beside it.
export const questionsOf = (site, language, facets, seed, count) => {
  const texts = textsOf(site, language);
  const { number, below, pick } = chance(seed);
  const run = (length) => {
    const text = pick(texts);
    const start = below(text.length);
    return text.slice(start, start + length);
  };
  const word = () => run(1)[0];
  const mistyped = (text) => {
    const letters = [...text];
    const at = below(letters.length);
    const change = below(4);
    if (change === 0) letters.splice(at, 1);
    else if (change === 1) letters.splice(at, 0, pick(LETTERS));
    else if (change === 2) letters[at] = pick(LETTERS);
    else letters.splice(at, 2, ...letters.slice(at, at + 2).reverse());
    return letters.join("");
  };
  const filter = () => {
    const facet = pick(facets.filter(({ values }) => Object.keys(values).length));
    return [facet.name, pick(Object.keys(facet.values))];
  };
  const make = () => {
    const words = number() < 0.5 ? run(1 + below(6)) : Array.from({ length: 1 + below(6) }, word);
    const options = {};
    for (const at of words.keys()) {
      if (number() < 0.12) words[at] = mistyped(words[at]);
      else if (number() < 0.1) words[at] = words[at].normalize("NFD").replace(/\p{M}/gu, "");
      else if (number() < 0.1) words[at] = words[at].toUpperCase();
    }
    if (number() < 0.35) {
      const last = [...words.at(-1)];
      words.push(`${last.slice(0, 1 + below(last.length)).join("")}`);
      words.splice(-2, 1);
    }
    if (number() < 0.15) {
      const [left, right] = pick([`""`, "“”", "«»", `"`]);
      words.splice(below(words.length + 1), 0, `${left}${run(1 + below(3)).join(" ")}${right ?? ""}`);
    }
    if (number() < 0.15) words.splice(below(words.length + 1), 0, `-${word()}`);
    if (number() < 0.15) {
      const [name, value] = filter();
      const { also = [], values } = facets.find((facet) => facet.name === name);
      const sign = number() < 0.3 ? "-" : "";
      // A value may be named, in quotes where it has several words.
      const shown = number() < 0.4 ? `"${values[value]}"` : value;
      words.splice(below(words.length + 1), 0, `${sign}${pick([name, ...also])}:${shown}`);
    }
    if (number() < 0.2) {
      options.filters = {};
      for (let left = 1 + below(2); left; left -= 1) {
        const [name, value] = filter();
        options.filters[name] = [...(options.filters[name] ?? []), value];
      }
    }
    if (number() < 0.1) options.sort = "date";
    if (number() < 0.15) options.insist = true;
    if (number() < 0.1) options.offset = below(30);
    options.limit = pick([10, 10, 10, 1, 25]);
    const query = [...words.join(" ")].slice(0, 400).join("") + (number() < 0.15 ? " " : "");
    return { lang: language.lang, query, options };
  };
  return Array.from({ length: count }, make);
};

// Tells where two answers part.
const part = (here, there, path = "") => {
  if (Object.is(here, there)) return null;
  const isBranch = (value) => typeof value === "object" && value !== null;
  if (!isBranch(here) || !isBranch(there))
    return `${path} is ${JSON.stringify(here)} in the browser, ${JSON.stringify(there)} in the program`;
  for (const key of new Set([...Object.keys(there), ...Object.keys(here)])) {
    const found = part(here[key], there[key], `${path}.${key}`);
    if (found) return found;
  }
  return null;
};

const addressOf = ({ lang, query, options = {} }) => {
  const { filters = {}, ...rest } = options;
  const asked = new URLSearchParams({ q: query, lang, ...rest });
  for (const [name, values] of Object.entries(filters))
    for (const value of values) asked.append(name, value);
  return `api/search?${asked}`;
};

// Asks the engine and the program, which serves the same site at an address; says where they part.
export const compare = async (engine, url, question) => {
  const { lang, query, options } = question;
  const answer = await engine.search(query, { lang, ...options });
  const { missing, ...here } = JSON.parse(JSON.stringify(answer));
  const response = await fetch(url + addressOf(question));
  const there = await response.json();
  const problem =
    missing > 0
      ? `${missing} shards are missing`
      : response.ok
        ? part(here, there)
        : `the program says ${response.status}: ${there.error}`;
  return problem ? [`${lang} ${JSON.stringify(query)} ${JSON.stringify(options)}: ${problem}`] : [];
};

// Names in other cases, behind particles, and in words that are corrected.
const TYPED = [
  ["ru", "школы в Непале"],
  ["ru", "помощь женщинам в Египте"],
  ["ru", "тайланд"],
  ["ru", "пенсию из тайланда для беженцев в Казахстане"],
  ["ar", "العمل بكندا"],
  ["ar", "العمل بايطاليا"],
  ["ar", "خدمات للاجئين"],
  ["ar", "ولكندا بتركيا"],
  ["es", "pensiones"],
  ["ar", "معاش التقاعد"],
  ["ar", "راتب التقاعد"],
  ["en", "portable pensions"],
  ["fr", "pensions"],
  ["zh", "不把移民关起来还有什么办法"],
  ["fr", "je suis mal payé au mali"],
  ["en", "detenton of childern in tailand"],
];

export const parity = async (report, site) => {
  await withServed(REPOSITORY, async (url) => {
    const { vademecum } = openEngine(site.root);
    const ask = async (questions, engine = () => vademecum) => {
      const problems = [];
      for (const question of questions) problems.push(...(await compare(engine(), url, question)));
      return { problems, note: `${questions.length} questions` };
    };
    // Each is the first of a visit: no script is there that another question has loaded.
    const first = () => openEngine(site.root).vademecum;
    const asked = golden(readFileSync(join(REPOSITORY, "index/queries.toml"), "utf8"));
    const arabic = asked.filter(({ lang }) => lang === "ar");
    await report.check("parity: golden questions", () => ask(asked, first));
    await report.check("parity: Arabic as old programs write it", () =>
      ask(arabic.map(({ lang, query }) => ({ lang, query: shaped(query) })), first),
    );
    await report.check("parity: names in the forms that people type", () =>
      ask(TYPED.map(([lang, query]) => ({ lang, query })), first),
    );
    for (const [seed, language] of site.languages.entries()) {
      await report.check(`parity: generated questions in ${language.lang}`, async () => {
        const facets = await vademecum.names({ lang: language.lang });
        return ask(questionsOf(site, language, facets, seed + 1, QUESTIONS));
      });
    }
  });
};
