/** The example commands of the pages, run one after another in a shell, and what they print. */
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { shownCommands, type ShownCommand } from '../../docs/shown-commands.ts';
import { pages, read } from '../../docs/pages.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testRedis } from '../../helpers/redis.ts';
import { setStage, type Stage } from './stage.ts';

const examplesOf = (page: string, name: string): ShownCommand[] =>
  shownCommands(read(page)).filter(({ example }) => example === name);

/** Without what is different each time. */
const stable = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/[A-Za-z0-9+/]{43}=/g, '<32 bytes>')
    .replace(/[A-Za-z0-9+/]{22}==/g, '<16 bytes>')
    .replace(/\b\d{13}\b/g, '<time>')
    .replace(/(fingerprint +)\d{8}/g, '$1<digits>');

/** A stage with what the examples take for granted: a code, a password, a payment, and npx that finds the program. */
async function setUser(): Promise<Stage & { readonly activationId: string }> {
  const stage = await setStage();
  const { server, home, file } = stage;
  const { activationId, activationCode } = await server.ask('createActivation', { userId: 'alice' });
  await file('code.txt', activationCode);
  await file('password.txt', 'correct horse battery');
  await file('payment.json', '{"amount":100}', 0o644);
  await mkdir(join(home, 'node_modules/.bin'), { recursive: true });
  await writeFile(join(home, 'package.json'), '{"private":true}');
  await symlink(join(home, 'bin/powerauth-wasm'), join(home, 'node_modules/.bin/powerauth-wasm'));
  return { ...stage, activationId };
}

/** Runs examples: those of `console` blocks must print what the page says, those of `sh` blocks must succeed. */
async function perform(
  { server, shell, activationId }: Awaited<ReturnType<typeof setUser>>,
  examples: readonly ShownCommand[],
  variables = '',
): Promise<void> {
  for (const { command, output } of examples) {
    const line = command.replaceAll('https://bank.example', server.configuration.baseEndpointUrl);
    const ran = await shell(`${variables}\n{ ${line}\n} 2>&1`);
    if (output === undefined) expect(ran, command).toMatchObject({ code: 0 });
    else expect(stable(ran.stdout).trimEnd(), command).toBe(stable(output).trimEnd());
    // What the bank does.
    if (command.includes(' activate ')) await server.ask('commitActivation', activationId);
  }
}

test.each(pages.filter((page) => examplesOf(page, 'cli').length > 0))(
  '%s: each example prints what the page says',
  async (page) => {
    // The README's commands ask for these at a terminal.
    const asked = 'export POWERAUTH_CODE_FILE=code.txt POWERAUTH_PASSWORD_FILE=password.txt';
    await perform(await setUser(), examplesOf(page, 'cli'), page === 'README.md' ? asked : '');
  },
);

/** Runs a block as one script, as somebody does who copies it, beside the program `serve`. */
async function performBeside(
  { start, shell }: Stage,
  examples: readonly ShownCommand[],
  options: readonly string[] = [],
): Promise<string> {
  const child = start('serve', ...options);
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const [ready] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { port } = new URL((JSON.parse(ready) as { baseUrl: string }).baseUrl);
  const lines = examples.map(({ command }) => command.replaceAll(':8080', `:${port}`));
  const asked = 'export POWERAUTH_CODE_FILE=code.txt POWERAUTH_PASSWORD_FILE=password.txt';
  const ran = await shell([`set -e`, asked, ...lines].join('\n'));
  expect(ran).toMatchObject({ code: 0 });
  return ran.stdout;
}

test('docs/testing.md: the first walk is what a reader can copy', async () => {
  const user = await setUser();
  await user.file('code.txt', 'AAAAA-AAAAA-AAAAA-AAAAA');
  const printed = await performBeside(user, examplesOf('docs/testing.md', 'admin'));
  for (const part of ['"state":"ACTIVE"', '"valid":true', '"offset":600000', '"status":503'])
    expect(printed).toContain(part);
  expect(printed).not.toContain('"error"');
}, 30_000);

test('docs/cli.md: a certificate of your own is trusted', async () => {
  const user = await setUser();
  const certificate = examplesOf('docs/cli.md', 'cli').filter(({ command }) => command.includes('openssl'));
  await perform(user, certificate);
  const options = ['--tls-cert', 'cert.pem', '--tls-key', 'key.pem'];
  const printed = await performBeside(user, examplesOf('docs/cli.md', 'tls'), options);
  expect(printed).toMatch(/^ok +TLS +TLSv1\.3, certificate valid/m);
});

test('the README and docs/cli.md have examples', () => {
  expect(examplesOf('README.md', 'cli').length).toBeGreaterThan(3);
  expect(examplesOf('docs/cli.md', 'cli').length).toBeGreaterThan(10);
});

describeWith('redis', 'docs/cli.md', () => {
  test('moves a store to Redis', async () => {
    const [user, redis] = await Promise.all([setUser(), testRedis()]);
    await user.file('redis-url.txt', redis.url);
    const [activate, ...others] = examplesOf('docs/cli.md', 'cli');
    await perform(
      user,
      [activate, others.find(({ command }) => command.includes('token get'))].filter(
        (it) => it !== undefined,
      ),
    );
    const examples = examplesOf('docs/cli.md', 'cli-redis');
    expect(examples.length).toBeGreaterThan(2);
    await perform(user, examples);
    const there = '--store-file redis-url.txt --sealing-key file:sealing.key';
    const { stdout } = await user.shell(
      `powerauth-wasm store check --json ${there}; powerauth-wasm store check --json`,
    );
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { ok: true, activations: 1, tokens: 1 },
      { ok: true, activations: 0, tokens: 0 },
    ]);
  });
});
