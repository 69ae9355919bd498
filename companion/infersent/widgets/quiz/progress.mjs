// @ts-check
/* What a reader has tried so far, and what that comes to. */

/** @typedef {{ text: string, why: string, right?: boolean }} Choice */
/** @typedef {{ ask: string, choices: Choice[] }} Question */

/**
 * The choices tried for each question, with one more.
 *
 * @param {number[][]} tried
 * @param {number} question
 * @param {number} choice
 */
export const withChoice = (tried, question, choice) =>
  tried.map((places, i) => (i === question && !places.includes(choice) ? [...places, choice] : places));

/**
 * Whether the right choice is among those tried.
 *
 * @param {Question} question
 * @param {number[]} places
 */
export const isSolved = (question, places) => places.some((place) => question.choices[place].right);

/**
 * How many questions are solved, and how many of them at the first attempt.
 *
 * @param {Question[]} questions
 * @param {number[][]} tried
 */
export function score(questions, tried) {
  const solved = questions.filter((question, i) => isSolved(question, tried[i])).length;
  const first = questions.filter((question, i) => isSolved(question, tried[i].slice(0, 1))).length;
  return { solved, first };
}

/**
 * The score in words.
 *
 * @param {Question[]} questions
 * @param {number[][]} tried
 * @returns {[headline: string, sentence: string]}
 */
export function describe(questions, tried) {
  const all = questions.length;
  const { solved, first } = score(questions, tried);
  if (!tried.some((places) => places.length)) return [`${all} questions.`, "Try as often as you like."];
  return [`${solved} of ${all} solved,`,
    solved === all && first === all ? "each at the first attempt." : `${first} at the first attempt.`];
}

/**
 * Whether what was kept fits the questions: they may have changed since.
 *
 * @param {unknown} tried
 * @param {Question[]} questions
 */
export const fits = (tried, questions) =>
  Array.isArray(tried) && tried.length === questions.length &&
  tried.every((places, i) => Array.isArray(places) &&
    places.every((place) => Number.isInteger(place) && place >= 0 && place < questions[i].choices.length));
