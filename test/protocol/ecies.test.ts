import { describe, expect, test } from 'vitest';
import { agree } from '#crypto';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { ENCRYPTION_HEADER, encryptionHeader, encryptRequest } from '../../src/protocol/ecies.ts';
import { agreeOnce, generateKeyPair, importPublicKey } from '../../src/protocol/keys.ts';
import { utf8, utf8Decode } from '../../src/util/bytes.ts';
import { activationId, application, exchangesWith, scopeOf } from '../helpers/recording.ts';
import { b64, keyPair, privateKey } from '../helpers/vectors.ts';

describe.each(exchangesWith(({ ecies }) => ecies !== undefined && ecies.length > 0))('%s', (_, exchange) => {
  test('encryption', async () => {
    const { ecies = [] } = exchange;
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
});

/** An encrypted request, with some of it changed. */
async function encrypted(change: Partial<Parameters<typeof encryptRequest>[0]> = {}) {
  const input = {
    temporaryKey: { id: 'id' },
    agreement: await agreeOnce((await generateKeyPair()).publicKey),
    sharedInfo1: '/pa/token/create',
    scope: scopeOf('activation'),
    nonce: new Uint8Array(16).fill(1),
    timestamp: 1_700_000_000_000,
    plaintext: utf8('plaintext'),
  };
  return { input, ...(await encryptRequest({ ...input, ...change })) };
}

test.each<readonly [string, Partial<Parameters<typeof encryptRequest>[0]>]>([
  ['sharedInfo1', { sharedInfo1: '/pa/token/remove' }],
  ['nonce', { nonce: new Uint8Array(16).fill(2) }],
  ['scope', { scope: scopeOf('application') }],
  ['timestamp', { timestamp: 1_700_000_000_001 }],
  ['temporary key', { temporaryKey: { id: 'another' } }],
  ['plaintext', { plaintext: utf8('Plaintext') }],
])('everything is bound: another %s has another mac', async (_, change) => {
  const { input, envelope } = await encrypted();
  const other = await encryptRequest({ ...input, ...change });
  expect(other.envelope.mac).not.toBe(envelope.mac);
  expect((await encryptRequest(input)).envelope).toEqual(envelope);
});

test('what the caller gave is left to it', async () => {
  const { input } = await encrypted();
  expect(input.plaintext).toEqual(utf8('plaintext'));
  expect(input.nonce).toEqual(new Uint8Array(16).fill(1));
  expect(input.agreement.secret.some((byte) => byte !== 0)).toBe(true);
});

test('an empty body is one padded block', async () => {
  const { envelope } = await encrypted({ plaintext: new Uint8Array() });
  expect(b64(envelope.encryptedData)).toHaveLength(16);
});

test('an answer is named by the field that is wrong', async () => {
  const { envelope, decryptor } = await encrypted();
  for (const [field, value] of [
    ['encryptedData', '!'],
    ['mac', 'AAAA'],
    ['nonce', 'AAAA'],
    ['timestamp', -1],
    ['timestamp', 0.5],
    ['mac', Buffer.alloc(32).toString('base64')],
  ] as const) {
    await expect(decryptor.decrypt({ ...envelope, [field]: value })).rejects.toMatchObject({
      code: PowerAuthErrorCode.ENCRYPTION_ERROR,
      message: expect.stringMatching(new RegExp(`^${field}: expected `)) as string,
    });
  }
  decryptor.release();
});

test('a header without an activation names none', () => {
  expect(encryptionHeader({ applicationKey: 'key' })).toBe('PowerAuth version="3.3", application_key="key"');
});
