/* InferSent in plain JavaScript: from two texts to the exact ledger of the decision, under the names of the Python.
 *
 * infersent.text: splitWords. infersent.web: readModel. infersent.encoders and infersent.model: InferSent.
 * infersent.ledger: Ledger. In a worker, the last part answers the page's messages. */

export const LABELS = ["entailment", "neutral", "contradiction"];
export const LARGEST_TEXT = 400; // characters, and words: what a reader types in earnest
export const LARGEST_SENTENCE = 40;
const NO_WORD = "∅"; // a sentence without words is read as one unknown word
const UNKNOWN = 0; // the row of the unknown word

// ---- words ----

/** Applied in turn to the lower-cased text; see infersent.text.REPLACEMENTS. */
export const REPLACEMENTS = [
  ["[\u0085\ufeff]", " "],
  ["[’‘`]", "'"],
  [String.raw`(?<![\p{L}\p{N}])can't(?![\p{L}\p{N}])`, "can not"],
  [String.raw`(?<![\p{L}\p{N}])won't(?![\p{L}\p{N}])`, "will not"],
  [String.raw`n't(?![\p{L}\p{N}])`, " not"],
];

/** A token: a contraction's ending, a word, a number, or one other character; see infersent.text.TOKEN_RULE. */
export const TOKEN_RULE =
  String.raw`'(?:s|re|ve|ll|d|m)(?![\p{L}\p{N}])|[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]`;

const replacements = REPLACEMENTS.map(([pattern, replacement]) => [new RegExp(pattern, "gu"), replacement]);
const tokenRule = new RegExp(TOKEN_RULE, "gu");

/** The tokens of a text, whatever the vocabulary. */
export function splitWords(text) {
  // Character by character: a final sigma would look at its neighbours.
  let normal = Array.from(text.normalize("NFC"), (character) => character.toLowerCase()).join("");
  for (const [pattern, replacement] of replacements) normal = normal.replace(pattern, replacement);
  return normal.match(tokenRule) ?? [];
}

/** Why a text is too long to be read, or "". */
export function tooLong(text) {
  if (text.length > LARGEST_TEXT) return `it has ${text.length} characters, and at most ${LARGEST_TEXT} are read`;
  const words = splitWords(text).length;
  return words > LARGEST_SENTENCE ? `it has ${words} words, and at most ${LARGEST_SENTENCE} are read` : "";
}

// ---- the file ----

/** The model in a file that infersent.web wrote: a safetensors file, some of its matrices packed. */
export function readModel(buffer) {
  const headerLength = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, headerLength)));
  const config = JSON.parse(header.__metadata__.config);
  const TYPES = { U8: Uint8Array, U16: Uint16Array, F32: Float32Array };
  const tensor = (name) => {
    const { dtype, data_offsets: [from, to] } = header[name];
    return new TYPES[dtype](buffer.slice(8 + headerLength + from, 8 + headerLength + to));
  };
  const packed = (name, columns) => {
    const scale = upperHalf(tensor(`${name}.largest`)); // [rows]
    const m = 2 ** (config.bits - 1) - 1;
    const whole = unpack(tensor(name), scale.length * columns, config.bits); // [rows * columns]
    return { whole, scale: scale.map((x) => x / m), columns };
  };
  const direction = (name) => ({
    input: dense(packed(`${name}.input`, config.word_dim)), // [4 hidden, word dim]
    state: dense(packed(`${name}.state`, config.hidden)), // [4 hidden, hidden]
    bias: tensor(`${name}.bias`), // [4 hidden]
  });
  const words = header.__metadata__.words.split("\n");
  return new InferSent({
    config,
    row: new Map(words.map((word, i) => [word, i + 1])),
    words: packed("words", config.word_dim), // [1 + words, word dim]
    forward: direction("forward"),
    backward: direction("backward"),
    head: { weight: tensor("head.weight"), bias: tensor("head.bias") }, // [3, features], [3]
  });
}

/** The float32 numbers of which these are the upper 16 bits. */
const upperHalf = (halves) => new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);

