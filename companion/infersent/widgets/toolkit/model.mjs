// @ts-check
/* The model of a widget: its state, as anywidget and the published page give it. */

/**
 * What a widget's module uses of its model, in both hosts; Traits are the names and types of its state.
 *
 * @template {object} Traits
 * @typedef {object} Model
 * @property {<Name extends keyof Traits>(name: Name) => Traits[Name]} get
 * @property {<Name extends keyof Traits>(name: Name, value: Traits[Name]) => void} set
 * @property {() => void} save_changes tells Python
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 * @property {Function} [send] only where there is a kernel
 */

/**
 * Set traits and tell Python.
 *
 * @template {object} Traits
 * @param {Model<Traits>} model
 * @param {Partial<Traits>} values
 */
export function change(model, values) {
  for (const name of keys(values)) model.set(name, /** @type {Traits[typeof name]} */ (values[name]));
  model.save_changes();
}

/**
 * The values of some traits, by name.
 *
 * @template {object} Traits
 * @template {keyof Traits} Name
 * @param {Model<Traits>} model
 * @param {readonly Name[]} names
 */
export const read = (model, names) =>
  /** @type {Pick<Traits, Name>} */ (Object.fromEntries(names.map((name) => [name, model.get(name)])));

/**
 * A function that draws, and does nothing when it is called again with what it has drawn.
 *
 * @template {unknown[]} Drawn
 * @param {(...now: Drawn) => void} draw
 * @returns {(...now: Drawn) => void}
 */
export function whenChanged(draw) {
  /** @type {Drawn | undefined} */
  let last;
  return (...now) => {
    if (last?.every((x, i) => Object.is(x, now[i]))) return;
    last = now;
    draw(...now);
  };
}

/**
 * An object's own keys, with their type.
 *
 * @template {object} T
 * @param {T} object
 */
export const keys = (object) => /** @type {(keyof T)[]} */ (Object.keys(object));
