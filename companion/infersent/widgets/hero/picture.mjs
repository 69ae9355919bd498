// @ts-check
/* The hero's numbers and its places: those of picture.py, which draws the same before this module is there. */

import { FEATURES, LABELS, printed } from "../toolkit/blocks.mjs";
import { percent } from "../toolkit/numbers.mjs";
import { capital, softmax, sum, unknownWords } from "../explainer/account.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Account, Part } from "../explainer/account.mjs" */

/**
 * What is drawn of a pair; see infersent.widgets.hero.drawn.
 *
 * @typedef {object} Drawn
 * @property {string} premise
 * @property {string} hypothesis
 * @property {string[]} unknown
 * @property {Part} bias
 * @property {Record<string, Part>} by_block
 * @property {Record<string, number[]>} cells [CELLS] each
 */

/**
 * All numbers of a picture, those that move.
 *
 * @typedef {object} Frame
 * @property {Record<string, number[]>} cells
 * @property {Record<string, number>} widths of the ribbons
 * @property {number[]} shares the probabilities
 */

const CELLS = 32;
const SCALE = [-1, 4]; // the ends of the axis of gains, in points
export const HINT = "A ribbon is as wide as its block moves the answer. Beside a switch: this model’s accuracy on " +
  "SNLI’s test pairs, and what models trained with the block gain there.";
/** @type {Block[]} */
export const ORDER = ["u", "|u-v|", "u*v", "v"];
/** @type {Block[]} */
export const SWITCHED = ["|u-v|", "u*v"];
export const ROLES = { u: "the premise", v: "the hypothesis", "|u-v|": "where they differ", "u*v": "what they share" };
const [ROW, MIDDLE, PER_LOGIT, WIDEST, NARROWEST, GAP, FULL] = [54, 33, 3, 40, 1.2, 2, 0.55];
export const HEIGHT = ROW * ORDER.length;

/**
 * What is drawn of an account.
 *
 * @param {Account} account
 * @returns {Drawn}
 */
export function draw(account) {
  const { premise, hypothesis, bias, by_block, u, v } = account;
  const each = u.length / CELLS;
  const unknown = [...new Set([...unknownWords(account, "premise"), ...unknownWords(account, "hypothesis")])];
  /** @param {Block} name */
  const cells = (name) => Array.from({ length: CELLS }, (_, cell) => Math.max(
    ...Array.from({ length: each }, (_, k) => Math.abs(FEATURES[name](u[cell * each + k], v[cell * each + k])))));
  return { premise, hypothesis, unknown, bias, by_block,
    cells: Object.fromEntries(ORDER.map((name) => [name, cells(name)])) };
}

/**
 * The probabilities with some blocks on.
 *
 * @param {Pick<Drawn, "bias" | "by_block">} drawn
 * @param {string[]} blocks
 */
export const probabilities = ({ bias, by_block }, blocks) =>
  softmax(sum([bias, ...blocks.map((name) => by_block[name])]));

/**
 * How far a block moves the answer: how much its part of the logits differs between the labels.
 *
 * @param {Pick<Drawn, "by_block">} drawn
 * @param {string} name
 */
const reach = ({ by_block }, name) => Math.max(...by_block[name]) - Math.min(...by_block[name]);

/**
 * A picture's numbers.
 *
 * @param {Drawn} drawn
 * @param {string[]} blocks those that are on
 * @returns {Frame}
 */
export const frame = (drawn, blocks) => ({
  cells: drawn.cells,
  widths: Object.fromEntries(ORDER.map((name) => [name, blocks.includes(name)
    ? Math.min(WIDEST, Math.max(NARROWEST, PER_LOGIT * reach(drawn, name))) : 0])),
  shares: probabilities(drawn, blocks),
});

/**
 * The picture on the way from one to another.
 *
 * @param {Frame} from
 * @param {Frame} to
 * @param {(stage: number) => number} progress of the stage, from 0 to 1: the strips come before the ribbons
 * @returns {Frame}
 */
