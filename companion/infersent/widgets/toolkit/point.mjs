// @ts-check
/* A point on a square that mouse, finger and arrow keys move. */

/** @type {Map<string, [u: number, v: number]>} */
const KEY_STEPS = new Map([
  ["ArrowLeft", [-1, 0]], ["ArrowRight", [1, 0]], ["ArrowDown", [0, -1]], ["ArrowUp", [0, 1]],
]);

/**
 * Let mouse and finger move the point of a square by its handle, or by a click beside it, and the arrow keys from the
 * handle.
 *
 * @param {HTMLElement} square from `low` to 1, u to the right and v upwards
 * @param {HTMLElement} handle
 * @param {object} settings
 * @param {() => [u: number, v: number]} settings.at
 * @param {(u: number, v: number) => void} settings.move
 * @param {number | (() => number)} settings.low
 */
export function movePoint(square, handle, { at, move, low }) {
  handle.addEventListener("keydown", (event) => {
    const step = KEY_STEPS.get(event.key);
    if (!step) return;
    event.preventDefault();
    const [[u, v], size] = [at(), event.shiftKey ? 0.01 : 0.05];
    move(u + size * step[0], v + size * step[1]);
  });
  /** @param {MouseEvent} event */
  const moveTo = (event) => {
    const box = square.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const least = typeof low === "function" ? low() : low;
    move(least + (1 - least) * x, 1 - (1 - least) * y);
  };
  let dragging = false;
  let tapping = false; // a finger beside the point may be about to scroll the page: wait for its click
  square.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    tapping = event.pointerType === "touch" && event.target !== handle;
    if (tapping) return;
    dragging = true;
    square.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus({ preventScroll: true });
    if (event.target !== handle) moveTo(event);
  });
  square.addEventListener("pointermove", (event) => dragging && moveTo(event));
  for (const type of ["pointerup", "pointercancel"]) square.addEventListener(type, () => { dragging = false; });
  square.addEventListener("click", (event) => tapping && moveTo(event));
}
