// The search on bad networks: late answers, answers out of turn, damaged and missing shards. It never
// shows an older answer after a newer one, finds what can be found, says what is missing, and all is
// well again once the network is.

import { openEngine } from "./engine.mjs";
import { withPage } from "./browser.mjs";
import { serve } from "./server.mjs";
import { answered, ask, differ, look, searchAddress, settled } from "./results.mjs";
import { chance } from "./random.mjs";

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

const REST = "detention children";
const EXTRA = "thailand";

// What can happen to a shard.
const FAULTS = {
  missing: () => ({ status: 404, change: () => "not here" }),
  "cut off": () => ({ change: (text) => text.slice(0, text.length / 2) }),
  "with flipped bits": () => ({
    change: (text) => {
      const at = Math.floor(text.length / 2);
      return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    },
  }),
  "of another generation": () => ({
    change: (text) => text.replace(/","[0-9a-f]{8}","/, '","00000000","'),
  }),
  "that never comes": () => ({ wait: new Promise(() => {}) }),
};

// In the page: a shard is given up sooner, so that the test need not wait as long as a reader.
const hurry = (page) =>
  page.evaluateOnNewDocument(() => {
    const { setTimeout } = window;
    window.setTimeout = (call, time, ...rest) => setTimeout(call, time === 30000 ? 2500 : time, ...rest);
  });

