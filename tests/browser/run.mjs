// Tests a built site in a browser and with the Nu HTML checker.
//
//   node run.mjs SITE_FOLDER [--full]
//
// --full looks at every page where otherwise one of each template is looked at.

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

const flags = process.argv.slice(2).filter((word) => word.startsWith("-"));
const folders = process.argv.slice(2).filter((word) => !word.startsWith("-"));
if (folders.length !== 1 || flags.some((flag) => flag !== "--full")) {
  console.error("usage: node run.mjs SITE_FOLDER [--full]");
  process.exit(2);
}
const full = flags.includes("--full");

const report = new Report();
let site;
await report.check("site: the folder can be read", () => {
  site = readSite(folders[0]);
  return {
    problems: site.pages.size ? [] : ["it holds no page"],
    note: `${site.pages.size} pages`,
  };
});
if (!site) process.exit(report.end());

let samples = [];
await report.check("site: every template has a page in every language", () => {
  const found = samplesOf(site);
  samples = found.samples;
  return { problems: found.missing, note: `${samples.length} samples` };
});

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

await suite("crawl", () => crawl(report, site));
await suite("fuzz", () => fuzz(report, site));
await suite("parity", () => parity(report, site));
for (const name of BROWSERS) {
  let browser;
  await report.check(`${name}: it starts`, async () => {
    browser = await openBrowser(name);
    return { problems: [], note: await browser.version() };
  });
  if (!browser) continue;
  if (name === BROWSERS[0]) {
    await suite("html", () => html(report, site, browser));
    await suite("axe", () => axe(report, site, samples, browser, { full }));
    await suite("pages", () => pages(report, site, samples, browser, { full }));
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
