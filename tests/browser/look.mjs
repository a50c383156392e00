// How pages look: they fit a small screen, their colours are the reader's, their targets are large
// enough for a finger.

import { withPage } from "./browser.mjs";

export const look = async (report, { site, samples, browser, places, full }) => {
  const host = places.host.url;
  for (const { name, address } of samples) {
    for (const width of [1280, 360]) {
      await withPage(
        browser,
        async (page) => {
          await report.check(
            `pages: targets in header and footer of ${name} are large enough at ${width} px`,
            async () => {
              await page.goto(host + address, { waitUntil: "load" });
              return smallTargets(page);
            },
          );
          if (width === 360)
            await report.check(`pages: ${name} fits a screen of 360 px`, () => overflow(page));
        },
        { width },
      );
    }
  }
  if (full) {
    await report.check("pages: every page fits a screen of 360 px", () =>
      withPage(
        browser,
        async (page) => {
          const problems = [];
          for (const { path, template } of site.pages.values()) {
            if (["redirect", "404"].includes(template)) continue;
            const address = template === "languages" ? `${path}#choose` : path;
            await page.goto(host + address, { waitUntil: "load" });
            for (const problem of await overflow(page)) problems.push(`${path}: ${problem}`);
          }
          return problems;
        },
        { width: 360 },
      ),
    );
  }
  for (const place of [places.host, places.disk]) {
    await report.check(`pages: the choice of colours is kept ${place.name}`, () =>
      withPage(browser, (page) => colours(page, place, samples), { scheme: "light" }),
    );
  }
  for (const scheme of ["light", "dark"]) {
    await report.check(
      `pages: without a choice the colours are those of a device in ${scheme}`,
      () =>
        withPage(
          browser,
          async (page) => {
            await page.goto(host + samples.find(({ kind }) => kind === "record").address);
            return (await shade(page)) === scheme ? [] : [`the page is ${await shade(page)}`];
          },
          { scheme },
        ),
    );
  }
};

const overflow = (page) =>
  page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= window.innerWidth) return [];
    // Names what sticks out, without what scrolls by itself.
    const scrolls = (element) => {
      for (
        let above = element.parentElement;
        above && above !== document.body;
        above = above.parentElement
      ) {
        if (getComputedStyle(above).overflowX !== "visible") return true;
      }
      return false;
    };
    const wide = [...document.querySelectorAll("body *")].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      const spills = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
      const own =
        spills && getComputedStyle(element).overflowX === "visible" && element.tagName !== "MAIN";
      return (right > window.innerWidth + 0.5 || left < -0.5 || own) && !scrolls(element);
    });
    const name = (element) =>
      `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 60)}"`;
    return [`the page is ${root.scrollWidth} px wide: ${wide.slice(-5).map(name).join(", ")}`];
  });

// A target is 24 by 24 px, or far enough from the others that a circle of 24 px around its middle
// touches neither them nor their circles (WCAG 2.2, 2.5.8).
const smallTargets = (page) =>
  page.evaluate(() => {
    const SIZE = 24;
    // A radio button and its label are one target.
    const all = [
      ...document.querySelectorAll(
        "a[href], button, input:not([type=radio]), label:has(input), summary",
      ),
    ]
      .filter(
        (element) =>
          !element.matches(".skip") && element.checkVisibility({ visibilityProperty: true }),
      )
      .map((element) => {
        const box = element.getBoundingClientRect();
        // A link that goes over several lines is as many boxes, and nothing between them.
        const parts = [...element.getClientRects()];
        const small = !parts.some(
          ({ width, height }) => width > SIZE - 0.01 && height > SIZE - 0.01,
        );
        return { element, box, parts, small, x: box.x + box.width / 2, y: box.y + box.height / 2 };
      });
    const near = (a, b) => {
      if (b.small && Math.hypot(a.x - b.x, a.y - b.y) < SIZE) return true;
      return b.parts.some((part) => {
        const x = Math.max(part.left - a.x, 0, a.x - part.right);
        const y = Math.max(part.top - a.y, 0, a.y - part.bottom);
        return Math.hypot(x, y) < SIZE / 2;
      });
    };
    const framed = all.filter(({ element }) => element.closest(".site-header, .site-footer"));
    if (framed.length < 5) return [`only ${framed.length} targets were found`];
    return framed.flatMap((target) => {
      const others = target.small
        ? all.filter((other) => other !== target && near(target, other))
        : [];
      const size = `${target.box.width.toFixed(1)} × ${target.box.height.toFixed(1)} px`;
      const name = ({ element }) => `"${element.textContent.trim().slice(0, 40)}"`;
      return others.length
        ? [`${name(target)} is ${size} and near ${others.map(name).join(", ")}`]
        : [];
    });
  });

const shade = (page) =>
  page.evaluate(() => {
    const of = (property) => {
      const [r, g, b] = getComputedStyle(document.body)
        [property].match(/[\d.]+/g)
        .map(Number);
      return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
    };
    if (of("backgroundColor") < 0.2 && of("color") > 0.6) return "dark";
    if (of("backgroundColor") > 0.8 && of("color") < 0.4) return "light";
    return "neither light nor dark";
  });

const colours = async (page, place, samples) => {
  const problems = [];
  const expect = async (wanted, when) => {
    const found = await shade(page);
    if (found !== wanted) problems.push(`${when} the page is ${found}, not ${wanted}`);
  };
  const choose = async (value) => {
    const label = await page.$(`.colours label:has(input[value="${value}"])`);
    await label.click();
  };
  const record = samples.find(({ kind }) => kind === "record");
  await page.goto(place.url + record.address);
  await expect("light", "before a choice");
  await choose("dark");
  await expect("dark", "after Dark is chosen");
  await page.reload();
  await expect("dark", "after a reload");
  await Promise.all([page.waitForNavigation(), page.click(".site-name a")]);
  await expect("dark", "on the next page");
  if (!(await page.$eval(".colours input[value=dark]", (input) => input.checked)))
    problems.push("Dark is not marked as chosen");
  await choose("system");
  await expect("light", "after the device's colours are chosen");
  await page.reload();
  await expect("light", "after a reload with the device's colours");
  await choose("light");
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  await expect("light", "with Light chosen on a dark device");
  return problems;
};
