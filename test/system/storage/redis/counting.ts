import { setTimeout as sleep } from 'node:timers/promises';
import type { PowerAuthError } from '../../../../src/errors.ts';
import type { PowerAuthStorage } from '../../../../src/storage/types.ts';

const bytesOf = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer);

/** The number in a record that {@link counting} has written. */
export const numberOf = (bytes: Uint8Array | undefined): number =>
  bytes === undefined ? 0 : (new Uint32Array(bytes.slice().buffer)[0] ?? 0);

/** What a counting storage has seen. */
interface Counted {
  /** The last number that was confirmed. */
  confirmed: number;
  readonly errors: Set<string>;
}

/** Counts in a record, one update after another, until it is stopped. */
export function counting(storage: PowerAuthStorage, key: string) {
  const state: Counted = { confirmed: 0, errors: new Set() };
  const over = new AbortController();
  const ended = (async () => {
    while (!over.signal.aborted) {
      await storage
        .update(key, (value) => bytesOf(numberOf(value) + 1))
        .then(
          (value) => (state.confirmed = numberOf(value)),
          async (error: unknown) => {
            const { code, message } = error as PowerAuthError;
            state.errors.add(`${code}: ${message}`);
            await sleep(20);
          },
        );
    }
  })();
  return {
    state: state as Readonly<Counted>,
    stop: async (): Promise<Readonly<Counted>> => {
      over.abort();
      await ended;
      return state;
    },
  };
}
