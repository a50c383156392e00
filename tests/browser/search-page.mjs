// The search page alone: in place of the engine (assets/search.js) it gets a stub with the same API,
// whose answers are known and can be late, partial or missing.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { violations } from "./axe.mjs";
import { withPage } from "./browser.mjs";
import { setClock, turn, typeSlowly } from "./clock.mjs";
import { serve } from "./server.mjs";

// Runs in the page. Forty records; `knobs` says how the engine behaves, `calls` what it was asked.
const stub = () => {
  const knobs = (window.knobs ??= {});
  const calls = (window.calls = []);
  const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const own = document.documentElement.lang;
  const foreign = own === "ar" ? "en" : "ar";
  const countries = ["TH", "FR", "MX", "KE"];
  const records = Array.from({ length: 40 }, (_, n) => ({
    url: `en/practices/record-${n}/index.html`,
    title: `Record ${n} on detention${n % 2 ? " of children" : ""}`,
    lang: n === 1 ? foreign : own,
    facets: {
      kind: [n % 4 ? "law" : "policy"],
      country: [countries[n % 4]],
      objective: [`${(n % 23) + 1}`],
      year: [`${2018 + (n % 3)}`],
      status: ["published"],
    },
  }));
  const facetNames = ["kind", "country", "objective", "year", "status"];
  const label = (name) => name[0].toUpperCase() + name.slice(1);
  const names = async () => {
    calls.push({ names: true });
    if (knobs.failing) throw new Error("the root cannot be loaded");
    const values = {
      kind: { law: "Law", policy: "Policy" },
      country: { TH: "Thailand", FR: "France", MX: "Mexico", KE: "Kenya" },
      objective: Object.fromEntries(records.map((_, n) => [`${n + 1}`, `Objective ${n + 1}`])),
    };
    return facetNames.map((name) => ({ name, label: label(name), values: values[name] ?? {} }));
  };
  const passes = ({ facets }, filters, but) =>
    Object.entries(filters).every(
      ([name, values]) => name === but || facets[name].some((value) => values.includes(value)),
    );
  const search = async (query, options) => {
    calls.push({ query, ...options });
    await wait(knobs.delays?.[query] ?? 5);
    if (knobs.failing) throw new Error("a shard cannot be loaded");
    const corrected = query === "detentoin" && !options.insist ? "detention" : null;
    const words = (corrected ?? query).toLowerCase().split(/\s+/).filter(Boolean);
    const matching = records.filter(({ title }) =>
      words.every((word) => title.toLowerCase().includes(word)),
    );
    const facets = {};
    for (const name of facetNames) {
      for (const record of matching.filter((record) => passes(record, options.filters, name))) {
        for (const value of record.facets[name]) {
          facets[name] ??= {};
          facets[name][value] = (facets[name][value] ?? 0) + 1;
        }
      }
    }
    const found = matching.filter((record) => passes(record, options.filters));
    if (options.sort === "date") found.reverse();
    const hits = found.slice(options.offset, options.offset + options.limit).map((record) => ({
      ...record,
      summary: `A summary &lt;b&gt;with&lt;/b&gt; <mark>detention</mark> &amp; more`,
      excerpt: "",
      section: null,
      score: 1,
    }));
    const concepts = query.includes("children")
      ? [{ id: "children", name: "Children and youth" }]
      : [];
    const total = found.length;
    return { query, total, hits, facets, corrected, concepts, missing: knobs.missing ?? 0 };
  };
  const excerpt = async (hit) => {
    calls.push({ excerpt: hit.url });
    await wait(5);
    hit.excerpt = "An excerpt with <mark>detention</mark>";
    hit.section = "Lessons";
    hit.url += "#lessons";
    return hit;
  };
  // Runs another script of the theme, as the engine does.
  const base = document.currentScript.src;
  let given;
  const more = (name, make) => (given = make);
  const run = async (name) => {
    if (knobs.alone) throw new Error("a script cannot be loaded");
    const script = document.createElement("script");
    script.src = new URL(`../${name}.js`, base);
    const load = new Promise((resolve, reject) => {
      Object.assign(script, { onload: resolve, onerror: reject });
      document.head.append(script);
    });
    (window.loads ??= []).push(load);
    await load;
    return given;
  };
  // A `const` of a classic script, as the engine's.
  return { names, search, excerpt, run, more };
};
const STUB = `"use strict";\nconst vademecum = (${stub})();\n`;

