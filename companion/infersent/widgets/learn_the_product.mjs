/* Learn the product: how much of a dot product a network on (u, v) has found, beside a linear head that is given u∗v.
 *
 * The model has dim, width and samples (what is chosen) and curves (the recorded points). Nothing is computed here but
 * the choice of points and their words. */
import {
  change, clamp, createChart, createChoices, createResult, createSlider, format, h, mount, percent, s,
} from "./toolkit.mjs";

const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** The values that the curves have of one setting, in order; a width of 0 is the head that is given the product. */
export const values = (curves, name) =>
  [...new Set(curves.filter((point) => point.width > 0).map((point) => point[name]))].sort((a, b) => a - b);

/** The points of one learner in one dimension, by number of pairs. */
export const curve = (curves, dim, width) =>
  curves.filter((point) => point.dim === dim && point.width === width).sort((a, b) => a.samples - b.samples);

/** The smallest number of pairs from which a curve explains at least so much, or undefined. */
export const enough = (points, share) => points.find(({ mean }) => mean >= share)?.samples;

/** What the two learners have found: a headline and a sentence. */
export function describe(curves, dim, width, samples) {
  const [network, given] = [width, 0].map((w) => curve(curves, dim, w).find((point) => point.samples === samples));
  const least = enough(curve(curves, dim, 0), network.mean);
  const headline = network.mean <= 0 ? "Nothing found yet."
    : network.mean < 0.5 ? "Less than half is found."
    : network.mean < 0.95 ? "More than half is found."
    : "Found, or nearly.";
  const found = network.mean <= 0 ? "explains none of the dot product: it does no better than the answer 0"
    : `explains ${percent(network.mean, 1)} of the dot product`;
  const fewest = curve(curves, dim, 0)[0].samples;
  const learner = `a network of ${grouped(network.parameters)} parameters`;
  return [headline, `From ${grouped(samples)} pairs, ${learner} ${found}. ` +
    `Given u∗v, ${grouped(given.parameters)} parameters explain ${percent(given.mean, 1)}` +
    (least === fewest && samples > fewest ? `, and ${grouped(least)} pairs are enough to beat the network` : "") +
    "."];
}

