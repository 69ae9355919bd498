/* The feature explorer: move one coordinate of u and of v, and watch the four pair features answer.
 *
 * Runs in JupyterLab (anywidget) and in the published page (widget-host.js); both call render({ model, el }).
 * The model has two numbers, u and v, in [-1, 1]. All text enters the page through textContent. */

/** The four features of one coordinate, in the order of infersent.BLOCKS. */
export function features(u, v) {
  return [u, v, Math.abs(u - v), u * v];
}

/** A number to two digits, with a true minus sign, and never "−0.00". */
export function format(x) {
  const text = Math.abs(x).toFixed(2);
  return x < 0 && Number(text) > 0 ? `−${text}` : text;
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
  ["Both on", 0.9, 0.9],
  ["Both off", 0.05, 0.05],
  ["One on", 0.9, 0.05],
  ["Opposite", 0.8, -0.8],
  ["Both negative", -0.8, -0.8],
];
const KEY_STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
const BAND = 0.125; // the step between two shades of a map

export default {
  render({ model, el }) {
    const start = { u: model.get("u"), v: model.get("v") };
    for (const [name, value] of Object.entries(start))
      if (typeof value !== "number" || !(Math.abs(value) <= 1))
        throw new RangeError(`${name} must be a number in [−1, 1], not ${value}`);

    const move = (u, v) => {
      model.set("u", clamp(u));
      model.set("v", clamp(v));
      model.save_changes();
    };
    const parts = [
      createCases(start, move),
      createSlider("u", "premise", (u) => move(u, model.get("v"))),
      createSlider("v", "hypothesis", (v) => move(model.get("u"), v)),
      createBars(),
      createSentence(),
      createMap(differenceMap, model, move),
      createMap(productMap, model, move),
    ];
    const [cases, sliderU, sliderV, bars, sentence, mapD, mapP] = parts.map((part) => part.node);
    const root = h("div", { class: "fx" },
      cases,
      h("div", { class: "fx-top" }, h("div", { class: "fx-sliders" }, sliderU, sliderV), bars),
      sentence,
      h("div", { class: "fx-maps" }, mapD, mapP),
      h("p", { class: "fx-hint" }, "Drag a point, tap a map, or focus a point and press the arrow keys."));

    const update = () => parts.forEach((part) => part.update(model.get("u"), model.get("v")));
    update();
    // JupyterLab takes these events from a cell's output and would move the notebook's selection instead.
    for (const type of ["focusin", "mousedown", "mouseup", "click", "keydown"])
      root.addEventListener(type, (event) => event.stopPropagation());
    model.on("change:u", update);
    model.on("change:v", update);
    el.classList.add("fx-host");
    el.replaceChildren(h("style", {}, STYLE), root);
    return () => {
      model.off("change:u", update);
      model.off("change:v", update);
    };
  },
};

// ---- the parts: each has a node, and an update(u, v) that shows the point ----

function createCases(start, move) {
  const cases = CASES.map(([name, u, v]) => {
    const button = h("button", { type: "button" }, name);
    button.addEventListener("click", () => move(u, v));
    return { button, u, v };
  });
  const reset = h("button", { type: "button", class: "fx-reset" }, "Reset");
  reset.addEventListener("click", () => move(start.u, start.v));
  return {
    node: h("div", { class: "fx-cases", role: "group", "aria-label": "Named cases" },
      ...cases.map(({ button }) => button), reset),
    update(u, v) {
      for (const { button, u: caseU, v: caseV } of cases)
        button.setAttribute("aria-pressed", u === caseU && v === caseV);
    },
  };
}

function createSlider(name, role, onInput) {
  const input = h("input", { type: "range", min: -1, max: 1, step: 0.01 });
  const value = h("span", { class: "fx-number" });
  input.addEventListener("input", () => onInput(input.valueAsNumber));
  return {
    node: h("div", { class: `fx-slider fx-${name}` },
      h("label", {}, h("span", { class: "fx-label" }, symbol(name), ` of the ${role}`), input), value),
    update(u, v) {
      const now = name === "u" ? u : v;
      input.value = now;
      input.style.setProperty("--fx-fill", `${50 + 50 * now}%`);
      value.textContent = format(now);
    },
  };
}

