/** Very many tokens in one store cost no more than ten, until somebody asks for all of them. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PowerAuthAuthentication } from '../../../src/index.ts';
import { RecordKeys } from '../../../src/session/record-keys.ts';
import * as engines from '../../../src/storage/sqlite/engine.ts';
import { encodeName as encodePostgresName } from '../../../src/storage/node/names.ts';
import { manyParts, onePart, type RedisLayout } from '../../../src/storage/redis/layout.ts';
import type { SqliteEngine, SqlStatement } from '../../../src/storage/sqlite/engine.ts';
import { decodeName, encodeName } from '../../../src/storage/sqlite/layout.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';
import { activate, testClient, testServer } from '../../helpers/client.ts';
import { testPostgres, testPostgresStorage } from '../../helpers/postgres.ts';
import { DEEP } from '../../helpers/deep.ts';
import { describeWith } from '../../helpers/programs.ts';
import { sharedCluster, sharedSentinel, testRedis, testRedisStorage } from '../../helpers/redis.ts';
import { testSqliteStorage } from '../../helpers/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { nextInWorker } from '../../helpers/worker.ts';

const MANY = DEEP ? 100_000 : 10_000;

/** What was asked of SQLite, in order. */
const asked: string[] = [];

/** What a statement asks for; undefined for the log of changes, which is looked at as time goes by. */
function questionOf(sql: string, key: unknown): string | undefined {
  if (sql.includes('FROM changes')) return undefined;
  if (sql.includes('SELECT key FROM records')) return 'page of keys';
  if (sql.includes('AS content FROM records')) {
    return `get ${decodeName(key as Uint8Array).includes('/token/') ? 'a token' : 'the activation'}`;
  }
  return sql;
}

const { sqliteEngine } = engines;

/** The real engine, whose reads are noted down. */
function notingEngine(): SqliteEngine {
  const noted = (sql: string, statement: SqlStatement): SqlStatement => {
    const note = (key: unknown): void => {
      const question = questionOf(sql, key);
      if (question !== undefined) asked.push(question);
    };
    return {
      run: (...values) => statement.run(...values),
      get: (...values) => (note(values[0]), statement.get(...values)),
      all: (...values) => (note(values[0]), statement.all(...values)),
    };
  };
  const { module, Database } = sqliteEngine();
  return {
    module,
    Database: class extends Database {
      override prepare(sql: string): SqlStatement {
        return noted(sql, super.prepare(sql));
      }
    },
  };
}

interface Medium {
  readonly open: () => PowerAuthStorage;
  /** Puts records there, past the storage. */
  readonly fill: (keys: readonly string[]) => Promise<void>;
  /** What was asked of the medium since the last call, or since it was made. */
  readonly asked: () => Promise<string[]>;
}

/** Keys of as many tokens, and a value as large as theirs. */
const fillers = (instanceId: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => new RecordKeys(instanceId).token(`token ${i}`));
const FILLER = randomBytes(150);

/** Opens a store with so many tokens, and makes a header; answers what that asked for. */
async function steps(
  medium: Medium,
  tokens: number,
): Promise<{ opened: string[]; listed: PowerAuthStorage; prefix: string }> {
  const server = await testServer();
  const [instanceId, sealingKey] = [`scale ${tokens}`, randomBytes(32)];
  const first = medium.open();
  const before = await testClient(server, { instanceId, storage: first, sealingKey });
  await activate(server, before);
  await before.tokenStore.requestAccessToken('mine', PowerAuthAuthentication.possession());
  await before.deconfigure();
  await first.close();
  await medium.fill(fillers(instanceId, tokens - 1));
  await medium.asked();

  const storage = medium.open();
  const powerAuth = await testClient(server, { instanceId, storage, sealingKey });
  expect(await powerAuth.hasValidActivation()).toBe(true);
  const header = await powerAuth.tokenStore.generateHeaderForToken('mine');
  const opened = await medium.asked();
  expect(server.verifyToken(header.value)).toBeDefined();
  for (let i = 0; i < 100; i++) await powerAuth.tokenStore.generateHeaderForToken('mine');
  expect(await medium.asked()).toEqual([]);
  return { opened, listed: storage, prefix: new RecordKeys(instanceId).instance };
}

