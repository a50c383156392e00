// Asks axe-core for faults that shut people out, in light and dark, on a wide and a narrow screen.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { emulate, withPage } from "./browser.mjs";
import { serve } from "./server.mjs";

const SOURCE = await readFile(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);
const OPTIONS = {
  runOnly: {
    type: "tag",
    values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  },
  // axe leaves this rule of WCAG 2.2 off unless it is named.
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations"],
};

// Runs axe in a page that is open. The script goes in through the browser's own door, so the page's
// Content-Security-Policy can stay as strict as it is.
export const violations = async (page) => {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(SOURCE);
  const results = await page.evaluate((options) => window.axe.run(document, options), OPTIONS);
  if (results.passes.length < 10) throw new Error(`axe ran only ${results.passes.length} rules`);
  return results.violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary, html }) => {
      const why = failureSummary
        .split("\n")
        .slice(1)
        .map((line) => line.trim())
        .join("; ");
      return `${id} (${impact}) ${target.join(" ")}: ${why} — ${html.slice(0, 160)}`;
    }),
  );
};

const look = async (page, url) => {
  await page.goto(url, { waitUntil: "load" });
  return violations(page);
};

const everyPage = async (site, server, browser) => {
  const problems = [];
  const todo = [...site.pages.values()].filter(({ template }) => template !== "redirect");
  const count = todo.length;
  const work = (page) => async () => {
    for (let next = todo.shift(); next; next = todo.shift()) {
      const hash = next.template === "languages" ? "#choose" : "";
      for (const problem of await look(page, server.url + next.path + hash))
        problems.push(`${next.path}: ${problem}`);
    }
  };
  // Two at a time, because the machines that run this have two cores.
  await Promise.all([1, 2].map(() => withPage(browser, (page) => work(page)())));
  return { problems, note: `${count} pages` };
};

export const axe = async (report, site, samples, browser, { full }) => {
  const server = await serve(site);
  try {
    for (const { name, address } of samples) {
      for (const width of [1280, 360]) {
        await withPage(
          browser,
          async (page) => {
            // One visit serves for both: colours are a matter of the style alone.
            for (const scheme of ["light", "dark"]) {
              await report.check(`axe: ${name}, ${scheme}, ${width} px`, async () => {
                await emulate(page, scheme);
                if (scheme === "light")
                  await page.goto(server.url + address, { waitUntil: "load" });
                return violations(page);
              });
            }
          },
          { width },
        );
      }
    }
    if (full)
      await report.check("axe: every page, light, 1280 px", () => everyPage(site, server, browser));
  } finally {
    await server.close();
  }
};
