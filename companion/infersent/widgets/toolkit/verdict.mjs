// @ts-check
/* What a comparison says in one of three words. */

/** @typedef {[low: number, high: number]} Interval */
/** @typedef {"equivalent" | "differs" | "undecided"} Outcome */

/** @param {Interval} interval */
export const excludesZero = ([low, high]) => low > 0 || high < 0;

/**
 * The one rule of all studies, see infersent.study.verdict: equivalent within the margin comes first, then differs.
 *
 * @param {{ interval: Interval, interval90: Interval }} difference
 * @param {number} margin
 * @returns {Outcome}
 */
export function judge({ interval, interval90 }, margin) {
  if (-margin < interval90[0] && interval90[1] < margin) return "equivalent";
  return excludesZero(interval) ? "differs" : "undecided";
}
