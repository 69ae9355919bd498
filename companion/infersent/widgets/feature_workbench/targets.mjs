// @ts-check
/* Which of the six targets of "which heads can tell" a linear head can do with a formula: that widget's samples and
 * its fit. */

import { countRight, dot, fitLogistic, sample } from "../which_heads/fit.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Target } from "../which_heads/fit.mjs" */

/** @type {[name: string, target: Target][]} */
export const SIX = [["AND", "AND"], ["XOR", "XOR"], ["Both or neither", "table"], ["Equal", "equal"],
  ["u > v", "u>v"], ["Same sign", "same sign"]];
export const NEITHER_OR_BOTH = [true, false, false, true];

/** @type {Block[][]} */
export const STANDARD = [["u", "v"], ["u", "v", "|u-v|"], ["u", "v", "u*v"], ["u", "v", "|u-v|", "u*v"]];

/** What *Which heads* gets right with these sets, a row a target: numbers that its fit gives, and a test compares. */
export const STANDARD_SHARES = [
  [1, 1, 1, 1],
  [0.5, 1, 1, 1],
  [0.5, 1, 1, 1],
  [0.515625, 1, 0.8046875, 1],
  [1, 1, 1, 1],
  [0.5, 0.828125, 1, 1],
];

/** @typedef {{ right: number, count: number, undefinedPoints: number }} Hits an undecided point counts as half */

/**
 * How many points of a target's sample the best linear head on u, v and the formula gets right. Where the formula is
 * not defined, the head gets 0.
 *
 * @param {Target} target
 * @param {(u: number, v: number) => number} at
 * @returns {Hits}
 */
export function hits(target, at) {
  const { points, answers } = sample(target, NEITHER_OR_BOTH);
  const heights = points.map(([u, v]) => at(u, v));
  const known = heights.filter(Number.isFinite);
  const size = Math.max(1, ...known.map(Math.abs)); // or the penalty would be nothing beside it
  const x = points.map(([u, v], i) => [u, v, Number.isFinite(heights[i]) ? heights[i] / size : 0, 1]);
  const weights = fitLogistic(x, answers);
  const right = countRight(x.map((row) => dot(row, weights)), answers);
  return { right, count: x.length, undefinedPoints: x.length - known.length };
}
