/**
 * Reads a store, copies it, and reseals it, for anyone who has its sealing key.
 *
 * @module powerauth-wasm/records
 */

import * as s from './util/schema.ts';
import { PowerAuthErrorCode } from './errors.ts';
import { sealingKeySchema, storageSchema } from './model/storage-schema.ts';
import { guard } from './power-auth/guard.ts';
import { Copy, type Existing } from './records/copy.ts';
import { list } from './records/list.ts';
import { reseal } from './records/reseal.ts';
import type { PowerAuthRecordsOptions, PowerAuthStore, PowerAuthStoredRecord } from './records/types.ts';
import { Work } from './records/work.ts';
import type { PowerAuthSealingKey, PowerAuthStorage } from './storage/types.ts';
import { check, wrongParameter } from './util/validate.ts';

export type {
  PowerAuthFactor,
  PowerAuthRecordsOptions,
  PowerAuthRecordsProgress,
  PowerAuthStore,
  PowerAuthStoredActivation,
  PowerAuthStoredRecord,
  PowerAuthStoredReservation,
  PowerAuthStoredToken,
  PowerAuthUnreadableRecord,
} from './records/types.ts';

/**
 * Options of {@link listRecords}.
 *
 * @example
 * ```ts
 * const options: ListRecordsOptions = { instanceId: 'gateway-17' };
 * ```
 */
export interface ListRecordsOptions {
  /** Lists the records of this instance alone. Default: all. */
  readonly instanceId?: string | undefined;
}

/**
 * Options of {@link copyRecords}.
 *
 * @example
 * ```ts
 * const options: CopyRecordsOptions = { existing: 'skip', onProgress: ({ done, total }) => show(`${done} of ${total}`) };
 * ```
 */
export interface CopyRecordsOptions extends PowerAuthRecordsOptions {
  /**
   * What to do if the target has a different record in the same place. `'refuse'`, the default: reject with
   * INVALID_ACTIVATION_STATE, before anything is written. `'skip'`: keep it; if it is another activation, keep
   * everything of its instance. `'overwrite'`: replace it. An equal record never conflicts. A record that can't be read
   * counts as a different record if `onUnreadable` is given, and ends the copy otherwise.
   */
  readonly existing?: 'refuse' | 'skip' | 'overwrite' | undefined;
  /** Copies the records of this instance alone. Default: all. */
  readonly instanceId?: string | undefined;
}

/**
 * What {@link copyRecords} did, in numbers of records.
 *
 * @example
 * ```ts
 * const isComplete = ({ skipped, unreadable }: CopyRecordsResult) => skipped === 0 && unreadable === 0;
 * ```
 */
export interface CopyRecordsResult {
  /** Written to the target. */
  readonly copied: number;
  /** Already there, with the same content. */
  readonly equal: number;
  /** Left out because of what the target has. */
  readonly skipped: number;
  /** Left out because they can't be read. */
  readonly unreadable: number;
}

/**
 * Options of {@link resealRecords}.
 *
 * @example
 * ```ts
 * const [oldKey, newKey] = [sealingKey, crypto.getRandomValues(new Uint8Array(32))];
 * const options: ResealRecordsOptions = { from: oldKey, to: newKey };
 * ```
 */
export interface ResealRecordsOptions extends PowerAuthRecordsOptions {
  /** The key that seals the records now, or several keys. Default: the storage's own key. */
  readonly from?: PowerAuthSealingKey | undefined;
  /**
   * The key to reseal them under; of several keys, the first. Default: the storage's own key; if `from` is left out as
   * well, a new key that replaces it.
   */
  readonly to?: PowerAuthSealingKey | undefined;
}

/**
 * What {@link resealRecords} did, in numbers of records.
 *
 * @example
 * ```ts
 * const count = ({ resealed, unchanged, unreadable }: ResealRecordsResult) => resealed + unchanged + unreadable;
 * ```
 */
export interface ResealRecordsResult {
  /** Sealed under the new key. */
  readonly resealed: number;
  /** Already under the new key. */
  readonly unchanged: number;
  /** Left as they are because they can't be read. */
  readonly unreadable: number;
}

const text = s.text(/./su, 'a non-empty string');
const callback = s.custom<(value: never) => void>((value) => typeof value === 'function', 'a function');
const storeSchema = s.object(
  { storage: storageSchema, sealingKey: s.optional(sealingKeySchema) },
  'a storage and its sealingKey',
);
const workEntries = {
  onProgress: s.optional(callback),
  onUnreadable: s.optional(callback),
  signal: s.optional(s.custom<AbortSignal>((value) => value instanceof AbortSignal, 'an AbortSignal')),
};
const listSchema = s.object({ instanceId: s.optional(text) }, 'options');
const copySchema = s.object(
  {
    ...workEntries,
    instanceId: s.optional(text),
    existing: s.optional(
      s.oneOf(['refuse', 'skip', 'overwrite'], "'refuse', 'skip' or 'overwrite'"),
      'refuse',
    ),
  },
  'options',
);
const resealSchema = s.object(
  { ...workEntries, from: s.optional(sealingKeySchema), to: s.optional(sealingKeySchema) },
  'options',
);

