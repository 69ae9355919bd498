// @ts-check
/* The operations of a formula: each with its value, its slopes as PyTorch has them, and its code. */

/** @import { Part } from "./formula.mjs" */

/** @typedef {keyof typeof OPERATIONS} Operation */
/** @typedef {[value: number, inU: number, inV: number]} Sloped a value with its slopes in u and in v */

const [SUM, PRODUCT, SIGN, POWER, ATOM] = [1, 2, 3, 4, 5]; // how tightly code binds

/**
 * @typedef {object} Rule
 * @property {(...values: number[]) => number} at
 * @property {(...values: number[]) => number[]} slopes in each argument
 */

/** @satisfies {Record<string, Rule>} */
const OPERATIONS = {
  add: { at: (a, b) => a + b, slopes: () => [1, 1] },
  sub: { at: (a, b) => a - b, slopes: () => [1, -1] },
  mul: { at: (a, b) => a * b, slopes: (a, b) => [b, a] },
  div: { at: (a, b) => a / b, slopes: (a, b) => [1 / b, -a / (b * b)] },
  pow: {
    at: (a, b) => a ** b,
    slopes: (a, b) => [b === 0 ? 0 : b * a ** (b - 1), a === 0 && b >= 0 ? 0 : a ** b * Math.log(a)],
  },
  neg: { at: (a) => -a, slopes: () => [-1] },
  abs: { at: Math.abs, slopes: (a) => [Math.sign(a)] },
  max: { at: Math.max, slopes: (a, b) => shareOf(a - b) },
  min: { at: Math.min, slopes: (a, b) => shareOf(b - a) },
  sqrt: { at: Math.sqrt, slopes: (a) => [0.5 / Math.sqrt(a)] },
  exp: { at: Math.exp, slopes: (a) => [Math.exp(a)] },
  log: { at: Math.log, slopes: (a) => [1 / a] },
  tanh: { at: Math.tanh, slopes: (a) => [1 - Math.tanh(a) ** 2] },
  relu: { at: (a) => Math.max(a, 0), slopes: (a) => [a > 0 ? 1 : 0] },
  sign: { at: (a) => Math.sign(a) || 0, slopes: () => [0] }, // PyTorch gives 0 for what is no number
  square: { at: (a) => a * a, slopes: (a) => [2 * a] },
};

/** @param {Operation} op @returns {Rule} */
export const ruleOf = (op) => OPERATIONS[op];

/**
 * The slope of a maximum in each argument: at a tie, half in each.
 *
 * @param {number} lead
 */
function shareOf(lead) {
  if (lead === 0) return [0.5, 0.5];
  return lead > 0 ? [1, 0] : [0, 1];
}

/**
 * A formula as a function.
 *
 * @param {Part} part
 * @returns {(u: number, v: number) => number}
 */
export function compile({ op, parts, value }) {
  if (op === "number") return () => value;
  if (op === "u") return (u) => u;
  if (op === "v") return (u, v) => v;
  const { at } = ruleOf(op);
  const [first, second] = parts.map(compile);
  return second ? (u, v) => at(first(u, v), second(u, v)) : (u, v) => at(first(u, v));
}

/**
 * A formula as a function that gives its slopes as well (forward differentiation, by dual numbers).
 *
 * @param {Part} part
 * @returns {(u: number, v: number) => Sloped}
 */
export function compileSlopes({ op, parts, value }) {
  if (op === "number") return () => [value, 0, 0];
  if (op === "u") return (u) => [u, 1, 0];
  if (op === "v") return (u, v) => [v, 0, 1];
  const { at, slopes } = ruleOf(op);
  const inner = parts.map(compileSlopes);
  return (u, v) => {
    const known = inner.map((part) => part(u, v));
    const values = known.map(([x]) => x);
    const weights = slopes(...values);
    // What does not depend on a variable has no slope in it, even where the outer slope is infinite.
    const chain = (/** @type {1 | 2} */ which) => weights.reduce((sum, weight, i) =>
      (known[i][which] === 0 ? sum : sum + weight * known[i][which]), 0);
    return [at(...values), chain(1), chain(2)];
  };
}

/** @type {Partial<Record<Part["op"], [sign: string, binds: number]>>} */
const SIGNS = { add: ["+", SUM], sub: ["-", SUM], mul: ["*", PRODUCT], div: ["/", PRODUCT] };
/** @type {Partial<Record<Part["op"], string>>} */
const TORCH = { max: "maximum", min: "minimum" };

/**
 * A formula as an expression of PyTorch, in brackets if it binds less than asked for.
 *
 * @param {Part} part
 * @returns {string}
 */
export function codeOf({ op, parts, value }, least = 0) {
  const sign = SIGNS[op];
  const [text, binds] = op === "number" ? [written(value), value < 0 ? SIGN : ATOM]
    : op === "u" || op === "v" ? [op, ATOM]
      : sign ? [`${codeOf(parts[0], sign[1])} ${sign[0]} ${codeOf(parts[1], sign[1] + 1)}`, sign[1]]
        : op === "neg" ? [`-${codeOf(parts[0], SIGN)}`, SIGN]
          : op === "pow" ? [`${codeOf(parts[0], ATOM)} ** ${codeOf(parts[1], SIGN)}`, POWER]
            : [`torch.${TORCH[op] ?? op}(${parts.map(argument).join(", ")})`, ATOM];
  return binds >= least ? text : `(${text})`;
}

/** @param {Part} part */
const argument = (part) => (part.op === "number" ? `torch.full_like(u, ${written(part.value)})` : codeOf(part));

/**
 * A number as Python reads it, a whole one without a point unless it is too large for an integer of PyTorch.
 *
 * @param {number} value
 */
const written = (value) =>
  (Number.isInteger(value) && Math.abs(value) >= 1e15 ? value.toExponential() : String(value));
