/* eslint @typescript-eslint/no-deprecated: off -- the deprecated forms are tested, too */
/** The biometry factor against the embedded server, with the software provider. */
import { describe, expect, test, vi } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthError,
  PowerAuthErrorCode,
  PowerAuthPassword,
  type PowerAuth,
  type PowerAuthBiometryProvider,
} from '../../src/index.ts';
import { memoryStorage, MemorySpace } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { testBiometry, type TestBiometry } from '../helpers/biometry.ts';
import {
  activate,
  activated,
  PASSWORD,
  requestsTo,
  SEALING_KEY,
  statusOf,
  testClient,
  testServer,
} from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { keysOf, rejection, storageLike } from '../helpers/storage.ts';

const PROMPT = { promptMessage: 'Please approve', promptTitle: 'Payment' };
const SIGNED = '/api/protected/signature';
const UNLOCK = '/pa/v3/vault/unlock';
const biometry = () => PowerAuthAuthentication.biometry(PROMPT);

interface WithFactor {
  readonly server: PowerAuthTestServer;
  readonly powerAuth: PowerAuth;
  readonly activationId: string;
  readonly user: TestBiometry;
}

/** An activation with a biometry factor; what the user was asked on the way is forgotten. */
async function withFactor(settings: Parameters<typeof activated>[0] = {}): Promise<WithFactor> {
  const user = testBiometry();
  const client = await activated({ biometry: user.biometry, ...settings });
  await client.powerAuth.addBiometryFactor(PASSWORD, PROMPT);
  user.asked.length = 0;
  return { ...client, user };
}

async function accepted({ powerAuth, server }: WithFactor, authentication = biometry()): Promise<string> {
  const header = await powerAuth.requestSignature(authentication, 'POST', SIGNED, 'body');
  expect(await statusOf(server, header, SIGNED, { body: 'body' })).toBe(200);
  return /pa_signature_type="(\w+)"/.exec(header.value)?.[1] ?? '';
}

