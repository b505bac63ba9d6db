import { describe, expect, test, vi } from 'vitest';
import { PowerAuthDebug, PowerAuthError, PowerAuthErrorCode } from '../src/index.ts';
import { error } from './helpers/error.ts';
import { NO_BOOLEANS, NO_INSTANCES, NO_STRINGS } from './helpers/wrong-values.ts';

describe('PowerAuthDebug', () => {
  test('prints nothing', async () => {
    const printed = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
      vi.spyOn(console, name).mockReturnValue(undefined),
    );
    PowerAuthDebug.traceNativeCodeCalls(true);
    PowerAuthDebug.traceNativeCodeCalls(true, true);
    await PowerAuthDebug.dumpNativeObjects();
    await PowerAuthDebug.dumpNativeObjects('my-app');
    PowerAuthDebug.traceNativeCodeCalls(false);
    for (const print of printed) expect(print).not.toHaveBeenCalled();
  });

  test('refuses wrong values', async () => {
    const wrong = (field: string) =>
      error(PowerAuthErrorCode.WRONG_PARAMETER, new RegExp(`^${field}: expected`));
    for (const [name, value] of NO_BOOLEANS) {
      const flag = value as boolean;
      expect(() => PowerAuthDebug.traceNativeCodeCalls(flag), name).toThrow(
        expect.objectContaining(wrong('traceFailure')),
      );
      if (value === undefined) continue;
      const call = () => PowerAuthDebug.traceNativeCodeCalls(true, flag);
      expect(call, name).toThrow(expect.objectContaining(wrong('traceEachCall')));
    }
    for (const [name, value] of NO_STRINGS.filter(([, value]) => value !== undefined)) {
      await expect(PowerAuthDebug.dumpNativeObjects(value as string), name).rejects.toMatchObject(
        wrong('instanceId'),
      );
    }
  });

  test('describes whatever was thrown in one line', () => {
    const below = new TypeError('fetch failed');
    const thrown = new PowerAuthError(below, 'No connection', PowerAuthErrorCode.NETWORK_ERROR);
    expect(PowerAuthDebug.describeError(thrown)).toBe(
      'PowerAuthError NETWORK_ERROR: No connection; cause: TypeError: fetch failed',
    );
    expect(PowerAuthDebug.describeError(below)).toBe('TypeError: fetch failed');
    expect(PowerAuthDebug.describeError('text')).toBe('text');
    for (const [name, value] of NO_INSTANCES)
      expect(typeof PowerAuthDebug.describeError(value), name).toBe('string');
  });
});
