// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { cut, deed, describe, refitted } from "../../companion/infersent/widgets/block_knife/cut.mjs";
import { Evidence } from "../../companion/infersent/widgets/block_knife/evidence.mjs";
import { close, expected } from "./expected.mjs";

const { state, cases } = expected.knife;
const evidence = new Evidence(state.evidence);
const trained = Object.fromEntries(evidence.blocks.map((block) => [block, 1]));
const untouched = evidence.answers(trained, "zeros");

/** @param {import("../../companion/infersent/widgets/block_knife/evidence.mjs").Scales} scales */
const cutWith = (scales, /** @type {"zeros" | "mean" | "another"} */ fill = "zeros") =>
  cut(evidence, { ...trained, ...scales }, fill, untouched, state.refits);

test("every cut comes to what it comes to in Python, to the pair", () => {
  for (const { scales, fill, cut: wanted } of cases) {
    const found = cutWith(scales, fill);
    assert.equal(found.right, wanted.right);
    assert.deepEqual(found.flow, wanted.answers);
    close([found.less, ...found.lessInterval], [wanted.less, ...wanted.less_interval], 1e-9);
    assert.equal(found.refitted ?? null, wanted.refitted);
  }
});

test("a curve passes through the cuts along it", () => {
  const scales = { ...trained, u: 0.4 };
  const grid = [0, 0.7, 1, 2];
  evidence.blocks.forEach((block, k) => {
    const along = grid.map((scale) => cutWith({ ...scales, [block]: scale }, "another").share);
    assert.deepEqual(evidence.curve(scales, "another", k, grid), along);
  });
});

test("with zeros each curve of the untouched model has its top at 1, as the chapter says", () => {
  const grid = Array.from({ length: 21 }, (_, i) => i / 10);
  evidence.blocks.forEach((_, k) => {
    const curve = evidence.curve(trained, "zeros", k, grid);
    assert.equal(curve.indexOf(Math.max(...curve)), 10);
  });
});

test("a deed in words", () => {
  const { blocks } = evidence;
  assert.equal(deed(trained, blocks), "");
  assert.equal(deed({ ...trained, "u*v": 0 }, blocks), "without u∗v");
  assert.equal(deed({ u: 0, v: 0, "|u-v|": 1.5, "u*v": 0 }, blocks), "without u, v and u∗v, with |u−v| ×1.5");
});

test("words say the loss, where the answers go, and what a head fitted again loses", () => {
  const before = cutWith({});
  const { blocks } = evidence;
  assert.match(describe(before, before, trained, blocks)[0], /^Untouched: 78\.5% right\.$/);
  const [headline, sentence] = describe(cutWith({ u: 0 }), before, { ...trained, u: 0 }, blocks);
  assert.equal(headline, "Without u: 55.2%, 23.2 points less");
  assert.match(sentence, /says contradiction to 55% of the pairs, and untouched to 34%/);
  assert.match(sentence, /A head fitted again without it loses 0\.9 points \(75\.3% to 74\.4%\)/);
  const product = describe(cutWith({ "u*v": 0 }), before, { ...trained, "u*v": 0 }, blocks);
  assert.match(product[1], /fitted again without it gains 0\.2 points/);
  const scales = { ...trained, "u*v": 1.1 };
  assert.match(describe(cutWith(scales), before, scales, blocks)[0], /^With u∗v ×1\.1: 78\.\d%, no clear difference$/);
});

test("no head was fitted again for half a block", () => {
  assert.equal(refitted({ ...trained, u: 0.5 }, evidence.blocks, state.refits), undefined);
});

test("evidence that is damaged is refused", () => {
  const levels = { ...state.evidence.levels, u: "0" };
  assert.throws(() => new Evidence({ ...state.evidence, levels }), /u has 1 numbers for 9824 pairs/);
  const strange = { ...state.evidence.levels, u: `é${state.evidence.levels.u.slice(1)}` };
  assert.throws(() => new Evidence({ ...state.evidence, levels: strange }), /“é” packs no number/);
});
