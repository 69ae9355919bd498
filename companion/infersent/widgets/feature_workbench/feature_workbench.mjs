// @ts-check
/* The feature workbench: type a formula of u and v, and see what a linear head can do with it.
 *
 * The model has the formula, the point (u, v) and `signed`: whether the square goes from −1 to 1 or from 0 to 1. All
 * is computed here: the formula is read by a parser of its own and never run as code. */

import { FEATURES } from "../toolkit/blocks.mjs";
import { createButton, createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h, symbol } from "../toolkit/nodes.mjs";
import { clamp } from "../toolkit/numbers.mjs";
import { fitCaptions, gain, readCaptions } from "./captions.mjs";
import { factsOf } from "./facts.mjs";
import { FormulaError, parse } from "./formula.mjs";
import { codeOf, compile, compileSlopes } from "./operations.mjs";
import { createFacts, createPairs, createTargets } from "./panels.mjs";
import { createSurface } from "./surface.mjs";
import { SIX, STANDARD, hits } from "./targets.mjs";
import { describe, linesOfPython, shown } from "./words.mjs";
import CAPTIONS from "./captions.txt" with { type: "text" };
import STYLE from "./style.css" with { type: "text" };

export { fitCaptions, gain, readCaptions } from "./captions.mjs";
export { factsOf } from "./facts.mjs";
export { parse } from "./formula.mjs";
export { codeOf, compile, compileSlopes } from "./operations.mjs";
export { hits } from "./targets.mjs";
export { linesOfPython } from "./words.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Model } from "../toolkit/model.mjs" */
/** @import { CaptionFit, Splits } from "./captions.mjs" */

/** @typedef {{ formula: string, u: number, v: number, signed: boolean }} Traits */

/** @type {["formula", "u", "v", "signed"]} */
const TRAITS = ["formula", "u", "v", "signed"];
const PRESETS = ["u*v", "|u-v|", "max(v-u,0)", "max(u,v)", "(u*v)^2", "|u|-|v|", "u^2-v^2", "u*v*(u-v)", "u/v"];
const HELP = "Write with u, v, numbers, + − * / ^, brackets, |…| for the size, and abs, max, min, sqrt, exp, log, " +
  "tanh, relu, sign, square. Drag the point, or focus it and press the arrow keys.";
const TYPING = 250; // milliseconds of rest before a formula that reads well is tried

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const start = read(model, TRAITS);
    check(start);
    const view = createView(model, start);
    const follow = () => {
      const linked = new URLSearchParams(location.hash.slice(1)).get("formula");
      if (linked !== null) view.type(linked);
    };
    const untie = mount({ model, el, style: STYLE, node: view.node, traits: TRAITS, update: view.update });
    if (model.send) return untie; // in a notebook the address is not the widget's
    addEventListener("hashchange", follow);
    follow();
    return () => {
      removeEventListener("hashchange", follow);
      untie();
    };
  },
};

/**
 * The widget's node, and what brings it up to date.
 *
 * @param {Model<Traits>} model
 * @param {Traits} start
 */
