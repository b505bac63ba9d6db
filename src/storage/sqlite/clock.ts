/**
 * Timers and clock as they were when this module was loaded: what waits for a disk or another process must go on when a
 * test has replaced the global ones.
 *
 * @module
 */

// Not the globals, which may have been replaced before.
import * as timers from 'node:timers';

/** The runtime's own timers. */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = timers;

/** Monotonic time in ms. */
export const now: () => number = performance.now.bind(performance);
