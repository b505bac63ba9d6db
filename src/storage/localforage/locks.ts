/**
 * Exclusive sections across all tabs and workers of an origin, based on Web Locks: the browser frees a lock at once
 * when the tab that holds it is closed or its worker is terminated.
 *
 * A browser doesn't free the lock of a tab that hangs: one that is frozen, stopped in a debugger, or behind `alert()`.
 * So waiters ask the holder for a sign of life, on a BroadcastChannel, and take the lock over if it is silent.
 *
 * @module
 */

import { Moment } from '../../util/elapsed.ts';
import { giveUpAfter } from '../../util/patience.ts';
import { lostLockError } from '../driver/checks.ts';
import type { Closing } from '../driver/closing.ts';
import { Listeners } from '../driver/listeners.ts';
import type { PowerAuthStorageLock } from '../types.ts';

/** The time between two questions, and the time for an answer, in ms. */
const INTERVAL = 2000;

/** After this many unanswered questions, and one last question, a holder loses its lock. */
const UNANSWERED = 2;

interface Message {
  readonly kind: 'question' | 'answer';
  /** The lock's id. */
  readonly id: string;
}

function isMessage(message: unknown): message is Message {
  const { kind, id } = (message ?? {}) as Partial<Message>;
  return (kind === 'question' || kind === 'answer') && typeof id === 'string';
}

/** The locks of one storage object. */
export class WebLocks {
  readonly #closing: Closing;
  readonly #channel: BroadcastChannel;
  readonly #holds = new Set<{ readonly id: string }>();
  readonly #answers = new Listeners<string>();

  /** @param channelName the same for all that share the locks */
  constructor(channelName: string, closing: Closing) {
    this.#closing = closing;
    this.#channel = new BroadcastChannel(channelName);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
  }

  /**
   * Runs `section` under the Web Lock `id`. Closing frees the lock, or ends the wait for it.
   *
   * @param name for messages
   */
  async run<T>(id: string, name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    const hold = { id };
    const waiting = new AbortController();
    const lost = new AbortController();
    let running: Promise<T> | undefined;
    let free = (): void => undefined;
    const isHeld = async (): Promise<boolean> => {
      // The browser reports a loss before it answers; an old answer may be from before the loss.
      for (let asked = new Moment(); ; asked = new Moment()) {
        await navigator.locks.query().catch(() => undefined);
        if (asked.age < INTERVAL) return this.#holds.has(hold) && !lost.signal.aborted;
      }
    };
    const enter = (): Promise<void> => {
      this.#closing.throwIfClosed();
      stopWatching();
      this.#holds.add(hold);
      // `async`, so that a section that throws counts as one that rejects.
      running = (async () => section({ signal: lost.signal, isHeld }))();
      return new Promise<void>((resolve) => {
        free = resolve;
        void running?.then(free, free);
      });
    };
    const forget = this.#closing.onClose((reason) => {
      free();
      lost.abort(reason);
      waiting.abort(reason);
    });

    let takenOver: Promise<void> | undefined;
    const takeOver = (): Promise<void> =>
      // One at a time: the next waiter finds a holder that answers.
      navigator.locks.request(`${id} is taken over`, { signal: waiting.signal }, async () => {
        if (await this.#isAlive(id)) return;
        if (running !== undefined || waiting.signal.aborted) return;
        waiting.abort();
        await new Promise<void>((resolve, reject) => {
          takenOver = navigator.locks.request(id, { steal: true }, () => {
            resolve();
            return enter();
          });
          takenOver.catch(reject);
        });
      });
    const stopWatching = this.#watch(id, takeOver);

    try {
      const queued = navigator.locks.request(id, { signal: waiting.signal }, enter);
      await queued.catch((error: unknown) => {
        if (takenOver === undefined) throw error;
        return takenOver;
      });
    } catch (error) {
      if (running === undefined) throw this.#closing.isClosed ? waiting.signal.reason : error;
      // Another tab took the lock over while the section was running.
      lost.abort(lostLockError(name));
    } finally {
      stopWatching();
      this.#holds.delete(hold);
      if (running === undefined) forget();
    }
    // `running` is set: without a rejection the lock was granted.
    return (running as unknown as Promise<T>).finally(forget);
  }

  /** Call this after the sections have ended, or were told that they lost their locks. */
  close(): void {
    this.#channel.close();
  }

  #receive(message: unknown): void {
    if (!isMessage(message)) return;
    const { kind, id } = message;
    if (kind === 'answer') {
      this.#answers.tell(id);
      return;
    }
    // Answers from a timer: a frozen page in Chromium receives messages, but its timers and fetches stand still.
    setTimeout(() => {
      if (this.#isHeld(id)) this.#send({ kind: 'answer', id });
    });
  }

  #send(message: Message): void {
    if (!this.#closing.isClosed) this.#channel.postMessage(message);
  }

  /** Whether a section of this object holds it. */
  #isHeld(id: string): boolean {
    return [...this.#holds].some((hold) => hold.id === id);
  }

  #onAnswer(id: string, callback: () => void): () => void {
    return this.#answers.add((answered) => {
      if (answered === id) callback();
    });
  }

  /**
   * Calls back whenever the holder has left {@link UNANSWERED} questions unanswered. Returns a function that stops
   * this.
   */
  #watch(id: string, onSilence: () => Promise<void>): () => void {
    let unanswered = 0;
    const forget = this.#onAnswer(id, () => void (unanswered = 0));
    const timer = setInterval(() => {
      if (this.#isHeld(id)) return;
      if (unanswered === UNANSWERED) {
        unanswered = 0;
        // It keeps waiting, whatever the outcome.
        onSilence().catch(() => undefined);
        return;
      }
      unanswered++;
      this.#send({ kind: 'question', id });
    }, INTERVAL);
    return () => {
      clearInterval(timer);
      forget();
    };
  }

  async #isAlive(id: string): Promise<boolean> {
    if (this.#isHeld(id)) return true;
    return new Promise((resolve) => {
      const end = (alive: boolean): void => {
        stop();
        forget();
        resolve(alive);
      };
      const forget = this.#onAnswer(id, () => end(true));
      const stop = giveUpAfter(INTERVAL, () => end(false));
      this.#send({ kind: 'question', id });
    });
  }
}
