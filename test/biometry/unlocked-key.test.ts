import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UnlockedBiometryKey } from '../../src/biometry/unlocked-key.ts';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { error } from '../helpers/error.ts';

describe('an unlocked key', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const MINUTES = 60_000;
  const released = expect.objectContaining(error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT)) as Error;
  const make = () => {
    const bytes = Uint8Array.from(randomBytes(16));
    return { bytes, copy: bytes.slice(), key: new UnlockedBiometryKey('an activation', bytes) };
  };
  const zeros = new Uint8Array(16);

  test('is there until it is released, and wiped then', () => {
    const { bytes, copy, key } = make();
    expect(key.key).toEqual(copy);
    key.release();
    expect(bytes).toEqual(zeros);
    expect(() => key.key).toThrow(released);
    key.release();
    expect(() => key.key).toThrow(released);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is wiped after 5 minutes of disuse, which each use begins again', () => {
    const { bytes, copy, key } = make();
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(5 * MINUTES - 1);
      expect(key.key).toEqual(copy);
    }
    vi.advanceTimersByTime(5 * MINUTES);
    expect(bytes).toEqual(zeros);
    expect(() => key.key).toThrow(released);
  });
});
