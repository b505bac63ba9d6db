/**
 * The life of an activation: creation in its three forms, status, removal.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { activationInvalid, bare, ok, recoveryInvalid, springError, type Answer } from '../answers.ts';
import { aesEncrypt, fromBase64, kdf, kdfInternal, uncompress } from '../crypto.ts';
import type { Release } from '../like.ts';
import {
  ANY_FACTORS,
  LOOK_AHEAD,
  parseHeader,
  TWO_FACTORS,
  type PowerAuthTestSignatureType,
} from '../signature.ts';
import type { DecryptedRequest } from '../ecies.ts';
import { userOfLogin } from '../oidc.ts';
import type { Application } from '../applications.ts';
import type { ServerState } from '../state.ts';
import type { Activation, Device, PowerAuthTestActivationState } from '../model.ts';
import { object, parseJson, text, type Json } from '../json.ts';
import { decrypt, header, requestObject, signed, type Route } from './request.ts';

const STATE_CODES: Record<PowerAuthTestActivationState, number> = {
  CREATED: 1,
  PENDING_COMMIT: 2,
  ACTIVE: 3,
  BLOCKED: 4,
  REMOVED: 5,
};

/** An activation that may continue, or the answer that refuses it. */
type Found = { readonly activation: Activation } | { readonly refusal: Answer };

export const createActivation: Route = (state, request) => {
  const { application_key: applicationKey = '' } =
    parseHeader(header(request, 'x-powerauth-encryption')) ?? {};
  const version = state.applications.served(applicationKey);
  const layer1 = decrypt(state, version, parseJson(request.body), '/pa/generic/application');
  if (version === undefined || layer1 === undefined)
    return springError(500, 'Internal Server Error', request.path);
  const { application } = version;
  const { type, identityAttributes, customAttributes, activationData } = parseJson(layer1.plaintext) ?? {};
  const layer2 = decrypt(state, version, activationData, '/pa/activation');
  const device = layer2 && parseDevice(parseJson(layer2.plaintext));
  if (layer2 === undefined || device === undefined) return activationInvalid;

  const attributes = object(identityAttributes);
  if (!areAttributes(attributes)) return activationInvalid;
  const isLogin = type === 'DIRECT' && attributes['method'] === 'oidc';
  const finish = (found: Found): Answer => {
    if ('refusal' in found) return found.refusal;
    const { activation } = found;
    const isActive = isLogin || type === 'RECOVERY' || activation.commitPhase === 'ON_KEY_EXCHANGE';
    state.exchangeKeys(activation, device, isActive);
    return activated(state, activation, customAttributes, layer1, layer2);
  };
  return isLogin
    ? activationByLogin(state, application, attributes, device).then(finish)
    : finish(findActivation(state, application, type, attributes, device));
};

/** The answer to an activation: both layers, encrypted. */
function activated(
  state: ServerState,
  activation: Activation,
  customAttributes: unknown,
  layer1: DecryptedRequest,
  layer2: DecryptedRequest,
): Answer {
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
    activationData: layer2.encrypt(JSON.stringify(answer2), state.now()),
    customAttributes,
    userInfo: state.userInfo(activation.userId),
  };
  return bare(layer1.encrypt(JSON.stringify(answer1), state.now()));
}

/** The device's data in the inner layer; undefined if the server can't take them. */
export function parseDevice(data: Json | undefined): Device | undefined {
  const publicKey = fromBase64(data?.['devicePublicKey']);
  const [name, extras] = [text(data?.['activationName']), text(data?.['extras'])];
  // The lengths of the columns in the genuine server's database.
  if (publicKey === undefined || (name?.length ?? 0) > 255 || (extras?.length ?? 0) > 4000) return undefined;
  try {
    return {
      publicKey: uncompress(publicKey),
      name,
      extras,
      platform: text(data?.['platform']),
      deviceInfo: text(data?.['deviceInfo']),
      otp: text(data?.['activationOtp']),
    };
  } catch {
    return undefined;
  }
}

/** Whether these are identity attributes: a non-empty map of values that the genuine server can convert to text. */
function areAttributes(attributes: Json | undefined): attributes is Json {
  const values = Object.values(attributes ?? {});
  return values.length > 0 && !values.some((value) => typeof value === 'object' && value !== null);
}

