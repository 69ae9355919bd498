// @ts-check
/* A recorded run: where it is at a look, and what that says. */

import { points } from "../ablation_explorer/record.mjs";
import { grouped } from "../toolkit/numbers.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */

/**
 * A run of the record; one number a look, all accuracies from 0 to 1.
 *
 * @typedef {object} Run
 * @property {string} blocks
 * @property {number} best the epoch
 * @property {number[]} rates one an epoch
 * @property {number[]} step
 * @property {number[]} loss on the batches since the look before
 * @property {number[]} train likewise
 * @property {number[]} dev
 * @property {number[]} [dev_without_average]
 */

/** How many looks an epoch has. @param {Run} run */
export const often = ({ dev, rates }) => dev.length / rates.length;

/** Dev accuracy at the end of each epoch. @param {Run} run */
export const byEpoch = (run) => run.rates.map((_rate, epoch) => run.dev[(epoch + 1) * often(run) - 1]);

/**
 * The best epoch among those that are over, from 1; 0 if none is.
 *
 * @param {Run} run
 * @param {number} look
 */
export function bestSoFar(run, look) {
  const over = byEpoch(run).slice(0, Math.floor(look / often(run)));
  return over.length ? over.indexOf(Math.max(...over)) + 1 : 0;
}

/**
 * The state in words, as in Python.
 *
 * @param {Run} run
 * @param {number} look
 * @param {number} guess
 * @returns {Words}
 */
export function tell(run, look, guess) {
  const ends = byEpoch(run);
  if (!look)
    return ["Before the first step.", "Three labels, so a third would be chance. " +
      `${grouped(run.step[run.step.length - 1])} steps, ${ends.length} epochs: play, or go look by look.`];
  const [loss, train, dev] = [run.loss, run.train, run.dev].map((values) => values[look - 1]);
  if (look < run.dev.length) {
    const best = bestSoFar(run, look);
    return [`Epoch ${Math.floor((look - 1) / often(run)) + 1}, step ${grouped(run.step[look - 1])}.`,
      `Loss ${loss.toFixed(2)}; right: ${points(train)}% of the pairs just trained on, ${points(dev)}% of dev.` +
        (best ? ` Best epoch so far: ${best}.` : "")];
  }
  const guessed = guess === run.best ? " as you said" : guess ? `; you said ${guess}` : "";
  const headline = `Best on dev: epoch ${run.best}, ${points(ends[run.best - 1])}%${guessed}.`;
  if (run.best === ends.length)
    return [headline, "The last epoch was the best, so more epochs might have brought more."];
  const [first, last] = [run.best * often(run), run.dev.length].map((at) => run.train[at - 1]);
  return [headline, `After it dev gained nothing (${points(ends[ends.length - 1])}% at the end), ` +
    `while accuracy on the training pairs went from ${points(first)}% to ${points(last)}%.`];
}
