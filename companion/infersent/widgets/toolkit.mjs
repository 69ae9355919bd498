/* What the book's widgets share: nodes, numbers, controls, a chart's frame, announcements, and one look.
 *
 * modules.py puts this file in the place of a module's line `import { … } from "./toolkit.mjs";`. */

// ---- nodes: strings become text nodes, never markup ----

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes and children. */
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element with attributes and children. */
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** An italic letter with an optional index: the symbol of a formula in running text. */
export const symbol = (name, index) =>
  h("span", { class: "bw-symbol" }, name, ...(index === undefined ? [] : [h("sub", {}, index)]));

// ---- numbers ----

export const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

/** A number to so many digits, with a true minus sign, and never "−0.00". */
export function format(x, digits = 2) {
  const text = Math.abs(x).toFixed(digits);
  return x < 0 && Number(text) > 0 ? `−${text}` : text;
}

/** A share in [0, 1] as a percentage. */
export const percent = (share, digits = 0) => `${format(100 * share, digits)}%`;

/** Uniform numbers in [0, 1) from a seed (the generator mulberry32), the same in every browser and in Python. */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// ---- controls: each has a node, and an update(...) that shows the model's value ----

/** A range input with its value beside its label, a list of strings and nodes. */
export function createSlider({ label, min, max, step, onInput, show = format }) {
  const input = h("input", { type: "range", min, max, step });
  const number = h("span", { class: "bw-number" });
  input.addEventListener("input", () => onInput(input.valueAsNumber));
  return {
    node: h("div", { class: "bw-slider" }, h("label", {}, h("span", { class: "bw-label" }, ...label), input), number),
    update(value) {
      input.value = value;
      input.setAttribute("aria-valuetext", show(value));
      input.style.setProperty("--bw-fill", `${(100 * (value - min)) / (max - min)}%`);
      number.textContent = show(value);
    },
  };
}

/** A row of buttons, those pressed that fit the state; `choices` is a list of [name, value]. */
export function createChoices({ label, choices, onChoose, onReset }) {
  const buttons = choices.map(([name, value]) => {
    const button = h("button", { type: "button" }, name);
    button.addEventListener("click", () => onChoose(value));
    return [button, value];
  });
  const reset = onReset ? [createButton("Reset", onReset, "bw-reset")] : [];
  return {
    node: h("div", { class: "bw-choices", role: "group", "aria-label": label }, ...buttons.map(([b]) => b), ...reset),
    /** Press the buttons whose value passes the test. */
    update(isChosen) {
      for (const [button, value] of buttons) button.setAttribute("aria-pressed", Boolean(isChosen(value)));
    },
  };
}

/** One button that does something and stays unpressed. */
export function createButton(name, onClick, className = "") {
  const button = h("button", { type: "button", class: className }, name);
  button.addEventListener("click", onClick);
  return button;
}

/** Checkboxes; `choices` is a list of [name, value, class], `onChange` gets the ticked values. */
export function createChecks({ label, choices, onChange }) {
  const boxes = choices.map(([name, value, className = ""]) => {
    const input = h("input", { type: "checkbox" });
    return { input, value, node: h("label", { class: `bw-check ${className}` }, input, h("span", {}, name)) };
  });
  const ticked = () => boxes.filter(({ input }) => input.checked).map(({ value }) => value);
  for (const { input } of boxes) input.addEventListener("change", () => onChange(ticked()));
  return {
    node: h("fieldset", { class: "bw-checks" }, h("legend", {}, label), ...boxes.map(({ node }) => node)),
    update(values) {
      for (const { input, value } of boxes) input.checked = values.includes(value);
    },
  };
}

const ANNOUNCE_AFTER = 400; // milliseconds of rest: a slider on the move would talk without end

/** The result in words: seen at once, and read out by a screen reader when the reader's hand rests. */
export function createResult() {
  const headline = h("strong");
  const sentence = h("span");
  const live = h("span", { class: "bw-unseen", "aria-live": "polite", "aria-atomic": "true" });
  let timer;
  return {
    // A screen reader has the same words in the live region, and should not meet them twice.
    node: h("div", { class: "bw-result" }, h("p", { "aria-hidden": "true" }, headline, " ", sentence), live),
    update([head, text]) {
      if (headline.textContent === head && sentence.textContent === text) return;
      const wait = headline.textContent === "" ? 0 : ANNOUNCE_AFTER;
      [headline.textContent, sentence.textContent] = [head, text];
      clearTimeout(timer);
      timer = setTimeout(() => { live.textContent = `${head} ${text}`; }, wait);
    },
  };
}

