/**
 * One connection to Redis, from its opening to its end. No wait for an answer is endless, and no wait keeps the process
 * alive: the call does that, see hold.ts.
 *
 * @module
 */

import { inTime } from '../../util/patience.ts';
import type { Durability } from './options.ts';
import { NoAnswer, TooFewReplicas } from './failure.ts';
import type { RedisScript } from './scripts.ts';

/** How long each answer may take, in ms. */
export const PATIENCE_MS = 4000;

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
  sSubscribe(channels: string[], listener: NoticeListener, bufferMode: true): Promise<unknown>;
  unref(): void;
  destroy(): void;
}

/** A client that is used until its connection ends, and never again. */
export class RedisLink {
  readonly #client: RedisClient;
  readonly #durability: Durability | undefined;
  /** How long an answer may take, in ms: replicas may be waited for before it, and once more. */
  readonly #patience: number;
  #underWay = 0;
  #retired = false;
  #isOver = false;
  /** The wait for replicas that was sent, and the one that comes after it. */
  #confirming: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /**
   * @param durability what must confirm scripts that write, if anything
   * @param onError called when the connection has ended, or could not be opened
   */
  constructor(client: RedisClient, durability: Durability | undefined, onError: () => void) {
    this.#client = client;
    this.#durability = durability;
    this.#patience = PATIENCE_MS + 2 * (durability?.timeoutMs ?? 0);
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

  /** Subscribes to channels of one slot, which this node of a cluster serves. */
  async subscribeShard(channels: string[], listener: NoticeListener): Promise<void> {
    await this.#counted(this.#client.sSubscribe(channels, listener, true));
  }

  /**
   * Runs a script by its hash, or sends the whole script if the server doesn't know it, for example after a restart. What
   * it has written is confirmed by replicas, if that is required.
   *
   * @param options `whole`: whether to send the whole script at once; `asking`: whether to announce to the node of a
   *   cluster that it is asked for a slot that is being moved to it
   * @throws TooFewReplicas if not enough replicas confirm it in time: it was carried out
   */
  async run(
    script: RedisScript,
    keys: string[],
    args: RedisArgument[],
    { whole = false, asking = false } = {},
  ): Promise<unknown> {
    const rest = [String(script.keys), ...keys, ...args];
    if (whole) return this.#send(script, ['EVAL', script.text, ...rest], asking);
    try {
      return await this.#send(script, ['EVALSHA', script.sha1, ...rest], asking);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.#send(script, ['EVAL', script.text, ...rest], asking);
    }
  }

  /** Whether the connection was ended from here. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Ends the connection; all calls that wait for an answer are rejected. */
  end(): void {
    this.#isOver = true;
    this.#client.destroy();
  }

  /** Ends the connection once every call has its answer, and all work is done. */
  retire(): void {
    this.#retired = true;
    if (this.#underWay === 0) this.end();
  }

  /** Does work that may take several calls. A connection that is retired lasts until it is done. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#done();
    }
  }

  async #send(script: RedisScript, args: RedisArgument[], asking: boolean): Promise<unknown> {
    // Nothing may come between the two.
    if (asking) this.#client.sendCommand(['ASKING']).catch(() => undefined);
    const answer = this.send(args);
    // Sent at once, without waiting for the answer: it is one round trip all the same.
    const confirmed = script.mustLast && this.#durability && this.#confirm(this.#durability);
    confirmed?.catch(() => undefined);
    const result = await answer;
    if (script.mustLast?.(result) === true) await confirmed;
    return result;
  }

  /**
   * Waits until enough replicas have everything that was sent over this connection so far. The server handles no other
   * command of this connection in the meantime, so all calls share a wait.
   */
  #confirm(durability: Durability): Promise<void> {
    if (this.#confirming === undefined) {
      const confirming = this.#wait(durability).finally(() => (this.#confirming = undefined));
      this.#confirming = confirming;
      return confirming;
    }
    this.#next ??= this.#confirming
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#confirm(durability);
      });
    return this.#next;
  }

  async #wait({ replicas, timeoutMs }: Durability): Promise<void> {
    const confirmed = await this.send(['WAIT', String(replicas), String(timeoutMs)]);
    if (Number(confirmed) < replicas) throw new TooFewReplicas(Number(confirmed), replicas, timeoutMs);
  }

  async #counted<T>(answer: Promise<T>): Promise<T> {
    return this.during(() => answered(answer, this.#patience));
  }

  #done(): void {
    if (--this.#underWay === 0 && this.#retired) this.end();
  }
}

/** Settles as `promise` does, or rejects with {@link NoAnswer} if that takes too long. */
async function answered<T>(promise: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  return inTime(promise, ms, () => new NoAnswer(ms), { background: true });
}
