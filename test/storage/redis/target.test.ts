import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../../src/errors.ts';
import { redisTarget } from '../../../src/storage/redis/target.ts';
import { error } from '../../helpers/error.ts';
import { NO_STRINGS, throwing, type NamedValue } from '../../helpers/wrong-values.ts';

const refused = (message: RegExp) =>
  expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, message)) as Error;

test('wants a URL or a client, not both and not neither', () => {
  expect(() => redisTarget(undefined, undefined)).toThrow(
    refused(/^url, client: expected one of them, got neither$/),
  );
  expect(() => redisTarget('redis://bank', { options: {} })).toThrow(
    refused(/^url, client: expected one of them, got both$/),
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
    expect(redisTarget(url, undefined)).toEqual({ address, options: { url } });
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
    expect(() => redisTarget(url, undefined)).toThrow(refused(/^url: expected redis:\/\/, .*, got /));
    expect(() => redisTarget(url, undefined)).not.toThrow('geheim');
  });

  test.each(NO_STRINGS.filter(([, value]) => value !== undefined))('is not %s', (_, url) => {
    expect(() => redisTarget(url, undefined)).toThrow(refused(/^url: expected redis:\/\//));
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
    expect(redisTarget(undefined, { options })).toEqual({ address, options });
  });

  test('lends its options, and what it does to them later changes nothing', () => {
    const options = { database: 1 };
    const target = redisTarget(undefined, { options });
    options.database = 2;
    expect(target.options).toEqual({ database: 1 });
  });

  test.each<NamedValue>([
    ['null', null],
    ['an object that throws when it is looked at', throwing({})],
    ['text', 'redis://bank'],
    ['an object without options', {}],
    ['invalid options', { options: 'redis://bank' }],
    ['options that are null', { options: null }],
    ['a cluster', { options: { rootNodes: [] } }],
    ['a sentinel', { options: { sentinelRootNodes: [] } }],
  ])('is not %s', (_, client) => {
    expect(() => redisTarget(undefined, client)).toThrow(refused(/^client: expected .*createClient.*, got /));
  });
});
