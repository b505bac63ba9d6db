/**
 * A store in IndexedDB that is listed, copied and sealed again, also after a failure half way.
 *
 * @module
 */

import { copyRecords, listRecords, resealRecords } from '../../../../src/records.ts';
import { RecordKeys } from '../../../../src/session/record-keys.ts';
import { encodeTokenRecord } from '../../../../src/session/token-record.ts';
import { localforageStorage } from '../../../../src/storage/localforage.ts';
import { sealedUnheld } from '../../../../src/storage/sealed.ts';
import type { PowerAuthCryptoKey, PowerAuthStorage } from '../../../../src/storage/types.ts';

const NAMES = ['api', '\ud83d', '\u{1f600}'];

const ownKey = async (storage: PowerAuthStorage) => (await storage.sealingKey?.()) ?? [];
const namesIn = async (storage: PowerAuthStorage, sealingKey?: PowerAuthCryptoKey) => {
  const names: (string | undefined)[] = [];
  for await (const record of listRecords({ storage, sealingKey })) {
    names.push(record.type === 'token' ? record.tokenName : record.type);
  }
  return names.sort();
};

/** What was seen at each step. */
export async function resealInPage(): Promise<Record<string, unknown>> {
  const [name, copy] = ['records', 'copy of records'];
  const storage = localforageStorage({ name });
  const other = localforageStorage({ name });
  const seal = (key: string, token: string) =>
    sealedUnheld(other, () => ownKey(other), true).set(
      key,
      encodeTokenRecord({
        instanceId: 'page',
        name: token,
        activationId: 'activation',
        tokenIdentifier: token,
        signatureType: 'possession',
        tokenSecret: crypto.getRandomValues(new Uint8Array(16)),
      }),
    );
  const keys = new RecordKeys('page');
  for (const token of NAMES) await seal(keys.token(token), token);
  const old = await ownKey(storage);
  let left = 2;
  const failing: PowerAuthStorage = {
    ...storage,
    update: async (key, change) => {
      if (left-- === 0) throw new Error('the tab is closed');
      return storage.update(key, change);
    },
  };
  const failed = await resealRecords(failing).then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code,
  );
  const meanwhile = await ownKey(other);
  const halfWay = await namesIn(other);
  const { resealed, unchanged } = await resealRecords(localforageStorage({ name }));
  await seal(keys.token('made afterwards'), 'made afterwards');
  const replaced = (await ownKey(other)) as PowerAuthCryptoKey;
  return {
    failed,
    keysMeanwhile: Array.isArray(meanwhile) ? meanwhile.length : 1,
    halfWay,
    done: resealed + unchanged,
    extractable: replaced.extractable,
    underNewKey: await namesIn(other, replaced),
    underOldKey: await namesIn(other, old as PowerAuthCryptoKey),
    copied: await copyRecords({ storage }, { storage: localforageStorage({ name: copy }) }),
    copy: await namesIn(localforageStorage({ name: copy })),
  };
}

(globalThis as { resealInPage?: typeof resealInPage }).resealInPage = resealInPage;
