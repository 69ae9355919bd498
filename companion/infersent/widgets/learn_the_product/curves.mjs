// @ts-check
/* The recorded curves of the learners of the dot product, and what they say in words. */

import { grouped, percent } from "../toolkit/numbers.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */

/**
 * What one learner explains of the dot product's variance from so many pairs; see infersent.widgets.LearnTheProduct.
 *
 * @typedef {object} Recorded
 * @property {number} dim
 * @property {number} width 0: the head that is given u∗v
 * @property {number} samples
 * @property {number} parameters
 * @property {number} mean
 * @property {number} low end of its 95% interval
 * @property {number} high
 */

/** @typedef {"dim" | "width" | "samples"} Setting */

/**
 * The values that the curves have of one setting, in order; a width of 0 is the head that is given the product.
 *
 * @param {Recorded[]} curves
 * @param {Setting} name
 */
export const values = (curves, name) =>
  [...new Set(curves.filter((point) => point.width > 0).map((point) => point[name]))].sort((a, b) => a - b);

/**
 * The points of one learner in one dimension, by number of pairs.
 *
 * @param {Recorded[]} curves
 * @param {number} dim
 * @param {number} width
 */
export const curve = (curves, dim, width) =>
  curves.filter((point) => point.dim === dim && point.width === width).sort((a, b) => a.samples - b.samples);

/**
 * The point of a curve with so many pairs, which must be there.
 *
 * @param {Recorded[]} points
 * @param {number} samples
 */
export function pointAt(points, samples) {
  const found = points.find((point) => point.samples === samples);
  if (!found) throw new RangeError(`no point has ${samples} pairs`);
  return found;
}

/**
 * The smallest number of pairs from which a curve explains at least so much, or undefined.
 *
 * @param {Recorded[]} points
 * @param {number} share
 */
export const enough = (points, share) => points.find(({ mean }) => mean >= share)?.samples;

/**
 * What the two learners have found: a headline and a sentence.
 *
 * @param {Recorded[]} curves
 * @param {number} dim
 * @param {number} width
 * @param {number} samples
 * @returns {Words}
 */
export function describe(curves, dim, width, samples) {
  const [network, given] = [width, 0].map((w) => pointAt(curve(curves, dim, w), samples));
  const least = enough(curve(curves, dim, 0), network.mean);
  const headline = network.mean <= 0 ? "Nothing found yet."
    : network.mean < 0.5 ? "Less than half is found."
    : network.mean < 0.95 ? "More than half is found."
    : "Found, or nearly.";
  const found = network.mean <= 0 ? "explains none of the dot product: it does no better than the answer 0"
    : `explains ${percent(network.mean, 1)} of the dot product`;
  const fewest = curve(curves, dim, 0)[0].samples;
  const learner = `a network of ${grouped(network.parameters)} parameters`;
  return [headline, `From ${grouped(samples)} pairs, ${learner} ${found}. ` +
    `Given u∗v, ${grouped(given.parameters)} parameters explain ${percent(given.mean, 1)}` +
    (least === fewest && samples > fewest ? `, and ${grouped(least)} pairs are enough to beat the network` : "") +
    "."];
}
