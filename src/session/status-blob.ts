/**
 * The status of an activation as the server sends it, and what follows for the counter.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { activationStatus } from '../net/endpoints.ts';
import { compareCounters, decryptStatusBlob, isInSync, type StatusBlob } from '../protocol/status.ts';
import { wipe } from '../util/bytes.ts';
import { randomNonce } from '../util/random.ts';
import { moveCounter } from './activation-updates.ts';
import type { SessionParts } from './parts.ts';

/**
 * Asks the server for the status.
 *
 * @throws MISSING_ACTIVATION, INVALID_ACTIVATION_DATA if the server does not know the activation, and what the network
 *   throws
 */
export async function fetchStatusBlob(session: SessionParts): Promise<{
  activationId: string;
  blob: StatusBlob;
  /** Whether the server has the counter that was here before it was asked. */
  isSynchronous: boolean;
  customObject: unknown;
  timestampBlockExpire: number | undefined;
}> {
  return session.activation.withRecord(async ({ activationId, transportKey, counter }) => {
    const challenge = randomNonce(16);
    const answer = await activationStatus(session.endpoints, { activationId, challenge });
    const blob = await decryptStatusBlob({ ...answer, challenge, transportKey });
    const { customObject, timestampBlockExpire } = answer;
    if (blob !== undefined) {
      const isSynchronous = await isInSync({ counter, blob, transportKey });
      return { activationId, blob, isSynchronous, customObject, timestampBlockExpire };
    }
    throw failure(
      PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
      'activation status: expected a status of this activation, got one that cannot be read; the server does not know the activation',
    );
  });
}

/**
 * To be called after the server refused a signature, in the turn of the request: moves the local counter forward to the
 * server's, if it fell behind. Only a storage on servers loses confirmed writes, in a failover; then each further
 * signature would be refused as well, and cost an attempt, those that wait for their turn included.
 */
export async function afterRefusal(session: SessionParts): Promise<void> {
  if (session.configurations.keychainConfiguration.storage?.needsSealingKey !== true) return;
  // The caller gets the server's refusal, and fetchActivationStatus tells more.
  await catchUp(session).catch(() => undefined);
}

async function catchUp(session: SessionParts): Promise<void> {
  const { activationId, blob } = await fetchStatusBlob(session);
  await session.activation.withRecord(async (record) => {
    if (record.activationId !== activationId) return;
    const { counter, transportKey } = record;
    const comparison = await compareCounters({ counter, blob, transportKey });
    if (comparison.kind !== 'local-behind') return;
    try {
      await moveCounter(session.activation, activationId, comparison.counter, comparison.distance);
      session.activation.foundBehind(activationId, comparison.distance);
    } finally {
      wipe(comparison.counter.ctrData);
    }
  });
}
