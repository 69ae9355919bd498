// @ts-check
/* The sentence map: sentences on a plane, as one encoder or another places them, and the true neighbours of each.
 *
 * The model has encoder, sentence and phenomena (what is chosen) and maps (what Python computed in advance). Nothing is
 * computed here but what lies under the pointer or in an arrow's direction. */

import { createChecks, createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { createCounts, createFinder, createNeighbours } from "./lists.mjs";
import { has } from "./places.mjs";
import { createMark, createPlane } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { has, nearestTo, relation, towards } from "./places.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Maps } from "./view.mjs" */

/** @typedef {{ encoder: string, sentence: string, phenomena: string[], maps: Maps }} Traits */

/** @type {["encoder", "sentence", "phenomena"]} */
const STATE = ["encoder", "sentence", "phenomena"];

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const maps = model.get("maps");
    const { sentences, phenomena, encoders } = maps;
    const start = read(model, STATE);
    check(maps, start);
    let query = "";
    /** @type {number | null} */
    let looked = null; // under the pointer, or where the arrow keys went; else the chosen one
    const places = new Map(sentences.map(([text], i) => [text, i]));

    /** @param {number} index */
    const choose = (index) => {
      looked = null;
      change(model, { sentence: sentences[index][0] });
      update();
    };
    const choices = createChoices({
      label: "The vectors of the sentences",
      choices: encoders.map(({ key, title }) => [title, key]),
      onChoose: (encoder) => change(model, { encoder }),
      onReset: () => {
        [query, looked] = ["", null];
        finder.clear();
        change(model, start);
        update();
      },
    });
    const result = createResult();
    const counts = createCounts();
    const plane = createPlane(maps, (index) => {
      if (index === looked) return;
      looked = index;
      update();
    }, choose);
    const legend = createChecks({
      label: "Full: a premise; open: its three hypotheses",
      choices: phenomena.map((phenomenon) => [
        h("span", { class: "sm-key" }, createMark(phenomenon).node, phenomenon[1]), phenomenon[0]]),
      onChange: (names) => change(model, { phenomena: names }),
    });
    const finder = createFinder(maps, (text) => {
      query = text;
      update();
    }, choose);
    const neighbours = createNeighbours(maps, choose);
    const hint = h("p", { class: "bw-hint" });
    const node = h("div", { class: "sm" },
      h("p", { class: "sm-about sm-switch" }, "Vectors from an encoder, by the blocks it was trained with"),
      choices.node, counts.node, result.node,
      h("div", { class: "sm-main" }, plane.node, neighbours.node, legend.node, finder.node), hint);

    function update() {
      const now = read(model, STATE);
      const encoder = encoders.find(({ key }) => key === now.encoder) ?? encoders[0];
      const chosen = places.get(now.sentence) ?? 0;
      const isShown = (/** @type {number} */ i) =>
        now.phenomena.includes(sentences[i][1]) && has(sentences[i][0], query);
      choices.update((key) => key === now.encoder);
      counts.update(encoder);
      result.update(encoder.words);
      legend.update(now.phenomena);
      finder.update(chosen, isShown);
      plane.update(encoder, looked ?? chosen, chosen, isShown);
      neighbours.update(encoder, looked ?? chosen);
      hint.textContent = `${encoder.plane} Every map has its own scale, and is turned to lie as the shipped model's ` +
        "does. Point at a mark or go there with the arrow keys; a click or Enter keeps it.";
    }
    const untie = mount({ model, el, style: STYLE, node, traits: STATE, update });
    return () => {
      untie();
      plane.stop();
    };
  },
};

/** @param {Maps} maps @param {Pick<Traits, typeof STATE[number]>} start */
function check({ sentences, phenomena, encoders }, start) {
  if (!encoders.some(({ key }) => key === start.encoder)) throw new RangeError(`encoder cannot be ${start.encoder}`);
  if (!sentences.some(([text]) => text === start.sentence))
    throw new RangeError(`sentence cannot be ${start.sentence}`);
  const names = phenomena.map(([name]) => name);
  if (!Array.isArray(start.phenomena) || !start.phenomena.every((name) => names.includes(name)))
    throw new RangeError(`phenomena cannot be ${start.phenomena}`);
}
