/** A cluster that doesn't serve all slots: clear errors in the meantime, and normal afterwards. */
import { beforeAll, expect, test } from 'vitest';
import { manyParts } from '../../../../src/storage/redis/layout.ts';
import type { PowerAuthStorage } from '../../../../src/storage/types.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { ask, type RedisCluster } from '../../../helpers/redis-cluster.mjs';
import { clusterWithoutReplicas, testRedisStorage } from '../../../helpers/redis.ts';
import { keysOf, rejection } from '../../../helpers/storage.ts';
import { nextInWorker } from '../../../helpers/worker.ts';

const ONE = Uint8Array.of(1);
const TWO = Uint8Array.of(2);

describeWith('redis', 'a cluster that does not serve all slots', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await clusterWithoutReplicas();
  });

  /** A storage with two records, which different nodes serve. */
  async function twoNodes() {
    const prefix = `down-${nextInWorker('redis')}`;
    const storage = testRedisStorage({ cluster: { rootNodes: cluster.rootNodes }, prefix });
    const parts = manyParts(prefix);
    const owner = await cluster.primaryOf(parts.of('a/1').slot);
    let elsewhere = 'b/0';
    for (let i = 0; (await cluster.primaryOf(parts.of(elsewhere).slot)) === owner; i++) {
      elsewhere = `b${i}/0`;
    }
    for (const key of ['a/1', elsewhere]) await storage.set(key, ONE);
    return { storage, prefix, owner, elsewhere, slot: parts.of('a/1').slot };
  }

  const everywhere = (...command: string[]): Promise<unknown[]> =>
    Promise.all(cluster.servers.map((server) => ask(server, ...command)));
  const states = async (): Promise<unknown[]> =>
    (await everywhere('CLUSTER', 'INFO')).map((info) => /cluster_state:(\w+)/.exec(String(info))?.[1]);
  const cover = (setting: 'yes' | 'no'): Promise<unknown> =>
    everywhere('CONFIG', 'SET', 'cluster-require-full-coverage', setting);

  const callsOf = (storage: PowerAuthStorage, key: string): Record<string, Promise<unknown>> => ({
    set: storage.set(key, TWO),
    get: storage.get(key),
    delete: storage.delete(key),
    update: storage.update(key, () => TWO),
    lock: storage.lock(key, async () => 'entered'),
  });

  test.each(['yes', 'no'] as const)(
    'a slot that nobody serves (cluster-require-full-coverage %s): CLUSTERDOWN is told, then all is normal',
    async (setting) => {
      const { storage, prefix, owner, elsewhere, slot } = await twoNodes();
      const fresh = testRedisStorage({ cluster: { rootNodes: cluster.rootNodes }, prefix });
      await cover(setting);
      try {
        await everywhere('CLUSTER', 'DELSLOTS', String(slot));
        await expect.poll(states).toEqual(Array(3).fill(setting === 'yes' ? 'fail' : 'ok'));
        // What the servers say.
        const direct = await rejection(ask(owner, 'HGET', manyParts(prefix).of('a/1').records, 'a/1'));
        expect(direct.message).toMatch(/^CLUSTERDOWN /);
        const outcomes = await Promise.all(
          Object.values({
            ...callsOf(storage, 'a/1'),
            ...{ fresh: fresh.get('a/1'), list: keysOf(storage) },
          }).map(rejection),
        );
        for (const { code, message } of outcomes) {
          expect(code).toBe('UNKNOWN_ERROR');
          expect(message).toMatch(
            /^Cannot [\w ]+ redis storage at .*cluster 127.*: no node serves these records now; wait for the failover, or check the cluster with redis-cli --cluster check$/,
          );
        }
        const other = await storage.get(elsewhere).then(
          (value) => value?.[0],
          (error: unknown) => String(error),
        );
        expect(other).toEqual(
          setting === 'no' ? 1 : expect.stringContaining('no node serves these records now'),
        );
      } finally {
        await ask(owner, 'CLUSTER', 'ADDSLOTS', String(slot));
        await cluster.settled();
        await cover('no');
      }
      // Nothing that failed was carried out, and nothing has to be opened again.
      expect(await storage.get('a/1')).toEqual(ONE);
      expect(await fresh.get('a/1')).toEqual(ONE);
      await Promise.all(Object.values(callsOf(storage, 'a/1')));
      expect(await storage.update('a/1', () => ONE)).toEqual(ONE);
      expect(await keysOf(storage)).toEqual(['a/1', elsewhere].sort());
    },
    60_000,
  );

  test('without a replica: the error names the remedy, and the other shards go on', async () => {
    const { storage, owner, elsewhere } = await twoNodes();
    await owner.stop('SIGKILL');
    const [failed, listed] = await Promise.all([
      rejection(storage.set('a/1', ONE)),
      rejection(keysOf(storage)),
    ]);
    expect(failed.message).toMatch(
      /^Cannot (?:open|write) redis storage at 127\.0\.0\.1:\d+ \(cluster 127.*\): (?:the connection was cut off|nobody listens there|no node serves these records now)/,
    );
    expect(listed.code).toBe('UNKNOWN_ERROR');
    await storage.set(elsewhere, TWO);
    await owner.start();
    await cluster.settled();
    expect(await storage.get('a/1')).toEqual(ONE);
    expect(await keysOf(storage)).toEqual(['a/1', elsewhere].sort());
  }, 60_000);
});
