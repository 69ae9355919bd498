// @ts-check
/* The replay's pictures: the accuracies of the race, and the loss with the learning rate below it. */

import { points } from "../ablation_explorer/record.mjs";
import { createChart } from "../toolkit/chart.mjs";
import { s } from "../toolkit/nodes.mjs";
import { bestSoFar, byEpoch, often } from "./replay.mjs";

/** @import { Point } from "../toolkit/chart.mjs" */
/** @import { Run } from "./replay.mjs" */

/** The class of a run's colour: the interaction block that it has; both, or none. @param {Run} run */
export const kindOf = ({ blocks }) => {
  const [difference, product] = ["|u-v|", "u*v"].map((block) => blocks.includes(block));
  return difference && product ? "tr-all" : difference ? "bw-d" : product ? "bw-p" : "tr-none";
};

/** @param {Run} run @returns {[value: number, text: string][]} */
const epochs = ({ rates }) => [...rates, 0].map((_rate, i) => [i, String(i)]);

/** @param {number[]} values @param {number} look @param {number} each @returns {Point[]} */
const upTo = (values, look, each) => values.slice(0, look).map((value, i) => [(i + 1) / each, value]);

/** @param {Run[]} runs */
export function createRace(runs) {
  const low = Math.floor(10 * Math.min(...runs.flatMap(({ dev, train }) => [...dev, ...train]))) / 10;
  const high = Math.ceil(20 * Math.max(...runs.flatMap(({ dev, train }) => [...dev, ...train]))) / 20;
  /** @type {[number, string][]} */
  const ticks = Array.from({ length: Math.round((high - low) / 0.1) + 1 }, (_, i) =>
    [low + i / 10, String(Math.round(100 * (low + i / 10)))]);
  const chart = createChart({
    x: { low: 0, high: runs[0].rates.length, ticks: epochs(runs[0]), label: "epochs" },
    y: { low, high, ticks: ticks.filter(([value]) => value <= high + 1e-9), label: "right, %" },
    alt: "", height: 300,
  });
  return {
    node: chart.node,
    /**
     * The race up to a look.
     *
     * @param {Run} run in focus
     * @param {number} look
     * @param {boolean} average whether the line without the average is there
     * @param {string} words
     */
    update(run, look, average, words) {
      const { line, toX, toY } = chart;
      const each = often(run);
      /** @param {number[]} values @param {string} kind */
      const path = (values, kind) => (look ? [s("path", { class: kind, d: line(upTo(values, look, each)) })] : []);
      const others = runs.filter((other) => other !== run);
      const best = bestSoFar(run, look);
      const [x, y] = [toX(best), toY(best ? byEpoch(run)[best - 1] : 0)];
      const done = look === run.dev.length;
      const end = x > toX(run.rates.length) - 40;
      chart.layer.replaceChildren(
        s("line", { class: "tr-now", x1: toX(look / each), x2: toX(look / each), y1: toY(low), y2: toY(high) }),
        ...others.flatMap((other) => path(other.dev, `tr-line tr-other ${kindOf(other)}`)),
        ...path(run.train, `tr-line tr-train ${kindOf(run)}`),
        ...(average && run.dev_without_average ? path(run.dev_without_average, "tr-line tr-raw") : []),
        ...path(run.dev, `tr-line tr-own ${kindOf(run)}`),
        ...(look ? [...others, run].map((one) => s("circle", {
          class: `tr-head ${kindOf(one)}`, cx: toX(look / each), cy: toY(one.dev[look - 1]), r: one === run ? 5 : 3.5,
        })) : []),
        ...(best ? [
          s("circle", { class: `tr-best ${kindOf(run)}`, cx: x, cy: y, r: 9 }),
          s("text", { class: "tr-mark", x: end ? x + 6 : x, y: y - 15, "text-anchor": end ? "end" : "middle" },
            `${done ? "best" : "best so far"} ${points(byEpoch(run)[best - 1])}`)] : []));
      chart.describe(`Accuracy over the epochs. ${words}`);
    },
  };
}

/** @param {Run[]} runs */
export function createLoss(runs) {
  const every = runs.flatMap(({ loss }) => loss);
  const [low, high] = [Math.floor(5 * Math.min(...every)) / 5, Math.ceil(10 * Math.max(...every)) / 10];
  const ticks = Array.from({ length: Math.floor((high - low) / 0.2 + 1.001) }, (_, i) =>
    /** @type {[number, string]} */ ([low + i / 5, (low + i / 5).toFixed(1)]));
  const loss = createChart({
    x: { low: 0, high: runs[0].rates.length, ticks: epochs(runs[0]), label: "epochs" },
    y: { low, high, ticks, label: "loss" },
    alt: "", height: 176,
  });
  const most = 1.12 * runs[0].rates[0];
  const rate = createChart({
    x: { low: 0, high: runs[0].rates.length, ticks: epochs(runs[0]), label: "epochs" },
    y: { low: 0, high: most, ticks: [[0, "0"], [0.001, "0.001"], [0.002, "0.002"]], label: "" },
    alt: `The learning rate: ${runs[0].rates.map((value) => value.toFixed(5)).join(", ")}, one an epoch.`, height: 124,
  });
  return {
    nodes: [loss.node, rate.node],
    /** @param {Run} run @param {number} look */
    update(run, look) {
      const each = often(run);
      loss.layer.replaceChildren(...(look ? [
        s("path", { class: `tr-line tr-own ${kindOf(run)}`, d: loss.line(upTo(run.loss, look, each)) })] : []));
      loss.describe(look ? `The loss, down to ${run.loss[look - 1].toFixed(2)}.` : "The loss, before the first step.");
      /** @type {Point[]} */
      const stairs = run.rates.flatMap((value, i) => /** @type {Point[]} */ ([[i, value], [i + 1, value]]));
      const now = Math.min(Math.floor(look / each), run.rates.length - 1);
      rate.layer.replaceChildren(
        s("path", { class: "tr-stairs", d: rate.line(stairs) }),
        s("line", { class: "tr-rate", x1: rate.toX(now), x2: rate.toX(now + 1), y1: rate.toY(run.rates[now]),
          y2: rate.toY(run.rates[now]) }));
    },
  };
}
