// The search as readers use it: the page and its engine together, from a host, from a folder of a
// host and from a disk.

import { pathToFileURL } from "node:url";
import { listen, refused } from "./faults.mjs";
import { withPage } from "./browser.mjs";
import { POLICY, serve } from "./server.mjs";
import { answered, ask, differ, look, searchAddress, settled } from "./results.mjs";
import { knownRecord } from "./site.mjs";

const STRICT =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; manifest-src 'self'";

// Without marks, as those write who type fast.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// Firefox may keep a page as it was, and then tells of no loading.
const back = async (page, address) => {
  await page.evaluate(() => void setTimeout(() => history.back()));
  await page.waitForFunction(
    (wanted) => location.href === wanted && document.querySelector(".row-title a"),
    {},
    address,
  );
};

// Each check gets a page and a way to open the search page with a query. All end with the question
// whether anything went wrong meanwhile.
const CHECKS = {
  "a question gets results with marks, and a result leads to its section": async (tools) => {
    const { page, open, place, site, language } = tools;
    const { path, words } = knownRecord(site, language);
    await open();
    await ask(page, plain(words.join(" ")));
    const found = await look(page);
    const at = found.links.indexOf(place.url + path);
    if (at < 0 || at > 4) return [`${path} is number ${at + 1} of ${found.titles.length}`];
    // The excerpt names the section and says where it is.
    await page.waitForFunction(
      () => document.querySelector('.row-summary bdi') && document.querySelector(".row-summary mark"),
    );
    const problems = found.count ? [] : [`the number of pages is not told: "${found.total}"`];
    const here = page.url();
    const links = await page.$$('.row-title a[href*="#"]');
    if (!links.length) return [...problems, "no result leads to a section"];
    const address = await links[0].evaluate((link) => link.href);
    await Promise.all([page.waitForNavigation(), links[0].click()]);
    const landed = await page.evaluate(() => {
      const id = decodeURIComponent(location.hash.slice(1));
      const top = document.getElementById(id)?.getBoundingClientRect().top;
      return { address: location.href, top };
    });
    problems.push(...differ("the address", landed.address, address));
    if (!(landed.top >= -5 && landed.top < 800)) problems.push(`the section is at ${landed.top}`);
    await back(page, here);
    return [...problems, ...differ("results on the way back", (await look(page)).titles, found.titles)];
  },
  "the words of a question from another page go along": async ({ page, place, site, language }) => {
    const { path, words } = knownRecord(site, language);
    await page.goto(place.url + path);
    await page.type("header input[type=search]", words.join(" "));
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    await settled(page);
    const { search, links } = await look(page);
    const problems = search.startsWith("?q=") ? [] : [`it leads to ${search}`];
    return links.includes(place.url + path) ? problems : [...problems, `${path} is not found`];
  },
  "filters narrow down, and address, Back and a reload keep them": async ({ page, open }) => {
    await open("?q=migrants");
    await settled(page);
    const all = await look(page);
    await page.$$eval(".facet", (groups) => groups.forEach((group) => (group.open = true)));
    const chosen = await page.$$eval(".facet:not([hidden]) li:not([hidden]) label", (labels) => {
      const counts = labels.map((label) => Number(label.querySelector(".count").textContent));
      const at = counts.findIndex((count) => count > 1 && count < 20);
      labels[at].setAttribute("data-chosen", "");
      return { count: counts[at], name: labels[at].children[1].textContent };
    });
    await answered(page, () => page.$eval("[data-chosen]", (label) => label.click()));
    const narrow = await look(page);
    const problems = differ("results with the filter", narrow.count, chosen.count);
    if (!(narrow.chips.length === 1 && narrow.chips[0].includes(chosen.name)))
      problems.push(`chips: ${narrow.chips}`);
    const state = ({ search, field, titles, chips, total }) => ({ search, field, titles, chips, total });
    await page.reload();
    await settled(page);
    problems.push(...differ("after a reload", state(await look(page)), state(narrow)));
    await answered(page, () => page.goBack());
    problems.push(...differ("on the way back", state(await look(page)), state(all)));
    await answered(page, () => page.goForward());
    problems.push(...differ("forward again", state(await look(page)), state(narrow)));
    await answered(page, () => page.click(".chips .chip"));
    return [...problems, ...differ("without the chip", (await look(page)).count, all.count)];
  },
  "the keyboard is enough": async ({ page, open }) => {
    await open("?q=migrants");
    await settled(page);
    const { titles } = await look(page);
    await page.focus("#q");
    const problems = [];
    const press = async (key, wanted) => {
      await page.keyboard.press(key);
      problems.push(...differ(`focus after ${key}`, (await look(page)).focus, wanted));
    };
    await press("ArrowDown", titles[0]);
    await press("ArrowDown", titles[1]);
    await press("ArrowUp", titles[0]);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    const heading = await page.$eval("h1", (element) => element.textContent.trim());
    return [...problems, ...differ("the page", heading, titles[0])];
  },
  "the beginning of a word is enough while it is typed": async ({ page, open, language }) => {
    const [beginning, mark] = language.lang === "fr" ? ["appren", /^appren/i] : ["statele", /^stateless/i];
    await open();
    await page.type("#q", beginning);
    await page.waitForSelector(".row-title a");
    await settled(page);
    await page.waitForSelector(".row-summary mark");
    const { marks } = await look(page);
    return marks.every((text) => mark.test(plain(text))) ? [] : [`marks: ${marks}`];
  },
  "a wrong letter is corrected, and the reader may insist": async ({ page, open }) => {
    await open("?q=detentoin");
    await settled(page);
    const found = await look(page);
    const problems = found.titles.length ? [] : ["nothing is found"];
    if (!/d[eé]tention/.test(found.understood)) problems.push(`understood: "${found.understood}"`);
    await answered(page, () => page.click("[data-search-understood] button"));
    const { titles, search } = await look(page);
    return [...problems, ...differ("insisting", [titles, search], [[], "?q=detentoin&insist=1"])];
  },
  "phrases, exclusions and fields": async ({ page, open, language }) => {
    const [phrase, words] =
      language.lang === "fr" ? ["droits humains", "humains droits"] : ["peer learning", "learning peer"];
    await open();
    const count = async (query) => {
      await ask(page, query);
      return (await look(page)).count;
    };
    const problems = [];
    const [whole, loose, unclosed] = [
      await count(`"${phrase}"`), await count(words), await count(`"${words} `),
    ]; // prettier-ignore
    // A quote that nobody has closed yet says nothing.
    if (!(whole > 0 && loose > whole && unclosed === loose))
      problems.push(`"${phrase}" ${whole}, ${words} ${loose}, "${words} ${unclosed}`);
    // Of a phrase that no page holds, the words are searched, which is said; the reader may insist.
    const turned = await count(`"${words}"`);
    const { understood } = await look(page);
    if (turned !== loose || !understood.includes(words)) problems.push(`turned: ${turned}, "${understood}"`);
    await answered(page, () => page.click("[data-search-understood] button"));
    const { titles } = await look(page);
    if (titles.length) problems.push(`insisting on "${words}" finds ${titles}`);
    const [all, without, field] = [
      await count("detention "), await count("detention -covid "), await count("detention country:TH"),
    ]; // prettier-ignore
    if (!(all > without && without > 0)) problems.push(`all ${all}, without ${without}`);
    if (!(all > field && field > 0)) problems.push(`all ${all}, in one country ${field}`);
    return problems;
  },
  "accents need not be typed": async ({ page, open, language }) => {
    await open();
    const [typed, written] = language.lang === "fr" ? ["refugies equateur", "réfugiés Équateur"] : ["cote d'ivoire", "Côte d’Ivoire"];
    await ask(page, typed);
    const { titles } = await look(page);
    await ask(page, written);
    const problems = titles.length ? [] : [`"${typed}" finds nothing`];
    return [...problems, ...differ(typed, titles, (await look(page)).titles)];
  },
  "nothing found is told": async ({ page, open }) => {
    await open();
    await ask(page, "zzyzxq");
    const { total, titles, nothing } = await look(page);
    const problems = differ("titles", titles, []);
    if (!total.includes("zzyzxq") || !nothing) problems.push(`it says "${total}", "${nothing}"`);
    return problems;
  },
};

