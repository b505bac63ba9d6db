/**
 * Faults that a test orders.
 *
 * @module
 */

/**
 * What goes wrong, with which requests.
 *
 * @example
 * ```ts
 * const slow: PowerAuthTestFault = { path: '/pa/v3/activation/status', delay: 500 };
 * ```
 */
export interface PowerAuthTestFault {
  /** Path of the requests, for example `/pa/v3/token/create`; all when absent. */
  readonly path?: string;
  /** How many requests; all until {@link PowerAuthTestFaults.clear} when absent. */
  readonly count?: number;
  /** The answer comes this much later, ms. May stand beside any of the others. */
  readonly delay?: number;
  /** The connection breaks before the server does anything. */
  readonly dropRequest?: boolean;
  /** The server does its work, then the connection breaks. */
  readonly dropReply?: boolean;
  /** The server does nothing and answers this status. */
  readonly status?: number;
  /** The server does nothing and answers this body, with status 200 where none is given. */
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
   * Orders a fault. Of several that fit a request the one that was ordered first is taken.
   *
   * @example
   * ```ts
   * server.faults.add({ path: '/pa/v3/token/create', count: 1, status: 500 });
   * ```
   */
  add(fault: PowerAuthTestFault): void {
    this.#faults.push({ fault: { ...fault }, left: fault.count ?? Infinity });
  }

  /**
   * Takes all faults back.
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
