// Uses the site as its readers do, from a host and from a disk. Each subject has its own file.

import { pathToFileURL } from "node:url";
import { serve } from "./server.mjs";
import { keyboard } from "./keyboard.mjs";
import { languages } from "./languages.mjs";
import { loading } from "./loading.mjs";
import { look } from "./look.mjs";
import { print } from "./print.mjs";
import { scriptless } from "./scriptless.mjs";
import { tongues } from "./tongues.mjs";

export const pages = async (report, site, samples, browser, { full }) => {
  const host = await serve(site);
  // Part of a host, as many institutions give their projects, and compressing what it sends.
  const folder = await serve(site, { base: "/some/folder/", gzip: true });
  const places = {
    host: { name: "from a host", url: host.url },
    disk: { name: "from a disk", url: `${pathToFileURL(site.root).href}/` },
    folder: { name: "from a sub-folder of a host", url: folder.url },
  };
  try {
    for (const part of [loading, look, languages, tongues, keyboard, scriptless, print]) {
      await part(report, { site, samples, browser, places, full });
    }
  } finally {
    await host.close();
    await folder.close();
  }
};
