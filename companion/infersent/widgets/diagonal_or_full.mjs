/* Diagonal or full: turn the axes of u and v, and watch how much of uᵀWv a diagonal can hold.
 *
 * The model has matrix, [[a, b], [c, d]] with entries in [−9, 9]; encoders, 1 or 2; angle, in [0, 90] degrees, by which
 * u's axes are turned, and with one encoder v's too; and angle_v, in [0, 180], for v's axes with two encoders. */

import {
  change, createButton, createChart, createChoices, createResult, createSlider, format, h, mount, s, symbol,
} from "./toolkit.mjs";

const LARGEST = 9;
const ABSENT = 1e-12; // parts of W smaller than this share of it count as absent
const SAME = 1e-6; // shares this close count as equal
const radians = (degrees) => (degrees * Math.PI) / 180;

// ---- the arithmetic ----

/** W = [[m + p, q + r], [q − r, m − p]]: a dot product, two symmetric parts, and the part that a swap turns over. */
export function parts([[a, b], [c, d]]) {
  return { m: (a + d) / 2, p: (a - d) / 2, q: (b + c) / 2, r: (b - c) / 2 };
}

const squares = ({ m, p, q, r }) => m * m + p * p + q * q + r * r;

/** W in turned axes: R(α)ᵀ W R(β). Turning moves (m, r) by the difference of the angles, (p, q) by their sum. */
export function rotated(matrix, alpha, beta) {
  const { m, p, q, r } = parts(matrix);
  const [difference, sum] = [radians(alpha - beta), radians(alpha + beta)];
  const turned = {
    m: m * Math.cos(difference) - r * Math.sin(difference),
    r: m * Math.sin(difference) + r * Math.cos(difference),
    p: p * Math.cos(sum) + q * Math.sin(sum),
    q: q * Math.cos(sum) - p * Math.sin(sum),
  };
  return [[turned.m + turned.p, turned.q + turned.r], [turned.q - turned.r, turned.m - turned.p]];
}

/** The diagonal's share of the sum of the squared entries, in turned axes; of a zero W, all. */
export function share(matrix, alpha, beta) {
  const [[a, b], [c, d]] = rotated(matrix, alpha, beta);
  const total = a * a + b * b + c * c + d * d;
  return total > 0 ? (a * a + d * d) / total : 1;
}

/** The angles of u's and of v's axes at which the diagonal holds most; 0 where every angle does as well. */
export function bestAngle(matrix, encoders) {
  const { m, p, q, r } = parts(matrix);
  const least = ABSENT * squares({ m, p, q, r });
  const angle = (x, y) => (x * x + y * y > least ? (Math.atan2(y, x) * 180) / Math.PI : 0);
  const psi = angle(p, q);
  const phi = encoders === 2 ? angle(m, r) : 0;
  const [a, b] = [(psi - phi) / 2, (psi + phi) / 2].map((x) => Math.round(1e6 * x) / 1e6);
  const quarters = 90 * Math.floor(a / 90); // taken off both, they swap the axes and change no square
  return [a - quarters, (((b - quarters) % 180) + 180) % 180];
}

/** The share that the diagonal holds at the best angles. */
export function bestShare(matrix, encoders) {
  const { r } = parts(matrix);
  const total = squares(parts(matrix));
  return encoders === 1 && total > 0 ? 1 - (r * r) / total : 1;
}

// ---- the words ----

const degrees = (x) => `${format(x, Math.abs(x - Math.round(x)) < 0.05 ? 0 : 1)}°`;

/** A share in words: only nothing is 0%, and only all is 100%. */
const shown = (x) => {
  if (x > SAME && x < 0.005) return "under 1%";
  if (x < 1 - SAME && x >= 0.995) return "over 99%";
  return `${format(100 * x, 0)}%`;
};

/** What the diagonal holds at these angles, and what it could: a headline and a sentence. */
export function describe(matrix, encoders, alpha, beta) {
  const { m, p, q, r } = parts(matrix);
  const total = squares({ m, p, q, r });
  if (total === 0) return ["W is zero.", "There is nothing to hold. Type a number into one of its cells."];
  const [now, most] = [share(matrix, alpha, beta), bestShare(matrix, encoders)];
  const [a, b] = bestAngle(matrix, encoders).map(degrees);
  const atBest = now > most - SAME;
  const holds = (place) => `At ${place} the diagonal holds ${shown(now)} of W.`;
  if (encoders === 2)
    return [holds(`${degrees(alpha)} and ${degrees(beta)}`), atBest
      ? "With an encoder for each sentence, some pair of angles does this for every W."
      : `The best angles are ${a} and ${b}, where it holds 100%: two encoders can do this for every W.`];
  const headline = holds(degrees(alpha));
  const absent = (x) => x <= ABSENT * total;
  if (absent(m * m + p * p + q * q))
    return [headline, "No angle helps. W is antisymmetric: swap u and v, and the score changes its sign; u∗v stays."];
  if (absent(p * p + q * q))
    return [headline, absent(r * r) ? "So it does at every angle: no turn changes a multiple of the dot product."
      : `No angle does better: the other ${shown(1 - most)} of W is antisymmetric.`];
  const best = atBest ? "This is the best angle" : `The best angle is ${a}, where it holds ${shown(most)}`;
  return [headline, absent(r * r) ? `${best}: W is symmetric.`
    : `${best}. The other ${shown(1 - most)} is antisymmetric: no turn of both brings it in.`];
}

