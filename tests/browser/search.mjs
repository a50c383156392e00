// The search page finds a record by what a reader would type, also when the site lies on a disk.

import { faultless } from "./visit.mjs";
import { knownRecord } from "./site.mjs";
import { withPage } from "./browser.mjs";

export const search = async (report, { site, browser, places }) => {
  for (const place of [places.host, places.disk, places.folder]) {
    for (const language of site.languages) {
      const name = `in ${language.lang} ${place.name}`;
      await report.check(`pages: typing finds a record ${name}`, () =>
        withPage(browser, (page) => typing(page, site, place, language)),
      );
      await report.check(`pages: a search from another page finds a record ${name}`, () =>
        withPage(browser, (page) => fromElsewhere(page, site, place, language)),
      );
    }
  }
  for (const language of site.languages) {
    await report.check(`pages: a search says when it finds nothing in ${language.lang}`, () =>
      withPage(browser, async (page) => {
        await page.goto(`${places.host.url}${language.folder}/search/index.html`);
        await page.type("input[type=search]", "zzyzxq");
        const said = await page.$eval("[role=status]", (element) => element.textContent);
        const rows = (await results(page)).length;
        return [
          ...(said.includes("zzyzxq") ? [] : [`it says "${said}"`]),
          ...(rows === 0 ? [] : [`it finds ${rows} pages`]),
        ];
      }),
    );
  }
};

const results = (page) =>
  page.$$eval("[data-search-results] a", (links) => links.map((link) => link.href));

// Marks are often left out by those who type fast.
const plain = (text) =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();

const typing = async (page, site, place, language) => {
  const { path, words } = knownRecord(site, language);
  const problems = await faultless(page, place, {
    address: `${language.folder}/search/index.html`,
  });
  await page.type("input[type=search]", plain(words.join(" ")));
  const found = await results(page);
  const at = found.indexOf(place.url + path);
  if (at < 0)
    return [
      ...problems,
      `${path} is not among ${found.length} pages found for "${words.join(" ")}"`,
    ];
  if (at > 4) problems.push(`${path} is only number ${at + 1}`);
  const status = await page.$eval("[role=status]", (element) => element.textContent);
  if (!/\p{N}/u.test(status)) problems.push(`the number of pages is not told: "${status}"`);
  const links = await page.$$("[data-search-results] a");
  await Promise.all([page.waitForNavigation(), links[at].click()]);
  if (page.url() !== place.url + path) problems.push(`the link leads to ${page.url()}`);
  // On the way back the reader finds the results again.
  await page.goBack();
  await page
    .waitForSelector("[data-search-results] a", { timeout: 3_000 })
    .catch(() => problems.push("the results are gone on the way back"));
  return problems;
};

const fromElsewhere = async (page, site, place, language) => {
  const { path, words } = knownRecord(site, language);
  await page.goto(place.url + path);
  await page.type("header input[type=search]", words.join(" "));
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  const problems = [];
  const wanted = `${place.url}${language.folder}/search/index.html?q=`;
  if (!page.url().startsWith(wanted)) problems.push(`the search leads to ${page.url()}`);
  if (!(await results(page)).includes(place.url + path)) problems.push(`${path} is not found`);
  return problems;
};
