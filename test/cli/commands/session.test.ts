/** `status`, `remove`, `password change`. */
import { describe, expect, test } from 'vitest';
import { jsonOf, openDesk, PASSWORD } from '../../helpers/command-line.ts';

describe('status', () => {
  test('says what the server says', async () => {
    const { server, run, activationId } = await openDesk();
    const { activationFingerprint = '' } = server.activation(activationId) ?? {};
    const { code, stdout, stderr } = await run(['status']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      `activation     ${activationId}`,
      `fingerprint    ${activationFingerprint}`,
      'state          ACTIVE',
      'attempts left  5 of 5',
      '',
    ]);
    server.blockActivation(activationId);
    expect(jsonOf(await run(['status', '--json']))).toMatchObject({
      ok: true,
      activationId,
      state: 'BLOCKED',
    });
  });

  test('says what has to happen next, and counts attempts only of an active one', async () => {
    const { server, run, file } = await openDesk({ isActivated: false });
    const { activationId, activationCode } = server.createActivation();
    const files = [await file('code', activationCode), await file('password', PASSWORD)] as const;
    await run(['activate', '--code-file', files[0], '--password-file', files[1]]);
    const seen = async (): Promise<string> => {
      const { stdout, stderr } = await run(['status']);
      expect(stdout.includes('attempts left')).toBe(stderr === '');
      return `${/state +(\w+)/.exec(stdout)?.[1] ?? ''}: ${stderr.trim()}`;
    };
    expect(await seen()).toBe('PENDING_COMMIT: The bank has yet to commit the activation.');
    server.commitActivation(activationId);
    expect(await seen()).toBe('ACTIVE: ');
    server.blockActivation(activationId);
    expect(await seen()).toBe('BLOCKED: Only the bank can unblock the activation.');
    server.removeActivation(activationId);
    expect(await seen()).toMatch(/^REMOVED: `powerauth-wasm remove --local` removes it here/);
  });

  test('of a server that has forgotten the activation says how to go on', async () => {
    const { server, run } = await openDesk();
    server.reset();
    const { code, stderr } = await run(['status']);
    expect(code).toBe(3);
    expect(stderr).toContain('does not know the activation. `powerauth-wasm remove --local` removes it here');
  });

  test('without an activation ends with 3', async () => {
    const { run } = await openDesk({ isActivated: false });
    const ran = await run(['status']);
    expect([ran.code, ran.stdout]).toEqual([3, '']);
    expect(ran.stderr).toContain('`powerauth-wasm activate` creates one');
  });

  test('without a server ends with 6, and of another kind of server with 5', async () => {
    const { server, run } = await openDesk();
    server.faults.add({ status: 503, count: 1 });
    expect((await run(['status'])).code).toBe(5);
    await server.close();
    const ran = await run(['status', '--json']);
    expect(ran.code).toBe(6);
    expect(jsonOf(ran)).toMatchObject({ ok: false, error: { code: 'NETWORK_ERROR', errorData: null } });
  });

  test('over http without --insecure-http sends nothing', async () => {
    const { server, run } = await openDesk();
    const sent = server.requests.length;
    const ran = await run(['status'], { env: { POWERAUTH_INSECURE_HTTP: '0' } });
    expect([ran.code, ran.stderr]).toEqual([6, expect.stringContaining('--insecure-http allows it')]);
    expect(server.requests.length).toBe(sent);
  });
});

describe('remove', () => {
  test('with a wrong password ends with 4, and leaves the activation', async () => {
    const { server, run, activationId } = await openDesk();
    const wrong = await run(['remove', '--password-file', '-'], { stdin: 'wrong password\n' });
    expect(wrong.code).toBe(4);
    expect(wrong.stderr).toContain('`powerauth-wasm status` tells which');
    expect(wrong.stderr).not.toContain('wrong password\n');
    expect(server.activation(activationId)).toMatchObject({ state: 'ACTIVE', failCount: 1 });
    const right = await run(['remove', '--password-file', '-', '--json'], { stdin: PASSWORD });
    expect(jsonOf(right)).toEqual({ ok: true, activationId, local: false });
    expect(server.activation(activationId)?.state).toBe('REMOVED');
    expect((await run(['remove', '--password-file', '-'], { stdin: PASSWORD })).code).toBe(3);
  });

  test('--local needs no password and tells nobody', async () => {
    const { server, run, activationId } = await openDesk();
    expect((await run(['remove', '--local', '--dry-run'])).stdout).toContain('would remove');
    expect((await run(['status'])).code).toBe(0);
    expect((await run(['remove', '--local'])).stdout).toBe(`removed ${activationId}\n`);
    expect((await run(['status'])).code).toBe(3);
    expect(server.activation(activationId)?.state).toBe('ACTIVE');
  });
});

describe('password change', () => {
  test('changes it', async () => {
    const { run } = await openDesk();
    const argv = ['password', 'change', '--password-file', '-', '--new-password-file', '-'];
    expect((await run(argv, { stdin: `${PASSWORD}\nabc\n` })).code).toBe(2);
    expect((await run(argv, { stdin: `${PASSWORD}\n` })).code).toBe(2);
    expect((await run(argv, { stdin: `${PASSWORD}\nanother one\n` })).stdout).toBe('password changed\n');
    const sign = ['sign', 'POST', '/pay', '--password-file', '-'];
    expect((await run(sign, { stdin: 'another one' })).code).toBe(0);
    expect((await run(argv, { stdin: `${PASSWORD}\nyet another\n` })).code).toBe(4);
  });
});
