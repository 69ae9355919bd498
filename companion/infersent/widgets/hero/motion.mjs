// @ts-check
/* From one picture to the next in less than a second, or at once for who asked for reduced motion. */

import { between } from "./picture.mjs";

/** @import { Frame } from "./picture.mjs" */

const STAGE = 420; // milliseconds that one stage takes: u and v, then what they meet in, the ribbons, the answer
const DELAY = 150; // and after which the next begins

/** @param {number} x from 0 to 1, as everything here */
const eased = (x) => (x <= 0 ? 0 : x >= 1 ? 1 : 1 - (1 - x) ** 3);

/**
 * A function that moves what `show` draws to a picture's numbers.
 *
 * @param {(frame: Frame, moving: boolean) => void} show
 */
export function createMotion(show) {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {Frame | undefined} */
  let shown;
  let target = "";
  let request = 0;
  return {
    /** @param {Frame} next */
    to(next) {
      if (JSON.stringify(next) === target) return;
      target = JSON.stringify(next);
      cancelAnimationFrame(request);
      const from = shown;
      if (!from || reduced.matches) {
        shown = next;
        show(next, false);
        return;
      }
      const began = performance.now();
      const step = (/** @type {number} */ now) => {
        const passed = now - began;
        shown = between(from, next, (stage) => eased((passed - stage * DELAY) / STAGE));
        const moving = passed < 3 * DELAY + STAGE;
        show(moving ? shown : next, moving);
        if (moving) request = requestAnimationFrame(step);
      };
      request = requestAnimationFrame(step);
    },
    stop: () => cancelAnimationFrame(request),
  };
}
