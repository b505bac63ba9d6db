/** What holds for every public method: it says what is missing, and refuses what it cannot take, without any effect. */
import { describe, expect, test } from 'vitest';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthError,
  PowerAuthErrorCode,
  PowerAuthPassword,
} from '../src/index.ts';
import { memoryStorage } from '../src/storage/memory.ts';
import type { PowerAuthStorage } from '../src/storage/types.ts';
import type { PowerAuthTestServer } from '../src/testing/index.ts';
import { testBiometry } from './helpers/biometry.ts';
import { activated, PASSWORD, testClient, testServer } from './helpers/client.ts';
import { error } from './helpers/error.ts';
import {
  callByName,
  methodsOf,
  OTHER_METHODS,
  POWER_AUTH_CALLS,
  PUBLIC_CALLS,
  TOKEN_STORE_CALLS,
} from './helpers/public-calls.ts';
import { keysOf } from './helpers/storage.ts';
import { NO_BOOLEANS, NO_FUNCTIONS, NO_STRINGS, ODD_TEXTS } from './helpers/wrong-values.ts';

test('the table has all of them', () => {
  const powerAuth = new PowerAuth('all-methods');
  expect(methodsOf(powerAuth)).toEqual([...Object.keys(POWER_AUTH_CALLS), ...OTHER_METHODS].sort());
  expect(methodsOf(powerAuth.tokenStore)).toEqual(Object.keys(TOKEN_STORE_CALLS).sort());
});

/** All that a call could change: what is stored, what was sent, what the server knows. */
async function stateOf(
  storage: PowerAuthStorage,
  server: PowerAuthTestServer,
  activationId: string,
): Promise<unknown> {
  const records = [];
  for (const key of await keysOf(storage)) records.push([key, await storage.get(key)]);
  return { records, sent: server.requests.length, activation: server.activation(activationId) };
}

describe.each(PUBLIC_CALLS)('%s', (name, { parameters, withoutActivation }, objectOf) => {
  const good = parameters.map((parameter) => parameter.good);

  test('needs configure', async () => {
    await expect(callByName(objectOf(new PowerAuth('never configured')), name, good)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED),
    );
  });

  test('without an activation', async () => {
    const powerAuth = await testClient(await testServer());
    const call = callByName(objectOf(powerAuth), name, good);
    if ('code' in withoutActivation) await expect(call).rejects.toMatchObject(error(withoutActivation.code));
    else expect(await call).toEqual(withoutActivation.result);
  });

  test.runIf(parameters.length > 0)('refuses wrong values, and nothing changes', async () => {
    const storage = memoryStorage();
    const { server, powerAuth, activationId } = await activated({ storage });
    const before = await stateOf(storage, server, activationId);
    for (const [
      i,
      { wrong, code = PowerAuthErrorCode.WRONG_PARAMETER, name: parameter },
    ] of parameters.entries()) {
      for (const [title, value] of wrong) {
        const call = callByName(objectOf(powerAuth), name, good.with(i, value));
        const refusal = await call.then(
          () => 'resolved',
          (e: unknown) => e,
        );
        expect(refusal, `${title} as ${parameter}`).toBeInstanceOf(PowerAuthError);
        expect(refusal, `${title} as ${parameter}`).toMatchObject({ code });
      }
    }
    expect(await stateOf(storage, server, activationId)).toEqual(before);
    await powerAuth.validatePassword(PASSWORD);
  });

  test.runIf(parameters.some(({ isText }) => isText))('copes with any string', async () => {
    const { powerAuth } = await activated();
    for (const [i, { isText = false, name: parameter }] of parameters.entries()) {
      if (!isText) continue;
      for (const text of ODD_TEXTS) {
        const call = callByName(objectOf(powerAuth), name, good.with(i, text));
        const outcome = await call.then(
          () => 'resolved',
          (e: unknown) => (e instanceof PowerAuthError ? e.code : e),
        );
        expect(outcome, `${JSON.stringify(text.slice(0, 20))} as ${parameter}`).toBeTypeOf('string');
        expect(outcome).not.toBe(PowerAuthErrorCode.UNKNOWN_ERROR);
      }
    }
    expect((await powerAuth.fetchActivationStatus()).failCount).toBe(0);
  });
});

describe('while an activation waits for its commit', () => {
  test('fetchActivationStatus says so, all others miss an activation', async () => {
    const server = await testServer();
    for (const [name, { parameters, withoutActivation }, objectOf] of PUBLIC_CALLS) {
      if (!('code' in withoutActivation) || withoutActivation.code !== PowerAuthErrorCode.MISSING_ACTIVATION)
        continue;
      const powerAuth = await testClient(server);
      const { activationCode } = server.createActivation();
      await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
      const code = name === 'fetchActivationStatus' ? 'PENDING_ACTIVATION' : 'MISSING_ACTIVATION';
      const good = parameters.map((parameter) => parameter.good);
      await expect(callByName(objectOf(powerAuth), name, good), name).rejects.toMatchObject(error(code));
      expect(await powerAuth.hasPendingActivation()).toBe(true);
    }
  });
});

