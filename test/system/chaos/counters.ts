/** The counter values that a bank has got, and its own counters. */

import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { SignatureCounterValues, signedRequests } from '../../helpers/signature-counter.ts';

interface Watched {
  readonly values: SignatureCounterValues;
  readonly sent: Set<number>;
  /** The server's, when it was last looked at. */
  counter: number;
}

/** Looks at what arrived since the last look. */
export class Counters {
  readonly #bank: PowerAuthTestServer;
  readonly #watched = new Map<string, Watched>();
  #seen = 0;

  constructor(bank: PowerAuthTestServer) {
    this.#bank = bank;
  }

  /** Watches an activation. Key and counter are in Base64. */
  watch(activationId: string, possessionKey: string, ctrData: string): void {
    const { applicationSecret } = this.#bank.configuration;
    const values = new SignatureCounterValues(possessionKey, ctrData, applicationSecret);
    this.#watched.set(activationId, { values, sent: new Set(), counter: 0 });
  }

  /** Signed requests that arrived. */
  get requests(): number {
    return [...this.#watched.values()].reduce((sum, { sent }) => sum + sent.size, 0);
  }

  /** Signed requests that the bank refused. */
  get refused(): number {
    return this.#bank.requests.filter(
      ({ headers, status }) =>
        'x-powerauth-authorization' in headers && status !== undefined && status !== 200,
    ).length;
  }

  /** What is wrong: a value that came twice, or a counter that went back. */
  look(): string[] {
    const wrong: string[] = [];
    const arrived = this.#bank.requests.slice(this.#seen);
    this.#seen += arrived.length;
    for (const request of signedRequests(arrived)) {
      const id = /pa_activation_id="([^"]*)"/.exec(request.header)?.[1] ?? '';
      const watched = this.#watched.get(id);
      if (watched === undefined) {
        wrong.push(`a signed request of activation ${id}, which nobody has`);
        continue;
      }
      const number = watched.values.numberOf(request);
      if (watched.sent.has(number)) wrong.push(`counter value ${number} was sent twice`);
      watched.sent.add(number);
    }
    for (const [id, watched] of this.#watched) {
      const now = this.#bank.activation(id)?.counter ?? 0;
      if (now < watched.counter) wrong.push(`the bank's counter went back from ${watched.counter} to ${now}`);
      watched.counter = now;
    }
    return wrong;
  }
}
