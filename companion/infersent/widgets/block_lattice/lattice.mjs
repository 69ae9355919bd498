// @ts-check
/* The recorded lattice of the subsets: how good each is, what each step brings, and the state in words. */

import { nameOf, points } from "../ablation_explorer/record.mjs";
import { FEATURES, printed } from "../toolkit/blocks.mjs";
import { keys } from "../toolkit/model.mjs";
import { judge } from "../toolkit/verdict.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Outcome } from "../toolkit/verdict.mjs" */

/** @typedef {[mean: number, low: number, high: number]} Accuracy */

/**
 * The record on some of the test pairs; see infersent.study.subsets.lattice.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {number} pairs
 * @property {number} margin
 * @property {Accuracy[]} nodes
 * @property {[mean: number, low: number, high: number, low90: number, high90: number][]} edges
 */

/** @typedef {{ from: Block[], block: Block, to: Block[] }} Addition */
/** @typedef {Addition & { mean: number, low: number, high: number, outcome: Outcome }} Step */
/** @typedef {{ subset: Block[], block: "" | Block, part: string, guess: "" | "-" | Block }} State */

export const BLOCKS = keys(FEATURES);

/** The subsets by size, each in the order of the blocks: that of infersent.study.subsets.SUBSETS. */
export const SUBSETS = Array.from({ length: 15 }, (_, i) => BLOCKS.filter((_block, k) => (i + 1) & (8 >> k)))
  .sort((a, b) => a.length - b.length || order(a).localeCompare(order(b)));

/** @param {Block[]} blocks */
function order(blocks) {
  return blocks.map((block) => BLOCKS.indexOf(block)).join("");
}

/** @param {Block[]} blocks */
export const nodeOf = (blocks) => SUBSETS.findIndex((subset) => subset.join() === blocks.join());

/** @param {Block[]} blocks @param {Block} block */
export const toggled = (blocks, block) =>
  BLOCKS.filter((one) => (one === block ? !blocks.includes(one) : blocks.includes(one)));

/** Each subset with each block that it lacks: infersent.study.subsets.ADDITIONS. */
const ADDITIONS = SUBSETS.flatMap((from) =>
  BLOCKS.filter((block) => !from.includes(block)).map((block) => ({ from, block, to: toggled(from, block) })));

/**
 * All steps, from the smaller subset to the larger.
 *
 * @param {Part} part
 * @returns {Step[]}
 */
export const allSteps = ({ edges, margin }) => ADDITIONS.map((addition, i) => {
  const [mean, low, high, low90, high90] = edges[i];
  const outcome = judge({ interval: [low, high], interval90: [low90, high90] }, margin);
  return { ...addition, mean, low, high, outcome };
});

/**
 * The steps to show: a block's, the largest first; or those from a subset upward, then those that lead to it.
 *
 * @param {Part} part
 * @param {Block[]} subset
 * @param {"" | Block} block
 */
export function stepsShown(part, subset, block) {
  const steps = allSteps(part);
  if (block) return steps.filter((step) => step.block === block).sort((a, b) => b.mean - a.mean);
  const own = subset.join();
  const down = steps.filter(({ to }) => to.join() === own);
  down.sort((a, b) => BLOCKS.indexOf(a.block) - BLOCKS.indexOf(b.block));
  return [...steps.filter(({ from }) => from.join() === own), ...down];
}

/** @param {number} share */
export const gained = (share) => (share > 0 && Number(points(share)) > 0 ? `+${points(share)}` : points(share));

/**
 * A gain with its interval and, where it does not differ from nothing, the verdict.
 *
 * @param {Step} step
 */
export const told = ({ mean, low, high, outcome }) =>
  `${gained(mean)} points (${points(low)} to ${points(high)})${outcome === "differs" ? "" : `, ${outcome}`}`;

/**
 * The largest by some number, the first of equals.
 *
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} by
 */
const largest = (items, by) => items.reduce((best, item) => (by(item) > by(best) ? item : best));

/**
 * What the state says, as in Python.
 *
 * @param {Part} part
 * @param {State} state
 * @returns {Words}
 */
export function inWords(part, { subset, block, guess }) {
  if (!guess) return ["Guess first.", "The numbers come with your guess, or without one."];
  const steps = stepsShown(part, subset, block);
  if (block) {
    const [most, least] = [steps[0], steps[steps.length - 1]];
    const differ = steps.filter(({ outcome }) => outcome === "differs").length;
    return [`${printed(block)} brings between ${gained(least.mean)} and ${gained(most.mean)} points.`,
      `Most where it joins ${nameOf(most.from)}, least where it joins ${nameOf(least.from)}. ` +
        `${differ} of the 7 steps differ from nothing.`];
  }
  const accuracy = (/** @type {Block[]} */ blocks) => part.nodes[nodeOf(blocks)][0];
  const headline = `${nameOf(subset)} gets ${points(accuracy(subset))}%.`;
  if (subset.length === 1 && guess === subset[0]) {
    const best = largest(BLOCKS, (one) => accuracy([one]));
    if (best === guess)
      return [headline, "You guessed it: no other block alone gets as much. Now climb: which one next?"];
    return [headline, `That was your guess. ${nameOf([best])} gets ${points(accuracy([best]))}%, the most. ` +
      "Now climb: which one next?"];
  }
  const lacking = steps.filter(({ from }) => from.join() === subset.join());
  if (lacking.length) {
    const most = largest(lacking, ({ mean }) => mean);
    return [headline, (lacking.length > 1 ? `Of the blocks it lacks, ${printed(most.block)} brings most: ` :
      `The one it lacks, ${printed(most.block)}, brings `) + `${told(most)}.`];
  }
  const cheapest = largest(steps, ({ mean }) => -mean);
  return [headline, `Least is lost without ${printed(cheapest.block)}, which brings ${told(cheapest)}.`];
}

/**
 * The subset that a key leads to, or −1.
 *
 * @param {Part} part
 * @param {Block[]} subset
 * @param {string} key
 */
export function goal(part, subset, key) {
  const row = SUBSETS.filter(({ length }) => length === subset.length);
  const place = row.findIndex((one) => one.join() === subset.join());
  const digit = ["1", "2", "3", "4"].indexOf(key);
  if (digit >= 0) return nodeOf(toggled(subset, BLOCKS[digit]));
  if (key === "ArrowLeft" || key === "ArrowRight")
    return nodeOf(row[(place + (key === "ArrowLeft" ? row.length - 1 : 1)) % row.length]);
  const up = key === "ArrowUp";
  if (!up && key !== "ArrowDown") return -1;
  const steps = stepsShown(part, subset, "").filter(({ from }) => (from.join() === subset.join()) === up);
  if (!steps.length) return -1;
  const best = steps.reduce((a, b) => ((up ? b.mean > a.mean : b.mean < a.mean) ? b : a));
  return nodeOf(up ? best.to : best.from);
}
