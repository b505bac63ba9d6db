/**
 * The types of end-to-end encryption of an application's own requests.
 *
 * @module
 */

/**
 * Format of data that is passed or returned as a string.
 *
 * - `UTF8`: text, which is bytes in UTF-8
 * - `BASE64`: bytes in Base64
 *
 * @example
 * ```ts
 * const encrypted = await encryptor.encryptRequest('3q2+7w==', 'BASE64'); // four bytes
 * ```
 */
export type PowerAuthDataFormat = 'UTF8' | 'BASE64';

/**
 * The other end as the server knows it: the application, or one activation of it.
 *
 * @example
 * ```ts
 * powerAuth.getEncryptorForApplicationScope().encryptorScope; // 'APPLICATION'
 * ```
 */
export type PowerAuthEncryptorScope = 'APPLICATION' | 'ACTIVATION';

/**
 * An encrypted request or answer, ready for JSON.
 *
 * @example
 * ```ts
 * const answer = (await response.json()) as PowerAuthCryptogram;
 * const text = await decryptor.decryptResponse(answer);
 * ```
 */
export interface PowerAuthCryptogram {
  /** Names the server's key; in requests. */
  readonly temporaryKeyId?: string;
  /** Base64 of a compressed P-256 point, 33 bytes; in requests. */
  readonly ephemeralPublicKey?: string;
  /** Base64. */
  readonly encryptedData: string;
  /** Base64 of 32 bytes. */
  readonly mac: string;
  /** Base64 of 16 bytes; in requests and answers. */
  readonly nonce?: string;
  /** Server time, ms; in requests and answers. */
  readonly timestamp?: number;
}

/**
 * Header of an encrypted request.
 *
 * @example
 * ```ts
 * const { header, cryptogram } = await encryptor.encryptRequest('{}');
 * await fetch(url, { method: 'POST', headers: { [header.key]: header.value }, body: JSON.stringify(cryptogram) });
 * ```
 */
export interface PowerAuthEncryptionHttpHeader {
  /** `X-PowerAuth-Encryption` */
  readonly key: string;
  /** Send it as it is. */
  readonly value: string;
}

/**
 * The result of {@link PowerAuthEncryptor.encryptRequest}.
 *
 * @example
 * ```ts
 * const { cryptogram, header, decryptor }: PowerAuthEncryptedRequestData = await encryptor.encryptRequest('{}');
 * ```
 */
export interface PowerAuthEncryptedRequestData {
  /** For the request's body, which is usually its JSON. */
  readonly cryptogram: PowerAuthCryptogram;
  /** Send it with the request, unless a signature header is sent, which is enough. */
  readonly header: PowerAuthEncryptionHttpHeader;
  /** Decrypts the answer to this request only. */
  readonly decryptor: PowerAuthDecryptor;
}

/**
 * Encrypts requests; `PowerAuth.getEncryptorForApplicationScope` and `getEncryptorForActivationScope` return one. It
 * can be used for any number of requests and holds no key. The server's key is temporary: a new one is fetched when
 * needed, well before the last one expires, and time is synchronised with the server first.
 *
 * @example
 * ```ts
 * const encryptor = powerAuth.getEncryptorForApplicationScope();
 * const { cryptogram, header, decryptor } = await encryptor.encryptRequest(JSON.stringify({ message: 'Hello' }));
 * const response = await fetch('https://bank.example/hello', {
 *   method: 'POST',
 *   headers: { 'Content-Type': 'application/json', [header.key]: header.value },
 *   body: JSON.stringify(cryptogram),
 * });
 * const answer: unknown = JSON.parse(await decryptor.decryptResponse(await response.json()));
 * ```
 */
export interface PowerAuthEncryptor {
  /** Scope of this encryptor. */
  readonly encryptorScope: PowerAuthEncryptorScope;

  /**
   * Whether the instance is configured and, in activation scope, has an activation. Makes no request; never rejects.
   */
  canEncryptRequest(): Promise<boolean>;

  /**
   * Encrypts a request's content. To sign it too, sign either the body that contains the cryptogram, or the content
   * before it is encrypted: servers differ. See docs/signing.md.
   *
   * @param body text; bytes as an ArrayBuffer or a view of one, such as a Uint8Array, which are copied; or bytes in
   *   Base64, in which characters that don't belong there are skipped
   * @param bodyFormat `BASE64` for a string of Base64. Default `UTF8`
   * @throws WRONG_PARAMETER, INSTANCE_NOT_CONFIGURED, MISSING_ACTIVATION, NETWORK_ERROR, RESPONSE_ERROR,
   *   ENCRYPTION_ERROR, CANNOT_GENERATE_TOKEN if the application's own clock is wrong, OPERATION_CANCELED if the
   *   instance was deconfigured in the meantime
   */
  encryptRequest(
    body: string | ArrayBuffer | ArrayBufferView,
    bodyFormat?: PowerAuthDataFormat,
  ): Promise<PowerAuthEncryptedRequestData>;

  /**
   * Drops the server's temporary key, so the next request fetches another one; the encryptor can be used again. Do so
   * if a server can't decrypt a request: it may have lost its key, and only says HTTP 500.
   */
  release(): Promise<void>;
}

/**
 * Decrypts the answer to one request, once. Its keys are wiped when it has done so, on `release`, when the instance is
 * deconfigured, and after 5 minutes without a call.
 *
 * @example
 * ```ts
 * if (await decryptor.canDecryptResponse()) show(await decryptor.decryptResponse(cryptogram));
 * ```
 */
export interface PowerAuthDecryptor {
  /** Scope of the encryptor that created it. */
  readonly decryptorScope: PowerAuthEncryptorScope;

  /**
   * Whether its keys still exist and, in activation scope, the activation does, too. Makes no request; never rejects.
   */
  canDecryptResponse(): Promise<boolean>;

  /**
   * Decrypts the answer.
   *
   * @param cryptogram the answer's `{encryptedData, mac, nonce, timestamp}`
   * @param outputDataFormat default `UTF8`
   * @returns text, or bytes in Base64
   * @throws WRONG_PARAMETER for anything that isn't a cryptogram, and for content that isn't text if `UTF8` is
   *   requested; ENCRYPTION_ERROR for an answer that was damaged or belongs to another request; MISSING_ACTIVATION;
   *   INVALID_NATIVE_OBJECT if its keys are gone. All but the last leave it as it was
   */
  decryptResponse(cryptogram: PowerAuthCryptogram, outputDataFormat?: PowerAuthDataFormat): Promise<string>;

  /** Wipes its keys. Calling it again has no effect. */
  release(): Promise<void>;
}
