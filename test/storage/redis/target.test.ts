import { createCluster, createSentinel } from 'redis';
import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../../src/errors.ts';
import { redisTarget } from '../../../src/storage/redis/target.ts';
import { error } from '../../helpers/error.ts';
import { NO_STRINGS, throwing, type NamedValue } from '../../helpers/wrong-values.ts';

const refused = (message: RegExp) =>
  expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, message)) as Error;

const ofUrl = (url: unknown) => redisTarget({ url });
const ofClient = (client: unknown) => redisTarget({ client });
const ofCluster = (cluster: unknown) => redisTarget({ cluster });
const ofSentinel = (sentinel: unknown) => redisTarget({ sentinel });

test('wants exactly one way', () => {
  expect(() => redisTarget({})).toThrow(
    refused(/^url, client, cluster, sentinel: expected one of them, got none$/),
  );
  expect(() => redisTarget({ url: 'redis://bank', client: { options: {} } })).toThrow(
    refused(/^url, client, cluster, sentinel: expected one of them, got url and client$/),
  );
  expect(() => redisTarget({ url: 'redis://bank', cluster: {}, sentinel: {} })).toThrow(
    refused(/ got url and cluster and sentinel$/),
  );
});

describe('a URL', () => {
  test.each([
    ['redis://bank', 'bank'],
    ['redis://127.0.0.1:6380', '127.0.0.1:6380'],
    ['rediss://bank:6380/', 'bank:6380'],
    ['redis://bank/2', 'bank/2'],
    ['redis://[::1]:6379/0', '[::1]:6379/0'],
    ['redis://user:geheim@bank:6379/1', 'bank:6379/1'],
    ['redis://:geheim@bank', 'bank'],
    ['redis://bank?password=geheim', 'bank'],
    ['unix:///run/redis.sock', '/run/redis.sock'],
    ['unix://user:geheim@/run/redis.sock?db=1', '/run/redis.sock'],
    ['unix://geheim@/run/redis.sock', '/run/redis.sock'],
  ])('%s is passed on as it is; in messages it is %s', (url, address) => {
    expect(ofUrl(url)).toEqual({ kind: 'server', address, options: { url } });
  });

  test.each([
    '',
    'bank:6379',
    'http://user:geheim@bank',
    'redis://',
    'redis:///0',
    'redis://bank/geheim',
    'redis://bank/1/2',
    'redis://bank:port',
    'unix://run/redis.sock',
    'unix://geheim',
    ' redis',
  ])('%j is refused, and not shown', (url) => {
    expect(() => ofUrl(url)).toThrow(refused(/^url: expected redis:\/\/, .*, got /));
    expect(() => ofUrl(url)).not.toThrow('geheim');
  });

  test.each(NO_STRINGS.filter(([, value]) => value !== undefined))('is not %s', (_, url) => {
    expect(() => ofUrl(url)).toThrow(refused(/^url: expected redis:\/\//));
  });
});

describe('a client', () => {
  test.each([
    [{}, 'localhost:6379'],
    [{ socket: {} }, 'localhost:6379'],
    [{ socket: { host: 'bank', port: 6380 }, password: 'geheim' }, 'bank:6380'],
    [{ socket: { host: 'bank' }, database: 2 }, 'bank:6379/2'],
    [{ socket: { host: 'bank' }, database: 0 }, 'bank:6379'],
    [{ socket: { path: '/run/redis.sock' }, database: 1 }, '/run/redis.sock/1'],
  ])('with %j is at %s', (options, address) => {
    expect(ofClient({ options })).toEqual({ kind: 'server', address, options });
  });

  test('lends its options, and what it does to them later changes nothing', () => {
    const options = { database: 1 };
    const target = ofClient({ options });
    options.database = 2;
    expect(target).toMatchObject({ options: { database: 1 } });
  });

  test.each<NamedValue>([
    ['null', null],
    ['an object that throws when it is looked at', throwing({})],
    ['text', 'redis://bank'],
    ['an object without options', {}],
    ['invalid options', { options: 'redis://bank' }],
    ['options that are null', { options: null }],
    [
      'a client of createSentinel, which shows no options',
      createSentinel({ name: 'bank', sentinelRootNodes: [] }),
    ],
  ])('is not %s', (_, client) => {
    expect(() => ofClient(client)).toThrow(refused(/^client: expected .*createClient.*, got /));
  });
});

describe('a cluster', () => {
  const password = 'geheim';

  test('has nodes that are asked, with the defaults for what they leave open', () => {
    const target = ofCluster({
      rootNodes: [{ url: 'redis://one:7000' }, { socket: { host: 'two', port: 7001 }, username: 'root' }],
      defaults: { username: 'app', password, socket: { tls: true } },
    });
    expect(target).toMatchObject({
      kind: 'cluster',
      address: 'cluster one:7000, two:7001',
      roots: [
        { url: 'redis://one:7000', username: 'app', password, socket: { tls: true } },
        { username: 'root', password, socket: { host: 'two', port: 7001, tls: true } },
      ],
      defaults: { username: 'app', password, socket: { tls: true } },
    });
  });

  test('may be given as a client, whose other settings have no effect', () => {
    const client = createCluster({
      rootNodes: [{ url: `redis://app:${password}@one:7000` }],
      defaults: { password },
      useReplicas: true,
    });
    expect(ofClient(client)).toMatchObject({
      kind: 'cluster',
      address: 'cluster one:7000',
      defaults: { password },
    });
  });

  test('maps addresses by an object or a function', () => {
    const rootNodes = [{ url: 'redis://one:7000' }];
    const there = { host: 'there', port: 1 };
    for (const nodeAddressMap of [
      { 'a:1': there },
      (address: string) => (address === 'a:1' ? there : undefined),
    ]) {
      const target = ofCluster({ rootNodes, nodeAddressMap });
      if (target.kind !== 'cluster') throw new TypeError('expected a cluster');
      expect([target.map('a:1'), target.map('b:2')]).toEqual([there, undefined]);
    }
    const target = ofCluster({ rootNodes, nodeAddressMap: () => 'there:1' });
    if (target.kind !== 'cluster') throw new TypeError('expected a cluster');
    expect(() => target.map('a:1')).toThrow(
      refused(/^cluster\.nodeAddressMap of a:1: expected \{ host, port \}, got a str/),
    );
  });

  test.each<[string, unknown, RegExp]>([
    [
      'text',
      'redis://one',
      /^cluster: expected an object with rootNodes, defaults, nodeAddressMap, got a string/,
    ],
    ['an object that throws', throwing({}), /^cluster: expected an object/],
    ['nothing', {}, /^cluster\.rootNodes: expected an array of one or more nodes, got undefined/],
    ['no nodes', { rootNodes: [] }, /^cluster\.rootNodes: .* got none/],
    [
      'addresses as text',
      { rootNodes: [`redis://${password}@one`] },
      /^cluster\.rootNodes\[0\]: expected \{ url: .* got a str/,
    ],
    [
      'another scheme',
      { rootNodes: [{ url: `http://${password}@a` }] },
      /^cluster\.rootNodes\[0\]: .* as url$/,
    ],
    ['a node without a port', { rootNodes: [{ socket: { host: 'a' } }] }, /^cluster\.rootNodes\[0\]: /],
    ['a node that throws', { rootNodes: [throwing({})] }, /^cluster\.rootNodes\[0\]: /],
    ['a socket that throws', { rootNodes: [{ socket: throwing({}) }] }, /^cluster: .* got one that throws/],
    ['nodes that throw', { rootNodes: throwing([]) }, /^cluster: .* got one that throws/],
    [
      'a socket as text',
      { rootNodes: [{ url: 'redis://a' }], defaults: { socket: 'a:1' } },
      /^cluster\.defaults\.socket: expected an object/,
    ],
    [
      'another option',
      { rootNodes: [], useReplicas: true },
      /^cluster: expected only .* got "useReplicas" as well/,
    ],
    [
      'defaults with an address',
      { rootNodes: [], defaults: { url: 'x' } },
      /^cluster\.defaults: .* got a url as well/,
    ],
    [
      'defaults as text',
      { rootNodes: [], defaults: 'x' },
      /^cluster\.defaults: expected options of createClient/,
    ],
    [
      'a map as text',
      { rootNodes: [{ url: 'redis://a' }], nodeAddressMap: 'x' },
      /^cluster\.nodeAddressMap: /,
    ],
  ])('is not %s', (_, cluster, message) => {
    expect(() => ofCluster(cluster)).toThrow(refused(message));
    expect(() => ofCluster(cluster)).not.toThrow(password);
  });
});

describe('Sentinel', () => {
  const sentinelRootNodes = [{ host: 'one', port: 26379 }];

  test('has a name, sentinels, and settings of both kinds of connections', () => {
    expect(
      ofSentinel({
        name: 'bank',
        sentinelRootNodes: [...sentinelRootNodes, { host: 'two', port: 1 }],
        nodeClientOptions: { password: 'geheim', database: 2 },
        sentinelClientOptions: { username: 'watch', socket: { tls: true } },
      }),
    ).toMatchObject({
      kind: 'sentinel',
      name: 'bank',
      address: 'bank of sentinels one:26379, two:1',
      sentinels: [
        { username: 'watch', socket: { host: 'one', port: 26379, tls: true } },
        { username: 'watch', socket: { host: 'two', port: 1, tls: true } },
      ],
      defaults: { password: 'geheim', database: 2 },
    });
  });

  test.each<[string, unknown, RegExp]>([
    ['an array', [], /^sentinel: expected an object with name, sentinelRootNodes, .* got an array/],
    ['nameless', { sentinelRootNodes }, /^sentinel\.name: .* got undefined/],
    ['strangely named', { name: 'a b', sentinelRootNodes }, /^sentinel\.name: .* got a string of 3/],
    [
      'with the password in the wrong place',
      { name: 'bank', sentinelRootNodes: [{ host: 'a', port: 1, password: 'secret' }] },
      /^sentinel\.sentinelRootNodes\[0\]: expected \{ host, port \}, and the rest in sentinelClientOptions, got password as well/,
    ],
    ['alone', { name: 'bank' }, /^sentinel\.sentinelRootNodes: expected an array/],
    [
      'at a URL',
      { name: 'bank', sentinelRootNodes: [{ url: 'redis://a' }] },
      /^sentinel\.sentinelRootNodes\[0\]: expected \{ host, port \}/,
    ],
    [
      'without a port',
      { name: 'bank', sentinelRootNodes: [{ host: 'a' }] },
      /^sentinel\.sentinelRootNodes\[0\]/,
    ],
    [
      'given another option',
      { name: 'bank', sentinelRootNodes, masterPoolSize: 2 },
      /got "masterPoolSize" as well/,
    ],
  ])('is not %s', (_, sentinel, message) => {
    expect(() => ofSentinel(sentinel)).toThrow(refused(message));
  });
});
