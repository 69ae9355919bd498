// @ts-check
/* Learn the product: how much of a dot product a network on (u, v) has found, beside a linear head that is given u∗v.
 *
 * The model has dim, width and samples (what is chosen) and curves (the recorded points). Nothing is computed here but
 * the choice of points and their words. */

import { createChoices, createResult, createSlider } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { clamp, grouped } from "../toolkit/numbers.mjs";
import { curve, describe, pointAt, values } from "./curves.mjs";
import { createCurves, createTable } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { curve, describe, enough, values } from "./curves.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Recorded, Setting } from "./curves.mjs" */

/** @typedef {Record<Setting, number> & { curves: Recorded[] }} Traits */

/** @type {Setting[]} */
const SETTINGS = ["dim", "width", "samples"];

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const curves = model.get("curves");
    const start = read(model, SETTINGS);
    for (const name of SETTINGS) {
      const known = values(curves, name);
      if (!known.includes(start[name]))
        throw new RangeError(`${name} must be one of ${known.join(", ")}, not ${start[name]}`);
    }
    const [dims, widths, sizes] = SETTINGS.map((name) => values(curves, name));

    const choices = createChoices({
      label: "Length of each vector",
      choices: dims.map((dim) => [`${dim} numbers a vector`, dim]),
      onChoose: (dim) => change(model, { dim }),
      onReset: () => change(model, start),
    });
    const samples = createSteps("Training pairs", sizes, grouped, (size) => change(model, { samples: size }));
    const width = createSteps("Width of the network", widths, (w) => `×${w}`, (w) => change(model, { width: w }));
    const picture = createCurves(curves, widths, sizes);
    const table = createTable();
    const result = createResult();
    const node = h("div", { class: "lp" }, choices.node,
      h("div", { class: "lp-top" },
        h("div", { class: "lp-sliders" }, samples.node, width.node,
          h("div", { class: "lp-scroll", tabindex: 0, role: "region", "aria-label": "The two learners" }, table.node)),
        h("figure", {}, picture.node, h("figcaption", { "aria-hidden": "true" },
          h("span", { class: "lp-key bw-p" }, "given u∗v"), h("span", { class: "lp-key bw-u" }, "this width"),
          h("span", { class: "lp-key lp-faint" }, "other widths")))),
      result.node,
      h("p", { class: "bw-hint" }, "Explained: the share of the dot product's variance. " +
        "Recorded runs, three seeds each; the band is their 95% interval."));

    const update = () => {
      const now = read(model, SETTINGS);
      const words = describe(curves, now.dim, now.width, now.samples);
      choices.update((value) => value === now.dim);
      samples.update(now.samples);
      width.update(now.width);
      picture.update(now.dim, now.width, now.samples);
      picture.describe(`Share of the dot product explained, against training pairs. ${words.join(" ")}`);
      table.update([now.width, 0].map((w) => pointAt(curve(curves, now.dim, w), now.samples)));
      result.update(words);
    };
    return mount({ model, el, style: STYLE, node, traits: SETTINGS, update });
  },
};

/**
 * A slider whose positions are the recorded values.
 *
 * @param {string} label
 * @param {number[]} known
 * @param {(value: number) => string} show
 * @param {(value: number) => void} onInput
 */
function createSteps(label, known, show, onInput) {
  const slider = createSlider({
    label: [label], min: 0, max: known.length - 1, step: 1,
    onInput: (place) => onInput(known[clamp(place, 0, known.length - 1)]),
    show: (place) => show(known[place]),
  });
  return {
    node: slider.node,
    /** @param {number} value */
    update: (value) => slider.update(known.indexOf(value)),
  };
}
