/**
 * Timers and clock as they were when this module was loaded: waits for a disk or another process must go on even if a
 * test has replaced the global ones.
 *
 * @module
 */

// These are not the globals, which may have been replaced before.
import * as timers from 'node:timers';

/** The runtime's own timers. */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = timers;

/** Monotonic time in ms. */
export const now: () => number = performance.now.bind(performance);
