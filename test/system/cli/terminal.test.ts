/** The program at a terminal: questions that show nothing, interruption, colours, narrow windows. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWith } from '../../helpers/programs.ts';
import { SecretWatch, setStage } from './stage.ts';
import { Terminal } from './terminal.ts';

const PASSWORD = 'unlikely-password-4711';

describeWith('tmux', 'at a terminal', () => {
  test('it asks for code and password, shows nothing of them, and leaves nothing in the history', async () => {
    const { server, home, env } = await setStage();
    const { activationId, activationCode } = await server.ask('createActivation');
    const code = activationCode.slice(0, 23);
    const watch = new SecretWatch([PASSWORD, code]);
    const terminal = await Terminal.open(home, env);
    await terminal.type("powerauth-wasm activate --name 'My laptop'; echo ended: $?");
    await terminal.see('Activation code');
    await terminal.type('ABC');
    await terminal.see('ended: 2');
    await terminal.clear();
    await terminal.type("powerauth-wasm activate --name 'My laptop'; echo ended: $?");
    await terminal.see('Activation code');
    await terminal.type(activationCode);
    await terminal.see('One-time password (Enter if there is none)');
    await terminal.press('Enter');
    await terminal.see('New password');
    await terminal.type(PASSWORD);
    await terminal.see('New password, again');
    await terminal.type(`${PASSWORD}!`);
    await terminal.see("The two don't match");
    await terminal.type(PASSWORD);
    const screen = await terminal.see('ended: 0');
    expect(screen).toContain(activationId);
    await server.ask('commitActivation', activationId);
    await terminal.type(
      'powerauth-wasm token get api && powerauth-wasm header api > header.txt; echo made: $?',
    );
    await terminal.see('made: 0');
    await terminal.type('powerauth-wasm remove; echo removed: $?');
    await terminal.see(/remove;[^]*Password/);
    await terminal.type(PASSWORD);
    const all = await terminal.see('removed: 0');
    await terminal.type('exit');
    const { found } = await watch.end();
    expect(found).toEqual([]);
    await expect
      .poll(() => readFile(join(home, 'history'), 'utf8').catch(() => ''), { timeout: 30_000 })
      .toContain('exit');
    const kept = (await readFile(join(home, 'history'), 'utf8')) + all + screen;
    expect([PASSWORD, code].filter((secret) => kept.includes(secret))).toEqual([]);
    expect(await server.ask('activation', activationId)).toMatchObject({ state: 'REMOVED' });
  });

  test('Ctrl-C at a question, and in the middle of a request, ends with 130', async () => {
    const { server, home, env, file } = await setStage();
    const { activationCode } = await server.ask('createActivation');
    await file('code.txt', activationCode);
    await file('password.txt', PASSWORD);
    const terminal = await Terminal.open(home, env);
    await terminal.type('powerauth-wasm activate; echo ended: $?');
    await terminal.see('Activation code');
    await terminal.press('C-c');
    await terminal.see('ended: 130');
    await server.ask('add', { path: '/pa/v3/activation/create', delay: 20_000 });
    const activate = 'powerauth-wasm activate --code-file code.txt --password-file password.txt';
    await terminal.clear();
    await terminal.type(`${activate}; echo ended: $?`);
    const arrived = async (): Promise<boolean> =>
      (await server.ask('requests')).some(({ path }) => path === '/pa/v3/activation/create');
    await expect.poll(arrived, { timeout: 30_000 }).toBe(true);
    await terminal.press('C-c');
    await terminal.see('ended: 130');
    await terminal.type('powerauth-wasm store ls --json');
    await terminal.see('{"ok":true,"records":[]}');
  });

  test('SIGQUIT at a question leaves no terminal that shows nothing of what is typed', async () => {
    const { home, env } = await setStage();
    const terminal = await Terminal.open(home, env);
    // A shell for scripts doesn't mend the terminal.
    const program = "sh -c 'echo \\$\\$ > pid; exec powerauth-wasm activate'";
    await terminal.type(`sh -c "${program}; echo ended: \\$?; stty -a"`);
    await terminal.see('Activation code');
    process.kill(Number(await readFile(join(home, 'pid'), 'utf8')), 'SIGQUIT');
    const screen = await terminal.see(/iexten/);
    expect(screen).toContain('ended: 131');
    expect(screen).not.toMatch(/-(?:isig|icanon|echo)\b/);
  });

  test('tables become blocks in a narrow window, and colours respect NO_COLOR', async () => {
    const { server, home, env, shell, file } = await setStage();
    const { activationId, activationCode } = await server.ask('createActivation');
    await file('code.txt', activationCode);
    await file('password.txt', PASSWORD);
    expect(
      (await shell('powerauth-wasm activate --code-file code.txt --password-file password.txt')).code,
    ).toBe(0);
    const terminal = await Terminal.open(home, env, 60);
    await terminal.type('powerauth-wasm store ls');
    await terminal.see(`ID        ${activationId}`);
    await terminal.clear();
    await terminal.type('powerauth-wasm doctor; echo ended: $?');
    await terminal.see('ended: 0');
    expect(await terminal.colours()).toMatch(/\u001B\[32mok/);
    await terminal.clear();
    await terminal.type('NO_COLOR=1 powerauth-wasm doctor; echo ended: $?');
    await terminal.see('ended: 0');
    expect(await terminal.colours()).not.toMatch(/\u001B\[3\dm(?:ok|warn)/);
  });
});
