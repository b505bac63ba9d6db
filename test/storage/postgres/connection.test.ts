import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { postgresStorage } from '../../../src/storage/postgres.ts';

test('a connection that ends while the pool hands it out is an error of the call alone', async () => {
  const lost = Object.assign(new Error('terminating connection'), { code: '57P01' });
  class Client extends EventEmitter {
    query = () => Promise.reject(lost);
    release = () => undefined;
  }
  const pool = {
    options: {},
    Client,
    connect(connected?: (error: undefined, client: Client) => void) {
      const client = new Client();
      connected?.(undefined, client);
      // Without a listener this throws, in the middle of what the server has sent.
      client.emit('error', lost);
      return Promise.resolve(client);
    },
  };
  const storage = postgresStorage({ pool });
  await expect(storage.get('key')).rejects.toMatchObject({
    code: 'UNKNOWN_ERROR',
    message:
      'Cannot open postgres storage at localhost:5432/: the connection was cut off; the next call connects again',
  });
  await storage.close();
});
