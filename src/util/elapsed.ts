/**
 * How long ago something was.
 *
 * @module
 */

/**
 * The current moment. Its age is the greater of what two clocks show: the monotonic one may stand still while a machine
 * sleeps, the wall clock may be set back.
 */
export class Moment {
  readonly #monotonic = performance.now();
  readonly #wall = Date.now();

  /** ms */
  get age(): number {
    return Math.max(performance.now() - this.#monotonic, Date.now() - this.#wall);
  }
}
