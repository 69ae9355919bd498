// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { cholesky, fitCaptions, gain, readCaptions, ridge, solveByFactor } from
  "../../companion/infersent/widgets/feature_workbench/captions.mjs";
import { factsOf } from "../../companion/infersent/widgets/feature_workbench/facts.mjs";
import { FormulaError, parse } from "../../companion/infersent/widgets/feature_workbench/formula.mjs";
import { codeOf, compile, compileSlopes } from "../../companion/infersent/widgets/feature_workbench/operations.mjs";
import { stepOf } from "../../companion/infersent/widgets/feature_workbench/surface.mjs";
import { NEITHER_OR_BOTH, SIX, STANDARD, STANDARD_SHARES, hits } from
  "../../companion/infersent/widgets/feature_workbench/targets.mjs";
import { kind, linesOfPython, listed } from "../../companion/infersent/widgets/feature_workbench/words.mjs";
import { region } from "../../companion/infersent/widgets/toolkit/contours.mjs";
import { uniform } from "../../companion/infersent/widgets/toolkit/numbers.mjs";
import { fit } from "../../companion/infersent/widgets/which_heads/fit.mjs";
import { close, expected } from "./expected.mjs";

const { cases, fits, file, random, errors } = expected.workbench;
const splits = readCaptions(readFileSync(file, "utf-8"));
const at = (/** @type {string} */ text) => compile(parse(text).tree);
const messageOf = (/** @type {string} */ text) => {
  try {
    parse(text);
    return "";
  } catch (error) {
    assert.ok(error instanceof FormulaError);
    return error.message;
  }
};

/** Code with its numbers to twelve digits: the last one may be another in another library of functions. */
const rounded = (/** @type {string} */ code) =>
  code.replace(/[\d.]+(e[+-]?\d+)?/g, (number) => String(Number(Number(number).toPrecision(12))));

/** Equal to nine digits, or both without a finite value. @param {number} found @param {number | null} wanted */
function like(found, wanted, place = "") {
  if (wanted === null) assert.ok(!Number.isFinite(found), `${found} should not be finite${place}`);
  else close([found], [wanted], 1e-9 * (1 + Math.abs(wanted)), place);
}

test("a text that is no formula is refused in Python's words", () => {
  for (const [text, message] of errors) {
    assert.equal(messageOf(text), message);
    assert.match(message, /\. .*\.$/); // what is wrong, then a remedy
  }
});

test("random formulas have Python's values, slopes and code, or its message", () => {
  let read = 0;
  for (const { text, message, points, code } of random) {
    assert.equal(messageOf(text), message ?? "");
    if (message) continue;
    read += 1;
    const sloped = compileSlopes(parse(text).tree);
    assert.equal(rounded(codeOf(parse(text).tree)), rounded(code));
    for (const [u, v, wanted] of points) {
      const found = sloped(u, v);
      like(found[0], wanted[0], ` in ${text} at ${u}, ${v}`);
      assert.ok(Object.is(found[0], at(text)(u, v)));
      // Where a value or a slope is not finite, PyTorch's backward pass may meet it in another order.
      if (wanted.every(Number.isFinite)) [1, 2].forEach((i) => like(found[i], wanted[i], ` slope ${i} of ${text}`));
    }
  }
  assert.ok(read > 300, `${read} formulas`);
});

test("slopes at the kinks are PyTorch's", () => {
  const slopes = (/** @type {string} */ text, /** @type {number} */ u, /** @type {number} */ v) =>
    compileSlopes(parse(text).tree)(u, v).slice(1);
  close(slopes("|u-v|", 0.5, 0.5), [0, 0], 0);
  close(slopes("max(u,v)", 0.5, 0.5), [0.5, 0.5], 0);
  close(slopes("max(v-u,0)", 0.5, 0.5), [0, 0], 0);
  close(slopes("sqrt(u)+v", 0, 1).slice(1), [1], 0); // an infinite slope in u is none of v's business
});

test("facts, targets and lines are Python's", () => {
  for (const { text, facts, hits: right, lines } of cases)
    for (const [signed, least] of /** @type {[string, number][]} */ ([["True", -1], ["False", 0]])) {
      const [found, wanted] = [factsOf(parse(text), least), facts[signed]];
      assert.deepEqual([found.where, found.swap, found.additive, found.bounded],
        [wanted.where, wanted.swap, wanted.additive, wanted.bounded], `${text} ${signed}`);
      close([found.undefinedShare, found.dead], [wanted.undefined, wanted.dead], 1e-12);
      like(found.low, wanted.low);
      like(found.high, wanted.high);
      close([found.beyondSentences, found.beyondBlocks], [wanted.beyond_sentences, wanted.beyond_blocks], 1e-8,
        ` in ${text} ${signed}`);
      found.slopesAtZero.forEach((slope, i) => {
        if (wanted.slopes_at_zero.every(Number.isFinite)) like(slope, wanted.slopes_at_zero[i]);
      });
      if (signed === "True") assert.equal(linesOfPython(text, codeOf(parse(text).tree), found.swap), lines);
      close(SIX.map(([, target]) => hits(target, at(text)).right), right, 0, ` in ${text}`);
    }
});

