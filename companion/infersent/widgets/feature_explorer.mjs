/* The feature explorer: move one coordinate of u and of v, and watch the four pair features and their slopes answer.
 *
 * The model has two numbers, u and v, in [-1, 1]. Each feature has a map over the square with its contours and its
 * gradient, and the one point can be dragged in every map. */

import { change, clamp, createChoices, createResult, createSlider, format, h, mount, s, symbol } from "./toolkit.mjs";

/** The four features of one coordinate, in the order of infersent.BLOCKS. */
export function features(u, v) {
  return [u, v, Math.abs(u - v), u * v];
}

/** Their gradients: how fast each feature grows with u and with v. At the kink of |u−v| both are 0, as in PyTorch. */
export function gradients(u, v) {
  const sign = Math.sign(u - v);
  return [[1, 0], [0, 1], [sign, -sign], [v, u]];
}

const OFF = 0.2; // below this size a coordinate counts as off
const ON = 0.5; // from this size on it counts as fully on
const EQUAL = 0.1; // below this difference two coordinates count as nearly equal

/** What the four features say at (u, v): a headline and a sentence. */
export function describe(u, v) {
  const [, , difference, product] = features(u, v);
  const d = `|u−v| is ${format(difference)}`;
  const p = `u∗v is ${format(product)}`;
  const small = Math.min(Math.abs(u), Math.abs(v));
  const large = Math.max(Math.abs(u), Math.abs(v));
  if (large < OFF)
    return ["Both off.", `${d} and ${p}. |u−v| would be as small if both were on and equal: it cannot tell the two.`];
  if (small < OFF && large < ON)
    return ["One off, the other barely on.", `${d}: the gap between them. ${p}: close to zero.`];
  if (small < OFF)
    return ["One on, one off.", `${d}: a clear gap. ${p}: close to zero, almost as if both were off.`];
  if (product < 0)
    return ["Opposite signs.", `${d}: the two sizes add up. ${p}: negative, because the signs disagree.`];
  const equal = format(difference) === format(0) ? "equal" : "nearly equal";
  if (u < 0) {
    const [gap, headline] = difference < EQUAL ? [", as small as if both were off", `Both negative, and ${equal}.`]
      : [": the gap between them", "Both negative."];
    return [headline, `${d}${gap}. ${p}, the same as for (${format(-u)}, ${format(-v)}): ` +
      "the product sees that the signs agree. Which sign it is, u and v say."];
  }
  const both = small < ON ? "Both partly on" : "Both on";
  if (difference < EQUAL)
    return [`${both}, and ${equal}.`, `${d}, as small as if both were off. ${p}: ` +
      "of the two comparisons, only the product sees that both are on."];
  return [`${both}, one more than the other.`, `${d}: how far apart they are. ${p}: how far both are on together.`];
}

const CASES = [
  ["Both on", [0.9, 0.9]],
  ["Both off", [0.05, 0.05]],
  ["One on", [0.9, 0.05]],
  ["Opposite", [0.8, -0.8]],
  ["Both negative", [-0.8, -0.8]],
];
const KEY_STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