describe('a biometry factor', () => {
  test('is added with the password, after the user was asked, and the server accepts its signatures', async () => {
    const user = testBiometry();
    const { server, powerAuth, activationId } = await activated({ biometry: user.biometry });
    expect(await powerAuth.hasBiometryFactor()).toBe(false);
    await powerAuth.addBiometryFactor(PASSWORD, PROMPT);
    expect(await powerAuth.hasBiometryFactor()).toBe(true);
    expect(user.asked).toEqual([PROMPT]);
    expect(requestsTo(server, UNLOCK)).toBe(1);
    const client = { server, powerAuth, activationId, user };
    expect(await accepted(client)).toBe('possession_biometry');
    expect(user.asked).toEqual([PROMPT, PROMPT]);
  });

  test('signs whatever can be signed', async () => {
    const client = await withFactor();
    const { server, powerAuth, activationId, user } = client;
    const get = await powerAuth.requestGetSignature(biometry(), SIGNED, { b: 1, a: 'x' });
    expect(await statusOf(server, get, `${SIGNED}?a=x&b=1`, { method: 'GET' })).toBe(200);

    const { nonce } = server.createOfflinePayload({ data: 'pay 100' });
    const request = { uriId: '/offline', nonce, data: 'pay 100' };
    const signature = await powerAuth.offlineSignature(biometry(), request.uriId, nonce, request.data);
    const signatureType = 'possession_biometry';
    expect(server.verifyOfflineSignature({ ...request, activationId, signatureType, signature })).toBe(true);

    await powerAuth.tokenStore.requestAccessToken('Biometric', biometry());
    expect(server.tokens[0]?.signatureType).toBe('possession_biometry');
    const token = await powerAuth.tokenStore.generateHeaderForToken('Biometric');
    expect(await statusOf(server, token)).toBe(200);

    expect(user.asked).toHaveLength(3);
    await powerAuth.removeActivationWithAuthentication(biometry());
    expect(server.activation(activationId)?.state).toBe('REMOVED');
    expect(await powerAuth.hasValidActivation()).toBe(false);
    expect(user.removed).toHaveLength(1);
  });

  test('signs together with the password, in the deprecated form', async () => {
    const client = await withFactor();
    const all = new PowerAuthAuthentication(PASSWORD, PROMPT);
    expect(await accepted(client, all)).toBe('possession_knowledge_biometry');
    // The object can be used again: each call copies it.
    expect(await accepted(client, all)).toBe('possession_knowledge_biometry');
    const fields = new PowerAuthAuthentication();
    fields.useBiometry = true;
    fields.biometryMessage = 'Message';
    fields.biometryTitle = 'Title';
    expect(await accepted(client, fields)).toBe('possession_biometry');
    expect(client.user.asked).toEqual([PROMPT, PROMPT, { promptMessage: 'Message', promptTitle: 'Title' }]);
    all.userPassword = '123';
    await expect(accepted(client, all)).rejects.toMatchObject(error(PowerAuthErrorCode.SIGNATURE_ERROR));
    expect(client.user.asked).toHaveLength(3);
  });

  test('is added by title and description as well, or without any text', async () => {
    const { powerAuth, user } = await withFactor();
    await powerAuth.addBiometryFactor(PASSWORD, 'Title', 'Description');
    await powerAuth.addBiometryFactor(PASSWORD);
    expect(user.asked).toEqual([{ promptTitle: 'Title', promptMessage: 'Description' }, undefined]);
    await expect(powerAuth.addBiometryFactor(PASSWORD, 'Title' as never)).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER, /^prompt: /),
    );
  });

  test('is committed with the activation', async () => {
    const user = testBiometry();
    const server = await testServer();
    const powerAuth = await testClient(server, { biometry: user.biometry });
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    const commit = PowerAuthAuthentication.commitWithPasswordAndBiometry(PASSWORD, PROMPT);
    expect(commit).toMatchObject({ isActivationCommit: true, isBiometricAuthentication: true });
    await powerAuth.commitActivation(commit);
    server.commitActivation(activationId);
    expect(user.asked).toEqual([PROMPT]);
    const client = { server, powerAuth, activationId, user };
    expect(await accepted(client)).toBe('possession_biometry');
    expect(await accepted(client, PowerAuthAuthentication.password(PASSWORD))).toBe('possession_knowledge');
    expect(requestsTo(server, UNLOCK)).toBe(0);
  });

  test('is set up without asking where the configuration says so, and used with asking', async () => {
    const user = testBiometry({ authenticateOnBiometricKeySetup: false });
    const client = await activated({ biometry: user.biometry });
    await client.powerAuth.addBiometryFactor(PASSWORD);
    expect(user.asked).toEqual([]);
    await accepted({ ...client, user });
    expect(user.asked).toEqual([PROMPT]);
  });

  test('is replaced by another one, whose secret alone is kept then', async () => {
    const client = await withFactor();
    await client.powerAuth.addBiometryFactor(PASSWORD);
    expect(client.user.removed).toHaveLength(1);
    await accepted(client);
  });

  test('is removed here, and can be added again', async () => {
    const client = await withFactor();
    const { server, powerAuth, user } = client;
    const { length } = server.requests;
    await powerAuth.removeBiometryFactor();
    expect(await powerAuth.hasBiometryFactor()).toBe(false);
    expect(server.requests).toHaveLength(length);
    expect(user.removed).toHaveLength(1);
    const notConfigured = error(PowerAuthErrorCode.BIOMETRY_NOT_CONFIGURED);
    await expect(accepted(client)).rejects.toMatchObject(notConfigured);
    await expect(powerAuth.removeBiometryFactor()).rejects.toMatchObject(notConfigured);
    expect(user.asked).toEqual([]);
    await powerAuth.addBiometryFactor(PASSWORD);
    await accepted(client);
  });

  test('survives a new password, many signatures and another client on the same storage', async () => {
    const space = new MemorySpace();
    const client = await withFactor({ instanceId: 'shared', storage: memoryStorage(space) });
    await client.powerAuth.changePassword(PASSWORD, 'another password');
    for (let i = 0; i < 5; i++) await accepted(client);
    await client.powerAuth.deconfigure();
    const other = await testClient(client.server, {
      instanceId: 'shared',
      storage: memoryStorage(space),
      biometry: client.user.biometry,
    });
    expect(await other.hasBiometryFactor()).toBe(true);
    await accepted({ ...client, powerAuth: other });
  });

  test('unlocks the vault where the server lets it, which it does not by default', async () => {
    const strict = await withFactor();
    await expect(strict.powerAuth.fetchEncryptionKey(biometry(), 1)).rejects.toMatchObject(
      error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
    );
    const user = testBiometry();
    const server = await testServer({ biometryUnlocksVault: true });
    const powerAuth = await testClient(server, { biometry: user.biometry });
    const activationId = await activate(server, powerAuth);
    await powerAuth.addBiometryFactor(PASSWORD);
    const key = await powerAuth.fetchEncryptionKey(biometry(), 1);
    expect(key).toBe(await powerAuth.fetchEncryptionKey(PowerAuthAuthentication.password(PASSWORD), 1));
    const signature = await powerAuth.signDataWithDevicePrivateKey(biometry(), 'data');
    expect(server.verifyDeviceSignature(activationId, 'data', signature)).toBe(true);
    await powerAuth.activationRecoveryData(biometry());
    expect(user.asked).toHaveLength(4);
  });
});

