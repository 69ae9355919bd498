// @ts-check
/* The parts of "which heads can tell": the weights, and the square with the head's regions. */

import { createChart } from "../toolkit/chart.mjs";
import { region } from "../toolkit/contours.mjs";
import { h, s, setAttributes } from "../toolkit/nodes.mjs";
import { colour } from "../toolkit/blocks.mjs";
import { format, percent } from "../toolkit/numbers.mjs";
import { CORNERS, TIE, sideOf } from "./fit.mjs";
import { formula } from "./words.mjs";

/** @import { Point } from "../toolkit/chart.mjs" */
/** @import { Scored } from "../toolkit/contours.mjs" */
/** @import { Choice, Fit } from "./fit.mjs" */

/**
 * The weights beside the checkboxes, the score's formula, and the count of right points.
 *
 * @param {Choice[]} choices
 */
export function createWeights(choices) {
  const rows = choices.map((block) => {
    const [bar, number] = [h("span"), h("span", { class: "bw-number" })];
    return { block, bar, number, node: h("div", { class: `wh-row ${colour(block)}` }, h("div", {}, bar), number) };
  });
  const [score, right] = [h("span"), h("span")];
  return {
    nodes: [h("p", { class: "wh-title" }, "and gives it the weight"), ...rows.map(({ node }) => node),
      h("p", { class: "wh-score" }, score, h("br"), right)],
    /** @param {Choice[]} blocks @param {Fit} fit */
    update(blocks, { weights, right: hits, count }) {
      const largest = Math.max(1, ...weights.slice(0, -1).map(Math.abs));
      for (const { block, bar, number } of rows) {
        const weight = weights[blocks.indexOf(block)] ?? 0;
        bar.style.left = `${50 + (50 * Math.min(weight, 0)) / largest}%`;
        bar.style.width = `${(50 * Math.abs(weight)) / largest}%`;
        number.textContent = blocks.includes(block) ? format(weight, 1) : "";
      }
      score.textContent = formula(blocks, weights);
      right.textContent = `right at ${hits} of ${count} points (${percent(hits / count)})`;
    },
  };
}

const CELLS = 48; // of the shading, a side
const VERDICTS = ["right", "undecided", "wrong"];
const SHADES = [TIE, 1, 2, 4]; // scores from which the shading is one step deeper
const [WIDTH, HEIGHT] = [348, 336];

/**
 * The square: the head's regions, the boundary and the sample; its corners can be flipped where `onFlip` is given.
 *
 * @param {number} low
 * @param {number} high
 * @param {(corner: number) => void} [onFlip]
 */
export function createPicture(low, high, onFlip) {
  const ticks = (onFlip ? [0, 1] : [-1, 0, 1]).map((value) => /** @type {[number, string]} */ (
    [value, format(value, 0)]));
  const chart = createChart({
    x: { low, high, ticks, label: "u, one coordinate of the premise" },
    y: { low, high, ticks, label: "v, of the hypothesis" },
    alt: "", width: WIDTH, height: HEIGHT,
  });
  /** @param {string} name */
  const createRegion = (name) => ({
    paths: SHADES.map(() => s("path")), group: s("g", { class: `wh-${name}` }),
  });
  const [yes, no] = [createRegion("yes"), createRegion("no")];
  for (const { group, paths } of [yes, no]) group.append(...paths);
  const boundary = s("path", { class: "wh-boundary" });
  const dots = s("g", { class: "wh-dots" });
  chart.layer.append(yes.group, no.group, boundary, dots);
  const corners = onFlip ? CORNERS.map((corner, i) =>
    createCorner(corner, chart.toX(corner[0]), chart.toY(corner[1]), () => onFlip(i))) : [];
  /** @param {Point[][]} polygons */
  const outline = (polygons) => polygons.map((polygon) => `${chart.line(polygon)}Z`).join("");

  /** @param {Point} point @param {boolean} answer @param {string} verdict */
  const drawDot = ([u, v], answer, verdict) => {
    const [x, y] = [chart.toX(u), chart.toY(v)];
    return verdict === "wrong" ? s("path", { d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8` })
      : s("circle", { class: answer ? "wh-full" : "", cx: x, cy: y, r: 3.5 });
  };
  return {
    node: h("div", { class: "wh-picture" }, chart.node, ...corners.map((corner) => corner.node)),
    describe: chart.describe,
    /**
     * @param {Point[]} points
     * @param {boolean[]} answers
     * @param {number[]} scores
     * @param {(u: number, v: number) => number} scoreAt
     */
    update(points, answers, scores, scoreAt) {
      const side = Array.from({ length: CELLS + 1 }, (_, i) => low + (i * (high - low)) / CELLS);
      const lattice = side.map((u) => side.map((v) => /** @type {Scored} */ ([u, v, scoreAt(u, v)])));
      SHADES.forEach((level, i) => {
        yes.paths[i].setAttribute("d", outline(region(lattice, 1, level).area));
        no.paths[i].setAttribute("d", outline(region(lattice, -1, level).area));
      });
      boundary.setAttribute("d", region(lattice, 1, SHADES[0]).edge.map(chart.line).join(""));
      const verdicts = scores.map((score, i) => VERDICTS[2 * Math.abs(sideOf(score) - Number(answers[i]))]);
      corners.forEach((corner, i) => corner.update(answers[i], verdicts[i]));
      if (!onFlip) dots.replaceChildren(...points.map((point, i) => drawDot(point, answers[i], verdicts[i])));
    },
  };
}

/**
 * A corner of the unit square as a button that shows the target's answer and how the head does there.
 *
 * @param {Point} corner
 * @param {number} x its place in the picture
 * @param {number} y
 * @param {() => void} onFlip
 */
function createCorner([u, v], x, y, onFlip) {
  const style = `left: ${(100 * x) / WIDTH}%; top: ${(100 * y) / HEIGHT}%`;
  const button = h("button", { type: "button", class: "wh-corner", style });
  button.addEventListener("click", onFlip);
  return {
    node: button,
    /** @param {boolean} answer @param {string} verdict */
    update(answer, verdict) {
      button.textContent = answer ? "1" : "0";
      button.dataset.verdict = verdict;
      setAttributes(button, {
        "aria-pressed": answer,
        "aria-label": `u = ${u}, v = ${v}: the target says ${answer ? "yes" : "no"}, the head is ${verdict}`,
      });
    },
  };
}
