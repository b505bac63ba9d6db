/**
 * The servers that this thread talks to: what all instances share that reach one in the same way.
 *
 * @module
 */

import type { HeaderStock, HotPathEngine } from '../hot-path/types.ts';
import { numberOf } from '../util/identity.ts';
import { SharedTable } from '../util/shared-table.ts';
import { HttpClient, type HttpClientOptions } from './client.ts';
import { systemClock, type PowerAuthClock } from './clock.ts';
import { Endpoints } from './endpoints.ts';
import { TimeSynchronization } from './time-sync.ts';

/** How a server is reached, and by which clocks its time is told. */
export interface ServerSettings extends Omit<HttpClientOptions, 'signal'> {
  readonly clock?: PowerAuthClock;
}

const servers = new SharedTable<string, Server>();

/** A server: its HTTP client, and its time. */
export class Server {
  readonly http: HttpClient;
  readonly time: TimeSynchronization;
  readonly #key: string;
  readonly #ended = new AbortController();
  readonly #stocks = new Map<HotPathEngine, HeaderStock>();

  /** Sends nothing yet. */
  private constructor(key: string, { clock = systemClock, ...options }: ServerSettings) {
    this.#key = key;
    this.http = new HttpClient({ ...options, signal: this.#ended.signal });
    const endpoints = new Endpoints(this.http);
    this.time = new TimeSynchronization({ clock, fetchServerTime: () => endpoints.serverStatus() });
  }

  /**
   * The server that is reached so, shared with all who reach it in the same way; to be given back with {@link release}.
   *
   * @throws WRONG_PARAMETER for invalid headers
   */
  static take(settings: ServerSettings): Server {
    const key = keyOf(settings);
    return servers.take(key, () => new Server(key, settings));
  }

  /** The headers that this engine makes ahead for the server's time. */
  stockOf(engine: HotPathEngine): HeaderStock {
    let stock = this.#stocks.get(engine);
    if (stock === undefined) this.#stocks.set(engine, (stock = engine.openStock()));
    return stock;
  }

  /** Gives it back. The last user ends the requests in progress, that for the time among them. */
  release(): void {
    if (!servers.release(this.#key, this)) return;
    this.#ended.abort();
    for (const stock of this.#stocks.values()) stock.close();
    this.#stocks.clear();
  }
}

/** Equal for those who may share a server. Secrets are in it, which go with its last user. */
function keyOf(settings: ServerSettings): string {
  const { baseEndpointUrl, enableUnsecureTraffic, connectionTimeout, readTimeout, fetch, clock } = settings;
  const { customHttpHeaders, basicHttpAuthentication } = settings;
  return JSON.stringify([
    baseEndpointUrl,
    clock === undefined ? 0 : numberOf(clock),
    fetch === undefined ? 0 : numberOf(fetch),
    enableUnsecureTraffic,
    connectionTimeout,
    readTimeout,
    customHttpHeaders?.map(({ name, value }) => [name, value]) ?? null,
    basicHttpAuthentication && [basicHttpAuthentication.username, basicHttpAuthentication.password],
  ]);
}

/** Number of servers in use; for tests. @internal */
export const serverCount = (): number => servers.size;
