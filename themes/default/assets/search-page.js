// The search page: asks the engine (search.js, the global `vademecum`) and shows its answers.
"use strict";

(() => {
  const form = document.querySelector("[data-search]");
  if (!form) return;
  const words = form.dataset;
  const root = document.documentElement;
  const { lang } = root;
  const { title } = document;
  const field = form.querySelector("input");
  const part = (name) => document.querySelector(`[data-search-${name}]`);
  const [total, status, sort, understood, chips, filters, list, fault, nothing, more, others, elsewhere] =
    "total status sort understood chips filters results fault nothing more others elsewhere".split(" ").map(part);

  // A built site puts the root of the index into the page, which saves a request.
  try {
    vademecum.shard(...JSON.parse(part("root").textContent));
  } catch {
    // Then it is loaded when it is needed.
  }

  // Results shown at first and with each "more", while typing, and beside in other languages.
  const [STEP, GLANCE, BESIDE] = [10, 5, 3];
  // Milliseconds without a key before it asks, before it settles, and before a notice.
  const [PAUSE, REST, SLOW] = [300, 1000, 400];

  const { format: written } = new Intl.NumberFormat(lang);
  const plurals = new Intl.PluralRules(lang);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const counted = (forms, n, query) => {
    const all = JSON.parse(forms);
    return fill(all[plurals.select(n)] ?? all.other, { n: written(n), query });
  };

  // Elements are never made from markup, so no text can become one.
  const make = (tag, properties, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const button = (className, text, onclick) =>
    make("button", { type: "button", className, onclick }, text);
  // What stays is not taken out, because it may have the focus.
  const place = (parent, children) => {
    for (const child of [...parent.children]) if (!children.includes(child)) child.remove();
    children.forEach((child, index) => {
      const there = parent.children[index];
      if (there !== child) parent.insertBefore(child, there ?? null);
    });
  };
  const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  const marked = (html) =>
    html.split(/<mark>(.*?)<\/mark>/s).map((text, index) => {
      const plain = text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
      return index % 2 ? make("mark", {}, plain) : plain;
    });

  // What is asked is read from the address and written there.
  const OWN = ["q", "sort", "show", "insist", "off", "all"];
  const read = () => {
    const params = new URLSearchParams(location.search);
    const filters = {};
    for (const name of params.keys()) {
      if (!OWN.includes(name)) filters[name] = [...new Set(params.getAll(name))];
    }
    return {
      query: (params.get("q") ?? "").trim(),
      filters,
      sort: params.get("sort") === "date" ? "date" : "relevance",
      shown: Math.min(Math.max(STEP, parseInt(params.get("show"), 10) || 0), 500),
      insist: params.has("insist"),
      off: params.getAll("off"),
      all: params.has("all"),
    };
  };
  let asked = read();
  const active = () =>
    Object.entries(asked.filters).flatMap(([name, values]) => values.map((value) => [name, value]));
  const isAsked = () => asked.query !== "" || active().length > 0;
  const address = () => {
    const { query, sort, shown, insist, off, all } = asked;
    const params = new URLSearchParams(query ? [["q", query], ...active()] : active());
    if (sort === "date") params.set("sort", sort);
    if (insist) params.set("insist", 1);
    for (const id of off) params.append("off", id);
    if (all) params.set("all", 1);
    if (shown > STEP) params.set("show", shown);
    return `${location.pathname}?${params}`.replace(/\?$/, "");
  };

  let noted = address();
  let scrolled;
  const record = (step, state, url) => {
    clearTimeout(scrolled);
    try {
      history[step](state, "", url);
    } catch {
    }
  };
  // From one settled query to the next is one step in the history.
  const remember = (settled, isStep = true) => {
    const now = address();
    const isNew = isStep && now !== noted && history.state?.settled;
    noted = now;
    record(isNew ? "pushState" : "replaceState", { settled, y: scrollY }, now);
  };
  const keep = () => {
    const row = [...list.children].findIndex((item) => item.contains(document.activeElement));
    record("replaceState", { ...history.state, y: scrollY, row });
  };

  let facets = null;
  const prepare = async () => {
    facets ??= (await vademecum.names({ lang })).map((facet) => {
      const own = words[`label${facet.name[0].toUpperCase()}${facet.name.slice(1)}`];
      return { ...facet, label: facet.label || own || facet.name };
    });
    for (const name in asked.filters) {
      if (!facets.some((facet) => facet.name === name)) delete asked.filters[name];
    }
  };
  const nameOf = (name, value) => {
    const facet = facets.find((other) => other.name === name);
    const text = facet?.values?.[value] ?? value;
    return facet?.numbered && text !== value ? `${value} ${text}` : text;
  };

  // Only results on the screen load their excerpt.
  const hits = new WeakMap();
  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      const hit = hits.get(target);
      vademecum.excerpt(hit).then(
        () => write(target, hit),
        () => {},
      );
    }
  });

  const watch = (rows) => {
    for (const row of rows) if (!hits.get(row).excerpt) sight.observe(row);
  };

  const write = (row, hit) => {
    row.querySelector("a").href = words.root + hit.url;
    const parts = marked(hit.excerpt || hit.summary || "");
    if (hit.section) {
      const [before, after] = words.section.split("{name}");
      const name = make("bdi", {}, hit.section);
      parts.unshift(make("bdi", { className: "quiet" }, before, name, after), " — ");
    }
    row.querySelector(".row-summary").replaceChildren(...parts);
    if (hit.lang !== lang) aside.mark(row, hit);
  };

  const rowOf = (hit) => {
    const heading = make("p", { className: "row-title" }, make("a", {}, hit.title));
    const found = hit.facets;
    const meta = [found.kind ? "kind" : "type", "country", "objective", "year"]
      .filter((name) => found[name]?.length)
      .map((name) => {
        const first = found[name]
          .slice(0, name === "country" ? 3 : 1)
          .map((value) => nameOf(name, value));
        const rest = found[name].length - first.length;
        return make("li", {}, first.join(words.separator) + (rest ? ` +${written(rest)}` : ""));
      });
    const summary = make("p", { className: "row-summary" });
    if (!hit.summary) summary.classList.add("bare");
    const row = make("li", { className: "row" }, heading, summary);
    row.append(make("ul", { className: "row-meta" }, ...meta));
    row.dataset.url = hit.url;
    hits.set(row, hit);
    write(row, hit);
    return row;
  };

  const toTotal = () => total.focus();
  const choose = (name, value, isChosen) => {
    const others = (asked.filters[name] ?? []).filter((other) => other !== value);
    const values = isChosen ? [...others, value] : others;
    asked.filters = { ...asked.filters, [name]: values };
    if (values.length === 0) delete asked.filters[name];
    return settle({ held: name });
  };

  // Only settled answers are announced, so that nobody is talked over while typing.
  let later;
  const announce = (text) => {
    clearTimeout(later);
    status.textContent = "";
    if (text) later = setTimeout(() => (status.textContent = text), 300);
  };

  const showFault = (text, offset) => {
    fault.firstElementChild.textContent = text;
    fault.hidden = text === "";
    list[offset ? "after" : "before"](fault);
  };

  let key = null; // The words asked for; their rows stay as filters come and go.
  const show = (answer, { settled, offset, held }) => {
    const now = [asked.query, asked.insist].join();
    const rows = now === key ? [...list.children] : [];
    key = now;
    const query = answer.corrected ?? asked.query;
    let said = counted(query ? words.resultsFor : words.results, answer.total, query);
    if (answer.total === 0) {
      said = active().length ? words.nothingFiltered : fill(words.nothing, { query });
    }
    total.textContent = said;
    const known = new Map(rows.map((row) => [row.dataset.url, row]));
    const fresh = answer.hits.map((hit) => known.get(hit.url) ?? rowOf(hit));
    const wanted = offset ? [...rows, ...fresh] : fresh;
    place(list, wanted);
    if (settled) watch(fresh);
    if (!offset) aside?.show(settled ? answer : { ...answer, concepts: [] }, held);
    sort.querySelector(`[value=${asked.sort}]`).checked = true;
    showFault(answer.missing ? words.partial : "", offset);
    const shown = fill(words.shown, { n: written(wanted.length), total: written(answer.total) });
    more.hidden = !settled || wanted.length >= answer.total || fresh.length === 0;
    more.lastElementChild.textContent = shown;
    part("apply").textContent = counted(words.apply, answer.total);
    nothing.hidden = answer.total > 0;
    nothing.firstElementChild.replaceChildren(...(active().length ? [aside.clear("")] : []));
    root.dataset.asked = answer.total > 0 ? "found" : "nothing";
    if (settled) announce(offset ? shown : said);
    if (offset) fresh[0]?.querySelector("a").focus();
  };

  const hasValues = ({ values = {} }) => Object.keys(values).length > 1;
  const hasLanguages = () => facets.some((facet) => facet.name === "language" && hasValues(facet));
  const hideOthers = (isHidden) => (elsewhere.hidden = others.hidden = isHidden);
  const showEmpty = () => {
    hideOthers(true);
    delete root.dataset.asked;
    key = null;
    list.replaceChildren();
    announce("");
  };

  const showFailure = (offset) => {
    if (offset) {
      asked.shown = offset;
      remember(true, false);
      more.lastElementChild.textContent = "";
    } else {
      root.dataset.asked = "failed";
      key = null;
      total.textContent = words.failed;
      for (const element of [list, understood, chips]) element.replaceChildren();
      more.hidden = nothing.hidden = hideOthers(true);
    }
    showFault(offset ? words.failed : words.failedHelp, offset);
    announce(words.failed);
  };

  let loading;
  let aside;
  const loadAside = async () => {
    loading ??= vademecum.run("assets/search-aside");
    try {
      const start = await loading;
      aside ??= start({
        words, part, make, button, place, fill, written, counted, nameOf, facets, rowOf, watch,
        active, choose, settle, toTotal, hideOthers, total,
        get asked() {
          return asked;
        },
      });
    } catch (error) {
      loading = null;
      throw error;
    }
  };

  // Only the last question is answered, and none once the reader types on.
  let turn = 0;
  let slow;
  const calm = () => {
    clearTimeout(slow);
    list.removeAttribute("aria-busy");
  };
  const ask = async ({ settled, offset = 0, held }) => {
    const mine = (turn += 1);
    calm();
    document.title = asked.query ? `${asked.query} · ${title}` : title;
    if (!isAsked()) return showEmpty();
    root.dataset.asked ??= "";
    slow = setTimeout(() => {
      list.setAttribute("aria-busy", true);
      (offset ? more.lastElementChild : total).textContent = words.loading;
    }, SLOW);
    const { query, filters, sort, insist, shown, off } = asked;
    try {
      await prepare();
      if (mine !== turn) return;
      if (!isAsked()) return showEmpty();
      const limit = settled ? shown - offset : GLANCE;
      const options = { lang, filters, sort, insist, limit, offset, off, excerpts: false };
      const search = (langs, more) =>
        vademecum.search(query, {
          ...options,
          ...more,
          filters: langs ? { ...filters, language: langs } : filters,
        });
      // Other languages stand beside the reader's, until all are asked for.
      const mixed = hasLanguages() && !asked.filters.language && !asked.all;
      const isAside = facets.some(hasValues) || active().length;
      if (isAside) loadAside().catch(() => {});
      let answer = await search(mixed && [lang]);
      const foreign = Object.keys(answer.facets.language ?? {}).filter((code) => code !== lang);
      const isForeign = mixed && !answer.total && foreign.length;
      if (isForeign && mine === turn) answer = await search();
      const { corrected, concepts, hits: found } = answer;
      const isStrange = found.some((hit) => hit.lang !== lang);
      if (isAside || isStrange || corrected || concepts.length) await loadAside();
      if (mine !== turn) return;
      // What is half typed and not found yet is no reason to clear the page.
      if (!settled && !answer.total) return;
      calm();
      show(answer, { settled, offset, held });
      if (!settled || offset) return;
      if (!mixed || isForeign || !foreign.length) return hideOthers(true);
      const beside = await search(foreign, { limit: BESIDE, offset: 0, facets: false });
      if (mine === turn) aside.showOthers(beside);
    } catch (error) {
      if (mine !== turn) return;
      console.error(error);
      showFailure(offset);
    } finally {
      if (mine === turn) calm();
    }
  };

  let pause;
  let rest;
  const stop = () => {
    for (const timer of [pause, rest, scrolled]) clearTimeout(timer);
  };
  const settle = ({ held, isNew = true } = {}) => {
    stop();
    const query = field.value.trim();
    if (asked.query !== query) Object.assign(asked, { insist: false, off: [] });
    asked.query = query;
    if (isNew) asked.shown = STEP;
    remember(true);
    return ask({ settled: true, held });
  };

  const typed = () => {
    const query = field.value.trim();
    if (query === asked.query) return;
    stop();
    calm();
    turn += 1;
    Object.assign(asked, { query, insist: false, off: [], shown: STEP });
    if (!isAsked()) return settle();
    pause = setTimeout(() => {
      remember(false);
      ask({ settled: false });
    }, PAUSE);
    rest = setTimeout(settle, REST, {});
  };

  const restore = async () => {
    stop();
    const { y = 0, row = -1 } = history.state ?? {};
    asked = read();
    noted = address();
    field.value = asked.query;
    const mine = turn + 1;
    await ask({ settled: true });
    if (mine !== turn) return;
    scrollTo(0, y);
    list.children[row]?.querySelector("a").focus({ preventScroll: true });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    settle();
    // On a touch screen the keyboard gives way to the results.
    if (matchMedia("(pointer: coarse)").matches) field.blur();
  });
  field.addEventListener("input", (event) => {
    if (!event.isComposing) typed();
  });
  field.addEventListener("compositionend", typed);
  field.addEventListener("focus", () => prepare().catch(() => {}));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    if (field.value === "") return field.blur();
    field.value = "";
    typed();
  });
  sort.onchange = ({ target }) => {
    asked.sort = target.value;
    settle();
  };
  elsewhere.lastElementChild.onclick = () => {
    asked.all = true;
    settle().then(toTotal);
  };
  more.firstElementChild.onclick = () => {
    const offset = list.children.length;
    asked.shown = offset + STEP;
    remember(true, false);
    ask({ settled: true, offset });
  };
  fault.lastElementChild.onclick = () => {
    if (typeof vademecum === "undefined") location.reload();
    else settle({ isNew: false }).then(toTotal);
  };
  part("apply").onclick = () => {
    filters.open = false;
    toTotal();
  };
  // The arrows go through field, results and "more".
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.isComposing || root.dataset.asked !== "found") return;
    const stops = [field, ...list.querySelectorAll(".row-title a")];
    if (!more.hidden) stops.push(more.firstElementChild);
    const at = stops.indexOf(document.activeElement);
    const next = stops[at + step];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });

  history.scrollRestoration = "manual";
  addEventListener("popstate", () => {
    if (location.search !== new URL(noted, location.href).search) restore();
  });
  addEventListener(
    "scroll",
    () => {
      clearTimeout(scrolled);
      scrolled = setTimeout(keep, 150);
    },
    { passive: true },
  );
  addEventListener("pagehide", keep);

  if (!history.state) record("replaceState", { settled: true });
  // Beside the results the filters are open, above them they are not; without any they are not there.
  filters.hidden = true;
  filters.open = matchMedia("(min-width: 60rem)").matches;
  if (isAsked()) restore();
  else field.focus({ preventScroll: true });
})();
