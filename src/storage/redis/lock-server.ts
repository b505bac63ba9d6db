/**
 * The tickets of locks in Redis, by the scripts that change them.
 *
 * @module
 */

import { encodeName } from '../node/names.ts';
import type { Answer, LockServer, Ticket } from '../node/remote-locks.ts';
import type { RedisParts } from './layout.ts';
import type { RedisRoute } from './route.ts';
import { BEAT, RELEASE, TAKE, type RedisScript } from './scripts.ts';

/** The locks of one store. */
export class RedisLockServer implements LockServer {
  readonly #route: RedisRoute;
  readonly #parts: RedisParts;

  constructor(route: RedisRoute, parts: RedisParts) {
    this.#route = route;
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#route.isOpen;
  }

  async take(name: string, ticket: Ticket, lease: number, gone: string): Promise<Answer> {
    const args = [JSON.stringify(ticket), String(lease), gone, ...this.#wakes(name)];
    const [holder, lives] = (await this.#run('take a lock of', TAKE, name, args)) as [Buffer, number];
    return { holder: holder.toString(), lives };
  }

  async beat(name: string, id: string, lease: number): Promise<boolean> {
    return (await this.#run('renew a lock of', BEAT, name, [id, String(lease)])) === 1;
  }

  async release(name: string, id: string): Promise<void> {
    await this.#run('free a lock of', RELEASE, name, [id, ...this.#wakes(name)]);
  }

  /** The command and the channel that wake a waiter. */
  #wakes(name: string): [string, string] {
    return [this.#route.publish, this.#parts.of(name).wakes];
  }

  async #run(what: string, script: RedisScript, name: string, args: string[]): Promise<unknown> {
    const part = this.#parts.of(name);
    return this.#route.run(part, { what, script, keys: [part.locks], args: [encodeName(name), ...args] });
  }
}
