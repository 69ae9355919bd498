// @ts-check
/* The arithmetic of the bill: lines in hundredths that add up, as infersent.widgets.LedgerBill has them. */

import { FEATURES, printed } from "../toolkit/blocks.mjs";
import { format, grouped, signed } from "../toolkit/numbers.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Words } from "../toolkit/controls.mjs" */

/**
 * The state of the widget; see infersent.widgets.LedgerBill.
 *
 * @typedef {object} Traits
 * @property {number} pair
 * @property {string} label
 * @property {string} block the open one, or ""
 * @property {number} item the open line of the block, or -1
 * @property {string[]} labels
 * @property {Shown[]} pairs
 * @property {Record<string, any>} weights
 */

/**
 * @typedef {object} Shown
 * @property {string} name
 * @property {[premise: string[], hypothesis: string[]]} words
 * @property {[u: number[], v: number[]]} vectors
 * @property {[premise: number[], hypothesis: number[]]} winners
 */

/**
 * A line: what it is for, an amount in hundredths, and the numbers of the vector that it adds up.
 *
 * @typedef {{ name: string, cents: number, numbers: number[] }} Line
 */

/** @typedef {{ name: string, numbers: number[] }} Item */

const [WEIGHT, VALUE] = [1e-5, 1e-4];
export const SHOWN = 5;

/** @param {number[]} numbers */
const total = (numbers) => numbers.reduce((sum, x) => sum + x, 0);

/** @param {number} amount */
export const roundHalfUp = (amount) => Math.floor(100 * amount + 0.5);

/**
 * The parts in hundredths, so that they add up: those with the largest error are moved by one where rounding misses.
 *
 * @param {number[]} parts
 * @param {number} sum in hundredths
 */
export function addUp(parts, sum) {
  const cents = parts.map(roundHalfUp);
  const missing = sum - total(cents);
  const step = missing > 0 ? 1 : -1;
  const error = parts.map((part, k) => step * (100 * part - cents[k]));
  const order = [...parts.keys()].sort((a, b) => error[b] - error[a] || a - b);
  for (let k = 0; k < Math.abs(missing); k++) cents[order[k % order.length]] += step;
  return cents;
}

/** What a state says, level by level. */
export class Bill {
  /** @param {Traits} state */
  constructor({ pair, label, labels, pairs, weights, block, item }) {
    this.shown = pairs[pair];
    this.label = labels.indexOf(label);
    this.weights = weights;
    this.block = block;
    this.item = item;
    this.blocks = /** @type {Block[]} */ (Object.keys(FEATURES).filter((name) => name in weights));
    this.dim = this.shown.vectors[0].length;
  }

  /** @param {Block} block @param {number} i */
  weight(block, i) { return this.weights[block][this.label][i] * WEIGHT; }

  /** The number i of u and of v. @param {number} i @returns {[u: number, v: number]} */
  values(i) { return [this.shown.vectors[0][i] * VALUE, this.shown.vectors[1][i] * VALUE]; }

  /** A block's term for each number of the vectors. @param {Block} block */
  terms(block) {
    return Array.from({ length: this.dim }, (_, i) => this.weight(block, i) * FEATURES[block](...this.values(i)));
  }

  /** The lines of the logit. @returns {Line[]} */
  lines() {
    const parts = [this.weights.bias[this.label] * WEIGHT, ...this.blocks.map((block) => total(this.terms(block)))];
    const all = Array.from({ length: this.dim }, (_, i) => i);
    return addUp(parts, roundHalfUp(parts[0] + total(parts.slice(1)))).map((cents, k) =>
      (k ? { name: this.blocks[k - 1], cents, numbers: all } : { name: "bias", cents, numbers: [] }));
  }

