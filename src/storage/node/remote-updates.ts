/**
 * Updates of records with few round trips: simultaneous updates of one record share a round trip, and the last value
 * that this process knew is tried before the record is read.
 *
 * Changes run one after another, each on the result of the one before it. The result is written at once if the record
 * is still what the first change was given; otherwise all of them run again on the current value.
 *
 * @module
 */

import { AsyncResource } from 'node:async_hooks';
import { copyOfValue } from '../driver/checks.ts';
import type { Closing } from '../driver/closing.ts';
import type { Change } from '../driver/updates.ts';
import type { Lease } from './remote-locks.ts';

/** How many records' values are remembered. */
const REMEMBERED = 512;

/**
 * How long a finished change waits for further ones before it is written, in ms: as long as the last round trip took,
 * but within these limits.
 */
const TOGETHER_MS = { least: 10, most: 500 };

type Value = Uint8Array<ArrayBuffer> | undefined;

/** The outcome of a write: it is done, the record has changed, or a lock was lost. */
export type Replaced = { readonly written: true } | { readonly present: Value } | { readonly lost: Lease };

/** What updates need of their storage. */
export interface RemoteUpdatesParts {
  readonly closing: Closing;
  read(key: string): Promise<Value>;
  /** Writes `next`, if the record is `current` and these locks are held. */
  replace(key: string, current: Value, next: Value, held: ReadonlySet<Lease>): Promise<Replaced>;
  /** @throws the reason why a lock that the calling code relies on was lost */
  held(): readonly Lease[];
}

/** A value that a record had. */
interface Known {
  readonly value: Value;
  /** When it was requested: earlier calls may rely on it. */
  readonly moment: number;
}

/** One call of `update`. */
interface Call {
  readonly moment: number;
  readonly change: Change;
  readonly held: () => readonly Lease[];
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
  /** The write is in progress: closing waits for it. */
  isWriting: boolean;
  isSettled: boolean;
}

/** A call whose change is in progress. */
interface Running {
  readonly call: Call;
  readonly outcome: Promise<Outcome>;
}

type Outcome = { readonly next: Value } | { readonly error: unknown };

/** The updates of one storage object. */
export class RemoteUpdates {
  readonly #parts: RemoteUpdatesParts;
  /** Calls that are not finished, by record, in their order. */
  readonly #queues = new Map<string, Call[]>();
  readonly #known = new Map<string, Known>();
  #now = 0;
  /** How long the last round trip took, in ms. */
  #trip = 0;

  constructor(parts: RemoteUpdatesParts) {
    this.#parts = parts;
  }