// ---- the widget ----

const CASES = [
  ["Dot product", [[1, 0], [0, 1]]],
  ["Weighted", [[2, 0], [0, -1]]],
  ["Symmetric", [[2, 2], [2, -1]]],
  ["Antisymmetric", [[0, 1], [-1, 0]]],
  ["Mixed", [[2, 3], [1, -1]]],
];
const TRAITS = ["matrix", "encoders", "angle", "angle_v"];
const same = (first, second) => first.flat().every((x, i) => x === second.flat()[i]);

export default {
  render({ model, el }) {
    const start = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    check(start);
    const set = (values) => change(model, values);
    const turn = (values) => {
      if (model.get("encoders") === 1) values.angle_v = values.angle; // so that v goes on from there
      set(values);
    };

    const cases = createChoices({
      label: "Named forms", choices: CASES, onChoose: (matrix) => set({ matrix }), onReset: () => set(start),
    });
    const editor = createEditor((matrix) => set({ matrix }));
    const encoders = createChoices({
      label: "Encoders", choices: [["One encoder", 1], ["Two encoders", 2]],
      onChoose: (count) => set({ encoders: count, angle_v: model.get("angle") }),
    });
    const slider = (name, max, onInput) => createSlider({
      label: ["turn the axes of ", symbol(name)], min: 0, max, step: 1, show: degrees, onInput,
    });
    const sliderU = slider("u", 90, (angle) => turn({ angle }));
    const sliderV = slider("v", 180, (angle_v) => turn({ angle_v }));
    const [dialU, dialV] = [createDial("u"), createDial("v")];
    const toBest = createButton("Turn to the best angle", () => {
      const [angle, angle_v] = bestAngle(model.get("matrix"), model.get("encoders"));
      turn({ angle, angle_v });
    });
    const result = createResult();
    const maps = createMaps();
    const curve = createCurve();

    return mount({
      model, el, style: STYLE, traits: TRAITS,
      node: h("div", { class: "df" },
        cases.node,
        h("div", { class: "df-columns" },
          h("div", {}, editor.node, encoders.node),
          h("div", { class: "df-turns" },
            h("div", { class: "df-turn bw-u" }, dialU.node, sliderU.node),
            h("div", { class: "df-turn bw-v" }, dialV.node, sliderV.node),
            toBest)),
        result.node,
        h("div", { class: "df-columns" }, maps.node, curve.node),
        h("p", { class: "bw-hint" }, "Shares are of the sum of the squared entries. The dials show the turned axes " +
          "(the first is thick) and, dashed, the best ones.")),
      update() {
        const [matrix, count, alpha, angleV] = TRAITS.map((name) => model.get(name));
        const beta = count === 1 ? alpha : angleV;
        const best = bestAngle(matrix, count);
        const { m, p, q, r } = parts(matrix);
        const free = count === 1 && p * p + q * q <= ABSENT * (m * m + r * r); // every angle does as well
        cases.update((value) => same(value, matrix));
        editor.update(matrix);
        encoders.update((value) => value === count);
        sliderU.update(alpha);
        sliderV.update(beta);
        sliderV.node.querySelector("input").disabled = count === 1;
        dialU.update(alpha, free ? null : best[0]);
        dialV.update(beta, free ? null : best[1]);
        result.update(describe(matrix, count, alpha, beta));
        maps.update(matrix, alpha, beta);
        curve.update(matrix, count, alpha, beta);
      },
    });
  },
};

function check({ matrix, encoders, angle, angle_v }) {
  const within = (x, low, high) => typeof x === "number" && x >= low && x <= high;
  const pair = (list, test) => Array.isArray(list) && list.length === 2 && list.every(test);
  if (!pair(matrix, (row) => pair(row, (x) => within(x, -LARGEST, LARGEST))))
    throw new RangeError(`matrix must be two rows of two numbers in [−9, 9], not ${JSON.stringify(matrix)}`);
  if (encoders !== 1 && encoders !== 2) throw new RangeError(`encoders must be 1 or 2, not ${encoders}`);
  if (!within(angle, 0, 90)) throw new RangeError(`angle must be in [0, 90], not ${angle}`);
  if (!within(angle_v, 0, 180)) throw new RangeError(`angle_v must be in [0, 180], not ${angle_v}`);
}

