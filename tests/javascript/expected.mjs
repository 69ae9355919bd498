// @ts-check
/* What Python computes, from the file that expected.py wrote; and a way to compare numbers. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const { EXPECTED } = process.env;
if (!EXPECTED) throw new Error("EXPECTED must name the file that tests/javascript/expected.py writes");

export const expected = JSON.parse(readFileSync(EXPECTED, "utf-8"));

/**
 * Numbers in lists, however deep, are equal to a tolerance.
 *
 * @param {unknown} found
 * @param {unknown} wanted
 * @param {number} tolerance
 */
export function close(found, wanted, tolerance, place = "") {
  if (typeof wanted === "number" && typeof found === "number") {
    assert.ok(Math.abs(found - wanted) <= tolerance, `${found} is not ${wanted} to ${tolerance}${place}`);
    return;
  }
  assert.ok(isList(found) && isList(wanted), `${found} is not ${wanted}${place}`);
  assert.equal(found.length, wanted.length, `lengths${place}`);
  wanted.forEach((value, i) => close(found[i], value, tolerance, `${place} at ${i}`));
}

/**
 * @param {unknown} value
 * @returns {value is unknown[]}
 */
const isList = (value) => Array.isArray(value) || value instanceof Float32Array || value instanceof Float64Array;
