// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { compare, describe as verdict, judge, many, nameOf, signOf } from
  "../../companion/infersent/widgets/ablation_explorer/record.mjs";
import { axis } from "../../companion/infersent/widgets/ablation_explorer/view.mjs";
import { SUBSETS, goal, inWords, stepsShown, toggled } from
  "../../companion/infersent/widgets/block_lattice/lattice.mjs";
import { placeOfNode } from "../../companion/infersent/widgets/block_lattice/view.mjs";
import {
  bestAngle, bestShare, isTurnedInVain, norm, parts, rotated, share,
} from "../../companion/infersent/widgets/diagonal_or_full/form.mjs";
import { features, gradients } from "../../companion/infersent/widgets/feature_explorer/features.mjs";
import { hyperbola } from "../../companion/infersent/widgets/feature_explorer/surfaces.mjs";
import { curve, describe as found, enough, pointAt, values } from
  "../../companion/infersent/widgets/learn_the_product/curves.mjs";
import { describe as scored, fits, isSolved, score, withChoice } from "../../companion/infersent/widgets/quiz/progress.mjs";
import { belowNormal, negativeTogether, shares, simulate } from "../../companion/infersent/widgets/sign_lab/draws.mjs";
import { histogram } from "../../companion/infersent/widgets/sign_lab/view.mjs";
import { bestSoFar, tell } from "../../companion/infersent/widgets/training_replay/replay.mjs";
import { fit, fitLogistic, sideOf, solve } from "../../companion/infersent/widgets/which_heads/fit.mjs";
import { formula } from "../../companion/infersent/widgets/which_heads/words.mjs";
import { region } from "../../companion/infersent/widgets/toolkit/contours.mjs";
import { uniform } from "../../companion/infersent/widgets/toolkit/numbers.mjs";
import { close, expected } from "./expected.mjs";

const sigmoid = (/** @type {number} */ x) => 1 / (1 + Math.exp(-x));

// ---- the feature explorer ----

test("features and slopes are those of Python", () => {
  for (const { u, v, values: wanted, gradients: slopes } of expected.features) {
    close(features(u, v), wanted, 1e-12);
    close(gradients(u, v), slopes, 1e-12);
  }
});

test("a contour of the product has the product's level everywhere", () => {
  for (const signs of /** @type {[number, number][]} */ ([[1, 1], [-1, 1], [1, -1], [-1, -1]]))
    for (const level of [0, 0.25, 0.75]) {
      const line = hyperbola(level, signs);
      close(line.map(([u, v]) => u * v), line.map(() => level * signs[0] * signs[1]), 1e-12);
      assert.ok(line.every(([u, v]) => u * signs[0] >= 0 && v * signs[1] >= 0 && Math.abs(u) <= 1 && Math.abs(v) <= 1));
    }
});

// ---- diagonal or full ----

test("turned forms, shares and best angles are those of Python", () => {
  for (const form of expected.forms) {
    const beta = form.encoders === 1 ? form.angle : form.angle_v;
    close(rotated(form.matrix, form.angle, beta), form.rotated, 1e-9);
    close(share(form.matrix, form.angle, beta), form.share, 1e-9);
    close(bestAngle(form.matrix, form.encoders), form.best_angle, 1e-5);
    close(bestShare(form.matrix, form.encoders), form.best_share, 1e-12);
  }
});

test("no angle holds more than the best, and the best holds what it says", () => {
  for (const { matrix, encoders } of expected.forms) {
    const most = bestShare(matrix, encoders);
    const [a, b] = bestAngle(matrix, encoders);
    close(share(matrix, a, b), most, 1e-9);
    for (let alpha = 0; alpha <= 90; alpha += 15)
      for (let beta = encoders === 1 ? alpha : 0; beta <= (encoders === 1 ? alpha : 180); beta += 15)
        assert.ok(share(matrix, alpha, beta) <= most + 1e-9);
  }
});

test("turning changes neither the sum of the squares nor, with one encoder, the antisymmetric part", () => {
  const squares = (/** @type {number[][]} */ w) => w.flat().reduce((sum, x) => sum + x * x, 0);
  for (const { matrix, angle, angle_v } of expected.forms) {
    close(squares(rotated(matrix, angle, angle_v)), squares(matrix), 1e-9);
    close(parts(rotated(matrix, angle, angle)).r, parts(matrix).r, 1e-9);
    assert.ok(rotated(matrix, angle, angle_v).flat().every((x) => Math.abs(x) <= norm(matrix) + 1e-9));
  }
});

