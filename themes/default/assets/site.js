// What every page does when scripts run: the reader's colours and language are kept, `/` leads to
// the search field, a citation can be copied. Everything works without it.
"use strict";

(() => {
  // Chromium shares this storage among all pages opened from disk, so the keys have a prefix.
  const PREFIX = "vademecum:";

  const recall = (key) => {
    try {
      return localStorage.getItem(PREFIX + key);
    } catch {
      return null; // Storage may be refused; then nothing is kept.
    }
  };

  const keep = (key, value) => {
    try {
      localStorage.setItem(PREFIX + key, value);
    } catch {
      // See above.
    }
  };

  // Before the page is painted, so that it never flashes in the other colours.
  const root = document.documentElement;
  const colours = recall("colours");
  if (colours === "light" || colours === "dark") root.dataset.colours = colours;
  // On a small screen the menus are folded away; without scripts they stay as they are (see style.css).
  root.dataset.scripts = "";
  // The search page keeps room for results that were asked for (see style.css).
  if (/=[^&]/.test(location.search)) root.dataset.asked = "";

  const offerColours = () => {
    const choice = document.querySelector("[data-colours]:not(:root)");
    if (!choice) return;
    choice.hidden = false;
    for (const input of choice.querySelectorAll("input")) {
      input.checked = input.value === (root.dataset.colours || "system");
      input.addEventListener("change", () => {
        if (input.value === "system") delete root.dataset.colours;
        else root.dataset.colours = input.value;
        keep("colours", input.value);
      });
    }
  };

  const focusSearch = () => {
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      const writes = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
      if (event.target.closest(writes)) return;
      const field = document.querySelector("input[type=search]");
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select();
    });
  };

  const offerCopy = () => {
    for (const button of document.querySelectorAll("[data-copy]")) {
      if (!navigator.clipboard) continue; // Absent on plain http.
      button.hidden = false;
      button.addEventListener("click", async () => {
        const text = button.parentElement.querySelector("[data-copy-text]").textContent;
        await navigator.clipboard.writeText(text);
        button.textContent = button.dataset.copied;
      });
    }
  };

  const rememberLanguage = () => {
    for (const link of document.querySelectorAll("a[data-language]")) {
      link.addEventListener("click", () => keep("language", link.dataset.language));
    }
  };

  // On the page that lists the languages: go where the reader went before, else where the browser's
  // preference points. A language that was chosen is a page of its own, so there is no way back here
  // but by choice.
  const chooseLanguage = () => {
    const list = document.querySelector("[data-choose-language]");
    if (!list || location.hash === "#choose") return;
    const links = [...list.querySelectorAll("a[data-language]")];
    const wanted = [recall("language"), ...navigator.languages].filter(Boolean);
    for (const language of wanted) {
      const primary = language.split("-")[0];
      const link =
        links.find((a) => a.dataset.language === language) ||
        links.find((a) => a.dataset.language.split("-")[0] === primary);
      if (link) {
        location.replace(link.href);
        return;
      }
    }
  };

  const offerMenus = () => {
    const buttons = [...document.querySelectorAll(".fold")];
    const fold = (button, isOpen) => button.setAttribute("aria-expanded", isOpen);
    const isOpen = (button) => button.getAttribute("aria-expanded") === "true";
    for (const button of buttons) {
      button.addEventListener("click", () => {
        const opens = !isOpen(button);
        for (const other of buttons) fold(other, other === button && opens);
      });
      button.parentElement.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !isOpen(button)) return;
        fold(button, false);
        button.focus();
      });
    }
    document.addEventListener("click", ({ target }) => {
      for (const button of buttons) if (!button.parentElement.contains(target)) fold(button, false);
    });
  };

  // A list's ways to narrow it down stand open beside it, and closed below it on a small screen.
  const foldNarrow = () => {
    const details = document.querySelector("[data-narrow]");
    if (details && matchMedia("(max-width: 59.99rem)").matches) details.open = false;
  };

  document.addEventListener("DOMContentLoaded", () => {
    offerColours();
    offerMenus();
    focusSearch();
    offerCopy();
    rememberLanguage();
    foldNarrow();
    chooseLanguage();
  });
})();
