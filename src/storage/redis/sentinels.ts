/**
 * Asks Redis Sentinel which server is the primary.
 *
 * @module
 */

import type { Closing } from '../driver/closing.ts';
import { createClient } from './client.ts';
import { RedisConnection } from './connection.ts';
import { Unusable } from './failure.ts';
import { firstAnswers } from './first-answers.ts';
import { withDefaults, type ClientOptions, type RedisTarget } from './target.ts';

type SentinelTarget = Extract<RedisTarget, { kind: 'sentinel' }>;

/** How long the other sentinels may take once one has answered, in ms. */
const OTHERS_MS = 200;

/** What a sentinel says. */
interface Answer {
  readonly host: string;
  readonly port: number;
  /** Grows with each failover. */
  readonly epoch: number;
}

/** A primary, and how to connect to it. */
export interface Primary {
  readonly address: string;
  readonly options: ClientOptions;
}

/** The sentinels of one primary. Connections to them are kept. */
export class Sentinels {
  readonly #target: SentinelTarget;
  readonly #connections: readonly RedisConnection[];

  constructor(target: SentinelTarget, closing: Closing) {
    this.#target = target;
    this.#connections = target.sentinels.map(
      (options) =>
        new RedisConnection({
          closing,
          durability: undefined,
          createClient: () => createClient(options),
          prepare: async () => undefined,
          leadsElsewhere: () => false,
          onLost: () => undefined,
        }),
    );
  }

  /**
   * The primary, as the sentinel says that knows the latest failover.
   *
   * @throws the error of the first sentinel, if none knows it
   */
  async primary(): Promise<Primary> {
    const answers = await firstAnswers(
      this.#connections.map((connection) => this.#ask(connection)),
      OTHERS_MS,
    );
    const { host, port } = answers.reduce((best, answer) => (answer.epoch > best.epoch ? answer : best));
    const { map, defaults } = this.#target;
    const socket = map(`${host}:${port}`) ?? { host, port };
    return { address: `${socket.host}:${socket.port}`, options: withDefaults(defaults, { socket }) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  async #ask(connection: RedisConnection): Promise<Answer> {
    const { name } = this.#target;
    const answer = await connection.use((link) => link.send(['SENTINEL', 'MASTER', name]));
    const fields = fieldsOf(answer);
    const { ip, port, 'config-epoch': epoch } = fields;
    if (ip === undefined || port === undefined)
      throw new Unusable("the server isn't a Sentinel; correct sentinel.sentinelRootNodes");
    return { host: ip, port: Number(port), epoch: Number(epoch ?? 0) };
  }
}

/** A map, or names and values in turn. */
function fieldsOf(answer: unknown): Partial<Record<string, string>> {
  if (!Array.isArray(answer)) {
    return Object.fromEntries(Object.entries(answer ?? {}).map(([name, value]) => [name, String(value)]));
  }
  const list = (answer as unknown[]).map(String);
  return Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1] ?? '']] : [])));
}
