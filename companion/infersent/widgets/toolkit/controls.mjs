// @ts-check
/* Controls: each has a node, and an update(...) that shows the model's value. */

import { h } from "./nodes.mjs";
import { format } from "./numbers.mjs";

/**
 * A range input with its value beside its label.
 *
 * @param {object} settings
 * @param {(Node | string)[]} settings.label
 * @param {number} settings.min
 * @param {number} settings.max
 * @param {number} settings.step
 * @param {(value: number) => void} settings.onInput
 * @param {(value: number) => string} [settings.show]
 */
export function createSlider({ label, min, max, step, onInput, show = format }) {
  const input = h("input", { type: "range", min, max, step });
  const number = h("span", { class: "bw-number" });
  input.addEventListener("input", () => onInput(input.valueAsNumber));
  return {
    node: h("div", { class: "bw-slider" }, h("label", {}, h("span", { class: "bw-label" }, ...label), input), number),
    input,
    /** @param {number} value */
    update(value) {
      input.value = String(value);
      input.setAttribute("aria-valuetext", show(value));
      input.style.setProperty("--bw-fill", `${(100 * (value - min)) / (max - min)}%`);
      number.textContent = show(value);
    },
  };
}

/**
 * A row of buttons, those pressed that fit the state.
 *
 * @template Value
 * @param {object} settings
 * @param {string} settings.label
 * @param {[name: string, value: Value][]} settings.choices
 * @param {(value: Value) => void} settings.onChoose
 * @param {() => void} [settings.onReset]
 */
export function createChoices({ label, choices, onChoose, onReset }) {
  const buttons = choices.map(([name, value]) => ({ button: createButton(name, () => onChoose(value)), value }));
  const reset = onReset ? [createButton("Reset", onReset, "bw-reset")] : [];
  return {
    node: h("div", { class: "bw-choices", role: "group", "aria-label": label },
      ...buttons.map(({ button }) => button), ...reset),
    buttons: buttons.map(({ button }) => button),
    /**
     * Press the buttons whose value passes the test.
     *
     * @param {(value: Value) => boolean} isChosen
     */
    update(isChosen) {
      for (const { button, value } of buttons) button.setAttribute("aria-pressed", String(isChosen(value)));
    },
  };
}

/**
 * One button that does something and stays unpressed.
 *
 * @param {string} name
 * @param {() => void} onClick
 */
export function createButton(name, onClick, className = "") {
  const button = h("button", className ? { type: "button", class: className } : { type: "button" }, name);
  button.addEventListener("click", onClick);
  return button;
}

/**
 * Checkboxes.
 *
 * @template {string} Value
 * @param {object} settings
 * @param {string} settings.label
 * @param {[name: Node | string, value: Value, className?: string][]} settings.choices
 * @param {(values: Value[]) => void} settings.onChange gets the ticked values
 */
export function createChecks({ label, choices, onChange }) {
  const boxes = choices.map(([name, value, className = ""]) => {
    const input = h("input", { type: "checkbox" });
    return { input, value, node: h("label", { class: `bw-check ${className}` }, input, h("span", {}, name)) };
  });
  const ticked = () => boxes.filter(({ input }) => input.checked).map(({ value }) => value);
  for (const { input } of boxes) input.addEventListener("change", () => onChange(ticked()));
  return {
    node: h("fieldset", { class: "bw-checks" }, h("legend", {}, label), ...boxes.map(({ node }) => node)),
    /** @param {readonly Value[]} values */
    update(values) {
      for (const { input, value } of boxes) input.checked = values.includes(value);
    },
  };
}

const ANNOUNCE_AFTER = 400; // milliseconds of rest: a slider on the move would talk without end

/** The result in words: seen at once, and read out by a screen reader when the reader's hand rests. */
export function createResult() {
  const headline = h("strong");
  const sentence = h("span");
  const live = h("span", { class: "bw-unseen", "aria-live": "polite", "aria-atomic": "true" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return {
    // A screen reader has the same words in the live region, and should not meet them twice.
    node: h("div", { class: "bw-result" }, h("p", { "aria-hidden": "true" }, headline, " ", sentence), live),
    /** @param {Words} words */
    update([head, text]) {
      if (headline.textContent === head && sentence.textContent === text) return;
      const wait = headline.textContent === "" ? 0 : ANNOUNCE_AFTER;
      [headline.textContent, sentence.textContent] = [head, text];
      clearTimeout(timer);
      timer = setTimeout(() => { live.textContent = `${head} ${text}`; }, wait);
    },
  };
}

/** @typedef {[headline: string, sentence: string]} Words what a widget says about its state */
