/** Behind PgBouncer, which lends a connection for one transaction. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { postgresStorage } from '../../../../src/storage/postgres.ts';
import { testStorageContract } from '../../../../src/testing/storage-contract/index.ts';
import { freePort } from '../../../helpers/free-port.mjs';
import { requireProgram } from '../../../helpers/program-files.mjs';
import { asUser, PostgresServer } from '../../../helpers/postgres-server.mjs';
import { newSchema, testPostgresStorage } from '../../../helpers/postgres.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { changesOf, rejection, temporaryFolder } from '../../../helpers/storage.ts';

/** Starts a PgBouncer in front of a server; returns its URL, and what ends it. */
async function startPgBouncer(server: PostgresServer): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const folder = await temporaryFolder();
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
postgres = host=127.0.0.1 port=${server.port} dbname=postgres user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 5
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
`,
  );
  await chmod(folder, 0o755);
  const child = spawn(requireProgram('pgbouncer'), [file], { ...asUser, stdio: 'ignore' });
  const ended = once(child, 'close');
  await expect
    .poll(
      () =>
        new Promise((resolve) => {
          const socket = connect(port, '127.0.0.1', () => resolve('open'));
          socket.once('error', () => resolve('refused')).once('connect', () => socket.destroy());
        }),
      { timeout: 10_000 },
    )
    .toBe('open');
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describeWith('postgres', 'on a PostgreSQL server', () => {
  describeWith('pgbouncer', 'behind PgBouncer in transaction mode', () => {
    let server: PostgresServer;
    beforeAll(async () => void (server = await PostgresServer.start()));
    afterAll(() => server.close());

    test('that notices do not arrive is said, and where to listen', async () => {
      const bouncer = await startPgBouncer(server);
      onTestFinished(bouncer.stop);
      const storage = testPostgresStorage({ connectionString: bouncer.url, schema: newSchema() });
      await storage.set('key', Uint8Array.of(1));
      changesOf(storage);
      const { message } = await rejection(storage.get('key'));
      expect(message).toContain('notices of other processes do not arrive');
      expect(message).toContain('as listen');
    });

    testStorageContract(test, {
      name: 'postgres',
      create: async () => {
        const bouncer = await startPgBouncer(server);
        const options = { connectionString: bouncer.url, listen: server.url, schema: newSchema() };
        return {
          storage: postgresStorage(options),
          second: async () => postgresStorage(options),
          cleanup: bouncer.stop,
        };
      },
    });
  });
});
