// @ts-check
/* The file that infersent.web writes: a safetensors file, some of its matrices packed into a few bits a number. */

/** @import { Block } from "../toolkit/blocks.mjs" */

/**
 * @typedef {{ bits: number, word_dim: number, hidden: number, blocks: Block[], labels: string[], token_rule?: string }}
 *   Config
 */

/**
 * A matrix of small whole numbers, with a factor a row.
 *
 * @typedef {object} Packed
 * @property {Int16Array} whole [rows * columns]
 * @property {Float32Array} scale [rows]
 * @property {number} columns
 */

/**
 * One direction of the LSTM; its gates in the order input, forget, cell, output.
 *
 * @typedef {object} Direction
 * @property {Float32Array} input [4 hidden, word dim]
 * @property {Float32Array} state [4 hidden, hidden]
 * @property {Float32Array} bias [4 hidden]
 */

/**
 * What a file holds.
 *
 * @typedef {object} Parts
 * @property {Config} config
 * @property {Map<string, number>} row of each known word in `words`; row 0 is the unknown word's
 * @property {Packed} words [1 + words, word dim]
 * @property {Direction} forward
 * @property {Direction} backward
 * @property {{ weight: Float32Array, bias: Float32Array }} head [labels, features], [labels]
 */

/** @typedef {{ dtype: "U8" | "U16" | "F32", data_offsets: [from: number, to: number] }} Entry */

/**
 * Read a file.
 *
 * @param {ArrayBuffer} buffer
 * @returns {Parts}
 */
export function readFile(buffer) {
  const headerLength = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, headerLength)));
  /** @type {Config} */
  const config = JSON.parse(header.__metadata__.config);
  /** @param {string} name */
  const bytes = (name) => {
    const [from, to] = /** @type {Entry} */ (header[name]).data_offsets;
    return buffer.slice(8 + headerLength + from, 8 + headerLength + to);
  };
  /** @param {string} name @param {number} columns @returns {Packed} */
  const packed = (name, columns) => {
    const largest = upperHalf(new Uint16Array(bytes(`${name}.largest`))); // [rows]
    const m = 2 ** (config.bits - 1) - 1;
    const whole = unpack(new Uint8Array(bytes(name)), largest.length * columns, config.bits);
    return { whole, scale: largest.map((x) => x / m), columns };
  };
  /** @param {string} name @returns {Direction} */
  const direction = (name) => ({
    input: dense(packed(`${name}.input`, config.word_dim)),
    state: dense(packed(`${name}.state`, config.hidden)),
    bias: new Float32Array(bytes(`${name}.bias`)),
  });
  /** @type {string[]} */
  const words = header.__metadata__.words.split("\n");
  return {
    config,
    row: new Map(words.map((word, i) => [word, i + 1])),
    words: packed("words", config.word_dim),
    forward: direction("forward"),
    backward: direction("backward"),
    head: { weight: new Float32Array(bytes("head.weight")), bias: new Float32Array(bytes("head.bias")) },
  };
}

/**
 * The float32 numbers of which these are the upper 16 bits.
 *
 * @param {Uint16Array} halves
 */
export const upperHalf = (halves) => new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);

/**
 * Whole numbers of so many bits, from the lowest on, around 0.
 *
 * @param {Uint8Array} bytes
 * @param {number} count
 * @param {number} bits
 */
export function unpack(bytes, count, bits) {
  const whole = new Int16Array(count);
  const [mask, m] = [2 ** bits - 1, 2 ** (bits - 1) - 1];
  let [held, holds, next] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    for (; holds < bits; holds += 8) held |= bytes[next++] << holds;
    whole[i] = (held & mask) - m;
    held >>>= bits;
    holds -= bits;
  }
  return whole;
}

/**
 * The numbers of a packed matrix, row after row.
 *
 * @param {Packed} packed
 */
export const dense = ({ whole, scale, columns }) =>
  Float32Array.from(whole, (k, i) => k * scale[Math.floor(i / columns)]);
