/** Stores with real activations, and storages that fail. */

import { randomBytes } from 'node:crypto';
import {
  PowerAuthAuthentication,
  type PowerAuth,
  type PowerAuthSealingKey,
  type PowerAuthStorage,
} from '../../src/index.ts';
import { listRecords, type PowerAuthStore, type PowerAuthStoredRecord } from '../../src/records.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { encodeTokenRecord } from '../../src/session/token-record.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { activate, testClient } from '../helpers/client.ts';
import { keysOf, storageLike } from '../helpers/storage.ts';

export const POSSESSION = PowerAuthAuthentication.possession();
/** Records of a large store; RECORDS=100000 for a really large one. */
export const MANY = Number(process.env['RECORDS'] ?? 2000);
export const newKey = (): Uint8Array => Uint8Array.from(randomBytes(32));

/** Activates an instance in a storage, with tokens of these names. */
export async function fill(
  server: PowerAuthTestServer,
  { storage, sealingKey }: { storage: PowerAuthStorage; sealingKey: Uint8Array },
  instanceId: string,
  names: readonly string[],
): Promise<{ powerAuth: PowerAuth; activationId: string }> {
  const powerAuth = await testClient(server, { storage, sealingKey, instanceId });
  const activationId = await activate(server, powerAuth);
  for (const name of names) await powerAuth.tokenStore.requestAccessToken(name, POSSESSION);
  return { powerAuth, activationId };
}

/** All records as they are unsealed, in hex. */
export async function contentOf(
  storage: PowerAuthStorage,
  sealingKey: PowerAuthSealingKey,
): Promise<Record<string, string>> {
  const sealed = sealedStorage(storage, sealingKey);
  const content: Record<string, string> = {};
  for (const key of await keysOf(storage)) {
    content[key] = Buffer.from((await sealed.get(key)) ?? new Uint8Array()).toString('hex');
  }
  return content;
}

/** The records as they lie there, in hex. */
export async function rawContentOf(storage: PowerAuthStorage): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const key of await keysOf(storage)) {
    content[key] = Buffer.from((await storage.get(key)) ?? new Uint8Array()).toString('hex');
  }
  return content;
}

export async function recordsOf(
  store: PowerAuthStore,
  options?: Parameters<typeof listRecords>[1],
): Promise<PowerAuthStoredRecord[]> {
  const records: PowerAuthStoredRecord[] = [];
  for await (const record of listRecords(store, options)) records.push(record);
  return records;
}

/** A token's record that no server knows. */
export function madeUpToken(instanceId: string, name: string, activationId: string): Uint8Array {
  return encodeTokenRecord({
    instanceId,
    name,
    activationId,
    tokenIdentifier: `id of ${name}`,
    signatureType: 'possession_knowledge',
    tokenSecret: Uint8Array.from(randomBytes(16)),
  });
}

/** Puts tokens of nobody into a store, quickly. */
export async function addTokens(
  { storage, sealingKey }: { storage: PowerAuthStorage; sealingKey: Uint8Array },
  instanceId: string,
  count: number,
): Promise<void> {
  const sealed = sealedStorage(storage, sealingKey);
  const keys = new RecordKeys(instanceId);
  for (let i = 0; i < count; i += 100) {
    const batch = Array.from({ length: Math.min(100, count - i) }, (_, j) => `token ${i + j}`);
    await Promise.all(
      batch.map((name) => sealed.set(keys.token(name), madeUpToken(instanceId, name, 'nobody'))),
    );
  }
}

/** A storage that fails in the call of this number, the first being 0; steps of lists are calls. */
export function failingAt(base: PowerAuthStorage, at: number): PowerAuthStorage & { calls: () => number } {
  let calls = 0;
  const count = (): void => {
    if (calls++ === at) throw new Error('the medium failed');
  };
  const failing = storageLike(base, {
    get: async (key) => {
      count();
      return base.get(key);
    },
    async *list(prefix) {
      for await (const key of base.list(prefix)) {
        count();
        yield key;
      }
    },
    update: async (key, change) => {
      count();
      const stored = await base.update(key, change);
      // It may fail when it has written.
      count();
      return stored;
    },
    lock: (name, section) => base.lock(name, section),
  });
  return {
    ...failing,
    ...(base.sealingKey && { sealingKey: async () => base.sealingKey?.() ?? [] }),
    ...(base.replaceSealingKey && {
      replaceSealingKey: async (reseal: () => Promise<void>) => base.replaceSealingKey?.(reseal),
    }),
    calls: () => calls,
  };
}
