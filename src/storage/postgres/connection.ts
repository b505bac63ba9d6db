/**
 * How one storage object reaches PostgreSQL: connections from a pool, each for one statement, with no endless wait. No
 * connection is held while a section or a change of the caller runs.
 *
 * @module
 */

import type { Closing } from '../driver/closing.ts';
import { isConnectionLost, isElsewhere, isWorthAnotherTry, NoAnswer, postgresFailure } from './failure.ts';
import type { PostgresLayout } from './layout.ts';
import { openStore } from './opening.ts';
import { answered } from './patience.ts';
import type { Pools, PostgresPoolClient, PostgresTarget, Query } from './pool.ts';
import type { Rows, Run, Statement } from './statements.ts';

/** How often a statement is repeated that the server aborted, or that reached a standby. */
const TRIES = 10;

const AS_TEXT = { getTypeParser: () => (text: string) => text };

/**
 * A statement as `pg` takes it: without a name, which PgBouncer would have to know, and with answers as the server sent
 * them.
 */
export const queryOf = ({ text, values }: Statement): Query => ({
  text,
  values,
  rowMode: 'array',
  types: AS_TEXT,
});

const ignore = (): void => undefined;

function giveBack(client: PostgresPoolClient, isLost: boolean): void {
  // A destroyed connection may still report its end.
  if (!isLost) client.removeListener('error', ignore);
  client.release(isLost);
}

/** Statements on one store. */
export class PostgresConnection {
  readonly #target: PostgresTarget;
  readonly #layout: PostgresLayout;
  readonly #closing: Closing;
  readonly #calls = new Set<Promise<unknown>>();
  #opening: Promise<Pools> | undefined;
  #isOpen = false;
  /** How many times the server has answered. */
  #answered = 0;

  constructor(target: PostgresTarget, layout: PostgresLayout, closing: Closing) {
    this.#target = target;
    this.#layout = layout;
    this.#closing = closing;
  }

  /** Whether the last statement reached the server. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Runs a statement on the store, which is created first if it is missing.
   *
   * @param what for messages: read, write, lock
   * @throws UNKNOWN_ERROR that names address and remedy
   */
  async run(what: string, statement: Statement): Promise<Rows> {
    const call = this.#run(what, statement);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  /** The pool, once the store exists. */
  async pools(): Promise<Pools> {
    return this.#open();
  }

  /**
   * Waits for the calls in progress, and ends the pool if the storage owns it. The caller must not start any call
   * afterwards.
   */
  async close(): Promise<void> {
    const opened = this.#opening?.catch(() => undefined);
    await Promise.allSettled(this.#calls);
    const pools = await opened;
    if (this.#target.isOwn) await pools?.end();
  }

  async #run(what: string, statement: Statement): Promise<Rows> {
    const pools = await this.#open();
    try {
      return await this.#onAny(pools, (run) => run(statement));
    } catch (error) {
      throw postgresFailure(what, this.#target.address, error);
    }
  }

  #open(): Promise<Pools> {
    if (this.#opening === undefined) {
      const opening = this.#prepare();
      this.#opening = opening;
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening;
  }

  async #prepare(): Promise<Pools> {
    this.#closing.throwIfClosed();
    let pools: Pools | undefined;
    try {
      const opened = await this.#target.open();
      pools = opened;
      await this.#onAny(opened, (run) => openStore(run, this.#layout));
      return opened;
    } catch (error) {
      if (this.#target.isOwn) void pools?.end().catch(() => undefined);
      throw postgresFailure('open', this.#target.address, error);
    }
  }

  /** Does `work`, again where the server did nothing and may do it the next time. */
  async #onAny<T>(pools: Pools, work: (run: Run) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#onOne(pools, work);
      } catch (error) {
        const isAgain = isWorthAnotherTry(error) || isElsewhere(error);
        if (!isAgain || attempt === TRIES || this.#closing.isClosed) throw error;
      }
    }
  }

  async #onOne<T>(pools: Pools, work: (run: Run) => Promise<T>): Promise<T> {
    let client = await this.#connect(pools);
    // What is written in a transaction that an app has forgotten would be confirmed, and undone with it.
    while (/^[TE]$/.test(client.getTransactionStatus?.() ?? '')) {
      giveBack(client, true);
      client = await this.#connect(pools);
    }
    try {
      const result = await work(async (statement) => (await answered(client.query(queryOf(statement)))).rows);
      this.#isOpen = true;
      this.#answered++;
      giveBack(client, false);
      return result;
    } catch (error) {
      // Other connections of the pool may lead to a former primary. Each is removed when it is found.
      const isLost = isConnectionLost(error) || isElsewhere(error);
      if (isLost) this.#isOpen = false;
      giveBack(client, isLost);
      throw error;
    }
  }

  async #connect(pools: Pools): Promise<PostgresPoolClient> {
    let isLate = false;
    const connecting = new Promise<PostgresPoolClient>((resolve, reject) => {
      pools.connect((error, client) => {
        if (client === undefined) {
          reject(error ?? new Error('no connection'));
          return;
        }
        // A connection that ends reports it to its query, and to the client as well: without a listener that would end
        // the process.
        client.on('error', ignore);
        // One that arrives after all belongs to others.
        if (isLate) giveBack(client, false);
        else resolve(client);
      });
    });
    for (;;) {
      const before = this.#answered;
      try {
        return await answered(connecting, 'no free connection');
      } catch (error) {
        // In a long queue a call waits for as long as the queue moves.
        if (error instanceof NoAnswer && this.#answered > before) continue;
        isLate = true;
        this.#isOpen = false;
        throw error;
      }
    }
  }
}
