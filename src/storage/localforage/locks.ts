/**
 * Exclusive sections over all tabs and workers of an origin, on Web Locks: the browser frees a lock at once when the tab
 * that holds it is closed or its worker is terminated.
 *
 * What a browser does not free is the lock of a tab that hangs: frozen, stopped in a debugger, behind `alert()`. So those
 * who wait ask for a sign of life, on a BroadcastChannel, and take the lock over when the holder is silent.
 *
 * @module
 */

import { Moment } from '../../util/elapsed.ts';
import { giveUpAfter } from '../../util/patience.ts';
import { lostLockError } from '../driver/checks.ts';
import type { Closing } from '../driver/closing.ts';
import { Listeners } from '../driver/listeners.ts';
import type { PowerAuthStorageLock } from '../types.ts';

/** Time between two questions, ms, and for an answer. */
const INTERVAL = 2000;

/** After so many unanswered questions, and a last one, a holder has lost its lock. */
const UNANSWERED = 2;

interface Message {
  readonly kind: 'question' | 'answer';
  /** Of the lock. */
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

  /** @param channelName one for all who share the locks */
  constructor(channelName: string, closing: Closing) {
    this.#closing = closing;
    this.#channel = new BroadcastChannel(channelName);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
  }

  /**
   * Runs `section` under the Web Lock `id`. Closing frees the lock, or ends the waiting for it.
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
      // The browser tells of a loss before it answers; an answer that is old may be from before.
      for (let asked = new Moment(); ; asked = new Moment()) {
        await navigator.locks.query().catch(() => undefined);
        if (asked.age < INTERVAL) return this.#holds.has(hold) && !lost.signal.aborted;
      }
    };
    const enter = (): Promise<void> => {
      this.#closing.throwIfClosed();
      stopWatching();
      this.#holds.add(hold);
      // `async`, so that a section that throws is one that rejects.
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
      // One at a time: the next one finds a holder that answers.
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
      // Somebody took it over while the section runs.
      lost.abort(lostLockError(name));
    } finally {
      stopWatching();
      this.#holds.delete(hold);
      if (running === undefined) forget();
    }
    // Present: without a rejection the lock was granted.
    return (running as unknown as Promise<T>).finally(forget);
  }

  /** After the sections have ended, or are told that they lost their locks. */
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
    // Not at once: a frozen page in Chromium gets messages, but its timers and fetches stand still.
    setTimeout(() => {
      if (this.#isHeld(id)) this.#send({ kind: 'answer', id });
    });
  }

  #send(message: Message): void {
    if (!this.#closing.isClosed) this.#channel.postMessage(message);
  }

  /** Whether a section of this very object holds it. */
  #isHeld(id: string): boolean {
    return [...this.#holds].some((hold) => hold.id === id);
  }

  #onAnswer(id: string, callback: () => void): () => void {
    return this.#answers.add((answered) => {
      if (answered === id) callback();
    });
  }

  /** Calls back whenever the holder has left {@link UNANSWERED} questions unanswered; returns a function that ends this. */
  #watch(id: string, onSilence: () => Promise<void>): () => void {
    let unanswered = 0;
    const forget = this.#onAnswer(id, () => void (unanswered = 0));
    const timer = setInterval(() => {
      if (this.#isHeld(id)) return;
      if (unanswered === UNANSWERED) {
        unanswered = 0;
        // It goes on waiting, whatever came of it.
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
