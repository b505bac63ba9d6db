import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redisStorage, type RedisStorageOptions } from '../../../../src/storage/redis.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { askRedis, testRedis, testRedisStorage } from '../../../helpers/redis.ts';
import { changesOf, keysOf, rejection } from '../../../helpers/storage.ts';
import { redisFailureOf as failureOf } from './failure-of.ts';

const ONE = Uint8Array.of(1);

/** A server that is none of Redis. */
async function otherServer(
  onConnection: (socket: Socket) => void,
): Promise<{ url: string; address: string }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = `127.0.0.1:${(server.address() as { port: number }).port}`;
  return { url: `redis://${address}`, address };
}

describe('options that will not do', () => {
  const SECRET = 'hunter2hunter2';
  test.each<[string, unknown, RegExp]>([
    ['none', undefined, /^url, client, cluster, sentinel: expected one of them, got none/],
    ['neither url nor client', {}, /^url, client, cluster, sentinel: expected one of them, got none/],
    ['both', { url: 'redis://127.0.0.1', client: createClient() }, /got url and client/],
    ['no URL', { url: `not a url ${SECRET}` }, /^url: expected redis:/],
    ['another scheme', { url: `http://user:${SECRET}@127.0.0.1` }, /^url: expected redis:/],
    ['another path', { url: `redis://user:${SECRET}@127.0.0.1/data` }, /^url: expected redis:/],
    ['a number', { url: 6379 }, /^url: expected redis:.*got a number/],
    ['no client', { client: {} }, /^client: expected a client made by createClient/],
    [
      'another option',
      { url: 'redis://127.0.0.1', prefx: 'a' },
      /^options: expected only url, .* got "prefx" as well/,
    ],
    ['an empty prefix', { url: 'redis://127.0.0.1', prefix: '' }, /^prefix: .* got an empty string/],
    ['a prefix with braces', { url: 'redis://127.0.0.1', prefix: '{a}' }, /^prefix: /],
    ['a long prefix', { url: 'redis://127.0.0.1', prefix: 'x'.repeat(65) }, /^prefix: /],
    ['a prefix that is no string', { url: 'redis://127.0.0.1', prefix: 7 }, /^prefix: .* got a number/],
  ])('%s', (_what, options, message) => {
    const make = (): unknown => redisStorage(options as RedisStorageOptions);
    expect(make).toThrow(expect.objectContaining({ code: 'WRONG_PARAMETER' }) as Error);
    expect(make).toThrow(message);
    expect(make).not.toThrow(SECRET);
  });
});

