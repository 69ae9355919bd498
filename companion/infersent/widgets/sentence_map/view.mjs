// @ts-check
/* The plane of the sentence map, and its marks. */

import { h, s, setAttributes } from "../toolkit/nodes.mjs";
import { between, isArrow, nearestTo, towards } from "./places.mjs";

/** @import { Place, Sentence } from "./places.mjs" */

/** @typedef {[name: string, title: string, colour: string, outline: string]} Phenomenon */
/** @typedef {{ key: string, title: string, words: [string, string], plane: string, counts: number[], points: Place[],
 *              neighbours: number[][], cosines: number[][] }} Encoder */
/** @typedef {{ sentences: Sentence[], phenomena: Phenomenon[], parts: Record<string, string>, encoders: Encoder[] }}
 *           Maps */

const SIDE = 400; // of the picture, as in Python
const REACH = 36; // from a pointer to a point
const MOVE = 700; // milliseconds from one encoder's map to the next

/**
 * A phenomenon's mark by itself.
 *
 * @param {Phenomenon} phenomenon
 */
export function createMark([, , colour, outline]) {
  const path = s("path", { d: outline, fill: colour, stroke: colour, "stroke-width": 2 });
  const picture = s("svg", { class: "sm-mark", viewBox: "-11 -11 22 22", "aria-hidden": "true" }, path);
  return {
    node: picture,
    /** @param {Phenomenon} phenomenon @param {boolean} isPremise full, or open */
    update([, , itsColour, itsOutline], isPremise) {
      setAttributes(path, { d: itsOutline, stroke: itsColour, fill: isPremise ? itsColour : "none" });
    },
  };
}

/**
 * The plane: a mark for each sentence, lines from the one looked at to its neighbours; pointers and arrow keys look,
 * a click and Enter choose.
 *
 * @param {Maps} maps
 * @param {(index: number | null) => void} onLook
 * @param {(index: number) => void} onChoose
 */
export function createPlane({ sentences, phenomena }, onLook, onChoose) {
  const name = `sm${Math.random().toString(36).slice(2)}`; // two maps may stand on one page
  const looks = new Map(phenomena.map((phenomenon) => [phenomenon[0], phenomenon]));
  const marks = sentences.map(([text, phenomenon, , part], i) => {
    const [, title, colour, outline] = looks.get(phenomenon) ?? phenomena[0];
    const path = s("path", { d: outline, stroke: colour, "stroke-width": 2 });
    path.setAttribute("class", "sm-outline");
    if (part === "premise") path.setAttribute("fill", colour);
    return s("g", { id: `${name}-${i}`, role: "option", "aria-label": `${text} ${title}, ${part}` }, path);
  });
  const [lines, ranks] = [s("g", { "aria-hidden": "true" }), s("g", { class: "sm-ranks", "aria-hidden": "true" })];
  const ring = s("circle", { class: "sm-ring", r: 14, "aria-hidden": "true" });
  const picture = s("svg", { class: "sm-plane", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "none" },
    lines, ...marks, ring, ranks);
  const node = h("div", { class: "sm-map", role: "listbox", tabindex: 0,
    "aria-label": "Map of the sentences. Arrow keys go to the nearest in a direction, Enter chooses." }, picture);

  /** @type {Place[]} */
  let points = [];
  /** @type {Place[]} */
  let drawn = [];
  let frame = 0;
  let [looked, chosen] = [0, 0];
  /** @type {number[]} */
  let near = [];
  /** @type {(i: number) => boolean} */
  let isShown = () => true;

  /** @param {PointerEvent | MouseEvent} event */
  const under = (event) => {
    const box = picture.getBoundingClientRect();
    const scale = SIDE / box.width;
    return nearestTo(points, [scale * (event.clientX - box.left), scale * (event.clientY - box.top)], REACH, isShown);
  };
  picture.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch") onLook(under(event)); });
  picture.addEventListener("pointerleave", () => onLook(null));
  picture.addEventListener("click", (event) => {
    const found = under(event);
    if (found !== null) onChoose(found);
  });
  node.addEventListener("blur", () => onLook(null));
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const known = points.map((_, i) => i).filter(isShown);
    if (isArrow(event.key)) onLook(towards(points, looked, event.key, isShown));
    else if (event.key === "Home" && known.length) onLook(known[0]);
    else if (event.key === "End" && known.length) onLook(known[known.length - 1]);
    else if (event.key === "Enter" || event.key === " ") onChoose(looked);
    else if (event.key === "Escape") onLook(null);
    else return;
    event.preventDefault();
  });

  function draw() {
    drawn.forEach(([x, y], i) => marks[i].setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`));
    const [x, y] = drawn[looked];
    setAttributes(ring, { cx: x, cy: y });
    const isSame = (/** @type {number} */ i) => sentences[i][2] === sentences[looked][2];
    lines.replaceChildren(...near.map((i) => s("line", { class: isSame(i) ? "sm-same" : "",
      x1: x, y1: y, x2: drawn[i][0], y2: drawn[i][1] })));
    ranks.replaceChildren(...near.map((i, rank) => {
      const [dx, dy] = [drawn[i][0] - x, drawn[i][1] - y];
      const far = Math.hypot(dx, dy) || 1; // beyond the mark, as seen from the one looked at
      return s("text", { x: drawn[i][0] + (16 * dx) / far, y: drawn[i][1] + (16 * dy) / far + 5 }, String(rank + 1));
    }));
  }

  /** @param {Place[]} to */
  function move(to) {
    cancelAnimationFrame(frame);
    const from = drawn;
    points = to;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
    if (from.length === 0 || isStill || !node.isConnected) {
      drawn = to;
      return;
    }
    const start = performance.now();
    /** @param {number} now */
    const step = (now) => {
      const share = Math.min(1, Math.max(0, now - start) / MOVE);
      drawn = share === 1 ? to : between(from, to, share * share * (3 - 2 * share));
      if (share < 1) frame = requestAnimationFrame(step);
      draw();
    };
    frame = requestAnimationFrame(step);
  }

  return {
    node,
    stop: () => cancelAnimationFrame(frame),
    /**
     * @param {Encoder} encoder
     * @param {number} atIndex the sentence that is looked at
     * @param {number} chosenIndex
     * @param {(i: number) => boolean} shows
     */
    update(encoder, atIndex, chosenIndex, shows) {
      [looked, chosen, near, isShown] = [atIndex, chosenIndex, encoder.neighbours[atIndex], shows];
      if (points !== encoder.points) move(encoder.points);
      marks.forEach((mark, i) => {
        const isLit = isShown(i) || i === looked || near.includes(i);
        setAttributes(mark, { class: isLit ? "" : "sm-dim", "aria-selected": i === chosen, "aria-hidden": !isLit });
      });
      node.setAttribute("aria-activedescendant", marks[looked].id);
      draw();
    },
  };
}
