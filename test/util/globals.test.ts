import { onTestFinished, expect, test, vi } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { requireGlobal } from '../../src/util/globals.ts';
import { error } from '../helpers/error.ts';

const NAMES = ['TextEncoder', 'TextDecoder', 'fetch', 'Headers'] as const;

test.each(NAMES)('%s is the one that the runtime has when it is asked for', (name) => {
  expect(requireGlobal(name)).toBe(globalThis[name]);
  const another = () => undefined;
  vi.stubGlobal(name, another);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(requireGlobal(name)).toBe(another);
});

test.each(NAMES)('a sandbox without %s is told what is missing, and what to do in Jest', (name) => {
  vi.stubGlobal(name, undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(() => requireGlobal(name)).toThrow(
    expect.objectContaining(
      error(
        PowerAuthErrorCode.UNKNOWN_ERROR,
        new RegExp(`^${name} is not defined here; .*setupFiles: \\['powerauth-wasm/testing/jsdom'\\]`),
      ),
    ),
  );
});
