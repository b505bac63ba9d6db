import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeName, encodeName } from '../../../src/storage/node/names.ts';

/** Any string, lone surrogates among them. */
const anyName = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) });

test('a name is read back as it was', () => {
  fc.assert(fc.property(anyName, (name) => decodeName(encodeName(name)) === name));
});

test('names begin with each other as their bytes do', () => {
  const units = fc.constantFrom('a', 'é', '\u07ff', '\u0800', '\ud83d', '\ude00', '\uffff', '\0');
  const name = fc.string({ unit: units, maxLength: 6 });
  fc.assert(
    fc.property(name, name, (a, b) => {
      const begins = encodeName(a).subarray(0, encodeName(b).length).equals(encodeName(b));
      return begins === a.startsWith(b);
    }),
  );
});

test('no byte is as high as the end of a list', () => {
  fc.assert(fc.property(anyName, (name) => encodeName(name).every((byte) => byte < 0xf0)));
});

test('ASCII stays readable', () => {
  expect(encodeName('instance/token/name').toString('latin1')).toBe('instance/token/name');
});
