// @ts-check
/* The lattice of the blocks: which block would you add first? Then the 15 subsets to brush, and what each step brings.
 *
 * The model has subset, block, part and guess (what the reader chose) and parts (the record). Pointing at a subset
 * shows it for the moment; choosing it keeps it. */

import { nameOf, points } from "../ablation_explorer/record.mjs";
import { colour, printed } from "../toolkit/blocks.mjs";
import { createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, keys, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { BLOCKS, SUBSETS, goal, inWords, nodeOf, stepsShown } from "./lattice.mjs";
import { createNet, drawAccuracies, drawBlocks, drawSteps, listed, placeOfNode } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { inWords, stepsShown } from "./lattice.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Part, State } from "./lattice.mjs" */

/** @typedef {State & { parts: Record<string, Part> }} Traits */

const PARTS = ["test", "test-hard", "test-easy"];
let lattices = 0; // each has radio buttons of its own

/** @type {(keyof State)[]} */
const STATE = ["subset", "block", "part", "guess"];

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const parts = model.get("parts");
    const start = read(model, STATE);
    check(parts, start);
    const names = PARTS.filter((name) => Object.hasOwn(parts, name));
    let hovered = -1;

    const guesses = createChoices({
      label: "Which block would you add first?",
      choices: /** @type {[string, Block | "-"][]} */ (
        [...BLOCKS.map((one) => [printed(one), one]), ["Just show me", "-"]]),
      onChoose: (guess) => change(model, guess === "-" ? { guess } : { guess, subset: [guess], block: "" }),
      onReset: () => change(model, start),
    });
    guesses.buttons.slice(0, 4).forEach((button, i) => button.classList.add("bl-block", colour(BLOCKS[i])));
    const part = createChoices({
      label: "On which pairs", choices: names.map((name) => [parts[name].name, name]),
      onChoose: (name) => change(model, { part: name }),
    });
    const block = createChoices({
      label: "All steps of one block",
      choices: BLOCKS.map((one) => [printed(one), one]),
      onChoose: (one) => change(model, { block: model.get("block") === one ? "" : one }),
    });
    block.buttons.forEach((button, i) => button.classList.add("bl-block", colour(BLOCKS[i])));
    const result = createResult();
    const net = createNet();
    const group = `lattice-${(lattices += 1)}`;
    const nodes = SUBSETS.map((subset, i) => {
      const number = h("span", { class: "bl-score" });
      const input = h("input", { type: "radio", name: group });
      const label = h("label", { class: "bl-node" }, input, drawBlocks(subset), number);
      const [x, y] = placeOfNode(i);
      label.style.cssText = `left:${x}%;top:${y}%`;
      input.addEventListener("click", () => choose(i));
      label.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && hover(i));
      label.addEventListener("pointerleave", () => hover(-1));
      return { input, label, number };
    });
    const choose = (/** @type {number} */ i) => {
      hovered = -1;
      change(model, { subset: SUBSETS[i], block: "", guess: model.get("guess") || "-" });
      nodes[i].input.focus();
    };
    const hover = (/** @type {number} */ i) => {
      hovered = model.get("guess") && !model.get("block") ? i : -1;
      update();
    };
    const field = h("div", { class: "bl-field", role: "radiogroup", "aria-label":
      "The subsets. Up adds the block that brings most, down takes away the one that costs least, left and right " +
      "stay in the row; 1 to 4 switch a block." }, net.node, ...nodes.map(({ label }) => label));
    field.addEventListener("keydown", (event) => {
      const to = goal(parts[model.get("part")], model.get("subset"), event.key);
      if (to < 0) return;
      event.preventDefault();
      choose(to);
    });
    const [title, list, scores] = [h("p", { class: "bl-title" }), h("ul"), h("ul")];
    const panel = h("div", { class: "bl-panel" }, title, scores, list);

    const update = () => {
      const state = read(model, STATE);
      const found = parts[state.part];
      const hidden = state.guess === "";
      const seen = hovered < 0 ? state.subset : SUBSETS[hovered];
      const steps = stepsShown(found, seen, state.block);
      guesses.update((guess) => guess === state.guess);
      part.update((name) => name === state.part);
      block.update((one) => one === state.block);
      result.update(inWords(found, state));
      net.update(found, steps, hidden);
      const touched = new Set(steps.flatMap(({ from, to }) => [nodeOf(from), nodeOf(to)]));
      nodes.forEach(({ input, label, number }, i) => {
        number.textContent = hidden ? "?" : points(found.nodes[i][0]);
        input.setAttribute("aria-label", nameOf(SUBSETS[i]) + (hidden ? "" : `: ${number.textContent}%`));
        input.checked = SUBSETS[i].join() === state.subset.join();
        label.classList.toggle("bl-own", input.checked && !hidden && !state.block);
        label.classList.toggle("bl-far", !hidden && !touched.has(i));
      });
      panel.classList.toggle("bl-hidden", hidden);
      if (hidden) {
        title.textContent = "Fifteen models, one for each set of blocks: a full square has the block, an empty one " +
          "lacks it. A line adds one.";
        scores.replaceChildren();
        list.replaceChildren();
        return;
      }
      title.textContent = state.block ? `What ${printed(state.block)} adds, in points` : nameOf(seen);
      scores.replaceChildren(...(state.block ? [] : drawAccuracies(names.map((name) =>
        [parts[name].name, parts[name].nodes[nodeOf(seen)], name === state.part]))));
      list.replaceChildren(...drawSteps(steps, (step) => (state.block ? `to ${listed(step.from)}`
        : step.from.join() === seen.join() ? `adding ${printed(step.block)}` : `${printed(step.block)} brought`)));
    };
    const node = h("div", { class: "bl" },
      h("p", { class: "bl-ask" }, "You may give the head one block. Which would you add first?"),
      guesses.node, result.node,
      h("div", { class: "bl-two" },
        h("div", {}, h("div", { class: "bl-row" }, h("span", {}, "right, in %, on"), part.node), field,
          h("div", { class: "bl-row" }, h("span", {}, "all steps of"), block.node)),
        panel),
      h("p", { class: "bw-hint" }, "A line adds one block, in its colour, and is as thick as the points it brings " +
        "(from 20 on no thicker); dashed: no gain that differs from nothing. Means of five seeds; a bar is a 95% " +
        "interval."));
    return mount({ model, el, style: STYLE, node, traits: STATE, update });
  },
};

/** @param {Record<string, Part>} parts @param {State} start */
function check(parts, { subset, part, block, guess }) {
  if (!Object.hasOwn(parts, part)) throw new RangeError(`part must be one of ${keys(parts).join(", ")}, not ${part}`);
  if (!Array.isArray(subset) || nodeOf(subset) < 0)
    throw new RangeError(`subset must be blocks of ${BLOCKS.join(", ")} in this order, not ${subset}`);
  for (const [name, value] of Object.entries({ block, guess }))
    if (value && value !== "-" && !BLOCKS.some((one) => one === value))
      throw new RangeError(`${name} must be one of ${BLOCKS.join(", ")}, not ${value}`);
}
