// @ts-check
/* InferSent's forward pass: infersent.encoders and infersent.model in plain JavaScript. */

import { FEATURES } from "../toolkit/blocks.mjs";
import { FIRST_TOKEN_RULE, splitBy } from "./words.mjs";
import { Ledger } from "./ledger.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Direction, Parts } from "./file.mjs" */

/**
 * A sentence that was read.
 *
 * @typedef {object} Encoded
 * @property {string[]} words
 * @property {boolean[]} unknown which of the words are
 * @property {Float32Array} vector [dim]
 * @property {Uint16Array} winners [dim], the word that won each coordinate
 */

const NO_WORD = "∅"; // a sentence without words is read as one unknown word
const UNKNOWN = 0; // the row of the unknown word
const REMEMBERED = 50; // sentences: one keystroke changes one of the two, and "undo" brings one back

/** @param {number} x */
export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/**
 * out[r] += sum over c of matrix[r, c] vector[c]. Four sums at a time, because one has to wait for itself.
 *
 * @param {Float32Array} out
 * @param {Float32Array} matrix
 * @param {Float32Array} vector
 */
export function addProduct(out, matrix, vector) {
  const n = vector.length;
  for (let r = 0, at = 0; r < out.length; r++, at += n) {
    let a = 0, b = 0, c = 0, d = 0, i = 0;
    for (; i + 3 < n; i += 4) {
      a += matrix[at + i] * vector[i];
      b += matrix[at + i + 1] * vector[i + 1];
      c += matrix[at + i + 2] * vector[i + 2];
      d += matrix[at + i + 3] * vector[i + 3];
    }
    for (; i < n; i++) a += matrix[at + i] * vector[i];
    out[r] += a + b + c + d;
  }
}

/**
 * The states of one direction of the LSTM over the words in reading order, [time][hidden].
 *
 * @param {Direction} direction
 * @param {Float32Array[]} vectors
 */
export function states({ input, state, bias }, vectors) {
  const hidden = bias.length / 4;
  const gates = new Float32Array(4 * hidden); // input, forget, cell, output
  const cell = new Float32Array(hidden);
  let last = new Float32Array(hidden);
  return vectors.map((vector) => {
    gates.set(bias);
    addProduct(gates, input, vector);
    addProduct(gates, state, last);
    last = new Float32Array(hidden);
    for (let i = 0; i < hidden; i++) {
      const entering = sigmoid(gates[i]) * Math.tanh(gates[2 * hidden + i]);
      cell[i] = sigmoid(gates[hidden + i]) * cell[i] + entering;
      last[i] = sigmoid(gates[3 * hidden + i]) * Math.tanh(cell[i]);
    }
    return last;
  });
}

/**
 * Each coordinate's largest value over the words, and the word that has it; of equal words, the first.
 *
 * @param {Float32Array[][]} directions [direction][time][hidden]
 * @returns {Pick<Encoded, "vector" | "winners">}
 */
export function maxPool(directions) {
  const hidden = directions[0][0].length;
  const vector = new Float32Array(directions.length * hidden).fill(-Infinity);
  const winners = new Uint16Array(vector.length);
  directions.forEach((times, side) => times.forEach((values, time) => values.forEach((value, k) => {
    const i = side * hidden + k;
    if (value <= vector[i]) return;
    vector[i] = value;
    winners[i] = time;
  })));
  return { vector, winners };
}

export class InferSent {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    /** @type {Map<string, Encoded>} */
    this.encoded = new Map();
  }

  /**
   * The vector of the word in a row, [word dim].
   *
   * @param {number} row
   */
  wordVector(row) {
    const { whole, scale, columns } = this.parts.words;
    return Float32Array.from(whole.subarray(row * columns, (row + 1) * columns), (k) => k * scale[row]);
  }

  /**
   * A sentence's words, which of them are unknown, its vector and which word won each coordinate.
   *
   * @param {string} text
   * @returns {Encoded}
   */
  encode(text) {
    const found = this.encoded.get(text);
    if (found) return found;
    const split = splitBy(this.parts.config.token_rule ?? FIRST_TOKEN_RULE, text);
    const words = split.length ? split : [NO_WORD];
    const rows = words.map((word) => this.parts.row.get(word) ?? UNKNOWN);
    const vectors = rows.map((row) => this.wordVector(row));
    const forward = states(this.parts.forward, vectors);
    const backward = states(this.parts.backward, vectors.toReversed()).reverse();
    const result = { words, unknown: rows.map((row) => row === UNKNOWN), ...maxPool([forward, backward]) };
    if (this.encoded.size >= REMEMBERED) this.encoded.delete([...this.encoded.keys()][0]);
    this.encoded.set(text, result);
    return result;
  }

  /**
   * The exact ledger of one pair.
   *
   * @param {string} premise
   * @param {string} hypothesis
   */
  explain(premise, hypothesis) {
    const [p, h] = [this.encode(premise), this.encode(hypothesis)];
    const { config: { blocks, labels }, head } = this.parts;
    const dim = p.vector.length;
    const features = blocks.flatMap((name) => Array.from(p.vector, (u, i) => FEATURES[name](u, h.vector[i])));
    const logits = labels.map((_, c) => features.reduce(
      (sum, x, i) => sum + head.weight[c * features.length + i] * x, head.bias[c]));
    /** @param {number} block */
    const columns = (block) => labels.map((_, c) =>
      head.weight.subarray(c * features.length + block * dim, c * features.length + (block + 1) * dim));
    return new Ledger({
      premiseWords: p.words, hypothesisWords: h.words, premiseUnknown: p.unknown, hypothesisUnknown: h.unknown,
      u: p.vector, v: h.vector, premiseWinners: p.winners, hypothesisWinners: h.winners,
      weights: blocks.map((name, block) => /** @type {[Block, Float32Array[]]} */ ([name, columns(block)])),
      bias: [...head.bias], logits, labels,
    });
  }
}
