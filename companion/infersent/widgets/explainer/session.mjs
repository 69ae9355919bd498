// @ts-check
/* The explainer's session: the texts change at once, the ledger when its answer is there.
 *
 * Where a kernel is, Python answers. In the published page the model's file does, once it is loaded. */

import { keys } from "../toolkit/model.mjs";
import { addressOf, createEngine } from "./engine.mjs";
import { forget, recall, remember } from "./memory.mjs";

/** @import { Model } from "../toolkit/model.mjs" */
/** @import { Account } from "./account.mjs" */
/** @import { Engine, Heard } from "./engine.mjs" */
/** @import { Pair } from "../page_model/model.mjs" */

/**
 * The state of the widget; see infersent.widgets.Explainer.
 *
 * @typedef {object} Traits
 * @property {string} premise
 * @property {string} hypothesis
 * @property {string[]} blocks those that count
 * @property {Account} ledger
 * @property {{ file?: string, bytes?: number }} weights the file from which a page computes; empty if it cannot
 */

/** @typedef {"premise" | "hypothesis"} TextName */
/** @typedef {ReturnType<typeof createSession>} Session */

/** @type {TextName[]} */
export const TEXTS = ["premise", "hypothesis"];

const KEPT = "explainer-pair"; // under which the tab's store has what was typed
const PATIENCE = 300; // milliseconds without an answer before the old one is called old
const REST = 120; // milliseconds of rest before a kernel gets the texts
export const FROM_DISK = "A browser does not let a page opened from disk read the model. Run “make serve” in the " +
  "book’s folder and open the address that it prints. What you see here was computed beforehand.";
export const NO_MODEL = "This example was computed beforehand. Run the notebook to type sentences of your own.";

/**
 * Why nothing can be typed here, or "".
 *
 * @param {boolean} kernel
 * @param {string | undefined} file
 * @param {string} protocol of the page
 */
export function whyStill(kernel, file, protocol) {
  if (kernel) return "";
  if (!file) return NO_MODEL;
  return protocol === "file:" ? FROM_DISK : "";
}

/** The store of the tab, which a browser may refuse. */
const sessionStore = () => globalThis.sessionStorage;

/**
 * Ask for the ledger of the texts, and tell when anything about the answer changes.
 *
 * @param {object} settings
 * @param {Model<Traits>} settings.model
 * @param {string} settings.address of the module of the page's own model
 * @param {typeof import("../page_model/model.mjs")} settings.module the same
 * @param {() => void} settings.onChange
 */
export function createSession({ model, address, module, onChange }) {
  const kernel = typeof model.send === "function";
  const { file = "", bytes = 0 } = model.get("weights");
  const still = whyStill(kernel, file, location.protocol);
  /** @type {Engine | undefined} */
  let engine;
  let [ready, progress, late, problem] = [kernel, 0, false, ""];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let patience;

  /** Whether the ledger is that of the texts. */
  const fits = () => TEXTS.every((name) => model.get("ledger")[name] === model.get(name));

  /** The text that is too long to be read, if one is, and why. */
  const excess = () =>
    TEXTS.map((name) => ({ name, words: module.tooLong(model.get(name)) })).find(({ words }) => words);

  const ask = () => {
    clearTimeout(patience);
    late = false;
    if (fits() || excess() || still) return;
    patience = setTimeout(() => {
      if (fits()) return; // a kernel has answered
      late = true;
      onChange();
    }, PATIENCE);
    if (kernel) return;
    if (!engine) load();
    else if (ready) engine.send({ premise: model.get("premise"), hypothesis: model.get("hypothesis") });
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
      problem = `The model could not be loaded: ${answer.error}. Check the connection and try again.`;
      [engine, ready, progress] = [undefined, false, 0];
    }
    if (answer.ready) ask();
    if (!answer.ledger) onChange();
    else if (!fits()) model.set("ledger", answer.ledger); // which is drawn as any change is; not after a reset
    if (fits()) clearTimeout(patience);
  };

  return {
    kernel, still, bytes, load, excess,
    /**
     * Take new texts.
     *
     * @param {Partial<Pair>} texts
     */
    say(texts) {
      for (const name of keys(texts)) model.set(name, texts[name] ?? "");
      clearTimeout(resting); // a kernel gets what the reader comes to rest on, and nothing that it would refuse
      if (kernel && !excess()) resting = setTimeout(() => model.save_changes(), REST);
      ask();
      if (!kernel && !still) remember(sessionStore, KEPT, TEXTS.map((name) => model.get(name)));
    },
    /** Take the texts that were typed here before the reader left the page; the model waits to be asked for. */
    recall() {
      const texts = recall(sessionStore, KEPT);
      if (!Array.isArray(texts) || texts.length !== 2 || texts.some((text) => typeof text !== "string")) return;
      TEXTS.forEach((name, i) => model.set(name, texts[i]));
      if (ready) ask();
      onChange();
    },
    forget: () => forget(sessionStore, KEPT),
    /** How far the model and its answer are. */
    status: () => ({
      ready, progress, problem, still,
      loading: engine !== undefined && !ready,
      tooLong: excess(),
      stale: !fits() && (late || !ready), // most answers come before an eye could ask for them
    }),
    stop() {
      [resting, patience].forEach(clearTimeout);
      engine?.stop();
    },
  };
}
