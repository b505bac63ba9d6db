/**
 * One connection to Redis, from its opening to its end. No wait for an answer is endless, and no wait keeps the process
 * alive: the call does that, see hold.ts.
 *
 * @module
 */

import { inTime } from '../../util/patience.ts';
import { NoAnswer } from './failure.ts';
import type { RedisScript } from './scripts.ts';

/** How long each answer may take, in ms. */
const PATIENCE_MS = 4000;

/** An argument of a command. */
export type RedisArgument = string | Buffer;

type NoticeListener = (message: Buffer, channel: Buffer) => void;

/**
 * The part of a client of the `redis` package that is used. The client must not reconnect by itself, and must return
 * strings as Buffers.
 */
export interface RedisClient {
  readonly options?: { readonly socket?: { readonly tls?: boolean } | undefined } | undefined;
  on(event: 'error' | 'connect', listener: () => void): unknown;
  connect(): Promise<unknown>;
  sendCommand(args: RedisArgument[]): Promise<unknown>;
  subscribe(channels: string[], listener: NoticeListener, bufferMode: true): Promise<unknown>;
  unref(): void;
  destroy(): void;
}

/** A client that is used until its connection ends, and never again. */
export class RedisLink {
  readonly #client: RedisClient;
  #underWay = 0;
  #retired = false;

  /** @param onError called when the connection has ended, or could not be opened */
  constructor(client: RedisClient, onError: () => void) {
    this.#client = client;
    client.on('error', onError);
    client.unref();
  }

  /** Whether the connection is encrypted. */
  get isEncrypted(): boolean {
    return this.#client.options?.socket?.tls === true;
  }

  /** Connects, and logs in. */
  async connect(): Promise<void> {
    const reached = new Promise<void>((resolve) => this.#client.on('connect', resolve));
    const connected = this.#client.connect();
    // If the first step fails, nobody waits for the second one.
    connected.catch(() => undefined);
    // TLS needs its own answers.
    await answered(Promise.race([reached, connected]), (this.isEncrypted ? 2 : 1) * PATIENCE_MS);
    await answered(connected);
  }

  async send(args: RedisArgument[]): Promise<unknown> {
    return this.#counted(this.#client.sendCommand(args));
  }

  async subscribe(channels: string[], listener: NoticeListener): Promise<void> {
    await this.#counted(this.#client.subscribe(channels, listener, true));
  }

  /**
   * Runs a script by its hash, or sends the whole script if the server doesn't know it, for example after a restart.
   *
   * @param whole whether to send the whole script at once
   */
  async run(
    { sha1, text, keys: count }: RedisScript,
    keys: string[],
    args: RedisArgument[],
    whole = false,
  ): Promise<unknown> {
    const rest = [String(count), ...keys, ...args];
    if (whole) return this.send(['EVAL', text, ...rest]);
    try {
      return await this.send(['EVALSHA', sha1, ...rest]);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.send(['EVAL', text, ...rest]);
    }
  }

  /** Ends the connection; all calls that wait for an answer are rejected. */
  end(): void {
    this.#client.destroy();
  }

  /** Ends the connection once every call has its answer. */
  retire(): void {
    this.#retired = true;
    if (this.#underWay === 0) this.end();
  }

  async #counted<T>(answer: Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await answered(answer);
    } finally {
      if (--this.#underWay === 0 && this.#retired) this.end();
    }
  }
}

/** Settles as `promise` does, or rejects with {@link NoAnswer} if that takes too long. */
async function answered<T>(promise: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  return inTime(promise, ms, () => new NoAnswer(ms), { background: true });
}
