// @ts-check
/* The recorded study of the subsets: what it says of two of them, in numbers and words. */

import { printed } from "../toolkit/blocks.mjs";
import { format } from "../toolkit/numbers.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Words } from "../toolkit/controls.mjs" */

/** @typedef {[low: number, high: number]} Interval */

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
 * A study; comparisons[later][earlier] is the later subset less the earlier: the mean, then the ends of its intervals
 * over the seeds and over the test pairs. See infersent.ablation.
 *
 * @typedef {object} Study
 * @property {string} name
 * @property {number[]} seeds
 * @property {Subset[]} subsets
 * @property {[mean: number, from: number, to: number, low: number, high: number][][]} comparisons
 */

/** @typedef {{ mean: number, seeds: Interval, pairs: Interval }} Difference */

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
 * How much better B is than A: the difference, and its intervals over the seeds and over the test pairs.
 *
 * @param {Study} study
 * @param {Block[]} first
 * @param {Block[]} second
 * @returns {Difference}
 */
export function compare(study, first, second) {
  const [a, b] = [placeOf(study, first), placeOf(study, second)];
  if (a === b) return { mean: 0, seeds: [0, 0], pairs: [0, 0] };
  const [mean, from, to, low, high] = study.comparisons[Math.max(a, b)][Math.min(a, b)];
  // The record has the later subset less the earlier.
  return b > a ? { mean, seeds: [from, to], pairs: [low, high] }
    : { mean: -mean, seeds: [-to, -from], pairs: [-high, -low] };
}

/**
 * 1 or −1 where zero lies outside both intervals, on the same side: B is better, or worse; else 0.
 *
 * @param {Pick<Difference, "seeds" | "pairs">} difference
 * @returns {1 | 0 | -1}
 */
export function signOf({ seeds, pairs }) {
  if (Math.min(seeds[0], pairs[0]) > 0) return 1;
  return Math.max(seeds[1], pairs[1]) < 0 ? -1 : 0;
}

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
  const [seeds, pairs] = [difference.seeds, difference.pairs].map(([low, high]) => low <= 0 && high >= 0);
  const where = seeds && pairs ? "inside both" : seeds ? "inside the first" : pairs ? "inside the second"
    : "outside both";
  const size = points(Math.abs(difference.mean));
  const headline = {
    1: `B is better, by ${size} points.`,
    0: "No difference that these seeds and pairs can tell.",
    "-1": `B is worse, by ${size} points.`,
  }[signOf(difference)];
  return [headline, `${average} of the test pairs right, ${nameOf(second)} ${points(b.mean)}%. ` +
    `B − A in points (95%): ${range(difference.seeds)} over the seeds, ` +
    `${range(difference.pairs)} over the test pairs. Zero lies ${where}.`];
}
