// @ts-check
/* The exact account of a decision, as infersent.ledger.Ledger has it. */

import { FEATURES, LABELS } from "../toolkit/blocks.mjs";

/** @import { Block } from "../toolkit/blocks.mjs" */
/** @import { PooledAccount } from "../explainer/account.mjs" */

/**
 * @typedef {object} Decision
 * @property {string[]} premiseWords
 * @property {string[]} hypothesisWords
 * @property {boolean[]} premiseUnknown
 * @property {boolean[]} hypothesisUnknown
 * @property {Float32Array} u [dim]
 * @property {Float32Array} v [dim]
 * @property {Uint16Array} premiseWinners [dim], the word that won each coordinate
 * @property {Uint16Array} hypothesisWinners [dim]
 * @property {[Block, Float32Array[]][]} weights of each block, [labels][dim]
 * @property {number[]} bias [labels]
 * @property {number[]} logits [labels]
 * @property {string[]} labels
 */

/** @param {number[]} sums @param {number[]} terms */
const addTo = (sums, terms) => { for (let c = 0; c < sums.length; c++) sums[c] += terms[c]; };

/** The account of one pair: every term of its logits, one for each label. */
export class Ledger {
  /** @param {Decision} decision */
  constructor(decision) {
    const { premiseWords, hypothesisWords, premiseWinners, hypothesisWinners, u, v, weights } = decision;
    this.decision = decision;
    const zeros = () => decision.bias.map(() => 0);
    /** @param {number[][]} parts */
    this.total = (parts) => parts.reduce((sums, part) => (addTo(sums, part), sums), zeros());
    this.premiseWords = premiseWords;
    this.logits = decision.logits;
    this.blocks = weights.map(([block]) => block);

    /** [dim][labels] @type {Record<string, number[][]>} */
    this.byDimension = Object.fromEntries(weights.map(([block, columns]) =>
      [block, Array.from(u, (x, i) => columns.map((weight) => weight[i] * FEATURES[block](x, v[i])))]));

    /** [labels] @type {Record<string, number[]>} */
    this.byBlock = this.perBlock(this.blocks, (terms) => this.total(terms));

    /** [words][labels] @type {Record<string, number[][]>} */
    this.byWord = {
      ...this.perBlock(this.blocks.filter((name) => name === "u"), (terms) =>
        gather(terms, premiseWinners, premiseWords.map(zeros))),
      ...this.perBlock(this.blocks.filter((name) => name === "v"), (terms) =>
        gather(terms, hypothesisWinners, hypothesisWords.map(zeros))),
    };

    /** [premise words][hypothesis words][labels] @type {Record<string, number[][][]>} */
    this.interactionMap = this.perBlock(this.blocks.filter((name) => name !== "u" && name !== "v"), (terms) => {
      const cells = premiseWords.map(() => hypothesisWords.map(zeros));
      terms.forEach((term, i) => addTo(cells[premiseWinners[i]][hypothesisWinners[i]], term));
      return cells;
    });
  }

  /**
   * What `make` makes of the terms of some blocks, by block.
   *
   * @template Made
   * @param {string[]} names
   * @param {(terms: number[][]) => Made} make
   * @returns {Record<string, Made>}
   */
  perBlock(names, make) {
    return Object.fromEntries(names.map((name) => [name, make(this.byDimension[name])]));
  }

  /** The logits as each level gives them, [labels] each. */
  levels() {
    const { total, decision: { bias } } = this;
    const pairs = Object.values(this.interactionMap).flat(2);
    return {
      byBlock: total([bias, ...Object.values(this.byBlock)]),
      byDimension: total([bias, ...Object.values(this.byDimension).flat()]),
      "byWord and interactionMap": total([bias, ...Object.values(this.byWord).flat(), ...pairs]),
    };
  }

  /** The largest difference between the logits and what a level adds up to. */
  check() {
    return Math.max(...Object.values(this.levels()).flatMap((level) =>
      level.map((logit, c) => Math.abs(logit - this.logits[c]))));
  }

  /**
   * What the widget draws of it; see infersent.widgets.explainer.account.
   *
   * @returns {Omit<PooledAccount, "premise" | "hypothesis">}
   */
  account() {
    const { decision } = this;
    return {
      blocks: this.blocks, premise_words: decision.premiseWords, hypothesis_words: decision.hypothesisWords,
      premise_unknown: decision.premiseUnknown, hypothesis_unknown: decision.hypothesisUnknown,
      bias: decision.bias, by_block: this.byBlock, by_word: this.byWord, interaction_map: this.interactionMap,
      u: [...decision.u], v: [...decision.v],
      premise_winners: [...decision.premiseWinners], hypothesis_winners: [...decision.hypothesisWinners],
      by_dimension: this.perBlock(Object.keys(this.interactionMap), (terms) => terms),
      ...(decision.labels.join() === LABELS.join() ? {} : { labels: decision.labels }),
    };
  }
}

/**
 * Add each coordinate's terms to those of the word that won it.
 *
 * @param {number[][]} terms
 * @param {Uint16Array} winners
 * @param {number[][]} words
 */
function gather(terms, winners, words) {
  terms.forEach((term, i) => addTo(words[winners[i]], term));
  return words;
}
