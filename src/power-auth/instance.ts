/**
 * The life of an instance.
 *
 * @module
 */

import { configureSession, deconfigureSession } from '../session/registry.ts';
import { WHOLE } from '../session/whole.ts';
import { guard } from './guard.ts';

/** @param args those of either form of `PowerAuth.configure` */
export function configure(instanceId: string, args: readonly unknown[]): Promise<boolean> {
  return guard(async () => {
    await configureSession(instanceId, args, WHOLE);
    return true;
  });
}

export function deconfigure(instanceId: string): Promise<boolean> {
  return guard(async () => {
    await deconfigureSession(instanceId);
    return true;
  });
}
