// What stands beside the results when there is cause: filters, what was understood, results in other
// languages. search-page.js loads this when it first needs any of it.
"use strict";

vademecum.more("aside", (page) => {
  const { words, part, make, button, place, fill, written, counted, nameOf, facets, rowOf, watch } = page;
  const { active, choose, settle, toTotal, hideOthers } = page;
  const { lang, dir } = document.documentElement;
  const [understood, chips, filters, others, elsewhere] =
    "understood chips filters others elsewhere".split(" ").map(part);

  // Values of a filter shown at first; more than MANY need a field to find one.
  const [FEW, MANY] = [8, 20];

  const { compare } = new Intl.Collator(lang);
  const tally = ({ length }) => (length ? written(length) : "");
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

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

  // A group is made once, and stays as the reader opened it.
  const groups = new Map();
  const groupOf = (facet) => {
    if (groups.has(facet.name)) return groups.get(facet.name);
    const count = make("span", { className: "count" });
    const placeholder = fill(words.find, { name: facet.label });
    const naming = { placeholder, "aria-label": placeholder };
    const find = make("input", { type: "text", autocomplete: "off", ...naming });
    const values = make("ul", { className: "terms" });
    const all = button("plain", "", () => {
      group.isOpen = !group.isOpen;
      unfold(group);
    });
    const body = make("div", { role: "group", "aria-label": facet.label }, find, values, all);
    const summary = make("summary", {}, facet.label, " ", count);
    const box = make("details", { className: "facet" }, summary, body);
    const group = {
      facet,
      box,
      count,
      find,
      values,
      all,
      options: new Map(),
      order: [],
      isOpen: false,
    };
    find.oninput = () => unfold(group);
    part("groups").append(box);
    groups.set(facet.name, group);
    return group;
  };
  const optionOf = (group, value) => {
    if (!group.options.has(value)) {
      const { name } = group.facet;
      const onchange = () => choose(name, value, input.checked);
      const input = make("input", { type: "checkbox", onchange });
      const count = make("span", { className: "count" });
      const text = make("span", {}, nameOf(name, value));
      const item = make("li", {}, make("label", {}, input, text, count));
      group.options.set(value, { item, input, count, folded: fold(text.textContent) });
    }
    return group.options.get(value);
  };

  const unfold = ({ order, options, find, all, isOpen }) => {
    find.hidden = order.length <= MANY;
    const wanted = find.hidden ? "" : fold(find.value.trim());
    let room = isOpen || wanted ? Infinity : FEW;
    for (const value of order) {
      const { item, input, folded } = options.get(value);
      item.hidden = wanted ? !folded.includes(wanted) : (room -= 1) < 0 && !input.checked;
    }
    all.hidden = order.length <= FEW || wanted !== "";
    all.setAttribute("aria-expanded", isOpen);
    all.textContent = isOpen ? words.fewer : fill(words.all, { n: written(order.length) });
  };

  // The group held by the reader keeps its order, so that nothing moves from under a finger. The
  // others show first what is chosen, then what is frequent, and years from the newest.
  const showFilters = (counts, held) => {
    const isFirst = groups.size === 0;
    for (const facet of facets) {
      const group = groupOf(facet);
      const found = counts[facet.name] ?? {};
      const chosen = page.asked.filters[facet.name] ?? [];
      const values = [...new Set([...chosen, ...Object.keys(found)])];
      if (chosen.length && !group.order.length) group.box.open = true;
      group.box.hidden = values.length < 2 && chosen.length === 0;
      const years = values.every((value) => /^\d{4}$/.test(value));
      const rank = (a, b) =>
        chosen.includes(b) - chosen.includes(a) ||
        (years ? b - a : (found[b] ?? 0) - (found[a] ?? 0)) ||
        compare(nameOf(facet.name, a), nameOf(facet.name, b));
      const stays =
        held === facet.name ? group.order.filter((value) => values.includes(value)) : [];
      group.order = [...stays, ...values.filter((value) => !stays.includes(value)).sort(rank)];
      for (const value of group.order) {
        const option = optionOf(group, value);
        option.input.checked = chosen.includes(value);
        option.count.textContent = written(found[value] ?? 0);
      }
      place(
        group.values,
        group.order.map((value) => group.options.get(value).item),
      );
      group.count.textContent = tally(chosen);
      unfold(group);
    }
    const shown = [...groups.values()].filter(({ box }) => !box.hidden);
    if (isFirst && filters.open) for (const { box } of shown.slice(0, 2)) box.open = true;
    filters.hidden = shown.length === 0;
    part("chosen").textContent = tally(active());
  };

  const show = (answer, held) => {
    showFilters(answer.facets, held);
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
