// @ts-check
/* The blocks of pair features, those of infersent.BLOCKS, with their arithmetic, printed names and colours; and the
 * labels, those of infersent.LABELS. */

/** @typedef {"u" | "v" | "|u-v|" | "u*v"} Block */

export const LABELS = ["entailment", "neutral", "contradiction"];

/**
 * What each block makes of one coordinate of u and of v.
 *
 * @type {Readonly<Record<Block, (u: number, v: number) => number>>}
 */
export const FEATURES = {
  u: (u) => u,
  v: (u, v) => v,
  "|u-v|": (u, v) => Math.abs(u - v),
  "u*v": (u, v) => u * v,
};

/**
 * A block's name as the text writes it: |u−v|, u∗v.
 *
 * @param {string} block
 */
export const printed = (block) => block.replace("*", "∗").replace("-", "−");

/** @type {Record<string, string>} */
const COLOURS = { u: "u", v: "v", "|u-v|": "d", "u*v": "p", "u-v": "s" };

/**
 * The class that gives a node a block's colour.
 *
 * @param {string} block
 */
export const colour = (block) => `bw-${COLOURS[block] ?? "other"}`;
