/**
 * The server's side of end-to-end encryption.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import {
  aesDecrypt,
  aesEncrypt,
  agree,
  equal,
  fromBase64,
  hmac,
  kdfInternal,
  long,
  sha256,
  sized,
  uncompress,
} from './crypto.ts';

/** The other end. */
export interface EciesScope {
  readonly applicationKey: string;
  readonly applicationSecret: string;
  readonly activation?: { readonly activationId: string; readonly transportKey: Buffer };
}

/** A request, decrypted, and the way to answer it. */
export interface DecryptedRequest {
  readonly plaintext: Buffer;
  /** The answer's envelope. */
  encrypt(plaintext: string | Buffer, now: number): object;
}

const text = (value: string): Buffer => Buffer.from(value, 'utf8');

/**
 * Decrypts an envelope.
 *
 * @param isTimely whether a request may have this timestamp
 * @param privateKeyOf finds the temporary private key of an id, or undefined
 * @param isReplay tells whether this envelope was received before, and remembers it, whether or not it can be decrypted
 * @returns undefined if anything is wrong with it: a server doesn't say what
 */
export function decryptEnvelope(
  body: unknown,
  sharedInfo1: string,
  scope: EciesScope,
  isTimely: (timestamp: number) => boolean,
  privateKeyOf: (id: string) => Buffer | undefined,
  isReplay: (envelope: string) => boolean,
): DecryptedRequest | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const envelope = body as Record<string, unknown>;
  const { temporaryKeyId, timestamp } = envelope;
  const ephemeralPublicKey = fromBase64(envelope['ephemeralPublicKey']);
  const encryptedData = fromBase64(envelope['encryptedData']);
  const mac = fromBase64(envelope['mac'], 32);
  const nonce = fromBase64(envelope['nonce'], 16);
  if (
    ephemeralPublicKey === undefined ||
    encryptedData === undefined ||
    mac === undefined ||
    nonce === undefined
  ) {
    return undefined;
  }
  if (
    typeof temporaryKeyId !== 'string' ||
    typeof timestamp !== 'number' ||
    !Number.isSafeInteger(timestamp)
  ) {
    return undefined;
  }
  if (timestamp < 0 || !isTimely(timestamp)) return undefined;
  const { activation } = scope;
  const unique = [ephemeralPublicKey, nonce].map((part) => part.toString('base64')).join('');
  if (isReplay(`${unique}${activation?.activationId ?? ''}`)) return undefined;
  const privateKey = privateKeyOf(temporaryKeyId);
  if (privateKey === undefined) return undefined;

  let shared: Buffer;
  try {
    shared = agree(privateKey, uncompress(ephemeralPublicKey));
  } catch {
    return undefined;
  }
  const info = Buffer.concat([text('3.3'), text(sharedInfo1), ephemeralPublicKey]);
  const keys = Buffer.concat(
    [1, 2].map((counter) => sha256(Buffer.concat([shared, Buffer.from([0, 0, 0, counter]), info]))),
  );
  const [encKey, macKey, ivKey] = [keys.subarray(0, 16), keys.subarray(16, 32), keys.subarray(32, 48)];
  const { applicationKey, applicationSecret } = scope;
  const base =
    activation === undefined
      ? sha256(text(applicationSecret))
      : hmac(activation.transportKey, text(applicationSecret));
  const names = ['3.3', applicationKey, ...(activation ? [activation.activationId] : []), temporaryKeyId];
  const associatedData = sized(...names.map(text));
  const macOf = (encrypted: Buffer, ownNonce: Buffer, time: number, ephemeral: Buffer) =>
    hmac(macKey, encrypted, sized(base, ownNonce, long(time), ephemeral, associatedData));

  if (!equal(macOf(encryptedData, nonce, timestamp, ephemeralPublicKey), mac)) return undefined;
  let plaintext: Buffer;
  try {
    plaintext = aesDecrypt(encKey, kdfInternal(ivKey, nonce), encryptedData);
  } catch {
    return undefined;
  }
  return {
    plaintext,
    encrypt(answer, time) {
      const answerNonce = randomBytes(16);
      const encrypted = aesEncrypt(encKey, kdfInternal(ivKey, answerNonce), Buffer.from(answer));
      return {
        encryptedData: encrypted.toString('base64'),
        mac: macOf(encrypted, answerNonce, time, Buffer.alloc(0)).toString('base64'),
        nonce: answerNonce.toString('base64'),
        timestamp: time,
      };
    },
  };
}
