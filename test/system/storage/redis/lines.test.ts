/** Redis behind slow lines, failovers and busy threads. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { expect, onTestFinished, test } from 'vitest';
import { PowerAuthAuthentication } from '../../../../src/index.ts';
import { activate, testClient, testServer } from '../../../helpers/client.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { ask } from '../../../helpers/redis-cluster.mjs';
import { askRedis, testRedis, testRedisStorage } from '../../../helpers/redis.ts';
import { changesOf, rejection } from '../../../helpers/storage.ts';
import { testWire, type Wire } from '../../fleet/wire.ts';

const ONE = Uint8Array.of(1);
const next = (current: Uint8Array | undefined): Uint8Array => Uint8Array.of((current?.[0] ?? 0) + 1);

/** A server at the end of a wire. */
async function wired(): Promise<{ redis: Awaited<ReturnType<typeof testRedis>>; wire: Wire }> {
  const redis = await testRedis();
  return { redis, wire: await testWire(redis.port) };
}

describeWith('redis', 'a Redis server at the end of a slow line', () => {
  test('opens in two round trips, each with its own patience', async () => {
    const { wire } = await wired();
    wire.delay(5);
    expect(await testRedisStorage({ url: wire.url }).get('key')).toBeUndefined();
    // Login; subscriptions and looks; the read.
    expect(wire.trips()).toBe(3);
    // Three answers, each well within 4 s, and all of them together not.
    wire.delay(800);
    const started = performance.now();
    expect(await testRedisStorage({ url: wire.url }).get('key')).toBeUndefined();
    expect(performance.now() - started).toBeGreaterThan(4000);
  }, 15_000);

  test('updates of one record that come together share their round trips', async () => {
    const { redis, wire } = await wired();
    const storage = testRedisStorage({ url: wire.url });
    await storage.get('key');
    wire.delay(5);
    wire.trips();
    const results = await Promise.all(Array.from({ length: 40 }, () => storage.update('key', next)));
    expect(results.map((value) => value?.[0])).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    // Read; write, sent by its hash and then whole.
    expect(wire.trips()).toBeLessThanOrEqual(3);
    expect(await testRedisStorage({ url: redis.url }).get('key')).toEqual(Uint8Array.of(40));
    // What was written last need not be read.
    wire.trips();
    await storage.update('key', next);
    expect(wire.trips()).toBe(1);
    // Somebody else was faster: the refusal brings what is there.
    await testRedisStorage({ url: redis.url }).set('key', Uint8Array.of(100));
    wire.trips();
    expect(await storage.update('key', next)).toEqual(Uint8Array.of(101));
    expect(wire.trips()).toBeLessThanOrEqual(2);
  });

  test('40 signatures at once take a few round trips, and no counter value twice', async () => {
    const { wire } = await wired();
    const server = await testServer();
    const powerAuth = await testClient(server, { storage: testRedisStorage({ url: wire.url }) });
    await activate(server, powerAuth);
    await powerAuth.requestSignature(PowerAuthAuthentication.possession(), 'POST', '/x');
    wire.delay(100);
    wire.trips();
    const headers = await Promise.all(
      Array.from({ length: 40 }, () =>
        powerAuth.requestSignature(PowerAuthAuthentication.possession(), 'POST', '/x', 'body'),
      ),
    );
    expect(new Set(headers.map(({ value }) => value)).size).toBe(40);
    // One after another, with a read and a write each, it would be 80.
    expect(wire.trips()).toBeLessThanOrEqual(10);
  });
});

describeWith('redis', 'updates of a record on Redis', () => {
  test('that fail leave those that came with them alone', async () => {
    const { wire } = await wired();
    const storage = testRedisStorage({ url: wire.url });
    await storage.set('key', Uint8Array.of(10));
    const outcomes = await Promise.allSettled([
      storage.update('key', next),
      storage.update('key', () => Promise.reject(new Error('mine'))),
      storage.update('key', next),
      storage.update('key', () => 'no bytes' as unknown as Uint8Array),
      storage.update('key', () => undefined),
      storage.update('key', (current) => current ?? ONE),
    ]);
    expect(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? 'rejected' : outcome.value?.[0])),
    ).toEqual([11, 'rejected', 12, 'rejected', undefined, 1]);
    expect(await storage.get('key')).toEqual(ONE);
  });

  test('that fail on what was remembered look at what is there', async () => {
    const { redis, wire } = await wired();
    const storage = testRedisStorage({ url: wire.url });
    await storage.update('key', () => ONE);
    // The notice is on its way for longer than the update needs.
    wire.delay(20);
    await testRedisStorage({ url: redis.url }).delete('key');
    const seen: unknown[] = [];
    const made = await storage.update('key', (current) => {
      seen.push(current?.[0]);
      if (current !== undefined) throw new Error('there already');
      return Uint8Array.of(7);
    });
    expect(made).toEqual(Uint8Array.of(7));
    expect(seen.at(-1)).toBeUndefined();
    const failed = rejection(
      storage.update('key', (current) => {
        throw new Error(`found ${String(current?.[0])}`);
      }),
    );
    expect((await failed).message).toBe('found 7');
  });

  test('that wait for one another come to an end', async () => {
    const storage = testRedisStorage({ url: (await wired()).wire.url });
    const first = storage.update('key', next);
    const second = storage.update('key', async (current) => {
      await first;
      return next(current);
    });
    expect(await second).toEqual(Uint8Array.of(2));
    expect(await first).toEqual(ONE);
  });

  test('rely on the locks of the code that called, and on no others', async () => {
    const { redis } = await wired();
    const storage = testRedisStorage({ url: redis.url });
    await storage.set('key', ONE);
    let open = (): void => undefined;
    const lost = new Promise<void>((resolve) => (open = resolve));
    const outside = lost.then(() => storage.update('key', next));
    const inside = await storage.lock('lock', async () => {
      await askRedis(redis, ['HDEL', '{powerauth-wasm}:locks', 'lock']);
      open();
      // Both come together, and share what they send.
      const [one] = await Promise.all([rejection(storage.update('key', next)), outside]);
      return one;
    });
    expect(inside).toMatchObject({ code: 'OPERATION_CANCELED' });
    expect(await storage.get('key')).toEqual(Uint8Array.of(2));
  });
});

