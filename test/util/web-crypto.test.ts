import { expect, onTestFinished, test, vi } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { webCrypto } from '../../src/util/web-crypto.ts';
import { error } from '../helpers/error.ts';

test('is that of the runtime', () => {
  expect(webCrypto()).toBe(globalThis.crypto.subtle);
});

test.each([
  ['no crypto, as in the sandbox of a test', undefined],
  ['no subtle, as on a page over plain HTTP', {}],
])('a runtime with %s is told both remedies', (_, crypto) => {
  vi.stubGlobal('crypto', crypto);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(() => webCrypto()).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.UNKNOWN_ERROR, /WebCrypto.*HTTPS.*Jest/)),
  );
});
