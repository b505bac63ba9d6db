import { describe, expect, test } from 'vitest';
import {
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  PowerAuthPassword,
  type PowerAuth,
} from '../../src/index.ts';
import {
  activate,
  activated,
  PASSWORD,
  requestsTo,
  statusOf,
  testClient,
  testServer,
} from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { NO_BOOLEANS, NO_STRINGS, ODD_TEXTS } from '../helpers/wrong-values.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const SIGNED = '/api/possession/signature';
const WRONG = error(PowerAuthErrorCode.WRONG_PARAMETER);

async function passwordOf(text: string, destroyOnUse = true): Promise<PowerAuthPassword> {
  const password = new PowerAuthPassword(destroyOnUse);
  for (const character of text) await password.addCharacter(character);
  return password;
}

describe('signatures', () => {
  test.each([
    ['possession', POSSESSION],
    ['possession_knowledge', KNOWLEDGE],
  ])('with %s are accepted', async (type, authentication) => {
    const { server, powerAuth } = await activated();
    const body = JSON.stringify({ amount: '1 000 Kč', to: '\u{1F600}' });
    const header = await powerAuth.requestSignature(authentication, 'POST', SIGNED, body);
    expect(header.key).toBe('X-PowerAuth-Authorization');
    expect(header.value).toContain(`pa_signature_type="${type}"`);
    expect(await statusOf(server, header, SIGNED, { body })).toBe(200);
    expect(await statusOf(server, header, SIGNED, { body }), 'a second time').toBe(401);
  });

  test('of GET requests cover the query in canonical order', async () => {
    const { server, powerAuth } = await activated();
    const header = await powerAuth.requestGetSignature(POSSESSION, SIGNED, { b: 'ž ~*', a: '2', c: '' });
    expect(await statusOf(server, header, `${SIGNED}?c=&b=%C5%BE+%7E*&a=2`, { method: 'GET' })).toBe(200);
    const plain = await powerAuth.requestGetSignature(POSSESSION, SIGNED);
    expect(await statusOf(server, plain, SIGNED, { method: 'GET' })).toBe(200);
  });

  test('of endpoints that a test has itself are verified by the server’s `verifySignature`', async () => {
    const { server, powerAuth, activationId } = await activated();
    const body = '{"amount":100}';
    const { value } = await powerAuth.requestSignature(KNOWLEDGE, 'PUT', '/own', body);
    const own = { method: 'PUT', uriId: '/own', body };
    const verified = { activationId, userId: 'test-user', signatureType: 'possession_knowledge' };
    for (const other of [
      { ...own, method: 'POST' },
      { ...own, uriId: '/other' },
      { ...own, body: `${body} ` },
    ]) {
      expect(server.verifySignature(value, other)).toBeUndefined();
    }
    expect(server.activation(activationId)?.failCount).toBe(3);
    expect(server.verifySignature(value, own)).toEqual(verified);
    expect(server.activation(activationId)?.failCount).toBe(0);
    expect(server.verifySignature(value, own), 'a second time').toBeUndefined();
    expect(server.verifySignature('', own)).toBeUndefined();

    const binary = Uint8Array.of(0, 255);
    const get = await powerAuth.requestGetSignature(POSSESSION, '/own', { b: 2, a: '1 2' });
    expect(
      server.verifySignature(get.value, { method: 'GET', uriId: '/own', body: 'a=1+2&b=2' }),
    ).toBeDefined();
    const none = await powerAuth.requestSignature(POSSESSION, 'POST', '/own');
    expect(
      server.verifySignature(none.value, { method: 'POST', uriId: '/own', body: binary }),
    ).toBeUndefined();
    expect(server.verifySignature(none.value, { method: 'POST', uriId: '/own' })).toBeDefined();
  });

  test.each([
    ['in any order, with its ?', { b: 'ž ~*', a: '2', c: '' }, '?c=&b=%C5%BE+%7E*&a=2', true],
    ['without its ?', { b: 'ž', a: '2' }, 'b=%C5%BE&a=2', true],
    ['that is empty', {}, '', true],
    ['that is none', {}, undefined, true],
    ['decoded twice, as by the real server’s filter', { a: ' 1' }, '?a=%2B1', true],
    ['that isn’t what was signed', { a: '1' }, '?a=2', false],
    ['at which the real server’s filter throws', { a: '%' }, '?a=%25', false],
  ])('of endpoints that a test has itself are verified by a query %s', async (_, params, query, isGood) => {
    const { server, powerAuth } = await activated();
    const { value } = await powerAuth.requestGetSignature(POSSESSION, '/own', params);
    const request = { method: 'GET', uriId: '/own', query };
    expect(server.verifySignature(value, request) !== undefined).toBe(isGood);
    expect(server.verifySignature(undefined, request)).toBeUndefined();
  });

  test('use each counter value once, however many are made at once', async () => {
    const { powerAuth } = await activated();
    const headers = await Promise.all(
      Array.from({ length: 30 }, () => powerAuth.requestSignature(POSSESSION, 'POST', '/x', 'same')),
    );
    expect(new Set(headers.map((header) => header.value)).size).toBe(30);
  });

  test('with a wrong password cost one attempt, and five of them block', async () => {
    const { powerAuth } = await activated();
    for (let left = 4; left >= 1; left--) {
      await expect(powerAuth.validatePassword('wrong password')).rejects.toMatchObject({
        ...error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
        errorData: { httpStatusCode: 401 },
      });
      expect((await powerAuth.fetchActivationStatus()).remainingAttempts).toBe(left);
    }
    await expect(powerAuth.validatePassword('wrong password')).rejects.toMatchObject(
      error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
    );
    expect((await powerAuth.fetchActivationStatus()).state).toBe('BLOCKED');
  });

  test('take a PowerAuthPassword once', async () => {
    const { powerAuth } = await activated();
    const password = await passwordOf(PASSWORD);
    await powerAuth.validatePassword(password);
    await expect(powerAuth.validatePassword(password)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT),
    );
  });

  test('refuse a short password before it costs a counter value', async () => {
    const { server, powerAuth, activationId } = await activated();
    for (const short of ['', 'a', 'ab', 'abc', 'é1', '\u20AC']) {
      await expect(powerAuth.validatePassword(short)).rejects.toMatchObject(
        error(PowerAuthErrorCode.SIGNATURE_ERROR),
      );
      await expect(
        powerAuth.requestSignature(PowerAuthAuthentication.password(short), 'POST', '/x'),
      ).rejects.toMatchObject(error(PowerAuthErrorCode.SIGNATURE_ERROR));
    }
    await powerAuth.validatePassword(PASSWORD);
    expect(server.activation(activationId)?.counter).toBe(1);
  });

  test.each(NO_STRINGS)('refuse %s for a method, a uriId, a body or a password', async (_, value) => {
    const { powerAuth } = await activated();
    const wrong = error(PowerAuthErrorCode.WRONG_PARAMETER);
    const text = value as string;
    await expect(powerAuth.requestSignature(POSSESSION, text, '/x')).rejects.toMatchObject(wrong);
    await expect(powerAuth.requestSignature(POSSESSION, 'POST', text)).rejects.toMatchObject(wrong);
    await expect(powerAuth.requestGetSignature(POSSESSION, text)).rejects.toMatchObject(wrong);
    await expect(powerAuth.validatePassword(text)).rejects.toMatchObject(wrong);
    if (value !== undefined) {
      if (!(value instanceof Uint8Array))
        await expect(powerAuth.requestSignature(POSSESSION, 'POST', '/x', text)).rejects.toMatchObject(wrong);
      await expect(
        powerAuth.requestSignature(PowerAuthAuthentication.password(text), 'POST', '/x'),
      ).rejects.toMatchObject(wrong);
    }
  });
});

