import { expect, test, vi } from 'vitest';
import { randomBytes } from '../../src/util/random.ts';

test('is what the CSPRNG of the platform gives, in memory of its own', () => {
  const csprng = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
    new Uint8Array((array as Uint8Array).buffer).fill(5);
    return array;
  });
  const bytes = randomBytes(3);
  expect(bytes).toEqual(Uint8Array.of(5, 5, 5));
  expect(bytes.buffer.byteLength).toBe(3);
  expect(csprng).toHaveBeenCalledOnce();
});

test.each([0, 1, 65_536])('gives %i bytes', (length) => {
  expect(randomBytes(length)).toHaveLength(length);
});

test('differs each time', () => {
  const drawn = Array.from({ length: 100 }, () => Buffer.from(randomBytes(16)).toString('hex'));
  expect(new Set(drawn).size).toBe(100);
});

test('refuses more than the platform gives at once instead of giving less', () => {
  expect(() => randomBytes(65_537)).toThrow(expect.objectContaining({ name: 'QuotaExceededError' }));
});
