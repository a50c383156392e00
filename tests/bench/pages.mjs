// A documentation-like site of any size in English, the same bytes every time, to measure what a
// search in the browser costs on it.
//
//   node pages.mjs FOLDER [PAGES]           writes a site, 10,000 pages when not told otherwise
//   node pages.mjs --statistics FOLDER      counts words in a site, this one or a real one
//
// What a search costs depends on how often texts repeat, how many different words a page holds, on
// how many pages a word stands, and whether pages that answer alike lie side by side. So:
// - The texts weigh 6.1 MB together at gzip -9, as those of another 9,667 pages of documentation did.
// - The rest was held beside 9,667 pages from the manuals of Linux, Python, Java, PostgreSQL,
//   LibreOffice, Django, git and others, which weigh 7.8 MB: words and different words a page and
//   their spread, words on one page only, words on more than a fifth, a twentieth and a hundredth of
//   the pages, sizes of folders, and in how many files of results and texts ten hits lie (8.7 and
//   9.3 here, 8.3 and 9.0 there). Different words are fewer here (44,000 against 68,000, and 137
//   against 159 a page), as the texts are shorter; and a word keeps more to one folder (54 % of its
//   pages against 41 %), as there are fewer words that all share.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIST = join(dirname(fileURLToPath(import.meta.url)), "words", "en.txt");

// The words of a page: half of all pages have fewer than the median.
const MEDIAN_WORDS = 224;
const SPREAD = 0.85;
const [FEWEST, MOST] = [40, 3000];

// Products, each with folders of pages; few folders are large.
const PRODUCTS = 14;
const PAGES_PER_FOLDER = 85;
// Of a language, a product and a folder: how many words, and how many phrases are said again.
const GENERAL = 1500;
const PRODUCT = { words: 1500, names: 1500, phrases: 3000 };
const FOLDER = { words: 160, names: 30, phrases: 700 };
const PHRASES = 3000;
// How many words a phrase has that is said again in other places, at least and at most.
const SAID_AGAIN = [3, 8];
// Words that a page is about, and names that it brings with it; some of them stand on its neighbours.
const SUBJECT = 7;
const NAMES = 11;
const NEIGHBOURS = 3;
// So many pages in turn share two words of their subject, and so many of these say them.
const ALIKE = 12;
const IS_ALIKE = 0.6;
// How often a phrase is new, or was said before on the page, in the folder, in the product; else it
// is one of those of all products.
const NEW = 0.29;
const ON_PAGE = 0.37;
const IN_FOLDER = 0.06;
const IN_PRODUCT = 0.09;
// How often a word of a new phrase is a general one, or belongs to the page or the folder; else it
// is the product's.
const IS_GENERAL = 0.62;
const IS_PAGES = 0.2;
const IS_FOLDERS = 0.04;

// The same numbers on every machine (mulberry32).
export const random = (seed) => {
  let state = seed;
  const share = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit) => Math.floor(share() * limit);
  const one = (list) => list[below(list.length)];
  return { share, below, one };
};

