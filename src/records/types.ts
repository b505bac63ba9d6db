/**
 * What a store holds, as reported to anyone who has its sealing key.
 *
 * @module
 */

import type { PowerAuthError } from '../errors.ts';
import type { PowerAuthSealingKey, PowerAuthStorage } from '../storage/types.ts';

/**
 * A factor that an activation has, or that a token was made with.
 *
 * @example
 * ```ts
 * const factors: PowerAuthFactor[] = ['possession', 'knowledge'];
 * ```
 */
export type PowerAuthFactor = 'possession' | 'knowledge' | 'biometry';

/**
 * A storage, and the key of its records.
 *
 * @example
 * ```ts
 * const store: PowerAuthStore = { storage, sealingKey };
 * for await (const record of listRecords(store)) console.log(record.type, record.key);
 * ```
 */
export interface PowerAuthStore {
  /** The caller closes it. */
  readonly storage: PowerAuthStorage;
  /** As for `configure`. Default: the key that `configure` would use with this storage. */
  readonly sealingKey?: PowerAuthSealingKey | undefined;
}

/**
 * A committed activation. Only the server knows its state there.
 *
 * @example
 * ```ts
 * const withBiometry = (record: PowerAuthStoredActivation) => record.factors.includes('biometry');
 * ```
 */
export interface PowerAuthStoredActivation {
  /** Distinguishes it from other records. */
  readonly type: 'activation';
  /** Its key in the storage. */
  readonly key: string;
  /** Undefined in records of version 5 and before, until they are written again. */
  readonly instanceId: string | undefined;
  /** The server's id of the activation, a UUID. */
  readonly activationId: string;
  /** The factors that it can sign with. */
  readonly factors: readonly PowerAuthFactor[];
  /** Name of the provider of the biometry factor, if there is one. */
  readonly biometryProvider: string | undefined;
  /** Whether recovery code and PUK are kept with it. */
  readonly hasRecoveryData: boolean;
  /** Iterations of PBKDF2 under which the knowledge factor is wrapped. */
  readonly pbkdf2Iterations: number;
  /** Version of the record's format. */
  readonly recordVersion: number;
}

/**
 * The place of an activation that was being committed. It stays behind if the commit was interrupted, and blocks
 * nobody.
 *
 * @example
 * ```ts
 * const isPending = (record: PowerAuthStoredRecord): record is PowerAuthStoredReservation => record.type === 'reservation';
 * ```
 */
export interface PowerAuthStoredReservation {
  /** Distinguishes it from other records. */
  readonly type: 'reservation';
  /** Its key in the storage. */
  readonly key: string;
  /** The instance whose activation was being committed. */
  readonly instanceId: string;
}

/**
 * An access token.
 *
 * @example
 * ```ts
 * const title = (token: PowerAuthStoredToken) => `${token.tokenName} (${token.factors.join(' + ')})`;
 * ```
 */
export interface PowerAuthStoredToken {
  /** Distinguishes it from other records. */
  readonly type: 'token';
  /** Its key in the storage. */
  readonly key: string;
  /** The instance that requested it; undefined in records of version 1. */
  readonly instanceId: string | undefined;
  /** The name it was requested under; undefined in records of version 1. */
  readonly tokenName: string | undefined;
  /** The server's id of the token, a UUID. */
  readonly tokenIdentifier: string;
  /** The activation that it was made for. */
  readonly activationId: string;
  /** The factors that it was requested with. */
  readonly factors: readonly PowerAuthFactor[];
  /**
   * Whether the store lacks the activation that the token was made for: it makes no more headers, and its instance
   * deletes it when it finds it.
   */
  readonly isOrphan: boolean;
  /** Version of the record's format. */
  readonly recordVersion: number;
}

/**
 * A record that can't be read: damaged, under another key, of a newer version, or in another record's place.
 *
 * @example
 * ```ts
 * const report = ({ key, error }: PowerAuthUnreadableRecord) => console.error(key, error.print());
 * ```
 */
export interface PowerAuthUnreadableRecord {
  /** Distinguishes it from other records. */
  readonly type: 'unreadable';
  /** Its key in the storage. */
  readonly key: string;
  /** INVALID_ACTIVATION_DATA; the message says what is wrong. */
  readonly error: PowerAuthError;
}

/**
 * One record of a store. It contains no secret.
 *
 * @example
 * ```ts
 * const isBroken = (record: PowerAuthStoredRecord) => record.type === 'unreadable';
 * ```
 */
export type PowerAuthStoredRecord =
  PowerAuthStoredActivation | PowerAuthStoredReservation | PowerAuthStoredToken | PowerAuthUnreadableRecord;

/**
 * The progress of work on a store.
 *
 * @example
 * ```ts
 * const onProgress = ({ done, total }: PowerAuthRecordsProgress) => show(`${done} of ${total}`);
 * ```
 */
export interface PowerAuthRecordsProgress {
  /** Records that are finished. */
  readonly done: number;
  /** Records that existed at the beginning; more if others have added some since. */
  readonly total: number;
}

/**
 * Options of work on many records.
 *
 * @example
 * ```ts
 * const controller = new AbortController();
 * const options: PowerAuthRecordsOptions = { signal: controller.signal, onProgress: ({ done }) => show(done) };
 * ```
 */
export interface PowerAuthRecordsOptions {
  /** Called after each record. If it throws, the work ends. */
  readonly onProgress?: ((progress: PowerAuthRecordsProgress) => void) | undefined;
  /**
   * Called for each record that can't be read. The record stays as it is, and the work continues. Without this function
   * the first such record ends the work.
   */
  readonly onUnreadable?: ((record: PowerAuthUnreadableRecord) => void) | undefined;
  /** Ends the work with OPERATION_CANCELED; finished records stay. */
  readonly signal?: AbortSignal | undefined;
}
