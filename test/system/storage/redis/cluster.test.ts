/** A store in a Redis Cluster while slots move and nodes fall. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createCluster } from 'redis';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { manyParts } from '../../../../src/storage/redis/layout.ts';
import type { PowerAuthStorage } from '../../../../src/storage/types.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { ask, type RedisCluster } from '../../../helpers/redis-cluster.mjs';
import {
  clusterWithoutReplicas,
  sharedCluster,
  testRedis,
  testRedisStorage,
} from '../../../helpers/redis.ts';
import type { RedisServer } from '../../../helpers/redis-server.mjs';
import { changesOf, keysOf, rejection } from '../../../helpers/storage.ts';
import { nextInWorker } from '../../../helpers/worker.ts';
import { counting, numberOf } from './counting.ts';

const ONE = Uint8Array.of(1);

const newPrefix = (): string => `cluster-${nextInWorker('redis')}`;

/** A storage in a cluster, and the parts of its store. */
function open(cluster: RedisCluster, prefix = newPrefix()) {
  const storage = testRedisStorage({ cluster: { rootNodes: cluster.rootNodes }, prefix });
  return { storage, prefix, parts: manyParts(prefix) };
}

/** Another primary than the one that serves a slot. */
async function otherPrimary(cluster: RedisCluster, slot: number): Promise<RedisServer> {
  const present = await cluster.primaryOf(slot);
  const other = (await cluster.nodes()).find(({ isPrimary, port }) => isPrimary && port !== present.port);
  return cluster.serverOf(other?.port);
}

