import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nextCounter } from '../../src/protocol/counter.ts';
import {
  AUTHORIZATION_HEADER,
  authorizationHeader,
  computeOfflineSignature,
  computeSignature,
  signatureData,
} from '../../src/protocol/signature.ts';
import {
  ANY_FACTORS,
  factorsOf,
  findCounter,
  isSignatureType,
  LOOK_AHEAD,
  nextCtrData,
  offlineSignature,
  onlineSignature,
  parseHeader,
  parseSignatureHeader,
  TWO_FACTORS,
} from '../../src/testing/signature.ts';

const KEYS = [randomBytes(16), randomBytes(16), randomBytes(16)];
const CTR_DATA = randomBytes(16);
const NONCE = randomBytes(16);
const DATA = {
  method: 'POST',
  uriId: '/žluťoučký',
  nonce: NONCE.toString('base64'),
  body: Buffer.from('body'),
  secret: 'c2VjcmV0',
};
const SIGNED = signatureData({ ...DATA, nonce: NONCE, applicationSecret: DATA.secret });

/** The value of the counter so many steps later. */
const later = (steps: number): Buffer =>
  Array.from({ length: steps }).reduce<Buffer>((ctrData) => nextCtrData(ctrData), CTR_DATA);

test('the counter goes as the client’s, which shares no code with it', () => {
  expect(nextCtrData(CTR_DATA)).toEqual(Buffer.from(nextCounter({ ctrData: CTR_DATA, ctrByte: 0 }).ctrData));
});

describe('findCounter', () => {
  test.each([1, 2, 3])('finds what the client signed with %i factors, online and offline', (count) => {
    const keys = KEYS.slice(0, count);
    const online = computeSignature(keys, CTR_DATA, SIGNED);
    expect(findCounter(keys, CTR_DATA, DATA, online, onlineSignature)).toEqual({ steps: 0, next: later(1) });
    for (const digits of [4, 8]) {
      const offline = computeOfflineSignature(keys, CTR_DATA, SIGNED, digits);
      expect(findCounter(keys, CTR_DATA, DATA, offline, offlineSignature(digits))).toEqual({
        steps: 0,
        next: later(1),
      });
    }
  });

  test('tries as many values as the look-ahead says, and none before', () => {
    const find = (ctrData: Buffer) =>
      findCounter(KEYS, CTR_DATA, DATA, computeSignature(KEYS, ctrData, SIGNED), onlineSignature);
    expect(find(later(LOOK_AHEAD - 1))).toEqual({ steps: LOOK_AHEAD - 1, next: later(LOOK_AHEAD) });
    expect(find(later(LOOK_AHEAD))).toBe(undefined);
    const behind = computeSignature(KEYS, CTR_DATA, SIGNED);
    expect(findCounter(KEYS, later(1), DATA, behind, onlineSignature)).toBe(undefined);
  });

  test.each<readonly [string, Partial<typeof DATA>]>([
    ['method', { method: 'PUT' }],
    ['uriId', { uriId: '/' }],
    ['nonce', { nonce: randomBytes(16).toString('base64') }],
    ['body', { body: Buffer.from('Body') }],
    ['secret', { secret: 'offline' }],
  ])('refuses another %s', (_, change) => {
    const signature = computeSignature(KEYS, CTR_DATA, SIGNED);
    expect(findCounter(KEYS, CTR_DATA, { ...DATA, ...change }, signature, onlineSignature)).toBe(undefined);
  });

  test('refuses other keys, another order of them, and a part of a signature', () => {
    const signature = computeSignature(KEYS, CTR_DATA, SIGNED);
    for (const keys of [KEYS.slice(0, 2), KEYS.toReversed(), [...KEYS.slice(0, 2), randomBytes(16)]]) {
      expect(findCounter(keys, CTR_DATA, DATA, signature, onlineSignature)).toBe(undefined);
    }
    for (const text of ['', signature.slice(0, -4), ` ${signature}`]) {
      expect(findCounter(KEYS, CTR_DATA, DATA, text, onlineSignature)).toBe(undefined);
    }
  });
});

describe('headers', () => {
  const PARTS = {
    activationId: 'c4e8f1d2-0b1a-4d56-9f7b-2a8e5d0f1c33',
    applicationKey: randomBytes(16).toString('base64'),
    nonce: DATA.nonce,
    signature: randomBytes(32).toString('base64'),
  };
  const VALUE = authorizationHeader({ ...PARTS, factors: ['possession', 'knowledge'] });

  test('are read as the client writes them', () => {
    expect(AUTHORIZATION_HEADER).toBe('X-PowerAuth-Authorization');
    expect(parseSignatureHeader(VALUE)).toEqual({ ...PARTS, signatureType: 'possession_knowledge' });
  });

  test.each([
    undefined,
    '',
    'PowerAuth',
    'Basic eA==',
    'PowerAuth a=1',
    'PowerAuth a="1" b="2"',
    'PowerAuth a="1", a="2"',
    'PowerAuth a="1",',
    'PowerAuth A="1"',
    'PowerAuth constructor="1"',
    'powerauth a="1"',
  ])('%j is none', (value) => {
    expect(parseHeader(value)).toBe(undefined);
  });

  test('have fields in any order, with any spaces, also empty ones', () => {
    expect(parseHeader('PowerAuth b="2" ,  a="", c="=="')).toEqual({ a: '', b: '2', c: '==' });
  });

  test.each([
    ['version', /pa_version="3.3"/, 'pa_version="3.2"'],
    ['activation', /pa_activation_id="[^"]*", /, ''],
    ['nonce of 16 bytes', /pa_nonce="[^"]*"/, 'pa_nonce="AAAA"'],
    ['application key of 16 bytes', /pa_application_key="[^"]*"/, 'pa_application_key="AAAA"'],
    ['known factors', /possession_knowledge/, 'knowledge'],
    ['factors of its own', /possession_knowledge/, 'constructor'],
    ['signature of whole components', /pa_signature="[^"]*"/, 'pa_signature="AAAA"'],
    ['signature', /, pa_signature="[^"]*"/, ''],
  ])('without its %s it is no signature', (_, part, other) => {
    expect(parseSignatureHeader(VALUE.replace(part, other))).toBe(undefined);
  });
});

test('types have their factors in the order of the components', () => {
  for (const type of ANY_FACTORS) expect(factorsOf(type).join('_')).toBe(type);
  expect(TWO_FACTORS).toEqual(expect.arrayContaining(ANY_FACTORS.filter((type) => type !== 'possession')));
  expect(TWO_FACTORS).not.toContain('possession');
  for (const text of [undefined, '', 'knowledge', 'constructor', 'POSSESSION']) {
    expect(isSignatureType(text)).toBe(false);
  }
});
