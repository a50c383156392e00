// What a reader downloads to read one record, compressed as most hosts compress it: for many of the
// readers every kilobyte is slow or paid for.

import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT = 40_000;

export const weight = async (report, site) => {
  const sizes = new Map();
  const size = (path) => {
    if (!sizes.has(path))
      sizes.set(path, gzipSync(readFileSync(join(site.root, path)), { level: 6 }).length);
    return sizes.get(path);
  };
  const weigh = (page) => {
    const needed = new Set([page.path]);
    for (const { tag, attributes } of page.elements) {
      const address =
        tag === "script"
          ? attributes.get("src")
          : tag === "link" && attributes.get("rel") === "stylesheet"
            ? attributes.get("href")
            : undefined;
      if (address) needed.add(posix.join(posix.dirname(page.path), address));
    }
    return {
      path: page.path,
      bytes: [...needed].reduce((sum, path) => sum + size(path), 0),
      files: needed.size,
    };
  };
  await report.check(
    `weight: no record needs more than ${LIMIT} bytes of HTML, CSS and scripts`,
    () => {
      const records = [...site.pages.values()].filter(({ template }) => template === "record");
      const [heaviest] = records.map(weigh).sort((a, b) => b.bytes - a.bytes);
      if (!heaviest) return ["there is no record"];
      // A page without its style or script would be light for the wrong reason.
      const problems =
        heaviest.files < 3 ? [`${heaviest.path}: only ${heaviest.files} files were weighed`] : [];
      if (heaviest.bytes > LIMIT) problems.push(`${heaviest.path}: ${heaviest.bytes} bytes`);
      return { problems, note: `${heaviest.bytes} bytes: ${heaviest.path}` };
    },
  );
};
