// @ts-check
/* The ablation explorer: two subsets of the four blocks, A and B; their runs, B minus A with its interval, a verdict.
 *
 * The model has first and second (the blocks of A and of B), study (which is shown) and studies (the record). Nothing
 * is computed here but the choice of recorded numbers, the rule that judges a difference, and words. */

import { FEATURES, colour, printed } from "../toolkit/blocks.mjs";
import { createChecks, createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, keys, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { describe, isSame, many, placeOf, points, range, subsetOf } from "./record.mjs";
import { drawDifference, drawRuns } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { compare, describe, judge, many, nameOf, signOf } from "./record.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Study } from "./record.mjs" */

/** @typedef {{ first: Block[], second: Block[], study: string, studies: Record<string, Study> }} Traits */
/** @typedef {"first" | "second"} Side */

const ALL = keys(FEATURES);
const STUDIES = ["subsets", "captions"];
/** @type {Side[]} */
const SIDES = ["first", "second"];

/** @type {[name: string, subsets: [Block[], Block[]]][]} */
const CASES = [
  ["Add u∗v to u, v", [["u", "v"], ["u", "v", "u*v"]]],
  ["Add |u−v| to u, v", [["u", "v"], ["u", "v", "|u-v|"]]],
  ["Add both", [["u", "v"], ALL]],
  ["Swap |u−v| for u∗v", [["u", "v", "|u-v|"], ["u", "v", "u*v"]]],
  ["Add u∗v to the rest", [["u", "v", "|u-v|"], ALL]],
  ["Drop u and v", [ALL, ["|u-v|", "u*v"]]],
  ["One sentence alone", [["u"], ["v"]]],
];

/** @type {Words} */
const EMPTY = ["One block at least.",
  "A head without input has one answer for every pair. Switch another block on first."];

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const studies = model.get("studies");
    const start = read(model, [...SIDES, "study"]);
    check(studies, start);

    /** @param {Partial<Traits>} values */
    const go = (values) => { // also where nothing changes: the result may show a refusal
      change(model, values);
      update();
    };
    const cases = createChoices({
      label: "Named cases", choices: CASES,
      onChoose: ([first, second]) => go({ first, second }),
      onReset: () => go(start),
    });
    const corpus = createRadios({
      label: "Corpus", choices: STUDIES.filter((value) => studies[value]).map((value) => [studies[value].name, value]),
      onChange: (study) => change(model, { study }),
    });
    const sides = SIDES.map((trait, i) => createSide("AB"[i], (blocks) => {
      if (blocks.length) return change(model, { [trait]: blocks });
      sides[i].update(studies[model.get("study")], model.get(trait));
      result.update(EMPTY);
    }));
    const result = createResult();
    const [runs, difference, hint] = [h("div"), h("div"), h("p", { class: "bw-hint" })];

    const update = () => {
      const { first, second, study: name } = read(model, [...SIDES, "study"]);
      const study = studies[name];
      const words = describe(study, first, second);
      cases.update(([a, b]) => isSame(a, first) && isSame(b, second));
      corpus.update(name);
      [first, second].forEach((blocks, i) => sides[i].update(study, blocks));
      result.update(words);
      runs.replaceChildren(...drawRuns(study, first, second));
      difference.replaceChildren(drawDifference(study, first, second, words));
      hint.textContent = "A dot is one training run, the upright stroke the mean, the bar its 95% interval. " +
        "On the right the bar says how much other seeds and another test set would change, both at once; " +
        `its darker part is the 90% interval. The band is ±${points(study.margin)} points: ` +
        `less is too little to matter. ${many(study)}`;
    };
    const node = h("div", { class: "ae" }, cases.node,
      ...(Object.keys(studies).length > 1 ? [corpus.node] : []),
      h("div", { class: "ae-two" }, ...sides.map((side) => side.node)), result.node,
      h("div", { class: "ae-two" },
        h("figure", {}, h("figcaption", {}, "How good A and B are"), runs),
        h("figure", {}, h("figcaption", {}, "How much better B is than A"), difference)),
      hint);
    return mount({ model, el, style: STYLE, node, traits: [...SIDES, "study"], update });
  },
};

/** @param {Record<string, Study>} studies @param {Pick<Traits, Side | "study">} start */
function check(studies, start) {
  if (!Object.hasOwn(studies, start.study))
    throw new RangeError(`study must be one of ${Object.keys(studies).join(", ")}, not ${start.study}`);
  for (const name of SIDES)
    if (!Array.isArray(start[name]) || placeOf(studies[start.study], start[name]) < 0)
      throw new RangeError(`${name} must be blocks of ${ALL.join(", ")} in this order, not ${start[name]}`);
}

/**
 * One of the two subsets: its blocks to tick, and how good it is.
 *
 * @param {string} letter
 * @param {(blocks: Block[]) => void} onChange
 */
function createSide(letter, onChange) {
  const checks = createChecks({
    label: letter,
    choices: ALL.map((block) =>
      [h("span", {}, h("span", { class: "bw-unseen" }, `${letter}: `), printed(block)), block, colour(block)]),
    onChange,
  });
  const number = h("span", { class: "bw-number" });
  return {
    node: h("div", { class: "ae-side" }, checks.node, number),
    /** @param {Study} study @param {Block[]} blocks */
    update(study, blocks) {
      checks.update(blocks);
      const { mean, low, high } = subsetOf(study, blocks);
      number.replaceChildren(h("strong", {}, `${points(mean)}%`), h("span", {}, range([low, high])));
    },
  };
}

let widgets = 0; // each has radio buttons of its own

/**
 * Radio buttons.
 *
 * @param {object} settings
 * @param {string} settings.label
 * @param {[name: string, value: string][]} settings.choices
 * @param {(value: string) => void} settings.onChange
 */
function createRadios({ label, choices, onChange }) {
  const group = `ablation-${(widgets += 1)}`;
  const inputs = choices.map(([, value]) => h("input", { type: "radio", name: group, value }));
  for (const input of inputs) input.addEventListener("change", () => onChange(input.value));
  const labels = choices.map(([name], i) => h("label", { class: "bw-check" }, inputs[i], h("span", {}, name)));
  return {
    node: h("fieldset", { class: "bw-checks ae-corpus" }, h("legend", {}, label), ...labels),
    /** @param {string} value */
    update(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}