// Everything a check wants to know of the page.
const look = (page) =>
  page.evaluate(() => {
    const part = (name) => document.querySelector(`[data-search-${name}]`);
    const seen = (element) => element?.checkVisibility({ visibilityProperty: true }) ?? false;
    const texts = (selector) =>
      [...document.querySelectorAll(selector)].filter(seen).map((e) => e.textContent.trim());
    const focus = document.activeElement;
    return {
      search: location.search,
      field: document.querySelector("#q").value,
      total: seen(part("total")) ? part("total").textContent : "",
      status: part("status").textContent,
      titles: texts(".found-list .row-title a"),
      links: [...document.querySelectorAll(".row-title a")].map((link) =>
        link.getAttribute("href"),
      ),
      excerpts: texts(".row-summary"),
      chips: texts(".chips .chip"),
      groups: texts(".facet > summary"),
      browse: seen(document.querySelector(".browse")),
      more: seen(part("more")),
      fault: seen(part("fault")) ? part("fault").textContent.trim() : "",
      nothing: seen(part("nothing")) ? part("nothing").textContent.trim() : "",
      understood: part("understood").textContent,
      focus: focus.id || focus.textContent.trim(),
      scroll: Math.round(scrollY),
      entries: history.length,
    };
  });

// Lets the page come to its answer and announce it.
const settled = async (page) => {
  await turn(page, 450);
  await page.waitForFunction(() => document.documentElement.dataset.asked);
};

const differ = (what, found, wanted) =>
  JSON.stringify(found) === JSON.stringify(wanted)
    ? []
    : [`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`];

const expect = (problems, found, wanted) => {
  for (const [name, value] of Object.entries(wanted)) {
    if (!(value instanceof RegExp)) problems.push(...differ(name, found[name], value));
    else if (!value.test(found[name])) problems.push(`${name} is "${found[name]}", not ${value}`);
  }
};

const searches = (page) => page.evaluate(() => window.calls.filter(({ limit }) => limit));

