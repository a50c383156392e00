// Every template opens without a fault from every place, and its links lead on.

import { faultless } from "./visit.mjs";
import { serve } from "./server.mjs";
import { withPage } from "./browser.mjs";

export const loading = async (report, { site, samples, browser, places, full }) => {
  for (const place of [places.host, places.disk, places.folder]) {
    await withPage(browser, async (page) => {
      for (const sample of samples.filter(({ kind }) => kind !== "404"))
        await report.check(`pages: ${sample.name} opens without a fault ${place.name}`, () =>
          faultless(page, place, sample),
        );
    });
    await report.check(`pages: links lead on ${place.name}`, () =>
      withPage(browser, (page) => followLinks(page, place, samples)),
    );
  }
  // It belongs to a host, at the path that the site's url says. Its own absence is no fault.
  for (const sample of samples.filter(({ kind }) => kind === "404"))
    await report.check(`pages: ${sample.name} opens without a fault ${places.host.name}`, () =>
      withPage(browser, (page) => faultless(page, places.host, sample)),
    );
  for (const width of [1280, 360]) {
    await report.check(`pages: the header stands still while a page comes slowly, ${width} px`, () =>
      slowly(site, browser, width),
    );
  }
  await report.check("pages: the 404 page leads home, in every language", () =>
    withPage(browser, async (page) => {
      const answer = await page.goto(`${places.host.url}no/such/page.html`);
      if (answer.status() !== 404) return [`the host answered with ${answer.status()}`];
      const links = await page.$$eval("main a", (all) =>
        all.map((a) => ({ href: a.href, lang: a.closest("[lang]").lang, text: a.closest("[lang]").textContent })),
      );
      const wanted = await page.$$eval(".languages [lang]", (all) => all.map(({ lang }) => lang));
      const problems = wanted.filter((lang) => !links.some((link) => link.lang === lang));
      if (new Set(links.map(({ text }) => text)).size < links.length) problems.push("it says the same twice");
      for (const { href, lang } of links) {
        const { template, lang: own } = site.pages.get(href.slice(places.host.url.length)) ?? {};
        if (template !== "home" || own !== lang) problems.push(`a link in ${lang} leads to ${href}`);
      }
      await Promise.all([page.waitForNavigation(), page.click("main a")]);
      if (page.url() !== links[0].href) problems.push(`its link leads to ${page.url()}`);
      return problems;
    }),
  );
  if (full) {
    await report.check("pages: every page opens without a fault from a host", () =>
      withPage(browser, (page) => openAll(page, site, places.host)),
    );
  }
};

// Goes from the record by the menu, by a fact and by the site's name, and sees a styled page each time.
const followLinks = async (page, place, samples) => {
  const problems = [];
  for (const { path } of samples.filter(({ kind }) => kind === "record")) {
    for (const link of [".menu a", ".facts dd a", ".site-name a"]) {
      await page.goto(place.url + path);
      const wanted = await page.$eval(link, (a) => a.href);
      await Promise.all([page.waitForNavigation(), page.click(link)]);
      const state = await page.evaluate(() => ({
        heading: document.querySelector("main h1")?.textContent,
        styled:
          getComputedStyle(document.querySelector(".site-header")).borderBottomWidth !== "0px",
      }));
      if (page.url() !== wanted)
        problems.push(`${path}: ${link} leads to ${page.url()}, not to ${wanted}`);
      if (!state.heading) problems.push(`${path}: ${link} leads to a page without a heading`);
      if (!state.styled) problems.push(`${path}: ${link} leads to a page without its style`);
    }
  }
  return problems;
};

// Lets the front pages come item by item, and tells what of the header moved on the way.
const slowly = async (site, browser, width) => {
  const pieces = (text) => text.split(/(?=<li>)/);
  const host = await serve(site, { hinder: (path) => (path.endsWith(".html") ? { pieces } : {}) });
  try {
    return await withPage(
      browser,
      async (page) => {
        await page.evaluateOnNewDocument(() => {
          window.moved = [];
          new PerformanceObserver((list) => {
            for (const { node } of list.getEntries().flatMap(({ sources }) => sources))
              if (node?.parentElement?.closest(".site-header"))
                window.moved.push(`${node.className || node.nodeName} moved`);
          }).observe({ type: "layout-shift", buffered: true });
        });
        const problems = [];
        for (const { folder, lang } of site.languages.filter(({ lang }) => ["en", "ar"].includes(lang))) {
          await page.goto(`${host.url}${folder}/index.html`);
          problems.push(...(await page.evaluate(() => window.moved)).map((what) => `${lang}: ${what}`));
          const shown = await page.$eval(".site-header", (header) =>
            header.checkVisibility({ visibilityProperty: true }),
          );
          if (!shown) problems.push(`${lang}: the header is not shown in the end`);
        }
        return problems;
      },
      { width },
    );
  } finally {
    await host.close();
  }
};

const openAll = async (page, site, place) => {
  const problems = [];
  const todo = [...site.pages.values()].filter(
    ({ template }) => !["redirect", "404"].includes(template),
  );
  for (const { path, template } of todo) {
    const address = template === "languages" ? `${path}#choose` : path;
    for (const fault of await faultless(page, place, { address }))
      problems.push(`${path}: ${fault}`);
  }
  return { problems, note: `${todo.length} pages` };
};
