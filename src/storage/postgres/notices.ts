/**
 * Notices of one channel, on a separate connection, which is opened when somebody subscribes and again after it was
 * lost. Notices in between are lost, so subscribers are told that.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import type { PowerAuthError } from '../../errors.ts';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import type { Closing } from '../driver/closing.ts';
import { queryOf } from './connection.ts';
import { NoAnswer, Unusable } from './failure.ts';
import { answered, PATIENCE_MS } from './patience.ts';
import type { PostgresSingleClient } from './pool.ts';

/** How often the connection is checked, or opened again, in ms. */
const LOOK_MS = 1000;

/** The parts of notices. */
export interface PostgresNoticesParts {
  readonly channel: string;
  readonly closing: Closing;
  /** Creates a connection that isn't open yet. */
  createClient(): Promise<PostgresSingleClient>;
  /** Sends a notice over another connection. */
  send(notice: string): Promise<unknown>;
  /** The error for callers. */
  failure(cause: Unusable): PowerAuthError;
  onNotice(notice: string): void;
  /** The connection is back, and notices may have been missed. */
  onRegained(): void;
}

/** The listening end of one storage object. */
export class PostgresNotices {
  readonly #parts: PostgresNoticesParts;
  #client: PostgresSingleClient | undefined;
  #looking: Timer | undefined;
  #connecting: Promise<void> | undefined;
  /** The client whose reply is outstanding: it takes one query at a time. */
  #asked: PostgresSingleClient | undefined;
  /** Whether a notice may have been missed while there was no connection. */
  #hasMissed = false;
  #isOpen = false;
  #unusable: PowerAuthError | undefined;
  /** `arrive` is called when the text that was sent to check that notices arrive has come back, or never will. */
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
   * Waits for a connection that is being opened. If none can be opened, that is not an error: the next one will report
   * that something was missed.
   *
   * @throws UNKNOWN_ERROR if notices don't arrive
   */
  async ready(): Promise<void> {
    if (this.#isOpen) return;
    await this.#connecting;
    if (this.#unusable !== undefined) throw this.#unusable;
  }

  /** Stops listening. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#connecting;
    await this.#drop(this.#client);
  }

  #look(): void {
    if (this.#parts.closing.isClosed || this.#connecting !== undefined) return;
    const client = this.#client;
    if (client !== undefined) {
      void this.#ask(client);
      return;
    }
    const connecting = this.#connect().catch((error: unknown) => {
      this.#hasMissed = true;
      this.#unusable = error instanceof Unusable ? this.#parts.failure(error) : undefined;
    });
    this.#connecting = connecting;
    void connecting.finally(() => (this.#connecting = undefined));
  }

  /** Checks that the server replies: an interrupted network reports nothing. */
  async #ask(client: PostgresSingleClient): Promise<void> {
    if (this.#asked === client) return;
    this.#asked = client;
    try {
      await answered(client.query(queryOf({ text: 'SELECT', values: [] })));
    } catch {
      await this.#drop(client);
    } finally {
      if (this.#asked === client) this.#asked = undefined;
    }
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
      this.#assertUsed(client);
      await this.#tryOut();
      this.#assertUsed(client);
    } catch (error) {
      await this.#drop(client);
      throw error;
    }
    this.#isOpen = true;
    this.#unusable = undefined;
    if (this.#hasMissed) this.#parts.onRegained();
    this.#hasMissed = false;
  }

  /** An end may be reported together with what was awaited. @throws NoAnswer after it */
  #assertUsed(client: PostgresSingleClient): void {
    if (this.#client !== client) throw new NoAnswer('no lasting connection', PATIENCE_MS);
  }

  /** Checks that notices arrive: a pooler in between may silently pass the connection to others. */
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
    this.#awaited?.arrive();
    // A server that is gone doesn't reply. Its socket would keep the process alive, and another would be added each
    // time.
    await answered(client.end()).catch(() => client.connection?.stream.destroy());
  }
}