  /** The words, or pairs of words, that the open block falls on: the largest first. @returns {Item[]} */
  items() {
    const { words, winners } = this.shown;
    const terms = this.terms(/** @type {Block} */ (this.block));
    const sides = this.block === "u" ? [0] : this.block === "v" ? [1] : [0, 1];
    /** @type {Map<string, { places: number[], name: string, numbers: number[], sum: number }>} */
    const found = new Map();
    for (let i = 0; i < this.dim; i++) {
      const places = sides.map((side) => winners[side][i]);
      const key = places.join();
      const name = sides.map((side, k) => words[side][places[k]]).join(" + ");
      const item = found.get(key) ?? { places, name, numbers: [], sum: 0 };
      item.numbers.push(i);
      item.sum += terms[i];
      found.set(key, item);
    }
    return [...found.values()].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum) ||
      a.places[0] - b.places[0] || a.places[a.places.length - 1] - b.places[b.places.length - 1]);
  }

  /** The lines under the open block. @returns {Line[]} */
  linesOfBlock() {
    const what = this.block === "u" || this.block === "v" ? "words" : "pairs of words";
    return this.lined(this.items(), what, this.lines().find(({ name }) => name === this.block)?.cents ?? 0);
  }

  /** The lines under the open line of the open block. @returns {Line[]} */
  linesOfItem() {
    const { numbers, cents } = this.linesOfBlock()[this.item];
    const terms = this.terms(/** @type {Block} */ (this.block));
    const order = [...numbers].sort((a, b) => Math.abs(terms[b]) - Math.abs(terms[a]) || a - b);
    return this.lined(order.map((i) => ({ name: `number ${i + 1}`, numbers: [i] })), "numbers", cents);
  }

  /**
   * The first items as lines, and the rest as one.
   *
   * @param {Item[]} items
   * @param {string} what
   * @param {number} cents their sum
   * @returns {Line[]}
   */
  lined(items, what, cents) {
    const terms = this.terms(/** @type {Block} */ (this.block));
    const rest = items.slice(SHOWN).flatMap(({ numbers }) => numbers);
    const shown = [...items.slice(0, SHOWN),
      ...(rest.length ? [{ name: `${items.length - SHOWN} other ${what}`, numbers: rest }] : [])];
    const amounts = addUp(shown.map(({ numbers }) => total(numbers.map((i) => terms[i]))), cents);
    return shown.map(({ name, numbers }, k) => ({ name, numbers, cents: amounts[k] }));
  }

  /** One number's term as a product: its weight times what its block makes of it. @param {number} i */
  product(i) {
    const [u, v] = this.values(i).map((x) => format(x, 3)).map((x) => (x.startsWith("−") ? `(${x})` : x));
    const block = /** @type {Block} */ (this.block);
    const feature = { u, v, "|u-v|": `|${u} − ${v}|`, "u*v": `${u} × ${v}` }[block];
    return `${format(this.weight(block, i), 3)} × ${feature}`;
  }

  /**
   * What the open level says.
   *
   * @param {string} label
   * @returns {Words}
   */
  describe(label) {
    const lines = this.lines();
    if (this.block === "")
      return [`${label}: ${money(total(lines.map(({ cents }) => cents)))}, and nothing is left over.`,
        `The logit is the sum of ${lines.length} lines. Open one to see what it adds up.`];
    const block = lines.find(({ name }) => name === this.block);
    const [many, largest] = [this.items(), this.linesOfBlock()[0]];
    if (this.item < 0)
      return [`${printed(this.block)} gives ${money(block?.cents ?? 0)}, a sum over words.`,
        `Its ${grouped(this.dim)} terms fall on ${counted(many.length, this.block === "u" || this.block === "v"
          ? "word" : "pair of words", "pairs of words")}. ` +
        `The largest line is “${largest.name}”, ${money(largest.cents)}.`];
    const line = this.linesOfBlock()[this.item];
    const first = this.linesOfItem()[0];
    return [`“${line.name}” gives ${money(line.cents)}, a sum of ${counted(line.numbers.length, "number")}.`,
      `The largest gives ${money(first.cents)}. No single number decides.`];
  }
}

/** @param {number} n @param {string} one @param {string} several */
const counted = (n, one, several = `${one}s`) => `${n} ${n === 1 ? one : one.includes(" ") ? several : `${one}s`}`;

/**
 * Hundredths as a signed number.
 *
 * @param {number} cents
 */
export const money = (cents) => signed(cents / 100);
