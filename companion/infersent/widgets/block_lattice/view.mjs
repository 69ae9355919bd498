// @ts-check
/* The lattice's pictures: the net of steps behind the subsets, and the steps shown, one row each. */

import { points } from "../ablation_explorer/record.mjs";
import { colour, printed } from "../toolkit/blocks.mjs";
import { h, s, setAttributes } from "../toolkit/nodes.mjs";
import { BLOCKS, SUBSETS, allSteps, gained, nodeOf } from "./lattice.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Accuracy, Part, Step } from "./lattice.mjs" */

const THICK = 0.6; // pixels a point
const THICKEST = 12;

/**
 * Where a subset stands, in percent of the width and of the height: those of one block at the bottom.
 *
 * @param {number} node
 */
export function placeOfNode(node) {
  const row = SUBSETS.filter(({ length }) => length === SUBSETS[node].length);
  const [x, y] = [(row.indexOf(SUBSETS[node]) + 0.5) / row.length, (4.5 - SUBSETS[node].length) / 4];
  return [100 * x, 100 * y];
}

/** A subset's blocks as four small squares, full where it has the block. @param {Block[]} blocks */
export const drawBlocks = (blocks) => h("span", { class: "bl-blocks", "aria-hidden": "true" },
  ...BLOCKS.map((block) => h("i", { class: `${colour(block)}${blocks.includes(block) ? " bl-has" : ""}` })));

/** The lines between the subsets. */
export function createNet() {
  const lines = SUBSETS.flatMap((from) => BLOCKS.filter((block) => !from.includes(block)).map((block) => {
    const to = SUBSETS.findIndex((one) => one.length === from.length + 1 && one.includes(block) &&
      from.every((own) => one.includes(own)));
    const [[x1, y1], [x2, y2]] = [nodeOf(from), to].map(placeOfNode);
    return s("line", { x1, y1, x2, y2, class: `bl-line ${colour(block)}` });
  }));
  return {
    node: s("svg", { class: "bl-net", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
      ...lines),
    /**
     * As thick as the gains; those shown stand out.
     *
     * @param {Part} part
     * @param {Step[]} shown
     * @param {boolean} hidden
     */
    update(part, shown, hidden) {
      const isShown = (/** @type {Step} */ step) =>
        shown.some(({ from, block }) => from.join() === step.from.join() && block === step.block);
      allSteps(part).forEach((step, i) => {
        const width = hidden ? 1 : Math.min(THICKEST, Math.max(1.2, THICK * 100 * Math.abs(step.mean)));
        setAttributes(lines[i], { "stroke-width": width.toFixed(2) });
        lines[i].classList.toggle("bl-shown", !hidden && isShown(step));
        lines[i].classList.toggle("bl-open", !hidden && (step.outcome !== "differs" || step.mean < 0));
      });
    },
  };
}

const ENDS = [0.03, 0.06, 0.12, 0.25, 0.5];

/**
 * The axis that holds the gains but for those from u alone, which is a guess and so gains anything.
 *
 * @param {Step[]} steps
 */
export function reachOf(steps) {
  const inside = steps.filter(({ from }) => from.join() !== "u");
  const most = Math.max(...(inside.length ? inside : steps).map(({ high }) => high));
  const least = Math.min(0, ...steps.map(({ low }) => low));
  return { low: Math.max(least, -0.1) - 0.002, high: ENDS.find((end) => end >= most) ?? 0.5 };
}

/**
 * One row a step: what is added to what, its gain with the 95% interval, and the number.
 *
 * @param {Step[]} steps
 * @param {(step: Step) => string} nameStep
 */
export function drawSteps(steps, nameStep) {
  const { low, high } = reachOf(steps);
  const toX = (/** @type {number} */ share) => (100 * (Math.min(Math.max(share, low), high) - low)) / (high - low);
  return steps.map((step) => {
    const off = step.mean > high;
    const bar = off ? h("span", { class: "bl-off" }, "⟶") : h("span", { class: "bl-bar" });
    if (!off) bar.style.cssText = `left:${toX(step.low)}%;width:${toX(step.high) - toX(step.low)}%`;
    const dot = h("span", { class: `bl-dot${step.outcome === "differs" ? "" : " bl-open"}` });
    dot.style.left = `${toX(step.mean)}%`;
    const zero = h("span", { class: "bl-zero" });
    zero.style.left = `${toX(0)}%`;
    const interval = `${points(step.low)} to ${points(step.high)}`;
    return h("li", { class: `bl-step ${colour(step.block)}`, title: `95%: ${interval}; ${step.outcome}` },
      h("span", { class: "bl-name" }, nameStep(step)),
      h("span", { class: "bl-strip", "aria-hidden": "true" }, zero, bar, ...(off ? [] : [dot])),
      h("span", { class: "bw-number" }, gained(step.mean)),
      h("span", { class: "bw-unseen" }, ` points, ${interval}, ${step.outcome}`));
  });
}

/**
 * A subset's accuracies, one row for each part of the test pairs.
 *
 * @param {[name: string, accuracy: Accuracy, chosen: boolean][]} rows
 */
export const drawAccuracies = (rows) => rows.map(([name, [mean, low, high], chosen]) => {
  const bar = h("span", { class: "bl-bar" });
  bar.style.cssText = `left:${100 * low}%;width:${100 * (high - low)}%`;
  const dot = h("span", { class: "bl-dot" });
  dot.style.left = `${100 * mean}%`;
  return h("li", { class: `bl-step${chosen ? " bl-chosen" : ""}` }, h("span", { class: "bl-name" }, name),
    h("span", { class: "bl-strip bl-whole", "aria-hidden": "true" }, bar, dot),
    h("span", { class: "bw-number" }, `${points(mean)}%`),
    h("span", { class: "bl-range" }, `${points(low)} to ${points(high)}`));
});

/** @param {string[]} blocks */
export const listed = (blocks) => blocks.map(printed).join(",\u00a0");
