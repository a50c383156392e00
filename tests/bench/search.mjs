// What a search in the browser costs a reader, and making its files the author: bytes, requests, files.
//
//   node search.mjs PROGRAM FOLDER [--pages 10000] [--site SITE] [--peers PEERS] [--check]
//
// makes a site (pages.mjs) below FOLDER, builds it, and asks it questions drawn from its own texts,
// the same ones every time. SITE is measured instead of one that is made. PEERS is where peers.sh put
// Pagefind, which then indexes the same output and is asked the same. With --check, a budget that is
// not kept fails.
//
// Bytes are those of a host that compresses (gzip -6). The page's own HTML and style are left out.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { openEngine, weightOf } from "../browser/engine.mjs";
import { openPagefind } from "./pagefind.mjs";
import { random, read, statistics, wordsOf, write } from "./pages.mjs";

const QUERIES = 40;
const SHOWN = 10;
const LONG = 16;
// A word on more than this share of the pages says too little to be asked for alone.
const COMMON = 0.2;
const KB = 1000;

const folders = [];
const options = { pages: 10000, site: null, peers: null, check: false };
for (const words = process.argv.slice(2); words.length;) {
  const word = words.shift();
  if (word === "--check") options.check = true;
  else if (word.startsWith("--")) options[word.slice(2)] = words.shift();
  else folders.push(resolve(word));
}
if (folders.length !== 2) {
  console.error(
    "usage: node search.mjs PROGRAM FOLDER [--pages 10000] [--site SITE] [--peers PEERS] [--check]",
  );
  process.exit(2);
}
const [program, folder] = folders;
const site = options.site ? resolve(options.site) : join(folder, "site");
const output = join(folder, "output");

