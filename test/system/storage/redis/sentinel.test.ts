/** A store on the primary that Redis Sentinel names, while another one is named. */
import { expect, test } from 'vitest';
import type { RedisStorageOptions } from '../../../../src/storage/redis.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { ask } from '../../../helpers/redis-cluster.mjs';
import { sharedSentinel, testRedis, testRedisStorage } from '../../../helpers/redis.ts';
import { changesOf, rejection } from '../../../helpers/storage.ts';
import { nextInWorker } from '../../../helpers/worker.ts';
import { counting, numberOf } from './counting.ts';

const ONE = Uint8Array.of(1);

const newPrefix = (): string => `sentinel-${nextInWorker('redis')}`;

describeWith('redis', 'the primary that Sentinel names', () => {
  test('is killed: clear errors until another is named, then all works, and subscribers are told', async () => {
    const watched = await sharedSentinel();
    // The nearest sentinel is not the one to believe, nor need it answer.
    const sentinel = {
      ...watched.settings,
      sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }, ...watched.settings.sentinelRootNodes],
    };
    const options = { sentinel, prefix: newPrefix() };
    const storage = testRedisStorage(options);
    const changes = changesOf(testRedisStorage(options));
    const counter = counting(storage, 'a/counter');
    await expect.poll(() => counter.state.confirmed, { timeout: 10_000 }).toBeGreaterThan(20);
    const fallen = await watched.primary();
    await fallen.stop('SIGKILL');
    const before = counter.state.confirmed;
    await expect.poll(() => counter.state.confirmed, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    expect(await watched.primary()).not.toBe(fallen);
    await expect.poll(() => changes, { timeout: 5000 }).toContain('all');
    changes.length = 0;
    await storage.set('a/1', ONE);
    await expect.poll(() => changes.flat(), { timeout: 1000 }).toContain('a/1');
    const { errors } = await counter.stop();
    for (const error of errors) {
      expect(error).toMatch(
        /^UNKNOWN_ERROR: Cannot (?:open|read|write) redis storage at 127.* \(mymaster of sentinels 127.*\): .*(?:cut off|nobody listens there|no answer|a read-only replica)/,
      );
    }
    // The former one comes back, and is told to follow: nobody uses it.
    await fallen.start();
    await watched.settled();
    await storage.set('a/1', Uint8Array.of(2));
    expect(await testRedisStorage(options).get('a/1')).toEqual(Uint8Array.of(2));
  }, 60_000);

  test('is replaced while it works: nothing that was confirmed is lost, and it is left', async () => {
    const watched = await sharedSentinel();
    const options = {
      ...{ sentinel: watched.settings, prefix: newPrefix() },
      durability: { replicas: 2, timeoutMs: 2000 },
    };
    const storage = testRedisStorage(options);
    const changes = changesOf(testRedisStorage(options));
    const counter = counting(storage, 'a/counter');
    await expect.poll(() => counter.state.confirmed, { timeout: 10_000 }).toBeGreaterThan(20);
    const former = await watched.primary();
    await watched.failover();
    await expect.poll(() => watched.primary().catch(() => former), { timeout: 20_000 }).not.toBe(former);
    await watched.settled({ besides: former });
    const before = counter.state.confirmed;
    await expect.poll(() => counter.state.confirmed, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    const { confirmed } = await counter.stop();
    expect(numberOf(await testRedisStorage(options).get('a/counter'))).toBe(confirmed);
    await expect.poll(() => changes, { timeout: 5000 }).toContain('all');
  }, 60_000);

  test('is left when it still works, but Sentinel names another one', async () => {
    const watched = await sharedSentinel();
    const { settings } = watched;
    const elsewhere = await testRedis();
    let { port } = await watched.primary();
    // As after a failover of which the former primary has not heard.
    const prefix = newPrefix();
    const storage = testRedisStorage({
      prefix,
      sentinel: { ...settings, nodeAddressMap: () => ({ host: '127.0.0.1', port }) },
    });
    const changes = changesOf(storage);
    await storage.set('a/1', ONE);
    port = elsewhere.port;
    await expect.poll(() => changes, { timeout: 5000 }).toContain('all');
    expect(await storage.get('a/1')).toBe(undefined);
  });

  test('unknown names, servers that watch nothing, and replicas are told', async () => {
    const watched = await sharedSentinel();
    const { settings, servers } = watched;
    const primary = await watched.primary();
    const at = (port = 0) => ({ host: '127.0.0.1', port });
    const replica = servers.find(({ port }) => port !== primary.port);
    const sentinels: Required<RedisStorageOptions>['sentinel'][] = [
      { ...settings, name: 'nobody' },
      { name: 'mymaster', sentinelRootNodes: [at(primary.port)] },
      { ...settings, nodeAddressMap: () => at(replica?.port) },
    ];
    // Each takes a while to give up.
    const outcomes = await Promise.all(
      sentinels.map((sentinel) => rejection(testRedisStorage({ sentinel }).get('key'))),
    );
    expect(outcomes.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^Cannot open redis storage at nobody of sentinels 127.*: the sentinels watch no primary of that name; correct sentinel\.name/,
      ),
      expect.stringMatching(/the server isn't a Sentinel; correct sentinel\.sent/),
      expect.stringMatching(/a read-only replica; connect to its primary/),
    ]);
  }, 20_000);

  test('requires a login, as its sentinels do', async () => {
    const server = await testRedis();
    await ask(server, 'CONFIG', 'SET', 'requirepass', 'geheim');
    const { settings, sentinels } = await sharedSentinel();
    for (const sentinel of sentinels) {
      await ask(
        sentinel,
        'ACL',
        'SETUSER',
        'app',
        'reset',
        'on',
        '>watch',
        '-@all',
        '+hello',
        '+sentinel|master',
      );
    }
    const options = {
      ...settings,
      nodeAddressMap: () => ({ host: '127.0.0.1', port: server.port }),
      sentinelClientOptions: { username: 'app', password: 'watch' },
    };
    const storage = testRedisStorage({
      sentinel: { ...options, nodeClientOptions: { password: 'geheim', database: 3 } },
    });
    await storage.set('key', ONE);
    expect(await testRedisStorage({ url: `redis://:geheim@127.0.0.1:${server.port}/3` }).get('key')).toEqual(
      ONE,
    );
    const { message } = await rejection(testRedisStorage({ sentinel: options }).get('key'));
    expect(message).toMatch(/requires a login/);
    expect(message).not.toContain('watch:');
  });
});
