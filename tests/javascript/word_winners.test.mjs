// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { countsOf, decode, describe, edited, encode, placedBefore } from
  "../../companion/infersent/widgets/word_winners/collage.mjs";
import { needed } from "../../companion/infersent/widgets/word_winners/reader.mjs";
import { expected } from "./expected.mjs";

test("shares, places after an edit and the count of what moved are those of Python", () => {
  for (const { state, readings: [was, is], counts, after, moved } of expected.winners) {
    const before = decode(was.winners);
    assert.deepEqual(countsOf(before, was.words.length), counts);
    const now = placedBefore(decode(is.winners), state.word, state.edit);
    assert.deepEqual(now, after);
    assert.equal(before.filter((place, i) => place !== now[i]).length, moved);
    assert.deepEqual(needed(state), [was.words.join(" "), is.words.join(" ")]);
    const [headline, sentence] = describe(was.words, before, now, state.word, state.edit, state.instead);
    assert.ok(headline.includes(String(state.edit ? moved : counts[state.word])), headline);
    if (state.edit) assert.ok(sentence.includes(`${before.length - moved} stay`), sentence);
  }
});

test("letters stand for places, from A over Z to a", () => {
  const places = Array.from({ length: 52 }, (_, place) => place);
  assert.equal(encode([0, 25, 26, 51]), "AZaz");
  assert.deepEqual(decode(encode(places)), places);
});

test("an edit takes one word out, or puts one in its place", () => {
  const words = ["a", "dog", "runs"];
  assert.deepEqual(edited(words, 1, "", ["cat"]), words);
  assert.deepEqual(edited(words, 1, "out", ["cat"]), ["a", "runs"]);
  assert.deepEqual(edited(words, 1, "swap", ["cat"]), ["a", "cat", "runs"]);
});

test("what the words say: the lost numbers must move, the others may", () => {
  const words = ["a", "dog", "runs"];
  assert.match(describe(words, [0, 1, 1, 2], [0, 0, 2, 0], 1, "out", "")[1], /^Its own 2 need one; 1 more move/);
  assert.match(describe(words, [0, 1, 1, 2], [0, 1, 2, 2], 1, "swap", "cat")[1], /keeps 1 of the 2/);
});
