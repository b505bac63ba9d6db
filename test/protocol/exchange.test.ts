/** One activation's life against a genuine server, computed again from the private keys in the recording. */
import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  activationFingerprint,
  parseActivationLayer1,
  parseActivationLayer2,
} from '../../src/protocol/activation.ts';
import { nextCounter } from '../../src/protocol/counter.ts';
import {
  ENCRYPTION_HEADER,
  encryptionHeader,
  encryptRequest,
  type EncryptedRequestEnvelope,
  type EncryptedResponseEnvelope,
} from '../../src/protocol/ecies.ts';
import { deriveActivationKeys } from '../../src/protocol/kdf.ts';
import { agree } from '#crypto';
import { importPublicKey, masterSecret } from '../../src/protocol/keys.ts';
import {
  AUTHORIZATION_HEADER,
  authorizationHeader,
  computeSignature,
  signatureData,
  type SignatureFactor,
} from '../../src/protocol/signature.ts';
import { compareCounters, decryptStatusBlob } from '../../src/protocol/status.ts';
import { temporaryKeyFromResponse, temporaryKeyRequest } from '../../src/protocol/temporary-key.ts';
import { parseTokenResponse } from '../../src/protocol/token.ts';
import { decryptVaultKey, unwrapDevicePrivateKey, wrapDevicePrivateKey } from '../../src/protocol/vault.ts';
import { utf8, utf8Decode } from '../../src/util/bytes.ts';
import { b64, keyPair, privateKey, vectors } from '../helpers/vectors.ts';

interface Ecies {
  readonly scope: 'application' | 'activation';
  readonly sharedInfo1: string;
  readonly ephemeralPrivateKey: string;
  readonly temporaryKeyId: string;
  readonly temporaryPublicKey: string;
  readonly requestPlaintext: string;
  readonly request: EncryptedRequestEnvelope;
  readonly response: EncryptedResponseEnvelope;
  readonly responsePlaintext: string;
}
interface Exchange {
  readonly endpoint: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  readonly httpStatus: number;
  readonly responseBody: string;
  readonly temporaryKeys?: readonly {
    readonly scope: 'application' | 'activation';
    readonly challenge: string;
    readonly request: string;
    readonly response: string;
  }[];
  readonly ecies?: readonly Ecies[];
  readonly signature?: {
    readonly factors: readonly SignatureFactor[];
    readonly method: string;
    readonly uriId: string;
    readonly body: string;
    readonly nonce: string;
    readonly ctrData: string;
    readonly normalizedData: string;
    readonly signature: string;
  };
}
const { application, device, exchanges } = vectors<{
  application: { key: string; secret: string; master: string };
  device: { priv: string; pub: string };
  exchanges: readonly Exchange[];
}>('exchange-3.3.json');

const deviceKeys = keyPair(privateKey(device.priv));
const layers = exchanges[0]?.ecies ?? [];
const layer1 = layers.find(({ sharedInfo1 }) => sharedInfo1 === '/pa/generic/application');
const layer2 = layers.find(({ sharedInfo1 }) => sharedInfo1 === '/pa/activation');
if (layer1 === undefined || layer2 === undefined) throw new Error('the recording has no activation');
const activation = parseActivationLayer2(utf8(layer2.responsePlaintext));
const { activationId } = activation;
const secret = await masterSecret(deviceKeys, activation.serverPublicKey);
const keys = await deriveActivationKeys(secret);
const inActivation = { activation: { activationId, transportKey: keys.transport } };

const scopeOf = (scope: 'application' | 'activation') => ({
  applicationKey: application.key,
  applicationSecret: application.secret,
  ...(scope === 'activation' ? inActivation : {}),
});

test('the activation', () => {
  expect(parseActivationLayer1(utf8(layer1.responsePlaintext)).activationData).toEqual(layer2.response);
  expect(deviceKeys.publicKey).toEqual(importPublicKey(b64(device.pub)));
  expect(activationFingerprint({ ...activation, devicePublicKey: b64(device.pub) })).toMatch(/^\d{8}$/);
});

