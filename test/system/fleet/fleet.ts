/**
 * An activation that many processes use at once.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import type { PowerAuth } from '../../../src/index.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { buildChild } from '../../helpers/child.ts';
import { activate, testClient, testServer } from '../../helpers/client.ts';
import type { SharedStore } from '../../helpers/storage.ts';
import { ClientProcess } from './client-process.ts';
import type { ClientSetup } from './client-setup.ts';

/** An activation that processes share. */
export interface Fleet {
  readonly server: PowerAuthTestServer;
  /** A client in this process. */
  readonly powerAuth: PowerAuth;
  readonly activationId: string;
  readonly setup: ClientSetup;
  readonly script: string;
  /** Clients in processes of their own. */
  readonly start: (count: number) => Promise<ClientProcess[]>;
}

let fleets = 0;

/** A new activation in `store`. */
export async function createFleet(store: Pick<SharedStore, 'place' | 'open'>): Promise<Fleet> {
  const script = await buildChild(new URL('./client-child.ts', import.meta.url));
  const server = await testServer();
  const sealingKey = randomBytes(32);
  const instanceId = `fleet ${++fleets}`;
  const powerAuth = await testClient(server, { instanceId, storage: store.open(), sealingKey });
  const activationId = await activate(server, powerAuth);
  const { configuration } = server;
  const setup = { instanceId, place: store.place, sealingKey: sealingKey.toString('hex'), configuration };
  const start = (count: number): Promise<ClientProcess[]> =>
    Promise.all(Array.from({ length: count }, () => ClientProcess.start(script, setup)));
  return { server, powerAuth, activationId, setup, script, start };
}

/** Statuses of the signed requests that the server has seen, each once. */
export function signedStatuses(server: PowerAuthTestServer): Set<number | undefined> {
  const signed = server.requests.filter(({ headers }) => 'x-powerauth-authorization' in headers);
  return new Set(signed.map(({ status }) => status));
}
