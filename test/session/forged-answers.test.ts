/**
 * Each call that changes something here on the strength of an answer, and somebody who answers in the server's place: the
 * rows of "What proves an answer" in SECURITY.md.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { PowerAuthActivation, PowerAuthAuthentication, type PowerAuth } from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { activate, PASSWORD, statusOf, testClient, testServer } from '../helpers/client.ts';
import { testBiometry, type TestBiometry } from '../helpers/biometry.ts';
import { error } from '../helpers/error.ts';
import { forgingProxy, type Forgery, type ForgingProxy } from '../helpers/forging-proxy.ts';

const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const WRONG = 'wrong password';
const CODE = 'AAAAA-AAAAA-AAAAA-AAAAA';
const random = (length: number) => randomBytes(length).toString('base64');

/** What somebody can answer who has no key of the server's; the last two are made of what it once said. */
const FORGERIES: readonly (readonly [string, Forgery])[] = [
  ['a bare OK', () => '{"status":"OK"}'],
  [
    'an envelope of random bytes',
    () =>
      JSON.stringify({
        encryptedData: random(48),
        mac: random(32),
        nonce: random(16),
        timestamp: Date.now(),
      }),
  ],
  [
    'random bytes in all fields',
    () => {
      const responseObject = { encryptedStatusBlob: random(32), nonce: random(16), jwt: 'a.b.c' };
      return JSON.stringify({ status: 'OK', responseObject });
    },
  ],
  ['an answer to an earlier request', (genuine) => genuine ?? '{"status":"OK"}'],
];

interface Place {
  readonly server: PowerAuthTestServer;
  readonly powerAuth: PowerAuth;
  readonly proxy: ForgingProxy;
  readonly activationId: string;
  readonly platform: TestBiometry;
}
let place: Place;

beforeEach(async () => {
  const server = await testServer();
  const proxy = await forgingProxy(server);
  const platform = testBiometry();
  const powerAuth = await testClient(proxy, { storage: memoryStorage(), biometry: platform.biometry });
  const activationId = await activate(server, powerAuth);
  place = { server, proxy, powerAuth, activationId, platform };
  await powerAuth.tokenStore.requestAccessToken('kept', PowerAuthAuthentication.possession());
  await powerAuth.addBiometryFactor(PASSWORD);
  // So that there is an answer of each kind to be given again.
  await powerAuth.fetchActivationStatus();
  await powerAuth.validatePassword(PASSWORD);
});

/** Everything works as if nothing had happened. */
async function expectUnharmed({ server, proxy, powerAuth, activationId }: Place): Promise<void> {
  proxy.forgeries.clear();
  proxy.alterations.clear();
  const status = await powerAuth.fetchActivationStatus();
  expect(status).toMatchObject({ state: 'ACTIVE', failCount: 0 });
  expect(status).not.toHaveProperty('localCounterBehind');
  await powerAuth.validatePassword(PASSWORD);
  expect(await powerAuth.getActivationIdentifier()).toBe(activationId);
  expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken('kept'))).toBe(200);
  const approve = PowerAuthAuthentication.biometry({ promptMessage: 'Approve' });
  const signed = await powerAuth.requestSignature(approve, 'POST', '/api/protected/signature', 'x');
  expect(await statusOf(server, signed, '/api/protected/signature', { body: 'x' })).toBe(200);
}

interface Row {
  /** As the table in SECURITY.md names it. */
  readonly call: string;
  readonly path: string;
  readonly run: (powerAuth: PowerAuth) => Promise<unknown>;
  /** What the forgery can bring about, when it is a bare OK; nothing where this is left out. */
  readonly forged?: (place: Place) => Promise<void>;
}

