// @ts-check
/* InferSent in your page: type two sentences and see the model's decision and its exact account.
 *
 * The model's `ledger` is what is drawn; its names are those of infersent.ledger. Where a kernel is, Python answers a
 * change of `premise` or `hypothesis` with a new ledger. In the published page page_model/model.mjs does, in a worker,
 * once the file named by `weights` is there. */

import { colour, printed } from "../toolkit/blocks.mjs";
import { createChecks, createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { capital, describe, labelsOf, logitsOf, unknownWords } from "./account.mjs";
import { createField, createLogits } from "./fields.mjs";
import { createMap } from "./map.mjs";
import { TEXTS, createSession } from "./session.mjs";
import { createStatus, pairInLink, viewInLink } from "./status.mjs";
import { NOTHING, inWords, isEmpty } from "./why.mjs";
// @ts-expect-error A module as a text: TypeScript sees only the module.
import MODEL from "../page_model/model.mjs" with { type: "text" };
import STYLE from "./style.css" with { type: "text" };

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Model } from "../toolkit/model.mjs" */
/** @import { Words } from "../toolkit/controls.mjs" */
/** @import { Session, Traits } from "./session.mjs" */
/** @import { Pair } from "../page_model/model.mjs" */

/** @typedef {ReturnType<typeof createView>} View */

/** @type {[name: string, pair: Pair][]} */
const CASES = [
  ["A kind of", { premise: "A girl is riding a horse on the beach.", hypothesis: "A girl is riding an animal." }],
  ["Says more", { premise: "A man is cooking dinner.", hypothesis: "A man is cooking fish for his children." }],
  ["Opposite", { premise: "The children are sleeping.", hypothesis: "The children are awake." }],
  ["Not", { premise: "A woman is reading a book.", hypothesis: "A woman is not reading a book." }],
  ["Number", { premise: "Two boys are playing football.", hypothesis: "Three boys are playing football." }],
  ["Colour", { premise: "A boy in a red shirt is jumping.", hypothesis: "A boy in a blue shirt is jumping." }],
  ["Place", { premise: "A man is sitting in the park.", hypothesis: "A man is sitting in his kitchen." }],
  ["Who does it", { premise: "A dog is chasing a cat.", hypothesis: "A cat is chasing a dog." }],
  ["Passive", { premise: "A boy kicks a ball.", hypothesis: "A ball is kicked by a boy." }],
  ["Some and all", { premise: "Some people are dancing.", hypothesis: "All people are dancing." }],
  ["Elsewhere", { premise: "A chef is cutting onions.", hypothesis: "A train arrives at the station." }],
  ["Unknown word", { premise: "A blorfist is rolling down a hill.", hypothesis: "A person is rolling down a hill." }],
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
    choices: CASES,
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
  const status = createStatus(session, () => ({ ...read(model, TEXTS), blocks: unlessAll(model.get("blocks")), shown }));
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
  const answers = h("div", { class: "ex-answer" }, checks.node, lead, ...logits.nodes,
    h("p", { class: "ex-title" }, "Where the words meet: evidence for"), labels.node, map.node,
    h("p", { class: "bw-hint" }, HINT));
  const node = h("div", {}, cases.node, ...fields.map((field) => field.node), status.node, result.node, answers);
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
    answers.hidden = empty;
    const [, ...sentences] = describe(ledger, blocks);
    result.update(empty ? NOTHING : now.stale && !now.tooLong ? WAIT : inWords(ledger, blocks, shipped));
    lead.textContent = sentences.join(" ");
    checks.update(blocks);
    const sums = logitsOf(ledger, blocks);
    const answer = sums.indexOf(Math.max(...sums));
    logits.update(ledger, blocks, answer);
    labels.update((c) => c === (shown ?? answer));
    map.update(ledger, blocks, shown ?? answer);
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
