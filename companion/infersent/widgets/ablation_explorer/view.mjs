// @ts-check
/* The ablation explorer's pictures: the runs of A and of B, and B minus A against zero and the margin. */

import { createChart } from "../toolkit/chart.mjs";
import { s } from "../toolkit/nodes.mjs";
import { format } from "../toolkit/numbers.mjs";
import { compare, nameOf, points, range, signOf, subsetOf } from "./record.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { Axis, Chart } from "../toolkit/chart.mjs" */
/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Interval } from "../toolkit/verdict.mjs" */
/** @import { Study, Subset } from "./record.mjs" */

/**
 * A bar from low to high, and a stroke at the mean.
 *
 * @param {Chart} chart
 * @param {number} row
 * @param {number} mean
 * @param {Interval} ends
 * @param {string} kind
 */
const drawInterval = ({ toX, toY }, row, mean, [low, high], kind) => {
  const width = Math.max(toX(high) - toX(low), 1.5);
  const bar = { x: (toX(low) + toX(high) - width) / 2, y: toY(row) - 6, width, height: 12, rx: 3 };
  const stroke = { x1: toX(mean), x2: toX(mean), y1: toY(row) - 13, y2: toY(row) + 13 };
  return s("g", { class: kind }, s("rect", { class: "ae-bar", ...bar }), s("line", { class: "ae-mean", ...stroke }));
};

/**
 * One dot a run.
 *
 * @param {Chart} chart
 * @param {number} row
 * @param {number[]} values
 * @param {string} kind
 */
const drawDots = ({ toX, toY }, row, values, kind) =>
  values.map((x) => s("circle", { class: `ae-dot ${kind}`, cx: toX(x), cy: toY(row), r: 4 }));

const STEPS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

/**
 * An axis of accuracies that holds the values, with at most six steps.
 *
 * @param {number[]} values
 * @param {string} label
 * @returns {Axis}
 */
export function axis(values, label) {
  /** @param {number} step */
  const ends = (step) => [Math.floor(Math.min(...values) / step), Math.ceil(Math.max(...values) / step)];
  const step = STEPS.find((size) => ends(size)[1] - ends(size)[0] <= 6) ?? 0.5;
  const [low, high] = ends(step);
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => /** @type {[number, string]} */ (
    [step * (low + i), format(100 * step * (low + i), step < 0.01 ? 1 : 0)]));
  return { low: step * low, high: step * high, ticks, label };
}

/**
 * The means of all subsets, and where among them the runs of A and of B lie; then these runs, enlarged.
 *
 * @param {Study} study
 * @param {Block[]} first
 * @param {Block[]} second
 */
export function drawRuns(study, first, second) {
  const [a, b] = [first, second].map((blocks) => subsetOf(study, blocks));
  const near = axis([a, b].flatMap(({ accuracies, low, high }) => [...accuracies, low, high]), "each run, %");
  const runs = createChart({
    x: near, y: { low: 0, high: 2, ticks: [[1.5, "A"], [0.5, "B"]], label: "" }, height: 138,
    alt: `Accuracies. A, ${nameOf(first)}: ${points(a.mean)}%, 95% interval ${range([a.low, a.high])}. ` +
      `B, ${nameOf(second)}: ${points(b.mean)}%, ${range([b.low, b.high])}.`,
  });
  /** @param {Subset} subset @param {number} row @param {string} kind */
  const draw = ({ mean, low, high, accuracies }, row, kind) =>
    [drawInterval(runs, row, mean, [low, high], kind), ...drawDots(runs, row, accuracies, kind)];
  runs.layer.replaceChildren(...draw(a, 1.5, "ae-a"), ...draw(b, 0.5, "ae-b"));
  return [drawAllMeans(study, [a, b], near), runs.node];
}

/**
 * The means of all subsets, the chosen ones marked, over the part that `near` enlarges.
 *
 * @param {Study} study
 * @param {Subset[]} chosen
 * @param {Axis} near
 */
function drawAllMeans(study, chosen, near) {
  const ends = axis(study.subsets.map(({ mean }) => mean), "mean, %");
  const { node, layer, toX, toY } = createChart({
    x: ends, y: { low: 0, high: 1, ticks: [[0.5, "all 15"]], label: "" }, height: 82,
    alt: "The means of all 15 subsets.",
  });
  const [left, right] = [Math.max(near.low, ends.low), Math.min(near.high, ends.high)].map(toX);
  layer.replaceChildren(
    s("rect", { class: "ae-near", x: left, y: toY(1), width: right - left, height: toY(0) - toY(1) }),
    ...study.subsets.map((subset) => s("line", {
      class: chosen.includes(subset) ? "ae-mark ae-chosen" : "ae-mark",
      x1: toX(subset.mean), x2: toX(subset.mean), y1: toY(0.8), y2: toY(0.2),
    }, s("title", {}, `${nameOf(subset.blocks.split(", "))}: ${points(subset.mean)}%`))));
  return node;
}

const SCALES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]; // the ends of the axis: the least that holds everything

/**
 * B minus A against zero and the margin around it: run by run, and the 95% interval with the 90% interval in it.
 *
 * @param {Study} study
 * @param {Block[]} first
 * @param {Block[]} second
 * @param {Words} words
 */
export function drawDifference(study, first, second, words) {
  const found = compare(study, first, second);
  const { mean, interval, interval90 } = found;
  const [a, b] = [first, second].map((blocks) => subsetOf(study, blocks).accuracies);
  const runs = b.map((accuracy, seed) => accuracy - a[seed]);
  const reach = Math.max(...[...interval, ...runs, study.margin].map(Math.abs));
  const end = SCALES.find((scale) => scale >= reach) ?? reach;
  const chart = createChart({
    x: { low: -end, high: end, label: "B − A, in points", ticks: [-1, -0.5, 0, 0.5, 1].map((part) =>
      [part * end, format(100 * part * end, Number.isInteger(50 * end) || Number.isInteger(part) ? 0 : 1)]) },
    y: { low: 0, high: 3, ticks: [[1.6, "runs"], [0.5, "95%"]], label: "" },
    height: 220, alt: `B minus A. ${words.join(" ")}`,
  });
  const { toX, toY } = chart;
  const sign = signOf(found, study.margin);
  const kind = sign ? "ae-b" : "ae-a";
  /** @param {number} x @param {string} text @param {boolean} wins */
  const side = (x, text, wins) => s("text",
    { class: wins ? "ae-wins" : "", x: toX(x), y: toY(2.6) + 4, "text-anchor": "middle" }, text);
  chart.layer.replaceChildren(
    s("rect", { class: "ae-margin", x: toX(-study.margin), width: toX(study.margin) - toX(-study.margin),
      y: toY(3), height: toY(0) - toY(3) }),
    s("line", { class: "ae-zero", x1: toX(0), x2: toX(0), y1: toY(3), y2: toY(0) }),
    side(-end / 2, "A is better", sign < 0), side(end / 2, "B is better", sign > 0),
    ...drawDots(chart, 1.6, runs, kind),
    drawInterval(chart, 0.5, mean, interval, kind), drawInterval(chart, 0.5, mean, interval90, kind));
  return chart.node;
}