/** Whole numbers of so many bits, from the lowest on, around 0. */
function unpack(bytes, count, bits) {
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

const dense = ({ whole, scale, columns }) =>
  Float32Array.from(whole, (k, i) => k * scale[Math.floor(i / columns)]);

// ---- the model ----

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** out[r] += sum over c of matrix[r, c] vector[c]. Four sums at a time, because one has to wait for itself. */
function addProduct(out, matrix, vector) {
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

const FEATURES = { // the pair features of one coordinate
  u: (u) => u,
  v: (u, v) => v,
  "|u-v|": (u, v) => Math.abs(u - v),
  "u*v": (u, v) => u * v,
};

const REMEMBERED = 50; // sentences: one keystroke changes one of the two, and "undo" brings one back

export class InferSent {
  constructor(parts) {
    Object.assign(this, parts);
    this.dim = 2 * this.config.hidden;
    this.encoded = new Map();
  }

  /** The vector of the word in a row, [word dim]. */
  wordVector(row) {
    const { whole, scale, columns } = this.words;
    return Float32Array.from(whole.subarray(row * columns, (row + 1) * columns), (k) => k * scale[row]);
  }

  /** The states of one direction over the words in reading order, [time][hidden]. */
  states({ input, state, bias }, vectors) {
    const { hidden } = this.config;
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

  /** A sentence's words, which of them are unknown, its vector and which word won each coordinate. */
  encode(text) {
    const found = this.encoded.get(text);
    if (found) return found;
    const split = splitWords(text);
    const words = split.length ? split : [NO_WORD];
    const rows = words.map((word) => this.row.get(word) ?? UNKNOWN);
    const vectors = rows.map((row) => this.wordVector(row));
    const forward = this.states(this.forward, vectors);
    const backward = this.states(this.backward, vectors.reverse()).reverse();
    const vector = new Float32Array(this.dim).fill(-Infinity);
    const winners = new Uint16Array(this.dim);
    words.forEach((_, time) => [forward[time], backward[time]].forEach((state, side) => state.forEach((value, k) => {
      const i = side * state.length + k;
      if (value <= vector[i]) return; // of equal words, the first
      vector[i] = value;
      winners[i] = time;
    })));
    const result = { words, unknown: rows.map((row) => row === UNKNOWN), vector, winners };
    if (this.encoded.size >= REMEMBERED) this.encoded.delete(this.encoded.keys().next().value);
    this.encoded.set(text, result);
    return result;
  }

  /** The exact ledger of one pair. */
  explain(premise, hypothesis) {
    const [p, h] = [this.encode(premise), this.encode(hypothesis)];
    const { config: { blocks }, dim, head } = this;
    const features = blocks.flatMap((name) => Array.from(p.vector, (u, i) => FEATURES[name](u, h.vector[i])));
    const logits = LABELS.map((_, c) => features.reduce(
      (sum, x, i) => sum + head.weight[c * features.length + i] * x, head.bias[c]));
    const columns = (block) => LABELS.map((_, c) =>
      head.weight.subarray(c * features.length + block * dim, c * features.length + (block + 1) * dim));
    return new Ledger({
      premiseWords: p.words, hypothesisWords: h.words, premiseUnknown: p.unknown, hypothesisUnknown: h.unknown,
      u: p.vector, v: h.vector, premiseWinners: p.winners, hypothesisWinners: h.winners,
      weights: Object.fromEntries(blocks.map((name, block) => [name, columns(block)])), // [3][dim] a block
      bias: [...head.bias], logits,
    });
  }
}

// ---- the ledger ----

const zeros = () => LABELS.map(() => 0);
const addTo = (sums, terms) => { for (let c = 0; c < sums.length; c++) sums[c] += terms[c]; };
const total = (parts) => parts.reduce((sums, part) => (addTo(sums, part), sums), zeros());

/** The account of one pair: every term of its three logits. See infersent.ledger.Ledger. */
export class Ledger {
  constructor(parts) {
    Object.assign(this, parts);
    this.blocks = Object.keys(this.weights);
    // {block: [dim][3]}
    this.byDimension = this.perBlock(this.blocks, (name) => Array.from(this.u, (u, i) =>
      this.weights[name].map((weight) => weight[i] * FEATURES[name](u, this.v[i]))));
    this.byBlock = this.perBlock(this.blocks, (name) => total(this.byDimension[name])); // {block: [3]}
    const sides = { u: [this.premiseWinners, this.premiseWords], v: [this.hypothesisWinners, this.hypothesisWords] };
    // {block: [words][3]}
    this.byWord = this.perBlock(this.blocks.filter((name) => name in sides), (name) => {
      const [winners, words] = sides[name];
      const parts = words.map(zeros);
      this.byDimension[name].forEach((terms, i) => addTo(parts[winners[i]], terms));
      return parts;
    });
    // {block: [premise words][hypothesis words][3]}
    this.interactionMap = this.perBlock(this.blocks.filter((name) => !(name in sides)), (name) => {
      const cells = this.premiseWords.map(() => this.hypothesisWords.map(zeros));
      this.byDimension[name].forEach((terms, i) =>
        addTo(cells[this.premiseWinners[i]][this.hypothesisWinners[i]], terms));
      return cells;
    });
  }

  perBlock(names, make) {
    return Object.fromEntries(names.map((name) => [name, make(name)]));
  }

  /** The logits as each level gives them, [3] each. */
  levels() {
    const pairs = Object.values(this.interactionMap).flat(2);
    return {
      byBlock: total([this.bias, ...Object.values(this.byBlock)]),
      byDimension: total([this.bias, ...Object.values(this.byDimension).flat()]),
      "byWord and interactionMap": total([this.bias, ...Object.values(this.byWord).flat(), ...pairs]),
    };
  }

  /** The largest difference between the logits and what a level adds up to. */
  check() {
    return Math.max(...Object.values(this.levels()).flatMap((level) =>
      level.map((logit, c) => Math.abs(logit - this.logits[c]))));
  }

  /** What the widget draws of it; see infersent.widgets.explainer.account. */
  account() {
    return {
      blocks: this.blocks, premise_words: this.premiseWords, hypothesis_words: this.hypothesisWords,
      premise_unknown: this.premiseUnknown, hypothesis_unknown: this.hypothesisUnknown,
      bias: this.bias, by_block: this.byBlock, by_word: this.byWord, interaction_map: this.interactionMap,
      u: [...this.u], v: [...this.v],
      premise_winners: [...this.premiseWinners], hypothesis_winners: [...this.hypothesisWinners],
      by_dimension: this.perBlock(Object.keys(this.interactionMap), (name) => this.byDimension[name]),
    };
  }
}

// ---- in the page ----

/** Fetch the file, from the browser's store where it is, and tell how many bytes are there. */
export async function fetchModel(url, bytes, onProgress) {
  const store = await globalThis.caches?.open("infersent").catch(() => undefined); // secure pages have one
  const kept = await store?.match(url);
  const response = kept ?? await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const buffer = new Uint8Array(bytes);
  let done = 0;
  for (const reader = response.body.getReader(); ;) {
    const { value } = await reader.read();
    if (!value) break;
    if (done + value.length > bytes) throw new Error(`the file is larger than ${bytes} bytes`);
    buffer.set(value, done);
    onProgress(done += value.length);
  }
  if (done < bytes) throw new Error(`it ended after ${done} of ${bytes} bytes`);
  if (store && !kept) {
    for (const older of await store.keys()) await store.delete(older);
    await store.put(url, new Response(buffer)).catch(() => {}); // a full disk keeps nothing
  }
  return readModel(buffer.buffer);
}

/** Answer a page's messages: {url, bytes} loads, {premise, hypothesis} explains. */
export function createAnswerer(post) {
  let model;
  return async ({ url, bytes, premise, hypothesis }) => {
    try {
      if (url) {
        model = await fetchModel(url, bytes, (progress) => post({ progress }));
        post({ ready: true });
      } else post({ ledger: { premise, hypothesis, ...model.explain(premise, hypothesis).account() } });
    } catch (error) {
      post({ error: error.message });
    }
  };
}

if (typeof WorkerGlobalScope !== "undefined") {
  const answer = createAnswerer((message) => postMessage(message));
  addEventListener("message", ({ data }) => answer(data));
}
