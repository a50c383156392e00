// The site as it lies on the disk: its files, its pages and the template of each, its languages, and
// the pages that stand for all others where looking at every page would take too long.

import { readFileSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { elementsOf } from "./markup.mjs";

const filesUnder = (folder, prefix = "") =>
  readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name;
    return entry.isDirectory() ? filesUnder(folder, path) : [path];
  });

// Each template leaves something in the page that no other does.
const templateOf = (path, elements) => {
  const has = (test) => elements.some(({ tag, attributes }) => test(tag, attributes));
  const hasClass = (tag, ...names) =>
    has((name, attributes) => {
      const classes = (attributes.get("class") ?? "").split(/\s+/);
      return name === tag && names.every((wanted) => classes.includes(wanted));
    });
  if (path === "404.html") return "404";
  if (has((tag, a) => tag === "meta" && a.get("http-equiv") === "refresh")) return "redirect";
  if (has((tag, a) => a.has("data-choose-language"))) return "languages";
  if (has((tag, a) => tag === "form" && a.has("data-search"))) return "search";
  if (hasClass("header", "home")) return "home";
  if (hasClass("div", "columns", "record")) return "record";
  if (hasClass("div", "columns", "list")) return hasClass("nav", "neighbours") ? "term" : "list";
  if (hasClass("div", "way")) return "terms";
  if (hasClass("article", "body")) return "page";
  return null;
};

// The files alone, where nobody asks for more.
export const readFiles = (folder) => {
  const root = realpathSync(folder);
  return { root, files: new Set(filesUnder(root)) };
};

export const readSite = (folder) => {
  const { root, files } = readFiles(folder);
  const text = (path) => readFileSync(join(root, path), "utf8");
  const pages = new Map();
  for (const path of [...files].filter((file) => file.endsWith(".html")).sort()) {
    const html = text(path);
    const elements = elementsOf(html);
    const attributes = elements.find(({ tag }) => tag === "html")?.attributes ?? new Map();
    pages.set(path, {
      path,
      html,
      elements,
      template: templateOf(path, elements),
      lang: attributes.get("lang") ?? "",
      dir: attributes.get("dir") ?? "",
      ids: elements.map((element) => element.attributes.get("id")).filter((id) => id !== undefined),
    });
  }
  // A language is a folder at the top whose index.html is a home page.
  const languages = [...pages.values()]
    .filter(({ path, template }) => template === "home" && /^[^/]+\/index\.html$/.test(path))
    .map(({ path, lang, dir }) => ({ folder: path.split("/")[0], lang, dir }));
  return { root, files, text, pages, languages };
};

// The language whose folder a page is in; the pages at the top belong to none.
export const languageOf = (site, path) =>
  site.languages.find(({ folder }) => path.startsWith(`${folder}/`));

// A record with its page, to be looked for in the search of its language: one with a word of six
// letters or more at the least, so that the words are its own.
export const knownRecord = (site, language) => {
  const records = JSON.parse(site.text("data/records.json"));
  for (const record of records) {
    if (record.lang !== language.lang) continue;
    const page = [...site.pages.values()].find(
      ({ path, template }) =>
        template === "record" &&
        path.startsWith(`${language.folder}/`) &&
        path.endsWith(`/${record.id}/index.html`),
    );
    const words = (record.title.match(/[\p{L}\p{N}]{6,}/gu) ?? []).slice(0, 3);
    if (page && words.length > 1) return { path: page.path, title: record.title, words };
  }
  throw new Error(`data/records.json has no record in ${language.lang} to look for`);
};

// What every language of the example has: the page of a template that has most of something (of text,
// where nothing else is said), or a page with that address.
const facts = (page) => page.elements.filter(({ tag }) => tag === "dt").length;
const length = (page) => page.html.length;
const SAMPLES = [
  { name: "home", template: "home" },
  { name: "record", template: "record", most: facts },
  { name: "long record", template: "record" },
  { name: "list", template: "list" },
  { name: "term", template: "term" },
  { name: "terms", address: "objectives/index.html" },
  { name: "countries", address: "countries/index.html" },
  { name: "plain page", address: "about/index.html" },
  { name: "long page", template: "page" },
  { name: "search", template: "search" },
  // Written in one language at the least.
  { name: "manual", address: "manual/index.html", once: true },
];

const findSample = (site, { folder }, { template, address, most = length }) => {
  if (address) return site.pages.get(`${folder}/${address}`);
  return [...site.pages.values()]
    .filter((page) => page.template === template && page.path.startsWith(`${folder}/`))
    .sort((a, b) => most(b) - most(a) || length(b) - length(a))[0];
};

// Returns the pages that stand for all others, and what is missing among them. A sample's address is
// what a browser is sent to, beside its path on the disk.
export const samplesOf = (site) => {
  const samples = [];
  const missing = [];
  if (site.pages.get("index.html")?.template === "languages") {
    // With this fragment the page stays, instead of going on to the reader's language.
    samples.push({ name: "index.html", path: "index.html", address: "index.html#choose" });
  } else {
    missing.push("index.html is not a choice of languages");
  }
  if (site.languages.length < 2) missing.push("fewer than two languages were found");
  for (const wanted of SAMPLES) {
    let found = 0;
    for (const language of site.languages) {
      const page = findSample(site, language, wanted);
      if (page) {
        found += 1;
        const name = `${wanted.name} in ${language.lang}`;
        // A search that finds something, because an empty one shows next to nothing.
        const query = wanted.name === "search" ? knownRecord(site, language).words[0] : null;
        const address = query ? `${page.path}?q=${encodeURIComponent(query)}` : page.path;
        samples.push({ name, kind: wanted.name, language, path: page.path, address });
      } else if (!wanted.once) {
        missing.push(`${language.folder}/ has no page for "${wanted.name}"`);
      }
    }
    if (wanted.once && found === 0) missing.push(`no language has a page for "${wanted.name}"`);
  }
  if (site.pages.has("404.html")) {
    // A host answers an address that leads nowhere with this page, at any depth.
    samples.push({ name: "404", kind: "404", path: "404.html", address: "no/such/page.html" });
  } else {
    missing.push("404.html is missing");
  }
  return { samples, missing };
};
