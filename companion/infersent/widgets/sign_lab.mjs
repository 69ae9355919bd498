/* The sign lab: draw the states of two sentences' words, pool them, and see which signs are left for u∗v.
 *
 * The model has words, from 1 to 40; pooling, "max" or "mean"; alike, the correlation of a sentence's words, from 0 to
 * 0.9; and seed, from 0 to 999,999. All is one coordinate. The draws are the same in Python. */

import {
  change, createButton, createChart, createChoices, createResult, createSlider, format, h, mount, s, symbol, uniform,
} from "./toolkit.mjs";

const LONGEST = 40; // so many words are drawn for each sentence, of which a shorter one has the first
const PAIRS = 2000;

// ---- the arithmetic ----

/** An even count of standard normal numbers, by the method of Box and Muller. */
export function normals(seed, count) {
  const next = uniform(seed);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    numbers[i] = radius * Math.cos(angle);
    numbers[i + 1] = radius * Math.sin(angle);
  }
  return numbers;
}

let drawn = {}; // the last seed's numbers: moving a slider needs no new ones

function draws(seed) {
  if (drawn.seed !== seed) drawn = { seed, numbers: normals(seed, 2 * PAIRS * (LONGEST + 1)) };
  return drawn.numbers;
}

/** Draw the pairs: the first pair's words' states, all pooled coordinates (u, v, u, v, …), and their signs' shares.
 *
 * A state is tanh(√alike · common + √(1 − alike) · own), with the sentence's common number and the word's own. */
export function simulate({ words, pooling, alike, seed }) {
  const numbers = draws(seed);
  const [ofCommon, ofOwn] = [Math.sqrt(alike), Math.sqrt(1 - alike)];
  const pooled = new Float64Array(2 * PAIRS);
  const states = [[], []];
  for (let k = 0; k < pooled.length; k++) {
    const first = k * (LONGEST + 1);
    let [sum, largest] = [0, -Infinity];
    for (let t = 1; t <= words; t++) {
      const x = ofCommon * numbers[first] + ofOwn * numbers[first + t];
      if (k < 2) states[k].push(Math.tanh(x));
      if (pooling === "mean") sum += Math.tanh(x);
      else if (x > largest) largest = x;
    }
    pooled[k] = pooling === "mean" ? sum / words : Math.tanh(largest);
  }
  let opposite = 0;
  for (let k = 0; k < pooled.length; k += 2) opposite += pooled[k] * pooled[k + 1] < 0;
  return { states, pooled, positive: pooled.filter((x) => x > 0).length / pooled.length, opposite: opposite / PAIRS };
}

/** The probability that all words' states are negative: given the common number, they are independent. */
export function negativeTogether(words, alike) {
  if (alike === 0) return 0.5 ** words;
  const slope = -Math.sqrt(alike / (1 - alike));
  let [sum, total] = [0, 0];
  for (let i = -80; i <= 80; i++) {
    const density = Math.exp(-((i / 10) ** 2) / 2);
    sum += density * belowNormal((slope * i) / 10) ** words;
    total += density;
  }
  return sum / total;
}

