// @ts-check
/* The widget in its host: JupyterLab, or the published page. */

import { h } from "./nodes.mjs";
import LOOK from "./look.css" with { type: "text" };

/** @import { Model } from "./model.mjs" */

/**
 * What a host gives to a module's render.
 *
 * @template {object} Traits
 * @typedef {{ model: Model<Traits>, el: HTMLElement }} Host
 */

/**
 * Put a widget into its element, and `update` it now and when a trait changes.
 *
 * @template {object} Traits
 * @param {object} settings
 * @param {Model<Traits>} settings.model
 * @param {HTMLElement} settings.el
 * @param {string} settings.style
 * @param {Node} settings.node
 * @param {(keyof Traits & string)[]} settings.traits
 * @param {() => void} settings.update
 * @returns {() => void} what unties it again
 */
export function mount({ model, el, style, node, traits, update }) {
  const root = h("div", { class: "bw" }, node);
  // JupyterLab takes these events from a cell's output and would move the notebook's selection instead.
  for (const type of ["focusin", "mousedown", "mouseup", "click", "keydown"])
    root.addEventListener(type, (event) => event.stopPropagation());
  el.classList.add("bw-host");
  el.replaceChildren(h("style", {}, LOOK + style), root);
  update();
  for (const trait of traits) model.on(`change:${trait}`, update);
  return () => traits.forEach((trait) => model.off(`change:${trait}`, update));
}
