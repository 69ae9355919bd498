// @ts-check
/* Diagonal or full: turn the axes of u and v, and watch how much of uᵀWv a diagonal can hold.
 *
 * The model has matrix, [[a, b], [c, d]] with entries in [−9, 9]; encoders, 1 or 2; angle, in [0, 90] degrees, by which
 * u's axes are turned, and with one encoder v's too; and angle_v, in [0, 180], for v's axes with two encoders. */

import { createButton, createChoices, createResult, createSlider } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h, symbol } from "../toolkit/nodes.mjs";
import { bestAngle, degrees, describe, isTurnedInVain } from "./form.mjs";
import { LARGEST, createCurve, createDial, createEditor, createMaps } from "./view.mjs";
import STYLE from "./style.css" with { type: "text" };

export { bestAngle, bestShare, describe, parts, rotated, share } from "./form.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Encoders, Matrix, Traits } from "./form.mjs" */

/** @type {[name: string, matrix: Matrix][]} */
const CASES = [
  ["Dot product", [[1, 0], [0, 1]]],
  ["Weighted", [[2, 0], [0, -1]]],
  ["Symmetric", [[2, 2], [2, -1]]],
  ["Antisymmetric", [[0, 1], [-1, 0]]],
  ["Mixed", [[2, 3], [1, -1]]],
];
/** @type {[name: string, count: Encoders][]} */
const ENCODERS = [["One encoder", 1], ["Two encoders", 2]];
/** @type {(keyof Traits)[]} */
const TRAITS = ["matrix", "encoders", "angle", "angle_v"];

/** @param {Matrix} first @param {Matrix} second */
const same = (first, second) => first.flat().every((x, i) => x === second.flat()[i]);

export default {
  /** @param {Host<Traits>} host */
  render({ model, el }) {
    const start = read(model, TRAITS);
    check(start);
    /** @param {Partial<Traits>} values */
    const set = (values) => change(model, values);
    /** @param {Partial<Traits>} values */
    const turn = (values) => { // with one encoder v's axes follow, so that they go on from there with two
      set(model.get("encoders") === 1 ? { ...values, angle_v: values.angle } : values);
    };

    const cases = createChoices({
      label: "Named forms", choices: CASES, onChoose: (matrix) => set({ matrix }), onReset: () => set(start),
    });
    const editor = createEditor((matrix) => set({ matrix }));
    const encoders = createChoices({
      label: "Encoders", choices: ENCODERS,
      onChoose: (count) => set({ encoders: count, angle_v: model.get("angle") }),
    });
    const sliderU = createTurn("u", 90, (angle) => turn({ angle }));
    const sliderV = createTurn("v", 180, (angle_v) => turn({ angle_v }));
    const [dialU, dialV] = [createDial("u"), createDial("v")];
    const toBest = createButton("Turn to the best angle", () => {
      const [angle, angle_v] = bestAngle(model.get("matrix"), model.get("encoders"));
      turn({ angle, angle_v });
    });
    const result = createResult();
    const maps = createMaps();
    const curve = createCurve();

    return mount({
      model, el, style: STYLE, traits: TRAITS,
      node: h("div", { class: "df" },
        cases.node,
        h("div", { class: "df-columns" },
          h("div", {}, editor.node, encoders.node),
          h("div", { class: "df-turns" },
            h("div", { class: "df-turn bw-u" }, dialU.node, sliderU.node),
            h("div", { class: "df-turn bw-v" }, dialV.node, sliderV.node),
            toBest)),
        result.node,
        h("div", { class: "df-columns" }, maps.node, curve.node),
        h("p", { class: "bw-hint" }, "Shares are of the sum of the squared entries. The dials show the turned axes " +
          "(the first is thick) and, dashed, the best ones.")),
      update() {
        const { matrix, encoders: count, angle: alpha, angle_v } = read(model, TRAITS);
        const beta = count === 1 ? alpha : angle_v;
        const [bestU, bestV] = isTurnedInVain(matrix, count) ? [null, null] : bestAngle(matrix, count);
        cases.update((value) => same(value, matrix));
        editor.update(matrix);
        encoders.update((value) => value === count);
        sliderU.update(alpha);
        sliderV.update(beta);
        sliderV.input.disabled = count === 1;
        dialU.update(alpha, bestU);
        dialV.update(beta, bestV);
        result.update(describe(matrix, count, alpha, beta));
        maps.update(matrix, alpha, beta);
        curve.update(matrix, count, alpha, beta);
      },
    });
  },
};

/**
 * A slider that turns axes.
 *
 * @param {string} name
 * @param {number} max
 * @param {(angle: number) => void} onInput
 */
const createTurn = (name, max, onInput) =>
  createSlider({ label: ["turn the axes of ", symbol(name)], min: 0, max, step: 1, show: degrees, onInput });

/** @param {Traits} traits */
function check({ matrix, encoders, angle, angle_v }) {
  /** @param {unknown} x @param {number} low @param {number} high */
  const within = (x, low, high) => typeof x === "number" && x >= low && x <= high;
  /** @param {unknown} list @param {(item: unknown) => boolean} test */
  const pair = (list, test) => Array.isArray(list) && list.length === 2 && list.every(test);
  if (!pair(matrix, (row) => pair(row, (x) => within(x, -LARGEST, LARGEST))))
    throw new RangeError(`matrix must be two rows of two numbers in [−9, 9], not ${JSON.stringify(matrix)}`);
  if (encoders !== 1 && encoders !== 2) throw new RangeError(`encoders must be 1 or 2, not ${encoders}`);
  if (!within(angle, 0, 90)) throw new RangeError(`angle must be in [0, 90], not ${angle}`);
  if (!within(angle_v, 0, 180)) throw new RangeError(`angle_v must be in [0, 180], not ${angle_v}`);
}
