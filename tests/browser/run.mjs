// Tests a built site in a browser and with the Nu HTML checker.
//
//   node run.mjs SITE_FOLDER [--full]
//
// --full looks at every page where otherwise one of each template is looked at. What only looks at pages runs
// in two processes at once; what listens to a clock comes after it, alone.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readSite, samplesOf } from "./site.mjs";
import { Report } from "./report.mjs";
import { openBrowser } from "./browser.mjs";
import { crawl } from "./crawl.mjs";
import { html } from "./html.mjs";
import { axe } from "./axe.mjs";
import { pages } from "./pages.mjs";
import { search } from "./search.mjs";
import { searchPage } from "./search-page.mjs";
import { writing } from "./writing.mjs";
import { network } from "./network.mjs";
import { others } from "./others.mjs";
import { typing } from "./typing.mjs";
import { fuzz } from "./fuzz.mjs";
import { parity } from "./parity.mjs";
import { weight } from "./weight.mjs";

// All is looked at in the first; search, which asks most of a browser, in each.
const BROWSERS = ["chromium", "firefox"];

// Suites that wait for nothing but pages, in two lanes that take about as long.
const LANES = [
  ["fuzz", "parity", "axe"],
  ["crawl", "html", "pages"],
];

const flags = process.argv.slice(2).filter((word) => word.startsWith("-"));
const folders = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const lane = LANES.findIndex((_, number) => flags.includes(`--lane=${number}`));
const known = (flag) => flag === "--full" || flag === `--lane=${lane}`;
if (folders.length !== 1 || !flags.every(known)) {
  console.error("usage: node run.mjs SITE_FOLDER [--full]");
  process.exit(2);
}
const full = flags.includes("--full");

const report = new Report();
let site;
try {
  site = readSite(folders[0]);
} catch (error) {
  await report.check("site: the folder can be read", () => Promise.reject(error));
  process.exit(report.end());
}
const { samples, missing } = samplesOf(site);

// A suite that breaks off has failed, and the others still run. What it took is printed, to see where
// the time goes.
const suite = async (name, run) => {
  const start = Date.now();
  try {
    await run();
  } catch (error) {
    await report.check(`${name}: the suite runs to its end`, () => Promise.reject(error));
  }
  console.log(`     ${name} took ${Math.round((Date.now() - start) / 1000)} s`);
};

const open = async (name) => {
  let browser;
  await report.check(`${name}: it starts`, async () => {
    browser = await openBrowser(name);
    return { problems: [], note: await browser.version() };
  });
  return browser;
};

// Runs the suites of a lane in a process of its own, and takes over what it counted: its last line.
const runLane = (number) =>
  new Promise((resolve) => {
    const words = [fileURLToPath(import.meta.url), folders[0], `--lane=${number}`];
    if (full) words.push("--full");
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    let last = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (last + text).split("\n");
      last = lines.pop();
      for (const line of lines) {
        if (!report.takeOver(line)) console.log(line);
      }
    });
    child.once("error", (error) => resolve(String(error)));
    child.once("close", (code, signal) => resolve(signal ?? code));
  });

if (lane >= 0) {
  const browser = await open(BROWSERS[0]);
  const suites = {
    crawl: () => crawl(report, site),
    fuzz: () => fuzz(report, site),
    parity: () => parity(report, site),
    html: () => html(report, site, browser),
    axe: () => axe(report, site, samples, browser, { full }),
    pages: () => pages(report, site, samples, browser, { full }),
  };
  for (const name of LANES[lane]) await suite(name, suites[name]);
  await browser?.close();
  process.exit(report.end());
}

await report.check("site: the folder can be read", () => ({
  problems: site.pages.size ? [] : ["it holds no page"],
  note: `${site.pages.size} pages`,
}));
await report.check("site: every template has a page in every language", () => ({
  problems: missing,
  note: `${samples.length} samples`,
}));
const ends = await Promise.all(LANES.map((_, number) => runLane(number)));
await report.check("lanes: each runs to its end", () =>
  ends.flatMap((end, number) => (end === 0 || end === 1 ? [] : [`${LANES[number]}: ${end}`])),
);
await report.check("lanes: each was counted", () =>
  report.lanes === LANES.length ? [] : [`${report.lanes} of ${LANES.length}`],
);
for (const name of BROWSERS) {
  const browser = await open(name);
  if (!browser) continue;
  if (name === BROWSERS[0]) {
    await suite("search page", () => searchPage(report, site, browser));
    await suite("others", () => others(report, site, browser));
    await suite("typing", () => typing(report, site, browser));
  }
  await suite("search", () => search(report, site, browser, name));
  await suite("writing", () => writing(report, site, browser, name));
  await suite("network", () => network(report, site, browser, name));
  await browser.close();
}
await suite("weight", () => weight(report, site));
process.exit(report.end());
