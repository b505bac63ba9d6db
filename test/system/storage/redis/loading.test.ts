/** A server that loads its data after a restart: clear errors in the meantime, and normal afterwards. */
import { expect, test } from 'vitest';
import { describeWith } from '../../../helpers/programs.ts';
import { askRedis, testRedis, testRedisStorage } from '../../../helpers/redis.ts';
import { changesOf } from '../../../helpers/storage.ts';
import { redisFailureOf } from './failure-of.ts';

const ONE = Uint8Array.of(1);
/** In the log of the server, which answers after each 1024 that it has loaded. */
const COMMANDS = 6 * 1024;
/** What it waits after each, in µs. */
const DELAY = '200';

describeWith('redis', 'a server that loads its data', () => {
  // A node of a cluster says CLUSTERDOWN in the meantime.
  test('calls say so, then all is normal, and subscribers are told', async () => {
    const server = await testRedis({ args: ['--key-load-delay', DELAY] });
    const storage = testRedisStorage({ url: server.url });
    const changes = changesOf(storage);
    await storage.set('key', ONE);
    await askRedis(server, ...Array.from({ length: COMMANDS }, () => ['INCR', 'other']));
    await server.stop();
    const started = server.start();
    const read = (): Promise<string> =>
      storage.get('key').then(
        () => 'nothing is wrong',
        (error: unknown) => String(error),
      );
    await expect.poll(read, { interval: 20 }).toContain('loading its data');
    expect(await redisFailureOf(storage, `127.0.0.1:${server.port}`)).toMatch(
      /: the server is loading its data; try again soon$/,
    );
    await started;
    expect(await storage.get('key')).toEqual(ONE);
    await storage.lock('lock', async () => storage.update('key', () => Uint8Array.of(2)));
    await expect.poll(() => changes).toContain('all');
  });
});
