// @ts-check
/* InferSent in plain JavaScript: from two texts to the exact ledger of the decision, under the names of the Python.
 *
 * words.mjs splits the texts, file.mjs reads the model, network.mjs computes, and
 * ledger.mjs accounts for it. Here the file is fetched, and a page's messages are answered.
 *
 * What answers is the decision, a few arrays of numbers, and the page makes the account of it (accountOf). Thousands
 * of short lists, one a coordinate and one a pair of words, take longer to be sent than to be made. */

import { readFile } from "./file.mjs";
import { Ledger } from "./ledger.mjs";
import { InferSent } from "./network.mjs";

export { LABELS } from "../toolkit/blocks.mjs";
export { LARGEST_SENTENCE, LARGEST_TEXT, REPLACEMENTS, TOKEN_RULE, splitWords, tooLong } from "./words.mjs";

/** @import { PooledAccount } from "../explainer/account.mjs" */
/** @import { Decision } from "./ledger.mjs" */

/** @typedef {{ url: string, bytes: number }} Load a file of so many bytes */
/** @typedef {{ premise: string, hypothesis: string }} Pair */
/** @typedef {Load | Pair} Request */

/**
 * One of these.
 *
 * @typedef {object} Answer
 * @property {number} [progress] how many bytes are there
 * @property {boolean} [ready] the model is
 * @property {Decision & Pair} [decision]
 * @property {string} [error]
 */

/**
 * Fetch the file, from the browser's store where it is, and tell how many bytes are there.
 *
 * @param {string} url
 * @param {number} bytes
 * @param {(done: number) => void} onProgress
 */
export async function fetchModel(url, bytes, onProgress) {
  // Secure pages have a store.
  const store = await globalThis.caches?.open("infersent").catch(() => undefined);
  const kept = await store?.match(url);
  if (kept) {
    // What is damaged in the store is fetched again.
    const found = await readChecked(kept, url, bytes, onProgress).catch(() => undefined);
    if (found) return found.model;
  }
  // The browser's own cache is asked whether it is up to date: it may hold what was wrong before.
  const response = await fetch(url, { cache: "no-cache" });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { buffer, model } = await readChecked(response, url, bytes, onProgress);
  if (store) {
    for (const older of await store.keys()) await store.delete(older);
    await store.put(url, new Response(buffer)).catch(() => {}); // a full disk keeps nothing
  }
  return model;
}

/**
 * The model in a response, and its bytes, which must hold what the digest in the file's name stands for.
 *
 * @param {Response} response
 * @param {string} url
 * @param {number} bytes
 * @param {(done: number) => void} onProgress
 */
async function readChecked(response, url, bytes, onProgress) {
  const buffer = await readAll(response, bytes, onProgress);
  const content = await unzip(buffer).catch(() => undefined); // damaged bytes may fail here already
  const expected = /-([0-9a-f]+)\.bin$/.exec(url)?.[1];
  const digest = expected && content && await globalThis.crypto?.subtle?.digest("SHA-256", content); // on secure pages
  if (!content || (digest && !hex(digest).startsWith(expected)))
    throw new Error("what came is not the file of that name");
  return { buffer, model: new InferSent(readFile(content)) };
}

/** @param {ArrayBuffer} buffer */
const unzip = (buffer) =>
  new Response(new Blob([buffer]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

/** @param {ArrayBuffer} buffer */
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * The body of a response, which must have so many bytes.
 *
 * @param {Response} response
 * @param {number} bytes
 * @param {(done: number) => void} onProgress
 */
async function readAll(response, bytes, onProgress) {
  const whole = new Uint8Array(bytes);
  const reader = response.body?.getReader();
  let done = 0;
  for (;;) {
    const piece = await reader?.read();
    if (!piece?.value) break;
    if (done + piece.value.length > bytes) throw new Error(`the file is larger than ${bytes} bytes`);
    whole.set(piece.value, done);
    onProgress(done += piece.value.length);
  }
  if (done < bytes) throw new Error(`it ended after ${done} of ${bytes} bytes`);
  return whole.buffer;
}

/**
 * The account of a decision, as the widget has it.
 *
 * @param {Decision & Pair} decision
 * @returns {PooledAccount}
 */
export const accountOf = ({ premise, hypothesis, ...decision }) =>
  ({ premise, hypothesis, ...new Ledger(decision).account() });

/**
 * A function that answers a page's messages: {url, bytes} loads, {premise, hypothesis} decides.
 *
 * @param {(answer: Answer) => void} post
 */
export function createAnswerer(post) {
  /** @type {InferSent} */
  let model;
  return async (/** @type {Request} */ request) => {
    try {
      if ("url" in request) {
        model = await fetchModel(request.url, request.bytes, (progress) => post({ progress }));
        post({ ready: true });
      } else {
        const { premise, hypothesis } = request;
        post({ decision: { premise, hypothesis, ...model.decide(premise, hypothesis) } });
      }
    } catch (error) {
      post({ error: error instanceof Error ? error.message : String(error) });
    }
  };
}

if (typeof WorkerGlobalScope !== "undefined") {
  const answer = createAnswerer((message) => postMessage(message));
  addEventListener("message", ({ data }) => answer(data));
}
