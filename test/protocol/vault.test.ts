import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  decryptVaultKey,
  parseVaultUnlockResponse,
  unwrapDevicePrivateKey,
  unwrapRecoveryData,
  vaultEncryptionKey,
  wrapDevicePrivateKey,
  wrapRecoveryData,
} from '../../src/protocol/vault.ts';
import { error } from '../helpers/error.ts';
import { deviceKeys, keys, plaintextOf } from '../helpers/recording.ts';
import { expectRefusedAnswers } from '../helpers/refused-answers.ts';
import { b64 } from '../helpers/vectors.ts';
import { createCipheriv, randomBytes } from 'node:crypto';

const KEY = Uint8Array.from(randomBytes(16));
const IV = Uint8Array.from(randomBytes(16));
const DATA = { recoveryCode: 'VVVVV-VVVVV-VVVVV-VTFVA', puk: '0123456789' };

describe('recovery data', () => {
  test('come back as they were, and show nothing', async () => {
    const wrapped = await wrapRecoveryData(DATA, KEY, IV);
    expect(wrapped.subarray(0, 16)).toEqual(IV);
    expect(Buffer.from(wrapped).includes('VVVVV')).toBe(false);
    expect(await unwrapRecoveryData(wrapped, KEY)).toEqual(DATA);
  });

  test('under another key, or damaged, are an ENCRYPTION_ERROR', async () => {
    const wrapped = await wrapRecoveryData(DATA, KEY, IV);
    const broken = expect.objectContaining(error(PowerAuthErrorCode.ENCRYPTION_ERROR)) as Error;
    // One key in 256 gives a padding that fits; none gives such content.
    for (let i = 0; i < 600; i++) {
      const other = Uint8Array.from(KEY);
      other[i % 16] = (other[i % 16] ?? 0) ^ (1 + (i >> 4));
      await expect(unwrapRecoveryData(wrapped, other)).rejects.toThrow(broken);
    }
    for (const length of [0, 15, 16, 17, 31]) {
      await expect(unwrapRecoveryData(wrapped.subarray(0, length), KEY)).rejects.toThrow(broken);
    }
  });
});

test.each([0, 1, 1000, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER])('key number %d', async (index) => {
  const block = Buffer.alloc(16);
  block.writeBigUInt64BE(BigInt(index), 8);
  const cipher = createCipheriv('aes-128-cbc', KEY, Buffer.alloc(16)).setAutoPadding(false);
  const expected = Buffer.concat([cipher.update(block), cipher.final()]);
  expect(Buffer.from(await vaultEncryptionKey(KEY, index))).toEqual(expected);
});

test("a genuine server's vault key, and the device key under it", async () => {
  const [vault = ''] = plaintextOf('/pa/v3/vault/unlock');
  const { encryptedVaultEncryptionKey } = JSON.parse(vault) as { encryptedVaultEncryptionKey: string };
  const vaultKey = await decryptVaultKey(b64(encryptedVaultEncryptionKey), keys.transport);
  expect(vaultKey).toEqual(keys.vault);
  const wrapped = await wrapDevicePrivateKey(deviceKeys.privateKey, vaultKey);
  expect(await unwrapDevicePrivateKey(wrapped, vaultKey)).toEqual(deviceKeys.privateKey);
  await expect(decryptVaultKey(b64(encryptedVaultEncryptionKey), keys.possession)).rejects.toMatchObject({
    code: PowerAuthErrorCode.ENCRYPTION_ERROR,
  });
});

test('parseVaultUnlockResponse', () => {
  expectRefusedAnswers(parseVaultUnlockResponse);
});
