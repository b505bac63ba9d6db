/**
 * Seals records under another key, one after another, each in one atomic update. In the meantime the store has records
 * under both keys: its users must know both, and seal under the new one.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { KeyRing } from '../storage/key-ring.ts';
import { importSealingKeys, keyList } from '../storage/sealing-key.ts';
import type { PowerAuthSealingKey, PowerAuthStorage, PowerAuthStorageLock } from '../storage/types.ts';
import { throwIfLost } from '../util/abort.ts';
import { wipe } from '../util/bytes.ts';
import { orUnreadable, ownKeys, ownSealingKey } from './store.ts';
import type { Work } from './work.ts';

/** One process at a time. */
const LOCK = 'powerauth-wasm reseal';
/** How many further rounds are made for records that somebody has sealed under the old key in the meantime. */
const ROUNDS = 5;

/** The outcomes for the records. */
export interface Resealed {
  resealed: number;
  unchanged: number;
}

/**
 * @param keys with neither, the storage's own key is replaced; with one, the storage's own key is the other one
 * @throws WRONG_PARAMETER for a storage whose own key can't be replaced; the error of the first unreadable record,
 *   unless somebody is told about it
 */
export async function reseal(
  storage: PowerAuthStorage,
  keys: { readonly from: PowerAuthSealingKey | undefined; readonly to: PowerAuthSealingKey | undefined },
  work: Work,
): Promise<Resealed> {
  return storage.lock(LOCK, async (lock) => {
    work.stopWith(lock.signal);
    const { from, to } = keys;
    const resealed = await (from === undefined && to === undefined
      ? replaceOwnKey(storage, lock, work)
      : sealUnder(storage, from, to, work));
    // Anyone with the old key could read what was overwritten. The work is done; a storage that can't forget now does
    // it later.
    try {
      await storage.forget?.();
    } catch {}
    return resealed;
  });
}

async function sealUnder(
  storage: PowerAuthStorage,
  from: PowerAuthSealingKey | undefined,
  to: PowerAuthSealingKey | undefined,
  work: Work,
): Promise<Resealed> {
  const imported = async (key: PowerAuthSealingKey | undefined, field: string) =>
    keyList(await (key === undefined ? ownSealingKey(storage, field) : importSealingKeys(key)));
  const next = await imported(to, 'to');
  const ring = await KeyRing.create([...next, ...(await imported(from, 'from'))]);
  return new Reseal(storage, ring, work).run();
}

async function replaceOwnKey(
  storage: PowerAuthStorage,
  lock: PowerAuthStorageLock,
  work: Work,
): Promise<Resealed> {
  if (storage.replaceSealingKey === undefined) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `to: the ${storage.name} storage keeps no sealing key that can be replaced: expected 32 bytes or a CryptoKey, got undefined`,
    );
  }
  let running: Reseal | undefined;
  await storage.replaceSealingKey(async () => {
    const ring = await KeyRing.create(await ownSealingKey(storage, 'to'));
    running = new Reseal(storage, ring, work);
    await running.run();
    // A holder that has lost the lock must not replace the key during somebody else's work.
    await throwIfLost(lock);
  });
  // A user that had read the key before may have sealed a last record since.
  await running?.pass(false);
  return running?.outcomes ?? { resealed: 0, unchanged: 0 };
}

class Reseal {
  readonly outcomes: Resealed = { resealed: 0, unchanged: 0 };
  readonly #storage: PowerAuthStorage;
  readonly #ring: KeyRing;
  readonly #work: Work;

  constructor(storage: PowerAuthStorage, ring: KeyRing, work: Work) {
    this.#storage = storage;
    this.#ring = ring;
    this.#work = work;
  }

  /** @throws UNKNOWN_ERROR while somebody keeps sealing under an old key */
  async run(): Promise<Resealed> {
    await this.#work.count(ownKeys(this.#storage, undefined));
    for (let round = 0; round < ROUNDS; round++) {
      if ((await this.pass(round === 0)) === 0) return this.outcomes;
    }
    throw failure(
      PowerAuthErrorCode.UNKNOWN_ERROR,
      'Somebody keeps sealing records under the old key. Configure everybody with [new key, old key] as sealingKey first, then call again',
    );
  }

  /** @returns how many records were under an old key */
  async pass(isFirst: boolean): Promise<number> {
    const before = this.outcomes.resealed;
    await this.#work.each(ownKeys(this.#storage, undefined), (key) => this.#step(key, isFirst), isFirst);
    return this.outcomes.resealed - before;
  }

  async #step(key: string, isFirst: boolean): Promise<void> {
    const record = await this.#storage.get(key);
    if (record === undefined) return;
    const isCurrent = this.#ring.isCurrent(record);
    // After the first pass this check is enough: unreadable records have been reported.
    if (!isFirst && (isCurrent || !this.#ring.knows(record))) return;
    const outcome = await orUnreadable(key, async () => {
      if (!isCurrent) return this.#sealAnew(key);
      wipe(await this.#ring.unseal(key, record));
      return 'unchanged';
    });
    if (typeof outcome === 'string') this.outcomes[outcome]++;
    else if (isFirst) this.#work.reportUnreadable(outcome);
  }

  async #sealAnew(key: string): Promise<keyof Resealed> {
    let outcome: keyof Resealed = 'unchanged';
    await this.#storage.update(key, async (current) => {
      outcome = 'unchanged';
      if (current === undefined || this.#ring.isCurrent(current)) return current;
      outcome = 'resealed';
      return this.#ring.sealAnew(key, current);
    });
    return outcome;
  }
}
