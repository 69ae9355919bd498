// @ts-check
/* The sign lab: draw the states of two sentences' words, pool them, and see which signs are left for u∗v.
 *
 * The model has words, from 1 to 40; pooling, "max" or "mean"; alike, the correlation of a sentence's words, from 0 to
 * 0.9; and seed, from 0 to 999,999. All is one coordinate. The draws are the same in Python. */

import { createButton, createChoices, createResult, createSlider } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, keys, read } from "../toolkit/model.mjs";
import { h, symbol } from "../toolkit/nodes.mjs";
import { LONGEST, describe, simulate } from "./draws.mjs";
import { createCurve, createLines } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { describe, negativeTogether, normals, shares, shown, simulate } from "./draws.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Traits } from "./draws.mjs" */

/** @typedef {Pick<Traits, "words" | "pooling" | "alike">} Case */

/** @type {[name: string, values: Case][]} */
const CASES = [
  ["1 word", { words: 1, pooling: "max", alike: 0 }],
  ["5 words", { words: 5, pooling: "max", alike: 0 }],
  ["5 alike", { words: 5, pooling: "max", alike: 0.6 }],
  ["20 words", { words: 20, pooling: "max", alike: 0 }],
  ["Mean of 20", { words: 20, pooling: "mean", alike: 0 }],
];
/** @type {[name: string, value: Traits["pooling"]][]} */
const POOLINGS = [["Max", "max"], ["Mean", "mean"]];
/** @type {(keyof Traits)[]} */
const TRAITS = ["words", "pooling", "alike", "seed"];
const LAST_SEED = 999_999;

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const start = read(model, TRAITS);
    check(start);
    /** @param {Partial<Traits>} values */
    const set = (values) => change(model, values);

    const cases = createChoices({
      label: "Named cases", choices: CASES, onChoose: set, onReset: () => set(start),
    });
    const words = createSlider({
      label: ["words in a sentence, ", symbol("T")], min: 1, max: LONGEST, step: 1, show: String,
      onInput: (value) => set({ words: value }),
    });
    const alike = createSlider({
      label: ["how alike its words are, ", symbol("ρ")], min: 0, max: 0.9, step: 0.01,
      onInput: (value) => set({ alike: value }),
    });
    const pooling = createChoices({
      label: "Pooling", choices: POOLINGS, onChoose: (value) => set({ pooling: value }),
    });
    pooling.node.append(createButton("Draw again", () => set({ seed: (model.get("seed") + 1) % (LAST_SEED + 1) }),
      "sl-draw"));
    const result = createResult();
    const lines = createLines();
    const curve = createCurve();

    return mount({
      model, el, style: STYLE, traits: TRAITS,
      node: h("div", { class: "sl" },
        cases.node,
        h("div", { class: "sl-columns" }, words.node, alike.node),
        pooling.node,
        result.node,
        h("div", { class: "sl-columns" }, lines.node, curve.node)),
      update() {
        const state = read(model, TRAITS);
        const sample = simulate(state);
        cases.update((value) => keys(value).every((name) => state[name] === value[name]));
        words.update(state.words);
        alike.update(state.alike);
        pooling.update((value) => value === state.pooling);
        result.update(describe(state, sample.opposite));
        lines.update(state, sample);
        curve.update(state);
      },
    });
  },
};

/** @param {Traits} traits */
function check({ words, pooling, alike, seed }) {
  /** @param {number} x @param {number} low @param {number} high */
  const whole = (x, low, high) => Number.isInteger(x) && x >= low && x <= high;
  if (!whole(words, 1, LONGEST)) throw new RangeError(`words must be a whole number from 1 to 40, not ${words}`);
  if (pooling !== "max" && pooling !== "mean") throw new RangeError(`pooling must be max or mean, not ${pooling}`);
  if (typeof alike !== "number" || !(alike >= 0 && alike <= 0.9))
    throw new RangeError(`alike must be in [0, 0.9], not ${alike}`);
  if (!whole(seed, 0, LAST_SEED)) throw new RangeError(`seed must be a whole number from 0 to 999999, not ${seed}`);
}
