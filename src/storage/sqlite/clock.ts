/**
 * Timers as they were when this module was loaded: what waits for a disk or another process must go on when a test has
 * replaced the global ones.
 *
 * @module
 */

/** The runtime's own timers. */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = globalThis;
