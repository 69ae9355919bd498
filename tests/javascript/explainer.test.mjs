// @ts-check
import assert from "node:assert/strict";
import { mock, test } from "node:test";

import {
  behind, describe, evidence, inOrderOfWords, isPooled, logitsOf, partsOf, reachOf, softmax, sum, unknownWords,
} from "../../companion/infersent/widgets/explainer/account.mjs";
import { createEngine } from "../../companion/infersent/widgets/explainer/engine.mjs";
import { strongest, strongestCoordinates } from "../../companion/infersent/widgets/explainer/map.mjs";
import { FROM_DISK, NO_MODEL, createSession, whyStill } from
  "../../companion/infersent/widgets/explainer/session.mjs";
import { linkTo, pairInLink, statusInWords, viewInLink } from "../../companion/infersent/widgets/explainer/status.mjs";
import { forget, recall, remember } from "../../companion/infersent/widgets/explainer/memory.mjs";
import { NOTHING, WEAKNESSES, inWords, leadInWords, weakness } from
  "../../companion/infersent/widgets/explainer/why.mjs";
import { uniform } from "../../companion/infersent/widgets/toolkit/numbers.mjs";
import * as infersent from "../../companion/infersent/widgets/page_model/model.mjs";
import { close, expected } from "./expected.mjs";

/** @import { Account } from "../../companion/infersent/widgets/explainer/account.mjs" */
/** @import { Traits } from "../../companion/infersent/widgets/explainer/session.mjs" */
/** @import { Answer, Request } from "../../companion/infersent/widgets/page_model/model.mjs" */

/** @type {{ account: Account, probabilities: number[] }[]} */
const accounts = expected.explainer.accounts;

test("probabilities add up to one, follow the logits' order, and care for differences alone", () => {
  const next = uniform(6);
  for (let i = 0; i < 200; i++) {
    const logits = Array.from({ length: 3 }, () => 1000 * (next() - 0.5));
    const found = softmax(logits);
    close(sum([found]).reduce((a, b) => a + b), 1, 1e-12);
    assert.equal(found.indexOf(Math.max(...found)), logits.indexOf(Math.max(...logits)));
    close(softmax(logits.map((x) => x + 64)), found, 1e-9);
  }
  close(softmax([0, Math.log(2), Math.log(5)]), [1 / 8, 2 / 8, 5 / 8], 1e-12);
});

test("the parts of the blocks add up to the logits, and the logits give Python's probabilities", () => {
  for (const { account, probabilities } of accounts) {
    close(softmax(logitsOf(account, account.blocks)), probabilities, 1e-9);
    for (const off of account.blocks) {
      const rest = account.blocks.filter((name) => name !== off);
      close(sum([logitsOf(account, rest), account.by_block[off]]), logitsOf(account, account.blocks), 1e-9);
    }
    assert.deepEqual(logitsOf(account, []), account.bias);
    assert.deepEqual(partsOf(account, ["u"]).map(([name]) => name), ["bias", "u"]);
  }
});

test("the cells of the evidence add up to the logits, whatever blocks are on", () => {
  for (const { account } of accounts)
    for (const blocks of [account.blocks, ["u", "u*v"], ["v"], []]) {
      const cells = evidence(account, blocks);
      assert.equal(cells.length, 1 + account.premise_words.length);
      close(sum(cells.flat()), logitsOf(account, blocks), 0.0005 * cells.flat().length * 4);
    }
});

test("every coordinate stands behind one pair of words", () => {
  for (const { account } of accounts) {
    assert.ok(isPooled(account));
    const dim = account.u.length;
    const found = account.premise_words.flatMap((_, i) => account.hypothesis_words.flatMap((_, j) =>
      behind(account, i + 1, j + 1)));
    assert.deepEqual(found.toSorted((a, b) => a - b), Array.from({ length: dim }, (_, i) => i));
    assert.equal(behind(account, 0, 0).length, dim);
    const order = inOrderOfWords(account);
    assert.deepEqual(order.map((i) => account.premise_winners[i]),
      account.premise_winners.toSorted((a, b) => a - b));
  }
});

test("the map's cell is the one that supports a label most, and the coordinates are those of the largest size", () => {
  const { account } = accounts[0];
  assert.ok(isPooled(account));
  const cells = evidence(account, account.blocks);
  for (const label of [0, 1, 2]) {
    const [i, j] = strongest(cells, label);
    assert.ok(i || j); // the bias is in the ledger
    const most = cells[i][j][label];
    assert.ok(most > 0);
    assert.ok(cells.every((line, a) => line.every((cell, b) => !(a || b) || cell[label] <= most)));
    const all = strongestCoordinates(account, ["u*v"], label, behind(account, 0, 0));
    const sizes = account.by_dimension["u*v"].map((part) => Math.abs(part[label])).sort((a, b) => b - a);
    assert.deepEqual(all.map(({ x }) => Math.abs(x)), sizes.slice(0, 3));
  }
  assert.deepEqual(strongest([[[9, 9, 9], [0, 0, 0]], [[-9, -9, -9], [0, 0, 0]]], 0), [0, 0]);
  assert.deepEqual(strongest([[[9, 9, 9], [1, 1, 1]], [[2, 2, 2], [-8, -8, -8]]], 0), [1, 0]);
});

