// @ts-check
/* Renders the book's widgets without a kernel.
 *
 * Each .book-widget names a module and holds its state. The module's source is in window.BOOK_WIDGETS (put there by a
 * classic script, so that the page works from disk too) and is imported from a blob: URL. It gets a model with the
 * methods that a widget's module uses in JupyterLab. Until the widget is live its fallback stays; on an error, too. */
(() => {
  "use strict";

  /** @typedef {(...details: unknown[]) => void} Listener */

  /**
   * A model with anywidget's interface and nobody at the other end.
   *
   * @param {Record<string, unknown>} state
   */
  function createModel(state) {
    const values = new Map(Object.entries(state));
    /** @type {Map<string, Set<Listener>>} */
    const listeners = new Map();
    /** @param {string} event @param {...unknown} details */
    const emit = (event, ...details) => [...(listeners.get(event) ?? [])].forEach((listener) => listener(...details));
    const model = {
      /** @param {string} name */
      get: (name) => values.get(name),
      /** @param {string} name @param {unknown} value */
      set(name, value) {
        if (Object.is(values.get(name), value)) return;
        values.set(name, value);
        emit(`change:${name}`, model, value);
        emit("change", model);
      },
      save_changes() {},
      /** @param {string} event @param {Listener} listener */
      on(event, listener) {
        listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
      },
      /** @param {string} event @param {Listener} [listener] */
      off(event, listener) {
        if (listener) listeners.get(event)?.delete(listener);
        else listeners.delete(event);
      },
    };
    return model;
  }

  /** @typedef {{ render(host: { model: object, el: HTMLElement }): unknown }} Widget what a module exports */

  /** @type {Map<string, Promise<{ default: Widget }>>} */
  const imports = new Map(); // one import a module, however many widgets use it

  /** @param {string} name */
  function importModule(name) {
    const source = window.BOOK_WIDGETS?.[name];
    if (source === undefined) throw new Error(`this page has no module “${name}”`);
    const known = imports.get(name);
    if (known) return known;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const imported = import(url).finally(() => URL.revokeObjectURL(url));
    imports.set(name, imported);
    return imported;
  }

  /** @param {HTMLElement} widget */
  async function start(widget) {
    try {
      const model = createModel(JSON.parse(widget.dataset.state ?? "{}"));
      const { default: module } = await importModule(widget.dataset.module ?? "");
      const el = document.createElement("div");
      await module.render({ model, el });
      widget.replaceChildren(el);
      widget.dataset.live = "true";
    } catch (error) {
      const message = document.createElement("p");
      message.className = "book-widget-error";
      const reason = error instanceof Error ? error.message : error;
      message.textContent = `The interactive version could not start (${reason}). Its numbers are above.`;
      widget.append(message);
    }
  }

  const startAll = () => {
    /** @type {NodeListOf<HTMLElement>} */
    const widgets = document.querySelectorAll(".book-widget");
    widgets.forEach(start);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
