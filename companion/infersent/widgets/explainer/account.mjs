// @ts-check
/* What an account of a decision says, in numbers and words.
 *
 * An account is what infersent.widgets.explainer.account returns; its names are those of infersent.ledger. */

import { LABELS, printed } from "../toolkit/blocks.mjs";
import { format, percent, signed } from "../toolkit/numbers.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */

/** @typedef {number[]} Part of each label's logit: [labels] */

/**
 * @typedef {object} Account
 * @property {string} premise
 * @property {string} hypothesis
 * @property {string[]} blocks
 * @property {string[]} premise_words
 * @property {string[]} hypothesis_words
 * @property {boolean[]} premise_unknown
 * @property {boolean[]} hypothesis_unknown
 * @property {Part} bias
 * @property {Record<string, Part>} by_block
 * @property {Record<string, Part[]>} by_word [words][labels]
 * @property {Record<string, Part[][]>} interaction_map [premise words][hypothesis words][labels]
 * @property {Record<string, Part[]>} by_dimension [dim][labels]
 * @property {string[]} [labels] absent where they are those of NLI
 * @property {number[]} u [dim]
 * @property {number[]} v [dim]
 * @property {number[]} [premise_winners] [dim], each the number of a word; absent where the encoder has no max pooling
 * @property {number[]} [hypothesis_winners] [dim]
 */

/** @typedef {Account & { premise_winners: number[], hypothesis_winners: number[] }} PooledAccount */

/**
 * Whether each coordinate comes from one word.
 *
 * @param {Account} account
 * @returns {account is PooledAccount}
 */
export const isPooled = (account) => account.premise_winners !== undefined;

/**
 * The names of the labels.
 *
 * @param {Account} account
 */
export const labelsOf = ({ labels }) => labels ?? LABELS;

/**
 * The sum of parts, label by label.
 *
 * @param {Part[]} parts
 * @param {Part} like a part with as many labels, where there may be nothing to add up
 * @returns {Part}
 */
export const sum = (parts, like = parts[0] ?? LABELS.map(() => 0)) =>
  like.map((_, c) => parts.reduce((total, part) => total + part[c], 0));

/**
 * What the logits are made of: the bias, then the blocks that are on.
 *
 * @param {Account} account
 * @param {string[]} blocks
 * @returns {[name: string, part: Part][]}
 */
export const partsOf = (account, blocks) =>
  [["bias", account.bias], ...blocks.map((name) => /** @type {[string, Part]} */ ([name, account.by_block[name]]))];

/**
 * The logits with only some blocks on.
 *
 * @param {Account} account
 * @param {string[]} blocks
 */
export const logitsOf = (account, blocks) => sum(partsOf(account, blocks).map(([, part]) => part));

/**
 * The probabilities of logits.
 *
 * @param {number[]} logits
 */
export function softmax(logits) {
  const odds = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = odds.reduce((a, b) => a + b);
  return odds.map((x) => x / total);
}

/**
 * The end of the bars' axis: the longest bar, in steps, so that the bars do not all move at once.
 *
 * @param {Part[]} parts
 */
export function reachOf(parts) {
  const longest = Math.max(...(parts[0] ?? []).flatMap((_, c) => [1, -1].map((sign) =>
    parts.reduce((total, part) => total + Math.max(0, sign * part[c]), 0))));
  return 2 ** (Math.ceil(2 * Math.log2(longest)) / 2);
}

/**
 * The evidence of pairs of words and, in row and column 0, of each word alone: [1 + premise][1 + hypothesis][labels].
 *
 * @param {Account} account
 * @param {string[]} blocks
 * @returns {Part[][]}
 */
export function evidence(account, blocks) {
  const maps = blocks.map((name) => account.interaction_map[name]).filter(Boolean);
  const none = account.bias.map(() => 0);
  /** @param {string} name @param {number} i */
  const alone = (name, i) => (blocks.includes(name) ? account.by_word[name][i] : none);
  return [
    [account.bias, ...account.hypothesis_words.map((_, j) => alone("v", j))],
    ...account.premise_words.map((_, i) =>
      [alone("u", i), ...account.hypothesis_words.map((_, j) => sum(maps.map((map) => map[i][j]), none))]),
  ];
}

/**
 * The coordinates behind a cell of `evidence`: those that its words won.
 *
 * @param {PooledAccount} account
 * @param {number} row
 * @param {number} column
 */
export const behind = ({ u, premise_winners: p, hypothesis_winners: q }, row, column) =>
  Array.from(u.keys()).filter((i) => (!row || p[i] === row - 1) && (!column || q[i] === column - 1));

/**
 * The coordinates in the order of their words, so that what a cell stands on lies side by side.
 *
 * @param {PooledAccount} account
 */
export const inOrderOfWords = ({ u, premise_winners: p, hypothesis_winners: q }) =>
  Array.from(u.keys()).sort((a, b) => p[a] - p[b] || q[a] - q[b]);

/**
 * The words of a sentence that the model does not know.
 *
 * @param {Account} account
 * @param {"premise" | "hypothesis"} name
 */
export const unknownWords = (account, name) =>
  account[`${name}_words`].filter((_, i) => account[`${name}_unknown`][i]);

/**
 * The decision in words: a headline, and the lead over the runner-up as a sum over the blocks.
 *
 * @param {Account} account
 * @param {string[]} blocks
 * @returns {Words}
 */
export function describe(account, blocks) {
  const logits = logitsOf(account, blocks);
  const labels = labelsOf(account);
  const [first, second] = [...logits.keys()].sort((a, b) => logits[b] - logits[a]);
  const leads = partsOf(account, blocks).map(([name, part]) =>
    `${printed(name)} ${signed(part[first] - part[second])}`);
  return [`${capital(labels[first])}, ${percent(softmax(logits)[first])}.`,
    `Its logit is ${format(logits[first] - logits[second])} above that of ${labels[second]}: ${leads.join(", ")}.`];
}

/** @param {string} word */
export const capital = (word) => word[0].toUpperCase() + word.slice(1);