describe('an authentication object that biometry() made', () => {
  test('asks the user once, and is used up then', async () => {
    const client = await withFactor();
    const authentication = biometry();
    expect(authentication).toMatchObject({ isBiometricAuthentication: true, isActivationCommit: false });
    await accepted(client, authentication);
    const used = error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT, /asked already/);
    await expect(accepted(client, authentication)).rejects.toMatchObject(used);
    const { tokenStore } = client.powerAuth;
    await expect(tokenStore.requestAccessToken('x', authentication)).rejects.toMatchObject(used);
    expect(client.user.asked).toHaveLength(1);
  });

  test('is not used up by a user who cancels, nor by a token that is there', async () => {
    const client = await withFactor();
    const authentication = biometry();
    client.user.answer = () => false;
    await expect(accepted(client, authentication)).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_CANCEL),
    );
    client.user.answer = () => true;
    const { tokenStore } = client.powerAuth;
    const { tokenIdentifier } = await tokenStore.requestAccessToken('MyToken', biometry());
    const again = await tokenStore.requestAccessToken('MyToken', authentication);
    expect(again.tokenIdentifier).toBe(tokenIdentifier);
    expect(client.user.asked).toHaveLength(2);
    await accepted(client, authentication);
  });

  test('needs no prompt, and shows nothing in JSON', async () => {
    const client = await withFactor();
    const authentication = PowerAuthAuthentication.biometry(undefined as never);
    await accepted(client, authentication);
    expect(client.user.asked).toEqual([undefined]);
    expect(JSON.stringify(PowerAuthAuthentication.commitWithPasswordAndBiometry(PASSWORD))).not.toContain(
      PASSWORD,
    );
  });
});

describe('without biometry', () => {
  const calls: readonly (readonly [string, (powerAuth: PowerAuth) => Promise<unknown>])[] = [
    ['addBiometryFactor', (powerAuth) => powerAuth.addBiometryFactor(PASSWORD, PROMPT)],
    ['requestSignature', (powerAuth) => powerAuth.requestSignature(biometry(), 'POST', '/x')],
    ['requestAccessToken', (powerAuth) => powerAuth.tokenStore.requestAccessToken('x', biometry())],
    [
      'groupedBiometricAuthentication',
      (powerAuth) => powerAuth.groupedBiometricAuthentication(biometry(), async () => undefined),
    ],
  ];

  test('in the runtime, as in Node: BIOMETRY_NOT_SUPPORTED, and nothing is sent', async () => {
    const { server, powerAuth } = await activated();
    expect(await powerAuth.getBiometryInfo()).toEqual({
      isAvailable: false,
      biometryType: 'NONE',
      canAuthenticate: 'NOT_SUPPORTED',
    });
    const { length } = server.requests;
    for (const [name, call] of calls) {
      await expect(call(powerAuth), name).rejects.toMatchObject(
        error(PowerAuthErrorCode.BIOMETRY_NOT_SUPPORTED),
      );
    }
    expect(server.requests).toHaveLength(length);
    expect(await powerAuth.hasBiometryFactor()).toBe(false);
  });

  test.each([
    ['NOT_SUPPORTED', 'BIOMETRY_NOT_SUPPORTED'],
    ['NOT_ENROLLED', 'BIOMETRY_NOT_ENROLLED'],
    ['NOT_AVAILABLE', 'BIOMETRY_NOT_AVAILABLE'],
    ['LOCKOUT', 'BIOMETRY_LOCKOUT'],
    ['a state of tomorrow', 'BIOMETRY_NOT_AVAILABLE'],
  ] as const)('on the device, %s: %s, and nobody is asked', async (canAuthenticate, code) => {
    const client = await withFactor();
    const { server, powerAuth, user } = client;
    user.info = { ...user.info, isAvailable: false, canAuthenticate: canAuthenticate as 'LOCKOUT' };
    expect(await powerAuth.getBiometryInfo()).toEqual(user.info);
    const { length } = server.requests;
    for (const [name, call] of calls) {
      await expect(call(powerAuth), name).rejects.toMatchObject(error(PowerAuthErrorCode[code]));
    }
    expect(server.requests).toHaveLength(length);
    expect(user.asked).toEqual([]);
    user.info = { ...user.info, canAuthenticate: 'OK' };
    await accepted(client);
  });
});

