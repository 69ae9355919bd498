// @ts-check
/* The workbench's small set of pairs and the head that is fitted on it, as captions.py has them. */

import { judge } from "../toolkit/verdict.mjs";

/** @typedef {(u: number, v: number) => number} Feature */
/**
 * A block of pairs: u and v by rows, and the chain of captions of each premise and of each hypothesis.
 *
 * @typedef {{
 *   u: Float64Array, v: Float64Array, chains: [Uint16Array, Uint16Array], pairs: number, kept: number,
 * }} Split
 */

/** @typedef {[train: Split, test: Split]} Splits */
/** @typedef {{ correct: number[], scores: Float64Array, accuracy: number, undefinedShare: number }} CaptionFit */
/** @typedef {{ difference: number, interval: [number, number], outcome: ReturnType<typeof judge> }} Gain */

const RIDGE = 0.003;
const MARGIN = 0.01;
const CHAIN = 5; // sentences, each broader than the one before
const TIED = 1e-9; // scores closer than this tie
const HUGE = 1e100; // beyond it a number counts as not defined
const LABEL_COUNT = 3;

/** @param {string} text in base64 */
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/**
 * The block to fit and the block to test, each with a third of its pairs of each label, in the labels' order.
 *
 * @param {string} text of captions.txt
 * @returns {Splits}
 */
export function readCaptions(text) {
  const file = JSON.parse(text);
  const vectors = new Int8Array(bytesOf(file.vectors).buffer);
  const kept = file.coordinates.length;
  return /** @type {Splits} */ (["train", "test"].map((split, k) => {
    const places = new Uint16Array(bytesOf(file[split]).buffer);
    const [pairs, first] = [places.length / 2, (k * vectors.length) / 2];
    /** @param {number} side */
    const side = (side) => {
      const found = new Float64Array(pairs * kept);
      for (let i = 0; i < pairs; i++)
        for (let j = 0; j < kept; j++)
          found[i * kept + j] = vectors[first + places[2 * i + side] * kept + j] * file.unit;
      return found;
    };
    const chain = (/** @type {number} */ side) =>
      Uint16Array.from({ length: pairs }, (_, i) => Math.floor(places[2 * i + side] / CHAIN));
    return { u: side(0), v: side(1), chains: [chain(0), chain(1)], pairs, kept };
  }));
}

/** @param {Split} split @param {Feature[]} features by rows */
function columnsOf({ u, v, pairs, kept }, features) {
  const width = features.length * kept;
  const found = new Float64Array(pairs * width);
  features.forEach((feature, block) => {
    for (let i = 0; i < pairs; i++)
      for (let j = 0; j < kept; j++)
        found[i * width + block * kept + j] = feature(u[i * kept + j], v[i * kept + j]);
  });
  return found;
}

/** @param {number} x */
const isDefined = (x) => Math.abs(x) < HUGE;

/**
 * A least-squares head on the features, each a block of columns, fitted on the first pairs, asked on the others.
 *
 * @param {Splits} splits
 * @param {Feature[]} features
 * @returns {CaptionFit}
 */
export function fitCaptions([train, test], features) {
  const width = features.length * train.kept;
  const [x, asked] = [columnsOf(train, features), columnsOf(test, features)];
  const isBad = (/** @type {number} */ value) => !isDefined(value);
  const undefinedShare = (x.filter(isBad).length / x.length + asked.filter(isBad).length / asked.length) / 2;
  for (let j = 0; j < width; j++) standardise(x, asked, j, width);
  const third = train.pairs / LABEL_COUNT;
  const weights = ridge(x, width, (i, label) => Number(Math.floor(i / third) === label) - 1 / LABEL_COUNT, RIDGE);
  const scores = new Float64Array(test.pairs * LABEL_COUNT);
  const correct = Array.from({ length: test.pairs }, (_, i) => {
    for (let label = 0; label < LABEL_COUNT; label++)
      for (let j = 0; j < width; j++) scores[i * LABEL_COUNT + label] += asked[i * width + j] * weights[label][j];
    const own = scores.subarray(i * LABEL_COUNT, (i + 1) * LABEL_COUNT);
    const best = Array.from(own, (score) => score > Math.max(...own) - TIED);
    return best[Math.floor(i / (test.pairs / LABEL_COUNT))] ? 1 / best.filter(Boolean).length : 0;
  });
  const accuracy = correct.reduce((sum, right) => sum + right, 0) / test.pairs;
  return { correct, scores, accuracy, undefinedShare };
}

