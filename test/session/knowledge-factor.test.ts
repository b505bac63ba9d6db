/** How the knowledge factor key is wrapped, when it is wrapped again, and that nobody waits for it. */
import nodeCrypto, { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  PowerAuthAuthentication,
  type PowerAuth,
  type PowerAuthStorage,
  type PowerAuthKeychainConfigurationType,
} from '../../src/index.ts';
import type { PasswordHash } from '../../src/protocol/knowledge.ts';
import {
  decodeActivationRecord,
  encodeActivationRecord,
  type WrappedKnowledgeKey,
} from '../../src/session/activation-record.ts';
import { unwrapWithPassword } from '../../src/session/password-wrapping.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { utf8 } from '../../src/util/bytes.ts';
import {
  activate,
  PASSWORD,
  requestsTo,
  SEALING_KEY,
  statusOf,
  testClient,
  testServer,
} from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { storageLike } from '../helpers/storage.ts';

const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const WRONG = PowerAuthAuthentication.password('wrong password');
const SIGNED = '/api/protected/signature';
const VALIDATE = '/pa/v3/signature/validate';
const VAULT = '/pa/v3/vault/unlock';
const NONCE = Buffer.alloc(16, 1).toString('base64');
const KEY = new RecordKeys('knowledge').activation;
const OLD = { hash: 'SHA-1', iterations: 10_000 };

/** Does something each time that a password is stretched, which ends with `end`. */
function whileStretching(act: (end: () => void) => void): void {
  const original = nodeCrypto.pbkdf2;
  const spy = vi.spyOn(nodeCrypto, 'pbkdf2').mockImplementation((...args) => {
    const done = args[5];
    args[5] = (error, key) => act(() => done(error, key));
    original(...args);
  });
  onTestFinished(() => spy.mockRestore());
}

interface Client {
  readonly server: PowerAuthTestServer;
  readonly powerAuth: PowerAuth;
  readonly activationId: string;
  readonly storage: PowerAuthStorage;
  readonly sealed: PowerAuthStorage;
}

async function client(
  keychain?: PowerAuthKeychainConfigurationType,
  given?: PowerAuthStorage,
): Promise<Client> {
  const storage = given ?? memoryStorage();
  const server = await testServer();
  const powerAuth = await testClient(server, {
    instanceId: 'knowledge',
    storage,
    ...(keychain && { keychain }),
  });
  const activationId = await activate(server, powerAuth);
  return { server, powerAuth, activationId, storage, sealed: sealedStorage(storage, SEALING_KEY) };
}

async function wrapping(sealed: PowerAuthStorage): Promise<WrappedKnowledgeKey> {
  return decodeActivationRecord((await sealed.get(KEY)) ?? new Uint8Array()).knowledge;
}

/** Wraps the key as another version, or another process, has done it: by node:crypto. */
async function wrapAs(sealed: PowerAuthStorage, hash: PasswordHash, iterations: number): Promise<void> {
  const record = decodeActivationRecord((await sealed.get(KEY)) ?? new Uint8Array());
  const key = await unwrapWithPassword(record.knowledge, utf8(PASSWORD));
  const salt = Uint8Array.from(randomBytes(16));
  const passwordKey = pbkdf2Sync(PASSWORD, salt, iterations, 16, hash.replace('-', ''));
  const cipher = createCipheriv('aes-128-cbc', passwordKey, Buffer.alloc(16)).setAutoPadding(false);
  const wrappedKey = Uint8Array.from(cipher.update(key));
  await sealed.set(
    KEY,
    encodeActivationRecord({
      ...record,
      knowledge: { ...record.knowledge, hash, iterations, salt, wrappedKey },
    }),
  );
}

/** A client whose record is of a version before this one. */
async function oldClient(storage?: PowerAuthStorage): Promise<Client> {
  const old = await client(undefined, storage);
  await wrapAs(old.sealed, 'SHA-1', 10_000);
  return old;
}

