// Starts a browser. Everything else asks for one by name. Firefox is spoken to over WebDriver BiDi,
// which cannot do all that Chromium can.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";

const BROWSERS = {
  chromium: {
    browser: "chrome",
    variable: "CHROME",
    places: ["/usr/bin/chromium"],
    programs: ["chromium", "chromium-browser", "google-chrome"],
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
  firefox: {
    browser: "firefox",
    variable: "FIREFOX",
    places: ["/usr/bin/firefox-esr"],
    programs: ["firefox-esr", "firefox"],
    args: ["--headless"],
    extraPrefsFirefox: {
      // A driven Firefox lets a page from a disk read its neighbours; a reader's does not.
      "security.fileuri.strict_origin_policy": true,
      "ui.prefersReducedMotion": 1,
    },
  },
};

const executable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const find = ({ variable, places, programs }) => {
  const named = process.env[variable];
  if (named) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  const found = [...places, ...onPath].find(executable);
  if (!found) throw new Error(`no ${programs[0]} on the path; install it or set ${variable}`);
  return found;
};

export const openBrowser = (name) => {
  const { variable, places, programs, ...rest } = BROWSERS[name];
  const executablePath = find({ variable, places, programs });
  return puppeteer.launch({ ...rest, executablePath, protocolTimeout: 60_000 });
};

// Makes a device in light or in dark of it, whose owner does not like things to move.
export const emulate = (page, scheme) =>
  page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);

// Lends a page of its own to a piece of work: nothing that a reader's browser would remember passes
// from one to the next.
export const withPage = async (
  browser,
  work,
  { width = 1280, height = 800, scheme = "light" } = {},
) => {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.setViewport({ width, height });
    if ((await browser.version()).startsWith("Chrome") || scheme !== "light")
      await emulate(page, scheme);
    return await work(page);
  } finally {
    await context.close();
  }
};
