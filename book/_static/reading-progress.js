// @ts-check
/* Remembers which chapters were read, in this browser alone, and ticks them in the sidebar. Nothing is sent. */
(() => {
  "use strict";

  const KEY = "why-uv:read"; // the names of the chapters, as JSON

  /** A browser may refuse to remember anything, and what it remembers may be anything.
   *
   * @returns {string[]} */
  function recall() {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(found) ? found.filter((name) => typeof name === "string") : [];
    } catch {
      return [];
    }
  }

  /** @param {string} chapter @param {boolean} isRead @returns {string[]} what was read now, remembered or not */
  function remember(chapter, isRead) {
    const others = recall().filter((name) => name !== chapter);
    const read = isRead ? [...others, chapter] : others;
    try {
      localStorage.setItem(KEY, JSON.stringify(read));
    } catch {
      // The tick stays until the page is left.
    }
    return read;
  }

  /** @param {string[]} read */
  function tick(read) {
    const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
    const addresses = new Set(read.map((name) => new URL(`${name}.html`, root).pathname));
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (
      document.querySelectorAll(".bd-sidebar-primary nav a.reference.internal")
    )) {
      link.querySelector(".is-read")?.remove();
      if (!addresses.has(link.pathname)) continue;
      const mark = document.createElement("span");
      mark.className = "is-read";
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", "read");
      mark.textContent = "✓";
      link.append(" ", mark);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    let read = recall();
    /** @type {HTMLElement | null} */
    const question = document.querySelector(".read-mark");
    const box = question?.querySelector("input");
    const chapter = question?.dataset.chapter ?? "";
    function show() {
      tick(read);
      if (box) box.checked = read.includes(chapter);
    }
    show();
    // Another tab may mark what this one shows, and a browser may hand over late what the page before this one stored.
    window.addEventListener("storage", ({ key }) => {
      if (key !== KEY && key !== null) return; // null: everything was forgotten
      read = recall();
      show();
    });
    if (!question || !box) return;
    box.addEventListener("change", () => {
      read = remember(chapter, box.checked);
      tick(read);
    });
    for (const part of question.querySelectorAll("[hidden]")) part.removeAttribute("hidden");
  });
})();