// Draws from a list as often as ranks say: Zipf's law, weight 1 / rank.
const ranked = (list, { share }) => {
  let sum = 0;
  const sums = list.map((_, rank) => (sum += 1 / (rank + 1)));
  return () => {
    const wanted = share() * sum;
    let [low, high] = [0, list.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return list[low];
  };
};

const capital = (word) => word[0].toUpperCase() + word.slice(1);

// Writes a site of so many pages.
export const write = (folder, pages = 10000) => {
  const chance = random(7);
  const { share, below, one } = chance;
  const list = readFileSync(LIST, "utf8").split("\n").filter(Boolean);
  const letters = list.filter((word) => /^[a-z]{3,9}$/.test(word));
  const bell = () => Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share());

  // A name as programs have them: `buffer_size`, `readConfig`, `tcp4`, `0x1f40`.
  const name = () => {
    const kind = share();
    if (kind < 0.3) return `${one(letters)}_${one(letters)}`;
    if (kind < 0.72) return one(letters) + capital(one(letters));
    if (kind < 0.78) return one(letters).slice(0, 4) + below(300);
    if (kind < 0.86) return `0x${below(1 << 24).toString(16)}`;
    return one(letters).slice(0, 2 + below(3)) + one(letters).slice(-3);
  };
  const several = (count, make) => Array.from({ length: count }, make);
  const general = ranked(list.slice(0, GENERAL), chance);
  // Some words belong to many products and folders, most to a few.
  const special = () => list[120 + Math.floor(share() * share() * (list.length - 120))];
  const own = ({ words, names }) =>
    ranked(
      several(words + names, (_, at) => ((at * names) % (words + names) < names ? name() : special())),
      chance,
    );

  // Words side by side, none of them twice in a row.
  const phrase = (word, fewest = 2, most = 6) => {
    const words = [];
    for (let count = fewest + below(most - fewest + 1); count > 0; count -= 1) {
      const next = word();
      if (next !== words.at(-1)) words.push(next);
    }
    return words.join(" ");
  };
  const saying = (word) => phrase(word, ...SAID_AGAIN);
  const everywhere = ranked(
    several(PHRASES, () => saying(() => general())),
    chance,
  );
  const products = several(PRODUCTS, (_, number) => {
    const word = own(PRODUCT);
    const mixed = () => (share() < IS_GENERAL ? general() : word());
    return {
      name: `${list[300 + number * 37]}`,
      word,
      phrase: ranked(
        several(PRODUCT.phrases, () => saying(mixed)),
        chance,
      ),
    };
  });

  const folders = several(Math.max(PRODUCTS, Math.round(pages / PAGES_PER_FOLDER)), (_, number) => {
    const product =
      products[number < PRODUCTS ? number : Math.min(PRODUCTS - 1, Math.floor(PRODUCTS * share() * share()))];
    const word = own(FOLDER);
    const mixed = () => {
      const kind = share();
      return kind < IS_GENERAL ? general() : kind < IS_GENERAL + 0.12 ? word() : product.word();
    };
    const headings = several(8, () => capital(phrase(() => (share() < 0.4 ? general() : word()), 1, 3)));
    return {
      path: `${product.name}/${word().toLowerCase().replace(/\W/g, "")}-${number}`,
      product,
      word,
      phrase: ranked(
        several(FOLDER.phrases, () => saying(mixed)),
        chance,
      ),
      headings,
      // Larger ones are fewer, and none is empty.
      size: 1 / ((number + 5) * Math.sqrt(number + 5)),
      pages: [],
      recent: [],
    };
  });
  const total = folders.reduce((sum, { size }) => sum + size, 0);

  let written = 0;
  folders.forEach((place, number) => {
    const last = number === folders.length - 1;
    const count = last
      ? pages - written
      : Math.min(pages - written, Math.max(1, Math.round((pages * place.size) / total)));
    mkdirSync(join(folder, "content", place.path), { recursive: true });
    for (let page = 0; page < count; page += 1) {
      const text = writePage(place);
      writeFileSync(join(folder, "content", place.path, `${text.file}.md`), text.markdown);
      written += 1;
    }
  });
  writeFileSync(
    join(folder, "content", "index.md"),
    '---\ntitle: "Documentation"\nlang: en\n---\n\nPages made to measure.\n',
  );

  function writePage(place) {
    const { product } = place;
    const fresh = several(Math.floor(NAMES * (0.4 + 1.2 * share())), name);
    const near = several(Math.min(NEIGHBOURS, place.recent.length), () => one(place.recent));
    place.recent = [...fresh.slice(0, 2), ...place.recent].slice(0, 12);
    // Pages that follow each other treat parts of one thing.
    if (place.pages.length % ALIKE === 0) place.shared = several(2, () => product.word());
    const about = several(SUBJECT, (_, at) => (at % 3 === 1 ? place.word() : product.word()));
    if (share() < IS_ALIKE) about[0] = place.shared[0];
    if (share() < IS_ALIKE) about[3] = place.shared[1];
    const subject = ranked([...about.slice(0, 5), ...near, ...about.slice(5), ...fresh], chance);
    const word = () => {
      const kind = share();
      if (kind < IS_GENERAL) return general();
      if (kind < IS_GENERAL + IS_PAGES) return subject();
      return kind < IS_GENERAL + IS_PAGES + IS_FOLDERS ? place.word() : product.word();
    };
    const said = [];
    const say = () => {
      const kind = share();
      if (kind < NEW || !said.length) {
        said.push(phrase(word));
        return said.at(-1);
      }
      if (kind < NEW + ON_PAGE) return one(said);
      if (kind < NEW + ON_PAGE + IN_FOLDER) return place.phrase();
      return kind < NEW + ON_PAGE + IN_FOLDER + IN_PRODUCT ? product.phrase() : everywhere();
    };
    const title = capital(
      [...new Set([about[0], share() < 0.5 ? general() : about[1], about[2], about[3]])]
        .filter(Boolean)
        .slice(0, 1 + below(4))
        .join(" "),
    );
    const slug = title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "");
    const file = `${String(place.pages.length).padStart(5, "0")}-${slug}`;
    const length = Math.min(MOST, Math.max(FEWEST, Math.round(MEDIAN_WORDS * Math.exp(SPREAD * bell()))));

    // What a sentence is in Markdown: names as code, sometimes a link to a neighbour.
    const sentence = () => {
      let text = several(1 + below(4), say).join(share() < 0.3 ? ", " : " ");
      if (place.pages.length && share() < 0.06) {
        const other = one(place.pages);
        text += ` [${other.title}](${other.file}.md)`;
      }
      return `${capital(text)}.`;
    };
    const marked = (text) =>
      text.replace(/\S*(?:_|[a-z][A-Z]|0x)\S*/g, (whole) => {
        const [, code, sign] = whole.match(/^(.*?)([.,]?)$/);
        return /[[\]()]/.test(whole) ? whole : `\`${code}\`${sign}`;
      });
    const sections = 3 + below(3);
    const paragraphs = [];
    let words = 0;
    for (let section = 0; section <= sections; section += 1) {
      if (section > 0)
        paragraphs.push(
          `## ${share() < 0.6 ? place.headings[(section * 2 + below(2)) % 8] : capital(phrase(word, 1, 4))}`,
        );
      const until = (length * (section + 1)) / (sections + 1);
      while (words < until) {
        const sentences = [];
        for (let count = 1 + below(5); count > 0 && words < until; count -= 1) {
          sentences.push(sentence());
          words += sentences.at(-1).split(" ").length;
        }
        paragraphs.push(marked(sentences.join(" ")));
      }
    }
    place.pages.push({ title, file });
    return {
      file,
      markdown: `---\ntitle: ${JSON.stringify(title)}\nlang: en\n---\n\n${paragraphs.join("\n\n")}\n`,
    };
  }
};

