/**
 * The tickets of locks in PostgreSQL, by the statements that change them.
 *
 * @module
 */

import { encodeName } from '../node/names.ts';
import type { Answer, LockServer, Ticket } from '../node/remote-locks.ts';
import type { PostgresConnection } from './connection.ts';
import type { PostgresLayout } from './layout.ts';
import type { PostgresNotices } from './notices.ts';
import { beatStatement, releaseStatement, removeLockStatement, takeStatement } from './statements.ts';

/** The locks of one store. */
export class PostgresLockServer implements LockServer {
  readonly #connection: PostgresConnection;
  readonly #layout: PostgresLayout;
  readonly #notices: PostgresNotices;

  constructor(connection: PostgresConnection, layout: PostgresLayout, notices: PostgresNotices) {
    this.#connection = connection;
    this.#layout = layout;
    this.#notices = notices;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  async take(name: string, ticket: Ticket, lease: number, gone: string): Promise<Answer> {
    // A notice wakes waiters.
    this.#notices.start();
    const text = JSON.stringify(ticket);
    const statement = takeStatement(this.#layout, encodeName(name), text, ticket.id, lease, gone);
    const [row = []] = await this.#connection.run('take a lock of', statement);
    return { holder: String(row[0]), lives: Number(row[1]) };
  }

  async beat(name: string, id: string, lease: number): Promise<boolean> {
    const statement = beatStatement(this.#layout, encodeName(name), id, lease);
    return (await this.#connection.run('renew a lock of', statement)).length === 1;
  }

  async release(name: string, id: string): Promise<void> {
    const key = encodeName(name);
    const removed = await this.#connection.run('free a lock of', removeLockStatement(this.#layout, key, id));
    if (removed.length > 0) return;
    await this.#connection.run('free a lock of', releaseStatement(this.#layout, key, id));
  }
}
