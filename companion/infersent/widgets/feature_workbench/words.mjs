// @ts-check
/* The workbench in words: what a formula is like, what it buys, and its line of Python. */

import { FEATURES, printed } from "../toolkit/blocks.mjs";
import { cautiousPercent, format, percent, signed } from "../toolkit/numbers.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { CaptionFit, Gain } from "./captions.mjs" */
/** @import { Facts, Swap } from "./facts.mjs" */

/** The package's own blocks of one coordinate of u and of v: they need no line to register them. */
export const REGISTERED = ["u", "v", "|u-v|", "u*v", "u-v", "(u-v)**2", "min(u,v)", "max(v-u,0)", "max(u-v,0)",
  "v*(1-u)", "4*u*v", "8*u*v", "16*u*v", "max(u,v)", "(u*v)**2", "|u|-|v|", "u*v*(u-v)", "u*v/(v**2+0.01)"];

/**
 * A formula as the page prints it.
 *
 * @param {string} text
 */
export const shown = (text) => text.replace(/\*\*/g, "^").replace(/\*/g, "∗").replace(/-/g, "−");

/**
 * Points of accuracy, with their sign.
 *
 * @param {number} share
 */
export const points = (share) => signed(100 * share, 1);

/**
 * A difference of accuracy with its 95% interval.
 *
 * @param {Gain} gain
 */
export const inPoints = ({ difference, interval: [low, high] }) =>
  `${points(difference)} (${points(low)} to ${points(high)})`;

/**
 * What kind of block a formula is.
 *
 * @param {string} text
 * @param {Facts} facts
 */
export function kind(text, { undefinedShare, swap, additive, beyondSentences, beyondBlocks }) {
  if (undefinedShare === 1) return "Defined nowhere on this square.";
  if (swap === "constant") return "The same everywhere: it tells nothing.";
  if (beyondSentences === 0) return "Nothing new: a sum of u and v.";
  if (additive) return "It bends but compares nothing: one function of u plus one of v.";
  if (text in FEATURES) return `One of the four blocks: ${printed(text)}.`;
  if (beyondBlocks === 0) return "A comparison, and a sum of the four blocks.";
  return `A comparison of its own: ${cautiousPercent(beyondBlocks)} of it is in no sum of the four blocks.`;
}

/** @type {Readonly<Record<Gain["outcome"], string>>} */
const MEANING = {
  differs: "a difference that the test pairs can show",
  equivalent: "equivalent within one point",
  undecided: "undecided: so few pairs cannot tell",
};

/**
 * The result: what kind of block it is, and what it buys beside u and v.
 *
 * @param {string} text
 * @param {Facts} facts
 * @param {CaptionFit} own
 * @param {CaptionFit} base
 * @param {Gain} gain
 * @returns {Words}
 */
export const describe = (text, facts, own, base, gain) => [kind(text, facts),
  `On ${own.correct.length.toLocaleString("en")} caption pairs, u and v alone get ${percent(base.accuracy, 1)} ` +
  `right, with it ${percent(own.accuracy, 1)}: ${inPoints(gain)} points, ${MEANING[gain.outcome]}.`];

/** @type {Readonly<Record<Swap, string>>} */
const SWAPPED = {
  symmetric: "symmetric: f(v, u) = f(u, v)",
  antisymmetric: "antisymmetric: f(v, u) = −f(u, v)",
  neither: "neither symmetric nor antisymmetric",
  constant: "the same everywhere",
};

/**
 * The facts as a list of names and words.
 *
 * @param {Facts} facts
 * @returns {[name: string, words: string][]}
 */
export function listed(facts) {
  const { undefinedShare, where, swap, additive, beyondSentences, beyondBlocks, low, high, bounded, dead } = facts;
  const nowhere = undefinedShare === 1;
  const [inU, inV] = facts.slopesAtZero;
  const atZero = inU === 0 && inV === 0 ? "none at (0, 0)"
    : Number.isFinite(inU) && Number.isFinite(inV) ? `${format(inU)} in u, ${format(inV)} in v at (0, 0)`
      : "not defined at (0, 0)";
  return [
    ["If u and v are swapped", nowhere ? "—" : SWAPPED[swap]],
    ["Beside u and v", beyondSentences ? `it bends: ${cautiousPercent(beyondSentences)} of it is in no sum of them`
      : "linear: adds nothing"],
    ["Compares", nowhere ? "—" : additive ? "nothing: a function of u plus one of v" : "u with v"],
    ["Beside the four blocks", beyondBlocks ? `${cautiousPercent(beyondBlocks)} of it is in no sum of them`
      : "a sum of them: adds nothing"],
    ["Values", nowhere ? "—" : bounded ? `from ${format(low)} to ${format(high)}` : "no bound: it grows without end"],
    ["Slopes", `${atZero}${dead ? `; dead, both none, on ${cautiousPercent(dead)} of the square` : ""}`],
    ["Not defined", undefinedShare ? where && `where ${where}` ||
      `at ${cautiousPercent(undefinedShare)} of the points` : "nowhere: it always has a value"],
  ];
}

/**
 * Lines of Python that make the formula a block.
 *
 * @param {string} text
 * @param {string} code
 * @param {Swap} swap
 */
export function linesOfPython(text, code, swap) {
  if (REGISTERED.includes(text))
    return `import infersent\ninfersent.pair_features(u, v, [${[...new Set(["u", "v", text])].map((name) => `"${name}"`)
      .join(", ")}])  # ${text} is registered already`;
  const declared = swap === "symmetric" || swap === "antisymmetric" ? `, swap="${swap}"` : "";
  return `import infersent, torch\ninfersent.register_feature("${text}", lambda u, v: ${code}${declared})`;
}
