// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { createScale } from "../../companion/infersent/widgets/toolkit/chart.mjs";
import {
  cautiousPercent, clamp, format, grouped, percent, signed, uniform,
} from "../../companion/infersent/widgets/toolkit/numbers.mjs";
import { FEATURES, colour, printed } from "../../companion/infersent/widgets/toolkit/blocks.mjs";

test("a number has a true minus sign, and none where it rounds to zero", () => {
  assert.deepEqual([-1.005, -0.004, -0.006, 0, -0, 2].map((x) => format(x)),
    ["−1.00", "0.00", "−0.01", "0.00", "0.00", "2.00"]);
  assert.equal(format(-0.4, 0), "0");
  assert.equal(format(-12.25, 1), "−12.3"); // away from zero on both sides
  assert.equal(format(12.25, 1), "12.3");
});

test("a signed number has a plus sign unless it rounds to zero", () => {
  assert.deepEqual([1, 0.004, 0, -0.004, -1].map((x) => signed(x)), ["+1.00", "0.00", "0.00", "0.00", "−1.00"]);
  assert.equal(signed(0.04, 1), "0.0");
});

test("every format is that of the opposite number but for the sign", () => {
  const next = uniform(1);
  for (let i = 0; i < 1000; i++) {
    const [x, digits] = [4 * next() ** 4, Math.floor(4 * next())];
    assert.equal(format(-x, digits).replace("−", ""), format(x, digits));
    assert.equal(signed(-x, digits).replace("−", "+"), signed(x, digits));
    assert.equal(/[−-]/.test(format(x, digits)), false);
    assert.equal(Number(format(-x, digits).replace("−", "-")), 0 - Number(format(x, digits)));
  }
});

test("percentages", () => {
  assert.equal(percent(0.125), "13%");
  assert.equal(percent(-0.5, 1), "−50.0%");
  assert.equal(percent(1), "100%");
});

test("only no share is 0%, and only the whole is 100%", () => {
  assert.deepEqual([0, 1e-9, 0.00049, 0.0005, 0.5, 0.9994, 0.9995, 1].map((x) => cautiousPercent(x, 1)),
    ["0.0%", "under 0.1%", "under 0.1%", "0.1%", "50.0%", "99.9%", "over 99.9%", "100.0%"]);
  assert.deepEqual([0, 1e-7, 1e-5, 0.0049, 0.005, 0.9949, 0.995, 1 - 1e-7].map((x) => cautiousPercent(x, 0, 1e-6)),
    ["0%", "0%", "under 1%", "under 1%", "1%", "99%", "over 99%", "100%"]);
});

test("thousands have commas", () => {
  assert.deepEqual([0, 999, 1000, 16384, 1234567].map(grouped), ["0", "999", "1,000", "16,384", "1,234,567"]);
});

test("a number is kept within its limits", () => {
  assert.deepEqual([-2, 0.5, 2].map((x) => clamp(x, -1, 1)), [-1, 0.5, 1]);
});

test("uniform numbers lie in [0, 1), follow the seed, and have the mean and variance of theirs", () => {
  const draw = (/** @type {number} */ seed) => {
    const next = uniform(seed);
    return Array.from({ length: 10_000 }, next);
  };
  const numbers = draw(3);
  assert.deepEqual(numbers, draw(3));
  assert.notDeepEqual(numbers.slice(0, 5), draw(4).slice(0, 5));
  assert.ok(numbers.every((x) => x >= 0 && x < 1));
  const mean = numbers.reduce((a, b) => a + b) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
  assert.ok(Math.abs(mean - 1 / 2) < 0.02 && Math.abs(variance - 1 / 12) < 0.01, `${mean}, ${variance}`);
});

test("an axis goes straight, backwards, or along the logarithm", () => {
  const straight = createScale({ low: -1, high: 1 }, 0, 100);
  assert.deepEqual([-1, 0, 1].map(straight), [0, 50, 100]);
  const down = createScale({ low: 0, high: 4 }, 200, 0);
  assert.deepEqual([0, 1, 4].map(down), [200, 150, 0]);
  const log = createScale({ low: 1, high: 100, log: true }, 0, 1);
  assert.deepEqual([1, 10, 100].map(log), [0, 0.5, 1]);
});

test("the comparisons do not care which sentence comes first", () => {
  const next = uniform(2);
  for (let i = 0; i < 100; i++) {
    const [u, v] = [2 * next() - 1, 2 * next() - 1];
    assert.equal(FEATURES["|u-v|"](u, v), FEATURES["|u-v|"](v, u));
    assert.equal(FEATURES["u*v"](u, v), FEATURES["u*v"](v, u));
    assert.equal(FEATURES.u(u, v), FEATURES.v(v, u));
    assert.equal(FEATURES["u*v"](-u, -v), FEATURES["u*v"](u, v));
  }
});

test("a block has its printed name and its own colour", () => {
  assert.deepEqual(Object.keys(FEATURES).map(printed), ["u", "v", "|u−v|", "u∗v"]);
  assert.equal(new Set(Object.keys(FEATURES).map(colour)).size, 4);
  assert.equal(colour("cosine"), "bw-other");
});
