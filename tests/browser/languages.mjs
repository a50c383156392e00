// A reader gets the site in a language of theirs, and can change it without losing the page.

import { withPage } from "./browser.mjs";

export const languages = async (report, { site, samples, browser, places }) => {
  for (const place of [places.host, places.disk, places.folder]) {
    for (const { folder, lang } of site.languages) {
      // A region is no other language: a browser set to French of Canada finds the French pages.
      for (const wanted of [[lang], ["tlh", `${lang}-AQ`]]) {
        await report.check(
          `pages: index.html leads a browser in ${wanted.join(", ")} to ${lang} ${place.name}`,
          () =>
            withPage(browser, async (page) => {
              await prefer(page, wanted);
              const found = await arrive(
                page,
                `${place.url}index.html`,
                `${place.url}${folder}/index.html`,
              );
              return found ? [] : [`it stays at ${page.url()}`];
            }),
        );
      }
    }
  }
  await report.check("pages: index.html stays for a browser in no language of the site", () =>
    withPage(browser, async (page) => {
      await prefer(page, ["tlh"]);
      const url = `${places.host.url}index.html`;
      await page.goto(url, { waitUntil: "networkidle0" });
      return page.url() === url ? [] : [`it leads to ${page.url()}`];
    }),
  );
  await report.check("pages: index.html leads to the language that was chosen last", () =>
    withPage(browser, async (page) => {
      const [first, last] = [site.languages[0], site.languages.at(-1)];
      await prefer(page, [first.lang]);
      await page.goto(`${places.host.url}${first.folder}/index.html`);
      await Promise.all([
        page.waitForNavigation(),
        page.click(`.languages a[data-language="${last.lang}"]`),
      ]);
      const home = `${places.host.url}${last.folder}/index.html`;
      const found = await arrive(page, `${places.host.url}index.html`, home);
      return found ? [] : [`it leads to ${page.url()}`];
    }),
  );
  for (const place of [places.host, places.disk, places.folder]) {
    await report.check(`pages: the language switch leads to the same record ${place.name}`, () =>
      withPage(browser, (page) => switchAll(page, site, place, samples)),
    );
  }
};

const prefer = (page, wanted) =>
  page.evaluateOnNewDocument((list) => {
    Object.defineProperty(Navigator.prototype, "languages", { get: () => list });
    Object.defineProperty(Navigator.prototype, "language", { get: () => list[0] });
  }, wanted);

// The page itself sends the reader on, so the browser's first stop may be over before it is reported.
const arrive = async (page, from, to) => {
  await page.goto(from).catch(() => {});
  return page
    .waitForFunction(
      (url) => location.href === url && document.readyState === "complete",
      { timeout: 5_000 },
      to,
    )
    .then(
      () => true,
      () => false,
    );
};

const switchAll = async (page, site, place, samples) => {
  const problems = [];
  for (const { path, language } of samples.filter(({ kind }) => kind === "record")) {
    for (const other of site.languages) {
      const same = other.folder + path.slice(language.folder.length);
      if (other === language) continue;
      if (!site.pages.has(same)) {
        problems.push(`${same} is missing, so the switch cannot be tried`);
        continue;
      }
      await page.goto(place.url + path);
      await Promise.all([
        page.waitForNavigation(),
        page.click(`.languages a[data-language="${other.lang}"]`),
      ]);
      const lang = await page.evaluate(() => document.documentElement.lang);
      if (page.url() !== place.url + same) problems.push(`${path}: leads to ${page.url()}`);
      if (lang !== other.lang) problems.push(`${path}: leads to a page in ${lang}`);
    }
  }
  return problems;
};