describe('what goes wrong changes nothing', () => {
  test('a wrong password costs one attempt, and nobody is asked', async () => {
    const client = await withFactor();
    const { server, powerAuth, activationId, user } = client;
    await expect(powerAuth.addBiometryFactor('wrong password')).rejects.toMatchObject(
      error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
    );
    await expect(powerAuth.addBiometryFactor('123')).rejects.toMatchObject(
      error(PowerAuthErrorCode.SIGNATURE_ERROR),
    );
    expect(server.activation(activationId)?.failCount).toBe(1);
    expect(user.asked).toEqual([]);
    await accepted(client);
  });

  const thrown = (code: PowerAuthErrorCode) => () => {
    throw new PowerAuthError(undefined, 'by the platform', code);
  };
  const CANCELLED = () => false;
  test.each([
    ['a user who cancels', CANCELLED, 'BIOMETRY_CANCEL'],
    ['a user who takes the other way', thrown('BIOMETRY_FALLBACK'), 'BIOMETRY_FALLBACK'],
    ['somebody else', thrown('BIOMETRY_NOT_RECOGNIZED'), 'BIOMETRY_NOT_RECOGNIZED'],
    ['too many failures', thrown('BIOMETRY_LOCKOUT'), 'BIOMETRY_LOCKOUT'],
    ['a platform that fails', thrown('NETWORK_ERROR'), 'BIOMETRY_FAILED'],
    ['a platform that breaks', () => Promise.reject(new RangeError('broken')), 'BIOMETRY_FAILED'],
  ] as const)('%s', async (_, answer, code) => {
    const client = await withFactor();
    const { server, powerAuth, activationId, user } = client;
    const counter = server.activation(activationId)?.counter;
    user.answer = answer;
    const failed = error(PowerAuthErrorCode[code]);
    const signed = rejection(powerAuth.requestSignature(biometry(), 'POST', '/x'));
    expect(await signed).toMatchObject(failed);
    if (code === 'BIOMETRY_FAILED') expect((await signed).cause).toBeInstanceOf(Error);
    await expect(powerAuth.tokenStore.requestAccessToken('x', biometry())).rejects.toMatchObject(failed);
    await expect(powerAuth.removeActivationWithAuthentication(biometry())).rejects.toMatchObject(failed);
    expect(server.activation(activationId)).toMatchObject({ counter, failCount: 0, state: 'ACTIVE' });
    // The vault was unlocked; the former factor stays.
    await expect(powerAuth.addBiometryFactor(PASSWORD)).rejects.toMatchObject(failed);
    expect(user.removed).toEqual([]);
    user.answer = () => true;
    await accepted(client);
  });

  test('another secret than the factor was made with: BIOMETRY_FAILED here, no attempt there', async () => {
    const storage = memoryStorage();
    const { server, powerAuth, activationId } = await withFactor({ instanceId: 'other secret', storage });
    await powerAuth.deconfigure();
    const { biometry: otherKey } = testBiometry();
    const other = await testClient(server, { instanceId: 'other secret', storage, biometry: otherKey });
    const { length } = server.requests;
    await expect(other.requestSignature(biometry(), 'POST', '/x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_FAILED, /remove the factor and add it again/),
    );
    expect(server.requests).toHaveLength(length);
    expect(server.activation(activationId)?.failCount).toBe(0);
  });

  test('another kind of provider: BIOMETRY_NOT_CONFIGURED, until it is set up through this one', async () => {
    const storage = memoryStorage();
    const { server, powerAuth, activationId } = await withFactor({ instanceId: 'other kind', storage });
    await powerAuth.deconfigure();
    const user = testBiometry();
    const provider: PowerAuthBiometryProvider = { ...user.provider, name: 'other' };
    const other = await testClient(server, { instanceId: 'other kind', storage, biometry: { provider } });
    expect(await other.hasBiometryFactor()).toBe(false);
    await expect(other.requestSignature(biometry(), 'POST', '/x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_NOT_CONFIGURED),
    );
    await other.addBiometryFactor(PASSWORD);
    // Its own kind alone is told of secrets.
    expect(user.removed).toEqual([]);
    await accepted({ server, powerAuth: other, activationId, user });
  });

  test.each([
    ['a short secret', { secret: new Uint8Array(31), descriptor: new Uint8Array(1) }],
    ['no secret', { descriptor: new Uint8Array(1) }],
    ['no descriptor', { secret: new Uint8Array(32), descriptor: new Uint8Array(0) }],
    ['a huge descriptor', { secret: new Uint8Array(32), descriptor: new Uint8Array(4097) }],
    ['text', { secret: 'x'.repeat(32), descriptor: 'x' }],
    ['nothing', undefined],
  ])('a provider that makes %s', async (_, made) => {
    const user = testBiometry();
    const provider = { ...user.provider, create: async () => made as never };
    const { powerAuth } = await activated({ biometry: { provider } });
    await expect(powerAuth.addBiometryFactor(PASSWORD)).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_FAILED),
    );
    expect(await powerAuth.hasBiometryFactor()).toBe(false);
  });

  test.each([
    ['a short secret', new Uint8Array(31)],
    ['text', 'x'.repeat(32)],
    ['nothing', undefined],
  ])('a provider that gives %s back', async (_, secret) => {
    const user = testBiometry();
    const provider = { ...user.provider, authenticate: async () => secret as never };
    const { powerAuth } = await activated({ biometry: { provider } });
    await powerAuth.addBiometryFactor(PASSWORD);
    await expect(powerAuth.requestSignature(biometry(), 'POST', '/x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_FAILED),
    );
  });

  test('a storage that is full when the factor is added: the former one stays, the new secret goes', async () => {
    const base = memoryStorage();
    let full = false;
    const storage = storageLike(base, {
      update: (key, change) => {
        if (full) throw new PowerAuthError(undefined, 'disk full', PowerAuthErrorCode.UNKNOWN_ERROR);
        return base.update(key, change);
      },
    });
    const client = await withFactor({ storage });
    client.user.answer = () => (full = true);
    await expect(client.powerAuth.addBiometryFactor(PASSWORD)).rejects.toThrow('disk full');
    expect(client.user.removed).toHaveLength(1);
    full = false;
    client.user.answer = () => true;
    await accepted(client);
  });
});

describe('a commit with biometry', () => {
  async function pending(): Promise<WithFactor> {
    const user = testBiometry();
    const server = await testServer();
    const powerAuth = await testClient(server, { biometry: user.biometry });
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    return { server, powerAuth, activationId, user };
  }
  const commit = (password: string | PowerAuthPassword = PASSWORD) =>
    PowerAuthAuthentication.commitWithPasswordAndBiometry(password, PROMPT);

  test('that the user cancels can be repeated, with the same password object or without biometry', async () => {
    const { server, powerAuth, activationId, user } = await pending();
    const password = new PowerAuthPassword();
    for (const character of PASSWORD) await password.addCharacter(character);
    user.answer = () => false;
    await expect(powerAuth.commitActivation(commit(password))).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_CANCEL),
    );
    expect(await powerAuth.hasPendingActivation()).toBe(true);
    expect(await powerAuth.hasValidActivation()).toBe(false);
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
    server.commitActivation(activationId);
    expect(await powerAuth.hasBiometryFactor()).toBe(false);
    await powerAuth.validatePassword(PASSWORD);
  });

  test('with a password too short asks nobody', async () => {
    const { powerAuth, user } = await pending();
    await expect(powerAuth.commitActivation(commit('123'))).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER),
    );
    expect(user.asked).toEqual([]);
    await powerAuth.commitActivation(commit());
    expect(await powerAuth.hasBiometryFactor()).toBe(true);
  });

  test('ends when the activation is removed while the user is asked', async () => {
    const { powerAuth, user } = await pending();
    const gone = vi.fn();
    user.answer = (signal) =>
      new Promise<boolean>(() => {
        signal.addEventListener('abort', gone);
      });
    const committed = rejection(powerAuth.commitActivation(commit()));
    await vi.waitFor(() => expect(user.asked).toHaveLength(1));
    await powerAuth.removeActivationLocal();
    expect(await committed).toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
    expect(gone).toHaveBeenCalledTimes(1);
    expect(await powerAuth.canStartActivation()).toBe(true);
  });

  test('takes no second one while it asks', async () => {
    const { powerAuth, user } = await pending();
    let say: (answer: boolean) => void = () => undefined;
    user.answer = () => new Promise<boolean>((resolve) => (say = resolve));
    const committed = powerAuth.commitActivation(commit());
    await vi.waitFor(() => expect(user.asked).toHaveLength(1));
    await expect(powerAuth.commitActivation(commit())).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_ACTIVATION_STATE),
    );
    say(true);
    await committed;
    expect(await powerAuth.hasBiometryFactor()).toBe(true);
  });
});

