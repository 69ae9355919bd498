// @ts-check
/* What an intervention comes to, in numbers and in words, as infersent.widgets.BlockKnife has it. */

import { LABELS, printed } from "../toolkit/blocks.mjs";
import { format, percent } from "../toolkit/numbers.mjs";
import { excludesZero } from "../toolkit/verdict.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Interval } from "../toolkit/verdict.mjs" */
/** @import { Evidence, Fill, Scales } from "./evidence.mjs" */

/** @typedef {{ blocks: string[], refitted: number }} Refit */

/**
 * @typedef {object} Cut
 * @property {number} right
 * @property {number} share
 * @property {Interval} interval
 * @property {number} less than untouched, in shares
 * @property {Interval} lessInterval
 * @property {number[][]} flow
 * @property {number | undefined} refitted
 */

const Z = 1.959964; // of the normal distribution lies 95% within so many standard deviations

/**
 * The 95% Wilson interval of a share.
 *
 * @param {number} right
 * @param {number} count
 * @returns {Interval}
 */
export function wilson(right, count) {
  const share = right / count;
  const [middle, size] = [share + Z ** 2 / (2 * count), 1 + Z ** 2 / count];
  const half = Z * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2));
  return [(middle - half) / size, (middle + half) / size];
}

/**
 * The accuracy of a head that was fitted again without the blocks that are gone, if there was one.
 *
 * @param {Scales} scales
 * @param {readonly string[]} blocks
 * @param {Refit[]} refits
 */
export function refitted(scales, blocks, refits) {
  if (blocks.some((block) => scales[block] !== 0 && scales[block] !== 1)) return undefined;
  const kept = blocks.filter((block) => scales[block] === 1).join();
  return refits.find((refit) => refit.blocks.join() === kept)?.refitted;
}

/**
 * What an intervention comes to, beside the untouched model's answers.
 *
 * @param {Evidence} evidence
 * @param {Scales} scales
 * @param {Fill} fill
 * @param {Uint8Array} untouched
 * @param {Refit[]} refits
 * @returns {Cut}
 */
export function cut(evidence, scales, fill, untouched, refits) {
  const { count, labels, blocks } = evidence;
  const answers = evidence.answers(scales, fill);
  const right = evidence.right(answers);
  let changed = 0; // pairs that are right in just one of the two
  for (let i = 0; i < count; i++) if ((answers[i] === labels[i]) !== (untouched[i] === labels[i])) changed++;
  const less = (evidence.right(untouched) - right) / count;
  const half = Z * Math.sqrt((changed / count - less ** 2) / count);
  return { right, share: right / count, interval: wilson(right, count), less, lessInterval: [less - half, less + half],
    flow: evidence.flow(answers), refitted: refitted(scales, blocks, refits) };
}

/**
 * What was done, as a phrase: "without u", "with 1.5 |u−v|".
 *
 * @param {Scales} scales
 * @param {readonly string[]} blocks
 */
export function deed(scales, blocks) {
  const gone = blocks.filter((block) => scales[block] === 0).map(printed);
  const scaled = blocks.filter((block) => scales[block] !== 0 && scales[block] !== 1)
    .map((block) => `${printed(block)} ×${format(scales[block], 1)}`);
  return [gone.length ? `without ${list(gone)}` : "", scaled.length ? `with ${list(scaled)}` : ""]
    .filter(Boolean).join(", ");
}

/**
 * The intervention in words.
 *
 * @param {Cut} now
 * @param {Cut} before the untouched model
 * @param {Scales} scales
 * @param {readonly string[]} blocks
 * @returns {Words}
 */
export function describe(now, before, scales, blocks) {
  const what = deed(scales, blocks);
  if (!what)
    return [`Untouched: ${percent(now.share, 1)} right.`, "The head was trained with each block at 1. Take one out: " +
      "what does the model lose, and does that depend on what fills the gap?"];
  const points = Math.abs(100 * now.less);
  const size = excludesZero(now.lessInterval)
    ? `${format(points, 1)} points ${now.less > 0 ? "less" : "more"}` : "no clear difference";
  const ends = now.lessInterval.map((x) => format((now.less < 0 ? -100 : 100) * x, 1));
  if (now.less < 0) ends.reverse();
  const share = (/** @type {Cut} */ { flow, }, /** @type {number} */ k) =>
    flow.reduce((sum, row) => sum + row[k], 0) / flow.flat().reduce((a, b) => a + b);
  const grown = LABELS.map((_, k) => share(now, k) - share(before, k));
  const most = grown.indexOf(Math.max(...grown));
  const flow = grown[most] >= 0.02
    ? ` It says ${LABELS[most]} to ${percent(share(now, most))} of the pairs, and untouched to ` +
      `${percent(share(before, most))}.` : "";
  const gone = blocks.filter((block) => scales[block] === 0).length;
  const again = now.refitted === undefined || before.refitted === undefined ? ""
    : ` A head fitted again without ${gone === 1 ? "it" : "them"} ${gained(now.refitted - before.refitted)} points ` +
      `(${percent(before.refitted, 1)} to ${percent(now.refitted, 1)}).`;
  return [`${what[0].toUpperCase()}${what.slice(1)}: ${percent(now.share, 1)}, ${size}`,
    `(95% interval ${ends.join(" to ")}).${flow}${again}`];
}

/** @param {number} share */
const gained = (share) => `${share > 0 ? "gains" : "loses"} ${format(Math.abs(100 * share), 1)}`;

/** @param {string[]} names */
const list = (names) => (names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);
