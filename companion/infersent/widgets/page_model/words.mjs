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

/** The letters of scripts without blanks between words, inside a character class; see infersent.text.WITHOUT_BLANKS. */
const WITHOUT_BLANKS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff" +
  "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\u{1b000}-\u{1b16f}\u{20000}-\u{3ffff}";

/**
 * A token: a contraction's ending, a letter of a script without blanks, a word, a number, or one other character; see
 * infersent.text.TOKEN_RULE.
 */
export const TOKEN_RULE = String.raw`'(?:s|re|ve|ll|d|m)(?![\p{L}\p{N}])` +
  String.raw`|(?=\p{L})[${WITHOUT_BLANKS}]\p{M}*|(?:(?![${WITHOUT_BLANKS}])\p{L}|\p{M})+` +
  String.raw`|\p{N}+|[^\s\p{L}\p{M}\p{N}]`;

/** The rule of files that name none: those of before scripts without blanks were split. */
export const FIRST_TOKEN_RULE =
  String.raw`'(?:s|re|ve|ll|d|m)(?![\p{L}\p{N}])|[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]`;

const patterns = REPLACEMENTS.map(([pattern, replacement]) => ({ pattern: new RegExp(pattern, "gu"), replacement }));

/**
 * The tokens of a text, whatever the vocabulary.
 *
 * @param {string} text
 */
export const splitWords = (text) => splitBy(TOKEN_RULE, text);

/**
 * The tokens of a text by the rule of a model, which may be an older one.
 *
 * @param {string} rule
 * @param {string} text
 * @returns {string[]}
 */
export function splitBy(rule, text) {
  // Character by character: a final sigma would look at its neighbours.
  let normal = Array.from(text.normalize("NFC"), (character) => character.toLowerCase()).join("");
  for (const { pattern, replacement } of patterns) normal = normal.replace(pattern, replacement);
  return normal.match(new RegExp(rule, "gu")) ?? [];
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
