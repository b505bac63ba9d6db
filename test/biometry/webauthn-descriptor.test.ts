import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeWebAuthnDescriptor,
  encodeWebAuthnDescriptor,
} from '../../src/biometry/webauthn-descriptor.ts';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';
import { seed } from '../helpers/seed.ts';

const bytes = (length: number) => Buffer.alloc(length, 0xfb).toString('base64url');
const GOOD = {
  version: 1,
  rpId: 'bank.example',
  credentialId: bytes(16),
  salt: bytes(32),
  transports: ['internal'],
};

test('is read as it was written', () => {
  const descriptor = fc.record({
    rpId: fc.domain(),
    credentialId: fc.uint8Array({ minLength: 1, maxLength: 1023 }).map((it) => Uint8Array.from(it)),
    salt: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((it) => Uint8Array.from(it)),
    transports: fc.array(fc.constantFrom('internal', 'usb', 'hybrid')),
  });
  fc.assert(
    fc.property(descriptor, (it) => {
      expect(decodeWebAuthnDescriptor(encodeWebAuthnDescriptor(it))).toMatchObject(it);
    }),
    { seed },
  );
});

test('is JSON in UTF-8, with Base64url', () => {
  const encoded = encodeWebAuthnDescriptor(decodeWebAuthnDescriptor(utf8(JSON.stringify(GOOD))));
  expect(JSON.parse(Buffer.from(encoded).toString())).toEqual(GOOD);
  expect(GOOD.salt).toMatch(/[-_]/);
});

test.each<readonly [string, object, RegExp]>([
  ['another version', { version: 2 }, /^descriptor\.version/],
  ['no relying party', { rpId: undefined }, /^descriptor\.rpId/],
  ['an empty id', { credentialId: '' }, /^descriptor\.credentialId: expected Base64url of 1 to 1023 bytes/],
  ['an id too long', { credentialId: bytes(1024) }, /^descriptor\.credentialId/],
  ['an id that is no text', { credentialId: 5 }, /^descriptor\.credentialId/],
  ['a short salt', { salt: bytes(31) }, /^descriptor\.salt: expected Base64url of 32 bytes/],
  ['a long salt', { salt: bytes(33) }, /^descriptor\.salt/],
  ['a salt that is not Base64url', { salt: `${bytes(32).slice(0, -1)}+` }, /^descriptor\.salt/],
  ['invalid transports', { transports: [1] }, /^descriptor\.transports\[0\]/],
])('with %s is a BIOMETRY_FAILED that names the field', (_, change, message) => {
  expect(() => decodeWebAuthnDescriptor(utf8(JSON.stringify({ ...GOOD, ...change })))).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.BIOMETRY_FAILED, message)),
  );
});

test.each(['', 'null', '[]', '{', 'text'])('%j is none', (text) => {
  expect(() => decodeWebAuthnDescriptor(utf8(text))).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.BIOMETRY_FAILED, /^descriptor/)),
  );
});
