/**
 * The checks before a store is used over a new connection.
 *
 * @module
 */

import { Unusable } from './failure.ts';
import { LAYOUT_VERSION, type RedisLayout } from './layout.ts';
import type { RedisLink } from './link.ts';
import { OPEN } from './scripts.ts';

/**
 * Subscribes, and checks the store. Sends everything at once, because each answer is a round trip. The server carries
 * it out in this order, so no later change of what is read is missed.
 *
 * @throws Unusable if the store or the server can't be used
 */
export async function openStore(
  link: RedisLink,
  { version, records, names, locks, changes, wakes }: RedisLayout,
  onNotice: (channel: string, message: Buffer) => void,
): Promise<void> {
  const keys = [version, records, names, locks];
  const [, looked, memory] = await Promise.all([
    link.subscribe([changes, wakes], (message, channel) => onNotice(channel.toString(), message)),
    link.run(OPEN, keys, [LAYOUT_VERSION, changes, wakes], true),
    // A user without the right to ask must know the answer.
    link.send(['INFO', 'memory']).catch(() => ''),
  ]);
  const [denied, found, ...types] = (looked as Buffer[]).map(String);
  if (denied !== '') {
    throw new Unusable(
      `this user of Redis may not use ${String(denied).trim()}; docs/storage.md has the rights that are needed`,
    );
  }
  if (found !== LAYOUT_VERSION) throw new Unusable(`${version} isn't from this version of the package`);
  for (const [i, expected] of ['hash', 'zset', 'hash'].entries()) {
    const type = types[i] ?? '';
    if (type === 'none' || type === expected) continue;
    throw new Unusable(
      `another program uses the key ${String(keys[i + 1])}: expected a ${expected}, got a ${type}; choose another prefix, or remove that key`,
    );
  }
  refuseEviction(String(memory));
}

/** A server that evicts keys at will is a cache, not a place for an activation. */
function refuseEviction(memory: string): void {
  const policy = /^maxmemory_policy:(allkeys-\w+)/m.exec(memory)?.[1];
  if (policy === undefined || /^maxmemory:0\r?$/m.test(memory)) return;
  throw new Unusable(
    `the server may evict records (maxmemory-policy ${policy}); set it to noeviction, or use another server`,
  );
}
