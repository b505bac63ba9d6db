/**
 * Takes turns: one holder at a time under each name, in the order of the requests, within one thread.
 *
 * @module
 */

import type { Closing } from './closing.ts';

/** Queues by name. */
export class Turns {
  /**
   * Functions that start a turn: the holder's comes first, then those of the waiters. A name that nobody uses has no
   * entry.
   */
  readonly #queues = new Map<string, (() => void)[]>();

  /**
   * Waits for the turn under `name`.
   *
   * @param closing ends the wait; the promise then rejects with its reason
   * @returns a function that ends the turn; calling it again has no effect
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
      // The turn came just as the object closed, when another of its calls ended its turn.
      end();
      closing.throwIfClosed();
    }
    return end;
  }
}
