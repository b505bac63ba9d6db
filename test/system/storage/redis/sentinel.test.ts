/** A store on the primary that Redis Sentinel names, while another one is named. */
import { expect, test } from 'vitest';
import { describeWith } from '../../../helpers/programs.ts';
import { ask } from '../../../helpers/redis-cluster.mjs';
import { sharedSentinel, testRedis, testRedisStorage, testSentinel } from '../../../helpers/redis.ts';
import { changesOf, rejection } from '../../../helpers/storage.ts';
import { nextInWorker } from '../../../helpers/worker.ts';
import { counting, numberOf } from './counting.ts';

const ONE = Uint8Array.of(1);

describeWith('redis', 'the primary that Sentinel names', () => {
  test('is killed: clear errors until another is named, then all works, and subscribers are told', async () => {
    const watched = await testSentinel();
    // The nearest sentinel is not the one to believe, nor need it answer.
    const sentinel = {
      ...watched.settings,
      sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }, ...watched.settings.sentinelRootNodes],
    };
    const storage = testRedisStorage({ sentinel });
    const changes = changesOf(testRedisStorage({ sentinel }));
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
    expect(await testRedisStorage({ sentinel }).get('a/1')).toEqual(Uint8Array.of(2));
  }, 60_000);

  test('is replaced while it works: nothing that was confirmed is lost, and it is left', async () => {
    const watched = await testSentinel();
    const options = { sentinel: watched.settings, durability: { replicas: 2, timeoutMs: 2000 } };
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
    const { settings, servers } = await sharedSentinel();
    const elsewhere = await testRedis();
    let port = servers[0]?.port ?? 0;
    // As after a failover of which the former primary has not heard.
    const prefix = `sentinel-${nextInWorker('redis')}`;
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
    const { settings, servers } = await sharedSentinel();
    const unknown = testRedisStorage({ sentinel: { ...settings, name: 'nobody' } });
    expect((await rejection(unknown.get('key'))).message).toMatch(
      /^Cannot open redis storage at nobody of sentinels 127.*: the sentinels watch no primary of that name; correct sentinel\.name/,
    );
    const [primary] = servers;
    const sentinelRootNodes = [{ host: '127.0.0.1', port: primary?.port ?? 0 }];
    const none = testRedisStorage({ sentinel: { name: 'mymaster', sentinelRootNodes } });
    expect((await rejection(none.get('key'))).message).toMatch(
      /the server isn't a Sentinel; correct sentinel\.sent/,
    );
    const replica = servers.find(({ port }) => port !== primary?.port);
    const stale = testRedisStorage({
      sentinel: { ...settings, nodeAddressMap: () => ({ host: '127.0.0.1', port: replica?.port ?? 0 }) },
    });
    expect((await rejection(stale.get('key'))).message).toMatch(
      /a read-only replica; connect to its primary/,
    );
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