describe('while the user is asked', () => {
  /** A user who does not answer until told to. */
  function slow(user: TestBiometry): { say: (answer: boolean) => void; aborted: () => number } {
    let say: (answer: boolean) => void = () => undefined;
    let aborted = 0;
    user.answer = (signal) =>
      new Promise<boolean>((resolve) => {
        say = resolve;
        signal.addEventListener('abort', () => aborted++);
      });
    return { say: (answer) => say(answer), aborted: () => aborted };
  }

  test('the instance is deconfigured: the question is taken away, OPERATION_CANCELED', async () => {
    const { powerAuth, user } = await withFactor();
    const { aborted } = slow(user);
    const signed = rejection(powerAuth.requestSignature(biometry(), 'POST', '/x'));
    await vi.waitFor(() => expect(user.asked).toHaveLength(1));
    await powerAuth.deconfigure();
    expect(await signed).toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
    expect(aborted()).toBe(1);
  });

  test('other requests are not held up', async () => {
    const client = await withFactor();
    const { say } = slow(client.user);
    const signed = accepted(client);
    await vi.waitFor(() => expect(client.user.asked).toHaveLength(1));
    await client.powerAuth.validatePassword(PASSWORD);
    await client.powerAuth.tokenStore.requestAccessToken('x', PowerAuthAuthentication.possession());
    say(true);
    expect(await signed).toBe('possession_biometry');
  });

  test('the activation is removed, or replaced by another one: nothing is signed', async () => {
    const client = await withFactor();
    const { server, powerAuth, user } = client;
    const { say } = slow(user);
    const removed = rejection(powerAuth.requestSignature(biometry(), 'POST', '/x'));
    await vi.waitFor(() => expect(user.asked).toHaveLength(1));
    await powerAuth.removeActivationLocal();
    say(true);
    expect(await removed).toMatchObject(error(PowerAuthErrorCode.MISSING_ACTIVATION));

    user.answer = () => true;
    await activate(server, powerAuth);
    await powerAuth.addBiometryFactor(PASSWORD);
    const again = slow(user);
    const { length } = user.asked;
    const replaced = rejection(powerAuth.requestSignature(biometry(), 'POST', '/x'));
    await vi.waitFor(() => expect(user.asked).toHaveLength(length + 1));
    await powerAuth.removeActivationLocal();
    await activate(server, powerAuth);
    again.say(true);
    expect(await replaced).toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED, /replaced/));
  });

  test('the activation is replaced: the factor is not added to the other one', async () => {
    const { server, powerAuth, user } = await withFactor();
    const { say } = slow(user);
    const added = rejection(powerAuth.addBiometryFactor(PASSWORD));
    await vi.waitFor(() => expect(user.asked).toHaveLength(1));
    await powerAuth.removeActivationLocal();
    await activate(server, powerAuth);
    say(true);
    expect(await added).toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
    expect(await powerAuth.hasBiometryFactor()).toBe(false);
    expect(user.removed).toHaveLength(2);
  });
});

