/** What a server refuses, each with the remedy in the message. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createClient } from 'redis';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../helpers/free-port.mjs';
import { selfSignedCertificate } from '../../../helpers/certificate.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { askRedis, testRedis, testRedisStorage } from '../../../helpers/redis.ts';
import { rejection, temporaryFolder } from '../../../helpers/storage.ts';
import { redisFailureOf } from './failure-of.ts';

/** As docs/storage.md has them, but for those without which nothing is lost. */
const COMMANDS = 'eval evalsha hget hset hdel zadd zrem zrangebylex get type time publish subscribe';

describeWith('redis', 'a Redis server', () => {
  test('whose user lacks one command: it is named before anything is written', async () => {
    const server = await testRedis();
    const address = `127.0.0.1:${server.port}`;
    const all = COMMANDS.split(' ');
    const rest = ['+set', '+ping', '+hello', '+select'];
    await askRedis(
      server,
      ...all.map((missing) => [
        ...['ACL', 'SETUSER', `no-${missing}`, 'on', '>app', '~{powerauth-wasm}:*', '&{powerauth-wasm}:*'],
        ...rest,
        ...all.filter((command) => command !== missing).map((command) => `+${command}`),
      ]),
    );
    for (const missing of all) {
      const storage = testRedisStorage({ url: `redis://no-${missing}:app@${address}` });
      const message = await redisFailureOf(storage, address);
      expect(message).toContain('docs/storage.md');
      // Of these two the server itself says it, and not in a script.
      if (!/^(?:eval|subscribe)$/.test(missing))
        expect(message).toMatch(new RegExp(`may not use ${missing}\\b`));
    }
    const client = await createClient({ url: server.url }).connect();
    // The layout's version, which the first one that could do so has entered.
    expect(await client.keys('*')).toEqual(['{powerauth-wasm}:version']);
    client.destroy();
  });

  test('that has no database of that number, or takes no more connections', async () => {
    const server = await testRedis();
    const address = `127.0.0.1:${server.port}`;
    expect(await redisFailureOf(testRedisStorage({ url: `${server.url}/99` }), `${address}/99`)).toMatch(
      /no database of this number; correct it in url or client/,
    );
    await askRedis(server, ['CONFIG', 'SET', 'maxclients', '1']);
    const client = await createClient({ url: server.url }).connect();
    expect(await redisFailureOf(testRedisStorage({ url: server.url }), address)).toMatch(
      /accepts no more connections \(maxclients\); raise the limit/,
    );
    client.destroy();
  });

  test('that disabled a command', async () => {
    const server = await testRedis({ args: ['--rename-command', 'ZRANGEBYLEX', ''] });
    const storage = testRedisStorage({ url: server.url });
    expect(await redisFailureOf(storage, `127.0.0.1:${server.port}`)).toMatch(
      /lacks a command that is needed/,
    );
  });

  test('with TLS and a certificate of its own', async () => {
    const folder = await temporaryFolder();
    const { certificate, key } = selfSignedCertificate();
    const [certificateFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
    await Promise.all([writeFile(certificateFile, certificate), writeFile(keyFile, key)]);
    const port = await freePort();
    await testRedis({
      args: [
        ...['--tls-port', String(port), '--tls-cert-file', certificateFile, '--tls-key-file', keyFile],
        ...['--tls-ca-cert-file', certificateFile, '--tls-auth-clients', 'optional'],
      ],
    });
    const address = `127.0.0.1:${port}`;
    const failureOf = (url: string): Promise<string> =>
      rejection(testRedisStorage({ url }).get('key')).then(({ message }) => message);
    expect(await failureOf(`rediss://${address}`)).toMatch(
      /who issued the server's certificate; pass .*ca.*NODE_EXTRA_CA_CERTS/,
    );
    expect(await failureOf(`redis://${address}`)).toMatch(/use rediss:\/\/ if it requires TLS/);
    // The plain port refuses bytes that are not a command.
    const plain = createServer((socket) => socket.end('-ERR unknown command\r\n')).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    onTestFinished(() => void plain.close());
    const { port: plainPort } = plain.address() as { port: number };
    expect(await failureOf(`rediss://127.0.0.1:${plainPort}`)).toMatch(/no TLS on this port; use redis:/);
    const withCa = (host: string): ReturnType<typeof testRedisStorage> =>
      testRedisStorage({ client: createClient({ socket: { host, port, tls: true, ca: certificate } }) });
    expect(await withCa('127.0.0.1').get('key')).toBeUndefined();
    expect((await rejection(withCa('127.0.0.2').get('key'))).message).toMatch(
      /nobody listens there|certificate is for another host/,
    );
  });
});
