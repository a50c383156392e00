// Reads every page from the disk and follows every link, as far as that goes without a browser: the
// site must hold together from a plain host and from a folder on a USB stick.

import { posix } from "node:path";
import { describe } from "./markup.mjs";
import { languageOf } from "./site.mjs";

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const REMOTE = /^(https?:)?\/\//i;
const RIGHT_TO_LEFT = new Set(["ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"]);
// An element of these fetches what it names; a link does so only for some of its kinds.
const FETCHING = new Set([
  "script",
  "img",
  "iframe",
  "frame",
  "source",
  "video",
  "audio",
  "track",
  "embed",
  "object",
  "input",
  "use",
  "image",
]);
const FETCHING_LINKS =
  /\b(stylesheet|icon|preload|prefetch|modulepreload|manifest|dns-prefetch|preconnect)\b/i;
// A script of these types is text that no browser runs.
const DATA = new Set(["application/ld+json", "application/json"]);

const addressesOf = ({ tag, attributes }) => {
  const found = ["href", "src", "action", "formaction", "poster", "data", "xlink:href"]
    .filter((name) => attributes.has(name))
    .map((name) => attributes.get(name));
  for (const part of (attributes.get("srcset") ?? "").split(/,\s+/)) {
    if (part.trim()) found.push(part.trim().split(/\s+/)[0]);
  }
  if (tag === "meta" && attributes.get("http-equiv") === "refresh") {
    found.push((attributes.get("content") ?? "").replace(/^.*?url=/i, ""));
  }
  return found;
};

const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

