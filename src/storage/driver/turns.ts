/**
 * Taking turns: one at a time under each name, in the order of asking, within one thread.
 *
 * @module
 */

import type { Closing } from './closing.ts';

/** Queues by name. */
export class Turns {
  /** Begins the turns; who has the turn comes first, then those who wait. A name without anybody has no entry. */
  readonly #queues = new Map<string, (() => void)[]>();

  /**
   * Waits for the turn under `name`.
   *
   * @param closing ends the waiting; the promise then rejects with its reason
   * @returns a function that ends the turn; calling it again does nothing
   */
  async take(name: string, closing: Closing): Promise<() => void> {
    closing.throwIfClosed();
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    let begin = (): void => undefined;
    const end = (): void => {
      const place = queue.indexOf(begin);
      if (place === -1) return;
      queue.splice(place, 1);
      if (queue.length === 0) this.#queues.delete(name);
      else if (place === 0) queue[0]?.();
    };
    await new Promise<void>((resolve, reject) => {
      const forget = closing.onClose((reason) => {
        end();
        reject(reason);
      });
      begin = () => {
        forget();
        resolve();
      };
      if (queue.push(begin) === 1) begin();
    });
    if (closing.isClosed) {
      // The turn came in the very moment of closing, when another call of the same object let go of it.
      end();
      closing.throwIfClosed();
    }
    return end;
  }
}