/** The probability that a normal number is below x: 1/2 + density(x) · (x + x³/3 + x⁵/(3·5) + …). */
function belowNormal(x) {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let [term, sum] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** The probabilities that a pooled coordinate is negative or positive, and that two have opposite signs. */
export function shares({ words, pooling, alike }) {
  const negative = pooling === "mean" ? 0.5 : negativeTogether(words, alike);
  return { negative, positive: 1 - negative, opposite: 2 * negative * (1 - negative) };
}

// ---- the words ----

/** A share in words: only nothing is 0%, and only all is 100%. */
export function shown(share) {
  if (share > 0 && share < 0.0005) return "under 0.1%";
  if (share < 1 && share >= 0.9995) return "over 99.9%";
  return `${format(100 * share, 1)}%`;
}

const count = (share) => Math.round(share * PAIRS).toLocaleString("en");

/** What pooling does to the signs: a headline and a sentence. `opposite` is the share among the pairs drawn. */
export function describe({ words, pooling, alike }, opposite) {
  const exact = shares({ words, pooling, alike });
  const headline = `With ${words} word${words === 1 ? "" : "s"}, ` +
    `${shown(exact.positive)} of ${pooling}-pooled values are positive.`;
  const pairs = `Opposite signs in ${shown(exact.opposite)} of pairs (drawn: ${count(opposite)} of 2,000)`;
  if (pooling === "mean") return [headline, `${pairs}, whatever the length: a mean favours no sign.`];
  if (alike === 0 || words === 1) return [headline, `${pairs}.`];
  return [headline, `${pairs}, as ${format(-Math.log2(exact.negative), 1)} independent words would give.`];
}

// ---- the widget ----

const CASES = [
  ["1 word", { words: 1, pooling: "max", alike: 0 }],
  ["5 words", { words: 5, pooling: "max", alike: 0 }],
  ["5 alike", { words: 5, pooling: "max", alike: 0.6 }],
  ["20 words", { words: 20, pooling: "max", alike: 0 }],
  ["Mean of 20", { words: 20, pooling: "mean", alike: 0 }],
];
const TRAITS = ["words", "pooling", "alike", "seed"];
const LAST_SEED = 999_999;

export default {
  render({ model, el }) {
    const read = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const start = read();
    check(start);
    const set = (values) => change(model, values);

    const cases = createChoices({
      label: "Named cases", choices: CASES, onChoose: set, onReset: () => set(start),
    });
    const words = createSlider({
      label: ["words in a sentence, ", symbol("T")], min: 1, max: LONGEST, step: 1, show: String,
      onInput: (value) => set({ words: value }),
    });
    const alike = createSlider({
      label: ["how alike its words are, ", symbol("ρ")], min: 0, max: 0.9, step: 0.01,
      onInput: (value) => set({ alike: value }),
    });
    const pooling = createChoices({
      label: "Pooling", choices: [["Max", "max"], ["Mean", "mean"]], onChoose: (value) => set({ pooling: value }),
    });
    pooling.node.append(createButton("Draw again", () => set({ seed: (model.get("seed") + 1) % (LAST_SEED + 1) }),
      "sl-draw"));
    const result = createResult();
    const lines = createLines();
    const curve = createCurve();

    return mount({
      model, el, style: STYLE, traits: TRAITS,
      node: h("div", { class: "sl" },
        cases.node,
        h("div", { class: "sl-columns" }, words.node, alike.node),
        pooling.node,
        result.node,
        h("div", { class: "sl-columns" }, lines.node, curve.node)),
      update() {
        const state = read();
        const sample = simulate(state);
        cases.update((value) => Object.entries(value).every(([name, x]) => state[name] === x));
        words.update(state.words);
        alike.update(state.alike);
        pooling.update((value) => value === state.pooling);
        result.update(describe(state, sample.opposite));
        lines.update(state, sample);
        curve.update(state);
      },
    });
  },
};

function check({ words, pooling, alike, seed }) {
  const whole = (x, low, high) => Number.isInteger(x) && x >= low && x <= high;
  if (!whole(words, 1, LONGEST)) throw new RangeError(`words must be a whole number from 1 to 40, not ${words}`);
  if (pooling !== "max" && pooling !== "mean") throw new RangeError(`pooling must be max or mean, not ${pooling}`);
  if (typeof alike !== "number" || !(alike >= 0 && alike <= 0.9))
    throw new RangeError(`alike must be in [0, 0.9], not ${alike}`);
  if (!whole(seed, 0, LAST_SEED)) throw new RangeError(`seed must be a whole number from 0 to 999999, not ${seed}`);
}

// ---- the parts ----

const BINS = 40;

/** The first pair's words on two lines, with what pooling makes of them; below, the histogram of all pooled values. */
function createLines() {
  const chart = createChart({
    x: { low: -1, high: 1, ticks: [[-1, "−1"], [-0.5, "−0.5"], [0, "0"], [0.5, "0.5"], [1, "1"]],
      label: "one coordinate" },
    y: { low: 0, high: 100, ticks: [[88, "u"], [68, "v"], [0, ""]], label: "" }, alt: "", height: 290,
  });
  const { layer, toX, toY } = chart;
  const write = (x, y, anchor, className, words) => s("text", { x, y, "text-anchor": anchor, class: className }, words);
  return {
    node: h("figure", { class: "sl-figure" }, chart.node,
      h("figcaption", {}, "Above: the words of one pair of sentences, each pooled to one value. Below: the pooled " +
        "values of 4,000 sentences.")),
    update({ pooling }, { states, pooled, positive }) {
      const sentences = states.flatMap((values, k) => {
        const [y, x] = [toY(88 - 20 * k), toX(pooled[k])];
        const name = "uv"[k];
        return [
          ...values.map((value) => s("circle", { class: `sl-word bw-${name}`, cx: toX(value), cy: y, r: 4.5 })),
          s("path", { class: `sl-pooled bw-${name}`, d: `M${x} ${y - 9}V${y + 9}` }),
          write(Math.min(318, Math.max(76, x)), y - 13, "middle", "sl-value", `${pooling} ${format(pooled[k])}`)];
      });
      const bins = new Array(BINS).fill(0);
      for (const x of pooled) bins[Math.min(BINS - 1, Math.floor(((x + 1) / 2) * BINS))]++;
      const highest = Math.max(...bins);
      const bars = bins.map((n, i) => {
        const top = toY((44 * n) / highest);
        const [from, to] = [toX((2 * i) / BINS - 1), toX((2 * i + 2) / BINS - 1)];
        return s("rect", { class: i < BINS / 2 ? "sl-negative" : "sl-positive", x: from + 0.5, y: top,
          width: to - from - 1, height: toY(0) - top });
      });
      layer.replaceChildren(
        ...bars, s("path", { class: "sl-zero", d: `M${toX(0)} ${toY(100)}V${toY(0)}` }), ...sentences,
        write(toX(0) - 8, toY(49), "end", "sl-value", `${shown(1 - positive)} below 0`),
        write(toX(0) + 8, toY(49), "start", "sl-value", `${shown(positive)} above 0`));
      chart.describe(`Of one pair, the ${pooling} of the words’ states is ${format(pooled[0])} for u and ` +
        `${format(pooled[1])} for v. Of 4,000 sentences, ${shown(positive)} have a pooled value above zero.`);
    },
  };
}

const LENGTHS = Array.from({ length: 49 }, (_, i) => LONGEST ** (i / 48)); // the formulas take any number of words
const DRAWN_LENGTHS = [1, 2, 3, 4, 6, 8, 12, 20, 40];

/** How often two signs are opposite, against the length: exact, and among the pairs drawn. */
function createCurve() {
  const chart = createChart({
    x: { low: 1, high: LONGEST, ticks: [1, 2, 5, 10, 20, 40].map((n) => [n, String(n)]), label: "words", log: true },
    y: { low: 0, high: 0.55, ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((x) => [x, `${Math.round(100 * x)}%`]),
      label: "pairs of opposite signs" },
    alt: "", height: 290,
  });
  const { layer, line, toX, toY } = chart;
  const exact = (state) => line(LENGTHS.map((words) => [words, shares({ ...state, words }).opposite]));
  const present = s("circle", { class: "sl-present", r: 6.5 });
  let key;
  return {
    node: h("figure", { class: "sl-figure" }, chart.node,
      h("figcaption", {}, "Line: exact. Rings: the pairs drawn. Dashed: the maximum of independent words, " +
        "2 · 2⁻ᵀ (1 − 2⁻ᵀ).")),
    update(state) {
      const { pooling, alike, seed, words } = state;
      if (key !== (key = [pooling, alike, seed].join()))
        layer.replaceChildren(
          s("path", { class: "sl-independent", d: exact({ pooling: "max", alike: 0 }) }),
          s("path", { class: "sl-exact", d: exact(state) }),
          ...DRAWN_LENGTHS.map((n) =>
            s("circle", { class: "sl-drawn", cx: toX(n), cy: toY(simulate({ ...state, words: n }).opposite), r: 4 })),
          present);
      const { opposite } = shares(state);
      present.setAttribute("cx", toX(words));
      present.setAttribute("cy", toY(opposite));
      chart.describe("The share of pairs with opposite signs against the number of words in a sentence: " +
        `${shown(opposite)} at ${words}.`);
    },
  };
}

const STYLE = `
.sl-columns { display: grid; gap: 4px 32px; }
.sl .sl-draw { margin-left: auto; }
.bw .sl-figure { min-width: 0; margin: 0 0 8px; padding: 0; }
.bw .sl-figure figcaption { margin: 4px 0 0; padding: 0; color: var(--bw-muted); font-size: 13px; text-align: left; }
.sl-word { fill: var(--bw-own); fill-opacity: 0.4; }
.sl-pooled { stroke: var(--bw-own); stroke-width: 4; stroke-linecap: round; }
.sl .sl-value {
  fill: var(--bw-text); font-variant-numeric: tabular-nums;
  paint-order: stroke; stroke: var(--bw-paper); stroke-width: 4px;
}
.sl-zero { stroke: var(--bw-text); stroke-width: 1.5; }
.sl-negative { fill: var(--bw-n); }
.sl-positive { fill: var(--bw-muted); }
.sl-exact { fill: none; stroke: var(--bw-p); stroke-width: 2.5; }
.sl-independent { fill: none; stroke: var(--bw-text); stroke-width: 1.5; stroke-dasharray: 5 4; stroke-opacity: 0.7; }
.sl-drawn { fill: none; stroke: var(--bw-text); stroke-width: 1.5; }
.sl-present { fill: var(--bw-p); stroke: var(--bw-paper); stroke-width: 2.5; }
.sl .bw-result p { min-height: 7.3em; }
@container (min-width: 560px) {
  .sl-columns { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .sl .bw-result p { min-height: 2.9em; }
}
`;
