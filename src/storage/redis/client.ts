/**
 * Clients of the `redis` package.
 *
 * @module
 */

import type { RedisClientOptions } from 'redis';
import type { RedisClient } from './link.ts';
import type { ClientOptions } from './target.ts';

/** A client that connects to nothing. It is copied, because creating a client from nothing takes the package 40 ms. */
let template: { duplicate(options: RedisClientOptions): RedisClient } | undefined;

/** The redis package is loaded only here, and only when a storage is used. */
export async function createClient(options: ClientOptions): Promise<RedisClient> {
  const { createClient: create, RESP_TYPES } = await import('redis');
  // Leaves out options that would change names or answers, or keep the process alive.
  const {
    socket,
    clientSideCache: _cache,
    emitInvalidate: _invalidate,
    keyPrefix: _prefix,
    pingInterval: _ping,
    ...settings
  } = options as RedisClientOptions;
  template ??= create({ RESP: 3, maintNotifications: 'disabled' });
  return template.duplicate({
    ...settings,
    RESP: 3,
    // We reconnect ourselves, because notices may have been missed. We also limit the time to connect: the package's
    // timer is unfair to a busy thread.
    socket: { ...socket, connectTimeout: 0, reconnectStrategy: false },
    disableOfflineQueue: true,
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    maintNotifications: 'disabled',
  });
}
