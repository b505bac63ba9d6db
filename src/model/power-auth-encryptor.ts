/**
 * End-to-end encryption of an application's own requests: what it deals with.
 *
 * @module
 */

/**
 * Form of data that are given or wanted as a string.
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
 * Whom the server knows to be on the other end: the application, or one activation of it.
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
  /** To be sent as it is. */
  readonly value: string;
}

/**
 * What {@link PowerAuthEncryptor.encryptRequest} answers.
 *
 * @example
 * ```ts
 * const { cryptogram, header, decryptor }: PowerAuthEncryptedRequestData = await encryptor.encryptRequest('{}');
 * ```
 */
export interface PowerAuthEncryptedRequestData {
  /** For the request's body, which is usually its JSON. */
  readonly cryptogram: PowerAuthCryptogram;
  /** To be sent with the request, unless a signature header is: that says enough. */
  readonly header: PowerAuthEncryptionHttpHeader;
  /** Decrypts the answer to this request, and no other. */
  readonly decryptor: PowerAuthDecryptor;
}

/**
 * Encrypts requests; `PowerAuth.getEncryptorForApplicationScope` and `getEncryptorForActivationScope` make one. It can be
 * used for any number of requests and holds no key. The server's key is temporary: it is fetched when that is due, well
 * before the last one expires, and time is synchronised with the server first.
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

  /** Whether the instance is configured and, for the scope of the activation, has an activation. No request; never rejects. */
  canEncryptRequest(): Promise<boolean>;

  /**
   * Encrypts a request's content. To sign it too, sign the body with the cryptogram in it, or the content, before it is
   * encrypted: servers differ. See docs/signing.md.
   *
   * @param body text; bytes as an ArrayBuffer or a view of one, such as a Uint8Array, which are copied; or bytes in Base64, in
   *   which what does not belong there is skipped
   * @param bodyFormat `BASE64` for a string of Base64. Default `UTF8`
   * @throws WRONG_PARAMETER, INSTANCE_NOT_CONFIGURED, MISSING_ACTIVATION, NETWORK_ERROR, RESPONSE_ERROR,
   *   ENCRYPTION_ERROR, CANNOT_GENERATE_TOKEN when the application's own clock is wrong, OPERATION_CANCELED when the instance
   *   was deconfigured meanwhile
   */
  encryptRequest(
    body: string | ArrayBuffer | ArrayBufferView,
    bodyFormat?: PowerAuthDataFormat,
  ): Promise<PowerAuthEncryptedRequestData>;

  /**
   * Drops the server's temporary key, so that the next request fetches another one; the encryptor can be used again. Do so
   * when a server cannot decrypt a request: it may have lost its key, and says no more than HTTP 500.
   */
  release(): Promise<void>;
}

/**
 * Decrypts the answer to one request, once. Its keys are wiped when it has done so, on `release`, when the instance is
 * deconfigured, and after 5 minutes in which nobody called it.
 *
 * @example
 * ```ts
 * if (await decryptor.canDecryptResponse()) show(await decryptor.decryptResponse(cryptogram));
 * ```
 */
export interface PowerAuthDecryptor {
  /** Scope of the encryptor that made it. */
  readonly decryptorScope: PowerAuthEncryptorScope;

  /** Whether its keys are still there and, for the scope of the activation, the activation too. No request; never rejects. */
  canDecryptResponse(): Promise<boolean>;

  /**
   * Decrypts the answer.
   *
   * @param cryptogram the answer's `{encryptedData, mac, nonce, timestamp}`
   * @param outputDataFormat default `UTF8`
   * @returns text, or bytes in Base64
   * @throws WRONG_PARAMETER for what is no cryptogram, and for content that is no text where `UTF8` is wanted;
   *   ENCRYPTION_ERROR for an answer that was damaged or belongs to another request; MISSING_ACTIVATION;
   *   INVALID_NATIVE_OBJECT when its keys are gone. All but the last leave it as it was
   */
  decryptResponse(cryptogram: PowerAuthCryptogram, outputDataFormat?: PowerAuthDataFormat): Promise<string>;

  /** Wipes its keys; twice is fine. */
  release(): Promise<void>;
}
