// @ts-check
/* From a text to its words, as infersent.text has it. */

export const LARGEST_TEXT = 400; // characters, and words: what a reader types in earnest
export const LARGEST_SENTENCE = 40;

/**
 * Applied in turn to the lower-cased text; see infersent.text.REPLACEMENTS.
 *
 * @type {[pattern: string, replacement: string][]}
 */
export const REPLACEMENTS = [
  ["[\u0085\ufeff]", " "],
  ["[’‘`]", "'"],
  [String.raw`(?<![\p{L}\p{N}])can't(?![\p{L}\p{N}])`, "can not"],
  [String.raw`(?<![\p{L}\p{N}])won't(?![\p{L}\p{N}])`, "will not"],
  [String.raw`n't(?![\p{L}\p{N}])`, " not"],
];

/** A token: a contraction's ending, a word, a number, or one other character; see infersent.text.TOKEN_RULE. */
export const TOKEN_RULE =
  String.raw`'(?:s|re|ve|ll|d|m)(?![\p{L}\p{N}])|[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]`;

const patterns = REPLACEMENTS.map(([pattern, replacement]) => ({ pattern: new RegExp(pattern, "gu"), replacement }));
const tokenRule = new RegExp(TOKEN_RULE, "gu");

/**
 * The tokens of a text, whatever the vocabulary.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function splitWords(text) {
  // Character by character: a final sigma would look at its neighbours.
  let normal = Array.from(text.normalize("NFC"), (character) => character.toLowerCase()).join("");
  for (const { pattern, replacement } of patterns) normal = normal.replace(pattern, replacement);
  return normal.match(tokenRule) ?? [];
}

/**
 * Why a text is too long to be read, or "".
 *
 * @param {string} text
 */
export function tooLong(text) {
  if (text.length > LARGEST_TEXT) return `it has ${text.length} characters, and at most ${LARGEST_TEXT} are read`;
  const words = splitWords(text).length;
  return words > LARGEST_SENTENCE ? `it has ${words} words, and at most ${LARGEST_SENTENCE} are read` : "";
}