const ROWS: readonly Row[] = [
  {
    call: 'requestAccessToken',
    path: '/pa/v3/token/create',
    run: ({ tokenStore }) => tokenStore.requestAccessToken('new', KNOWLEDGE),
  },
  {
    call: 'removeAccessToken',
    path: '/pa/v3/token/remove',
    run: ({ tokenStore }) => tokenStore.removeAccessToken('kept'),
    forged: async ({ server, proxy, powerAuth }) => {
      // Gone here, not on the server; another one can be had.
      expect(await powerAuth.tokenStore.hasLocalToken('kept')).toBe(false);
      expect(server.requests.some(({ path }) => path === '/pa/v3/token/remove')).toBe(false);
      proxy.forgeries.clear();
      await powerAuth.tokenStore.requestAccessToken('kept', PowerAuthAuthentication.possession());
    },
  },
  {
    call: 'removeActivationWithAuthentication',
    path: '/pa/v3/activation/remove',
    run: (powerAuth) => powerAuth.removeActivationWithAuthentication(KNOWLEDGE),
  },
  {
    call: 'fetchActivationStatus',
    path: '/pa/v3/activation/status',
    run: (powerAuth) => powerAuth.fetchActivationStatus(),
  },
  {
    call: 'validatePassword',
    path: '/pa/v3/signature/validate',
    run: (powerAuth) => powerAuth.validatePassword(WRONG),
    // It resolves, and that is all.
    forged: () => Promise.resolve(),
  },
  {
    call: 'changePassword',
    path: '/pa/v3/vault/unlock',
    run: (powerAuth) => powerAuth.changePassword(WRONG, 'battery staple'),
  },
  {
    call: 'addBiometryFactor',
    path: '/pa/v3/vault/unlock',
    run: (powerAuth) => powerAuth.addBiometryFactor(PASSWORD),
  },
  {
    call: 'fetchEncryptionKey',
    path: '/pa/v3/vault/unlock',
    run: (powerAuth) => powerAuth.fetchEncryptionKey(KNOWLEDGE, 1),
  },
  {
    call: 'signDataWithDevicePrivateKey',
    path: '/pa/v3/vault/unlock',
    run: (powerAuth) => powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, 'x'),
  },
  {
    call: 'activationRecoveryData',
    path: '/pa/v3/vault/unlock',
    run: (powerAuth) => powerAuth.activationRecoveryData(KNOWLEDGE),
  },
  {
    call: 'confirmRecoveryCode',
    path: '/pa/v3/recovery/confirm',
    run: (powerAuth) => powerAuth.confirmRecoveryCode(CODE, KNOWLEDGE),
  },
];

test.each(ROWS)(
  '$call believes none of the answers that anybody could give',
  async ({ path, run, forged }) => {
    const { proxy, powerAuth, platform } = place;
    for (const [name, forgery] of FORGERIES) {
      proxy.forgeries.set(path, forgery);
      const outcome = run(powerAuth);
      // An answer without content says OK and no more.
      if (forged !== undefined && name !== 'an envelope of random bytes') {
        await outcome;
        await forged(place);
      } else {
        await expect(outcome, name).rejects.toMatchObject({
          name: 'PowerAuthError',
          code: expect.stringMatching(
            /^(RESPONSE_ERROR|ENCRYPTION_ERROR|INVALID_ACTIVATION_DATA)$/,
          ) as string,
        });
      }
    }
    await expectUnharmed(place);
    expect(await powerAuth.tokenStore.hasLocalToken('new')).toBe(false);
    expect(platform.removed).toEqual([]);
  },
);

test('createActivation believes none of them, and leaves nothing behind', async () => {
  const { server, proxy, powerAuth } = place;
  await powerAuth.removeActivationLocal();
  const { activationCode } = server.createActivation();
  const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
  for (const [name, forgery] of FORGERIES) {
    proxy.forgeries.set('/pa/v3/activation/create', forgery);
    const refused = { code: expect.stringMatching(/^(RESPONSE_ERROR|ENCRYPTION_ERROR)$/) as string };
    await expect(powerAuth.createActivation(activation), name).rejects.toMatchObject(refused);
    expect(await powerAuth.canStartActivation()).toBe(true);
  }
  proxy.forgeries.clear();
  await powerAuth.createActivation(activation);
});

