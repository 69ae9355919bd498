// @ts-check
/* InferSent in your page: type two sentences and see the model's decision and its exact account.
 *
 * The model's `ledger` is what is drawn; its names are those of infersent.ledger. Where a kernel is, Python answers a
 * change of `premise` or `hypothesis` with a new ledger. In the published page page_model/model.mjs does, in a worker,
 * once the file named by `weights` is there. */

import { LABELS, colour, printed } from "../toolkit/blocks.mjs";
import { createChecks, createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read, whenChanged } from "../toolkit/model.mjs";
import { h, setText } from "../toolkit/nodes.mjs";
import { capital, describe, labelsOf, logitsOf, unknownWords } from "./account.mjs";
import { createField, createLogits } from "./fields.mjs";
import { createMap } from "./map.mjs";
import { ASK, createPrediction, outcome } from "./predict.mjs";
import { TEXTS, createSession } from "./session.mjs";
import { createStatus, pairInLink, viewInLink } from "./status.mjs";
import { createTour } from "./tour.mjs";
import { NOTHING, inWords, isEmpty } from "./why.mjs";
// @ts-expect-error A module as a text: TypeScript sees only the module.
import MODEL from "../page_model/model.mjs" with { type: "text" };
import STYLE from "./style.css" with { type: "text" };

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Model } from "../toolkit/model.mjs" */
/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Account } from "./account.mjs" */
/** @import { Session, Traits } from "./session.mjs" */
/** @import { Pair } from "../page_model/model.mjs" */

/** @typedef {ReturnType<typeof createView>} View */

const [SAME, OPEN, OPPOSITE] = LABELS;

/** Each with the label that the rules of SNLI give it. @type {[name: string, pair: Pair, expected: string][]} */
const CASES = [
  ["A kind of", { premise: "A girl is riding a horse on the beach.", hypothesis: "A girl is riding an animal." }, SAME],
  ["Says more", { premise: "A man is cooking dinner.", hypothesis: "A man is cooking fish for his children." }, OPEN],
  ["Opposite", { premise: "The children are sleeping.", hypothesis: "The children are awake." }, OPPOSITE],
  ["Not", { premise: "A woman is reading a book.", hypothesis: "A woman is not reading a book." }, OPPOSITE],
  ["Number", { premise: "Two boys are playing football.", hypothesis: "Three boys are playing football." }, OPPOSITE],
  ["Colour",
    { premise: "A boy in a red shirt is jumping.", hypothesis: "A boy in a blue shirt is jumping." }, OPPOSITE],
  ["Place", { premise: "A man is sitting in the park.", hypothesis: "A man is sitting in his kitchen." }, OPPOSITE],
  ["Who does it", { premise: "A dog is chasing a cat.", hypothesis: "A cat is chasing a dog." }, OPPOSITE],
  ["Passive", { premise: "A boy kicks a ball.", hypothesis: "A ball is kicked by a boy." }, SAME],
  ["Some and all", { premise: "Some people are dancing.", hypothesis: "All people are dancing." }, OPEN],
  ["Elsewhere", { premise: "A chef is cutting onions.", hypothesis: "A train arrives at the station." }, OPPOSITE],
  ["Unknown word",
    { premise: "A blorfist is rolling down a hill.", hypothesis: "A person is rolling down a hill." }, OPEN],
];
const HINT = "A bar adds up the parts of a logit, the bias in grey; the mark is their sum. In the map, “alone” is " +
  "what a word gives through u or v, and the other cells are what two words give together: point at a cell, or walk " +
  "by the arrow keys. The strips are the coordinates of u and v in the order of their words, those of the cell " +
  "marked. What a word gives, it gives after reading the words around it.";
/** @type {Words} */
const WAIT = ["One moment.", "The account below is that of the pair before."];

