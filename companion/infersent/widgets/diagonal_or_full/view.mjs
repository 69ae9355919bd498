// @ts-check
/* The parts of "diagonal or full": the matrix to type, the axes as dials, W in heat maps, the share as a curve. */

import { createChart } from "../toolkit/chart.mjs";
import { h, s, symbol } from "../toolkit/nodes.mjs";
import { format } from "../toolkit/numbers.mjs";
import { bestShare, degrees, norm, rotated, share, shown } from "./form.mjs";

/** @import { Point } from "../toolkit/chart.mjs" */
/** @import { Encoders, Matrix } from "./form.mjs" */

export const LARGEST = 9; // the size that an entry of W may have

/**
 * W as four cells to type into.
 *
 * @param {(matrix: Matrix) => void} onChange
 */
export function createEditor(onChange) {
  const cells = [0, 1, 2, 3].map((i) => h("input", {
    type: "number", min: -LARGEST, max: LARGEST, step: "any", inputmode: "decimal",
    "aria-label": `W, row ${1 + (i >> 1)}, column ${1 + (i % 2)}`,
  }));
  /** @type {number[]} */
  let present = [];
  const show = () => cells.forEach((cell, i) => {
    if (cell.valueAsNumber !== present[i]) cell.value = String(present[i]); // else leave what is being typed: “1.” is 1
  });
  for (const cell of cells) {
    cell.addEventListener("input", () => {
      const [a, b, c, d] = cells.map((input) => input.valueAsNumber);
      if ([a, b, c, d].every((x) => Math.abs(x) <= LARGEST)) onChange([[a, b], [c, d]]);
    });
    cell.addEventListener("change", show); // what is no number from −9 to 9 gives way to what was there
  }
  return {
    node: h("fieldset", { class: "df-editor" },
      h("legend", {}, "the form ", symbol("uᵀWv"), ": type your own ", symbol("W")),
      h("div", { class: "df-brackets" }, ...cells)),
    /** @param {Matrix} matrix */
    update(matrix) {
      present = matrix.flat();
      show();
    },
  };
}

/**
 * A vector's own axes, and the best ones dashed.
 *
 * @param {string} name
 */
export function createDial(name) {
  /** @param {string} kind */
  const cross = (kind) => s("g", { class: `df-${kind}` },
    s("line", { "stroke-width": 3.5, x1: -44, x2: 44 }), s("line", { "stroke-width": 1.5, y1: -44, y2: 44 }));
  const [best, now] = [cross("best"), cross("now")];
  now.append(s("circle", { cx: 44, cy: 0, r: 5 }));
  const picture = s("svg", { class: "df-dial", viewBox: "-52 -52 104 104", role: "img" },
    s("circle", { class: "df-rim", r: 44 }), best, now);
  return {
    node: picture,
    /** @param {number} angle @param {number | null} goal the best angle, where one is better than another */
    update(angle, goal) {
      now.style.transform = `rotate(${-angle}deg)`;
      best.style.display = goal === null ? "none" : "";
      best.style.transform = `rotate(${-(goal ?? 0)}deg)`;
      picture.setAttribute("aria-label", `The axes of ${name}, turned by ${degrees(angle)}` +
        (goal === null ? "; no angle is better than another" : `; best at ${degrees(goal)}`));
    },
  };
}

/** W in the turned axes = its diagonal + the rest, as three heat maps with their numbers. */
export function createMaps() {
  const maps = ["turned W", "held by u∗v", "missed"].map(createHeatMap);
  const picture = s("svg", { class: "df-maps", viewBox: "0 0 340 146", role: "img" },
    write(109, 53, "", "="), write(231, 53, "", "+"), ...maps.flatMap((map) => map.nodes));
  return {
    node: picture,
    /** @param {Matrix} matrix @param {number} alpha @param {number} beta */
    update(matrix, alpha, beta) {
      const values = rotated(matrix, alpha, beta).flat();
      const held = share(matrix, alpha, beta);
      maps.forEach((map, which) => map.update(values, norm(matrix) || 1, [1, held, 1 - held][which]));
      const [a, b, c, d] = values.map((x) => format(x));
      picture.setAttribute("aria-label", `W in the turned axes: ${a}, ${b}; ${c}, ${d}. ` +
        `u∗v holds ${a} and ${d}, ${shown(held)} of the squares, and misses ${b} and ${c}.`);
    },
  };
}

