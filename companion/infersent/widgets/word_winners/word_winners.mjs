// @ts-check
/* Word winners: each number of a sentence vector is one word's. Choose a word, take it out, see which numbers move.
 *
 * The model's `readings` say which word won each number. Where a kernel is, Python adds to them when the sentence or
 * the edit changes. In the published page page_model/model.mjs does, in a worker. */

import { splitWords, tooLong } from "../page_model/words.mjs";
import { createButton, createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { countsOf, decode, describe, edited, placedBefore } from "./collage.mjs";
import { createReader, needed } from "./reader.mjs";
import { createCollage } from "./view.mjs";
// @ts-expect-error A module as a text: TypeScript sees only the module.
import MODEL from "../page_model/model.mjs" with { type: "text" };
import STYLE from "./style.css" with { type: "text" };

export { countsOf, decode, describe, placedBefore } from "./collage.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Model } from "../toolkit/model.mjs" */
/** @import { Traits } from "./reader.mjs" */

/** @type {["sentence", "word", "edit", "instead"]} */
const STATE = ["sentence", "word", "edit", "instead"];
const HINT = "Each small square is one number of the vector, in the colour of the word that has the largest value " +
  "there. Point at a word or a square; press a word to choose it. After an edit the numbers that moved are lit, and " +
  "a mark on a bar says how long it was. What a word gives, it gives after reading the words around it.";

export default {
  /** @param {Host<Traits>} host */
  async render({ model, el }) {
    const { sentence } = read(model, STATE);
    if (typeof sentence !== "string" || !(needed(read(model, STATE))[0] in model.get("readings")))
      throw new RangeError(`sentence must be one that was read, not ${sentence}`);
    const address = URL.createObjectURL(new Blob([MODEL], { type: "text/javascript" }));
    const module = await import(address);
    const reader = createReader({ model, address, module, onChange: () => view.update() });
    const view = createView(model, reader);
    const untie = mount({
      model, el, style: STYLE, node: view.node, traits: [...STATE, "readings"], update: view.update,
    });
    return () => {
      untie();
      reader.stop();
      URL.revokeObjectURL(address);
    };
  },
};

/**
 * The widget's node, and what brings it up to date.
 *
 * @param {Model<Traits>} model
 * @param {ReturnType<typeof createReader>} reader
 */
function createView(model, reader) {
  const start = read(model, STATE);
  const readings = () => model.get("readings");
  const isRead = (/** @type {Partial<Traits>} */ values) =>
    needed({ ...read(model, STATE), ...values }).every((text) => text in readings());

  const presets = createChoices({
    label: "Sentences to start from",
    choices: model.get("presets").map((preset) => [preset.name, preset]),
    onChoose: ({ sentence, word, instead }) => change(model, { sentence, word, instead, edit: "" }),
    onReset: () => change(model, start),
  });
  const field = createField("Your sentence", (text) => {
    const words = splitWords(text);
    if (words.length === 0 || tooLong(text)) return update();
    change(model, { sentence: text, word: Math.min(model.get("word"), words.length - 1), edit: "" });
  });
  const other = createField("another word", (text) => {
    if (splitWords(text).length === 1) change(model, { instead: text, edit: "swap" });
  });
  const out = createButton("Take it out", () => change(model, { edit: model.get("edit") === "out" ? "" : "out" }));
  const swap = createButton("Say instead:", () => change(model, { edit: model.get("edit") === "swap" ? "" : "swap" }));
  const status = h("p", { class: "wc-status", role: "status" });
  const result = createResult();
  const collage = createCollage({ onChoose: (word) => change(model, { word, edit: "" }) });
  const [list, picture] = collage.nodes;
  const node = h("div", { class: "wc" }, presets.node, field.node,
    h("div", { class: "wc-top" }, list, h("div", { class: "wc-side" }, picture,
      h("div", { class: "wc-edit", role: "group", "aria-label": "The chosen word" }, out, swap, other.node),
      result.node)),
    status, h("p", { class: "bw-hint" }, HINT));

  function update() {
    const now = read(model, STATE);
    const texts = needed(now);
    reader.read(texts);
    presets.update(({ sentence }) => sentence === now.sentence);
    field.update(now.sentence, reader.still);
    other.update(now.instead, reader.still);
    const isShort = splitWords(now.sentence).length < 2;
    out.disabled = isShort || (reader.still && !isRead({ edit: "out" }));
    swap.disabled = reader.still && !isRead({ edit: "swap" });
    out.setAttribute("aria-pressed", String(now.edit === "out"));
    swap.setAttribute("aria-pressed", String(now.edit === "swap"));
    status.textContent = tooLong(field.input.value) || reader.status();
    const [was, is] = texts.map((text) => readings()[text]);
    node.classList.toggle("wc-waiting", !was || !is);
    if (!was || !is) return; // what was read before stays until the answer is there
    const names = was.words.map((word, k) =>
      (k === now.word ? edited([word], 0, now.edit, splitWords(now.instead)).join(" ") : word));
    const [before, after] = [decode(was.winners), placedBefore(decode(is.winners), now.word, now.edit)];
    const words = describe(was.words, before, after, now.word, now.edit, now.instead);
    const shares = countsOf(after, names.length).map((count, k) => names[k] && `${names[k]} ${count}`);
    collage.update({ words: was.words, names, before, after, chosen: now.word, isEdited: now.edit !== "" },
      `The numbers of the vector by word: ${shares.filter(Boolean).join(", ")}`);
    result.update(words);
  }
  return { node, update };
}

/**
 * A text to type.
 *
 * @param {string} name
 * @param {(text: string) => void} onInput
 */
function createField(name, onInput) {
  const input = h("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": name });
  input.addEventListener("input", () => onInput(input.value));
  return {
    node: h("div", { class: "wc-field" }, input),
    input,
    /** @param {string} text @param {boolean} still */
    update(text, still) {
      if (input.value !== text && document.activeElement !== input) input.value = text;
      input.readOnly = still;
    },
  };
}