export default {
  /** @param {Host<Traits>} host */
  async render({ model, el }) {
    check(model);
    const address = URL.createObjectURL(new Blob([MODEL], { type: "text/javascript" }));
    const module = await import(address);
    const session = createSession({ model, address, module, onChange: () => view.update() });
    const view = createView(model, session);
    const untie = mount({
      model, el, style: STYLE, node: view.node, traits: [...TEXTS, "blocks", "ledger"], update: view.update,
    });
    const unfollow = session.kernel || session.still ? () => {} : followPage(el, session, view);
    return () => {
      untie();
      unfollow();
      session.stop();
      URL.revokeObjectURL(address);
    };
  },
};

/** @param {Model<Traits>} model */
function check(model) {
  for (const name of TEXTS)
    if (typeof model.get(name) !== "string") throw new RangeError(`${name} must be a text, not ${model.get(name)}`);
  const { blocks } = model.get("ledger");
  const bad = model.get("blocks").find((name) => !blocks.includes(name));
  if (bad !== undefined) throw new RangeError(`blocks must be among ${blocks.join(", ")}, not ${bad}`);
}

/**
 * Load the model when the widget comes into view, and take the texts, the switches and the label from the page's
 * address; without them, the texts that were typed before.
 *
 * @param {HTMLElement} el
 * @param {Session} session
 * @param {View} view
 * @returns {() => void} what ends it
 */
function followPage(el, session, view) {
  const follow = () => {
    const pair = pairInLink(location.hash);
    if (pair.premise === undefined) return false;
    view.show(viewInLink(location.hash));
    session.say(pair);
    return true;
  };
  const watch = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && session.load());
  addEventListener("hashchange", follow);
  if (!navigator.connection?.saveData) watch.observe(el);
  if (!follow()) session.recall();
  return () => {
    watch.disconnect();
    removeEventListener("hashchange", follow);
  };
}

/**
 * The widget's node, and what brings it up to date.
 *
 * @param {Model<Traits>} model
 * @param {Session} session
 */