test('a temporary key that is none of the server’s is taken by nobody', async () => {
  const { server, proxy, powerAuth } = place;
  // A new activation has none yet.
  await powerAuth.removeActivationLocal();
  await activate(server, powerAuth);
  for (const [name, forgery] of FORGERIES) {
    proxy.forgeries.set('/pa/v3/keystore/create', forgery);
    const refused = { code: expect.stringMatching(/^(RESPONSE_ERROR|ENCRYPTION_ERROR)$/) as string };
    await expect(powerAuth.fetchEncryptionKey(KNOWLEDGE, 1), name).rejects.toMatchObject(refused);
  }
  proxy.forgeries.clear();
  await powerAuth.fetchEncryptionKey(KNOWLEDGE, 1);
});

describe('a status that is altered', () => {
  test('in any byte never says REMOVED, moves no counter and loses no token', async () => {
    const { proxy, powerAuth } = place;
    const states = new Set<string>();
    for (let byte = 0; byte < 32; byte++) {
      proxy.alterations.set('/pa/v3/activation/status', (genuine) => {
        const answer = JSON.parse(genuine ?? '') as { responseObject: { encryptedStatusBlob: string } };
        const blob = Buffer.from(answer.responseObject.encryptedStatusBlob, 'base64');
        blob[byte] = (blob[byte] ?? 0) ^ 1;
        answer.responseObject.encryptedStatusBlob = blob.toString('base64');
        return JSON.stringify(answer);
      });
      states.add(
        await powerAuth.fetchActivationStatus().then(
          ({ state }) => state,
          (e: unknown) => (e as { code: string }).code,
        ),
      );
    }
    // The second half, a hash, can be spoiled: then the counters seem never to meet.
    expect([...states].sort()).toEqual(['DEADLOCK', 'INVALID_ACTIVATION_DATA']);
    await expectUnharmed(place);
  });

  test('in what is not encrypted of it is believed: customObject is anybody’s', async () => {
    const { proxy, powerAuth } = place;
    proxy.alterations.set('/pa/v3/activation/status', (genuine) => {
      const answer = JSON.parse(genuine ?? '') as { responseObject: object };
      return JSON.stringify({ responseObject: { ...answer.responseObject, customObject: { forged: true } } });
    });
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({ customObject: { forged: true } });
  });
});

test('a removal whose answer is genuine, and whose status is forged, removes nothing here', async () => {
  const { server, proxy, powerAuth, activationId } = place;
  proxy.forgeries.set('/pa/v3/activation/status', () => '{"status":"OK"}');
  await expect(powerAuth.removeActivationWithAuthentication(KNOWLEDGE)).rejects.toMatchObject(
    error('RESPONSE_ERROR'),
  );
  expect(server.activation(activationId)?.state).toBe('REMOVED');
  expect(await powerAuth.hasValidActivation()).toBe(true);
  proxy.forgeries.clear();
  expect((await powerAuth.fetchActivationStatus()).state).toBe('REMOVED');
});

test.each([401, 403, 404, 500])(
  'a refusal with status %i that is forged changes nothing here',
  async (status) => {
    const { server, powerAuth } = place;
    server.faults.add({ status, body: '{"status":"ERROR","responseObject":{"code":"ERR_AUTHENTICATION"}}' });
    for (const { run } of ROWS)
      await expect(run(powerAuth)).rejects.toMatchObject({ name: 'PowerAuthError' });
    server.faults.clear();
    await expectUnharmed(place);
  },
);

test('SECURITY.md has a row for each of these calls', () => {
  const text = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  const section = text.split('\n## ').find((part) => part.startsWith('What proves an answer')) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  const tested = [...ROWS.map(({ call }) => call), 'createActivation'];
  expect(named.sort()).toEqual(tested.sort());
});
