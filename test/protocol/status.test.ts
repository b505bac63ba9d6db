import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { nextCounter, type SignatureCounter } from '../../src/protocol/counter.ts';
import {
  compareCounters,
  counterHash,
  decryptStatusBlob,
  statusBlobIv,
  type StatusBlob,
} from '../../src/protocol/status.ts';
import { error } from '../helpers/error.ts';
import { bytes, published } from '../helpers/vectors.ts';

describe('published statuses: ', () => {
  test('IV', async () => {
    for (const { input, output } of published('activation-status-blob-iv')) {
      const iv = await statusBlobIv(
        bytes(input, 'transportKey'),
        bytes(input, 'challenge'),
        bytes(input, 'nonce'),
      );
      expect(iv).toEqual(bytes(output, 'iv'));
    }
  });

  test('content, and the distance of the counters', async () => {
    for (const { input, output } of published('activation-status-blob-data')) {
      const transportKey = bytes(input, 'transportKey');
      const blob = await decryptStatusBlob({
        transportKey,
        challenge: bytes(input, 'challenge'),
        nonce: bytes(input, 'nonce'),
        encryptedStatusBlob: bytes(input, 'encryptedStatusBlob'),
      });
      if (blob === undefined) throw new Error('the magic is not there');
      expect(blob).toEqual({
        state: Number(output['activationStatus']),
        currentVersion: Number(output['currentVersion']),
        upgradeVersion: Number(output['upgradeVersion']),
        failCount: Number(output['failedAttempts']),
        maxFailCount: Number(output['maxFailedAttempts']),
        lookAhead: Number(output['ctrLookAhead']),
        ctrByte: Number(output['ctrByte']),
        ctrDataHash: bytes(output, 'ctrDataHash'),
      });
      const distance = Number(output['counterDistance']);
      const ctrData = bytes(input, 'ctrData');
      if (distance === 0) expect(await counterHash(transportKey, ctrData)).toEqual(blob.ctrDataHash);
      const counter = { ctrData, ctrByte: (blob.ctrByte - distance + 256) % 256 };
      const comparison = await compareCounters({ counter, blob, transportKey });
      if (distance === 0) expect(comparison).toEqual({ kind: 'in-sync' });
      else if (distance > 0) expect(comparison).toMatchObject({ kind: 'local-behind', distance });
      expect(
        await decryptStatusBlob({
          transportKey,
          challenge: bytes(input, 'nonce'),
          nonce: bytes(input, 'challenge'),
          encryptedStatusBlob: bytes(input, 'encryptedStatusBlob'),
        }),
      ).toBeUndefined();
    }
  });
});

test.each([0, 16, 31, 33, 48])('a status of %i bytes is refused', async (length) => {
  const input = {
    transportKey: new Uint8Array(16),
    challenge: new Uint8Array(16),
    nonce: new Uint8Array(16),
    encryptedStatusBlob: new Uint8Array(length),
  };
  await expect(decryptStatusBlob(input)).rejects.toMatchObject(
    error(
      PowerAuthErrorCode.ENCRYPTION_ERROR,
      new RegExp(`^encryptedStatusBlob: expected 32 bytes, got ${length}$`),
    ),
  );
});

describe('counters', () => {
  const transportKey = new Uint8Array(16).fill(7);
  const START: SignatureCounter = { ctrData: new Uint8Array(16).fill(5), ctrByte: 250 };
  const LOOK_AHEAD = 20;
  const after = (steps: number) =>
    Array.from({ length: steps }).reduce<SignatureCounter>((counter) => nextCounter(counter), START);

  /** How a local counter stands to the server's, both so many steps from the start. */
  async function compare(local: number, server: number, change: Partial<StatusBlob> = {}) {
    const { ctrData, ctrByte } = after(server);
    const blob: StatusBlob = {
      state: 3,
      currentVersion: 3,
      upgradeVersion: 3,
      failCount: 0,
      maxFailCount: 5,
      lookAhead: LOOK_AHEAD,
      ctrByte,
      ctrDataHash: await counterHash(transportKey, ctrData),
      ...change,
    };
    return compareCounters({ counter: after(local), blob, transportKey });
  }

  test('that are equal are in sync', async () => {
    expect(await compare(3, 3)).toEqual({ kind: 'in-sync' });
  });

  test.each([1, 10, LOOK_AHEAD])(
    'the server is %i ahead: its value is found, over 255 too',
    async (distance) => {
      expect(await compare(0, distance)).toEqual({
        kind: 'local-behind',
        distance,
        counter: after(distance),
      });
    },
  );

  test.each([1, 10, LOOK_AHEAD])('the local one is %i ahead, over 255 too', async (distance) => {
    expect(await compare(distance, 0)).toEqual({ kind: 'local-ahead', distance });
  });

  test('beyond the look-ahead there is no way back', async () => {
    expect(await compare(0, LOOK_AHEAD + 1)).toEqual({ kind: 'deadlock' });
    expect(await compare(LOOK_AHEAD + 1, 0)).toEqual({ kind: 'deadlock' });
  });

  test('the byte alone, or the hash alone, does not make them equal', async () => {
    expect(await compare(0, 0, { ctrDataHash: new Uint8Array(16) })).toEqual({ kind: 'deadlock' });
    expect(await compare(0, 0, { ctrByte: 249 })).toEqual({ kind: 'local-ahead', distance: 1 });
  });

  test('the local counter is left as it is', async () => {
    const { ctrData, ctrByte } = after(1);
    const counter = { ctrData, ctrByte };
    const blob = { lookAhead: LOOK_AHEAD, ctrByte: 0, ctrDataHash: new Uint8Array(16) } as StatusBlob;
    await compareCounters({ counter, blob, transportKey });
    expect(counter).toEqual(after(1));
    expect(transportKey).toEqual(new Uint8Array(16).fill(7));
  });
});
