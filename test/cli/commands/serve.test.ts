/** `serve`, in the process of the test: options, configuration file, admin API, playground. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { servePlayground } from '../../../src/cli/serve/playground.ts';
import { PowerAuthActivation, PowerAuthAuthentication } from '../../../src/index.ts';
import { testClient } from '../../helpers/client.ts';
import { runCommand } from '../../helpers/command-line.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { file, statusOf, serve } from './serve.ts';

test('it says where it is, answers, and is gone at the end', async () => {
  const { baseUrl, adminUrl, configuration, end, ...rest } = await serve();
  expect(rest).toMatchObject({ ok: true, like: '1.9', pid: process.pid, activations: [] });
  expect([adminUrl, configuration.baseEndpointUrl]).toEqual([`${baseUrl}/admin`, baseUrl]);
  expect(await statusOf(`${adminUrl}/health`)).toBe(200);
  expect(await (await fetch(`${adminUrl}/configuration`)).json()).toMatchObject(configuration);
  expect(await end()).toBe(0);
  await expect(fetch(`${adminUrl}/health`)).rejects.toThrow('fetch failed');
});

test.each(['http://localhost:5173', 'capacitor://localhost', 'moz-extension://0b8f-4a', '*'])(
  'pages of %s may call it if they are allowed to',
  async (origin) => {
    const { baseUrl, adminUrl } = await serve('--allow-origin', origin);
    const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' };
    const allowed = async (url: string): Promise<string | null> =>
      (await fetch(url, { method: 'OPTIONS', headers })).headers.get('Access-Control-Allow-Origin');
    expect(await allowed(`${baseUrl}/pa/v3/status`)).toBe(origin);
    expect(await allowed(`${adminUrl}/activations`)).toBeNull();
    expect(await allowed(`${baseUrl}/rest/v3/status`)).toBeNull();
  },
);

test('the configuration file has keys, users, activations and faults', async () => {
  const keys = {
    applicationKey: 'MDEyMzQ1Njc4OWFiY2RlZg==',
    applicationSecret: 'ZmVkY2JhOTg3NjU0MzIxMA==',
    masterServerPrivateKey: `${'A'.repeat(42)}E=`,
  };
  const path = await file(
    'server.json',
    JSON.stringify({
      keys,
      users: [{ userId: 'alice', claims: { given_name: 'Alice' } }],
      activations: [
        { userId: 'alice', activationCode: 'AAAAA-AAAAA-AAAAA-AAAAA', otp: '1234' },
        { maxFailCount: 2, validity: 60_000 },
      ],
      faults: [{ path: '/pa/v3/status', count: 1, status: 503 }],
    }),
  );
  const { baseUrl, adminUrl, configuration, activations } = await serve('--config', path);
  const { applicationKey, applicationSecret } = keys;
  expect(configuration).toMatchObject({ applicationKey, applicationSecret });
  expect(activations).toMatchObject([
    { userId: 'alice', activationCode: expect.stringMatching(/^AAAAA-AAAAA-AAAAA-AAAAA#/) as string },
    { userId: 'test-user' },
  ]);
  expect([
    await statusOf(`${baseUrl}/pa/v3/status`, { method: 'POST' }),
    await statusOf(`${baseUrl}/pa/v3/status`, { method: 'POST' }),
  ]).toEqual([503, 200]);
  const powerAuth = await testClient({ configuration });
  const activation = PowerAuthActivation.createWithActivationCode('AAAAA-AAAAA-AAAAA-AAAAA', 'test');
  activation.additionalActivationOtp = '1234';
  await powerAuth.createActivation(activation);
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('correct horse'));
  expect(await powerAuth.fetchUserInfo()).toMatchObject({ sub: 'alice', given_name: 'Alice' });
  const id = activations[0]?.activationId ?? '';
  expect(await (await fetch(`${adminUrl}/activations/${id}`)).json()).toMatchObject({ state: 'ACTIVE' });
  const stranger = PowerAuthActivation.createWithIdentityAttributes({ username: 'bob' }, 'test');
  await expect((await testClient({ configuration })).createActivation(stranger)).rejects.toMatchObject({
    code: 'RESPONSE_ERROR',
  });
});

test('with its state, a server that is started again makes no activation of the file twice', async () => {
  const bob = { userId: 'bob', activationCode: 'AAAAA-AAAAA-AAAAA-AAAAA' };
  const state = join(await temporaryFolder(), 'state');
  const usersOf = async (...activations: object[]): Promise<string[]> => {
    const path = await file('server.json', JSON.stringify({ activations }));
    const { end, activations: made } = await serve('--config', path, '--state', state);
    await end();
    return made.map(({ userId }) => userId);
  };
  expect(await usersOf({ userId: 'alice' }, bob)).toEqual(['alice', 'bob']);
  expect(await usersOf({ userId: 'alice' }, bob)).toEqual([]);
  expect(await usersOf({ userId: 'bob' }, {}, { userId: 'alice' }, bob, { userId: 'alice' })).toEqual([
    'bob',
    'test-user',
    'alice',
  ]);
});

test('the configuration file says who may call the methods for back-ends', async () => {
  const backEnd = { username: 'bank', password: 'for tests' };
  const { baseUrl } = await serve('--config', await file('server.json', JSON.stringify({ backEnd })));
  const url = `${baseUrl}/rest/v3/status`;
  const headers = { Authorization: `Basic ${Buffer.from('bank:for tests').toString('base64')}` };
  expect([await statusOf(url, { method: 'POST' }), await statusOf(url, { method: 'POST', headers })]).toEqual(
    [401, 200],
  );
});

describe('a configuration file that is refused, by field', () => {
  test.each([
    ['{', 'expected JSON, got something else'],
    ['[]', 'expected an object, got an array'],
    ['{"user":[]}', 'user: expected no field of this name, only keys, backEnd, users, activations, faults'],
    [
      '{"keys":{"applicationKey":"AA=="}}',
      'keys.applicationKey: expected Base64 of 16 bytes, got a string of',
    ],
    ['{"users":["alice"]}', 'users[0]: expected an object, got a string'],
    ['{"users":[{"userId":"a"},{"userId":"a"}]}', 'users[1].userId: expected one that no other has'],
    [
      '{"activations":[{"activationCode":"AAAAA-AAAAA-AAAAA-AAAAB"}]}',
      'activations[0].activationCode: expected an',
    ],
    ['{"activations":[{"otp":1234}]}', 'activations[0].otp: expected a non-empty string, got a number'],
    ['{"activations":[{"code":"x"}]}', 'activations[0].code: expected no field of this name, only userId'],
    ['{"faults":[{"count":1}]}', 'faults[0]: expected something that goes wrong'],
  ])('%s', async (content, message) => {
    const path = await file('server.json', content);
    const { code, stdout, stderr } = await runCommand(['serve', '--config', path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${path}: ${message}`);
    expect(stderr).not.toContain('1234');
  });
});

test.each(['latin1', 'utf16le'] as const)('a configuration file in %s is refused', async (encoding) => {
  const content = Buffer.from('\uFEFF{"users":[{"userId":"J\u00FCrgen"}]}', encoding);
  const path = await file('server.json', content);
  for (const argv of [
    ['serve', '--config', path],
    ['status', '--config', path],
  ]) {
    const { code, stderr } = await runCommand(argv);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`--config: expected text in UTF-8 at ${path}`),
    ]);
  }
});

test('a state file in a folder that is missing is named without its lock', async () => {
  const state = join(await temporaryFolder(), 'missing', 'state');
  const { code, stderr } = await runCommand(['serve', '--state', state]);
  expect([code, stderr]).toEqual([7, `error: --state: cannot use ${state} (ENOENT)\n`]);
});

test('--dry-run says where it would listen', async () => {
  const plan = async (...argv: string[]) => (await runCommand(['serve', '--dry-run', ...argv])).stdout;
  expect(await plan()).toBe('would start a server at any free port of 127.0.0.1, like 1.9\n');
  expect(await plan('--port', '8080')).toContain('at port 8080 of');
});

test('the variable that names a configuration of clients is not read', async () => {
  const env = { POWERAUTH_CONFIG: '/nowhere' };
  expect((await runCommand(['serve', '--dry-run'], { env })).code).toBe(0);
  expect((await runCommand(['serve', '--dry-run', '--config', '/nowhere'])).stderr).toContain(
    '--config: cannot',
  );
});

describe('options that are refused', () => {
  test.each([
    [['--port', '65536'], '--port: expected a whole number from 0 to 65535'],
    [['--port', 'http'], '--port: expected'],
    [['--admin-port', '-1'], '--admin-port: expected'],
    [['--like', '3.0'], '--like: expected 1.9 or 2.2'],
    ...[
      ...['http://localhost:5173/', 'http://LOCALHOST', 'https://', 'null', 'file://', 'localhost', '', '**'],
      ...['capacitor:', 'capacitor://localhost/', 'capacitor://a b', 'http://a, http://b', 'x://y\r\nz: 1'],
    ].map((origin): [string[], string] => [['--allow-origin', origin], '--allow-origin: expected an origin']),
    [['--tls-cert', 'x'], '--tls-cert, --tls-key: expected both'],
    [['--playground', '--host', '0.0.0.0'], '--playground: the page uses the admin API at the same port'],
    [['--playground', '--admin-port', '0'], '--playground: the page'],
    [['--admin-token-file', '/nowhere'], 'cannot read it (ENOENT)'],
    [['--state', ''], '--state: expected the path of a file, got nothing'],
    [['--host', ''], '--host: expected a name or an address, got nothing'],
    [['--host', 'host.invalid'], "--port, --host: can't listen there"],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await runCommand(['serve', ...argv]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
  });

  test('a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    expect(await runCommand(['serve', '--port', port])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the port is in use') as string,
    });
    expect((await runCommand(['serve', '--admin-port', port])).stderr).toContain(
      '--admin-port: the port is in use',
    );
  });
});

test('the files of the playground, by their exact names, under a strict policy', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'secret.js'), 'outside');
  const files = join(folder, 'playground');
  expect(servePlayground(files)).toBeUndefined();
  await mkdir(join(files, 'folder.js'), { recursive: true });
  for (const name of ['index.html', 'playground.js', 'notes']) await writeFile(join(files, name), name);
  const intercept = servePlayground(files);
  const server = createServer((message, response) => {
    if (intercept?.(message, response) !== true) response.writeHead(418).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async (path: string, method = 'GET'): Promise<IncomingMessage> => {
    const [reply] = (await once(get({ port, path, method }), 'response')) as [IncomingMessage];
    reply.resume();
    return reply;
  };
  const statuses = {
    '/playground/': 200,
    '/playground/index.html': 200,
    '/playground/playground.js?x': 200,
    '/playground': 307,
    '/': 307,
    '/playground/notes': 404,
    '/playground/folder.js': 404,
    '/playground/../secret.js': 404,
    '/playground/%2e%2e/secret.js': 404,
    '/playground/..%2fsecret.js': 404,
    '/playground//secret.js': 404,
    '/playgrounds': 418,
  };
  for (const [path, status] of Object.entries(statuses)) {
    const { statusCode, headers } = await ask(path);
    expect([path, statusCode]).toEqual([path, status]);
    if (status === 418) continue;
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
  }
  expect((await ask('/playground/', 'POST')).statusCode).toBe(405);
  expect((await ask('/playground/')).headers['content-type']).toBe('text/html; charset=utf-8');
});

test.skipIf(process.platform === 'win32')(
  'a pipe that nobody writes to is refused where a file is expected',
  async () => {
    const pipe = join(await temporaryFolder(), 'pipe');
    expect(spawnSync('mkfifo', ['-m', '600', pipe]).status).toBe(0);
    for (const argv of [
      ['serve', '--config', pipe],
      ['serve', '--tls-cert', pipe, '--tls-key', pipe],
      ['status', '--config', pipe],
      ['sign', 'POST', '/x', '--body', pipe, '--factors', 'possession'],
      ['request', 'POST', '/x', '--data', pipe],
      ['offline', '--qr', pipe],
    ]) {
      const { code, stderr } = await runCommand(argv);
      expect([argv, code, stderr]).toEqual([
        argv,
        2,
        expect.stringContaining('expected a file, got something else'),
      ]);
    }
  },
);
