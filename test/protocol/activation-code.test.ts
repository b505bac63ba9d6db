import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  correctTypedCharacter,
  crc16,
  parseActivationCode,
  parseRecoveryCode,
  validateActivationCode,
  validateRecoveryCode,
  validateRecoveryPuk,
  validateTypedCharacter,
  verifyActivationCodeSignature,
} from '../../src/protocol/activation-code.ts';
import { ecdsaSign, ecdsaVerify, importPublicKey } from '../../src/protocol/keys.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';
import { bytes, keyPair, privateKey, published, text } from '../helpers/vectors.ts';

const CODE = 'VVVVV-VVVVV-VVVVV-VTFVA';

test('signatures of activation codes', async () => {
  for (const { input, output } of published('verify-activation-data-signature-v3')) {
    const code = text(input, 'activationCode');
    const signature = text(output, 'activationSignature');
    const masterKey = importPublicKey(bytes(input, 'masterPublicKey'));
    expect(parseActivationCode(`${code}#${signature}`)).toEqual({
      activationCode: code,
      activationSignature: signature,
    });
    expect(validateActivationCode(code)).toBe(true);
    expect(await verifyActivationCodeSignature(code, signature, masterKey)).toBe(true);
    expect(await verifyActivationCodeSignature(code.replace(/^./, 'Z'), signature, masterKey)).toBe(false);
    const ours = await ecdsaSign(keyPair(privateKey(text(input, 'masterPrivateKey'))), utf8(code));
    expect(await ecdsaVerify(masterKey, utf8(code), ours)).toBe(true);
  }
});

test('an invalid signature, or one of something else, verifies nothing', async () => {
  const [vector] = published('verify-activation-data-signature-v3');
  if (vector === undefined) throw new Error('no vector');
  const code = text(vector.input, 'activationCode');
  const signature = text(vector.output, 'activationSignature');
  const masterKey = importPublicKey(bytes(vector.input, 'masterPublicKey'));
  for (const other of ['', 'AAAA', '!', signature.slice(0, -4), signature.replace(/^./, 'N')]) {
    expect(await verifyActivationCodeSignature(code, other, masterKey), other).toBe(false);
  }
  expect(await verifyActivationCodeSignature(`${code} `, signature, masterKey)).toBe(false);
});

test.each([
  ['', 0],
  // The check value of CRC-16/ARC.
  ['123456789', 0xbb3d],
  ['\0\0', 0],
])('the checksum of %j', (content, expected) => {
  expect(crc16(utf8(content))).toBe(expected);
});

test('the checksum and the four bits after it are held to', () => {
  expect(validateActivationCode(CODE)).toBe(true);
  const last = Array.from('BCDEFGHIJKLMNOPQRSTUVWXYZ234567', (letter) => CODE.replace(/.$/, letter));
  expect(last.filter(validateActivationCode)).toEqual([]);
  expect(validateActivationCode(CODE.replace('F', 'G'))).toBe(false);
});

test('codes for activation and recovery differ in the prefix, and each has an error of its own', () => {
  expect(parseActivationCode(CODE)).toEqual({ activationCode: CODE });
  expect([parseRecoveryCode(CODE), parseRecoveryCode(`R:${CODE}`)]).toEqual([CODE, CODE]);
  expect([validateRecoveryCode(CODE), validateRecoveryCode(`R:${CODE}`)]).toEqual([true, true]);
  expect(() => parseActivationCode(`R:${CODE}`)).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.INVALID_ACTIVATION_CODE, /^activationCode: expected/)),
  );
  expect(() => parseRecoveryCode(`${CODE}#AAAA`)).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.INVALID_RECOVERY_CODE, /^recoveryCode: expected/)),
  );
  expect(() => parseActivationCode('GEHEIM')).not.toThrow('GEHEIM');
});

test('a PUK has 10 digits', () => {
  expect(['0123456789', '012345678', '01234567890', '012345678a'].map(validateRecoveryPuk)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('typed characters are corrected where it is plain what was meant, and no others', () => {
  const typed = (character: string) => {
    const corrected = correctTypedCharacter(character.codePointAt(0) ?? 0);
    return corrected === undefined ? undefined : String.fromCodePoint(corrected);
  };
  expect(['A', 'z', '0', '1', '2', '7', '8', '9', '-', '\u0131'].map(typed)).toEqual([
    ...['A', 'Z', 'O', 'I', '2', '7'],
    ...[undefined, undefined, undefined, undefined],
  ]);
  expect([0x41, 0x61, -1, 65.5, NaN].map(validateTypedCharacter)).toEqual([true, false, false, false, false]);
});
