/** What is signed and encrypted byte by byte: bodies of bytes, and text that UTF-8 can't hold. */
import { describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuth,
  type PowerAuthCryptogram,
} from '../../src/index.ts';
import { activated, PASSWORD, statusOf, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const SIGNED = '/api/possession/signature';
const BYTES = Uint8Array.from([0, 255, 128, 0xed, 0xa0, 0x80, 61]);

/** The same bytes in every form, some of them a part of a longer buffer. */
const FORMS: readonly (readonly [string, () => ArrayBuffer | ArrayBufferView])[] = [
  ['a Uint8Array', () => BYTES.slice()],
  ['an ArrayBuffer', () => BYTES.slice().buffer],
  ['a Buffer', () => Buffer.from(BYTES)],
  ['a part of a longer array', () => Uint8Array.from([1, 2, ...BYTES, 3]).subarray(2, 2 + BYTES.length)],
  ['a DataView', () => new DataView(Uint8Array.from([9, ...BYTES]).buffer, 1)],
  [
    'a view of shared memory',
    () => {
      const shared = new Uint8Array(new SharedArrayBuffer(BYTES.length));
      shared.set(BYTES);
      return shared;
    },
  ],
];

describe.each(FORMS)('%s', (_, make) => {
  test('is signed as it is sent', async () => {
    const { server, powerAuth } = await activated();
    const header = await powerAuth.requestSignature(POSSESSION, 'POST', SIGNED, make());
    expect(await statusOf(server, header, SIGNED, { body: BYTES })).toBe(200);
  });

  test('is encrypted, and comes back in Base64', async () => {
    const { server, powerAuth } = await activated();
    const encryptor = powerAuth.getEncryptorForApplicationScope();
    const { cryptogram, header, decryptor } = await encryptor.encryptRequest(make());
    const response = await fetch(`${server.baseUrl}/api/encrypted/application`, {
      method: 'POST',
      headers: { [header.key]: header.value },
      body: JSON.stringify(cryptogram),
    });
    const answer = (await response.json()) as PowerAuthCryptogram;
    expect(await decryptor.decryptResponse(answer, 'BASE64')).toBe(Buffer.from(BYTES).toString('base64'));
  });
});

test('bytes are copied when they are passed, and left as they are', async () => {
  const { server, powerAuth } = await activated();
  const body = BYTES.slice();
  const header = powerAuth.requestSignature(POSSESSION, 'POST', SIGNED, body);
  body.fill(7);
  expect(await statusOf(server, await header, SIGNED, { body: BYTES })).toBe(200);
  const encrypting = powerAuth.getEncryptorForApplicationScope().encryptRequest(body);
  body.fill(8);
  await encrypting;
  expect(body).toEqual(new Uint8Array(BYTES.length).fill(8));
});

test('a detached buffer, and what only looks like bytes, is refused', async () => {
  const { powerAuth } = await activated();
  const detached = new ArrayBuffer(8);
  structuredClone(detached, { transfer: [detached] });
  const wrong = error(PowerAuthErrorCode.WRONG_PARAMETER, /^body: expected a string, an ArrayBuffer/);
  for (const body of [
    detached,
    Object.create(Uint8Array.prototype),
    { byteLength: 1 },
    [1, 2],
  ] as ArrayBuffer[]) {
    await expect(powerAuth.requestSignature(POSSESSION, 'POST', '/x', body)).rejects.toMatchObject(wrong);
    await expect(powerAuth.getEncryptorForApplicationScope().encryptRequest(body)).rejects.toMatchObject(
      wrong,
    );
  }
});

test.each(['GET', 'get'])('%s without a body says what to call, and costs nothing', async (method) => {
  const { server, powerAuth, activationId } = await activated();
  for (const body of [undefined, '', new Uint8Array()]) {
    await expect(powerAuth.requestSignature(POSSESSION, method, SIGNED, body)).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER, /^method: .*requestGetSignature/),
    );
  }
  // The canonical query in the place of the body is what requestGetSignature signs.
  const header = await powerAuth.requestSignature(POSSESSION, method, SIGNED, 'a=1&b=2');
  expect(await statusOf(server, header, `${SIGNED}?b=2&a=1`, { method: 'GET' })).toBe(200);
  expect(server.activation(activationId)?.counter).toBe(1);
});

