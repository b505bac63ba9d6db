/**
 * The secure vault, and the confirmation of recovery codes.
 *
 * @module
 */

import {
  bare,
  recoveryNotConfirmed,
  requestInvalid,
  signatureInvalid,
  vaultInvalid,
  type Answer,
} from '../answers.ts';
import { aesEncryptNoIv } from '../crypto.ts';
import { parseSignatureHeader, type SignatureHeader } from '../signature.ts';
import type { ServerState } from '../state.ts';
import { verifyParsed } from '../verify.ts';
import { parseJson, text, type Json } from '../json.ts';
import { decrypt, hasEnvelopeFields, header, json, signed, type Incoming } from './request.ts';

const VAULT_UNLOCK = '/pa/vault/unlock';
const CONFIRM_RECOVERY = '/pa/recovery/confirm';
/** The form of reasons, which the genuine server writes to its log. */
const REASON = /^[A-Za-z0-9_\-.]{3,255}$/;

/** Accepts two factors, the second of which is knowledge unless the server is configured otherwise. */
export const unlockVault = json((state, request) => {
  const signature = parseSignatureHeader(header(request, 'x-powerauth-authorization'));
  if (signature === undefined) return signatureInvalid;
  const envelope = parseJson(request.body) ?? {};
  return hasEnvelopeFields(envelope) ? unlock(state, request, signature, envelope) : requestInvalid;
});

/** Checks in the order of the genuine server: the signature comes last, so earlier errors cost no attempt. */
function unlock(state: ServerState, { body }: Incoming, signature: SignatureHeader, envelope: Json): Answer {
  if (!state.unlocksVault(signature.signatureType)) return vaultInvalid;
  const activation = state.activation(signature.activationId);
  const version = state.applications.served(signature.applicationKey);
  if (activation?.state !== 'ACTIVE' || activation.application !== version?.application)
    return signatureInvalid;
  const decrypted = decrypt(state, version, envelope, VAULT_UNLOCK, activation);
  if (decrypted === undefined) return vaultInvalid;
  const content = parseJson(decrypted.plaintext);
  if (content === undefined) return signatureInvalid;
  if (!REASON.test(text(content['reason'] ?? 'NOT_SPECIFIED') ?? '')) return vaultInvalid;
  const verified = verifyParsed(state, signature, { method: 'POST', uriId: VAULT_UNLOCK, body });
  if (verified === undefined || activation.keys === undefined) return signatureInvalid;
  const { transport, vault } = activation.keys;
  const encryptedVaultEncryptionKey = aesEncryptNoIv(transport, vault).toString('base64');
  return bare(decrypted.encrypt(JSON.stringify({ encryptedVaultEncryptionKey }), state.now()));
}

export const confirmRecoveryCode = signed(
  { uriId: CONFIRM_RECOVERY, signatureTypes: ['possession_knowledge'], takesJson: true },
  ({ activation, version }, state, request) => {
    const envelope = parseJson(request.body) ?? {};
    if (!hasEnvelopeFields(envelope)) return requestInvalid;
    if (!state.activationRecovery) return recoveryNotConfirmed;
    const decrypted = decrypt(state, version, envelope, CONFIRM_RECOVERY, activation);
    if (decrypted === undefined) return recoveryNotConfirmed;
    const recoveryCode = text(parseJson(decrypted.plaintext)?.['recoveryCode']) ?? '';
    if (state.applicationOfRecovery(recoveryCode) !== activation.application) return recoveryNotConfirmed;
    const alreadyConfirmed = state.recoveryCodes.confirm(recoveryCode, activation.userId);
    if (alreadyConfirmed === undefined) return recoveryNotConfirmed;
    return bare(decrypted.encrypt(JSON.stringify({ alreadyConfirmed }), state.now()));
  },
);
