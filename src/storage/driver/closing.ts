/**
 * Whether a storage object is closed, and who must be told when it closes.
 *
 * This is not an AbortSignal: Node takes more than ten listeners on one for a leak, and more calls than that may wait
 * at once.
 *
 * @module
 */

/** Open at first, then closed for good. */
export class Closing {
  readonly #callbacks = new Set<(reason: Error) => void>();
  #reason: Error | undefined;

  get isClosed(): boolean {
    return this.#reason !== undefined;
  }

  /** Throws the reason if it is closed. */
  throwIfClosed(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /**
   * Calls back when it closes, or at once if it already is.
   *
   * @returns a function that cancels the request
   */
  onClose(callback: (reason: Error) => void): () => void {
    // A separate entry for each call, even if the same function is passed twice.
    const own = (reason: Error): void => callback(reason);
    if (this.#reason === undefined) this.#callbacks.add(own);
    else own(this.#reason);
    return () => void this.#callbacks.delete(own);
  }

  /** Closes. Calling it again has no effect. */
  close(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const callback of this.#callbacks) callback(reason);
    this.#callbacks.clear();
  }
}
