// The search page as a reader sees it: asks it, waits for its answer and tells what it shows.

// Everything a check wants to know of the page.
export const look = (page) =>
  page.evaluate(() => {
    const part = (name) => document.querySelector(`[data-search-${name}]`);
    const isSeen = (element) => element?.checkVisibility({ visibilityProperty: true }) ?? false;
    const seen = (name) => (isSeen(part(name)) ? part(name).textContent.trim() : "");
    const all = (selector) => [...document.querySelectorAll(selector)].filter(isSeen);
    const texts = (selector) => all(selector).map((element) => element.textContent.trim());
    return {
      search: location.search,
      field: document.querySelector("#q").value,
      total: seen("total"),
      count: Number(seen("total").match(/\d+/)?.[0] ?? 0),
      titles: texts(".row-title a"),
      // Without the place in the page, which an excerpt may change.
      links: all(".row-title a").map((link) => decodeURIComponent(link.href.split("#")[0])),
      marks: texts(".row-summary mark"),
      chips: texts(".chips .chip"),
      fault: isSeen(part("fault")) ? part("fault").firstElementChild.textContent : "",
      nothing: seen("nothing"),
      understood: seen("understood"),
      focus: document.activeElement.id || document.activeElement.textContent.trim(),
    };
  });

// Does something and waits until the page has announced its answer.
export const answered = async (page, act) => {
  await page.evaluate(() => (document.querySelector("[data-search-status]").textContent = ""));
  await act();
  await settled(page);
};

// Waits until the page that has just been opened announces its answer.
export const settled = (page) =>
  page.waitForFunction(() => document.querySelector("[data-search-status]")?.textContent);

export const ask = (page, query) =>
  answered(page, async () => {
    await page.$eval("#q", (field) => (field.value = ""));
    await page.type("#q", query);
    await page.keyboard.press("Enter");
  });

export const differ = (what, found, wanted) =>
  JSON.stringify(found) === JSON.stringify(wanted)
    ? []
    : [`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`];

export const searchAddress = (place, language, query = "") =>
  `${place.url}${language.folder}/search/index.html${query}`;
