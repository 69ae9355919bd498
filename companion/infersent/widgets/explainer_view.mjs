/* The explainer's view: what stands in a ledger, as numbers, words and pictures.
 *
 * A ledger is what infersent.widgets.explainer.account returns. Each part has a node, and an update(...). */

import { format, h, percent, s } from "./toolkit.mjs";

export const LABELS = ["entailment", "neutral", "contradiction"];
const KEYS = { u: "u", v: "v", "|u-v|": "d", "u*v": "p" }; // whose colour a block has

// ---- arithmetic ----

const sum = (parts) => LABELS.map((_, c) => parts.reduce((total, part) => total + part[c], 0));

/** The logits with only some blocks on. */
export const logitsOf = (ledger, blocks) => sum([ledger.bias, ...blocks.map((name) => ledger.by_block[name])]);

/** Their probabilities. */
export function softmax(logits) {
  const odds = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = odds.reduce((a, b) => a + b);
  return odds.map((x) => x / total);
}

/** The evidence of pairs of words and, in row and column 0, of each word alone: [1 + premise][1 + hypothesis][3]. */
export function evidence(ledger, blocks) {
  const maps = blocks.map((name) => ledger.interaction_map[name]).filter(Boolean);
  const alone = (name, i) => (blocks.includes(name) ? ledger.by_word[name][i] : [0, 0, 0]);
  return [
    [ledger.bias, ...ledger.hypothesis_words.map((_, j) => alone("v", j))],
    ...ledger.premise_words.map((_, i) =>
      [alone("u", i), ...ledger.hypothesis_words.map((_, j) => sum(maps.map((map) => map[i][j])))]),
  ];
}

/** The coordinates behind a cell of `evidence`: those that its words won. */
export const behind = ({ u, premise_winners: p, hypothesis_winners: q }, row, column) =>
  Array.from(u.keys()).filter((i) => (!row || p[i] === row - 1) && (!column || q[i] === column - 1));

/** The decision in words: a headline, and the lead over the runner-up as a sum over the blocks. */
export function describe(ledger, blocks) {
  const logits = logitsOf(ledger, blocks);
  const [first, second] = [0, 1, 2].sort((a, b) => logits[b] - logits[a]);
  const lead = (part) => signed(part[first] - part[second]);
  const parts = [["bias", ledger.bias], ...blocks.map((name) => [printed(name), ledger.by_block[name]])];
  return [`${capital(LABELS[first])}, ${percent(softmax(logits)[first])}.`,
    `Its logit is ${format(logits[first] - logits[second])} above that of ${LABELS[second]}: ` +
    `${parts.map(([name, part]) => `${name} ${lead(part)}`).join(", ")}.`];
}

export const signed = (x) => (Number(x.toFixed(2)) > 0 ? "+" : "") + format(x);
export const printed = (block) => block.replace("*", "∗").replace("-", "−");
export const capital = (word) => word[0].toUpperCase() + word.slice(1);
export const colour = (block) => `bw-${KEYS[block] ?? "other"}`;

// ---- the parts ----

