import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  PowerAuth,
  PowerAuthErrorCode,
  type PowerAuthClientConfigurationType,
  type PowerAuthCryptogram,
  type PowerAuthDataFormat,
} from '../../src/index.ts';
import { Encryption } from '../../src/session/encryption.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { gate, turn } from '../../src/testing/storage-contract/support.ts';
import { activated, requestsTo, testClient } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { NO_INSTANCES, NO_STRINGS, ODD_TEXTS } from '../helpers/wrong-values.ts';
import { send } from './encryption.ts';

const WRONG = error(PowerAuthErrorCode.WRONG_PARAMETER);

const GONE = error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT);

const KEYSTORE = '/pa/v3/keystore/create';

/** A client with an activation that has just been started: it has no time and no key of the server's yet. */
async function restarted(
  client: PowerAuthClientConfigurationType = {},
): Promise<{ server: PowerAuthTestServer; powerAuth: PowerAuth }> {
  const storage = memoryStorage();
  const { server, powerAuth } = await activated({ storage });
  const { instanceId } = powerAuth;
  await powerAuth.deconfigure();
  server.requests.length = 0;
  return { server, powerAuth: await testClient(server, { instanceId, storage, client }) };
}

const SCOPES = [
  [
    'APPLICATION',
    '/api/encrypted/application',
    (powerAuth: PowerAuth) => powerAuth.getEncryptorForApplicationScope(),
  ],
  [
    'ACTIVATION',
    '/api/encrypted/activation',
    (powerAuth: PowerAuth) => powerAuth.getEncryptorForActivationScope(),
  ],
] as const;

