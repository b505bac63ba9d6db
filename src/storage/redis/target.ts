/**
 * Determines which Redis to use: a server, a cluster, or the primary that Sentinel names.
 *
 * @module
 */

import { PowerAuthError } from '../../errors.ts';
import { isInstance } from '../../util/instance.ts';
import { describe } from '../../util/validate.ts';
import { copyOfOptions, readOptions, wrongOption } from './options.ts';

/** Options for `createClient` of the redis package. */
export type ClientOptions = Readonly<Record<string, unknown>>;

/** Where something listens. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** Maps the addresses that nodes tell of each other to those under which they are reached. */
export type AddressMap = (address: string) => RedisAddress | undefined;

/** What to use. `address` is for messages, without user and password. */
export type RedisTarget =
  | { readonly kind: 'server'; readonly address: string; readonly options: ClientOptions }
  | {
      readonly kind: 'cluster';
      readonly address: string;
      /** Nodes that are asked for all nodes. */
      readonly roots: readonly ClientOptions[];
      /** For all other connections. */
      readonly defaults: ClientOptions;
      readonly map: AddressMap;
    }
  | {
      readonly kind: 'sentinel';
      readonly address: string;
      /** The primary's name. */
      readonly name: string;
      readonly sentinels: readonly ClientOptions[];
      /** For connections to the primary. */
      readonly defaults: ClientOptions;
      readonly map: AddressMap;
    };

const WAYS = ['url', 'client', 'cluster', 'sentinel'] as const;
const CLUSTER = ['rootNodes', 'defaults', 'nodeAddressMap'] as const;
const SENTINEL = [
  'name',
  'sentinelRootNodes',
  'nodeClientOptions',
  'sentinelClientOptions',
  'nodeAddressMap',
] as const;

/** @throws WRONG_PARAMETER unless exactly one of url, client, cluster and sentinel is given, and is valid */
export function redisTarget(options: Readonly<Partial<Record<(typeof WAYS)[number], unknown>>>): RedisTarget {
  const given = WAYS.filter((way) => options[way] !== undefined);
  const [way] = given;
  if (way === undefined || given.length > 1) {
    throw wrongOption(WAYS.join(', '), 'one of them', given.length === 0 ? 'none' : given.join(' and '));
  }
  try {
    return targetOf(way, options[way]);
  } catch (error) {
    if (isInstance(error, PowerAuthError)) throw error;
    // Something deep inside throws when it is read. What it says may be anything.
    throw wrongOption(way, 'an object that can be read', 'one that throws');
  }
}

function targetOf(way: (typeof WAYS)[number], value: unknown): RedisTarget {
  switch (way) {
    case 'url':
      return targetOfUrl(value);
    case 'client':
      return targetOfClient(value);
    case 'cluster':
      return clusterOf(readOptions(value, 'cluster', CLUSTER), 'cluster');
    case 'sentinel':
      return sentinelOf(readOptions(value, 'sentinel', SENTINEL), 'sentinel');
  }
}

function targetOfUrl(url: unknown): RedisTarget {
  const address = typeof url === 'string' ? addressOfUrl(url) : undefined;
  if (address === undefined) {
    // The URL itself may hold a password.
    throw wrongOption('url', 'redis://, rediss:// or unix://, as in redis://127.0.0.1:6379/0', describe(url));
  }
  return { kind: 'server', address, options: { url } };
}

