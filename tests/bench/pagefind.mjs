// Pagefind's own client, run without a browser: what it fetches is read from the disk and counted.
// Every client is a reader who comes for the first time.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { weightOf } from "../browser/engine.mjs";

const ORIGIN = "https://site.example";
let opened = 0;

// Opens the client of an index in a folder. In a browser it works in a worker, whose script is counted
// though this one works without.
export const openPagefind = async (folder) => {
  const cost = { bytes: 0, requests: 0, files: [] };
  const count = (name, bytes) => {
    cost.bytes += bytes;
    cost.requests += 1;
    cost.files.push(name);
  };
  globalThis.window ??= { location: { origin: ORIGIN } };
  globalThis.location ??= globalThis.window.location;
  globalThis.document ??= { currentScript: null, querySelector: () => ({ getAttribute: () => "en" }) };
  globalThis.fetch = async (address) => {
    const name = new URL(String(address?.url ?? address), `${ORIGIN}/`).pathname.replace(/^\/pagefind\//, "");
    const bytes = readFileSync(join(folder, name));
    // What is packed already, a host sends as it is.
    count(name, Math.min(bytes.length, weightOf(join(folder, name))));
    return new Response(bytes, {
      headers: { "content-type": name.endsWith(".json") ? "application/json" : "" },
    });
  };
  for (const script of ["pagefind.js", "pagefind-worker.js"]) count(script, weightOf(join(folder, script)));
  const script = pathToFileURL(join(folder, "pagefind.js"));
  script.search = `?${(opened += 1)}`;
  const pagefind = await import(script);
  await pagefind.options({ basePath: "/pagefind/", baseUrl: "/", noWorker: true });
  const search = async (text, shown = 10) => {
    const { results } = await pagefind.search(text);
    await Promise.all(results.slice(0, shown).map((result) => result.data()));
    return results.length;
  };
  return { search, cost };
};