describe('a password', () => {
  test('is stretched by 600 000 iterations with SHA-256 unless configured otherwise', async () => {
    const server = await testServer();
    const storage = memoryStorage();
    const powerAuth = await testClient(server, {
      instanceId: 'knowledge',
      storage,
      keychain: { pbkdf2Iterations: 600_000 },
    });
    expect(powerAuth.keychainConfiguration?.pbkdf2Iterations).toBe(600_000);
    await activate(server, powerAuth);
    const sealed = sealedStorage(storage, SEALING_KEY);
    expect(await wrapping(sealed)).toMatchObject({ hash: 'SHA-256', iterations: 600_000 });
    await powerAuth.validatePassword(PASSWORD);
  });

  test('keeps its iterations until it is changed, where those configured are fewer', async () => {
    const first = await client({ pbkdf2Iterations: 20_000 });
    await first.powerAuth.deconfigure();
    const { server, storage, sealed } = first;
    const powerAuth = await testClient(server, { instanceId: 'knowledge', storage });
    await powerAuth.validatePassword(PASSWORD);
    await powerAuth.fetchEncryptionKey(KNOWLEDGE, 1);
    expect(await wrapping(sealed)).toMatchObject({ hash: 'SHA-256', iterations: 20_000 });
    await powerAuth.changePassword(PASSWORD, 'new password');
    expect(await wrapping(sealed)).toMatchObject({ hash: 'SHA-256', iterations: 10_000 });
    await powerAuth.validatePassword('new password');
  });

  test('of a record of an earlier version still signs, online and offline', async () => {
    const old = await oldClient();
    const { server, powerAuth, activationId, sealed } = old;
    const header = await powerAuth.requestSignature(KNOWLEDGE, 'POST', SIGNED, 'x');
    expect(await statusOf(server, header, SIGNED, { body: 'x' })).toBe(200);
    const offline = await powerAuth.offlineSignature(KNOWLEDGE, '/offline', NONCE, 'x');
    const request = { activationId, uriId: '/offline', nonce: NONCE, data: 'x', signature: offline };
    expect(server.verifyOfflineSignature(request)).toBe(true);
    // Neither has an answer that this package sees.
    expect(await wrapping(sealed)).toMatchObject(OLD);
  });

  const CONFIRMING: readonly (readonly [string, (powerAuth: PowerAuth) => Promise<unknown>])[] = [
    ['validatePassword', (powerAuth) => powerAuth.validatePassword(PASSWORD)],
    ['fetchEncryptionKey', (powerAuth) => powerAuth.fetchEncryptionKey(KNOWLEDGE, 1)],
    ['signDataWithDevicePrivateKey', (powerAuth) => powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, 'x')],
    ['requestAccessToken', (powerAuth) => powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE)],
    ['changePassword', (powerAuth) => powerAuth.changePassword(PASSWORD, PASSWORD)],
    ['unsafeChangePassword', (powerAuth) => powerAuth.unsafeChangePassword(PASSWORD, PASSWORD)],
  ];
  test.each(CONFIRMING)('of an earlier version is wrapped again by %s', async (_, call) => {
    const old = await oldClient();
    await call(old.powerAuth);
    expect(await wrapping(old.sealed)).toMatchObject({ hash: 'SHA-256', iterations: 10_000 });
    await old.powerAuth.validatePassword(PASSWORD);
    expect(old.server.activation(old.activationId)?.failCount).toBe(0);
  });

  test.each([
    ['validatePassword', (powerAuth: PowerAuth) => powerAuth.validatePassword('wrong password'), true],
    ['fetchEncryptionKey', (powerAuth: PowerAuth) => powerAuth.fetchEncryptionKey(WRONG, 1), false],
    [
      'requestAccessToken',
      (powerAuth: PowerAuth) => powerAuth.tokenStore.requestAccessToken('T', WRONG),
      false,
    ],
  ])('that is wrong is never wrapped: %s with a forged answer', async (_, call, resolves) => {
    const old = await oldClient();
    const { server, powerAuth, sealed } = old;
    for (const body of [
      '{"status":"OK"}',
      '{"encryptedData":"AAAA","mac":"AAAA","nonce":"AAAA","timestamp":1}',
    ])
      for (const path of [VALIDATE, VAULT, '/pa/v3/token/create']) {
        server.faults.clear();
        server.faults.add({ path: VALIDATE, body: '{"status":"OK"}' });
        server.faults.add({ path, body });
        const outcome = await call(powerAuth).then(
          () => true,
          () => false,
        );
        expect(outcome).toBe(resolves);
        expect(await wrapping(sealed)).toMatchObject(OLD);
      }
    server.faults.clear();
    await powerAuth.fetchActivationStatus();
    await powerAuth.validatePassword(PASSWORD);
  });

  test('asks for the vault only where it is to be wrapped again', async () => {
    const { server, powerAuth } = await client();
    await powerAuth.validatePassword(PASSWORD);
    expect(requestsTo(server, VAULT)).toBe(0);
  });

  test('that could not be wrapped again has done what it was to do, and is the next time', async () => {
    const memory = memoryStorage();
    let full = false;
    // The counter is advanced; the new wrapping, the only one that changes the salt, is refused.
    const storage = storageLike(memory, {
      update: (key, change) =>
        memory.update(key, async (current) => {
          const before = current?.slice();
          const next = await change(current);
          if (!full || before === undefined || next === undefined) return next;
          const [a, b] = await Promise.all([unsealed(before), unsealed(Uint8Array.from(next))]);
          if (a.knowledge.hash !== b.knowledge.hash) throw new Error('the disk is full');
          return next;
        }),
    });
    const unsealed = async (record: Uint8Array) => {
      const other = memoryStorage();
      await other.set(KEY, record);
      return decodeActivationRecord((await sealedStorage(other, SEALING_KEY).get(KEY)) ?? new Uint8Array());
    };
    const old = await oldClient(storage);
    full = true;
    expect(await old.powerAuth.fetchEncryptionKey(KNOWLEDGE, 1)).toMatch(/==$/);
    expect(await wrapping(old.sealed)).toMatchObject(OLD);
    full = false;
    await old.powerAuth.fetchEncryptionKey(KNOWLEDGE, 1);
    expect(await wrapping(old.sealed)).toMatchObject({ hash: 'SHA-256' });
  });
});

