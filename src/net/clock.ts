/**
 * The clocks of a runtime.
 *
 * @module
 */

/**
 * Two clocks. Both may be replaced by a test. Calls that need the time fail with CANNOT_GENERATE_TOKEN if one of them
 * throws or returns something that isn't a finite number.
 *
 * @example
 * ```ts
 * const clock: PowerAuthClock = { now: () => Date.now(), monotonic: () => performance.now() };
 * await powerAuth.configure(configuration, { clock });
 * ```
 */
export interface PowerAuthClock {
  /** Wall clock: ms since 1970, may jump. */
  now(): number;
  /** Clock that never jumps and never goes back: ms since any moment, fractions allowed. */
  monotonic(): number;
}

/** The runtime's own clocks. */
export const systemClock: PowerAuthClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