async function expectConstantCost(create: () => Promise<Medium>, page: string): Promise<void> {
  const few = await steps(await create(), 10);
  const medium = await create();
  const many = await steps(medium, MANY);
  expect(many.opened).toEqual(few.opened);
  expect(many.opened.length).toBeLessThan(12);
  // The activation's, and the token's.
  expect(many.opened.filter((step) => /^(?:hget$|get .|read a record$)/.test(step))).toHaveLength(2);
  console.log(`opening and the first header, with 10 tokens as with ${MANY}: ${many.opened.join(', ')}`);
  let seen = 0;
  for await (const key of many.listed.list(many.prefix)) {
    expect(key).toContain('/');
    if (++seen === 1) expect(await medium.asked()).toEqual([page]);
  }
  expect(seen).toBe(MANY + 1);
  const pages = await medium.asked();
  expect(new Set(pages)).toEqual(new Set([page]));
  expect(pages.length).toBeGreaterThan(MANY / 500);
}

describe(`${MANY} tokens`, { timeout: 120_000 }, () => {
  test('sqlite', async () => {
    vi.spyOn(engines, 'sqliteEngine').mockImplementation(notingEngine);
    const create = async (): Promise<Medium> => {
      const folder = await temporaryFolder();
      const fill = async (keys: readonly string[]): Promise<void> => {
        const database = new (sqliteEngine().Database)(join(folder, 'powerauth.db'), { timeout: 0 });
        const store = database.prepare('INSERT INTO slots (content) VALUES (?)');
        const name = database.prepare('INSERT INTO records (key, slot) VALUES (?, last_insert_rowid())');
        database.exec('BEGIN');
        for (const key of keys) {
          store.run(FILLER);
          name.run(encodeName(key));
        }
        database.exec('COMMIT');
        database.close();
      };
      return { open: () => testSqliteStorage(folder), fill, asked: async () => asked.splice(0) };
    };
    await expectConstantCost(create, 'page of keys');
  });

  describeWith('redis', 'on a Redis server', () => {
    test('redis', async () => {
      const create = async (): Promise<Medium> => {
        const server = await testRedis();
        return {
          open: () => testRedisStorage({ url: server.url }),
          fill: (keys) => fillRedis(server.url, onePart('powerauth-wasm').all[0], keys),
          asked: () => askedOf(server.url),
        };
      };
      await expectConstantCost(create, 'zrangebylex');
    });

    test('redis-cluster', async () => {
      const cluster = await sharedCluster();
      const create = async (): Promise<Medium> => {
        const prefix = `scale-${nextInWorker('redis')}`;
        const parts = manyParts(prefix);
        return {
          open: () => testRedisStorage({ cluster: { rootNodes: cluster.rootNodes }, prefix }),
          fill: async (keys) => {
            const part = parts.of(keys[0] ?? '');
            await fillRedis((await cluster.primaryOf(part.slot)).url, part, keys);
          },
          asked: async () => {
            const primaries = (await cluster.nodes()).filter(({ isPrimary }) => isPrimary);
            const asked = await Promise.all(primaries.map(({ port }) => askedOf(cluster.serverOf(port).url)));
            // Parts are opened, and looked at, as time goes by; and replicas talk to their primary.
            return asked
              .flat()
              .filter((name) => !/^(?:cluster\||eval$|evalsha$|type$|get$|ssubscribe$|replconf$)/.test(name))
              .sort();
          },
        };
      };
      await expectConstantCost(create, 'zrangebylex');
    });

    test('redis-sentinel', async () => {
      const watched = await sharedSentinel();
      const primary = await watched.primary();
      const create = async (): Promise<Medium> => {
        const prefix = `scale-${nextInWorker('redis')}`;
        return {
          open: () => testRedisStorage({ sentinel: watched.settings, prefix }),
          fill: (keys) => fillRedis(primary.url, onePart(prefix).all[0], keys),
          // Sentinels and replicas talk to it as well.
          asked: async () =>
            (await askedOf(primary.url)).filter((name) => !/^(?:publish|replconf)$/.test(name)),
        };
      };
      await expectConstantCost(create, 'zrangebylex');
    });
  });

  describeWith('postgres', 'on a PostgreSQL server', () => {
    test('postgres', async () => {
      const create = async (): Promise<Medium> => {
        const server = await testPostgres({
          settings: ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track_planning=off'],
        });
        await server.ask('CREATE EXTENSION pg_stat_statements');
        const client = new pg.Client({ connectionString: server.url });
        await client.connect();
        onTestFinished(() => client.end());
        const fill = async (keys: readonly string[]): Promise<void> => {
          await client.query('INSERT INTO powerauth.records SELECT key, $2 FROM unnest($1::bytea[]) AS key', [
            keys.map(encodePostgresName),
            FILLER,
          ]);
          // As autovacuum would, but now: it lets the server plan for so many.
          await client.query('ANALYZE powerauth.records');
        };
        return {
          open: () => testPostgresStorage({ connectionString: server.url }),
          fill,
          asked: () => askedOfPostgres(client),
        };
      };
      await expectConstantCost(create, 'page of names');
    });
  });
});

