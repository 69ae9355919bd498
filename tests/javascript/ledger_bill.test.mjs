// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { Bill, addUp, money, roundHalfUp } from "../../companion/infersent/widgets/ledger_bill/bill.mjs";
import { uniform } from "../../companion/infersent/widgets/toolkit/numbers.mjs";
import { expected } from "./expected.mjs";

test("the lines of every level are those of Python, to the cent and to the name", () => {
  const { state, cases } = expected.bill;
  for (const { lines, words, numbers, ...open } of cases) {
    const bill = new Bill({ ...state, ...open });
    assert.deepEqual(bill.lines().map(({ name, cents }) => [name, cents]), lines);
    assert.deepEqual(bill.linesOfBlock().map(({ name, cents }) => [name, cents]), words);
    assert.deepEqual(bill.linesOfItem().map(({ name, cents }) => [name, cents]), numbers);
  }
});

test("parts add up, whatever their rounding", () => {
  const next = uniform(3);
  for (let n = 1; n < 60; n++) {
    const parts = Array.from({ length: 1 + (n % 9) }, () => 4 * next() - 2);
    const sum = roundHalfUp(parts.reduce((a, b) => a + b));
    assert.equal(addUp(parts, sum).reduce((a, b) => a + b), sum);
  }
  assert.deepEqual(addUp([0.004, 0.004, 0.004], 1), [1, 0, 0]);
});

test("an open line says what it is a sum of, and a number shows its product", () => {
  const { state } = expected.bill;
  const bill = new Bill({ ...state, block: "|u-v|", item: 0 });
  const [line] = bill.linesOfBlock();
  assert.deepEqual(bill.describe(state.label)[0], 
    `“${line.name}” gives ${money(line.cents)}, a sum of ${line.numbers.length} numbers.`);
  assert.match(bill.product(line.numbers[0]), /^−?\d\.\d{3} × \|.+ − .+\|$/);
  assert.match(new Bill({ ...state, block: "", item: -1 }).describe(state.label)[0], /nothing is left over/);
});
