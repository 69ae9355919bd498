// @ts-check
/* The recorded study of the subsets: what it says of two of them, in numbers and words. */

import { printed } from "../toolkit/blocks.mjs";
import { format } from "../toolkit/numbers.mjs";
import { excludesZero, judge } from "../toolkit/verdict.mjs";

export { judge } from "../toolkit/verdict.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Interval } from "../toolkit/verdict.mjs" */

/**
 * The runs of one subset; all accuracies are from 0 to 1.
 *
 * @typedef {object} Subset
 * @property {string} blocks joined by ", "
 * @property {number[]} accuracies one a seed
 * @property {number} mean
 * @property {number} low end of the mean's 95% interval
 * @property {number} high
 */

/**
 * A study; comparisons[later][earlier] is the later subset less the earlier: the mean, then the ends of its 95% and of
 * its 90% interval. The margin is the smallest difference of interest. See infersent.study.subsets.
 *
 * @typedef {object} Study
 * @property {string} name
 * @property {number[]} seeds
 * @property {number} margin
 * @property {Subset[]} subsets
 * @property {[mean: number, low: number, high: number, low90: number, high90: number][][]} comparisons
 */

/** @typedef {{ mean: number, interval: Interval, interval90: Interval }} Difference */

/**
 * A share in percent to one digit, ties away from zero as in Python; the record has six digits and so meets ties.
 *
 * @param {number} share
 */
export const points = (share) => format(100 * share + Math.sign(share) * 1e-9, 1);

/** @param {Interval} interval */
export const range = ([low, high]) => `${points(low)} to ${points(high)}`;

/** @param {Study} study @param {Block[]} blocks */
export const placeOf = (study, blocks) => study.subsets.findIndex((subset) => subset.blocks === blocks.join(", "));

/** @param {Study} study @param {Block[]} blocks */
export const subsetOf = (study, blocks) => study.subsets[placeOf(study, blocks)];

/** @param {Block[]} first @param {Block[]} second */
export const isSame = (first, second) => first.join() === second.join();

/**
 * A subset as the text writes it, on one line.
 *
 * @param {string[]} blocks
 */
export const nameOf = (blocks) => {
  const names = blocks.map(printed);
  return names.length > 1 ? `(${names.join(",\u00a0")})` : `${names[0]} alone`;
};

/**
 * How much better B is than A: the difference, and its 95% and 90% intervals.
 *
 * @param {Study} study
 * @param {Block[]} first
 * @param {Block[]} second
 * @returns {Difference}
 */
export function compare(study, first, second) {
  const [a, b] = [placeOf(study, first), placeOf(study, second)];
  if (a === b) return { mean: 0, interval: [0, 0], interval90: [0, 0] };
  const [mean, low, high, low90, high90] = study.comparisons[Math.max(a, b)][Math.min(a, b)];
  // The record has the later subset less the earlier.
  return b > a ? { mean, interval: [low, high], interval90: [low90, high90] }
    : { mean: -mean, interval: [-high, -low], interval90: [-high90, -low90] };
}

/**
 * 1 or −1 where the two differ by that rule: B is better, or worse; else 0.
 *
 * @param {Difference} difference
 * @param {number} margin
 * @returns {1 | 0 | -1}
 */
export const signOf = (difference, margin) =>
  judge(difference, margin) !== "differs" ? 0 : difference.mean > 0 ? 1 : -1;

/**
 * The verdict: a headline, and the numbers behind it.
 *
 * @param {Study} study
 * @param {Block[]} first
 * @param {Block[]} second
 * @returns {Words}
 */
export function describe(study, first, second) {
  const [a, b] = [first, second].map((blocks) => subsetOf(study, blocks));
  const average = `On average over ${study.seeds.length} seeds, ${nameOf(first)} gets ${points(a.mean)}%`;
  if (isSame(first, second))
    return ["A and B are the same subset.",
      `${average} of the test pairs right. Switch a block on or off in one of them.`];
  const difference = compare(study, first, second);
  const { mean, interval, interval90 } = difference;
  const outcome = judge(difference, study.margin);
  const margin = `±${points(study.margin)}`;
  const headline = {
    differs: `B is ${mean > 0 ? "better" : "worse"}, by ${points(Math.abs(mean))} points.`,
    equivalent: `Equivalent within ${margin} points.`,
    undecided: "Undecided.",
  }[outcome];
  return [headline, `${average} of the test pairs right, ${nameOf(second)} ${points(b.mean)}%. ` +
    `B − A is ${points(mean)} points, between ${points(interval[0])} and ${points(interval[1])} (95%): ` +
    `zero lies ${excludesZero(interval) ? "outside" : "inside"}. The 90% interval, ${range(interval90)}, ` +
    `${outcome === "equivalent" ? "lies within" : "reaches beyond"} ${margin}.`];
}

/**
 * What to bear in mind where so many comparisons can be made.
 *
 * @param {Study} study
 */
export function many({ comparisons }) {
  const every = comparisons.flat();
  const apart = every.filter(([, low, high]) => excludesZero([low, high])).length;
  return `${apart} of the ${every.length} pairs of subsets look different at 5%; were no two different, ` +
    `about ${Math.floor(every.length / 20)} would by chance.`;
}
