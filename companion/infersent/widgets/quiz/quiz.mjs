// @ts-check
/* The quiz: a few questions with their choices; each choice says, once tried, whether it is right and why.
 *
 * The model has chapter, the quiz's name; questions, each with ask and choices; and tried, for each question the places
 * of the choices tried so far. */

import { colour } from "../toolkit/blocks.mjs";
import { createButton, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { keep, recall } from "./memory.mjs";
import { describe, fits, isSolved, withChoice } from "./progress.mjs";
import STYLE from "./style.css" with { type: "text" };

export { describe, fits, isSolved, score, withChoice } from "./progress.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Choice, Question } from "./progress.mjs" */

/** @typedef {{ chapter: string, questions: Question[], tried: number[][] }} Traits */

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const chapter = model.get("chapter");
    const questions = model.get("questions");
    // With a kernel, the notebook says what was tried.
    const kept = model.send ? null : recall(chapter);
    if (kept && fits(kept, questions)) model.set("tried", kept);

    const result = createResult();
    const asked = questions.map((question, i) =>
      createQuestion(question, i, (choice) => change(model, { tried: withChoice(model.get("tried"), i, choice) })));
    const reset = createButton("Reset", () => change(model, { tried: questions.map(() => []) }), "bw-reset");
    return mount({
      model, el, style: STYLE, traits: ["tried"],
      node: h("div", { class: "qz" }, ...asked.map(({ node }) => node),
        h("div", { class: "qz-end" }, result.node, reset)),
      update() {
        const tried = model.get("tried");
        asked.forEach((each, i) => each.update(tried[i]));
        result.update(describe(questions, tried));
        if (!model.send) keep(chapter, tried);
      },
    });
  },
};

/**
 * One question: its choices are buttons, and under each that was tried stands the reason.
 *
 * @param {Question} question
 * @param {number} number
 * @param {(choice: number) => void} onTry
 */
function createQuestion(question, number, onTry) {
  const ask = h("p", { class: "qz-ask" },
    h("span", { class: "qz-number" }, `${number + 1}`), h("span", {}, ...marked(question.ask)));
  const choices = question.choices.map((choice, place) => createChoice(choice, () => onTry(place)));
  return {
    node: h("div",
      { class: "qz-question", role: "group", "aria-label": `Question ${number + 1}: ${plain(question.ask)}` },
      ask, ...choices.map(({ node }) => node)),
    /** @param {number[]} tried */
    update(tried) {
      const solved = isSolved(question, tried);
      choices.forEach((choice, place) => choice.update(tried.includes(place), solved));
    },
  };
}

/**
 * @param {Choice} choice
 * @param {() => void} onTry
 */
function createChoice(choice, onTry) {
  const button = createButton("", onTry, "qz-choice");
  const sign = h("span", { class: "qz-sign", "aria-hidden": "true" });
  button.replaceChildren(sign, h("span", {}, ...marked(choice.text)));
  // A place that is there before its words: so a screen reader reads them out when they come.
  const why = h("div", { class: "qz-why", role: "status" });
  return {
    node: h("div", {}, button, why),
    /** @param {boolean} tried @param {boolean} solved */
    update(tried, solved) {
      button.setAttribute("aria-pressed", String(tried));
      button.classList.toggle("qz-right", tried && Boolean(choice.right));
      button.classList.toggle("qz-wrong", tried && !choice.right);
      button.classList.toggle("qz-over", solved && !tried);
      sign.textContent = tried ? (choice.right ? "✓" : "✗") : "";
      if (tried === why.hasChildNodes()) return;
      const verdict = h("strong", {}, choice.right ? "Right." : "Not so.");
      why.replaceChildren(...(tried ? [verdict, " ", ...marked(choice.why)] : []));
    },
  };
}

/**
 * A text with its symbols, which stand between backticks, and its stressed words, between asterisks.
 *
 * @param {string} text
 */
const marked = (text) =>
  text.split("`").flatMap((piece, i) =>
    (i % 2 ? [h("span", { class: `bw-symbol qz-symbol ${colour(ascii(piece))}` }, piece)]
      : piece.split("*").map((words, j) => (j % 2 ? h("em", {}, words) : words))));

/** @param {string} text */
const plain = (text) => text.replace(/[`*]/g, "");

/** @param {string} symbol */
const ascii = (symbol) => symbol.replace("∗", "*").replace("−", "-");
