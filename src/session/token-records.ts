/**
 * The records of access tokens in the storage of one session.
 *
 * @module
 */

import { PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { wipe } from '../util/bytes.ts';
import type { ActivationStore } from './activation-store.ts';
import type { SessionParts } from './parts.ts';
import type { RecordKeys } from './record-keys.ts';
import { misplacedRecord } from './record.ts';
import type { SessionStorage } from './session-storage.ts';
import { decodeTokenRecord, encodeTokenRecord, type TokenRecord } from './token-record.ts';

/**
 * Reads and writes the records. Records that no longer belong to an activation of this instance are purged on the way.
 */
export class TokenRecords {
  readonly #storage: SessionStorage;
  readonly #keys: RecordKeys;
  readonly #activation: ActivationStore;

  /** Create one for each call, and don't keep it: a session drops its storage between calls. */
  constructor({ storage, keys, activation }: SessionParts) {
    this.#storage = storage;
    this.#keys = keys;
    this.#activation = activation;
  }

  /**
   * Returns the record if it belongs to the current activation; a record of an earlier activation is purged. The caller
   * must wipe its secret.
   *
   * @param key that of the name
   */
  async find(key: string, name: string): Promise<TokenRecord | undefined> {
    const record = await this.#read(key, name);
    if (record === undefined) return undefined;
    if (record.activationId === (await this.#activation.activationId())) return record;
    // The token may be newer than the remembered activation.
    if (record.activationId === (await this.#activation.readActivationId())) return record;
    wipe(record.tokenSecret);
    await this.purge(key, record);
    return undefined;
  }

  async set(key: string, record: TokenRecord): Promise<void> {
    const bytes = encodeTokenRecord(record);
    try {
      await this.#storage.set(key, bytes);
    } finally {
      wipe(bytes);
    }
  }

  /** Notes in the record that the server has removed tokens that it replaced. */
  async forgetFormers(key: string, removed: readonly string[]): Promise<void> {
    let present: Uint8Array | undefined;
    let changed: Uint8Array | undefined;
    try {
      const stored = await this.#storage.update(key, (current) => {
        wipe(present, changed);
        present = current;
        if (current === undefined) return undefined;
        const record = decodeTokenRecord(current);
        const { formerIdentifiers = [] } = record;
        const left = formerIdentifiers.filter((id) => !removed.includes(id));
        const isChanged = left.length < formerIdentifiers.length;
        changed = isChanged ? encodeTokenRecord({ ...record, formerIdentifiers: left }) : undefined;
        wipe(record.tokenSecret);
        return changed ?? current;
      });
      wipe(stored);
    } finally {
      wipe(present, changed);
    }
  }

  /** Deletes all records. */
  async deleteAll(): Promise<void> {
    for await (const key of this.#list()) await this.#storage.delete(key);
  }

  /** Deletes the records that don't belong to this activation. */
  async deleteOthers(activationId: string): Promise<void> {
    for await (const key of this.#list()) {
      try {
        const record = await this.#read(key);
        wipe(record?.tokenSecret);
        if (record !== undefined && record.activationId !== activationId) await this.purge(key, record);
      } catch (error) {
        // A record that can't be read belongs to no activation.
        if (!(error instanceof PowerAuthError && error.code === PowerAuthErrorCode.INVALID_ACTIVATION_DATA))
          throw error;
        await this.#storage.delete(key);
      }
    }
  }

  /** Deletes a record of an activation that is gone, unless somebody replaced it in the meantime. */
  async purge(key: string, { activationId }: TokenRecord): Promise<void> {
    let present: Uint8Array | undefined;
    try {
      const stored = await this.#storage.update(key, (current) => {
        wipe(present);
        present = current;
        if (current === undefined) return undefined;
        const record = decodeTokenRecord(current);
        wipe(record.tokenSecret);
        return record.activationId === activationId ? undefined : current;
      });
      wipe(stored);
    } finally {
      wipe(present);
    }
  }

  /** @param name the token's name, if it is known */
  async #read(key: string, name?: string): Promise<TokenRecord | undefined> {
    const bytes = await this.#storage.get(key);
    if (bytes === undefined) return undefined;
    try {
      const record = decodeTokenRecord(bytes);
      const isOwn = name === undefined ? this.#keys.token(record.name) === key : record.name === name;
      // A record of version 1 doesn't tell.
      if (record.name === '' || (isOwn && record.instanceId === this.#keys.instanceId)) return record;
      wipe(record.tokenSecret);
      throw misplacedRecord('token record');
    } finally {
      wipe(bytes);
    }
  }

  /** Each key is yielded once the next one is known, so the work on the last one comes after the whole listing. */
  async *#list(): AsyncGenerator<string, void, undefined> {
    let known: string | undefined;
    for await (const key of this.#storage.list(this.#keys.tokens)) {
      if (known !== undefined) yield known;
      known = key;
    }
    if (known !== undefined) yield known;
  }
}
