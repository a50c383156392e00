// Every text says in which language it is, and runs in that language's direction: on pages of each
// template in each language, on records that have no translation, and on terms named in all of them.

import { withPage } from "./browser.mjs";

// Pages with much of another language: a record and an organisation without a translation, a list of
// such records, a term, a concept.
const PATHS = [
  "practices/ke-shelter-trafficking-victims/index.html",
  "organisations/unicef/index.html",
  "practices/index.html",
  "objectives/13/index.html",
  "concepts/alternatives-to-detention/index.html",
];

export const tongues = async (report, { site, samples, browser, places }) => {
  const paths = samples.map(({ path, address }) => ({ path, address: address ?? path }));
  for (const { folder } of site.languages)
    for (const path of PATHS.map((below) => `${folder}/${below}`))
      if (site.pages.has(path)) paths.push({ path, address: path });
  for (const { path, address } of paths) {
    await report.check(`pages: language and direction of every text of ${path}`, () =>
      withPage(browser, async (page) => {
        await page.goto(`${places.host.url}${address}`, { waitUntil: "load" });
        return page.evaluate(look);
      }),
    );
  }
};

// Runs in the page.
const look = () => {
  const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];
  // A script and the languages of ours that are written in it. Latin words of one's own occur in every
  // language, so only a run of them is a text in another.
  const SCRIPTS = [
    [/\p{Script=Arabic}{3,}/u, ["ar", "fa", "ur"]],
    [/\p{Script=Cyrillic}{3,}/u, ["ru"]],
    [/\p{Script=Han}{2,}/u, ["zh", "ja"]],
    [/(\b\p{Script=Latin}{2,}[ ,]+){5,}/u, ["en", "fr", "es", "de"]],
  ];
  const problems = new Set();
  const name = (element) => `<${element.localName} class="${element.className}">`;
  for (const element of document.querySelectorAll("[lang]")) {
    const [primary] = element.lang.split("-");
    const expected = RIGHT_TO_LEFT.includes(primary) ? "rtl" : "ltr";
    const found = getComputedStyle(element).direction;
    if (found !== expected) problems.add(`${name(element)} in ${element.lang} runs ${found}`);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest("script, style, code, pre")) continue;
    const text = walker.currentNode.textContent;
    const lang = parent.closest("[lang]")?.lang.split("-")[0];
    for (const [script, languages] of SCRIPTS)
      if (script.test(text) && !languages.includes(lang))
        problems.add(`${name(parent)} is said to be ${lang}: ${text.trim().slice(0, 60)}`);
  }
  return [...problems];
};
