import { describe, expect, test } from 'vitest';
import { failure, PowerAuthErrorCode } from '../../../src/errors.ts';
import {
  cutOff,
  isElsewhere,
  mayBeSentAgain,
  NoAnswer,
  NotOpened,
  redirectionOf,
  redisFailure,
  TooFewReplicas,
  Unserved,
  Unusable,
} from '../../../src/storage/redis/failure.ts';
import { error } from '../../helpers/error.ts';

const { UNKNOWN_ERROR, WRONG_PARAMETER } = PowerAuthErrorCode;
const ADDRESS = 'bank:6379';
const BEGINNING = /^Cannot write redis storage at bank:6379: /;

const withCode = (code: string) => Object.assign(new Error('of the system'), { code });
const failureOf = (cause: unknown) => redisFailure('write', ADDRESS, cause, 'server');
const messageOf = (cause: unknown, opening?: 'plain' | 'tls') =>
  redisFailure('write', ADDRESS, cause, 'server', opening).message;
const ofCluster = (answer: string) => redisFailure('write', ADDRESS, new Error(answer), 'cluster').message;

/** An error of the package, known by its class. */
function ofClass(name: string): Error {
  const made = { [name]: class extends Error {} }[name] ?? Error;
  return new made('of the package');
}

test.each([
  ['ECONNREFUSED', /start Redis/],
  ['ENOTFOUND', /host/],
  ['EHOSTUNREACH', /network/],
  ['ECONNRESET', /cut off/],
  ['ERR_MODULE_NOT_FOUND', /install the package redis/],
  ['CERT_HAS_EXPIRED', /expired/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /NODE_EXTRA_CA_CERTS/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /TLS/],
])('a connection that fails with %s names address and remedy, and keeps the cause', (code, remedy) => {
  const cause = withCode(code);
  expect(failureOf(cause)).toMatchObject({ ...error(UNKNOWN_ERROR, remedy), cause });
  expect(messageOf(cause)).toMatch(BEGINNING);
  expect(messageOf(cause)).not.toContain('of the system');
});

test.each([
  ['NOAUTH Authentication required.', /login/],
  ['WRONGPASS invalid username-password pair', /login/],
  ['-NOAUTH Authentication required.', /login/],
  ["NOPERM this user has no permissions to run the 'set' command", /docs\/storage\.md/],
  ["OOM command not allowed when used memory > 'maxmemory'.", /maxmemory/],
  ["READONLY You can't write against a read only replica.", /primary/],
  ['MOVED 3999 127.0.0.1:6381', /node of a Redis Cluster; pass cluster/],
  ['CLUSTERDOWN Hash slot not served', /node of a Redis Cluster; pass cluster/],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', /prefix/],
  ['NOPROTO unsupported protocol version', /6\.2/],
  ['ERR max number of clients reached', /maxclients/],
  ['ERR DB index is out of range', /database of this number/],
  ["ERR unknown command 'HGET'", /lacks a command/],
  // Before 7.0 an error inside a script is one of the script.
  ['ERR Error running script (call to f_12): @user_script:1: -READONLY You can not', /primary/],
])('the answer %j names a remedy', (answer, remedy) => {
  expect(messageOf(new Error(answer))).toMatch(BEGINNING);
  expect(messageOf(new Error(answer))).toMatch(remedy);
});

test('an answer without a remedy is said as it is, and where to look', () => {
  expect(messageOf(new Error('ODDITY something odd '))).toMatch(
    /: ODDITY something odd; .*docs\/storage\.md$/,
  );
  expect(messageOf(withCode('constructor'))).toMatch(/: of the system; /);
  expect(messageOf('thrown text')).toMatch(/: thrown text; /);
  expect(messageOf(undefined)).toMatch(/: undefined; /);
});

describe('the arguments of a command that the server does not know', () => {
  const answer = "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'app' 'geheim'\n'more'";

  test('are neither in the message nor in the cause', () => {
    const shown = failureOf(new Error(answer));
    expect(`${shown.message} ${String(shown.cause)} ${shown.print()}`).not.toMatch(/geheim|more/);
    expect((shown.cause as Error).message).toBe("ERR unknown command 'HELLO'");
  });

  test('are not in a message without a remedy either', () => {
    expect(messageOf(new Error("ODD command 'X' with args beginning with: 'geheim'"))).not.toContain(
      'geheim',
    );
  });
});

test.each([
  'SocketClosedUnexpectedlyError',
  'DisconnectsClientError',
  'ClientClosedError',
  'ClientOfflineError',
])('%s of the package is a connection that was cut off', (name) => {
  expect(messageOf(ofClass(name))).toBe(messageOf(cutOff()));
});

test('ConnectionTimeoutError of the package is a server that was not reached', () => {
  expect(messageOf(ofClass('ConnectionTimeoutError'))).toBe(messageOf(withCode('ETIMEDOUT')));
});