// Returns where a link of the site leads: { file, fragment }, or { problem }.
const resolve = (page, address) => {
  const [rest, fragment] = address.split(/#(.*)/s);
  const path = decoded(rest.split("?")[0]);
  const id = fragment === undefined ? undefined : decoded(fragment);
  if (path === null || id === null) return { problem: "is not well encoded" };
  if (address === "") return { problem: "is empty" };
  // Only the 404 page may begin at the host's top: it is shown at any depth, and never from a disk.
  const fromTop = path.startsWith("/");
  if (fromTop && page.template !== "404") return { problem: "begins at the top of the host" };
  if (!fromTop && path && page.template === "404")
    return { problem: "is relative in the 404 page" };
  if (path.endsWith("/")) return { problem: "ends in a slash" };
  const file = fromTop
    ? path.slice(1)
    : posix.join(posix.dirname(page.path), path || posix.basename(page.path));
  if (file.startsWith("..")) return { problem: "leads out of the site" };
  return { file, fragment: id };
};

const isFolder = (site, path) => [...site.files].some((file) => file.startsWith(`${path}/`));

const checkLinks = (site) => {
  const problems = [];
  let count = 0;
  for (const page of site.pages.values()) {
    for (const element of page.elements) {
      for (const address of addressesOf(element)) {
        if (SCHEME.test(address) || REMOTE.test(address)) continue;
        count += 1;
        const { problem, file, fragment } = resolve(page, address);
        const report = (what) =>
          problems.push(`${page.path}: ${describe(element)}: "${address}" ${what}`);
        if (problem) {
          report(problem);
        } else if (!site.files.has(file)) {
          report(isFolder(site, file) ? "leads to a folder" : "leads to no file");
        } else if (fragment) {
          const target = site.pages.get(file);
          if (!target?.ids.includes(fragment)) report(`finds no id "${fragment}"`);
        }
      }
    }
  }
  return { problems, note: `${count} links` };
};

const checkResources = (site) => {
  const problems = [];
  for (const page of site.pages.values()) {
    for (const element of page.elements) {
      const { tag, attributes } = element;
      const fetches =
        FETCHING.has(tag) || (tag === "link" && FETCHING_LINKS.test(attributes.get("rel") ?? ""));
      if (fetches && addressesOf(element).some((address) => REMOTE.test(address))) {
        problems.push(`${page.path}: ${describe(element)}`);
      }
    }
  }
  for (const path of site.files) {
    if (!path.endsWith(".css")) continue;
    const text = site.text(path).replace(/\/\*[\s\S]*?\*\//g, "");
    for (const [, address] of text.matchAll(/(?:url\(|@import)\s*["']?([^"')\s;]+)/g)) {
      if (/^(data:|url\()/i.test(address)) continue;
      const file = posix.join(posix.dirname(path), address.split(/[?#]/)[0]);
      if (SCHEME.test(address) || REMOTE.test(address))
        problems.push(`${path}: ${address} is elsewhere`);
      else if (!site.files.has(file)) problems.push(`${path}: ${address} leads to no file`);
    }
  }
  return problems;
};

// A strict Content-Security-Policy refuses each of these.
const checkInline = (site) => {
  const problems = [];
  for (const page of site.pages.values()) {
    for (const element of page.elements) {
      const { tag, attributes } = element;
      const report = (what) => problems.push(`${page.path}: ${describe(element)} ${what}`);
      if (tag === "style") report("is an inline style");
      if (tag === "script" && !attributes.has("src") && !DATA.has(attributes.get("type") ?? ""))
        report("is an inline script");
      for (const [name, value] of attributes) {
        if (name === "style") report("has a style");
        if (name.startsWith("on")) report(`has ${name}`);
        if (/^\s*javascript:/i.test(value)) report(`has a script in ${name}`);
      }
    }
  }
  return problems;
};

const checkIds = (site) => {
  const problems = [];
  for (const { path, ids } of site.pages.values()) {
    const seen = new Set();
    for (const id of ids) {
      if (seen.has(id)) problems.push(`${path}: id "${id}" is there twice`);
      if (id === "") problems.push(`${path}: an id is empty`);
      seen.add(id);
    }
  }
  return problems;
};

const checkLanguages = (site) => {
  const problems = [];
  for (const page of site.pages.values()) {
    const language = languageOf(site, page.path);
    const expected = RIGHT_TO_LEFT.has(page.lang.split("-")[0]) ? "rtl" : "ltr";
    if (!page.lang) problems.push(`${page.path}: <html> has no lang`);
    else if (page.dir !== expected)
      problems.push(`${page.path}: dir="${page.dir}" for ${page.lang}`);
    if (language && page.lang !== language.lang) {
      problems.push(`${page.path}: lang="${page.lang}" in the folder of ${language.lang}`);
    }
  }
  return problems;
};

const linksOf = (page, tag = "a") =>
  page.elements.filter((element) => element.tag === tag && element.attributes.has("href"));

// A reader of one language comes to every page of it by its links and forms alone.
const checkReachable = (site, language) => {
  const home = `${language.folder}/index.html`;
  const inside = [...site.pages.values()].filter(({ path }) =>
    path.startsWith(`${language.folder}/`),
  );
  const reached = new Set([home]);
  const todo = [home];
  while (todo.length > 0) {
    const page = site.pages.get(todo.pop());
    const forms = page.elements.filter(
      ({ tag, attributes }) => tag === "form" && attributes.has("action"),
    );
    for (const { attributes } of [...linksOf(page), ...forms]) {
      const address = attributes.get("href") ?? attributes.get("action");
      if (SCHEME.test(address) || REMOTE.test(address)) continue;
      const { file } = resolve(page, address);
      if (!file || reached.has(file) || !site.pages.has(file)) continue;
      if (!file.startsWith(`${language.folder}/`)) continue;
      reached.add(file);
      todo.push(file);
    }
  }
  const lost = inside.filter(({ path, template }) => !reached.has(path) && template !== "redirect");
  return { problems: lost.map(({ path }) => path), note: `${reached.size} pages` };
};

// On every page, the switch leads to the same page in every language that has it, else to another
// one there. The second page of a list holds other entries in each language, so from there the list's
// first page is the same page.
const checkSwitch = (site) => {
  const problems = [];
  let count = 0;
  for (const page of site.pages.values()) {
    const language = languageOf(site, page.path);
    if (!language || page.template === "redirect") continue;
    const rest = page.path
      .slice(language.folder.length)
      .replace(/\/page\/\d+\/index\.html$/, "/index.html");
    for (const other of site.languages) {
      if (other.folder === language.folder) continue;
      const link = linksOf(page).find(
        ({ attributes }) => attributes.get("data-language") === other.lang,
      );
      const leads = link && resolve(page, link.attributes.get("href")).file;
      const same = `${other.folder}${rest}`;
      count += 1;
      if (!leads) problems.push(`${page.path}: has no link to ${other.lang}`);
      else if (site.pages.has(same) && leads !== same)
        problems.push(`${page.path}: leads to ${leads}, not to ${same}`);
      else if (!leads.startsWith(`${other.folder}/`))
        problems.push(`${page.path}: leads to ${leads}, out of ${other.folder}/`);
    }
  }
  return { problems, note: `${count} links` };
};

export const crawl = async (report, site) => {
  await report.check("crawl: every page is made by a known template", () =>
    [...site.pages.values()].filter(({ template }) => !template).map(({ path }) => path),
  );
  await report.check("crawl: every link leads to a file and an id, from a disk too", () =>
    checkLinks(site),
  );
  await report.check("crawl: no script, style or image comes from elsewhere", () =>
    checkResources(site),
  );
  await report.check("crawl: no inline script, style or handler", () => checkInline(site));
  await report.check("crawl: every id is unique in its page", () => checkIds(site));
  await report.check("crawl: lang and dir are set and fit", () => checkLanguages(site));
  await report.check("crawl: the language switch leads to the same page", () => checkSwitch(site));
  await report.check("crawl: index.html leads to every language", () => {
    const page = site.pages.get("index.html");
    if (!page) return ["index.html is missing"];
    const leads = linksOf(page).map(({ attributes }) => attributes.get("href"));
    return site.languages
      .filter(({ folder }) => !leads.includes(`${folder}/index.html`))
      .map(({ folder }) => `no link to ${folder}/index.html`);
  });
  for (const language of site.languages) {
    await report.check(`crawl: every page in ${language.lang} is reached from its home page`, () =>
      checkReachable(site, language),
    );
  }
};
