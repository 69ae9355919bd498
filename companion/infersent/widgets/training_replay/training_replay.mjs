// @ts-check
/* A training run replayed. After which epoch will dev be best? Then play it, step through it, or drag it to and fro.
 *
 * The model has blocks (the run in focus), look (how far the replay is), guess, average and runs (the record). That it
 * plays is not part of the state: a page never begins to move by itself. */

import { nameOf, points } from "../ablation_explorer/record.mjs";
import { createButton, createChecks, createChoices, createResult, createSlider } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { clamp } from "../toolkit/numbers.mjs";
import { often, tell } from "./replay.mjs";
import { createLoss, createRace, kindOf } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { bestSoFar, tell } from "./replay.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Run } from "./replay.mjs" */

/** @typedef {{ blocks: string, look: number, guess: number, average: boolean, runs: Run[] }} Traits */

/** @type {("blocks" | "look" | "guess" | "average")[]} */
const STATE = ["blocks", "look", "guess", "average"];
const TICK = 300; // milliseconds a look

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const runs = model.get("runs");
    const start = read(model, STATE);
    check(runs, start);
    const last = runs[0].dev.length;
    const each = often(runs[0]);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    let timer;

    const stop = () => {
      clearInterval(timer);
      timer = undefined;
    };
    const go = (/** @type {number} */ look) => change(model, { look: clamp(look, 0, last) });
    const toggle = () => {
      if (timer) stop();
      else {
        if (model.get("look") === last) go(0);
        timer = setInterval(() => {
          go(model.get("look") + 1);
          if (model.get("look") === last) stop();
          update();
        }, TICK);
      }
      update();
    };
    const guesses = createChoices({
      label: "After which epoch will dev accuracy be best?",
      choices: runs[0].rates.map((_rate, i) => [String(i + 1), i + 1]),
      onChoose: (guess) => change(model, { guess }),
      onReset: () => {
        stop();
        change(model, start);
        update();
      },
    });
    const moved = (/** @type {number} */ look) => {
      stop();
      go(look);
      update();
    };
    const play = createButton("Play", still ? () => moved((Math.floor(model.get("look") / each) + 1) * each) : toggle);
    const back = createButton("‹", () => moved(model.get("look") - 1));
    const next = createButton("›", () => moved(model.get("look") + 1));
    back.setAttribute("aria-label", "One look back");
    next.setAttribute("aria-label", "One look on");
    const slider = createSlider({
      label: ["Epochs done"], min: 0, max: last, step: 1, onInput: moved, show: (look) => (look / each).toFixed(1),
    });
    const focus = createChoices({
      label: "The run in focus", choices: runs.map((run) => [run.blocks, run.blocks]),
      onChoose: (blocks) => change(model, { blocks }),
    });
    const scores = runs.map((run, i) => {
      const score = h("span", { class: "bw-number" });
      focus.buttons[i].replaceChildren(h("span", { class: `tr-key ${kindOf(run)}` }),
        h("span", { class: "tr-name" }, nameOf(run.blocks.split(", "))), score);
      return score;
    });
    const average = createChecks({
      label: "", choices: [["dev of the very step, without the average (all four blocks)", "on"]],
      onChange: (values) => change(model, { average: values.length > 0 }),
    });
    const result = createResult();
    const race = createRace(runs);
    const loss = createLoss(runs);

    const update = () => {
      const state = read(model, STATE);
      const run = runs.find(({ blocks }) => blocks === state.blocks) ?? runs[0];
      const words = tell(run, state.look, state.guess);
      guesses.update((epoch) => epoch === state.guess);
      play.textContent = still ? "Next epoch" : timer ? "Pause" : state.look === last ? "Again" : "Play";
      [back.disabled, next.disabled] = [state.look === 0, state.look === last];
      slider.update(state.look);
      focus.update((blocks) => blocks === state.blocks);
      scores.forEach((score, i) => {
        score.textContent = state.look ? points(runs[i].dev[state.look - 1]) : "–";
      });
      average.update(state.average ? ["on"] : []);
      result.update(words);
      race.update(run, state.look, state.average, words.join(" "));
      loss.update(run, state.look);
    };
    const node = h("div", { class: "tr" },
      h("div", { class: "tr-ask" }, h("p", {}, "After which epoch will dev be best?"), guesses.node),
      h("div", { class: "tr-play" }, play, back, next, slider.node),
      focus.node, result.node,
      h("div", { class: "tr-two" },
        h("figure", {}, h("figcaption", {}, "Accuracy: ", h("b", {}, "dev"), ", and dashed on the training pairs"),
          race.node, average.node),
        h("figure", {}, h("figcaption", {}, "Loss on the training pairs"), loss.nodes[0],
          h("figcaption", {}, "Learning rate"), loss.nodes[1])),
      h("p", { class: "bw-hint" }, "Four recorded runs, the same but for the blocks; " +
        `${each} looks an epoch, each at all dev pairs. One seed and one learning rate: the order of the ` +
        "three that relate the sentences is one draw of many."));
    const untie = mount({ model, el, style: STYLE, node, traits: STATE, update });
    return () => {
      stop();
      untie();
    };
  },
};

/** @param {Run[]} runs @param {Pick<Traits, "blocks" | "look" | "guess" | "average">} start */
function check(runs, { blocks, look, guess }) {
  if (!runs.some((run) => run.blocks === blocks))
    throw new RangeError(`blocks must be one of ${runs.map((run) => run.blocks).join("; ")}, not ${blocks}`);
  for (const [name, value, most] of /** @type {[string, number, number][]} */ (
    [["look", look, runs[0].dev.length], ["guess", guess, runs[0].rates.length]]))
    if (!Number.isInteger(value) || value < 0 || value > most)
      throw new RangeError(`${name} must be 0 to ${most}, not ${value}`);
}