// ---- a chart's frame ----

/** Axes around an empty `layer` to draw in; `x` and `y` are {low, high, ticks: [[value, text], …], label, log}.
 *
 * toX and toY map a value into the picture, `line(points)` is a path's d; `alt`, or `describe`, says what it shows. */
export function createChart({ x, y, alt, width = 360, height = 230 }) {
  const [left, right, top, bottom] = [44, 18, 10, 40];
  const scale = ({ low, high, log }, from, to) => {
    const warp = log ? Math.log : (value) => value;
    return (value) => from + ((to - from) * (warp(value) - warp(low))) / (warp(high) - warp(low));
  };
  const toX = scale(x, left, width - right);
  const toY = scale(y, height - bottom, top);
  const axes = s("g", { class: "bw-axes" },
    ...x.ticks.flatMap(([value, words]) => [
      s("line", { x1: toX(value), x2: toX(value), y1: top, y2: height - bottom }),
      s("text", { x: toX(value), y: height - bottom + 14, "text-anchor": "middle" }, words)]),
    ...y.ticks.flatMap(([value, words]) => [
      s("line", { x1: left, x2: width - right, y1: toY(value), y2: toY(value) }),
      s("text", { x: left - 5, y: toY(value) + 4, "text-anchor": "end" }, words)]),
    s("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, x.label),
    s("text", { "text-anchor": "middle",
      transform: `translate(11 ${(top + height - bottom) / 2}) rotate(-90)` }, y.label));
  const layer = s("g");
  const picture = s("svg", { class: "bw-chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": alt },
    axes, layer);
  return {
    node: picture, layer, toX, toY,
    line: (points) => `M${points.map(([a, b]) => `${toX(a).toFixed(2)} ${toY(b).toFixed(2)}`).join("L")}`,
    describe: (words) => picture.setAttribute("aria-label", words),
  };
}

// ---- the widget in its host ----

/** Put a widget into its element, and `update` it now and when a trait changes; returns what unties it again. */
export function mount({ model, el, style, node, traits, update }) {
  const root = h("div", { class: "bw" }, node);
  // JupyterLab takes these events from a cell's output and would move the notebook's selection instead.
  for (const type of ["focusin", "mousedown", "mouseup", "click", "keydown"])
    root.addEventListener(type, (event) => event.stopPropagation());
  el.classList.add("bw-host");
  el.replaceChildren(h("style", {}, LOOK + style), root);
  update();
  for (const trait of traits) model.on(`change:${trait}`, update);
  return () => traits.forEach((trait) => model.off(`change:${trait}`, update));
}

/** Set traits and tell Python. */
export function change(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
}

const LOOK = `
.bw-host { container-type: inline-size; }
.bw {
  --bw-u: var(--block-u, #0072b2); --bw-v: var(--block-v, #d55e00);
  --bw-d: var(--block-d, #009e73); --bw-p: var(--block-p, #a8437f); --bw-n: #b7791f;
  --bw-paper: var(--pst-color-background, var(--jp-layout-color0, #fff));
  --bw-text: var(--pst-color-text-base, var(--jp-content-font-color1, #222832));
  --bw-muted: var(--pst-color-text-muted, var(--jp-content-font-color2, #48566b));
  --bw-line: color-mix(in srgb, var(--bw-text) 22%, transparent);
  --bw-tint: color-mix(in srgb, var(--bw-text) 6%, transparent);
  --bw-own: var(--bw-text);
  box-sizing: border-box; margin: 1rem 0; padding: 1rem; border: 1px solid var(--bw-line); border-radius: 12px;
  background: var(--bw-paper); color: var(--bw-text); font-size: 15px; line-height: 1.45;
}
html[data-theme="dark"] .bw, body[data-jp-theme-light="false"] .bw { color-scheme: dark; --bw-n: #e0a84a; }
body[data-jp-theme-light="false"] .bw {
  --bw-u: #56b4e9; --bw-v: #ff9248; --bw-d: #2fc79a; --bw-p: #e48fc6;
}
.bw *, .bw *::before { box-sizing: border-box; }
.bw-u { --bw-own: var(--bw-u); } .bw-v { --bw-own: var(--bw-v); }
.bw-d { --bw-own: var(--bw-d); } .bw-p { --bw-own: var(--bw-p); }
.bw-symbol { font-style: italic; font-family: Georgia, "Times New Roman", serif; font-size: 1.1em; }
.bw-symbol sub { font-size: 0.7em; line-height: 0; }
.bw-number { font-variant-numeric: tabular-nums; text-align: right; font-weight: 600; }
.bw-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

.bw-choices { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 12px; }
.bw button {
  min-height: 44px; min-width: 44px; padding: 0 14px; border: 1px solid var(--bw-line); border-radius: 22px;
  font: inherit; background: var(--bw-tint); color: inherit; cursor: pointer;
}
.bw button:hover { border-color: var(--bw-text); }
.bw button[aria-pressed="true"] { background: var(--bw-text); border-color: var(--bw-text); color: var(--bw-paper); }
.bw .bw-reset { margin-left: auto; background: none; }

.bw-checks { display: flex; flex-wrap: wrap; gap: 0 8px; margin: 0 0 12px; padding: 0; border: 0; }
.bw-checks legend { float: none; width: auto; margin: 0; padding: 0; font: inherit; color: var(--bw-muted); }
.bw .bw-check {
  display: inline-flex; align-items: center; gap: 8px; min-height: 44px; min-width: 44px; margin: 0; padding: 0 8px 0 0;
  cursor: pointer; white-space: nowrap;
}
.bw-check input { width: 24px; height: 24px; margin: 0; accent-color: var(--bw-own); cursor: pointer; }

.bw-slider { display: grid; position: relative; }
.bw-slider label { display: block; margin: 0; }
.bw-label { display: block; padding-right: 5em; }
.bw-slider > .bw-number { position: absolute; right: 0; top: 0; }
.bw-slider input {
  appearance: none; display: block; width: 100%; height: 44px; margin: 0; background: none; cursor: pointer;
  touch-action: pan-y;
}
.bw-slider input::-webkit-slider-runnable-track {
  height: 6px; border-radius: 3px;
  background: linear-gradient(90deg, var(--bw-own) var(--bw-fill), var(--bw-line) var(--bw-fill));
}
.bw-slider input::-moz-range-track { height: 6px; border-radius: 3px; background: var(--bw-line); }
.bw-slider input::-moz-range-progress { height: 6px; border-radius: 3px; background: var(--bw-own); }
.bw-slider input::-webkit-slider-thumb {
  appearance: none; width: 24px; height: 24px; margin-top: -9px; border: 3px solid var(--bw-paper); border-radius: 50%;
  background: var(--bw-own); box-shadow: 0 0 0 1px var(--bw-own);
}
.bw-slider input::-moz-range-thumb {
  width: 18px; height: 18px; border: 3px solid var(--bw-paper); border-radius: 50%; background: var(--bw-own);
  box-shadow: 0 0 0 1px var(--bw-own);
}

.bw-result {
  position: relative; margin: 8px 0 16px; padding: 10px 14px; border-left: 4px solid var(--bw-line);
  border-radius: 0 8px 8px 0; background: var(--bw-tint);
}
.bw .bw-result p { min-height: 4.4em; margin: 0; }
.bw .bw-hint { margin: 12px 0 0; color: var(--bw-muted); font-size: 13px; }
.bw-chart { display: block; width: 100%; height: auto; }
.bw-chart text { fill: var(--bw-muted); font-size: 12px; }
.bw-axes line { stroke: var(--bw-line); stroke-width: 1; }
.bw :focus-visible { outline: 3px solid var(--bw-u); outline-offset: 2px; }
@container (min-width: 560px) { .bw .bw-result p { min-height: 2.9em; } }
@media print { .bw-choices, .bw-hint { display: none; } }
`;
