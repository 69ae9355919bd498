// @ts-check
/* The hypothesis game: guess a label without its premise, against a classifier that sees no more.
 *
 * The model has decks (the rounds with the classifier's recorded answers), telling and on_test (what it goes by and how
 * good it is), and deck, round and guesses: where the game is. */

import { createButton, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { describe, isPossible } from "./game.mjs";
import { createRound, createScore, createTelling } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { answer, describe, isPossible, reasons, score } from "./game.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Traits } from "./game.mjs" */

/** @type {["deck", "round", "guesses"]} */
const PLAY = ["deck", "round", "guesses"];

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const fixed = read(model, ["decks", "telling", "on_test"]);
    const start = read(model, PLAY);
    if (!isPossible({ ...fixed, ...start }))
      throw new RangeError(`no game is in deck ${start.deck}, round ${start.round} with guesses ${start.guesses}`);
    const rounds = () => fixed.decks[model.get("deck")].rounds;

    const round = createRound((label) => {
      const { round: at, guesses } = read(model, PLAY);
      if (guesses.length > at) return; // the round is over
      change(model, { guesses: [...guesses, label] });
    });
    const next = createButton("", () => {
      change(model, { round: model.get("round") + 1 });
      if (model.get("round") < rounds().length) round.focus();
      else other.focus({ preventScroll: true });
    }, "hg-next");
    const other = createButton("", () => {
      change(model, { deck: (model.get("deck") + 1) % fixed.decks.length, guesses: [], round: 0 });
      round.focus();
    }, "hg-next");
    const reset = createButton("Reset", () => change(model, start), "bw-reset");
    const score = createScore();
    const result = createResult();
    const telling = createTelling(fixed.telling);
    const node = h("div", { class: "hg" }, score.node, round.node, telling, result.node,
      h("div", { class: "hg-end" }, next, other, reset));

    const update = () => {
      const state = { ...fixed, ...read(model, PLAY) };
      if (!isPossible(state)) return; // between two traits that change together
      const all = rounds();
      const over = state.round === all.length;
      score.update(all, state.guesses);
      if (!over) round.update(all[state.round], state.guesses[state.round]);
      round.node.hidden = over;
      telling.hidden = !over;
      next.hidden = over || state.guesses.length === state.round;
      next.textContent = state.round === all.length - 1 ? "See the score" : "Next";
      other.hidden = !over;
      other.textContent = `Twelve written ${fixed.decks[(state.deck + 1) % fixed.decks.length].name}`;
      result.update(describe(state));
    };
    return mount({ model, el, style: STYLE, node, traits: PLAY, update });
  },
};