describe('an offline signature', () => {
  const URI = '/operation/authorize/offline';

  test('with possession_knowledge is accepted once', async () => {
    const { server, powerAuth, activationId } = await activated();
    const data = 'A1*A100CZK*Q238400856/0300**D20190629*NUtility Bill \u010d';
    const { payload, nonce } = server.createOfflinePayload({
      activationId,
      lines: ['5ff1b1ed', 'Payment', 'Please confirm this payment'],
      data,
      linesAfter: ['B'],
    });
    const lines = payload.split('\n');
    const [digit, signature] = [lines.at(-1)?.slice(0, 1), lines.at(-1)?.slice(1) ?? ''];
    const signed = payload.slice(0, -signature.length);
    expect([lines.at(-2), digit]).toEqual([nonce, '1']);
    expect(await powerAuth.verifyServerSignedData(signed, signature, false)).toBe(true);

    const code = await powerAuth.offlineSignature(KNOWLEDGE, URI, nonce, data);
    expect(code).toMatch(/^\d{8}-\d{8}$/);
    const offered = { activationId, uriId: URI, nonce, data, signature: code };
    expect(server.verifyOfflineSignature({ ...offered, data: `${data} ` })).toBe(false);
    expect(server.verifyOfflineSignature({ ...offered, uriId: '/other' })).toBe(false);
    expect(server.verifyOfflineSignature(offered)).toBe(true);
    expect(server.verifyOfflineSignature(offered), 'a second time').toBe(false);
  });

  test('without a body signs an empty one', async () => {
    const { server, powerAuth, activationId } = await activated();
    const { nonce } = server.createOfflinePayload({ activationId, data: '' });
    const signature = await powerAuth.offlineSignature(KNOWLEDGE, URI, nonce);
    expect(server.verifyOfflineSignature({ activationId, uriId: URI, nonce, data: '', signature })).toBe(
      true,
    );
  });

  test('with a wrong password costs one attempt when it is offered', async () => {
    const { server, powerAuth, activationId } = await activated();
    const { nonce } = server.createOfflinePayload({ activationId, data: 'x' });
    const wrong = PowerAuthAuthentication.password('wrong password');
    const signature = await powerAuth.offlineSignature(wrong, URI, nonce, 'x');
    expect(server.activation(activationId)?.failCount).toBe(0);
    expect(server.verifyOfflineSignature({ activationId, uriId: URI, nonce, data: 'x', signature })).toBe(
      false,
    );
    expect(server.activation(activationId)?.failCount).toBe(1);
  });

  test('refuses wrong values and takes no counter value for them', async () => {
    const { server, powerAuth, activationId } = await activated();
    const { nonce } = server.createOfflinePayload({ activationId, data: 'x' });
    for (const [, value] of NO_STRINGS) {
      const text = value as string;
      await expect(powerAuth.offlineSignature(KNOWLEDGE, text, nonce, 'x')).rejects.toMatchObject(WRONG);
      await expect(powerAuth.offlineSignature(KNOWLEDGE, URI, text, 'x')).rejects.toMatchObject(WRONG);
      if (value === undefined) continue;
      await expect(powerAuth.offlineSignature(KNOWLEDGE, URI, nonce, text)).rejects.toMatchObject(WRONG);
    }
    // Data and nonce swapped are the likely mistake.
    for (const bad of ['data', 'MDEyMzQ1Njc=', nonce.replaceAll('=', ''), ` ${nonce}`, ...ODD_TEXTS]) {
      await expect(powerAuth.offlineSignature(KNOWLEDGE, URI, bad, 'x')).rejects.toMatchObject(WRONG);
    }
    const signature = await powerAuth.offlineSignature(KNOWLEDGE, URI, nonce, 'x');
    server.verifyOfflineSignature({ activationId, uriId: URI, nonce, data: 'x', signature });
    expect(server.activation(activationId)?.counter).toBe(1);
  });
});

