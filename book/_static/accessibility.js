// @ts-check
/* What the theme leaves undone for keyboards and screen readers. (It gives scrolling code a place in the tab order.) */
(() => {
  "use strict";

  /** A formula wider than the page scrolls in its own box, which a keyboard must be able to reach. */
  function reachScrollingFormulas() {
    for (const formula of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("div.math"))) {
      if (formula.scrollWidth > formula.clientWidth) {
        formula.tabIndex = 0;
        formula.setAttribute("role", "group");
        formula.setAttribute("aria-label", "Formula, scrolls sideways");
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) formula.removeAttribute(name);
      }
    }
  }

  /** docutils calls the references a list, but their role, doc-biblioentry, is not one of a list item. */
  function dropListRoles() {
    for (const list of document.querySelectorAll(".citation-list[role=list]")) list.removeAttribute("role");
  }

  document.addEventListener("DOMContentLoaded", dropListRoles);
  window.addEventListener("load", reachScrollingFormulas);
  window.addEventListener("resize", reachScrollingFormulas);
})();
