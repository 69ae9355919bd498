// @ts-check
/* The workbench's lists and tables: the facts, the six targets, the caption pairs. */

import { h } from "../toolkit/nodes.mjs";
import { percent } from "../toolkit/numbers.mjs";
import { printed } from "../toolkit/blocks.mjs";
import { SIX, STANDARD, STANDARD_SHARES } from "./targets.mjs";
import { inPoints, listed } from "./words.mjs";

/** @import { CaptionFit, Gain } from "./captions.mjs" */
/** @import { Facts } from "./facts.mjs" */
/** @import { Hits } from "./targets.mjs" */

const REACH = 0.5; // of the strips of differences, to each side of zero

/** The facts as a list. */
export function createFacts() {
  const list = h("div", { class: "fw-facts", role: "list", "aria-label": "What kind of block it is" });
  return {
    node: list,
    /** @param {Facts} facts */
    update(facts) {
      list.replaceChildren(...listed(facts).map(([name, words]) =>
        h("div", { role: "listitem" }, h("span", {}, name), h("b", {}, words))));
    },
  };
}

/** @param {number} share @param {string} className */
function bar(share, className, digits = 0) {
  const cell = h("td", { class: className }, percent(share, digits));
  cell.style.setProperty("--fw-share", `${100 * share}%`);
  return cell;
}

/** @param {...string} names */
const head = (...names) => h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name))));

/** The six targets: what a linear head gets right with the formula, and with the standard sets. */
export function createTargets() {
  const body = h("tbody");
  const note = h("p", { class: "fw-note" });
  const names = ["u, v", ...STANDARD.slice(1, 3).map(([, , block]) => `+ ${printed(block)}`), "all four"];
  return {
    node: h("section", { class: "fw-panel" },
      h("p", { class: "fw-title" }, "What a linear head can then do"),
      h("div", { class: "fw-scroll", tabindex: 0, role: "group", "aria-label": "The six targets" },
        h("table", { class: "fw-table" }, head("target", "with yours", ...names), body)), note),
    /** @param {Hits[]} own */
    update(own) {
      body.replaceChildren(...own.map(({ right, count }, i) => h("tr", {}, h("th", { scope: "row" }, SIX[i][0]),
        bar(right / count, "fw-mine"), ...STANDARD_SHARES[i].map((share) => bar(share, "")))));
      const holes = own.flatMap(({ undefinedPoints }, i) => (undefinedPoints ? [SIX[i][0]] : []));
      note.textContent = "Points right of the six targets of “Which heads can tell”, by that widget’s fit on u, v " +
        "and your block." +
        (holes.length ? ` Not defined at some points of: ${holes.join(", ")}. There the head gets 0.` : "");
    },
  };
}

/** @param {Gain} gain */
function strip({ difference, interval: [low, high] }) {
  const place = (/** @type {number} */ x) => 50 + (50 * Math.min(REACH, Math.max(-REACH, x))) / REACH;
  const [range, dot] = [h("span"), h("i")];
  range.style.left = `${place(low)}%`;
  range.style.width = `${place(high) - place(low)}%`;
  dot.style.left = `${place(difference)}%`;
  return h("div", { class: "fw-strip", "aria-hidden": "true" }, range, dot);
}

/** The caption pairs: the standard sets, and how much better the formula is than each. */
export function createPairs() {
  const body = h("tbody");
  const note = h("p", { class: "fw-note" });
  return {
    node: h("section", { class: "fw-panel" },
      h("p", { class: "fw-title" }, "What it buys on 1,200 caption pairs"),
      h("div", { class: "fw-scroll", tabindex: 0, role: "group", "aria-label": "The caption pairs" },
        h("table", { class: "fw-table fw-pairs" },
          head("the head gets", "right", "yours is better by (points, 95%)"), body)), note),
    /**
     * @param {CaptionFit} own
     * @param {CaptionFit[]} others those of the standard sets
     * @param {Gain[]} gains
     */
    update(own, others, gains) {
      body.replaceChildren(
        h("tr", {}, h("th", { scope: "row" }, "u, v, yours"), bar(own.accuracy, "fw-mine", 1), h("td", {}, "")),
        ...others.map(({ accuracy }, i) => h("tr", {},
          h("th", { scope: "row" }, STANDARD[i].map(printed).join(", ")), bar(accuracy, "", 1),
          h("td", {}, strip(gains[i]), `${inPoints(gains[i])} `, h("b", {}, gains[i].outcome)))));
      const holes = own.undefinedShare;
      note.textContent = "Our own captions as the shipped model encodes them: 40 of the 512 numbers, rounded to a " +
        "byte; a least-squares head, fitted here on 1,200 pairs and asked 1,200 others that share no sentence with " +
        "them. They are balanced so that what adds up over u and v gets one in three, as chance does. The interval " +
        "is over test pairs; other pairs to fit on would move it too. A small, easy set: it shows what a block can " +
        "do, and not what it would buy on SNLI." +
        `${holes ? ` At ${percent(holes, 1)} of the numbers your block is not defined: the head gets its mean.` : ""}`;
    },
  };
}
