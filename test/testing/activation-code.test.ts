import { expect, test } from 'vitest';
import { validateActivationCode } from '../../src/protocol/activation-code.ts';
import { generateActivationCode } from '../../src/testing/activation-code.ts';

test('makes codes that the client, which shares no code with it, accepts, each another one', () => {
  const codes = Array.from({ length: 500 }, generateActivationCode);
  for (const code of codes) {
    expect(code).toMatch(/^[A-Z2-7]{5}(-[A-Z2-7]{5}){3}$/);
    expect(validateActivationCode(code), code).toBe(true);
  }
  expect(new Set(codes).size).toBe(500);
});

test('uses the whole alphabet', () => {
  const letters = new Set(Array.from({ length: 200 }, generateActivationCode).join(''));
  expect([...letters].sort().join('')).toBe('-234567ABCDEFGHIJKLMNOPQRSTUVWXYZ');
});
