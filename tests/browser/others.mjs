// Searching in one language a site that is written in several: results in the reader's language come
// first, the others beside them, and a concept that was understood can be taken off.

import { pathToFileURL } from "node:url";
import { withPage } from "./browser.mjs";
import { serve } from "./server.mjs";
import { searchAddress } from "./results.mjs";

const wait = (page, test, ...values) => page.waitForFunction(test, { timeout: 20_000 }, ...values);
const found = (page) => wait(page, () => document.documentElement.dataset.asked === "found");

const look = (page) =>
  page.evaluate(() => {
    const rows = (selector) => [...document.querySelectorAll(`${selector} > .row`)];
    const marked = (row) => row.querySelector(".row-title .mark") !== null;
    return {
      own: rows("[data-search-results]").map(marked),
      beside: rows("[data-search-others] .rows").map(marked),
      elsewhere: document.querySelector("[data-search-elsewhere]").checkVisibility(),
      concepts: [...document.querySelectorAll("[data-concept]")].map((chip) => [
        chip.dataset.concept,
        chip.getAttribute("aria-pressed"),
      ]),
      query: location.search,
      total: document.querySelector("[data-search-total]").textContent,
    };
  });

const works = {
  "results of one's own language come first, the others beside them": async (page, open) => {
    await open("Thailand");
    await found(page);
    await wait(page, () => document.querySelector("[data-search-others] .row"));
    const { own, beside, elsewhere } = await look(page);
    const problems = [];
    if (!own.length || own.some(Boolean)) problems.push("another language stands among one's own");
    if (!beside.length || !beside.every(Boolean)) problems.push("beside stands one's own language");
    if (!elsewhere) problems.push("nothing says so above");
    const { total } = await look(page);
    await page.click("[data-search-elsewhere] button");
    await wait(page, (before) => document.querySelector("[data-search-total]").textContent !== before, total);
    await wait(page, () => document.querySelector("[data-search-results] > .row"));
    const all = await look(page);
    const number = (text) => Number(text.match(/\d+/)[0]);
    if (!all.query.includes("all=1") || number(all.total) <= number(total) || all.elsewhere)
      problems.push(`asked for all, it says "${all.total}" after "${total}"`);
    await page.goBack();
    await wait(page, (before) => document.querySelector("[data-search-total]").textContent === before, total);
    return problems;
  },
  "what only others hold is shown at once": async (page, open) => {
    await open("Makonde");
    await found(page);
    const { own, elsewhere } = await look(page);
    // A page of one's own may hold the word too; then the others are offered as soon as they are counted.
    if (own.length && !own.some(Boolean)) {
      await wait(page, () => document.querySelector("[data-search-elsewhere]").checkVisibility());
      return [];
    }
    return own.length && own.every(Boolean) && !elsewhere ? [] : ["it is not shown, or stands beside"];
  },
  "a concept can be taken off and put back": async (page, open) => {
    await open("AVRR");
    await found(page);
    const problems = [];
    const [[id, pressed]] = (await look(page)).concepts;
    if (pressed !== "true") problems.push("it is not searched for");
    await page.click(`[data-concept="${id}"]`);
    await wait(page, (id) => new URLSearchParams(location.search).get("off") === id, id);
    await wait(page, () => document.querySelector('[data-concept][aria-pressed="false"]'));
    await page.reload();
    await wait(page, () => document.querySelector('[data-concept][aria-pressed="false"]'));
    await page.click(`[data-concept="${id}"]`);
    await wait(page, () => document.querySelector('[data-concept][aria-pressed="true"]'));
    if ((await look(page)).query.includes("off=")) problems.push("the address still takes it off");
    return problems;
  },
};

export const others = async (report, site, browser) => {
  const host = await serve(site);
  const places = [
    { name: "from a host", url: host.url },
    { name: "from a disk", url: `${pathToFileURL(site.root).href}/` },
  ];
  try {
    for (const place of places)
      for (const language of site.languages.filter(({ lang }) => !["en", "fr"].includes(lang)))
        for (const [name, work] of Object.entries(works))
          await report.check(`others: ${name}, ${language.lang} ${place.name}`, () =>
            withPage(browser, (page) =>
              work(page, (query) =>
                page.goto(searchAddress(place, language, `?q=${encodeURIComponent(query)}`)),
              ),
            ),
          );
  } finally {
    await host.close();
  }
};
