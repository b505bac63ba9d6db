/**
 * A PowerAuth client on `node:crypto`, as one would write it for a single purpose: protocol 3.3, everything in memory,
 * nothing checked but MACs, the server's signatures and the status. It shares no code with `src/`.
 *
 * @module
 */
import crypto from 'node:crypto';

const VERSION = '3.3';
const ZERO_IV = Buffer.alloc(16);
const CURVE = 'prime256v1';
const MAGIC = 0xdec0ded1;

const sha256 = (data) => crypto.createHash('sha256').update(data).digest();

function hmac(key, ...parts) {
  const mac = crypto.createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

const fold = (bytes) => Buffer.from(bytes.subarray(0, 16).map((byte, i) => byte ^ bytes[i + 16]));
const kdfInternal = (key, ...parts) => fold(hmac(key, ...parts));

function be32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function be64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

const sized = (...parts) => Buffer.concat(parts.flatMap((part) => [be32(part.length), Buffer.from(part)]));

function encrypt(key, iv, data, padded = true) {
  const cipher = crypto.createCipheriv('aes-128-cbc', key, iv).setAutoPadding(padded);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

function decrypt(key, iv, data, padded = true) {
  const cipher = crypto.createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(padded);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

const kdf = (key, index) => encrypt(key, ZERO_IV, Buffer.concat([Buffer.alloc(8), be64(index)]), false);

const SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
/** @returns {Buffer} */
const whole = (point) =>
  /** @type {Buffer} */ (crypto.ECDH.convertKey(point, CURVE, undefined, undefined, 'uncompressed'));
const publicKey = (point) =>
  crypto.createPublicKey({ key: Buffer.concat([SPKI, whole(point)]), format: 'der', type: 'spki' });

/** A new key pair's public half, 33 B. @param {crypto.ECDH} ecdh */
function compressedKey(ecdh) {
  ecdh.generateKeys();
  return ecdh.getPublicKey(null, 'compressed');
}

const fromBase64 = (text) => Buffer.from(text, 'base64');
const jsonPart = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A client of one application at one server. */
export class PlainClient {
  #configuration;
  #masterKey;
  #timeOffset = NaN;
  /** By the activation's identifier; the application's has none. */
  #temporaryKeys = new Map();
  #activation;

  constructor(configuration) {
    this.#configuration = configuration;
    this.#masterKey = publicKey(fromBase64(configuration.masterServerPublicKey));
  }

  async #post(path, body, headers = {}) {
    const response = await fetch(this.#configuration.baseEndpointUrl + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
      body,
    });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async #synchronize() {
    if (!Number.isNaN(this.#timeOffset)) return;
    const { responseObject } = await this.#post('/pa/v3/status', '');
    this.#timeOffset = responseObject.serverTime - Date.now();
  }

  async #fetchTemporaryKey(activation) {
    const { applicationKey, applicationSecret } = this.#configuration;
    const secret = fromBase64(applicationSecret);
    const challenge = crypto.randomBytes(18).toString('base64');
    const activationId = activation?.activationId;
    const claims = { applicationKey, challenge, ...(activation && { activationId }) };
    const signed = `${jsonPart({ alg: 'HS256', typ: 'JWT' })}.${jsonPart(claims)}`;
    const mac = hmac(activation ? kdfInternal(activation.transport, secret) : secret, signed);
    const jwt = `${signed}.${mac.toString('base64url')}`;
    const request = JSON.stringify({ requestObject: { jwt } });
    const { responseObject } = await this.#post('/pa/v3/keystore/create', request);
    const [head, content, signature] = responseObject.jwt.split('.');
    const key = {
      key: activation?.serverKey ?? this.#masterKey,
      dsaEncoding: /** @type {const} */ ('ieee-p1363'),
    };
    const isSigned = crypto.verify(
      'sha256',
      Buffer.from(`${head}.${content}`),
      key,
      Buffer.from(signature, 'base64url'),
    );
    if (!isSigned) throw new Error('The temporary key has a wrong signature');
    const answer = JSON.parse(Buffer.from(content, 'base64url').toString());
    if (answer.challenge !== challenge || answer.applicationKey !== applicationKey)
      throw new Error('The temporary key answers another request');
    return { id: answer.sub, point: whole(fromBase64(answer.publicKey)) };
  }

  /** The key of a scope, fetched once. */
  async #temporaryKey(activation) {
    const name = activation?.activationId ?? '';
    let key = this.#temporaryKeys.get(name);
    if (key === undefined) {
      key = await this.#fetchTemporaryKey(activation);
      this.#temporaryKeys.set(name, key);
    }
    return key;
  }

  /** @returns the envelope, and what decrypts its answer */
  #encryptUnder(key, sharedInfo1, plaintext, activation) {
    const { applicationKey, applicationSecret } = this.#configuration;
    const ecdh = crypto.createECDH(CURVE);
    const ephemeral = compressedKey(ecdh);
    const secret = ecdh.computeSecret(key.point);
    const info = Buffer.concat([Buffer.from(VERSION + sharedInfo1), ephemeral]);
    const keys = Buffer.concat([1, 2].map((i) => sha256(Buffer.concat([secret, be32(i), info]))));
    const [encryptionKey, macKey, ivKey] = [0, 16, 32].map((from) => keys.subarray(from, from + 16));
    const base = activation ? hmac(activation.transport, applicationSecret) : sha256(applicationSecret);
    const scope = [applicationKey, ...(activation ? [activation.activationId] : [])];
    const associatedData = sized(VERSION, ...scope, key.id);
    const nonce = crypto.randomBytes(16);
    const timestamp = Date.now() + this.#timeOffset;
    const data = encrypt(encryptionKey, kdfInternal(ivKey, nonce), plaintext);
    const mac = hmac(macKey, data, sized(base, nonce, be64(timestamp), ephemeral, associatedData));
    return {
      envelope: {
        temporaryKeyId: key.id,
        ephemeralPublicKey: ephemeral.toString('base64'),
        encryptedData: data.toString('base64'),
        mac: mac.toString('base64'),
        nonce: nonce.toString('base64'),
        timestamp,
      },
      decrypt: (answer) => {
        const [content, received, other] = [answer.encryptedData, answer.mac, answer.nonce].map(fromBase64);
        const expected = hmac(
          macKey,
          content,
          sized(base, other, be64(answer.timestamp), '', associatedData),
        );
        if (!crypto.timingSafeEqual(expected, received)) throw new Error('The answer has a wrong MAC');
        return JSON.parse(decrypt(encryptionKey, kdfInternal(ivKey, other), content).toString());
      },
    };
  }

  async #encrypt(sharedInfo1, plaintext, activation) {
    await this.#synchronize();
    return this.#encryptUnder(await this.#temporaryKey(activation), sharedInfo1, plaintext, activation);
  }

  #encryptionHeader() {
    return `PowerAuth version="${VERSION}", application_key="${this.#configuration.applicationKey}"`;
  }

  /** An encrypted request in application scope, which is not sent, and its header. */
  async encryptRequest(body) {
    const { envelope, decrypt: decryptor } = await this.#encrypt(
      '/pa/generic/application',
      Buffer.from(body),
    );
    return { envelope, header: this.#encryptionHeader(), decryptor };
  }

  /** Exchanges keys. @returns the activation's identifier */
  async createActivation(activationCode) {
    const ecdh = crypto.createECDH(CURVE);
    const devicePublicKey = ecdh.generateKeys('base64', 'compressed');
    const device = { devicePublicKey, activationName: 'bench', platform: 'unknown', deviceInfo: 'plain' };
    await this.#synchronize();
    const innerKey = await this.#fetchTemporaryKey(undefined);
    const inner = this.#encryptUnder(
      innerKey,
      '/pa/activation',
      Buffer.from(JSON.stringify(device)),
      undefined,
    );
    // A code may carry a signature.
    const [code] = activationCode.split('#');
    const request = { type: 'CODE', identityAttributes: { code }, activationData: inner.envelope };
    const outer = await this.#encrypt('/pa/generic/application', Buffer.from(JSON.stringify(request)));
    const headers = { 'X-PowerAuth-Encryption': this.#encryptionHeader() };
    const answer = await this.#post('/pa/v3/activation/create', JSON.stringify(outer.envelope), headers);
    const { activationId, serverPublicKey, ctrData } = inner.decrypt(outer.decrypt(answer).activationData);
    const point = fromBase64(serverPublicKey);
    const secret = fold(ecdh.computeSecret(point));
    const [possession, knowledge, biometry, transport, vault] = [1, 2, 3, 1000, 2000].map((i) =>
      kdf(secret, i),
    );
    this.#activation = {
      activationId,
      serverKey: publicKey(point),
      ...{ possession, knowledge, biometry, transport },
      wrappedPrivateKey: encrypt(vault, ZERO_IV, ecdh.getPrivateKey()),
      counter: fromBase64(ctrData),
    };
    return activationId;
  }

  /** Seals its counter within a record of this length from now on, and unseals it for each signature. */
  sealCounter(recordLength) {
    const record = Buffer.alloc(recordLength);
    this.#activation.counter.copy(record);
    const key = crypto.createSecretKey(crypto.randomBytes(32));
    this.#activation.sealed = { key, record: seal(key, record) };
  }

  #takeCounter() {
    const { counter, sealed } = this.#activation;
    if (sealed === undefined) {
      this.#activation.counter = fold(sha256(counter));
      return counter;
    }
    const record = unseal(sealed.key, sealed.record);
    const taken = Buffer.from(record.subarray(0, 16));
    fold(sha256(taken)).copy(record);
    sealed.record = seal(sealed.key, record);
    return taken;
  }

  /** A signature header by the possession factor. */
  requestSignature(method, uriId, body) {
    const { applicationKey, applicationSecret } = this.#configuration;
    const { activationId, possession } = this.#activation;
    const nonce = crypto.randomBytes(16).toString('base64');
    const base64 = (text) => Buffer.from(text).toString('base64');
    const data = [method, base64(uriId), nonce, base64(body), applicationSecret].join('&');
    const signature = hmac(hmac(possession, this.#takeCounter()), data).subarray(16).toString('base64');
    return (
      `PowerAuth pa_version="${VERSION}", pa_activation_id="${activationId}", ` +
      `pa_application_key="${applicationKey}", pa_nonce="${nonce}", ` +
      `pa_signature_type="possession", pa_signature="${signature}"`
    );
  }

  /** A new token by the possession factor. */
  async requestAccessToken() {
    const uriId = '/pa/token/create';
    const { envelope, decrypt: decryptor } = await this.#encrypt(uriId, Buffer.from('{}'), this.#activation);
    const body = JSON.stringify(envelope);
    const headers = { 'X-PowerAuth-Authorization': this.requestSignature('POST', uriId, body) };
    return decryptor(await this.#post('/pa/v3/token/create', body, headers));
  }

  /** The activation's state, 1 to 5, and whether the counters agree. */
  async fetchActivationStatus() {
    const { activationId, transport, counter } = this.#activation;
    const challenge = crypto.randomBytes(16);
    const request = { requestObject: { activationId, challenge: challenge.toString('base64') } };
    const { responseObject } = await this.#post('/pa/v3/activation/status', JSON.stringify(request));
    const [encrypted, nonce] = [responseObject.encryptedStatusBlob, responseObject.nonce].map(fromBase64);
    const iv = kdfInternal(kdf(transport, 3000), challenge, nonce);
    const blob = decrypt(transport, iv, encrypted, false);
    if (blob.readUInt32BE(0) !== MAGIC) throw new Error('The server does not know the activation');
    const hash = kdfInternal(kdf(transport, 4000), counter);
    return { state: blob[4], inSync: hash.equals(blob.subarray(16)) };
  }
}

/** AES-256-GCM: nonce, ciphertext and tag. */
export function seal(key, record) {
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(record), cipher.final(), cipher.getAuthTag()]);
}

export function unseal(key, sealed) {
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}
