/**
 * End-to-end encryption of an application's own requests: the implementation.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import type {
  PowerAuthCryptogram,
  PowerAuthDataFormat,
  PowerAuthDecryptor,
  PowerAuthEncryptedRequestData,
  PowerAuthEncryptor,
  PowerAuthEncryptorScope,
} from '../model/power-auth-encryptor.ts';
import type { EncryptedResponseEnvelope, ResponseDecryptor } from '../protocol/ecies.ts';
import { missingActivation } from '../session/activation-store.ts';
import {
  encryptForActivation,
  encryptForApplication,
  type GenericEncryptedRequest,
} from '../session/generic-encryption.ts';
import { findSession } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import { base64, base64DecodeLenient } from '../util/base64.ts';
import { utf8Decode, wipe } from '../util/bytes.ts';
import { itself, knowItself } from '../util/instance.ts';
import { IdleTimer } from '../util/timers.ts';
import { assertString, bodyBytes, check } from '../util/validate.ts';
import { assertFormat } from './data-format.ts';
import { guard } from './guard.ts';
import { onSession } from './on-session.ts';

/** How long a decryptor may be unused before its keys are wiped, in ms. */
const DECRYPTOR_LIFE = 5 * 60_000;

/**
 * The encryptor of one scope of an instance. It uses whatever is configured under the instance's id at the time of a
 * call.
 */
export class Encryptor implements PowerAuthEncryptor {
  readonly encryptorScope: PowerAuthEncryptorScope;
  // Not a `#` member: a proxy around the object, such as Vue's reactive() creates, would break every method.
  private readonly instanceId: string;

  constructor(encryptorScope: PowerAuthEncryptorScope, instanceId: string) {
    this.encryptorScope = encryptorScope;
    this.instanceId = instanceId;
  }

  async canEncryptRequest(): Promise<boolean> {
    const session = findSession(this.instanceId);
    if (session === undefined) return false;
    return this.encryptorScope === 'APPLICATION' || (await activationIdOf(session)) !== undefined;
  }

  async encryptRequest(
    body: string | ArrayBuffer | ArrayBufferView,
    bodyFormat: PowerAuthDataFormat = 'UTF8',
  ): Promise<PowerAuthEncryptedRequestData> {
    return onSession(this.instanceId, async (session) => {
      assertFormat(bodyFormat, 'bodyFormat');
      const plaintext = bodyFormat === 'UTF8' ? bodyBytes(body, 'body') : bytesOfBase64(body);
      const encrypt = this.encryptorScope === 'APPLICATION' ? encryptForApplication : encryptForActivation;
      try {
        const request = await encrypt(session, plaintext);
        const decryptor = Decryptor.of(this.encryptorScope, session, request);
        return { cryptogram: request.envelope, header: request.header, decryptor };
      } finally {
        wipe(plaintext);
      }
    });
  }

  async release(): Promise<void> {
    const session = findSession(this.instanceId);
    if (session === undefined) return;
    session.encryption.forget(
      this.encryptorScope === 'APPLICATION' ? undefined : await activationIdOf(session),
    );
  }
}

/** Holds the keys of one exchange, but no longer than its session lives. */
class Decryptor implements PowerAuthDecryptor {
  readonly decryptorScope: PowerAuthEncryptorScope;
  readonly #session: Session;
  readonly #activationId: string | undefined;
  #keys: ResponseDecryptor | undefined;
  /** Settled when the answers that came before are dealt with: the first that can be decrypted uses the keys up. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #idle = new IdleTimer(DECRYPTOR_LIFE, () => this.#wipe());
  readonly #forgetSession: () => void;

  private constructor(scope: PowerAuthEncryptorScope, session: Session, request: GenericEncryptedRequest) {
    knowItself(this);
    this.decryptorScope = scope;
    this.#session = session;
    this.#activationId = request.activationId;
    this.#keys = request.decryptor;
    this.#forgetSession = session.whenClosed(() => this.#wipe());
    this.#idle.restart();
  }

  /**
   * Takes ownership of the request's decryptor. @throws OPERATION_CANCELED if the session was closed in the meantime
   */
  static of(
    scope: PowerAuthEncryptorScope,
    session: Session,
    request: GenericEncryptedRequest,
  ): PowerAuthDecryptor {
    try {
      return new Decryptor(scope, session, request);
    } catch (error) {
      request.decryptor.release();
      throw error;
    }
  }

  async canDecryptResponse(): Promise<boolean> {
    const self = itself(this);
    if (self.#keys === undefined) return false;
    self.#idle.restart();
    return self.#hasActivation();
  }

  async decryptResponse(
    cryptogram: PowerAuthCryptogram,
    outputDataFormat: PowerAuthDataFormat = 'UTF8',
  ): Promise<string> {
    const self = itself(this);
    return guard(async () => {
      assertFormat(outputDataFormat, 'outputDataFormat');
      const response = check(cryptogramSchema, cryptogram, 'cryptogram', PowerAuthErrorCode.WRONG_PARAMETER);
      const decrypted = self.#turn.then(() => self.#decrypt(response, outputDataFormat));
      self.#turn = decrypted.catch(() => undefined);
      return decrypted;
    });
  }

  async #decrypt(response: EncryptedResponseEnvelope, format: PowerAuthDataFormat): Promise<string> {
    if (this.#keys !== undefined && !(await this.#hasActivation())) throw missingActivation();
    // Checked only now, because another call or the end of the session may have been faster.
    if (this.#keys === undefined) throw usedUp();
    this.#idle.restart();
    const plaintext = await this.#keys.decrypt(response);
    try {
      const text = format === 'UTF8' ? decodeText(plaintext) : base64(plaintext);
      this.#wipe();
      return text;
    } finally {
      wipe(plaintext);
    }
  }

  async release(): Promise<void> {
    itself(this).#wipe();
  }

  async #hasActivation(): Promise<boolean> {
    return this.#activationId === undefined || (await activationIdOf(this.#session)) === this.#activationId;
  }

  #wipe(): void {
    this.#idle.stop();
    this.#keys?.release();
    this.#keys = undefined;
    this.#forgetSession();
  }
}

function usedUp(): Error {
  return failure(
    PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
    'This decryptor is used up or was released; each request has its own decryptor',
  );
}

/** The activation's identifier; undefined without one, and if the storage fails. */
async function activationIdOf(session: Session): Promise<string | undefined> {
  try {
    return await session.during(() => session.activation.activationId());
  } catch {
    return undefined;
  }
}

function bytesOfBase64(body: unknown): Uint8Array<ArrayBuffer> {
  assertString(body, 'body');
  return base64DecodeLenient(body);
}

const cryptogramSchema = s.object(
  {
    encryptedData: s.string('a string'),
    mac: s.string('a string'),
    nonce: s.string('a string'),
    timestamp: s.number('a number'),
  },
  'a PowerAuthCryptogram',
);

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8Decode(bytes);
  } catch {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      "outputDataFormat: expected 'BASE64' for content that isn't text, got 'UTF8'",
    );
  }
}
