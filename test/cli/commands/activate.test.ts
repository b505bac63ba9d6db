/** `activate`: the code, the one-time password and the password, from wherever they may come. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jsonOf, openDesk, PASSWORD } from '../../helpers/command-line.ts';

test('prints id and fingerprint, and nothing secret', async () => {
  const { server, run, folder } = await openDesk({ isActivated: false });
  const { activationId, activationCode } = server.createActivation();
  const argv = [
    'activate',
    '--name',
    'My laptop',
    '--code-file',
    '-',
    '--password-file',
    join(folder, 'password'),
  ];
  const { code, stdout, stderr } = await run(argv, { stdin: `${activationCode}\n` });
  const { activationFingerprint, activationName, state } = server.activation(activationId) ?? {};
  expect([code, activationName, state]).toEqual([0, 'My laptop', 'PENDING_COMMIT']);
  expect(stdout).toBe(`activation   ${activationId}\nfingerprint  ${activationFingerprint ?? ''}\n`);
  expect(stderr).toContain('Compare the fingerprint');
  expect(stderr).toContain('then the bank commits');
  expect(stdout + stderr).not.toContain(activationCode.slice(0, 23));
  expect(stdout + stderr).not.toContain(PASSWORD);
});

test('with a one-time password does not say that the bank has to commit', async () => {
  const { server, run } = await openDesk({ isActivated: false });
  const { activationCode } = server.createActivation({ otp: '246810' });
  const argv = ['activate', '--password-file', '-', '--otp-file', '-', '--code-file', '-'];
  const { stderr } = await run(argv, { stdin: `${activationCode}\n246810\n${PASSWORD}` });
  expect(stderr).toContain('`powerauth-wasm status` tells whether');
  expect(stderr).not.toContain('then the bank commits');
});

test('reads code, one-time password and password from the lines of stdin, in this order', async () => {
  const { server, run } = await openDesk({ isActivated: false });
  const { activationId, activationCode } = server.createActivation({ otp: '246810' });
  const argv = ['activate', '--json', '--password-file', '-', '--otp-file', '-', '--code-file', '-'];
  const ran = await run(argv, { stdin: `${activationCode}\r\n246810\n${PASSWORD}` });
  expect(ran.stderr).toBe('');
  expect(jsonOf(ran)).toEqual({
    ok: true,
    activationId,
    activationFingerprint: server.activation(activationId)?.activationFingerprint,
  });
  expect(server.activation(activationId)?.state).toBe('ACTIVE');
});

test('is refused with an activation, and sends nothing', async () => {
  const { server, run, folder, activationId } = await openDesk();
  const { activationCode } = server.createActivation();
  const sent = server.requests.length;
  const argv = ['activate', '--code-file', '-', '--password-file', join(folder, 'password')];
  const ran = await run(argv, { stdin: activationCode });
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('has an activation already')]);
  expect(server.requests.length).toBe(sent);
  expect(server.activation(activationId)?.state).toBe('ACTIVE');
  const other = await run([...argv, '--instance', 'second'], { stdin: activationCode });
  expect(other.code).toBe(0);
});

test.each([
  ['a malformed code', 'AAAAA-BBBBB', PASSWORD, 2, 'activationCode: expected'],
  ['a password that is too short', '', 'abc', 2, '4 bytes'],
  ['no code', '\n', PASSWORD, 2, 'the activation code'],
])('with %s sends nothing', async (_, given, password, expected, message) => {
  const { server, run } = await openDesk({ isActivated: false });
  const code = given === '' ? server.createActivation().activationCode : given.trim();
  const argv = ['activate', '--code-file', '-', '--password-file', '-'];
  const ran = await run(argv, { stdin: `${code}\n${password}\n` });
  expect([ran.code, ran.stderr]).toEqual([expected, expect.stringContaining(message)]);
  expect(server.requests).toEqual([]);
});

test('with a code that the server does not accept ends with 4', async () => {
  const { server, run, folder } = await openDesk({ isActivated: false });
  const { activationCode, activationId } = server.createActivation();
  server.removeActivation(activationId);
  const argv = ['activate', '--json', '--code-file', '-', '--password-file', join(folder, 'password')];
  const ran = await run(argv, { stdin: activationCode });
  expect(ran.code).toBe(4);
  expect(jsonOf(ran)).toMatchObject({
    ok: false,
    error: {
      code: 'RESPONSE_ERROR',
      errorData: { httpStatusCode: 400, serverResponseCode: 'ERR_ACTIVATION' },
    },
  });
});

test('with the code of another application is wrong usage, and sends nothing', async () => {
  const { server, run, folder } = await openDesk({ isActivated: false });
  const { activationCode } = (await openDesk({ isActivated: false })).server.createActivation();
  const argv = ['activate', '--code-file', '-', '--password-file', join(folder, 'password')];
  const { code, stderr } = await run(argv, { stdin: activationCode });
  expect([code, stderr]).toEqual([2, expect.stringContaining('meant for another application')]);
  expect(server.requests).toEqual([]);
});

test('with --dry-run asks for nothing and sends nothing', async () => {
  const { server, run } = await openDesk({ isActivated: false });
  const ran = await run(['activate', '--name', 'x', '--dry-run', '--json']);
  expect(jsonOf(ran)).toEqual({ ok: true, dryRun: true, instanceId: 'default', activationName: 'x' });
  expect(server.requests).toEqual([]);
});

test('interrupted between key exchange and commit leaves nothing here, and ends with 130', async () => {
  const { server, run, folder } = await openDesk({ isActivated: false });
  const { activationCode } = server.createActivation();
  const interruption = new AbortController();
  server.faults.add({ path: '/pa/v3/activation/create', delay: 10_000 });
  const argv = ['activate', '--code-file', '-', '--password-file', join(folder, 'password')];
  const running = run(argv, { stdin: activationCode, signal: interruption.signal });
  await expect.poll(() => server.requests.some(({ path }) => path === '/pa/v3/activation/create')).toBe(true);
  interruption.abort();
  expect((await running).code).toBe(130);
  expect(jsonOf(await run(['store', 'ls', '--json']))).toEqual({ ok: true, records: [] });
});
