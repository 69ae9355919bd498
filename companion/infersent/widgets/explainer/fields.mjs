// @ts-check
/* The explainer's texts and logits: the two fields to type in, a bar a label, the ledger in numbers. */

import { colour, printed } from "../toolkit/blocks.mjs";
import { h, setText } from "../toolkit/nodes.mjs";
import { percent, signed } from "../toolkit/numbers.mjs";
import { capital, partsOf, reachOf, softmax, sum } from "./account.mjs";

/** @import { Account, Part } from "./account.mjs" */

/**
 * A text to type, with the words under it that the model does not know.
 *
 * @param {string} name
 * @param {(text: string) => void} onInput
 */
export function createField(name, onInput) {
  const input = h("textarea", { rows: 1, autocomplete: "off", spellcheck: "false" });
  const note = h("span", { class: "ex-note" });
  // To fit a field, the page is laid out: the model is at work by then.
  input.addEventListener("input", () => { onInput(input.value); fit(input); });
  // A text is one sentence, answered while it is typed: Enter goes on to the next field, with Shift it breaks the line.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    const fields = [...input.closest(".bw")?.querySelectorAll("textarea") ?? []];
    fields[fields.indexOf(input) + 1]?.focus();
  });
  // Lines break elsewhere when the field becomes wider or narrower.
  let width = 0;
  new ResizeObserver(() => {
    if (input.clientWidth === width) return;
    width = input.clientWidth;
    fit(input);
  }).observe(input);
  return {
    node: h("div", { class: "ex-field" }, h("label", {}, h("span", {}, name), input), note),
    /** @param {string} text @param {string[]} unknown @param {boolean} still */
    update(text, unknown, still) {
      if (input.value !== text) {
        input.value = text;
        fit(input);
      }
      input.readOnly = still;
      setText(note, unknown.length ? `Unknown to the model: ${[...new Set(unknown)].join(", ")}` : "");
      input.setAttribute("aria-description", note.textContent ?? "");
    },
  };
}

/**
 * Make a field as high as its lines.
 *
 * @param {HTMLTextAreaElement} field
 */
function fit(field) {
  field.style.height = "auto";
  if (field.scrollHeight) field.style.height = `${field.scrollHeight + 2}px`; // with its border
}

/**
 * The decision: one row a label, and the same as a table of numbers.
 *
 * @param {string[]} labels
 */
export function createLogits(labels) {
  const rows = labels.map(createRow);
  const axis = h("div", { class: "ex-row ex-axis", "aria-hidden": "true" },
    h("span", {}, h("span", {}, "against ←"), h("span", {}, "→ for")));
  const numbers = h("tbody");
  const head = h("tr", {}, h("td"), ...labels.map((name) => h("th", { scope: "col" }, name)));
  const bars = h("div", {}, axis, ...rows.map((row) => row.node));
  return {
    rows: bars,
    nodes: [bars,
      h("details", {}, h("summary", {}, "The ledger in numbers"), h("div", { class: "ex-scroll" },
        h("table", {}, h("thead", {}, head), numbers)))],
    /**
     * @param {Account} account
     * @param {string[]} blocks
     * @param {number} answer
     */
    update(account, blocks, answer) {
      const parts = partsOf(account, blocks);
      const logits = sum(parts.map(([, part]) => part));
      const probabilities = softmax(logits);
      const reach = reachOf(parts.map(([, part]) => part));
      rows.forEach((row, c) => row.update(probabilities[c], logits[c],
        parts.map(([name, part]) => ({ name, x: part[c] })), reach, c === answer));
      /** @param {string} name @param {Part} part @param {(x: number) => string} write */
      const line = (name, part, write) =>
        h("tr", {}, h("th", { scope: "row" }, printed(name)), ...part.map((x) => h("td", {}, write(x))));
      numbers.replaceChildren(...parts.map(([name, part]) => line(name, part, (x) => signed(x))),
        line("logit", logits, (x) => signed(x)), line("probability", probabilities, (x) => percent(x, 1)));
    },
  };
}

/**
 * One label: its probability, and the parts of its logit as a bar that grows from zero to both sides.
 *
 * @param {string} label
 */
function createRow(label) {
  const [share, bar] = [h("span", { class: "ex-share" }), h("span", { class: "ex-track", role: "img" })];
  const [probability, logit] = [h("span", { class: "bw-number" }), h("span", { class: "bw-number" })];
  const node = h("div", { class: "ex-row" }, h("span", { class: "ex-label" }, capital(label)),
    h("span", { class: "ex-probability" }, share), probability, bar, logit);
  return {
    node,
    /**
     * @param {number} p
     * @param {number} total
     * @param {{ name: string, x: number }[]} parts
     * @param {number} reach
     * @param {boolean} chosen
     */
    update(p, total, parts, reach, chosen) {
      share.style.transform = `scaleX(${p.toFixed(3)})`; // which moves without laying out the page anew
      probability.textContent = percent(p);
      logit.textContent = signed(total);
      node.classList.toggle("ex-chosen", chosen);
      const ends = [0, 0]; // of the parts above and below zero
      bar.replaceChildren(...parts.map(({ name, x }) => {
        const side = x < 0 ? 1 : 0;
        const piece = h("span", { class: colour(name) });
        ends[side] += Math.abs(x);
        piece.style.left = place(0.5 + (side ? -ends[1] : ends[0] - x) / reach / 2);
        piece.style.width = place(Math.abs(x) / reach / 2);
        return piece;
      }), h("i", { style: `left: ${place(0.5 + total / reach / 2)}` }));
      bar.setAttribute("aria-label", `Logit ${signed(total)}: ${
        parts.map(({ name, x }) => `${printed(name)} ${signed(x)}`).join(", ")}`);
    },
  };
}

/** @param {number} share */
const place = (share) => `${(100 * share).toFixed(2)}%`;
