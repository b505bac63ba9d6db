/**
 * Counts of what instances have done.
 *
 * @module
 */

import type { Settings } from '../session/settings.ts';
import type { PowerAuthStatistics } from '../util/events.ts';

/** A snapshot. */
export function statisticsOf({ insight, engine, time }: Settings, cachedTokens: number): PowerAuthStatistics {
  const count = (name: string): number => insight.count(name);
  const { roundTrip } = time;
  return {
    requests: count('request') + count('request failed'),
    failedRequests: count('request failed'),
    tokensCreated: count('token created'),
    tokensLoaded: count('token loaded'),
    tokensRenewed: count('token renewed'),
    tokensRemoved: count('token removed'),
    tokensEvicted: count('token evicted'),
    locksObtained: count('lock obtained'),
    locksLost: count('lock lost'),
    storageOperations: count('storage') + count('storage failed'),
    failedStorageOperations: count('storage failed'),
    cachedTokens,
    engine: engine.name,
    ...(Number.isNaN(roundTrip) ? {} : { timeRoundTrip: roundTrip }),
  };
}