describe.each(exchanges.map((exchange, i) => [`${i} ${exchange.endpoint}`, exchange] as const))(
  '%s',
  (_, exchange) => {
    const { temporaryKeys = [], ecies = [], signature } = exchange;

    test.runIf(temporaryKeys.length > 0)('temporary keys', async () => {
      for (const { scope, challenge, request, response } of temporaryKeys) {
        expect(temporaryKeyRequest({ ...scopeOf(scope), challenge })).toBe(request);
        const expected = {
          applicationKey: application.key,
          challenge,
          ...(scope === 'activation' ? { activationId } : {}),
          publicKey:
            scope === 'activation' ? activation.serverPublicKey : importPublicKey(b64(application.master)),
        };
        const key = await temporaryKeyFromResponse(response, expected);
        expect(key.expiresAt - key.issuedAt).toBe(300_000);
        expect(
          ecies.some(
            ({ temporaryKeyId, temporaryPublicKey }) =>
              temporaryKeyId === key.id &&
              Buffer.compare(importPublicKey(b64(temporaryPublicKey)), key.publicKey) === 0,
          ),
        ).toBe(true);
        const [header = '', claims = '', sig = ''] = response.split('.');
        for (const [jwt, change] of [
          [response, { challenge: 'other' }],
          [response, { applicationKey: 'other' }],
          [response, { activationId: 'other' }],
          [response, { publicKey: deviceKeys.publicKey }],
          [`${header}.${claims}.${sig.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`, {}],
          [`${header}.${claims}`, {}],
          [`${header}.${claims}.${sig}.`, {}],
          [`${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`, {}],
          [`${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${claims}.${sig}`, {}],
          ['', {}],
        ] as const) {
          await expect(temporaryKeyFromResponse(jwt, { ...expected, ...change })).rejects.toMatchObject({
            code: PowerAuthErrorCode.ENCRYPTION_ERROR,
          });
        }
      }
    });

    test.runIf(ecies.length > 0)('encryption', async () => {
      for (const it of ecies) {
        const ephemeral = keyPair(privateKey(it.ephemeralPrivateKey));
        const { envelope, decryptor } = await encryptRequest({
          temporaryKey: { id: it.temporaryKeyId },
          agreement: {
            publicKey: ephemeral.publicKey,
            secret: await agree(ephemeral, importPublicKey(b64(it.temporaryPublicKey))),
          },
          sharedInfo1: it.sharedInfo1,
          scope: scopeOf(it.scope),
          nonce: b64(it.request.nonce),
          timestamp: it.request.timestamp,
          plaintext: utf8(it.requestPlaintext),
        });
        expect(envelope).toEqual(it.request);
        expect(utf8Decode(await decryptor.decrypt(it.response))).toBe(it.responsePlaintext);
        const flip = (text: string) => {
          const bytes = b64(text);
          bytes[0] = (bytes[0] ?? 0) ^ 1;
          return Buffer.from(bytes).toString('base64');
        };
        for (const damaged of [
          { ...it.response, encryptedData: flip(it.response.encryptedData) },
          { ...it.response, mac: flip(it.response.mac) },
          { ...it.response, mac: '' },
          { ...it.response, nonce: flip(it.response.nonce) },
          { ...it.response, nonce: 'AA==' },
          { ...it.response, timestamp: it.response.timestamp + 1 },
          { ...it.response, timestamp: NaN },
          { ...it.response, encryptedData: '!' },
        ]) {
          await expect(decryptor.decrypt(damaged)).rejects.toMatchObject({
            code: PowerAuthErrorCode.ENCRYPTION_ERROR,
          });
        }
        const released = { code: PowerAuthErrorCode.INVALID_NATIVE_OBJECT };
        const inProgress = decryptor.decrypt(it.response);
        decryptor.release();
        decryptor.release();
        await expect(inProgress).rejects.toMatchObject(released);
        await expect(decryptor.decrypt(it.response)).rejects.toMatchObject(released);
      }
      const header = exchange.requestHeaders[ENCRYPTION_HEADER];
      if (header !== undefined) {
        const scope = {
          applicationKey: application.key,
          ...(exchange.endpoint.endsWith('/activation') ? { activationId } : {}),
        };
        expect(encryptionHeader(scope)).toBe(header);
      }
    });

    test.runIf(signature !== undefined && exchange.requestHeaders[AUTHORIZATION_HEADER] !== undefined)(
      'signature',
      () => {
        if (signature === undefined) return;
        const { factors, method, uriId, body, nonce, ctrData } = signature;
        const data = signatureData({
          method,
          uriId,
          nonce: b64(nonce),
          body: utf8(body),
          applicationSecret: application.secret,
        });
        expect(utf8Decode(data)).toBe(signature.normalizedData);
        const computed = computeSignature(
          factors.map((factor) => keys[factor]),
          b64(ctrData),
          data,
        );
        // The recording's refused request was signed wrongly on purpose.
        if (exchange.httpStatus === 200) expect(computed).toBe(signature.signature);
        else expect(computed).not.toBe(signature.signature);
        expect(
          authorizationHeader({
            activationId,
            applicationKey: application.key,
            nonce,
            factors,
            signature: signature.signature,
          }),
        ).toBe(exchange.requestHeaders[AUTHORIZATION_HEADER]);
      },
    );
  },
);

