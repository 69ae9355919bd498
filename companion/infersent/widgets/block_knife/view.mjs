// @ts-check
/* What the knife shows: accuracy against each block's scale, and where the answers go. */

import { LABELS, colour } from "../toolkit/blocks.mjs";
import { createChart } from "../toolkit/chart.mjs";
import { h, s } from "../toolkit/nodes.mjs";
import { grouped, percent } from "../toolkit/numbers.mjs";

/** @import { Evidence, Fill, Scales } from "./evidence.mjs" */
/** @import { Cut } from "./cut.mjs" */

/** The scales at which the curves are computed. */
export const GRID = Array.from({ length: 21 }, (_, i) => i / 10);

const [LOW, HIGH] = [0.3, 0.85];

/**
 * A curve a block: the share of right answers as its slider moves and the others stay.
 *
 * @param {Evidence} evidence
 * @param {number} untouched
 */
export function createCurves(evidence, untouched) {
  const chart = createChart({
    x: { low: 0, high: 2, label: "scale of one block (1: as trained), the others as set",
      ticks: [[0, "0"], [0.5, "0.5"], [1, "1"], [1.5, "1.5"], [2, "2"]] },
    y: { low: LOW, high: HIGH, label: "right answers",
      ticks: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((y) => [y, percent(y)]) },
    alt: "", height: 270,
  });
  const { toX, toY, layer } = chart;
  const level = s("path", { class: "kn-level", d: chart.line([[0, untouched], [2, untouched]]) });
  const chance = s("path", { class: "kn-chance", d: chart.line([[0, 1 / 3], [2, 1 / 3]]) });
  const again = s("path", { class: "kn-again" });
  const lines = evidence.blocks.map((block) => s("path", { class: `kn-line ${colour(block)}` }));
  const dots = evidence.blocks.map((block) => s("circle", { class: `kn-dot ${colour(block)}`, r: 6 }));
  layer.append(chance, level, ...lines, again, ...dots);
  return {
    node: chart.node,
    describe: chart.describe,
    /** @param {Scales} scales @param {Fill} fill @param {Cut} now */
    update(scales, fill, now) {
      evidence.blocks.forEach((block, k) => {
        const shares = evidence.curve(scales, fill, k, GRID);
        lines[k].setAttribute("d", chart.line(GRID.map((x, i) => [x, shares[i]])));
        dots[k].setAttribute("cx", String(toX(scales[block])));
        dots[k].setAttribute("cy", String(toY(now.share)));
      });
      const [x, y] = [toX(0), toY(now.refitted ?? 0)];
      const gone = evidence.blocks.some((block) => scales[block] === 0) && now.refitted !== undefined;
      again.setAttribute("d", gone ? `M${x - 7} ${y}l7 -7l7 7l-7 7Z` : "");
    },
  };
}

/** Where the answers go: for each right label a bar of the answers, and a thin one of the untouched model's. */
export function createFlow() {
  const rows = LABELS.map((label) => {
    const [now, before] = ["kn-now", "kn-before"].map((kind) => {
      const pieces = LABELS.map((_, k) => h("i", { class: `kn-answer${k}` }));
      return { pieces, node: h("div", { class: kind, "aria-hidden": "true" }, ...pieces) };
    });
    const words = h("span", { class: "bw-unseen" });
    return { now, before, words, node: h("div", { class: "kn-row", role: "listitem" },
      h("span", { class: "kn-name" }, label), h("div", {}, now.node, before.node), words) };
  });
  /** @param {HTMLElement[]} pieces @param {number[]} counts @param {number} right @param {boolean} written */
  const draw = (pieces, counts, right, written) => {
    const all = counts.reduce((a, b) => a + b);
    pieces.forEach((piece, k) => {
      piece.style.width = `${(100 * counts[k]) / all}%`;
      piece.classList.toggle("kn-right", k === right);
      if (written) piece.textContent = counts[k] / all >= 0.12 ? percent(counts[k] / all) : "";
    });
  };
  return {
    node: h("div", { class: "kn-flow" },
      h("p", { class: "kn-title" }, "It should say, and says: ", ...LABELS.map((label, k) =>
        h("span", { class: "kn-key" }, h("i", { class: `kn-answer${k}` }), label))),
      h("div", { role: "list", "aria-label": "The answers by right label" }, ...rows.map(({ node }) => node))),
    /** @param {Cut} now @param {Cut} untouched */
    update(now, untouched) {
      rows.forEach(({ now: bar, before, words }, right) => {
        draw(bar.pieces, now.flow[right], right, true);
        draw(before.pieces, untouched.flow[right], right, false);
        words.textContent = LABELS.map((label, k) =>
          `${label} ${grouped(now.flow[right][k])}, untouched ${grouped(untouched.flow[right][k])}`).join("; ");
      });
    },
  };
}
