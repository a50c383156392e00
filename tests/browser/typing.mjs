// What a reader pays who types a question letter by letter: bytes and requests of a first visit, and
// the time from a key to ranked results once all is there.
//
//   node typing.mjs SITE_FOLDER [QUESTION…]
//
// prints both for any built site.

import { fileURLToPath } from "node:url";
import { openBrowser, withPage } from "./browser.mjs";
import { setClock, turn, typeSlowly } from "./clock.mjs";
import { withBuilt } from "./program.mjs";
import { chance } from "./random.mjs";
import { serve } from "./server.mjs";
import { readFiles } from "./site.mjs";

// The budget of one question typed on a first visit; what is on the screen at the end has excerpts.
export const BYTES = 75_000;
export const REQUESTS = 30;
const EXCERPTS = 5;
const LETTER = 120;
const WORD = 500;
// Times of a shared machine are noise, so only what is far off fails.
const MEDIAN = 30;
const SLOWEST = 100;
const LENIENT = 5;

// A site in one language has no folder for it.
const pageOf = ({ files }, lang) =>
  [`${lang}/search/index.html`, "search/index.html"].find((path) => files.has(path));
const isSearch = (path) => /^(search\/|assets\/search)/.test(path);

// Types a question on a first visit and returns what came, as a host compresses it: the scripts of
// the search and its shards, { bytes, requests, files }, and how many excerpts and results show.
export const typingCost = async (browser, folder, question, { lang = "en" } = {}) => {
  const files = [];
  const heard = (path, bytes) => isSearch(path) && files.push([path, bytes]);
  const site = readFiles(folder);
  const host = await serve(site, { gzip: true, heard });
  const work = async (page) => {
    await setClock(page);
    await page.goto(host.url + pageOf(site, lang));
    const wait = async (time) => {
      await turn(page, time);
      await page.waitForNetworkIdle({ idleTime: 100 });
    };
    for (const [at, word] of question.split(" ").entries()) {
      if (at) {
        await page.keyboard.type(" ");
        await wait(WORD);
      }
      await typeSlowly(page, "#q", word, LETTER);
    }
    // Until the page settles, and announces what it found.
    await wait(1_000);
    await wait(400);
    await page.waitForFunction(
      () => document.querySelector("[data-search-status]").textContent,
    );
    await page.waitForNetworkIdle({ idleTime: 300 });
    const [results, excerpts] = await page.evaluate(() => {
      const rows = [...document.querySelectorAll(".found-list .row")];
      const isShown = (row) => row.getBoundingClientRect().top < innerHeight;
      return [rows.length, rows.filter(isShown).length];
    });
    const bytes = files.reduce((sum, [, size]) => sum + size, 0);
    return { bytes, requests: files.length, results, excerpts, files };
  };
  try {
    // As high as five results need.
    return await withPage(browser, work, { height: 900 });
  } finally {
    await host.close();
  }
};

// Returns the milliseconds from key to ranked results, each beginning of each question asked as the
// page asks while one types, when all has been loaded before: { median, slow (the 99th percentile) }.
export const latency = async (browser, folder, questions, { lang = "en" } = {}) => {
  const site = readFiles(folder);
  const host = await serve(site);
  try {
    return await withPage(browser, async (page) => {
      await page.goto(host.url + pageOf(site, lang));
      const times = await page.evaluate(
        async (asked, own) => {
          const options = { lang: own, limit: 5, excerpts: false };
          const measured = [];
          for (const isWarm of [false, true]) {
            for (const question of asked) {
              for (let length = 1; length <= question.length; length += 1) {
                const started = performance.now();
                await vademecum.search(question.slice(0, length), options);
                if (isWarm) measured.push(performance.now() - started);
              }
            }
          }
          return measured;
        },
        questions,
        lang,
      );
      times.sort((a, b) => a - b);
      const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
      return { median: at(0.5), slow: at(0.99), count: times.length };
    });
  } finally {
    await host.close();
  }
};

// A larger site whose words are as frequent as in a language: few stand everywhere, many seldom.
const PAGES = 1_500;
const larger = () => {
  const { number, below, pick } = chance(11);
  const syllables = ["ba", "ten", "mi", "ra", "sol", "der", "ku", "an", "pre", "lo", "ger", "vi"];
  const make = () => Array.from({ length: 2 + below(3) }, () => pick(syllables)).join("");
  const words = [...new Set(Array.from({ length: 12_000 }, make))];
  const word = () => words[Math.floor(words.length ** number()) - 1];
  const many = (count) => Array.from({ length: count }, word).join(" ");
  const files = { "content/site.toml": 'title = "Larger"\nlanguages = ["en"]\n' };
  for (let at = 0; at < PAGES; at += 1) {
    const sections = Array.from({ length: 3 }, () => `## ${many(3)}\n\n${many(60)}.\n`);
    files[`content/en/p${at}.md`] = `# ${many(4)}\n\n${many(20)}.\n\n${sections.join("\n")}`;
  }
  files["content/en/index.md"] = "# Home\n";
  // Words of the middle: neither everywhere nor once.
  const questions = [3, 4, 5].map((at) => [40, 160, 400].map((place) => words[place * at]).join(" "));
  return { files, questions };
};

const told = ({ bytes, requests, results, excerpts }) =>
  `${bytes} bytes, ${requests} requests, ${results} results, ${excerpts} on the screen`;

export const typing = async (report, site, browser) => {
  const { files, questions } = larger();
  await withBuilt(files, async (out) => {
    const places = [
      // Words of many languages make the example dear for its size; it is only told what it costs.
      ["the example", site.root, ["children in school", "alternatives to detention"], Infinity],
      [`${PAGES} pages`, out, questions, BYTES],
    ];
    for (const [title, folder, asked, limit] of places) {
      await report.check(`typing: a question costs little on a first visit, ${title}`, async () => {
        const cost = await typingCost(browser, folder, asked[0]);
        const problems = [];
        if (cost.bytes > limit) problems.push(`${cost.bytes} bytes, at most ${limit}`);
        if (cost.requests > REQUESTS) problems.push(`${cost.requests} requests, at most ${REQUESTS}`);
        if (cost.results < 10 || (limit === BYTES && cost.excerpts < EXCERPTS))
          problems.push(`only ${cost.results} results, ${cost.excerpts} on the screen`);
        return { problems, note: told(cost) };
      });
      await report.check(`typing: results follow the keys, ${title}`, async () => {
        const { median, slow, count } = await latency(browser, folder, asked);
        const isQuick = median <= MEDIAN * LENIENT && slow <= SLOWEST * LENIENT;
        const note = `${count} keys, median ${median.toFixed(1)} ms, 99 % within ${slow.toFixed(1)} ms`;
        return { problems: isQuick ? [] : [note], note };
      });
    }
  });
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, ...words] = process.argv.slice(2);
  const question = words.join(" ") || "alternatives to detention";
  const browser = await openBrowser("chromium");
  const cost = await typingCost(browser, folder, question);
  for (const [path, bytes] of cost.files) console.log(`${String(bytes).padStart(7)} ${path}`);
  console.log(`${question}: ${told(cost)}`);
  console.log(await latency(browser, folder, [question]));
  await browser.close();
}