// Reads the pages of a site in the order of their addresses: path, title, text and words.
export const read = (folder) => {
  const paths = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith(".md"));
  return paths.sort().map((path) => {
    const [, head, text] = readFileSync(join(folder, path), "utf8").match(/^---\n(.*?)\n---\n(.*)$/s) || [
      ,
      "",
      "",
    ];
    const title = (head.match(/^title: (.*)$/m) || ["", ""])[1].replace(/^"|"$/g, "");
    return { path, folder: dirname(path), title, text, words: wordsOf(text) };
  });
};

export const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];

// Counts what a search depends on.
export const statistics = (pages) => {
  const holding = new Map();
  const sizes = new Map();
  for (const { folder, words } of pages) {
    sizes.set(folder, (sizes.get(folder) || 0) + 1);
    for (const word of new Set(words)) {
      if (!holding.has(word)) holding.set(word, new Map());
      holding.get(word).set(folder, (holding.get(word).get(folder) || 0) + 1);
    }
  }
  const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
  const round = (number) => Math.round(number * 100) / 100;
  const spread = (numbers) => {
    const sorted = [...numbers].sort((a, b) => a - b);
    const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
    return {
      mean: Math.round(sum(sorted) / sorted.length),
      tenth: at(0.1),
      half: at(0.5),
      "nine tenths": at(0.9),
    };
  };
  const counts = [...holding.values()].map((places) => sum([...places.values()]));
  const postings = sum(counts);
  const over = (share) => {
    const common = counts.filter((count) => count > share * pages.length);
    return { words: common.length, postings: round(sum(common) / postings) };
  };
  const inOneFolder = (low, high) => {
    const places = [...holding.values()].map((folders) => [...folders.values()]);
    const some = places.filter((folders) => sum(folders) >= low && sum(folders) < high);
    return round(sum(some.map((folders) => Math.max(...folders) / sum(folders))) / some.length);
  };
  const texts = pages.map(({ text }) => text).join("\n");
  return {
    pages: pages.length,
    "MB of text": round(Buffer.byteLength(texts) / 1e6),
    "MB of text, gzip -9": round(gzipSync(texts, { level: 9 }).length / 1e6),
    "words a page": spread(pages.map(({ words }) => words.length)),
    "different words a page": spread(pages.map(({ words }) => new Set(words).size)),
    "thousand postings": Math.round(postings / 1000),
    "different words": counts.length,
    "of these on one page": round(counts.filter((count) => count === 1).length / counts.length),
    "on two to five": round(counts.filter((count) => count > 1 && count < 6).length / counts.length),
    "on more than a fifth of the pages": over(0.2),
    "on more than a twentieth": over(0.05),
    "on more than a hundredth": over(0.01),
    "pages a folder": { folders: sizes.size, ...spread(sizes.values()), most: Math.max(...sizes.values()) },
    "share of the pages of a word in one folder, on 10 to 29 pages": inOneFolder(10, 30),
    "on 30 to 99": inOneFolder(30, 100),
    "on 100 to 499": inOneFolder(100, 500),
  };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [first, second] = process.argv.slice(2);
  if (!first) throw new Error("usage: pages.mjs FOLDER [PAGES] | --statistics FOLDER");
  if (first === "--statistics") console.log(statistics(read(second)));
  else write(first, Number(second || 10000));
}
