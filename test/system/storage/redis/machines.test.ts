/** Processes that cannot see each other, as on two machines: all that they share is the Redis server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { apart } from '../../../helpers/apart.ts';
import { buildChild, Child } from '../../../helpers/child.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { testRedis, testRedisStorage } from '../../../helpers/redis.ts';

const under = apart();

describeWith('redis', 'on a Redis server', () => {
  test('a lock is free within 10 s when its holder on another machine is killed', async ({ skip }) => {
    if (under === undefined) return skip('process namespaces are not permitted here');
    const script = await buildChild(new URL('../storage-child.ts', import.meta.url));
    const server = await testRedis();
    const holder = new Child({ script, under }, 'hold', server.url, 'lock');
    expect(await holder.receive()).toBe('asking');
    expect(await holder.receive()).toBe('held');
    const storage = testRedisStorage({ url: server.url });
    const free = storage.lock('lock', async () => 'free');
    // Longer than a lease: as long as the holder lives, it keeps the lock.
    expect(await Promise.race([free, sleep(9000, 'held')])).toBe('held');
    await holder.kill();
    expect(await Promise.race([free, sleep(10_000, 'held')])).toBe('free');
  }, 60_000);
});
