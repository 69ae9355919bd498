// @ts-check
/* The arithmetic of a bilinear form uᵀWv in turned axes: what a diagonal can hold of it, in numbers and words. */

import { cautiousPercent, format } from "../toolkit/numbers.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */

/** @typedef {[number, number]} Pair */
/** @typedef {[Pair, Pair]} Matrix by rows */
/** @typedef {1 | 2} Encoders */

/**
 * The state of the widget; see infersent.widgets.DiagonalOrFull.
 *
 * @typedef {object} Traits
 * @property {Matrix} matrix with entries in [−9, 9]
 * @property {Encoders} encoders
 * @property {number} angle in [0, 90] degrees, by which u's axes are turned, and with one encoder v's too
 * @property {number} angle_v in [0, 180], for v's axes with two encoders
 */

/** @typedef {{ m: number, p: number, q: number, r: number }} Parts */

const ABSENT = 1e-12; // parts of W smaller than this share of it count as absent
const SAME = 1e-6; // shares this close count as equal

/** @param {number} degrees */
const radians = (degrees) => (degrees * Math.PI) / 180;

/**
 * W = [[m + p, q + r], [q − r, m − p]]: a dot product, two symmetric parts, and the part that a swap turns over.
 *
 * @param {Matrix} matrix
 * @returns {Parts}
 */
export function parts([[a, b], [c, d]]) {
  return { m: (a + d) / 2, p: (a - d) / 2, q: (b + c) / 2, r: (b - c) / 2 };
}

/** @param {Parts} parts */
const squares = ({ m, p, q, r }) => m * m + p * p + q * q + r * r;

/**
 * W in turned axes: R(α)ᵀ W R(β). Turning moves (m, r) by the difference of the angles, (p, q) by their sum.
 *
 * @param {Matrix} matrix
 * @param {number} alpha in degrees
 * @param {number} beta
 * @returns {Matrix}
 */
export function rotated(matrix, alpha, beta) {
  const { m, p, q, r } = parts(matrix);
  const [difference, sum] = [radians(alpha - beta), radians(alpha + beta)];
  const turned = {
    m: m * Math.cos(difference) - r * Math.sin(difference),
    r: m * Math.sin(difference) + r * Math.cos(difference),
    p: p * Math.cos(sum) + q * Math.sin(sum),
    q: q * Math.cos(sum) - p * Math.sin(sum),
  };
  return [[turned.m + turned.p, turned.q + turned.r], [turned.q - turned.r, turned.m - turned.p]];
}

/**
 * The largest that an entry can become in turned axes.
 *
 * @param {Matrix} matrix
 */
export function norm(matrix) {
  const { m, p, q, r } = parts(matrix);
  return Math.hypot(m, r) + Math.hypot(p, q);
}

/**
 * The diagonal's share of the sum of the squared entries, in turned axes; of a zero W, all.
 *
 * @param {Matrix} matrix
 * @param {number} alpha in degrees
 * @param {number} beta
 */
export function share(matrix, alpha, beta) {
  const [[a, b], [c, d]] = rotated(matrix, alpha, beta);
  const total = a * a + b * b + c * c + d * d;
  return total > 0 ? (a * a + d * d) / total : 1;
}

/**
 * The angles of u's and of v's axes at which the diagonal holds most; 0 where every angle does as well.
 *
 * @param {Matrix} matrix
 * @param {Encoders} encoders
 * @returns {Pair} in degrees
 */
export function bestAngle(matrix, encoders) {
  const { m, p, q, r } = parts(matrix);
  const least = ABSENT * squares({ m, p, q, r });
  /** @param {number} x @param {number} y */
  const angle = (x, y) => (x * x + y * y > least ? (Math.atan2(y, x) * 180) / Math.PI : 0);
  const psi = angle(p, q);
  const phi = encoders === 2 ? angle(m, r) : 0;
  const [a, b] = [(psi - phi) / 2, (psi + phi) / 2].map((x) => Math.round(1e6 * x) / 1e6);
  const quarters = 90 * Math.floor(a / 90); // taken off both, they swap the axes and change no square
  return [a - quarters, (((b - quarters) % 180) + 180) % 180];
}

/**
 * Whether every angle does as well as any other.
 *
 * @param {Matrix} matrix
 * @param {Encoders} encoders
 */
export function isTurnedInVain(matrix, encoders) {
  const { m, p, q, r } = parts(matrix);
  return encoders === 1 && p * p + q * q <= ABSENT * (m * m + r * r);
}

/**
 * The share that the diagonal holds at the best angles.
 *
 * @param {Matrix} matrix
 * @param {Encoders} encoders
 */
export function bestShare(matrix, encoders) {
  const { r } = parts(matrix);
  const total = squares(parts(matrix));
  return encoders === 1 && total > 0 ? 1 - (r * r) / total : 1;
}

/**
 * An angle as the widget writes it.
 *
 * @param {number} x
 */
export const degrees = (x) => `${format(x, Math.abs(x - Math.round(x)) < 0.05 ? 0 : 1)}°`;

/**
 * A share as the widget writes it.
 *
 * @param {number} x
 */
export const shown = (x) => cautiousPercent(x, 0, SAME);

/**
 * What the diagonal holds at these angles, and what it could: a headline and a sentence.
 *
 * @param {Matrix} matrix
 * @param {Encoders} encoders
 * @param {number} alpha
 * @param {number} beta
 * @returns {Words}
 */
export function describe(matrix, encoders, alpha, beta) {
  const { m, p, q, r } = parts(matrix);
  const total = squares({ m, p, q, r });
  if (total === 0) return ["W is zero.", "There is nothing to hold. Type a number into one of its cells."];
  const [now, most] = [share(matrix, alpha, beta), bestShare(matrix, encoders)];
  const [a, b] = bestAngle(matrix, encoders).map(degrees);
  const atBest = now > most - SAME;
  /** @param {string} place */
  const holds = (place) => `At ${place} the diagonal holds ${shown(now)} of W.`;
  if (encoders === 2)
    return [holds(`${degrees(alpha)} and ${degrees(beta)}`), atBest
      ? "With an encoder for each sentence, some pair of angles does this for every W."
      : `The best angles are ${a} and ${b}, where it holds 100%: two encoders can do this for every W.`];
  const headline = holds(degrees(alpha));
  /** @param {number} x */
  const absent = (x) => x <= ABSENT * total;
  if (absent(m * m + p * p + q * q))
    return [headline, "No angle helps. W is antisymmetric: swap u and v, and the score changes its sign; u∗v stays."];
  if (absent(p * p + q * q))
    return [headline, absent(r * r) ? "So it does at every angle: no turn changes a multiple of the dot product."
      : `No angle does better: the other ${shown(1 - most)} of W is antisymmetric.`];
  const best = atBest ? "This is the best angle" : `The best angle is ${a}, where it holds ${shown(most)}`;
  return [headline, absent(r * r) ? `${best}: W is symmetric.`
    : `${best}. The other ${shown(1 - most)} is antisymmetric: no turn of both brings it in.`];
}
