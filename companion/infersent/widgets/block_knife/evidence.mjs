// @ts-check
/* The recorded evidence of every test pair, and the answers with any block scaled: infersent.inside.block_evidence. */

import { LABELS } from "../toolkit/blocks.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */

/** @typedef {"zeros" | "mean" | "another"} Fill */
/** @typedef {Record<string, number>} Scales */

/**
 * @typedef {object} Packed
 * @property {Block[]} blocks
 * @property {[number, number]} bias
 * @property {Record<string, [number, number]>} low
 * @property {Record<string, [number, number]>} step
 * @property {number[]} cycles
 * @property {string} labels
 * @property {Record<string, string>} levels
 */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#%()*+,-./:;=?@[]^_{|}~";
const LABELS_A_CHARACTER = 4;

/** Two numbers a block and pair: what it adds to the first two logits, relative to the third. */
export class Evidence {
  /** @param {Packed} packed */
  constructor({ blocks, bias, low, step, cycles, labels, levels }) {
    const value = new Map([...ALPHABET].map((letter, k) => [letter, k]));
    /** @param {string} letter */
    const decode = (letter) => {
      const k = value.get(letter);
      if (k === undefined) throw new RangeError(`“${letter}” packs no number`);
      return k;
    };
    this.blocks = blocks;
    this.bias = bias;
    this.count = cycles.reduce((sum, length) => sum + length, 0);
    this.labels = Uint8Array.from({ length: this.count }, (_, i) =>
      Math.floor(decode(labels[Math.floor(i / LABELS_A_CHARACTER)]) / 3 ** (i % LABELS_A_CHARACTER)) % 3);
    /** For each pair the one that lends it its block. */
    this.partners = Uint32Array.from({ length: this.count }, (_, i) => i + 1);
    let start = 0;
    for (const length of cycles) {
      this.partners[start + length - 1] = start;
      start += length;
    }
    /** By block, pair after pair, two numbers each. */
    this.parts = blocks.map((block) => {
      if (levels[block].length !== 2 * this.count)
        throw new RangeError(`${block} has ${levels[block].length} numbers for ${this.count} pairs`);
      return Float64Array.from(levels[block], (letter, i) => low[block][i % 2] + step[block][i % 2] * decode(letter));
    });
    this.means = this.parts.map((part) => {
      const sums = [0, 0];
      part.forEach((x, i) => { sums[i % 2] += x; });
      return sums.map((sum) => sum / this.count);
    });
  }

  /**
   * Add a block to logits, scaled, its gap filled.
   *
   * @param {Float64Array} logits two a pair, changed in place
   * @param {number} k the block's place
   * @param {number} scale
   * @param {Fill} fill
   */
  add(logits, k, scale, fill) {
    const part = this.parts[k];
    const gap = Math.max(0, 1 - scale);
    const [first, second] = this.means[k].map((x) => gap * x);
    for (let i = 0, at = 0; i < this.count; i++, at += 2) {
      let [x, y] = [scale * part[at], scale * part[at + 1]];
      if (fill === "mean") { x += first; y += second; }
      if (fill === "another") {
        const from = 2 * this.partners[i];
        x += gap * part[from];
        y += gap * part[from + 1];
      }
      logits[at] += x;
      logits[at + 1] += y;
    }
  }

  /** The bias, and all blocks but one. @param {Scales} scales @param {Fill} fill @param {number} [without] */
  logits(scales, fill, without = -1) {
    const logits = Float64Array.from({ length: 2 * this.count }, (_, i) => this.bias[i % 2]);
    this.blocks.forEach((block, k) => { if (k !== without) this.add(logits, k, scales[block], fill); });
    return logits;
  }

  /** The answers with these scales. @param {Scales} scales @param {Fill} fill */
  answers(scales, fill) {
    return answersOf(this.logits(scales, fill), this.count);
  }

  /** How many answers are right. @param {Uint8Array} answers */
  right(answers) {
    let right = 0;
    for (let i = 0; i < this.count; i++) if (answers[i] === this.labels[i]) right++;
    return right;
  }

  /** How many pairs of each right label get each answer. @param {Uint8Array} answers */
  flow(answers) {
    const table = LABELS.map(() => LABELS.map(() => 0));
    answers.forEach((answer, i) => { table[this.labels[i]][answer]++; });
    return table;
  }

  /**
   * The share of right answers as one block goes through some scales and the others stay.
   *
   * @param {Scales} scales
   * @param {Fill} fill
   * @param {number} k
   * @param {readonly number[]} grid
   */
  curve(scales, fill, k, grid) {
    const others = this.logits(scales, fill, k);
    return grid.map((scale) => {
      const logits = others.slice();
      this.add(logits, k, scale, fill);
      return this.right(answersOf(logits, this.count)) / this.count;
    });
  }
}

/** @param {Float64Array} logits @param {number} count */
function answersOf(logits, count) {
  const answers = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const [first, second] = [logits[2 * i], logits[2 * i + 1]];
    answers[i] = first >= second ? (first >= 0 ? 0 : 2) : second >= 0 ? 1 : 2;
  }
  return answers;
}
