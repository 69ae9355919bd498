// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, describe, isPossible, reasons, score } from
  "../../companion/infersent/widgets/hypothesis_game/game.mjs";
import { expected } from "./expected.mjs";

/** @import { Traits } from "../../companion/infersent/widgets/hypothesis_game/game.mjs" */

/** @type {{ state: Traits, cases: any[] }} */
const { state, cases } = expected.game;

test("the machine's answers and the scores are those of Python", () => {
  for (const { deck, guesses, machine, score: wanted } of cases) {
    const { rounds } = state.decks[deck];
    assert.deepEqual(rounds.map(answer), machine);
    assert.deepEqual(score(rounds, guesses), wanted);
  }
});

test("a game is between two rounds, in one, or over", () => {
  const all = Array(12).fill(0);
  for (const [round, guesses] of /** @type {[number, number[]][]} */ ([[0, []], [0, [1]], [1, [1]], [12, all]]))
    assert.ok(isPossible({ ...state, round, guesses }));
  for (const [round, guesses] of /** @type {[number, number[]][]} */ (
    [[1, []], [-1, []], [0, [1, 1]], [0, [3]], [13, [...all, 0]]])) assert.ok(!isPossible({ ...state, round, guesses }));
  assert.ok(!isPossible({ ...state, deck: 2 }));
});

test("the reasons are the words that speak most for the machine's answer", () => {
  for (const { rounds } of state.decks)
    for (const round of rounds) {
      const weights = new Map(round.words);
      const given = reasons(round);
      assert.ok(given.length <= 3);
      for (const [word, weight] of given) assert.equal(weights.get(word)?.[answer(round)], weight);
      const left = [...weights].filter(([word]) => !given.some(([known]) => known === word));
      if (given.length === 3)
        for (const [, others] of left) assert.ok(others[answer(round)] <= given[2][1]);
    }
});

test("words name who is right, and the end says which sentences are easier than the corpus", () => {
  /** @param {number} deck @param {number} round @param {number[]} guesses */
  const say = (deck, round, guesses) => describe({ ...state, deck, round, guesses });
  const [first] = state.decks[0].rounds;
  assert.equal(say(0, 0, [])[0], "Round 1 of 12.");
  assert.equal(say(0, 0, [first.label])[0], "You are both right: entailment.");
  assert.equal(say(0, 0, [2])[0], "The machine is right, you are not: entailment.");
  const second = state.decks[1].rounds[1];
  assert.equal(say(1, 1, [0, second.label])[0], "You are right, the machine is not: neutral.");
  assert.equal(say(1, 1, [0, answer(second)])[0], "You are both wrong: neutral.");
  const labels = state.decks.map(({ rounds }) => rounds.map(({ label }) => label));
  const ends = labels.map((guesses, deck) => say(deck, 12, guesses));
  assert.equal(ends[0][0], "You have 12 of 12, the machine 11, chance 4.");
  assert.match(ends[0][1], /right on 60% of SNLI's test pairs\. Ours are easier than the corpus\.$/);
  assert.equal(ends[1][0], "You have 12 of 12, the machine 1, chance 4.");
  assert.match(ends[1][1], /right on 60% of SNLI's test pairs\. Ours are harder than the corpus\.$/);
});
