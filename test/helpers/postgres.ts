import { onTestFinished } from 'vitest';
import { postgresStorage, type PostgresStorageOptions } from '../../src/storage/postgres.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import { PostgresServer } from './postgres-server.mjs';
import type { SharedStore } from './storage.ts';
import { nextInWorker, sharedInWorker } from './worker.ts';

/** A server of one test, which ends with it. */
export async function testPostgres(
  options?: Parameters<typeof PostgresServer.start>[0],
): Promise<PostgresServer> {
  const server = await PostgresServer.start(options);
  onTestFinished(() => server.close());
  return server;
}

/** A name that no other test of this process uses. */
export const newSchema = (): string => `test_${process.pid}_${nextInWorker('postgres')}`;

/** A storage that is closed after the test. */
export function testPostgresStorage(options: PostgresStorageOptions): PowerAuthStorage {
  const storage = postgresStorage(options);
  onTestFinished(() => storage.close());
  return storage;
}

/** A new store in a database of its own. */
export async function testPostgresStore(): Promise<SharedStore> {
  const server = await sharedInWorker('postgres', {
    start: () => PostgresServer.start(),
    end: (it) => it.close(),
  });
  const database = newSchema();
  await server.ask(`CREATE DATABASE ${database}`);
  const place = server.urlOf('postgres', database);
  return {
    place,
    open: () => testPostgresStorage({ connectionString: place }),
    footprint: () => server.footprint(),
  };
}