test('the counter goes one step with each signature, and the statuses tell where it is', async () => {
  let counter = { ctrData: activation.ctrData, ctrByte: 0 };
  let statuses = 0;
  for (const exchange of exchanges) {
    if (exchange.endpoint.endsWith('/status')) {
      const { requestObject } = JSON.parse(exchange.requestBody) as { requestObject: { challenge: string } };
      const { responseObject } = JSON.parse(exchange.responseBody) as {
        responseObject: { encryptedStatusBlob: string; nonce: string };
      };
      const blob = await decryptStatusBlob({
        transportKey: keys.transport,
        challenge: b64(requestObject.challenge),
        nonce: b64(responseObject.nonce),
        encryptedStatusBlob: b64(responseObject.encryptedStatusBlob),
      });
      expect(blob?.lookAhead).toBe(20);
      if (blob?.state === 3) {
        statuses++;
        const comparison = await compareCounters({ counter, blob, transportKey: keys.transport });
        expect(['in-sync', 'local-ahead', 'local-behind']).toContain(comparison.kind);
      }
    }
    if (exchange.signature !== undefined) {
      while (Buffer.compare(counter.ctrData, b64(exchange.signature.ctrData)) !== 0) {
        counter = nextCounter(counter);
        expect(counter.ctrByte).toBeLessThan(30);
      }
      counter = nextCounter(counter);
    }
  }
  expect(statuses).toBeGreaterThan(0);
});

test('the tokens and the vault', async () => {
  const plaintextOf = (endpoint: string) =>
    exchanges
      .filter((exchange) => exchange.endpoint === endpoint)
      .flatMap(({ ecies = [] }) => ecies.map((it) => it.responsePlaintext));
  const tokens = plaintextOf('/pa/v3/token/create').map((plaintext) => parseTokenResponse(utf8(plaintext)));
  expect(tokens).toHaveLength(2);
  for (const { tokenSecret } of tokens) expect(tokenSecret).toHaveLength(16);
  const [vault = ''] = plaintextOf('/pa/v3/vault/unlock');
  const { encryptedVaultEncryptionKey } = JSON.parse(vault) as { encryptedVaultEncryptionKey: string };
  const vaultKey = await decryptVaultKey(b64(encryptedVaultEncryptionKey), keys.transport);
  expect(vaultKey).toEqual(keys.vault);
  const wrapped = await wrapDevicePrivateKey(deviceKeys.privateKey, vaultKey);
  expect(await unwrapDevicePrivateKey(wrapped, vaultKey)).toEqual(deviceKeys.privateKey);
  await expect(decryptVaultKey(b64(encryptedVaultEncryptionKey), keys.possession)).rejects.toMatchObject({
    code: PowerAuthErrorCode.ENCRYPTION_ERROR,
  });
});
