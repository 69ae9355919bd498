// @ts-check
/* The sign lab's arithmetic: draws that are the same in Python, and the exact shares of signs, in numbers and words. */

import { cautiousPercent, format, grouped, uniform } from "../toolkit/numbers.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */

/**
 * The state of the widget; see infersent.widgets.SignLab.
 *
 * @typedef {object} Traits
 * @property {number} words from 1 to 40
 * @property {"max" | "mean"} pooling
 * @property {number} alike the correlation of a sentence's words, from 0 to 0.9
 * @property {number} seed from 0 to 999,999
 */

/**
 * @typedef {object} Sample
 * @property {number[][]} states the words' states of the first pair's two sentences
 * @property {Float64Array} pooled all pooled coordinates: u, v, u, v, …
 * @property {number} positive the share of the pooled coordinates that are
 * @property {number} opposite the share of the pairs with opposite signs
 */

export const LONGEST = 40; // so many words are drawn for each sentence, of which a shorter one has the first
export const PAIRS = 2000;

/**
 * An even count of standard normal numbers, by the method of Box and Muller.
 *
 * @param {number} seed
 * @param {number} count
 */
export function normals(seed, count) {
  const next = uniform(seed);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    numbers[i] = radius * Math.cos(angle);
    numbers[i + 1] = radius * Math.sin(angle);
  }
  return numbers;
}

/**
 * The last seed's numbers: moving a slider needs no new ones.
 *
 * @type {{ seed?: number, numbers: Float64Array }}
 */
let drawn = { numbers: new Float64Array() };

/** @param {number} seed */
function draws(seed) {
  if (drawn.seed !== seed) drawn = { seed, numbers: normals(seed, 2 * PAIRS * (LONGEST + 1)) };
  return drawn.numbers;
}

/**
 * Draw the pairs, and pool them.
 *
 * A state is tanh(√alike · common + √(1 − alike) · own), with the sentence's common number and the word's own.
 *
 * @param {Traits} traits
 * @returns {Sample}
 */
export function simulate({ words, pooling, alike, seed }) {
  const numbers = draws(seed);
  const [ofCommon, ofOwn] = [Math.sqrt(alike), Math.sqrt(1 - alike)];
  const pooled = new Float64Array(2 * PAIRS);
  /** @type {number[][]} */
  const states = [[], []];
  for (let k = 0; k < pooled.length; k++) {
    const first = k * (LONGEST + 1);
    let [sum, largest] = [0, -Infinity];
    for (let t = 1; t <= words; t++) {
      const x = ofCommon * numbers[first] + ofOwn * numbers[first + t];
      if (k < 2) states[k].push(Math.tanh(x));
      if (pooling === "mean") sum += Math.tanh(x);
      else if (x > largest) largest = x;
    }
    pooled[k] = pooling === "mean" ? sum / words : Math.tanh(largest);
  }
  let opposite = 0;
  for (let k = 0; k < pooled.length; k += 2) opposite += Number(pooled[k] * pooled[k + 1] < 0);
  return { states, pooled, positive: pooled.filter((x) => x > 0).length / pooled.length, opposite: opposite / PAIRS };
}

/**
 * The probability that all words' states are negative: given the common number, they are independent.
 *
 * @param {number} words
 * @param {number} alike
 */
export function negativeTogether(words, alike) {
  if (alike === 0) return 0.5 ** words;
  const slope = -Math.sqrt(alike / (1 - alike));
  let [sum, total] = [0, 0];
  for (let i = -80; i <= 80; i++) {
    const density = Math.exp(-((i / 10) ** 2) / 2);
    sum += density * belowNormal((slope * i) / 10) ** words;
    total += density;
  }
  return sum / total;
}

/**
 * The probability that a normal number is below x: 1/2 + density(x) · (x + x³/3 + x⁵/(3·5) + …).
 *
 * @param {number} x
 */
export function belowNormal(x) {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let [term, sum] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * The probabilities that a pooled coordinate is negative or positive, and that two have opposite signs.
 *
 * @param {Pick<Traits, "words" | "pooling" | "alike">} traits
 */
export function shares({ words, pooling, alike }) {
  const negative = pooling === "mean" ? 0.5 : negativeTogether(words, alike);
  return { negative, positive: 1 - negative, opposite: 2 * negative * (1 - negative) };
}

/**
 * A share as the widget writes it.
 *
 * @param {number} share
 */
export const shown = (share) => cautiousPercent(share, 1);

/**
 * What pooling does to the signs: a headline and a sentence.
 *
 * @param {Pick<Traits, "words" | "pooling" | "alike">} traits
 * @param {number} opposite the share among the pairs drawn
 * @returns {Words}
 */
export function describe({ words, pooling, alike }, opposite) {
  const exact = shares({ words, pooling, alike });
  const headline = `With ${words} word${words === 1 ? "" : "s"}, ` +
    `${shown(exact.positive)} of ${pooling}-pooled values are positive.`;
  const count = grouped(Math.round(opposite * PAIRS));
  const pairs = `Opposite signs in ${shown(exact.opposite)} of pairs (drawn: ${count} of ${grouped(PAIRS)})`;
  if (pooling === "mean") return [headline, `${pairs}, whatever the length: a mean favours no sign.`];
  if (alike === 0 || words === 1) return [headline, `${pairs}.`];
  return [headline, `${pairs}, as ${format(-Math.log2(exact.negative), 1)} independent words would give.`];
}