  /** See {@link PowerAuthStorage.update}. */
  update(key: string, change: Change): Promise<Value> {
    return new Promise((resolve, reject) => {
      const call: Call = {
        moment: ++this.#now,
        // Whichever call runs a change, it belongs to the code that called `update`.
        change: AsyncResource.bind(change),
        held: AsyncResource.bind(() => this.#parts.held()),
        resolve: (value) => {
          settle();
          resolve(value);
        },
        reject: (reason) => {
          settle();
          // A change may reject with anything.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(reason);
        },
        isWriting: false,
        isSettled: false,
      };
      const forget = this.#parts.closing.onClose((reason) => {
        if (!call.isWriting) call.reject(reason);
      });
      const settle = (): void => {
        call.isSettled = true;
        forget();
      };
      const queue = this.#queues.get(key);
      if (queue !== undefined) {
        queue.push(call);
        return;
      }
      const begun = [call];
      this.#queues.set(key, begun);
      void this.#run(key, begun);
    });
  }

  /** Call this when somebody else changed a record, or may have. Without a key it means all records. */
  forget(key?: string): void {
    if (key === undefined) this.#known.clear();
    else this.#known.delete(key);
  }

  /** Carries out the calls of one record until none is left. Never rejects. */
  async #run(key: string, queue: Call[]): Promise<void> {
    let known = this.#known.get(key);
    let running: Running | undefined;
    while (prune(queue)) {
      try {
        known ??= await this.#read(key);
      } catch (error) {
        for (const call of queue.splice(0)) call.reject(error);
        continue;
      }
      // The results of the calls at the head of the queue.
      const made: Value[] = [];
      let value = known.value;
      let late: Promise<'late'> | undefined;
      for (const call of queue) {
        if (call.isSettled) break;
        if (running?.call !== call) running = { call, outcome: outcomeOf(call, value) };
        const outcome = await (late === undefined ? running.outcome : Promise.race([running.outcome, late]));
        // Finished changes needn't wait; this one continues in the meantime.
        if (outcome === 'late') break;
        running = undefined;
        if ('error' in outcome) {
          // It counts only if the value it was computed from was in the store, and not before the call.
          if (made.length === 0 && call.moment < known.moment) call.reject(outcome.error);
          else if (made.length === 0) known = undefined;
          break;
        }
        value = outcome.next;
        made.push(value);
        late ??= this.#soon();
      }
      if (known === undefined || made.length === 0) continue;
      known = await this.#write(key, queue, known, made);
      if (running !== undefined && (known === undefined || known.value !== value)) {
        // This change was given a value that was not written.
        await running.outcome;
        running = undefined;
      }
    }
    this.#queues.delete(key);
  }

  /** Writes the results of the first calls, and settles them. Returns what is known of the record afterwards. */
  async #write(key: string, queue: Call[], known: Known, made: readonly Value[]): Promise<Known | undefined> {
    const calls = queue.slice(0, made.length);
    const held = new Set<Lease>();
    for (const call of calls) {
      try {
        for (const lease of call.held()) held.add(lease);
      } catch (reason) {
        // The others run again, without it.
        call.reject(reason);
      }
    }
    if (calls.some((call) => call.isSettled)) return known;
    const next = made.at(-1);
    const moment = ++this.#now;
    this.#known.delete(key);
    try {
      for (const call of calls) call.isWriting = true;
      const replaced = await this.#timed(this.#parts.replace(key, known.value, next, held));
      if ('lost' in replaced) {
        for (const call of calls) rejectIfLost(call, replaced.lost);
        return known;
      }
      if ('present' in replaced) return { value: replaced.present, moment };
      queue.splice(0, calls.length);
      for (const [i, call] of calls.entries()) call.resolve(made[i]?.slice());
      this.#remember(key, { value: next, moment });
      return { value: next, moment };
    } catch (error) {
      for (const call of queue.splice(0, calls.length)) call.reject(error);
      return undefined;
    } finally {
      for (const call of calls) call.isWriting = false;
    }
  }

  async #read(key: string): Promise<Known> {
    const moment = ++this.#now;
    return { value: await this.#timed(this.#parts.read(key)), moment };
  }

  async #timed<T>(answer: Promise<T>): Promise<T> {
    const asked = performance.now();
    const answered = await answer;
    this.#trip = performance.now() - asked;
    return answered;
  }

  #soon(): Promise<'late'> {
    const ms = Math.min(Math.max(this.#trip, TOGETHER_MS.least), TOGETHER_MS.most);
    return new Promise((resolve) => setTimeout(() => resolve('late'), ms));
  }

  #remember(key: string, known: Known): void {
    if (this.#parts.closing.isClosed) return;
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size <= REMEMBERED) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

/** Removes settled calls. Returns whether any are left. */
function prune(queue: Call[]): boolean {
  const left = queue.filter((call) => !call.isSettled);
  queue.splice(0, queue.length, ...left);
  return queue.length > 0;
}

async function outcomeOf({ change, held }: Call, current: Value): Promise<Outcome> {
  try {
    held();
    const answer = await change(current?.slice());
    return { next: answer === undefined ? undefined : copyOfValue(answer) };
  } catch (error) {
    return { error };
  }
}

function rejectIfLost(call: Call, lost: Lease): void {
  try {
    call.held();
  } catch {
    call.reject(lost.signal.reason);
  }
}
