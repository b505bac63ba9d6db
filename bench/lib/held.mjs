/**
 * How long the event loop is blocked.
 *
 * @module
 */

/** How often the event loop is checked, in ms. */
const LOOK = 2;

/** The longest time for which the event loop was blocked while `work` ran, in ms. */
export async function heldDuring(work) {
  let held = 0;
  let last = performance.now();
  const looking = setInterval(() => {
    const now = performance.now();
    held = Math.max(held, now - last - LOOK);
    last = now;
  }, LOOK);
  await work();
  clearInterval(looking);
  return held;
}