test("an axis of bars holds the longest and moves in steps", () => {
  close(reachOf([[1, 0, 0], [3, 0, -4]]), 4, 1e-12);
  close(reachOf([[1, 0, 0], [2.9, 0, -3.9]]), 4, 1e-12);
  assert.ok(reachOf([[4.01, 0, 0]]) >= 4.01);
});

test("the decision in words", () => {
  const account = { ...accounts[0].account, bias: [0.5, 0, 0], by_block: { u: [1, 2, 0], "u*v": [2, -1, 0] } };
  // The logits are 3.5, 1 and 0.
  assert.deepEqual(describe(account, ["u", "u*v"]), ["Entailment, 90%.",
    "Its logit is 2.50 above that of neutral: bias +0.50, u −1.00, u∗v +3.00."]);
});

test("the reasons in words are Python's, whatever blocks are on", () => {
  assert.ok(expected.explainer.reasons.length > 300);
  for (const { account, blocks, words } of expected.explainer.reasons)
    assert.equal(inWords(account, blocks, true).join(" "), words);
});

test("reasons name what speaks for and against the answer, by its lead over the runner-up", () => {
  const { account } = accounts[0];
  /** @param {number[]} bias @param {Record<string, number[]>} by_block */
  const reason = (bias, by_block) => leadInWords({ ...account, bias, by_block }, Object.keys(by_block));
  assert.equal(reason([0.5, 0, 0], { v: [4, 1, 0], "|u-v|": [-2, 0, 0], "u*v": [0, 0.5, 0] }),
    "It wins mostly because the hypothesis by itself speaks for it (+3.0 over neutral); " +
    "the comparison speaks against it (−2.5).");
  assert.equal(reason([1, 0, 0], { u: [1, 0, 0], v: [0.9, 0, 0] }),
    "It wins first of all because the bias speaks for it (+1.0 over neutral); nothing speaks against it.");
  assert.equal(reason([0, 0, 0], { u: [0, 0, 2] }),
    "It wins because the premise by itself speaks for it (+2.0 over entailment); nothing speaks against it.");
  assert.equal(reason([0, 0, 0], {}), "Next to nothing tells it from neutral.");
  // A constant added to every logit changes no answer, and no reason.
  assert.equal(reason([0, 0, 0], { u: [5, 5, 7] }), reason([0, 0, 0], { u: [0, 0, 2] }));
});

test("a weakness is named where its words differ, of the shipped model alone", () => {
  const { account } = accounts[0];
  /** @param {string} p @param {string} q */
  const pair = (p, q) => ({ ...account, premise_words: p.split(" "), hypothesis_words: q.split(" ") });
  assert.match(weakness(pair("a dog runs", "a dog does n't run")), /on negation .* 12 of our 33 probe pairs/);
  assert.match(weakness(pair("two dogs", "2 dogs")), /on numbers/);
  assert.match(weakness(pair("some dogs", "all dogs")), /on quantifiers/);
  assert.equal(weakness(pair("two dogs run", "two dogs sleep")), "");
  assert.equal(weakness(pair("a dog", "an animal")), "");
  assert.doesNotMatch(inWords(pair("two dogs", "three dogs"), account.blocks, false).join(" "), /Take care/);
  assert.deepEqual(WEAKNESSES, expected.explainer.weaknesses);
});

test("two fields without a word have no answer", () => {
  const { account } = accounts[0];
  assert.deepEqual(inWords({ ...account, premise: " ", hypothesis: "\n" }, account.blocks, true), NOTHING);
  assert.notDeepEqual(inWords({ ...account, premise: "", hypothesis: "a" }, account.blocks, true), NOTHING);
});

test("a link keeps the pair, the switches and the label", () => {
  const pair = { premise: "A & b?", hypothesis: "Ü #1" };
  for (const view of [{}, { blocks: ["u", "u*v"] }, { shown: 2 }, { blocks: ["|u-v|"], shown: 0 }]) {
    const link = linkTo({ ...pair, ...view });
    assert.deepEqual(pairInLink(link), pair);
    assert.deepEqual(viewInLink(link), view);
  }
  assert.deepEqual(viewInLink(linkTo({ ...pair, blocks: [] })).blocks, [""]); // no block has that name
  assert.deepEqual(viewInLink("#l=none&p=x"), {});
});

