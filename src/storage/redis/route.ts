/**
 * The way of a call to the server that has its part of the store.
 *
 * @module
 */

import type { Closing } from '../driver/closing.ts';
import type { RedisLayout } from './layout.ts';
import type { RedisArgument } from './link.ts';
import type { Durability } from './options.ts';
import type { RedisScript } from './scripts.ts';

/** What routes need of their storage. */
export interface RouteParts {
  /** Once it is closed, no new connection is opened. */
  readonly closing: Closing;
  readonly durability: Durability | undefined;
  onNotice(channel: string, message: Buffer): void;
  /** Notices may have been missed. */
  onRegained(): void;
}

/** A call of a script. */
export interface ScriptCall {
  /** For messages: 'write', 'renew a lock of'. */
  readonly what: string;
  readonly script: RedisScript;
  readonly keys: string[];
  readonly args: RedisArgument[];
  /** A notice that the script publishes: channel and message. */
  readonly notice?: readonly [string, Buffer];
  /** The server that must carry it out, as {@link RedisRoute.clock} has told. */
  readonly by?: object;
}

/** The servers of one storage object. All calls reject with UNKNOWN_ERROR that names address and remedy. */
export interface RedisRoute {
  /** The command that publishes in a script. */
  readonly publish: 'publish' | 'spublish';
  /** Whether there is a connection now. */
  readonly isOpen: boolean;
  /**
   * Sends a command.
   *
   * @param what for messages: 'read', 'list'
   */
  send(what: string, part: RedisLayout, args: RedisArgument[]): Promise<unknown>;
  /**
   * Runs a script.
   *
   * @returns its answer; `undefined` if the server isn't the expected one any more: nothing was carried out
   */
  run(part: RedisLayout, call: ScriptCall): Promise<unknown>;
  /** The time of the part's server in ms, and something that identifies the connection to it. */
  clock(part: RedisLayout): Promise<{ readonly now: number; readonly by: object }>;
  /** Whether notices are wanted from now on. */
  watch(isWanted: boolean): void;
  /** Waits for the calls in progress, and disconnects. */
  close(): Promise<void>;
}

/** The calls in progress. */
export class Calls {
  readonly #calls = new Set<Promise<unknown>>();

  /** Adds a call until it is settled. */
  async add<T>(call: Promise<T>): Promise<T> {
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  /** Waits for all of them. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#calls);
  }
}
