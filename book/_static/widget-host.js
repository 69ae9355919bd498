/* Renders the book's widgets without a kernel.
 *
 * Each .book-widget names a module and holds its state. The module's source is in window.BOOK_WIDGETS (put there by a
 * classic script, so that the page works from disk too) and is imported from a blob: URL. It gets a model with the
 * methods that a widget's module uses in JupyterLab. Until the widget is live its fallback stays; on an error, too. */
(() => {
  "use strict";

  /** A model with anywidget's interface and nobody at the other end. */
  function createModel(state) {
    const values = new Map(Object.entries(state));
    const listeners = new Map();
    const emit = (event, ...details) => [...(listeners.get(event) ?? [])].forEach((listener) => listener(...details));
    const model = {
      get: (name) => values.get(name),
      set(name, value) {
        if (Object.is(values.get(name), value)) return;
        values.set(name, value);
        emit(`change:${name}`, model, value);
        emit("change", model);
      },
      save_changes() {},
      on(event, listener) {
        if (!listeners.has(event)) listeners.set(event, new Set());
        listeners.get(event).add(listener);
      },
      off(event, listener) {
        if (listener) listeners.get(event)?.delete(listener);
        else listeners.delete(event);
      },
    };
    return model;
  }

  const imports = new Map(); // one import a module, however many widgets use it

  function importModule(name) {
    const source = window.BOOK_WIDGETS?.[name];
    if (source === undefined) throw new Error(`this page has no module “${name}”`);
    if (!imports.has(name)) {
      const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      imports.set(name, import(url).finally(() => URL.revokeObjectURL(url)));
    }
    return imports.get(name);
  }

  async function start(widget) {
    try {
      const model = createModel(JSON.parse(widget.dataset.state));
      const { default: module } = await importModule(widget.dataset.module);
      const el = document.createElement("div");
      await module.render({ model, el });
      widget.replaceChildren(el);
      widget.dataset.live = "true";
    } catch (error) {
      const message = document.createElement("p");
      message.className = "book-widget-error";
      message.textContent = `The interactive version could not start (${error.message}). Its numbers are above.`;
      widget.append(message);
    }
  }

  const startAll = () => document.querySelectorAll(".book-widget").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
