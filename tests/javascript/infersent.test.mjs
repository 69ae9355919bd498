// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import { describe, evidence, labelsOf, logitsOf, softmax } from "../../companion/infersent/widgets/explainer/account.mjs";
import { dense, joined, readFile, upperHalf } from "../../companion/infersent/widgets/page_model/file.mjs";
import { Ledger } from "../../companion/infersent/widgets/page_model/ledger.mjs";
import { accountOf } from "../../companion/infersent/widgets/page_model/model.mjs";
import { InferSent, addProduct, maxPool, sigmoid, step } from "../../companion/infersent/widgets/page_model/network.mjs";
import { FIRST_TOKEN_RULE, splitBy, splitWords, tooLong } from "../../companion/infersent/widgets/page_model/words.mjs";
import { close, expected } from "./expected.mjs";

/** @param {string} file */
const load = (file) => {
  const bytes = gunzipSync(readFileSync(file));
  return new InferSent(readFile(new Uint8Array(bytes).buffer));
};
const { file, accounts } = expected.explainer;
const model = load(file);

test("words are those of Python", () => {
  for (const { account } of accounts) {
    assert.deepEqual(splitWords(account.premise), account.premise ? account.premise_words : []);
    assert.deepEqual(splitWords(account.hypothesis), account.hypothesis_words);
  }
});

test("a model of two labels, whose tokenizer splits scripts without blanks, is that of Python", () => {
  const other = load(expected.other.file);
  for (const { account, probabilities } of expected.other.accounts) {
    const ledger = other.explain(account.premise, account.hypothesis);
    const found = { premise: account.premise, hypothesis: account.hypothesis, ...ledger.account() };
    for (const name of /** @type {const} */ (
      ["labels", "premise_words", "hypothesis_words", "premise_unknown", "hypothesis_unknown"]))
      assert.deepEqual(found[name], account[name], name);
    assert.deepEqual(labelsOf(found), ["other", "same"]);
    close(softmax(ledger.logits), probabilities, 0.005);
    assert.ok(ledger.check() < 1e-5);
    close(evidence(found, ["u"]).flat(2).length, 2 * (1 + found.premise_words.length) *
      (1 + found.hypothesis_words.length), 0);
    const [title, lead] = describe(found, found.blocks);
    const same = ledger.logits[1] > ledger.logits[0];
    assert.match(title, same ? /^Same, \d+%\.$/ : /^Other, \d+%\.$/);
    assert.match(lead, same ? /that of other/ : /that of same/);
    assert.equal(logitsOf(found, []).length, 2);
  }
});

test("a model from before keeps its rule, and says nothing of labels that a page knows", () => {
  assert.deepEqual(splitWords("犬が走る a dog"), ["犬", "が", "走", "る", "a", "dog"]);
  assert.deepEqual(splitBy(FIRST_TOKEN_RULE, "犬が走る a dog"), ["犬が走る", "a", "dog"]);
  const { premise_words, labels } = model.explain("犬が走る a dog", "").account();
  assert.deepEqual([premise_words, labels], [["犬が走る", "a", "dog"], undefined]);
});

test("a text too long says why", () => {
  assert.equal(tooLong("a ".repeat(40)), "");
  assert.match(tooLong("a ".repeat(41)), /^it has 41 words, and at most 40/);
  assert.match(tooLong("a".repeat(401)), /^it has 401 characters, and at most 400/);
});

test("the forward pass and the ledger are those of Python", () => {
  for (const { account, probabilities } of accounts) {
    const ledger = model.explain(account.premise, account.hypothesis);
    const found = ledger.account();
    for (const name of /** @type {const} */ (
      ["blocks", "premise_words", "hypothesis_words", "premise_unknown", "hypothesis_unknown"]))
      assert.deepEqual(found[name], account[name], name);
    close(softmax(ledger.logits), probabilities, 0.04); // page_model.SHIFT
    close(found.u, account.u, 0.03);
    close(found.v, account.v, 0.03);
    close(found.bias, account.bias, 1e-4);
    for (const name of found.blocks) close(found.by_block[name], account.by_block[name], 0.05);
    // A word may win a coordinate from its equal by a rounding.
    for (const name of ["u", "v"]) close(found.by_word[name], account.by_word[name], 0.1);
  }
});

test("the account that a page makes of what its worker sends is that of the ledger, and has few lists to be sent", () => {
  const [premise, hypothesis] = ["A dog runs on the beach.", "An animal is outside."];
  const sent = structuredClone({ premise, hypothesis, ...model.decide(premise, hypothesis) });
  const ledger = model.explain(premise, hypothesis);
  assert.deepEqual(accountOf(sent), { premise, hypothesis, ...ledger.account() });
  /** @param {unknown} part @returns {number} */
  const lists = (part) => (Array.isArray(part) ? part.reduce((sum, inner) => sum + lists(inner), 1) : 0);
  assert.ok(Object.values(sent).reduce((/** @type {number} */ sum, part) => sum + lists(part), 0) < 30);
});

test("the parts of a ledger add up on every level", () => {
  for (const { account: { premise, hypothesis } } of accounts) {
    const ledger = model.explain(premise, hypothesis);
    assert.ok(ledger.check() < 1e-5);
    const cells = Object.values(ledger.interactionMap).flat(2).length;
    assert.equal(cells, 2 * ledger.premiseWords.length * ledger.decision.hypothesisWords.length);
  }
});

test("a sentence against itself differs in nothing", () => {
  const { byBlock, byDimension } = model.explain("A dog runs.", "A dog runs.");
  assert.deepEqual(byBlock["|u-v|"].map(Math.abs), [0, 0, 0]);
  assert.equal(byDimension["|u-v|"].flat().some(Boolean), false);
});