// Runs a check and adds what went wrong meanwhile: errors, refusals, requests to another host.
const faultlessly = async (page, place, work) => {
  const faults = await listen(page);
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(place.url) && !/^(data|about):/.test(url)) faults.push(`it asks for ${url}`);
  });
  const problems = await work();
  return [...problems, ...faults, ...(await refused(page))];
};

// A page that leans on what is forbidden must fail, or the checks prove nothing.
const rules = async (report, { browser, name, places, languages }) => {
  await report.check(`search, ${name}: the policy of the test host is strict and in force`, () =>
    withPage(browser, async (page) => {
      const faults = await listen(page);
      await page.goto(searchAddress(places.host, languages[0]));
      await page.evaluate(() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.head.append(script);
      });
      await page.waitForFunction(() => window.refusedByPolicy.length > 0);
      const ran = await page.evaluate(() => window.ran ?? false);
      return [
        ...differ("the policy", POLICY, STRICT),
        ...differ("an inline script runs", ran, false),
        ...(faults.length ? [] : ["the refusal was not heard"]),
      ];
    }),
  );
  await report.check(`search, ${name}: a page from a disk cannot read its neighbours`, () =>
    withPage(browser, async (page) => {
      await page.goto(searchAddress(places.disk, languages[0]));
      const read = await page.evaluate(() =>
        fetch("../../data/records.json").then(
          () => "it can",
          () => "it cannot",
        ),
      );
      return differ("fetch", read, "it cannot");
    }),
  );
};

export const search = async (report, site, browser, name) => {
  const host = await serve(site);
  const folder = await serve(site, { base: "/some/folder/", gzip: true });
  const places = {
    host: { name: "from a host", url: host.url },
    disk: { name: "from a disk", url: `${pathToFileURL(site.root).href}/` },
    folder: { name: "from a sub-folder of a host", url: folder.url },
  };
  const languages = site.languages.filter(({ lang }) => lang === "en" || lang === "fr");
  try {
    await rules(report, { browser, name, places, languages });
    const checks = Object.entries(CHECKS);
    // Each place and each language once; a sub-folder changes addresses only.
    const [first, second = first] = languages;
    for (const [place, language, chosen] of [
      [places.host, first, checks],
      [places.disk, second, checks],
      [places.folder, first, checks.slice(0, 2)],
    ]) {
      for (const [title, work] of chosen) {
        await report.check(`search, ${name}: ${title}, in ${language.lang} ${place.name}`, () =>
          withPage(browser, (page) => {
            const open = (query) => page.goto(searchAddress(place, language, query));
            return faultlessly(page, place, () => work({ page, open, place, site, language }));
          }),
        );
      }
    }
  } finally {
    await host.close();
    await folder.close();
  }
};
