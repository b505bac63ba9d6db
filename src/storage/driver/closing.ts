/**
 * Whether a storage object is closed, and who must be told when it closes.
 *
 * @module
 */

import { Ending } from '../../util/ending.ts';

/** Open at first, then closed for good. */
export class Closing {
  readonly #ending = new Ending();
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
    return this.#ending.whenOver(() => {
      if (this.#reason !== undefined) callback(this.#reason);
    });
  }

  /** Closes. Calling it again has no effect. */
  close(reason: Error): void {
    this.#reason ??= reason;
    this.#ending.end();
  }
}
