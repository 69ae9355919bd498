// @ts-check
/* The hero's parts: the two texts, the flow from them to the answer, and the switches. */

import { LABELS, colour, printed } from "../toolkit/blocks.mjs";
import { h, s, setAttributes } from "../toolkit/nodes.mjs";
import { percent, signed } from "../toolkit/numbers.mjs";
import { capital } from "../explainer/account.mjs";
import { HEIGHT, ORDER, ROLES, SWITCHED, collector, placeOf, ribbons, shade, wires } from "./picture.mjs";

/** @import { Asker } from "./asker.mjs" */
/** @import { Frame } from "./picture.mjs" */

/**
 * The two sentences, to read and to type.
 *
 * @param {Asker} asker
 */
export function createTexts(asker) {
  const fields = /** @type {const} */ (["premise", "hypothesis"]).map((name, i) => {
    const input = h("textarea", { rows: 2, autocomplete: "off", spellcheck: "false", class: "hero-said" });
    input.readOnly = asker.still;
    input.addEventListener("input", () => asker.say(name, input.value));
    // A hand on the text is about to type; the model is on its way meanwhile.
    input.addEventListener("pointerdown", () => navigator.connection?.saveData || asker.load());
    return { input, node: h("label", { class: `hero-text hero-${name} bw-${"uv"[i]}` },
      h("span", {}, capital(name)), input) };
  });
  return {
    nodes: fields.map(({ node }) => node),
    /** @param {string[]} texts */
    update(...texts) {
      fields.forEach(({ input }, i) => { if (input.value !== texts[i]) input.value = texts[i]; });
    },
  };
}

/**
 * A picture that fills its box.
 *
 * @param {string} name
 * @param {string} box
 * @param {Element[]} children
 */
const stretched = (name, box, children) => s("svg", {
  class: name, viewBox: box, preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" }, ...children);

/** A block's name in its colour. @param {string} name */
const own = (name) => h("span", { class: "hero-own" }, printed(name));

/** The wires, the strips, the ribbons and the answer. */
export function createFlow() {
  const lines = wires().flatMap(({ side, path }) => [
    s("path", { class: colour(side), d: path }),
    s("path", { class: `hero-pulse ${colour(side)}`, d: path, pathLength: 1 })]);
  const blocks = ORDER.map((name) => {
    const cells = Array.from({ length: 32 }, (_, x) => s("rect", { x, width: 0.86, height: 1 }));
    const node = h("div", { class: `hero-block ${colour(name)}` },
      h("span", { class: "hero-name" }, own(name), ` ${ROLES[name]}`), stretched("hero-strip", "0 0 32 1", cells));
    return { name, cells, node };
  });
  const bands = ORDER.map((name) => s("path", { class: colour(name) }));
  const end = s("path", { class: "hero-sum" });
  const answers = LABELS.map((label) => {
    const [number, share, was] = [h("b", { class: "bw-number" }), h("span", { class: "hero-share" }), h("i")];
    return { number, share, was, node: h("div", { class: "hero-answer" }, h("span", {}, capital(label)), number,
      h("span", { class: "hero-track" }, share, was)) };
  });
  const node = h("div", { class: "hero-flow" });
  return {
    /**
     * The flow, behind the texts.
     *
     * @param {Node[]} texts
     */
    put(texts) {
      node.append(...texts, stretched("hero-wires", `0 0 100 ${HEIGHT}`, lines),
        h("div", { class: "hero-blocks" }, ...blocks.map((block) => block.node)),
        stretched("hero-ribbons", `0 0 100 ${HEIGHT}`, [...bands, end]),
        h("div", { class: "hero-answers" }, ...answers.map((answer) => answer.node)));
      return node;
    },
    /**
     * Grey out the blocks that are off, and mark where the answer stood with all of them.
     *
     * @param {string[]} on
     * @param {number[]} whole the probabilities with all blocks
     */
    mark(on, whole) {
      for (const block of blocks) block.node.classList.toggle("hero-off", !on.includes(block.name));
      answers.forEach(({ was }, c) => {
        was.hidden = on.length === ORDER.length;
        was.style.left = percent(whole[c], 1);
      });
    },
    /**
     * Draw a picture's numbers.
     *
     * @param {Frame} frame
     * @param {boolean} moving
     */
    show({ cells, widths, shares }, moving) {
      node.classList.toggle("hero-moving", moving);
      for (const block of blocks)
        block.cells.forEach((cell, i) => cell.setAttribute("fill-opacity", shade(cells[block.name][i]).toFixed(2)));
      ribbons(widths).forEach((path, i) => bands[i].setAttribute("d", path));
      end.setAttribute("d", collector(widths));
      const highest = Math.max(...shares);
      answers.forEach(({ number, share, node: row }, c) => {
        number.textContent = percent(shares[c]);
        share.style.width = percent(shares[c], 1);
        row.classList.toggle("hero-best", shares[c] === highest);
      });
    },
  };
}

/**
 * The switches, each with what it does to all of SNLI's test pairs and what models trained with the block gain.
 *
 * @param {Record<string, [accuracy: number[], gain: number[]]>} study
 * @param {(off: string[]) => void} onChange
 */
export function createSwitches(study, onChange) {
  const switches = SWITCHED.map((name) => {
    const input = h("input", { type: "checkbox", role: "switch" });
    const [[before, after], [low, high]] = study[name];
    /** @param {string} term @param {string} words */
    const fact = (term, words) => h("p", { class: "hero-fact" }, `${term} `, h("b", {}, words));
    input.addEventListener("change", () =>
      onChange(switches.filter((other) => other.input.checked).map((other) => other.name)));
    const style = `left:${placeOf(low).toFixed(1)}%;width:${(placeOf(high) - placeOf(low)).toFixed(1)}%`;
    return { name, input, node: h("div", { class: `hero-switch ${colour(name)}` },
      h("label", { class: "hero-toggle" }, input, h("span", {}, "without ", own(name))),
      h("div", { class: "hero-facts" },
        fact("Zeros in its place", `${percent(before / 100, 1)} → ${percent(after / 100, 1)}`),
        fact("Trained with it", `${signed(low, 1)} to ${signed(high, 1)} points`),
        h("div", { class: "hero-gain", "aria-hidden": "true" },
          h("i", { style: `left:${placeOf(0).toFixed(1)}%` }), h("span", { style })))) };
  });
  return {
    node: h("div", { class: "hero-switches", role: "group", "aria-label": "Switch a block off" },
      ...switches.map(({ node }) => node)),
    /** @param {string[]} on */
    update(on) {
      for (const { input, name } of switches) {
        input.checked = !on.includes(name);
        setAttributes(input, { "aria-checked": input.checked });
      }
    },
  };
}
