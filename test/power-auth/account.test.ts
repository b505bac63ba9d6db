/** What the server knows about the user and the activation, and its new name. */

import { describe, expect, test } from 'vitest';
import { PowerAuthActivation, PowerAuthAuthentication, PowerAuthErrorCode } from '../../src/index.ts';
import { activate, activated, PASSWORD, requestsTo, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { ODD_TEXTS } from '../helpers/wrong-values.ts';

const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const USER_INFO = '/pa/v3/user/info';
const DETAIL = '/pa/v3/activation/detail';
const RENAME = '/pa/v3/activation/rename';

const CLAIMS = {
  sub: 'alice',
  given_name: 'Alice',
  family_name: 'Nováková',
  email: 'alice@bank.example',
  email_verified: true,
  address: { street_address: 'Main 1', locality: 'Prague', postal_code: '110 00', floor: 3 },
  updated_at: 1_700_000_000,
  birthdate: '1990-05-01',
  department: { id: 7 },
};

describe('fetchUserInfo', () => {
  test('returns the claims by their own names, and by the SDK’s', async () => {
    const server = await testServer({ userInfo: () => CLAIMS });
    const powerAuth = await testClient(server);
    await activate(server, powerAuth);
    const user = await powerAuth.fetchUserInfo();
    expect(user).toEqual(CLAIMS);
    expect(user).toMatchObject({
      subject: 'alice',
      givenName: 'Alice',
      familyName: 'Nováková',
      email: 'alice@bank.example',
      isEmailVerified: true,
      isPhoneNumberVerified: false,
      updatedAt: 1_700_000_000,
      birthdate: '1990-05-01',
      userAddress: { street: 'Main 1', locality: 'Prague', postalCode: '110 00' },
      allClaims: CLAIMS,
    });
    expect(user?.middleName).toBeUndefined();
    expect(user?.userAddress?.allClaims).toEqual(CLAIMS.address);
    expect(JSON.parse(JSON.stringify(user))).toEqual(CLAIMS);
    expect(structuredClone(user)).toEqual(CLAIMS);
    const sent = server.requests.find(({ path }) => path === USER_INFO);
    expect(sent?.headers['x-powerauth-encryption']).toMatch(/^PowerAuth version="3\.3", .*activation_id="/);
    expect(sent?.headers).not.toHaveProperty('x-powerauth-authorization');
    expect(sent?.body).not.toContain('alice');
  });

  test('is undefined if there are no claims', async () => {
    const server = await testServer({ userInfo: () => ({}) });
    const powerAuth = await testClient(server);
    await activate(server, powerAuth);
    expect(await powerAuth.fetchUserInfo()).toBeUndefined();
    expect(await powerAuth.getLastFetchedUserInfo()).toBeUndefined();
  });

  test('keeps claims of odd names and types as they are', async () => {
    const odd = { ['__proto__']: { isAdmin: true }, subject: 'not the sub', name: 5, email_verified: 'yes' };
    const server = await testServer({ userInfo: () => odd });
    const powerAuth = await testClient(server);
    await activate(server, powerAuth);
    const user = await powerAuth.fetchUserInfo();
    expect(user?.['isAdmin']).toBeUndefined();
    expect(Object.hasOwn(user?.allClaims ?? {}, '__proto__')).toBe(true);
    expect(user).toMatchObject({ subject: undefined, name: undefined, isEmailVerified: false });
    expect(user?.allClaims).toMatchObject({ subject: 'not the sub', name: 5 });
  });

  test('the last ones are kept, those of the activation’s creation included, until it is gone', async () => {
    let visits = 0;
    const server = await testServer({ userInfo: (sub) => ({ sub, visits: ++visits }) });
    const powerAuth = await testClient(server);
    expect(await powerAuth.getLastFetchedUserInfo()).toBeUndefined();
    const { activationId, activationCode } = server.createActivation({ userId: 'alice' });
    const created = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
    const { userInfo } = await powerAuth.createActivation(created);
    expect(userInfo).toMatchObject({ subject: 'alice', visits: 1 });
    expect(await powerAuth.getLastFetchedUserInfo()).toMatchObject({ subject: 'alice', visits: 1 });
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    server.commitActivation(activationId);
    await powerAuth.fetchUserInfo();
    expect(await powerAuth.getLastFetchedUserInfo()).toMatchObject({ visits: 2 });
    await powerAuth.removeActivationLocal();
    expect(await powerAuth.getLastFetchedUserInfo()).toBeUndefined();
    await activate(server, powerAuth, { userId: 'bob' });
    expect(await powerAuth.getLastFetchedUserInfo()).toMatchObject({ subject: 'bob' });
  });

  test('works again after the server has lost its keys', async () => {
    const { server, powerAuth } = await activated();
    await powerAuth.fetchUserInfo();
    // A server does not say that an encrypted request can't be read.
    server.faults.add({ path: USER_INFO, count: 1, status: 500 });
    await expect(powerAuth.fetchUserInfo()).rejects.toMatchObject(error(PowerAuthErrorCode.RESPONSE_ERROR));
    const before = requestsTo(server, '/pa/v3/keystore/create');
    expect(await powerAuth.fetchUserInfo()).toMatchObject({ sub: 'test-user' });
    expect(requestsTo(server, '/pa/v3/keystore/create')).toBe(before + 1);
  });
});

describe('fetchActivationDetail', () => {
  test('is authenticated by a token with two factors', async () => {
    const { server, powerAuth, activationId } = await activated();
    await powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE);
    expect(await powerAuth.fetchActivationDetail('T')).toEqual({ activationId, activationName: 'test' });
    const sent = server.requests.find(({ path }) => path === DETAIL);
    expect(sent?.headers['x-powerauth-token']).toMatch(/^PowerAuth version="3\.3", token_id="/);
    expect(sent?.headers['x-powerauth-encryption']).toMatch(/activation_id="/);
    expect(sent?.body).not.toContain('activation');
  });

  test('a token with possession alone is refused, and one that is not there sends nothing', async () => {
    const { server, powerAuth } = await activated();
    await powerAuth.tokenStore.requestAccessToken('P', PowerAuthAuthentication.possession());
    await expect(powerAuth.fetchActivationDetail('P')).rejects.toMatchObject(
      error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
    );
    const { length } = server.requests;
    await expect(powerAuth.fetchActivationDetail('none')).rejects.toMatchObject(
      error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE),
    );
    expect(server.requests).toHaveLength(length);
  });
});

describe('renameActivation', () => {
  test('signs the name, then encrypts it', async () => {
    const { server, powerAuth, activationId } = await activated();
    for (const name of ['Můj notebook \u{1F600}', 'x'.repeat(255)]) {
      const detail = { activationId, activationName: name };
      expect(await powerAuth.renameActivation(KNOWLEDGE, name)).toEqual(detail);
      expect(server.activation(activationId)?.activationName).toBe(name);
    }
    const sent = server.requests.find(({ path }) => path === RENAME);
    expect(sent?.headers['x-powerauth-authorization']).toContain('pa_signature_type="possession_knowledge"');
    expect(sent?.headers).not.toHaveProperty('x-powerauth-encryption');
    expect(sent?.body).not.toContain('notebook');
    await powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE);
    expect(await powerAuth.fetchActivationDetail('T')).toMatchObject({ activationName: 'x'.repeat(255) });
  });

  test('costs an attempt with a wrong password, and none with a refused name', async () => {
    const { server, powerAuth, activationId } = await activated();
    const wrong = PowerAuthAuthentication.password('wrong password');
    await expect(powerAuth.renameActivation(wrong, 'x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
    );
    expect(server.activation(activationId)).toMatchObject({ failCount: 1, activationName: 'test' });
    for (const name of ['x'.repeat(256), ' ']) {
      await expect(powerAuth.renameActivation(KNOWLEDGE, name)).rejects.toMatchObject({
        ...error(PowerAuthErrorCode.RESPONSE_ERROR),
        errorData: { httpStatusCode: 400 },
      });
    }
    expect(server.activation(activationId)).toMatchObject({ failCount: 0, activationName: 'test' });
    await powerAuth.renameActivation(KNOWLEDGE, 'good');
  });

  test('takes any text but an empty one', async () => {
    const { server, powerAuth, activationId } = await activated();
    for (const name of ODD_TEXTS) {
      const renamed = powerAuth.renameActivation(KNOWLEDGE, name).then(
        () => true,
        (refusal: unknown) => refusal,
      );
      if ((await renamed) === true) expect(server.activation(activationId)?.activationName).toBe(name);
    }
    expect(server.activation(activationId)?.failCount).toBe(0);
  });
});
