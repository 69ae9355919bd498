// @ts-check
/* One switch for all that a page folds, code and proofs. The folds need no script (book/_ext/two_depths.py). */
(() => {
  "use strict";

  const KEY = "why-uv:depth"; // "open", or nothing: the choice holds for every page

  /** @returns {NodeListOf<HTMLDetailsElement>} */
  const folds = () => document.querySelectorAll("details.fold");

  /** @param {boolean} open */
  const turnAll = (open) => folds().forEach((fold) => (fold.open = open));

  /** A browser may refuse to remember anything: then the choice holds for this page. */
  function recall() {
    try {
      return localStorage.getItem(KEY) === "open";
    } catch {
      return false;
    }
  }

  /** @param {boolean} open */
  function remember(open) {
    try {
      if (open) localStorage.setItem(KEY, "open");
      else localStorage.removeItem(KEY);
    } catch {
      // see recall
    }
  }

  function offerSwitch() {
    /** @type {HTMLLabelElement | null} */
    const label = document.querySelector(".depth-switch label");
    const box = label?.querySelector("input");
    if (!label || !box) return;
    box.checked = recall();
    if (box.checked) turnAll(true);
    box.addEventListener("change", () => {
      turnAll(box.checked);
      remember(box.checked);
    });
    label.hidden = false;
  }

  /** Not every browser opens a fold by itself for a link to something inside. */
  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    let opened = false;
    for (let fold = target?.closest("details"); fold; fold = fold.parentElement?.closest("details")) {
      opened ||= !fold.open;
      fold.open = true;
    }
    if (opened) target?.scrollIntoView();
  }

  /** What lay in a fold had no size. Whoever measured it, to let a keyboard scroll it, measures again on "resize". */
  let announced = false;
  function announceSize() {
    if (announced) return;
    announced = true;
    requestAnimationFrame(() => {
      announced = false;
      window.dispatchEvent(new Event("resize"));
    });
  }

  /** @type {HTMLDetailsElement[]} */
  let openedForPrint = [];

  document.addEventListener("DOMContentLoaded", () => {
    offerSwitch();
    openTarget();
  });
  window.addEventListener("hashchange", openTarget);
  document.addEventListener("toggle", announceSize, true); // this event does not bubble
  window.addEventListener("beforeprint", () => {
    openedForPrint = [...folds()].filter((fold) => !fold.open);
    turnAll(true);
  });
  window.addEventListener("afterprint", () => {
    for (const fold of openedForPrint) fold.open = false;
  });
})();
