/* The ablation explorer: two subsets of the four blocks, A and B; their runs, B minus A with two intervals, a verdict.
 *
 * The model has first and second (the blocks of A and of B), study (which is shown) and studies (the record). Nothing
 * is computed here but the choice of recorded numbers, the sign of a difference, and words. */
import { change, createChart, createChecks, createChoices, createResult, format, h, mount, s } from "./toolkit.mjs";

const BLOCKS = { u: ["u", "bw-u"], v: ["v", "bw-v"], "|u-v|": ["|u−v|", "bw-d"], "u*v": ["u∗v", "bw-p"] };
const ALL = Object.keys(BLOCKS);
const STUDIES = ["subsets", "captions"];

/** A share in percent to one digit, ties away from zero as in Python; the record has six digits and so meets ties. */
const points = (share) => format(100 * share + Math.sign(share) * 1e-9, 1);
const range = ([low, high]) => `${points(low)} to ${points(high)}`;

const placeOf = (study, blocks) => study.subsets.findIndex((subset) => subset.blocks === blocks.join(", "));
const subsetOf = (study, blocks) => study.subsets[placeOf(study, blocks)];
const isSame = (first, second) => first.join() === second.join();

/** A subset as the text writes it, on one line. */
export const nameOf = (blocks) => {
  const names = blocks.map((block) => BLOCKS[block][0]);
  return names.length > 1 ? `(${names.join(",\u00a0")})` : `${names[0]} alone`;
};

/** How much better B is than A: the difference, and its intervals over the seeds and over the test pairs. */
export function compare(study, first, second) {
  const [a, b] = [placeOf(study, first), placeOf(study, second)];
  if (a === b) return { mean: 0, seeds: [0, 0], pairs: [0, 0] };
  const [mean, ...ends] = study.comparisons[Math.max(a, b)][Math.min(a, b)];
  const [from, to, low, high] = ends;
  // The record has the later subset less the earlier.
  return b > a ? { mean, seeds: [from, to], pairs: [low, high] }
    : { mean: -mean, seeds: [-to, -from], pairs: [-high, -low] };
}

/** 1 or −1 where zero lies outside both intervals, on the same side: B is better, or worse; else 0. */
export function signOf({ seeds, pairs }) {
  if (Math.min(seeds[0], pairs[0]) > 0) return 1;
  return Math.max(seeds[1], pairs[1]) < 0 ? -1 : 0;
}

/** The verdict: a headline, and the numbers behind it. */
export function describe(study, first, second) {
  const [a, b] = [first, second].map((blocks) => subsetOf(study, blocks));
  const average = `On average over ${study.seeds.length} seeds, ${nameOf(first)} gets ${points(a.mean)}%`;
  if (isSame(first, second))
    return ["A and B are the same subset.",
      `${average} of the test pairs right. Switch a block on or off in one of them.`];
  const difference = compare(study, first, second);
  const [seeds, pairs] = [difference.seeds, difference.pairs].map(([low, high]) => low <= 0 && high >= 0);
  const where = seeds && pairs ? "inside both" : seeds ? "inside the first" : pairs ? "inside the second"
    : "outside both";
  const size = points(Math.abs(difference.mean));
  const headline = {
    1: `B is better, by ${size} points.`,
    0: "No difference that these seeds and pairs can tell.",
    "-1": `B is worse, by ${size} points.`,
  }[signOf(difference)];
  return [headline, `${average} of the test pairs right, ${nameOf(second)} ${points(b.mean)}%. ` +
    `B − A in points (95%): ${range(difference.seeds)} over the seeds, ` +
    `${range(difference.pairs)} over the test pairs. Zero lies ${where}.`];
}

const CASES = [
  ["Add u∗v to u, v", [["u", "v"], ["u", "v", "u*v"]]],
  ["Add |u−v| to u, v", [["u", "v"], ["u", "v", "|u-v|"]]],
  ["Add both", [["u", "v"], ALL]],
  ["Swap |u−v| for u∗v", [["u", "v", "|u-v|"], ["u", "v", "u*v"]]],
  ["Add u∗v to the rest", [["u", "v", "|u-v|"], ALL]],
  ["Drop u and v", [ALL, ["|u-v|", "u*v"]]],
  ["One sentence alone", [["u"], ["v"]]],
];

