/**
 * The activation's state on the server, and the counters' agreement.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import {
  PowerAuthActivationState,
  type PowerAuthActivationStatus,
} from '../model/power-auth-activation-status.ts';
import { compareCounters } from '../protocol/status.ts';
import { wrongAnswer } from '../util/answers.ts';
import { wipe } from '../util/bytes.ts';
import { moveCounter } from './activation-updates.ts';
import { POSSESSION } from './factors.ts';
import { validateSignature } from './signed-requests.ts';
import type { Session } from './session.ts';
import { fetchStatusBlob } from './status-blob.ts';

/** The states by their numbers in the status blob. */
export const STATES: Record<number, PowerAuthActivationState> = {
  1: PowerAuthActivationState.CREATED,
  2: PowerAuthActivationState.PENDING_COMMIT,
  3: PowerAuthActivationState.ACTIVE,
  4: PowerAuthActivationState.BLOCKED,
  5: PowerAuthActivationState.REMOVED,
};

/**
 * Fetches the status. In doing so, it moves the local counter forward to the server's if it fell behind, and moves the
 * server's along with one signature if that fell far behind. An activation that turns out to be REMOVED loses its
 * tokens.
 *
 * @throws MISSING_ACTIVATION, INVALID_ACTIVATION_DATA if the server does not know the activation, and what the network
 *   throws
 */
export async function fetchActivationStatus(session: Session): Promise<PowerAuthActivationStatus> {
  const answer = await fetchStatusBlob(session);
  const { activationId, blob, customObject, timestampBlockExpire } = answer;
  let state = STATES[blob.state];
  if (state === undefined) {
    throw wrongAnswer(`activation status: expected a state of 1 to 5, got ${blob.state}`);
  }
  if (state === PowerAuthActivationState.REMOVED) await session.tokens.removeAllOf(activationId);
  let behind: number | undefined = 0;
  if (state === PowerAuthActivationState.ACTIVE) behind = await agreeOnCounter(session, answer);
  // The counter may have been moved after a refused signature, of which nobody was told yet.
  if (behind !== undefined) behind += session.activation.reportBehind(activationId);
  if (behind === undefined) state = PowerAuthActivationState.DEADLOCK;
  const isActive = state === PowerAuthActivationState.ACTIVE;
  const told = { state, ...(behind === undefined || behind === 0 ? {} : { localCounterBehind: behind }) };
  session.tell('activation', 'activation', () => told);
  return {
    state,
    failCount: blob.failCount,
    maxFailCount: blob.maxFailCount,
    remainingAttempts: isActive ? Math.max(0, blob.maxFailCount - blob.failCount) : 0,
    ...(customObject === undefined ? {} : { customObject }),
    ...(state === PowerAuthActivationState.BLOCKED && timestampBlockExpire !== undefined
      ? { timestampBlockExpire }
      : {}),
    ...(behind === undefined || behind === 0 ? {} : { localCounterBehind: behind }),
  };
}

/**
 * Whether the server has removed the activation. The answer to the removal itself proves nothing; the status is encrypted
 * under a key of the activation and bound to the question.
 *
 * @throws RESPONSE_ERROR if the server still has it, and what {@link fetchActivationStatus} throws
 */
export async function requireRemoved(session: Session, activationId: string): Promise<void> {
  // If it was removed here or replaced in the meantime, there is nothing left to remove.
  if ((await session.activation.readActivationId()) !== activationId) return;
  const { activationId: present, blob } = await fetchStatusBlob(session);
  const state = STATES[blob.state] ?? blob.state;
  if (present !== activationId || state === PowerAuthActivationState.REMOVED) return;
  throw wrongAnswer(
    `activation removal: expected the status REMOVED after an answer that said so, got ${state}; the answer was not the server's, and nothing was removed here`,
  );
}

/**
 * @returns how far the local counter was behind (it no longer is); undefined if the counters are too far apart ever to
 *   meet again
 */
async function agreeOnCounter(
  session: Session,
  { activationId, blob, isSynchronous }: Awaited<ReturnType<typeof fetchStatusBlob>>,
): Promise<number | undefined> {
  if (isSynchronous) {
    if ((await session.activation.activationId()) !== activationId) throw replaced();
    return 0;
  }
  // Read after the answer came, because other requests may have been signed in the meantime.
  return session.activation.withRecord(async (record) => {
    if (record.activationId !== activationId) throw replaced();
    const { counter, transportKey } = record;
    const comparison = await compareCounters({ counter, blob, transportKey });
    switch (comparison.kind) {
      case 'in-sync':
        return 0;
      case 'local-ahead': {
        const { distance } = comparison;
        const agreed = distance <= blob.lookAhead / 2 || (await catchUp(session, distance < blob.lookAhead));
        return agreed ? 0 : undefined;
      }
      case 'local-behind':
        try {
          await moveCounter(session.activation, activationId, comparison.counter, comparison.distance);
          return comparison.distance;
        } finally {
          wipe(comparison.counter.ctrData);
        }
      case 'deadlock':
        return undefined;
    }
  });
}

function replaced(): Error {
  return failure(
    PowerAuthErrorCode.OPERATION_CANCELED,
    'The activation was replaced by another one while its status was being fetched',
  );
}

/**
 * Lets the server's counter catch up by one signature.
 *
 * @param certain whether the local counter is within the server's reach, so a refusal must have another reason
 * @returns false if it is out of reach
 */
async function catchUp(session: Session, certain: boolean): Promise<boolean> {
  try {
    await validateSignature(session, POSSESSION);
    return true;
  } catch (error) {
    const refused = error instanceof PowerAuthError && error.code === PowerAuthErrorCode.AUTHENTICATION_ERROR;
    if (certain || !refused) throw error;
    return false;
  }
}
