/* Which heads can tell: a target on one coordinate of u and of v, and the best linear head on the ticked blocks.
 *
 * The model has target, blocks (what the head gets) and table (the reader's own target: four booleans, for (0, 0),
 * (0, 1), (1, 0) and (1, 1)). The head is fitted here as which_heads.py fits it. */

import {
  change, createChart, createChecks, createChoices, createResult, format, h, mount, percent, s,
} from "./toolkit.mjs";

const BLOCKS = {
  u: { key: "u", name: "u", at: (u, v) => u },
  v: { key: "v", name: "v", at: (u, v) => v },
  "|u-v|": { key: "d", name: "|u−v|", at: (u, v) => Math.abs(u - v) },
  "u*v": { key: "p", name: "u∗v", at: (u, v) => u * v },
  "u-v": { key: "s", name: "(u−v)", at: (u, v) => u - v },
};
const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];
const TABLES = { AND: [false, false, false, true], XOR: [false, true, true, false] };
const ON_GRID = {
  equal: (u, v) => Math.abs(u - v) <= 0.5,
  "u>v": (u, v) => u > v,
  "same sign": (u, v) => u * v > 0,
};
const GRID = 16; // points a side
const PENALTY = 1e-6;
const TIE = 1e-3; // a score this close to zero, an answer of ½, takes no side
const TARGETS = [["AND", "AND"], ["XOR", "XOR"], ["Your table", "table"], ["Equal", "equal"], ["u > v", "u>v"],
  ["Same sign", "same sign"]];

// ---- the arithmetic ----

/** The points of a target's sample and its answers there. */
export function sample(target, table) {
  if (!(target in ON_GRID)) return { points: CORNERS, answers: TABLES[target] ?? table };
  const side = Array.from({ length: GRID }, (_, i) => (2 * i + 1) / GRID - 1);
  const points = side.flatMap((u) => side.map((v) => [u, v]));
  return { points, answers: points.map(([u, v]) => ON_GRID[target](u, v)) };
}

/** What the head sees at a point: the ticked blocks, and a 1 for the bias. */
const inputs = (blocks, u, v) => [...blocks.map((block) => BLOCKS[block].at(u, v)), 1];

/** The best linear head on the blocks: its weights (the bias last), and how many points it has right. */
export function fit(target, blocks, table) {
  const { points, answers } = sample(target, table);
  const x = points.map(([u, v]) => inputs(blocks, u, v));
  const scoresFor = (weights) => x.map((row) => dot(row, weights));
  const weights = fitLogistic(x, answers);
  const scores = scoresFor(weights);
  const result = { weights, scores, right: countRight(scores, answers), count: x.length, attainable: null };
  if (target in ON_GRID) return result;
  // The most that any weights get right: of all tables that some weights get right, the most alike.
  for (let bits = 0; bits < 16; bits++) {
    const other = CORNERS.map((_, i) => Boolean(bits & (1 << i)));
    const alike = other.filter((yes, i) => yes === answers[i]).length;
    if (alike > result.attainable && countRight(scoresFor(fitLogistic(x, other)), other) === 4)
      result.attainable = alike;
  }
  return result;
}

/** Newton's method on the mean logistic loss plus PENALTY / 2 times the squared weights. */
function fitLogistic(x, answers) {
  const y = answers.map(Number);
  const mean = (term) => x.reduce((sum, row, i) => sum + term(row, i), 0) / x.length;
  const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  const objective = (w) => mean((row, i) => softplus((1 - 2 * y[i]) * dot(row, w))) + (PENALTY / 2) * dot(w, w);
  let w = x[0].map(() => 0);
  for (let round = 0; round < 100; round++) {
    const p = x.map((row) => 1 / (1 + Math.exp(-dot(row, w))));
    const gradient = w.map((weight, j) => mean((row, i) => row[j] * (p[i] - y[i])) + PENALTY * weight);
    if (Math.max(...gradient.map(Math.abs)) < 1e-12) break;
    const hessian = w.map((_, j) => w.map((_, k) =>
      mean((row, i) => row[j] * row[k] * p[i] * (1 - p[i])) + (j === k) * PENALTY));
    let step = solve(hessian, gradient);
    const moved = () => w.map((value, j) => value - step[j]);
    const now = objective(w) + 1e-15; // as much as rounding may add
    while (objective(moved()) > now) step = step.map((value) => value / 2);
    w = moved();
  }
  return w;
}

