/* eslint @typescript-eslint/no-deprecated: off -- the deprecated forms are tested, too */
/** The biometry factor against the embedded server, with the software provider. */
import { describe, expect, test, vi } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  PowerAuthPassword,
  type PowerAuthBiometryProvider,
} from '../../src/index.ts';
import { memoryStorage, MemorySpace } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import {
  accepted,
  biometry,
  PROMPT,
  testBiometry,
  withFactor,
  type WithFactor,
} from '../helpers/biometry.ts';
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
import { keysOf, rejection } from '../helpers/storage.ts';

const SIGNED = '/api/protected/signature';
const UNLOCK = '/pa/v3/vault/unlock';

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

  test('asks with the prompt as it was when it was passed', async () => {
    const { powerAuth, user } = await withFactor();
    const prompt = { ...PROMPT };
    const signature = powerAuth.requestSignature(PowerAuthAuthentication.biometry(prompt), 'POST', SIGNED);
    const added = powerAuth.addBiometryFactor(PASSWORD, prompt);
    prompt.promptMessage = 'Something else';
    await Promise.all([signature, added]);
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
    await expect(strict.powerAuth.fetchEncryptionKey(biometry(), 1)).rejects.toMatchObject({
      ...error(PowerAuthErrorCode.RESPONSE_ERROR),
      errorData: { httpStatusCode: 400, serverResponseCode: 'ERR_SECURE_VAULT' },
    });
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
