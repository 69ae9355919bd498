// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import { readFile } from "../../companion/infersent/widgets/page_model/file.mjs";
import { InferSent } from "../../companion/infersent/widgets/page_model/network.mjs";
import {
  HEIGHT, between, collector, draw, frame, probabilities, ribbons, shade, tell, wires,
} from "../../companion/infersent/widgets/hero/picture.mjs";
import { close, expected } from "./expected.mjs";

/** @param {string} path */
const numbers = (path) => path.match(/-?[\d.]+/g)?.map(Number) ?? [];

test("every pair with every switch gives Python's probabilities, ribbons and words", () => {
  for (const { name, blocks, shares, widths, ribbons: paths, collector: bar, words } of expected.hero.pictures) {
    const drawn = expected.hero.pairs[name];
    const found = frame(drawn, blocks);
    close(found.shares, shares, 1e-9);
    for (const block of Object.keys(widths)) close(found.widths[block], widths[block], 1e-9);
    ribbons(found.widths).forEach((path, i) => close(numbers(path), numbers(paths[i]), 0.11));
    close(numbers(collector(found.widths)), numbers(bar), 0.11);
    assert.deepEqual(tell(drawn, blocks), words);
  }
});

test("wires and shades are Python's", () => {
  assert.deepEqual(wires(), expected.hero.wires);
  for (const [value, wanted] of expected.hero.shades) close(shade(value), wanted, 1e-12);
});

test("the page's own model gives the pairs that were computed beforehand", () => {
  const bytes = gunzipSync(readFileSync(expected.explainer.file));
  const model = new InferSent(readFile(new Uint8Array(bytes).buffer));
  for (const { name, blocks, shares, words } of expected.hero.pictures) {
    const { premise, hypothesis, cells } = expected.hero.pairs[name];
    const drawn = draw({ premise, hypothesis, ...model.explain(premise, hypothesis).account() });
    close(probabilities(drawn, blocks), shares, 0.01);
    assert.equal(tell(drawn, blocks)[0].split(",")[0], words[0].split(",")[0]);
    for (const block of Object.keys(cells)) close(drawn.cells[block], cells[block], 0.03);
  }
});

test("words that the model does not know are told once", () => {
  const bytes = gunzipSync(readFileSync(expected.explainer.file));
  const model = new InferSent(readFile(new Uint8Array(bytes).buffer));
  const texts = { premise: "A blorfist, a blorfist!", hypothesis: "A zorb sleeps." };
  const account = model.explain(texts.premise, texts.hypothesis).account();
  assert.deepEqual(draw({ ...texts, ...account }).unknown, ["blorfist", "zorb"]);
});

test("on the way the picture starts where it was and ends where it goes", () => {
  const [first, last] = ["Follows", "A “not”"].map((name) => frame(expected.hero.pairs[name], ["u", "v", "u*v"]));
  assert.deepEqual(between(first, last, () => 0), first);
  const arrived = between(first, last, () => 1);
  close(arrived.shares, last.shares, 1e-12);
  for (const block of Object.keys(last.widths)) {
    close(arrived.widths[block], last.widths[block], 1e-12);
    close(arrived.cells[block], last.cells[block], 1e-12);
  }
});

test("no ribbon leaves the picture, however strong its block", () => {
  const drawn = { bias: [0, 0, 0], by_block: Object.fromEntries(
    ["u", "v", "|u-v|", "u*v"].map((name) => [name, [99, 0, -99]])), cells: {} };
  const { widths } = frame(/** @type {any} */ (drawn), ["u", "v", "|u-v|", "u*v"]);
  for (const path of [...ribbons(widths), collector(widths)])
    for (const y of numbers(path)) assert.ok(y >= 0 && y <= HEIGHT, path);
});
