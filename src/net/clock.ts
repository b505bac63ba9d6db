/**
 * The clocks of a runtime.
 *
 * @module
 */

/**
 * Two clocks. Both may be replaced by a test. What needs the time fails with CANNOT_GENERATE_TOKEN where one of them throws
 * or answers no finite number.
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
