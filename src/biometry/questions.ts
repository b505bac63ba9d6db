/**
 * One question to the user at a time.
 *
 * @module
 */

import { unlessAborted } from '../util/abort.ts';

/** Asks one after another, in the order in which it was told to. */
export class Questions {
  #last = Promise.resolve();

  /**
   * Runs `question` when all those before it have been answered, refused or taken away.
   *
   * @throws the signal's reason, when it is aborted before its turn came
   */
  async ask<T>(signal: AbortSignal, question: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.#last = before.then(() => ended);
    try {
      await unlessAborted(before, signal);
      return await question();
    } finally {
      end();
    }
  }
}
