// @ts-check
/* The game's rules, its score and its words, as infersent.widgets.HypothesisGame has them. */

import { LABELS } from "../toolkit/blocks.mjs";
import { percent, signed } from "../toolkit/numbers.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */

/**
 * A round: the hypothesis was written to the premise for the label; each word adds its weights to the three logits.
 *
 * @typedef {object} Round
 * @property {string} premise
 * @property {string} hypothesis
 * @property {number} label
 * @property {number[]} probabilities the classifier's
 * @property {[word: string, weights: number[]][]} words
 */

/** @typedef {{ name: string, rounds: Round[] }} Deck */

/**
 * The state of the widget; see infersent.widgets.HypothesisGame.
 *
 * @typedef {object} Traits
 * @property {Deck[]} decks
 * @property {number} deck
 * @property {number} round
 * @property {number[]} guesses
 * @property {Record<string, [word: string, weight: number][]>} telling
 * @property {number} on_test
 */

/** @typedef {Pick<Traits, "deck" | "round" | "guesses">} Play what changes in a game */

/** A word counts as a reason from this weight on. */
const REASON = 0.25;

/** The label that the classifier gives most to. @param {Round} round */
export const answer = ({ probabilities }) => probabilities.indexOf(Math.max(...probabilities));

/**
 * The words of a hypothesis that speak most for the classifier's answer, the strongest first; three at most.
 *
 * @param {Round} round
 * @returns {[word: string, weight: number][]}
 */
export function reasons(round) {
  const label = answer(round);
  return round.words.map(([word, weights]) => /** @type {[string, number]} */ ([word, weights[label]]))
    .filter(([, weight]) => weight >= REASON).sort((a, b) => b[1] - a[1]).slice(0, 3);
}

/**
 * How many rounds reader and machine have right so far, and chance on average.
 *
 * @param {Round[]} rounds
 * @param {number[]} guesses
 */
export function score(rounds, guesses) {
  const played = rounds.slice(0, guesses.length);
  return {
    reader: played.filter(({ label }, i) => label === guesses[i]).length,
    machine: played.filter((round) => answer(round) === round.label).length,
    chance: played.length / LABELS.length,
  };
}

/** Whether a state is one that a game can be in. @param {Traits} state */
export function isPossible({ decks, deck, round, guesses }) {
  const rounds = decks[deck]?.rounds;
  return Boolean(rounds) && guesses.length <= rounds.length && guesses.every((guess) => guess in LABELS) &&
    round >= 0 && (round === guesses.length || round === guesses.length - 1);
}

/**
 * What the game says: of the round that is shown, or at the end.
 *
 * @param {Traits} state
 * @returns {Words}
 */
export function describe({ decks, deck, round: at, guesses, on_test: onTest }) {
  const { rounds } = decks[deck];
  const { reader, machine, chance } = score(rounds, guesses);
  if (at === rounds.length) {
    const headline = `You have ${reader} of ${rounds.length}, the machine ${machine}, chance ${Math.round(chance)}.`;
    const test = `${percent(onTest)} of SNLI's test pairs`;
    return [headline, machine > chance
      ? `It never saw a premise. It goes by how a label is usually put, and these twelve put it so. It is right on ` +
        `${test}. Ours are easier than the corpus.`
      : `It knows how a label is usually put, and nothing of what is true. Here we put each otherwise. It is right ` +
        `on ${test}. Ours are harder than the corpus.`];
  }
  const round = rounds[at];
  if (guesses.length === at)
    return [`Round ${at + 1} of ${rounds.length}.`,
      "Which label was this hypothesis written for? No premise is in sight."];
  const [mine, its] = [guesses[at] === round.label, answer(round) === round.label];
  const verdict = mine ? (its ? "You are both right" : "You are right, the machine is not")
    : its ? "The machine is right, you are not" : "You are both wrong";
  const why = reasons(round);
  const sure = `The machine gives ${LABELS[answer(round)]} ${percent(Math.max(...round.probabilities))}`;
  return [`${verdict}: ${LABELS[round.label]}.`, why.length
    ? `${sure}, going by ${why.map(([word, weight]) => `“${word}” (${signed(weight, 1)})`).join(", ")}.`
    : `${sure}, and no single word decides.`];
}
