/**
 * The checks before a store is used over a new connection.
 *
 * @module
 */

import { readOnlyReplica, Unusable } from './failure.ts';
import { LAYOUT_VERSION, type RedisLayout } from './layout.ts';
import type { RedisLink } from './link.ts';
import { OPEN } from './scripts.ts';

/** How a part of a store is opened. */
export interface OpeningOptions {
  /** The command that publishes: the other one is for clusters. */
  readonly publish: 'publish' | 'spublish';
  /** Whether to send the whole script at once: the server may not know it yet. */
  readonly whole: boolean;
}

/**
 * Subscribes, and checks a part of a store. Sends everything at once, because each answer is a round trip. The server
 * carries it out in this order, so no later change of what is read is missed.
 *
 * @throws Unusable if the store or the server can't be used
 */
export async function openPart(
  link: RedisLink,
  { version, records, names, locks, changes, wakes }: RedisLayout,
  { publish, whole }: OpeningOptions,
  onNotice: (channel: string, message: Buffer) => void,
): Promise<void> {
  const keys = [version, records, names, locks];
  const isShard = publish === 'spublish';
  const listener = (message: Buffer, channel: Buffer): void => onNotice(channel.toString(), message);
  const channels = [changes, wakes];
  const [, looked] = await Promise.all([
    isShard ? link.subscribeShard(channels, listener) : link.subscribe(channels, listener),
    link.run(OPEN, keys, [LAYOUT_VERSION, changes, wakes, publish, isShard ? '1' : ''], { whole }),
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
}

/**
 * Refuses a server that evicts keys at will: it is a cache, not a place for an activation.
 *
 * @throws Unusable
 */
export async function refuseEviction(link: RedisLink): Promise<void> {
  // A user without the right to ask must know the answer.
  const memory = String(await link.send(['INFO', 'memory']).catch(() => ''));
  const policy = /^maxmemory_policy:(allkeys-\w+)/m.exec(memory)?.[1];
  if (policy === undefined || /^maxmemory:0\r?$/m.test(memory)) return;
  throw new Unusable(
    `the server may evict records (maxmemory-policy ${policy}); set it to noeviction, or use another server`,
  );
}

/** @throws an error like that of a replica that is asked to write, if the server is a replica */
export async function refuseReplica(link: RedisLink): Promise<void> {
  // A user without the right to ask finds out when it writes.
  const [role] = (await link.send(['ROLE']).catch(() => [])) as unknown[];
  if (String(role) === 'slave') throw readOnlyReplica();
}
