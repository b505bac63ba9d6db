/**
 * The table of configured instances.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { Configurations } from './configurations.ts';
import { Session, type SessionKit } from './session.ts';
import { SettingsUse } from './settings.ts';

const sessions = new Map<string, Session>();
/** The last lifecycle call of each instance id that is not done yet. */
const lastCalls = new Map<string, Promise<unknown>>();

/**
 * Runs a lifecycle call after those of the same instance id that were made before it, however they end. If there are
 * none, it starts at once.
 */
async function inTurn<T>(instanceId: string, call: () => Promise<T>): Promise<T> {
  const before = lastCalls.get(instanceId);
  const running = before === undefined ? call() : before.then(call);
  const settled = running.then(
    () => undefined,
    () => undefined,
  );
  lastCalls.set(instanceId, settled);
  try {
    return await running;
  } finally {
    if (lastCalls.get(instanceId) === settled) lastCalls.delete(instanceId);
  }
}

/**
 * Configures an instance with the arguments of `PowerAuth.configure`.
 *
 * @param kit what the whole SDK adds; a page for tokens alone adds nothing
 * @throws WRONG_PARAMETER; REACT_NATIVE_ERROR if it is already configured
 */
export async function configureSession(
  instanceId: string,
  args: readonly unknown[],
  kit?: SessionKit,
): Promise<void> {
  const use = SettingsUse.take(args);
  try {
    await inTurn(instanceId, async () => {
      if (sessions.has(instanceId)) {
        throw failure(
          PowerAuthErrorCode.REACT_NATIVE_ERROR,
          `A PowerAuth instance with the instanceId ${JSON.stringify(instanceId)} is already configured; call deconfigure first`,
        );
      }
      const session = new Session(instanceId, use, use.settings ?? (await use.ready()));
      sessions.set(instanceId, session);
      if (kit !== undefined) session.equip(kit);
      const { engine, insight } = session.settings;
      insight.of(instanceId)('engine', 'engine', () => ({ engine: engine.name }));
    });
  } catch (error) {
    use.release();
    await use.leave();
    throw error;
  }
}

/** Ends the session, if there is one, even if its `configure` was not awaited. */
export async function deconfigureSession(instanceId: string): Promise<void> {
  return inTurn(instanceId, async () => {
    const session = sessions.get(instanceId);
    if (session === undefined) return;
    sessions.delete(instanceId);
    await session.close();
  });
}

/** The session, or undefined if the instance is not configured. */
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

/** The configurations of an instance, or undefined if it is not configured. */
export function configurationsOf(instanceId: string): Configurations | undefined {
  return sessions.get(instanceId)?.configurations;
}
