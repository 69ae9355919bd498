// @ts-check
/* The parts of the sentence map: the plane with its marks, the fields that find a sentence, and its neighbours. */

import { h, s, setAttributes } from "../toolkit/nodes.mjs";
import { format } from "../toolkit/numbers.mjs";
import { between, has, isArrow, nearestTo, relation, towards } from "./places.mjs";

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

/** How often the nearest sentence of a premise is its entailed, its neutral and its contradicting one, in bars. */
export function createCounts() {
  const parts = ["entailed", "neutral", "contradiction"].map((name) => {
    const [number, bar] = [h("span", { class: "bw-number" }), h("span", { class: "sm-bar" })];
    return { number, bar, node: h("div", {}, h("span", {}, name), bar, number) };
  });
  return {
    // The result says the same in words.
    node: h("div", { class: "sm-counts", "aria-hidden": "true" },
      h("p", { class: "sm-about" }, "Nearest to a premise is its hypothesis that is"), ...parts.map(({ node }) => node)),
    /** @param {Encoder} encoder */
    update({ counts }) {
      const all = counts.reduce((sum, count) => sum + count, 0);
      parts.forEach(({ number, bar }, i) => {
        number.textContent = String(counts[i]);
        bar.style.setProperty("--share", `${(100 * counts[i]) / all}%`);
      });
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
    lines.replaceChildren(...near.map((i) => s("line", { class: sentences[i][2] === sentences[looked][2] ? "sm-same" : "",
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

/**
 * A word to look for, and the sentences that have it, as a list to choose from.
 *
 * @param {Maps} maps
 * @param {(query: string) => void} onSearch
 * @param {(index: number) => void} onChoose
 */
export function createFinder({ sentences, phenomena }, onSearch, onChoose) {
  const input = h("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "dog, not, two …" });
  const select = h("select");
  const count = h("p", { class: "sm-about", role: "status" });
  input.addEventListener("input", () => onSearch(input.value.trim()));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !input.value.trim()) return;
    const first = sentences.findIndex(([text]) => has(text, input.value.trim()));
    if (first >= 0) onChoose(first);
  });
  select.addEventListener("change", () => onChoose(Number(select.value)));
  let listed = "";
  return {
    node: h("div", { class: "sm-finder" }, h("label", {}, h("span", { class: "sm-about" }, "Find a word"), input),
      h("label", {}, h("span", { class: "sm-about" }, "Sentence"), select), count),
    clear() { input.value = ""; },
    /** @param {number} chosen @param {(i: number) => boolean} isShown */
    update(chosen, isShown) {
      const shown = sentences.map((_, i) => i).filter(isShown);
      const inList = shown.includes(chosen) ? shown : [...shown, chosen].sort((a, b) => a - b);
      if (listed !== inList.join()) {
        select.replaceChildren(...phenomena.flatMap(([name, title]) => {
          const own = inList.filter((i) => sentences[i][1] === name);
          if (own.length === 0) return [];
          return [h("optgroup", { label: title }, ...own.map((i) => h("option", { value: i }, sentences[i][0])))];
        }));
        listed = inList.join();
      }
      select.value = String(chosen);
      const all = sentences.length;
      count.textContent = shown.length === all ? `${all} sentences` : `${shown.length} of ${all} sentences`;
    },
  };
}

/**
 * The sentence that is looked at, and its neighbours, each a button that goes there.
 *
 * @param {Maps} maps
 * @param {(index: number) => void} onChoose
 */
export function createNeighbours({ sentences, phenomena, parts, encoders }, onChoose) {
  const looks = new Map(phenomena.map((phenomenon) => [phenomenon[0], phenomenon]));
  const mark = createMark(phenomena[0]);
  const [text, about] = [h("strong"), h("span", { class: "sm-about" })];
  let neighbours = encoders[0].neighbours[0];
  const rows = neighbours.map((_, rank) => {
    const own = createMark(phenomena[0]);
    const [words, what, number, bar] = [h("span"), h("span", { class: "sm-about" }),
      h("span", { class: "bw-number" }), h("span", { class: "sm-bar" })];
    const button = h("button", { type: "button" }, own.node, h("span", { class: "sm-words" }, words, what),
      h("span", { class: "sm-cosine" }, number, bar));
    button.addEventListener("click", () => onChoose(neighbours[rank]));
    return { own, words, what, number, bar, node: h("li", {}, button) };
  });
  const look = (/** @type {Sentence} */ [, phenomenon]) => looks.get(phenomenon) ?? phenomena[0];
  return {
    node: h("div", { class: "sm-near" },
      h("p", { class: "sm-chosen" }, mark.node, h("span", { class: "sm-words" }, text, about)),
      h("p", { class: "sm-about sm-title" }, h("span", {}, "Nearest in all dimensions"), h("span", {}, "cosine")),
      h("ol", { "aria-label": "Nearest sentences" }, ...rows.map(({ node }) => node))),
    /** @param {Encoder} encoder @param {number} looked */
    update(encoder, looked) {
      const here = sentences[looked];
      neighbours = encoder.neighbours[looked];
      mark.update(look(here), here[3] === "premise");
      text.textContent = here[0];
      about.textContent = `${look(here)[1]}, ${here[3] === "contradiction" ? "contradicts its premise" : describe(here[3])}`;
      neighbours.forEach((i, rank) => {
        const [row, there, cosine] = [rows[rank], sentences[i], encoder.cosines[looked][rank]];
        row.own.update(look(there), there[3] === "premise");
        row.words.textContent = there[0];
        row.what.textContent = relation(here, there, parts);
        row.number.textContent = format(cosine, 3);
        row.bar.style.setProperty("--share", `${100 * Math.max(0, cosine)}%`);
      });
    },
  };
}

/** @param {string} part */
const describe = (part) => (part === "premise" ? "a premise" : part === "neutral" ? "neutral to its premise"
  : "entailed by its premise");
