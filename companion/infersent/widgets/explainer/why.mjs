// @ts-check
/* Why the model answers as it does, in words: the sentences of infersent.inside.ledger.lead_in_words and of
 * infersent.widgets.explainer.weakness. */

import { signed } from "../toolkit/numbers.mjs";
import { describe, labelsOf, logitsOf, partsOf, sum } from "./account.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Account } from "./account.mjs" */

/**
 * Where the shipped model is weak: infersent.widgets.explainer.WEAKNESSES.
 *
 * @type {Readonly<Record<string, [words: string, right: number, total: number]>>}
 */
export const WEAKNESSES = {
  negation: ["not n't no nobody nothing none never neither nor without", 12, 33],
  numbers: ["one two three four five six seven eight nine ten eleven twelve dozen several", 15, 33],
  quantifiers: ["all every everyone everybody some most half few many only", 14, 33],
  "order in time": ["before after already still yet just", 15, 33],
};

/** @type {Words} What is said of two fields without a word. */
export const NOTHING = ["No answer.", "Type a sentence into each field: there is nothing to compare yet."];

/**
 * Whether neither field has a word.
 *
 * @param {{ premise: string, hypothesis: string }} texts
 */
export const isEmpty = ({ premise, hypothesis }) => !(premise.trim() || hypothesis.trim());

/**
 * The answer, and what speaks most for and against it.
 *
 * @param {Account} account
 * @param {string[]} blocks
 * @param {boolean} shipped whether the model is the shipped one, whose weaknesses are known
 * @returns {Words}
 */
export function inWords(account, blocks, shipped) {
  if (isEmpty(account)) return NOTHING;
  return [describe(account, blocks)[0],
    [leadInWords(account, blocks), shipped ? weakness(account) : ""].filter(Boolean).join(" ")];
}

/** @type {Record<string, string>} */
const NAMES = { bias: "the bias", u: "the premise by itself", v: "the hypothesis by itself" };

/**
 * Which part of the answer's lead over the runner-up speaks most for it, and which most against it.
 *
 * @param {Account} account
 * @param {string[]} blocks
 */
export function leadInWords(account, blocks) {
  const logits = logitsOf(account, blocks);
  const [first, second] = [...logits.keys()].sort((a, b) => logits[b] - logits[a]);
  /** @type {Map<string, number[]>} */
  const parts = new Map();
  for (const [block, part] of partsOf(account, blocks)) {
    const name = NAMES[block] ?? "the comparison";
    const before = parts.get(name);
    parts.set(name, before ? sum([before, part]) : part);
  }
  const leads = [...parts].map(([name, part]) => ({ name, lead: part[first] - part[second] }));
  // What rounds to zero says nothing.
  const speaking = leads.filter(({ lead }) => lead >= 0.05).sort((a, b) => b.lead - a.lead);
  const against = leads.filter(({ lead }) => lead <= -0.05).sort((a, b) => a.lead - b.lead);
  const other = labelsOf(account)[second];
  if (!speaking.length) return `Next to nothing tells it from ${other}.`;
  const [{ name, lead }] = speaking;
  const half = speaking.reduce((total, part) => total + part.lead, 0) / 2;
  const how = speaking.length === 1 ? "" : lead > half ? "mostly " : "first of all ";
  const rest = against.length
    ? `${against[0].name} speaks against it (${signed(against[0].lead, 1)})` : "nothing speaks against it";
  return `It wins ${how}because ${name} speaks for it (${signed(lead, 1)} over ${other}); ${rest}.`;
}

/**
 * On which phenomenon the shipped model is weak, where the two sentences differ in its words; or "".
 *
 * @param {Account} account
 */
export function weakness({ premise_words, hypothesis_words }) {
  for (const [name, [words, right, total]] of Object.entries(WEAKNESSES)) {
    const known = words.split(" ");
    const [premise, hypothesis] = [premise_words, hypothesis_words].map((side) => [...new Set(side)]
      .filter((word) => known.includes(word) || (name === "numbers" && /^[0-9]+$/.test(word))).sort().join(" "));
    if (premise !== hypothesis)
      return `Take care: on ${name} this model is right on ${right} of our ${total} probe pairs only.`;
  }
  return "";
}
