// @ts-check
/* A fitted head in words. */

import { printed } from "../toolkit/blocks.mjs";
import { format, percent } from "../toolkit/numbers.mjs";
import { TIE, sideOf } from "./fit.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Choice, Fit, Target } from "./fit.mjs" */

/**
 * A block as it stands in a sum.
 *
 * @param {Choice} block
 */
export const nameOf = (block) => (block === "u-v" ? `(${printed(block)})` : printed(block));

/**
 * The score as a formula: one weight outside the brackets, so that the ratios can be read.
 *
 * @param {Choice[]} blocks
 * @param {number[]} weights
 */
export function formula(blocks, weights) {
  const bias = weights[weights.length - 1];
  const largest = Math.max(...weights.slice(0, -1).map(Math.abs));
  if (!(largest > 1e-6)) return `score = ${format(bias, 1)}`;
  const scale = weights.find((weight) => Math.abs(weight) > 0.05 * largest) ?? bias;
  const names = [...blocks.map(nameOf), ""]; // the bias has none
  const terms = weights.map((weight, i) => ({ ratio: weight / scale, name: names[i] }))
    .filter(({ ratio }) => Math.abs(ratio) >= 0.05)
    .map(({ ratio, name }) => `${ratio < 0 ? "−" : "+"} ${format(Math.abs(ratio), 1)} ${name}`.trim());
  return `score = ${format(scale, 1)} (${terms.join(" ").replace(/^\+ /, "").replace(/\b1\.0 (?=[(uv|])/g, "")})`;
}

/** @type {Partial<Record<Target, Record<string, string>>>} */
const SEPARATED = {
  AND: { "u,v": "One threshold on the sum is enough: only (1, 1) passes it." },
  XOR: {
    "u,v,u*v": "u + v − 2 u∗v is 0 where the two are equal and 1 where they differ: the product mends the sum.",
    "|u-v|": "On the corners |u−v| is XOR itself.",
  },
  equal: { "|u-v|": "Equal or not is one threshold on |u−v|." },
  "u>v": { "u,v": "One weight up, the other down: u − v is a sum. No comparison block is needed." },
  "same sign": { "u*v": "The sign of u∗v is the answer." },
};

/**
 * What the fitted head can do: a headline and a sentence.
 *
 * @param {Target} target
 * @param {Choice[]} blocks
 * @param {Pick<Fit, "scores" | "right" | "count" | "attainable">} fit
 * @returns {Words}
 */
export function describe(target, blocks, { scores, right, count, attainable }) {
  const straight = blocks.length > 1 && blocks.every((block) => ["u", "v", "u-v"].includes(block));
  const names = blocks.map(nameOf).join(", ") || "the bias alone";
  const halves = scores.filter((score) => sideOf(score) === 0.5).length;
  if (right === count)
    return ["Separated: every point right.", SEPARATED[target]?.[blocks.join()] ??
      `Weights on ${names} put every yes on one side of ${straight ? "a line" : "the boundary"}.`];
  const no = straight ? "No line does it" : `No weights on ${names} do it`;
  if (attainable !== null)
    return [`${no}: ${attainable} of 4 corners at most.`,
      halves === 4 ? "The best fit answers ½ at all four, a coin: what a weight wins at one corner it loses at another."
        : halves ? `At ${halves} corners the best fit answers ½: it sees no difference between a yes and a no.`
          : `The best fit has ${right} of 4 right.`];
  if (Math.max(...scores) - Math.min(...scores) < TIE)
    return [`${no}.`, `The best fit gives every point the same answer${halves ? ", ½: a coin" : ""}.`];
  return [`Not separated: ${percent(right / count)} right.`, `The best fit on ${names} is wrong at the crosses.`];
}
