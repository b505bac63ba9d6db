import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  agreeOnce,
  coordinateX,
  ecdsaSign,
  ecdsaVerify,
  exportPublicKey,
  generateKeyPair,
  importPublicKey,
  masterSecret,
} from '../../src/protocol/keys.ts';
import { fold } from '../../src/protocol/kdf.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';
import { bytes, keyPair, privateKey, published, text } from '../helpers/vectors.ts';

const DATA = utf8('data');

test('master secret, from either side', async () => {
  for (const { input, output } of published('compute-master-secret-key')) {
    const expected = bytes(output, 'masterSecretKey');
    const device = keyPair(privateKey(text(input, 'devicePrivateKey')));
    const server = keyPair(privateKey(text(input, 'serverPrivateKey')));
    const keyOf = (field: string) => importPublicKey(bytes(input, field));
    expect(await masterSecret(device, keyOf('serverPublicKey'))).toEqual(expected);
    expect(await masterSecret(server, keyOf('devicePublicKey'))).toEqual(expected);
    expect(device.publicKey).toEqual(keyOf('devicePublicKey'));
  }
});

test('the master secret is what both sides of fresh keys agree on, folded', async () => {
  const [device, server] = await Promise.all([generateKeyPair(), generateKeyPair()]);
  const secret = await masterSecret(device, server.publicKey);
  expect(secret).toEqual(await masterSecret(server, device.publicKey));
  expect(secret).toHaveLength(16);
  const once = await agreeOnce(server.publicKey);
  expect(await masterSecret(server, once.publicKey)).toEqual(fold(once.secret));
});

test('fresh keys differ, and have forms that the curve knows', async () => {
  const pairs = await Promise.all(Array.from({ length: 10 }, generateKeyPair));
  expect(new Set(pairs.map(({ privateKey: key }) => Buffer.from(key).toString('hex'))).size).toBe(10);
  for (const pair of pairs) {
    expect(pair.privateKey).toHaveLength(32);
    expect(keyPair(pair.privateKey).publicKey).toEqual(pair.publicKey);
    expect(importPublicKey(exportPublicKey(pair.publicKey))).toEqual(pair.publicKey);
  }
});

test('public keys are taken in both forms, given in 33 bytes, and have one x', () => {
  for (const { input } of published('public-key-fingerprint-v3')) {
    const uncompressed = bytes(input, 'devicePublicKey');
    const point = importPublicKey(uncompressed);
    const compressed = exportPublicKey(point);
    expect([uncompressed.length, compressed.length]).toEqual([65, 33]);
    expect(importPublicKey(compressed)).toEqual(point);
    expect(coordinateX(compressed)).toEqual(uncompressed.subarray(1, 33));
    expect(coordinateX(uncompressed)).toEqual(coordinateX(compressed));
  }
});

const POINT = exportPublicKey(keyPair(new Uint8Array(32).fill(1)).publicKey);

test.each([
  ['nothing', new Uint8Array()],
  ['32 bytes', POINT.subarray(1)],
  ['34 bytes', Uint8Array.of(...POINT, 0)],
  ['another form', POINT.with(0, 5)],
  ['the point at infinity', Uint8Array.of(0)],
  ['an x beyond the field', Uint8Array.from(POINT, (byte, i) => (i === 0 ? byte : 0xff))],
  ['an x off the curve', Uint8Array.from({ length: 33 }, (_, i) => (i === 0 ? 2 : i === 32 ? 1 : 0))],
  ['a y off the curve', Uint8Array.from({ length: 65 }, (_, i) => (i === 0 ? 4 : (POINT[i] ?? 1)))],
])('%s is no public key', (_, wrong) => {
  expect(() => importPublicKey(wrong)).toThrow(
    expect.objectContaining(
      error(
        PowerAuthErrorCode.ENCRYPTION_ERROR,
        new RegExp(`^public key: expected a point of P-256 in 33 or 65 bytes, got ${wrong.length} bytes`),
      ),
    ),
  );
});

test('signatures are DER, verify with node:crypto, and with nothing changed', async () => {
  const pair = await generateKeyPair();
  const signature = await ecdsaSign(pair, DATA);
  const jwk = { kty: 'EC', crv: 'P-256', x: '', y: '' };
  const [x, y] = [pair.publicKey.slice(-64, -32), pair.publicKey.slice(-32)];
  const key = createPublicKey({
    format: 'jwk',
    key: { ...jwk, x: Buffer.from(x).toString('base64url'), y: Buffer.from(y).toString('base64url') },
  });
  expect(verify('sha256', DATA, key, signature)).toBe(true);
  expect(await ecdsaVerify(pair.publicKey, DATA, signature)).toBe(true);
  expect(await ecdsaVerify(pair.publicKey, utf8('Data'), signature)).toBe(false);
  expect(await ecdsaVerify((await generateKeyPair()).publicKey, DATA, signature)).toBe(false);
  const at = signature.length - 1;
  expect(await ecdsaVerify(pair.publicKey, DATA, signature.with(at, (signature[at] ?? 0) ^ 1))).toBe(false);
});

test('an invalid DER signature verifies nothing, and throws nothing', async () => {
  const pair = await generateKeyPair();
  const signature = await ecdsaSign(pair, DATA);
  const wrong = [
    new Uint8Array(),
    new Uint8Array(64),
    signature.subarray(0, -1),
    Uint8Array.of(...signature, 0),
    signature.with(0, 0x31),
    Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 0),
  ];
  for (const bad of wrong) expect(await ecdsaVerify(pair.publicKey, DATA, bad)).toBe(false);
});
