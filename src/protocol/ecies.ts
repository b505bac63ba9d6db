/**
 * End-to-end encryption (protocol 3.3, "ECIES").
 *
 * @module
 */

import { decryptCbc, encryptCbc, hmacSha256, sha256 } from '#crypto';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { base64, base64Decode } from '../util/base64.ts';
import { be32, be64, concat, equalBytes, utf8, wipe } from '../util/bytes.ts';
import { kdfInternal, x963Kdf } from './kdf.ts';
import { exportPublicKey, type Agreement } from './keys.ts';
import type { TemporaryKey } from './temporary-key.ts';

/** Name of the header that an encrypted request carries when it is not signed. */
export const ENCRYPTION_HEADER = 'X-PowerAuth-Encryption';

const VERSION = '3.3';

/** sharedInfo1, the purpose of an encryption, if it isn't the uriId of an endpoint. */
export const SharedInfo1 = {
  applicationGeneric: '/pa/generic/application',
  activationGeneric: '/pa/generic/activation',
  /** Layer 2 of an activation. */
  activation: '/pa/activation',
} as const;

/** An encrypted answer on the wire. */
export interface EncryptedResponseEnvelope {
  /** Base64. */
  readonly encryptedData: string;
  /** Base64 of 32 B. */
  readonly mac: string;
  /** Base64 of 16 B. */
  readonly nonce: string;
  /** Server time, ms. */
  readonly timestamp: number;
}

/** An encrypted request on the wire. */
export interface EncryptedRequestEnvelope extends EncryptedResponseEnvelope {
  readonly temporaryKeyId: string;
  /** Base64 of 33 B. */
  readonly ephemeralPublicKey: string;
}

/** The two ends of an encryption. */
export interface EncryptionScope {
  readonly applicationKey: string;
  /** Base64. */
  readonly applicationSecret: string;
  /** For activation scope. The caller must wipe `transportKey` (16 B). */
  readonly activation?: { readonly activationId: string; readonly transportKey: Uint8Array };
}

/** Input of {@link encryptRequest}. */
export interface EncryptionInput {
  readonly temporaryKey: Pick<TemporaryKey, 'id'>;
  /** The agreement of a fresh key and the temporary one. The caller must wipe it. */
  readonly agreement: Agreement;
  readonly sharedInfo1: string;
  readonly scope: EncryptionScope;
  /** 16 B, fresh. */
  readonly nonce: Uint8Array;
  /** Server time, ms. */
  readonly timestamp: number;
  readonly plaintext: Uint8Array;
}

/** An encrypted request and the decryptor for its answer. */
export interface EncryptedRequest {
  readonly envelope: EncryptedRequestEnvelope;
  readonly decryptor: ResponseDecryptor;
}

/** Fields one after another, each prefixed by its length. */
function sized(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concat(...parts.flatMap((part) => [be32(part.length), part]));
}