describe('a server that is none', () => {
  test('nobody listens', async () => {
    const storage = testRedisStorage({ url: 'redis://user:geheim@127.0.0.1:1' });
    expect(await failureOf(storage, '127.0.0.1:1')).toMatch(/start Redis, or correct the address$/);
  });

  test('it never answers: there is an end to waiting', async () => {
    const { url, address } = await otherServer(() => undefined);
    expect(await failureOf(testRedisStorage({ url }), address)).toMatch(/no answer within 4000 ms/);
  });

  test.each([
    ['talks HTTP', (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['hangs up', (socket: Socket) => void socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('it %s', async (_what, answer) => {
    const { url, address } = await otherServer(answer);
    await failureOf(testRedisStorage({ url }), address);
  });
});

describeWith('redis', 'a Redis server', () => {
  test('that wants a login', async () => {
    const server = await testRedis();
    await askRedis(
      server,
      ['ACL', 'SETUSER', 'app', 'on', '>correct', '~*', '&*', '+@all'],
      [...['CONFIG', 'SET', 'requirepass', 'default password']],
    );
    const address = `127.0.0.1:${server.port}`;
    const url = (login: string): string => `redis://${login}@${address}`;
    expect(await failureOf(testRedisStorage({ url: server.url }), address)).toMatch(/requires a login/);
    const wrong = testRedisStorage({ url: url('app:wrongwrong') });
    expect(await failureOf(wrong, address)).toMatch(/refused the login; correct user and password/);
    const shown = JSON.stringify(await rejection(wrong.get('key')), ['message', 'stack', 'cause']);
    expect(shown).not.toContain('wrongwrong');
    const right = testRedisStorage({ url: url('app:correct') });
    await right.set('key', ONE);
    // Settings of a client do as well, and the client stays what it was.
    const client = createClient({
      username: 'app',
      password: 'correct',
      socket: { host: '127.0.0.1', port: server.port },
    });
    expect(await testRedisStorage({ client }).get('key')).toEqual(ONE);
    expect(client.isOpen).toBe(false);
  });

  test('with a user who may use this store and nothing else', async () => {
    const server = await testRedis();
    // As docs/storage.md has it.
    const rights =
      '~{powerauth-wasm}:* &{powerauth-wasm}:* +eval +evalsha +hget +hset +hdel +zadd +zrem +zrangebylex +get +set +type +time +publish +subscribe +ping +hello +select';
    await askRedis(server, [
      'ACL',
      'SETUSER',
      'app',
      'on',
      '>app',
      'resetkeys',
      'resetchannels',
      '-@all',
      ...rights.split(' '),
    ]);
    const options = { url: `redis://app:app@127.0.0.1:${server.port}` };
    const storage = testRedisStorage(options);
    const other = testRedisStorage(options);
    const changes = changesOf(other);
    await other.get('key');
    await storage.lock('lock', async () => storage.update('key', () => ONE));
    expect(await keysOf(other)).toEqual(['key']);
    await expect.poll(() => changes).toEqual([['key']]);
    await storage.delete('key');
    const elsewhere = testRedisStorage({ ...options, prefix: 'elsewhere' });
    expect(await failureOf(elsewhere, `127.0.0.1:${server.port}`)).toMatch(
      /may not use the commands and keys/,
    );
  });

  test('whose memory is used up: clear errors, all is there, and it works again when there is room', async () => {
    const server = await testRedis({ args: ['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction'] });
    const storage = testRedisStorage({ url: server.url });
    let stored = 0;
    let failed: (Error & { code?: string }) | undefined;
    while (failed === undefined) {
      failed = await storage.set(`fill/${stored}`, new Uint8Array(20_000).fill(stored)).then(
        () => {
          stored++;
          return undefined;
        },
        (error: unknown) => error as Error,
      );
    }
    expect(failed).toMatchObject({ code: 'UNKNOWN_ERROR' });
    expect(failed.message).toMatch(/^Cannot write redis storage at .*memory is used up/);
    expect(stored).toBeGreaterThan(10);
    for (let i = 0; i < stored; i++) expect((await storage.get(`fill/${i}`))?.at(-1)).toBe(i & 255);
    expect((await keysOf(storage)).length).toBe(stored);
    await storage.delete('fill/0');
    await askRedis(server, ['CONFIG', 'SET', 'maxmemory', '100mb']);
    await storage.set('again', ONE);
    expect(await storage.lock('lock', async () => 'works again')).toBe('works again');
  });

  test('that may evict records is refused; one that evicts only what has a time to live is not', async () => {
    const server = await testRedis({ args: ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'] });
    const address = `127.0.0.1:${server.port}`;
    expect(await failureOf(testRedisStorage({ url: server.url }), address)).toMatch(
      /may evict records \(maxmemory-policy allkeys-lru\)/,
    );
    await askRedis(server, ['CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru']);
    const storage = testRedisStorage({ url: server.url });
    await storage.lock('lock', async () => storage.set('key', ONE));
    const client = await createClient({ url: server.url }).connect();
    for (const key of await client.keys('*')) expect(await client.ttl(key)).toBe(-1);
    client.destroy();
  });

  test('that is a replica: read, but not written', async () => {
    const primary = await testRedis();
    await testRedisStorage({ url: primary.url }).set('key', ONE);
    const replica = await testRedis({ args: ['--replicaof', '127.0.0.1', String(primary.port)] });
    const storage = testRedisStorage({ url: replica.url });
    await expect.poll(() => storage.get('key').catch(() => undefined), { timeout: 15_000 }).toEqual(ONE);
    expect((await rejection(storage.set('key', ONE))).message).toMatch(
      /read-only replica; connect to its primary/,
    );
    expect((await rejection(storage.lock('lock', async () => 1))).message).toMatch(/read-only replica/);
  });

  test('where another program uses our keys', async () => {
    const server = await testRedis();
    const address = `127.0.0.1:${server.port}`;
    for (const [i, key] of ['records', 'names', 'locks'].entries()) {
      const prefix = `store-${i}`;
      await askRedis(server, ['SET', `{${prefix}}:${key}`, 'mine']);
      expect(await failureOf(testRedisStorage({ url: server.url, prefix }), address)).toContain(
        `another program uses the key {${prefix}}:${key}: expected a ${key === 'names' ? 'zset' : 'hash'}, got a string`,
      );
    }
    await askRedis(server, ['SET', '{newer}:version', '2']);
    expect(await failureOf(testRedisStorage({ url: server.url, prefix: 'newer' }), address)).toMatch(
      /\{newer\}:version isn't from this version/,
    );
    // And in the middle of it all.
    const storage = testRedisStorage({ url: server.url });
    await storage.set('key', ONE);
    await askRedis(server, ['SET', '{powerauth-wasm}:records', 'mine']);
    expect((await rejection(storage.get('key'))).message).toMatch(
      /another program uses a key of this prefix/,
    );
    expect((await rejection(storage.set('key', ONE))).message).toMatch(
      /another program uses a key of this prefix/,
    );
  });

  test('that forgets scripts', async () => {
    const server = await testRedis();
    const storage = testRedisStorage({ url: server.url });
    await storage.set('key', ONE);
    await askRedis(server, ['SCRIPT', 'FLUSH']);
    await storage.lock('lock', async () => storage.set('key', Uint8Array.of(2)));
    expect(await storage.get('key')).toEqual(Uint8Array.of(2));
  });

  test('with several stores: prefixes and databases have nothing to do with each other', async () => {
    const server = await testRedis();
    const stores = ['redis', 'redis/3'].flatMap((path) => {
      const url = path === 'redis' ? server.url : `${server.url}/3`;
      return ['a', 'a:', 'ab', 'a:records'].map((prefix) => testRedisStorage({ url, prefix }));
    });
    for (const [i, storage] of stores.entries()) await storage.set('key', Uint8Array.of(i));
    for (const [i, storage] of stores.entries()) {
      expect(await storage.get('key')).toEqual(Uint8Array.of(i));
      expect(await keysOf(storage)).toEqual(['key']);
    }
    const [first, ...others] = stores;
    await first?.lock('lock', async () => {
      for (const other of others) expect(await other.lock('lock', async () => 'free')).toBe('free');
    });
  });
});
