import { describe, expect, test } from 'vitest';
import { softwareBiometry } from '../../src/biometry/software.ts';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuth,
} from '../../src/index.ts';
import { buildActivation } from '../../src/model/power-auth-activation.ts';
import { withFactors } from '../../src/session/factors.ts';
import { changePassword, unsafeChangePassword } from '../../src/session/password-change.ts';
import type { Session } from '../../src/session/session.ts';
import { validateSignature } from '../../src/session/signed-requests.ts';
import { fetchEncryptionKey } from '../../src/session/vault.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { activate, PASSWORD, requestsTo, testClient, testServer, testSession } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { storageLike } from '../helpers/storage.ts';

const VAULT = '/pa/v3/vault/unlock';

/** Two processes that share an activation. */
async function twoSessions(): Promise<{
  server: PowerAuthTestServer;
  sessions: [Session, Session];
  activationId: string;
}> {
  const server = await testServer();
  const shared = { storage: memoryStorage(), instanceId: 'shared' };
  const sessions: [Session, Session] = [await testSession(server, shared), await testSession(server, shared)];
  const { activationId, activationCode } = server.createActivation();
  const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
  await sessions[0].pending.create(buildActivation(activation));
  await sessions[0].pending.commit(PASSWORD);
  server.commitActivation(activationId);
  return { server, sessions, activationId };
}

const validate = (session: Session, password: string): Promise<void> =>
  withFactors(session, PowerAuthAuthentication.password(password), (factors) =>
    validateSignature(session, factors),
  );

test('that another process overtakes is given up before it can destroy the key', async () => {
  const { server, sessions } = await twoSessions();
  const [slow, fast] = sessions;
  server.faults.add({ path: VAULT, count: 1, delay: 500 });
  const overtaken = expect(changePassword(slow, PASSWORD, 'slow password')).rejects.toMatchObject(
    error(PowerAuthErrorCode.OPERATION_CANCELED),
  );
  await expect.poll(() => requestsTo(server, VAULT)).toBe(1);
  expect(await unsafeChangePassword(fast, PASSWORD, 'fast password')).toBe(true);
  await overtaken;
  for (const session of sessions) await validate(session, 'fast password');
});

test('of many at once by two processes leaves one of the new passwords, and costs no attempt', async () => {
  const { server, sessions, activationId } = await twoSessions();
  const passwords = Array.from({ length: 6 }, (_, i) => `password ${i}`);
  const outcomes = await Promise.allSettled(
    passwords.map((password, i) => changePassword(sessions[i % 2 === 0 ? 0 : 1], PASSWORD, password)),
  );
  const [first, ...rest] = passwords.filter((_, i) => outcomes[i]?.status === 'fulfilled');
  expect(first).toBeDefined();
  expect(rest).toEqual([]);
  expect(server.requests.filter(({ path }) => path === VAULT).length).toBeLessThanOrEqual(6);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected')
      expect(outcome.reason).toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
  expect(server.activation(activationId)?.failCount).toBe(0);
  await validate(sessions[1], first ?? '');
});

test('of many at once without asking the server leaves one of the new passwords, too', async () => {
  const { sessions } = await twoSessions();
  const passwords = Array.from({ length: 6 }, (_, i) => `password ${i}`);
  const outcomes = await Promise.allSettled(
    passwords.map((password, i) => unsafeChangePassword(sessions[i % 2 === 0 ? 0 : 1], PASSWORD, password)),
  );
  const [first, ...rest] = passwords.filter((_, i) => outcomes[i]?.status === 'fulfilled');
  expect(rest).toEqual([]);
  await validate(sessions[0], first ?? '');
});

const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const SIGNING: readonly (readonly [string, (powerAuth: PowerAuth) => Promise<unknown>])[] = [
  ['requestSignature', (powerAuth) => powerAuth.requestSignature(KNOWLEDGE, 'POST', '/x')],
  ['requestGetSignature', (powerAuth) => powerAuth.requestGetSignature(KNOWLEDGE, '/x')],
  [
    'offlineSignature',
    (powerAuth) => powerAuth.offlineSignature(KNOWLEDGE, '/x', Buffer.alloc(16, 1).toString('base64')),
  ],
  ['validatePassword', (powerAuth) => powerAuth.validatePassword(PASSWORD)],
  ['fetchEncryptionKey', (powerAuth) => powerAuth.fetchEncryptionKey(KNOWLEDGE, 1)],
  ['signDataWithDevicePrivateKey', (powerAuth) => powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, 'x')],
  ['requestAccessToken', (powerAuth) => powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE)],
  ['addBiometryFactor', (powerAuth) => powerAuth.addBiometryFactor(PASSWORD, { promptMessage: 'Add' })],
  ['changePassword', (powerAuth) => powerAuth.changePassword(PASSWORD, 'slow password')],
  ['unsafeChangePassword', (powerAuth) => powerAuth.unsafeChangePassword(PASSWORD, 'slow password')],
  [
    'removeActivationWithAuthentication',
    (powerAuth) => powerAuth.removeActivationWithAuthentication(KNOWLEDGE),
  ],
];

/**
 * A client, and another process that does something once the client has unlocked its password, before it takes a counter
 * value, or the lock for signed requests.
 */
async function interruptedClient(intrude: (other: Session) => Promise<unknown>) {
  const server = await testServer();
  const base = memoryStorage();
  let next: (() => Promise<unknown>) | undefined;
  const interrupt = async (): Promise<void> => {
    const now = next;
    next = undefined;
    await now?.();
  };
  const storage = storageLike(base, {
    update: async (key, change) => {
      if (key.endsWith('/activation')) await interrupt();
      return base.update(key, change);
    },
    lock: async (name, section) => {
      if (name.endsWith('/requests')) await interrupt();
      return base.lock(name, section);
    },
  });
  const instanceId = 'shared';
  const provider = softwareBiometry({ key: new Uint8Array(32).fill(3) });
  const powerAuth = await testClient(server, { instanceId, storage, biometry: { provider } });
  const activationId = await activate(server, powerAuth);
  const other = await testSession(server, {
    instanceId,
    storage: base,
    keychain: { pbkdf2Iterations: 11_000 },
  });
  next = () => intrude(other);
  return { server, powerAuth, activationId, isInterrupted: () => next === undefined };
}

describe('a call in progress when another process', () => {
  test.each(SIGNING)('changes the password is given up and costs no attempt: %s', async (_, call) => {
    const { server, powerAuth, activationId, isInterrupted } = await interruptedClient((other) =>
      unsafeChangePassword(other, PASSWORD, 'fast password'),
    );
    const before = server.requests.length;
    await expect(call(powerAuth)).rejects.toMatchObject(
      error(PowerAuthErrorCode.OPERATION_CANCELED, /changed the password/),
    );
    expect(isInterrupted()).toBe(true);
    const signed = server.requests
      .slice(before)
      .filter(({ headers }) => 'x-powerauth-authorization' in headers);
    expect(signed).toEqual([]);
    await powerAuth.validatePassword('fast password');
    expect(server.activation(activationId)).toMatchObject({ failCount: 0, counter: 1 });
  });

  test.each(SIGNING)('wraps the same password anew goes on: %s', async (_, call) => {
    const { server, powerAuth, activationId, isInterrupted } = await interruptedClient(async (other) => {
      await withFactors(other, KNOWLEDGE, (factors) => fetchEncryptionKey(other, factors, 1));
      expect((await other.activation.read())?.knowledge.iterations).toBe(11_000);
    });
    await call(powerAuth);
    expect(isInterrupted()).toBe(true);
    expect(server.activation(activationId)?.failCount).toBe(0);
  });
});
