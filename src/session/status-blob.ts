/**
 * The status of an activation as the server sends it, and what follows for the counter.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { compareCounters, decryptStatusBlob, type StatusBlob } from '../protocol/status.ts';
import { wipe } from '../util/bytes.ts';
import { isInstance } from '../util/instance.ts';
import { randomNonce } from '../util/random.ts';
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
  customObject: unknown;
  timestampBlockExpire: number | undefined;
}> {
  return session.activation.withRecord(async ({ activationId, transportKey }) => {
    const challenge = randomNonce(16);
    const answer = await session.endpoints.activationStatus({ activationId, challenge });
    const blob = await decryptStatusBlob({ ...answer, challenge, transportKey });
    const { customObject, timestampBlockExpire } = answer;
    if (blob !== undefined) return { activationId, blob, customObject, timestampBlockExpire };
    throw failure(
      PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
      'activation status: expected a status of this activation, got one that cannot be read; the server does not know the activation',
    );
  });
}

/**
 * Settles as the call of a signed request does. If the server refused the signature, the local counter is moved forward
 * to the server's first, if it fell behind. Only a storage on servers loses confirmed writes, in a failover; then each
 * further signature would be refused as well, and cost an attempt.
 */
export async function catchingUp<T>(session: SessionParts, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const mayHaveLost = session.configurations.keychainConfiguration.storage?.needsSealingKey === true;
    if (
      mayHaveLost &&
      isInstance(error, PowerAuthError) &&
      error.code === PowerAuthErrorCode.AUTHENTICATION_ERROR
    ) {
      // The caller gets the server's refusal, and fetchActivationStatus tells more.
      await catchUp(session).catch(() => undefined);
    }
    throw error;
  }
}

async function catchUp(session: SessionParts): Promise<void> {
  const { activationId, blob } = await fetchStatusBlob(session);
  await session.activation.withRecord(async (record) => {
    if (record.activationId !== activationId) return;
    const { counter, transportKey } = record;
    const comparison = await compareCounters({ counter, blob, transportKey });
    if (comparison.kind !== 'local-behind') return;
    try {
      await session.activation.moveCounter(activationId, counter, comparison.counter);
      session.activation.foundBehind(activationId, comparison.distance);
    } finally {
      wipe(comparison.counter.ctrData);
    }
  });
}
