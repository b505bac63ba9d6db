/** The time that comes with a temporary key. */
import { describe, expect, test } from 'vitest';
import { PowerAuthActivation, PowerAuthErrorCode } from '../../src/index.ts';
import { requestsTo, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { forgingProxy } from '../helpers/forging-proxy.ts';

const KEYSTORE = '/pa/v3/keystore/create';

describe('the time that comes with a temporary key', () => {
  /** The same JWT with other claims, and the signature of the former ones. */
  const altered = (answer: string, claims: object): string => {
    const { responseObject } = JSON.parse(answer) as { responseObject: { jwt: string } };
    const [head = '', content = '', signature = ''] = responseObject.jwt.split('.');
    const former = JSON.parse(Buffer.from(content, 'base64url').toString()) as object;
    const text = Buffer.from(JSON.stringify({ ...former, ...claims })).toString('base64url');
    return JSON.stringify({ status: 'OK', responseObject: { jwt: [head, text, signature].join('.') } });
  };

  test('is not believed without the signature', async () => {
    const server = await testServer();
    const proxy = await forgingProxy(server);
    const powerAuth = await testClient(proxy);
    proxy.alterations.set(KEYSTORE, (answer) => altered(answer ?? '', { iat_ms: Date.now() + 3_600_000 }));
    const encryptor = powerAuth.getEncryptorForApplicationScope();
    await expect(encryptor.encryptRequest('x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.ENCRYPTION_ERROR, /signed by the server/),
    );
    proxy.alterations.clear();
    const { cryptogram } = await encryptor.encryptRequest('x');
    expect(Math.abs((cryptogram.timestamp ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('is asked for if the key took too long', async () => {
    let passed = 0;
    const clock = { now: () => Date.now() + passed, monotonic: () => performance.now() + passed };
    const server = await testServer();
    const slow: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if ((input as string).endsWith(KEYSTORE)) passed += 3_001;
      return answer;
    };
    const powerAuth = await testClient(server, { client: { clock, fetch: slow } });
    await powerAuth.getEncryptorForApplicationScope().encryptRequest('x');
    expect(requestsTo(server, '/pa/v3/status')).toBe(1);
  });

  test('saves an activation a request', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    expect(server.requests.map(({ path }) => path)).toEqual([KEYSTORE, KEYSTORE, '/pa/v3/activation/create']);
  });
});
