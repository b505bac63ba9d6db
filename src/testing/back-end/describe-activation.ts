/**
 * An activation as a back-end sees it.
 *
 * @module
 */

import type { Activation } from '../model.ts';
import { date } from './values.ts';

/** What all descriptions of an activation have in common. */
export function describeActivation(activation: Activation): object {
  const { activationId, userId, keys, changedAt } = activation;
  return {
    activationId,
    activationStatus: activation.state,
    blockedReason: activation.blockedReason ?? null,
    activationName: activation.name ?? null,
    externalId: null,
    extras: activation.extras ?? null,
    protocol: 'POWERAUTH',
    platform: activation.platform ?? null,
    deviceInfo: activation.deviceInfo ?? null,
    activationFlags: [],
    timestampCreated: date(activation.createdAt),
    timestampLastUsed: date(activation.lastUsedAt),
    timestampLastChange: changedAt === undefined ? null : date(changedAt),
    userId,
    applicationId: activation.application.applicationId,
    failedAttempts: activation.failCount,
    maxFailedAttempts: activation.maxFailCount,
    // Of the protocol; known from the key exchange on.
    version: keys === undefined ? 0 : 3,
  };
}
