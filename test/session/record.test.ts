import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { decodeRecord, encodeRecord, misplacedRecord } from '../../src/session/record.ts';
import * as bytesModule from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';
import { seed } from '../helpers/seed.ts';

const { INVALID_ACTIVATION_DATA } = PowerAuthErrorCode;
const refused = (message: RegExp) =>
  expect.objectContaining(error(INVALID_ACTIVATION_DATA, message)) as Error;
const [A, BC] = [Uint8Array.of(0xa), Uint8Array.of(0xb, 0xc)];
const RECORD = Uint8Array.of(3, 0, 0, 0, 1, 0xa, 0, 0, 0, 2, 0xb, 0xc);

test('is a version, then each field behind its length', () => {
  expect(encodeRecord(3, [A, BC])).toEqual(RECORD);
  expect(encodeRecord(3, [])).toEqual(Uint8Array.of(3));
});

test('is read as it was written, out of the middle of a buffer too', () => {
  fc.assert(
    fc.property(fc.nat(255), fc.array(fc.uint8Array()), (version, fields) => {
      const record = encodeRecord(version, fields);
      const within = bytesModule.concat(A, record, A).subarray(1, 1 + record.length);
      const read = decodeRecord(within, version, Array(fields.length).fill(undefined), 'record');
      expect(read).toEqual(fields.map((field) => Uint8Array.from(field)));
    }),
    { seed },
  );
});

test('fields are copies, which their reader may wipe', () => {
  const record = Uint8Array.from(RECORD);
  const fields = decodeRecord(record, 3, [undefined, undefined], 'record');
  bytesModule.wipe(...fields);
  expect(record).toEqual(RECORD);
});

test('fields that an earlier version did not have are empty', () => {
  expect(decodeRecord(RECORD, 3, [1, 2, 16, undefined], 'record', 2)).toEqual([
    A,
    BC,
    new Uint8Array(),
    new Uint8Array(),
  ]);
});

describe('what was not written so is refused by name, expected and received', () => {
  test.each<readonly [string, Uint8Array, readonly (number | undefined)[], RegExp]>([
    ['another version', RECORD.with(0, 4), [1, 2], /^a record: expected record version 3, got 4;/],
    ['nothing', new Uint8Array(), [1, 2], /record version 3, got undefined;/],
    ['too few fields', RECORD, [1, 2, 3], /expected 3 fields, got 2;/],
    ['too many fields', RECORD, [1], /expected 6 bytes, got 12;/],
    ['a field of another length', RECORD, [1, 3], /field 1 of 3 bytes, got 2;/],
    ['a field that is cut off', RECORD.subarray(0, -1), [1, undefined], /field 1 of at most/],
    ['a length that is cut off', RECORD.subarray(0, 9), [1, 2], /expected 2 fields, got 1;/],
    ['a length beyond everything', RECORD.with(1, 255), [undefined, 2], /field 0 of at most/],
    ['a byte more', Uint8Array.of(...RECORD, 0), [1, 2], /expected 12 bytes, got 13;/],
  ])('%s', (_, bytes, lengths, message) => {
    expect(() => decodeRecord(bytes, 3, lengths, 'a record')).toThrow(refused(message));
  });

  test('every beginning of a record', () => {
    for (let length = 0; length < RECORD.length; length++) {
      expect(() => decodeRecord(RECORD.subarray(0, length), 3, [undefined, undefined], 'a record')).toThrow(
        refused(/^a record: expected /),
      );
    }
  });

  test('and the secrets that were read until then are wiped', () => {
    const copied: Uint8Array[] = [];
    const set = vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (this: Uint8Array, source) {
      copied.push(this);
      for (let i = 0; i < source.length; i++) this[i] = source[i] ?? 0;
    });
    expect(() => decodeRecord(RECORD, 3, [1, 2, 3], 'a record')).toThrow(refused(/got 2/));
    set.mockRestore();
    expect(copied).toEqual([new Uint8Array(RECORD.length)]);
  });
});

test('a record of another place is said to be left there', () => {
  expect(misplacedRecord('token record')).toMatchObject(
    error(INVALID_ACTIVATION_DATA, /^token record: expected the one of this place, .*left in place$/),
  );
});
