// @ts-check
/* Interventions by slider: scale each block of a trained model, choose what fills the gap, and see what it gets right.
 *
 * The model has scales and fill (what is done), evidence (each block's part of every test pair's logits) and refits
 * (accuracies of heads that were fitted again on fewer blocks). */

import { colour, printed } from "../toolkit/blocks.mjs";
import { createChoices, createResult, createSlider } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { format, grouped } from "../toolkit/numbers.mjs";
import { cut, describe } from "./cut.mjs";
import { Evidence } from "./evidence.mjs";
import { createCurves, createFlow } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { cut, deed, describe, wilson } from "./cut.mjs";
export { Evidence } from "./evidence.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Refit } from "./cut.mjs" */
/** @import { Fill, Packed, Scales } from "./evidence.mjs" */

/** @typedef {{ scales: Scales, fill: Fill, evidence: Packed, refits: Refit[] }} Traits */

/** @type {[name: string, fill: Fill][]} */
const FILLS = [["Zeros", "zeros"], ["The mean", "mean"], ["Another pair’s", "another"]];
/** @type {["scales", "fill"]} */
const TRAITS = ["scales", "fill"];
const KEY = "Dashed: untouched. Dotted: chance. ◇: a head fitted again without what is gone. The 95% intervals are " +
  "narrower than a dot.";
const HINT = "Thick bar: what the model answers now; thin bar: untouched; outlined: what is right. " +
  "Between the ends of the sliders an accuracy is right to about 0.1 points.";

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const evidence = new Evidence(model.get("evidence"));
    const { blocks } = evidence;
    const refits = model.get("refits");
    const start = read(model, TRAITS);
    check(start, blocks);
    const trained = Object.fromEntries(blocks.map((block) => [block, 1]));
    const answers = evidence.answers(trained, "zeros");
    const untouched = cut(evidence, trained, "zeros", answers, refits);

    const fills = createChoices({
      label: "What fills the gap", choices: FILLS, onChoose: (fill) => change(model, { fill }),
      onReset: () => change(model, start),
    });
    fills.node.prepend(h("span", { class: "kn-what", "aria-hidden": "true" }, "Fill the gap with"));
    const sliders = blocks.map((block) => {
      const slider = createSlider({
        label: [h("span", { class: "kn-block" }, printed(block))], min: 0, max: 2, step: 0.1,
        onInput: (scale) => change(model, { scales: { ...model.get("scales"), [block]: scale } }),
        show: (scale) => (scale === 0 ? "gone" : scale === 1 ? "as trained" : `×${format(scale, 1)}`),
      });
      slider.node.classList.add(colour(block));
      return { block, ...slider };
    });
    const curves = createCurves(evidence, untouched.share);
    const flow = createFlow();
    const result = createResult();
    const node = h("div", { class: "kn" }, fills.node,
      h("div", { class: "kn-main" },
        h("div", { class: "kn-sliders" }, ...sliders.map((slider) => slider.node)),
        h("figure", {}, curves.node, h("figcaption", {}, KEY))),
      result.node, flow.node,
      h("p", { class: "bw-hint" }, `All ${grouped(evidence.count)} test pairs of SNLI. ${HINT}`));

    const update = () => {
      const { scales, fill } = read(model, TRAITS);
      const now = cut(evidence, scales, fill, answers, refits);
      const words = describe(now, untouched, scales, blocks);
      fills.update((value) => value === fill);
      for (const { block, update: show } of sliders) show(scales[block]);
      curves.update(scales, fill, now);
      curves.describe(`Accuracy against the scale of each block. ${words.join(" ")}`);
      flow.update(now, untouched);
      result.update(words);
    };
    return mount({ model, el, style: STYLE, node, traits: TRAITS, update });
  },
};

/** @param {Pick<Traits, "scales" | "fill">} traits @param {readonly string[]} blocks */
function check({ scales, fill }, blocks) {
  if (!FILLS.some(([, known]) => known === fill)) throw new RangeError(`fill cannot be ${fill}`);
  const strange = blocks.find((block) => !(scales[block] >= 0 && scales[block] <= 2));
  if (strange !== undefined) throw new RangeError(`${strange} cannot have the scale ${scales[strange]}`);
}