test("every angle is as good for the dot product, and for no symmetric form beside it", () => {
  assert.equal(isTurnedInVain([[2, 0], [0, 2]], 1), true);
  assert.equal(isTurnedInVain([[2, 1], [-1, 2]], 1), true);
  assert.equal(isTurnedInVain([[2, 0], [0, 1]], 1), false);
  assert.equal(isTurnedInVain([[2, 0], [0, 2]], 2), false);
});

// ---- which heads can tell ----

test("the best heads are those of Python", () => {
  for (const head of expected.heads) {
    const { weights, scores, right, count, attainable } = fit(head.target, head.blocks, head.table);
    close(weights, head.weights, 1e-6 * (1 + Math.max(...head.weights.map(Math.abs))));
    close(scores.map(sigmoid), head.probabilities, 1e-6);
    assert.deepEqual([right, count, attainable], [head.right, head.count, head.attainable]);
  }
});

test("a solved system of equations holds", () => {
  const next = uniform(8);
  for (let n = 1; n <= 5; n++) {
    const root = Array.from({ length: n }, () => Array.from({ length: n }, () => 2 * next() - 1));
    const a = root.map((row, i) => root.map((other, j) =>
      row.reduce((sum, x, k) => sum + x * other[k], 0) + (i === j ? 0.5 : 0)));
    const b = Array.from({ length: n }, next);
    const x = solve(a, b);
    close(a.map((row) => row.reduce((sum, value, k) => sum + value * x[k], 0)), b, 1e-12);
  }
});

test("a logistic regression on the bias alone answers the share of yes", () => {
  const [weight] = fitLogistic([[1], [1], [1], [1]], [true, false, false, false]);
  close(sigmoid(weight), 0.25, 1e-5);
});

test("a score near zero is undecided", () => {
  assert.deepEqual([-2, -0.0005, 0, 0.0005, 2].map(sideOf), [0, 0.5, 0.5, 0.5, 1]);
});

test("a formula leaves out what weighs nothing", () => {
  assert.equal(formula(["u", "v", "u*v"], [2, -4, 0, 1]), "score = 2.0 (u − 2.0 v + 0.5)");
  assert.equal(formula([], [-1.1]), "score = −1.1");
});

test("the region above a level is cut where the score crosses it", () => {
  // The score is u over two cells from 0 to 2: a level of 1/2 cuts the first.
  const lattice = [0, 1, 2].map((u) => [0, 1, 2].map((v) => /** @type {[number, number, number]} */ ([u, v, u])));
  const area = (/** @type {[number, number][][]} */ polygons) => polygons.reduce((sum, polygon) => sum + Math.abs(
    polygon.reduce((twice, [x, y], k) => {
      const [x2, y2] = polygon[(k + 1) % polygon.length];
      return twice + x * y2 - x2 * y;
    }, 0)) / 2, 0);
  const above = region(lattice, 1, 0.5);
  close(area(above.area), 3, 1e-12);
  assert.ok(above.edge.flat().every(([u]) => u === 0.5));
  close(area(region(lattice, -1, -0.5).area), 1, 1e-12);
});

// ---- the sign lab ----

test("draws and shares of signs are those of Python", () => {
  for (const { states, drawn, exact, ...traits } of expected.signs) {
    const sample = simulate(traits);
    close(sample.states, states, 1e-9);
    close(sample.pooled.filter((_, i) => i % 2 === 0).slice(0, 100), drawn.u, 1e-9);
    close([sample.positive, sample.opposite], [drawn.positive, drawn.opposite], 1e-12);
    close(shares(traits).positive, exact.positive, 1e-9);
    close(shares(traits).opposite, exact.opposite, 1e-9);
  }
});

test("the normal distribution is symmetric, grows, and has its known values", () => {
  close([0, 1, 1.959963984540054, -8.5, 8.5].map(belowNormal), [0.5, 0.8413447460685429, 0.975, 0, 1], 1e-12);
  for (let x = -7.9; x < 7.9; x += 0.1) {
    close(belowNormal(x) + belowNormal(-x), 1, 1e-12);
    assert.ok(belowNormal(x + 0.1) >= belowNormal(x) - 1e-15);
  }
});

