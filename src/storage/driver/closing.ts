/**
 * Whether a storage object is closed, and who must know when it is.
 *
 * Not an AbortSignal, because Node takes more than ten listeners on one for a leak, and as many calls may wait at once.
 *
 * @module
 */

/** Open at first, then closed for ever. */
export class Closing {
  readonly #callbacks = new Set<(reason: Error) => void>();
  #reason: Error | undefined;

  get isClosed(): boolean {
    return this.#reason !== undefined;
  }

  /** Throws the reason once it is closed. */
  throwIfClosed(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /**
   * Calls back when it closes, at once if it is closed.
   *
   * @returns a function that takes the request back
   */
  onClose(callback: (reason: Error) => void): () => void {
    // One entry for each call, whether or not the same function was given twice.
    const own = (reason: Error): void => callback(reason);
    if (this.#reason === undefined) this.#callbacks.add(own);
    else own(this.#reason);
    return () => void this.#callbacks.delete(own);
  }

  /** Closes; from the second time on it does nothing. */
  close(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const callback of this.#callbacks) callback(reason);
    this.#callbacks.clear();
  }
}