function createView(model, session) {
  const start = read(model, [...TEXTS, "blocks", "ledger"]);
  const shipped = Boolean(model.get("weights").file);
  /** @param {string[]} blocks */
  const unlessAll = (blocks) => (blocks.length === start.ledger.blocks.length ? undefined : blocks);
  /** @type {number | undefined} The label whose evidence the map shows: the answer, until the reader chooses one. */
  let shown;
  const cases = createChoices({
    label: "Pairs to start from",
    choices: CASES.map(([name, pair]) => /** @type {[string, Pair]} */ ([name, pair])),
    onChoose: session.say,
    onReset: () => {
      shown = undefined;
      change(model, { blocks: start.blocks, ...(session.kernel ? {} : { ledger: start.ledger }) });
      session.say({ premise: start.premise, hypothesis: start.hypothesis });
      session.forget();
    },
  });
  const fields = TEXTS.map((name) => ({
    name, ...createField(capital(name), (text) => session.say({ [name]: text })),
  }));
  const status = createStatus(session, () =>
    ({ ...read(model, TEXTS), blocks: unlessAll(model.get("blocks")), shown }));
  const result = createResult();
  const lead = h("p", { class: "ex-lead" });
  const checks = createChecks({
    label: "Blocks that count",
    choices: start.ledger.blocks.map((name) => [printed(name), name, colour(name)]),
    onChange: (blocks) => change(model, { blocks }),
  });
  const logits = createLogits(labelsOf(start.ledger));
  const labels = createChoices({
    label: "Evidence for",
    choices: labelsOf(start.ledger).map((name, c) => /** @type {[string, number]} */ ([capital(name), c])),
    onChoose: (c) => { shown = c; update(); },
  });
  const map = createMap();
  // The texts change with every key, the account with its answer: only then is it drawn, and once.
  const drawLogits = whenChanged((/** @type {Account} */ ledger, /** @type {string[]} */ blocks,
    /** @type {number} */ answer) => {
    setText(lead, describe(ledger, blocks)[1]);
    logits.update(ledger, blocks, answer);
  });
  const drawMap = whenChanged(map.update);
  const answers = h("div", { class: "ex-answer" }, checks.node, lead, ...logits.nodes,
    h("p", { class: "ex-title" }, "Where the words meet: evidence for"), labels.node, map.node,
    h("p", { class: "bw-hint" }, HINT));
  const prediction = createPrediction(labelsOf(start.ledger), () => update());
  const expected = h("p", { class: "ex-expected", role: "status" });
  const tour = createTour([
    { node: cases.node, text: "Start from a pair: each button changes one thing between premise and hypothesis." },
    { node: fields[1].node,
      text: "Or type your own. The premise is taken as true: what does that make of the hypothesis?" },
    { node: result.node,
      text: "The answer, and why. “By itself” is what one sentence gives alone, through u or v; the comparison is " +
        "|u−v| and u∗v together." },
    { node: logits.rows,
      text: "One bar for each label. Parts to the right of the line speak for it, parts to the left against it, and " +
        "the mark is their sum." },
    { node: checks.node, text: "Switch a block off, and the decision is made without it." },
    { node: map.node,
      text: "Which words gave the evidence. The map opens on the cell that most supports the answer; walk it by the " +
        "arrow keys." },
  ]);
  const ways = h("div", { class: "bw-choices ex-ways", role: "group", "aria-label": "Ways to read" },
    prediction.toggle, tour.button);
  const node = h("div", {}, tour.offer, cases.node, ...fields.map((field) => field.node), status.node, ways,
    result.node, prediction.node, expected, answers, tour.card);
  for (const button of cases.buttons) button.disabled = Boolean(session.still);

  const update = () => {
    const { ledger, blocks, ...texts } = read(model, [...TEXTS, "ledger", "blocks"]);
    const now = session.status();
    cases.update((pair) => TEXTS.every((name) => pair[name] === texts[name]));
    for (const field of fields)
      field.update(texts[field.name], now.stale ? [] : unknownWords(ledger, field.name), Boolean(session.still));
    status.update(now);
    node.classList.toggle("ex-stale", now.stale);
    const empty = isEmpty(texts);
    // Nothing can be asked of an account that is not that of the texts.
    const waits = prediction.update(TEXTS.map((name) => texts[name]).join("\n"), !empty && !now.tooLong);
    answers.hidden = empty || waits;
    result.update(empty ? NOTHING : waits ? ASK : now.stale && !now.tooLong ? WAIT : inWords(ledger, blocks, shipped));
    checks.update(blocks);
    const sums = logitsOf(ledger, blocks);
    const answer = sums.indexOf(Math.max(...sums));
    drawLogits(ledger, blocks, answer);
    const known = labelsOf(ledger);
    const rule = CASES.find(([, pair]) => TEXTS.every((name) => pair[name] === texts[name]))?.[2];
    const fits = TEXTS.every((name) => ledger[name] === texts[name]);
    const verdict = rule && known.includes(rule)
      ? `By SNLI’s rules the label is ${rule}${rule === known[answer] ? "." : ": the model misses it."}` : "";
    const told = [verdict, outcome(prediction.said(), known[answer])].filter(Boolean).join(" ");
    setText(expected, empty || waits || !fits ? "" : told);
    labels.update((c) => c === (shown ?? answer));
    drawMap(ledger, blocks, shown ?? answer);
  };
  return {
    node, update,
    /**
     * Show what a link says beside its pair; what it leaves out is as at the start.
     *
     * @param {{ blocks?: string[], shown?: number }} link
     */
    show(link) {
      const { blocks } = start.ledger;
      shown = link.shown !== undefined && link.shown < labelsOf(start.ledger).length ? link.shown : undefined;
      change(model, { blocks: blocks.filter((name) => link.blocks?.includes(name) ?? true) });
    },
  };
}