export const network = async (report, site, browser, name) => {
  let hinder = () => {};
  const host = await serve(site, { hinder: (path) => hinder(path) });
  const language = site.languages.find(({ lang }) => lang === "en");
  const { lang } = language;
  const shardsFor = async (query, options = {}) => {
    const { vademecum, cost } = openEngine(site.root, { lang });
    const answer = await vademecum.search(query, { lang, excerpts: false, ...options });
    return { files: cost.files.filter((path) => path.startsWith("search/")), answer };
  };
  const check = (title, work) =>
    report.check(`network, ${name}: ${title}`, async () => {
      hinder = () => {};
      return withPage(browser, async (page) => {
        await hurry(page);
        return work(page);
      });
    });
  // A page with a script that never comes is never loaded.
  const open = (page, query) =>
    page.goto(searchAddress(host, language, query), { waitUntil: "domcontentloaded" });
  const words = (page) => page.$eval("[data-search]", (form) => ({ ...form.dataset }));
  const damage = (path, fault) => (hinder = (asked) => (asked === path ? fault() : undefined));

  try {
    await check("late shards never bring an older answer after a newer one", async (page) => {
      const { below } = chance(7);
      // The first results are the latest.
      let early = 4;
      const delay = (path) => (/\/r\d/.test(path) && early-- > 0 ? 1_800 : 300 + below(400));
      hinder = (path) =>
        path.startsWith("search/") ? { wait: pause(delay(path)) } : undefined;
      await open(page);
      await page.evaluate(() => {
        const total = document.querySelector("[data-search-total]");
        window.told = [];
        new MutationObserver(() => window.told.push(total.textContent)).observe(total, {
          childList: true,
        });
      });
      const asked = ["det", "detention", "detention child", "detention children thai"];
      for (const [at, text] of asked.entries()) {
        await page.type("#q", text.slice(at ? asked[at - 1].length : 0), { delay: 30 });
        // Longer than the page waits for the next key, shorter than the answer takes.
        await pause(at % 2 ? 330 : 450);
      }
      const last = "detention children thailand";
      await page.type("#q", last.slice(asked.at(-1).length), { delay: 30 });
      await answered(page, () => page.keyboard.press("Enter"));
      const found = await look(page);
      const { loading } = await words(page);
      const told = await page.evaluate(() => window.told);
      const answers = told.filter((text) => text !== loading);
      const lengths = answers.map((text) => text.match(/“(.*)”/)?.[1].length ?? 0);
      const problems = lengths.some((length, at) => length < lengths[at - 1])
        ? [`told in this order: ${told.join(" | ")}`]
        : [];
      if (!told.includes(loading)) problems.push("there is no notice that it is loading");
      const { answer } = await shardsFor(last);
      const titles = answer.hits.map(({ title }) => title);
      problems.push(...differ("the results", found.titles, titles));
      // What is still on its way must not come either.
      await page.waitForNetworkIdle({ idleTime: 300 });
      return [...problems, ...differ("the results later", (await look(page)).titles, titles)];
    });

    const whole = await shardsFor(`${REST} ${EXTRA}`);
    const rest = await shardsFor(REST);
    const titles = whole.answer.hits.map(({ title }) => title);
    const chunk = whole.files.find((path) => /\/t\d+\.js$/.test(path) && !rest.files.includes(path));
    for (const [title, fault] of Object.entries(FAULTS)) {
      await check(`a shard ${title} costs only what it holds, until it can be had`, async (page) => {
        damage(chunk, fault);
        await open(page, `?q=${encodeURIComponent(`${REST} ${EXTRA}`)}`);
        await settled(page);
        const found = await look(page);
        const { partial } = await words(page);
        const problems = differ("what is told", found.fault, partial);
        if (!found.titles.length) problems.push("nothing is found");
        hinder = () => {};
        await answered(page, () => page.click("[data-search-fault] button"));
        const healed = await look(page);
        return [...problems, ...differ("then", [healed.titles, healed.fault], [titles, ""])];
      });
    }
    await check("results that cannot be shown are told, the others stand", async (page) => {
      const block = whole.files.find((path) => /\/r\d+\.js$/.test(path));
      damage(block, FAULTS.missing);
      await open(page);
      await ask(page, `${REST} ${EXTRA}`);
      const found = await look(page);
      const { partial } = await words(page);
      const problems = differ("what is told", found.fault, partial);
      if (!(found.titles.length > 0 && found.titles.length < titles.length))
        problems.push(`${found.titles.length} of ${titles.length} results`);
      problems.push(...differ("pages found", found.count, whole.answer.total));
      hinder = () => {};
      await answered(page, () => page.click("[data-search-fault] button"));
      return [...problems, ...differ("then", (await look(page)).titles, titles)];
    });
    await check("a missing text leaves the summary", async (page) => {
      hinder = (path) => (/\/x\d+\.js$/.test(path) ? FAULTS.missing() : undefined);
      await open(page, `?q=${encodeURIComponent(`${REST} ${EXTRA}`)}`);
      await settled(page);
      const texts = await page.$$eval(".row-summary", (all) => all.map((e) => e.textContent.trim()));
      return texts.every(Boolean) ? [] : [`texts: ${texts}`];
    });
    // The search page carries the root; where a theme has no place for it, it is asked for.
    const root = `search/${lang}/root.js`;
    const CARRIED = /(?<=data-search-root="en">)[^<]+/;
    const withoutRoot = { change: (html) => html.replace(CARRIED, "") };
    for (const isCarried of [true, false]) {
      await check(`the root is ${isCarried ? "not " : ""}asked for`, async (page) => {
        let times = 0;
        hinder = (path) => {
          times += path === root;
          return path.endsWith("search/index.html") && !isCarried ? withoutRoot : undefined;
        };
        await open(page, `?q=${encodeURIComponent(`${REST} ${EXTRA}`)}`);
        await settled(page);
        const problems = differ("times", times, isCarried ? 0 : 1);
        return [...problems, ...differ("the results", (await look(page)).titles, titles)];
      });
    }
    await check("a damaged root in the page is tried again from its file", async (page) => {
      const change = (html) => html.replace(CARRIED, (text) => FAULTS["with flipped bits"]().change(text));
      hinder = (path) => (path.endsWith("search/index.html") ? { change } : undefined);
      await open(page, "?q=detention");
      await settled(page);
      const { failed } = await words(page);
      const problems = differ("told", (await look(page)).total, failed);
      await answered(page, () => page.click("[data-search-fault] button"));
      const healed = await look(page);
      if (!healed.titles.length || healed.fault) problems.push("it does not recover");
      return problems;
    });
    const script = "assets/search-query.js";
    const vital = { root, "script that unpacks": script };
    for (const [name, title] of Object.keys(vital).flatMap((name) =>
      ["missing", "cut off", "that never comes"].map((title) => [name, title]),
    )) {
      await check(`a ${name} ${title} is a failure that can be tried again`, async (page) => {
        hinder = (path) =>
          path === vital[name] ? FAULTS[title]() : path.endsWith("search/index.html") ? withoutRoot : undefined;
        await open(page, "?q=detention");
        await settled(page);
        const found = await look(page);
        const { failed, failedHelp } = await words(page);
        const problems = differ("told", [found.total, found.fault], [failed, failedHelp]);
        hinder = () => {};
        await answered(page, () => page.click("[data-search-fault] button"));
        const healed = await look(page);
        if (!healed.titles.length || healed.fault) problems.push("it does not recover");
        return problems;
      });
    }
  } finally {
    await host.close();
  }
};
