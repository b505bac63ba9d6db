/**
 * The records of a store, opened with its key and read.
 *
 * @module
 */

import { defaultSealingKey } from '#platform';
import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { decodeActivationPlace, wipeActivationRecord } from '../session/activation-record.ts';
import { kindOf, RecordKeys } from '../session/record-keys.ts';
import { misplacedRecord } from '../session/record.ts';
import { decodeTokenRecord } from '../session/token-record.ts';
import { sealedUnheld } from '../storage/sealed.ts';
import type { PowerAuthCryptoKey, PowerAuthStorage } from '../storage/types.ts';
import { wipe } from '../util/bytes.ts';
import { isInstance } from '../util/instance.ts';
import type {
  PowerAuthFactor,
  PowerAuthStore,
  PowerAuthStoredActivation,
  PowerAuthStoredRecord,
  PowerAuthStoredReservation,
  PowerAuthStoredToken,
} from './types.ts';

/** What one record alone reveals. */
export type OwnRecord =
  PowerAuthStoredActivation | PowerAuthStoredReservation | Omit<PowerAuthStoredToken, 'isOrphan'>;

/**
 * The key that seals a storage's records if the caller passes none.
 *
 * @throws WRONG_PARAMETER for a storage that needs one
 */
export async function ownSealingKey(
  storage: PowerAuthStorage,
  field: string,
): Promise<PowerAuthCryptoKey | readonly PowerAuthCryptoKey[]> {
  if (storage.needsSealingKey !== true) return defaultSealingKey(storage);
  throw failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `${field}: the ${storage.name} storage needs one: expected 32 bytes or a CryptoKey, got undefined`,
  );
}

/** The storage with its records unsealed. The key is requested when it is first needed. */
export function openStore({ storage, sealingKey }: PowerAuthStore, field = 'sealingKey'): PowerAuthStorage {
  const mayChange = storage.sealingKey !== undefined;
  return sealedUnheld(storage, sealingKey ?? (() => ownSealingKey(storage, field)), mayChange);
}

/** The keys of our records, of one instance or of all. Other programs' keys in the storage are skipped. */
export async function* ownKeys(
  storage: PowerAuthStorage,
  instanceId: string | undefined,
): AsyncGenerator<string, void, undefined> {
  const prefix = instanceId === undefined ? '' : new RecordKeys(instanceId).instance;
  for await (const key of storage.list(prefix)) if (kindOf(key) !== undefined) yield key;
}

/**
 * Describes an unsealed record, and wipes it.
 *
 * @throws INVALID_ACTIVATION_DATA for a record of another place, or of a newer version
 */
export function describeRecord(key: string, bytes: Uint8Array): OwnRecord {
  return kindOf(key) === 'token' ? describeToken(key, bytes) : describeActivation(key, bytes);
}

function describeActivation(
  key: string,
  bytes: Uint8Array,
): PowerAuthStoredActivation | PowerAuthStoredReservation {
  const recordVersion = bytes[0] ?? 0;
  const found = decodeActivationPlace(bytes);
  const { instanceId } = 'reserved' in found ? found.reserved : found.record;
  if ('record' in found) wipeActivationRecord(found.record);
  if (instanceId !== '' && new RecordKeys(instanceId).activation !== key) {
    throw misplacedRecord('activation record');
  }
  if ('reserved' in found) return { type: 'reservation', key, instanceId };
  const { activationId, biometry, knowledge, wrappedRecoveryData } = found.record;
  return {
    type: 'activation',
    key,
    instanceId: nameOf(instanceId),
    activationId,
    factors: ['possession', 'knowledge', ...(biometry === undefined ? [] : (['biometry'] as const))],
    biometryProvider: biometry?.provider,
    hasRecoveryData: wrappedRecoveryData.length > 0,
    pbkdf2Iterations: knowledge.iterations,
    recordVersion,
  };
}

function describeToken(key: string, bytes: Uint8Array): Omit<PowerAuthStoredToken, 'isOrphan'> {
  const recordVersion = bytes[0] ?? 0;
  try {
    const { instanceId, name, activationId, tokenIdentifier, signatureType, tokenSecret } =
      decodeTokenRecord(bytes);
    wipe(tokenSecret);
    if (instanceId !== '' && new RecordKeys(instanceId).token(name) !== key) {
      throw misplacedRecord('token record');
    }
    return {
      type: 'token',
      key,
      instanceId: nameOf(instanceId),
      tokenName: nameOf(name),
      tokenIdentifier,
      activationId,
      factors: signatureType.split('_') as PowerAuthFactor[],
      recordVersion,
    };
  } finally {
    wipe(bytes);
  }
}

/** Neither instances nor tokens have an empty name. */
const nameOf = (name: string): string | undefined => (name === '' ? undefined : name);

/** The result of `read`, or an `unreadable` record if it fails because of the record. */
export async function orUnreadable<T>(
  key: string,
  read: () => Promise<T>,
): Promise<T | Extract<PowerAuthStoredRecord, { type: 'unreadable' }>> {
  try {
    return await read();
  } catch (error) {
    if (!isInstance(error, PowerAuthError) || error.code !== PowerAuthErrorCode.INVALID_ACTIVATION_DATA)
      throw error;
    return { type: 'unreadable', key, error };
  }
}
