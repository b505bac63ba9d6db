/**
 * Taking turns: one at a time under each name, in the order of asking, within one thread.
 *
 * @module
 */

/** Queues by name. */
export class Turns {
  /** Begins the turns; who has the turn comes first, then those who wait. A name without anybody has no entry. */
  readonly #queues = new Map<string, (() => void)[]>();

  /**
   * Waits for the turn under `name`.
   *
   * @param signal gives up waiting; the promise then rejects with the signal's reason
   * @returns a function that ends the turn; calling it again does nothing
   */
  async take(name: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
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
      const giveUp = (): void => {
        end();
        reject(signal?.reason as Error);
      };
      begin = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      signal?.addEventListener('abort', giveUp);
      if (queue.push(begin) === 1) begin();
    });
    return end;
  }
}