function addressOfUrl(url: string): string | undefined {
  const socket = /^unix:\/\/(?:[^@/]*@)?(\/[^?#]+)/.exec(url)?.[1];
  if (socket !== undefined) return socket;
  try {
    const { protocol, host, pathname } = new URL(url);
    if (!/^rediss?:$/.test(protocol) || host === '' || !/^(?:\/\d*)?$/.test(pathname)) return undefined;
    return `${host}${pathname === '/' ? '' : pathname}`;
  } catch {
    return undefined;
  }
}

function targetOfClient(client: unknown): RedisTarget {
  const options = settingsOf(client);
  if (options === undefined) {
    throw wrongOption(
      'client',
      // A client made by createSentinel keeps its settings to itself.
      'a client made by createClient or createCluster of the redis package (for Sentinel, pass its settings as sentinel)',
      describe(client),
    );
  }
  if ('rootNodes' in options) return clusterOf(options, 'client.options');
  const database = options['database'];
  const address = addressOfOptions(options);
  return {
    kind: 'server',
    address: `${address}${typeof database === 'number' && database !== 0 ? `/${database}` : ''}`,
    options,
  };
}

/** A copy of a client's options; undefined if it reveals none, or throws when it is read. */
function settingsOf(client: unknown): ClientOptions | undefined {
  try {
    const { options, _options } = client as { readonly options?: unknown; readonly _options?: unknown };
    return copyOfOptions(options ?? _options);
  } catch {
    return undefined;
  }
}

function clusterOf(given: ClientOptions, field: string): RedisTarget {
  const { rootNodes, defaults, nodeAddressMap } = given;
  const settings = defaultsOf(defaults, `${field}.defaults`);
  const roots = listOf(rootNodes, `${field}.rootNodes`, 'redis://10.0.0.1:6379').map((root) =>
    withDefaults(settings, root),
  );
  return {
    kind: 'cluster',
    address: `cluster ${roots.map(addressOfOptions).join(', ')}`,
    roots,
    defaults: settings,
    map: addressMap(nodeAddressMap, `${field}.nodeAddressMap`),
  };
}

function sentinelOf(given: ClientOptions, field: string): RedisTarget {
  const { name, sentinelRootNodes, nodeClientOptions, sentinelClientOptions, nodeAddressMap } = given;
  if (typeof name !== 'string' || !/^[\w.-]{1,256}$/.test(name)) {
    throw wrongOption(
      `${field}.name`,
      'the name under which the sentinels watch the primary (letters, digits and . _ -)',
      describe(name),
    );
  }
  const settings = defaultsOf(sentinelClientOptions, `${field}.sentinelClientOptions`);
  const addresses = listOf(sentinelRootNodes, `${field}.sentinelRootNodes`);
  const sentinels = addresses.map((address) => withDefaults(settings, address));
  return {
    kind: 'sentinel',
    address: `${name} of sentinels ${sentinels.map(addressOfOptions).join(', ')}`,
    name,
    sentinels,
    defaults: defaultsOf(nodeClientOptions, `${field}.nodeClientOptions`),
    map: addressMap(nodeAddressMap, `${field}.nodeAddressMap`),
  };
}

/** Settings of the connections to all nodes. They contain no address. */
function defaultsOf(value: unknown, field: string): ClientOptions {
  if (value === undefined) return {};
  const options = copyOfOptions(value);
  if (options === undefined) throw wrongOption(field, 'options of createClient', describe(value));
  const { socket } = options;
  if (socket !== undefined && (typeof socket !== 'object' || socket === null))
    throw wrongOption(`${field}.socket`, 'an object', describe(socket));
  if (options['url'] !== undefined) {
    throw wrongOption(field, 'options without an address: username, password, socket', 'a url as well');
  }
  return options;
}

/** Nodes as options of `createClient`: each has a `url` if an example of one is given, or a host and a port. */
function listOf(value: unknown, field: string, example?: string): ClientOptions[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw wrongOption(
      field,
      'an array of one or more nodes',
      Array.isArray(value) ? 'none' : describe(value),
    );
  }
  return Array.from(value as unknown[], (node, i) => nodeOf(node, `${field}[${i}]`, example));
}

function nodeOf(value: unknown, field: string, example: string | undefined): ClientOptions {
  const options = copyOfOptions(value) ?? {};
  const { url } = options;
  if (example !== undefined) {
    if (url === undefined ? isAddress(options['socket']) : addressOfNodeUrl(url) !== undefined)
      return options;
    throw wrongOption(
      field,
      `{ url: '${example}' } or { socket: { host, port } }`,
      url === undefined ? describe(value) : `${describe(url)} as url`,
    );
  }
  if (!isAddress(options)) throw wrongOption(field, '{ host, port }', describe(value));
  const other = Object.keys(options).find((name) => name !== 'host' && name !== 'port');
  if (other !== undefined)
    throw wrongOption(field, '{ host, port }, and the rest in sentinelClientOptions', `${other} as well`);
  return { socket: { host: options['host'], port: options['port'] } };
}

function addressOfNodeUrl(url: unknown): string | undefined {
  return typeof url === 'string' && /^rediss?:/.test(url) ? addressOfUrl(url) : undefined;
}

function isAddress(value: unknown): boolean {
  const { host, port } = (value ?? {}) as { host?: unknown; port?: unknown };
  return (
    typeof host === 'string' &&
    host !== '' &&
    typeof port === 'number' &&
    Number.isInteger(port) &&
    port > 0 &&
    port < 65_536
  );
}

/** Options of a node: its own, and the defaults for what it leaves open. */
export function withDefaults(defaults: ClientOptions, own: ClientOptions): ClientOptions {
  const socket = { ...(defaults['socket'] as object | undefined), ...(own['socket'] as object | undefined) };
  return { ...defaults, ...own, socket };
}

/** Where a client with these options connects. */
export function addressOfOptions({ url, socket }: ClientOptions): string {
  const fromUrl = typeof url === 'string' ? addressOfUrl(url) : undefined;
  if (fromUrl !== undefined) return fromUrl;
  const {
    host = 'localhost',
    port = 6379,
    path,
  } = (socket ?? {}) as Partial<RedisAddress> & { path?: string };
  return path ?? `${host}:${port}`;
}

function addressMap(map: unknown, field: string): AddressMap {
  if (map === undefined) return () => undefined;
  const lookUp = typeof map === 'function' ? (map as (address: string) => unknown) : undefined;
  const table = lookUp === undefined ? copyOfOptions(map) : undefined;
  if (lookUp === undefined && table === undefined) {
    throw wrongOption(field, 'an object or a function', describe(map));
  }
  return (address) => {
    const found = lookUp === undefined ? table?.[address] : lookUp(address);
    if (found === undefined) return undefined;
    if (!isAddress(found)) throw wrongOption(`${field} of ${address}`, '{ host, port }', describe(found));
    const { host, port } = found as RedisAddress;
    return { host, port };
  };
}
