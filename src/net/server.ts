/**
 * The servers that this thread communicates with: the state that all instances with equal settings for a server share.
 *
 * @module
 */

import type { HeaderStock, HotPathEngine } from '../hot-path/types.ts';
import { numberOf } from '../util/identity.ts';
import { Insight, type Observer, type OpenChannel } from '../util/insight.ts';
import { SharedTable } from '../util/shared-table.ts';
import { assertHeaders, HttpClient, type HttpClientOptions } from './client.ts';
import { systemClock, type PowerAuthClock } from './clock.ts';
import { Endpoints } from './endpoint-requests.ts';
import { TimeSynchronization } from './time-sync.ts';

/** How a server is reached, and the clocks that tell its time. */
export interface ServerSettings extends Omit<HttpClientOptions, 'signal'> {
  readonly clock?: PowerAuthClock;
  readonly observer?: Observer;
  readonly openChannel?: OpenChannel;
}

const servers = new SharedTable<string, Server>();

/** A server: its HTTP client, and its time. What it takes to send something is made when it is wanted. */
export class Server {
  readonly time: TimeSynchronization;
  readonly #key: string;
  readonly #options: Omit<HttpClientOptions, 'signal'>;
  #isOver = false;
  #ended: AbortController | undefined;
  #http: HttpClient | undefined;
  #stocks: Map<HotPathEngine, HeaderStock> | undefined;

  /** This sends nothing yet. */
  private constructor(
    key: string,
    { clock = systemClock, observer, openChannel = () => undefined, ...options }: ServerSettings,
  ) {
    assertHeaders(options);
    this.#key = key;
    this.#options = options;
    const tell = new Insight(observer, openChannel).of();
    this.time = new TimeSynchronization({
      clock,
      fetchServerTime: () => new Endpoints(this.http, { tell }).serverStatus(),
      taken: (offset, roundTrip) => tell('time', 'time', () => ({ offset, roundTrip })),
    });
  }

  get http(): HttpClient {
    if (this.#http === undefined) {
      this.#ended = new AbortController();
      if (this.#isOver) this.#ended.abort();
      this.#http = new HttpClient({ ...this.#options, signal: this.#ended.signal });
    }
    return this.#http;
  }

  /**
   * Returns the server for these settings, shared with all users of equal settings. Return it with {@link release}.
   *
   * @throws WRONG_PARAMETER for invalid headers
   */
  static take(settings: ServerSettings): Server {
    const key = keyOf(settings);
    return servers.take(key, () => new Server(key, settings));
  }

  /** The headers that this engine makes in advance for the server's time. */
  stockOf(engine: HotPathEngine): HeaderStock {
    const stocks = (this.#stocks ??= new Map<HotPathEngine, HeaderStock>());
    let stock = stocks.get(engine);
    if (stock === undefined) stocks.set(engine, (stock = engine.openStock()));
    return stock;
  }

  /** Returns it. The last user ends the requests in progress, including the request for the time. */
  release(): void {
    if (!servers.release(this.#key, this)) return;
    this.#isOver = true;
    this.#ended?.abort();
    for (const stock of this.#stocks?.values() ?? []) stock.close();
    this.#stocks = undefined;
  }
}

/** Equal for users that may share a server. It contains secrets, which are dropped with the last user. */
function keyOf(settings: ServerSettings): string {
  const { baseEndpointUrl, enableUnsecureTraffic, connectionTimeout, readTimeout, fetch, clock, observer } =
    settings;
  const { customHttpHeaders, basicHttpAuthentication } = settings;
  return JSON.stringify([
    baseEndpointUrl,
    clock === undefined ? 0 : numberOf(clock),
    fetch === undefined ? 0 : numberOf(fetch),
    observer === undefined ? 0 : numberOf(observer),
    enableUnsecureTraffic,
    connectionTimeout,
    readTimeout,
    customHttpHeaders?.map(({ name, value }) => [name, value]) ?? null,
    basicHttpAuthentication && [basicHttpAuthentication.username, basicHttpAuthentication.password],
  ]);
}

/** Number of servers in use; for tests. @internal */
export const serverCount = (): number => servers.size;
