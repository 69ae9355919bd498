// @ts-check
/* The feature explorer's parts: each has a node, and an update(value, slope, u, v) that shows one feature. */

import { h, s, setAttributes, symbol } from "../toolkit/nodes.mjs";
import { format } from "../toolkit/numbers.mjs";
import { movePoint } from "../toolkit/point.mjs";
import { arrow, drawSurface, toPicture } from "./surfaces.mjs";

/** @import { Slope } from "./features.mjs" */
/** @import { Point, Surface } from "./surfaces.mjs" */

/**
 * A feature's name, its value as a bar, and in words how it moves.
 *
 * @param {Surface} surface
 */
export function createRow({ key, name }) {
  /** @param {number} x */
  const share = (x) => (100 * (x + 1)) / 3; // from −1 to 2, which |u−v| reaches
  const [bar, number, slopes] = [h("span"), h("span", { class: "bw-number" }), h("span", { class: "fx-slopes" })];
  return {
    node: h("div", { class: `fx-row bw-${key}`, role: "listitem" },
      h("span", { class: "fx-name" }, name), h("span", { class: "fx-track" }, bar), number, slopes),
    /** @param {number} value @param {Slope} slope */
    update(value, [du, dv]) {
      bar.style.left = `${share(Math.min(value, 0))}%`;
      bar.style.width = `${share(Math.abs(value)) - share(0)}%`;
      number.textContent = format(value);
      slopes.textContent = du || dv ? `moves with u: ${format(du)}, with v: ${format(dv)}`
        : key === "d" ? "at its kink: no slope" : "flat here: moves with neither";
    },
  };
}

/**
 * The square [−1, 1]² with a feature's shades, contours and gradient, and the point, which can be dragged.
 *
 * @param {Surface} surface
 * @param {number} index its place among the features
 * @param {() => Point} at
 * @param {(u: number, v: number) => void} move
 */
export function createMap(surface, index, at, move) {
  const { key, name, low, high, alt } = surface;
  const handle = h("span", {
    class: "fx-handle", role: "slider", tabindex: 0, "aria-label": `Point (u, v) on the map of ${name}`,
    "aria-valuemin": low, "aria-valuemax": high,
  });
  const slope = s("path", { class: "fx-slope" });
  const picture = s("svg", { viewBox: "0 0 200 200", role: "img", "aria-label": alt },
    ...drawSurface(surface, index), slope);
  const square = h("div", { class: "fx-square" }, picture, handle);
  const number = h("span", { class: "bw-number" });
  movePoint(square, handle, { at, move, low: -1 });
  /** @param {string} which @param {...(Node | string)} marks */
  const axis = (which, ...marks) =>
    h("div", { class: `fx-axis-${which}`, "aria-hidden": "true" }, ...marks.map((mark) => h("span", {}, mark)));
  return {
    node: h("figure", { class: `fx-map bw-${key}` },
      h("figcaption", {}, h("span", { class: "fx-name" }, name), number),
      axis("v", "1", symbol("v", "i"), "−1"), square, axis("u", "−1", symbol("u", "i"), "1")),
    /**
     * @param {number} value
     * @param {Slope} gradient
     * @param {number} u
     * @param {number} v
     */
    update(value, gradient, u, v) {
      const [x, y] = toPicture([u, v]);
      handle.style.left = `${x / 2}%`;
      handle.style.top = `${y / 2}%`;
      slope.setAttribute("d", arrow(u, v, gradient, 0.34));
      number.textContent = format(value);
      setAttributes(handle, {
        "aria-valuenow": value.toFixed(2),
        "aria-valuetext": `u ${format(u)}, v ${format(v)}: ${name} is ${format(value)}`,
      });
    },
  };
}
