/**
 * Encrypted requests and their answers.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthCryptogram, PowerAuthEncryptedRequestData } from '../model/power-auth-encryptor.ts';
import type { PowerAuth } from '../power-auth.ts';
import { base64Decode } from '../util/base64.ts';
import { jsonText, utf8 } from '../util/bytes.ts';
import { bytesOf } from './body.ts';
import { discard, orElse } from './discard.ts';

/** Headers that describe the body as it was sent. */
const OF_BODIES = ['content-encoding', 'content-length', 'transfer-encoding'];

/** A body, encrypted for one try. */
export class Encryption {
  readonly #release: () => Promise<void>;
  readonly #request: PowerAuthEncryptedRequestData;
  /** The body to send, JSON. */
  readonly body: Uint8Array<ArrayBuffer>;

  private constructor(request: PowerAuthEncryptedRequestData, release: () => Promise<void>) {
    this.#request = request;
    this.#release = release;
    this.body = utf8(JSON.stringify(request.cryptogram));
  }

  static async of(
    powerAuth: PowerAuth,
    scope: 'activation' | 'application',
    content: Uint8Array,
  ): Promise<Encryption> {
    const encryptor =
      scope === 'application'
        ? powerAuth.getEncryptorForApplicationScope()
        : powerAuth.getEncryptorForActivationScope();
    return new Encryption(await encryptor.encryptRequest(content), () => encryptor.release());
  }

  get header(): { readonly key: string; readonly value: string } {
    return this.#request.header;
  }

  /** Wipes the keys: there is no answer to decrypt. */
  async abandon(): Promise<void> {
    await this.#request.decryptor.release();
  }

  /**
   * The answer, decrypted. An error in clear is passed on as it is.
   *
   * @throws ENCRYPTION_ERROR for an answer that only somebody else can have given
   */
  async decrypt(response: Response): Promise<Response> {
    try {
      return await orElse(
        () => this.#decrypt(response),
        () => discard(response),
      );
    } finally {
      await this.abandon();
    }
  }

  async #decrypt(response: Response): Promise<Response> {
    const isJson = /\bjson\b/i.test(response.headers.get('content-type') ?? '');
    if (!response.ok) {
      // The server may have lost its temporary key, and does not say so: the next request fetches another one.
      await this.#release();
      if (!isJson) return response;
    }
    const bytes = await bytesOf(response);
    const cryptogram = cryptogramIn(bytes);
    if (cryptogram === undefined && !response.ok) return withBody(response, bytes);
    if (cryptogram === undefined) {
      throw failure(
        PowerAuthErrorCode.ENCRYPTION_ERROR,
        `answer: expected one that is encrypted, got HTTP ${response.status} in clear, which anybody may have written`,
      );
    }
    const text = await this.#request.decryptor.decryptResponse(cryptogram, 'BASE64');
    return withBody(response, base64Decode(text) ?? new Uint8Array());
  }
}

/** What the body says if it is an encrypted answer. */
function cryptogramIn(bytes: Uint8Array): PowerAuthCryptogram | undefined {
  try {
    const value = JSON.parse(jsonText(bytes)) as Partial<PowerAuthCryptogram> | null;
    const { encryptedData, mac, nonce, timestamp } = value ?? {};
    if (typeof encryptedData !== 'string' || typeof mac !== 'string') return undefined;
    return { encryptedData, mac, ...(nonce === undefined ? {} : { nonce }), ...(timestamp && { timestamp }) };
  } catch {
    return undefined;
  }
}

/** Statuses whose answers have no body; a Response is not made with one. */
const WITHOUT_BODY = [101, 204, 205, 304];

/** The same answer with another body. */
function withBody(response: Response, body: Uint8Array<ArrayBuffer>): Response {
  const headers = new Headers(response.headers);
  for (const name of OF_BODIES) headers.delete(name);
  const { status, statusText, url, redirected, type } = response;
  const own = new Response(WITHOUT_BODY.includes(status) ? null : body, { status, statusText, headers });
  for (const [name, value] of Object.entries({ url, redirected, type })) {
    Object.defineProperty(own, name, { value, configurable: true });
  }
  return own;
}