describeWith('redis', 'a lock that ends while the line is cut', () => {
  test('is free soon after the line is back, though nobody calls', async () => {
    const { redis, wire } = await wired();
    const storage = testRedisStorage({ url: wire.url });
    const ticket = (): Promise<unknown> => ask(redis, 'HGET', '{powerauth-wasm}:locks', 'lock');
    expect(
      await storage.lock('lock', async () => {
        wire.cut();
        return 'done';
      }),
    ).toBe('done');
    expect(await ticket()).toContain('deadline');
    wire.mend();
    // Without it the ticket stays until somebody else wants the lock, for a lease.
    await expect.poll(ticket, { timeout: 8000 }).toBe(null);
  });
});

describeWith('redis', 'a lock that a failover brings back', () => {
  const LOCKS = '{powerauth-wasm}:locks';

  test('is given back again, though nobody wants it here', async () => {
    const { redis, wire } = await wired();
    const [storage, other] = [testRedisStorage({ url: wire.url }), testRedisStorage({ url: redis.url })];
    storage.subscribe(() => undefined);
    const ticket = (): Promise<string | null> => ask(redis, 'HGET', LOCKS, 'lock');
    const before = await storage.lock('lock', ticket);
    expect(await ticket()).toBe(null);
    wire.cut();
    // The state of a replica that had the ticket, and not yet its release.
    await ask(redis, 'HSET', LOCKS, 'lock', String(before));
    wire.mend();
    // Nobody else removes it: a ticket whose lease is over stays until somebody wants the lock.
    await expect.poll(ticket, { timeout: 10_000 }).toBe(null);
    expect(await other.lock('lock', async () => 'free')).toBe('free');
  });

  test('is given back also by a call that failed while it waited, and could not say so', async () => {
    const { redis, wire } = await wired();
    const [storage, other] = [testRedisStorage({ url: wire.url }), testRedisStorage({ url: redis.url })];
    storage.subscribe(() => undefined);
    const tickets = async (): Promise<number> =>
      (JSON.parse((await ask(redis, 'HGET', LOCKS, 'lock')) as string) as unknown[]).length;
    await other.lock('lock', async () => {
      const waiting = rejection(storage.lock('lock', async () => undefined));
      await expect.poll(tickets).toBe(2);
      wire.cut();
      expect(await waiting).toMatchObject({ code: 'UNKNOWN_ERROR' });
      expect(await tickets()).toBe(2);
      wire.mend();
      await expect.poll(tickets, { timeout: 10_000 }).toBe(1);
    });
  });

  test('wakes the next one in line, when its turn has come by that', async () => {
    const { redis, wire } = await wired();
    const [storage, other] = [testRedisStorage({ url: wire.url }), testRedisStorage({ url: redis.url })];
    storage.subscribe(() => undefined);
    const tickets = async (): Promise<{ id: string }[]> => {
      const json = (await ask(redis, 'HGET', LOCKS, 'lock')) as string | null;
      return JSON.parse(json ?? '[]') as { id: string }[];
    };
    const [first] = await storage.lock('lock', tickets);
    wire.cut();
    await ask(redis, 'HSET', LOCKS, 'lock', JSON.stringify([first]));
    const woken = await createClient({ url: redis.url }).connect();
    onTestFinished(() => woken.destroy());
    const told: string[] = [];
    await woken.subscribe('{powerauth-wasm}:wakes', (id) => told.push(id));
    const taken = other.lock('lock', tickets);
    await expect.poll(async () => (await tickets()).length).toBe(2);
    const [, second] = await tickets();
    wire.mend();
    expect((await taken).map(({ id }) => id)).toEqual([second?.id]);
    await expect.poll(() => told).toEqual([second?.id]);
  });
});