export default {
  render({ model, el }) {
    const at = () => [model.get("u"), model.get("v")];
    const start = at();
    ["u", "v"].forEach((name, i) => {
      if (typeof start[i] !== "number" || !(Math.abs(start[i]) <= 1))
        throw new RangeError(`${name} must be a number in [−1, 1], not ${start[i]}`);
    });
    const move = (u, v) => change(model, { u: clamp(round(u), -1, 1), v: clamp(round(v), -1, 1) });

    const cases = createChoices({
      label: "Named cases", choices: CASES, onChoose: (point) => move(...point),
      onReset: () => change(model, { u: start[0], v: start[1] }),
    });
    const sliders = [["u", "premise"], ["v", "hypothesis"]].map(([name, role], i) => {
      const label = [symbol(name, "i"), ` of the ${role}`];
      const onInput = (value) => change(model, { [name]: value });
      const slider = createSlider({ label, min: -1, max: 1, step: 0.01, onInput });
      slider.node.classList.add(`bw-${name}`);
      return { ...slider, show: (...point) => slider.update(point[i]) };
    });
    const result = createResult();
    const rows = SURFACES.map(createRow);
    const maps = SURFACES.map((surface, i) => createMap(surface, i, at, move));
    const node = h("div", {}, cases.node, result.node,
      h("div", { class: "fx-main" },
        h("div", { class: "fx-maps" }, ...maps.map((map) => map.node)),
        h("div", {}, ...sliders.map((slider) => slider.node),
          h("div", { role: "list", "aria-label": "The four features" }, ...rows.map((row) => row.node)))),
      h("p", { class: "bw-hint" }, "Drag a point, tap a map, or focus a point and press the arrow keys. Along a line ",
        "the feature stays the same; the next line is 0.25 away, and dashed below zero. ",
        "An arrow points where the feature grows fastest, and is the longer the faster."));

    const update = () => {
      const [u, v] = at();
      const [values, slopes] = [features(u, v), gradients(u, v)];
      cases.update((point) => point[0] === u && point[1] === v);
      result.update(describe(u, v));
      sliders.forEach((slider) => slider.show(u, v));
      [rows, maps].forEach((parts) => parts.forEach((part, i) => part.update(values[i], slopes[i], u, v)));
    };
    return mount({ model, el, style: STYLE, node, traits: ["u", "v"], update });
  },
};

// ---- the parts: each has a node, and an update(value, slope, u, v) that shows one feature ----

/** A feature's name, its value as a bar, and in words how it moves. */
function createRow({ key, name }) {
  const share = (x) => (100 * (x + 1)) / 3; // from −1 to 2, which |u−v| reaches
  const [bar, number, slopes] = [h("span"), h("span", { class: "bw-number" }), h("span", { class: "fx-slopes" })];
  return {
    node: h("div", { class: `fx-row bw-${key}`, role: "listitem" },
      h("span", { class: "fx-name" }, name), h("span", { class: "fx-track" }, bar), number, slopes),
    update(value, [du, dv]) {
      bar.style.left = `${share(Math.min(value, 0))}%`;
      bar.style.width = `${share(Math.abs(value)) - share(0)}%`;
      number.textContent = format(value);
      slopes.textContent = du || dv ? `moves with u: ${format(du)}, with v: ${format(dv)}`
        : key === "d" ? "at its kink: no slope" : "flat here: moves with neither";
    },
  };
}

/** The square [−1, 1]² with a feature's shades, contours and gradient, and the point, which can be dragged. */
function createMap({ key, name, low, high, alt, lines, shades = () => [] }, index, at, move) {
  const handle = h("span", {
    class: "fx-handle", role: "slider", tabindex: 0, "aria-label": `Point (u, v) on the map of ${name}`,
    "aria-valuemin": low, "aria-valuemax": high,
  });
  const slope = s("path", { class: "fx-slope" });
  const field = GRID.flatMap((u) => GRID.map((v) => arrow(u, v, gradients(u, v)[index], 0.14))).join("");
  const contours = LEVELS.map((level) =>
    s("path", { class: level < 0 ? "fx-dashed" : "", d: lines(level).map(path).join("") }));
  const picture = s("svg", { viewBox: "0 0 200 200", role: "img", "aria-label": alt },
    ...shades(), s("g", { class: "fx-contours" }, ...contours), s("path", { class: "fx-field", d: field }), slope);
  const square = h("div", { class: "fx-square" }, picture, handle);
  const number = h("span", { class: "bw-number" });

  const moveTo = (event) => {
    const box = square.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    move(2 * x - 1, 1 - 2 * y);
  };
  let dragging = false;
  let tapping = false; // a finger beside the point may be about to scroll the page: wait for its click
  square.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    tapping = event.pointerType === "touch" && event.target !== handle;
    if (tapping) return;
    dragging = true;
    square.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus({ preventScroll: true });
    if (event.target !== handle) moveTo(event);
  });
  square.addEventListener("pointermove", (event) => dragging && moveTo(event));
  for (const type of ["pointerup", "pointercancel"]) square.addEventListener(type, () => { dragging = false; });
  square.addEventListener("click", (event) => tapping && moveTo(event));
  handle.addEventListener("keydown", (event) => {
    const step = KEY_STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const size = event.shiftKey ? 0.01 : 0.05;
    move(...at().map((coordinate, i) => coordinate + size * step[i]));
  });

  const axis = (which, ...marks) =>
    h("div", { class: `fx-axis-${which}`, "aria-hidden": "true" }, ...marks.map((mark) => h("span", {}, mark)));
  return {
    node: h("figure", { class: `fx-map bw-${key}` },
      h("figcaption", {}, h("span", { class: "fx-name" }, name), number),
      axis("v", "1", symbol("v", "i"), "−1"), square, axis("u", "−1", symbol("u", "i"), "1")),
    update(value, gradient, u, v) {
      const [x, y] = toPicture([u, v]);
      handle.style.left = `${x / 2}%`;
      handle.style.top = `${y / 2}%`;
      slope.setAttribute("d", arrow(u, v, gradient, 0.34));
      number.textContent = format(value);
      handle.setAttribute("aria-valuenow", value.toFixed(2));
      handle.setAttribute("aria-valuetext", `u ${format(u)}, v ${format(v)}: ${name} is ${format(value)}`);
    },
  };
}

