/** The program between others: readers that leave, signals, files, and no terminal. */
import { expect, test } from 'vitest';
import { outcome, setStage, type Stage } from './stage.ts';

const ACTIVATE = ['activate', '--code-file', 'code.txt', '--password-file', 'password.txt'];

/** A stage with an activation and a token. */
async function prepared(): Promise<Stage & { readonly activationId: string }> {
  const stage = await setStage();
  const { activationId, activationCode } = await stage.server.ask('createActivation');
  await stage.file('code.txt', activationCode);
  await stage.file('password.txt', 'correct horse battery');
  expect((await outcome(stage.start(...ACTIVATE))).code).toBe(0);
  await stage.server.ask('commitActivation', activationId);
  expect((await outcome(stage.start('token', 'get', 'api'))).code).toBe(0);
  return { ...stage, activationId };
}

test('a reader that has seen enough is no failure, and nothing is said', async () => {
  const { shell } = await prepared();
  const { stdout, stderr } = await shell(
    'powerauth-wasm header api --count 1000000 | head -n 2 | wc -l; echo "${PIPESTATUS[0]}"; powerauth-wasm --help | true; powerauth-wasm store ls | true',
  );
  expect([stdout, stderr]).toEqual(['2\n0\n', '']);
});

test.each([
  [['serve'], 1, /^error: Cannot write the ready line to stdout \(EPIPE\)\n$/],
  [['doctor', '--config', 'none.json'], 2, /^error: configuration: .*none\.json/],
] as const)('%j without a reader ends with %i', async (argv, expected, message) => {
  const { start } = await setStage();
  const child = start(...argv);
  // Before the program has written anything.
  child.stdout.destroy();
  const { code, stderr } = await outcome(child);
  expect([code, stderr]).toEqual([expected, expect.stringMatching(message)]);
});

test.runIf(process.platform === 'linux')('a full disk is an error with its reason, in one line', async () => {
  const { shell } = await setStage();
  const { stdout, stderr } = await shell('powerauth-wasm --version > /dev/full; echo $?');
  expect([stdout, stderr]).toEqual(['1\n', 'error: cannot write to stdout (ENOSPC)\n']);
});

test.each([
  [['activate']],
  [['remove']],
  [['password', 'change']],
  [['sign', 'POST', '/x']],
  [['token', 'get', 'y', '--factors', 'possession_knowledge']],
])('without a terminal %j asks nothing and ends, although stdin stays open', async (argv) => {
  const { start } = await setStage();
  const { code, stderr } = await outcome(start(...argv));
  expect([code, stderr]).toEqual([2, expect.stringContaining('is needed: pass --')]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s in the middle of a request ends with %i, and the next command works',
  async (signal, code) => {
    const { server, start, activationId } = await prepared();
    await server.ask('add', { path: '/pa/v3/token/create', delay: 20_000 });
    const child = start('token', 'get', 'other', '--json');
    const ended = outcome(child);
    const count = async (): Promise<number> =>
      (await server.ask('requests')).filter(({ path }) => path === '/pa/v3/token/create').length;
    await expect.poll(count, { timeout: 30_000 }).toBe(2);
    child.kill(signal);
    const ran = await ended;
    expect([ran.code, JSON.parse(ran.stdout)]).toMatchObject([
      code,
      { ok: false, error: { code: 'OPERATION_CANCELED' } },
    ]);
    await server.ask('clear');
    const next = await outcome(
      start(
        'request',
        'POST',
        '/api/possession/signature',
        '--sign',
        '/api/possession/signature',
        '--factors',
        'possession',
      ),
    );
    expect([next.code, (await server.ask('activation', activationId))?.state]).toEqual([0, 'ACTIVE']);
  },
);
