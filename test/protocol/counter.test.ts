import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { nextCounter } from '../../src/protocol/counter.ts';
import { compareCounters, decryptStatusBlob } from '../../src/protocol/status.ts';
import { activation, exchanges, keys } from '../helpers/recording.ts';
import { b64 } from '../helpers/vectors.ts';

test('the counter goes one step with each signature, and the statuses tell where it is', async () => {
  let counter = { ctrData: activation.ctrData, ctrByte: 0 };
  let statuses = 0;
  for (const exchange of exchanges) {
    if (exchange.endpoint.endsWith('/status')) {
      const { requestObject } = JSON.parse(exchange.requestBody) as { requestObject: { challenge: string } };
      const { responseObject } = JSON.parse(exchange.responseBody) as {
        responseObject: { encryptedStatusBlob: string; nonce: string };
      };
      const blob = await decryptStatusBlob({
        transportKey: keys.transport,
        challenge: b64(requestObject.challenge),
        nonce: b64(responseObject.nonce),
        encryptedStatusBlob: b64(responseObject.encryptedStatusBlob),
      });
      expect(blob?.lookAhead).toBe(20);
      if (blob?.state === 3) {
        statuses++;
        const comparison = await compareCounters({ counter, blob, transportKey: keys.transport });
        expect(['in-sync', 'local-ahead', 'local-behind']).toContain(comparison.kind);
      }
    }
    if (exchange.signature !== undefined) {
      while (Buffer.compare(counter.ctrData, b64(exchange.signature.ctrData)) !== 0) {
        counter = nextCounter(counter);
        expect(counter.ctrByte).toBeLessThan(30);
      }
      counter = nextCounter(counter);
    }
  }
  expect(statuses).toBeGreaterThan(0);
});

test('the next value is the hash of this one, folded, in a new array', () => {
  const ctrData = Uint8Array.from(randomBytes(16));
  const before = ctrData.slice();
  const hash = createHash('sha256').update(ctrData).digest();
  const next = nextCounter({ ctrData, ctrByte: 7 });
  expect(next).toEqual({
    ctrData: Uint8Array.from({ length: 16 }, (_, i) => (hash[i] ?? 0) ^ (hash[i + 16] ?? 0)),
    ctrByte: 8,
  });
  expect(ctrData).toEqual(before);
});

test('its byte begins again after 255', () => {
  expect(
    [0, 254, 255].map((ctrByte) => nextCounter({ ctrData: new Uint8Array(16), ctrByte }).ctrByte),
  ).toEqual([1, 255, 0]);
});
