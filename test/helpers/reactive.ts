/** Ways in which apps hold objects, for tests that ours can be held. */
import { reactive, readonly, ref } from '@vue/reactivity';
import { expect } from 'vitest';
import type { PowerAuthStorage } from '../../src/index.ts';
import { keysOf } from './storage.ts';

/** Ways to hold an object; the last one is of no framework, and hands on what it is asked for. */
export const wrappers: Record<string, <T extends object>(object: T) => T> = {
  reactive: (object) => reactive({ held: object }).held as typeof object,
  ref: (object) => ref(object).value as typeof object,
  readonly: (object) => readonly(object) as typeof object,
  'a plain proxy': (object) => new Proxy(object, {}),
};

/** Everything that a storage does. */
export async function useStorage(storage: PowerAuthStorage): Promise<void> {
  const changes: unknown[] = [];
  const unsubscribe = storage.subscribe((change) => changes.push(change));
  await storage.set('one', Uint8Array.of(1));
  await storage.update('one', async () => Uint8Array.of(2));
  expect(await storage.get('one')).toEqual(Uint8Array.of(2));
  expect(await keysOf(storage)).toEqual(['one']);
  expect(await storage.lock('name', async ({ signal }) => signal.aborted)).toBe(false);
  await storage.sealingKey?.();
  await storage.delete('one');
  unsubscribe();
  await storage.close();
}