// The checks: each gets a page on which the stub lies ready, and a way to open an address.
const CHECKS = {
  "while typing it waits for a pause, shows five, and ten at the end": async ({ page, open }) => {
    await open("");
    await typeSlowly(page, "#q", "detention", 40);
    const problems = differ("asked while keys come", (await searches(page)).length, 0);
    await turn(page, 450);
    expect(problems, await look(page), { search: "?q=detention", status: "" });
    problems.push(...differ("rows", (await look(page)).titles.length, 5));
    await turn(page, 1000);
    const asked = (await searches(page)).map(({ query, limit, excerpts }) => [
      query,
      limit,
      excerpts,
    ]);
    problems.push(
      ...differ("asked", asked, [
        ["detention", 5, false],
        ["detention", 10, false],
      ]),
      ...differ("rows at the end", (await look(page)).titles.length, 10),
    );
    return problems;
  },
  "only rows on the screen load an excerpt, and none while typing": async ({ page, open }) => {
    await open("");
    await page.type("#q", "detention");
    await turn(page, 450);
    const excerpts = () =>
      page.evaluate(() => window.calls.filter(({ excerpt }) => excerpt).length);
    const problems = differ("excerpts while typing", await excerpts(), 0);
    await page.keyboard.press("Enter");
    await settled(page);
    const first = await excerpts();
    if (first === 0 || first === 10) problems.push(`${first} of 10 excerpts were loaded`);
    for (const row of await page.$$(".found-list .row")) {
      await row.scrollIntoView();
      await turn(page, 50);
    }
    problems.push(...differ("excerpts after scrolling", await excerpts(), 10));
    const { links, excerpts: texts } = await look(page);
    if (!links[0].endsWith("record-0/index.html#lessons")) problems.push(`it leads to ${links[0]}`);
    if (!texts[0].includes("Lessons")) problems.push(`the section is not named: ${texts[0]}`);
    return problems;
  },
  "a late answer does not take the place of a later question's": async ({ page, open }) => {
    await open("", { delays: { det: 1500 } });
    await page.type("#q", "det");
    await turn(page, 400);
    await page.type("#q", "ention children");
    await page.keyboard.press("Enter");
    await settled(page);
    const before = await look(page);
    await turn(page, 1500);
    const problems = differ("rows after the late answer", (await look(page)).titles, before.titles);
    expect(problems, before, { total: /20/, search: "?q=detention+children" });
    return problems;
  },
  "an answer to the words before is not shown under the words after": async ({ page, open }) => {
    await open("?q=detention", { delays: { "detention c": 400 } });
    await settled(page);
    await page.evaluate(() => {
      const total = document.querySelector("[data-search-total]");
      window.told = [];
      const note = () => window.told.push(total.textContent);
      new MutationObserver(note).observe(total, { childList: true });
    });
    // The answer to the first letter comes while the others have not been asked for yet.
    await page.type("#q", " c");
    await turn(page, 550);
    await page.type("#q", "hildren");
    await turn(page, 900);
    const told = await page.evaluate(() => window.told);
    const problems = told.filter((text) => text.includes("40")).map((text) => `it tells "${text}"`);
    expect(problems, await look(page), { total: /20.*detention children/ });
    return problems;
  },
  "text from the index never becomes an element": async ({ page, open }) => {
    await open("?q=detention", { delays: {} });
    await page.evaluate(() => (vademecum.excerpt = () => Promise.reject(new Error("none"))));
    await settled(page);
    const summary = await page.$eval(".found-list .row:last-child .row-summary", (element) => [
      element.textContent,
      element.querySelectorAll("mark").length,
      element.querySelectorAll("b").length,
    ]);
    return differ("the summary", summary, ["A summary <b>with</b> detention & more", 1, 0]);
  },
  "a result in another language says so": async ({ page, open }) => {
    await open("?q=detention");
    await settled(page);
    const row = await page.$eval(".found-list .row:nth-child(2)", (row) => ({
      link: [row.querySelector("a").lang, row.querySelector("a").dir],
      text: [row.querySelector(".row-summary").lang, row.querySelector(".row-summary").dir],
      mark: row.querySelector(".row-title .mark")?.textContent,
    }));
    const problems = differ("the link", row.link, ["ar", "rtl"]);
    problems.push(...differ("the text", row.text, ["ar", "rtl"]));
    if (!row.mark) problems.push("no mark");
    return problems;
  },
  "the arrows go through the results, Escape clears and leaves": async ({ page, open }) => {
    await open("?q=detention");
    await settled(page);
    const problems = [];
    const press = async (key, wanted) => {
      await page.keyboard.press(key);
      problems.push(...differ(`focus after ${key}`, (await look(page)).focus, wanted));
    };
    await page.focus("#q");
    await press("ArrowDown", "Record 0 on detention");
    await press("ArrowDown", "Record 1 on detention of children");
    await press("ArrowUp", "Record 0 on detention");
    await press("ArrowUp", "q");
    await press("Escape", "q");
    expect(problems, await look(page), { field: "", search: "", browse: true, titles: [] });
    await page.keyboard.press("Escape");
    if ((await look(page)).focus === "q")
      problems.push("the second Escape does not leave the field");
    await press("/", "q");
    await page.type("#q", "detention");
    await page.keyboard.press("Enter");
    await settled(page);
    await page.focus(".facet input");
    await press("/", "q");
    await page.keyboard.press("ArrowDown");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    if (!page.url().includes("record-0/")) problems.push(`Enter leads to ${page.url()}`);
    return problems;
  },
  "more results follow, and the focus is on the first of them": async ({ page, open }) => {
    await open("?q=detention");
    await settled(page);
    const { entries } = await look(page);
    await page.click("[data-search-more] button");
    await settled(page);
    const found = await look(page);
    const problems = differ("rows", found.titles.length, 20);
    expect(problems, found, {
      entries,
      search: "?q=detention&show=20",
      focus: "Record 10 on detention",
      status: /20.*40/,
    });
    const { offset, limit } = (await searches(page)).at(-1);
    problems.push(...differ("asked", [offset, limit], [10, 10]));
    await page.reload();
    await settled(page);
    const again = await look(page);
    problems.push(...differ("rows after a reload", again.titles, found.titles));
    if (Math.abs(again.scroll - found.scroll) > 2) problems.push(`it stands at ${again.scroll}`);
    return problems;
  },
  "filters combine, their counts are those of the engine, and each has a chip": async (tools) => {
    const { page, open } = tools;
    await open("?q=detention");
    await settled(page);
    const count = (name) =>
      page.$$eval(
        ".facet label",
        (labels, name) => {
          const found = labels.find((label) => label.children[1].textContent === name);
          return found?.children[2].textContent;
        },
        name,
      );
    const choose = async (name) => {
      await page.$$eval(
        ".facet label",
        (labels, name) => {
          labels.find((label) => label.children[1].textContent === name).click();
        },
        name,
      );
      await settled(page);
    };
    const problems = differ("groups", (await look(page)).groups, [
      "Kind",
      "Country",
      "Objective",
      "Year",
    ]);
    problems.push(...differ("Thailand", await count("Thailand"), "10"));
    await choose("Thailand");
    problems.push(...differ("France, an alternative", await count("France"), "10"));
    problems.push(...differ("policies in Thailand", await count("Policy"), "10"));
    expect(problems, await look(page), { search: "?q=detention&country=TH", total: /10/ });
    await choose("France");
    await choose("Law");
    expect(problems, await look(page), {
      search: "?q=detention&country=TH&country=FR&kind=law",
      chips: ["Country: Thailand", "Country: France", "Kind: Law"],
      total: /10/,
    });
    const label = await page.$eval(".chips .chip", (chip) => chip.getAttribute("aria-label"));
    problems.push(...differ("the chip's name", label, "Remove filter Country: Thailand"));
    await page.click(".chips .chip");
    await settled(page);
    expect(problems, await look(page), {
      chips: ["Country: France", "Kind: Law"],
      focus: "Country: France",
    });
    await page.click(".chips .plain");
    await settled(page);
    const cleared = { chips: [], search: "?q=detention", total: /40/, focus: "found" };
    expect(problems, await look(page), cleared);
    return problems;
  },
  "the list in which a box is ticked keeps its order": async ({ page, open }) => {
    await open("?q=detention&kind=law");
    await settled(page);
    const order = () =>
      page.$$eval(".facet:nth-child(2) label", (labels) =>
        labels.map((label) => label.children[1].textContent),
      );
    const before = await order();
    await page.$$eval(".facet:nth-child(2) label", (labels) => labels.at(-1).click());
    await settled(page);
    const problems = differ("the order", await order(), before);
    await page.reload();
    await settled(page);
    problems.push(...differ("first after a reload", (await order())[0], before.at(-1)));
    return problems;
  },
  "a long list shows eight values, all on demand, and those looked for": async ({ page, open }) => {
    await open("?q=detention");
    await settled(page);
    await page.$$eval(".facet", (groups) => groups.forEach((group) => (group.open = true)));
    const shown = () =>
      page.$$eval(".facet:nth-child(3) li", (items) => items.filter((li) => !li.hidden).length);
    const problems = differ("values", await shown(), 8);
    await page.click(".facet:nth-child(3) .plain");
    problems.push(...differ("all values", await shown(), 23));
    await page.type(".facet:nth-child(3) input[type=text]", "objective 21");
    problems.push(...differ("values looked for", await shown(), 1));
    const fields = await page.$$(".facet input[type=text]:not([hidden])");
    return [...problems, ...differ("lists with a field", fields.length, 1)];
  },
  "Back, Forward and a reload bring everything back": async ({ page, open, place }) => {
    await open("");
    await typeSlowly(page, "#q", "detention", 20);
    await turn(page, 1500);
    const one = await look(page);
    await typeSlowly(page, "#q", " children", 20);
    await page.keyboard.press("Enter");
    await settled(page);
    await page.click("[data-search-sort] [value=date]");
    await settled(page);
    const two = await look(page);
    const problems = [];
    expect(problems, two, { search: "?q=detention+children&sort=date", entries: one.entries + 2 });
    await page.goBack();
    await page.goBack();
    await settled(page);
    const { total } = one;
    expect(problems, await look(page), { search: "?q=detention", field: "detention", total });
    await page.goBack();
    await turn(page, 300);
    expect(problems, await look(page), { search: "", field: "", browse: true, titles: [] });
    await page.goForward();
    await page.goForward();
    await page.goForward();
    await settled(page);
    const wanted = ({ search, field, total, titles }) => ({ search, field, total, titles });
    expect(problems, await look(page), wanted(two));
    await page.evaluate(() => scrollTo(0, 300));
    await turn(page, 300);
    await page.reload();
    await settled(page);
    expect(problems, await look(page), { ...wanted(two), scroll: 300 });
    // From a result and back again.
    await Promise.all([page.waitForNavigation(), page.click(".row-title a")]);
    await page.goBack();
    await settled(page);
    expect(problems, await look(page), wanted(two));
    if (Math.abs((await look(page)).scroll - 300) > 200) problems.push("it stands elsewhere");
    return problems.map((problem) => `${place.name}: ${problem}`);
  },
  "what is no filter is left alone in the address": async ({ page, open }) => {
    await open("?utm_source=letter");
    await turn(page, 300);
    const problems = [];
    expect(problems, await look(page), { browse: true, titles: [], chips: [] });
    await open("?q=detention&utm_source=letter&country=TH");
    await settled(page);
    expect(problems, await look(page), { chips: ["Country: Thailand"], total: /10/ });
    return problems;
  },
  "one announcement for a settled answer, none while typing": async ({ page, open }) => {
    await open("");
    await page.evaluate(() => {
      const status = document.querySelector("[data-search-status]");
      window.said = [];
      const note = () => status.textContent && window.said.push(status.textContent);
      new MutationObserver(note).observe(status, { childList: true });
    });
    await typeSlowly(page, "#q", "detention", 350);
    const early = await page.evaluate(() => window.said.length);
    await turn(page, 1800);
    const said = await page.evaluate(() => window.said);
    const problems = differ("said while typing", early, 0);
    problems.push(...differ("said", said.length, 1));
    if (!/40.*detention/.test(said[0])) problems.push(`it says "${said[0]}"`);
    const regions = await page.$$("[role=status], [role=alert], [aria-live]");
    return [...problems, ...differ("live regions", regions.length, 1)];
  },
  "a slow answer gets a notice, a quick one does not": async ({ page, open }) => {
    await open("?q=detention", { delays: { children: 1200, law: 200 } });
    await settled(page);
    const { total } = await look(page);
    const ask = async (query) => {
      await page.$eval("#q", (field) => (field.value = ""));
      await page.type("#q", query);
      await page.keyboard.press("Enter");
    };
    await ask("law");
    await turn(page, 100);
    const problems = differ("at first", (await look(page)).total, total);
    await settled(page);
    const before = (await look(page)).total;
    await ask("children");
    await turn(page, 200);
    problems.push(...differ("after 200 ms", (await look(page)).total, before));
    await turn(page, 500);
    if ((await look(page)).total === before) problems.push("there is no notice after 700 ms");
    await turn(page, 900);
    expect(problems, await look(page), { total: /20/ });
    return problems;
  },
  "a script that comes late is told as a failure, and can be tried again": async ({ page, open }) => {
    await open("?q=detention&country=TH", { alone: true });
    await settled(page);
    const failed = await look(page);
    const problems = [];
    if (!failed.fault || !failed.status) problems.push("the failure is not told");
    await page.evaluate(() => (window.knobs.alone = false));
    await page.click("[data-search-fault] button");
    await settled(page);
    expect(problems, await look(page), { fault: "", total: /10/ });
    const chips = await page.$$("[data-search-chips] .chip");
    return [...problems, ...differ("chips", chips.length, 1)];
  },
  "a failure is told and can be tried again": async ({ page, open }) => {
    await open("?q=detention", { failing: true });
    await settled(page);
    const failed = await look(page);
    const problems = [];
    if (!failed.fault || !failed.status) problems.push("the failure is not told");
    expect(problems, failed, { titles: [], browse: true });
    await page.evaluate(() => (window.knobs.failing = false));
    await page.click("[data-search-fault] button");
    await settled(page);
    expect(problems, await look(page), { fault: "", total: /40/, focus: "found" });
    await page.evaluate(() => (window.knobs.failing = true));
    await page.click("[data-search-more] button");
    await settled(page);
    const kept = await look(page);
    if (!kept.fault) problems.push("the failure to load more is not told");
    problems.push(...differ("rows", kept.titles.length, 10));
    expect(problems, kept, { search: "?q=detention" });
    return problems;
  },
  "an engine that cannot be loaded is told too": async ({ page, open }) => {
    await open("?q=detention", { gone: true });
    await settled(page);
    const { fault, browse } = await look(page);
    return [...differ("browse", browse, true), ...(fault ? [] : ["the failure is not told"])];
  },
  "a partial answer says so and can be tried again": async ({ page, open }) => {
    await open("?q=detention", { missing: 2 });
    await settled(page);
    const problems = differ("rows", (await look(page)).titles.length, 10);
    if (!(await look(page)).fault) problems.push("it is not told");
    await page.evaluate(() => (window.knobs.missing = 0));
    await page.click("[data-search-fault] button");
    await settled(page);
    expect(problems, await look(page), { fault: "" });
    return problems;
  },
  "it tells what was understood, and the reader may insist": async ({ page, open }) => {
    await open("?q=detentoin");
    await settled(page);
    const problems = [];
    const corrected = { understood: /detention.*detentoin/, total: /40.*detention/ };
    expect(problems, await look(page), corrected);
    await page.click("[data-search-understood] button");
    await settled(page);
    const insisted = { search: "?q=detentoin&insist=1", titles: [], understood: "" };
    expect(problems, await look(page), insisted);
    await page.reload();
    await settled(page);
    expect(problems, await look(page), { titles: [], nothing: /./ });
    await page.type("#q", " ");
    await page.type("#q", "x");
    await page.keyboard.press("Enter");
    await settled(page);
    expect(problems, await look(page), { search: "?q=detentoin+x" });
    await open("?q=children");
    await settled(page);
    expect(problems, await look(page), { understood: /Children and youth/ });
    return problems;
  },
  "nothing found offers a way on, first without the filters": async ({ page, open }) => {
    await open("?q=zzyzxq");
    await settled(page);
    const problems = [];
    expect(problems, await look(page), { total: /zzyzxq/, browse: true, nothing: /./ });
    await open("?q=detention&country=TH&kind=law");
    await settled(page);
    expect(problems, await look(page), { titles: [], browse: true });
    await page.click("[data-search-nothing] button");
    await settled(page);
    expect(problems, await look(page), { chips: [], total: /40/ });
    return problems;
  },
  "filters alone find pages": async ({ page, open }) => {
    await open("?country=FR");
    await settled(page);
    const problems = [];
    expect(problems, await look(page), { total: /10/, chips: ["Country: France"] });
    return problems;
  },
  "nothing moves when results arrive": async ({ page, open }) => {
    await page.evaluateOnNewDocument(() => {
      window.moved = [];
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries())
          window.moved.push(
            `${value.toFixed(3)} ${sources.map((s) => s.node?.className).join(", ")}`,
          );
      }).observe({ type: "layout-shift", buffered: true });
    });
    await open("?q=detention&country=TH", { delays: { detention: 600 } });
    await turn(page, 600);
    await settled(page);
    return page.evaluate(() => window.moved);
  },
};