function findActivation(
  state: ServerState,
  application: Application,
  type: unknown,
  attributes: Json,
  device: Device,
): Found {
  if (type === 'CODE') return activationOfCode(state, application, text(attributes['code']), device.otp);
  // A one-time password is only allowed with an activation code.
  if (device.otp !== undefined) return { refusal: activationInvalid };
  if (type === 'RECOVERY') return activationToRecover(state, application, attributes);
  // The genuine server takes an unknown method of a direct activation for a custom activation.
  const isCustom = type === 'CUSTOM' || type === 'DIRECT';
  const userId = isCustom ? state.userOfAttributes(attributes) : undefined;
  return userId === undefined || userId.trim() === '' || userId.length > 255
    ? { refusal: activationInvalid }
    : { activation: state.createActivation({ userId, application }) };
}

async function activationByLogin(
  state: ServerState,
  application: Application,
  attributes: Json,
  device: Device,
): Promise<Found> {
  const provider = state.oauth2Provider(attributes['providerId']);
  if (provider === undefined || device.otp !== undefined) return { refusal: activationInvalid };
  const userId = await userOfLogin(provider, attributes);
  return userId === undefined
    ? { refusal: activationInvalid }
    : { activation: state.createActivation({ userId, application }) };
}

function activationOfCode(
  state: ServerState,
  application: Application,
  code: string | undefined,
  otp: string | undefined,
): Found {
  const activation = state.activationOfCode(code ?? '', application);
  if (activation === undefined) return { refusal: activationInvalid };
  return state.acceptsOtp(activation, 'ON_KEY_EXCHANGE', otp)
    ? { activation }
    : { refusal: activationInvalid };
}

function activationToRecover(state: ServerState, application: Application, attributes: Json): Found {
  const [recoveryCode = '', puk = ''] = [text(attributes['recoveryCode']), text(attributes['puk'])];
  if (!state.activationRecovery || state.applicationOfRecovery(recoveryCode) !== application)
    return { refusal: activationInvalid };
  const attempt = state.recoveryCodes.usePuk(recoveryCode, puk);
  if (attempt.accepted === undefined) return { refusal: recoveryInvalid(attempt.currentPukIndex) };
  const { userId, activationId } = attempt.accepted;
  const recovered = state.activation(activationId ?? '');
  if (recovered !== undefined) state.remove(recovered, { revokeRecovery: true });
  return { activation: state.createActivation({ userId, application }) };
}

export const activationStatus: Route = (state, request) => {
  const { activationId, challenge } = requestObject(request) ?? {};
  const challengeBytes = fromBase64(challenge, 16);
  if (typeof activationId !== 'string' || challengeBytes === undefined) return activationInvalid;
  const activation = state.activation(activationId);
  const nonce = randomBytes(16);
  // Only the device can tell the answer for an unknown activation from a real one.
  const encryptedStatusBlob =
    activation?.keys === undefined
      ? randomBytes(32)
      : statusBlob(activation, state.release, activation.keys.transport, challengeBytes, nonce);
  const expiresAt = activation?.state === 'BLOCKED' ? activation.blockExpiresAt : undefined;
  return ok({
    activationId,
    encryptedStatusBlob: encryptedStatusBlob.toString('base64'),
    nonce: nonce.toString('base64'),
    ...(expiresAt !== undefined && { timestampBlockExpire: expiresAt }),
    customObject: null,
  });
};

/** The encrypted status. Without a challenge the initialization vector is zero, as in protocol 3.0. */
export function statusBlob(
  activation: Activation,
  { upgradeVersion, hasStatusFlags }: Release,
  transportKey: Buffer,
  challenge: Buffer | undefined,
  nonce: Buffer,
): Buffer {
  const { state, counter, failCount, maxFailCount, ctrData } = activation;
  const blob = Buffer.concat([
    Buffer.from([0xde, 0xc0, 0xde, 0xd1, STATE_CODES[state], 3, upgradeVersion]),
    hasStatusFlags ? Buffer.from([1, 0, 0, 0, 0]) : randomBytes(5),
    Buffer.from([counter % 256, failCount, maxFailCount, LOOK_AHEAD]),
    kdfInternal(kdf(transportKey, 4000), ctrData),
  ]);
  const iv =
    challenge === undefined
      ? Buffer.alloc(16)
      : kdfInternal(kdf(transportKey, 3000), Buffer.concat([challenge, nonce]));
  return aesEncrypt(transportKey, iv, blob, false);
}

const removeSigned = (signatureTypes: readonly PowerAuthTestSignatureType[]): Route =>
  signed({ uriId: '/pa/activation/remove', signatureTypes }, ({ activation }, state) => {
    state.remove(activation);
    return ok({ activationId: activation.activationId });
  });

/** Spring itself reports the missing header here. */
export const removeActivation: Route = (state, request) =>
  header(request, 'x-powerauth-authorization') === undefined
    ? springError(400, 'Bad Request', request.path)
    : removeSigned(state.removesByPossession ? ANY_FACTORS : TWO_FACTORS)(state, request);
