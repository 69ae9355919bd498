// @ts-check
/* The best linear head for a target on some blocks: logistic regression, as which_heads.py fits it. */

import { FEATURES } from "../toolkit/blocks.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */

/** @typedef {Block | "u-v"} Choice a block that the head can get */
/** @typedef {"equal" | "u>v" | "same sign"} GridTarget */
/** @typedef {"AND" | "XOR" | "table" | GridTarget} Target */
/** @typedef {[u: number, v: number]} Point */

/**
 * @typedef {object} Fit
 * @property {number[]} weights one a block, then the bias
 * @property {number[]} scores one a point
 * @property {number} right how many points the head has right; an undecided one counts as half
 * @property {number} count
 * @property {number | null} attainable on four corners, the most that any weights on the blocks get right
 */

/** @type {Readonly<Record<Choice, (u: number, v: number) => number>>} */
const AT = { ...FEATURES, "u-v": (u, v) => u - v };

/** @type {Point[]} */
export const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];
const TABLES = { AND: [false, false, false, true], XOR: [false, true, true, false] };
/** @type {Readonly<Record<GridTarget, (u: number, v: number) => boolean>>} */
const ON_GRID = {
  equal: (u, v) => Math.abs(u - v) <= 0.5,
  "u>v": (u, v) => u > v,
  "same sign": (u, v) => u * v > 0,
};
const GRID = 16; // points a side
export const PENALTY = 1e-6;
export const TIE = 1e-3; // a score this close to zero, an answer of ½, takes no side

/**
 * Whether a target is asked on the grid over [−1, 1]², and not at the corners of the unit square.
 *
 * @param {Target} target
 * @returns {target is GridTarget}
 */
export const isOnGrid = (target) => Object.hasOwn(ON_GRID, target);

/**
 * The points of a target's sample and its answers there.
 *
 * @param {Target} target
 * @param {boolean[]} table the reader's own target
 */
export function sample(target, table) {
  if (!isOnGrid(target)) return { points: CORNERS, answers: target === "table" ? table : TABLES[target] };
  const side = Array.from({ length: GRID }, (_, i) => (2 * i + 1) / GRID - 1);
  const points = side.flatMap((u) => side.map((v) => /** @type {Point} */ ([u, v])));
  return { points, answers: points.map(([u, v]) => ON_GRID[target](u, v)) };
}

/**
 * What the head sees at a point: the ticked blocks, and a 1 for the bias.
 *
 * @param {Choice[]} blocks
 * @param {number} u
 * @param {number} v
 */
export const inputs = (blocks, u, v) => [...blocks.map((block) => AT[block](u, v)), 1];

/**
 * The best linear head on the blocks.
 *
 * @param {Target} target
 * @param {Choice[]} blocks
 * @param {boolean[]} table
 * @returns {Fit}
 */
export function fit(target, blocks, table) {
  const { points, answers } = sample(target, table);
  const x = points.map(([u, v]) => inputs(blocks, u, v));
  const weights = fitLogistic(x, answers);
  const scores = x.map((row) => dot(row, weights));
  return {
    weights, scores, right: countRight(scores, answers), count: x.length,
    attainable: isOnGrid(target) ? null : mostAttainable(x, answers),
  };
}

/**
 * The most that any weights get right: of all tables of the corners that some weights get right, the most alike.
 *
 * @param {number[][]} x
 * @param {boolean[]} answers
 */
function mostAttainable(x, answers) {
  let most = 0;
  for (let bits = 0; bits < 2 ** x.length; bits++) {
    const other = x.map((_, i) => Boolean(bits & (1 << i)));
    const alike = other.filter((yes, i) => yes === answers[i]).length;
    if (alike <= most) continue;
    const weights = fitLogistic(x, other);
    if (countRight(x.map((row) => dot(row, weights)), other) === x.length) most = alike;
  }
  return most;
}

/**
 * Newton's method on the mean logistic loss plus PENALTY / 2 times the squared weights.
 *
 * @param {number[][]} x
 * @param {boolean[]} answers
 */
export function fitLogistic(x, answers) {
  const y = answers.map(Number);
  /** @param {(row: number[], i: number) => number} term */
  const mean = (term) => x.reduce((sum, row, i) => sum + term(row, i), 0) / x.length;
  /** @param {number} z */
  const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  /** @param {number[]} w */
  const objective = (w) => mean((row, i) => softplus((1 - 2 * y[i]) * dot(row, w))) + (PENALTY / 2) * dot(w, w);
  let w = x[0].map(() => 0);
  for (let round = 0; round < 100; round++) {
    const p = x.map((row) => 1 / (1 + Math.exp(-dot(row, w))));
    const gradient = w.map((weight, j) => mean((row, i) => row[j] * (p[i] - y[i])) + PENALTY * weight);
    if (Math.max(...gradient.map(Math.abs)) < 1e-12) break;
    const hessian = w.map((_, j) => w.map((_, k) =>
      mean((row, i) => row[j] * row[k] * p[i] * (1 - p[i])) + (j === k ? PENALTY : 0)));
    let step = solve(hessian, gradient);
    const moved = () => w.map((value, j) => value - step[j]);
    const now = objective(w) + 1e-15; // as much as rounding may add
    while (objective(moved()) > now) step = step.map((value) => value / 2);
    w = moved();
  }
  return w;
}

/**
 * The solution of a x = b by Gauss's elimination; a is positive definite.
 *
 * @param {number[][]} a
 * @param {number[]} b
 */
export function solve(a, b) {
  const rows = a.map((row, i) => [...row, b[i]]);
  const n = b.length;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= n; k++) rows[j][k] -= factor * rows[i][k];
    }
  /** @type {number[]} */
  const x = Array(n).fill(0);
  for (let i = n - 1; i >= 0; i--) x[i] = (rows[i][n] - dot(rows[i].slice(0, n), x)) / rows[i][i];
  return x;
}

/** @param {number[]} a @param {number[]} b */
export const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/**
 * What a score says: 1 is yes, 0 is no, ½ is undecided.
 *
 * @param {number} score
 */
export const sideOf = (score) => (Math.abs(score) < TIE ? 0.5 : Number(score > 0));

/**
 * How many scores have the answer's sign; an undecided one counts as half.
 *
 * @param {number[]} scores
 * @param {boolean[]} answers
 */
export const countRight = (scores, answers) =>
  scores.reduce((sum, score, i) => sum + 1 - Math.abs(sideOf(score) - Number(answers[i])), 0);
