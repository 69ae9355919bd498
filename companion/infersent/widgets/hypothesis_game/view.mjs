// @ts-check
/* What the game shows: the score, a round, and the words that the machine goes by. */

import { LABELS } from "../toolkit/blocks.mjs";
import { createButton } from "../toolkit/controls.mjs";
import { h } from "../toolkit/nodes.mjs";
import { format, percent } from "../toolkit/numbers.mjs";
import { answer, score } from "./game.mjs";

/** @import { Round } from "./game.mjs" */

/** The running score: a cell for each round, filled where right, crossed where wrong; chance as a bar. */
export function createScore() {
  const rows = [["You", "hg-you"], ["Machine", "bw-v"], ["Chance", "hg-chance"]].map(([name, kind]) => {
    const cells = h("span", { class: "hg-cells", "aria-hidden": "true" });
    const number = h("span", { class: "bw-number" });
    return { cells, number, node: h("div", { class: `hg-row ${kind}`, role: "listitem" },
      h("span", {}, name), cells, number) };
  });
  return {
    node: h("div", { class: "hg-score", role: "list", "aria-label": "Rounds won so far" },
      ...rows.map(({ node }) => node)),
    /** @param {Round[]} rounds @param {number[]} guesses */
    update(rounds, guesses) {
      const { reader, machine, chance } = score(rounds, guesses);
      const hits = [rounds.map(({ label }, i) => guesses[i] === label), rounds.map((one) => answer(one) === one.label)];
      hits.forEach((won, row) => rows[row].cells.replaceChildren(...rounds.map((_, i) =>
        h("i", { class: i >= guesses.length ? "" : won[i] ? "hg-won" : "hg-lost" }))));
      const bar = h("b");
      bar.style.width = `${(100 * chance) / rounds.length}%`;
      rows[2].cells.replaceChildren(...rounds.map(() => h("i")), bar);
      [reader, machine, chance].forEach((won, row) => {
        rows[row].number.textContent = Number.isInteger(won) ? String(won) : format(won, 1);
      });
    },
  };
}

/**
 * A round: the hypothesis, the place of the premise, and a button for each label with the machine's share beside it.
 *
 * @param {(label: number) => void} onGuess
 */
export function createRound(onGuess) {
  const hypothesis = h("p", { class: "hg-hypothesis" });
  const premise = h("span");
  const rows = LABELS.map((label, k) => {
    const button = createButton(label, () => onGuess(k), "hg-guess");
    const [bar, number, sign] = [h("i"), h("span", { class: "bw-number" }), h("span", { class: "hg-sign" })];
    button.append(sign);
    return { button, bar, number, sign, node: h("div", { class: "hg-answer" }, button,
      h("span", { class: "hg-track bw-v" }, bar), number) };
  });
  const answers = h("div", { class: "hg-answers", role: "group" },
    h("div", { class: "hg-answer hg-what", "aria-hidden": "true" }, h("span", {}, "Your guess"),
      h("span", {}, "The machine’s")),
    ...rows.map(({ node }) => node));
  return {
    node: h("div", { class: "hg-round" },
      h("p", { class: "hg-premise" }, h("span", { class: "hg-what" }, "Premise"), " ", premise),
      h("p", { class: "hg-what" }, "Hypothesis"), hypothesis, answers),
    focus: () => rows[0].button.focus(),
    /** @param {Round} round @param {number | undefined} guess */
    update(round, guess) {
      const open = guess !== undefined;
      hypothesis.textContent = round.hypothesis;
      premise.textContent = open ? round.premise : "hidden until you have guessed";
      premise.className = open ? "" : "hg-hidden";
      answers.setAttribute("aria-label", `Your guess: ${round.hypothesis}`);
      rows.forEach(({ button, bar, number, sign }, k) => {
        const right = k === round.label;
        button.setAttribute("aria-pressed", String(guess === k));
        button.disabled = open && guess !== k; // the pressed one keeps the focus, and the next stop is “Next”
        button.setAttribute("aria-disabled", String(open));
        button.classList.toggle("hg-right", open && right);
        sign.textContent = !open ? "" : right ? "✓" : guess === k ? "✗" : "";
        sign.setAttribute("aria-label", !open ? "" : right ? "right" : guess === k ? "wrong" : "");
        bar.style.width = open ? `${100 * round.probabilities[k]}%` : "0";
        number.textContent = open ? percent(round.probabilities[k]) : "";
        number.setAttribute("aria-label", open ? `the machine gives it ${percent(round.probabilities[k])}` : "");
      });
    },
  };
}

/**
 * The machine's most telling words, by label, on one scale.
 *
 * @param {Record<string, [word: string, weight: number][]>} telling
 */
export function createTelling(telling) {
  const largest = Math.max(...Object.values(telling).flat().map(([, weight]) => weight));
  return h("div", { class: "hg-telling" },
    h("p", {}, "The words that the machine goes by most, and how much each adds to its label's logit:"),
    h("div", { class: "hg-lists" }, ...LABELS.map((label) => h("div", {}, h("p", { class: "hg-what" }, label),
      h("ul", {}, ...telling[label].map(([word, weight]) => {
        const bar = h("i");
        bar.style.width = `${(100 * weight) / largest}%`;
        return h("li", {}, h("span", {}, word), h("span", { class: "hg-track bw-v" }, bar),
          h("span", { class: "bw-number" }, format(weight, 1)));
      }))))));
}
