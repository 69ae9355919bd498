// @ts-check
/* The explainer's engine: the page's own model, in a worker. */

/** @import { Account } from "./account.mjs" */
/** @import { Answer, Request } from "../page_model/model.mjs" */

/** @typedef {Omit<Answer, "decision"> & { ledger?: Account }} Heard an answer, with the account of its decision */
/** @typedef {{ send: (request: Request) => void, stop: () => void }} Engine */

/**
 * The model in a worker, or in the page where workers are refused; of many requests only the newest waits.
 *
 * @param {string} address of the model's module
 * @param {Pick<typeof import("../page_model/model.mjs"), "createAnswerer" | "accountOf">} module the same, in the page
 * @param {Request} first
 * @param {(answer: Heard) => void} hear
 * @returns {Engine}
 */
export function createEngine(address, { createAnswerer, accountOf }, first, hear) {
  let busy = false;
  /** @type {Request | undefined} */
  let waiting;
  /** @type {Worker | undefined} */
  let worker;
  /** @type {(request: Request) => void} */
  let post;

  /** @param {Request} request */
  const send = (request) => {
    if (busy) waiting = request;
    else post(request);
    busy = true;
  };
  /** @param {Answer} answer */
  const receive = ({ decision, ...answer }) => {
    if (!answer.progress) {
      busy = false;
      if (waiting && !answer.error) send(waiting);
      waiting = undefined;
    }
    hear(decision ? { ...answer, ledger: accountOf(decision) } : answer);
  };
  const stayInPage = () => {
    post = createAnswerer(receive);
    post(first);
  };
  try {
    const started = new Worker(address, { type: "module" });
    started.onmessage = ({ data }) => receive(data);
    started.onerror = stayInPage;
    post = (request) => started.postMessage(request);
    worker = started;
  } catch {
    post = createAnswerer(receive);
  }
  send(first);
  return { send, stop: () => worker?.terminate() };
}

/**
 * The address of a file beside this module's script in the built book.
 *
 * @param {string} file
 */
export function addressOf(file) {
  const script = document.querySelector('script[src*="_static/widgets/"]');
  return new URL(file, script instanceof HTMLScriptElement ? script.src : document.baseURI).href;
}
