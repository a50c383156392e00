// The site is used without a mouse: the way past the header is the first stop, and a key leads to the
// search.

import { withPage } from "./browser.mjs";

export const keyboard = async (report, { samples, browser, places }) => {
  for (const { name, address } of samples) {
    await report.check(`pages: the first Tab in ${name} shows the way to the content`, () =>
      withPage(browser, (page) => skip(page, places.host.url + address)),
    );
  }
  for (const { name, kind, address } of samples) {
    // The choice of a language has no search field, because the search is in a language.
    if (!kind) continue;
    await report.check(`pages: / leads to the search field in ${name}`, () =>
      withPage(browser, (page) => slash(page, places.host.url + address)),
    );
  }
};

const skip = async (page, url) => {
  await page.goto(url);
  // The search field of the search page takes the focus when it is empty; here it never is.
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {
      name: element.outerHTML.slice(0, 80),
      skip: element.matches("a.skip"),
      shown:
        box.top >= 0 &&
        box.left >= 0 &&
        box.right <= innerWidth &&
        box.height > 20 &&
        top === element,
    };
  });
  if (!first.skip) return [`the first stop is ${first.name}`];
  const problems = first.shown ? [] : ["the link is not in sight"];
  await page.keyboard.press("Enter");
  const main = await page.evaluate(() => document.activeElement.matches("main"));
  if (!main) problems.push("the link does not lead into the content");
  await page.keyboard.press("Tab");
  const next = await page.evaluate(() => ({
    inside: document.activeElement.closest("main, footer") !== null,
    name: document.activeElement.outerHTML.slice(0, 80),
  }));
  if (!next.inside) problems.push(`the stop after it is ${next.name}`);
  return problems;
};

const slash = async (page, url) => {
  await page.goto(url);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  const field = await page.evaluate(() => {
    const element = document.activeElement;
    return { focused: element.matches("input[type=search]"), value: element.value };
  });
  if (!field.focused) return ["the search field has no focus"];
  const problems = field.value?.includes("/") ? ["the key is written into the field"] : [];
  // In the field it is a letter like any other.
  await page.keyboard.press("/");
  const value = await page.evaluate(() => document.activeElement.value);
  if (!value?.includes("/")) problems.push("the key cannot be written in the field");
  return problems;
};
