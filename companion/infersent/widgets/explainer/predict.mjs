// @ts-check
/* Predict first, then see: the reader commits an answer before the model's appears, or skips it. */

import { createButton, createChoices } from "../toolkit/controls.mjs";
import { capital } from "./account.mjs";
import { ownStore, recall, remember } from "./memory.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */

/** @type {Words} What stands in the answer's place. */
export const ASK = ["Your answer first.", "If the premise is true, what of the hypothesis?"];

/** What is kept of a reader's wish, in the browser’s own store. */
const WISH = "explainer-predict";

/**
 * What became of a prediction, or "" where there is none.
 *
 * @param {string | undefined} said
 * @param {string} answer
 */
export function outcome(said, answer) {
  if (said === undefined) return "";
  return said === answer ? `You said ${said}, and so does the model.` : `You said ${said}; the model says ${answer}.`;
}

/**
 * A switch, and the buttons to answer with. A new pair asks anew.
 *
 * @param {string[]} labels
 * @param {() => void} onChange
 */
export function createPrediction(labels, onChange) {
  let on = recall(ownStore, WISH) === true;
  /** @type {string | undefined} */
  let said;
  let [seen, pair] = [false, ""];
  const toggle = createButton("Predict first", () => {
    on = !on;
    remember(ownStore, WISH, on);
    [seen, said] = [false, undefined];
    onChange();
  });
  /** @param {string | undefined} label */
  const see = (label) => {
    [seen, said] = [true, label];
    onChange();
    toggle.focus(); // the button that was pressed is gone
  };
  const answers = createChoices({
    label: "Your answer", onChoose: see,
    choices: [...labels.map((name) => /** @type {[string, string | undefined]} */ ([capital(name), name])),
      ["Skip", undefined]],
  });
  return {
    toggle,
    node: answers.node,
    said: () => said,
    /**
     * Whether the answer has to wait for the reader's.
     *
     * @param {string} now the pair as one text
     * @param {boolean} askable whether there is something to answer
     */
    update(now, askable) {
      if (now !== pair) [pair, seen, said] = [now, false, undefined];
      const waits = on && askable && !seen;
      toggle.setAttribute("aria-pressed", String(on));
      for (const button of answers.buttons) button.removeAttribute("aria-pressed");
      answers.node.hidden = !waits;
      return waits;
    },
  };
}