/** The solution of a x = b by Gauss's elimination; a is positive definite. */
function solve(a, b) {
  const rows = a.map((row, i) => [...row, b[i]]);
  const n = b.length;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= n; k++) rows[j][k] -= factor * rows[i][k];
    }
  const x = Array(n).fill(0);
  for (let i = n - 1; i >= 0; i--) x[i] = (rows[i][n] - dot(rows[i].slice(0, n), x)) / rows[i][i];
  return x;
}

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const sideOf = (score) => (Math.abs(score) < TIE ? 0.5 : Number(score > 0));
const countRight = (scores, answers) =>
  scores.reduce((sum, score, i) => sum + 1 - Math.abs(sideOf(score) - Number(answers[i])), 0);

// ---- the words ----

/** The score as a formula: one weight outside the brackets, so that the ratios can be read. */
export function formula(blocks, weights) {
  const largest = Math.max(...weights.slice(0, -1).map(Math.abs));
  if (!(largest > 1e-6)) return `score = ${format(weights.at(-1), 1)}`;
  const scale = weights.find((weight) => Math.abs(weight) > 0.05 * largest);
  const terms = weights.map((weight, i) => [weight / scale, BLOCKS[blocks[i]]?.name ?? ""])
    .filter(([ratio]) => Math.abs(ratio) >= 0.05)
    .map(([ratio, name]) => `${ratio < 0 ? "−" : "+"} ${format(Math.abs(ratio), 1)} ${name}`.trim());
  return `score = ${format(scale, 1)} (${terms.join(" ").replace(/^\+ /, "").replace(/\b1\.0 (?=[(uv|])/g, "")})`;
}

const SEPARATED = {
  AND: { "u,v": "One threshold on the sum is enough: only (1, 1) passes it." },
  XOR: {
    "u,v,u*v": "u + v − 2 u∗v is 0 where the two are equal and 1 where they differ: the product mends the sum.",
    "|u-v|": "On the corners |u−v| is XOR itself.",
  },
  equal: { "|u-v|": "Equal or not is one threshold on |u−v|." },
  "u>v": { "u,v": "One weight up, the other down: u − v is a sum. No comparison block is needed." },
  "same sign": { "u*v": "The sign of u∗v is the answer." },
};

/** What the fitted head can do: a headline and a sentence. */
export function describe(target, blocks, { scores, right, count, attainable }) {
  const straight = blocks.length > 1 && blocks.every((block) => ["u", "v", "u-v"].includes(block));
  const names = blocks.map((block) => BLOCKS[block].name).join(", ") || "the bias alone";
  const halves = scores.filter((score) => sideOf(score) === 0.5).length;
  if (right === count)
    return ["Separated: every point right.", SEPARATED[target]?.[blocks.join()] ??
      `Weights on ${names} put every yes on one side of ${straight ? "a line" : "the boundary"}.`];
  const no = straight ? "No line does it" : `No weights on ${names} do it`;
  if (attainable !== null)
    return [`${no}: ${attainable} of 4 corners at most.`,
      halves === 4 ? "The best fit answers ½ at all four, a coin: what a weight wins at one corner it loses at another."
        : halves ? `At ${halves} corners the best fit answers ½: it sees no difference between a yes and a no.`
          : `The best fit has ${right} of 4 right.`];
  if (Math.max(...scores) - Math.min(...scores) < TIE)
    return [`${no}.`, `The best fit gives every point the same answer${halves ? ", ½: a coin" : ""}.`];
  return [`Not separated: ${percent(right / count)} right.`, `The best fit on ${names} is wrong at the crosses.`];
}

// ---- the widget ----

export default {
  render({ model, el }) {
    const traits = ["target", "blocks", "table"];
    const state = () => Object.fromEntries(traits.map((name) => [name, model.get(name)]));
    const start = state();
    const every = (values, test) => Array.isArray(values) && values.every(test);
    const holds = {
      target: TARGETS.some(([, value]) => value === start.target),
      blocks: every(start.blocks, (block) => Object.hasOwn(BLOCKS, block)),
      table: every(start.table, (yes) => typeof yes === "boolean") && start.table.length === 4,
    };
    for (const name in holds) if (!holds[name]) throw new RangeError(`${name} cannot be ${start[name]}`);

    const targets = createChoices({
      label: "Target", choices: TARGETS, onChoose: (target) => change(model, { target }),
      onReset: () => change(model, start),
    });
    const checks = createChecks({
      label: "The head gets",
      choices: Object.entries(BLOCKS).map(([value, { key, name }]) => [name, value, `bw-${key}`]),
      onChange: (blocks) => change(model, { blocks }),
    });
    const result = createResult();
    const onFlip = (corner) => {
      const { answers } = sample(model.get("target"), model.get("table"));
      change(model, { table: answers.map((yes, i) => (i === corner) !== yes), target: "table" });
    };
    const pictures = [createPicture(-0.3, 1.3, onFlip), createPicture(-1, 1)];
    const frame = h("div");
    const weights = createWeights();
    const node = h("div", {}, targets.node, result.node,
      h("div", { class: "wh-main" }, h("div", { class: "wh-head" }, checks.node, ...weights.nodes), frame),
      h("p", { class: "bw-hint" }, "Full points: the target says yes. Golden ground: the head says yes. ×: wrong; ½: ",
        "undecided, counts as half right. Click a corner to change its answer. Equal means |u−v| ≤ ½."));

    const update = () => {
      const { target, blocks, table } = state();
      const { points, answers } = sample(target, table);
      const found = fit(target, blocks, table);
      const words = describe(target, blocks, found);
      targets.update((value) => value === target);
      checks.update(blocks);
      result.update(words);
      weights.update(blocks, found);
      const picture = pictures[Number(target in ON_GRID)];
      if (!picture.node.isConnected) frame.replaceChildren(picture.node);
      picture.update(points, answers, found.scores, (u, v) => dot(inputs(blocks, u, v), found.weights));
      picture.describe(`The square, and where the head says yes. ${words.join(" ")}`);
    };
    return mount({ model, el, style: STYLE, node, traits, update });
  },
};

