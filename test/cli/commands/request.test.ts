/** `sign`, `request`, `offline`: what the server makes of them. */
import { describe, expect, test } from 'vitest';
import { jsonOf, openDesk, PASSWORD } from '../../helpers/command-line.ts';

const BODY = '{"amount":100}\n';
const withPassword = ['--password-file', '-'];

describe('sign', () => {
  test('signs the bytes of a body, and the query of a GET request', async () => {
    const { server, run, file } = await openDesk();
    const body = await file('body', BODY);
    const post = await run(['sign', 'post', '/pay', '--body', body, ...withPassword], { stdin: PASSWORD });
    const value = /^X-PowerAuth-Authorization: (.*)\n$/.exec(post.stdout)?.[1];
    expect(server.verifySignature(value, { method: 'POST', uriId: '/pay', body: BODY })).toMatchObject({
      signatureType: 'possession_knowledge',
    });
    const get = jsonOf(
      await run(['sign', 'GET', '/pays', '--query', 'b=2&a=x%20y', '--factors', 'possession', '--json']),
    );
    const { header } = get as { header: { value: string } };
    const query = '?a=x%20y&b=2';
    expect(server.verifySignature(header.value, { method: 'GET', uriId: '/pays', query })).toBeDefined();
  });

  test('reads the password from the first line of stdin and the body from the rest', async () => {
    const { server, run } = await openDesk();
    const argv = ['sign', 'POST', '/pay', '--body', '-', ...withPassword];
    const { stdout } = await run(argv, { stdin: `${PASSWORD}\n${BODY}` });
    const value = stdout.trim().replace('X-PowerAuth-Authorization: ', '');
    expect(server.verifySignature(value, { method: 'POST', uriId: '/pay', body: BODY })).toBeDefined();
  });

  test.each([
    ['a body of a GET request', ['GET', '/pay', '--body', 'x']],
    ['a query of a POST request', ['POST', '/pay', '--query', 'a=1']],
    ['a body that is not there', ['POST', '/pay', '--body', 'missing', '--factors', 'possession']],
    ['no password and no terminal', ['POST', '/pay']],
  ])('refuses %s', async (_, argv) => {
    const { run } = await openDesk({ isActivated: false });
    expect((await run(['sign', ...argv])).code).toBe(2);
  });

  test('with --dry-run uses no value of the counter', async () => {
    const { server, run, activationId } = await openDesk();
    const before = jsonOf(await run(['sign', 'POST', '/pay', '--dry-run', '--json']));
    expect(before).toMatchObject({ dryRun: true, method: 'POST', factors: 'possession_knowledge' });
    const { stdout } = await run(['sign', 'POST', '/pay', '--factors', 'possession']);
    const value = stdout.trim().replace('X-PowerAuth-Authorization: ', '');
    const counter = server.activation(activationId)?.counter;
    expect(server.verifySignature(value, { method: 'POST', uriId: '/pay' })).toBeDefined();
    expect(server.activation(activationId)?.counter).toBe((counter ?? 0) + 1);
  });
});

