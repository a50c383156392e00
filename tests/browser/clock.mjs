// A clock that the test turns: what a page puts off comes when the test says so, and a busy machine neither
// types more slowly nor waits too short.

// In the page. Waits of half a minute and more are for a network that fails, and stay as they are. The clock
// goes from one wait to the next, and what each sets off comes to rest before the next: scripts that
// `window.loads` names, promises, and what follows a frame, as the sight of a row.
const install = () => {
  const { setTimeout, clearTimeout, requestAnimationFrame } = window;
  const waiting = new Map();
  let now = 0;
  let last = 1e6;
  window.setTimeout = (call, time = 0, ...rest) => {
    if (time >= 30_000) return setTimeout(call, time, ...rest);
    waiting.set((last += 1), { at: now + time, call: () => call(...rest) });
    return last;
  };
  window.clearTimeout = (id) => waiting.delete(id) || clearTimeout(id);
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const rest = async () => {
    await Promise.allSettled(window.loads ?? []);
    await frame();
    await frame();
    await new Promise((resolve) => setTimeout(resolve));
  };
  window.turnClock = async (time) => {
    const end = now + time;
    for (;;) {
      await rest();
      const due = [...waiting].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at);
      if (!due.length) break;
      const [[id, { at, call }]] = due;
      waiting.delete(id);
      now = Math.max(now, at);
      call();
    }
    now = end;
  };
};

// Gives every document that the page opens from now on such a clock.
export const setClock = (page) => page.evaluateOnNewDocument(install);

// Lets milliseconds pass.
export const turn = (page, time) => page.evaluate((passed) => window.turnClock(passed), time);

// Types into a field, with as many milliseconds after each letter.
export const typeSlowly = async (page, selector, text, time) => {
  for (const letter of text) {
    await page.type(selector, letter);
    await turn(page, time);
  }
};
