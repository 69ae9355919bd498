// @ts-check
/* Formula and picture, joined: point at a block in one, and it lights up in the other (book/_ext/mathematics.py).

Formulas carry their blocks as `data-block`; widgets carry them as classes. The page's root says which block is pointed
at, and from where; all else is the style sheet's (mathematics.css). */
(() => {
  "use strict";

  const BLOCKS = ["u", "v", "d", "p"];
  const PICTURES = BLOCKS.map((block) => `.bw-${block}, .dog-example .${block}`).join(", ");
  const root = document.documentElement;

  /**
   * The block at a place of the page, and whether a formula shows it or a picture.
   *
   * @param {EventTarget | null} target
   * @returns {[string, string] | undefined}
   */
  function blockAt(target) {
    if (!(target instanceof Element)) return undefined;
    const formula = target.closest("math [data-block]");
    if (formula) return [formula.getAttribute("data-block") ?? "", "formula"];
    const classes = target.closest(PICTURES)?.classList;
    const block = BLOCKS.find((each) => classes?.contains(`bw-${each}`) || classes?.contains(each));
    return block ? [block, "picture"] : undefined;
  }

  /** @param {EventTarget | null} target */
  function light(target) {
    const found = blockAt(target) ?? blockAt(document.activeElement);
    if (found) [root.dataset.block, root.dataset.blockFrom] = found;
    else unlight();
  }

  function unlight() {
    delete root.dataset.block;
    delete root.dataset.blockFrom;
  }

  // On the way down: a widget lets no focus event out, since in a notebook its host would listen.
  document.addEventListener("pointerover", ({ target }) => light(target), true);
  document.addEventListener("focusin", ({ target }) => light(target), true);
  document.addEventListener("focusout", unlight, true);
  document.addEventListener("pointerleave", unlight);
})();
