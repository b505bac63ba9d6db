import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { postgresStorage } from '../../../../src/storage/postgres.ts';
import { freePort } from '../../../helpers/free-port.mjs';
import { PostgresServer } from '../../../helpers/postgres-server.mjs';
import { newSchema, testPostgresStorage } from '../../../helpers/postgres.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { changesOf, keysOf, rejection } from '../../../helpers/storage.ts';
import { testWire } from '../../fleet/wire.ts';

const bytes = (value: number): Uint8Array<ArrayBuffer> => Uint8Array.of(value);

const SECRET = 'correct-horse-battery';

test('a server that is not there, without a word of the password', async () => {
  const port = await freePort();
  const url = `postgres://alice:${SECRET}@127.0.0.1:${port}/bank`;
  const storage = testPostgresStorage({ connectionString: url });
  const error = await rejection(storage.get('key'));
  expect(error).toMatchObject({
    code: 'UNKNOWN_ERROR',
    message: `Cannot open postgres storage at 127.0.0.1:${port}/bank: nobody listens there; start PostgreSQL, or correct the address`,
  });
  expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain(SECRET);
});

describeWith('postgres', 'on a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => void (server = await PostgresServer.start()));
  afterAll(() => server.close());

  test('a database or a role that is missing', async () => {
    const missing = testPostgresStorage({ connectionString: server.urlOf('postgres', 'nowhere') });
    expect((await rejection(missing.get('key'))).message).toContain('the server has no such database');
    const stranger = testPostgresStorage({ connectionString: server.urlOf('stranger') });
    expect((await rejection(stranger.set('key', bytes(1)))).message).toContain(
      'the server refused the login',
    );
  });

  test('a role that may not create: the message has the SQL, and with it the store works', async () => {
    const schema = newSchema();
    await server.ask('CREATE ROLE limited LOGIN');
    const storage = testPostgresStorage({ connectionString: server.urlOf('limited'), schema });
    const { message } = await rejection(storage.get('key'));
    expect(message).toContain('this role may not create');
    const sql = /BEGIN;.*COMMIT;/s.exec(message)?.[0] ?? '';
    await server.ask(sql);
    await storage.set('key', bytes(1));
    expect(await storage.get('key')).toEqual(bytes(1));
    expect(await storage.lock('lock', async () => 'held')).toBe('held');
    await server.ask(`REVOKE UPDATE ON "${schema}"."records" FROM limited`);
    const other = testPostgresStorage({ connectionString: server.urlOf('limited'), schema });
    const refused = await rejection(other.get('key'));
    expect(refused.message).toContain('this role lacks UPDATE');
    await server.ask(/GRANT .*;/s.exec(refused.message)?.[0] ?? '');
    expect(await other.get('key')).toEqual(bytes(1));
  });

  test('a store of a newer version', async () => {
    const schema = newSchema();
    const storage = testPostgresStorage({ connectionString: server.url, schema });
    await storage.set('key', bytes(1));
    await server.ask(`UPDATE "${schema}"."layout" SET version = 99`);
    const older = testPostgresStorage({ connectionString: server.url, schema });
    expect((await rejection(older.get('key'))).message).toContain('version 99, which is newer');
  });

  test('prefixes and schemas keep stores apart, and many can open one at once', async () => {
    const schema = newSchema();
    const prefixes = ['', 'a_', 'b_'];
    const storages = prefixes.flatMap((prefix) =>
      Array.from({ length: 4 }, () =>
        testPostgresStorage({ connectionString: server.url, schema, ...(prefix && { prefix }) }),
      ),
    );
    await Promise.all(storages.map((storage, i) => storage.set(`key ${i}`, bytes(i))));
    const keys = await Promise.all(storages.map((storage) => keysOf(storage)));
    for (const [i, own] of keys.entries()) {
      const first = i - (i % 4);
      expect(own).toEqual([0, 1, 2, 3].map((j) => `key ${first + j}`).sort());
    }
  });

  test('a role whose transactions are serializable loses no update', async () => {
    await server.ask(
      "CREATE ROLE serial LOGIN SUPERUSER; ALTER ROLE serial SET default_transaction_isolation = 'serializable'",
    );
    const schema = newSchema();
    const storages = Array.from({ length: 4 }, () =>
      testPostgresStorage({ connectionString: server.urlOf('serial'), schema }),
    );
    await storages[0]?.get('key');
    await Promise.all(
      storages.flatMap((storage) =>
        Array.from({ length: 20 }, () => storage.update('key', (current) => bytes((current?.[0] ?? 0) + 1))),
      ),
    );
    expect(await storages[0]?.get('key')).toEqual(bytes(80));
  });

  test("a caller's pool stays open, and one that was ended is named", async () => {
    const pool = new pg.Pool({ connectionString: server.url, max: 2 });
    const storage = postgresStorage({ pool, schema: newSchema() });
    await Promise.all(Array.from({ length: 20 }, (_, i) => storage.set(`key ${i}`, bytes(i))));
    expect(await keysOf(storage)).toHaveLength(20);
    expect(pool.totalCount).toBeLessThanOrEqual(2);
    await storage.close();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
    const late = testPostgresStorage({ pool, schema: newSchema() });
    expect((await rejection(late.get('key'))).message).toContain('the pool has ended');
  });

  test('a pool without a free connection is no wait without end', async () => {
    const pool = new pg.Pool({ connectionString: server.url, max: 1 });
    onTestFinished(() => pool.end());
    const storage = testPostgresStorage({ pool, schema: newSchema() });
    await storage.set('key', bytes(1));
    const taken = await pool.connect();
    try {
      expect((await rejection(storage.get('key'))).message).toContain('no free connection within 4000 ms');
    } finally {
      taken.release();
    }
    expect(await storage.get('key')).toEqual(bytes(1));
  });

  test('a transaction that the app has forgotten undoes nothing', async () => {
    const pool = new pg.Pool({ connectionString: server.url, max: 1 });
    onTestFinished(() => pool.end());
    const storage = testPostgresStorage({ pool, schema: newSchema() });
    await storage.set('key', bytes(1));
    await pool.query('BEGIN');
    await storage.set('key', bytes(2));
    await pool.query('ROLLBACK');
    expect(await storage.get('key')).toEqual(bytes(2));
  });

  test('a server that takes connections and says nothing keeps no storage from closing', async () => {
    const pairs: [Socket, Socket][] = [];
    let isSilent = false;
    const relay = createServer((client) => {
      const upstream = connect(server.port, '127.0.0.1');
      pairs.push([client, upstream]);
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
      client.on('data', (data) => isSilent || upstream.write(data));
      upstream.on('data', (data) => isSilent || client.write(data));
    });
    await once(relay.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      for (const socket of pairs.flat()) socket.destroy();
      relay.close();
    });
    const { port } = relay.address() as AddressInfo;
    const connectionString = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const storage = postgresStorage({ connectionString, schema: newSchema() });
    await storage.set('key', bytes(1));
    isSilent = true;
    const refused = await Promise.all(Array.from({ length: 4 }, () => rejection(storage.get('key'))));
    for (const { message } of refused) expect(message).toContain('within 4000 ms');
    const closed = storage.close().then(() => 'closed');
    expect(await Promise.race([closed, sleep(20_000)])).toBe('closed');
  });

  test('a long queue of calls moves on, though the last one waits for longer than for an answer', async () => {
    const schema = newSchema();
    const pool = new pg.Pool({ connectionString: server.url, max: 1 });
    onTestFinished(() => pool.end());
    const storage = testPostgresStorage({ pool, schema });
    await storage.set('key', bytes(1));
    await server.ask(`CREATE FUNCTION "${schema}".wait() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END';
      CREATE TRIGGER wait BEFORE INSERT ON "${schema}"."records" EXECUTE FUNCTION "${schema}".wait()`);
    await Promise.all(Array.from({ length: 17 }, (_, i) => storage.set(`key ${i}`, bytes(i))));
    expect(await keysOf(storage)).toHaveLength(18);
  });

  test('a table that was removed is named', async () => {
    const schema = newSchema();
    const storage = testPostgresStorage({ connectionString: server.url, schema });
    await storage.set('key', bytes(1));
    await server.ask(`DROP SCHEMA "${schema}" CASCADE`);
    expect((await rejection(storage.get('key'))).message).toContain('a table of the store was removed');
  });

  test('a connection whose server says nothing is asked once, and then replaced', async () => {
    const wire = await testWire(server.port);
    const storage = testPostgresStorage({
      connectionString: `postgres://postgres@${new URL(wire.url).host}/postgres`,
      schema: newSchema(),
    });
    const changes = changesOf(storage);
    await storage.get('key');
    // The driver warns of a query that is sent while another one has no reply.
    const asked = new Map<unknown, number>();
    const { query } = pg.Client.prototype as { query: (...args: unknown[]) => unknown };
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: unknown, ...args: unknown[]) {
      asked.set(this, (asked.get(this) ?? 0) + 1);
      return query.apply(this, args);
    });
    wire.mute();
    await expect.poll(() => asked.size, { timeout: 10_000 }).toBe(1);
    await sleep(2500);
    wire.mend();
    await expect.poll(() => changes, { timeout: 20_000 }).toContain('all');
    expect(asked.values().next().value).toBe(1);
  });

  test('a lock that a failover brings back is given back again, though nobody wants it here', async () => {
    const wire = await testWire(server.port);
    const schema = newSchema();
    const url = `postgres://postgres@${new URL(wire.url).host}/postgres`;
    const storage = testPostgresStorage({ connectionString: url, schema });
    storage.subscribe(() => undefined);
    const tickets = () => server.ask(`SELECT tickets::text FROM "${schema}".locks`);
    const [held] = await storage.lock('lock', tickets);
    expect(await tickets()).toEqual([]);
    wire.cut();
    // The state of a standby that had the ticket, and not yet its release.
    await server.ask(
      `INSERT INTO "${schema}".locks VALUES (convert_to('lock', 'UTF8'), '${String(held?.['tickets'])}')`,
    );
    expect(await tickets()).toEqual([held]);
    wire.mend();
    // Nobody else removes it: a ticket whose lease is over stays until somebody wants the lock.
    await expect.poll(tickets, { timeout: 10_000 }).toEqual([]);
  });

  test.each(['SIGINT', 'SIGQUIT'] as const)('goes on after the server was ended by %s', async (signal) => {
    const schema = newSchema();
    const options = { connectionString: server.url, schema };
    const storage = testPostgresStorage(options);
    const changes = changesOf(storage);
    await storage.set('key', bytes(1));
    const held = storage.lock('lock', async (lock) => {
      await server.stop(signal);
      const down = await rejection(storage.get('key'));
      expect(down).toMatchObject({ code: 'UNKNOWN_ERROR' });
      await server.start();
      // The ticket is still there: nobody else took the lock in between.
      expect(await lock.isHeld?.()).toBe(true);
      return lock.signal.aborted;
    });
    expect(await held).toBe(false);
    expect(await storage.get('key')).toEqual(bytes(1));
    await expect.poll(() => changes, { timeout: 10_000 }).toContain('all');
    const other = testPostgresStorage(options);
    await other.set('key', bytes(2));
    await expect.poll(() => changes.at(-1), { timeout: 5000 }).toEqual(['key']);
  });

  test('a crash under load loses nothing that was confirmed', async () => {
    const schema = newSchema();
    const storages = Array.from({ length: 3 }, () =>
      testPostgresStorage({ connectionString: server.url, schema }),
    );
    await storages[0]?.get('key');
    const confirmed: string[] = [];
    let isOver = false;
    const writers = storages.map(async (storage, id) => {
      for (let n = 0; !isOver; n++) {
        const key = `${id}/${n}`;
        await storage.set(key, bytes(n % 256)).then(
          () => confirmed.push(key),
          () => sleep(20),
        );
      }
    });
    for (let crash = 0; crash < 2; crash++) {
      const before = confirmed.length;
      await expect.poll(() => confirmed.length, { timeout: 20_000 }).toBeGreaterThan(before + 50);
      await server.stop('SIGQUIT');
      await server.start();
    }
    const before = confirmed.length;
    await expect.poll(() => confirmed.length, { timeout: 20_000 }).toBeGreaterThan(before + 50);
    isOver = true;
    await Promise.all(writers);
    const present = new Set(await keysOf(testPostgresStorage({ connectionString: server.url, schema })));
    expect(confirmed.filter((key) => !present.has(key))).toEqual([]);
  });
});