/**
 * Lists what a store holds: each activation, what an interrupted commit has left behind, each token, and each record
 * that can't be read. It reads one record after another, so a store of any size takes no more memory than one with ten
 * records. Records that are added or removed in the meantime may or may not be listed. Keys that don't belong to this
 * package are skipped.
 *
 * @param store the storage and its key; both stay as they are
 * @param options which instance
 * @returns records in the order of the storage, without their secrets
 * @throws WRONG_PARAMETER, and what the storage rejects with, at the first step
 *
 * @example
 * ```ts
 * import { listRecords } from 'powerauth-wasm/records';
 *
 * for await (const record of listRecords({ storage, sealingKey })) {
 *   if (record.type === 'activation') console.log(record.instanceId, record.activationId, record.factors);
 *   if (record.type === 'token') console.log(record.instanceId, record.tokenName, record.isOrphan ? 'orphan' : '');
 *   if (record.type === 'unreadable') console.error(record.error.message);
 * }
 * ```
 */
export async function* listRecords(
  store: PowerAuthStore,
  options: ListRecordsOptions = {},
): AsyncGenerator<PowerAuthStoredRecord, void, undefined> {
  const records = await guard(() =>
    list(checkStore(store, 'store'), checked(listSchema, options).instanceId),
  );
  try {
    for (;;) {
      const next = await guard(() => records.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await records.return();
  }
}

/**
 * Copies the records of a store to another one of any kind, under that store's key. Each is unsealed and checked when
 * it is read. The source stays as it is.
 *
 * Only one of the two may be used from then on: the signature counter is in the record, so the counters of an
 * activation that is used in two places diverge, and the server refuses its signatures. Stop everything that uses the
 * source before, and remove the source's records afterwards.
 *
 * A copy that fails, is aborted or dies half way may be repeated, and then finishes the rest. Tokens are copied first:
 * an activation is there with all its tokens, or not yet.
 *
 * @param from where the records are
 * @param to where to copy them; not the same storage object
 * @param options what to do with existing records, which instance, progress
 * @returns how many records were copied, equal, skipped and unreadable
 * @throws WRONG_PARAMETER; INVALID_ACTIVATION_STATE if the target has a different record; INVALID_ACTIVATION_DATA for a
 *   record that can't be read, unless `onUnreadable` is given; OPERATION_CANCELED by `signal`; what the storages reject
 *   with
 *
 * @example
 * ```ts
 * import { copyRecords } from 'powerauth-wasm/records';
 * import { redisStorage } from 'powerauth-wasm/storage/redis';
 * import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
 *
 * const from = { storage: sqliteStorage({ path: './data/powerauth' }) };
 * const to = { storage: redisStorage({ url: 'redis://localhost' }), sealingKey };
 * const { copied } = await copyRecords(from, to, { onProgress: ({ done, total }) => show(`${done} of ${total}`) });
 * ```
 */
export async function copyRecords(
  from: PowerAuthStore,
  to: PowerAuthStore,
  options: CopyRecordsOptions = {},
): Promise<CopyRecordsResult> {
  return guard(async () => {
    const [source, target] = [checkStore(from, 'from'), checkStore(to, 'to')];
    const { existing, instanceId, ...given } = checked(copySchema, options);
    if (source.storage === target.storage) throw wrongParameter('to', 'another storage than from', to);
    const work = new Work(given as PowerAuthRecordsOptions);
    const settings: { existing: Existing; instanceId: string | undefined } = { existing, instanceId };
    const outcomes = await new Copy(source, target, settings, work).run();
    return { ...outcomes, unreadable: work.unreadable };
  });
}

/**
 * Seals the records of a store under another key, each in one atomic update. Instances may keep using the store, if
 * they know both keys: see "Another sealing key" in docs/storage.md.
 *
 * When it has resolved, no record is left under the old key except those that can't be read. If it fails, is aborted or
 * dies half way, records are under either key; it may be repeated, and then finishes the rest. If the storage keeps the
 * key itself, it keeps both until then.
 *
 * @param storage where the records are; the caller closes it
 * @param options the two keys, progress
 * @returns how many records were resealed, unchanged and unreadable
 * @throws WRONG_PARAMETER; INVALID_ACTIVATION_DATA for a record under neither key, or damaged, unless `onUnreadable` is
 *   given; UNKNOWN_ERROR while somebody keeps sealing under the old key; OPERATION_CANCELED by `signal`; what the
 *   storage rejects with
 *
 * @example
 * ```ts
 * import { resealRecords } from 'powerauth-wasm/records';
 * import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
 *
 * // A new key in the file beside the records.
 * const store = sqliteStorage({ path: './data/powerauth' });
 * const { resealed } = await resealRecords(store);
 * await store.close();
 * ```
 */
export async function resealRecords(
  storage: PowerAuthStorage,
  options: ResealRecordsOptions = {},
): Promise<ResealRecordsResult> {
  return guard(async () => {
    const target = check(storageSchema, storage, 'storage', PowerAuthErrorCode.WRONG_PARAMETER);
    const { from, to, ...given } = checked(resealSchema, options);
    const work = new Work(given as PowerAuthRecordsOptions);
    const outcomes = await reseal(target, { from, to }, work);
    return { ...outcomes, unreadable: work.unreadable };
  });
}

function checkStore(store: PowerAuthStore, field: string): PowerAuthStore {
  return check(storeSchema, store, field, PowerAuthErrorCode.WRONG_PARAMETER);
}

function checked<T>(schema: s.Schema<T>, options: unknown): T {
  return check(schema, options, 'options', PowerAuthErrorCode.WRONG_PARAMETER);
}
