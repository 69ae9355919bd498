// @ts-check
/* Formulas of u and v as a reader types them: the parser of formula.py, with its grammar and its messages. The text is
 * read and never run as code. */

import { ruleOf } from "./operations.mjs";

/** @import { Operation } from "./operations.mjs" */

/**
 * A part of a formula: a number, a variable, or an operation on other parts.
 *
 * @typedef {object} Part
 * @property {Operation | "number" | "u" | "v"} op
 * @property {Part[]} parts
 * @property {number} value of a number
 */

/** @typedef {{ text: string, tree: Part }} Formula its text without blanks, and what the parser made of it */
/** @typedef {{ kind: "number" | "name" | "sign" | "end", text: string, place: number }} Token */

/** The text is no formula; the message names the character, its place from 1, and a remedy. */
export class FormulaError extends Error {}

/** @type {Readonly<Record<string, number>>} the functions that a formula may name, with the number of arguments */
export const FUNCTIONS = {
  abs: 1, max: 2, min: 2, sqrt: 1, exp: 1, log: 1, tanh: 1, relu: 1, sign: 1, square: 1,
};
const [LONGEST, DEEPEST] = [120, 24];
/** @type {Readonly<Record<string, string>>} what may stand for an ASCII sign, as a page prints it */
const PRINTED = { "−": "-", "∗": "*", "×": "*", "·": "*", "÷": "/" };
const TOKEN = new RegExp("[ \\t\\n\\r\\f\\v]*(?:(\\d+\\.?\\d*(?:[eE][+-]?\\d+)?|\\.\\d+(?:[eE][+-]?\\d+)?)|" +
  "([A-Za-z_][A-Za-z_0-9]*)|(\\*\\*|[-+*/^(),|])|(\\S))", "yu");

/**
 * The formula that a text spells.
 *
 * @param {string} typed
 * @returns {Formula}
 * @throws {FormulaError}
 */
export function parse(typed) {
  const text = typed.replace(/[−∗×·÷]/g, (sign) => PRINTED[sign]);
  if (text.trim() === "") throw new FormulaError("The formula is empty. Write one of u and v, such as u*v.");
  const length = [...text].length;
  if (length > LONGEST) throw new FormulaError(`The formula has ${length} characters. Keep it to ${LONGEST}.`);
  const tree = new Parser(tokensOf(text)).formula();
  return { text: text.replace(/\s/g, ""), tree };
}

/** @param {string} text @returns {Token[]} */
function tokensOf(text) {
  /** @type {Token[]} */
  const found = [];
  const placeOf = (/** @type {number} */ index) => [...text.slice(0, index)].length + 1;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const group = match.slice(1).findIndex((part) => part !== undefined);
    const token = { text: match[group + 1], place: placeOf(TOKEN.lastIndex - match[group + 1].length) };
    if (group === 3)
      throw mistake(token, "means nothing in a formula", "Use u, v, numbers, + - * / ^, brackets and |…|.");
    found.push({ kind: /** @type {const} */ (["number", "name", "sign"])[group], ...token });
  }
  return [...found, { kind: "end", text: "", place: placeOf(text.length) }];
}

/** @param {{ kind?: string, text: string, place: number }} token @param {string} what @param {string} remedy */
const mistake = ({ kind, text, place }, what, remedy) => {
  const where = kind === "end" ? `The end, at place ${place},` : `“${text}” at place ${place}`;
  return new FormulaError(`${where} ${what}. ${remedy}`);
};

/** Recursive descent over the tokens of one text. */
class Parser {
  /** @param {Token[]} tokens */
  constructor(tokens) {
    this.tokens = tokens;
    this.next = 0;
    this.depth = 0;
  }

  get token() { return this.tokens[this.next]; }

  /**
   * The next token, stepped over, if it is one of these signs.
   *
   * @param {...string} signs
   */
  take(...signs) {
    const token = this.token;
    if (token.kind !== "sign" || !signs.includes(token.text)) return null;
    this.next += 1;
    return token;
  }

  formula() {
    const tree = this.sum();
    const token = this.token;
    if (token.text === ")") throw mistake(token, "closes nothing", "Take it out, or open a bracket before it.");
    if (token.text === ",") throw mistake(token, "stands outside max and min", "Take it out.");
    if (token.kind !== "end") throw unsigned(token);
    if (!hasVariable(tree))
      throw new FormulaError("The formula has neither u nor v, so it is the same for every pair. Add one of them.");
    return tree;
  }

