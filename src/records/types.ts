/**
 * What a store holds, as it is told to whoever has its sealing key.
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
  /** As `configure` takes it. Default: the one that `configure` would use with this storage. */
  readonly sealingKey?: PowerAuthSealingKey | undefined;
}

/**
 * A committed activation. What has become of it at the server, only the server knows.
 *
 * @example
 * ```ts
 * const withBiometry = (record: PowerAuthStoredActivation) => record.factors.includes('biometry');
 * ```
 */
export interface PowerAuthStoredActivation {
  /** Tells it from the other records. */
  readonly type: 'activation';
  /** Where it lies in the storage. */
  readonly key: string;
  /** Undefined in records of version 5 and before, until they are written anew. */
  readonly instanceId: string | undefined;
  /** The server's id of the activation, a UUID. */
  readonly activationId: string;
  /** The factors that it can sign with. */
  readonly factors: readonly PowerAuthFactor[];
  /** Name of the provider of the biometry factor, where there is one. */
  readonly biometryProvider: string | undefined;
  /** Whether recovery code and PUK are kept with it. */
  readonly hasRecoveryData: boolean;
  /** Iterations of PBKDF2 under which the knowledge factor is wrapped. */
  readonly pbkdf2Iterations: number;
  /** Version of the record's format. */
  readonly recordVersion: number;
}

/**
 * The place of an activation that was being committed; left behind where that was cut short. It is in nobody's way.
 *
 * @example
 * ```ts
 * const isPending = (record: PowerAuthStoredRecord): record is PowerAuthStoredReservation => record.type === 'reservation';
 * ```
 */
export interface PowerAuthStoredReservation {
  /** Tells it from the other records. */
  readonly type: 'reservation';
  /** Where it lies in the storage. */
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
  /** Tells it from the other records. */
  readonly type: 'token';
  /** Where it lies in the storage. */
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
   * Whether the store lacks the activation that the token was made for: it makes no more headers, and leaves the store
   * when its instance comes across it.
   */
  readonly isOrphan: boolean;
  /** Version of the record's format. */
  readonly recordVersion: number;
}

/**
 * A record that can't be read: damaged, under another key, of a newer version, or in another one's place.
 *
 * @example
 * ```ts
 * const report = ({ key, error }: PowerAuthUnreadableRecord) => console.error(key, error.print());
 * ```
 */
export interface PowerAuthUnreadableRecord {
  /** Tells it from the other records. */
  readonly type: 'unreadable';
  /** Where it lies in the storage. */
  readonly key: string;
  /** INVALID_ACTIVATION_DATA; the message says what is wrong. */
  readonly error: PowerAuthError;
}

/**
 * One record of a store. No secret is in it.
 *
 * @example
 * ```ts
 * const isBroken = (record: PowerAuthStoredRecord) => record.type === 'unreadable';
 * ```
 */
export type PowerAuthStoredRecord =
  PowerAuthStoredActivation | PowerAuthStoredReservation | PowerAuthStoredToken | PowerAuthUnreadableRecord;

/**
 * How far work on a store has come.
 *
 * @example
 * ```ts
 * const onProgress = ({ done, total }: PowerAuthRecordsProgress) => show(`${done} of ${total}`);
 * ```
 */
export interface PowerAuthRecordsProgress {
  /** Records that are done with. */
  readonly done: number;
  /** Records that there were at the beginning; more when others have added some since. */
  readonly total: number;
}

/**
 * What work on many records can be told.
 *
 * @example
 * ```ts
 * const controller = new AbortController();
 * const options: PowerAuthRecordsOptions = { signal: controller.signal, onProgress: ({ done }) => show(done) };
 * ```
 */
export interface PowerAuthRecordsOptions {
  /** Told after each record. What it throws ends the work. */
  readonly onProgress?: ((progress: PowerAuthRecordsProgress) => void) | undefined;
  /**
   * Told of each record that can't be read, which stays as it is, and the work goes on. Without this function the first
   * such record ends it.
   */
  readonly onUnreadable?: ((record: PowerAuthUnreadableRecord) => void) | undefined;
  /** Ends the work with OPERATION_CANCELED; what is done by then stays. */
  readonly signal?: AbortSignal | undefined;
}
