/**
 * How values are written for a back-end.
 *
 * @module
 */

import { ANY_FACTORS, type PowerAuthTestSignatureType } from '../signature.ts';
import type { PowerAuthTestActivationState } from '../model.ts';

/** All states. */
export const STATES: readonly PowerAuthTestActivationState[] = [
  'CREATED',
  'PENDING_COMMIT',
  'ACTIVE',
  'BLOCKED',
  'REMOVED',
];

/** ms as the genuine server writes them. */
export const date = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00');

/** All types of signatures by their names here, which are in capitals. */
export const SIGNATURE_TYPES: ReadonlyMap<string, PowerAuthTestSignatureType> = new Map(
  ANY_FACTORS.map((type) => [type.toUpperCase(), type]),
);