function createView(model, start) {
  const low = () => (model.get("signed") ? -1 : 0);
  /** @returns {[number, number]} */
  const at = () => [clamp(model.get("u"), low(), 1), clamp(model.get("v"), low(), 1)];
  const round = (/** @type {number} */ x) => Math.round(100 * clamp(x, low(), 1)) / 100;
  const error = h("p", { class: "fw-error", role: "status" });
  const input = h("input", { type: "text", class: "fw-input", autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", "aria-label": "Formula of u and v" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @param {string} text @param {number} wait */
  const take = (text, wait) => {
    clearTimeout(timer);
    const problem = problemOf(text);
    node.classList.toggle("fw-waiting", Boolean(problem));
    error.textContent = problem && `${problem} Below: ${shown(model.get("formula"))}.`;
    input.setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) return;
    if (wait) timer = setTimeout(() => change(model, { formula: text }), wait);
    else change(model, { formula: text });
  };
  /** @param {string} text */
  const type = (text) => {
    input.value = text;
    take(text, 0);
  };
  input.addEventListener("input", () => take(input.value, TYPING));
  input.addEventListener("change", () => take(input.value, 0));

  const presets = createChoices({
    label: "Formulas to start from",
    choices: PRESETS.map((text) => /** @type {[string, string]} */ ([shown(text), text])),
    onChoose: type,
    onReset: () => {
      change(model, start);
      type(start.formula);
    },
  });
  const ranges = createChoices({
    label: "The square",
    choices: [["from −1 to 1", true], ["from 0 to 1", false]],
    onChoose: (signed) => change(model, { signed }),
  });
  const result = createResult();
  const surface = createSurface({ at, low, move: (u, v) => change(model, { u: round(u), v: round(v) }) });
  const [facts, targets, pairs] = [createFacts(), createTargets(), createPairs()];
  const code = createCode(model);
  const node = h("div", { class: "fw" },
    h("label", { class: "fw-field" }, h("span", {}, symbol("f"), "(", symbol("u"), ", ", symbol("v"), ") ="), input),
    error, presets.node, result.node,
    h("div", { class: "fw-top" }, h("div", {}, ranges.node, surface.node), facts.node),
    targets.node, pairs.node, code.node, h("p", { class: "bw-hint" }, HELP));
  /** @type {{ text: string, signed: boolean } | undefined} */
  let drawn;
  /** @type {ReturnType<typeof compileSlopes>} */
  let sloped = () => [0, 0, 0];

  function update() {
    const { formula: text, signed } = read(model, TRAITS);
    if (drawn?.text !== text || drawn.signed !== signed) {
      const formula = parse(text);
      const height = compile(formula.tree);
      sloped = compileSlopes(formula.tree);
      const found = factsOf(formula, low());
      const { own, others, gains } = ask(text, height);
      if (drawn?.text !== text && document.activeElement !== input) input.value = text;
      drawn = { text, signed };
      presets.update((preset) => preset === formula.text);
      ranges.update((value) => value === signed);
      surface.draw(height, text);
      facts.update(found);
      targets.update(SIX.map(([, target]) => hits(target, height)));
      pairs.update(own, others, gains);
      result.update(describe(formula.text, found, own, others[0], gains[0]));
      code.update(linesOfPython(formula.text, codeOf(formula.tree), (signed ? found : factsOf(formula, -1)).swap));
      take(input.value, 0);
    }
    surface.point(sloped(...at()), shown(text));
  }
  return { node, update, type };
}

/** @type {{ splits: Splits, standard: CaptionFit[] } | undefined} */
let trial;
/** @type {{ text: string, own: CaptionFit } | undefined} */
let lastFit;

/**
 * The formula's head on the caption pairs, those of the standard sets, and the differences.
 *
 * @param {string} text
 * @param {(u: number, v: number) => number} height
 */
function ask(text, height) {
  if (!trial) {
    const splits = readCaptions(CAPTIONS);
    const fitSet = (/** @type {Block[]} */ blocks) => fitCaptions(splits, blocks.map((block) => FEATURES[block]));
    trial = { splits, standard: STANDARD.map(fitSet) };
  }
  const { splits, standard } = trial;
  if (lastFit?.text !== text) lastFit = { text, own: fitCaptions(splits, [FEATURES.u, FEATURES.v, height]) };
  const { own } = lastFit;
  return { own, others: standard, gains: standard.map((other) => gain(splits, own, other)) };
}

/**
 * The lines of Python to take away, and a link.
 *
 * @param {Model<Traits>} model
 */
function createCode(model) {
  const code = h("code");
  /** @param {string} name @param {() => string} what */
  const createCopier = (name, what) => {
    const button = createButton(name, async () => {
      const done = await navigator.clipboard?.writeText(what()).then(() => true, () => false);
      button.textContent = done ? "Copied" : "Select and copy it by hand";
    });
    return button;
  };
  const copy = createCopier("Copy the code", () => code.textContent ?? "");
  const link = createCopier("Link to this formula", () => {
    history.replaceState(null, "", `#${new URLSearchParams({ formula: model.get("formula") })}`);
    return location.href;
  });
  return {
    node: h("section", { class: "fw-panel" }, h("p", { class: "fw-title" }, "Take it along"),
      h("pre", { class: "fw-code", tabindex: 0, role: "group", "aria-label": "Lines of Python" }, code),
      h("div", { class: "bw-choices" }, copy, ...(model.send ? [] : [link]))),
    /** @param {string} lines */
    update(lines) {
      code.textContent = lines;
      copy.textContent = "Copy the code";
      link.textContent = "Link to this formula";
    },
  };
}

/**
 * What is wrong with a text, or nothing.
 *
 * @param {string} text
 */
function problemOf(text) {
  try {
    parse(text);
    return "";
  } catch (problem) {
    if (problem instanceof FormulaError) return problem.message;
    throw problem;
  }
}

/** @param {Traits} traits */
function check({ formula, u, v, signed }) {
  const problem = typeof formula === "string" ? problemOf(formula) : "It is no text.";
  if (problem) throw new RangeError(`formula cannot be ${formula}: ${problem}`);
  for (const [name, value] of /** @type {[string, number][]} */ ([["u", u], ["v", v]]))
    if (typeof value !== "number" || !(Math.abs(value) <= 1))
      throw new RangeError(`${name} must be a number in [−1, 1], not ${value}`);
  if (typeof signed !== "boolean") throw new RangeError(`signed must be true or false, not ${signed}`);
}