/** The weights beside the checkboxes, the score's formula, and the count of right points. */
function createWeights() {
  const rows = Object.entries(BLOCKS).map(([block, { key }]) => {
    const [bar, number] = [h("span"), h("span", { class: "bw-number" })];
    return { block, bar, number, node: h("div", { class: `wh-row bw-${key}` }, h("div", {}, bar), number) };
  });
  const [score, right] = [h("span"), h("span")];
  return {
    nodes: [h("p", { class: "wh-title" }, "and gives it the weight"), ...rows.map(({ node }) => node),
      h("p", { class: "wh-score" }, score, h("br"), right)],
    update(blocks, { weights, right: hits, count }) {
      const largest = Math.max(1, ...weights.slice(0, -1).map(Math.abs));
      for (const { block, bar, number } of rows) {
        const weight = weights[blocks.indexOf(block)] ?? 0;
        bar.style.left = `${50 + (50 * Math.min(weight, 0)) / largest}%`;
        bar.style.width = `${(50 * Math.abs(weight)) / largest}%`;
        number.textContent = blocks.includes(block) ? format(weight, 1) : "";
      }
      score.textContent = formula(blocks, weights);
      right.textContent = `right at ${hits} of ${count} points (${percent(hits / count)})`;
    },
  };
}

const CELLS = 48; // of the shading, a side
const VERDICTS = ["right", "undecided", "wrong"];
const SHADES = [TIE, 1, 2, 4]; // scores from which the shading is one step deeper

