/**
 * One question to the user at a time.
 *
 * @module
 */

import { unlessAborted } from '../util/abort.ts';

/** Asks questions one after another, in the order of the calls. */
export class Questions {
  #last = Promise.resolve();

  /**
   * Runs `question` when all questions before it have been answered, refused or withdrawn.
   *
   * @throws the signal's reason, if it is aborted before the question's turn
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