test("swapping the sentences leaves what |u−v| and u∗v add to each logit", () => {
  for (const { account: { premise, hypothesis } } of accounts) {
    const [there, back] = [model.explain(premise, hypothesis), model.explain(hypothesis, premise)];
    for (const block of ["|u-v|", "u*v"]) assert.deepEqual(there.byBlock[block], back.byBlock[block]);
    assert.notDeepEqual(there.logits, back.logits);
  }
});

test("a coordinate lies between −1 and 1 and comes from the word that won it", () => {
  const { vector, winners, words } = model.encode("A man in a red shirt is playing a guitar.");
  assert.ok(vector.every((x) => Math.abs(x) <= 1));
  assert.ok(winners.every((word) => word < words.length));
  assert.ok(new Set(winners).size > 1);
});

test("packed numbers come back from their two bytes and their row's scale", () => {
  const numbers = [-1023, -129, -128, -1, 0, 127, 128, 1023];
  const low = Uint8Array.from(numbers, (k) => (k + 128) & 255);
  assert.deepEqual([...joined(low, Int8Array.from(numbers, (k) => (k + 128) >> 8))], numbers);
  assert.deepEqual([...dense({ whole: Int16Array.of(-2, 4, 1, 3), scale: Float32Array.of(0.5, 2), columns: 2 })],
    [-1, 2, 2, 6]);
});

test("a file of another format is refused, not misread", () => {
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { config: '{"format": 1}', words: "" } }));
  const content = new Uint8Array(8 + header.length);
  new DataView(content.buffer).setBigUint64(0, BigInt(header.length), true);
  content.set(header, 8);
  assert.throws(() => readFile(content.buffer), /the file has the format 1, not 2/);
});

test("the upper half of a float32 is the number that it begins", () => {
  assert.deepEqual([...upperHalf(Uint16Array.of(0x3f80, 0x4000, 0xbf00, 0))], [1, 2, -0.5, 0]);
});

test("the product of a matrix and a vector is added row by row", () => {
  for (const [rows, n] of [[4, 1], [4, 5], [8, 4], [12, 7]]) {
    const [out, matrix, vector] = [rows, rows * n, n].map((length, k) =>
      Float32Array.from({ length }, (_, i) => ((i + k) % 7) - 3));
    const slow = Array.from(out, (x, r) => vector.reduce((sum, y, c) => sum + matrix[r * n + c] * y, x));
    addProduct(out, matrix, vector);
    assert.deepEqual([...out], slow);
  }
});

test("one unit of an LSTM, by hand", () => {
  // The last state has no weight: each gate is what the word gives it, and the cell adds up.
  const direction = { input: new Float32Array(4), state: new Float32Array(4), bias: new Float32Array(4) };
  const gates = Float32Array.of(1, 2, 3, 4);
  const first = step(direction, gates);
  const second = step(direction, gates, first);
  const cell = sigmoid(1) * Math.tanh(3);
  close(first.hidden, [sigmoid(4) * Math.tanh(cell)], 1e-6);
  close(second.hidden, [sigmoid(4) * Math.tanh(cell * (1 + sigmoid(2)))], 1e-6);
  assert.deepEqual([...gates], [1, 2, 3, 4]); // they are kept for the word's next time
});

test("what was read before changes nothing but the time: every edit is read as if it were the first text", () => {
  const edits = ["A dog", "A dog runs", "A dog runs.", "A dog ran.", "The dog ran.", "dog ran.", "", "A dog runs.",
    "A red dog runs.", "A red dog runs. A red dog runs.", "zorbish", "A dog runs and a dog runs."];
  const used = load(file);
  for (const text of edits) {
    const [there, here] = [load(file).encode(text), used.encode(text)];
    assert.deepEqual(here.vector, there.vector, text);
    assert.deepEqual(here.winners, there.winners, text);
  }
});

test("a word more at the end is one step of the forward direction, and no word's part of the gates comes twice", () => {
  const used = load(file);
  used.encode("A dog runs on the");
  const kept = used.forward.before[0].states;
  used.encode("A dog runs on the dog");
  const [{ states }] = used.forward.before;
  assert.ok(kept.every((state, i) => state === states[i]));
  assert.equal(states.length, kept.length + 1);
  assert.equal(used.forward.familiar.size, 5);
});

test("of equal words the first wins a coordinate", () => {
  const times = [[0.5, -1], [0.5, 1], [0.25, 1]].map((values) => Float32Array.from(values));
  const { vector, winners } = maxPool([times, times.toReversed()]);
  assert.deepEqual([...vector], [0.5, 1, 0.5, 1]);
  assert.deepEqual([...winners], [0, 1, 1, 0]);
});

test("a ledger of two coordinates, by hand", () => {
  const ledger = new Ledger({
    premiseWords: ["a", "b"], hypothesisWords: ["c"], premiseUnknown: [false, false], hypothesisUnknown: [false],
    u: Float32Array.of(0.5, -0.25), v: Float32Array.of(1, 0.5),
    premiseWinners: Uint16Array.of(1, 0), hypothesisWinners: Uint16Array.of(0, 0),
    weights: [["u", [[2, 4], [0, 0], [1, 0]].map((row) => Float32Array.from(row))],
      ["u*v", [[1, 8], [2, 0], [0, 0]].map((row) => Float32Array.from(row))]],
    bias: [1, 0, 0], logits: [0.5, 1, 0.5], labels: ["x", "y", "z"],
  });
  assert.deepEqual(ledger.byWord, { u: [[-1, 0, 0], [1, 0, 0.5]].map((row) => row.map((x) => x + 0)) });
  assert.deepEqual(ledger.interactionMap["u*v"], [[[-1, 0, 0]], [[0.5, 1, 0]]]);
  assert.equal(ledger.check(), 0);
});