function createBars() {
  const [low, high] = [-1, 2]; // |u−v| reaches 2
  const percent = (x) => (100 * (x - low)) / (high - low);
  const rows = [["u", "u"], ["v", "v"], ["d", "|u−v|"], ["p", "u∗v"]].map(([key, name]) => {
    const bar = h("span", { class: "fx-bar" });
    const value = h("span", { class: "fx-number" });
    const node = h("div", { class: `fx-row fx-${key}`, role: "listitem" },
      h("span", { class: "fx-name" }, name), h("span", { class: "fx-track" }, bar), value);
    return { node, bar, value };
  });
  const ticks = [-1, 0, 1, 2].map((x) => h("span", { style: `left: ${percent(x)}%` }, String(x).replace("-", "−")));
  return {
    node: h("div", { class: "fx-bars" },
      h("div", { role: "list", "aria-label": "The four features" }, ...rows.map(({ node }) => node)),
      h("div", { class: "fx-ticks", "aria-hidden": "true" }, ...ticks)),
    update(u, v) {
      features(u, v).forEach((feature, i) => {
        rows[i].bar.style.left = `${percent(Math.min(feature, 0))}%`;
        rows[i].bar.style.width = `${percent(Math.abs(feature)) - percent(0)}%`;
        rows[i].value.textContent = format(feature);
      });
    },
  };
}

function createSentence() {
  const headline = h("strong");
  const text = h("span");
  return {
    node: h("p", { class: "fx-sentence", "aria-live": "polite", "aria-atomic": "true" }, headline, " ", text),
    update(u, v) {
      [headline.textContent, text.textContent] = describe(u, v);
    },
  };
}

/** A shaded surface over [−1, 1]² with contour lines, a legend and the point, which can be dragged. */
function createMap(surface, model, move) {
  const handle = h("span", {
    class: "fx-handle", role: "slider", tabindex: 0, "aria-label": `Point (u, v) on the map of ${surface.name}`,
    "aria-valuemin": surface.low, "aria-valuemax": surface.high,
  });
  const lineU = s("line", { class: "fx-line-u", y1: 0, y2: 200 });
  const lineV = s("line", { class: "fx-line-v", x1: 0, x2: 200 });
  const picture = s("svg", { viewBox: "0 0 200 200", role: "img", "aria-label": surface.alt },
    s("g", {}, ...surface.shades()), s("g", {}, ...surface.contours()), lineU, lineV);
  const square = h("div", { class: "fx-square" }, picture, handle);
  const value = h("span", { class: "fx-number" });

  const moveTo = (event) => {
    const box = square.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    move(round(2 * x - 1), round(1 - 2 * y));
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
    const [du, dv] = step.map((direction) => direction * (event.shiftKey ? 0.01 : 0.05));
    move(round(model.get("u") + du), round(model.get("v") + dv));
  });

  const axis = (...marks) => marks.map((mark) => h("span", {}, mark));
  const legend = [];
  for (let x = surface.low + BAND / 2; x < surface.high; x += BAND)
    legend.push(h("span", { style: `background: ${surface.colour(x)}` }));
  return {
    node: h("figure", { class: `fx-map fx-${surface.key}` },
      h("figcaption", {}, h("span", { class: "fx-name" }, surface.name), value),
      h("div", { class: "fx-plot" },
        h("div", { class: "fx-axis-v", "aria-hidden": "true" }, ...axis("1", symbol("v"), "−1")),
        square,
        h("div", { class: "fx-axis-u", "aria-hidden": "true" }, ...axis("−1", symbol("u"), "1")),
        h("div", { class: "fx-legend", "aria-hidden": "true" },
          h("div", { class: "fx-ramp" }, ...legend),
          h("div", {}, ...axis(...surface.legend))))),
    update(u, v) {
      const [x, y] = toPicture(u, v);
      handle.style.left = `${x / 2}%`;
      handle.style.top = `${y / 2}%`;
      for (const end of ["x1", "x2"]) lineU.setAttribute(end, x);
      for (const end of ["y1", "y2"]) lineV.setAttribute(end, y);
      const now = surface.at(u, v);
      value.textContent = format(now);
      handle.setAttribute("aria-valuenow", now.toFixed(2));
      handle.setAttribute("aria-valuetext", `u ${format(u)}, v ${format(v)}: ${surface.name} is ${format(now)}`);
    },
  };
}

