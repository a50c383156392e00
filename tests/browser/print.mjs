// A printed record is handed on: it keeps its facts and sources, in ink on paper, and leaves out what
// only a screen can use.

import { withPage } from "./browser.mjs";

export const print = async (report, { samples, browser, places }) => {
  for (const { name, path } of samples.filter(({ kind }) => kind === "record")) {
    for (const chosen of ["light", "dark"]) {
      await report.check(`pages: ${name} prints well, with ${chosen} chosen for the screen`, () =>
        withPage(browser, (page) => printed(page, places.host.url + path, chosen)),
      );
    }
  }
};

const printed = async (page, url, chosen) => {
  await page.goto(url);
  await (await page.$(`.colours label:has(input[value="${chosen}"])`)).click();
  await page.emulateMediaType("print");
  return page.evaluate(() => {
    const problems = [];
    const seen = (selector) =>
      [...document.querySelectorAll(selector)].some(
        (element) => element.getClientRects().length > 0,
      );
    for (const selector of [
      ".site-header",
      ".site-footer",
      ".skip",
      "form",
      "button",
      ".breadcrumbs",
      ".menu",
    ]) {
      if (seen(selector)) problems.push(`${selector} is printed`);
    }
    for (const selector of ["main h1", ".lead", ".facts dd", ".record > .body p", ".sources li"]) {
      if (!seen(selector)) problems.push(`${selector} is not printed`);
    }
    // Printers leave grounds out, so every text must be dark enough for white paper.
    const light = (channel) =>
      channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    const contrast = (colour) => {
      const [r, g, b] = colour.match(/[\d.]+/g).map((value) => light(Number(value) / 255));
      return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
    };
    const pale = new Set();
    for (const element of document.querySelectorAll("main *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (!own || element.getClientRects().length === 0) continue;
      const { color } = getComputedStyle(element);
      if (contrast(color) < 4.5)
        pale.add(
          `${element.tagName.toLowerCase()}${element.className ? `.${element.className}` : ""} in ${color} (${contrast(color).toFixed(1)} : 1)`,
        );
    }
    for (const element of pale) problems.push(`too pale for paper: ${element}`);
    return problems;
  });
};
