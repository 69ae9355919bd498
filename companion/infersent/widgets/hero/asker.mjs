// @ts-check
/* Who answers for a pair: the state itself, Python where a kernel is, or the page's own model once it is fetched. */

import { change } from "../toolkit/model.mjs";
import { format, percent } from "../toolkit/numbers.mjs";
import { addressOf, createEngine } from "../explainer/engine.mjs";

/** @import { Model } from "../toolkit/model.mjs" */
/** @import { Engine, Heard } from "../explainer/engine.mjs" */
/** @import { Drawn } from "./picture.mjs" */
/** @import { Traits } from "./hero.mjs" */

/** @typedef {ReturnType<typeof createAsker>} Asker */

const KERNEL_WAITS = 150; // milliseconds of rest before a kernel gets the texts
const DISK = "A page opened from disk cannot read the model. For sentences of your own, serve the book: “make serve”.";

/**
 * Take texts, ask for their answer, and tell when anything about it changes.
 *
 * @param {object} settings
 * @param {Model<Traits>} settings.model
 * @param {string} settings.address of the module of the page's own model
 * @param {typeof import("../page_model/model.mjs")} settings.module the same
 * @param {() => void} settings.onChange
 */
export function createAsker({ model, address, module, onChange }) {
  const kernel = typeof model.send === "function";
  const { file = "", bytes = 0 } = model.get("weights");
  const still = !kernel && (!file || location.protocol === "file:");
  /** @type {Engine | undefined} */
  let engine;
  let [ready, progress, problem] = [false, 0, ""];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;

  const pair = () => ({ premise: model.get("premise"), hypothesis: model.get("hypothesis") });
  const fits = () => {
    const [{ premise, hypothesis }, ledger] = [pair(), model.get("ledger")];
    return ledger.premise === premise && ledger.hypothesis === hypothesis;
  };
  /** Why the texts cannot be answered, or "". */
  const refusal = () => {
    const { premise, hypothesis } = pair();
    if (!premise.trim() || !hypothesis.trim()) return "A pair has two sentences: type both.";
    const [first, second] = [module.tooLong(premise), module.tooLong(hypothesis)];
    if (!first && !second) return "";
    return `The ${first ? "premise" : "hypothesis"} is too long: ${first || second}.`;
  };

  const ask = () => {
    if (kernel || still || fits() || refusal()) return;
    if (!engine) load();
    else if (ready) engine.send(pair());
  };
  const load = () => {
    if (engine || kernel || still) return;
    problem = "";
    engine = createEngine(address, module, { url: addressOf(file), bytes }, hear);
    onChange();
  };
  /** @param {Heard} answer */
  const hear = (answer) => {
    if (answer.progress) progress = answer.progress / bytes;
    if (answer.ready) ready = true;
    if (answer.error) {
      engine?.stop();
      [engine, ready, progress] = [undefined, false, 0];
      problem = `The model could not be loaded: ${answer.error}. Type again to try again.`;
    }
    const { ledger } = answer;
    const isTheirs = ledger?.premise === model.get("premise") && ledger.hypothesis === model.get("hypothesis");
    if (ledger && isTheirs) model.set("ledger", ledger);
    if (answer.ready) ask();
    onChange();
  };

  return {
    still, load,
    /**
     * Show a pair whose answer is known.
     *
     * @param {Drawn} drawn
     */
    take(drawn) {
      const { premise, hypothesis } = drawn;
      if (kernel) change(model, { premise, hypothesis });
      else for (const [name, value] of Object.entries({ ledger: drawn, premise, hypothesis }))
        model.set(/** @type {"premise"} */ (name), /** @type {string} */ (value));
      onChange();
    },
    /**
     * Take one text.
     *
     * @param {"premise" | "hypothesis"} name
     * @param {string} text
     */
    say(name, text) {
      model.set(name, text);
      clearTimeout(resting);
      if (kernel && !refusal()) resting = setTimeout(() => model.save_changes(), KERNEL_WAITS);
      ask();
      onChange();
    },
    /** Whether the answer that is shown is not yet that of the texts. */
    isBehind: () => !fits() && !refusal(),
    /**
     * Where the model is, or what is wrong.
     *
     * @param {string[]} unknown words
     */
    words(unknown) {
      if (refusal() || problem) return refusal() || problem;
      if (still) return DISK;
      if (engine && !ready) return `${percent(progress)} of the model is here.`;
      if (fits() && unknown.length) return `Unknown to the model: ${unknown.join(", ")}.`;
      if (ready || kernel) return "Type any pair. Nothing that you type leaves this page.";
      return `Or type a pair of your own: the model, ${format(bytes / 1e6, 1)} MB, then comes to this page.`;
    },
    stop() {
      clearTimeout(resting);
      engine?.stop();
    },
  };
}