// ---- the two surfaces: regions {feature beyond a level}, painted from the lowest level up ----

const shade = (variable, strength) =>
  `color-mix(in srgb, var(${variable}) ${(100 * strength).toFixed(1)}%, var(--fx-paper))`;

/** Paint where |u−v| ≥ level: two corner triangles, one the mirror image of the other. */
const differenceMap = {
  key: "d",
  name: "|u−v|",
  alt: "Map of |u−v|: zero all along the diagonal u = v, two in the corners where the signs are opposite.",
  low: 0,
  high: 2,
  legend: ["0", "1", "2"],
  at: (u, v) => features(u, v)[2],
  colour: (x) => shade("--fx-d", (0.9 * x) / 2),
  shades() {
    return levels(0, 2).flatMap((level) => {
      const fill = `fill: ${this.colour(level + BAND / 2)}`;
      const corner = [[level - 1, -1], [1, 1 - level], [1, -1]];
      return [corner, mirror(corner)].map((points) => s("path", { d: `${path(points)}Z`, style: fill }));
    });
  },
  contours() {
    return [0.5, 1, 1.5].flatMap((level) => {
      const line = [[level - 1, -1], [1, 1 - level]];
      return [line, mirror(line)].flatMap((points) => contour(points, level, false));
    }).concat(contour([[-1, -1], [1, 1]], 0, false));
  },
};

/** Paint where u∗v is beyond ±level: a hyperbola's corner for each of the four quadrants. */
const productMap = {
  key: "p",
  name: "u∗v",
  alt: "Map of u∗v: zero along both axes, one in the corners where the signs agree, minus one in the other corners.",
  low: -1,
  high: 1,
  legend: ["−1", "0", "1"],
  at: (u, v) => features(u, v)[3],
  colour: (x) => shade(x < 0 ? "--fx-n" : "--fx-p", 0.9 * Math.abs(x)),
  shades() {
    return levels(0, 1).flatMap((level) => QUADRANTS.map(([signU, signV]) => {
      const fill = `fill: ${this.colour(signU * signV * (level + BAND / 2))}`;
      return s("path", { d: `${path([...hyperbola(level, signU, signV), [signU, signV]])}Z`, style: fill });
    }));
  },
  contours() {
    return [0.25, 0.5, 0.75].flatMap((level) => QUADRANTS.flatMap(([signU, signV]) =>
      contour(hyperbola(level, signU, signV), signU * signV * level, signU !== signV)))
      .concat(contour([[-1, 0], [1, 0]], null, false), contour([[0, -1], [0, 1]], null, false));
  },
};

const QUADRANTS = [[1, 1], [-1, -1], [1, -1], [-1, 1]];
const levels = (low, high) => Array.from({ length: (high - low) / BAND }, (_, i) => low + i * BAND);
const mirror = (points) => points.map(([u, v]) => [v, u]);
const toPicture = (u, v) => [100 + 100 * u, 100 - 100 * v];
const path = (points) => `M${points.map(([u, v]) => toPicture(u, v).map((x) => x.toFixed(2)).join(" ")).join("L")}`;

/** Points of |u| |v| = level in one quadrant, evenly spaced in angle-like steps so that both arms are smooth. */
function hyperbola(level, signU, signV) {
  if (level === 0) return [[0, signV], [0, 0], [signU, 0]];
  return Array.from({ length: 33 }, (_, i) => [signU * level ** (1 - i / 32), signV * level ** (i / 32)]);
}

/** One contour line, dashed where the feature is negative, with its level written at its middle. */
function contour(points, level, dashed) {
  const line = s("path", { class: `fx-contour${dashed ? " fx-dashed" : ""}`, d: path(points) });
  if (level === null) return [line];
  const middle = points.length / 2 - 0.5;
  const [[u1, v1], [u2, v2]] = [points[Math.floor(middle)], points[Math.ceil(middle)]];
  const [x, y] = toPicture((u1 + u2) / 2, (v1 + v2) / 2);
  return [line, s("text", { x, y }, format(level).replace(/0$/, "").replace(/\.0$/, ""))];
}

// ---- small helpers ----