describeWith('redis', 'a store in a Redis Cluster', () => {
  let shared: RedisCluster;
  beforeAll(async () => {
    shared = await sharedCluster();
  });

  test('spreads over all shards, and list finds each name once', async () => {
    const { storage, prefix, parts } = open(shared);
    const keys = Array.from({ length: 600 }, (_, i) => `instance ${i % 60}/${i}`);
    await Promise.all(keys.map((key) => storage.set(key, ONE)));
    expect(await keysOf(storage)).toEqual([...keys].sort());
    const perNode = await Promise.all(
      (await shared.nodes())
        .filter(({ isPrimary }) => isPrimary)
        .map(
          async ({ port }) =>
            ((await ask(shared.serverOf(port), 'KEYS', `{${prefix}:*}:records`)) as string[]).length,
        ),
    );
    expect(perNode.length).toBe(3);
    for (const count of perNode) expect(count).toBeGreaterThan(5);
    expect(new Set(keys.map((key) => parts.of(key))).size).toBeGreaterThan(40);
    expect(await keysOf(storage, 'instance 7/')).toEqual(
      keys.filter((key) => key.startsWith('instance 7/')).sort(),
    );
    // Several instances, which are in several parts.
    const some = keys.filter((key) => key.startsWith('instance 1'));
    expect(await keysOf(storage, 'instance 1')).toEqual([...some].sort());
  });

  test('may be given as a client of createCluster', async () => {
    const { storage, prefix } = open(shared);
    await storage.set('key', ONE);
    const client = createCluster({ rootNodes: shared.rootNodes });
    expect(await testRedisStorage({ client, prefix }).get('key')).toEqual(ONE);
    expect(client.isOpen).toBe(false);
  });

  test('is found by way of one node, and through mapped addresses', async () => {
    const { storage, prefix } = open(shared);
    await storage.set('key', ONE);
    const asked: string[] = [];
    const mapped = testRedisStorage({
      prefix,
      cluster: {
        // The second one is gone.
        rootNodes: [...shared.rootNodes.slice(0, 1), { url: 'redis://127.0.0.1:1' }],
        nodeAddressMap: (address) => {
          asked.push(address);
          return { host: 'localhost', port: Number(address.split(':')[1]) };
        },
      },
    });
    expect(await mapped.get('key')).toEqual(ONE);
    expect(asked.length).toBe(1);
  });

  test('refuses writes under a lock that is in another part, once somebody else holds it', async () => {
    const { storage, parts, prefix } = open(shared);
    expect(parts.of('lock')).not.toBe(parts.of('a/1'));
    const other = testRedisStorage({ cluster: { rootNodes: shared.rootNodes }, prefix });
    const outcome = rejection(
      storage.lock('lock', async (lock) => {
        await storage.set('a/1', ONE);
        await storage.update('a/1', () => Uint8Array.of(2));
        // As if it had not answered for so long that somebody else took the lock.
        await ask(await shared.primaryOf(parts.of('lock').slot), 'HDEL', parts.of('lock').locks, 'lock');
        await other.lock('lock', async () => {
          await expect(storage.update('a/1', () => Uint8Array.of(3))).rejects.toMatchObject({
            code: 'OPERATION_CANCELED',
          });
          expect(lock.signal.aborted).toBe(true);
        });
        await storage.set('a/1', Uint8Array.of(4));
      }),
    );
    expect(await outcome).toMatchObject({ code: 'OPERATION_CANCELED' });
    expect(await storage.get('a/1')).toEqual(Uint8Array.of(2));
  });

  test('gives a lock that a failover brings back, back again', async () => {
    const { storage, parts } = open(shared);
    storage.subscribe(() => undefined);
    const { locks, slot } = parts.of('a/lock');
    const primary = await shared.primaryOf(slot);
    const ticket = async (): Promise<unknown> => ask(primary, 'HGET', locks, 'a/lock');
    const before = await storage.lock('a/lock', ticket);
    expect(await ticket()).toBe(null);
    // The state of a replica that had the ticket, and not yet its release.
    await ask(primary, 'HSET', locks, 'a/lock', String(before));
    for (const kind of ['normal', 'pubsub']) await ask(primary, 'CLIENT', 'KILL', 'TYPE', kind);
    // Nobody else removes it: a ticket whose lease is over stays until somebody wants the lock.
    await expect.poll(ticket, { timeout: 10_000 }).toBe(null);
  });

  test('a server that is no node, and a node that is used as a server, are told', async () => {
    const single = await testRedis();
    const storage = testRedisStorage({ cluster: { rootNodes: [{ url: single.url }] } });
    const nowhere = testRedisStorage({
      cluster: { rootNodes: [{ url: 'redis://user:geheim@127.0.0.1:1' }] },
    });
    const [node] = shared.rootNodes;
    const direct = testRedisStorage({ url: node?.url ?? '' });
    // Each takes a while to give up.
    const [noNode, nobody, ...outcomes] = await Promise.all(
      [storage.get('key'), nowhere.get('key'), ...['a', 'b', 'c'].map((key) => direct.get(key))].map(
        rejection,
      ),
    );
    expect(noNode?.message).toMatch(
      /^Cannot open redis storage at cluster 127\.0\.0\.1:\d+: the server isn't a node of a Redis Cluster; pass its address as url/,
    );
    expect(outcomes.length).toBe(3);
    for (const { message } of outcomes) {
      expect(message).toMatch(
        /the server is a node of a Redis Cluster; pass cluster: \{ rootNodes \} instead/,
      );
    }
    expect(nobody?.message).toMatch(
      /^Cannot open redis storage at cluster 127\.0\.0\.1:1: nobody listens there/,
    );
    expect(nobody?.message).not.toContain('geheim');
  });

  test('with a user who may use this store and nothing else; a missing right is named', async () => {
    const prefix = newPrefix();
    // As docs/storage.md has it.
    const rights = `~{${prefix}:*}:* &{${prefix}:*}:* +eval +evalsha +hget +hset +hdel +zadd +zrem +zrangebylex +get +set +type +time +spublish +ssubscribe +ping +hello +asking +cluster|slots +cluster|info`;
    const allow = (user: string, ...more: string[]): Promise<unknown> =>
      Promise.all(
        shared.servers.map((server) =>
          ask(server, 'ACL', 'SETUSER', user, 'reset', 'on', '>geheim', ...rights.split(' '), ...more),
        ),
      );
    await allow(`app-${prefix}`);
    await allow(`less-${prefix}`, '-spublish');
    const as = (username: string): PowerAuthStorage =>
      testRedisStorage({
        prefix,
        cluster: { rootNodes: shared.rootNodes, defaults: { username, password: 'geheim' } },
      });
    const storage = as(`app-${prefix}`);
    const changes = changesOf(as(`app-${prefix}`));
    await sleep(500);
    await storage.lock('a/lock', async () => storage.update('a/1', () => ONE));
    expect(await keysOf(storage)).toEqual(['a/1']);
    await expect.poll(() => changes).toContainEqual(['a/1']);
    expect((await rejection(as(`less-${prefix}`).get('a/1'))).message).toMatch(/may not use spublish\b/);
    expect((await rejection(as('nobody').get('a/1'))).message).toMatch(/refused the login/);
  });
});

