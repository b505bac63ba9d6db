/**
 * For Jest with jsdom: restores the globals of Node that `jest-environment-jsdom` hides and this package needs. jsdom's
 * own globals stay, such as its `AbortController`.
 *
 * @example
 * ```js
 * // jest.config.js
 * export default { testEnvironment: 'jsdom', setupFiles: ['powerauth-wasm/testing/jsdom'] };
 * ```
 *
 * @module powerauth-wasm/testing/jsdom
 */

import { runInThisContext } from 'node:vm';

/** The sandbox's globals differ from Node's, even the classes of the language. */
const node = runInThisContext('globalThis') as typeof globalThis;

/** Node's returns Node's Uint8Array, which isn't `instanceof Uint8Array` here. */
class SandboxTextEncoder extends node.TextEncoder {
  override encode(text?: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(super.encode(text));
  }
}

/** Node's accepts no signal of jsdom. */
function fetchWithSignal(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const { signal } = init;
  if (signal == null) return node.fetch(input, init);
  const controller = new node.AbortController();
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return node.fetch(input, { ...init, signal: controller.signal });
}

/** Adds `value` to the sandbox if it is missing. */
function provide(name: string, value: unknown, isThere = name in globalThis): void {
  if (!isThere) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

provide('TextEncoder', SandboxTextEncoder);
provide('fetch', fetchWithSignal);
for (const name of ['TextDecoder', 'Headers', 'Request', 'Response', 'structuredClone', 'CryptoKey'] as const)
  provide(name, node[name]);
provide(
  'crypto',
  node.crypto,
  (globalThis as { crypto?: { subtle?: unknown } }).crypto?.subtle !== undefined,
);