/** encKey, macKey and ivKey, 16 B each, of one encrypted exchange. */
class EnvelopeKeys {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  encrypt(nonce: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
    return encryptCbc(this.#bytes.subarray(0, 16), this.#iv(nonce), plaintext, true);
  }

  decrypt(nonce: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array> {
    return decryptCbc(this.#bytes.subarray(0, 16), this.#iv(nonce), ciphertext, true);
  }

  mac(ciphertext: Uint8Array, sharedInfo2: Uint8Array): Uint8Array {
    return hmacSha256(this.#bytes.subarray(16, 32), concat(ciphertext, sharedInfo2));
  }

  wipe(): void {
    wipe(this.#bytes);
  }

  #iv(nonce: Uint8Array): Uint8Array {
    return kdfInternal(this.#bytes.subarray(32, 48), nonce);
  }
}

/** Decrypts the answer to one encrypted request. */
export class ResponseDecryptor {
  readonly #base: Uint8Array;
  readonly #associatedData: Uint8Array;
  #keys: EnvelopeKeys | undefined;

  constructor(keys: EnvelopeKeys, base: Uint8Array, associatedData: Uint8Array) {
    this.#keys = keys;
    this.#base = base;
    this.#associatedData = associatedData;
  }

  /**
   * Returns the plaintext of an answer; the caller must wipe it.
   *
   * @throws ENCRYPTION_ERROR if it isn't an answer to this request, INVALID_NATIVE_OBJECT after {@link release}
   */
  async decrypt(response: EncryptedResponseEnvelope): Promise<Uint8Array> {
    const keys = this.#keys;
    if (keys === undefined) throw released();
    const ciphertext = decodeField(response.encryptedData, 'encryptedData');
    const mac = decodeField(response.mac, 'mac', 32);
    const nonce = decodeField(response.nonce, 'nonce', 16);
    if (!Number.isSafeInteger(response.timestamp) || response.timestamp < 0) {
      throw failure(
        PowerAuthErrorCode.ENCRYPTION_ERROR,
        'timestamp: expected server time in ms, got something else',
      );
    }
    const sharedInfo2 = sized(
      this.#base,
      nonce,
      be64(response.timestamp),
      new Uint8Array(),
      this.#associatedData,
    );
    if (!equalBytes(keys.mac(ciphertext, sharedInfo2), mac)) {
      throw failure(
        PowerAuthErrorCode.ENCRYPTION_ERROR,
        'mac: expected that of an answer to this request, got another; the answer was damaged or is not meant for it',
      );
    }
    let plaintext: Uint8Array;
    try {
      plaintext = await keys.decrypt(nonce, ciphertext);
    } catch (cause) {
      throw failure(
        PowerAuthErrorCode.ENCRYPTION_ERROR,
        'encryptedData: expected whole, padded blocks, got others',
        { cause },
      );
    }
    // If it was released in the meantime, nothing must be decrypted any more.
    if (this.#keys === keys) return plaintext;
    wipe(plaintext);
    throw released();
  }

  /** Wipes the keys; calling it again has no effect. */
  release(): void {
    this.#keys?.wipe();
    this.#keys = undefined;
    wipe(this.#base);
  }
}

function released(): Error {
  return failure(PowerAuthErrorCode.INVALID_NATIVE_OBJECT, 'This decryptor was released');
}

function decodeField(text: string, field: string, length?: number): Uint8Array {
  const bytes = base64Decode(text);
  if (bytes === undefined || (length !== undefined && bytes.length !== length)) {
    throw failure(
      PowerAuthErrorCode.ENCRYPTION_ERROR,
      `${field}: expected Base64${length === undefined ? '' : ` of ${length} bytes`}, got something else`,
    );
  }
  return bytes;
}

/** Encrypts a request. The decryptor holds keys: the caller must release it. */
export async function encryptRequest(input: EncryptionInput): Promise<EncryptedRequest> {
  const { temporaryKey, agreement, sharedInfo1, scope, nonce, timestamp, plaintext } = input;
  const ephemeralPublicKey = exportPublicKey(agreement.publicKey);
  const keys = new EnvelopeKeys(
    x963Kdf(agreement.secret, concat(utf8(VERSION), utf8(sharedInfo1), ephemeralPublicKey), 48),
  );
  const applicationSecret = utf8(scope.applicationSecret);
  const base =
    scope.activation === undefined
      ? sha256(applicationSecret)
      : hmacSha256(scope.activation.transportKey, applicationSecret);
  const associatedData = sized(
    ...[
      VERSION,
      scope.applicationKey,
      ...(scope.activation ? [scope.activation.activationId] : []),
      temporaryKey.id,
    ].map(utf8),
  );
  const ciphertext = await keys.encrypt(nonce, plaintext);
  const mac = keys.mac(ciphertext, sized(base, nonce, be64(timestamp), ephemeralPublicKey, associatedData));
  return {
    envelope: {
      temporaryKeyId: temporaryKey.id,
      ephemeralPublicKey: base64(ephemeralPublicKey),
      encryptedData: base64(ciphertext),
      mac: base64(mac),
      nonce: base64(nonce),
      timestamp,
    },
    decryptor: new ResponseDecryptor(keys, base, associatedData),
  };
}

/** Value of the encryption header. Both parts are checked identifiers: none can break out of its quotes. */
export function encryptionHeader(scope: {
  readonly applicationKey: string;
  readonly activationId?: string;
}): string {
  const activation = scope.activationId === undefined ? '' : `, activation_id="${scope.activationId}"`;
  return `PowerAuth version="${VERSION}", application_key="${scope.applicationKey}"${activation}`;
}
