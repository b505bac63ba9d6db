/** What lies in an SQLite folder, in Redis with and without replicas, and in PostgreSQL: no secret in clear, in whatever form. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClient, RESP_TYPES } from 'redis';
import { PowerAuthAuthentication } from '../../../src/index.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';
import { activate, PASSWORD, testClient, testServer } from '../../helpers/client.ts';
import { formsOf, foundIn, textForms, type Forms } from '../../helpers/forms.ts';
import { testPostgres, testPostgresStorage } from '../../helpers/postgres.ts';
import { describeWith } from '../../helpers/programs.ts';
import { ask } from '../../helpers/redis-cluster.mjs';
import type { RedisServer } from '../../helpers/redis-server.mjs';
import {
  sharedCluster,
  sharedSentinel,
  testClusterStore,
  testRedis,
  testRedisStorage,
  testSentinelStore,
} from '../../helpers/redis.ts';
import { readSecrets } from '../../helpers/secrets.ts';
import { testSqliteStorage } from '../../helpers/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

/** All files of a folder. */
const filesUnder = (folder: string): Buffer =>
  Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name))),
  );

/** Lets a client do everything on a storage, and looks for its secrets in what lies there afterwards. */
async function expectNothingInClear(
  open: () => PowerAuthStorage,
  content: () => Promise<Buffer>,
): Promise<void> {
  const server = await testServer();
  const sealingKey = randomBytes(32);
  const instanceId = `instance ${randomBytes(8).toString('hex')}`;
  const tokenName = `token ${randomBytes(8).toString('hex')}`;
  const powerAuth = await testClient(server, { instanceId, storage: open(), sealingKey });
  const storage = open();
  const sealed = sealedStorage(storage, sealingKey);
  await activate(server, powerAuth);
  const { ctrData = '' } = await readSecrets(sealed, instanceId, PASSWORD);
  const { tokenStore } = powerAuth;
  await tokenStore.requestAccessToken(tokenName, PowerAuthAuthentication.password(PASSWORD));
  await tokenStore.generateHeaderForToken(tokenName);
  await tokenStore.requestAccessToken('removed', PowerAuthAuthentication.possession());
  const { tokenSecret: removedSecret = '' } = await readSecrets(sealed, instanceId, PASSWORD, 'removed');
  await tokenStore.removeAccessToken('removed');
  await powerAuth.validatePassword(PASSWORD);

  const secrets = {
    ...(await readSecrets(sealed, instanceId, PASSWORD, tokenName)),
    ctrDataBefore: ctrData,
    removedSecret,
    sealingKey: sealingKey.toString('base64'),
  };
  // Not secret, but private: the names.
  const forms: Forms = {
    ...textForms('password', PASSWORD),
    ...textForms('token name', tokenName),
    ...textForms('instance', instanceId),
  };
  for (const [name, value] of Object.entries(secrets)) {
    const bytes = Buffer.from(value, 'base64');
    expect(bytes.length, name).toBeGreaterThanOrEqual(16);
    Object.assign(forms, formsOf(name, bytes));
  }
  // What must be found, or else nothing was looked for.
  const marker = formsOf('marker', randomBytes(16));
  for (const [key, value] of Object.entries(marker)) await storage.set(key, value);
  const lies = await content();
  expect(foundIn(lies, forms)).toEqual([]);
  expect(foundIn(lies, marker)).toEqual(Object.keys(marker));
}

test('sqlite: no secret is in a file in clear', async () => {
  const folder = await temporaryFolder();
  await expectNothingInClear(
    () => testSqliteStorage(folder),
    async () => filesUnder(folder),
  );
});

describeWith('redis', 'on a Redis server', () => {
  test('no secret is in a value, in the log or in a snapshot in clear', async () => {
    const server = await testRedis({ args: ['--rdbcompression', 'no'] });
    const client = await createClient({
      url: server.url,
      commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    }).connect();
    await expectNothingInClear(
      () => testRedisStorage({ url: server.url }),
      async () => {
        await client.sendCommand(['SAVE']);
        expect(readdirSync(server.folder)).toContain('dump.rdb');
        const values = await client.hVals('{powerauth-wasm}:records');
        const names = await client.zRange('{powerauth-wasm}:names', 0, -1);
        client.destroy();
        return Buffer.concat(
          [...values, ...names, filesUnder(server.folder)].map((part) => Buffer.from(part)),
        );
      },
    );
  });
});

describeWith('redis', 'on servers with replicas', () => {
  /** What lies in the files of servers, logs and snapshots. */
  async function contentOf(servers: readonly RedisServer[]): Promise<Buffer> {
    const lies: Buffer[] = [];
    for (const server of servers) {
      await ask(server, 'CONFIG', 'SET', 'rdbcompression', 'no');
      await ask(server, 'SAVE');
      await ask(server, 'CONFIG', 'SET', 'rdbcompression', 'yes');
      const files = readdirSync(server.folder, { recursive: true }).join();
      expect(files).toMatch(/dump\.rdb/);
      expect(files).toMatch(/\.aof/);
      lies.push(filesUnder(server.folder));
    }
    return Buffer.concat(lies);
  }

  test('redis-cluster: no secret is in a log or in a snapshot in clear, not even on replicas', async () => {
    const { open } = await testClusterStore();
    const { servers } = await sharedCluster();
    await expectNothingInClear(open, () => contentOf(servers));
  });

  test('redis-sentinel: no secret is in a log or in a snapshot in clear, not even on replicas', async () => {
    const { open } = await testSentinelStore();
    const { servers } = await sharedSentinel();
    await expectNothingInClear(open, () => contentOf(servers));
  });
});

describeWith('postgres', 'on a PostgreSQL server', () => {
  test('no secret is in a value, in the log, in the files or in a dump in clear', async () => {
    const server = await testPostgres({ settings: ['wal_level=logical', 'full_page_writes=on'] });
    await expectNothingInClear(
      () => testPostgresStorage({ connectionString: server.url }),
      async () => {
        await server.ask('CHECKPOINT');
        const dump = await server.dump();
        expect(dump).toContain('COPY powerauth.records');
        const rows = await server.ask('SELECT key, value FROM powerauth.records');
        const values = rows.flatMap(({ key, value }) => [key as Buffer, value as Buffer]);
        const folders = ['pg_wal', 'base'].map((name) => filesUnder(join(server.data, name)));
        expect(folders.every(({ length }) => length > 1_000_000)).toBe(true);
        return Buffer.concat([Buffer.from(dump), ...values, ...folders]);
      },
    );
  });
});
