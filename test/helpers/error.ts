import type { PowerAuthErrorCode } from '../../src/errors.ts';

/** Shape of an expected PowerAuthError, for `rejects.toMatchObject` and `toThrow`. */
export function error(code: PowerAuthErrorCode, message?: RegExp): object {
  return {
    name: 'PowerAuthError',
    code,
    ...(message === undefined ? {} : { message: expectMatching(message) }),
  };
}

function expectMatching(pattern: RegExp): unknown {
  return {
    asymmetricMatch: (text: unknown) => typeof text === 'string' && pattern.test(text),
    toString: () => String(pattern),
    toAsymmetricMatcher: () => String(pattern),
  };
}