describeWith('redis', 'a cluster whose slots move', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await clusterWithoutReplicas();
  });

  test('under load: no update is lost, names are listed once, and notices arrive', async () => {
    const { storage, parts, prefix } = open(cluster);
    const other = open(cluster, prefix).storage;
    const keys = Array.from({ length: 40 }, (_, i) => `instance ${i}/record`);
    await Promise.all(keys.map((key) => storage.set(key, ONE)));
    const changes = changesOf(other);
    await keysOf(other);
    const counters = [counting(storage, 'instance 0/counter'), counting(storage, 'instance 1/counter')];
    const moving = [
      ...new Set(['instance 0/', 'instance 1/', 'instance 2/'].map((key) => parts.of(key).slot)),
    ];
    for (const slot of moving) {
      await cluster.moveSlot(slot, await otherPrimary(cluster, slot), {
        // While the keys are at the new node, and the old one still is the owner.
        inTheMiddle: async () => {
          const before = counters.map(({ state }) => state.confirmed);
          expect((await keysOf(storage, 'instance')).filter((key) => key.endsWith('record'))).toEqual(
            [...keys].sort(),
          );
          await expect
            .poll(() => counters.every(({ state }, i) => state.confirmed > (before[i] ?? 0)), {
              timeout: 5000,
            })
            .toBe(true);
          changes.length = 0;
          await storage.set('instance 2/record', Uint8Array.of(2));
          await expect
            .poll(() => changes.some((change) => change === 'all' || change.includes('instance 2/record')), {
              timeout: 1000,
            })
            .toBe(true);
        },
      });
    }
    for (const [i, counter] of counters.entries()) {
      const { confirmed, errors } = await counter.stop();
      expect([...errors]).toEqual([]);
      expect(confirmed).toBeGreaterThan(10);
      expect(numberOf(await other.get(`instance ${i}/counter`))).toBe(confirmed);
    }
    // Those who had subscribed at the old node.
    await expect.poll(() => changes, { timeout: 3000 }).toContain('all');
    changes.length = 0;
    // Another node may have moved slots as well, and is listened to anew: a change in between is one of 'all'.
    await expect
      .poll(
        async () => {
          await storage.set('instance 2/record', Uint8Array.of(3));
          return changes.flat();
        },
        { timeout: 5000, interval: 200 },
      )
      .toContain('instance 2/record');
    expect((await keysOf(other, 'instance')).filter((key) => key.endsWith('record'))).toEqual(
      [...keys].sort(),
    );
  }, 60_000);

  test('a slot that comes back brings its subscribers back', async () => {
    const { storage, parts, prefix } = open(cluster);
    const other = open(cluster, prefix).storage;
    const { slot } = parts.of('a/1');
    const home = await cluster.primaryOf(slot);
    const changes = changesOf(other);
    await other.get('a/1');
    for (const to of [await otherPrimary(cluster, slot), home]) {
      changes.length = 0;
      await cluster.moveSlot(slot, to);
      await expect.poll(() => changes, { timeout: 3000 }).toContain('all');
    }
    await sleep(1000);
    changes.length = 0;
    await storage.set('a/1', ONE);
    await expect.poll(() => changes.flat(), { timeout: 1000 }).toContain('a/1');
  }, 60_000);

  test('between the reading and the writing of an update: it is made once, of what was there', async () => {
    const { storage, parts, prefix } = open(cluster);
    const other = open(cluster, prefix).storage;
    await storage.set('a/1', ONE);
    const { slot } = parts.of('a/1');
    let calls = 0;
    const next = async (current: Uint8Array | undefined): Promise<Uint8Array> => {
      if (++calls === 1) {
        await cluster.moveSlot(slot, await otherPrimary(cluster, slot));
        // Somebody else, who has found the new node before.
        await other.update('a/1', (value) => Uint8Array.of((value?.[0] ?? 0) + 10));
      }
      return Uint8Array.of((current?.[0] ?? 0) + 1);
    };
    await storage.lock('a/lock', async () => {
      expect(await storage.update('a/1', next)).toEqual(Uint8Array.of(12));
    });
    expect(calls).toBe(2);
    expect(await other.get('a/1')).toEqual(Uint8Array.of(12));
  }, 60_000);

  test('a part that has moved halfway: the error says so, and it works again afterwards', async () => {
    const { storage, parts } = open(cluster);
    await storage.set('a/1', ONE);
    const { slot, records } = parts.of('a/1');
    const from = await cluster.primaryOf(slot);
    const to = await otherPrimary(cluster, slot);
    const [fromId, toId] = (await Promise.all(
      [from, to].map((server) => ask(server, 'CLUSTER', 'MYID')),
    )) as string[];
    await ask(to, 'CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', String(fromId));
    await ask(from, 'CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', String(toId));
    await ask(from, 'MIGRATE', '127.0.0.1', String(to.port), records, '0', '5000');
    expect((await rejection(storage.set('a/1', ONE))).message).toMatch(
      /these records are being moved to another node; try again soon, or end an interrupted move/,
    );
    expect(await storage.get('a/1')).toEqual(ONE);
    await ask(to, 'CLUSTER', 'SETSLOT', String(slot), 'STABLE');
    await ask(from, 'CLUSTER', 'SETSLOT', String(slot), 'STABLE');
    await cluster.moveSlot(slot, to);
    await storage.set('a/1', Uint8Array.of(2));
    expect(await storage.get('a/1')).toEqual(Uint8Array.of(2));
  }, 60_000);
});

