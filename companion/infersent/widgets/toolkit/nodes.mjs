// @ts-check
/* Nodes of the page. Strings become text nodes, never markup. */

/** @typedef {Record<string, string | number | boolean>} Attributes */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element with attributes and children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/**
 * An SVG element with attributes and children.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 */
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/**
 * Set several attributes.
 *
 * @param {Element} node
 * @param {Attributes} attributes
 */
export function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
}

/**
 * Make a node say a text; where it does already, the browser is not asked to lay out anything.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @template {Element} T
 * @param {T} node
 * @param {Attributes} attributes
 * @param {(Node | string)[]} children
 */
function fill(node, attributes, children) {
  setAttributes(node, attributes);
  node.append(...children);
  return node;
}

/**
 * An italic letter with an optional index: the symbol of a formula in running text.
 *
 * @param {string} name
 * @param {string} [index]
 */
export const symbol = (name, index) =>
  h("span", { class: "bw-symbol" }, name, ...(index === undefined ? [] : [h("sub", {}, index)]));
