// @ts-check
/* What the sentence map looks up: places on the plane, sentences by their words, what one sentence is to another. */

/** @typedef {[x: number, y: number]} Place */
/** @typedef {"ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown"} Arrow */
/** @typedef {[text: string, phenomenon: string, scene: number, part: string]} Sentence */

/** @type {Readonly<Record<Arrow, Place>>} */
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Whether a key is one of the arrows.
 *
 * @param {string} key
 * @returns {key is Arrow}
 */
export const isArrow = (key) => Object.hasOwn(DIRECTIONS, key);

/**
 * The point that an arrow key goes to: the nearest in that direction, and where there is none, the same.
 *
 * A way to the side counts double. Points in one place follow one another, the later to the right of and below the
 * earlier, so that an arrow reaches each.
 *
 * @param {Place[]} points
 * @param {number} from
 * @param {Arrow} arrow
 * @param {(i: number) => boolean} isShown
 */
export function towards(points, from, arrow, isShown) {
  const [right, down] = DIRECTIONS[arrow];
  let [best, least] = [from, Infinity];
  points.forEach(([x, y], i) => {
    if (i === from || !isShown(i)) return;
    const [dx, dy] = [x - points[from][0], y - points[from][1]];
    const [along, aside] = [right * dx + down * dy, Math.abs(right * dy - down * dx)];
    const isNext = dx === 0 && dy === 0 && (right + down) * (i - from) > 0;
    const way = isNext ? Math.abs(i - from) / points.length - 1 : along + 2 * aside;
    if ((along > 0 || isNext) && way < least) [best, least] = [i, way];
  });
  return best;
}

/**
 * The nearest shown point, if one is within reach.
 *
 * @param {Place[]} points
 * @param {Place} place
 * @param {number} reach
 * @param {(i: number) => boolean} isShown
 */
export function nearestTo(points, [x, y], reach, isShown) {
  /** @type {number | null} */
  let best = null;
  let least = reach;
  points.forEach(([a, b], i) => {
    const way = Math.hypot(a - x, b - y);
    if (isShown(i) && way < least) [best, least] = [i, way];
  });
  return best;
}

/**
 * Whether every word of a query begins a word of the text.
 *
 * @param {string} text
 * @param {string} query
 */
export function has(text, query) {
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return query.toLowerCase().split(/\s+/).every((start) => words.some((word) => word.startsWith(start)));
}

/**
 * What a sentence is to another.
 *
 * @param {Sentence} here
 * @param {Sentence} there
 * @param {Record<string, string>} parts
 */
export function relation([, , scene, part], [, , otherScene, otherPart], parts) {
  if (scene !== otherScene) return "another scene";
  if (part === "premise" || otherPart === "premise") return parts[otherPart];
  return `same scene: ${otherPart}`;
}

/**
 * Between two layouts, a share of the way.
 *
 * @param {Place[]} from
 * @param {Place[]} to
 * @param {number} share
 */
export const between = (from, to, share) =>
  to.map(([x, y], i) => /** @type {Place} */ (
    [from[i][0] + share * (x - from[i][0]), from[i][1] + share * (y - from[i][1])]));
