/**
 * The life of an activation: creation in its three forms, status, removal.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import {
  activationInvalid,
  badRequest,
  bare,
  ok,
  recoveryInvalid,
  springError,
  type Answer,
} from '../answers.ts';
import { aesEncrypt, equal, fromBase64, kdf, kdfInternal, uncompress } from '../crypto.ts';
import { LOOK_AHEAD } from '../signature.ts';
import type { Activation, Device, PowerAuthTestActivationState, ServerState } from '../state.ts';
import { decrypt, object, parseJson, requestObject, signed, text, type Json, type Route } from './request.ts';

const STATE_CODES: Record<PowerAuthTestActivationState, number> = {
  CREATED: 1,
  PENDING_COMMIT: 2,
  ACTIVE: 3,
  BLOCKED: 4,
  REMOVED: 5,
};

/** An activation that may go on, or the answer that refuses it. */
type Found = { readonly activation: Activation } | { readonly refusal: Answer };

export const createActivation: Route = (state, request) => {
  const layer1 = decrypt(state, parseJson(request.body), '/pa/generic/application');
  if (layer1 === undefined) return springError(500, 'Internal Server Error', request.path);
  const { type, identityAttributes, customAttributes, activationData } = parseJson(layer1.plaintext) ?? {};
  const layer2 = decrypt(state, activationData, '/pa/activation');
  const device = layer2 && parseDevice(parseJson(layer2.plaintext));
  if (device === undefined) return activationInvalid;

  const found = findActivation(state, type, object(identityAttributes) ?? {}, device);
  if ('refusal' in found) return found.refusal;
  const { activation } = found;
  state.exchangeKeys(activation, device, type === 'RECOVERY' || activation.otp !== undefined);
  const recovery = state.createRecoveryCodeFor(activation);
  const answer2 = {
    activationId: activation.activationId,
    serverPublicKey: activation.serverKeys.publicKey.toString('base64'),
    ctrData: activation.ctrData.toString('base64'),
    ...(recovery && {
      activationRecovery: { recoveryCode: recovery.recoveryCode, puk: recovery.puks[0]?.puk },
    }),
  };
  const answer1 = {
    activationData: layer2?.encrypt(JSON.stringify(answer2), state.now()),
    customAttributes,
    userInfo: state.userInfo(activation.userId),
  };
  return bare(layer1.encrypt(JSON.stringify(answer1), state.now()));
};

function parseDevice(data: Json | undefined): Device | undefined {
  const publicKey = fromBase64(data?.['devicePublicKey']);
  if (publicKey === undefined) return undefined;
  try {
    return {
      publicKey: uncompress(publicKey),
      name: text(data?.['activationName']),
      extras: text(data?.['extras']),
      otp: text(data?.['activationOtp']),
    };
  } catch {
    return undefined;
  }
}

function findActivation(state: ServerState, type: unknown, attributes: Json, device: Device): Found {
  if (type === 'CODE') return activationOfCode(state, text(attributes['code']), device.otp);
  // A one-time password goes with an activation code only.
  if (device.otp !== undefined) return { refusal: activationInvalid };
  if (type === 'RECOVERY') return activationToRecover(state, attributes);
  const userId = type === 'CUSTOM' ? state.userOfAttributes(attributes) : undefined;
  return userId === undefined
    ? { refusal: activationInvalid }
    : { activation: state.createActivation({ userId }) };
}

function activationOfCode(state: ServerState, code: string | undefined, otp: string | undefined): Found {
  const activation = [...state.activations.values()].find((it) => it.code === code && it.state === 'CREATED');
  if (activation === undefined) return { refusal: activationInvalid };
  if (equal(Buffer.from(otp ?? ''), Buffer.from(activation.otp ?? ''))) return { activation };
  activation.failCount++;
  if (activation.failCount >= activation.maxFailCount) state.remove(activation);
  return { refusal: activationInvalid };
}

function activationToRecover(state: ServerState, attributes: Json): Found {
  const [recoveryCode = '', puk = ''] = [text(attributes['recoveryCode']), text(attributes['puk'])];
  const attempt = state.recoveryCodes.usePuk(recoveryCode, puk);
  if (attempt.accepted === undefined) return { refusal: recoveryInvalid(attempt.currentPukIndex) };
  const { userId, activationId } = attempt.accepted;
  const recovered = state.activations.get(activationId ?? '');
  if (recovered !== undefined) state.remove(recovered);
  return { activation: state.createActivation({ userId }) };
}

export const activationStatus: Route = (state, request) => {
  const { activationId, challenge } = requestObject(request) ?? {};
  const challengeBytes = fromBase64(challenge, 16);
  if (typeof activationId !== 'string' || challengeBytes === undefined) return badRequest;
  const activation = state.activations.get(activationId);
  const nonce = randomBytes(16);
  // What is not known looks like what is, to everybody but the device.
  const encryptedStatusBlob =
    activation?.keys === undefined
      ? randomBytes(32)
      : statusBlob(activation, activation.keys.transport, challengeBytes, nonce);
  return ok({
    activationId,
    encryptedStatusBlob: encryptedStatusBlob.toString('base64'),
    nonce: nonce.toString('base64'),
    customObject: null,
  });
};

function statusBlob(activation: Activation, transportKey: Buffer, challenge: Buffer, nonce: Buffer): Buffer {
  const { state, counter, failCount, maxFailCount, ctrData } = activation;
  const blob = Buffer.concat([
    Buffer.from([0xde, 0xc0, 0xde, 0xd1, STATE_CODES[state], 3, 3]),
    randomBytes(5),
    Buffer.from([counter % 256, failCount, maxFailCount, LOOK_AHEAD]),
    kdfInternal(kdf(transportKey, 4000), ctrData),
  ]);
  const iv = kdfInternal(kdf(transportKey, 3000), Buffer.concat([challenge, nonce]));
  return aesEncrypt(transportKey, iv, blob, false);
}

export const removeActivation = signed('/pa/activation/remove', ({ activation }, state) => {
  state.remove(activation);
  return ok({ activationId: activation.activationId });
});
