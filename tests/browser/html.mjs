// Holds what the site is written in against its standards: HTML by the Nu HTML checker (which needs
// Java), XML by the browser's parser, and the two forms of the data against each other.

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withPage } from "./browser.mjs";

const run = promisify(execFile);
const JAR = createRequire(import.meta.url).resolve("vnu-jar/build/dist/vnu.jar");

const checkHtml = async (site) => {
  // One run for the whole folder, because most of a run's time is Java's start. It names the files
  // that it read, so that a run that read none cannot pass.
  const options = [
    "--stdout",
    "--verbose",
    "--errors-only",
    "--exit-zero-always",
    "--format",
    "json",
    "--skip-non-html",
  ];
  const { stdout, stderr } = await run("java", ["-jar", JAR, ...options, site.root], {
    maxBuffer: 2 ** 28,
  });
  const problems = JSON.parse(stdout).messages.map(({ url, lastLine, message, extract }) => {
    const path = relative(site.root, fileURLToPath(url));
    return `${path}:${lastLine}: ${message} (${JSON.stringify(extract)})`;
  });
  const read = new Set(stderr.split("\n").map((line) => relative(site.root, line.trim())));
  const unread = [...site.pages.keys()].filter((path) => !read.has(path));
  problems.push(...unread.map((path) => `${path}: was not read`));
  return { problems, note: `${site.pages.size - unread.length} files` };
};

const checkXml = (site, browser) =>
  withPage(browser, async (page) => {
    const problems = [];
    const expected = ["sitemap.xml", ...site.languages.map(({ folder }) => `${folder}/feed.xml`)];
    for (const path of expected) if (!site.files.has(path)) problems.push(`${path}: is missing`);
    const paths = [...site.files].filter((path) => /\.(xml|svg)$/.test(path));
    for (const path of paths) {
      const result = await page.evaluate((text) => {
        const parsed = new DOMParser().parseFromString(text, "application/xml");
        const error = parsed.querySelector("parsererror");
        return {
          error: error?.textContent,
          root: parsed.documentElement.localName,
          items: parsed.querySelectorAll("url, entry").length,
        };
      }, site.text(path));
      const root = path === "sitemap.xml" ? "urlset" : path.endsWith("feed.xml") ? "feed" : null;
      if (result.error) problems.push(`${path}: ${result.error}`);
      else if (root && result.root !== root)
        problems.push(`${path}: is <${result.root}>, not <${root}>`);
      else if (root && result.items === 0) problems.push(`${path}: lists nothing`);
    }
    return { problems, note: `${paths.length} files` };
  });

// Splits a comma-separated text as RFC 4180 has it: a quoted value may hold commas and lines.
const rowsOf = (text) => {
  const rows = [[]];
  const value = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  while (value.lastIndex < text.length) {
    const at = value.lastIndex;
    const found = value.exec(text);
    if (!found) throw new Error(`the value at ${at} is not well quoted`);
    rows[rows.length - 1].push(found[1]?.replaceAll('""', '"') ?? found[2]);
    if (found[3] !== "," && value.lastIndex < text.length) rows.push([]);
  }
  return rows;
};

const checkData = (site) => {
  const records = JSON.parse(site.text("data/records.json"));
  const [names, ...rows] = rowsOf(site.text("data/records.csv").replace(/^\ufeff/, ""));
  const problems = [];
  if (records.length === 0) problems.push("data/records.json is empty");
  if (records.length !== rows.length)
    problems.push(`${records.length} records in JSON, ${rows.length} in CSV`);
  rows.forEach((row, index) => {
    if (row.length !== names.length)
      problems.push(
        `data/records.csv: row ${index + 1} has ${row.length} values, not ${names.length}`,
      );
    for (const name of ["id", "lang", "title"]) {
      const value = row[names.indexOf(name)];
      if (records[index] && value !== records[index][name])
        problems.push(
          `row ${index + 1}: ${name} is "${value}" in CSV, "${records[index][name]}" in JSON`,
        );
    }
  });
  return { problems, note: `${records.length} records` };
};

export const html = async (report, site, browser) => {
  await report.check("html: the Nu HTML checker finds no error", () => checkHtml(site));
  await report.check("html: sitemap, feeds and images in XML are well formed", () =>
    checkXml(site, browser),
  );
  await report.check("html: the data is the same in JSON and in CSV", () => checkData(site));
};
