// @ts-check
/* The words with their shares, and the collage of all numbers of the vector. */

import { h, s, setAttributes } from "../toolkit/nodes.mjs";
import { countsOf } from "./collage.mjs";

const COLUMNS = 32;
const CELL = 10;

/** Neighbours differ in hue and in lightness. @param {number} place */
const paint = (place) => `oklch(${place % 2 ? 0.62 : 0.76} 0.11 ${(40 + 137.5 * place) % 360})`;

/**
 * What is drawn.
 *
 * @typedef {object} Shown
 * @property {string[]} words before the edit
 * @property {string[]} names of the rows, those after the edit; "" for a word taken out
 * @property {number[]} before winners
 * @property {number[]} after winners
 * @property {number} chosen
 * @property {boolean} isEdited
 */

/**
 * A button for each word, as wide as its share, and a cell for each number.
 *
 * @param {object} settings
 * @param {(place: number) => void} settings.onChoose
 */
export function createCollage({ onChoose }) {
  const list = h("div", {
    class: "wc-words", role: "group", "aria-label": "The words, and the numbers that each gives" });
  const layer = s("g");
  const picture = s("svg", { class: "wc-cells", role: "img" }, layer);
  /** @type {Shown | undefined} */
  let shown;
  /** @type {number | undefined} A word under the pointer or with the focus. */
  let pointed;

  /** @param {number | undefined} place */
  const point = (place) => {
    pointed = place;
    light();
  };
  /** @param {Event} event */
  const under = ({ target }) => {
    const word = target instanceof Element ? target.getAttribute("data-word") : null;
    return word === null ? undefined : Number(word);
  };
  picture.addEventListener("pointermove", (event) => point(under(event)));
  picture.addEventListener("pointerleave", () => point(undefined));
  picture.addEventListener("click", (event) => {
    const place = under(event);
    if (place !== undefined) onChoose(place);
  });

  /** Light the cells of the word, or, after an edit, those that moved. */
  function light() {
    if (!shown) return;
    const { before, after, chosen, isEdited } = shown;
    const place = pointed ?? (isEdited ? undefined : chosen);
    [...layer.children].forEach((cell, i) => {
      const isLit = place === undefined ? before[i] !== after[i] : after[i] === place;
      cell.classList.toggle("wc-dim", !isLit);
    });
    [...list.children].forEach((row, k) => row.classList.toggle("wc-pointed", k === pointed));
  }

  return {
    nodes: [list, picture],
    /** @param {Shown} now @param {string} words */
    update(now, words) {
      const { names, before, after, chosen } = now;
      if (shown?.words.join(" ") !== now.words.join(" ")) {
        pointed = undefined;
        list.replaceChildren(...now.words.map((_, k) => createRow(k, () => onChoose(k), point)));
      }
      shown = now;
      const [were, are] = [countsOf(before, names.length), countsOf(after, names.length)];
      const most = Math.max(...were, ...are);
      [...list.children].forEach((row, k) => {
        const [name, track, number] = row.children;
        name.textContent = now.words[k];
        if (names[k] !== now.words[k])
          name.replaceChildren(h("s", {}, now.words[k]), names[k] && ` ${names[k]}`);
        number.textContent = String(are[k]);
        row.setAttribute("aria-pressed", String(k === chosen));
        if (row instanceof HTMLElement) {
          row.style.setProperty("--share", `${(100 * are[k]) / most}%`);
          row.style.setProperty("--was", `${(100 * were[k]) / most}%`);
        }
        track.classList.toggle("wc-changed", are[k] !== were[k]);
      });
      if (layer.childElementCount !== after.length) {
        setAttributes(picture, { viewBox: `0 0 ${COLUMNS * CELL} ${Math.ceil(after.length / COLUMNS) * CELL}` });
        layer.replaceChildren(...after.map((_, i) => s("rect", { width: CELL - 1, height: CELL - 1, rx: 1.5,
          x: (i % COLUMNS) * CELL + 0.5, y: Math.floor(i / COLUMNS) * CELL + 0.5 })));
      }
      [...layer.children].forEach((cell, i) =>
        setAttributes(cell, { fill: paint(after[i]), "data-word": after[i] }));
      picture.setAttribute("aria-label", words);
      light();
    },
  };
}

/**
 * A word: its name, a bar, a number.
 *
 * @param {number} place
 * @param {() => void} onClick
 * @param {(place: number | undefined) => void} onPoint
 */
function createRow(place, onClick, onPoint) {
  const row = h("button", { type: "button", class: "wc-word" }, h("span", { class: "wc-name" }),
    h("span", { class: "wc-track" }, h("span", { class: "wc-bar" }), h("i")), h("span", { class: "bw-number" }));
  row.style.setProperty("--paint", paint(place));
  row.addEventListener("click", onClick);
  for (const type of ["pointerenter", "focus"]) row.addEventListener(type, () => onPoint(place));
  for (const type of ["pointerleave", "blur"]) row.addEventListener(type, () => onPoint(undefined));
  return row;
}
