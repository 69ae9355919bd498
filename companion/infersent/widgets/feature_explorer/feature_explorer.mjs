// @ts-check
/* The feature explorer: move one coordinate of u and of v, and watch the four pair features and their slopes answer.
 *
 * The model has two numbers, u and v, in [-1, 1]. Each feature has a map over the square with its contours and its
 * gradient, and the one point can be dragged in every map. */

import { createChoices, createResult, createSlider } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change } from "../toolkit/model.mjs";
import { h, symbol } from "../toolkit/nodes.mjs";
import { clamp } from "../toolkit/numbers.mjs";
import { describe, features, gradients } from "./features.mjs";
import { SURFACES } from "./surfaces.mjs";
import { createMap, createRow } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { describe, features, gradients } from "./features.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Point } from "./surfaces.mjs" */

/** @typedef {{ u: number, v: number }} Traits */

/** @type {[name: string, point: Point][]} */
const CASES = [
  ["Both on", [0.9, 0.9]],
  ["Both off", [0.05, 0.05]],
  ["One on", [0.9, 0.05]],
  ["Opposite", [0.8, -0.8]],
  ["Both negative", [-0.8, -0.8]],
];
/** @type {[name: "u" | "v", role: string][]} */
const SIDES = [["u", "premise"], ["v", "hypothesis"]];

/** @param {number} x */
const round = (x) => Math.round(100 * x) / 100;

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    /** @returns {Point} */
    const at = () => [model.get("u"), model.get("v")];
    const start = at();
    SIDES.forEach(([name], i) => {
      if (typeof start[i] !== "number" || !(Math.abs(start[i]) <= 1))
        throw new RangeError(`${name} must be a number in [−1, 1], not ${start[i]}`);
    });
    /** @param {number} u @param {number} v */
    const move = (u, v) => change(model, { u: clamp(round(u), -1, 1), v: clamp(round(v), -1, 1) });

    const cases = createChoices({
      label: "Named cases", choices: CASES, onChoose: (point) => move(...point),
      onReset: () => change(model, { u: start[0], v: start[1] }),
    });
    const sliders = SIDES.map(([name, role]) => {
      const slider = createSlider({
        label: [symbol(name, "i"), ` of the ${role}`], min: -1, max: 1, step: 0.01,
        onInput: (value) => change(model, { [name]: value }),
      });
      slider.node.classList.add(`bw-${name}`);
      return slider;
    });
    const result = createResult();
    const rows = SURFACES.map(createRow);
    const maps = SURFACES.map((surface, i) => createMap(surface, i, at, move));
    const node = h("div", {}, cases.node, result.node,
      h("div", { class: "fx-main" },
        h("div", { class: "fx-maps" }, ...maps.map((map) => map.node)),
        h("div", {}, ...sliders.map((slider) => slider.node),
          h("div", { role: "list", "aria-label": "The four features" }, ...rows.map((row) => row.node)))),
      h("p", { class: "bw-hint" }, "Drag a point, tap a map, or focus a point and press the arrow keys. Along a line ",
        "the feature stays the same; the next line is 0.25 away, and dashed below zero. ",
        "An arrow points where the feature grows fastest, and is the longer the faster."));

    const update = () => {
      const [u, v] = at();
      const [values, slopes] = [features(u, v), gradients(u, v)];
      cases.update((point) => point[0] === u && point[1] === v);
      result.update(describe(u, v));
      sliders.forEach((slider, i) => slider.update([u, v][i]));
      rows.forEach((row, i) => row.update(values[i], slopes[i]));
      maps.forEach((map, i) => map.update(values[i], slopes[i], u, v));
    };
    return mount({ model, el, style: STYLE, node, traits: ["u", "v"], update });
  },
};
