import { expect, test } from 'vitest';
import { PowerAuthActivation, PowerAuthAuthentication, PowerAuthErrorCode } from '../../src/index.ts';
import { buildActivation } from '../../src/model/power-auth-activation.ts';
import { withFactors } from '../../src/session/factors.ts';
import { changePassword, unsafeChangePassword } from '../../src/session/password-change.ts';
import type { Session } from '../../src/session/session.ts';
import { validateSignature } from '../../src/session/signed-requests.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { PASSWORD, requestsTo, testServer, testSession } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';

const VAULT = '/pa/v3/vault/unlock';

/** Two processes that share an activation. */
async function twoSessions(): Promise<{ server: PowerAuthTestServer; sessions: [Session, Session] }> {
  const server = await testServer();
  const shared = { storage: memoryStorage(), instanceId: 'shared' };
  const sessions: [Session, Session] = [await testSession(server, shared), await testSession(server, shared)];
  const { activationId, activationCode } = server.createActivation();
  const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
  await sessions[0].pending.create(buildActivation(activation));
  await sessions[0].pending.commit(PASSWORD);
  server.commitActivation(activationId);
  return { server, sessions };
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

test('of many at once by two processes leaves one of the new passwords', async () => {
  const { server, sessions } = await twoSessions();
  const passwords = Array.from({ length: 6 }, (_, i) => `password ${i}`);
  const outcomes = await Promise.allSettled(
    passwords.map((password, i) => changePassword(sessions[i % 2 === 0 ? 0 : 1], PASSWORD, password)),
  );
  const [first, ...rest] = passwords.filter((_, i) => outcomes[i]?.status === 'fulfilled');
  expect(first).toBeDefined();
  expect(rest).toEqual([]);
  expect(server.requests.filter(({ path }) => path === VAULT).length).toBeLessThanOrEqual(6);
  await validate(sessions[1], first ?? '');
});