describe('methods that answer at once', () => {
  const WRONG = expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER)) as Error;

  test('refuse wrong values', () => {
    for (const [, value] of [...NO_STRINGS, ['an empty string', ''] as const]) {
      expect(() => new PowerAuth(value as string)).toThrow(WRONG);
    }
    const powerAuth = new PowerAuth('at-once');
    for (const [, value] of NO_BOOLEANS) {
      if (value !== undefined) expect(() => powerAuth.createPassword(value as boolean)).toThrow(WRONG);
    }
    for (const [, value] of NO_FUNCTIONS) {
      if (value !== undefined)
        expect(() => powerAuth.createPassword(true, value as () => void)).toThrow(WRONG);
    }
  });

  test('take any other string for an instance', () => {
    for (const text of ODD_TEXTS) if (text !== '') expect(new PowerAuth(text).instanceId).toBe(text);
  });
});

/** What takes an authentication object, and none that `PowerAuthAuthentication.password` makes. */
const WITHOUT_PASSWORD = ['commitActivation', 'persistActivation', 'groupedBiometricAuthentication'];
/** What takes a password only together with something that these tests don't have. */
const WITH_MORE = ['finishPasswordChange'];

test('a password that is used up is an INVALID_NATIVE_OBJECT to whatever takes one', async () => {
  const { server, powerAuth, activationId } = await activated({ biometry: testBiometry().biometry });
  const used = new PowerAuthPassword();
  for (const character of PASSWORD) await used.addCharacter(character);
  await powerAuth.validatePassword(used);
  for (const [name, { parameters }, objectOf] of PUBLIC_CALLS) {
    if (WITH_MORE.includes(name)) continue;
    for (const [i, parameter] of parameters.entries()) {
      const value =
        parameter.good === PASSWORD
          ? used
          : parameter.good instanceof PowerAuthAuthentication && !WITHOUT_PASSWORD.includes(name)
            ? PowerAuthAuthentication.password(used)
            : undefined;
      if (value === undefined) continue;
      const args = parameters.map(({ good }) => good).with(i, value);
      await expect(callByName(objectOf(powerAuth), name, args), name).rejects.toMatchObject(
        error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT),
      );
    }
  }
  expect(server.activation(activationId)?.counter).toBe(1);
  await powerAuth.validatePassword(PASSWORD);
});

test('a wrong password costs one attempt, whatever takes it', async () => {
  const wrong = PowerAuthAuthentication.password('wrong password');
  for (const [name, { parameters }, objectOf] of PUBLIC_CALLS) {
    const unsafe = ['unsafeChangePassword', 'changePasswordUnsafe'];
    if ([...unsafe, ...WITHOUT_PASSWORD, ...WITH_MORE].includes(name)) continue;
    const at = parameters.findIndex(
      ({ good }) => good === PASSWORD || good instanceof PowerAuthAuthentication,
    );
    if (at < 0) continue;
    const { server, powerAuth, activationId } = await activated({ biometry: testBiometry().biometry });
    const value = parameters[at]?.good === PASSWORD ? 'wrong password' : wrong;
    const args = parameters.map(({ good }) => good).with(at, value);
    const outcome = callByName(objectOf(powerAuth), name, args);
    // Signatures that the caller sends cost an attempt when they arrive.
    if (/^((request(Get)?|offline|with)Signature|authenticationHeader\w+|offlineAuth\w+)$/.test(name)) {
      await outcome;
      expect(server.activation(activationId)?.failCount, name).toBe(0);
    } else {
      await expect(outcome, name).rejects.toMatchObject(error(PowerAuthErrorCode.AUTHENTICATION_ERROR));
      expect(server.activation(activationId)?.failCount, name).toBe(1);
    }
  }
});

test('configure after deconfigure takes other settings', async () => {
  const storage = memoryStorage();
  const { server: first, powerAuth } = await activated({ instanceId: 'settings', storage });
  await powerAuth.deconfigure();
  // Another server, another storage, another engine: nothing is left of what was.
  const second = await testServer();
  const other = memoryStorage();
  await powerAuth.configure(
    second.configuration,
    {
      enableUnsecureTraffic: true,
      readTimeout: 7,
      engine: 'js',
      customHttpHeaders: [{ name: 'X-Test', value: '1' }],
    },
    { authenticateOnBiometricKeySetup: false },
    { storage: other, sealingKey: new Uint8Array(32).fill(9) },
  );
  expect(powerAuth.configuration).toEqual(second.configuration);
  expect(powerAuth.clientConfiguration).toMatchObject({ readTimeout: 7, connectionTimeout: 20 });
  expect(powerAuth.biometryConfiguration).toMatchObject({ authenticateOnBiometricKeySetup: false });
  expect(powerAuth.engine).toBe('js');
  expect(await powerAuth.canStartActivation()).toBe(true);
  const { length } = first.requests;
  const { activationCode } = second.createActivation();
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
  expect(first.requests).toHaveLength(length);
  expect(second.requests.every(({ headers }) => headers['x-test'] === '1')).toBe(true);
  await powerAuth.deconfigure();
  // And back.
  const again = await testClient(first, { instanceId: 'settings', storage });
  await again.validatePassword(PASSWORD);
});
