import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { decodeRecord, encodeRecord } from '../../src/session/record.ts';
import { decodeTokenRecord, encodeTokenRecord, type TokenRecord } from '../../src/session/token-record.ts';
import { utf8, wipe } from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';

const record: TokenRecord = {
  instanceId: 'gateway \ud83d',
  name: 'api \u{1f600} \udc00',
  activationId: 'c4e8f1d2-0b1a-4d56-9f7b-2a8e5d0f1c33',
  tokenIdentifier: 'd6561669-34d6-4fee-8913-89477687a5cb',
  signatureType: 'possession_knowledge',
  tokenSecret: Uint8Array.from(randomBytes(16)),
};
const FIELDS = [utf8('activation'), utf8('token'), utf8('possession'), Uint8Array.from(randomBytes(16))];

test('is read as it was written, names with lone surrogates too', () => {
  expect(decodeTokenRecord(encodeTokenRecord(record))).toEqual(record);
  const renewed = { ...record, formerIdentifiers: ['e2a0c7f4-1d52-4a35-8b64-0f3c5d7e9a11', 'another'] };
  expect(decodeTokenRecord(encodeTokenRecord(renewed))).toEqual(renewed);
  const without = { ...record, instanceId: '', name: '' };
  expect(decodeTokenRecord(encodeTokenRecord(without))).toEqual(without);
});

test('of version 1 names nobody, and is written again in version 2', () => {
  const first = decodeTokenRecord(encodeRecord(1, FIELDS));
  expect(first).toEqual({
    instanceId: '',
    name: '',
    activationId: 'activation',
    tokenIdentifier: 'token',
    signatureType: 'possession',
    tokenSecret: FIELDS[3],
  });
  expect(encodeTokenRecord(first)[0]).toBe(2);
});

test.each([
  ['of a later version', encodeRecord(4, FIELDS), /^token record: expected record version 3, got 4/],
  ['that is empty', new Uint8Array(), /record version 3, got undefined/],
  ['of version 1 with more fields', encodeRecord(1, [...FIELDS, utf8('')]), /bytes, got/],
  ['of version 2 with fewer', encodeRecord(2, FIELDS), /6 fields, got 4/],
  ['of version 3 with fewer', encodeRecord(3, FIELDS), /7 fields, got 4/],
  ['whose secret is short', encodeRecord(1, FIELDS.with(3, utf8('short'))), /field 3 of 16 bytes, got 5/],
])('%s is refused', (_, bytes, message) => {
  expect(() => decodeTokenRecord(bytes)).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.INVALID_ACTIVATION_DATA, message)),
  );
});

test('a secret that was wiped is not written', () => {
  const tokenSecret = record.tokenSecret.slice();
  wipe(tokenSecret);
  for (const secret of [tokenSecret, tokenSecret.slice()]) {
    expect(() => encodeTokenRecord({ ...record, tokenSecret: secret })).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.UNKNOWN_ERROR, /^token record: .*wiped/)),
    );
  }
});

test('its bytes hold the secret, and wiping them takes nothing from the record', () => {
  const bytes = encodeTokenRecord(record);
  const [, , , secret] = decodeRecord(bytes, 2, Array(6).fill(undefined), 'record');
  expect(secret).toEqual(record.tokenSecret);
  wipe(bytes);
  expect(record.tokenSecret).toEqual(secret);
});
