// @ts-check
/* The sign lab's two charts. */

import { createChart } from "../toolkit/chart.mjs";
import { h, s, setAttributes } from "../toolkit/nodes.mjs";
import { format } from "../toolkit/numbers.mjs";
import { LONGEST, shares, shown, simulate } from "./draws.mjs";

/** @import { Sample, Traits } from "./draws.mjs" */

const BINS = 40;

/** The first pair's words on two lines, with what pooling makes of them; below, the histogram of all pooled values. */
export function createLines() {
  const chart = createChart({
    x: { low: -1, high: 1, ticks: [[-1, "−1"], [-0.5, "−0.5"], [0, "0"], [0.5, "0.5"], [1, "1"]],
      label: "one coordinate" },
    y: { low: 0, high: 100, ticks: [[88, "u"], [68, "v"], [0, ""]], label: "" }, alt: "", height: 290,
  });
  const { layer, toX, toY } = chart;
  /**
   * @param {number} x
   * @param {number} y
   * @param {string} anchor
   * @param {string} words
   */
  const write = (x, y, anchor, words) => s("text", { x, y, "text-anchor": anchor, class: "sl-value" }, words);

  /**
   * One sentence: its words' states, and the value that they are pooled to.
   *
   * @param {number} k
   * @param {Traits["pooling"]} pooling
   * @param {number[]} states
   * @param {number} value
   */
  const drawSentence = (k, pooling, states, value) => {
    const [y, x, name] = [toY(88 - 20 * k), toX(value), "uv"[k]];
    return [
      ...states.map((state) => s("circle", { class: `sl-word bw-${name}`, cx: toX(state), cy: y, r: 4.5 })),
      s("path", { class: `sl-pooled bw-${name}`, d: `M${x} ${y - 9}V${y + 9}` }),
      write(Math.min(318, Math.max(76, x)), y - 13, "middle", `${pooling} ${format(value)}`)];
  };
  /** @param {Float64Array} pooled */
  const drawBars = (pooled) => {
    const bins = histogram(pooled);
    const highest = Math.max(...bins);
    return bins.map((n, i) => {
      const top = toY((44 * n) / highest);
      const [from, to] = [toX((2 * i) / BINS - 1), toX((2 * i + 2) / BINS - 1)];
      return s("rect", { class: i < BINS / 2 ? "sl-negative" : "sl-positive", x: from + 0.5, y: top,
        width: to - from - 1, height: toY(0) - top });
    });
  };
  return {
    node: h("figure", { class: "sl-figure" }, chart.node,
      h("figcaption", {}, "Above: the words of one pair of sentences, each pooled to one value. Below: the pooled " +
        "values of 4,000 sentences.")),
    /** @param {Traits} traits @param {Sample} sample */
    update({ pooling }, { states, pooled, positive }) {
      layer.replaceChildren(
        ...drawBars(pooled), s("path", { class: "sl-zero", d: `M${toX(0)} ${toY(100)}V${toY(0)}` }),
        ...states.flatMap((values, k) => drawSentence(k, pooling, values, pooled[k])),
        write(toX(0) - 8, toY(49), "end", `${shown(1 - positive)} below 0`),
        write(toX(0) + 8, toY(49), "start", `${shown(positive)} above 0`));
      chart.describe(`Of one pair, the ${pooling} of the words’ states is ${format(pooled[0])} for u and ` +
        `${format(pooled[1])} for v. Of 4,000 sentences, ${shown(positive)} have a pooled value above zero.`);
    },
  };
}

/**
 * How many values from −1 to 1 fall into each of the equal bins.
 *
 * @param {Float64Array} values
 */
export function histogram(values) {
  /** @type {number[]} */
  const bins = new Array(BINS).fill(0);
  for (const x of values) bins[Math.min(BINS - 1, Math.floor(((x + 1) / 2) * BINS))]++;
  return bins;
}

const LENGTHS = Array.from({ length: 49 }, (_, i) => LONGEST ** (i / 48)); // the formulas take any number of words
const DRAWN_LENGTHS = [1, 2, 3, 4, 6, 8, 12, 20, 40];

/** How often two signs are opposite, against the length: exact, and among the pairs drawn. */
export function createCurve() {
  const chart = createChart({
    x: { low: 1, high: LONGEST, ticks: [1, 2, 5, 10, 20, 40].map((n) => [n, String(n)]), label: "words", log: true },
    y: { low: 0, high: 0.55, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((x) => [x, `${Math.round(100 * x)}%`]),
      label: "pairs of opposite signs" },
    alt: "", height: 290,
  });
  const { layer, line, toX, toY } = chart;
  /** @param {Pick<Traits, "pooling" | "alike">} traits */
  const exact = (traits) => line(LENGTHS.map((words) => [words, shares({ ...traits, words }).opposite]));
  const present = s("circle", { class: "sl-present", r: 6.5 });
  let drawn = "";
  return {
    node: h("figure", { class: "sl-figure" }, chart.node,
      h("figcaption", {}, "Line: exact. Rings: the pairs drawn. Dashed: the maximum of independent words, " +
        "2 · 2⁻ᵀ (1 − 2⁻ᵀ).")),
    /** @param {Traits} traits */
    update(traits) {
      const { pooling, alike, seed, words } = traits;
      const key = [pooling, alike, seed].join();
      if (drawn !== key)
        layer.replaceChildren(
          s("path", { class: "sl-independent", d: exact({ pooling: "max", alike: 0 }) }),
          s("path", { class: "sl-exact", d: exact(traits) }),
          ...DRAWN_LENGTHS.map((n) =>
            s("circle", { class: "sl-drawn", cx: toX(n), cy: toY(simulate({ ...traits, words: n }).opposite), r: 4 })),
          present);
      drawn = key;
      const { opposite } = shares(traits);
      setAttributes(present, { cx: toX(words), cy: toY(opposite) });
      chart.describe("The share of pairs with opposite signs against the number of words in a sentence: " +
        `${shown(opposite)} at ${words}.`);
    },
  };
}
