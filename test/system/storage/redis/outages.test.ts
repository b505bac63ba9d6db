import { once } from 'node:events';
import { expect, test } from 'vitest';
import { redisStorage } from '../../../../src/storage/redis.ts';
import { buildChild, Child } from '../../../helpers/child.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { askRedis, testRedis, testRedisStorage } from '../../../helpers/redis.ts';
import { changesOf, rejection } from '../../../helpers/storage.ts';
import { redisFailureOf } from './failure-of.ts';

const ONE = Uint8Array.of(1);

describeWith('redis', 'a Redis server that goes away', () => {
  test('is down at first: calls say so, and subscribers are heard once it is there', async () => {
    const server = await testRedis();
    await server.stop();
    const storage = testRedisStorage({ url: server.url });
    const changes = changesOf(storage);
    await redisFailureOf(storage, `127.0.0.1:${server.port}`);
    await server.start();
    expect(await storage.get('key')).toBeUndefined();
    await testRedisStorage({ url: server.url }).set('key', ONE);
    await expect.poll(() => changes).toEqual([['key']]);
  });

  test('is killed and started again: errors in the meantime, then all is there, and subscribers drop what they cached', async () => {
    const server = await testRedis();
    const storage = testRedisStorage({ url: server.url });
    const changes = changesOf(storage);
    await storage.set('key', ONE);
    await server.stop('SIGKILL');
    expect((await rejection(storage.get('key'))).message).toMatch(/^Cannot (?:read|open) redis storage at/);
    expect((await rejection(storage.set('key', ONE))).message).toMatch(/nobody listens there/);
    await server.start();
    // Nobody calls: the storage finds the server again by itself.
    await expect.poll(() => changes, { timeout: 10_000 }).toEqual(['all']);
    expect(await storage.get('key')).toEqual(ONE);
    await storage.lock('lock', async () => storage.set('key', Uint8Array.of(2)));
    await testRedisStorage({ url: server.url }).delete('key');
    await expect.poll(() => changes).toEqual(['all', ['key']]);
  });

  test('hangs: there is an end to waiting, and it is used again when it goes on', async () => {
    const server = await testRedis();
    const storage = testRedisStorage({ url: server.url });
    const changes = changesOf(storage);
    await storage.set('key', ONE);
    server.pause();
    const started = performance.now();
    const errors = await Promise.all([
      rejection(storage.get('key')),
      rejection(storage.lock('lock', async () => 1)),
    ]);
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/no answer within 4000 ms/),
      expect.stringMatching(/no answer within 4000 ms|cut off/),
    ]);
    expect(performance.now() - started).toBeLessThan(15_000);
    server.resume();
    await expect.poll(() => storage.get('key').catch(() => undefined), { timeout: 10_000 }).toEqual(ONE);
    await expect.poll(() => changes, { timeout: 10_000 }).toEqual(['all']);
    expect(await storage.lock('lock', async () => 'free')).toBe('free');
  });

  test('hangs while a storage is closed', async () => {
    const server = await testRedis();
    const storage = redisStorage({ url: server.url });
    await storage.set('key', ONE);
    server.pause();
    const reading = rejection(storage.get('key'));
    await storage.close();
    expect((await reading).message).toMatch(/no answer/);
    expect((await rejection(storage.get('key'))).code).toBe('INVALID_NATIVE_OBJECT');
  });

  test('keeps no process alive', async () => {
    const script = await buildChild(new URL('../storage-child.ts', import.meta.url));
    const server = await testRedis();
    const child = new Child(script, 'idleThen', server.url);
    expect(await child.receive()).toBe('idle');
    await server.stop('SIGKILL');
    child.send('leave');
    await child.done();
  });
});

describeWith('redis', 'a lock on a Redis server', () => {
  test('that was lost: a write inside the section is refused, and the section is told', async () => {
    const server = await testRedis();
    const storage = testRedisStorage({ url: server.url });
    const other = testRedisStorage({ url: server.url });
    await storage.set('key', ONE);
    let error: (Error & { code?: string }) | undefined;
    await storage.lock('mine', async ({ signal }) => {
      await storage.lock('second', async () => storage.set('key', Uint8Array.of(2)));
      // As when the server thinks this process dead.
      await askRedis(server, ['HDEL', '{powerauth-wasm}:locks', 'mine']);
      await other.lock('mine', async () => other.set('key', Uint8Array.of(3)));
      error = await rejection(storage.set('key', Uint8Array.of(4)));
      expect(signal.reason).toBe(error);
      expect((await rejection(storage.delete('key'))).message).toBe(error.message);
      expect((await rejection(storage.update('key', () => ONE))).message).toBe(error.message);
      expect(await storage.get('key')).toEqual(Uint8Array.of(3));
    });
    expect(error).toMatchObject({
      code: 'OPERATION_CANCELED',
      message: expect.stringMatching(/^Lock "mine" was lost/) as string,
    });
    // Code outside that section has nothing to do with it.
    await storage.set('key', Uint8Array.of(5));
    expect(await other.get('key')).toEqual(Uint8Array.of(5));
  });

  test('is told when the server stays away longer than its lease', async () => {
    const server = await testRedis();
    const storage = testRedisStorage({ url: server.url });
    const reason = await storage.lock('lock', async ({ signal }) => {
      await server.stop('SIGKILL');
      await once(signal, 'abort');
      return signal.reason as Error;
    });
    expect(reason.message).toMatch(/^Lock "lock" was lost/);
  });

  test('outlives a server that is started again at once', async () => {
    const server = await testRedis();
    const storage = testRedisStorage({ url: server.url });
    const other = testRedisStorage({ url: server.url });
    await storage.lock('lock', async ({ signal }) => {
      await server.stop('SIGKILL');
      await server.start();
      const waiting = other.lock('lock', async () => storage.get('key'));
      await expect
        .poll(() =>
          storage.set('key', ONE).then(
            () => 'written',
            () => 'failed',
          ),
        )
        .toBe('written');
      expect(signal.aborted).toBe(false);
      void waiting.then((value) => expect(value).toEqual(ONE));
      return undefined;
    });
    expect(await other.lock('lock', async () => 'free')).toBe('free');
  });
});
