import { expect, test } from 'vitest';
import { postgresStorage, type PostgresStorageOptions } from '../../../src/storage/postgres.ts';
import { addressOf } from '../../../src/storage/postgres/pool.ts';
import { throwing } from '../../helpers/wrong-values.ts';

const SECRET = 'correct-horse-battery';

test.each([
  [`postgres://alice:${SECRET}@db.example:5433/bank`, 'db.example:5433/bank'],
  [`postgresql://alice:${SECRET}@db.example/bank?sslmode=verify-full`, 'db.example/bank'],
  [`postgres://alice:${SECRET}@/bank?host=/var/run/postgresql`, '/var/run/postgresql/bank'],
  ['postgres:///bank', 'socket/bank'],
])('names host and database alone: %#', (connectionString, address) => {
  expect(addressOf(connectionString, 'connectionString')).toBe(address);
});

test.each<[string, unknown, string]>([
  ['neither', {}, 'connectionString, pool: expected one of them, got neither'],
  ['both', { connectionString: 'postgres://a/b', pool: {} }, 'expected one of them, got both'],
  [
    'another scheme',
    { connectionString: `mysql://alice:${SECRET}@a/b` },
    'connectionString: expected postgres://',
  ],
  ['no URL', { connectionString: `host=a password=${SECRET}` }, 'connectionString: expected postgres://'],
  ['a number', { connectionString: 1 }, 'connectionString: expected postgres://'],
  ['no pool', { pool: {} }, 'pool: expected a Pool of the package pg'],
  ['null', { pool: null }, 'pool: expected a Pool of the package pg'],
  ['a pool that throws', { pool: throwing({}) }, 'pool: expected a Pool of the package pg'],
  [
    'options that are null',
    { pool: { connect: () => 1, Client: Object, options: null } },
    'pool: expected a Pool of the package pg',
  ],
  [
    'another address to listen',
    { connectionString: 'postgres://a/b', listen: SECRET },
    'listen: expected postgres://',
  ],
  [
    'a schema with a quote',
    { connectionString: 'postgres://a/b', schema: 'a"b' },
    'schema: expected 1 to 40 letters',
  ],
  ['an empty schema', { connectionString: 'postgres://a/b', schema: '' }, 'schema: expected 1 to 40 letters'],
  [
    'a long prefix',
    { connectionString: 'postgres://a/b', prefix: 'x'.repeat(21) },
    'prefix: expected 0 to 20 letters',
  ],
  [
    'a number as prefix',
    { connectionString: 'postgres://a/b', prefix: 1 },
    'prefix: expected 0 to 20 letters',
  ],
])('refuses %s', (_, options, words) => {
  let thrown: unknown;
  try {
    postgresStorage(options as PostgresStorageOptions);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'WRONG_PARAMETER' });
  expect((thrown as Error).message).toContain(words);
  expect((thrown as Error).message).not.toContain(SECRET);
});
