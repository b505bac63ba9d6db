/**
 * Faults on demand, for tests.
 *
 * @module
 */

import { checked, fault as inputs } from './inputs.ts';

/**
 * A fault, and the requests that it affects.
 *
 * @example
 * ```ts
 * const slow: PowerAuthTestFault = { path: '/pa/v3/activation/status', delay: 500 };
 * ```
 */
export interface PowerAuthTestFault {
  /** Path of the requests, for example `/pa/v3/token/create`; default: all. */
  readonly path?: string;
  /** How many requests; default: all until {@link PowerAuthTestFaults.clear}. */
  readonly count?: number;
  /** Delays the answer by this time, in ms. May be combined with any other fault. */
  readonly delay?: number;
  /** The connection breaks before the server does any work. */
  readonly dropRequest?: boolean;
  /** The server does its work, then the connection breaks. */
  readonly dropReply?: boolean;
  /** The server does nothing and answers with this status. */
  readonly status?: number;
  /** The server does nothing and answers with this body, with status 200 unless another is given. */
  readonly body?: string;
}

/**
 * The faults in force.
 *
 * @example
 * ```ts
 * server.faults.add({ count: 1, dropReply: true });
 * ```
 */
export class PowerAuthTestFaults {
  #faults: { readonly fault: PowerAuthTestFault; left: number }[] = [];

  /**
   * Adds a fault. If several match a request, the one that was added first applies.
   *
   * @example
   * ```ts
   * server.faults.add({ path: '/pa/v3/token/create', count: 1, status: 500 });
   * ```
   */
  add(fault: PowerAuthTestFault): void {
    checked(inputs, fault, 'fault');
    this.#faults.push({ fault: { ...fault }, left: fault.count ?? Infinity });
  }

  /**
   * The faults in force, in the order in which they were added. `count` is the number of requests that are left.
   *
   * @example
   * ```ts
   * server.faults.list(); // [{ count: 1, dropReply: true }]
   * ```
   */
  list(): PowerAuthTestFault[] {
    return this.#faults
      .filter(({ left }) => left > 0)
      .map(({ fault, left }) => ({ ...fault, ...(left === Infinity ? {} : { count: left }) }));
  }

  /**
   * Removes all faults.
   *
   * @example
   * ```ts
   * server.faults.clear();
   * ```
   */
  clear(): void {
    this.#faults = [];
  }

  /** @internal The fault for a request, counted. */
  take(path: string): PowerAuthTestFault {
    const entry = this.#faults.find(({ fault, left }) => left > 0 && (fault.path ?? path) === path);
    if (entry === undefined) return {};
    entry.left--;
    return entry.fault;
  }
}
