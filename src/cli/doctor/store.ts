/**
 * The store and its key, as `doctor` finds them.
 *
 * @module
 */

import { PowerAuthErrorCode } from '../../errors.ts';
import { listRecords } from '../../records.ts';
import { wipe } from '../../util/bytes.ts';
import type { Context } from '../context.ts';
import { describeStore, openStore, readSealingKey, urlOf, type OpenStore } from '../stores.ts';
import { failed, type Finding } from './finding.ts';

/** What a store has, as far as it could be read. */
interface Counted {
  readonly total: number;
  readonly unreadable: number;
  readonly activationId: string | undefined;
}

/** What was found, and whether the rest can be looked at. */
export interface StoreFindings {
  readonly findings: Finding[];
  readonly isOpen: boolean;
  readonly hasActivation: boolean;
}

export async function examineStore({ settings, instanceId }: Context): Promise<StoreFindings> {
  const nothing = { isOpen: false, hasActivation: false };
  const keyText = settings.sealingKey ?? 'kept by the store';
  if (settings.sealingKey !== undefined) {
    try {
      const key = await readSealingKey(settings.sealingKey, '--sealing-key');
      if (key instanceof Uint8Array) wipe(key);
    } catch (error) {
      return { ...nothing, findings: [failed('sealing key', keyText, error)] };
    }
  }
  let place = 'the store';
  try {
    place = describeStore(await urlOf(settings));
    const opened = await openStore(settings);
    try {
      const counted = await count(opened, instanceId);
      return {
        findings: [
          ofStore(place, counted),
          ofKey(keyText, counted),
          ofActivation(instanceId, counted.activationId),
        ],
        isOpen: true,
        hasActivation: counted.activationId !== undefined,
      };
    } finally {
      await opened.close();
    }
  } catch (error) {
    return { ...nothing, findings: [failed('store', place, error)] };
  }
}

async function count(store: OpenStore, instanceId: string): Promise<Counted> {
  let total = 0;
  let unreadable = 0;
  let activationId: string | undefined;
  for await (const record of listRecords(store)) {
    total++;
    if (record.type === 'unreadable') unreadable++;
    if (record.type === 'activation' && record.instanceId === instanceId) ({ activationId } = record);
  }
  return { total, unreadable, activationId };
}

function ofStore(place: string, { total, unreadable }: Counted): Finding {
  const text = `${place}: ${total} records`;
  if (unreadable === 0) return { level: 'ok', subject: 'store', text };
  return {
    level: 'fail',
    subject: 'store',
    text: `${text}, ${unreadable} unreadable`,
    remedy: 'see powerauth-wasm store check; pass the --sealing-key that they were sealed with',
    code: PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
  };
}

function ofKey(text: string, { total, unreadable }: Counted): Finding {
  const subject = 'sealing key';
  if (total === 0 || unreadable < total) return { level: 'ok', subject, text };
  return {
    level: 'fail',
    subject,
    text: `${text}: opens none of the ${total} records`,
    remedy: 'pass the --sealing-key that they were sealed with',
    code: PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
  };
}

function ofActivation(instanceId: string, activationId: string | undefined): Finding {
  const subject = 'activation';
  if (activationId !== undefined)
    return { level: 'ok', subject, text: `instance ${instanceId}: ${activationId}` };
  return {
    level: 'warn',
    subject,
    text: `instance ${instanceId} has none`,
    remedy: 'powerauth-wasm activate',
  };
}