describe('data that the server signed', () => {
  /** Data and signature out of an offline payload. */
  const take = ({ payload }: { payload: string }): [data: string, signature: string] => {
    const at = payload.lastIndexOf('\n') + 2;
    return [payload.slice(0, at), payload.slice(at)];
  };

  test('are verified by the key that is asked for', async () => {
    const { server, powerAuth, activationId } = await activated();
    const master = take(server.createOfflinePayload({ data: 'P\u0159\u00edkaz \u{1F600}' }));
    const personal = take(server.createOfflinePayload({ data: 'x', activationId }));
    expect(await powerAuth.verifyServerSignedData(...master, true)).toBe(true);
    expect(await powerAuth.verifyServerSignedData(...master, false)).toBe(false);
    expect(await powerAuth.verifyServerSignedData(...personal, false)).toBe(true);
    expect(await powerAuth.verifyServerSignedData(...personal, true)).toBe(false);
    const [data, signature] = master;
    expect(await powerAuth.verifyServerSignedData(`A${data}`, signature, true)).toBe(false);
    for (const bad of ['c2lnbmF0dXJl', signature.slice(4), `${signature} `, ...ODD_TEXTS]) {
      expect(await powerAuth.verifyServerSignedData(data, bad, true)).toBe(false);
    }
    for (const odd of ODD_TEXTS) {
      expect(await powerAuth.verifyServerSignedData(odd, signature, true)).toBe(false);
    }
  });

  test('without an activation are verified by the master key alone', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationId } = server.createActivation();
    const master = take(server.createOfflinePayload({ data: 'x' }));
    const personal = take(server.createOfflinePayload({ data: 'x', activationId }));
    expect(await powerAuth.verifyServerSignedData(...master, true)).toBe(true);
    expect(await powerAuth.verifyServerSignedData(...master, false)).toBe(false);
    expect(await powerAuth.verifyServerSignedData(...personal, false)).toBe(false);
  });

  test('are strings, and the choice of key is a boolean', async () => {
    const powerAuth = await testClient(await testServer());
    for (const [, value] of NO_STRINGS) {
      const text = value as string;
      await expect(powerAuth.verifyServerSignedData(text, 'AAAA', true)).rejects.toMatchObject(WRONG);
      await expect(powerAuth.verifyServerSignedData('x', text, true)).rejects.toMatchObject(WRONG);
    }
    for (const [, value] of NO_BOOLEANS) {
      await expect(powerAuth.verifyServerSignedData('x', 'AAAA', value as boolean)).rejects.toMatchObject(
        WRONG,
      );
    }
  });
});