describe('text with half of a surrogate pair', () => {
  const HALVES = ['\uD83D', '\uDE00', 'a\uDE00\uD83Db', '\uD83Dx', '\u{1F600}\uD83D'];
  const NONCE = 'AAAAAAAAAAAAAAAAAAAAAA==';
  const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
  const calls: Readonly<Record<string, (powerAuth: PowerAuth, half: string) => Promise<unknown>>> = {
    'a query’s value': (it, half) => it.requestGetSignature(POSSESSION, '/x', { a: half }),
    'a query’s name': (it, half) => it.requestGetSignature(POSSESSION, '/x', { [half]: 'a' }),
    'a value in pairs': (it, half) => it.requestGetSignature(POSSESSION, '/x', [['a', half]]),
    'a name in a Map': (it, half) => it.requestGetSignature(POSSESSION, '/x', new Map([[half, 'a']])),
    'the uriId of a query': (it, half) => it.requestGetSignature(POSSESSION, half),
    'a method': (it, half) => it.requestSignature(POSSESSION, half, '/x'),
    'a uriId': (it, half) => it.requestSignature(POSSESSION, 'POST', half),
    'a body': (it, half) => it.requestSignature(POSSESSION, 'POST', '/x', half),
    'the uriId of an offline signature': (it, half) => it.offlineSignature(POSSESSION, half, NONCE),
    'offline data': (it, half) => it.offlineSignature(POSSESSION, '/x', NONCE, half),
    'data to sign': (it, half) => it.signDataWithDevicePrivateKey(KNOWLEDGE, half),
    'a body to encrypt': (it, half) => it.getEncryptorForApplicationScope().encryptRequest(half),
    'a password': (it, half) => it.validatePassword(`1234${half}`),
    'a new password': (it, half) => it.changePassword(PASSWORD, `1234${half}`),
    'a password in an authentication': (it, half) =>
      it.requestSignature(PowerAuthAuthentication.password(`1234${half}`), 'POST', '/x'),
  };

  test.each(Object.entries(calls))('is refused as %s, and changes nothing', async (_, call) => {
    const { server, powerAuth, activationId } = await activated();
    const sent = server.requests.length;
    for (const half of HALVES) {
      await expect(call(powerAuth, half)).rejects.toMatchObject(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /surrogate pair/),
      );
    }
    expect(server.requests).toHaveLength(sent);
    const header = await powerAuth.requestSignature(POSSESSION, 'POST', SIGNED, 'both: \u{1F600}');
    expect(await statusOf(server, header, SIGNED, { body: 'both: \u{1F600}' })).toBe(200);
    expect(server.activation(activationId)?.counter).toBe(1);
  });

  test('is signed by no server, not even one that signed what UTF-8 makes of it', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { payload } = server.createOfflinePayload({ data: '\uFFFD' });
    const at = payload.lastIndexOf('\n') + 2;
    const [data, signature] = [payload.slice(0, at), payload.slice(at)];
    expect(await powerAuth.verifyServerSignedData(data, signature, true)).toBe(true);
    const other = data.replace('\uFFFD', '\uD83D');
    expect(await powerAuth.verifyServerSignedData(other, signature, true)).toBe(false);
  });

  test('is refused in an activation', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation();
    for (const half of HALVES) {
      const byCode = (change: (activation: PowerAuthActivation) => void) => {
        const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
        change(activation);
        return activation;
      };
      const byAttributes = (attributes: object) =>
        PowerAuthActivation.createWithIdentityAttributes(attributes, 'test');
      for (const activation of [
        byCode((it) => (it.activationName = half)),
        byCode((it) => (it.extras = half)),
        byCode((it) => (it.additionalActivationOtp = half)),
        byCode((it) => (it.customAttributes = { a: [{ b: half }] })),
        byCode((it) => (it.customAttributes = { [half]: 1 })),
        byAttributes({ username: half }),
        byAttributes({ [half]: 'alice' }),
      ]) {
        await expect(powerAuth.createActivation(activation)).rejects.toMatchObject(
          error(PowerAuthErrorCode.WRONG_PARAMETER, /^activation\..*surrogate pair/),
        );
      }
    }
    expect(server.requests).toHaveLength(0);
  });
});