describe('request', () => {
  test('sends a token header, and shows it once it was sent', async () => {
    const { run } = await openDesk();
    await run(['token', 'get', 'api']);
    const argv = ['request', 'GET', '/api/possession/token', '--token', 'api'];
    const { code, stdout, stderr } = await run([...argv, '-v']);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { status: 'OK' }]);
    expect(stderr).toMatch(/^X-PowerAuth-Token\n {2}version .*\n[^]*HTTP 200\n$/);
    expect(jsonOf(await run([...argv, '--json']))).toMatchObject({
      ok: true,
      status: 200,
      contentType: 'application/json',
      body: expect.stringContaining('"OK"') as string,
    });
  });

  test('sends a signed body', async () => {
    const { run, file } = await openDesk();
    const path = '/api/protected/signature';
    const argv = [
      'request',
      'POST',
      path,
      '--sign',
      path,
      '--data',
      await file('body', BODY),
      ...withPassword,
    ];
    expect((await run(argv, { stdin: PASSWORD })).code).toBe(0);
    const wrong = await run([...argv, '--json'], { stdin: 'wrong password' });
    expect([wrong.code, jsonOf(wrong)]).toMatchObject([
      4,
      { ok: false, error: { code: 'AUTHENTICATION_ERROR', errorData: { httpStatusCode: 401 } } },
    ]);
  });

  test('signs the query of a GET request', async () => {
    const { server, run } = await openDesk();
    const path = '/api/possession/signature';
    const url = `${server.baseUrl}${path}?b=2&a=1`;
    const ran = await run(['request', 'GET', url, '--sign', path, '--factors', 'possession']);
    expect([ran.code, ran.stderr]).toEqual([0, 'HTTP 200\n']);
  });

  test.each(['application', 'activation'])('encrypts in %s scope', async (scope) => {
    const { run } = await openDesk();
    const argv = ['request', 'POST', `/api/encrypted/${scope}`, '--encrypt', scope, '--data', '-'];
    expect((await run(argv, { stdin: BODY })).stdout).toBe(BODY);
    const { bodyBase64 } = jsonOf(await run([...argv, '--json'], { stdin: '' }));
    expect(bodyBase64).toBeUndefined();
  });

  test('ends with 5 for another status, whose body is in the error', async () => {
    const { server, run } = await openDesk();
    server.faults.add({ path: '/x', status: 404, body: 'not here' });
    const ran = await run(['request', 'GET', '/x', '--json']);
    expect([ran.code, jsonOf(ran)]).toMatchObject([
      5,
      { error: { code: 'RESPONSE_ERROR', errorData: { httpStatusCode: 404, responseBody: 'not here' } } },
    ]);
  });

  test.each([
    ['two ways', ['GET', '/x', '--token', 'a', '--sign', '/b']],
    ['an unknown scope', ['POST', '/x', '--encrypt', 'all']],
    ['a body of a GET request', ['GET', '/x', '--data', '-']],
    ['an encrypted GET request', ['GET', '/x', '--encrypt', 'application']],
    ['a password that is not used', ['GET', '/x', '--token', 'a', '--password-file', 'p']],
    ['no URL', ['GET', 'ftp://bank.example']],
  ])('refuses %s', async (_, argv) => {
    const { run } = await openDesk({ isActivated: false });
    expect((await run(['request', ...argv])).code).toBe(2);
  });

  test('over http without --insecure-http sends nothing, wherever it goes', async () => {
    const { server, run } = await openDesk();
    const sent = server.requests.length;
    const ran = await run(['request', 'GET', '/x'], { env: { POWERAUTH_INSECURE_HTTP: 'no' } });
    expect([ran.code, ran.stderr]).toEqual([6, expect.stringContaining('--insecure-http allows it')]);
    expect(server.requests.length).toBe(sent);
  });

  test.each([
    [['request', 'GE T', '/x'], 'METHOD: expected a method that can be sent'],
    [['request', 'TRACE', '/x'], 'METHOD: expected'],
    [['sign', 'PO\nST', '/x'], 'METHOD: expected'],
    [['request', 'HEAD', '/x', '--data', '-'], '--data: a HEAD request has no body'],
    [
      ['request', 'POST', '/x', '--data', '-', '--content-type', 'a\r\nX: y'],
      '--content-type: expected what',
    ],
    [['request', 'POST', '/x', '--data', '-', '--content-type', ''], '--content-type: expected what'],
  ])('what cannot be sent is wrong usage and uses no value of the counter: %j', async (argv, message) => {
    const { server, run, activationId } = await openDesk();
    const { counter } = server.activation(activationId) ?? {};
    const way = argv[0] === 'request' ? ['--sign', '/x'] : [];
    const { code, stderr } = await run([...argv, ...way, '--factors', 'possession']);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    const next = await run([
      'request',
      'POST',
      '/api/possession/signature',
      '--factors',
      'possession',
      '--sign',
      '/api/possession/signature',
    ]);
    expect([next.code, server.activation(activationId)?.counter]).toEqual([0, (counter ?? 0) + 1]);
  });

  test.each([
    ['request', 'GET', 'https://user:geheim@bank.example/x'],
    ['request', 'GET', 'https://user:geheim@bank.example/x', '--dry-run'],
  ])(
    'to a URL with a password is refused, and the password is not repeated: %s %s %s %s',
    async (...argv) => {
      const { run } = await openDesk({ isActivated: false });
      const ran = await run(argv);
      expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('expected no user and password')]);
      expect(ran.stdout + ran.stderr).not.toContain('geheim');
    },
  );
});

describe('offline', () => {
  const DATA = 'A1*A100CZK*NUtility Bill \u010d';
  const LAYOUT = { lines: ['5ff1b1ed', 'Payment', 'Please confirm'], data: DATA, linesAfter: ['B'] };
  const URI = '/operation/authorize/offline';

  test('shows the operation, and makes the code that the server expects', async () => {
    const { server, run, file, activationId } = await openDesk();
    const { payload, nonce } = server.createOfflinePayload({ ...LAYOUT, activationId });
    const qr = await file('qr', payload, 0o644);
    const { code, stdout, stderr } = await run(['offline', '--qr', qr, ...withPassword], { stdin: PASSWORD });
    expect([code, stderr]).toEqual([0, `Payment\nPlease confirm\n${DATA}\n`]);
    const signature = stdout.trim();
    const offered = { activationId, uriId: URI, nonce, signature };
    expect(server.verifyOfflineSignature({ ...offered, data: `5ff1b1ed&${DATA}` })).toBe(true);
  });

  test('reads password and payload from stdin, and signs the line that is named', async () => {
    const { server, run, activationId } = await openDesk();
    const { payload, nonce } = server.createOfflinePayload(LAYOUT);
    const argv = ['offline', '--qr', '-', '--data-line', '4', '--json', ...withPassword];
    const { signature } = jsonOf(await run(argv, { stdin: `${PASSWORD}\n${payload}\n` }));
    const offered = { activationId, uriId: URI, nonce, data: DATA, signature: String(signature) };
    expect(server.verifyOfflineSignature(offered)).toBe(true);
  });

  test('signs nothing that was changed', async () => {
    const { server, run, activationId } = await openDesk();
    const { payload } = server.createOfflinePayload({ ...LAYOUT, activationId });
    const stdin = payload.replace('100CZK', '900CZK');
    const ran = await run(['offline', '--qr', '-'], { stdin });
    expect([ran.code, ran.stdout]).toEqual([4, '']);
    expect(ran.stderr).toContain('Nothing was signed');
  });
});
