/**
 * The storage that callers get from a driver: its calls keep the process alive until they have settled.
 *
 * @module
 */

import { holdProcess } from '../../util/hold.ts';
import type { PowerAuthStorage } from '../types.ts';

/** Members whose call is a promise; a driver may lack the last three. */
const CALLS = [
  'get',
  'set',
  'delete',
  'update',
  'lock',
  'close',
  'forget',
  'sealingKey',
  'replaceSealingKey',
] as const;

/**
 * Returns a wrapper of the storage that keeps the process alive until each call has settled. The section of a lock is
 * part of the call.
 */
export function heldStorage(storage: PowerAuthStorage): PowerAuthStorage {
  const { name, needsSealingKey } = storage;
  const methods = storage as unknown as Record<
    string,
    ((...args: unknown[]) => Promise<unknown>) | undefined
  >;
  const calls = CALLS.flatMap((call) => {
    const method = methods[call]?.bind(storage);
    return method === undefined
      ? []
      : [[call, (...args: unknown[]) => holdProcess(method(...args))] as const];
  });
  return {
    name,
    ...(needsSealingKey === undefined ? {} : { needsSealingKey }),
    ...(Object.fromEntries(calls) as unknown as Pick<PowerAuthStorage, (typeof CALLS)[number]>),
    list: (prefix) => heldList(storage.list(prefix)),
    subscribe: (listener) => storage.subscribe(listener),
  };
}

async function* heldList(list: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  const keys = list[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await holdProcess(keys.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await keys.return?.();
  }
}
