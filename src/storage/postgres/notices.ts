/**
 * Notices of one channel, on a connection of their own: made when somebody wants to know, made again after it was lost. What
 * was told in between is lost; so that is told.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import type { PowerAuthError } from '../../errors.ts';
import { inTime } from '../../util/patience.ts';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import type { Closing } from '../driver/closing.ts';
import { PATIENCE_MS, queryOf } from './connection.ts';
import { NoAnswer, Unusable } from './failure.ts';
import type { PostgresSingleClient } from './pool.ts';

/** How often the connection is looked after, or made again, in ms. */
const LOOK_MS = 1000;

/** What notices are made of. */
export interface PostgresNoticesParts {
  readonly channel: string;
  readonly closing: Closing;
  /** Makes a connection that is not open yet. */
  createClient(): Promise<PostgresSingleClient>;
  /** Sends a notice over another connection. */
  send(notice: string): Promise<unknown>;
  /** The error for callers. */
  failure(cause: Unusable): PowerAuthError;
  onNotice(notice: string): void;
  /** It is there again, and notices may have been missed. */
  onRegained(): void;
}

/** The listening end of one storage object. */
export class PostgresNotices {
  readonly #parts: PostgresNoticesParts;
  #client: PostgresSingleClient | undefined;
  #looking: Timer | undefined;
  #connecting: Promise<void> | undefined;
  /** Whether something may have been told while there was no connection. */
  #hasMissed = false;
  #isOpen = false;
  #unusable: PowerAuthError | undefined;
  /** Resolves when the text that was sent to see whether notices arrive has come back. */
  #awaited: { readonly text: string; readonly arrive: () => void } | undefined;

  constructor(parts: PostgresNoticesParts) {
    this.#parts = parts;
  }

  /** Listens from now on. Calling it again has no effect. */
  start(): void {
    if (this.#parts.closing.isClosed || this.#looking !== undefined) return;
    this.#looking = keepsNothingAlive(setInterval(() => this.#look(), LOOK_MS));
    this.#look();
  }

  /**
   * Waits for a connection that is being made. That there is none to be had is no error: the next one will say that
   * something was missed.
   *
   * @throws UNKNOWN_ERROR where notices don't arrive
   */
  async ready(): Promise<void> {
    if (this.#isOpen) return;
    await this.#connecting;
    if (this.#unusable !== undefined) throw this.#unusable;
  }

  /** Listens no longer. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#connecting;
    await this.#drop(this.#client);
  }

  #look(): void {
    if (this.#parts.closing.isClosed || this.#connecting !== undefined) return;
    const client = this.#client;
    if (client !== undefined) {
      // A network that is cut tells nobody.
      answered(client.query(queryOf({ text: 'SELECT', values: [] }))).catch(() => this.#drop(client));
      return;
    }
    const connecting = this.#connect().catch((error: unknown) => {
      this.#hasMissed = true;
      this.#unusable = error instanceof Unusable ? this.#parts.failure(error) : undefined;
    });
    this.#connecting = connecting;
    void connecting.finally(() => (this.#connecting = undefined));
  }

  async #connect(): Promise<void> {
    const { channel } = this.#parts;
    const client = await this.#parts.createClient();
    this.#client = client;
    client.on('error', () => void this.#drop(client));
    client.on('end', () => void this.#drop(client));
    client.on('notification', ({ payload = '' }) => this.#onNotice(payload));
    try {
      await answered(client.connect());
      client.unref();
      await answered(client.query(queryOf({ text: `LISTEN "${channel}"`, values: [] })));
      await this.#tryOut();
    } catch (error) {
      await this.#drop(client);
      throw error;
    }
    this.#isOpen = true;
    this.#unusable = undefined;
    if (this.#hasMissed) this.#parts.onRegained();
    this.#hasMissed = false;
  }

  /** Sees whether notices arrive: a pooler between may give the connection to others, and nobody says so. */
  async #tryOut(): Promise<void> {
    const text = `t${randomUUID()}`;
    const arrived = new Promise<void>((resolve) => (this.#awaited = { text, arrive: resolve }));
    await this.#parts.send(text);
    try {
      await answered(arrived);
    } catch {
      throw new Unusable(
        'notices of other processes do not arrive; behind PgBouncer in transaction mode, give the address of the server itself as listen',
      );
    } finally {
      this.#awaited = undefined;
    }
  }

  #onNotice(payload: string): void {
    if (payload === this.#awaited?.text) this.#awaited.arrive();
    else this.#parts.onNotice(payload);
  }

  async #drop(client: PostgresSingleClient | undefined): Promise<void> {
    if (client === undefined || this.#client !== client) return;
    this.#client = undefined;
    this.#isOpen = false;
    this.#hasMissed = true;
    // A server that is gone takes no leave.
    await answered(client.end()).catch(() => undefined);
  }
}

async function answered<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return inTime(promise, PATIENCE_MS, () => new NoAnswer('no answer', PATIENCE_MS), { background: true });
}