describe('stretching a password', () => {
  /** What is held while a password is being stretched: an update, or the lock for signed requests. */
  function watched(memory: PowerAuthStorage): { storage: PowerAuthStorage; during: string[][] } {
    const held = new Set<string>();
    const during: string[][] = [];
    const holding = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      held.add(what);
      try {
        return await work();
      } finally {
        held.delete(what);
      }
    };
    whileStretching((end) => {
      during.push([...held]);
      end();
    });
    const storage = storageLike(memory, {
      update: (key, change) => holding('an update', () => memory.update(key, change)),
      lock: (name, section) =>
        memory.lock(name, (lock) =>
          name.endsWith('/requests') ? holding(name, () => section(lock)) : section(lock),
        ),
    });
    return { storage, during };
  }

  test('holds up nobody: no update and no lock for signed requests is held in the meantime', async () => {
    const { storage, during } = watched(memoryStorage());
    const { powerAuth } = await client(undefined, storage);
    await powerAuth.validatePassword(PASSWORD);
    await powerAuth.requestSignature(KNOWLEDGE, 'POST', '/x');
    await powerAuth.offlineSignature(KNOWLEDGE, '/x', NONCE);
    await powerAuth.validatePassword(PASSWORD);
    await powerAuth.fetchEncryptionKey(KNOWLEDGE, 1);
    await powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE);
    await powerAuth.changePassword(PASSWORD, 'new password');
    await powerAuth.unsafeChangePassword('new password', PASSWORD);
    await powerAuth.removeActivationWithAuthentication(KNOWLEDGE);
    // Once to commit and once a signature; changePassword twice, and unsafeChangePassword, too.
    expect(during).toHaveLength(12);
    expect(during.flat()).toEqual([]);
  });

  test.each(['requestSignature', 'fetchEncryptionKey'])(
    'is done again if the password was wrapped again in the meantime: %s',
    async (name) => {
      const memory = memoryStorage();
      let overtake: (() => Promise<unknown>) | undefined;
      const storage = storageLike(memory, {
        update: async (key, change) => {
          const now = overtake;
          overtake = undefined;
          await now?.();
          return memory.update(key, change);
        },
      });
      const { server, powerAuth, activationId, sealed } = await client(undefined, storage);
      overtake = () => wrapAs(sealed, 'SHA-256', 11_000);
      if (name === 'fetchEncryptionKey') await powerAuth.fetchEncryptionKey(KNOWLEDGE, 1);
      else {
        const header = await powerAuth.requestSignature(KNOWLEDGE, 'POST', SIGNED, 'x');
        expect(await statusOf(server, header, SIGNED, { body: 'x' })).toBe(200);
      }
      expect(await wrapping(sealed)).toMatchObject({ iterations: 11_000 });
      // No counter value was lost on the way.
      expect(server.activation(activationId)?.counter).toBe(1);
    },
  );

  test('leaves signatures in the order of the calls, whichever password takes longer', async () => {
    const { server, powerAuth } = await client({ pbkdf2Iterations: 100_000 });
    const possession = PowerAuthAuthentication.possession();
    const headers = await Promise.all(
      [KNOWLEDGE, possession, KNOWLEDGE, possession].map((authentication, i) =>
        powerAuth.requestSignature(authentication, 'POST', SIGNED, String(i)),
      ),
    );
    const accepted = headers.map(({ value }, i) =>
      server.verifySignature(value, { method: 'POST', uriId: SIGNED, body: String(i) }),
    );
    expect(accepted.filter((verified) => verified !== undefined)).toHaveLength(4);
  });

  test('is useless if the instance is deconfigured in the meantime: nothing is signed', async () => {
    const { powerAuth, sealed } = await client();
    const counter = async () =>
      decodeActivationRecord((await sealed.get(KEY)) ?? new Uint8Array()).counter.ctrByte;
    const before = await counter();
    whileStretching((end) => void powerAuth.deconfigure().then(end));
    await expect(powerAuth.requestSignature(KNOWLEDGE, 'POST', '/x')).rejects.toMatchObject(
      error('OPERATION_CANCELED'),
    );
    expect(await counter()).toBe(before);
  });
});
