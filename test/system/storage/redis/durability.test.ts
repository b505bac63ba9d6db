/** Writes that replicas must confirm. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { RedisStorageOptions } from '../../../../src/storage/redis.ts';
import { manyParts } from '../../../../src/storage/redis/layout.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { ask, untilCopied } from '../../../helpers/redis-cluster.mjs';
import { sharedCluster, testRedis, testRedisStorage } from '../../../helpers/redis.ts';
import { rejection } from '../../../helpers/storage.ts';
import { nextInWorker } from '../../../helpers/worker.ts';

const ONE = Uint8Array.of(1);
const TOO_FEW =
  /^Cannot (?:read|write) redis storage at .*: written, but only 0 of 1 replicas confirmed it within 1000 ms, so a failover may lose it; check the replicas, or durability$/;

/** A primary with a replica that follows it. */
async function pair() {
  const primary = await testRedis();
  const replica = await testRedis({ args: ['--replicaof', '127.0.0.1', String(primary.port)] });
  await untilCopied(primary);
  return { primary, replica };
}

/** By default long enough for a replica on a busy machine. */
const options = (url: string, timeoutMs = 1000): RedisStorageOptions => ({
  url,
  durability: { replicas: 1, timeoutMs },
});

describeWith('redis', 'a server with a replica', () => {
  test('resolves when the replica has it; if it has not, the call fails, though it was written', async () => {
    const { primary, replica } = await pair();
    const storage = testRedisStorage(options(primary.url));
    await storage.set('a/1', ONE);
    expect(await ask(replica, 'HGET', '{powerauth-wasm}:records', 'a/1')).toBe('\u0001');
    replica.pause();
    onTestFinished(() => replica.resume());
    const plain = testRedisStorage({ url: primary.url });
    for (const [i, write] of [
      () => storage.set('a/1', Uint8Array.of(2)),
      () => storage.update('a/1', () => Uint8Array.of(3)),
      () => storage.delete('a/2'),
      () => storage.delete('a/1'),
    ].entries()) {
      const error = await rejection(write());
      expect([i, error.code, error.message]).toEqual([i, 'UNKNOWN_ERROR', expect.stringMatching(TOO_FEW)]);
    }
    // It was carried out all the same, which the one who wrote may not rely on yet.
    expect(await plain.get('a/1')).toBe(undefined);
    expect((await rejection(storage.get('a/1'))).message).toMatch(
      /^Cannot read redis storage .* 0 of 1 replicas/,
    );
    // Other reading needs no replica.
    expect(await storage.get('a/3')).toBe(undefined);
    expect((await rejection(storage.lock('a/lock', async () => 'entered'))).message).toMatch(
      /^Cannot take a lock of redis storage at .* 0 of 1 replicas/,
    );
    replica.resume();
    await expect
      .poll(
        () =>
          storage.set('a/1', ONE).then(
            () => 'ok',
            () => 'no',
          ),
        { timeout: 5000 },
      )
      .toBe('ok');
    expect(await storage.get('a/1')).toEqual(ONE);
    expect(await storage.lock('a/lock', async () => 'entered')).toBe('entered');
  }, 60_000);

  test('a lock whose renewals no replica confirms is lost in time', async () => {
    const { primary, replica } = await pair();
    const storage = testRedisStorage(options(primary.url));
    onTestFinished(() => replica.resume());
    const startedAt = performance.now();
    await storage.lock('a/lock', async (lock) => {
      replica.pause();
      await expect.poll(() => lock.signal.aborted, { timeout: 9500 }).toBe(true);
      expect(await lock.isHeld?.()).toBe(false);
    });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  }, 20_000);

  test('many writes at once share their waits', async () => {
    const { primary, replica } = await pair();
    const storage = testRedisStorage(options(primary.url));
    await storage.get('a/0');
    const waits = async (): Promise<number> =>
      Number(/cmdstat_wait:calls=(\d+)/.exec(String(await ask(primary, 'INFO', 'commandstats')))?.[1] ?? 0);
    const before = await waits();
    await Promise.all(Array.from({ length: 200 }, (_, i) => storage.set(`a/${i}`, ONE)));
    expect((await waits()) - before).toBeLessThan(20);
    expect(await ask(replica, 'HLEN', '{powerauth-wasm}:records')).toBe(200);
    // Nor do they wait one after another for a replica that is silent.
    replica.pause();
    onTestFinished(() => replica.resume());
    const impatient = testRedisStorage(options(primary.url, 200));
    const startedAt = performance.now();
    const all = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => impatient.set(`a/${i}`, ONE)));
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
    // A hundred waits of 200 ms take 20 s.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  }, 30_000);

  test('an update that was not confirmed is not taken for what is there', async () => {
    const { primary, replica } = await pair();
    const storage = testRedisStorage(options(primary.url));
    await storage.set('a/1', ONE);
    replica.pause();
    onTestFinished(() => replica.resume());
    await rejection(storage.update('a/1', () => Uint8Array.of(2)));
    replica.resume();
    await sleep(300);
    const seen: (number | undefined)[] = [];
    await storage.update('a/1', (value) => {
      seen.push(value?.[0]);
      return Uint8Array.of(3);
    });
    expect(seen.at(-1)).toBe(2);
  });
});

describeWith('redis', 'a cluster', () => {
  test('waits for the replica of the shard that wrote', async () => {
    const cluster = await sharedCluster();
    const prefix = `durable-${nextInWorker('redis')}`;
    const storage = testRedisStorage({
      cluster: { rootNodes: cluster.rootNodes },
      prefix,
      durability: { replicas: 1, timeoutMs: 5000 },
    });
    const parts = manyParts(prefix);
    for (let i = 0; i < 20; i++) {
      const key = `instance ${i}/1`;
      await storage.set(key, ONE);
      const part = parts.of(key);
      const [replica] = await cluster.replicasOf(await cluster.primaryOf(part.slot));
      if (replica === undefined) throw new Error('expected a replica');
      const info = String(await ask(replica, 'INFO', 'keyspace'));
      expect(info).toContain('db0:');
    }
    // More than there are.
    const strict = testRedisStorage({
      cluster: { rootNodes: cluster.rootNodes },
      prefix,
      durability: { replicas: 2, timeoutMs: 100 },
    });
    expect((await rejection(strict.set('a/1', ONE))).message).toMatch(
      /only 1 of 2 replicas confirmed it within 100 ms/,
    );
  });
});