describe('a change of the password', () => {
  const NEW = 'battery staple';
  const VAULT = '/pa/v3/vault/unlock';
  const REFUSED = error(PowerAuthErrorCode.AUTHENTICATION_ERROR);

  /** Which of two passwords the server takes. */
  async function expectPassword(powerAuth: PowerAuth, right: string, wrong: string): Promise<void> {
    await expect(powerAuth.validatePassword(wrong)).rejects.toMatchObject(REFUSED);
    await powerAuth.validatePassword(right);
  }

  test('is made after the server has opened the vault for the old one', async () => {
    const { server, powerAuth } = await activated();
    await powerAuth.changePassword(PASSWORD, NEW);
    expect(requestsTo(server, VAULT)).toBe(1);
    await expectPassword(powerAuth, NEW, PASSWORD);
    await powerAuth.changePassword(await passwordOf(NEW), await passwordOf(PASSWORD));
    await expectPassword(powerAuth, PASSWORD, NEW);
  });

  test('with a wrong old one costs one attempt and changes nothing', async () => {
    const { server, powerAuth, activationId } = await activated();
    await expect(powerAuth.changePassword('wrong password', NEW)).rejects.toMatchObject(REFUSED);
    expect(server.activation(activationId)?.failCount).toBe(1);
    await expectPassword(powerAuth, PASSWORD, NEW);
  });

  test.each([
    ['is not reached', { dropRequest: true }, PowerAuthErrorCode.NETWORK_ERROR],
    ['does not answer', { dropReply: true }, PowerAuthErrorCode.NETWORK_ERROR],
    ['fails', { status: 500 }, PowerAuthErrorCode.RESPONSE_ERROR],
  ])('when the server %s changes nothing', async (_, fault, code) => {
    const { server, powerAuth } = await activated();
    server.faults.add({ path: VAULT, count: 1, ...fault });
    await expect(powerAuth.changePassword(PASSWORD, NEW)).rejects.toMatchObject(error(code));
    await expectPassword(powerAuth, PASSWORD, NEW);
  });

  test('to or from one that is too short is not sent', async () => {
    const { server, powerAuth } = await activated();
    await expect(powerAuth.changePassword('12', NEW)).rejects.toMatchObject(
      error(PowerAuthErrorCode.SIGNATURE_ERROR, /oldPassword/),
    );
    await expect(powerAuth.changePassword(PASSWORD, '12')).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER, /newPassword/),
    );
    expect(await powerAuth.unsafeChangePassword('12', NEW)).toBe(false);
    expect(await powerAuth.unsafeChangePassword(PASSWORD, '12')).toBe(false);
    expect(requestsTo(server, VAULT)).toBe(0);
    await powerAuth.validatePassword(PASSWORD);
  });

  test('that is unsafe asks nobody', async () => {
    const { server, powerAuth } = await activated();
    expect(await powerAuth.unsafeChangePassword(PASSWORD, NEW)).toBe(true);
    expect(requestsTo(server, VAULT)).toBe(0);
    await expectPassword(powerAuth, NEW, PASSWORD);
    expect(await powerAuth.unsafeChangePassword(await passwordOf(NEW), await passwordOf(PASSWORD))).toBe(
      true,
    );
    await expectPassword(powerAuth, PASSWORD, NEW);
  });

  test('takes passwords that may be used again, and those that were used up not', async () => {
    const { powerAuth } = await activated();
    const [kept, other] = [await passwordOf(PASSWORD, false), await passwordOf(NEW, false)];
    await powerAuth.unsafeChangePassword(kept, other);
    await powerAuth.changePassword(other, kept);
    await powerAuth.validatePassword(kept);
    const [once, alsoOnce] = [await passwordOf(PASSWORD), await passwordOf(NEW)];
    await powerAuth.unsafeChangePassword(once, alsoOnce);
    const usedUp = error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT);
    await expect(powerAuth.validatePassword(alsoOnce)).rejects.toMatchObject(usedUp);
    await expect(powerAuth.changePassword(NEW, once)).rejects.toMatchObject(usedUp);
    await expect(powerAuth.unsafeChangePassword(once, PASSWORD)).rejects.toMatchObject(usedUp);
    await powerAuth.validatePassword(NEW);
  });

  test('keeps tokens and counters', async () => {
    const { server, powerAuth } = await activated();
    await powerAuth.tokenStore.requestAccessToken('MyToken', KNOWLEDGE);
    await powerAuth.changePassword(PASSWORD, NEW);
    expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken('MyToken'))).toBe(200);
    expect((await powerAuth.fetchActivationStatus()).state).toBe('ACTIVE');
  });

  test('without an activation is none', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const missing = error(PowerAuthErrorCode.MISSING_ACTIVATION);
    await expect(powerAuth.changePassword(PASSWORD, NEW)).rejects.toMatchObject(missing);
    expect(await powerAuth.unsafeChangePassword(PASSWORD, NEW)).toBe(false);
    expect(server.requests).toHaveLength(0);
    await activate(server, powerAuth);
    expect(await powerAuth.unsafeChangePassword(PASSWORD, NEW)).toBe(true);
  });

  test.each(NO_STRINGS)('takes no %s', async (_, value) => {
    const { server, powerAuth, activationId } = await activated();
    const password = value as string;
    for (const [old, next] of [
      [password, NEW],
      [PASSWORD, password],
    ] as const) {
      await expect(powerAuth.changePassword(old, next)).rejects.toMatchObject(WRONG);
      await expect(powerAuth.unsafeChangePassword(old, next)).rejects.toMatchObject(WRONG);
    }
    await powerAuth.validatePassword(PASSWORD);
    expect(server.activation(activationId)?.counter).toBe(1);
  });
});
