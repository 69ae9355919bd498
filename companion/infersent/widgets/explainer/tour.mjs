// @ts-check
/* A short tour of the explainer: a card that names one part after the other. It is offered once. */

import { createButton } from "../toolkit/controls.mjs";
import { h } from "../toolkit/nodes.mjs";
import { ownStore, recall, remember } from "./memory.mjs";

/** @typedef {{ node: HTMLElement, text: string }} Step */

const OFFERED = "explainer-tour";

/**
 * A button that starts the tour, an offer to a reader who is here for the first time, and the card.
 *
 * @param {Step[]} steps
 */
export function createTour(steps) {
  let at = -1;
  /** @type {HTMLElement | undefined} */
  let opener;
  const count = h("p", { class: "ex-count" });
  const text = h("p", { tabindex: -1 });
  const back = createButton("Back", () => go(at - 1));
  const next = createButton("Next", () => (at === steps.length - 1 ? stop() : go(at + 1)));
  const card = h("div", { class: "ex-tour", role: "dialog", "aria-label": "A tour of the explainer" },
    count, text, h("div", { class: "bw-choices" }, back, next, createButton("End the tour", () => stop(), "bw-reset")));
  card.hidden = true;

  /** @param {number} to */
  const go = (to) => {
    if (to < 0 || to >= steps.length) return;
    steps[at]?.node.classList.remove("ex-toured");
    at = to;
    const { node, text: words } = steps[at];
    node.classList.add("ex-toured");
    [count.textContent, text.textContent] = [`${at + 1} of ${steps.length}`, words];
    back.disabled = at === 0;
    next.textContent = at === steps.length - 1 ? "Done" : "Next";
    card.hidden = false;
    text.focus({ preventScroll: true }); // so that a screen reader reads it
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  };
  const stop = () => {
    steps[at]?.node.classList.remove("ex-toured");
    at = -1;
    card.hidden = true;
    opener?.focus();
  };
  const decline = () => {
    remember(ownStore, OFFERED, true);
    offer.hidden = true;
  };
  /** @param {HTMLElement} from where the focus goes back to */
  const start = (from) => {
    decline();
    opener = from;
    go(0);
  };
  card.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") stop();
    else if (step) go(at + step);
    else return;
    event.preventDefault();
  });
  const button = createButton("Show me around", () => start(button));
  const offer = h("p", { class: "ex-offer" }, `New here? ${steps.length} steps show how to read it. `,
    createButton("Take the tour", () => start(button)), " ",
    createButton("No, thanks", () => { decline(); button.focus(); }));
  offer.hidden = recall(ownStore, OFFERED) !== undefined;
  return { button, offer, card, stop };
}