const NARROW = {
  "filters stand closed above the results, and lead back to them": async ({ page, open }) => {
    await open("?q=detention");
    await settled(page);
    const problems = differ("groups", (await look(page)).groups, []);
    await page.click(".filters > summary");
    if ((await look(page)).groups.length === 0) problems.push("no filter is shown");
    await page.click("[data-search-apply]");
    expect(problems, await look(page), { groups: [], focus: "found" });
    return problems;
  },
};

const STATES = {
  empty: "",
  found: "?q=detention",
  filtered: "?q=detention&country=TH&kind=policy",
  "nothing found": "?q=zzyzxq",
  "nothing found with filters": "?q=detention&country=TH&kind=law",
  corrected: "?q=detentoin",
};

// Lends a page in which the stub stands for the engine, and whose clock the test turns unless it is free.
const withStub = (browser, place, language, work, options = {}) =>
  withPage(
    browser,
    async (page) => {
      let knobs = {};
      if (!options.isFree) await setClock(page);
      await page.setRequestInterception(true);
      page.on("request", async (request) => {
        if (!request.url().endsWith("/assets/search.js")) return request.continue();
        if (knobs.gone) return request.abort();
        const body = `window.knobs = ${JSON.stringify(knobs)};\n${STUB}`;
        return request.respond({ contentType: "text/javascript", body });
      });
      const open = (query, wanted = {}) => {
        knobs = wanted;
        return page.goto(`${place.url}${language.folder}/search/index.html${query}`);
      };
      return work({ page, open, place });
    },
    options,
  );

