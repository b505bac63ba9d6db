/**
 * How an activation is removed from this device.
 *
 * @module
 */

import type { WrappedBiometryKey } from './activation-record.ts';
import { deleteActivation, deleteActivationOf } from './activation-updates.ts';
import type { Session } from './session.ts';

/** Removes activation and tokens from this device, and everything that an activation in progress has left. */
export async function removeLocalActivation(session: Session): Promise<void> {
  return removeBy(session, async () => {
    await session.pending.abandon();
    // A record that can't be read is deleted all the same.
    const factor = await session.biometry.present().catch(() => undefined);
    await deleteActivation(session.activation);
    return factor;
  });
}

/** Removes one activation and its tokens from this device; another one that took its place in the meantime stays. */
export async function removeLocalActivationOf(session: Session, activationId: string): Promise<void> {
  return removeBy(
    session,
    async () => (await deleteActivationOf(session.activation, activationId))?.biometry,
  );
}

/** @param remove returns the biometry factor that was removed with the activation */
async function removeBy(
  session: Session,
  remove: () => Promise<Omit<WrappedBiometryKey, 'wrappedKey'> | undefined>,
): Promise<void> {
  const { changes, tokens, storage } = session;
  const factor = await changes.make(async () => {
    const removed = await remove().catch((error: unknown) => {
      // A storage that reports a failure may have made the change all the same.
      void tokens.doubt();
      throw error;
    });
    // The tokens are gone with the activation. Records that the storage fails to delete are useless, and are deleted
    // next time.
    await tokens.removeOrphans().catch(() => tokens.doubt());
    return removed;
  });
  await storage.forget();
  // Others needn't wait for a slow platform.
  if (factor !== undefined) await session.biometry.discard(factor);
}
