/** Faults of the address that leads to a single server: only where machines can't be cut off themselves. */

import type { Network } from '../../../helpers/network.mjs';
import type { Relay } from '../../../helpers/relay.mjs';
import type { ServerFault } from './store.ts';

const SLOW_MS = 60;

export function relayFaults(network: Network, relay: Relay): ServerFault[] {
  if (network.hasMachines) return [];
  const during = (name: string, begin: () => void, end: () => void): ServerFault => ({
    name,
    run: async (hold) => {
      begin();
      await hold();
      end();
    },
  });
  return [
    during(
      'all cut off',
      () => relay.cut(),
      () => relay.mend(),
    ),
    during(
      'all cut off silently',
      () => relay.mute(),
      () => {
        relay.mend();
        relay.drop();
      },
    ),
    during(
      'all links slow',
      () => relay.delay(SLOW_MS),
      () => relay.delay(0),
    ),
  ];
}
