/**
 * The connection of one storage object to Redis: made when it is needed, made anew after it was lost, with an end to all
 * waiting. Commands and notices share it, so that a lost one is known to have lost notices as well.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { keepsNothingAlive, type Timer } from '../util/timers.ts';
import type { Closing } from './closing.ts';
import { NoAnswer, redisFailure } from './redis-failure.ts';
import { LAYOUT_VERSION, type RedisLayout } from './redis-layout.ts';
import { OPEN, type RedisScript } from './redis-scripts.ts';

/** How long a connection, and each answer, may take, in ms. */
const PATIENCE_MS = 4000;

/** An argument of a command. */
export type RedisArgument = string | Buffer;

/** What of a client of the `redis` package is used. It must not reconnect by itself, and gives strings as Buffers. */
export interface RedisClient {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  sendCommand(args: RedisArgument[]): Promise<unknown>;
  subscribe(channels: string[], listener: NoticeListener, bufferMode: true): Promise<unknown>;
  ref(): void;
  unref(): void;
  destroy(): void;
}

type NoticeListener = (message: Buffer, channel: Buffer) => void;

/** What a connection is made of. */
export interface RedisConnectionParts {
  /** For messages. */
  readonly address: string;
  readonly layout: RedisLayout;
  /** Once it is closed no connection is made any more; one that is there serves on until {@link RedisConnection.close}. */
  readonly closing: Closing;
  /** Makes a client that is not connected yet. */
  createClient(): Promise<RedisClient>;
  onNotice(channel: string, message: Buffer): void;
  onLost(): void;
  /** It is there again, and notices may have been missed. */
  onRegained(): void;
}

/** How a call is made: one in the background keeps no process alive. */
export interface RedisCallOptions {
  readonly background?: boolean;
}

/** At most one connection at a time. */
export class RedisConnection {
  readonly #parts: RedisConnectionParts;
  readonly #calls = new Set<Promise<unknown>>();
  /** The present client, connecting or connected. */
  #client: RedisClient | undefined;
  /** The present client once it can be used. */
  #ready: RedisClient | undefined;
  #opening: Promise<RedisClient> | undefined;
  /** Calls that the process must wait for. */
  #awaited = 0;
  #wasOpen = false;

  constructor(parts: RedisConnectionParts) {
    this.#parts = parts;
  }

  /**
   * Sends a command.
   *
   * @param what for messages: read, write, lock
   * @throws UNKNOWN_ERROR that names address and remedy
   */
  async send(what: string, args: RedisArgument[], options: RedisCallOptions = {}): Promise<unknown> {
    return this.#call(what, (client) => client.sendCommand(args), options);
  }

  /** Runs a script; see {@link send}. */
  async run(
    what: string,
    script: RedisScript,
    keys: string[],
    args: RedisArgument[],
    options: RedisCallOptions = {},
  ): Promise<unknown> {
    return this.#call(what, (client) => runScript(client, script, keys, args), options);
  }

  /** Whether there is a connection now. */
  get isOpen(): boolean {
    return this.#ready !== undefined;
  }