export default {
  render({ model, el }) {
    const curves = model.get("curves");
    const start = {};
    for (const name of ["dim", "width", "samples"]) {
      start[name] = model.get(name);
      const known = values(curves, name);
      if (!known.includes(start[name]))
        throw new RangeError(`${name} must be one of ${known.join(", ")}, not ${start[name]}`);
    }
    const [dims, widths, sizes] = ["dim", "width", "samples"].map((name) => values(curves, name));
    const now = () => ["dim", "width", "samples"].map((name) => model.get(name));

    const choices = createChoices({
      label: "Length of each vector",
      choices: dims.map((dim) => [`${dim} numbers a vector`, dim]),
      onChoose: (dim) => change(model, { dim }),
      onReset: () => change(model, start),
    });
    /** A slider whose positions are the recorded values. */
    const createSteps = (name, known, label, show) => {
      const slider = createSlider({
        label: [label], min: 0, max: known.length - 1, step: 1,
        onInput: (place) => change(model, { [name]: known[clamp(place, 0, known.length - 1)] }),
        show: (place) => show(known[place]),
      });
      return { node: slider.node, update: (value) => slider.update(known.indexOf(value)) };
    };
    const samples = createSteps("samples", sizes, "Training pairs", grouped);
    const width = createSteps("width", widths, "Width of the network", (w) => `×${w}`);

    const chart = createChart({
      x: { low: sizes[0], high: sizes.at(-1), log: true, label: "training pairs",
        ticks: sizes.map((size) => [size, size < 1000 ? String(size) : `${Math.round(size / 1024)}k`]) },
      y: { low: 0, high: 1, label: "explained", ticks: [0, 0.25, 0.5, 0.75, 1].map((y) => [y, percent(y)]) },
      alt: "",
    });
    const result = createResult();
    const rows = [["u", "Network on (u, v)"], ["p", "Linear head on u∗v"]].map(([key, name]) => {
      const cells = ["parameters", "explained", "interval"].map(() => h("td", { class: "bw-number" }));
      return { cells, node: h("tr", { class: `bw-${key}` }, h("th", { scope: "row" }, name), ...cells) };
    });
    const table = h("table", { class: "lp-table" },
      h("thead", {}, h("tr", {}, ...["Learner", "parameters", "explained", "interval"].map((name) =>
        h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...rows.map(({ node }) => node)));

    const update = () => {
      const [dim, chosen, size] = now();
      choices.update((value) => value === dim);
      samples.update(size);
      width.update(chosen);
      draw(chart, curves, dim, chosen, widths, size);
      [chosen, 0].forEach((w, i) => {
        const point = curve(curves, dim, w).find((candidate) => candidate.samples === size);
        const interval = [point.low, point.high].map((x) => format(100 * clamp(x, -1, 1), 1)).join(" to ");
        const texts = [grouped(point.parameters), percent(Math.max(0, point.mean), 1), `${interval}%`];
        texts.forEach((text, j) => { rows[i].cells[j].textContent = text; });
      });
      const words = describe(curves, dim, chosen, size);
      chart.describe(`Share of the dot product explained, against training pairs. ${words.join(" ")}`);
      result.update(words);
    };
    const node = h("div", { class: "lp" }, choices.node,
      h("div", { class: "lp-top" },
        h("div", { class: "lp-sliders" }, samples.node, width.node,
          h("div", { class: "lp-scroll", tabindex: 0, role: "region", "aria-label": "The two learners" }, table)),
        h("figure", {}, chart.node, h("figcaption", { "aria-hidden": "true" },
          h("span", { class: "lp-key bw-p" }, "given u∗v"), h("span", { class: "lp-key bw-u" }, "this width"),
          h("span", { class: "lp-key lp-faint" }, "other widths")))),
      result.node,
      h("p", { class: "bw-hint" }, "Explained: the share of the dot product's variance. " +
        "Recorded runs, three seeds each; the band is their 95% interval."));
    return mount({ model, el, style: STYLE, node, traits: ["dim", "width", "samples"], update });
  },
};

/** Draw the product's curve, the networks', and the chosen number of pairs. */
function draw(chart, curves, dim, chosen, widths, size) {
  const shown = (share) => clamp(share, 0, 1);
  const drawn = [0, ...widths.filter((width) => width !== chosen), chosen].flatMap((width) => {
    const points = curve(curves, dim, width);
    const kind = width === 0 ? "bw-p lp-line" : width === chosen ? "bw-u lp-line" : "lp-line lp-other";
    const line = s("path", { class: kind, d: chart.line(points.map((p) => [p.samples, shown(p.mean)])) });
    if (width !== 0 && width !== chosen) return [line];
    const edge = [...points.map((p) => [p.samples, shown(p.high)]),
      ...points.toReversed().map((p) => [p.samples, shown(p.low)])];
    const here = points.find((p) => p.samples === size);
    return [s("path", { class: `${kind} lp-band`, d: `${chart.line(edge)}Z` }), line,
      s("circle", { class: kind, cx: chart.toX(size), cy: chart.toY(shown(here.mean)), r: 5 })];
  });
  const x = chart.toX(size);
  const mark = s("line", { class: "lp-mark", x1: x, x2: x, y1: chart.toY(0), y2: chart.toY(1) });
  chart.layer.replaceChildren(mark, ...drawn);
}

const STYLE = `
.lp-top { display: grid; gap: 12px 32px; }
.lp-sliders { display: grid; align-content: start; gap: 4px; min-width: 0; }
.bw .lp figure { min-width: 0; margin: 0; }
.bw .lp figcaption { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 4px 0 0 44px; padding: 0; font-size: 13px;
  color: var(--bw-muted); text-align: left; }
.lp-key::before { content: ""; display: inline-block; width: 18px; height: 3px; margin-right: 6px;
  vertical-align: middle; border-radius: 2px; background: var(--bw-own); }
.lp-faint { --bw-own: color-mix(in srgb, var(--bw-u) 45%, var(--bw-paper)); }
.lp-line { fill: none; stroke: var(--bw-own); stroke-width: 2.5; }
.lp-other { --bw-own: color-mix(in srgb, var(--bw-u) 45%, var(--bw-paper)); stroke-width: 1.5; }
.lp-band { fill: var(--bw-own); fill-opacity: 0.16; stroke: none; }
circle.lp-line { fill: var(--bw-own); stroke: var(--bw-paper); stroke-width: 2; }
.lp-mark { stroke: var(--bw-text); stroke-dasharray: 3 3; stroke-opacity: 0.6; }
.bw .lp .bw-result p { min-height: 8.8em; }
.lp-scroll { overflow-x: auto; }
.bw .lp-table { width: 100%; margin: 4px 0 0; border-collapse: collapse; font-size: 13px; color: inherit;
  background: none; }
.bw .lp-table :is(th, td) { padding: 6px 2px; border: 0; border-bottom: 1px solid var(--bw-line); text-align: right;
  font-weight: 400; background: none; color: inherit; white-space: nowrap; }
.bw .lp-table th:first-child { text-align: left; white-space: normal; }
.bw .lp-table td { font-weight: 600; }
.bw .lp-table thead th { color: var(--bw-muted); }
.bw .lp-table tbody tr { height: 76px; }
.bw .lp-table tbody th { position: relative; padding-left: 1.3em; }
.lp-table tbody th::before { content: ""; position: absolute; left: 2px; top: 0.8em; width: 0.7em; height: 0.7em;
  border-radius: 3px; background: var(--bw-own); }
@container (min-width: 560px) {
  .lp-top { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .bw .lp .bw-result p { min-height: 4.4em; }
}
`;
