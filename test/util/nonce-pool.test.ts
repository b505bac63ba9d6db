import { expect, test } from 'vitest';
import { NoncePool, POOL_SIZE } from '../../src/util/nonce-pool.ts';

/** A source that writes how often it was asked into each byte. */
function countingSource() {
  let fills = 0;
  return {
    fills: () => fills,
    fill: (bytes: Uint8Array<ArrayBuffer>) => bytes.fill(++fills),
  };
}

test('asks its source when it is used up, and not before it is used', () => {
  const source = countingSource();
  const pool = new NoncePool(source.fill);
  expect(source.fills()).toBe(0);
  for (let i = 0; i < POOL_SIZE / 16; i++) expect(pool.take(16)).toBe(16 * i);
  expect(source.fills()).toBe(1);
  expect(pool.take(16)).toBe(0);
  expect(source.fills()).toBe(2);
});

test('hands out each byte once: what is too little for a request is dropped with the rest', () => {
  const source = countingSource();
  const pool = new NoncePool(source.fill);
  expect(pool.take(POOL_SIZE - 15)).toBe(0);
  expect(pool.take(15)).toBe(POOL_SIZE - 15);
  expect(pool.take(10)).toBe(0);
  expect(pool.take(POOL_SIZE)).toBe(0);
  expect(source.fills()).toBe(3);
});

test('tells of each new stock before anything of it is handed out', () => {
  const source = countingSource();
  const told: number[] = [];
  const pool = new NoncePool(source.fill, (bytes) => told.push(bytes[0] ?? 0));
  pool.take(1);
  pool.take(POOL_SIZE);
  expect(told).toEqual([1, 2]);
});

test('hands nothing of an old stock out again after its source has failed', () => {
  let fails = false;
  const source = countingSource();
  const pool = new NoncePool((bytes) => {
    if (!fails) return source.fill(bytes);
    // Half of it is new.
    bytes.fill(9, 0, POOL_SIZE / 2);
    throw new Error('no randomness');
  });
  pool.take(POOL_SIZE - 16);
  fails = true;
  expect(() => pool.take(32)).toThrow('no randomness');
  expect(() => pool.take(1)).toThrow('no randomness');
  fails = false;
  expect(pool.take(16)).toBe(0);
  expect(pool.bytes.every((byte) => byte === 2)).toBe(true);
});
