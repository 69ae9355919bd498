// @ts-check
/* What can be said of a formula over the square of u and v, by trying it: the points and the rules of facts.py. */

import { dot, solve } from "../which_heads/fit.mjs";
import { clamp } from "../toolkit/numbers.mjs";
import { compile, compileSlopes } from "./operations.mjs";

/** @import { Formula } from "./formula.mjs" */

/** @typedef {(u: number, v: number) => number} Height */
/** @typedef {[u: number, v: number]} Place */
/** @typedef {"symmetric" | "antisymmetric" | "neither" | "constant"} Swap */

/**
 * @typedef {object} Facts
 * @property {number} undefinedShare of a lattice's points
 * @property {string} where they are; empty if there are none, or no simple rule
 * @property {Swap} swap
 * @property {boolean} additive one function of u plus one of v
 * @property {number} beyondSentences the share of its variance that no sum of u, v and a constant has
 * @property {number} beyondBlocks that no sum of the four blocks and a constant has
 * @property {number} low
 * @property {number} high
 * @property {boolean} bounded
 * @property {number} dead the share of the square where it moves with neither u nor v
 * @property {[inU: number, inV: number]} slopesAtZero
 */

const [TRIED, LINES] = [512, 65];
const ROUNDING = 1e-9;
const STEPS = [0.7548776662466927, 0.5698402909980532];

/** @type {[name: string, rule: (u: number, v: number) => boolean][]} */
const PLACES = [
  ["v = 0", (u, v) => v === 0],
  ["u = 0", (u) => u === 0],
  ["u = 0 or v = 0", (u, v) => u === 0 || v === 0],
  ["u = v", (u, v) => u === v],
  ["u = −v", (u, v) => u === -v],
  ["u < 0", (u) => u < 0],
  ["v < 0", (u, v) => v < 0],
  ["u ≤ 0", (u) => u <= 0],
  ["v ≤ 0", (u, v) => v <= 0],
  ["u < v", (u, v) => u < v],
  ["v < u", (u, v) => v < u],
  ["u ≤ v", (u, v) => u <= v],
  ["v ≤ u", (u, v) => v <= u],
];

/**
 * What a formula is like over the square from `least` to 1.
 *
 * @param {Formula} formula
 * @param {number} least −1 or 0
 * @returns {Facts}
 */
export function factsOf({ tree }, least) {
  const at = compile(tree);
  const sloped = compileSlopes(tree);
  const points = Array.from({ length: TRIED }, (_, i) =>
    /** @type {Place} */ (STEPS.map((step) => least + (1 - least) * (((i + 1) * step) % 1))));
  const values = points.map(([u, v]) => at(u, v));
  const size = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  const side = Array.from({ length: LINES }, (_, i) => least + ((1 - least) * i) / (LINES - 1));
  const lattice = side.flatMap((u) => side.map((v) => /** @type {Place} */ ([u, v])));
  const heights = lattice.map(([u, v]) => at(u, v));
  const missing = heights.map((height) => !Number.isFinite(height));
  const finite = heights.filter(Number.isFinite);
  const where = missing.includes(true)
    ? PLACES.find(([, rule]) => lattice.every(([u, v], i) => rule(u, v) === missing[i])) : undefined;
  const flat = points.filter(([u, v], i) => {
    const [, inU, inV] = sloped(u, v);
    return Number.isFinite(values[i]) && inU === 0 && inV === 0;
  });
  const [, ...slopesAtZero] = sloped(0, 0);
  return {
    undefinedShare: missing.filter(Boolean).length / missing.length,
    where: where?.[0] ?? "",
    swap: swapOf(values, points.map(([u, v]) => at(v, u)), size),
    additive: isAdditive(at, points, values, size),
    beyondSentences: leftOver(values, points.map(([u, v]) => [1, u, v])),
    beyondBlocks: leftOver(values, points.map(([u, v]) => [1, u, v, Math.abs(u - v), u * v])),
    low: finite.length ? Math.min(...finite) : NaN,
    high: finite.length ? Math.max(...finite) : NaN,
    bounded: isBounded(at, lattice, heights, least),
    dead: flat.length / TRIED,
    slopesAtZero: /** @type {[number, number]} */ (slopesAtZero),
  };
}

/** @param {number[]} values @param {number[]} swapped @param {number} size @returns {Swap} */
function swapOf(values, swapped, size) {
  const isKnown = values.map((value, i) => Number.isFinite(value) && Number.isFinite(swapped[i]));
  const known = values.filter((_, i) => isKnown[i]);
  if (!known.length) return "neither";
  if (Math.max(...known) - Math.min(...known) <= ROUNDING * size) return "constant";
  if (values.some((value, i) => Number.isFinite(value) !== Number.isFinite(swapped[i]))) return "neither";
  /** @param {1 | -1} sign */
  const holds = (sign) => values.every((value, i) =>
    !isKnown[i] || Math.abs(value - sign * swapped[i]) <= ROUNDING * size);
  if (holds(1)) return "symmetric";
  return holds(-1) ? "antisymmetric" : "neither";
}

/** @param {Height} at @param {Place[]} points @param {number[]} values @param {number} size */
const isAdditive = (at, points, values, size) => points.every(([u, v], i) => {
  const before = (i + TRIED - 1) % TRIED;
  const rest = at(u, points[before][1]) + at(points[before][0], v) - values[before] - values[i];
  return !Number.isFinite(rest) || Math.abs(rest) <= 4 * ROUNDING * size;
});

/**
 * The share of the variance that the best sum of the columns leaves; 0 if there is none.
 *
 * @param {number[]} values
 * @param {number[][]} rows
 */
function leftOver(values, rows) {
  const known = values.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
  if (known.length <= rows[0].length) return 0;
  const size = Math.max(1e-300, ...known.map((i) => Math.abs(values[i])));
  const [y, x] = [known.map((i) => values[i] / size), known.map((i) => rows[i])];
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const total = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (total <= ROUNDING ** 2 * y.length) return 0;
  const columns = rows[0].map((_, j) => x.map((row) => row[j]));
  const weights = solve(columns.map((a) => columns.map((b) => dot(a, b))), columns.map((a) => dot(a, y)));
  const share = y.reduce((sum, value, i) => sum + (value - dot(x[i], weights)) ** 2, 0) / total;
  return share > ROUNDING ? share : 0;
}

/**
 * Go from the lattice's largest size to the largest near by, in ever smaller steps: does it settle?
 *
 * @param {Height} at
 * @param {Place[]} lattice
 * @param {number[]} heights
 * @param {number} least
 */
function isBounded(at, lattice, heights, least) {
  let [largest, middle] = [-1, lattice[0]];
  /** @param {number} height @param {Place} place */
  const take = (height, place) => {
    if (Number.isFinite(height) && Math.abs(height) > largest) [largest, middle] = [Math.abs(height), place];
  };
  heights.forEach((height, i) => take(height, lattice[i]));
  let [step, halfway] = [(1 - least) / (LINES - 1), 0];
  for (let turn = 0; turn < 40; turn++) {
    step /= 2;
    const [u0, v0] = middle;
    for (let i = -2; i <= 2; i++)
      for (let j = -2; j <= 2; j++) {
        /** @type {Place} */
        const place = [clamp(u0 + step * i, least, 1), clamp(v0 + step * j, least, 1)];
        take(at(...place), place);
      }
    if (turn === 19) halfway = largest;
  }
  return largest >= 0 && !(largest > 1.05 * halfway);
}
