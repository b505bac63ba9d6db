/**
 * Many instances with activations and tokens, as they would be found in a storage: no server is asked for each of them.
 * Their modules are loaded anew, so that they have a thread's engine and cache to themselves.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import type { EngineName, PowerAuth } from '../../src/index.ts';
import { decodeActivationRecord, encodeActivationRecord } from '../../src/session/activation-record.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { encodeTokenRecord } from '../../src/session/token-record.ts';
import { MemorySpace, memoryStorage } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import { watchBoundaries, type Boundaries } from './boundaries.ts';
import { activated, SEALING_KEY } from './client.ts';
import { freshModules } from './worker.ts';

/** A token as a server made it. */
export interface FleetToken {
  readonly id: string;
  readonly secret: Uint8Array;
}

export const newToken = (): FleetToken => ({ id: randomUUID(), secret: new Uint8Array(randomBytes(16)) });

/** Counts what the engine of a fleet does; calls of the random source as `random`. */
function watchEngine(): Boundaries {
  const boundaries = watchBoundaries();
  const { calls } = boundaries;
  const getRandomValues = crypto.getRandomValues.bind(crypto);
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((target) => {
    if (target.byteLength === 16_384) calls['random'] = (calls['random'] ?? 0) + 1;
    return getRandomValues(target);
  });
  return boundaries;
}

/** Clocks that stand still unless they are moved, in ms. */
export class FleetClock {
  ms = 1_000;
  now(): number {
    return this.ms;
  }
  monotonic(): number {
    return this.ms;
  }
}

/** A storage for instances of this engine, and what puts them there. */
export async function openFleet(engine: EngineName) {
  // The only activation that a server made; the others are copies of its record.
  const storage = memoryStorage();
  const { server, powerAuth } = await activated({ storage });
  const keys = new RecordKeys(powerAuth.instanceId);
  const bytes = await sealedStorage(storage, SEALING_KEY).get(keys.activation);
  const record = decodeActivationRecord(bytes ?? new Uint8Array());
  const { configuration } = server;

  freshModules();
  const boundaries = watchEngine();
  const { PowerAuth: FreshPowerAuth } = await import('../../src/index.ts');
  const { tokenCache } = await import('../../src/session/token-cache.ts');
  const space = new MemorySpace();
  const records = memoryStorage(space);
  // Another storage object is another process: instances are told of its changes.
  const others = sealedStorage(memoryStorage(space), SEALING_KEY);
  const clock = new FleetClock();
  return {
    ...{ boundaries, tokenCache, clock },
    async addActivation(instanceId: string): Promise<void> {
      const copy = encodeActivationRecord({ ...record, instanceId });
      await others.set(new RecordKeys(instanceId).activation, copy);
    },
    async addToken(instanceId: string, name: string, { id, secret }: FleetToken): Promise<void> {
      const token = {
        ...{ instanceId, name, activationId: record.activationId },
        ...{ tokenIdentifier: id, signatureType: 'possession', tokenSecret: secret },
      };
      await others.set(new RecordKeys(instanceId).token(name), encodeTokenRecord(token));
    },
    async configure(instanceId: string, fetch: typeof globalThis.fetch): Promise<PowerAuth> {
      const instance = new FreshPowerAuth(instanceId);
      const client = { enableUnsecureTraffic: true, engine, clock, fetch };
      await instance.configure(configuration, client, undefined, {
        storage: records,
        sealingKey: SEALING_KEY,
      });
      return instance;
    },
  };
}

/** A server that tells the time alone: so much more than the clock shows. */
export const timeServer =
  (clock: FleetClock, ahead: number): typeof globalThis.fetch =>
  () =>
    Promise.resolve(
      new Response(JSON.stringify({ status: 'OK', responseObject: { serverTime: clock.ms + ahead } })),
    );
