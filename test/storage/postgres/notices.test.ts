import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Closing } from '../../../src/storage/driver/closing.ts';
import { PostgresNotices } from '../../../src/storage/postgres/notices.ts';
import type { Query } from '../../../src/storage/postgres/pool.ts';

/** A connection of a server that answers, unless it is silent. */
class FakeClient extends EventEmitter {
  readonly connection = { stream: { destroy: vi.fn() } };
  readonly isSilent: boolean;

  constructor(isSilent = false) {
    super();
    this.isSilent = isSilent;
  }

  #answer(): Promise<{ rows: [] }> {
    return this.isSilent ? new Promise(() => undefined) : Promise.resolve({ rows: [] });
  }

  connect(): Promise<unknown> {
    return this.#answer();
  }

  query(_: Query): Promise<{ rows: [] }> {
    return this.#answer();
  }

  end(): Promise<unknown> {
    return this.#answer();
  }

  unref(): void {
    // It is no connection.
  }
}

/** Notices over these connections, one after another; `send` is told each text that is sent. */
function notices(clients: FakeClient[], send: (text: string, client: FakeClient) => void) {
  const closing = new Closing();
  const used: FakeClient[] = [];
  const onRegained = vi.fn();
  const made = new PostgresNotices({
    channel: 'channel',
    closing,
    createClient: async () => {
      const client = clients.shift() ?? new FakeClient();
      used.push(client);
      return client;
    },
    send: async (text) => {
      const client = used.at(-1);
      if (client !== undefined) send(text, client);
    },
    failure: (cause) => {
      throw cause;
    },
    onNotice: () => undefined,
    onRegained,
  });
  const close = async (): Promise<void> => {
    closing.close(new Error('closed'));
    await made.close();
  };
  return { made, used, onRegained, close };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a connection that ends right behind the notice that was waited for is opened again, and that is told', async () => {
  const { made, used, onRegained, close } = notices([], (payload, client) => {
    client.emit('notification', { payload });
    // The server was told to end this connection: both messages arrive in one piece.
    if (used.length === 1) client.emit('error', new Error('terminating connection'));
  });
  made.start();
  await vi.advanceTimersByTimeAsync(3000);
  expect(used).toHaveLength(2);
  expect(onRegained).toHaveBeenCalledTimes(1);
  await close();
});

test('a connection that ends before the notice has arrived is no pooler, and is opened again at once', async () => {
  const { made, used, close } = notices([], (payload, client) => {
    if (used.length === 1) client.emit('error', new Error('terminating connection'));
    else client.emit('notification', { payload });
  });
  made.start();
  await made.ready();
  await vi.advanceTimersByTimeAsync(1000);
  await made.ready();
  expect(used).toHaveLength(2);
  await close();
});

test('nothing is left of a connection to a server that is silent', async () => {
  const silent = new FakeClient(true);
  const { made, used, onRegained, close } = notices([silent], (payload, client) => {
    client.emit('notification', { payload });
  });
  made.start();
  await vi.advanceTimersByTimeAsync(12_000);
  expect(silent.connection.stream.destroy).toHaveBeenCalledTimes(1);
  expect(used).toHaveLength(2);
  expect(onRegained).toHaveBeenCalledTimes(1);
  await close();
});
