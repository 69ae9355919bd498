// @ts-check
/* The four features as surfaces over the square [−1, 1]²: contours, shades, arrows, in the picture's coordinates. */

import { s } from "../toolkit/nodes.mjs";
import { gradients } from "./features.mjs";

/** @import { Slope } from "./features.mjs" */

/** @typedef {[u: number, v: number]} Point */
/** @typedef {Point[]} Line */

/**
 * @typedef {object} Surface
 * @property {string} key its colour
 * @property {string} name
 * @property {number} low its least value
 * @property {number} high
 * @property {string} alt
 * @property {(level: number) => Line[]} lines the contours of a level
 * @property {() => SVGElement[]} [shades]
 */

/**
 * A point's place in the picture, which goes from (0, 0) at the top left to (200, 200).
 *
 * @param {Point} point
 * @returns {Point}
 */
export const toPicture = ([u, v]) => [100 + 100 * u, 100 - 100 * v];

/** @param {Line} points */
const path = (points) => `M${points.map((point) => toPicture(point).map((x) => x.toFixed(1)).join(" ")).join("L")}`;

/**
 * An arrow from (u, v) along a slope: a line and a head of two barbs.
 *
 * @param {number} u
 * @param {number} v
 * @param {Slope} slope
 * @param {number} scale
 */
export function arrow(u, v, [du, dv], scale) {
  if (!du && !dv) return "";
  /** @type {Point} */
  const tip = [u + scale * du, v + scale * dv];
  /** @param {number} turn @returns {Point} */
  const barb = (turn) => {
    const [angle, size] = [Math.atan2(dv, du) + turn, Math.min(0.1, 0.4 * scale * Math.hypot(du, dv))];
    return [tip[0] - size * Math.cos(angle), tip[1] - size * Math.sin(angle)];
  };
  return path([[u, v], tip]) + path([barb(0.6), tip, barb(-0.6)]);
}

const LEVELS = Array.from({ length: 11 }, (_, i) => -0.75 + i / 4);
const GRID = [-0.8, -0.4, 0, 0.4, 0.8]; // where the arrows of the field begin

/**
 * A surface's shades, its contours and the field of its gradients; `index` is its place among the features.
 *
 * @param {Surface} surface
 * @param {number} index
 * @returns {SVGElement[]}
 */
export function drawSurface({ lines, shades = () => [] }, index) {
  const field = GRID.flatMap((u) => GRID.map((v) => arrow(u, v, gradients(u, v)[index], 0.14))).join("");
  const contours = LEVELS.map((level) =>
    s("path", { class: level < 0 ? "fx-dashed" : "", d: lines(level).map(path).join("") }));
  return [...shades(), s("g", { class: "fx-contours" }, ...contours), s("path", { class: "fx-field", d: field })];
}

/** @type {Point[]} */
const QUADRANTS = [[1, 1], [-1, -1], [1, -1], [-1, 1]];

/** @param {Line} line @returns {Line} */
const flip = (line) => line.map(([u, v]) => [v, u]);

/** @param {number} level @returns {Line[]} */
const upright = (level) => (level < 1 ? [[[level, -1], [level, 1]]] : []);

/** @param {number} level @returns {Line[]} */
const besideDiagonal = (level) => {
  /** @type {Line} */
  const line = [[level - 1, -1], [1, 1 - level]];
  return level < 0 ? [] : [line, flip(line)];
};

/**
 * Points of |u| |v| = level in one quadrant, evenly spaced in angle-like steps so that both arms are smooth.
 *
 * @param {number} level
 * @param {Point} signs
 * @returns {Line}
 */
export const hyperbola = (level, [signU, signV]) => level === 0 ? [[0, signV], [0, 0], [signU, 0]]
  : Array.from({ length: 33 }, (_, i) => [signU * level ** (1 - i / 32), signV * level ** (i / 32)]);

/** @param {number} level */
const hyperbolas = (level) => (level >= 1 ? [] : QUADRANTS.filter(([signU, signV]) => level * signU * signV >= 0)
  .map((signs) => hyperbola(Math.abs(level), signs)));

const hyperbolaShades = () => Array.from({ length: 16 }, (_, i) => QUADRANTS.map((signs) => s("path", {
  class: signs[0] === signs[1] ? "fx-above" : "fx-below", d: `${path([...hyperbola(i / 16, signs), signs])}Z`,
}))).flat();

/** @type {Surface[]} */
export const SURFACES = [
  {
    key: "u", name: "u", low: -1, high: 1, lines: upright,
    alt: "Map of u: it grows from left to right, everywhere as fast, whatever v is.",
  },
  {
    key: "v", name: "v", low: -1, high: 1, lines: (level) => upright(level).map(flip),
    alt: "Map of v: it grows from bottom to top, everywhere as fast, whatever u is.",
  },
  {
    key: "d", name: "|u−v|", low: 0, high: 2, lines: besideDiagonal,
    alt: "Map of |u−v|: zero along the diagonal u = v, two in the corners where the signs are opposite. " +
      "It grows away from the diagonal, everywhere as fast.",
  },
  {
    key: "p", name: "u∗v", low: -1, high: 1, lines: hyperbolas, shades: hyperbolaShades,
    alt: "Map of u∗v: zero along both axes, one in the corners where the signs agree, minus one in the others. " +
      "It is flat in the middle and grows the faster the further out.",
  },
];