export function createField(name, onInput) {
  const input = h("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  const note = h("span", { class: "ex-note" });
  input.addEventListener("input", () => onInput(input.value));
  return {
    node: h("div", { class: "ex-field" }, h("label", {}, h("span", {}, name), input), note),
    update(text, unknown, still) {
      if (input.value !== text) input.value = text;
      input.readOnly = Boolean(still);
      note.textContent = unknown.length ? `Unknown to the model: ${[...new Set(unknown)].join(", ")}` : "";
      input.setAttribute("aria-description", note.textContent);
    },
  };
}

/** One label: its probability, and the parts of its logit as a bar that grows from zero to both sides. */
export function createRow(c) {
  const [share, bar] = [h("span", { class: "ex-share" }), h("span", { class: "ex-track", role: "img" })];
  const [probability, logit] = [h("span", { class: "bw-number" }), h("span", { class: "bw-number" })];
  return {
    node: h("div", { class: "ex-row" }, h("span", { class: "ex-label" }, capital(LABELS[c])),
      h("span", { class: "ex-probability" }, share), probability, bar, logit),
    update(p, sum, parts, reach, chosen) {
      share.style.width = percent(p, 1);
      probability.textContent = percent(p);
      logit.textContent = signed(sum);
      share.parentNode.parentNode.classList.toggle("ex-chosen", chosen);
      const ends = [0, 0]; // of the parts above and below zero
      bar.replaceChildren(...parts.map(([name, x]) => {
        const side = x < 0 ? 1 : 0;
        const piece = h("span", { class: colour(name) });
        ends[side] += Math.abs(x);
        piece.style.left = percent(0.5 + (side ? -ends[1] : ends[0] - x) / reach / 2, 2);
        piece.style.width = percent(Math.abs(x) / reach / 2, 2);
        return piece;
      }), h("i", { style: `left: ${percent(0.5 + sum / reach / 2, 2)}` }));
      bar.setAttribute("aria-label", `Logit ${signed(sum)}: ${
        parts.map(([name, x]) => `${printed(name)} ${signed(x)}`).join(", ")}`);
    },
  };
}

/** The evidence of words and pairs of words as a table to walk in, and what stands behind the chosen cell. */
export function createMap() {
  const table = h("table", { role: "grid", class: "ex-map" });
  const note = h("p", { class: "ex-cell" });
  const strips = ["u", "v"].map(createStrip);
  const none = h("p", { class: "bw-hint" },
    "No map: only max pooling takes each coordinate from one word, and this encoder pools in another way.");
  let cells = [];
  let [row, column, choose] = [0, 0, () => {}];
  const move = (i, j) => {
    cells[row]?.[column]?.setAttribute("tabindex", -1);
    [row, column] = [i, j];
    cells.flat().forEach((cell) => cell.setAttribute("aria-selected", cell === cells[i][j]));
    cells[i][j].setAttribute("tabindex", 0);
    choose();
  };
  const locate = (target) => {
    const cell = target.closest?.("td");
    const i = cells.findIndex((line) => line.includes(cell));
    return i < 0 ? undefined : [i, cells[i].indexOf(cell)];
  };
  for (const type of ["pointerover", "focusin", "click"])
    table.addEventListener(type, ({ target }) => { const at = locate(target); if (at) move(...at); });
  table.addEventListener("keydown", (event) => {
    const [di, dj] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    if (di === undefined) return;
    event.preventDefault();
    cells[row + di]?.[column + dj]?.focus();
  });
  return {
    node: h("div", {}, h("div", { class: "ex-beside" }, h("div", { class: "ex-scroll" }, table), note), none,
      h("div", {}, ...strips.map((strip) => strip.node))),
    update(ledger, blocks, label) {
      none.hidden = Boolean(ledger.premise_winners);
      for (const part of [table, note, strips[0].node.parentNode]) part.hidden = !none.hidden;
      if (table.hidden) return;
      const parts = evidence(ledger, blocks);
      const largest = Math.max(0.01, ...parts.flat().slice(1).map((cell) => Math.abs(cell[label])));
      const names = [["alone", ...ledger.premise_words], ["alone", ...ledger.hypothesis_words]];
      const unknown = [[false, ...ledger.premise_unknown], [false, ...ledger.hypothesis_unknown]];
      const header = (side, i, scope) =>
        h("th", { scope, class: unknown[side][i] ? "ex-unknown" : "" }, names[side][i]);
      cells = parts.map((line, i) => line.map((cell, j) => {
        const x = i || j ? cell[label] : 0; // the bias stands in the ledger
        const kind = Math.abs(x) < 0.005 ? "ex-nothing" : x < 0 ? "ex-below" : "";
        const node = h("td", { tabindex: -1, class: kind }, i || j ? signed(x) : "");
        node.style.setProperty("--share", percent(0.42 * Math.abs(x) / largest));
        return node;
      }));
      table.setAttribute("aria-label",
        `Evidence for ${LABELS[label]}: words of the premise down, of the hypothesis across`);
      table.replaceChildren(h("thead", {}, h("tr", {}, h("td"), ...names[1].map((_, j) => header(1, j, "col")))),
        h("tbody", {}, ...cells.map((line, i) => h("tr", {}, header(0, i, "row"), ...line))));
      // The coordinates in the order of their words, so that what a cell stands on lies side by side.
      const { premise_winners: p, hypothesis_winners: q } = ledger;
      const order = Array.from(ledger.u.keys()).sort((a, b) => p[a] - p[b] || q[a] - q[b]);
      const maps = Object.keys(ledger.by_dimension).filter((name) => blocks.includes(name));
      choose = () => {
        const found = behind(ledger, row, column);
        const size = (i) => sum(maps.map((name) => ledger.by_dimension[name][i]))[label];
        const top = [...found].sort((a, b) => Math.abs(size(b)) - Math.abs(size(a))).slice(0, row && column ? 3 : 0);
        const words = [row && names[0][row], column && names[1][column]].filter(Boolean).map((word) => `“${word}”`);
        const tell = (i) => `no. ${i} (u ${format(ledger.u[i])}, v ${format(ledger.v[i])}: ${signed(size(i))})`;
        note.replaceChildren(h("strong", {}, words.join(" with ") || "The bias"),
          ...LABELS.map((name, c) => h("span", {}, `${name} ${signed(parts[row][column][c])}`)),
          row || column ? `${found.length} of ${order.length} coordinates` : "Apart from all words",
          top.length ? `; strongest for ${LABELS[label]}: ${top.map(tell).join(", ")}.` : ".");
        const marked = new Set(row || column ? found : []);
        const height = Math.max(0.1, ...ledger.u.map(Math.abs), ...ledger.v.map(Math.abs));
        strips.forEach((strip, k) => strip.update([ledger.u, ledger.v][k], order, marked, height));
      };
      const best = parts.flatMap((line, i) => line.map((cell, j) => [i && j && Math.abs(cell[label]), i, j]));
      move(...best.reduce((a, b) => (b[0] > a[0] ? b : a)).slice(1));
    },
  };
}

/** A sentence vector as bars, one a coordinate, up or down from its zero; those marked have a line under them. */
function createStrip(name) {
  const [bars, marks] = [s("path"), s("path", { class: "ex-marks" })];
  const picture = s("svg", { role: "img", preserveAspectRatio: "none" }, bars, marks);
  return {
    node: h("div", { class: `ex-strip bw-${name}` }, h("i", { class: "bw-symbol" }, name), picture),
    update(vector, order, marked, height) {
      picture.setAttribute("viewBox", `0 0 ${order.length} 40`);
      picture.setAttribute("aria-label", `${name}: ${order.length} coordinates from ${format(Math.min(...vector))} to ${
        format(Math.max(...vector))}; ${marked.size} of them marked`);
      bars.setAttribute("d", order.map((i, x) => `M${x + 0.5} 26v${(-24 * vector[i] / height).toFixed(1)}`).join(""));
      marks.setAttribute("d", order.map((i, x) => (marked.has(i) ? `M${x + 0.5} 35v5` : "")).join(""));
    },
  };
}

export const STYLE = `
.bw .bw-result p { min-height: 5.8em; }
.ex-field { margin: 0 0 6px; }
.ex-field label { display: grid; gap: 2px; margin: 0; color: var(--bw-muted); font-size: 13px; }
.ex-field input {
  width: 100%; min-height: 44px; padding: 0 12px; border: 1px solid var(--bw-line); border-radius: 8px;
  background: var(--bw-paper); color: var(--bw-text); font: inherit; font-size: 16px;
}
.ex-note { display: block; min-height: 1.45em; font-size: 13px; }
.ex-status { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; min-height: 48px; }
.bw .ex-status [hidden], .bw-host [hidden] { display: none; }
.bw .ex-message { flex: 1 1 16em; margin: 0; color: var(--bw-muted); font-size: 13px; }
.ex-status progress { width: 8em; accent-color: var(--bw-u); }
.ex-stale .ex-answer { opacity: 0.6; }
.ex-row {
  display: grid; grid-template-columns: minmax(0, 1fr) 3.4em; gap: 3px 8px; align-items: center; margin: 0 0 14px;
}
.ex-label { grid-column: 1 / -1; }
.ex-chosen .ex-label { font-weight: 700; }
.ex-probability { height: 10px; border-radius: 5px; background: var(--bw-tint); overflow: hidden; }
.ex-share { display: block; height: 100%; background: var(--bw-text); }
.ex-track {
  position: relative; height: 22px; border-radius: 4px; overflow: hidden;
  background: linear-gradient(var(--bw-text) 0 0) 50% / 1.5px 100% no-repeat, var(--bw-tint);
}
.ex-track span { position: absolute; top: 3px; bottom: 3px; background: var(--bw-own); }
.ex-track i { position: absolute; top: 0; bottom: 0; width: 3px; margin-left: -1.5px; background: var(--bw-text); }
.bw-other { --bw-own: var(--bw-muted); }
.ex-answer summary { min-height: 44px; padding: 10px 0; color: var(--bw-muted); cursor: pointer; }
.bw details table { margin: 0 0 12px; font-variant-numeric: tabular-nums; }
.bw details :is(th, td) { padding: 2px 6px; text-align: right; }
.bw .ex-title { margin: 8px 0; }
.ex-scroll { overflow-x: auto; }
.bw .ex-map {
  width: auto; margin: 0; border-collapse: separate; border-spacing: 2px; font-variant-numeric: tabular-nums;
}
.ex-map th {
  padding: 2px 6px; border: 0; background: none; color: inherit; font-size: 14px; font-weight: 400; text-align: center;
}
.ex-map th[scope="row"] { position: sticky; left: 0; background: var(--bw-paper); text-align: right; }
.ex-map .ex-unknown { text-decoration: underline wavy var(--bw-v); }
.ex-map tbody td {
  min-width: 46px; height: 32px; padding: 0 4px; border: 0; border-radius: 4px; text-align: center; font-size: 12px;
  background: color-mix(in srgb, var(--own, var(--bw-d)) var(--share), var(--bw-paper)); cursor: default;
}
.ex-below { --own: var(--bw-n); }
.ex-map .ex-nothing { color: var(--bw-muted); }
.ex-map td[aria-selected="true"] { box-shadow: 0 0 0 2px var(--bw-text); }
.ex-beside { display: flex; flex-wrap: wrap; gap: 10px 20px; margin: 0 0 12px; }
.ex-beside > * { min-width: 0; max-width: 100%; }
.bw .ex-cell { flex: 1 1 15em; min-height: 10.2em; margin: 0; font-variant-numeric: tabular-nums; }
.ex-cell strong, .ex-cell span { display: block; }
.ex-strip { display: grid; grid-template-columns: 1.2em 1fr; align-items: center; }
.ex-strip svg { display: block; width: 100%; height: 48px; border-bottom: 1px solid var(--bw-line); }
.ex-strip path { stroke: var(--bw-own); stroke-width: 1; }
.ex-strip .ex-marks { stroke: var(--bw-text); }
@media (pointer: coarse) { .ex-map tbody td { height: 44px; } }
@container (min-width: 620px) {
  .ex-row { grid-template-columns: 8em minmax(0, 1fr) 3.4em minmax(0, 2fr) 3.4em; }
  .ex-label { grid-column: auto; }
  .bw .bw-result p { min-height: 2.9em; }
}
@media (prefers-reduced-motion: no-preference) {
  .ex-share { transition: width 0.12s; } .ex-answer { transition: opacity 0.12s; }
}
`;