  /** Waits for the calls under way, and ends. The caller starts none afterwards. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await Promise.allSettled(this.#calls);
    this.#drop(this.#client);
  }

  async #call<T>(
    what: string,
    work: (client: RedisClient) => Promise<T>,
    { background = false }: RedisCallOptions,
  ): Promise<T> {
    const awaited = background ? 0 : 1;
    this.#awaited += awaited;
    this.#keepAlive();
    const call = this.#attempt(what, work, background);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
      this.#awaited -= awaited;
      this.#keepAlive();
    }
  }

  async #attempt<T>(
    what: string,
    work: (client: RedisClient) => Promise<T>,
    background: boolean,
  ): Promise<T> {
    const client = await this.#open(background);
    try {
      return await inTime(work(client), background);
    } catch (error) {
      // What still waits on this connection waits in vain, too.
      if (error instanceof NoAnswer) this.#drop(client);
      throw redisFailure(what, this.#parts.address, error);
    }
  }

  #open(background: boolean): Promise<RedisClient> {
    if (this.#opening === undefined) {
      const opening = this.#connect(background);
      this.#opening = opening;
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
    }
    return this.#opening;
  }

  async #connect(background: boolean): Promise<RedisClient> {
    this.#parts.closing.throwIfClosed();
    let client: RedisClient | undefined;
    try {
      client = await this.#parts.createClient();
      const created = client;
      created.on('error', () => this.#drop(created));
      this.#client = created;
      this.#keepAlive();
      await inTime(this.#prepare(created), background);
      if (this.#client !== created) throw Object.assign(new Error('cut off'), { code: 'ECONNRESET' });
      this.#ready = created;
      if (this.#wasOpen) this.#parts.onRegained();
      this.#wasOpen = true;
      return created;
    } catch (error) {
      this.#drop(client);
      throw redisFailure('open', this.#parts.address, error);
    }
  }

  /** Subscribes before anything is read, so that no later change of it is missed. */
  async #prepare(client: RedisClient): Promise<void> {
    const { version, records, names, locks, changes, wakes } = this.#parts.layout;
    await client.connect();
    await client.subscribe(
      [changes, wakes],
      (message, channel) => this.#parts.onNotice(channel.toString(), message),
      true,
    );
    const keys = [version, records, names, locks];
    const answer = (await runScript(client, OPEN, keys, [LAYOUT_VERSION])) as Buffer[];
    const [found = '', ...types] = answer.map(String);
    if (found !== LAYOUT_VERSION) throw this.#unusable(`${version} is not of this version of the package`);
    for (const [i, expected] of ['hash', 'zset', 'hash'].entries()) {
      const type = types[i] ?? '';
      if (type === 'none' || type === expected) continue;
      throw this.#unusable(
        `another program uses the key ${String(keys[i + 1])}: expected a ${expected}, got a ${type}; choose another prefix, or remove that key`,
      );
    }
    await this.#refuseEviction(client);
  }

  /** A server that evicts keys at will is a cache, and no place for an activation. */
  async #refuseEviction(client: RedisClient): Promise<void> {
    // Who may not ask must know.
    const info = String(await client.sendCommand(['INFO', 'memory']).catch(() => ''));
    const policy = /^maxmemory_policy:(allkeys-\w+)/m.exec(info)?.[1];
    if (policy === undefined || /^maxmemory:0\r?$/m.test(info)) return;
    throw this.#unusable(
      `the server may evict records (maxmemory-policy ${policy}); set it to noeviction, or use another server`,
    );
  }

  #unusable(why: string): Error {
    return failure(
      PowerAuthErrorCode.UNKNOWN_ERROR,
      `Cannot open redis storage at ${this.#parts.address}: ${why}`,
    );
  }

  /** Ends a client; whatever waits on it is rejected. */
  #drop(client: RedisClient | undefined): void {
    if (client === undefined || this.#client !== client) return;
    const wasReady = this.#ready === client;
    this.#client = undefined;
    this.#ready = undefined;
    this.#opening = undefined;
    client.destroy();
    // One that was never there is not lost: else each failure would lead to the next attempt at once.
    if (wasReady) this.#parts.onLost();
  }

  #keepAlive(): void {
    if (this.#awaited > 0) this.#client?.ref();
    else this.#client?.unref();
  }
}

/** By its hash, or whole when the server does not know it: after a restart, say. */
async function runScript(
  client: RedisClient,
  { sha1, text, keys: count }: RedisScript,
  keys: string[],
  args: RedisArgument[],
): Promise<unknown> {
  const rest = [String(count), ...keys, ...args];
  try {
    return await client.sendCommand(['EVALSHA', sha1, ...rest]);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.sendCommand(['EVAL', text, ...rest]);
  }
}

/** As `promise`, or rejects with {@link NoAnswer} when it takes too long. */
async function inTime<T>(promise: Promise<T>, background: boolean): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(PATIENCE_MS)), PATIENCE_MS);
    if (background) keepsNothingAlive(timer);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
