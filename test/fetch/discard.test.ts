/** Answers that nobody will read, and keys that nobody will use. */
import { describe, expect, test, vi } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode } from '../../src/index.ts';
import type { PowerAuthFetchOptions, PowerAuthRequestInit } from '../../src/fetch.ts';
import { fetchOf, POSSESSION, POST } from '../helpers/bank.ts';
import { activated } from '../helpers/client.ts';
import { deferred } from '../helpers/deferred.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';

describe('an answer that nobody will read is discarded', () => {
  /** A bank whose answers tell when they are discarded. */
  async function watched(
    reply: { status: number; location?: string },
    more?: Partial<PowerAuthFetchOptions>,
  ) {
    const { server, powerAuth, activationId } = await activated();
    const cancel = vi.fn();
    const { status, location } = reply;
    const send = async () =>
      new Response(new ReadableStream({ cancel }), { status, headers: { ...(location && { location }) } });
    const fetch = fetchOf(powerAuth, ['https://bank.example'], { fetch: send, ...more });
    return {
      server,
      powerAuth,
      activationId,
      cancel,
      call: (init?: PowerAuthRequestInit) => fetch('https://bank.example/', init),
    };
  }

  test('if no new token can be had', async () => {
    const authentication = vi.fn(() => POSSESSION);
    const { cancel, call } = await watched({ status: 401 }, { token: { name: 'api', authentication } });
    authentication.mockReturnValueOnce(POSSESSION).mockImplementation(() => {
      throw new Error('the user has gone');
    });
    await expect(call()).rejects.toThrow('the user has gone');
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('if the caller gives up in the meantime', async () => {
    const asked = deferred<PowerAuthAuthentication>();
    const authentication = vi.fn<() => PowerAuthAuthentication | Promise<PowerAuthAuthentication>>();
    authentication.mockReturnValueOnce(POSSESSION).mockReturnValue(asked.promise);
    const { cancel, call } = await watched({ status: 401 }, { token: { name: 'api', authentication } });
    const end = new AbortController();
    const outcome = rejection(call({ signal: end.signal }));
    await vi.waitFor(() => expect(authentication).toHaveBeenCalledTimes(2));
    end.abort('enough');
    expect(await outcome).toBe('enough');
    expect(cancel).toHaveBeenCalledOnce();
    asked.resolve(POSSESSION);
  });

  test('if the status can’t be fetched after a refused signature', async () => {
    const { server, cancel, call } = await watched({ status: 401 });
    server.faults.add({ path: '/pa/v3/activation/status', status: 503 });
    const sign = { sign: POSSESSION, uriId: '/x' };
    await expect(call({ ...POST, powerAuth: sign })).rejects.toMatchObject(
      error(PowerAuthErrorCode.RESPONSE_ERROR),
    );
    expect(cancel).toHaveBeenCalledOnce();
  });

  test.each(['http://', 'file:///etc/passwd', 'https://user:pass@bank.example/'])(
    'if it leads to %s',
    async (location) => {
      const { cancel, call } = await watched({ status: 302, location });
      expect(await rejection(call())).toBeInstanceOf(TypeError);
      expect(cancel).toHaveBeenCalledOnce();
    },
  );

  test('if it leads nowhere in the end', async () => {
    const { cancel, call } = await watched({ status: 302, location: '/' });
    expect(await rejection(call())).toBeInstanceOf(TypeError);
    expect(cancel).toHaveBeenCalledTimes(21);
  });
});

test('the keys of a cryptogram whose turn ends before it is sent are released', async () => {
  const { powerAuth } = await activated();
  const encryptor = powerAuth.getEncryptorForActivationScope();
  const released: unknown[] = [];
  vi.spyOn(powerAuth, 'getEncryptorForActivationScope').mockReturnValue(encryptor);
  const encrypt = encryptor.encryptRequest.bind(encryptor);
  vi.spyOn(encryptor, 'encryptRequest').mockImplementation(async (...args) => {
    const encrypted = await encrypt(...args);
    vi.spyOn(encrypted.decryptor, 'release').mockImplementation(async () => void released.push(encrypted));
    return encrypted;
  });
  vi.spyOn(powerAuth, 'withSignature').mockImplementation(async (_, { body }) => {
    if (typeof body === 'function') await body();
    throw new Error('the turn is over');
  });
  const fetch = fetchOf(powerAuth, ['https://bank.example']);
  const options = { sign: POSSESSION, uriId: '/x', encrypt: 'activation', signed: 'cryptogram' } as const;
  await expect(fetch('https://bank.example/', { ...POST, powerAuth: options })).rejects.toThrow(
    'the turn is over',
  );
  expect(released).toHaveLength(1);
});