describeWith('redis', 'a primary that becomes a replica while connections stay', () => {
  test('is left for the new one, without an error', async () => {
    const primary = await testRedis();
    const replica = await testRedis({ args: ['--replicaof', '127.0.0.1', String(primary.port)] });
    const wire = await testWire(primary.port);
    const storage = testRedisStorage({ url: wire.url });
    const changes = changesOf(storage);
    await storage.update('key', () => ONE);
    const copy = testRedisStorage({ url: replica.url });
    await expect.poll(() => copy.get('key').catch(() => undefined), { timeout: 15_000 }).toEqual(ONE);
    await askRedis(replica, ['REPLICAOF', 'NO', 'ONE']);
    await askRedis(primary, ['REPLICAOF', '127.0.0.1', String(replica.port)]);

    // The address still leads to the old one: the remedy is said.
    expect((await rejection(storage.set('key', ONE))).message).toMatch(/read-only replica; connect to its/);
    wire.lead(replica.port);
    const written = await Promise.all([
      storage.set('set', ONE),
      storage.update('key', next),
      storage.lock('lock', async () => storage.update('counter', next)),
    ]);
    expect(written).toEqual([undefined, Uint8Array.of(2), ONE]);
    expect(await testRedisStorage({ url: replica.url }).get('key')).toEqual(Uint8Array.of(2));
    // Notices may have been missed, and those of the new one are heard.
    await expect.poll(() => changes.includes('all')).toBe(true);
    await testRedisStorage({ url: replica.url }).set('heard', ONE);
    await expect.poll(() => changes.some((change) => change.includes('heard'))).toBe(true);
  }, 30_000);

  test('is not connected to again and again, by somebody who holds a lock', async () => {
    const primary = await testRedis();
    const replica = await testRedis({ args: ['--replicaof', '127.0.0.1', String(primary.port)] });
    const wire = await testWire(primary.port);
    const storage = testRedisStorage({ url: wire.url });
    storage.subscribe(() => undefined);
    await storage.set('key', ONE);
    const copy = testRedisStorage({ url: replica.url });
    await expect.poll(() => copy.get('key').catch(() => undefined), { timeout: 15_000 }).toEqual(ONE);
    const connections = async (): Promise<number> =>
      Number(/total_connections_received:(\d+)/.exec(String(await ask(replica, 'INFO', 'stats')))?.[1]);
    await storage.lock('lock', async () => {
      wire.lead(replica.port);
      const before = await connections();
      const began = performance.now();
      await primary.stop('SIGKILL');
      await sleep(1500);
      // A look each second, the renewals, and our own.
      const seconds = (performance.now() - began) / 1000;
      expect((await connections()) - before).toBeLessThan(10 + 10 * seconds);
      await ask(replica, 'REPLICAOF', 'NO', 'ONE');
    });
    expect(await storage.update('key', next)).toEqual(Uint8Array.of(2));
  }, 30_000);

  test('is left also by a call in the middle of which it changed', async () => {
    const { redis, wire } = await wired();
    const other = await testRedis();
    const storage = testRedisStorage({ url: wire.url });
    await storage.set('key', ONE);
    // Nothing is to be copied: both are empty but for this key.
    await askRedis(redis, ['REPLICAOF', '127.0.0.1', '1']);
    wire.lead(other.port);
    await storage.set('key', Uint8Array.of(2));
    expect(await testRedisStorage({ url: other.url }).get('key')).toEqual(Uint8Array.of(2));
  });
});

describeWith('redis', 'a Redis server whose clock was set back', () => {
  test('keeps the lock of a dead holder no longer than a lease', async () => {
    const redis = await testRedis();
    const storage = testRedisStorage({ url: redis.url });
    await storage.get('key');
    const client = await createClient({ url: redis.url }).connect();
    onTestFinished(() => client.destroy());
    const locks = '{powerauth-wasm}:locks';
    // Of a process of another machine, that took the lock an hour ahead and died.
    const dead = { id: 'dead', pid: 1, place: 'elsewhere', deadline: Date.now() + 3_600_000 };
    await client.hSet(locks, 'lock', JSON.stringify([dead]));
    const taken = storage.lock('lock', async () => 'taken');
    const left = async (): Promise<number> => {
      const tickets = JSON.parse((await client.hGet(locks, 'lock')) ?? '[]') as {
        id: string;
        deadline: number;
      }[];
      return (tickets.find(({ id }) => id === 'dead')?.deadline ?? 0) - Date.now();
    };
    await expect.poll(left, { interval: 20 }).toBeLessThanOrEqual(8000);
    // And no longer with each look of those who wait.
    const first = await left();
    await new Promise((resolve) => setTimeout(resolve, 1700));
    expect(await left()).toBeLessThan(first - 1000);
    // The rest of the lease need not be waited for.
    await client.hSet(locks, 'lock', JSON.stringify([{ ...dead, deadline: Date.now() - 1 }]));
    expect(await taken).toBe('taken');
  });
});

describeWith('redis', 'a busy thread', () => {
  test('hears the answers that came in the meantime', async () => {
    const redis = await testRedis();
    const storage = testRedisStorage({ url: redis.url });
    await storage.set('key', ONE);
    const block = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    const reading = storage.get('key');
    block(4600);
    expect(await reading).toEqual(ONE);
  }, 20_000);
});
