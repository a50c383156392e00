// What stands beside the results when there is cause: chosen filters, what was understood, results in
// other languages. search-page.js loads this when it first needs any of it.
"use strict";

vademecum.more("aside", (page) => {
  const { words, part, make, button, fill, counted, nameOf, facets, rowOf, watch } = page;
  const { active, choose, settle, toTotal, hideOthers } = page;
  const { lang, dir } = document.documentElement;
  const [understood, chips, others, elsewhere] = ["understood", "chips", "others", "elsewhere"].map(part);

  const direction = (code) =>
    /^(ar|arc|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/.test(code) ? "rtl" : "ltr";

  // Says of a result in which language it is, and of its texts.
  const mark = (row, hit) => {
    const own = { lang, dir };
    const its = { lang: hit.lang, dir: direction(hit.lang) };
    const speak = (element, language) => {
      for (const name in language) element?.setAttribute(name, language[name]);
    };
    const [title, summary] = [".row-title", ".row-summary"].map((name) => row.querySelector(name));
    if (!hit.translated) speak(title.querySelector("a"), its);
    if (!title.querySelector(".mark")) {
      const name = new Intl.DisplayNames(lang, { type: "language" }).of(hit.lang);
      title.append(" ", make("span", { className: "mark" }, fill(words.inLanguage, { name })));
    }
    // A translated summary is in the reader's language, the text itself is not.
    const shown = (hit.excerpt || hit.summary).replace(/<\/?mark>|^… |…$/g, "");
    const isOwn = hit.translated === "summary" && hit.summary.includes(shown);
    speak(summary, isOwn ? own : its);
    const section = summary.querySelector("bdi");
    speak(section, own);
    speak(section?.querySelector("bdi"), its);
  };

  const clear = (className) =>
    button(className, words.clear, () => {
      page.asked.filters = {};
      settle().then(toTotal);
    });

  const labelOf = ([name, value]) =>
    facets.find((facet) => facet.name === name).label + words.colon + nameOf(name, value);
  const showChips = (isFound) => {
    const items = active().map(([name, value], at) => {
      const label = labelOf([name, value]);
      const chip = button("chip", label, async () => {
        await choose(name, value, false);
        const left = chips.querySelectorAll(".chip");
        (left[Math.min(at, left.length - 1)] ?? page.total).focus();
      });
      chip.setAttribute("aria-label", fill(words.remove, { name: label }));
      return chip;
    });
    if (items.length > 1 && isFound) items.push(clear("plain"));
    chips.replaceChildren(...items.map((item) => make("li", {}, item)));
  };

  const showUnderstood = ({ corrected, concepts }) => {
    const parts = [];
    if (corrected) {
      const [before, after] = words.corrected.split("{query}");
      const back = button("plain", fill(words.insist, { query: page.asked.query }), () => {
        page.asked.insist = true;
        settle().then(toTotal);
      });
      parts.push(make("p", {}, before, make("strong", {}, corrected), after, " ", back));
    }
    if (concepts?.length) {
      const names = concepts.map(({ id, name, off }) => {
        const chip = button("chip", name, async () => {
          const rest = page.asked.off.filter((other) => other !== id);
          page.asked.off = off ? rest : [...rest, id];
          await settle();
          (understood.querySelector(`[data-concept="${CSS.escape(id)}"]`) ?? page.total).focus();
        });
        chip.dataset.concept = id;
        chip.ariaPressed = !off;
        chip.title = fill(off ? words.putBack : words.takeOff, { name });
        return make("dd", {}, chip);
      });
      parts.push(make("dl", {}, make("dt", {}, words.understood), ...names));
    }
    understood.replaceChildren(...parts);
  };

  const show = (answer) => {
    showChips(answer.total > 0);
    showUnderstood(answer);
  };

  const showOthers = ({ hits, total }) => {
    hideOthers(!total);
    const [heading, rows] = others.children;
    elsewhere.firstElementChild.textContent = heading.textContent = counted(words.others, total);
    rows.replaceChildren(...hits.map(rowOf));
    watch(rows.children);
  };

  return { mark, clear, show, showOthers };
});
