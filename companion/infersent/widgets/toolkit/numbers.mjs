// @ts-check
/* Numbers, and how they are written: everywhere with the same minus sign, and never as "−0.00". */

/**
 * The number nearest to x from low to high.
 *
 * @param {number} x
 * @param {number} low
 * @param {number} high
 */
export const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

/**
 * A number to so many digits, with a true minus sign; what rounds to zero has no sign.
 *
 * @param {number} x
 */
export function format(x, digits = 2) {
  const text = Math.abs(x).toFixed(digits);
  return x < 0 && Number(text) > 0 ? `−${text}` : text;
}

/**
 * The same with a plus sign before what is more than zero.
 *
 * @param {number} x
 */
export function signed(x, digits = 2) {
  const text = format(x, digits);
  return x > 0 && Number(text) > 0 ? `+${text}` : text;
}

/**
 * A share in [0, 1] as a percentage.
 *
 * @param {number} share
 */
export const percent = (share, digits = 0) => `${format(100 * share, digits)}%`;

/**
 * A percentage that rounds nothing away: only no share is 0%, and only the whole is 100%.
 *
 * @param {number} share
 * @param {number} [tolerance] what counts as no share, and as the whole but for that
 */
export function cautiousPercent(share, digits = 0, tolerance = 0) {
  const step = 0.1 ** digits; // in percent
  if (share > tolerance && share < step / 200) return `under ${format(step, digits)}%`;
  if (share < 1 - tolerance && share >= 1 - step / 200) return `over ${format(100 - step, digits)}%`;
  return percent(share, digits);
}

/**
 * A whole number with a comma before every three digits.
 *
 * @param {number} n
 */
export const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/**
 * Uniform numbers in [0, 1) from a seed (the generator mulberry32), the same in every browser and in Python.
 *
 * @param {number} seed
 * @returns {() => number} the next number at each call
 */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
