import { setTimeout as sleep } from 'node:timers/promises';
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
  let isOver = false;
  const ended = (async () => {
    while (!isOver) {
      await storage
        .update(key, (value) => bytesOf(numberOf(value) + 1))
        .then(
          (value) => (state.confirmed = numberOf(value)),
          async (error: Error & { code?: string }) => {
            state.errors.add(`${error.code}: ${error.message}`);
            await sleep(20);
          },
        );
    }
  })();
  return {
    state: state as Readonly<Counted>,
    stop: async (): Promise<Readonly<Counted>> => {
      isOver = true;
      await ended;
      return state;
    },
  };
}
