import { expect, test } from 'vitest';
import { UnlockedBiometryKey } from '../../src/biometry/unlocked-key.ts';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { PowerAuthAuthentication } from '../../src/model/power-auth-authentication.ts';
import type { ActivationRecord } from '../../src/session/activation-record.ts';
import {
  POSSESSION,
  possessionKnowledge,
  signatureFactors,
  withFactorKeys,
} from '../../src/session/factors.ts';
import { KnowledgeFactor } from '../../src/session/knowledge-factor.ts';
import { error } from '../helpers/error.ts';

const [POSSESSION_KEY, KNOWLEDGE_KEY, BIOMETRY_KEY] = [1, 2, 3].map((byte) =>
  new Uint8Array(16).fill(byte),
) as [Uint8Array, Uint8Array, Uint8Array];
const record = { activationId: 'activation', possessionKey: POSSESSION_KEY } as ActivationRecord;
const knowledge = Object.create(KnowledgeFactor.prototype, {
  key: { value: KNOWLEDGE_KEY },
}) as KnowledgeFactor;

test('an authentication object stands for its factors, in the order of the protocol', () => {
  const prompt = { promptMessage: 'Please approve' };
  expect(signatureFactors(PowerAuthAuthentication.possession())).toEqual(['possession']);
  expect(signatureFactors(PowerAuthAuthentication.password('1234'))).toEqual(['possession', 'knowledge']);
  expect(signatureFactors(PowerAuthAuthentication.biometry(prompt))).toEqual(['possession', 'biometry']);
  expect(POSSESSION.names).toEqual(['possession']);
  expect(possessionKnowledge(knowledge)).toEqual({ names: ['possession', 'knowledge'], knowledge });
});

test('keys come in the order of the protocol, and stay their holders’', () => {
  const biometry = new UnlockedBiometryKey('activation', BIOMETRY_KEY.slice());
  const keysOf = (factors: Parameters<typeof withFactorKeys>[1]) =>
    withFactorKeys(record, factors, (keys) => [...keys]);
  expect(keysOf(POSSESSION)).toEqual([POSSESSION_KEY]);
  expect(keysOf(possessionKnowledge(knowledge))).toEqual([POSSESSION_KEY, KNOWLEDGE_KEY]);
  expect(keysOf({ names: ['possession', 'biometry'], biometry })).toEqual([POSSESSION_KEY, BIOMETRY_KEY]);
  expect(keysOf({ names: ['possession', 'knowledge', 'biometry'], knowledge, biometry })).toEqual([
    POSSESSION_KEY,
    KNOWLEDGE_KEY,
    BIOMETRY_KEY,
  ]);
  expect(biometry.key).toEqual(BIOMETRY_KEY);
  biometry.release();
});

test('the key of another activation, or one that was released, is used for nothing', () => {
  const biometry = new UnlockedBiometryKey('another', BIOMETRY_KEY.slice());
  const factors = { names: ['possession', 'biometry'], biometry } as const;
  let used = false;
  const use = () => {
    used = true;
  };
  expect(() => withFactorKeys(record, factors, use)).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.OPERATION_CANCELED, /replaced by another/)),
  );
  biometry.release();
  expect(() => withFactorKeys(record, factors, use)).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT)),
  );
  expect(used).toBe(false);
});