test("words that are alike are negative together more often, and one word in half the cases", () => {
  close([0, 0.3, 0.9].map((alike) => negativeTogether(1, alike)), [0.5, 0.5, 0.5], 1e-9);
  for (const words of [2, 5, 20])
    for (let alike = 0; alike < 0.85; alike += 0.1)
      assert.ok(negativeTogether(words, alike + 0.1) > negativeTogether(words, alike));
});

test("a histogram counts every value once", () => {
  const bins = histogram(Float64Array.of(-1, -0.999, 0, 0.5, 1));
  assert.equal(bins.reduce((a, b) => a + b), 5);
  assert.deepEqual([bins[0], bins[20], bins[30], bins[39]], [2, 1, 1, 1]);
});

// ---- the ablation explorer ----

test("verdicts are those of Python, word by word", () => {
  const { study, verdicts } = expected.ablation;
  for (const { first, second, words } of verdicts) assert.deepEqual(verdict(study, first, second), words);
});

test("B against A is the opposite of A against B", () => {
  const { study, verdicts } = expected.ablation;
  for (const { first, second } of verdicts) {
    const [there, back] = [compare(study, first, second), compare(study, second, first)];
    close([there.mean, ...there.interval, ...there.interval90],
      [-back.mean, -back.interval[1], -back.interval[0], -back.interval90[1], -back.interval90[0]], 0);
    assert.equal(signOf(there, study.margin) + signOf(back, study.margin), 0);
    assert.equal(judge(there, study.margin), judge(back, study.margin));
  }
});

test("the comparisons are counted as in Python", () => {
  assert.equal(many(expected.ablation.study), expected.ablation.many);
});

test("equivalence comes first, then a difference, and an end on the border is not beyond it", () => {
  /** @type {[interval90: [number, number], interval: [number, number], outcome: string][]} */
  const cases = [
    [[-0.1, 0.4], [-0.2, 0.45], "equivalent"], [[0.1, 0.4], [0.05, 0.6], "equivalent"],
    [[0.1, 0.5], [0.05, 0.6], "differs"], [[-0.5, -0.1], [-0.6, -0.05], "differs"],
    [[0.01, 0.9], [-0.01, 1], "undecided"], [[0.1, 0.9], [0, 1], "undecided"],
  ];
  for (const [interval90, interval, outcome] of cases) {
    const found = { mean: (interval[0] + interval[1]) / 2, interval, interval90 };
    assert.equal(judge(found, 0.5), outcome);
    assert.equal(signOf(found, 0.5), outcome === "differs" ? Math.sign(found.mean) : 0);
  }
});

test("a subset has its name, and an axis holds its values with at most six steps", () => {
  assert.equal(nameOf(["u", "|u-v|", "u*v"]), "(u,\u00a0|u−v|,\u00a0u∗v)");
  assert.equal(nameOf(["u"]), "u alone");
  for (const numbers of [[0.611, 0.612], [0.333, 0.787], [0.5, 0.5], [0, 1]]) {
    const { low, high, ticks } = axis(numbers, "");
    assert.ok(low <= Math.min(...numbers) && high >= Math.max(...numbers) && ticks.length <= 7);
    close([ticks[0][0], ticks[ticks.length - 1][0]], [low, high], 1e-12);
  }
});

// ---- the lattice of the blocks ----

test("what is said of every subset and block is Python's, and so are the steps", () => {
  const { parts, states } = expected.lattice;
  for (const { state, words, steps } of states) {
    assert.deepEqual(inWords(parts[state.part], state), words);
    const found = stepsShown(parts[state.part], state.subset, state.block);
    assert.deepEqual(found.map(({ from, block, mean }) => [from.join(", "), block, mean]), steps);
  }
});