  /** @returns {Part} */
  sum() {
    let part = this.product();
    for (let sign = this.take("+", "-"); sign; sign = this.take("+", "-"))
      part = fold(sign.text === "+" ? "add" : "sub", [part, this.product()], sign);
    return part;
  }

  /** @returns {Part} */
  product() {
    let part = this.signed();
    for (let sign = this.take("*", "/"); sign; sign = this.take("*", "/"))
      part = fold(sign.text === "*" ? "mul" : "div", [part, this.signed()], sign);
    return part;
  }

  /** @returns {Part} */
  signed() {
    this.depth += 1;
    if (this.depth > DEEPEST)
      throw mistake(this.token, `is nested more than ${DEEPEST} deep`, "Take out some brackets or signs.");
    const sign = this.take("-");
    const part = sign ? fold("neg", [this.signed()], sign) : this.take("+") ? this.signed() : this.power();
    this.depth -= 1;
    return part;
  }

  /** @returns {Part} */
  power() {
    const part = this.value();
    const sign = this.take("^", "**");
    return sign ? fold("pow", [part, this.signed()], sign) : part;
  }

  /** @returns {Part} */
  value() {
    const token = this.token;
    const { kind, text, place } = token;
    if (kind === "end")
      throw new FormulaError(`The formula ends at place ${place} where a value is missing. Add u, v or a number.`);
    this.next += 1;
    if (kind === "number") return numberPart(Number(text), token);
    if (kind === "name") return text === "u" || text === "v" ? { op: text, parts: [], value: 0 } : this.call(token);
    if (text === "(") return this.closed(token, ")");
    if (text === "|") return fold("abs", [this.closed(token, "|")], token);
    throw mistake(token, "stands where a value is missing", "Put u, v, a number or a bracket before it.");
  }

  /** @param {Token} name @returns {Part} */
  call(name) {
    const { text } = name;
    if (!Object.hasOwn(FUNCTIONS, text))
      throw mistake(name, "is no name that a formula knows", /^[uv]+$/.test(text)
        ? `Write ${[...text].join("*")} for a product.` : `Use u, v, ${Object.keys(FUNCTIONS).join(", ")}.`);
    const opening = this.take("(");
    const count = FUNCTIONS[text];
    const usage = `Write ${text}(${count === 2 ? "u, v" : "u"}).`;
    if (!opening) throw mistake(name, "needs brackets after it", usage);
    const parts = [this.sum()];
    while (this.take(",")) parts.push(this.sum());
    this.close(opening, ")");
    if (parts.length !== count)
      throw mistake(name, `has ${parts.length} of its ${count} argument${count > 1 ? "s" : ""}`, usage);
    return fold(/** @type {Operation} */ (text), parts, name);
  }

  /** @param {Token} opening @param {string} closing */
  closed(opening, closing) {
    const part = this.sum();
    this.close(opening, closing);
    return part;
  }

  /** @param {Token} opening @param {string} closing */
  close(opening, closing) {
    if (this.take(closing)) return;
    const token = this.token;
    if (token.kind === "number" || token.kind === "name" || token.text === "(") throw unsigned(token);
    throw mistake(opening, "is never closed", `Add “${closing}” after it.`);
  }
}

/** @param {Token} token */
const unsigned = (token) => mistake(token, "follows a value with no sign between them", "Write * for a product.");

/** @param {number} value @param {Token} token @returns {Part} */
function numberPart(value, token) {
  if (!Number.isFinite(value)) throw mistake(token, "has no finite value there", "Change its numbers.");
  return { op: "number", parts: [], value };
}

/**
 * An operation, or its value where it is made of numbers alone.
 *
 * @param {Operation} op
 * @param {Part[]} parts
 * @param {Token} token
 * @returns {Part}
 */
function fold(op, parts, token) {
  if (parts.every((part) => part.op === "number"))
    return numberPart(ruleOf(op).at(...parts.map((part) => part.value)), token);
  // PyTorch's relu has no slope at its kink, its maximum has half of one.
  const zero = op === "max" ? parts.findIndex((part) => part.op === "number" && part.value === 0) : -1;
  return zero >= 0 ? { op: "relu", parts: [parts[1 - zero]], value: 0 } : { op, parts, value: 0 };
}

/** @param {Part} part @returns {boolean} */
const hasVariable = ({ op, parts }) => op === "u" || op === "v" || parts.some(hasVariable);
