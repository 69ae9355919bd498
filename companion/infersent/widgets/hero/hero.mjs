// @ts-check
/* The front page's hero: two sentences flow into the four blocks and on to the answer, and two blocks can be off.
 *
 * The pairs of the buttons are there from the start. For what the reader types, Python answers where a kernel is, and
 * in the published page page_model/model.mjs does, once the file named by `weights` is there; see asker.mjs. */

import { createChoices, createResult } from "../toolkit/controls.mjs";
import { mount } from "../toolkit/host.mjs";
import { change, read } from "../toolkit/model.mjs";
import { h } from "../toolkit/nodes.mjs";
import { createAsker } from "./asker.mjs";
import { HINT, draw, frame, probabilities, tell } from "./picture.mjs";
import { createFlow, createSwitches, createTexts } from "./view.mjs";
import { createMotion } from "./motion.mjs";
// @ts-expect-error A module as a text: TypeScript sees only the module.
import MODEL from "../page_model/model.mjs" with { type: "text" };
import STYLE from "./style.css" with { type: "text" };

export { between, collector, draw, frame, probabilities, ribbons, shade, tell, wires } from "./picture.mjs";

/** @import { Host } from "../toolkit/host.mjs" */
/** @import { Account } from "../explainer/account.mjs" */
/** @import { Drawn } from "./picture.mjs" */

/**
 * The state; see infersent.widgets.Hero.
 *
 * @typedef {object} Traits
 * @property {string} premise
 * @property {string} hypothesis
 * @property {string[]} blocks those that are on
 * @property {Drawn | Account} ledger
 * @property {[name: string, pair: Drawn][]} pairs
 * @property {Record<string, [accuracy: number[], gain: number[]]>} study
 * @property {{ file?: string, bytes?: number }} weights
 */

/** @type {("premise" | "hypothesis")[]} */
const FIELDS = ["premise", "hypothesis"];
const EVERY = ["u", "v", "|u-v|", "u*v"];

export default {
  /** @param {Host<Traits>} host */
  async render({ model, el }) {
    for (const name of FIELDS)
      if (typeof model.get(name) !== "string") throw new RangeError(`${name} must be a text, not ${model.get(name)}`);
    const bad = model.get("blocks").find((name) => !EVERY.includes(name));
    if (bad !== undefined) throw new RangeError(`blocks must be among ${EVERY.join(", ")}, not ${bad}`);

    const address = URL.createObjectURL(new Blob([MODEL], { type: "text/javascript" }));
    const asker = createAsker({ model, address, module: await import(address), onChange: () => update() });
    const start = read(model, [...FIELDS, "blocks", "ledger"]);

    /** @param {Drawn | Account} ledger */
    const toDrawn = (ledger) => ("cells" in ledger ? ledger : draw(ledger));
    /** @param {Pick<Traits, "premise" | "hypothesis">} pair */
    const isShown = (pair) => FIELDS.every((name) => pair[name] === model.get(name));

    const chips = createChoices({
      label: "Pairs to try",
      choices: model.get("pairs"),
      onChoose: (pair) => asker.take(pair),
      onReset: () => {
        change(model, { blocks: start.blocks });
        asker.take(/** @type {Drawn} */ (start.ledger));
      },
    });
    const texts = createTexts(asker);
    const flow = createFlow();
    const result = createResult();
    const switches = createSwitches(model.get("study"), (off) =>
      change(model, { blocks: EVERY.filter((name) => !off.includes(name)) }));
    const status = h("span", { role: "status" });
    const motion = createMotion(flow.show);

    const update = () => {
      const { ledger, blocks } = read(model, ["ledger", "blocks"]);
      const drawn = toDrawn(ledger);
      chips.update(isShown);
      texts.update(model.get("premise"), model.get("hypothesis"));
      switches.update(blocks);
      flow.mark(blocks, probabilities(drawn, EVERY));
      motion.to(frame(drawn, blocks));
      result.update(asker.isBehind() ? ["One moment.", "The picture is still that of the pair before."]
        : tell(drawn, blocks));
      const words = asker.words(drawn.unknown);
      if (status.textContent !== words) status.textContent = words;
    };
    const node = h("div", { class: "hero" }, chips.node, flow.put(texts.nodes), result.node, switches.node,
      h("p", { class: "hero-foot bw-hint" }, HINT, " ", status));
    const untie = mount({ model, el, style: STYLE, node, traits: [...FIELDS, "blocks", "ledger"], update });
    return () => {
      untie();
      motion.stop();
      asker.stop();
      URL.revokeObjectURL(address);
    };
  },
};