const EMPTY = ["One block at least.",
  "A head without input has one answer for every pair. Switch another block on first."];

let widgets = 0; // each has radio buttons of its own

export default {
  render({ model, el }) {
    const studies = model.get("studies");
    const now = () => [studies[model.get("study")], model.get("first"), model.get("second")];
    const start = Object.fromEntries(["first", "second", "study"].map((name) => [name, model.get(name)]));
    if (!Object.hasOwn(studies, start.study))
      throw new RangeError(`study must be one of ${Object.keys(studies).join(", ")}, not ${start.study}`);
    for (const name of ["first", "second"])
      if (!Array.isArray(start[name]) || placeOf(studies[start.study], start[name]) < 0)
        throw new RangeError(`${name} must be blocks of ${ALL.join(", ")} in this order, not ${start[name]}`);

    const go = (values) => { // also where nothing changes: the result may show a refusal
      change(model, values);
      update();
    };
    const cases = createChoices({
      label: "Named cases", choices: CASES,
      onChoose: ([first, second]) => go({ first, second }),
      onReset: () => go(start),
    });
    const corpus = createRadios({
      label: "Corpus", choices: STUDIES.filter((value) => studies[value]).map((value) => [studies[value].name, value]),
      onChange: (study) => change(model, { study }),
    });
    const sides = [["A", "first"], ["B", "second"]].map(([letter, trait]) => {
      const choices = Object.entries(BLOCKS).map(([value, [name, style]]) =>
        [h("span", {}, h("span", { class: "bw-unseen" }, `${letter}: `), name), value, style]);
      const checks = createChecks({
        label: letter, choices,
        onChange: (blocks) => {
          if (blocks.length) return change(model, { [trait]: blocks });
          checks.update(model.get(trait));
          result.update(EMPTY);
        },
      });
      const number = h("span", { class: "bw-number" });
      return {
        node: h("div", { class: "ae-side" }, checks.node, number),
        update(study, blocks) {
          checks.update(blocks);
          const { mean, low, high } = subsetOf(study, blocks);
          number.replaceChildren(h("strong", {}, `${points(mean)}%`), h("span", {}, range([low, high])));
        },
      };
    });
    const result = createResult();
    const [runs, difference] = [h("div"), h("div")];

    const update = () => {
      const [study, first, second] = now();
      const words = describe(study, first, second);
      cases.update(([a, b]) => isSame(a, first) && isSame(b, second));
      corpus.update(model.get("study"));
      sides[0].update(study, first);
      sides[1].update(study, second);
      result.update(words);
      runs.replaceChildren(...drawRuns(study, first, second));
      difference.replaceChildren(drawDifference(study, first, second, words));
    };
    const node = h("div", { class: "ae" }, cases.node,
      ...(Object.keys(studies).length > 1 ? [corpus.node] : []),
      h("div", { class: "ae-two" }, ...sides.map((side) => side.node)), result.node,
      h("div", { class: "ae-two" },
        h("figure", {}, h("figcaption", {}, "How good A and B are"), runs),
        h("figure", {}, h("figcaption", {}, "How much better B is than A"), difference)),
      h("p", { class: "bw-hint" },
        "A dot is one training run, the upright stroke the mean, the bar its 95% interval. " +
        "Seeds: how much another training would change. Pairs: how much another test set would. " +
        "One interval in 20 misses: of the 105 pairs of subsets, a few may look different by luck."));
    return mount({ model, el, style: STYLE, node, traits: ["first", "second", "study"], update });
  },
};

