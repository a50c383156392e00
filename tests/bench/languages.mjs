// What a search costs a reader in each language of a built site: the golden questions, each asked of a
// browser that has loaded nothing yet. The names of concepts travel too, in every language.
//
//   node languages.mjs OUTPUT [--check]
//
// Bytes are those of a host that compresses (gzip -6). With --check, a language that costs more than a
// question may cost fails: 75 kB for the ranking and 105 kB with ten excerpts, mean of the questions.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openEngine } from "../browser/engine.mjs";
import { golden } from "../browser/parity.mjs";
import { REPOSITORY } from "../browser/program.mjs";

const LIMITS = { ranking: 75, excerpts: 105 };

const [output, flag] = process.argv.slice(2);
if (!output || (flag && flag !== "--check")) {
  console.error("usage: node languages.mjs OUTPUT [--check]");
  process.exit(2);
}
const questions = golden(readFileSync(join(REPOSITORY, "index/queries.toml"), "utf8"));
const mean = (numbers) => numbers.reduce((all, number) => all + number, 0) / numbers.length;
const over = [];
console.log("language   questions   ranking: kB  files   ten excerpts: kB  files   most kB");
for (const lang of [...new Set(questions.map((question) => question.lang))]) {
  const own = questions.filter((question) => question.lang === lang);
  const costs = { ranking: [], excerpts: [] };
  const files = { ranking: [], excerpts: [] };
  for (const { query } of own)
    for (const kind of ["ranking", "excerpts"]) {
      const { vademecum, cost } = openEngine(output, { lang, searchPage: true });
      await vademecum.search(query, { lang, limit: 10, excerpts: kind === "excerpts" });
      costs[kind].push(cost.bytes / 1000);
      files[kind].push(cost.requests);
    }
  const cells = ["ranking", "excerpts"].flatMap((kind) => {
    if (mean(costs[kind]) > LIMITS[kind]) over.push(`${lang}: ${kind}`);
    return [mean(costs[kind]).toFixed(1), mean(files[kind]).toFixed(1)];
  });
  const widths = [8, 12, 14, 7, 19, 7, 10];
  const row = [lang, own.length, ...cells, Math.max(...costs.excerpts).toFixed(1)];
  console.log(row.map((cell, at) => String(cell).padStart(widths[at])).join(""));
}
for (const name of over) console.log(`over budget: ${name}`);
process.exit(flag && over.length ? 1 : 0);