const round = (x) => Math.round(100 * x) / 100;
const clamp = (x) => Math.min(1, Math.max(-1, x));
const symbol = (name) => h("span", { class: "fx-symbol" }, name, h("sub", {}, "i"));
const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const SVG = "http://www.w3.org/2000/svg";
const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Set attributes and append children; a string becomes a text node, never markup. */
function fill(node, attributes = {}, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const STYLE = `
.fx-host { container-type: inline-size; }
.fx {
  --fx-u: var(--block-u, #0072b2); --fx-v: var(--block-v, #d55e00);
  --fx-d: var(--block-d, #009e73); --fx-p: var(--block-p, #a8437f); --fx-n: #b7791f;
  --fx-paper: var(--pst-color-background, var(--jp-layout-color0, #fff));
  --fx-text: var(--pst-color-text-base, var(--jp-content-font-color1, #222832));
  --fx-muted: var(--pst-color-text-muted, var(--jp-content-font-color2, #48566b));
  --fx-line: color-mix(in srgb, var(--fx-text) 22%, transparent);
  --fx-tint: color-mix(in srgb, var(--fx-text) 6%, transparent);
  box-sizing: border-box; margin: 1rem 0; padding: 1rem; border: 1px solid var(--fx-line); border-radius: 12px;
  background: var(--fx-paper); color: var(--fx-text); font-size: 15px; line-height: 1.45;
}
html[data-theme="dark"] .fx, body[data-jp-theme-light="false"] .fx { color-scheme: dark; --fx-n: #e0a84a; }
body[data-jp-theme-light="false"] .fx {
  --fx-u: #56b4e9; --fx-v: #ff9248; --fx-d: #2fc79a; --fx-p: #e48fc6;
}
.fx *, .fx *::before { box-sizing: border-box; }
.fx-u { --fx-own: var(--fx-u); } .fx-v { --fx-own: var(--fx-v); }
.fx-d { --fx-own: var(--fx-d); } .fx-p { --fx-own: var(--fx-p); }
.fx-symbol { font-style: italic; font-family: Georgia, "Times New Roman", serif; font-size: 1.1em; }
.fx-symbol sub { font-size: 0.7em; line-height: 0; }
.fx-number { font-variant-numeric: tabular-nums; text-align: right; font-weight: 600; }
.fx-name { font-family: Georgia, "Times New Roman", serif; font-style: italic; white-space: nowrap; }
.fx-name::before {
  content: ""; display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.45em; border-radius: 3px;
  background: var(--fx-own);
}

.fx-cases { display: flex; flex-wrap: wrap; gap: 8px; }
.fx-cases button {
  min-height: 44px; padding: 0 14px; border: 1px solid var(--fx-line); border-radius: 22px; font: inherit;
  background: var(--fx-tint); color: inherit; cursor: pointer;
}
.fx-cases button:hover { border-color: var(--fx-text); }
.fx-cases button[aria-pressed="true"] {
  background: var(--fx-text); border-color: var(--fx-text); color: var(--fx-paper);
}
.fx-cases .fx-reset { margin-left: auto; background: none; }

.fx-top { display: grid; gap: 8px 32px; margin-top: 12px; }
.fx-sliders { display: grid; align-content: start; gap: 4px; }
.fx-slider { display: grid; grid-template-columns: 1fr auto; position: relative; }
.fx-slider label { grid-column: 1 / -1; display: block; margin: 0; }
.fx-label { display: block; }
.fx-slider > .fx-number { position: absolute; right: 0; top: 0; }
.fx-slider input {
  appearance: none; display: block; width: 100%; height: 44px; margin: 0; background: none; cursor: pointer;
  touch-action: pan-y;
}
.fx-slider input::-webkit-slider-runnable-track {
  height: 6px; border-radius: 3px;
  background: linear-gradient(90deg, var(--fx-own) var(--fx-fill), var(--fx-line) var(--fx-fill));
}
.fx-slider input::-moz-range-track { height: 6px; border-radius: 3px; background: var(--fx-line); }
.fx-slider input::-moz-range-progress { height: 6px; border-radius: 3px; background: var(--fx-own); }
.fx-slider input::-webkit-slider-thumb {
  appearance: none; width: 24px; height: 24px; margin-top: -9px; border: 3px solid var(--fx-paper); border-radius: 50%;
  background: var(--fx-own); box-shadow: 0 0 0 1px var(--fx-own);
}
.fx-slider input::-moz-range-thumb {
  width: 18px; height: 18px; border: 3px solid var(--fx-paper); border-radius: 50%; background: var(--fx-own);
  box-shadow: 0 0 0 1px var(--fx-own);
}

.fx-row { display: grid; grid-template-columns: 3.9em 1fr 2.7em; align-items: center; gap: 8px; height: 30px; }
.fx-track {
  position: relative; height: 18px; border-radius: 4px;
  background: linear-gradient(90deg, transparent calc(100% / 3 - 0.75px), var(--fx-text) 0 calc(100% / 3 + 0.75px),
    transparent 0) , var(--fx-tint);
}
.fx-bar { position: absolute; top: 2px; bottom: 2px; border-radius: 2px; background: var(--fx-own); }
.fx-ticks { position: relative; height: 1.4em; margin: 0 calc(2.7em + 8px) 0 calc(3.9em + 8px); }
.fx-ticks span { position: absolute; transform: translateX(-50%); color: var(--fx-muted); font-size: 13px; }

.fx .fx-sentence {
  min-height: 4.6em; margin: 8px 0 16px; padding: 10px 14px; border-left: 4px solid var(--fx-line);
  border-radius: 0 8px 8px 0; background: var(--fx-tint);
}
.fx-maps { display: grid; gap: 20px 24px; }
.fx .fx-map { min-width: 0; margin: 0; }
.fx .fx-map figcaption { display: flex; justify-content: space-between; margin: 0 0 4px 28px; padding: 0;
  color: inherit; text-align: left;
}
.fx-plot {
  display: grid; grid-template-columns: 20px minmax(0, 1fr); gap: 4px 8px; color: var(--fx-muted); font-size: 13px;
}
.fx-axis-v { display: flex; flex-direction: column; justify-content: space-between; text-align: right; line-height: 1; }
.fx-axis-u, .fx-legend > div { display: flex; justify-content: space-between; }
.fx-axis-u, .fx-legend { grid-column: 2; line-height: 1.3; }
.fx-legend { margin-top: 4px; }
.fx-legend .fx-ramp { height: 10px; border-radius: 3px; overflow: hidden; border: 1px solid var(--fx-line); }
.fx-ramp span { flex: 1; }
.fx-square { position: relative; aspect-ratio: 1; cursor: crosshair; touch-action: pan-y; }
.fx-square svg {
  display: block; width: 100%; height: 100%; overflow: hidden; border-radius: 6px; outline: 1px solid var(--fx-line);
}
.fx-contour {
  fill: none; stroke: var(--fx-text); stroke-opacity: 0.4; stroke-width: 1; vector-effect: non-scaling-stroke;
}
.fx-dashed { stroke-dasharray: 4 3; }
.fx-square text {
  fill: var(--fx-text); font-size: 8px; text-anchor: middle; dominant-baseline: central; pointer-events: none;
  paint-order: stroke; stroke: var(--fx-paper); stroke-width: 2px; stroke-opacity: 0.7;
}
.fx-line-u, .fx-line-v { stroke-width: 2; vector-effect: non-scaling-stroke; }
.fx-line-u { stroke: var(--fx-u); } .fx-line-v { stroke: var(--fx-v); }
.fx-handle {
  position: absolute; width: 44px; height: 44px; margin: -22px 0 0 -22px; border-radius: 50%; cursor: grab;
  touch-action: none;
}
.fx-handle:active { cursor: grabbing; }
.fx-handle::before {
  content: ""; position: absolute; inset: 12px; border: 3px solid var(--fx-paper); border-radius: 50%;
  background: var(--fx-text); box-shadow: 0 0 0 1.5px var(--fx-text);
}
.fx .fx-hint { margin: 12px 0 0; color: var(--fx-muted); font-size: 13px; }
.fx :focus-visible { outline: 3px solid var(--fx-u); outline-offset: 2px; }
.fx .fx-handle:focus-visible { outline-offset: -9px; }
@container (min-width: 560px) {
  .fx-top, .fx-maps { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .fx .fx-sentence { min-height: 3.9em; }
}
@media (prefers-reduced-motion: no-preference) {
  .fx-bar { transition: left 0.12s, width 0.12s; }
}
`;