// ---- the parts ----

/** W as four cells to type into. */
function createEditor(onChange) {
  const cells = [0, 1, 2, 3].map((i) => h("input", {
    type: "number", min: -LARGEST, max: LARGEST, step: "any", inputmode: "decimal",
    "aria-label": `W, row ${1 + (i >> 1)}, column ${1 + (i % 2)}`,
  }));
  let present = [];
  const show = () => cells.forEach((cell, i) => {
    if (cell.valueAsNumber !== present[i]) cell.value = present[i]; // else leave what is being typed: “1.” is 1
  });
  for (const cell of cells) {
    cell.addEventListener("input", () => {
      const values = cells.map((c) => c.valueAsNumber);
      if (values.every((x) => Math.abs(x) <= LARGEST)) onChange([values.slice(0, 2), values.slice(2)]);
    });
    cell.addEventListener("change", show); // what is no number from −9 to 9 gives way to what was there
  }
  return {
    node: h("fieldset", { class: "df-editor" },
      h("legend", {}, "the form ", symbol("uᵀWv"), ": type your own ", symbol("W")),
      h("div", { class: "df-brackets" }, ...cells)),
    update(matrix) {
      present = matrix.flat();
      show();
    },
  };
}

/** A vector's own axes, and the best ones dashed. */
function createDial(name) {
  const cross = (kind) => {
    const arm = (width, ends) => s("line", { "stroke-width": width, ...ends });
    return s("g", { class: `df-${kind}` }, arm(3.5, { x1: -44, x2: 44 }), arm(1.5, { y1: -44, y2: 44 }));
  };
  const [best, now] = [cross("best"), cross("now")];
  now.append(s("circle", { cx: 44, cy: 0, r: 5 }));
  const picture = s("svg", { class: "df-dial", viewBox: "-52 -52 104 104", role: "img" },
    s("circle", { class: "df-rim", r: 44 }), best, now);
  return {
    node: picture,
    update(angle, goal) {
      now.style.transform = `rotate(${-angle}deg)`;
      best.style.display = goal === null ? "none" : "";
      best.style.transform = `rotate(${-goal}deg)`;
      picture.setAttribute("aria-label", `The axes of ${name}, turned by ${degrees(angle)}` +
        (goal === null ? "; no angle is better than another" : `; best at ${degrees(goal)}`));
    },
  };
}

/** W in the turned axes = its diagonal + the rest, as three heat maps with their numbers. */
function createMaps() {
  const text = (x, y, className, words) => s("text", { x, y, class: className }, words);
  const maps = ["turned W", "held by u∗v", "missed"].map((title, which) => {
    const left = 122 * which;
    const cells = [0, 1, 2, 3].map((i) => {
      const seen = which === 0 || (i === 0 || i === 3) === (which === 1);
      const [x, y] = [left + 2 + 47 * (i % 2), 2 + 47 * (i >> 1)];
      const held = seen && (i === 0 || i === 3);
      const square = s("rect", { x, y, width: 45, height: 45, rx: 5, class: held ? "df-held" : "df-missed" });
      return { square, number: text(x + 22.5, y + 27.5, seen ? "" : "df-none", "0"), seen };
    });
    return { cells, left, title, total: text(left + 48, 138, "df-total", "") };
  });
  const picture = s("svg", { class: "df-maps", viewBox: "0 0 340 146", role: "img" },
    text(109, 53, "", "="), text(231, 53, "", "+"),
    ...maps.flatMap(({ cells, left, title, total }) =>
      [...cells.flatMap(({ square, number }) => [square, number]), text(left + 48, 117, "df-title", title), total]));
  return {
    node: picture,
    update(matrix, alpha, beta) {
      const values = rotated(matrix, alpha, beta).flat();
      const { m, p, q, r } = parts(matrix);
      const largest = Math.hypot(m, r) + Math.hypot(p, q) || 1; // W's norm: no entry exceeds it in any axes
      const held = share(matrix, alpha, beta);
      maps.forEach(({ cells, total }, which) => {
        cells.forEach(({ square, number, seen }, i) => {
          const value = seen ? values[i] : 0;
          const paint = `var(--bw-${value < 0 ? "n" : "p"}) ${((45 * Math.abs(value)) / largest).toFixed(1)}%`;
          square.style.fill = `color-mix(in srgb, ${paint}, var(--bw-paper))`;
          if (seen) number.textContent = format(value);
        });
        total.textContent = shown([1, held, 1 - held][which]);
      });
      const [a, b, c, d] = values.map((x) => format(x));
      picture.setAttribute("aria-label", `W in the turned axes: ${a}, ${b}; ${c}, ${d}. ` +
        `u∗v holds ${a} and ${d}, ${shown(held)} of the squares, and misses ${b} and ${c}.`);
    },
  };
}

