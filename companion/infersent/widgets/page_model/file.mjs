// @ts-check
/* The file that infersent.widgets.page_model writes, unzipped: safetensors, its matrices of small whole numbers. */

/** @import { Block } from "../toolkit/blocks.mjs" */

/**
 * @typedef {{
 *   format: number, word_dim: number, hidden: number, blocks: Block[], labels: string[], token_rule?: string
 * }} Config
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

/** @typedef {{ dtype: "U8" | "I8" | "U16" | "F32", data_offsets: [from: number, to: number] }} Entry */

const FORMAT = 2;

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
  if (config.format !== FORMAT) throw new Error(`the file has the format ${config.format}, not ${FORMAT}`);
  /** @param {string} name @param {number} columns @returns {Packed} */
  const packed = (name, columns) => ({
    whole: joined(new Uint8Array(bytes(name)), new Int8Array(bytes(`${name}.high`))),
    scale: upperHalf(new Uint16Array(bytes(`${name}.scale`))), // [rows]
    columns,
  });
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
 * Whole numbers around 0, whose low and high bytes lie apart.
 *
 * @param {Uint8Array} low
 * @param {Int8Array} high
 */
export function joined(low, high) {
  const whole = new Int16Array(low.length);
  for (let i = 0; i < whole.length; i++) whole[i] = low[i] + 256 * high[i] - 128;
  return whole;
}

/**
 * The numbers of a packed matrix, row after row.
 *
 * @param {Packed} packed
 */
export const dense = ({ whole, scale, columns }) =>
  Float32Array.from(whole, (k, i) => k * scale[Math.floor(i / columns)]);