test('a server that hangs up on the first plain words may want TLS', () => {
  expect(messageOf(cutOff(), 'plain')).toMatch(/rediss:\/\//);
  expect(messageOf(new Error('Unknown RESP type 72 "H"'), 'plain')).toMatch(/rediss:\/\//);
  expect(messageOf(cutOff(), 'tls')).toBe(messageOf(cutOff()));
  expect(messageOf(new Error('Unknown RESP type 72 "H"'))).toMatch(/correct the address/);
  expect(messageOf(new Error('NOAUTH x'), 'plain')).toBe(messageOf(new Error('NOAUTH x')));
});

test('no answer says how long it was waited for; with TLS, that this may be the reason', () => {
  expect(messageOf(new NoAnswer(250))).toMatch(/: no answer within 250 ms; [^;]*network$/);
  expect(messageOf(new NoAnswer(250), 'tls')).toMatch(/: no answer within 250 ms; .*TLS/);
});

test('a store that will not do says why, with nothing added and no cause below', () => {
  const shown = redisFailure('open', ADDRESS, new Unusable('its layout is of a newer version'), 'server');
  expect(shown.message).toBe('Cannot open redis storage at bank:6379: its layout is of a newer version');
  expect(shown.cause).toBe(undefined);
});

test('a PowerAuthError is returned as it is', () => {
  const cause = failure(WRONG_PARAMETER, 'message');
  expect(redisFailure('open', ADDRESS, cause, 'cluster')).toBe(cause);
});

test.each([
  [true, ['READONLY x', 'LOADING x', 'MASTERDOWN x', 'CLUSTERDOWN x', '-READONLY x']],
  [false, ['READONLYX x', 'OOM x', 'MOVED x', 'ERR READONLY x', 'readonly x', '']],
])('whether another server may serve: %s', (elsewhere, answers) => {
  for (const answer of answers) expect(isElsewhere(new Error(answer)), answer).toBe(elsewhere);
  for (const nothing of [undefined, null, 'READONLY', {}]) expect(isElsewhere(nothing)).toBe(false);
});

describe('in a cluster', () => {
  test.each([
    ['MOVED 3999 127.0.0.1:6381', /disagree/],
    ['ASK 3999 127.0.0.1:6381', /being moved/],
    ['TRYAGAIN Multiple keys request during rehashing of slot', /redis-cli --cluster fix/],
    ['CLUSTERDOWN The cluster is down', /no node serves these records now; wait for the failover/],
    [
      'ERR This instance has cluster support disabled',
      /isn't a node of a Redis Cluster; pass its address as url/,
    ],
    ["ERR unknown command 'SSUBSCRIBE', with args beginning with: 'x'", /Redis 7\.0 or newer/],
  ])('the answer %j names a remedy', (answer, remedy) => {
    expect(ofCluster(answer)).toMatch(BEGINNING);
    expect(ofCluster(answer)).toMatch(remedy);
  });

  test.each([
    ['MOVED 3999 10.0.0.1:6381', { address: '10.0.0.1:6381', asking: false }],
    ['ASK 3999 node.example:6381', { address: 'node.example:6381', asking: true }],
    ['MOVED 1 ::1:6381', { address: '::1:6381', asking: false }],
    // A node that doesn't know the other's name.
    ['MOVED 1 :6381', { address: 'here:6381', asking: false }],
    ['ASK 1 ?:6381', { address: 'here:6381', asking: true }],
    ['CLUSTERDOWN x', undefined],
    ['MOVED', undefined],
  ])('%j leads on', (answer, leg) => {
    expect(redirectionOf(new Error(answer), 'here:1')).toEqual(leg);
  });

  test('a call is sent again only if it was not carried out', () => {
    const opened = (cause: unknown): NotOpened => new NotOpened(cause, 'plain');
    for (const cause of [
      ...['READONLY x', 'LOADING x', 'MASTERDOWN x', 'CLUSTERDOWN x', 'TRYAGAIN x', 'MOVED 1 a:1'].map(
        (answer) => new Error(answer),
      ),
      ...[new Unserved(), opened(withCode('ECONNREFUSED')), opened(new NoAnswer(1)), opened(cutOff())],
    ]) {
      expect(mayBeSentAgain(cause), String(cause)).toBe(true);
    }
    for (const cause of [
      ...['OOM x', 'NOREPLICAS x', 'ERR x', 'UNBLOCKED x'].map((answer) => new Error(answer)),
      ...[cutOff(), new NoAnswer(1), withCode('ECONNREFUSED'), new TooFewReplicas(0, 1, 1)],
      ...[opened(new Error('NOAUTH x')), opened(new Unusable('x')), undefined],
    ]) {
      expect(mayBeSentAgain(cause), String(cause)).toBe(false);
    }
  });
});

test('a connection that was not opened is told as such', () => {
  const cause = withCode('ECONNREFUSED');
  const shown = redisFailure('write', ADDRESS, new NotOpened(cause, undefined), 'server');
  expect(shown.message).toMatch(/^Cannot open redis storage at bank:6379: nobody listens there/);
  expect(shown.cause).toBe(cause);
});

test('too few replicas: written, and how many have it', () => {
  expect(messageOf(new TooFewReplicas(0, 2, 500))).toMatch(
    /: written, but only 0 of 2 replicas confirmed it within 500 ms, .*; check the replicas, or durability$/,
  );
});
