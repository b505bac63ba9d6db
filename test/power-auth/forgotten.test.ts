/** What a call takes away is in no file of the default storage when the call is resolved. */
import { expect, test } from 'vitest';
import { PowerAuthAuthentication, type PowerAuth, type PowerAuthStorage } from '../../src/index.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { testBiometry } from '../helpers/biometry.ts';
import { activate, PASSWORD, testClient, testServer } from '../helpers/client.ts';
import { piecesIn, rawContent } from '../helpers/pieces.ts';
import { describeWithSqlite, testSqliteStorage } from '../helpers/sqlite.ts';
import { keysOf, storageLike, temporaryFolder } from '../helpers/storage.ts';

/** Who does it. */
interface Actors {
  readonly server: PowerAuthTestServer;
  readonly powerAuth: PowerAuth;
  readonly activationId: string;
  /** Configures the instance anew, with more iterations for its password. */
  readonly strengthened: () => Promise<PowerAuth>;
}

/** A storage, and each value that was ever stored in it. */
function recorded(base: PowerAuthStorage): { storage: PowerAuthStorage; written: Uint8Array[] } {
  const written: Uint8Array[] = [];
  const storage = storageLike(base, {
    set: (key, value) => {
      written.push(Uint8Array.from(value));
      return base.set(key, value);
    },
    update: (key, change) =>
      base.update(key, async (current) => {
        const next = await change(current);
        if (next !== undefined) written.push(Uint8Array.from(next));
        return next;
      }),
  });
  return { storage, written };
}

async function valuesOf(storage: PowerAuthStorage): Promise<Uint8Array[]> {
  const values: Uint8Array[] = [];
  for (const key of await keysOf(storage)) values.push((await storage.get(key)) ?? new Uint8Array(0));
  return values;
}

const password = (): PowerAuthAuthentication => PowerAuthAuthentication.password(PASSWORD);

/** What is done, and how many of the four records of before it replaces or removes. */
const calls: readonly (readonly [string, number, (actors: Actors) => Promise<unknown>])[] = [
  ['changePassword', 1, ({ powerAuth }) => powerAuth.changePassword(PASSWORD, 'another one')],
  ['unsafeChangePassword', 1, ({ powerAuth }) => powerAuth.unsafeChangePassword(PASSWORD, 'another one')],
  [
    'a password wrapped again',
    1,
    async ({ strengthened }) => (await strengthened()).validatePassword(PASSWORD),
  ],
  ['removeBiometryFactor', 1, ({ powerAuth }) => powerAuth.removeBiometryFactor()],
  ['a biometry factor that is replaced', 1, ({ powerAuth }) => powerAuth.addBiometryFactor(PASSWORD)],
  ['removeAccessToken', 2, ({ powerAuth }) => powerAuth.tokenStore.removeAccessToken('token 1')],
  ['removeLocalToken', 1, ({ powerAuth }) => powerAuth.tokenStore.removeLocalToken('token 1')],
  ['removeAllLocalTokens', 3, ({ powerAuth }) => powerAuth.tokenStore.removeAllLocalTokens()],
  ['removeActivationLocal', 4, ({ powerAuth }) => powerAuth.removeActivationLocal()],
  [
    'removeActivationWithAuthentication',
    4,
    ({ powerAuth }) => powerAuth.removeActivationWithAuthentication(password()),
  ],
  [
    'fetchActivationStatus of a removed activation',
    3,
    ({ server, powerAuth, activationId }) => {
      server.removeActivation(activationId);
      return powerAuth.fetchActivationStatus();
    },
  ],
];

describeWithSqlite('forgotten at once', () => {
  test.each(calls)('%s', async (_, changed, act) => {
    const folder = await temporaryFolder();
    const base = testSqliteStorage(folder);
    const { storage, written } = recorded(base);
    const server = await testServer();
    const { biometry } = testBiometry();
    const instanceId = 'forgotten';
    const powerAuth = await testClient(server, { storage, instanceId, biometry });
    const activationId = await activate(server, powerAuth);
    await powerAuth.addBiometryFactor(PASSWORD);
    const possession = PowerAuthAuthentication.possession();
    for (let i = 0; i < 3; i++) await powerAuth.tokenStore.requestAccessToken(`token ${i}`, possession);
    const before = await valuesOf(base);
    expect(before.length).toBe(4);
    expect(piecesIn(rawContent(folder), before)).toBeGreaterThan(4);
    const strengthened = async (): Promise<PowerAuth> => {
      await powerAuth.deconfigure();
      return testClient(server, { storage, instanceId, biometry, keychain: { pbkdf2Iterations: 11_000 } });
    };

    await act({ server, powerAuth, activationId, strengthened });

    const content = rawContent(folder);
    const present = await valuesOf(base);
    const isPresent = (value: Uint8Array): boolean =>
      present.some((other) => Buffer.compare(value, other) === 0);
    expect(before.filter((value) => !isPresent(value)).length).toBe(changed);
    expect(piecesIn(content, written, present)).toBe(0);
    if (present.length > 0) expect(piecesIn(content, present)).toBeGreaterThan(4);
  });
});
