// @ts-check
/* What stands beside the plane: how often which hypothesis is nearest, the fields that find a sentence, and the
 * neighbours of one. */

import { h } from "../toolkit/nodes.mjs";
import { format } from "../toolkit/numbers.mjs";
import { has, relation } from "./places.mjs";
import { createMark } from "./view.mjs";

/** @import { Sentence } from "./places.mjs" */
/** @import { Encoder, Maps } from "./view.mjs" */

/** @type {Readonly<Record<string, string>>} */
const ROLES = { premise: "a premise", entailment: "entailed by its premise", neutral: "neutral to its premise",
  contradiction: "contradicts its premise" };

/** How often the nearest sentence of a premise is its entailed, its neutral and its contradicting one, in bars. */
export function createCounts() {
  const parts = ["entailed", "neutral", "contradiction"].map((name) => {
    const [number, bar] = [h("span", { class: "bw-number" }), h("span", { class: "sm-bar" })];
    return { number, bar, node: h("div", {}, h("span", {}, name), bar, number) };
  });
  return {
    // The result says the same in words.
    node: h("div", { class: "sm-counts", "aria-hidden": "true" },
      h("p", { class: "sm-about" }, "Nearest to a premise is its hypothesis that is"),
      ...parts.map(({ node }) => node)),
    /** @param {Encoder} encoder */
    update({ counts }) {
      const all = counts.reduce((sum, count) => sum + count, 0);
      parts.forEach(({ number, bar }, i) => {
        number.textContent = String(counts[i]);
        bar.style.setProperty("--share", `${(100 * counts[i]) / all}%`);
      });
    },
  };
}

/**
 * A word to look for, and the sentences that have it, as a list to choose from.
 *
 * @param {Maps} maps
 * @param {(query: string) => void} onSearch
 * @param {(index: number) => void} onChoose
 */
export function createFinder({ sentences, phenomena }, onSearch, onChoose) {
  const input = h("input",
    { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "dog, not, two …" });
  const select = h("select");
  const count = h("p", { class: "sm-about", role: "status" });
  input.addEventListener("input", () => onSearch(input.value.trim()));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !input.value.trim()) return;
    const first = sentences.findIndex(([text]) => has(text, input.value.trim()));
    if (first >= 0) onChoose(first);
  });
  select.addEventListener("change", () => onChoose(Number(select.value)));
  let listed = "";
  return {
    node: h("div", { class: "sm-finder" }, h("label", {}, h("span", { class: "sm-about" }, "Find a word"), input),
      h("label", {}, h("span", { class: "sm-about" }, "Sentence"), select), count),
    clear() { input.value = ""; },
    /** @param {number} chosen @param {(i: number) => boolean} isShown */
    update(chosen, isShown) {
      const shown = sentences.map((_, i) => i).filter(isShown);
      const inList = shown.includes(chosen) ? shown : [...shown, chosen].sort((a, b) => a - b);
      if (listed !== inList.join()) {
        select.replaceChildren(...phenomena.flatMap(([name, title]) => {
          const own = inList.filter((i) => sentences[i][1] === name);
          if (own.length === 0) return [];
          return [h("optgroup", { label: title }, ...own.map((i) => h("option", { value: i }, sentences[i][0])))];
        }));
        listed = inList.join();
      }
      select.value = String(chosen);
      const all = sentences.length;
      count.textContent = shown.length === all ? `${all} sentences` : `${shown.length} of ${all} sentences`;
    },
  };
}

/**
 * The sentence that is looked at, and its neighbours, each a button that goes there.
 *
 * @param {Maps} maps
 * @param {(index: number) => void} onChoose
 */
export function createNeighbours({ sentences, phenomena, parts, encoders }, onChoose) {
  const looks = new Map(phenomena.map((phenomenon) => [phenomenon[0], phenomenon]));
  const mark = createMark(phenomena[0]);
  const [text, about] = [h("strong"), h("span", { class: "sm-about" })];
  let neighbours = encoders[0].neighbours[0];
  const rows = neighbours.map((_, rank) => {
    const own = createMark(phenomena[0]);
    const [words, what, number, bar] = [h("span"), h("span", { class: "sm-about" }),
      h("span", { class: "bw-number" }), h("span", { class: "sm-bar" })];
    const button = h("button", { type: "button" }, own.node, h("span", { class: "sm-words" }, words, what),
      h("span", { class: "sm-cosine" }, number, bar));
    button.addEventListener("click", () => onChoose(neighbours[rank]));
    return { own, words, what, number, bar, node: h("li", {}, button) };
  });
  const look = (/** @type {Sentence} */ [, phenomenon]) => looks.get(phenomenon) ?? phenomena[0];
  return {
    node: h("div", { class: "sm-near" },
      h("p", { class: "sm-chosen" }, mark.node, h("span", { class: "sm-words" }, text, about)),
      h("p", { class: "sm-about sm-title" }, h("span", {}, "Nearest in all dimensions"), h("span", {}, "cosine")),
      h("ol", { "aria-label": "Nearest sentences" }, ...rows.map(({ node }) => node))),
    /** @param {Encoder} encoder @param {number} looked */
    update(encoder, looked) {
      const here = sentences[looked];
      neighbours = encoder.neighbours[looked];
      mark.update(look(here), here[3] === "premise");
      text.textContent = here[0];
      about.textContent = `${look(here)[1]}, ${ROLES[here[3]]}`;
      neighbours.forEach((i, rank) => {
        const [row, there, cosine] = [rows[rank], sentences[i], encoder.cosines[looked][rank]];
        row.own.update(look(there), there[3] === "premise");
        row.words.textContent = there[0];
        row.what.textContent = relation(here, there, parts);
        row.number.textContent = format(cosine, 3);
        row.bar.style.setProperty("--share", `${100 * Math.max(0, cosine)}%`);
      });
    },
  };
}