export const searchPage = async (report, site, browser) => {
  const host = await serve(site);
  const places = [
    { name: "from a host", url: host.url },
    { name: "from a disk", url: `${pathToFileURL(site.root).href}/` },
  ];
  const language = site.languages.find(({ lang }) => lang === "en");
  const check = (name, place, work, options) =>
    report.check(`search page: ${name}`, () =>
      withStub(browser, place, options?.language ?? language, work, options),
    );
  try {
    for (const [name, work] of Object.entries(CHECKS)) await check(name, places[0], work);
    for (const [name, work] of Object.entries(NARROW))
      await check(name, places[0], work, { width: 360 });
    const back = "Back, Forward and a reload bring everything back";
    await check(`${back}, from a disk`, places[1], CHECKS[back]);
    for (const [state, query] of Object.entries(STATES)) {
      for (const scheme of ["light", "dark"]) {
        for (const width of [1280, 360]) {
          const work = async ({ page, open }) => {
            await open(query);
            await page.waitForFunction(() => {
              const { asked } = document.documentElement.dataset;
              return asked || location.search === "";
            });
            await page.waitForNetworkIdle({ idleTime: 300 });
            return violations(page);
          };
          await check(`axe: ${state}, ${scheme}, ${width} px`, places[0], work, {
            width,
            scheme,
            isFree: true,
          });
        }
      }
    }
    for (const other of site.languages) {
      const work = async ({ page, open }) => {
        await open("?q=detentoin&country=TH");
        await settled(page);
        const text = await page.$eval("main", (main) => main.innerText);
        // What a script forgot to fill in stands there in braces.
        return text.match(/\{\w+\}|undefined|null/g) ?? [];
      };
      await check(`every word is filled in, in ${other.lang}`, places[0], work, {
        language: other,
      });
    }
    await check(
      "without JavaScript no results and no filters are offered",
      places[0],
      async (tools) => {
        await tools.page.setJavaScriptEnabled(false);
        await tools.open("?q=detention");
        const shown = await tools.page.$$eval(".found", (all) =>
          all.filter((e) => e.checkVisibility()),
        );
        return differ("parts in sight", shown.length, 0);
      },
    );
    await report.check("search page: its script weighs at most 8 kB", async () => {
      const { length } = gzipSync(await readFile(`${site.root}/assets/search-page.js`));
      return { problems: length > 8192 ? [`${length} bytes`] : [], note: `${length} bytes` };
    });
  } finally {
    await host.close();
  }
};
