/**
 * The secure vault, and the confirmation of recovery codes.
 *
 * @module
 */

import { bare, recoveryNotConfirmed, signatureInvalid } from '../answers.ts';
import { aesEncryptNoIv } from '../crypto.ts';
import { parseJson, signedAndEncrypted, text } from './request.ts';

const REASONS: readonly unknown[] = [
  'ADD_BIOMETRY',
  'FETCH_ENCRYPTION_KEY',
  'SIGN_WITH_DEVICE_PRIVATE_KEY',
  'RECOVERY_CODE',
  'NOT_SPECIFIED',
];

/** Needs the knowledge factor unless the server is told otherwise, as the genuine one can be. */
export const unlockVault = signedAndEncrypted(
  '/pa/vault/unlock',
  ({ activation, signatureType }, state, decrypted) => {
    const { reason } = parseJson(decrypted.plaintext) ?? {};
    if (!state.unlocksVault(signatureType) || !REASONS.includes(reason) || activation.keys === undefined)
      return signatureInvalid;
    const { transport, vault } = activation.keys;
    const encryptedVaultEncryptionKey = aesEncryptNoIv(transport, vault).toString('base64');
    return bare(decrypted.encrypt(JSON.stringify({ encryptedVaultEncryptionKey }), state.now()));
  },
);

export const confirmRecoveryCode = signedAndEncrypted(
  '/pa/recovery/confirm',
  ({ activation, signatureType }, state, decrypted) => {
    if (!signatureType.includes('knowledge')) return signatureInvalid;
    const recoveryCode = text(parseJson(decrypted.plaintext)?.['recoveryCode']) ?? '';
    const alreadyConfirmed = state.recoveryCodes.confirm(recoveryCode, activation.userId);
    if (alreadyConfirmed === undefined) return recoveryNotConfirmed;
    return bare(decrypted.encrypt(JSON.stringify({ alreadyConfirmed }), state.now()));
  },
);