test("the standard sets' shares are those of the fit", () => {
  SIX.forEach(([, target], i) => STANDARD.forEach((blocks, j) => {
    const { right, count } = fit(target, blocks, NEITHER_OR_BOTH);
    close([STANDARD_SHARES[i][j]], [right / count], 0, ` for ${target} on ${blocks}`);
  }));
});

test("heads on the caption pairs and their differences are Python's", () => {
  const base = [at("u"), at("v")];
  const standard = STANDARD.map((blocks) => fitCaptions(splits, blocks.map(at)));
  for (const { text, correct, scores, undefined: undefinedShare, gains } of fits) {
    const found = fitCaptions(splits, [...base, at(text)]);
    close(found.correct, correct, 1e-12, ` in ${text}`);
    const kept = Array.from(found.scores).filter((_, i) => Math.floor(i / 3) % 50 === 0);
    close(kept, scores, 1e-6, ` in ${text}`);
    close([found.undefinedShare], [undefinedShare], 1e-12);
    gains.forEach((/** @type {[number, number, number, string]} */ [difference, low, high, outcome], /** @type {number} */ i) => {
      const told = gain(splits, found, standard[i]);
      close([told.difference, ...told.interval], [difference, low, high], 1e-9);
      assert.equal(told.outcome, outcome);
    });
  }
});

test("what adds up over the two sentences gets exactly one in three", () => {
  for (const blocks of [["u", "v"], ["u", "v", "|u|-|v|"], ["u", "v", "u^2-v^2"]])
    close([fitCaptions(splits, blocks.map(at)).accuracy], [1 / 3], 1e-12);
  assert.ok(fitCaptions(splits, ["u", "v", "u*v"].map(at)).accuracy > 0.5);
});

test("Cholesky's factors rebuild the matrix, and solve it", () => {
  const next = uniform(4);
  for (let n = 1; n <= 12; n++) {
    const x = Float64Array.from({ length: 3 * n * n }, () => 2 * next() - 1);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < 3 * n; k++) matrix[i * n + j] += x[k * n + i] * x[k * n + j];
    const lower = cholesky(matrix, n);
    const square = matrix.map((_, place) => {
      const [i, j] = [Math.floor(place / n), place % n];
      return lower.slice(i * n, i * n + n).reduce((sum, value, k) => sum + value * lower[j * n + k], 0);
    });
    close(square, Array.from(matrix), 1e-10);
    const side = Float64Array.from({ length: n }, next);
    const found = solveByFactor(lower, side);
    close(found.map((_, i) => found.reduce((sum, value, k) => sum + matrix[i * n + k] * value, 0)), Array.from(side), 1e-8);
  }
});

test("the ridge's weights leave no slope", () => {
  const next = uniform(5);
  const [rows, width, penalty] = [30, 4, 0.1];
  const x = Float64Array.from({ length: rows * width }, () => 2 * next() - 1);
  const target = (/** @type {number} */ i, /** @type {number} */ label) => Math.sin(i + label);
  ridge(x, width, target, penalty).forEach((weights, label) => {
    for (let j = 0; j < width; j++) {
      let slope = penalty * weights[j];
      for (let i = 0; i < rows; i++)
        slope += (x[i * width + j] * (weights.reduce((sum, w, k) => sum + w * x[i * width + k], 0) - target(i, label))) / rows;
      close([slope], [0], 1e-12);
    }
  });
});

test("words follow the facts", () => {
  const said = (/** @type {string} */ text) => kind(text, factsOf(parse(text), -1));
  assert.equal(said("u*v"), "One of the four blocks: u∗v.");
  assert.equal(said("max(u,v)"), "A comparison, and a sum of the four blocks.");
  assert.equal(said("|u|-|v|"), "It bends but compares nothing: one function of u plus one of v.");
  assert.equal(said("u-2*v"), "Nothing new: a sum of u and v.");
  assert.equal(said("log(-1-u^2)"), "Defined nowhere on this square.");
  assert.equal(said("u-u"), "The same everywhere: it tells nothing.");
  assert.match(said("(u*v)^2"), /^A comparison of its own: 7\d% of it/);
  const list = new Map(listed(factsOf(parse("u/v"), -1)));
  assert.equal(list.get("Not defined"), "where v = 0");
  assert.equal(list.get("Values"), "no bound: it grows without end");
  assert.match(String(new Map(listed(factsOf(parse("relu(u)*relu(v)"), -1))).get("Slopes")), /dead, both none, on 7\d%/);
});

test("contours have round steps, and leave out what is not defined", () => {
  assert.equal(stepOf([1, -1, 0.5]), 0.2);
  assert.equal(stepOf([0, 0, NaN]), 1);
  const lattice = [0, 1, 2].map((u) => [0, 1, 2].map((v) =>
    /** @type {[number, number, number]} */ ([u, v, u === 2 ? NaN : 1])));
  assert.equal(region(lattice, 1, 0.5).area.length, 2);
});
