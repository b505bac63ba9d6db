/**
 * The storage that callers get from a driver: its calls keep the process alive until they have settled.
 *
 * @module
 */

import { holdProcess } from '../../util/hold.ts';
import type { PowerAuthStorage } from '../types.ts';

/**
 * Returns a wrapper of the storage that keeps the process alive until each call has settled. The section of a lock is
 * part of the call.
 */
export function heldStorage(storage: PowerAuthStorage): PowerAuthStorage {
  const { name, needsSealingKey } = storage;
  const sealingKey = storage.sealingKey?.bind(storage);
  const replaceSealingKey = storage.replaceSealingKey?.bind(storage);
  const forget = storage.forget?.bind(storage);
  return {
    name,
    ...(needsSealingKey === undefined ? {} : { needsSealingKey }),
    get: (key) => holdProcess(storage.get(key)),
    set: (key, value) => holdProcess(storage.set(key, value)),
    delete: (key) => holdProcess(storage.delete(key)),
    list: (prefix) => heldList(storage.list(prefix)),
    update: (key, change) => holdProcess(storage.update(key, change)),
    lock: (lockName, section) => holdProcess(storage.lock(lockName, section)),
    subscribe: (listener) => storage.subscribe(listener),
    ...(forget === undefined ? {} : { forget: () => holdProcess(forget()) }),
    close: () => holdProcess(storage.close()),
    ...(sealingKey === undefined ? {} : { sealingKey: () => holdProcess(sealingKey()) }),
    ...(replaceSealingKey === undefined
      ? {}
      : { replaceSealingKey: (reseal) => holdProcess(replaceSealingKey(reseal)) }),
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
