// Opens a page and tells what went wrong.

import { listen, refused } from "./faults.mjs";

const heard = new WeakMap();

// Returns the faults of opening a sample. The same page may be used for one visit after another.
export const faultless = async (page, place, { kind, address }) => {
  const url = place.url + address;
  if (!heard.has(page))
    heard.set(page, await listen(page, { missing: kind === "404" ? url : null }));
  const faults = heard.get(page);
  faults.length = 0;
  await page.goto(url, { waitUntil: "load" });
  // Refusals are told a moment after they happen.
  await new Promise((resolve) => setTimeout(resolve, 100));
  // A page that did not take its style and its script has a fault, whatever the browser says.
  const state = await page.evaluate(() => ({
    sheets: [...document.styleSheets].length,
    colours: document.querySelector("fieldset.colours")?.hidden,
  }));
  if (state.sheets === 0) faults.push("no style was loaded");
  if (state.colours !== false) faults.push("the script did not run");
  return [...faults, ...(await refused(page))];
};
