import { expect, test, vi } from 'vitest';
import { randomBytes, randomNonce } from '../../src/util/random.ts';

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

test('nonces come from a stock, each in separate memory, and never twice', () => {
  const csprng = vi.spyOn(crypto, 'getRandomValues');
  const drawn = Array.from({ length: 5000 }, () => randomNonce(16));
  expect(new Set(drawn.map((nonce) => Buffer.from(nonce).toString('hex'))).size).toBe(5000);
  for (const nonce of drawn) expect(nonce.buffer.byteLength).toBe(16);
  // A thousand in each stock.
  expect(csprng.mock.calls.length).toBeGreaterThanOrEqual(4);
  expect(csprng.mock.calls.length).toBeLessThanOrEqual(6);
});

test('the stock keeps nothing that it has handed out', () => {
  const stocks: Uint8Array[] = [];
  const csprng = vi.spyOn(crypto, 'getRandomValues').mockImplementation((target) => {
    stocks.push((target as Uint8Array).fill(7));
    return target;
  });
  // More than is left in a stock: the next one begins.
  for (let taken = 0; stocks.length === 0; taken++) randomNonce(16);
  expect(randomNonce(16)).toEqual(new Uint8Array(16).fill(7));
  expect(stocks[0]?.subarray(0, 33)).toEqual(Uint8Array.of(...new Uint8Array(32), 7));
  csprng.mockRestore();
  // What others draw is random again.
  while (randomNonce(16).every((byte) => byte === 7));
});
