// @ts-check
/* What the browser remembers between two visits: everything here works, and forgets, where it refuses to. */

/** @typedef {() => Storage} Store the store, asked for late: where it is refused, already asking throws */

/** The browser's own store, which stays. */
export const ownStore = () => globalThis.localStorage;

/**
 * What is kept under a name, or undefined.
 *
 * @param {Store} store
 * @param {string} name
 * @returns {unknown}
 */
export function recall(store, name) {
  try {
    return JSON.parse(store().getItem(`infersent-${name}`) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keep a value.
 *
 * @param {Store} store
 * @param {string} name
 * @param {unknown} value
 */
export function remember(store, name, value) {
  try {
    store().setItem(`infersent-${name}`, JSON.stringify(value));
  } catch { /* a full or refused store keeps nothing */ }
}

/**
 * Keep nothing any more.
 *
 * @param {Store} store
 * @param {string} name
 */
export function forget(store, name) {
  try {
    store().removeItem(`infersent-${name}`);
  } catch { /* there was nothing */ }
}