export function between(from, to, progress) {
  /** @param {number} stage @param {number} a @param {number} b */
  const mix = (stage, a, b) => a + (b - a) * progress(stage);
  return {
    cells: Object.fromEntries(ORDER.map((name) => [name, to.cells[name].map((x, i) =>
      mix(SWITCHED.includes(name) ? 1 : 0, from.cells[name][i], x))])),
    widths: Object.fromEntries(ORDER.map((name) => [name, mix(2, from.widths[name], to.widths[name])])),
    shares: to.shares.map((x, c) => mix(3, from.shares[c], x)),
  };
}

/**
 * How opaque the cell of a value is.
 *
 * @param {number} value
 */
export const shade = (value) => Math.min(1, Math.sqrt(Math.max(0, value) / FULL));

/**
 * Each ribbon's path, in the order of the strips: from its strip to where all meet, one below the other.
 *
 * @param {Record<string, number>} widths
 */
export function ribbons(widths) {
  let place = (HEIGHT - ORDER.reduce((total, name) => total + widths[name], 0) - GAP * (ORDER.length - 1)) / 2;
  return ORDER.map((name, row) => {
    const half = widths[name] / 2;
    const [start, end] = [ROW * row + MIDDLE, place + half];
    place += widths[name] + GAP;
    const [a, b, c, d] = [start - half, end - half, end + half, start + half].map((y) => y.toFixed(1));
    return `M0 ${a}C55 ${a} 45 ${b} 100 ${b}V${c}C45 ${c} 55 ${d} 0 ${d}Z`;
  });
}

/**
 * The bar in which all ribbons end.
 *
 * @param {Record<string, number>} widths
 */
export function collector(widths) {
  const height = ORDER.reduce((total, name) => total + widths[name], 0) + GAP * (ORDER.length - 1);
  const top = (HEIGHT - height) / 2;
  return `M96 ${(top - 3).toFixed(1)}H100V${(top + height + 3).toFixed(1)}H96Z`;
}

/**
 * The place of a gain on its axis, in percent.
 *
 * @param {number} points
 */
export const placeOf = (points) => (100 * (points - SCALE[0])) / (SCALE[1] - SCALE[0]);

/**
 * The lines from each sentence to its three blocks.
 *
 * @returns {{ side: "u" | "v", path: string }[]}
 */
export const wires = () => /** @type {const} */ (["u", "v"]).flatMap((side) => {
  const start = HEIGHT * (side === "u" ? 0.25 : 0.75);
  return ORDER.flatMap((name, row) => {
    if (name !== side && !SWITCHED.includes(name)) return [];
    const end = ROW * row + MIDDLE + (name === side ? 0 : side === "u" ? -4 : 4);
    return { side, path: `M0 ${start}C60 ${start} 40 ${end} 100 ${end}` };
  });
});

/**
 * The label and its probability.
 *
 * @param {number[]} shares
 */
const best = (shares) => {
  const share = Math.max(...shares);
  return { label: LABELS[shares.indexOf(share)], share };
};

/**
 * The answer in words, and what the blocks that are off have changed.
 *
 * @param {Drawn} drawn
 * @param {string[]} blocks
 * @returns {Words}
 */
export function tell(drawn, blocks) {
  const { label, share } = best(probabilities(drawn, blocks));
  const off = SWITCHED.filter((name) => !blocks.includes(name)).map(printed);
  if (!off.length) {
    const bySize = Object.keys(FEATURES).sort((a, b) => reach(drawn, a) - reach(drawn, b)).map(printed);
    return [`${capital(label)}, ${percent(share)}.`, `Here ${bySize[3]} moves the answer most and ${bySize[0]} least.`];
  }
  const them = off.length === 1 ? "it" : "them";
  const before = best(probabilities(drawn, ORDER));
  const head = `Without ${off.join(" and ")}: ${label}, ${percent(share)}.`;
  if (label !== before.label)
    return [head, `The answer changes: ${before.label}, ${percent(before.share)}, with ${them}.`];
  const size = Math.abs(share - before.share) < 0.05 ? "Hardly a change:" : "The same answer, but";
  return [head, `${size} ${percent(before.share)} with ${them}.`];
}
