/**
 * The factors of one request, and what unlocks their keys.
 *
 * @module
 */

import type { UnlockedBiometryKey } from '../biometry/unlocked-key.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import {
  unlockedBiometryKey,
  useUp,
  type PowerAuthAuthentication,
} from '../model/power-auth-authentication.ts';
import { usePassword } from '../model/power-auth-password.ts';
import type { SignatureFactor } from '../protocol/signature.ts';
import type { ActivationRecord } from './activation-record.ts';
import type { BiometryFactor } from './biometry.ts';
import { KnowledgeFactor, type KnowledgeFactorParts } from './knowledge-factor.ts';
import { assertPasswordLength } from './password-wrapping.ts';

/** The parts of a session that unlock factors. */
export interface FactorParts extends KnowledgeFactorParts {
  readonly biometry: BiometryFactor;
}

/** The factors that sign a request. */
export interface Factors {
  /** In the protocol's order. */
  readonly names: readonly SignatureFactor[];
  /** Set with the knowledge factor; its creator must release it. */
  readonly knowledge?: KnowledgeFactor | undefined;
  /** Set with the biometry factor; its creator must release it. */
  readonly biometry?: UnlockedBiometryKey | undefined;
}

/** The possession factor alone, which needs nothing to be unlocked. */
export const POSSESSION: Factors = { names: ['possession'] };

/** Possession and knowledge factors. */
export function possessionKnowledge(knowledge: KnowledgeFactor): Factors {
  return { names: ['possession', 'knowledge'], knowledge };
}

/** The factors of an authentication object, in the protocol's order. */
export function signatureFactors(authentication: PowerAuthAuthentication): readonly SignatureFactor[] {
  const names: SignatureFactor[] = ['possession'];
  if (authentication.password !== undefined) names.push('knowledge');
  if (authentication.isBiometricAuthentication) names.push('biometry');
  return names;
}

/**
 * Takes from an authentication object what unlocks its factors, asking the user if necessary, passes it to `use` once,
 * and wipes it afterwards.
 *
 * @throws SIGNATURE_ERROR for a password that is too short, INVALID_NATIVE_OBJECT for one that is used up; what
 *   {@link BiometryFactor.unlock} throws
 */
export async function withFactors<T>(
  parts: FactorParts,
  authentication: PowerAuthAuthentication,
  use: (factors: Factors) => Promise<T>,
): Promise<T> {
  const names = signatureFactors(authentication);
  return withPassword(parts, authentication, (knowledge) =>
    withBiometryKey(parts, authentication, (biometry) => use({ names, knowledge, biometry })),
  );
}

async function withPassword<T>(
  parts: FactorParts,
  { password }: PowerAuthAuthentication,
  use: (knowledge: KnowledgeFactor | undefined) => Promise<T>,
): Promise<T> {
  if (password === undefined) return use(undefined);
  return usePassword(password, async (bytes) => {
    assertPasswordLength(bytes, 'password', PowerAuthErrorCode.SIGNATURE_ERROR);
    const knowledge = new KnowledgeFactor(parts, bytes);
    try {
      const result = await use(knowledge);
      // The caller's work is done. If this fails, it is tried again with the next answer.
      await knowledge.strengthen().catch(() => undefined);
      return result;
    } finally {
      knowledge.release();
    }
  });
}

async function withBiometryKey<T>(
  parts: FactorParts,
  authentication: PowerAuthAuthentication,
  use: (key: UnlockedBiometryKey | undefined) => Promise<T>,
): Promise<T> {
  if (!authentication.isBiometricAuthentication) return use(undefined);
  const shared = unlockedBiometryKey(authentication);
  if (shared !== undefined) return use(shared);
  const key = await parts.biometry.unlock(authentication.biometricPrompt);
  try {
    useUp(authentication);
    return await use(key);
  } finally {
    key.release();
  }
}

/**
 * Passes the factor keys (16 B each, in the protocol's order) to `use`. The record and the factors still own them.
 *
 * @param factors factors whose knowledge factor opens the record
 * @throws INVALID_NATIVE_OBJECT for a biometry factor key that was released, OPERATION_CANCELED for one of an
 *   activation that no longer exists
 */
export function withFactorKeys<T>(
  record: ActivationRecord,
  { knowledge, biometry }: Factors,
  use: (keys: readonly Uint8Array[]) => T,
): T {
  const keys = [record.possessionKey];
  const biometryKey = biometry?.key;
  if (biometry !== undefined && biometry.activationId !== record.activationId) {
    throw failure(
      PowerAuthErrorCode.OPERATION_CANCELED,
      'The activation was replaced by another one after the user was asked',
    );
  }
  if (knowledge?.key !== undefined) keys.push(knowledge.key);
  if (biometryKey !== undefined) keys.push(biometryKey);
  return use(keys);
}
