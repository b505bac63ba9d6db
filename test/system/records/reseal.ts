/**
 * What tests of another key share.
 *
 * @module
 */
import type { PowerAuthSealingKey, PowerAuthStorage } from '../../../src/index.ts';
import { recordsOf } from '../../records/store.ts';

/** How many records of a store can be read with a key. */
export async function readable(storage: PowerAuthStorage, sealingKey: PowerAuthSealingKey): Promise<number> {
  return (await recordsOf({ storage, sealingKey })).filter(({ type }) => type !== 'unreadable').length;
}
