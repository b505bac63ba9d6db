/** Instance id and token name inside the sealed records: what doesn't lie in its own place is refused. */

import { expect, test } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode } from '../../src/index.ts';
import { decodeActivationRecord, encodeReservation } from '../../src/session/activation-record.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { decodeRecord, encodeRecord } from '../../src/session/record.ts';
import { decodeTokenRecord } from '../../src/session/token-record.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import { activate, activated, SEALING_KEY, testClient } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const NAME = 'api \u{1f600} \udc00';
const misplaced = (what: string) =>
  expect.objectContaining(
    error(PowerAuthErrorCode.INVALID_ACTIVATION_DATA, new RegExp(`${what}: expected the one of this place`)),
  ) as Error;

async function place(instanceId: string) {
  const storage = memoryStorage();
  const { server, powerAuth } = await activated({ storage, instanceId });
  return {
    server,
    powerAuth,
    storage,
    sealed: sealedStorage(storage, SEALING_KEY),
    keys: new RecordKeys(instanceId),
  };
}

const read = async (sealed: PowerAuthStorage, key: string) => (await sealed.get(key)) ?? new Uint8Array();

/** The record with the first fields alone, as an earlier version wrote it. */
function ofVersion(version: number, count: number, record: Uint8Array): Uint8Array {
  const fields = decodeRecord(
    record,
    record[0] ?? 0,
    Array.from({ length: version === 1 ? 6 : 18 }, () => undefined),
    'record',
  );
  return encodeRecord(version, fields.slice(0, count));
}

test('records hold instance id and token name, lone surrogates included', async () => {
  const instanceId = 'gateway \ud83d';
  const { powerAuth, sealed, keys } = await place(instanceId);
  await powerAuth.tokenStore.requestAccessToken(NAME, POSSESSION);
  expect(decodeActivationRecord(await read(sealed, keys.activation)).instanceId).toBe(instanceId);
  expect(decodeTokenRecord(await read(sealed, keys.token(NAME)))).toMatchObject({ instanceId, name: NAME });
});

test("another instance's activation and reservation are refused", async () => {
  const { server, storage, sealed, keys } = await place('names owner');
  const other = new RecordKeys('names thief');
  const thief = await testClient(server, { storage, instanceId: 'names thief' });
  await sealed.set(other.activation, await read(sealed, keys.activation));
  await expect(thief.hasValidActivation()).rejects.toEqual(misplaced('activation record'));
  const reservation = encodeReservation({ instanceId: 'names owner', nonce: new Uint8Array(16).fill(1) });
  await sealed.set(other.activation, reservation);
  await expect(thief.hasValidActivation()).rejects.toEqual(misplaced('reservation of an activation'));
});

test("another token, and another instance's token of the same name, are refused and left in place", async () => {
  const { server, powerAuth, storage, sealed, keys } = await place('names tokens');
  const other = await testClient(server, { storage, instanceId: 'names tokens 2' });
  await activate(server, other);
  await powerAuth.tokenStore.requestAccessToken(NAME, POSSESSION);
  const token = await read(sealed, keys.token(NAME));
  for (const [client, key, name] of [
    [powerAuth, keys.token('admin'), 'admin'],
    [other, new RecordKeys('names tokens 2').token(NAME), NAME],
  ] as const) {
    await sealed.set(key, token.slice());
    await expect(client.tokenStore.hasLocalToken(name)).rejects.toEqual(misplaced('token record'));
    expect(await sealed.get(key)).toEqual(token);
  }
  // The right one is none the worse for it.
  expect(await powerAuth.tokenStore.hasLocalToken(NAME)).toBe(true);
});

test('records of earlier versions, which name nobody, are read; the activation gets its name at the next signature', async () => {
  const { powerAuth, server, storage, sealed, keys } = await place('names earlier');
  await powerAuth.tokenStore.requestAccessToken(NAME, POSSESSION);
  await powerAuth.deconfigure();
  const token = ofVersion(1, 4, await read(sealed, keys.token(NAME)));
  await sealed.set(keys.activation, ofVersion(5, 17, await read(sealed, keys.activation)));
  await sealed.set(keys.token(NAME), token);
  expect(decodeActivationRecord(await read(sealed, keys.activation)).instanceId).toBe('');
  const again = await testClient(server, { storage, instanceId: 'names earlier' });
  expect(await again.tokenStore.hasLocalToken(NAME)).toBe(true);
  await again.requestSignature(POSSESSION, 'POST', '/login', 'body');
  expect(decodeActivationRecord(await read(sealed, keys.activation)).instanceId).toBe('names earlier');
});
