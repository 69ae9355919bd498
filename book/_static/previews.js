// @ts-check
/* Shows what a link leads to: on hover after a moment, and on keyboard focus. book/_ext/previews.py laid the previews
 * into the page. Escape closes one, the pointer may rest on it, and a tap follows the link as ever. */
(() => {
  "use strict";

  const DELAY = 350; // ms of rest before a preview opens: passing over a link is no question
  const GRACE = 200; // ms to get from the link to its preview
  const GAP = 8; // px between the two, and to the window's edge

  /** @type {Map<string, HTMLTemplateElement>} */
  const previews = new Map();

  const card = document.createElement("div");
  card.id = "preview";
  card.className = "preview";
  card.setAttribute("role", "tooltip");
  card.hidden = true;

  /** @type {HTMLAnchorElement | null} */
  let shown = null; // the link whose preview is open
  let timer = 0;

  /** @param {EventTarget | null} target @returns {HTMLAnchorElement | null} */
  function linkAt(target) {
    const link = target instanceof Element ? target.closest("a") : null;
    return link && previews.has(link.getAttribute("href") ?? "") && link.closest("article") ? link : null;
  }

  /** @param {HTMLAnchorElement} link @param {DOMRect} line where the link is, or the line of it that is meant */
  function open(link, line) {
    const template = previews.get(link.getAttribute("href") ?? "");
    if (!template || shown === link) return;
    close();
    card.replaceChildren(template.content.firstChild ? template.content.cloneNode(true) : copyFromPage(link.hash));
    card.hidden = false;
    shown = link;
    link.setAttribute("aria-describedby", card.id);
    place(line);
  }

  /** A part of this page, without what must not be there twice or be entered. @param {string} hash */
  function copyFromPage(hash) {
    const part = document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!part) return "";
    const copy = /** @type {HTMLElement} */ (part.cloneNode(true));
    for (const one of copy.querySelectorAll(".headerlink, button, svg:not(.drawing), details, script")) one.remove();
    for (const one of copy.querySelectorAll("a")) one.replaceWith(...one.childNodes);
    for (const one of [copy, ...copy.querySelectorAll("*")]) {
      for (const name of ["id", "role", "tabindex"]) one.removeAttribute(name);
    }
    return copy;
  }

  /** Below the line, or above it where there is more room. @param {DOMRect} line */
  function place(line) {
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    card.style.left = "0";
    const { offsetWidth, offsetHeight } = card;
    const left = Math.max(GAP, Math.min(line.left, width - offsetWidth - GAP));
    const fits = line.bottom + GAP + offsetHeight <= height || line.top < height - line.bottom;
    const top = fits ? line.bottom + GAP : line.top - GAP - offsetHeight;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${top + window.scrollY}px`;
  }

  function close() {
    clearTimeout(timer);
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = null;
    card.hidden = true;
    card.replaceChildren();
  }

  function start() {
    for (const template of /** @type {NodeListOf<HTMLTemplateElement>} */ (
      document.querySelectorAll("template[data-preview]")
    )) {
      previews.set(template.dataset.preview ?? "", template);
    }
    if (previews.size === 0) return;
    document.body.append(card);
    for (const link of document.querySelectorAll("article a[title]")) {
      if (linkAt(link)) link.removeAttribute("title"); // the browser would show it beside the preview
    }

    document.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "mouse") return;
      const link = linkAt(event.target);
      const { clientX, clientY } = event;
      if (link && link !== shown) {
        clearTimeout(timer);
        timer = window.setTimeout(() => {
          const lines = [...link.getClientRects()];
          open(link, lines.find((line) => isOn(line, clientX, clientY)) ?? link.getBoundingClientRect());
        }, DELAY);
      } else if (link || (event.target instanceof Node && card.contains(event.target))) {
        clearTimeout(timer);
      } else {
        clearTimeout(timer);
        if (shown && document.activeElement !== shown) timer = window.setTimeout(close, GRACE);
      }
    });
    document.addEventListener("focusin", (event) => {
      const link = linkAt(event.target);
      if (link?.matches(":focus-visible")) open(link, link.getClientRects()[0] ?? link.getBoundingClientRect());
      else close();
    });
    document.addEventListener("focusout", close);
    document.addEventListener("click", close);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !shown) return;
      close();
      event.stopPropagation();
    });
    window.addEventListener("resize", close);
  }

  /** @param {DOMRect} line @param {number} x @param {number} y */
  const isOn = (line, x, y) => x >= line.left && x <= line.right && y >= line.top && y <= line.bottom;

  document.addEventListener("DOMContentLoaded", start);
})();
