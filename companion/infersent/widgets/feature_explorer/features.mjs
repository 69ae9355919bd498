// @ts-check
/* The four features of one coordinate, their slopes, and what they say in words. */

import { FEATURES } from "../toolkit/blocks.mjs";
import { format } from "../toolkit/numbers.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */

/** @typedef {[inU: number, inV: number]} Slope how fast a feature grows with u and with v */

/**
 * The four features of one coordinate, in the order of infersent.BLOCKS.
 *
 * @param {number} u
 * @param {number} v
 */
export function features(u, v) {
  return Object.values(FEATURES).map((feature) => feature(u, v));
}

/**
 * Their gradients. At the kink of |u−v| both slopes are 0, as in PyTorch.
 *
 * @param {number} u
 * @param {number} v
 * @returns {Slope[]}
 */
export function gradients(u, v) {
  const sign = Math.sign(u - v);
  return [[1, 0], [0, 1], [sign, -sign], [v, u]];
}

const OFF = 0.2; // below this size a coordinate counts as off
const ON = 0.5; // from this size on it counts as fully on
const EQUAL = 0.1; // below this difference two coordinates count as nearly equal

/**
 * What the four features say at (u, v): a headline and a sentence.
 *
 * @param {number} u
 * @param {number} v
 * @returns {Words}
 */
export function describe(u, v) {
  const [, , difference, product] = features(u, v);
  const d = `|u−v| is ${format(difference)}`;
  const p = `u∗v is ${format(product)}`;
  const small = Math.min(Math.abs(u), Math.abs(v));
  const large = Math.max(Math.abs(u), Math.abs(v));
  if (large < OFF)
    return ["Both off.", `${d} and ${p}. |u−v| would be as small if both were on and equal: it cannot tell the two.`];
  if (small < OFF && large < ON)
    return ["One off, the other barely on.", `${d}: the gap between them. ${p}: close to zero.`];
  if (small < OFF)
    return ["One on, one off.", `${d}: a clear gap. ${p}: close to zero, almost as if both were off.`];
  if (product < 0)
    return ["Opposite signs.", `${d}: the two sizes add up. ${p}: negative, because the signs disagree.`];
  const equal = format(difference) === format(0) ? "equal" : "nearly equal";
  if (u < 0) {
    const [gap, headline] = difference < EQUAL ? [", as small as if both were off", `Both negative, and ${equal}.`]
      : [": the gap between them", "Both negative."];
    return [headline, `${d}${gap}. ${p}, the same as for (${format(-u)}, ${format(-v)}): ` +
      "the product sees that the signs agree. Which sign it is, u and v say."];
  }
  const both = small < ON ? "Both partly on" : "Both on";
  if (difference < EQUAL)
    return [`${both}, and ${equal}.`, `${d}, as small as if both were off. ${p}: ` +
      "of the two comparisons, only the product sees that both are on."];
  return [`${both}, one more than the other.`, `${d}: how far apart they are. ${p}: how far both are on together.`];
}
