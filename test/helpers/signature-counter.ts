/**
 * Which counter value a signature was made with: what the server can't tell of a signature that it refused, or that was
 * never sent.
 *
 * @module
 */

import { nextCounter } from '../../src/protocol/counter.ts';
import { computeSignature, signatureData } from '../../src/protocol/signature.ts';
import type { PowerAuthTestRequest } from '../../src/testing/index.ts';
import { b64 } from './vectors.ts';

/** A signed request, with the value of its header. */
export interface Signed {
  readonly method: string;
  readonly uriId: string;
  readonly body: string;
  readonly header: string;
}

/** How far one signature may be from the one before, in counter values. */
const REACH = 2000;

/** The signed ones among the requests that a test server has got. */
export function signedRequests(requests: readonly PowerAuthTestRequest[]): Signed[] {
  return requests.flatMap(({ method, path, body, headers }) => {
    const header = headers['x-powerauth-authorization'];
    return typeof header === 'string'
      ? [{ method, uriId: path.replace(/^\/pa\/v3/, '/pa'), body, header }]
      : [];
  });
}

/** Numbers the values of an activation's signature counter. */
export class SignatureCounterValues {
  readonly #possessionKey: Uint8Array;
  readonly #applicationSecret: string;
  readonly #ctrData: Uint8Array[];
  #last = 0;

  /** @param ctrData value 0; both in Base64 */
  constructor(possessionKey: string, ctrData: string, applicationSecret: string) {
    this.#possessionKey = b64(possessionKey);
    this.#ctrData = [b64(ctrData)];
    this.#applicationSecret = applicationSecret;
  }

  /** The number of the value that a request was signed with; throws when it is none nearby. */
  numberOf({ method, uriId, body, header }: Signed): number {
    const part = (name: string): Uint8Array<ArrayBuffer> =>
      b64(new RegExp(`${name}="([^"]*)"`).exec(header)?.[1] ?? '');
    const data = signatureData({
      method,
      uriId,
      nonce: part('pa_nonce'),
      body: new TextEncoder().encode(body),
      applicationSecret: this.#applicationSecret,
    });
    // Possession comes first in each signature, and the other factors change nothing of it.
    const signature = Buffer.from(part('pa_signature').subarray(0, 16)).toString('base64');
    for (let distance = 0; distance <= REACH; distance++) {
      for (const number of new Set([this.#last + distance, this.#last - distance])) {
        if (number < 0) continue;
        if (computeSignature([this.#possessionKey], this.#value(number), data) !== signature) continue;
        this.#last = number;
        return number;
      }
    }
    throw new Error(`no counter value within ${REACH} of ${this.#last} gives the signature of ${uriId}`);
  }

  #value(number: number): Uint8Array {
    for (let at = this.#ctrData.length; at <= number; at++) {
      const ctrData = this.#ctrData[at - 1] ?? new Uint8Array();
      this.#ctrData.push(nextCounter({ ctrData, ctrByte: 0 }).ctrData);
    }
    return this.#ctrData[number] ?? new Uint8Array();
  }
}
