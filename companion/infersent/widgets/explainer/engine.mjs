// @ts-check
/* The explainer's engine: the page's own model, in a worker. */

/** @import { Answer, Request } from "../page_model/model.mjs" */

/** @typedef {{ send: (request: Request) => void, stop: () => void }} Engine */

/**
 * The model in a worker, or in the page where workers are refused; of many requests only the newest waits.
 *
 * @param {string} address of the model's module
 * @param {Pick<typeof import("../page_model/model.mjs"), "createAnswerer">} module the same, in the page
 * @param {Request} first
 * @param {(answer: Answer) => void} hear
 * @returns {Engine}
 */
export function createEngine(address, { createAnswerer }, first, hear) {
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
  const receive = (answer) => {
    if (!answer.progress) {
      busy = false;
      if (waiting && !answer.error) send(waiting);
      waiting = undefined;
    }
    hear(answer);
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