test("a refused, full or damaged store remembers nothing and breaks nothing", () => {
  const kept = new Map();
  const store = () => /** @type {any} */ ({
    getItem: (/** @type {string} */ name) => kept.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => kept.set(name, value),
    removeItem: (/** @type {string} */ name) => kept.delete(name),
  });
  remember(store, "x", ["a", "b"]);
  assert.deepEqual(recall(store, "x"), ["a", "b"]);
  forget(store, "x");
  assert.equal(recall(store, "x"), undefined);
  kept.set("infersent-x", "{damaged");
  assert.equal(recall(store, "x"), undefined);
  const refused = () => { throw new Error("refused"); };
  remember(refused, "x", 1);
  forget(refused, "x");
  assert.equal(recall(refused, "x"), undefined);
});

test("words that the model does not know are named", () => {
  assert.deepEqual(unknownWords(accounts[2].account, "premise"), ["zorbish"]);
  assert.deepEqual(unknownWords(accounts[0].account, "premise"), []);
});

test("what the reader is told about the model", () => {
  const status = { ready: false, loading: false, progress: 0, problem: "", still: "" };
  assert.equal(statusInWords(status), "");
  assert.equal(statusInWords({ ...status, loading: true, progress: 0.256 }), "26% of the model is here.");
  assert.match(statusInWords({ ...status, ready: true }), /^The model is here/);
  assert.equal(statusInWords({ ...status, problem: "No." }), "No.");
  assert.match(statusInWords({ ...status, ready: true, tooLong: { name: "premise", words: "it has 41 words" } }),
    /^The premise is too long: it has 41 words\./);
  assert.deepEqual([whyStill(true, undefined, "file:"), whyStill(false, "", "http:"), whyStill(false, "x", "file:"),
    whyStill(false, "x", "https:")], ["", NO_MODEL, FROM_DISK, ""]);
});

test("a link has both texts or none", () => {
  const pair = { premise: "A & b?", hypothesis: "Ü #1" };
  const link = new URLSearchParams({ p: pair.premise, h: pair.hypothesis });
  assert.deepEqual(pairInLink(`#${link}`), pair);
  assert.deepEqual(pairInLink("#p=alone"), {});
  assert.deepEqual(pairInLink(""), {});
});

// There is no Worker here, so the engine answers in the page.

test("of many requests only the newest waits", () => {
  /** @type {Request[]} */
  const posted = [];
  /** @type {(answer: Answer) => void} */
  let answer = () => {};
  const heard = mock.fn();
  const { send } = createEngine("", { accountOf: infersent.accountOf, createAnswerer: (post) => {
    answer = post;
    return async (request) => { posted.push(request); };
  } }, { url: "model", bytes: 1 }, heard);
  for (const premise of ["a", "b", "c"]) send({ premise, hypothesis: "" });
  answer({ progress: 1 }); // tells nothing about whether it is busy
  assert.equal(posted.length, 1);
  answer({ ready: true });
  assert.deepEqual(posted, [{ url: "model", bytes: 1 }, { premise: "c", hypothesis: "" }]);
  answer({ error: "gone" });
  send({ premise: "d", hypothesis: "" });
  assert.equal(posted.length, 3);
  assert.equal(heard.mock.callCount(), 3);
});

test("a kernel gets the texts at rest, and none that it would refuse", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(globalThis, { location: { protocol: "http:" } });
  const { account } = accounts[0];
  /** @type {Traits} */
  const state = { premise: account.premise, hypothesis: account.hypothesis, blocks: [], ledger: account, weights: {} };
  const saved = mock.fn();
  const model = {
    get: (/** @type {keyof Traits} */ name) => state[name],
    set: (/** @type {keyof Traits} */ name, /** @type {unknown} */ value) => { Object.assign(state, { [name]: value }); },
    save_changes: saved, on() {}, off() {}, send() {},
  };
  const session = createSession({
    model: /** @type {any} */ (model), address: "", module: infersent, onChange() {},
  });
  assert.equal(session.status().stale, false);
  session.say({ premise: "A man" });
  session.say({ premise: "A man sleeps." });
  mock.timers.tick(119);
  assert.equal(saved.mock.callCount(), 0);
  mock.timers.tick(1);
  assert.equal(saved.mock.callCount(), 1);
  assert.equal(session.status().stale, false); // it may still come
  mock.timers.tick(200);
  assert.equal(session.status().stale, true);
  session.say({ premise: "word ".repeat(41) });
  mock.timers.tick(1000);
  assert.equal(saved.mock.callCount(), 1);
  assert.equal(session.status().tooLong?.name, "premise");
  session.stop();
  mock.timers.reset();
});
