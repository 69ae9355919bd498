// @ts-check
/* InferSent's forward pass: infersent.encoders and infersent.model in plain JavaScript. */

import { FEATURES } from "../toolkit/blocks.mjs";
import { FIRST_TOKEN_RULE, splitBy } from "./words.mjs";
import { Ledger } from "./ledger.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Direction, Parts } from "./file.mjs" */
/** @import { Decision } from "./ledger.mjs" */

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
const REOPENED = 4; // sentences whose beginnings are not read again: the two, and each as it was one key before
const FAMILIAR = 200; // words whose part of the gates is kept

/** @param {number} x */
export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/**
 * out[r] += sum over c of matrix[r, c] vector[c]. Four rows at a time: they share what is read of the vector, and no
 * sum waits for itself.
 *
 * @param {Float32Array} out as long as a multiple of four, as gates are
 * @param {Float32Array} matrix
 * @param {Float32Array} vector
 */
export function addProduct(out, matrix, vector) {
  const n = vector.length;
  for (let r = 0; r < out.length; r += 4) {
    let a = 0, b = 0, c = 0, d = 0;
    for (let i = 0, at = r * n; i < n; i++, at++) {
      const x = vector[i];
      a += matrix[at] * x;
      b += matrix[at + n] * x;
      c += matrix[at + 2 * n] * x;
      d += matrix[at + 3 * n] * x;
    }
    out[r] += a;
    out[r + 1] += b;
    out[r + 2] += c;
    out[r + 3] += d;
  }
}

/** @typedef {{ hidden: Float32Array, cell: Float32Array }} State of an LSTM after a word, [hidden] each */

/**
 * One step of the LSTM.
 *
 * @param {Direction} direction
 * @param {Float32Array} fromWord the word's part of the gates, and the bias, [4 hidden]
 * @param {State} [last] zero if left out
 * @returns {State}
 */
export function step({ state }, fromWord, last) {
  const n = fromWord.length / 4;
  const gates = fromWord.slice(); // input, forget, cell, output
  if (last) addProduct(gates, state, last.hidden);
  const [hidden, cell] = [new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    const entering = sigmoid(gates[i]) * Math.tanh(gates[2 * n + i]);
    cell[i] = sigmoid(gates[n + i]) * (last?.cell[i] ?? 0) + entering;
    hidden[i] = sigmoid(gates[3 * n + i]) * Math.tanh(cell[i]);
  }
  return { hidden, cell };
}

/** One direction of the LSTM at work. What a sentence and one read before begin with in common is not read again. */
export class Reading {
  /**
   * @param {Direction} direction
   * @param {(row: number) => Float32Array} vectorOf the vector of the word in a row, [word dim]
   */
  constructor(direction, vectorOf) {
    this.direction = direction;
    this.vectorOf = vectorOf;
    /** @type {{ rows: number[], states: State[] }[]} the newest first */
    this.before = [];
    /** @type {Map<number, Float32Array>} */
    this.familiar = new Map();
  }

  /**
   * What the word in a row adds to the gates, and the bias, [4 hidden].
   *
   * @param {number} row
   */
  fromWord(row) {
    const known = this.familiar.get(row);
    if (known) return known;
    const gates = this.direction.bias.slice();
    addProduct(gates, this.direction.input, this.vectorOf(row));
    if (this.familiar.size >= FAMILIAR) this.familiar.clear();
    this.familiar.set(row, gates);
    return gates;
  }

  /**
   * The hidden states over the words in reading order, [time][hidden].
   *
   * @param {number[]} rows
   */
  read(rows) {
    const known = this.before.map(({ rows: others, states }) => states.slice(0, inCommon(rows, others)));
    const states = known.reduce((longest, one) => (one.length > longest.length ? one : longest), []);
    for (const row of rows.slice(states.length))
      states.push(step(this.direction, this.fromWord(row), states.at(-1)));
    this.before = [{ rows, states }, ...this.before].slice(0, REOPENED);
    return states.map(({ hidden }) => hidden);
  }
}

/**
 * With how many numbers both lists begin.
 *
 * @param {number[]} some
 * @param {number[]} others
 */
const inCommon = (some, others) => {
  const end = some.findIndex((x, i) => x !== others[i]);
  return end < 0 ? some.length : end;
};

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
  directions.forEach((times, side) => times.forEach((values, time) => {
    for (let k = 0, i = side * hidden; k < hidden; k++, i++)
      if (values[k] > vector[i]) [vector[i], winners[i]] = [values[k], time];
  }));
  return { vector, winners };
}

export class InferSent {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    const vectorOf = (/** @type {number} */ row) => this.wordVector(row);
    this.forward = new Reading(parts.forward, vectorOf);
    this.backward = new Reading(parts.backward, vectorOf);
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
    const forward = this.forward.read(rows);
    const backward = this.backward.read(rows.toReversed()).reverse();
    const result = { words, unknown: rows.map((row) => row === UNKNOWN), ...maxPool([forward, backward]) };
    if (this.encoded.size >= REMEMBERED) this.encoded.delete([...this.encoded.keys()][0]);
    this.encoded.set(text, result);
    return result;
  }

  /**
   * The logits of one pair, and all that they are made of.
   *
   * @param {string} premise
   * @param {string} hypothesis
   * @returns {Decision}
   */
  decide(premise, hypothesis) {
    const [p, h] = [this.encode(premise), this.encode(hypothesis)];
    const { config: { blocks, labels }, head } = this.parts;
    const dim = p.vector.length;
    const features = blocks.flatMap((name) => Array.from(p.vector, (u, i) => FEATURES[name](u, h.vector[i])));
    const logits = labels.map((_, c) => features.reduce(
      (sum, x, i) => sum + head.weight[c * features.length + i] * x, head.bias[c]));
    /** @param {number} block */
    const columns = (block) => labels.map((_, c) =>
      head.weight.subarray(c * features.length + block * dim, c * features.length + (block + 1) * dim));
    return {
      premiseWords: p.words, hypothesisWords: h.words, premiseUnknown: p.unknown, hypothesisUnknown: h.unknown,
      u: p.vector, v: h.vector, premiseWinners: p.winners, hypothesisWinners: h.winners,
      weights: blocks.map((name, block) => /** @type {[Block, Float32Array[]]} */ ([name, columns(block)])),
      bias: [...head.bias], logits, labels,
    };
  }

  /**
   * The exact ledger of one pair.
   *
   * @param {string} premise
   * @param {string} hypothesis
   */
  explain(premise, hypothesis) {
    return new Ledger(this.decide(premise, hypothesis));
  }
}