test("keys go along the lines: up and down by one block, sideways in the row, digits switch", () => {
  const part = expected.lattice.parts.test;
  const follow = (/** @type {import("../../companion/infersent/widgets/toolkit/blocks.mjs").Block[]} */ from,
    /** @type {string[]} */ names) => names.reduce((at, key) => SUBSETS[goal(part, at, key)], from);
  assert.deepEqual(follow(["|u-v|"], ["ArrowUp"]), ["v", "|u-v|"]);
  assert.deepEqual(follow(["|u-v|"], ["ArrowUp", "ArrowUp", "ArrowUp"]), ["u", "v", "|u-v|", "u*v"]);
  assert.deepEqual(follow(["u", "v", "|u-v|", "u*v"], ["ArrowDown"]), ["u", "v", "|u-v|"]);
  assert.deepEqual(follow(["u"], ["ArrowLeft"]), ["u*v"]);
  assert.deepEqual(follow(["u"], ["4", "1"]), ["u*v"]);
  for (const [from, key] of /** @type {[any, string][]} */ (
    [[["u"], "ArrowDown"], [["u", "v", "|u-v|", "u*v"], "ArrowUp"], [["u"], "1"], [["u"], "a"]]))
    assert.equal(goal(part, from, key), -1);
});

test("a block switched twice is as it was, and no two subsets stand in one place", () => {
  for (const subset of SUBSETS)
    for (const block of SUBSETS[14]) assert.deepEqual(toggled(toggled(subset, block), block), subset);
  assert.equal(new Set(SUBSETS.map((_subset, i) => placeOfNode(i).join())).size, 15);
});

// ---- the training replay ----

test("what is said at every look of every run is Python's", () => {
  const { runs, told } = expected.replay;
  for (const { blocks, look, guess, words } of told)
    assert.deepEqual(tell(runs.find((/** @type {any} */ run) => run.blocks === blocks), look, guess), words);
});

test("the best epoch so far is one that is over", () => {
  for (const run of expected.replay.runs) {
    assert.equal(bestSoFar(run, 5), 0);
    assert.equal(bestSoFar(run, 6), 1);
    assert.equal(bestSoFar(run, run.dev.length), run.best);
  }
});

// ---- learn the product ----

test("curves go by pairs, and the first point that explains enough is found", () => {
  const { curves } = expected;
  const [dim] = values(curves, "dim");
  const given = curve(curves, dim, 0);
  const samples = given.map((point) => point.samples);
  assert.deepEqual(samples, samples.toSorted((a, b) => a - b));
  assert.equal(enough(given, -Infinity), samples[0]);
  assert.equal(enough(given, 1.1), undefined);
  assert.throws(() => pointAt(given, 1), /no point has 1 pairs/);
  assert.match(found(curves, dim, values(curves, "width")[0], samples[0])[1], /^From [\d,]+ pairs, a network of/);
});

// ---- the quiz ----

const asked = [[0, 2], [1, 3]].map(([right, choices], i) => ({
  ask: `Question ${i}?`,
  choices: Array.from({ length: choices }, (_, place) => ({ text: `${place}`, why: "So.", right: place === right })),
}));

test("a choice is tried once, and the others stay as they are", () => {
  const tried = withChoice([[], [2]], 0, 1);
  assert.deepEqual(tried, [[1], [2]]);
  assert.deepEqual(withChoice(tried, 0, 1), tried);
  assert.deepEqual(withChoice(tried, 0, 0), [[1, 0], [2]]);
});

test("a question is solved by its right choice, at the first attempt or later", () => {
  assert.equal(isSolved(asked[0], []), false);
  assert.equal(isSolved(asked[0], [1, 0]), true);
  assert.deepEqual(score(asked, [[0], [0, 1]]), { solved: 2, first: 1 });
  assert.deepEqual(score(asked, [[1], []]), { solved: 0, first: 0 });
  assert.deepEqual(scored(asked, [[], []]), ["2 questions.", "Try as often as you like."]);
  assert.deepEqual(scored(asked, [[0], [1]]), ["2 of 2 solved,", "each at the first attempt."]);
  assert.deepEqual(scored(asked, [[1, 0], []]), ["1 of 2 solved,", "0 at the first attempt."]);
});

test("what was kept of other questions is not taken", () => {
  assert.ok(fits([[0], [2, 1]], asked));
  for (const kept of [null, {}, [[0]], [[0], [3]], [[0], ["1"]], [[-1], []], [0, 1]]) assert.equal(fits(kept, asked), false);
});
