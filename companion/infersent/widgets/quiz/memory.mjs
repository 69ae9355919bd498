// @ts-check
/* What the browser keeps of a quiz. It may refuse to: then nothing is kept, and all else goes on. */

/** @param {string} chapter */
const key = (chapter) => `why-u-v-quiz-${chapter}`;

/**
 * The choices tried before, or undefined.
 *
 * @param {string} chapter
 */
export function recall(chapter) {
  try {
    return JSON.parse(localStorage.getItem(key(chapter)) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {string} chapter
 * @param {number[][]} tried
 */
export function keep(chapter, tried) {
  try {
    if (tried.some((places) => places.length)) localStorage.setItem(key(chapter), JSON.stringify(tried));
    else localStorage.removeItem(key(chapter));
  } catch {
    // A private window, or storage that is full.
  }
}
