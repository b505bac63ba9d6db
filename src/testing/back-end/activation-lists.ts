/**
 * Many activations at once.
 *
 * @module
 */

import type { ServerState } from '../state.ts';
import type { Activation } from '../model.ts';
import { describeActivation } from './describe-activation.ts';
import type { Fields } from './fields.ts';
import { refuse } from './refusal.ts';
import { STATES } from './values.ts';

/** A list's entry has the device's key, which the status has not. */
const entry = (activation: Activation): object => ({
  ...describeActivation(activation),
  applicationName: null,
  devicePublicKeyBase64: activation.keys?.devicePublicKey.toString('base64') ?? null,
});

const isKnownState = (text: string): boolean => STATES.some((state) => state === text);

/** The activations of a user, newest first, page by page. */
export function activationList(state: ServerState, fields: Fields): object {
  const userId = fields.required('userId');
  const [pageNumber, pageSize] = [fields.integer('pageNumber') ?? 0, fields.integer('pageSize') ?? 500];
  if (pageNumber < 0 || pageSize < 1) refuse('ERR0024', 'Expected pageNumber from 0, pageSize from 1.');
  const states = fields.texts('activationStatuses');
  if (!states.every(isKnownState)) refuse('ERR0024', `activationStatuses: expected ${STATES.join(', ')}.`);
  const applicationId = fields.text('applicationId');
  const activations = state.activations
    .filter((activation) => activation.userId === userId)
    .filter(({ application }) => application.applicationId === (applicationId ?? application.applicationId))
    .filter((activation) => states.length === 0 || states.includes(activation.state))
    .reverse()
    .slice(pageNumber * pageSize, (pageNumber + 1) * pageSize);
  return { userId, activations: activations.map(entry) };
}

/** Activations of several users, by state and last use. */
export function lookupActivations(state: ServerState, fields: Fields): object {
  const userIds = fields.texts('userIds');
  if (userIds.length === 0) refuse('ERR0024', 'Expected userIds.');
  const applicationIds = fields.texts('applicationIds');
  const before = fields.date('timestampLastUsedBefore') ?? Infinity;
  const after = fields.date('timestampLastUsedAfter') ?? 0;
  const wanted = fields.oneOf('activationStatus', STATES);
  // No activation has flags here.
  const isPossible = fields.texts('activationFlags').length === 0;
  const activations = state.activations.filter(
    ({ userId, application, lastUsedAt, state: current }) =>
      isPossible &&
      (applicationIds.length === 0 || applicationIds.includes(application.applicationId)) &&
      userIds.includes(userId) &&
      lastUsedAt < before &&
      lastUsedAt >= after &&
      current === (wanted ?? current),
  );
  return { activations: activations.map(entry) };
}
