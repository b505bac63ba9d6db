/**
 * The factors of one request, and what unlocks their keys.
 *
 * @module
 */

import { PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import { usePassword } from '../model/power-auth-password.ts';
import type { SignatureFactor } from '../protocol/signature.ts';
import { wipe } from '../util/bytes.ts';
import type { ActivationRecord } from './activation-record.ts';
import { assertPasswordLength, unwrapWithPassword } from './knowledge-key.ts';

/** With what a request is signed. */
export interface Factors {
  /** In the protocol's order. */
  readonly names: readonly SignatureFactor[];
  /** UTF-8, with the knowledge factor; stays the property of who made this object. */
  readonly password?: Uint8Array;
}

/** The possession factor alone, which needs nothing to be unlocked. */
export const POSSESSION: Factors = { names: ['possession'] };

/** Possession and knowledge factors. */
export function possessionKnowledge(password: Uint8Array): Factors {
  return { names: ['possession', 'knowledge'], password };
}

/** The factors that an authentication object stands for, in the protocol's order. */
export function signatureFactors(authentication: PowerAuthAuthentication): readonly SignatureFactor[] {
  return authentication.password === undefined ? POSSESSION.names : ['possession', 'knowledge'];
}

/**
 * Takes from an authentication object what unlocks its factors, gives it to `use` once, and wipes it afterwards.
 *
 * @throws SIGNATURE_ERROR for a password too short to be one, INVALID_NATIVE_OBJECT for one used up
 */
export async function withFactors<T>(
  { password }: PowerAuthAuthentication,
  use: (factors: Factors) => Promise<T>,
): Promise<T> {
  if (password === undefined) return use(POSSESSION);
  return usePassword(password, async (bytes) => {
    assertPasswordLength(bytes, 'password', PowerAuthErrorCode.SIGNATURE_ERROR);
    return use(possessionKnowledge(bytes));
  });
}

/** Gives the factor keys (16 B each, in the protocol's order) to `use`, and wipes those that were unlocked for it. */
export function withFactorKeys<T>(
  record: ActivationRecord,
  { password }: Factors,
  use: (keys: readonly Uint8Array[]) => T,
): T {
  if (password === undefined) return use([record.possessionKey]);
  const knowledge = unwrapWithPassword(record.knowledge, password);
  try {
    return use([record.possessionKey, knowledge]);
  } finally {
    wipe(knowledge);
  }
}
