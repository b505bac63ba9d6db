/**
 * The key exchange of an activation (`/pa/v3/activation/create`).
 *
 * @module
 */

import type { BuiltActivation, ActivationProof } from '../model/power-auth-activation.ts';
import type { PowerAuthCreateActivationResult } from '../model/power-auth-create-activation-result.ts';
import { userInfoOf } from '../model/power-auth-user-info.ts';
import { ENDPOINTS } from '../net/endpoints.ts';
import {
  activationFingerprint,
  activationLayer1,
  activationLayer2,
  parseActivationLayer1,
  parseActivationLayer2,
  type ActivationLayer2Response,
} from '../protocol/activation.ts';
import { encryptionHeader, ENCRYPTION_HEADER, SharedInfo1 } from '../protocol/ecies.ts';
import { deriveActivationKeys } from '../protocol/kdf.ts';
import { exportPublicKey, generateKeyPair, masterSecret, type KeyPair } from '../protocol/keys.ts';
import { wrapDevicePrivateKey, wrapRecoveryData } from '../protocol/vault.ts';
import { wipe } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import { wipeActivationRecord, type ActivationRecord } from './activation-record.ts';
import type { SessionParts } from './parts.ts';

/** A key exchange that is done but not committed yet. The holder must wipe it with {@link wipeExchange}. */
export interface KeyExchange {
  readonly activationId: string;
  readonly fingerprint: string;
  readonly record: Omit<ActivationRecord, 'knowledge'>;
  /** Knowledge factor key, 16 B. */
  readonly knowledgeKey: Uint8Array;
  /** Biometry factor key, 16 B. */
  readonly biometryKey: Uint8Array;
}

/** Exchanges keys with the server. Throws what network and encryption throw; nothing of it is left then. */
export async function exchangeKeys(
  session: SessionParts,
  activation: BuiltActivation,
): Promise<{ exchange: KeyExchange; result: PowerAuthCreateActivationResult }> {
  const { encryption, endpoints, configurations } = session;
  const device = await generateKeyPair();
  try {
    const { activationName, extras, activationOtp, proof, customAttributes } = activation;
    const layer2 = await wipedAfter(
      activationLayer2({
        devicePublicKey: exportPublicKey(device.publicKey),
        activationName,
        extras,
        activationOtp,
      }),
      (plaintext) => encryption.encryptUnderOwnKey(SharedInfo1.activation, plaintext),
    );
    const layer1 = await wipedAfter(
      activationLayer1({
        type: proof.type,
        identityAttributes: identityAttributes(proof),
        customAttributes,
        activationData: layer2.envelope,
      }),
      (plaintext) => encryption.encrypt(SharedInfo1.applicationGeneric, plaintext),
    );
    try {
      const { applicationKey } = configurations.configuration;
      const header = { key: ENCRYPTION_HEADER, value: encryptionHeader({ applicationKey }) };
      const body = JSON.stringify(layer1.envelope);
      const answer = await endpoints.post(ENDPOINTS.activationCreate, body, { header });
      const outer = await wipedAfter(await layer1.decryptor.decrypt(answer), parseActivationLayer1);
      const inner = await wipedAfter(
        await layer2.decryptor.decrypt(outer.activationData),
        parseActivationLayer2,
      );
      const exchange = await keyExchange(session.keys.instanceId, device, inner);
      const { activationRecovery } = inner;
      return {
        exchange,
        result: {
          activationFingerprint: exchange.fingerprint,
          ...(activationRecovery === undefined ? {} : { activationRecovery }),
          ...(outer.customAttributes === undefined ? {} : { customAttributes: outer.customAttributes }),
          ...(outer.userInfo === undefined ? {} : { userInfo: userInfoOf(outer.userInfo) }),
        },
      };
    } catch (error) {
      encryption.forget();
      throw error;
    } finally {
      layer1.decryptor.release();
      layer2.decryptor.release();
    }
  } finally {
    wipe(device.privateKey);
  }
}

/** The result of `use` for a plaintext, which is wiped afterwards. */
async function wipedAfter<T>(
  plaintext: Uint8Array,
  use: (plaintext: Uint8Array) => T | Promise<T>,
): Promise<T> {
  try {
    return await use(plaintext);
  } finally {
    wipe(plaintext);
  }
}

/** The data by which the enrollment server verifies the user's identity. */
function identityAttributes(proof: ActivationProof): Readonly<Record<string, unknown>> {
  switch (proof.type) {
    case 'CODE':
      return { code: proof.code.activationCode };
    case 'RECOVERY':
      return { recoveryCode: proof.recoveryCode, puk: proof.puk };
    case 'CUSTOM':
    case 'DIRECT':
      return proof.identityAttributes;
  }
}

async function keyExchange(
  instanceId: string,
  device: KeyPair,
  server: ActivationLayer2Response,
): Promise<KeyExchange> {
  const { activationId, ctrData, activationRecovery } = server;
  const devicePublicKey = exportPublicKey(device.publicKey);
  const serverPublicKey = exportPublicKey(server.serverPublicKey);
  const secret = await masterSecret(device, server.serverPublicKey);
  const keys = await deriveActivationKeys(secret);
  try {
    return {
      activationId,
      fingerprint: activationFingerprint({ devicePublicKey, activationId, serverPublicKey }),
      knowledgeKey: keys.knowledge,
      biometryKey: keys.biometry,
      record: {
        instanceId,
        activationId,
        serverPublicKey,
        devicePublicKey,
        wrappedDevicePrivateKey: await wrapDevicePrivateKey(device.privateKey, keys.vault),
        possessionKey: keys.possession,
        transportKey: keys.transport,
        counter: { ctrData, ctrByte: 0 },
        wrappedRecoveryData:
          activationRecovery === undefined
            ? new Uint8Array()
            : await wrapRecoveryData(activationRecovery, keys.vault, randomBytes(16)),
      },
    };
  } finally {
    wipe(secret, keys.vault);
  }
}

/** Overwrites the secrets in an exchange. */
export function wipeExchange(exchange: KeyExchange): void {
  wipe(exchange.knowledgeKey, exchange.biometryKey);
  wipeActivationRecord({
    ...exchange.record,
    knowledge: {
      hash: 'SHA-256',
      salt: new Uint8Array(),
      iterations: 0,
      wrappedKey: new Uint8Array(),
      passwordId: new Uint8Array(),
    },
  });
}