/** @param {number} x @param {number} y @param {string} className @param {string} words */
const write = (x, y, className, words) => s("text", { x, y, class: className }, words);

/**
 * One of the three maps: of all of W, of its diagonal, or of the rest.
 *
 * @param {string} title
 * @param {number} which
 */
function createHeatMap(title, which) {
  const left = 122 * which;
  const cells = [0, 1, 2, 3].map((i) => {
    const onDiagonal = i === 0 || i === 3;
    const seen = which === 0 || onDiagonal === (which === 1);
    const [x, y] = [left + 2 + 47 * (i % 2), 2 + 47 * (i >> 1)];
    const kind = seen && onDiagonal ? "df-held" : "df-missed";
    return { seen, square: s("rect", { x, y, width: 45, height: 45, rx: 5, class: kind }),
      number: write(x + 22.5, y + 27.5, seen ? "" : "df-none", "0") };
  });
  const total = write(left + 48, 138, "df-total", "");
  return {
    nodes: [...cells.flatMap(({ square, number }) => [square, number]),
      write(left + 48, 117, "df-title", title), total],
    /** @param {number[]} values @param {number} largest @param {number} part of W's squares */
    update(values, largest, part) {
      cells.forEach(({ seen, square, number }, i) => {
        const value = seen ? values[i] : 0;
        const paint = `var(--bw-${value < 0 ? "n" : "p"}) ${((45 * Math.abs(value)) / largest).toFixed(1)}%`;
        square.style.fill = `color-mix(in srgb, ${paint}, var(--bw-paper))`;
        if (seen) number.textContent = format(value);
      });
      total.textContent = shown(part);
    },
  };
}

/** The share at every angle, with the present one marked. */
export function createCurve() {
  /** @param {number} most @param {string} label */
  const frame = (most, label) => createChart({
    x: { low: 0, high: most, label, ticks: [0, 1, 2, 3, 4, 5, 6].map((i) => [(i * most) / 6, `${(i * most) / 6}°`]) },
    y: { low: 0, high: 1, ticks: [[0, "0%"], [0.5, "50%"], [1, "100%"]], label: "on the diagonal" },
    alt: "",
  });
  const frames = { 1: frame(90, "angle of both"), 2: frame(180, "angle of v, with u’s as it is") };
  const caption = h("figcaption");
  const node = h("figure", { class: "df-curve" });
  return {
    node,
    /** @param {Matrix} matrix @param {Encoders} encoders @param {number} alpha @param {number} beta */
    update(matrix, encoders, alpha, beta) {
      const { layer, line, toX, toY, describe, node: picture } = frames[encoders];
      const last = encoders === 1 ? 90 : 180;
      /** @param {number} angle */
      const at = (angle) => share(matrix, encoders === 1 ? angle : alpha, angle);
      const most = bestShare(matrix, encoders);
      const points = Array.from({ length: 91 }, (_, i) =>
        /** @type {Point} */ ([(i * last) / 90, at((i * last) / 90)]));
      layer.replaceChildren(
        s("path", { class: "df-most", d: line([[0, most], [last, most]]) }),
        s("path", { class: "df-line", d: line(points) }),
        s("circle", { class: "df-point", cx: toX(beta), cy: toY(at(beta)), r: 6.5 }));
      describe(`The share on the diagonal against the angle: ${shown(at(beta))} at ${degrees(beta)}`);
      caption.textContent =
        `Dashed: what ${encoders === 1 ? "one encoder" : "two encoders"} can reach, ${shown(most)}.`;
      node.replaceChildren(picture, caption);
    },
  };
}
