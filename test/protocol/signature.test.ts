import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  AUTHORIZATION_HEADER,
  authorizationHeader,
  computeOfflineSignature,
  computeSignature,
  decimalize,
  signatureData,
  signatureType,
} from '../../src/protocol/signature.ts';
import { utf8, utf8Decode } from '../../src/util/bytes.ts';
import { activationId, application, exchangesWith, keys } from '../helpers/recording.ts';
import { b64, bytes, published, text } from '../helpers/vectors.ts';

/** The factor keys that a vector's signature type asks for. */
function factorKeys(input: Readonly<Record<string, string>>): Uint8Array[] {
  return text(input, 'signatureType')
    .toLowerCase()
    .split('_')
    .map((factor) => bytes(input, `signature${factor.charAt(0).toUpperCase()}${factor.slice(1)}Key`));
}

test('online signatures', () => {
  for (const { input, output } of published('signatures-v31')) {
    const signature = computeSignature(factorKeys(input), bytes(input, 'counterData'), bytes(input, 'data'));
    expect(signature).toBe(text(output, 'signature'));
  }
});

test('offline signatures', () => {
  for (const { input, output } of published('signatures-offline')) {
    const digits = Number(text(input, 'signatureComponentLength'));
    const signature = computeOfflineSignature(
      factorKeys(input),
      bytes(input, 'counterData'),
      bytes(input, 'data'),
      digits,
    );
    expect(signature).toBe(text(output, 'signature'));
  }
});

describe.each(
  exchangesWith(
    ({ signature, requestHeaders }) => signature !== undefined && AUTHORIZATION_HEADER in requestHeaders,
  ),
)('%s', (_, exchange) => {
  test('signature', () => {
    const { signature } = exchange;
    if (signature === undefined) throw new Error('no signature');
    const { factors, method, uriId, body, nonce, ctrData } = signature;
    const data = signatureData({
      method,
      uriId,
      nonce: b64(nonce),
      body: utf8(body),
      applicationSecret: application.secret,
    });
    expect(utf8Decode(data)).toBe(signature.normalizedData);
    const computed = computeSignature(
      factors.map((factor) => keys[factor]),
      b64(ctrData),
      data,
    );
    // The recording's refused request was signed wrongly on purpose.
    if (exchange.httpStatus === 200) expect(computed).toBe(signature.signature);
    else expect(computed).not.toBe(signature.signature);
    expect(
      authorizationHeader({
        activationId,
        applicationKey: application.key,
        nonce,
        factors,
        signature: signature.signature,
      }),
    ).toBe(exchange.requestHeaders[AUTHORIZATION_HEADER]);
  });
});

const CTR_DATA = Uint8Array.from(randomBytes(16));
const KEYS = [randomBytes(16), randomBytes(16), randomBytes(16)];
const DATA = utf8('data');

test('a further factor adds a component, and changes none before it', () => {
  const [one, two, three] = [1, 2, 3].map((count) =>
    b64(computeSignature(KEYS.slice(0, count), CTR_DATA, DATA)),
  );
  expect([one?.length, two?.length, three?.length]).toEqual([16, 32, 48]);
  expect(two?.subarray(0, 16)).toEqual(one);
  expect(three?.subarray(0, 32)).toEqual(two);
});

test('keys, counter and data are left as they are', () => {
  const before = [...KEYS, CTR_DATA, DATA].map((part) => Uint8Array.from(part));
  computeSignature(KEYS, CTR_DATA, DATA);
  computeOfflineSignature(KEYS, CTR_DATA, DATA);
  expect([...KEYS, CTR_DATA, DATA].map((part) => Uint8Array.from(part))).toEqual(before);
});

test('an offline signature has so many digits a component, 8 where nothing is said', () => {
  for (const digits of [4, 5, 6, 7, 8]) {
    expect(computeOfflineSignature(KEYS, CTR_DATA, DATA, digits)).toMatch(
      new RegExp(`^(\\d{${digits}})-(\\d{${digits}})-(\\d{${digits}})$`),
    );
  }
  expect(computeOfflineSignature(KEYS, CTR_DATA, DATA)).toBe(
    computeOfflineSignature(KEYS, CTR_DATA, DATA, 8),
  );
});

test.each([
  ['0000000000000000', 8, '00000000'],
  ['00000000ffffffff', 8, '47483647'],
  ['000000007fffffff', 4, '3647'],
  ['ffffffff0000002a', 4, '0042'],
  ['0000000080000000', 8, '00000000'],
])('the last 4 bytes of %s in %i digits are %s', (hex, digits, expected) => {
  expect(decimalize(Buffer.from(hex, 'hex'), digits)).toBe(expected);
  expect(decimalize(Buffer.from(`00${hex}00`, 'hex').subarray(1, 9), digits)).toBe(expected);
});

test('the data is in Base64 where it could hold an ampersand', () => {
  const data = signatureData({
    method: 'POST',
    uriId: '/a&b',
    nonce: new Uint8Array(16),
    body: utf8('c&d'),
    applicationSecret: 'offline',
  });
  expect(utf8Decode(data)).toBe('POST&L2EmYg==&AAAAAAAAAAAAAAAAAAAAAA==&YyZk&offline');
});

test('a type names its factors', () => {
  expect(signatureType(['possession'])).toBe('possession');
  expect(signatureType(['possession', 'knowledge', 'biometry'])).toBe('possession_knowledge_biometry');
});