// ---- the four surfaces: `lines` gives the contours of a level ----

const LEVELS = Array.from({ length: 11 }, (_, i) => -0.75 + i / 4);
const GRID = [-0.8, -0.4, 0, 0.4, 0.8]; // where the arrows of the field begin
const QUADRANTS = [[1, 1], [-1, -1], [1, -1], [-1, 1]];
const flip = (line) => line.map(([u, v]) => [v, u]);

/** Points of |u| |v| = level in one quadrant, evenly spaced in angle-like steps so that both arms are smooth. */
const hyperbola = (level, [signU, signV]) => level === 0 ? [[0, signV], [0, 0], [signU, 0]]
  : Array.from({ length: 33 }, (_, i) => [signU * level ** (1 - i / 32), signV * level ** (i / 32)]);

const upright = (level) => (level < 1 ? [[[level, -1], [level, 1]]] : []);
const SURFACES = [
  {
    key: "u", name: "u", low: -1, high: 1, lines: upright,
    alt: "Map of u: it grows from left to right, everywhere as fast, whatever v is.",
  },
  {
    key: "v", name: "v", low: -1, high: 1, lines: (level) => upright(level).map(flip),
    alt: "Map of v: it grows from bottom to top, everywhere as fast, whatever u is.",
  },
  {
    key: "d", name: "|u−v|", low: 0, high: 2,
    alt: "Map of |u−v|: zero along the diagonal u = v, two in the corners where the signs are opposite. " +
      "It grows away from the diagonal, everywhere as fast.",
    lines(level) {
      const line = [[level - 1, -1], [1, 1 - level]];
      return level < 0 ? [] : [line, flip(line)];
    },
  },
  {
    key: "p", name: "u∗v", low: -1, high: 1,
    alt: "Map of u∗v: zero along both axes, one in the corners where the signs agree, minus one in the others. " +
      "It is flat in the middle and grows the faster the further out.",
    lines: (level) => (level >= 1 ? [] : QUADRANTS.filter(([signU, signV]) => level * signU * signV >= 0)
      .map((signs) => hyperbola(Math.abs(level), signs))),
    shades: () => Array.from({ length: 16 }, (_, i) => QUADRANTS.map((signs) => s("path", {
      class: signs[0] === signs[1] ? "fx-above" : "fx-below", d: `${path([...hyperbola(i / 16, signs), signs])}Z`,
    }))).flat(),
  },
];

const round = (x) => Math.round(100 * x) / 100;
const toPicture = ([u, v]) => [100 + 100 * u, 100 - 100 * v];
const path = (points) => `M${points.map((point) => toPicture(point).map((x) => x.toFixed(1)).join(" ")).join("L")}`;

/** An arrow from (u, v) along a slope: a line and a head of two barbs. */
function arrow(u, v, [du, dv], scale) {
  if (!du && !dv) return "";
  const tip = [u + scale * du, v + scale * dv];
  const barb = (turn) => {
    const [angle, size] = [Math.atan2(dv, du) + turn, Math.min(0.1, 0.4 * scale * Math.hypot(du, dv))];
    return [tip[0] - size * Math.cos(angle), tip[1] - size * Math.sin(angle)];
  };
  return path([[u, v], tip]) + path([barb(0.6), tip, barb(-0.6)]);
}

