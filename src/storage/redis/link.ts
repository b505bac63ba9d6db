/**
 * One connection to Redis, from its making to its end. No answer is waited for without end, and none of the waiting keeps
 * the process alive: a call does that, see hold.ts.
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

/** What of a client of the `redis` package is used. It must not reconnect by itself, and gives strings as Buffers. */
export interface RedisClient {
  readonly options?: { readonly socket?: { readonly tls?: boolean } | undefined } | undefined;
  on(event: 'error' | 'connect', listener: () => void): unknown;
  connect(): Promise<unknown>;
  sendCommand(args: RedisArgument[]): Promise<unknown>;
  subscribe(channels: string[], listener: NoticeListener, bufferMode: true): Promise<unknown>;
  unref(): void;
  destroy(): void;
}

/** A client that is used until its connection ends, never again afterwards. */
export class RedisLink {
  readonly #client: RedisClient;
  #underWay = 0;
  #retired = false;

  /** @param onError the connection has ended, or never came to be */
  constructor(client: RedisClient, onError: () => void) {
    this.#client = client;
    client.on('error', onError);
    client.unref();
  }

  /** Whether what is sent over it is encrypted. */
  get isEncrypted(): boolean {
    return this.#client.options?.socket?.tls === true;
  }

  /** Connects, and logs in. */
  async connect(): Promise<void> {
    const reached = new Promise<void>((resolve) => this.#client.on('connect', resolve));
    const connected = this.#client.connect();
    // Whoever gives up the first step leaves the second one alone.
    connected.catch(() => undefined);
    // TLS takes answers of its own.
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
   * Runs a script: by its hash, or whole where the server doesn't know it, after a restart for example.
   *
   * @param whole whether to send it whole at once
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

  /** Ends the connection; whatever waits for an answer is rejected. */
  end(): void {
    this.#client.destroy();
  }

  /** Ends the connection once everything sent has its answer. */
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

/** As `promise`, or rejects with {@link NoAnswer} when it takes too long. */
async function answered<T>(promise: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  return inTime(promise, ms, () => new NoAnswer(ms), { background: true });
}
