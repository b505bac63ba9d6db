/**
 * The tickets of locks in Redis, by the scripts that change them.
 *
 * @module
 */

import { encodeName } from '../node/names.ts';
import type { Answer, LockServer, Ticket } from '../node/remote-locks.ts';
import type { RedisConnection } from './connection.ts';
import type { RedisLayout } from './layout.ts';
import { BEAT, RELEASE, TAKE, type RedisScript } from './scripts.ts';

/** The locks of one store. */
export class RedisLockServer implements LockServer {
  readonly #connection: RedisConnection;
  readonly #layout: RedisLayout;

  constructor(connection: RedisConnection, layout: RedisLayout) {
    this.#connection = connection;
    this.#layout = layout;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  async take(name: string, ticket: Ticket, lease: number, gone: string): Promise<Answer> {
    const args = [JSON.stringify(ticket), String(lease), gone];
    const [holder, lives] = (await this.#run('take a lock of', TAKE, name, args)) as [Buffer, number];
    return { holder: holder.toString(), lives };
  }

  async beat(name: string, id: string, lease: number): Promise<boolean> {
    return (await this.#run('renew a lock of', BEAT, name, [id, String(lease)])) === 1;
  }

  async release(name: string, id: string): Promise<void> {
    await this.#run('free a lock of', RELEASE, name, [id, this.#layout.wakes]);
  }

  async #run(what: string, script: RedisScript, name: string, args: string[]): Promise<unknown> {
    return this.#connection.run(what, script, [this.#layout.locks], [encodeName(name), ...args]);
  }
}
