// Added by `serve` to every page: shows the last build's remarks, and reloads when pages change.
"use strict";

(async () => {
  const show = (state) => {
    document.querySelector(".vademecum-remarks")?.remove();
    if (!state.remarks.length) return;
    const box = document.createElement("details");
    box.className = "vademecum-remarks";
    box.open = state.errors > 0;
    const title = document.createElement("summary");
    const warnings = state.remarks.length - state.errors;
    title.textContent = state.errors
      ? `${state.errors} errors, ${warnings} warnings: this is the last good version of the page`
      : `${warnings} warnings`;
    box.append(title);
    for (const remark of state.remarks.slice(0, 100)) {
      const line = document.createElement("pre");
      const quote = remark.quote ? `\n    ${remark.quote}` : "";
      const help = remark.help ? `\n    = ${remark.help}` : "";
      line.textContent =
        `${remark.path}:${remark.line}:${remark.column}: ${remark.severity}: ${remark.message}${quote}${help}`;
      box.append(line);
    }
    document.body.prepend(box);
  };

  const ask = async (seen) => {
    const query = seen === null ? "" : `?seen=${seen}`;
    const response = await fetch(`/_vademecum/state${query}`);
    return response.json();
  };

  let seen = null;
  for (;;) {
    try {
      const state = await ask(seen);
      if (seen !== null && state.version !== seen && state.errors === 0) {
        location.reload();
        return;
      }
      if (state.version !== seen) show(state);
      seen = state.version;
    } catch {
      // The server was stopped; it may come back.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
})();
