// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { between, has, isArrow, nearestTo, relation, towards } from
  "../../companion/infersent/widgets/sentence_map/places.mjs";
import { uniform } from "../../companion/infersent/widgets/toolkit/numbers.mjs";
import { close, expected } from "./expected.mjs";

/** @import { Arrow, Place } from "../../companion/infersent/widgets/sentence_map/places.mjs" */
/** @import { Maps } from "../../companion/infersent/widgets/sentence_map/view.mjs" */

/** @type {Maps} */
const maps = expected.map.maps;
/** @type {Arrow[]} */
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
const all = () => true;

test("what a sentence is to its neighbours is what Python says", () => {
  const places = new Map(maps.sentences.map((sentence, i) => [sentence[0], i]));
  for (const { encoder, sentence, relations } of expected.map.relations) {
    const here = places.get(sentence) ?? -1;
    const { neighbours } = maps.encoders.find(({ key }) => key === encoder) ?? maps.encoders[0];
    const found = neighbours[here].map((there) => relation(maps.sentences[here], maps.sentences[there], maps.parts));
    assert.deepEqual(found, relations);
  }
});

test("the arrows reach every sentence of every map, from any other", () => {
  for (const { key, points } of maps.encoders) {
    const steps = points.map((_, i) => ARROWS.map((arrow) => towards(points, i, arrow, all)));
    const back = points.map((_, i) => steps.flatMap((to, from) => (to.includes(i) ? [from] : [])));
    for (const next of [steps, back]) { // what the first reaches, and what reaches the first
      const reached = new Set([0]);
      for (const i of reached) next[i].forEach((j) => reached.add(j));
      assert.equal(reached.size, points.length, key);
    }
  }
});

test("an arrow goes its way, past what is not shown, and stays where nothing is ahead", () => {
  /** @type {Place[]} */
  const points = [[0, 0], [10, 4], [20, 0], [10, -30], [-5, 0]];
  assert.equal(towards(points, 0, "ArrowRight", all), 1);
  assert.equal(towards(points, 0, "ArrowRight", (i) => i !== 1), 2);
  assert.equal(towards(points, 0, "ArrowLeft", all), 4);
  assert.equal(towards(points, 0, "ArrowUp", all), 3);
  assert.equal(towards(points, 3, "ArrowUp", all), 3);
  assert.equal(towards(points, 4, "ArrowLeft", all), 4);
});

test("points in one place follow one another", () => {
  /** @type {Place[]} */
  const points = [[0, 0], [5, 5], [0, 0], [0, 0]];
  assert.deepEqual([0, 2, 3].map((i) => towards(points, i, "ArrowRight", all)), [2, 3, 1]);
  assert.deepEqual([3, 2, 0].map((i) => towards(points, i, "ArrowLeft", all)), [2, 0, 0]);
});

test("only the four arrows are arrows", () => {
  assert.deepEqual([...ARROWS, "Enter", "toString", "a"].filter(isArrow), ARROWS);
});

test("the nearest point is within reach and shown", () => {
  const next = uniform(3);
  const points = Array.from({ length: 40 }, () => /** @type {Place} */ ([100 * next(), 100 * next()]));
  for (let k = 0; k < 50; k++) {
    const [x, y] = [100 * next(), 100 * next()];
    const ways = points.map(([a, b], i) => (i % 3 ? Math.hypot(a - x, b - y) : Infinity));
    const least = Math.min(...ways);
    assert.equal(nearestTo(points, [x, y], 12, (i) => i % 3 > 0), least < 12 ? ways.indexOf(least) : null);
  }
  assert.equal(nearestTo(points, [500, 500], 12, all), null);
});

test("a query has to begin words of the text, in any order and case", () => {
  const text = "The girl isn't afraid of two dogs.";
  for (const query of ["", "dog", "DOGS", "two gir", "girl isn", "t"]) assert.ok(has(text, query), query);
  for (const query of ["ogs", "cat", "dog cat", "dogs."]) assert.ok(!has(text, query), query);
});

test("on the way, each point is on the line between its two places", () => {
  /** @type {Place[][]} */
  const [from, to] = [[[0, 0], [10, 4]], [[4, 8], [10, 0]]];
  close(between(from, to, 0), from, 0);
  close(between(from, to, 1), to, 0);
  close(between(from, to, 0.25), [[1, 2], [10, 3]], 1e-12);
});