// Runs a command; returns seconds of processor time, user and system, and the largest resident set.
const run = (...command) => {
  const measure = [
    "import json, resource, subprocess, sys",
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)",
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)",
    "print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]))",
  ].join("\n");
  const { status, stdout, stderr } = spawnSync("python3", ["-c", measure, ...command], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command.join(" ")} failed: ${stderr.slice(0, 2000)}`);
  const [seconds, kilobytes] = JSON.parse(stdout);
  return { seconds, bytes: kilobytes * 1024 };
};

const filesBelow = (place) =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).size);

const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
const mean = (numbers) => sum(numbers) / numbers.length;

// Draws queries: short ones of two or three words of one page, half of them from its title and
// headings, and long ones as they stand in its text.
const draw = (pages) => {
  const { below, one } = random(11);
  const holding = new Map();
  for (const { words } of pages)
    for (const word of new Set(words)) holding.set(word, (holding.get(word) || 0) + 1);
  const telling = (text) => {
    const words = wordsOf(text).filter((word) => /^\p{L}{3,}$/u.test(word));
    return [...new Set(words.filter((word) => (holding.get(word) || 0) <= COMMON * pages.length))];
  };
  const headings = ({ title, text }) => [title, ...(text.match(/^##+ .*$/gm) || [])].join("\n");
  const short = [];
  while (short.length < 2 * QUERIES) {
    const page = one(pages);
    const words = telling(short.length % 2 ? page.text : headings(page));
    const query = [];
    for (let left = 2 + (short.length % 4 > 1); left > 0 && words.length; left -= 1)
      query.push(...words.splice(below(words.length), 1));
    if (query.length > 1) short.push(query.join(" "));
  }
  const long = [];
  while (long.length < QUERIES) {
    const { words } = one(pages);
    if (words.length >= 4 * LONG) {
      const start = below(words.length - LONG);
      long.push(words.slice(start, start + LONG).join(" "));
    }
  }
  return { first: short.slice(0, QUERIES), second: short.slice(QUERIES), long };
};

const kindOf = (file) => file.match(/([a-z-]+)\d*\.js$/)[1];
const KINDS = ["search", "search-page", "root", "facets", "t", "w", "r", "search-extra", "search-query", "x"];

// What a first reader pays for each of these, asked one after the other.
const ask = async (queries, excerpts) => {
  const { vademecum, cost } = openEngine(output, { searchPage: true });
  const page = join(output, "assets", "search-page.js");
  cost.bytes += weightOf(page);
  cost.requests += 1;
  cost.files.push("assets/search-page.js");
  let before = 0;
  const paid = [];
  for (const query of queries) {
    const { total } = await vademecum.search(query, { limit: SHOWN, excerpts });
    const kinds = new Map(before ? [] : [["root", [0, cost.carried]]]);
    for (const file of cost.files.slice(before)) {
      const [requests, bytes] = kinds.get(kindOf(file)) || [0, 0];
      kinds.set(kindOf(file), [requests + 1, bytes + weightOf(join(output, file))]);
    }
    const bytes = sum([...kinds.values()].map(([, bytes]) => bytes));
    paid.push({ query, found: total, kinds, requests: cost.files.length - before, bytes });
    before = cost.files.length;
  }
  return paid;
};

const each = async (queries, call) => {
  const answers = [];
  for (const [at, query] of queries.entries()) answers.push(await call(query, at));
  return answers;
};

const summary = (name, answers) => {
  const worst = answers.reduce((most, answer) => (answer.bytes > most.bytes ? answer : most));
  const requests = answers.map((answer) => answer.requests);
  return {
    name,
    answers,
    bytes: mean(answers.map(({ bytes }) => bytes)),
    most: worst.bytes,
    requests: mean(requests),
    mostRequests: Math.max(...requests),
    worst: worst.query,
    found: mean(answers.map(({ found }) => found)),
    none: answers.filter(({ found }) => !found).length,
  };
};

const table = (rows) => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) =>
          column ? String(cell).padStart(widths[column]) : String(cell).padEnd(widths[column]),
        )
        .join("  "),
    );
};

const kb = (bytes) => (bytes / KB).toFixed(1);
const mb = (bytes) => (bytes / 1e6).toFixed(1);

// 1. The site.
mkdirSync(folder, { recursive: true });
// What is old is set aside and removed at the end: a disk with ext4 passes over every file that was
// removed in the last minutes when it makes a new one, and that would count as the program's time.
const outdated = join(folder, "outdated");
rmSync(outdated, { recursive: true, force: true });
mkdirSync(outdated, { recursive: true });
for (const old of [output, join(folder, "pagefind"), ...(options.site ? [] : [site])])
  if (existsSync(old)) renameSync(old, join(outdated, basename(old)));
if (!options.site) write(site, Number(options.pages));
const pages = read(site);
console.log(statistics(pages));
const built = run(program, "--root", site, "build", "--out", output);
const { first, second, long } = draw(pages);

// 2. The reader.
const { vademecum, cost } = openEngine(output, { searchPage: true });
await vademecum.names();
const before = cost.bytes + weightOf(join(output, "assets", "search-page.js"));
const NAMES = ["first query", "second query", "question of 16 words"];
// Asks all questions of a kind, the second of each reader after the first.
const askAll = async (call) => {
  const pairs = await each(first, (query, at) => call([query, second[at]]));
  const questions = await each(long, (query) => call([query]));
  const all = [pairs.map(([one]) => one), pairs.map(([, other]) => other), questions.map(([one]) => one)];
  return all.map((answers, at) => summary(NAMES[at], answers));
};
const [plain, full] = [
  await askAll((queries) => ask(queries, false)),
  await askAll((queries) => ask(queries, true)),
];
for (const kind of full) kind.name += ", ten excerpts";
const kinds = plain.flatMap((kind, at) => [kind, full[at]]);
const LIMITS = [[40, 15], [65, 22], [24], [46], [75], [105]];
const sizes = filesBelow(join(output, "search"));

const budgets = [];
kinds.forEach(({ name, bytes, most, requests, mostRequests }, at) => {
  const [limit, limitOfRequests] = LIMITS[at];
  budgets.push([`${name}, kB`, bytes / KB, most / KB, limit]);
  if (limitOfRequests) budgets.push([`${name}, requests`, requests, mostRequests, limitOfRequests]);
});
budgets.push(["before any query, kB", before / KB, null, 18]);
for (const script of ["search.js", "search-page.js"])
  budgets.push([`${script}, bytes`, weightOf(join(output, "assets", script)), null, 8 * 1024]);
budgets.push(["files of the search, MB", sum(sizes) / 1e6, null, 13.5]);
budgets.push(["files of the search", sizes.length, null, 3000]);

const shown = (number) => (number === null ? "" : Number.isInteger(number) ? number : number.toFixed(1));
console.log(`\nBudgets: ${QUERIES} queries of each kind; the mean counts.\n`);
table([
  ["", "mean", "worst", "at most", ""],
  ...budgets.map(([name, value, most, limit]) => [
    name,
    shown(value),
    shown(most),
    limit,
    value > limit ? "OVER" : "ok",
  ]),
]);
console.log("\nThe heaviest of each kind:");
for (const { name, worst, most } of kinds) console.log(`  ${name}: ${kb(most)} kB, "${worst}"`);

console.log("\nWhere the bytes go: kB (files), mean.\n");
table([
  ["", ...KINDS, "sum", "hits"],
  ...kinds.map(({ name, answers, bytes, requests, found }) => [
    name,
    ...KINDS.map((kind) => {
      const all = answers.map((answer) => answer.kinds.get(kind) || [0, 0]);
      const files = mean(all.map(([files]) => files));
      return all.some(([, bytes]) => bytes) ? `${kb(mean(all.map(([, bytes]) => bytes)))} (${files.toFixed(1)})` : "";
    }),
    `${kb(bytes)} (${requests.toFixed(1)})`,
    Math.round(found),
  ]),
]);

console.log("\nOn the disk:\n");
const onDisk = new Map();
for (const name of readdirSync(join(output, "search", "en"))) {
  const [files, bytes] = onDisk.get(kindOf(name)) || [0, 0];
  onDisk.set(kindOf(name), [files + 1, bytes + statSync(join(output, "search", "en", name)).size]);
}
table([
  ["", "files", "kB", "kB a file"],
  ...[...onDisk].map(([kind, [files, bytes]]) => [kind, files, kb(bytes), kb(bytes / files)]),
]);

// The program answers alike: words as they stand, with a last word that is not finished, and alone. A
// large site has common terms, which lie in files of their own.
process.env.VADEMECUM = program;
const { withServed } = await import("../browser/program.mjs");
const { compare } = await import("../browser/parity.mjs");
const unlike = await withServed(site, async (url) => {
  const short = [...first, ...second];
  const unfinished = short.map((query) => query.slice(0, -2));
  const alone = short.flatMap((query) => query.split(" "));
  const questions = [...short, ...unfinished, ...alone, ...long];
  const problems = await each(questions, (query) =>
    compare(vademecum, url, { lang: "en", query, options: { limit: SHOWN } }),
  );
  console.log(`\n${questions.length} questions were put to the program as well.`);
  return problems.flat();
});
for (const problem of unlike) console.log(problem);

// 3. The author, and Pagefind on the same output. A build without the search cannot be had. Its
// processor time is less than what the build takes beyond `check`, which reads and links the same
// pages and writes nothing; what it adds to the peak of memory, these two do not tell.
const checked = run(program, "--root", site, "check");
const costs = [
  ["the whole build", built.seconds.toFixed(1), mb(built.bytes), mb(sum(sizes)), sizes.length],
  ["check, which writes nothing", checked.seconds.toFixed(1), mb(checked.bytes), "", ""],
];
if (options.peers) {
  const index = join(folder, "pagefind");
  const peer = run(
    join(resolve(options.peers), "pagefind"),
    "--site",
    output,
    "--output-path",
    index,
  );
  const its = filesBelow(index);
  costs.push(["Pagefind alone", peer.seconds.toFixed(1), mb(peer.bytes), mb(sum(its)), its.length]);
  const peers = await askAll(async (queries) => {
    const { search, cost } = await openPagefind(index);
    const paid = [];
    for (const query of queries) {
      const { bytes, requests } = cost;
      const found = await search(query, SHOWN);
      paid.push({ query, found, bytes: cost.bytes - bytes, requests: cost.requests - requests });
    }
    return paid;
  });
  console.log("\nThe same questions with ten results and excerpts, side by side: mean (worst).\n");
  table([
    ["", "kB", "requests", "found nothing", "Pagefind: kB", "requests", "found nothing"],
    ...peers.map((peer, at) => {
      const cells = ({ bytes, most, requests, mostRequests, none }) => [
        `${kb(bytes)} (${kb(most)})`,
        `${requests.toFixed(1)} (${mostRequests})`,
        none,
      ];
      return [peer.name, ...cells(full[at]), ...cells(peer)];
    }),
  ]);
}
console.log("\nMaking it:\n");
table([["", "processor, s", "peak memory, MB", "MB on the disk", "files"], ...costs]);

const over = budgets.filter(([, value, , limit]) => value > limit);
console.log(`\n${budgets.length - over.length} of ${budgets.length} budgets are kept.`);
rmSync(outdated, { recursive: true });
if (unlike.length || (options.check && over.length)) process.exit(1);
