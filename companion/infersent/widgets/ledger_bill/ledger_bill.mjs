// @ts-check
/* The ledger as a bill: open a line to see what it adds up, from the blocks over the words to single numbers.
 *
 * The model has the pairs' vectors and the head's weights; pair, label, block and item say what is open. */

import { colour, printed } from "../toolkit/blocks.mjs";
import { createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { Bill, money } from "./bill.mjs";
import STYLE from "./style.css" with { type: "text" };

export { Bill, addUp, money } from "./bill.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Line, Traits } from "./bill.mjs" */

/** @type {["pair", "label", "block", "item"]} */
const STATE = ["pair", "label", "block", "item"];
const HINT = "Amounts are in hundredths, rounded so that every list adds up to the line above it. A bar to the right " +
  "speaks for the label, to the left against it, on the same scale at every level.";

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const { labels, pairs, weights } = read(model, ["labels", "pairs", "weights"]);
    const start = read(model, STATE);
    if (!pairs[start.pair]) throw new RangeError(`pair must be below ${pairs.length}, not ${start.pair}`);
    if (!labels.includes(start.label)) throw new RangeError(`label must be among ${labels}, not ${start.label}`);

    const choices = createChoices({
      label: "Pair of sentences",
      choices: pairs.map(({ name }, k) => /** @type {[string, number]} */ ([name, k])),
      onChoose: (pair) => change(model, { pair, item: -1 }),
      onReset: () => change(model, start),
    });
    const kinds = createChoices({
      label: "The bill for",
      choices: labels.map((name) => /** @type {[string, string]} */ ([name, name])),
      onChoose: (label) => change(model, { label, item: -1 }),
    });
    const texts = h("p", { class: "lb-pair" });
    const lines = h("div", { class: "lb-lines", role: "group", "aria-label": "The bill" });
    const result = createResult();
    const node = h("div", { class: "lb" }, choices.node, texts, kinds.node, lines, result.node,
      h("p", { class: "bw-hint" }, HINT));

    const update = () => {
      const state = { ...read(model, STATE), labels, pairs, weights };
      const bill = new Bill(state);
      choices.update((pair) => pair === state.pair);
      kinds.update((label) => label === state.label);
      texts.textContent = bill.shown.words.map((words) => words.join(" ")).join(" → ");
      result.update(bill.describe(state.label));
      const focused = lines.contains(document.activeElement)
        ? document.activeElement?.getAttribute("data-key") : undefined;
      lines.replaceChildren(...rows(bill, state.label, model.get("pair"), (values) => change(model, values)));
      if (focused) lines.querySelectorAll("button").forEach((button) => {
        if (button.getAttribute("data-key") === focused) button.focus();
      });
    };
    return mount({ model, el, style: STYLE, node, traits: STATE, update });
  },
};

/**
 * The lines that are to be seen, each list closed by its sum.
 *
 * @param {Bill} bill
 * @param {string} label
 * @param {number} pair
 * @param {(values: Partial<Traits>) => void} onOpen
 */
function rows(bill, label, pair, onOpen) {
  const top = bill.lines();
  const reach = Math.max(...top.map(({ cents }) => Math.abs(cents)), 1);
  /**
   * @param {Line} line
   * @param {{ level: number, key?: string, isOpen?: boolean, open?: () => void, note?: string }} about
   */
  const row = ({ name, cents }, { level, key = "", isOpen = false, open, note = "" }) => {
    const cells = [h("span", { class: "lb-name" }, printed(name), ...(note ? [h("small", {}, note)] : [])),
      bar(cents, reach), h("span", { class: "bw-number" }, money(cents))];
    const own = level === 0 ? colour(name) : colour(bill.block);
    const classes = `lb-line lb-level${level} ${own}`;
    if (!open) return h("div", { class: classes }, ...cells);
    const button = h("button", { type: "button", class: classes, "aria-expanded": isOpen,
      "data-key": `${pair} ${key}` }, ...cells);
    button.addEventListener("click", open);
    return button;
  };
  /** @param {string} name @param {Line[]} list @param {number} level */
  const sum = (name, list, level) => h("div", { class: `lb-line lb-sum lb-level${level}` },
    h("span", { class: "lb-name" }, name), h("span"),
    h("span", { class: "bw-number" }, money(list.reduce((total, { cents }) => total + cents, 0))));

  const numbers = () => {
    const list = bill.linesOfItem();
    return [...list.map((line) => row(line, {
      level: 2, note: line.numbers.length === 1 ? bill.product(line.numbers[0]) : "" })),
    sum("sum of these numbers", list, 2)];
  };
  const words = () => {
    const list = bill.linesOfBlock();
    return [...list.flatMap((line, k) => {
      const isOpen = k === bill.item;
      return [row(line, { level: 1, key: `${bill.block} ${k}`, isOpen,
        open: () => onOpen({ item: isOpen ? -1 : k }) }), ...(isOpen ? numbers() : [])];
    }), sum(bill.block === "u" || bill.block === "v" ? "sum of these words" : "sum of these pairs", list, 1)];
  };
  return [...top.flatMap((line) => {
    if (line.name === "bias") return [row(line, { level: 0 })];
    const isOpen = line.name === bill.block;
    return [row(line, { level: 0, key: line.name, isOpen,
      open: () => onOpen({ block: isOpen ? "" : line.name, item: -1 }) }), ...(isOpen ? words() : [])];
  }), sum(`the logit of ${label}`, top, 0)];
}

/**
 * A bar from the middle, to the right for what is more than zero.
 *
 * @param {number} cents
 * @param {number} reach
 */
function bar(cents, reach) {
  const piece = h("i");
  const width = (50 * Math.abs(cents)) / reach;
  piece.style.width = `${width}%`;
  piece.style.left = `${cents < 0 ? 50 - width : 50}%`;
  return h("span", { class: "lb-track" }, piece);
}
