// @ts-check
/* A formula's surface over the square: shades, contours, and a point that can be moved. */

import { region } from "../toolkit/contours.mjs";
import { colour } from "../toolkit/blocks.mjs";
import { h, s, setAttributes, symbol } from "../toolkit/nodes.mjs";
import { format } from "../toolkit/numbers.mjs";
import { movePoint } from "../toolkit/point.mjs";
import { shown } from "./words.mjs";

/** @import { Scored } from "../toolkit/contours.mjs" */
/** @import { Sloped } from "./operations.mjs" */

const CELLS = 40; // a side
const SHADES = 6; // of each sign
const ROUND = [1, 2, 2.5, 5, 10];

/**
 * The step between two contours: a round number, so that about SHADES of them reach what all but the largest heights
 * have.
 *
 * @param {number[]} heights
 */
export function stepOf(heights) {
  const sizes = heights.filter(Number.isFinite).map(Math.abs).sort((a, b) => a - b);
  const reach = sizes[Math.floor(0.97 * (sizes.length - 1))] ?? 0;
  if (!(reach > 1e-9)) return 1;
  const exact = reach / SHADES;
  const unit = 10 ** Math.floor(Math.log10(exact));
  return unit * (ROUND.find((x) => x * unit >= exact * 0.999) ?? 10);
}

/**
 * The square with its shades and the point; `at` and `low` say where the point is and where the square begins.
 *
 * @param {object} settings
 * @param {() => [u: number, v: number]} settings.at
 * @param {() => number} settings.low
 * @param {(u: number, v: number) => void} settings.move
 */
export function createSurface({ at, low, move }) {
  const label = "Point (u, v) on the surface";
  const handle = h("span", { class: "fw-handle", role: "slider", tabindex: 0, "aria-label": label });
  const [shades, edges] = [s("g"), s("g", { class: "fw-contours" })];
  const picture = s("svg", { viewBox: "0 0 200 200", role: "img" }, shades, edges);
  const square = h("div", { class: "fw-square" }, picture, handle);
  movePoint(square, handle, { at, move, low });
  const [least, left] = [h("span"), h("span")];
  const [readout, key] = [h("p", { class: "fw-readout" }), h("p", { class: "fw-key" })];
  const node = h("figure", { class: "fw-map" },
    h("div", { class: "fw-axis-v", "aria-hidden": "true" }, h("span", {}, "1"), symbol("v"), least),
    square,
    h("div", { class: "fw-axis-u", "aria-hidden": "true" }, left, symbol("u"), h("span", {}, "1")),
    h("figcaption", {}, readout, key));
  /** @param {[number, number]} place */
  const toPicture = ([u, v]) => [200 * (u - low()) / (1 - low()), 200 * (1 - v) / (1 - low())];
  /** @param {[number, number][]} line */
  const path = (line) => `M${line.map((place) => toPicture(place).map((x) => x.toFixed(1)).join(" ")).join("L")}`;
  return {
    node,
    /**
     * @param {(u: number, v: number) => number} height
     * @param {string} text
     */
    draw(height, text) {
      node.setAttribute("class", `fw-map ${colour(text)}`);
      const side = Array.from({ length: CELLS + 1 }, (_, i) => low() + (i * (1 - low())) / CELLS);
      const lattice = side.map((u) => side.map((v) => /** @type {Scored} */ ([u, v, height(u, v)])));
      const step = stepOf(lattice.flat().map(([, , score]) => score));
      const parts = /** @type {(1 | -1)[]} */ ([1, -1]).flatMap((sign) =>
        Array.from({ length: SHADES }, (_, k) => ({ sign, ...region(lattice, sign, (k + 0.5) * step) })));
      shades.replaceChildren(...parts.map(({ sign, area }) =>
        s("path", { class: sign > 0 ? "fw-above" : "fw-below", d: area.map((line) => `${path(line)}Z`).join("") })));
      edges.replaceChildren(...parts.map(({ sign, edge }) =>
        s("path", { class: sign > 0 ? "" : "fw-dashed", d: edge.map(path).join("") })));
      key.textContent = `From one shade to the next: ${Number(step.toPrecision(2))}. Golden, dashed: below zero. ` +
        "Blank: near zero, or not defined.";
      picture.setAttribute("aria-label", `The surface of ${shown(text)} over the square from ${format(low(), 0)} to 1`);
      [least, left].forEach((mark) => { mark.textContent = format(low(), 0); });
    },
    /** @param {Sloped} sloped @param {string} name */
    point([value, inU, inV], name) {
      const [u, v] = at();
      const [x, y] = toPicture([u, v]);
      handle.style.left = `${x / 2}%`;
      handle.style.top = `${y / 2}%`;
      const is = Number.isFinite(value) ? `is ${format(value)}` : "is not defined";
      const slopes = Number.isFinite(inU) && Number.isFinite(inV)
        ? `slope ${format(inU)} in u, ${format(inV)} in v` : "no slopes";
      readout.textContent = `At (${format(u)}, ${format(v)}) it ${is}; ${slopes}.`;
      setAttributes(handle, {
        "aria-valuemin": low(), "aria-valuemax": 1, "aria-valuenow": u,
        "aria-valuetext": `u ${format(u)}, v ${format(v)}: ${name} ${is}; ${slopes}`,
      });
    },
  };
}
