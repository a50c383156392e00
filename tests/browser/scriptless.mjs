// Without JavaScript the site is still read: nothing but the search needs it, and the search says so.

import { withPage } from "./browser.mjs";

export const scriptless = async (report, { site, samples, browser, places }) => {
  const check = (name, work) =>
    report.check(`pages: without JavaScript ${name}`, () =>
      withPage(browser, async (page) => {
        await page.setJavaScriptEnabled(false);
        return work(page);
      }),
    );
  await check("index.html shows a link for each language", async (page) => {
    const url = `${places.host.url}index.html`;
    await page.goto(url, { waitUntil: "networkidle0" });
    const problems = page.url() === url ? [] : [`it leads to ${page.url()}`];
    const links = await seen(page, "main a");
    for (const { folder, lang } of site.languages) {
      if (!links.some(({ href }) => href === `${places.host.url}${folder}/index.html`))
        problems.push(`no link to ${lang} is in sight`);
    }
    return problems;
  });
  const content = {
    record: ["main h1", "main .lead", ".facts dd", ".record > .body p", ".sources li", ".citation"],
    list: ["main h1", ".rows .row-title a", ".narrow a"],
    term: ["main h1", ".rows .row-title a"],
    terms: ["main h1", ".way a"],
    search: ["main h1", "input[type=search]", ".browse a"],
  };
  for (const { name, kind, path } of samples) {
    if (!content[kind]) continue;
    await check(`${name} shows its content`, async (page) => {
      await page.goto(places.host.url + path);
      const problems = [];
      for (const selector of content[kind]) {
        if ((await seen(page, selector)).length === 0) problems.push(`${selector} is not in sight`);
      }
      // What does nothing without a script is not offered.
      for (const selector of ["[data-copy]", "fieldset[data-colours]"]) {
        if ((await seen(page, selector)).length > 0) problems.push(`${selector} is in sight`);
      }
      return problems;
    });
  }
  for (const { name, path } of samples.filter(({ kind }) => kind === "search")) {
    await check(`${name} says that it needs it`, async (page) => {
      await page.goto(places.host.url + path);
      const notices = await seen(page, "noscript .notice");
      return notices.some(({ text }) => text.includes("JavaScript"))
        ? []
        : ["no such notice is in sight"];
    });
  }
};

const seen = (page, selector) =>
  page.$$eval(selector, (elements) =>
    elements
      .filter(
        (element) =>
          element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
          element.getClientRects().length > 0,
      )
      .map((element) => ({ href: element.href, text: element.textContent })),
  );
