// @ts-check
/* What the explainer tells about its model, and the link to the pair. */

import { createButton } from "../toolkit/controls.mjs";
import { h, setText } from "../toolkit/nodes.mjs";
import { format, percent } from "../toolkit/numbers.mjs";

/** @import { Pair } from "../page_model/model.mjs" */
/** @import { Session, TextName } from "./session.mjs" */

/** @typedef {ReturnType<Session["status"]>} Status */

/** @typedef {Pair & { blocks?: string[], shown?: number }} Shown the blocks unless all count, a label if chosen */

const LIVE = "The model is here: type. Nothing that you type leaves this page.";
const LINK = "Link to this pair";

/**
 * Where the model is, or what is wrong.
 *
 * @param {Pick<Status, "ready" | "loading" | "progress" | "problem" | "still"> &
 *   { tooLong?: { name: TextName, words: string } }} status
 */
export function statusInWords({ ready, loading, progress, problem, still, tooLong }) {
  if (tooLong)
    return `The ${tooLong.name} is too long: ${tooLong.words}. The account is that of the last pair that fitted.`;
  if (problem || still) return problem || still;
  if (ready) return LIVE;
  return loading ? `${percent(progress)} of the model is here.` : "";
}

/**
 * The line under the texts: a button that loads the model, how much of it is there, and a link.
 *
 * @param {Session} session
 * @param {() => Shown} view what is shown at the moment
 */
export function createStatus(session, view) {
  const progress = h("progress", { max: 1, value: 0, "aria-label": "Loading the model" });
  const button = createButton("", session.load);
  const message = h("p", { class: "ex-message", role: "status" });
  const link = createButton(LINK, async () => {
    history.replaceState(null, "", linkTo(view()));
    await navigator.clipboard?.writeText(location.href).catch(() => {});
    link.textContent = "The address now holds this pair";
  });
  return {
    node: h("div", { class: "ex-status" }, button, progress, message, ...(session.kernel ? [] : [link])),
    /** @param {Status} status */
    update(status) {
      button.hidden = Boolean(status.ready || status.loading || status.still);
      setText(button, status.problem ? "Try again" : `Load the model (${format(session.bytes / 1e6, 1)} MB)`);
      progress.hidden = !status.loading;
      progress.value = status.progress;
      link.hidden = Boolean(status.still || !status.ready);
      setText(link, LINK);
      setText(message, statusInWords(status));
    },
  };
}

/**
 * The two texts in an address's fragment, if they are there.
 *
 * @param {string} hash
 * @returns {Partial<Pair>}
 */
export function pairInLink(hash) {
  const link = new URLSearchParams(hash.slice(1));
  const [premise, hypothesis] = [link.get("p"), link.get("h")];
  return premise === null || hypothesis === null ? {} : { premise, hypothesis };
}

/**
 * The fragment of an address that holds what is shown.
 *
 * @param {Shown} view
 */
export const linkTo = ({ premise, hypothesis, blocks, shown }) => `#${new URLSearchParams({
  p: premise, h: hypothesis,
  ...(blocks && { b: blocks.join(",") }),
  ...(shown !== undefined && { l: String(shown) }),
})}`;

/**
 * The blocks that count and the label whose evidence is shown, as an address's fragment has them.
 *
 * @param {string} hash
 * @returns {{ blocks?: string[], shown?: number }}
 */
export function viewInLink(hash) {
  const link = new URLSearchParams(hash.slice(1));
  const [blocks, label] = [link.get("b"), link.get("l") ?? ""];
  return {
    ...(blocks !== null && { blocks: blocks.split(",") }),
    ...(/^[0-9]$/.test(label) && { shown: Number(label) }),
  };
}
