import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UnlockedBiometryKey } from '../../../src/biometry/unlocked-key.ts';
import { PowerAuthAuthentication, PowerAuthPassword, type PowerAuthStorage } from '../../../src/index.ts';
import { keepsNothingAlive, type Timer } from '../../../src/util/timers.ts';
import { activate, PASSWORD, testClient, testServer } from '../../helpers/client.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testRedisStore } from '../../helpers/redis.ts';
import { testSqliteStore } from '../../helpers/sqlite.ts';

const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;

/** Node's own `fetch`, which takes timers for objects; Electron's renderer has that of the browser. */
const isForNodesFetch = (): boolean => new Error().stack?.includes('node:internal/deps/undici') === true;

/** Timers as Electron's renderer has them, also where Node's modules are to be had: numbers. */
function useNumbers(): void {
  const running = new Map<unknown, Timer>();
  let last = 0;
  const start = (make: typeof setTimeout | typeof setInterval) =>
    ((...args: Parameters<typeof setTimeout>) => {
      const timer = make(...args);
      if (isForNodesFetch()) return timer;
      running.set(++last, timer);
      return last;
    }) as unknown as typeof setTimeout;
  const end = (clear: typeof clearTimeout) => (timer: Timer | undefined) => {
    clear(running.get(timer) ?? timer);
    running.delete(timer);
  };
  Object.assign(globalThis, {
    setTimeout: start(setTimeout),
    setInterval: start(setInterval),
    clearTimeout: end(clearTimeout),
    clearInterval: end(clearInterval),
  });
}

/** Takes a lock until it is renewed, listens, and goes through a signed request. */
async function useStorage(storage: PowerAuthStorage): Promise<void> {
  storage.subscribe(() => undefined);
  const server = await testServer();
  const powerAuth = await testClient(server, { storage });
  await activate(server, powerAuth);
  const authentication = PowerAuthAuthentication.possession();
  await powerAuth.tokenStore.requestAccessToken('t', authentication);
  expect(await powerAuth.tokenStore.generateHeaderForToken('t')).toMatchObject({ key: /./ });
  await powerAuth.validatePassword(PASSWORD);
}

describe('where timers are numbers', () => {
  beforeEach(useNumbers);
  afterEach(() => void Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval }));

  test('a timer is what was given', () => {
    const timer = globalThis.setTimeout(() => undefined, 1000);
    expect(keepsNothingAlive(timer)).toBe(timer);
    expect(typeof timer).toBe('number');
    globalThis.clearTimeout(timer);
  });

  test('a password can be used', async () => {
    const password = new PowerAuthPassword();
    expect(await password.addCharacter('1')).toBe(1);
    await password.release();
  });

  test('a decryptor can be used', async () => {
    const powerAuth = await testClient(await testServer());
    const encryptor = powerAuth.getEncryptorForApplicationScope();
    const { decryptor } = await encryptor.encryptRequest('hello');
    expect(await decryptor.canDecryptResponse()).toBe(true);
    await decryptor.release();
  });

  test('an unlocked biometry key can be used', () => {
    const unlocked = new UnlockedBiometryKey('activation', new Uint8Array(16));
    expect(unlocked.key).toHaveLength(16);
    unlocked.release();
  });

  test('the sqlite storage can be used', async () => {
    await useStorage((await testSqliteStore()).open());
  });

  describeWith('redis', 'with Redis', () => {
    test('the redis storage can be used', async () => {
      await useStorage((await testRedisStore()).open());
    });
  });
});

describe('where timers are objects', () => {
  test('the process may end while one runs', () => {
    const timer = setTimeout(() => undefined, 60_000);
    expect(timer.hasRef()).toBe(true);
    expect(keepsNothingAlive(timer)).toBe(timer);
    expect(timer.hasRef()).toBe(false);
    clearTimeout(timer);
  });
});

test('no other file takes a timer for an object', () => {
  const root = join(import.meta.dirname, '../../../src');
  const guilty = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith(join('util', 'timers.ts')))
    .filter((file) =>
      /\b(?:timer|\)|late|beating|looking)\??\.unref\b|NodeJS\.Timeout/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
    );
  // A timer of node:timers is an object everywhere.
  expect(guilty).toEqual([join('testing', 'http.ts')]);
});
