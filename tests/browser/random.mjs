// Chance that repeats: the same seed gives the same numbers, so that what failed once fails again.

export const chance = (seed) => {
  let state = seed >>> 0;
  // Mulberry32.
  const number = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(number() * limit);
  const pick = (list) => list[below(list.length)];
  return { number, below, pick };
};
