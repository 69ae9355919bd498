// @ts-check
/* Which heads can tell: a target on one coordinate of u and of v, and the best linear head on the ticked blocks.
 *
 * The model has target, blocks (what the head gets) and table (the reader's own target: four booleans, for (0, 0),
 * (0, 1), (1, 0) and (1, 1)). The head is fitted here as which_heads.py fits it. */

import { FEATURES, colour } from "../toolkit/blocks.mjs";
import { createChecks, createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, keys, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { dot, fit, inputs, isOnGrid, sample } from "./fit.mjs";
import { describe, nameOf } from "./words.mjs";
import { createPicture, createWeights } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { fit, sample } from "./fit.mjs";
export { describe, formula } from "./words.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Choice, Target } from "./fit.mjs" */

/** @typedef {{ target: Target, blocks: Choice[], table: boolean[] }} Traits */

/** @type {[name: string, target: Target][]} */
const TARGETS = [["AND", "AND"], ["XOR", "XOR"], ["Your table", "table"], ["Equal", "equal"], ["u > v", "u>v"],
  ["Same sign", "same sign"]];
/** @type {Choice[]} */
const CHOICES = [...keys(FEATURES), "u-v"];
/** @type {(keyof Traits)[]} */
const TRAITS = ["target", "blocks", "table"];

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const start = read(model, TRAITS);
    check(start);
    const targets = createChoices({
      label: "Target", choices: TARGETS, onChoose: (target) => change(model, { target }),
      onReset: () => change(model, start),
    });
    const checks = createChecks({
      label: "The head gets",
      choices: CHOICES.map((block) => [nameOf(block), block, colour(block)]),
      onChange: (blocks) => change(model, { blocks }),
    });
    const result = createResult();
    /** @param {number} corner */
    const flip = (corner) => {
      const { answers } = sample(model.get("target"), model.get("table"));
      change(model, { table: answers.map((yes, i) => (i === corner) !== yes), target: "table" });
    };
    const [unitSquare, grid] = [createPicture(-0.3, 1.3, flip), createPicture(-1, 1)];
    const frame = h("div");
    const weights = createWeights(CHOICES);
    const node = h("div", {}, targets.node, result.node,
      h("div", { class: "wh-main" }, h("div", { class: "wh-head" }, checks.node, ...weights.nodes), frame),
      h("p", { class: "bw-hint" }, "Full points: the target says yes. Golden ground: the head says yes. ×: wrong; ½: ",
        "undecided, counts as half right. Click a corner to change its answer. Equal means |u−v| ≤ ½."));

    const update = () => {
      const { target, blocks, table } = read(model, TRAITS);
      const { points, answers } = sample(target, table);
      const found = fit(target, blocks, table);
      const words = describe(target, blocks, found);
      targets.update((value) => value === target);
      checks.update(blocks);
      result.update(words);
      weights.update(blocks, found);
      const picture = isOnGrid(target) ? grid : unitSquare;
      if (!picture.node.isConnected) frame.replaceChildren(picture.node);
      picture.update(points, answers, found.scores, (u, v) => dot(inputs(blocks, u, v), found.weights));
      picture.describe(`The square, and where the head says yes. ${words.join(" ")}`);
    };
    return mount({ model, el, style: STYLE, node, traits: TRAITS, update });
  },
};

/** @param {Traits} traits */
function check({ target, blocks, table }) {
  /** @param {unknown} values @param {(value: unknown) => boolean} test */
  const every = (values, test) => Array.isArray(values) && values.every(test);
  if (!TARGETS.some(([, value]) => value === target)) throw new RangeError(`target cannot be ${target}`);
  if (!every(blocks, (block) => CHOICES.some((choice) => choice === block)))
    throw new RangeError(`blocks cannot be ${blocks}`);
  if (!every(table, (yes) => typeof yes === "boolean") || table.length !== 4)
    throw new RangeError(`table cannot be ${table}`);
}
