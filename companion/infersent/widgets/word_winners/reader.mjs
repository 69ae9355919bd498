// @ts-check
/* Who reads a sentence that was not read beforehand: the kernel, or the page's own model, loaded when it is needed. */

import { createEngine } from "../explainer/engine.mjs";
import { splitWords } from "../page_model/words.mjs";
import { percent } from "../toolkit/numbers.mjs";
import { edited, encode } from "./collage.mjs";

/** @import { Engine, Heard } from "../explainer/engine.mjs" */
/** @import { Model } from "../toolkit/model.mjs" */
/** @import { Edit, Reading } from "./collage.mjs" */

/**
 * The state of the widget; see infersent.widgets.WordWinners.
 *
 * @typedef {object} Traits
 * @property {string} sentence
 * @property {number} word
 * @property {Edit} edit
 * @property {string} instead
 * @property {Record<string, Reading>} readings
 * @property {{ name: string, sentence: string, word: number, instead: string }[]} presets
 * @property {{ file?: string, bytes?: number }} weights
 */

export const STILL = "These sentences were read beforehand. Words of your own need the model, which a page opened " +
  "from disk cannot read: run “make serve” in the book’s folder.";
const ASK = "Type: the model is loaded when you do";

/**
 * The texts that a state needs read, the sentence and what the edit makes of it, as the readings name them.
 *
 * @param {Pick<Traits, "sentence" | "word" | "edit" | "instead">} state
 */
export function needed({ sentence, word, edit, instead }) {
  const words = splitWords(sentence);
  return [words, edited(words, word, edit, splitWords(instead))].map((tokens) => tokens.join(" "));
}

/**
 * Reads what is missing, and tells when anything about it changes.
 *
 * @param {object} settings
 * @param {Model<Traits>} settings.model
 * @param {string} settings.address of the module of the page's own model
 * @param {typeof import("../page_model/model.mjs")} settings.module the same
 * @param {() => void} settings.onChange
 */
export function createReader({ model, address, module, onChange }) {
  const kernel = typeof model.send === "function";
  const { file = "", bytes = 0 } = model.get("weights");
  const still = !kernel && (!file || location.protocol === "file:");
  /** @type {Engine | undefined} */
  let engine;
  let [ready, progress, problem] = [false, 0, ""];
  /** @type {string[]} */
  let wanted = [];

  /** @param {Heard} answer */
  const hear = (answer) => {
    if (answer.progress) progress = answer.progress / bytes;
    if (answer.error) {
      engine?.stop();
      problem = `The model could not be loaded: ${answer.error}.`;
      [engine, ready] = [undefined, false];
    }
    if (answer.ready) {
      ready = true;
      post();
    }
    const account = answer.ledger;
    if (account) {
      const { premise, hypothesis, premise_words: words, hypothesis_words: others } = account;
      model.set("readings", { ...model.get("readings"),
        [premise]: { words, winners: encode(account.premise_winners ?? []) },
        [hypothesis]: { words: others, winners: encode(account.hypothesis_winners ?? []) } });
    }
    onChange();
  };
  const post = () => engine?.send({ premise: wanted[0], hypothesis: wanted[1] });

  return {
    kernel, still,
    /**
     * Read these texts if they were not.
     *
     * @param {string[]} texts
     */
    read(texts) {
      if (kernel || still || texts.every((text) => text in model.get("readings"))) return;
      if (texts.join("\n") === wanted.join("\n") && engine) return; // it is being read
      wanted = texts;
      problem = "";
      if (ready) post();
      else engine ??= createEngine(address, module, { url: besides(file), bytes }, hear);
    },
    /** How far the model is, in words. */
    status() {
      if (kernel) return "";
      if (still) return STILL;
      if (problem) return problem;
      if (ready) return "The model is here. Nothing that you type leaves this page.";
      return engine ? `${percent(progress)} of the model is here.` : `${ASK} (${(bytes / 1e6).toFixed(1)} MB).`;
    },
    stop: () => engine?.stop(),
  };
}

/**
 * The address of a file beside the widgets' scripts in the built book.
 *
 * @param {string} file
 */
function besides(file) {
  const script = document.querySelector('script[src*="widgets/word_winners.js"]');
  return new URL(file, script instanceof HTMLScriptElement ? script.src : document.baseURI).href;
}