describe('at once', () => {
  test('signatures are asked for one after another, each with a counter value of its own', async () => {
    const { powerAuth, user } = await withFactor();
    let open = 0;
    user.answer = async () => {
      expect(++open).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return true;
    };
    const headers = await Promise.all(
      Array.from({ length: 6 }, () => powerAuth.requestSignature(biometry(), 'POST', '/x', 'same')),
    );
    expect(new Set(headers.map(({ value }) => value)).size).toBe(6);
    expect(user.asked).toHaveLength(6);
  });

  test('one token is asked for once', async () => {
    const { server, powerAuth, user } = await withFactor();
    const tokens = await Promise.all(
      Array.from({ length: 6 }, () => powerAuth.tokenStore.requestAccessToken('MyToken', biometry())),
    );
    expect(new Set(tokens.map(({ tokenIdentifier }) => tokenIdentifier)).size).toBe(1);
    expect(server.tokens).toHaveLength(1);
    expect(user.asked).toHaveLength(1);
  });

  test('factors that are added leave one, and it works', async () => {
    const client = await withFactor();
    await Promise.all(Array.from({ length: 4 }, () => client.powerAuth.addBiometryFactor(PASSWORD)));
    expect(client.user.removed).toHaveLength(4);
    await accepted(client);
  });
});