/** The share at every angle, with the present one marked. */
function createCurve() {
  const tick = (angle) => [angle, `${angle}°`];
  const frame = (most, label) => createChart({
    x: { low: 0, high: most, ticks: [0, 1, 2, 3, 4, 5, 6].map((i) => tick((i * most) / 6)), label },
    y: { low: 0, high: 1, ticks: [[0, "0%"], [0.5, "50%"], [1, "100%"]], label: "on the diagonal" },
    alt: "",
  });
  const frames = { 1: frame(90, "angle of both"), 2: frame(180, "angle of v, with u’s as it is") };
  const caption = h("figcaption");
  const node = h("figure", { class: "df-curve" });
  return {
    node,
    update(matrix, encoders, alpha, beta) {
      const { layer, line, toX, toY, describe: tell, node: picture } = frames[encoders];
      const last = encoders === 1 ? 90 : 180;
      const at = (angle) => share(matrix, encoders === 1 ? angle : alpha, angle);
      const most = bestShare(matrix, encoders);
      const points = Array.from({ length: 91 }, (_, i) => [(i * last) / 90, at((i * last) / 90)]);
      layer.replaceChildren(
        s("path", { class: "df-most", d: line([[0, most], [last, most]]) }),
        s("path", { class: "df-line", d: line(points) }),
        s("circle", { class: "df-point", cx: toX(beta), cy: toY(at(beta)), r: 6.5 }));
      tell(`The share on the diagonal against the angle: ${shown(at(beta))} at ${degrees(beta)}`);
      caption.textContent =
        `Dashed: what ${encoders === 1 ? "one encoder" : "two encoders"} can reach, ${shown(most)}.`;
      node.replaceChildren(picture, caption);
    },
  };
}

const STYLE = `
.df-columns { display: grid; gap: 12px 32px; align-items: center; }
.bw .df-editor { margin: 0 0 16px; padding: 0; border: 0; }
.df-editor legend { float: none; width: auto; margin: 0 0 6px; padding: 0; font: inherit; }
.df-brackets {
  display: inline-grid; grid-template-columns: repeat(2, 84px); gap: 6px; padding: 4px 10px;
  border: solid var(--bw-text); border-width: 0 2px; border-radius: 10px;
}
.bw .df-brackets input {
  width: 100%; height: 44px; padding: 0 4px; border: 1px solid var(--bw-line); border-radius: 6px; font: inherit;
  font-variant-numeric: tabular-nums; text-align: center; background: var(--bw-paper); color: inherit;
}
.df-turns { display: grid; gap: 6px; justify-items: start; }
.df-turn { display: grid; grid-template-columns: 72px minmax(0, 1fr); gap: 16px; align-items: center; width: 100%; }
.df-turn :disabled { opacity: 0.45; }
.df-dial { display: block; width: 72px; }
.df-rim { fill: var(--bw-tint); stroke: var(--bw-line); }
.df-now { stroke: var(--bw-own); fill: var(--bw-own); stroke-linecap: round; }
.df-best { stroke: var(--bw-text); stroke-dasharray: 4 5; stroke-opacity: 0.75; }
.df-maps { display: block; width: 100%; }
.df-maps text { fill: var(--bw-text); font-size: 14px; text-anchor: middle; font-variant-numeric: tabular-nums; }
.df-maps .df-none, .df-maps .df-title { fill: var(--bw-muted); }
.df-maps .df-total { font-size: 16px; font-weight: 600; }
.df-held { stroke: var(--bw-p); stroke-width: 2.5; }
.df-missed { stroke: var(--bw-line); stroke-dasharray: 3 3; }
.bw .df-curve { min-width: 0; margin: 0; padding: 0; }
.df-curve svg { overflow: visible; }
.bw .df-curve figcaption { margin: 4px 0 0; padding: 0; color: var(--bw-muted); font-size: 13px; text-align: left; }
.df-line { fill: none; stroke: var(--bw-p); stroke-width: 2.5; }
.df-most { stroke: var(--bw-text); stroke-width: 1.5; stroke-dasharray: 5 4; }
.df-point { fill: var(--bw-p); stroke: var(--bw-paper); stroke-width: 2.5; }
.df .bw-result p { min-height: 7.3em; }
@container (min-width: 560px) {
  .df-columns { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .df .bw-result p { min-height: 2.9em; }
}
@media (prefers-reduced-motion: no-preference) { .df-now, .df-best { transition: transform 0.15s; } }
`;