describeWith('redis', 'a cluster whose primary falls', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await sharedCluster();
  });
  // Others share it.
  afterEach(() => cluster.settled());

  test('clear errors until its replica is promoted, then all works, and subscribers are told', async () => {
    const { storage, parts, prefix } = open(cluster);
    const other = open(cluster, prefix).storage;
    const changes = changesOf(other);
    const counter = counting(storage, 'a/counter');
    await expect.poll(() => counter.state.confirmed, { timeout: 10_000 }).toBeGreaterThan(20);
    await keysOf(other);
    const fallen = await cluster.primaryOf(parts.of('a/counter').slot);
    const [replica] = await cluster.replicasOf(fallen);
    await fallen.stop('SIGKILL');
    const before = counter.state.confirmed;
    await expect.poll(() => counter.state.confirmed, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    expect(await cluster.primaryOf(parts.of('a/counter').slot)).toBe(replica);
    await expect.poll(() => changes, { timeout: 5000 }).toContain('all');
    changes.length = 0;
    await storage.set('a/1', ONE);
    await expect.poll(() => changes.flat(), { timeout: 1000 }).toContain('a/1');
    // The former primary comes back as a replica, and nobody uses it.
    await fallen.start();
    await cluster.settled();
    const { errors, confirmed } = await counter.stop();
    for (const error of errors) {
      expect(error).toMatch(
        /^UNKNOWN_ERROR: Cannot (?:open|read|write) redis storage at .*(?:cut off|nobody listens there|no node serves|no answer)/,
      );
    }
    expect(numberOf(await other.get('a/counter'))).toBe(confirmed);
  }, 60_000);

  test('replaced by hand while it works: nothing is refused', async () => {
    const { storage, parts, prefix } = open(cluster);
    const other = open(cluster, prefix).storage;
    const changes = changesOf(other);
    const counter = counting(storage, 'a/counter');
    await expect.poll(() => counter.state.confirmed, { timeout: 10_000 }).toBeGreaterThan(20);
    await other.get('a/1');
    const [replica] = await cluster.replicasOf(await cluster.primaryOf(parts.of('a/1').slot));
    if (replica === undefined) throw new TypeError('expected a replica');
    await ask(replica, 'CLUSTER', 'FAILOVER');
    await expect.poll(() => cluster.primaryOf(parts.of('a/1').slot), { timeout: 10_000 }).toBe(replica);
    const before = counter.state.confirmed;
    await expect.poll(() => counter.state.confirmed, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    const { errors, confirmed } = await counter.stop();
    expect([...errors]).toEqual([]);
    expect(numberOf(await other.get('a/counter'))).toBe(confirmed);
    await expect.poll(() => changes, { timeout: 5000 }).toContain('all');
  }, 60_000);
});
