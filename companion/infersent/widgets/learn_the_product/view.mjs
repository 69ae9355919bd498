// @ts-check
/* The picture and the table of the two learners. */

import { createChart } from "../toolkit/chart.mjs";
import { h, s } from "../toolkit/nodes.mjs";
import { clamp, format, grouped, percent } from "../toolkit/numbers.mjs";
import { curve, pointAt } from "./curves.mjs";

/** @import { Point } from "../toolkit/chart.mjs" */
/** @import { Recorded } from "./curves.mjs" */

/**
 * The curves of all widths and of the given product, the chosen number of pairs marked.
 *
 * @param {Recorded[]} curves
 * @param {number[]} widths
 * @param {number[]} sizes
 */
export function createCurves(curves, widths, sizes) {
  const chart = createChart({
    x: { low: sizes[0], high: sizes[sizes.length - 1], log: true, label: "training pairs",
      ticks: sizes.map((size) => [size, size < 1000 ? String(size) : `${Math.round(size / 1024)}k`]) },
    y: { low: 0, high: 1, label: "explained", ticks: [0, 0.25, 0.5, 0.75, 1].map((y) => [y, percent(y)]) },
    alt: "",
  });
  /** @param {Recorded} point @param {"mean" | "low" | "high"} which @returns {Point} */
  const place = (point, which) => [point.samples, clamp(point[which], 0, 1)];

  /**
   * A curve; with a size, also its band, and a mark at so many pairs.
   *
   * @param {Recorded[]} points
   * @param {string} kind
   * @param {number} [size]
   */
  const draw = (points, kind, size) => {
    const line = s("path", { class: kind, d: chart.line(points.map((p) => place(p, "mean"))) });
    if (size === undefined) return [line];
    const edge = [...points.map((p) => place(p, "high")), ...points.toReversed().map((p) => place(p, "low"))];
    const [x, y] = place(pointAt(points, size), "mean");
    return [s("path", { class: `${kind} lp-band`, d: `${chart.line(edge)}Z` }), line,
      s("circle", { class: kind, cx: chart.toX(x), cy: chart.toY(y), r: 5 })];
  };
  return {
    node: chart.node,
    describe: chart.describe,
    /** @param {number} dim @param {number} chosen the width @param {number} size */
    update(dim, chosen, size) {
      const x = chart.toX(size);
      chart.layer.replaceChildren(
        s("line", { class: "lp-mark", x1: x, x2: x, y1: chart.toY(0), y2: chart.toY(1) }),
        ...draw(curve(curves, dim, 0), "bw-p lp-line", size),
        ...widths.filter((width) => width !== chosen).flatMap((width) =>
          draw(curve(curves, dim, width), "lp-line lp-other")),
        ...draw(curve(curves, dim, chosen), "bw-u lp-line", size));
    },
  };
}

/** The two learners in numbers. */
export function createTable() {
  const rows = [["u", "Network on (u, v)"], ["p", "Linear head on u∗v"]].map(([key, name]) => {
    const cells = ["parameters", "explained", "interval"].map(() => h("td", { class: "bw-number" }));
    return { cells, node: h("tr", { class: `bw-${key}` }, h("th", { scope: "row" }, name), ...cells) };
  });
  const head = ["Learner", "parameters", "explained", "interval"].map((name) => h("th", { scope: "col" }, name));
  return {
    node: h("table", { class: "lp-table" }, h("thead", {}, h("tr", {}, ...head)),
      h("tbody", {}, ...rows.map(({ node }) => node))),
    /** @param {Recorded[]} learners the network's point and the given head's */
    update(learners) {
      learners.forEach((point, i) => {
        const interval = [point.low, point.high].map((x) => format(100 * clamp(x, -1, 1), 1)).join(" to ");
        const texts = [grouped(point.parameters), percent(Math.max(0, point.mean), 1), `${interval}%`];
        texts.forEach((text, j) => { rows[i].cells[j].textContent = text; });
      });
    },
  };
}
