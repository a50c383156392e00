// The search engine of a built site, run without a browser: its scripts are read from the disk, and
// what they would cost a reader is counted. Every engine is a reader who comes for the first time.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runInContext, createContext } from "node:vm";

const sizes = new Map();

// Returns what a file weighs as a host sends it, compressed.
export const weightOf = (path) => {
  if (!sizes.has(path)) sizes.set(path, gzipSync(readFileSync(path), { level: 6 }).length);
  return sizes.get(path);
};

// What the search page of a language carries of the index, and what that weighs, compressed.
const carriedBy = (site, lang) => {
  const page = [`${lang}/search`, "search"].map((folder) => join(site, folder, "index.html")).find(existsSync);
  const html = readFileSync(page, "utf8");
  const [, carried] = html.match(/data-search-root="[^"]*">([^<]*)/) || [];
  const bytes = carried ? weightOf(page) - gzipSync(html.replace(carried, ""), { level: 6 }).length : 0;
  return { carried, bytes };
};

// Opens the engine of a site in a folder. `broken` says which shards fail: a function of their path.
// `searchPage` opens it as the search page does, which brings the root of the index along.
export const openEngine = (
  site,
  { lang = "en", broken = () => false, change = (text) => text, searchPage = false } = {},
) => {
  // Bytes of what a page carries count, but it is no request.
  const cost = { bytes: 0, requests: 0, files: [], carried: 0 };
  const count = (path) => {
    cost.bytes += weightOf(path);
    cost.requests += 1;
    cost.files.push(path.slice(site.length + 1));
  };
  const read = (address) => {
    const path = join(site, decodeURIComponent(address.replace("https://site.example/", "").split("?")[0]));
    if (broken(path)) throw new Error("broken");
    const text = change(readFileSync(path, "utf8"), path);
    count(path);
    return text;
  };
  const document = {
    documentElement: { lang },
    currentScript: { src: "https://site.example/assets/search.js" },
    createElement: () => ({ remove: () => {} }),
    head: {
      append: (script) => {
        queueMicrotask(() => {
          try {
            runInContext(read(script.src), context);
            script.onload();
          } catch {
            script.onerror();
          }
        });
      },
    },
  };
  const context = createContext({
    document,
    URL,
    TextEncoder,
    TextDecoder,
    DecompressionStream,
    Response,
    atob,
    setTimeout: (call, time) => setTimeout(call, time).unref(),
    clearTimeout,
    console,
  });
  runInContext(read("https://site.example/assets/search.js"), context);
  const vademecum = runInContext("vademecum", context);
  if (searchPage) {
    const { carried, bytes } = carriedBy(site, lang);
    if (carried) vademecum.shard(...JSON.parse(carried));
    cost.carried = bytes;
    cost.bytes += bytes;
  }
  return { vademecum, cost };
};
