/** A store that a chaos run works on. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine, Network } from '../../../helpers/network.mjs';
import type { Place } from '../place.ts';

/** Something that happens to servers, and is over when it resolves. */
export interface ServerFault {
  readonly name: string;
  /** @param hold waits as long as the fault shall last, at least so many ms */
  run(hold: (least?: number) => Promise<void>): Promise<void>;
}

/** Servers, and how clients reach them. */
export interface ChaosStore {
  readonly title: string;
  readonly place: Place;
  /** Addresses that clients use: what a machine is cut off from. */
  readonly addresses: readonly Machine[];
  readonly faults: readonly ServerFault[];
  /** Waits until all servers are there, and work together. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly random: () => number;
  /** Whether writes wait for replicas, where that is an option. */
  readonly isDurable: boolean;
}

export type StartStore = (network: Network, options: StoreOptions) => Promise<ChaosStore>;

/** How long servers may take until they work together again, in ms. */
const SETTLE_MS = 60_000;

/** Attempts something until it succeeds: servers have little time here, and answers come late. */
export async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (const until = performance.now() + SETTLE_MS; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(100);
    }
  }
}
