// @ts-check
/* A chart's frame: axes around an empty layer to draw in. */

import { s } from "./nodes.mjs";

/**
 * @typedef {object} Axis
 * @property {number} low
 * @property {number} high
 * @property {[value: number, text: string][]} ticks
 * @property {string} label
 * @property {boolean} [log]
 */

/** @typedef {[x: number, y: number]} Point */
/** @typedef {ReturnType<typeof createChart>} Chart */

/**
 * Axes around an empty `layer`.
 *
 * toX and toY map a value into the picture, `line(points)` is a path's d; `alt`, or `describe`, says what it shows.
 *
 * @param {object} settings
 * @param {Axis} settings.x
 * @param {Axis} settings.y
 * @param {string} settings.alt
 * @param {number} [settings.width]
 * @param {number} [settings.height]
 */
export function createChart({ x, y, alt, width = 360, height = 230 }) {
  const [left, right, top, bottom] = [44, 18, 10, 40];
  const toX = createScale(x, left, width - right);
  const toY = createScale(y, height - bottom, top);
  const axes = s("g", { class: "bw-axes" },
    ...x.ticks.flatMap(([value, words]) => [
      s("line", { x1: toX(value), x2: toX(value), y1: top, y2: height - bottom }),
      s("text", { x: toX(value), y: height - bottom + 14, "text-anchor": "middle" }, words)]),
    ...y.ticks.flatMap(([value, words]) => [
      s("line", { x1: left, x2: width - right, y1: toY(value), y2: toY(value) }),
      s("text", { x: left - 5, y: toY(value) + 4, "text-anchor": "end" }, words)]),
    s("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, x.label),
    s("text", { "text-anchor": "middle",
      transform: `translate(11 ${(top + height - bottom) / 2}) rotate(-90)` }, y.label));
  const layer = s("g");
  const picture = s("svg", { class: "bw-chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": alt },
    axes, layer);
  return {
    node: picture, layer, toX, toY,
    /** @param {Point[]} points */
    line: (points) => `M${points.map(([a, b]) => `${toX(a).toFixed(2)} ${toY(b).toFixed(2)}`).join("L")}`,
    /** @param {string} words */
    describe: (words) => picture.setAttribute("aria-label", words),
  };
}

/**
 * The function that takes low to `from` and high to `to`, straight or along the logarithm.
 *
 * @param {Pick<Axis, "low" | "high" | "log">} axis
 * @param {number} from
 * @param {number} to
 * @returns {(value: number) => number}
 */
export function createScale({ low, high, log }, from, to) {
  const warp = log ? Math.log : (/** @type {number} */ value) => value;
  return (value) => from + ((to - from) * (warp(value) - warp(low))) / (warp(high) - warp(low));
}