/**
 * Bring a column of the first block to mean 0 and deviation 1, and the other by the same rule; what is not defined
 * becomes the mean.
 *
 * @param {Float64Array} x
 * @param {Float64Array} asked
 * @param {number} j
 * @param {number} width
 */
function standardise(x, asked, j, width) {
  let [count, sum, squares] = [0, 0, 0];
  for (let k = j; k < x.length; k += width) if (isDefined(x[k])) [count, sum] = [count + 1, sum + x[k]];
  const mean = sum / Math.max(count, 1);
  for (let k = j; k < x.length; k += width) if (isDefined(x[k])) squares += (x[k] - mean) ** 2;
  const deviation = Math.sqrt(squares / Math.max(count, 1));
  const scale = deviation > 1e-12 ? deviation : 1;
  for (const rows of [x, asked])
    for (let k = j; k < rows.length; k += width) rows[k] = isDefined(rows[k]) ? (rows[k] - mean) / scale : 0;
}

/**
 * The weights, by label, that minimise the mean squared error plus the ridge, by Cholesky's factors.
 *
 * @param {Float64Array} x by rows
 * @param {number} width
 * @param {(i: number, label: number) => number} target
 * @param {number} penalty
 */
export function ridge(x, width, target, penalty) {
  const rows = x.length / width;
  const gram = new Float64Array(width * width);
  const sides = Array.from({ length: LABEL_COUNT }, () => new Float64Array(width));
  for (let i = 0; i < rows; i++) {
    const row = x.subarray(i * width, (i + 1) * width);
    for (let j = 0; j < width; j++) {
      for (let k = 0; k <= j; k++) gram[j * width + k] += (row[j] * row[k]) / rows;
      sides.forEach((side, label) => { side[j] += (row[j] * target(i, label)) / rows; });
    }
  }
  for (let j = 0; j < width; j++) gram[j * width + j] += penalty;
  const factor = cholesky(gram, width);
  return sides.map((side) => solveByFactor(factor, side));
}

/**
 * The lower triangle whose square is a positive definite matrix; only the matrix's lower triangle is read.
 *
 * @param {Float64Array} matrix by rows
 * @param {number} n
 */
export function cholesky(matrix, n) {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j];
      for (let k = 0; k < j; k++) rest -= lower[i * n + k] * lower[j * n + k];
      lower[i * n + j] = i === j ? Math.sqrt(rest) : rest / lower[j * n + j];
    }
  return lower;
}

/** @param {Float64Array} lower by rows @param {Float64Array} side */
export function solveByFactor(lower, side) {
  const n = side.length;
  const found = Float64Array.from(side);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) found[i] -= lower[i * n + k] * found[k];
    found[i] /= lower[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) found[i] -= lower[k * n + i] * found[k];
    found[i] /= lower[i * n + i];
  }
  return found;
}

/**
 * How much more one head has right than another, with its 95% interval: pairs of the same chains of captions are no
 * independent draws, on either side.
 *
 * @param {Splits} splits
 * @param {CaptionFit} one
 * @param {CaptionFit} other
 * @returns {Gain}
 */
export function gain([, { chains: [premises, hypotheses], pairs }], one, other) {
  const differences = one.correct.map((right, i) => right - other.correct[i]);
  const difference = differences.reduce((sum, d) => sum + d, 0) / pairs;
  /** @param {(i: number) => number} clusterOf */
  const squares = (clusterOf) => {
    /** @type {Map<number, number>} */
    const sums = new Map();
    differences.forEach((d, i) => sums.set(clusterOf(i), (sums.get(clusterOf(i)) ?? 0) + d - difference));
    return [...sums.values()].reduce((sum, x) => sum + x * x, 0);
  };
  const parts = [squares((i) => premises[i]), squares((i) => hypotheses[i]),
    squares((i) => premises[i] * pairs + hypotheses[i])];
  const error = Math.sqrt(Math.max(parts[0] + parts[1] - parts[2], ...parts)) / pairs;
  /** @param {number} z @returns {[number, number]} */
  const range = (z) => [difference - z * error, difference + z * error];
  const [interval90, interval] = [range(1.6448536269514722), range(1.959963984540054)];
  return { difference, interval, outcome: judge({ interval90, interval }, MARGIN) };
}