/** The square: the head's regions, the boundary and the sample; its corners can be flipped. */
function createPicture(low, high, onFlip) {
  const ticks = (onFlip ? [0, 1] : [-1, 0, 1]).map((value) => [value, format(value, 0)]);
  const [width, height] = [348, 336];
  const x = { low, high, ticks, label: "u, one coordinate of the premise" };
  const chart = createChart({ x, y: { ...x, label: "v, of the hypothesis" }, alt: "", width, height });
  const shades = ["yes", "no"].map((name) => s("g", { class: `wh-${name}` }, ...SHADES.map(() => s("path"))));
  const boundary = s("path", { class: "wh-boundary" });
  const dots = s("g", { class: "wh-dots" });
  chart.layer.append(...shades, boundary, dots);
  const corners = onFlip ? CORNERS.map(([u, v], i) => {
    const style = `left: ${(100 * chart.toX(u)) / width}%; top: ${(100 * chart.toY(v)) / height}%`;
    const button = h("button", { type: "button", class: "wh-corner", style });
    button.addEventListener("click", () => onFlip(i));
    return button;
  }) : [];
  return {
    node: h("div", { class: "wh-picture" }, chart.node, ...corners),
    describe: chart.describe,
    update(points, answers, scores, scoreAt) {
      const side = Array.from({ length: CELLS + 1 }, (_, i) => low + (i * (high - low)) / CELLS);
      const lattice = side.map((u) => side.map((v) => [u, v, scoreAt(u, v)]));
      shades.forEach((group, which) => SHADES.forEach((level, i) => {
        const { area, edge } = region(lattice, which ? -1 : 1, level);
        group.childNodes[i].setAttribute("d", area.map((polygon) => `${chart.line(polygon)}Z`).join(""));
        if (which + i === 0) boundary.setAttribute("d", edge.map(chart.line).join(""));
      }));
      const verdicts = scores.map((score, i) => VERDICTS[2 * Math.abs(sideOf(score) - answers[i])]);
      corners.forEach((button, i) => {
        const [u, v] = CORNERS[i];
        const says = answers[i] ? "yes" : "no";
        button.textContent = Number(answers[i]);
        button.dataset.verdict = verdicts[i];
        button.setAttribute("aria-pressed", answers[i]);
        button.setAttribute("aria-label", `u = ${u}, v = ${v}: the target says ${says}, the head is ${verdicts[i]}`);
      });
      if (!onFlip) dots.replaceChildren(...points.map(([u, v], i) => {
        const [x, y] = [chart.toX(u), chart.toY(v)];
        return verdicts[i] === "wrong" ? s("path", { d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8` })
          : s("circle", { class: answers[i] ? "wh-full" : "", cx: x, cy: y, r: 3.5 });
      }));
    },
  };
}

/** Where side * score ≥ level on a lattice, in polygons, and the pieces of its edge. */
function region(lattice, side, level) {
  const [area, edge] = [[], []];
  for (let i = 0; i < CELLS; i++)
    for (let j = 0; j < CELLS; j++) {
      const cell = [lattice[i][j], lattice[i + 1][j], lattice[i + 1][j + 1], lattice[i][j + 1]];
      const [polygon, cuts] = [[], []];
      cell.forEach(([u, v, score], k) => {
        const [u2, v2, score2] = cell[(k + 1) % 4];
        const [here, there] = [side * score - level, side * score2 - level];
        if (here >= 0) polygon.push([u, v]);
        if (here >= 0 === there >= 0) return;
        const share = here / (here - there);
        cuts.push([u + share * (u2 - u), v + share * (v2 - v)]);
        polygon.push(cuts.at(-1));
      });
      if (polygon.length) area.push(polygon);
      for (let k = 0; k + 1 < cuts.length; k += 2) edge.push([cuts[k], cuts[k + 1]]);
    }
  return { area, edge };
}

const STYLE = `
.bw .bw-result p { min-height: 7.3em; }
.wh-main { display: grid; gap: 16px 28px; }
.wh-head { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 12px; align-content: start; }
.wh-head .bw-checks { display: grid; grid-row: 1 / span 6; align-content: start; margin: 0; }
.wh-head legend, .bw .wh-title { height: 24px; margin: 0; line-height: 24px; color: var(--bw-muted); }
.wh-head .bw-check span { font: italic 1.1em Georgia, "Times New Roman", serif; }
.wh-row { display: grid; grid-template-columns: minmax(0, 1fr) 3.6em; align-items: center; gap: 8px; height: 44px; }
.wh-row div { position: relative; height: 18px; border-radius: 4px;
  background: linear-gradient(var(--bw-text) 0 0) center / 1.5px 100% no-repeat, var(--bw-tint); }
.wh-row div span { position: absolute; top: 2px; bottom: 2px; border-radius: 2px; background: var(--bw-own); }
.bw .wh-score { grid-column: 1 / -1; min-height: 4.6em; margin: 6px 0 0; font-variant-numeric: tabular-nums; }
.wh-score span:first-child { font-weight: 600; }
.wh-picture { position: relative; max-width: 420px; margin: 0 auto; }
.wh-yes, .wh-no { fill: var(--bw-n); fill-opacity: 0.17; shape-rendering: crispEdges; }
.wh-no { fill: var(--bw-muted); fill-opacity: 0.06; }
.wh-boundary { fill: none; stroke: var(--bw-text); stroke-width: 2; }
.wh-dots { fill: var(--bw-paper); stroke: var(--bw-text); }
.wh-dots .wh-full { fill: var(--bw-text); }
.wh-dots path { stroke: var(--bw-v); stroke-width: 2; }
.bw .wh-corner {
  position: absolute; margin: -22px 0 0 -22px; padding: 0; border: 2px solid var(--bw-text); font-weight: 600;
}
.bw .wh-corner[aria-pressed="false"] { background: var(--bw-paper); }
.wh-corner::after {
  position: absolute; right: -12px; top: -14px; width: 24px; border: 1px solid; border-radius: 50%;
  background: var(--bw-paper); color: var(--bw-text); font: 700 16px/22px sans-serif;
}
.wh-corner[data-verdict="wrong"]::after { content: "×"; color: var(--bw-v); }
.wh-corner[data-verdict="undecided"]::after { content: "½"; }
@container (min-width: 620px) {
  .wh-main { grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); }
  .bw .bw-result p { min-height: 2.9em; }
  .bw .wh-score { min-height: 6em; }
}
@media (prefers-reduced-motion: no-preference) { .wh-row div span { transition: left 0.12s, width 0.12s; } }
`;