const STYLE = `
.bw .bw-result p { min-height: 7.3em; }
.fx-main { display: grid; gap: 16px 32px; }
.fx-maps { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px 20px; align-content: start; }
.fx-name { font-family: Georgia, "Times New Roman", serif; font-style: italic; white-space: nowrap; }
.fx-name::before {
  content: ""; display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.45em; border-radius: 3px;
  background: var(--bw-own);
}
.fx-row { display: grid; grid-template-columns: 3.9em 1fr 3.2em; align-items: center; gap: 2px 8px; margin-top: 10px; }
.fx-track {
  position: relative; height: 18px; border-radius: 4px;
  background: linear-gradient(var(--bw-text) 0 0) 33.33% / 1.5px 100% no-repeat, var(--bw-tint);
}
.fx-track span { position: absolute; top: 2px; bottom: 2px; border-radius: 2px; background: var(--bw-own); }
.fx-slopes { grid-column: 1 / -1; color: var(--bw-muted); font-size: 13px; font-variant-numeric: tabular-nums; }
.bw .fx-map {
  display: grid; grid-template-columns: 20px minmax(0, 1fr); gap: 4px 6px; min-width: 0; margin: 0;
  color: var(--bw-muted); font-size: 13px;
}
.bw .fx-map figcaption {
  grid-column: 2; display: flex; justify-content: space-between; margin: 0; padding: 0; color: var(--bw-text);
  font-size: 15px; text-align: left;
}
.fx-axis-v, .fx-axis-u { display: flex; justify-content: space-between; line-height: 1; }
.fx-axis-v { flex-direction: column; text-align: right; }
.fx-axis-u { grid-column: 2; }
.fx-square {
  --far: color-mix(in srgb, var(--bw-own) 62%, var(--bw-paper));
  --below: color-mix(in srgb, var(--bw-n) 62%, var(--bw-paper));
  position: relative; aspect-ratio: 1; border-radius: 4px; outline: 1px solid var(--bw-line); cursor: crosshair;
  touch-action: pan-y;
}
.bw-u .fx-square { background: linear-gradient(to right, var(--below), var(--bw-paper), var(--far)); }
.bw-v .fx-square { background: linear-gradient(to top, var(--below), var(--bw-paper), var(--far)); }
.bw-d .fx-square { background: linear-gradient(135deg, var(--far), var(--bw-paper), var(--far)); }
.fx-above { fill: var(--bw-own); fill-opacity: 0.06; }
.fx-below { fill: var(--bw-n); fill-opacity: 0.06; }
.fx-square svg { display: block; width: 100%; height: 100%; overflow: visible; }
.fx-square path { vector-effect: non-scaling-stroke; stroke-linecap: round; stroke-linejoin: round; }
.fx-contours path { fill: none; stroke: var(--bw-text); stroke-opacity: 0.3; }
.fx-contours .fx-dashed { stroke-dasharray: 3 4; }
.fx-field { fill: none; stroke: var(--bw-text); stroke-opacity: 0.65; }
.fx-slope { fill: none; stroke: var(--bw-text); stroke-width: 3; }
.fx-handle {
  position: absolute; width: 44px; height: 44px; margin: -22px 0 0 -22px; border-radius: 50%; cursor: grab;
  touch-action: none;
}
.fx-handle:active { cursor: grabbing; }
.fx-handle::before {
  content: ""; position: absolute; inset: 14px; border: 3px solid var(--bw-paper); border-radius: 50%;
  background: var(--bw-text); box-shadow: 0 0 0 1.5px var(--bw-text);
}
.bw .fx-handle:focus-visible { outline-offset: -9px; }
@container (min-width: 620px) {
  .fx-main { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
  .bw .bw-result p { min-height: 4.4em; }
}
@media (prefers-reduced-motion: no-preference) { .fx-track span { transition: left 0.12s, width 0.12s; } }
`;
