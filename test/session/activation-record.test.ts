import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  decodeActivationRecord,
  encodeActivationRecord,
  wipeActivationRecord,
  type ActivationRecord,
} from '../../src/session/activation-record.ts';
import { wrapUnderPassword } from '../../src/session/password-wrapping.ts';
import { encodeRecord } from '../../src/session/record.ts';
import { wipe } from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';

const random = (length: number) => Uint8Array.from(randomBytes(length));

const salt = random(16);
const plain: ActivationRecord = {
  instanceId: 'gateway \u{1f600} \ud83d',
  activationId: 'c4e8f1d2-0b1a-4d56-9f7b-2a8e5d0f1c33',
  serverPublicKey: random(33),
  devicePublicKey: random(33),
  wrappedDevicePrivateKey: random(48),
  possessionKey: random(16),
  transportKey: random(16),
  knowledge: { hash: 'SHA-1', salt, iterations: 10_000, wrappedKey: random(16), passwordId: salt },
  counter: { ctrData: random(16), ctrByte: 255 },
  wrappedRecoveryData: random(48),
  biometry: undefined,
};
const biometry = { provider: 'software', descriptor: random(32), wrappedKey: random(44) };

/** The fields that version 1 had, as it wrote them. */
const version1 = [
  Buffer.from(plain.activationId),
  plain.serverPublicKey,
  plain.devicePublicKey,
  plain.wrappedDevicePrivateKey,
  plain.possessionKey,
  plain.transportKey,
  plain.knowledge.salt,
  Uint8Array.of(0, 0, 0x27, 0x10),
  plain.knowledge.wrappedKey,
  plain.counter.ctrData,
  Uint8Array.of(255),
];

describe('an activation record', () => {
  test('is read as it was written, with and without a biometry factor', () => {
    expect(decodeActivationRecord(encodeActivationRecord(plain))).toEqual(plain);
    const knowledge = {
      ...plain.knowledge,
      hash: 'SHA-256',
      iterations: 600_000,
      passwordId: random(16),
    } as const;
    const record = { ...plain, knowledge, wrappedRecoveryData: new Uint8Array(0), biometry };
    expect(decodeActivationRecord(encodeActivationRecord(record))).toEqual(record);
  });

  test('is read as earlier versions wrote it, and written again in the present one', () => {
    const without = { ...plain, instanceId: '', wrappedRecoveryData: new Uint8Array(0) };
    const record = decodeActivationRecord(encodeRecord(1, version1));
    expect(record).toEqual(without);
    expect(encodeActivationRecord(record)[0]).toBe(6);
    const recovery = encodeRecord(2, [...version1, plain.wrappedRecoveryData]);
    expect(decodeActivationRecord(recovery)).toEqual({ ...plain, instanceId: '' });
  });

  test.each([
    ['of a later version', encodeRecord(7, version1), /expected record version 6, got 7/],
    ['of version 0', encodeRecord(0, version1), /expected record version 6, got 0/],
    ['that is empty', new Uint8Array(0), /expected record version 6, got undefined/],
    ['of version 1 with more fields', encodeRecord(1, [...version1, random(1)]), /bytes, got/],
    ['of version 2 with fewer fields', encodeRecord(2, version1), /expected 12 fields, got 11/],
    ['of version 3 with fewer fields', encodeRecord(3, version1), /expected 15 fields, got 11/],
    ['of version 4 with fewer fields', encodeRecord(4, version1), /expected 16 fields, got 11/],
    ['of version 5 with fewer fields', encodeRecord(5, version1), /expected 17 fields, got 11/],
    ['of version 6 with fewer fields', encodeRecord(6, version1), /expected 18 fields, got 11/],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => decodeActivationRecord(bytes)).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.INVALID_ACTIVATION_DATA, message)),
    );
  });

  test('is wiped', () => {
    const record = decodeActivationRecord(encodeActivationRecord({ ...plain, biometry }));
    wipeActivationRecord(record);
    for (const secret of [record.possessionKey, record.transportKey, record.biometry?.wrappedKey]) {
      expect(secret?.every((byte) => byte === 0)).toBe(true);
    }
  });

  test('refuses secrets that were wiped, and copies of such', async () => {
    const refused = /activation record: expected secrets, got one that was wiped/;
    for (const key of [
      'wrappedDevicePrivateKey',
      'possessionKey',
      'transportKey',
      'wrappedRecoveryData',
    ] as const) {
      const wipedKey = plain[key].slice();
      wipe(wipedKey);
      for (const zeros of [wipedKey, wipedKey.slice()]) {
        expect(() => encodeActivationRecord({ ...plain, [key]: zeros }), key).toThrow(refused);
      }
    }
    const record = decodeActivationRecord(encodeActivationRecord({ ...plain, biometry }));
    wipeActivationRecord(record);
    const { knowledge, counter, biometry: factor } = record;
    for (const part of [{ knowledge }, { counter }, { biometry: factor }]) {
      expect(() => encodeActivationRecord({ ...plain, ...part })).toThrow(refused);
    }
    await expect(wrapUnderPassword(knowledge.wrappedKey, Buffer.from('1234'), 10_000)).rejects.toThrow(
      /was wiped/,
    );
  });
});