describe('groupedBiometricAuthentication', () => {
  const used = error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT, /whose group has ended/);

  test('asks once for all calls, also for those at once', async () => {
    const client = await withFactor();
    const { server, powerAuth, user } = client;
    const authentication = biometry();
    await powerAuth.groupedBiometricAuthentication(authentication, async (reusable) => {
      expect(reusable).toMatchObject({ isBiometricAuthentication: true, biometricPrompt: PROMPT });
      for (let i = 0; i < 3; i++) expect(await accepted(client, reusable)).toBe('possession_biometry');
      await powerAuth.tokenStore.requestAccessToken('MyToken', reusable);
      await Promise.all([
        powerAuth.requestSignature(reusable, 'POST', '/x'),
        powerAuth.requestGetSignature(reusable, '/x'),
        powerAuth.offlineSignature(reusable, '/x', 'AAAAAAAAAAAAAAAAAAAAAA=='),
      ]);
    });
    expect(user.asked).toEqual([PROMPT]);
    expect(server.tokens).toHaveLength(1);
    // The object that the group was asked for is not used up by it.
    await accepted(client, authentication);
    expect(user.asked).toHaveLength(2);
  });

  test('the object is worth nothing afterwards', async () => {
    const client = await withFactor();
    let kept = PowerAuthAuthentication.possession();
    let late = Promise.resolve({});
    await client.powerAuth.groupedBiometricAuthentication(biometry(), async (reusable) => {
      kept = reusable;
      await accepted(client, reusable);
      // Not waited for: it comes when the group is over.
      late = rejection(client.powerAuth.removeActivationWithAuthentication(reusable));
    });
    expect(await late).toMatchObject(used);
    await expect(accepted(client, kept)).rejects.toMatchObject(used);
    await expect(
      client.powerAuth.groupedBiometricAuthentication(kept, async () => undefined),
    ).rejects.toMatchObject(used);
    expect(client.user.asked).toHaveLength(1);
  });

  test('what the callback throws comes out with its code, as the cause', async () => {
    const client = await withFactor();
    const { powerAuth } = client;
    let kept = PowerAuthAuthentication.possession();
    const failing = (cause: unknown) =>
      rejection(
        powerAuth.groupedBiometricAuthentication(biometry(), async (reusable) => {
          kept = reusable;
          throw cause;
        }),
      );
    const range = new RangeError('mine');
    expect(await failing(range)).toMatchObject({
      ...error(PowerAuthErrorCode.UNKNOWN_ERROR, /groupedAuthenticationCalls/),
      cause: range,
    });
    await expect(accepted(client, kept)).rejects.toMatchObject(used);
    const network = new PowerAuthError(undefined, 'gone', PowerAuthErrorCode.NETWORK_ERROR);
    expect(await failing(network)).toMatchObject({ code: 'NETWORK_ERROR', cause: network });
    expect(await failing(undefined)).toBeInstanceOf(PowerAuthError);
  });

  test('within a group asks nobody, and ends by itself', async () => {
    const client = await withFactor();
    const { powerAuth, user } = client;
    await powerAuth.groupedBiometricAuthentication(biometry(), async (outer) => {
      let inner = outer;
      await powerAuth.groupedBiometricAuthentication(outer, async (reusable) => {
        inner = reusable;
        await accepted(client, inner);
      });
      await expect(accepted(client, inner)).rejects.toMatchObject(used);
      await accepted(client, outer);
    });
    expect(user.asked).toHaveLength(1);
  });

  test('keeps the password of an object that has one', async () => {
    const client = await withFactor();
    const all = new PowerAuthAuthentication(PASSWORD, PROMPT);
    await client.powerAuth.groupedBiometricAuthentication(all, async (reusable) => {
      expect(await accepted(client, reusable)).toBe('possession_knowledge_biometry');
      expect(await accepted(client, reusable)).toBe('possession_knowledge_biometry');
    });
    expect(client.user.asked).toHaveLength(1);
  });

  test('ends when the instance is deconfigured, also for the same activation configured again', async () => {
    const storage = memoryStorage();
    const client = await withFactor({ instanceId: 'group', storage });
    const { server, powerAuth, user } = client;
    await powerAuth.groupedBiometricAuthentication(biometry(), async (reusable) => {
      await powerAuth.deconfigure();
      await testClient(server, { instanceId: 'group', storage, biometry: user.biometry });
      await expect(accepted(client, reusable)).rejects.toMatchObject(used);
    });
  });

  test('a user who cancels: the callback is not called', async () => {
    const { powerAuth, user } = await withFactor();
    user.answer = () => false;
    const calls = vi.fn(async () => undefined);
    await expect(powerAuth.groupedBiometricAuthentication(biometry(), calls)).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_CANCEL),
    );
    expect(calls).not.toHaveBeenCalled();
  });
});

