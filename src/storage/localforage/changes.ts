/**
 * Notices of changes between the tabs and workers of an origin, on a BroadcastChannel.
 *
 * Each change is announced before it is written, and reported once it is. If a tab is closed in between, the others
 * know which keys to doubt.
 *
 * @module
 */

import type { Timer } from '../../util/timers.ts';
import { Listeners } from '../driver/listeners.ts';
import type { PowerAuthStorageChange } from '../types.ts';

/** How long to wait for the end of a change that was announced, in ms. */
const PATIENCE = 500;

type Listener = (change: PowerAuthStorageChange) => void;

interface Notice {
  readonly key: string;
  /** Names the change within this channel. */
  readonly id: string;
  readonly done: boolean;
}

function isNotice(message: unknown): message is Notice {
  const { key, id, done } = (message ?? {}) as Partial<Notice>;
  return typeof key === 'string' && typeof id === 'string' && typeof done === 'boolean';
}

/** One storage object's end of the channel. It doesn't receive its own messages. */
export class Changes {
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Listeners<PowerAuthStorageChange>();
  readonly #announced = new Map<string, Timer>();
  readonly #origin = crypto.randomUUID();
  readonly #ends: (() => void)[] = [];
  #count = 0;

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    this.#channel.onmessageerror = () => this.tell('all');
    // A page that was frozen, or was in the back/forward cache, may have missed something. Workers have no such events.
    this.#watch(globalThis, 'pageshow', (event) => (event as PageTransitionEvent).persisted);
    const { document } = globalThis as { document?: Document };
    if (document === undefined) return;
    this.#watch(document, 'resume', () => true);
    this.#watch(document, 'visibilitychange', () => document.visibilityState === 'visible');
  }

  subscribe(listener: Listener): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Announces that `key` is about to change.
   *
   * @returns a function that reports whether it was changed
   */
  announce(key: string): () => void {
    const id = `${this.#origin}/${++this.#count}`;
    this.#send({ key, id, done: false });
    return () => this.#send({ key, id, done: true });
  }

  /** Notifies the subscribers of this object. */
  tell(change: PowerAuthStorageChange): void {
    this.#listeners.tell(change);
  }

  close(): void {
    this.#listeners.clear();
    for (const end of this.#ends) end();
    for (const timer of this.#announced.values()) clearTimeout(timer);
    this.#announced.clear();
    this.#channel.close();
  }

  #send(notice: Notice): void {
    this.#channel.postMessage(notice);
  }

  #receive(message: unknown): void {
    if (!isNotice(message)) return;
    const { key, id, done } = message;
    clearTimeout(this.#announced.get(id));
    this.#announced.delete(id);
    if (done) this.tell([key]);
    else
      this.#announced.set(
        id,
        setTimeout(() => this.#receive({ key, id, done: true }), PATIENCE),
      );
  }

  #watch(target: EventTarget, type: string, isGap: (event: Event) => boolean): void {
    const listener = (event: Event): void => {
      if (isGap(event)) this.tell('all');
    };
    target.addEventListener(type, listener);
    this.#ends.push(() => target.removeEventListener(type, listener));
  }
}
