/**
 * The way to an activation: key exchange with the server, then commit to the storage. What lies between the two is in
 * memory only.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthActivation } from '../model/power-auth-activation.ts';
import type { PowerAuthCreateActivationResult } from '../model/power-auth-create-activation-result.ts';
import { usePassword, type PasswordType } from '../model/power-auth-password.ts';
import { parseActivationCode, verifyActivationCodeSignature } from '../protocol/activation-code.ts';
import {
  activationFingerprint,
  activationLayer1,
  activationLayer2,
  parseActivationLayer1,
  parseActivationLayer2,
} from '../protocol/activation.ts';
import { encryptionHeader, ENCRYPTION_HEADER, SharedInfo1 } from '../protocol/ecies.ts';
import { deriveActivationKeys } from '../protocol/kdf.ts';
import { generateKeyPair, importPublicKey, masterSecret } from '../protocol/keys.ts';
import { wrapKnowledgeKey } from '../protocol/knowledge.ts';
import { wrapDevicePrivateKey } from '../protocol/vault.ts';
import { base64Decode } from '../util/base64.ts';
import { wipe } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import { wipeActivationRecord, type ActivationRecord } from './activation-record.ts';
import { MINIMAL_PASSWORD_LENGTH } from './request-signer.ts';
import type { Session } from './session.ts';

/** PBKDF2 iterations for a new password; the record keeps the number it was wrapped with. */
const KNOWLEDGE_KEY_ITERATIONS = 10_000;

/** A key exchange that is done and not committed yet. */
interface KeyExchange {
  readonly activationId: string;
  readonly fingerprint: string;
  readonly record: Omit<ActivationRecord, 'knowledge'>;
  /** Knowledge factor key, 16 B. */
  readonly knowledgeKey: Uint8Array;
}

/** An activation of one instance, from its creation to its commit. */
export class PendingActivation {
  readonly #session: Session;
  #exchange: KeyExchange | undefined;
  /** Marks the creation under way; another object, or none, means that it was overtaken by {@link clear}. */
  #underWay: object | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether a creation is under way or waits for its commit. */
  get exists(): boolean {
    return this.#exchange !== undefined || this.#underWay !== undefined;
  }

  /** Fingerprint of the activation that waits for its commit. */
  get fingerprint(): string | undefined {
    return this.#exchange?.fingerprint;
  }

  /** Identifier of the activation that waits for its commit. */
  get activationId(): string | undefined {
    return this.#exchange?.activationId;
  }

  /** Forgets and wipes it. */
  clear(): void {
    const exchange = this.#exchange;
    this.#underWay = undefined;
    this.#exchange = undefined;
    if (exchange !== undefined) wipeExchange(exchange);
  }

