/** Many instances with one activation and a token each, on one storage, in front of one server. */

import { onTestFinished, vi } from 'vitest';
import {
  PowerAuth,
  PowerAuthAuthentication,
  type PowerAuthClientConfigurationType,
} from '../../src/index.ts';
import { serverCount } from '../../src/net/server.ts';
import { decodeActivationRecord, encodeActivationRecord } from '../../src/session/activation-record.ts';
import { hubCount } from '../../src/session/change-hub.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { settingsCount } from '../../src/session/settings.ts';
import { storeCount } from '../../src/session/store.ts';
import { temporaryKeyCounts } from '../../src/session/temporary-keys.ts';
import { decodeTokenRecord, encodeTokenRecord } from '../../src/session/token-record.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import type { PowerAuthStorage, PowerAuthStorageChange } from '../../src/storage/types.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { activate, SEALING_KEY, testClient, testServer } from './client.ts';
import { QUICK_PASSWORDS } from './passwords.ts';
import { storageLike } from './storage.ts';

export const TOKEN = 'token';

/** How many entries all tables have that instances share things in. */
export const sharedThings = (): number => {
  const { applications, activations } = temporaryKeyCounts();
  return settingsCount() + storeCount() + serverCount() + hubCount() + applications + activations;
};

/** Lets through what it is told to, and holds the rest. */
export class Sluice {
  #isHeld: (name: string) => boolean = () => false;
  #goOn: (() => void)[] = [];
  /** Names of those that came, held or not. */
  readonly passed: string[] = [];

  /** From here on whatever has such a name is held. */
  hold(isHeld: (name: string) => boolean): void {
    this.#isHeld = isHeld;
  }

  /** Lets all go on. */
  open(): void {
    this.#isHeld = () => false;
    for (const goOn of this.#goOn.splice(0)) goOn();
  }

  get held(): number {
    return this.#goOn.length;
  }

  async pass(name: string): Promise<void> {
    this.passed.push(name);
    if (this.#isHeld(name)) await new Promise<void>((resolve) => this.#goOn.push(resolve));
  }

  count(isCounted: (name: string) => boolean): number {
    return this.passed.filter(isCounted).length;
  }
}

export interface Fleet {
  readonly server: PowerAuthTestServer;
  readonly instances: readonly PowerAuth[];
  /** Requests, by their path. */
  readonly requests: Sluice;
  /** Reads of the storage, by their key. */
  readonly reads: Sluice;
  /** Says what somebody else has changed. */
  readonly say: (change: PowerAuthStorageChange) => void;
  readonly configure: (instance: PowerAuth, client?: PowerAuthClientConfigurationType) => Promise<boolean>;
  readonly keysOf: (instance: PowerAuth) => RecordKeys;
}

let fleets = 0;

/** `count` instances that are not configured yet; those that are at the end of the test are deconfigured. */
export async function fleet(count: number): Promise<Fleet> {
  const server = await testServer();
  const memory = memoryStorage();
  const first = await testClient(server, { storage: memory });
  await activate(server, first);
  await first.tokenStore.requestAccessToken(TOKEN, PowerAuthAuthentication.possession());
  await first.deconfigure();
  const name = `fleet ${++fleets}`;
  const instances = Array.from({ length: count }, (_, i) => new PowerAuth(`${name}, ${i}`));
  await copyActivation(memory, first.instanceId, instances);

  const [requests, reads] = [new Sluice(), new Sluice()];
  const listeners = new Set<(change: PowerAuthStorageChange) => void>();
  const storage = storageLike(memory, {
    get: async (key) => {
      await reads.pass(key);
      return memory.get(key);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
  const through: typeof fetch = async (input, init) => {
    await requests.pass(new URL(input as string).pathname);
    return fetch(input, init);
  };
  onTestFinished(async () => {
    requests.open();
    reads.open();
    await Promise.all(instances.map((instance) => instance.deconfigure()));
  });
  return {
    server,
    instances,
    requests,
    reads,
    say: (change) => listeners.forEach((listener) => listener(change)),
    configure: (instance, client) =>
      instance.configure(
        { ...server.configuration },
        { enableUnsecureTraffic: true, fetch: through, ...client },
        undefined,
        { ...QUICK_PASSWORDS, storage, sealingKey: SEALING_KEY.slice() },
      ),
    keysOf: ({ instanceId }) => new RecordKeys(instanceId),
  };
}

async function copyActivation(
  storage: PowerAuthStorage,
  from: string,
  instances: readonly PowerAuth[],
): Promise<void> {
  const sealed = sealedStorage(storage, SEALING_KEY);
  const keys = new RecordKeys(from);
  const activation = await sealed.get(keys.activation);
  const token = await sealed.get(keys.token(TOKEN));
  if (activation === undefined || token === undefined) throw new Error('expected an activation and a token');
  await Promise.all(
    instances.map(async ({ instanceId }) => {
      const own = new RecordKeys(instanceId);
      await sealed.set(
        own.activation,
        encodeActivationRecord({ ...decodeActivationRecord(activation), instanceId }),
      );
      await sealed.set(own.token(TOKEN), encodeTokenRecord({ ...decodeTokenRecord(token), instanceId }));
    }),
  );
}

/** Waits until everything is done that needs no timer and no network. */
export const quiet = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** As `expect.poll`, for what comes soon. */
export const until = (isSo: () => boolean): Promise<void> =>
  vi.waitFor(
    () => {
      if (!isSo()) throw new Error('not yet');
    },
    { timeout: 10_000, interval: 2 },
  );
