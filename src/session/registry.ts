/**
 * The table of configured instances.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { admitPasswordsOf, dismissPasswordsOf } from '../model/power-auth-password.ts';
import { buildConfigurations, type Configurations } from './configurations.ts';
import { Session } from './session.ts';

const sessions = new Map<string, Session>();
/** Sessions of a `configure` that is still under way. */
const opening = new Map<string, Promise<Session>>();

/**
 * Configures an instance with the arguments of `PowerAuth.configure`.
 *
 * @throws WRONG_PARAMETER; REACT_NATIVE_ERROR when it is configured already
 */
export async function configureSession(instanceId: string, args: readonly unknown[]): Promise<void> {
  const configurations = buildConfigurations(args);
  if (sessions.has(instanceId) || opening.has(instanceId)) {
    throw failure(
      PowerAuthErrorCode.REACT_NATIVE_ERROR,
      `A PowerAuth instance with the instanceId ${JSON.stringify(instanceId)} is already configured; call deconfigure first`,
    );
  }
  const session = Session.open(instanceId, configurations);
  opening.set(instanceId, session);
  try {
    sessions.set(instanceId, await session);
    admitPasswordsOf(instanceId);
  } finally {
    opening.delete(instanceId);
  }
}

/** Ends the session, if there is one, also one whose `configure` was not awaited. */
export async function deconfigureSession(instanceId: string): Promise<void> {
  const begun = opening.get(instanceId);
  if (begun !== undefined) await begun.catch(() => undefined);
  const session = sessions.get(instanceId);
  if (session === undefined) return;
  sessions.delete(instanceId);
  dismissPasswordsOf(instanceId);
  await session.close();
}

/** The session, or undefined when the instance is not configured. */
export function findSession(instanceId: string): Session | undefined {
  return sessions.get(instanceId);
}

/** @throws INSTANCE_NOT_CONFIGURED */
export function sessionOf(instanceId: string): Session {
  const session = sessions.get(instanceId);
  if (session === undefined) {
    throw failure(
      PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED,
      'This PowerAuth instance is not configured; call configure first',
    );
  }
  return session;
}

/** @throws INSTANCE_NOT_CONFIGURED; MISSING_ACTIVATION, also when one waits for its commit */
export async function activatedSession(instanceId: string): Promise<Session> {
  const session = sessionOf(instanceId);
  await session.requireActivation();
  return session;
}

/** The configurations of an instance, or undefined when it is not configured. */
export function configurationsOf(instanceId: string): Configurations | undefined {
  return sessions.get(instanceId)?.configurations;
}