/** Radio buttons; `choices` is a list of [name, value]. */
function createRadios({ label, choices, onChange }) {
  const group = `ablation-${(widgets += 1)}`;
  const inputs = choices.map(([, value]) => h("input", { type: "radio", name: group, value }));
  for (const input of inputs) input.addEventListener("change", () => onChange(input.value));
  const labels = choices.map(([name], i) => h("label", { class: "bw-check" }, inputs[i], h("span", {}, name)));
  return {
    node: h("fieldset", { class: "bw-checks ae-corpus" }, h("legend", {}, label), ...labels),
    update(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

// ---- the pictures ----

/** A bar from low to high, and a stroke at the mean. */
const interval = ({ toX, toY }, row, mean, [low, high], kind) => {
  const width = Math.max(toX(high) - toX(low), 1.5);
  const bar = { x: (toX(low) + toX(high) - width) / 2, y: toY(row) - 6, width, height: 12, rx: 3 };
  const stroke = { x1: toX(mean), x2: toX(mean), y1: toY(row) - 13, y2: toY(row) + 13 };
  return s("g", { class: kind }, s("rect", { class: "ae-bar", ...bar }), s("line", { class: "ae-mean", ...stroke }));
};

/** One dot a run. */
const dots = ({ toX, toY }, row, values, kind) =>
  values.map((x) => s("circle", { class: `ae-dot ${kind}`, cx: toX(x), cy: toY(row), r: 4 }));

const STEPS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

/** An axis of accuracies that holds the values, with at most six steps. */
function axis(values, label) {
  const ends = (step) => [Math.floor(Math.min(...values) / step), Math.ceil(Math.max(...values) / step)];
  const step = STEPS.find((size) => ends(size)[1] - ends(size)[0] <= 6);
  const [low, high] = ends(step);
  const ticks = Array.from({ length: high - low + 1 }, (_, i) =>
    [step * (low + i), format(100 * step * (low + i), step < 0.01 ? 1 : 0)]);
  return { low: step * low, high: step * high, ticks, label };
}

/** The means of all subsets, and where among them the runs of A and of B lie; then these runs, enlarged. */
function drawRuns(study, first, second) {
  const [a, b] = [first, second].map((blocks) => subsetOf(study, blocks));
  const near = axis([a, b].flatMap(({ accuracies, low, high }) => [...accuracies, low, high]), "each run, %");
  const ends = axis(study.subsets.map(({ mean }) => mean), "mean, %");
  const all = createChart({
    x: ends, y: { low: 0, high: 1, ticks: [[0.5, "all 15"]], label: "" }, height: 82,
    alt: "The means of all 15 subsets.",
  });
  const [left, right] = [Math.max(near.low, ends.low), Math.min(near.high, ends.high)].map(all.toX);
  all.layer.replaceChildren(
    s("rect", { class: "ae-near", x: left, y: all.toY(1), width: right - left, height: all.toY(0) - all.toY(1) }),
    ...study.subsets.map((subset) => s("line", {
      class: subset === a || subset === b ? "ae-mark ae-chosen" : "ae-mark",
      x1: all.toX(subset.mean), x2: all.toX(subset.mean), y1: all.toY(0.8), y2: all.toY(0.2),
    }, s("title", {}, `${nameOf(subset.blocks.split(", "))}: ${points(subset.mean)}%`))));
  const runs = createChart({
    x: near, y: { low: 0, high: 2, ticks: [[1.5, "A"], [0.5, "B"]], label: "" }, height: 138,
    alt: `Accuracies. A, ${nameOf(first)}: ${points(a.mean)}%, 95% interval ${range([a.low, a.high])}. ` +
      `B, ${nameOf(second)}: ${points(b.mean)}%, ${range([b.low, b.high])}.`,
  });
  runs.layer.replaceChildren(...[[a, 1.5, "ae-a"], [b, 0.5, "ae-b"]].flatMap(([subset, row, kind]) =>
    [interval(runs, row, subset.mean, [subset.low, subset.high], kind), ...dots(runs, row, subset.accuracies, kind)]));
  return [all.node, runs.node];
}

const SCALES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]; // the ends of the axis: the least that holds everything

/** B minus A against zero: run by run with the interval over the seeds, and the interval over the test pairs. */
function drawDifference(study, first, second, words) {
  const { mean, seeds, pairs } = compare(study, first, second);
  const [a, b] = [first, second].map((blocks) => subsetOf(study, blocks).accuracies);
  const runs = b.map((accuracy, seed) => accuracy - a[seed]);
  const reach = Math.max(...[...seeds, ...pairs, ...runs].map(Math.abs));
  const end = SCALES.find((scale) => scale >= reach) ?? reach;
  const chart = createChart({
    x: { low: -end, high: end, label: "B − A, in points", ticks: [-1, -0.5, 0, 0.5, 1].map((part) =>
      [part * end, format(100 * part * end, Number.isInteger(50 * end) || Number.isInteger(part) ? 0 : 1)]) },
    y: { low: 0, high: 3, ticks: [[1.6, "seeds"], [0.5, "pairs"]], label: "" },
    height: 220, alt: `B minus A. ${words.join(" ")}`,
  });
  const { toX, toY } = chart;
  const sign = signOf({ seeds, pairs });
  const kind = sign ? "ae-b" : "ae-a";
  const side = (x, text, wins) => s("text",
    { class: wins ? "ae-wins" : "", x: toX(x), y: toY(2.6) + 4, "text-anchor": "middle" }, text);
  chart.layer.replaceChildren(
    s("line", { class: "ae-zero", x1: toX(0), x2: toX(0), y1: toY(3), y2: toY(0) }),
    side(-end / 2, "A is better", sign < 0), side(end / 2, "B is better", sign > 0),
    interval(chart, 1.6, mean, seeds, kind), ...dots(chart, 1.6, runs, kind), interval(chart, 0.5, mean, pairs, kind));
  return chart.node;
}

const STYLE = `
.ae-two { display: grid; gap: 12px 32px; }
.ae-side { display: grid; grid-template-columns: 1fr auto; align-items: start; }
.ae .bw-checks { margin: 0; }
.ae-side .bw-checks {
  grid-area: 1 / 1 / 2 / 3; display: grid; grid-template-columns: 1fr 1fr 1.4fr 1.3fr; gap: 6px;
}
.ae-side .bw-checks legend { margin-bottom: 4px; color: var(--bw-text); font-weight: 700; }
.ae-side > .bw-number { grid-area: 1 / 2; display: flex; gap: 10px; align-items: baseline; }
.ae-side > .bw-number > span { color: var(--bw-muted); font-size: 13px; font-weight: 400; }
.bw .ae-side .bw-check {
  justify-content: center; gap: 6px; padding: 0 4px; border: 1px solid var(--bw-line); border-radius: 22px;
  font-family: Georgia, "Times New Roman", serif; font-style: italic;
}
.bw .ae-side .bw-check:hover { border-color: var(--bw-own); }
.bw .ae-side .bw-check:has(input:checked) {
  border-color: var(--bw-own); background: color-mix(in srgb, var(--bw-own) 13%, transparent);
}
.ae-side .bw-check input { width: 18px; height: 18px; }
.bw .ae-corpus { gap: 0 12px; margin: -4px 0 8px; align-items: center; }
.ae-corpus legend { float: left; }
.ae-corpus .bw-check input { width: 20px; height: 20px; }
.bw .ae .bw-result p { min-height: 10.2em; }
.bw .ae figure { min-width: 0; margin: 0; padding: 0; }
.bw .ae figcaption { margin: 0 0 4px; padding: 0; color: var(--bw-text); font-size: 14px; text-align: left; }
.ae-a { --bw-own: var(--bw-muted); }
.ae-b { --bw-own: var(--bw-text); }
.ae-bar { fill: var(--bw-own); fill-opacity: 0.22; stroke: var(--bw-own); stroke-opacity: 0.5; }
.ae-mean { stroke: var(--bw-own); stroke-width: 2.5; stroke-linecap: round; }
.ae-dot { fill: var(--bw-paper); stroke: var(--bw-own); stroke-width: 1.5; }
.ae-dot.ae-b { fill: var(--bw-own); stroke: var(--bw-paper); }
.ae-mark { stroke: var(--bw-muted); stroke-opacity: 0.55; stroke-width: 2; }
.ae-chosen { stroke: var(--bw-text); stroke-opacity: 1; stroke-width: 3; }
.ae-near { fill: var(--bw-text); fill-opacity: 0.09; }
.ae-zero { stroke: var(--bw-text); stroke-width: 1.5; }
.bw-chart .ae-wins { fill: var(--bw-text); font-weight: 700; }
@container (min-width: 560px) {
  .ae-two { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .bw .ae .bw-result p { min-height: 5.9em; }
}
@container (min-width: 680px) { .bw .ae .bw-result p { min-height: 4.4em; } }
`;