  /**
   * Exchanges keys with the server.
   *
   * @throws INVALID_ACTIVATION_STATE when there is an activation, INVALID_ACTIVATION_CODE, INVALID_ACTIVATION_DATA for a
   *   code that the master server key did not sign, and what network and encryption throw; then nothing is left of it
   */
  async create(activation: PowerAuthActivation): Promise<PowerAuthCreateActivationResult> {
    const identityAttributes = { code: this.#checkCode(activation) };
    if (this.exists) throw alreadyThere();
    const underWay = (this.#underWay = {});
    try {
      if ((await this.#session.activation.activationId()) !== undefined) throw alreadyThere();
      const { exchange, result } = await this.#exchangeKeys(activation, identityAttributes);
      if (this.#underWay !== underWay) {
        wipeExchange(exchange);
        throw failure(
          PowerAuthErrorCode.OPERATION_CANCELED,
          'The activation was removed while it was being created',
        );
      }
      this.#exchange = exchange;
      return result;
    } finally {
      if (this.#underWay === underWay) this.#underWay = undefined;
    }
  }

  /**
   * Persists it, with the knowledge factor key under `password`.
   *
   * @throws INVALID_ACTIVATION_STATE when nothing waits for a commit, WRONG_PARAMETER for a password too short
   */
  async commit(password: PasswordType): Promise<void> {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      throw failure(
        PowerAuthErrorCode.INVALID_ACTIVATION_STATE,
        'No activation waits for its commit; call createActivation first',
      );
    }
    await usePassword(password, async (bytes) => {
      if (bytes.length < MINIMAL_PASSWORD_LENGTH) {
        throw failure(
          PowerAuthErrorCode.WRONG_PARAMETER,
          `password: expected at least ${MINIMAL_PASSWORD_LENGTH} bytes in UTF-8, got fewer`,
        );
      }
      const salt = randomBytes(16);
      const iterations = KNOWLEDGE_KEY_ITERATIONS;
      const wrappedKey = wrapKnowledgeKey({
        knowledgeKey: exchange.knowledgeKey,
        password: bytes,
        salt,
        iterations,
      });
      await this.#session.activation.create({
        ...exchange.record,
        knowledge: { salt, iterations, wrappedKey },
      });
    });
    this.clear();
    // Tokens of an earlier activation would never be used; they need not lie about either.
    await this.#session.tokens.removeAll();
  }

  #checkCode(activation: PowerAuthActivation): string {
    const parsed = parseActivationCode(activation.activationCode ?? '');
    if (parsed.activationSignature !== undefined) {
      const { masterServerPublicKey } = this.#session.configurations.configuration;
      const masterKey = importPublicKey(base64Decode(masterServerPublicKey) ?? new Uint8Array());
      if (!verifyActivationCodeSignature(parsed.activationCode, parsed.activationSignature, masterKey)) {
        throw failure(
          PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
          'activationCode: expected a signature by the master server key, got another; the code is forged, or meant for another application',
        );
      }
    }
    return parsed.activationCode;
  }

  async #exchangeKeys(
    activation: PowerAuthActivation,
    identityAttributes: Record<string, string>,
  ): Promise<{ exchange: KeyExchange; result: PowerAuthCreateActivationResult }> {
    const { encryption, endpoints, configurations } = this.#session;
    const device = generateKeyPair(randomBytes);
    try {
      const layer2 = await encryption.encryptUnderOwnKey(
        SharedInfo1.activation,
        activationLayer2({
          devicePublicKey: device.publicKey,
          activationName: activation.activationName,
          extras: activation.extras,
          activationOtp: activation.additionalActivationOtp,
        }),
      );
      const layer1 = await encryption.encrypt(
        SharedInfo1.applicationGeneric,
        activationLayer1({
          type: 'CODE',
          identityAttributes,
          customAttributes: activation.customAttributes,
          activationData: layer2.envelope,
        }),
      );
      try {
        const { applicationKey } = configurations.configuration;
        const answer = await endpoints.activationCreate(layer1.envelope, {
          key: ENCRYPTION_HEADER,
          value: encryptionHeader({ applicationKey }),
        });
        const outer = parseActivationLayer1(layer1.decryptor.decrypt(answer));
        const inner = parseActivationLayer2(layer2.decryptor.decrypt(outer.activationData));
        const exchange = keyExchange(device, inner);
        return {
          exchange,
          result: {
            activationFingerprint: exchange.fingerprint,
            ...(inner.activationRecovery === undefined
              ? {}
              : { activationRecovery: inner.activationRecovery }),
            ...(outer.customAttributes === undefined ? {} : { customAttributes: outer.customAttributes }),
            ...(outer.userInfo === undefined ? {} : { userInfo: outer.userInfo }),
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
}

function keyExchange(
  device: { privateKey: Uint8Array; publicKey: Uint8Array },
  server: { activationId: string; serverPublicKey: Uint8Array; ctrData: Uint8Array },
): KeyExchange {
  const secret = masterSecret(device.privateKey, server.serverPublicKey);
  const keys = deriveActivationKeys(secret);
  try {
    return {
      activationId: server.activationId,
      fingerprint: activationFingerprint({
        devicePublicKey: device.publicKey,
        activationId: server.activationId,
        serverPublicKey: server.serverPublicKey,
      }),
      knowledgeKey: keys.knowledge,
      record: {
        activationId: server.activationId,
        serverPublicKey: server.serverPublicKey,
        devicePublicKey: device.publicKey,
        wrappedDevicePrivateKey: wrapDevicePrivateKey(device.privateKey, keys.vault),
        possessionKey: keys.possession,
        transportKey: keys.transport,
        counter: { ctrData: server.ctrData, ctrByte: 0 },
      },
    };
  } finally {
    wipe(secret, keys.biometry, keys.vault);
  }
}

function wipeExchange(exchange: KeyExchange): void {
  wipe(exchange.knowledgeKey);
  wipeActivationRecord({
    ...exchange.record,
    knowledge: { salt: new Uint8Array(), iterations: 0, wrappedKey: new Uint8Array() },
  });
}

function alreadyThere(): Error {
  return failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_STATE,
    'This instance has an activation, or one under way; remove it before another one is created',
  );
}
