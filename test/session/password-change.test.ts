import { expect, test } from 'vitest';
import { PowerAuthActivation, PowerAuthErrorCode } from '../../src/index.ts';
import { buildActivation } from '../../src/model/power-auth-activation.ts';
import { possessionKnowledge } from '../../src/session/factors.ts';
import { changePassword, unsafeChangePassword } from '../../src/session/password-change.ts';
import type { Session } from '../../src/session/session.ts';
import { validateSignature } from '../../src/session/signed-requests.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { PASSWORD, requestsTo, testServer, testSession } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';

const VALIDATE = '/pa/v3/signature/validate';

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

test('that another process overtakes is given up before it can destroy the key', async () => {
  const { server, sessions } = await twoSessions();
  const [slow, fast] = sessions;
  server.faults.add({ path: VALIDATE, count: 1, delay: 500 });
  const overtaken = expect(changePassword(slow, PASSWORD, 'slow password')).rejects.toMatchObject(
    error(PowerAuthErrorCode.OPERATION_CANCELED),
  );
  await expect.poll(() => requestsTo(server, VALIDATE)).toBe(1);
  expect(await unsafeChangePassword(fast, PASSWORD, 'fast password')).toBe(true);
  await overtaken;
  for (const session of sessions)
    await validateSignature(session, possessionKnowledge(utf8('fast password')));
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
  expect(server.requests.filter(({ path }) => path === VALIDATE).length).toBeLessThanOrEqual(6);
  await validateSignature(sessions[1], possessionKnowledge(utf8(first ?? '')));
});