/** Pages that one statement may touch: more than an index and its row need, fewer than a walk through the table. */
const MOST_BLOCKS = 100;

/**
 * The statements that a PostgreSQL server has run since the last call. Those of this client are left out, and those that
 * look after a connection.
 */
async function askedOfPostgres(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ query: string; calls: string; blocks: string }>(
    `SELECT query, calls, (shared_blks_hit + shared_blks_read) / calls AS blocks FROM pg_stat_statements
     WHERE query !~ 'pg_stat|ANALYZE|unnest\\(\\$1::bytea' AND query <> 'SELECT'`,
  );
  await client.query('SELECT pg_stat_statements_reset()');
  const asked = rows.flatMap(({ query, calls, blocks }) => {
    const name = nameOfStatement(query);
    const step =
      Number(blocks) > MOST_BLOCKS && name === 'read a record' ? `${name} of ${blocks} pages` : name;
    return Array.from({ length: Number(calls) }, () => step);
  });
  return asked.sort();
}

const nameOfStatement = (query: string): string => {
  if (query.startsWith('SELECT encode(value')) return 'read a record';
  if (query.startsWith('SELECT encode(key')) return 'page of names';
  return query.replaceAll(/\s+/g, ' ').slice(0, 60);
};

/** Puts records into a part of a store, as many as fit into a message at a time. They are gone after the test. */
async function fillRedis(url: string, part: RedisLayout | undefined, keys: readonly string[]): Promise<void> {
  if (part === undefined) throw new TypeError('expected a part');
  const client = await createClient({ url }).connect();
  onTestFinished(async () => {
    await client.unlink([part.records, part.names]);
    client.destroy();
  });
  for (let from = 0; from < keys.length; from += 5000) {
    const some = keys.slice(from, from + 5000);
    await client.hSet(
      part.records,
      some.flatMap((key) => [key, FILLER]),
    );
    await client.zAdd(
      part.names,
      some.map((value) => ({ score: 0, value })),
    );
  }
}

/** The commands that a Redis server has carried out since the last call; connections are made and looked after as well. */
async function askedOf(url: string): Promise<string[]> {
  const client = await createClient({ url }).connect();
  const stats = await client.info('commandstats');
  await client.configResetStat();
  client.destroy();
  const asked = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].flatMap(([, name = '', calls]) =>
    /^(?:ping|info|hello|client\|setinfo|config\|resetstat)$/.test(name)
      ? []
      : Array.from({ length: Number(calls) }, () => name),
  );
  return asked.sort();
}
