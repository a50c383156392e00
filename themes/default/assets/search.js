// The search page: finds words in the titles, summaries and labels of a language's pages, as one
// types. The list of pages is a classic script (search/<language>.js) that calls
// `vademecum.pages`, because a page opened from disk can load nothing else.
"use strict";

const vademecum = (() => {
  // Folds a text as the index does: compatibility forms, lower case, no marks.
  const fold = (text) =>
    text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "");
  const words = (text) => fold(text).match(/[\p{L}\p{N}]+/gu) || [];

  let pages = [];

  const load = (list) => {
    pages = list.map(([url, title, summary, labels]) => ({
      url,
      title,
      summary,
      fields: [
        { weight: 4, words: words(title) },
        { weight: 2, words: words(labels) },
        { weight: 1, words: words(summary) },
      ],
    }));
  };

  // A word counts whole most, as the beginning of a word less, and for a long word also when the
  // word found begins like it (inflected forms).
  const match = (wanted, word) => {
    if (word === wanted) return 1;
    if (wanted.length >= 3 && word.startsWith(wanted)) return 0.7;
    const stem = Math.max(5, wanted.length - 2);
    return wanted.length >= 6 && word.startsWith(wanted.slice(0, stem)) ? 0.5 : 0;
  };

  // Returns the pages that hold a word of the query: rare words weigh more, and a page that holds
  // more of the words stands higher.
  const search = (query) => {
    const wanted = [...new Set(words(query))];
    const scores = new Map();
    for (const word of wanted) {
      const found = new Map();
      pages.forEach((page, index) => {
        let score = 0;
        for (const field of page.fields) {
          let best = 0;
          for (const other of field.words) best = Math.max(best, match(word, other));
          score += best * field.weight;
        }
        if (score > 0) found.set(index, score);
      });
      const rarity = Math.log(1 + pages.length / (found.size + 1));
      for (const [index, score] of found) {
        const sum = scores.get(index) || { score: 0, matched: 0 };
        sum.score += score * rarity;
        sum.matched += 1;
        scores.set(index, sum);
      }
    }
    return [...scores]
      .map(([index, { score, matched }]) => ({ index, score: score * (matched / wanted.length) }))
      .sort((a, b) => b.score - a.score || a.index - b.index)
      .map(({ index }) => pages[index]);
  };

  return { pages: load, search, words };
})();

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-search]");
  if (!form) return;
  const { root, nothing, empty, failed } = form.dataset;
  const language = document.documentElement.lang;
  const forms = JSON.parse(form.dataset.results);
  const field = form.querySelector("input[type=search]");
  const status = document.querySelector("[data-search-status]");
  const results = document.querySelector("[data-search-results]");
  const LIMIT = 30;

  // Adds a text with the words of the query marked.
  const mark = (element, text, wanted) => {
    const parts = text.split(/([\p{L}\p{N}]+)/u);
    for (const part of parts) {
      const word = vademecum.words(part)[0];
      const hit = word && wanted.some((other) => other.length > 2 && word.startsWith(other));
      if (hit) {
        const marked = document.createElement("mark");
        marked.textContent = part;
        element.append(marked);
      } else {
        element.append(part);
      }
    }
  };

  const counted = (number) => {
    const form = forms[new Intl.PluralRules(language).select(number)] || forms.other;
    return form.replace("{n}", new Intl.NumberFormat(language).format(number));
  };

  const show = (query) => {
    results.replaceChildren();
    if (!query.trim()) {
      status.textContent = empty;
      return;
    }
    const wanted = vademecum.words(query);
    const found = vademecum.search(query);
    status.textContent = found.length ? counted(found.length) : nothing.replace("{query}", query);
    for (const page of found.slice(0, LIMIT)) {
      const row = document.createElement("li");
      row.className = "row";
      const title = document.createElement("p");
      title.className = "row-title";
      const link = document.createElement("a");
      link.href = root + page.url.split("/").map(encodeURIComponent).join("/");
      mark(link, page.title, wanted);
      title.append(link);
      const summary = document.createElement("p");
      summary.className = "row-summary";
      mark(summary, page.summary, wanted);
      row.append(title, summary);
      results.append(row);
    }
  };

  const remember = (query) => {
    const url = new URL(location.href);
    if (query) url.searchParams.set("q", query);
    else url.searchParams.delete("q");
    history.replaceState(null, "", url);
  };

  const start = () => {
    field.value = new URLSearchParams(location.search).get("q") || "";
    show(field.value);
    if (!field.value) field.focus();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(field.value);
    remember(field.value);
  });
  field.addEventListener("input", () => {
    show(field.value);
    remember(field.value);
  });
  window.addEventListener("pageshow", start);
  window.addEventListener("error", (event) => {
    if (event.target.tagName === "SCRIPT") status.textContent = failed;
  }, true);
});
