import { createHmac, createSign, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { signHs256, verifyEs256 } from '../../src/protocol/jwt.ts';
import { importPublicKey } from '../../src/protocol/keys.ts';
import { error } from '../helpers/error.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
// SubjectPublicKeyInfo ends with the uncompressed point.
const point = importPublicKey(publicKey.export({ format: 'der', type: 'spki' }).subarray(-65));
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const CLAIMS = { sub: 'id', name: 'Žižka', nested: { a: [1] } };

/** A JWT that the server's key signed, whatever is in it. */
function signed(header: string, claims: string): string {
  const signature = sign('sha256', Buffer.from(`${header}.${claims}`), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${header}.${claims}.${signature.toString('base64url')}`;
}
const GOOD = signed(encode({ alg: 'ES256' }), encode(CLAIMS));
const [HEADER = '', PAYLOAD = '', SIGNATURE = ''] = GOOD.split('.');

test('a signed request is what node:crypto makes of it', () => {
  const key = Uint8Array.from(randomBytes(16));
  const [header = '', claims = '', mac = '', ...rest] = signHs256({ a: 'x', b: 'ž' }, key).split('.');
  expect(rest).toEqual([]);
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({ a: 'x', b: 'ž' });
  expect(mac).toBe(createHmac('sha256', key).update(`${header}.${claims}`).digest('base64url'));
});

test('claims come back as they were signed', async () => {
  expect(await verifyEs256(GOOD, point)).toEqual(CLAIMS);
  expect(await verifyEs256(signed(encode({ typ: 'JWT', alg: 'ES256', kid: 'x' }), encode(5)), point)).toBe(5);
});

test('signed claims that are no JSON are undefined, for the schema to refuse', async () => {
  expect(await verifyEs256(signed(encode({ alg: 'ES256' }), 'AAAA'), point)).toBe(undefined);
  expect(await verifyEs256(signed(encode({ alg: 'ES256' }), '!'), point)).toBe(undefined);
});

test.each([
  ['none', { alg: 'none' }],
  ['of the client', { alg: 'HS256' }],
  ['of another length', { alg: 'ES384' }],
  ['in small letters', { alg: 'es256' }],
  ['missing', {}],
  ['a list', { alg: ['ES256'] }],
  ['of a header that is null', null],
  ['of a header that is text', 'ES256'],
])('an algorithm that is %s is refused, though the signature is good', async (_, header) => {
  await expect(verifyEs256(signed(encode(header), PAYLOAD), point)).rejects.toMatchObject(
    error(PowerAuthErrorCode.ENCRYPTION_ERROR, /^temporary key: expected a JWT signed with ES256, got /),
  );
});

test.each([
  ['nothing', ''],
  ['two parts', `${HEADER}.${PAYLOAD}`],
  ['four parts', `${GOOD}.`],
  ['no signature', `${HEADER}.${PAYLOAD}.`],
  ['half a signature', `${HEADER}.${PAYLOAD}.${SIGNATURE.slice(0, 43)}`],
  ['a signature of zeros', `${HEADER}.${PAYLOAD}.${Buffer.alloc(64).toString('base64url')}`],
  [
    'a DER signature',
    `${HEADER}.${PAYLOAD}.${createSign('sha256').update(`${HEADER}.${PAYLOAD}`).sign(privateKey, 'base64url')}`,
  ],
  ['other claims', `${HEADER}.${encode({ ...CLAIMS, sub: 'other' })}.${SIGNATURE}`],
  ['another header', `${encode({ alg: 'ES256', x: 1 })}.${PAYLOAD}.${SIGNATURE}`],
  ['a padded signature', `${GOOD}==`],
])('%s is refused', async (_, jwt) => {
  await expect(verifyEs256(jwt, point)).rejects.toMatchObject(
    error(PowerAuthErrorCode.ENCRYPTION_ERROR, /^temporary key: expected a JWT signed /),
  );
});

test('the key of somebody else is refused', async () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const otherPoint = importPublicKey(other.export({ format: 'der', type: 'spki' }).subarray(-65));
  await expect(verifyEs256(GOOD, otherPoint)).rejects.toMatchObject(
    error(PowerAuthErrorCode.ENCRYPTION_ERROR, /signed by the server/),
  );
});
