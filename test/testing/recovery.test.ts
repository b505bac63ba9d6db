import { describe, expect, test } from 'vitest';
import { validateActivationCode } from '../../src/protocol/activation-code.ts';
import { RecoveryCodes, recoveryCodeSnapshot, type RecoveryCode } from '../../src/testing/recovery.ts';

const WRONG = 'no PUK';

function confirmed(pukCount = 1): { codes: RecoveryCodes; code: RecoveryCode } {
  const codes = new RecoveryCodes();
  const code = codes.create({ userId: 'alice' }, pukCount);
  codes.confirm(code.recoveryCode, 'alice');
  return { codes, code };
}
const pukOf = (code: RecoveryCode, index: number): string => code.puks[index - 1]?.puk ?? '';
const states = (code: RecoveryCode) => code.puks.map(({ state }) => state);

test('a code is one that clients take, and begins unconfirmed', () => {
  const codes = new RecoveryCodes();
  const code = codes.create({ userId: 'alice' }, 3);
  expect(validateActivationCode(code.recoveryCode)).toBe(true);
  expect(code).toMatchObject({ userId: 'alice', state: 'CREATED', failCount: 0 });
  expect(code.puks.map(({ index }) => index)).toEqual([1, 2, 3]);
  for (const { puk } of code.puks) expect(puk).toMatch(/^\d{10}$/);
  expect(codes.usePuk(code.recoveryCode, pukOf(code, 1))).toEqual({ currentPukIndex: undefined });
  expect(states(code)).toEqual(['VALID', 'VALID', 'VALID']);
});

describe('a confirmation', () => {
  test('is the owner’s alone, and tells of an earlier one', () => {
    const codes = new RecoveryCodes();
    const { recoveryCode } = codes.create({ userId: 'alice' });
    expect(codes.confirm(recoveryCode, 'bob')).toBeUndefined();
    expect(codes.confirm('AAAAA-AAAAA-AAAAA-AAAAA', 'alice')).toBeUndefined();
    expect(codes.confirm(recoveryCode, 'alice')).toBe(false);
    expect(codes.confirm(recoveryCode, 'alice')).toBe(true);
  });

  test('comes with the activation for the code that belongs to it', () => {
    const codes = new RecoveryCodes();
    const own = codes.create({ userId: 'alice', activationId: 'one' });
    const other = codes.create({ userId: 'alice', activationId: 'two' });
    codes.activateOf('one');
    expect([own.state, other.state]).toEqual(['ACTIVE', 'CREATED']);
  });
});

describe('PUKs', () => {
  test('are used in their order, each once', () => {
    const { codes, code } = confirmed(2);
    expect(codes.usePuk(code.recoveryCode, pukOf(code, 2))).toEqual({ currentPukIndex: 1 });
    expect(codes.usePuk(code.recoveryCode, pukOf(code, 1)).accepted).toBe(code);
    expect(code.failCount).toBe(0);
    expect(codes.usePuk(code.recoveryCode, pukOf(code, 1))).toEqual({ currentPukIndex: 2 });
    expect(codes.usePuk(code.recoveryCode, pukOf(code, 2)).accepted).toBe(code);
    expect(states(code)).toEqual(['USED', 'USED']);
    expect(codes.usePuk(code.recoveryCode, pukOf(code, 2))).toEqual({ currentPukIndex: undefined });
  });

  test('that are wrong five times block the code and the PUKs that are left', () => {
    const { codes, code } = confirmed(3);
    codes.usePuk(code.recoveryCode, pukOf(code, 1));
    for (let i = 1; i <= 4; i++) {
      expect(codes.usePuk(code.recoveryCode, WRONG)).toEqual({ currentPukIndex: 2 });
    }
    expect(codes.usePuk(code.recoveryCode, WRONG)).toEqual({ currentPukIndex: undefined });
    expect(code.state).toBe('BLOCKED');
    expect(states(code)).toEqual(['USED', 'INVALID', 'INVALID']);
    expect(codes.usePuk(code.recoveryCode, pukOf(code, 2)).accepted).toBeUndefined();
    expect(codes.confirm(code.recoveryCode, 'alice')).toBeUndefined();
  });

  test('are invalid when their code was revoked', () => {
    const { codes, code } = confirmed();
    codes.revoke(code);
    expect(code.state).toBe('REVOKED');
    expect(states(code)).toEqual(['INVALID']);
    expect(codes.usePuk(code.recoveryCode, pukOf(code, 1)).accepted).toBeUndefined();
  });
});

test('a snapshot shows nothing of later changes', () => {
  const { codes, code } = confirmed();
  const before = recoveryCodeSnapshot(code);
  codes.revoke(code);
  expect(before.state).toBe('ACTIVE');
  expect(before.puks[0]?.state).toBe('VALID');
});