test('no secret of the factor is in the record, and nothing of the factor in the storage in clear', async () => {
  const storage = memoryStorage();
  const user = testBiometry();
  const secrets: Uint8Array[] = [];
  const descriptors: Uint8Array[] = [];
  const provider: PowerAuthBiometryProvider = {
    ...user.provider,
    create: async (request) => {
      const made = await user.provider.create(request);
      secrets.push(made.secret.slice());
      descriptors.push(made.descriptor.slice());
      return made;
    },
  };
  const { powerAuth } = await activated({ storage, biometry: { provider } });
  await powerAuth.addBiometryFactor(PASSWORD);
  const texts = (bytes: Uint8Array) => {
    const buffer = Buffer.from(bytes);
    return [buffer.toString('latin1'), buffer.toString('hex'), buffer.toString('base64')];
  };
  const unsealed = sealedStorage(storage, SEALING_KEY);
  const [key = ''] = (await keysOf(storage)).filter((name) => name.endsWith('/activation'));
  const record = Buffer.from((await unsealed.get(key)) ?? []).toString('latin1');
  // What is sealed has the descriptor, or this test looks at the wrong record.
  expect(record).toContain(texts(descriptors[0] ?? new Uint8Array())[0]);
  for (const secret of secrets) for (const text of texts(secret)) expect(record).not.toContain(text);
  for (const name of await keysOf(storage)) {
    const raw = Buffer.from((await storage.get(name)) ?? []).toString('latin1');
    for (const bytes of [...secrets, ...descriptors])
      for (const text of texts(bytes)) expect(raw).not.toContain(text);
  }
});
