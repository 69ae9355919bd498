// @ts-check
/* A sentence vector as a collage: which word each number comes from, before and after a word is edited. */

import { percent } from "../toolkit/numbers.mjs";

/** @import { Words } from "../toolkit/controls.mjs" */

/** @typedef {{ words: string[], winners: string }} Reading a letter of `winners` for each number of the vector */
/** @typedef {"" | "out" | "swap"} Edit */

const FIRST = ["A", "a"].map((letter) => letter.charCodeAt(0));

/**
 * The places of the words that a reading's letters stand for: A to Z, then a to z.
 *
 * @param {string} letters
 */
export const decode = (letters) => Array.from(letters, (letter) => {
  const code = letter.charCodeAt(0);
  return code < FIRST[1] ? code - FIRST[0] : code - FIRST[1] + 26;
});

/**
 * The letters of places.
 *
 * @param {number[]} places
 */
export const encode = (places) =>
  places.map((place) => String.fromCharCode(place < 26 ? FIRST[0] + place : FIRST[1] + place - 26)).join("");

/**
 * How many numbers each of so many words gives.
 *
 * @param {number[]} winners
 * @param {number} words
 */
export function countsOf(winners, words) {
  const counts = Array.from({ length: words }, () => 0);
  for (const place of winners) counts[place]++;
  return counts;
}

/**
 * The words with the one at a place taken out, changed or left as it is.
 *
 * @param {string[]} words
 * @param {number} place
 * @param {Edit} edit
 * @param {string[]} instead the tokens of the other word
 */
export const edited = (words, place, edit, instead) =>
  edit === "" ? words : [...words.slice(0, place), ...(edit === "swap" ? instead : []), ...words.slice(place + 1)];

/**
 * The winners after an edit, with the words' places in the sentence before it.
 *
 * @param {number[]} winners
 * @param {number} place
 * @param {Edit} edit
 */
export const placedBefore = (winners, place, edit) =>
  winners.map((winner) => winner + (edit === "out" && winner >= place ? 1 : 0));

/**
 * The state in words.
 *
 * @param {string[]} words
 * @param {number[]} before winners
 * @param {number[]} after winners, in the places of before
 * @param {number} place of the chosen word
 * @param {Edit} edit
 * @param {string} instead
 * @returns {Words}
 */
export function describe(words, before, after, place, edit, instead) {
  const own = countsOf(before, words.length)[place];
  const [word, all] = [`“${words[place]}”`, before.length];
  if (edit === "")
    return [`${own} of the ${all} numbers are those of ${word}.`,
      `That is ${percent(own / all)} of the vector. The maximum took each of the others from another word.`];
  const moved = before.filter((winner, i) => winner !== after[i]).length;
  const lost = before.filter((winner, i) => winner === place && after[i] !== place).length;
  const stayed = `${all - moved} stay with their word.`;
  if (edit === "out")
    return [`Without ${word}, ${moved} of the ${all} numbers have another word.`,
      `Its own ${own} need one; ${moved - lost} more move, because the other words now read another sentence. ` +
        stayed];
  return [`With “${instead}” for ${word}, ${moved} of the ${all} numbers have another place.`,
    `The new word keeps ${own - lost} of the ${own} that the old one won. ${stayed}`];
}