describe.each(SCOPES)('in %s scope', (scope, path, take) => {
  test('a request and its answer travel encrypted, text or bytes', async () => {
    const { server, powerAuth } = await restarted();
    const encryptor = take(powerAuth);
    expect(encryptor.encryptorScope).toBe(scope);
    for (const [body, format] of [
      ['{"name":"\u010ceskoslovensko \u{1F600}"}', 'UTF8'],
      ['', 'UTF8'],
      ['\uFEFF\0', 'UTF8'],
      ['x'.repeat(200_000), 'UTF8'],
      [Buffer.from([0, 255, 128, 10]).toString('base64'), 'BASE64'],
      ['', 'BASE64'],
    ] as const) {
      const encrypted = await encryptor.encryptRequest(body, format);
      expect(encrypted.header.key).toBe('X-PowerAuth-Encryption');
      expect(encrypted.header.value.includes('activation_id=')).toBe(scope === 'ACTIVATION');
      expect(Object.keys(encrypted.cryptogram).sort()).toEqual([
        'encryptedData',
        'ephemeralPublicKey',
        'mac',
        'nonce',
        'temporaryKeyId',
        'timestamp',
      ]);
      const { decryptor } = encrypted;
      expect(decryptor.decryptorScope).toBe(scope);
      expect(await decryptor.canDecryptResponse()).toBe(true);
      const answer = await send(server, path, encrypted);
      expect(await decryptor.decryptResponse(answer, format)).toBe(body);
      expect(await decryptor.canDecryptResponse()).toBe(false);
      await expect(decryptor.decryptResponse(answer, format)).rejects.toMatchObject(GONE);
    }
    expect(requestsTo(server, KEYSTORE)).toBe(1);
  });

  test('text is the default', async () => {
    const { server, powerAuth } = await activated();
    const encrypted = await take(powerAuth).encryptRequest('{}');
    const answer = await send(server, path, encrypted);
    expect(await encrypted.decryptor.decryptResponse(answer)).toBe('{}');
  });

  test('characters that are not Base64 in a BASE64 body are skipped', async () => {
    const { server, powerAuth } = await activated();
    for (const [body, content] of [
      ['{}', ''],
      ['e 3\n0', '{}'],
      ['"e30="', '{}'],
    ] as const) {
      const encrypted = await take(powerAuth).encryptRequest(body, 'BASE64');
      const answer = await send(server, path, encrypted);
      expect(await encrypted.decryptor.decryptResponse(answer)).toBe(content);
    }
  });

  test('content that is no text needs BASE64, and can still have it', async () => {
    const { server, powerAuth } = await activated();
    const encrypted = await take(powerAuth).encryptRequest('/w==', 'BASE64');
    const answer = await send(server, path, encrypted);
    await expect(encrypted.decryptor.decryptResponse(answer, 'UTF8')).rejects.toMatchObject(WRONG);
    expect(await encrypted.decryptor.decryptResponse(answer, 'BASE64')).toBe('/w==');
  });

  test('two encryptions of the same have nothing in common', async () => {
    const { powerAuth } = await activated();
    const [a, b] = await Promise.all([
      take(powerAuth).encryptRequest('x'),
      take(powerAuth).encryptRequest('x'),
    ]);
    for (const field of ['ephemeralPublicKey', 'encryptedData', 'mac', 'nonce'] as const) {
      expect(a.cryptogram[field]).not.toBe(b.cryptogram[field]);
    }
  });

  test('an answer that is damaged or another request’s is refused, and the right one still decrypted', async () => {
    const { server, powerAuth } = await activated();
    const [one, two] = [
      await take(powerAuth).encryptRequest('one'),
      await take(powerAuth).encryptRequest('two'),
    ];
    const [answer, other] = [await send(server, path, one), await send(server, path, two)];
    for (const bad of [
      other,
      { ...answer, mac: other.mac },
      { ...answer, nonce: other.nonce ?? '' },
      { ...answer, timestamp: (answer.timestamp ?? 0) + 1 },
      { ...answer, encryptedData: other.encryptedData },
      ...ODD_TEXTS.flatMap((text) => [
        { ...answer, encryptedData: text },
        { ...answer, mac: text },
        { ...answer, nonce: text },
      ]),
    ]) {
      await expect(one.decryptor.decryptResponse(bad)).rejects.toMatchObject(
        error(PowerAuthErrorCode.ENCRYPTION_ERROR),
      );
    }
    expect(await one.decryptor.decryptResponse(answer)).toBe('one');
    expect(await two.decryptor.decryptResponse(other)).toBe('two');
  });

  test('an answer is decrypted once, however many ask at the same time', async () => {
    const { server, powerAuth } = await activated();
    const encrypted = await take(powerAuth).encryptRequest('x');
    const answer = await send(server, path, encrypted);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => encrypted.decryptor.decryptResponse(answer)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(GONE);
  });

  test('a decryptor that is released, or not used for five minutes, has no keys', async () => {
    const { server, powerAuth } = await activated();
    const encryptor = take(powerAuth);
    const encrypted = await encryptor.encryptRequest('x');
    await encrypted.decryptor.release();
    await encrypted.decryptor.release();
    expect(await encrypted.decryptor.canDecryptResponse()).toBe(false);
    await encryptor.release();
    expect(await encryptor.canEncryptRequest()).toBe(true);

    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const forgotten = await encryptor.encryptRequest('x');
      const answer = await send(server, path, forgotten);
      vi.advanceTimersByTime(299_000);
      expect(await forgotten.decryptor.canDecryptResponse()).toBe(true);
      vi.advanceTimersByTime(299_000);
      expect(await forgotten.decryptor.canDecryptResponse()).toBe(true);
      vi.advanceTimersByTime(300_000);
      expect(await forgotten.decryptor.canDecryptResponse()).toBe(false);
      await expect(forgotten.decryptor.decryptResponse(answer)).rejects.toMatchObject(GONE);
    } finally {
      vi.useRealTimers();
    }
  });

  test('an encryptor follows its instance, a decryptor ends with it', async () => {
    const storage = memoryStorage();
    const { server, powerAuth } = await activated({ instanceId: `again-${scope}`, storage });
    const encryptor = take(powerAuth);
    const encrypted = await encryptor.encryptRequest('x');
    const answer = await send(server, path, encrypted);
    await powerAuth.deconfigure();
    expect(await encryptor.canEncryptRequest()).toBe(false);
    await expect(encryptor.encryptRequest('x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED),
    );
    expect(await encrypted.decryptor.canDecryptResponse()).toBe(false);
    await expect(encrypted.decryptor.decryptResponse(answer)).rejects.toMatchObject(GONE);
    await testClient(server, { instanceId: `again-${scope}`, storage });
    expect(await encryptor.canEncryptRequest()).toBe(true);
    expect(await encrypted.decryptor.canDecryptResponse()).toBe(false);
    const again = await encryptor.encryptRequest('x');
    expect(await again.decryptor.decryptResponse(await send(server, path, again))).toBe('x');
  });

  test('an instance that is deconfigured while it encrypts gives nothing out', async () => {
    const { server, powerAuth } = await restarted();
    server.faults.add({ path: KEYSTORE, count: 1, delay: 300 });
    const outcome = expect(take(powerAuth).encryptRequest('x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.OPERATION_CANCELED),
    );
    await expect.poll(() => requestsTo(server, KEYSTORE)).toBe(1);
    await powerAuth.deconfigure();
    await outcome;
  });

  test('time comes with the key, which is used until a minute before it expires', async () => {
    let passed = 0;
    const clock = { now: () => Date.now() + passed, monotonic: () => performance.now() + passed };
    const { server, powerAuth } = await restarted({ clock });
    // A server whose clock is an hour ahead refuses what is timed by any other clock.
    server.clockOffset = 3_600_000;
    const encryptor = take(powerAuth);
    const roundTrip = async () => {
      const encrypted = await encryptor.encryptRequest('x');
      expect(await encrypted.decryptor.decryptResponse(await send(server, path, encrypted))).toBe('x');
      return encrypted.cryptogram.temporaryKeyId;
    };
    const first = await roundTrip();
    const fetched = () => [requestsTo(server, '/pa/v3/status'), requestsTo(server, KEYSTORE)];
    expect(fetched()).toEqual([0, 1]);
    for (const [ms, renewed] of [
      [200_000, false],
      [41_000, true],
    ] as const) {
      passed += ms;
      server.clockOffset += ms;
      expect((await roundTrip()) !== first, `${passed} ms later`).toBe(renewed);
    }
    expect(fetched()).toEqual([0, 2]);
  });

  test('release has the next request fetch another key', async () => {
    const { server, powerAuth } = await restarted();
    const encryptor = take(powerAuth);
    const id = async () => (await encryptor.encryptRequest('x')).cryptogram.temporaryKeyId;
    const first = await id();
    expect(await id()).toBe(first);
    await encryptor.release();
    await encryptor.release();
    expect(await id()).not.toBe(first);
    expect(requestsTo(server, KEYSTORE)).toBe(2);
  });

  test('concurrent requests share one fetch of the key, and a failed fetch is tried again', async () => {
    const [reached, answered] = [gate(), gate()];
    const { server, powerAuth } = await restarted({
      fetch: async (input, init) => {
        if ((input as string).endsWith(KEYSTORE)) {
          reached.open();
          await answered.opened;
        }
        return fetch(input, init);
      },
    });
    server.faults.add({ path: KEYSTORE, count: 1, status: 500 });
    const encrypt = vi.spyOn(Encryption.prototype, 'encrypt');
    onTestFinished(() => encrypt.mockRestore());
    const encryptor = take(powerAuth);
    const asked = Array.from({ length: 8 }, () => encryptor.encryptRequest('x'));
    // The first answer comes when all eight wait for it: all have begun, and time is synchronised.
    await reached.opened;
    await expect.poll(() => encrypt.mock.calls.length).toBe(8);
    await turn();
    answered.open();
    const failed = await Promise.allSettled(asked);
    for (const outcome of failed) {
      expect(outcome.status === 'rejected' && outcome.reason).toMatchObject(
        error(PowerAuthErrorCode.RESPONSE_ERROR),
      );
    }
    await Promise.all(Array.from({ length: 8 }, () => encryptor.encryptRequest('x')));
    expect(requestsTo(server, KEYSTORE)).toBe(2);
  });

  test('bodies, formats and cryptograms of a wrong kind are refused and change nothing', async () => {
    const { server, powerAuth } = await restarted();
    const encryptor = take(powerAuth);
    for (const [name, value] of NO_STRINGS) {
      const text = value as string;
      await expect(encryptor.encryptRequest(text, 'BASE64')).rejects.toMatchObject(WRONG);
      if (name !== 'bytes') await expect(encryptor.encryptRequest(text)).rejects.toMatchObject(WRONG);
    }
    await expect(encryptor.encryptRequest('\uD83D')).rejects.toMatchObject(WRONG);
    const formats = NO_INSTANCES.filter(([, value]) => value !== undefined);
    for (const [, value] of [...formats, ['lower case', 'utf8'] as const]) {
      await expect(encryptor.encryptRequest('x', value as PowerAuthDataFormat)).rejects.toMatchObject(WRONG);
    }
    expect(requestsTo(server, KEYSTORE)).toBe(0);

    const encrypted = await encryptor.encryptRequest('x');
    const answer = await send(server, path, encrypted);
    for (const [, value] of NO_INSTANCES) {
      await expect(encrypted.decryptor.decryptResponse(value as PowerAuthCryptogram)).rejects.toMatchObject(
        WRONG,
      );
      for (const field of ['encryptedData', 'mac', 'nonce', 'timestamp']) {
        if (typeof value === (field === 'timestamp' ? 'number' : 'string')) continue;
        const bad = { ...answer, [field]: value };
        await expect(encrypted.decryptor.decryptResponse(bad)).rejects.toMatchObject(WRONG);
      }
      if (value === undefined) continue;
      await expect(
        encrypted.decryptor.decryptResponse(answer, value as PowerAuthDataFormat),
      ).rejects.toMatchObject(WRONG);
    }
    expect(await encrypted.decryptor.canDecryptResponse()).toBe(true);
    expect(await encrypted.decryptor.decryptResponse(answer)).toBe('x');
  });
});
