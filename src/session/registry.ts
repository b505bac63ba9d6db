/**
 * The table of configured instances.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { admitPasswordsOf, dismissPasswordsOf } from '../model/power-auth-password.ts';
import { buildConfigurations, type Configurations } from './configurations.ts';
import { Session } from './session.ts';

/** Undefined marks an instance whose `configure` is still under way. */
const sessions = new Map<string, Session | undefined>();

/**
 * Configures an instance with the arguments of `PowerAuth.configure`.
 *
 * @throws WRONG_PARAMETER; REACT_NATIVE_ERROR when it is configured already
 */
export async function configureSession(instanceId: string, args: readonly unknown[]): Promise<void> {
  const configurations = buildConfigurations(args);
  if (sessions.has(instanceId)) {
    throw failure(
      PowerAuthErrorCode.REACT_NATIVE_ERROR,
      'A PowerAuth instance with this instanceId is already configured; call deconfigure first',
    );
  }
  sessions.set(instanceId, undefined);
  try {
    sessions.set(instanceId, await Session.open(instanceId, configurations));
    admitPasswordsOf(instanceId);
  } catch (error) {
    sessions.delete(instanceId);
    throw error;
  }
}

/** Ends the session, if there is one. */
export async function deconfigureSession(instanceId: string): Promise<void> {
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
