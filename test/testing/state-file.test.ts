/** A server that keeps its state in a file: what it finds again, and which files it refuses. */
import { appendFile, chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { PowerAuthAuthentication } from '../../src/index.ts';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../src/testing/index.ts';
import { StateFile } from '../../src/testing/state-file.ts';
import { activate, PASSWORD, testClient, testServer } from '../helpers/client.ts';
import { rejection, temporaryFolder } from '../helpers/storage.ts';

let path: string;
beforeEach(async () => {
  path = join(await temporaryFolder(), 'state.jsonl');
});

/** Ends a server, and starts another one with its file at the same port. */
async function restarted(server: PowerAuthTestServer): Promise<PowerAuthTestServer> {
  const { port } = new URL(server.baseUrl);
  await server.close();
  const next = await testServer({ state: path, port: Number(port) });
  // The first request may still go to a connection that has ended, which the clients' fetch() keeps for the next one.
  while ((await fetch(next.baseUrl).catch(() => undefined)) === undefined);
  next.requests.length = 0;
  return next;
}

async function rest(
  { baseUrl }: PowerAuthTestServer,
  method: string,
  requestObject: object = {},
): Promise<{ applications: { applicationId: string }[] }> {
  const response = await fetch(`${baseUrl}/rest/v3/${method}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ requestObject }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { responseObject: Awaited<ReturnType<typeof rest>> }).responseObject;
}

const factors = PowerAuthAuthentication.password(PASSWORD);

describe('after a restart', () => {
  test('clients go on: keys, counters, tokens, temporary keys', async () => {
    const first = await testServer({ state: path });
    const powerAuth = await testClient(first);
    const activationId = await activate(first, powerAuth);
    await powerAuth.tokenStore.requestAccessToken('api', factors);
    const { value: used } = await powerAuth.tokenStore.generateHeaderForToken('api');
    expect(first.verifyToken(used)).toBeDefined();
    await powerAuth.requestSignature(factors, 'POST', '/a', 'never sent');

    const second = await restarted(first);
    expect(second.configuration).toEqual(first.configuration);
    expect(second.mobileSdkConfig).toBe(first.mobileSdkConfig);
    expect(second.activation(activationId)).toEqual(first.activation(activationId));
    expect(second.tokens).toEqual(first.tokens);
    // What was used before is used up.
    expect(second.verifyToken(used)).toBeUndefined();
    const { value } = await powerAuth.tokenStore.generateHeaderForToken('api');
    expect(second.verifyToken(value)).toMatchObject({ activationId });
    await powerAuth.validatePassword(PASSWORD);
    await powerAuth.changePassword(PASSWORD, 'another one');
    await powerAuth.tokenStore.requestAccessToken('other', PowerAuthAuthentication.possession());
    expect(second.requests.map((request) => request.path)).not.toContain('/pa/v3/activation/create');
  });

  test('a server like 2.2 has no recovery codes, even if one like 1.9 had them switched on', async () => {
    const first = await testServer({ state: path });
    const { applicationId } = (await rest(first, 'application/list')).applications[0] ?? {};
    await rest(first, 'recovery/config/update', { applicationId, activationRecoveryEnabled: true });
    await first.close();
    const second = await testServer({ state: path, like: '2.2' });
    expect(() => second.createRecoveryCode()).toThrow('no activation recovery');
  });

  test('a client whose activation is pending goes on', async () => {
    const first = await testServer({ state: path });
    const { activationId, activationCode } = first.createActivation({ userId: 'alice' });
    const second = await restarted(first);
    expect(second.activation(activationId)).toMatchObject({ state: 'CREATED', userId: 'alice' });
    const response = await fetch(`${second.baseUrl}/rest/v3/activation/status`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ requestObject: { activationId } }),
    });
    expect(await response.json()).toMatchObject({ responseObject: { activationStatus: 'CREATED' } });
    expect(activationCode).toMatch(/#/);
  });

  test('each change by a method is there', async () => {
    const first = await testServer({ state: path });
    const ids = Array.from({ length: 3 }, () => first.createActivation({ otp: '123456' }).activationId);
    first.clockOffset = 5000;
    const { recoveryCode } = first.createRecoveryCode({ userId: 'bob', pukCount: 2, confirmed: true });
    const { recoveryCode: revoked } = first.createRecoveryCode();
    first.revokeRecoveryCode(revoked);
    first.removeActivation(ids[1] ?? '');
    const second = await restarted(first);
    expect(second.clockOffset).toBe(5000);
    expect(second.activations.map(({ state }) => state)).toEqual(['CREATED', 'REMOVED', 'CREATED']);
    expect(second.recoveryCode(recoveryCode)).toEqual(first.recoveryCode(recoveryCode));
    expect(second.recoveryCode(recoveryCode)?.puks).toHaveLength(2);
    expect(second.recoveryCode(revoked)?.state).toBe('REVOKED');
    second.reset();
    const third = await restarted(second);
    expect([third.activations, third.tokens, third.clockOffset]).toEqual([[], [], 0]);
    expect(third.configuration).toEqual(first.configuration);
  });
});

describe('the file', () => {
  test('is private, and may end in the middle of a line', async () => {
    const first = await testServer({ state: path });
    const { activationId } = first.createActivation();
    await first.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const whole = await readFile(path);
    const { length } = whole.subarray(0, whole.lastIndexOf('["activation"'));
    // Cut at each byte of its last line, the activation was never told to anybody.
    for (let cut = length; cut <= whole.length; cut += 97) {
      await writeFile(path, whole.subarray(0, cut));
      const server = await startPowerAuthTestServer({ state: path });
      expect(server.configuration.applicationKey).toBe(first.configuration.applicationKey);
      expect(server.activation(activationId)).toBeUndefined();
      await server.close();
    }
    await writeFile(path, whole);
    expect((await testServer({ state: path })).activation(activationId)).toBeDefined();
  });

  test('does not grow with what is outdated', async () => {
    const server = await testServer({ state: path });
    const { activationId } = server.createActivation();
    let most = 0;
    for (let offset = 1; offset <= 30_000; offset++) {
      server.clockOffset = offset;
      if (offset % 1000 === 0) most = Math.max(most, (await stat(path)).size);
    }
    expect(most).toBeLessThan(1_100_000);
    const again = await restarted(server);
    expect(again.clockOffset).toBe(30_000);
    expect(again.activation(activationId)).toBeDefined();
    expect((await stat(path)).size).toBeLessThan(3000);
  });

  test('gets what could not be written before, once there is room again', async () => {
    const first = await testServer({ state: path });
    const { activationId } = first.createActivation();
    const write = vi.spyOn(StateFile.prototype, 'write').mockImplementationOnce((changes) => {
      throw new Error(`ENOSPC: no room for ${[...changes].length}`);
    });
    expect(() => first.removeActivation(activationId)).toThrow('no room for 1');
    write.mockRestore();
    first.clockOffset = 5000;
    const second = await restarted(first);
    expect(second.activation(activationId)?.state).toBe('REMOVED');
    expect(second.clockOffset).toBe(5000);
  });

  test('is not compared with all activations for each new one', async () => {
    const server = await testServer({ state: path });
    for (let i = 0; i < 3; i++) server.createActivation();
    const lengths: number[] = [];
    vi.spyOn(StateFile.prototype, 'write').mockImplementation((changes) => {
      lengths.push([...changes].length);
    });
    server.createActivation();
    expect(lengths).toEqual([1]);
  });

  test('is written on if there is no room for its replacement', async () => {
    const first = await testServer({ state: path });
    // Nothing else can have this name then.
    await mkdir(join(`${path}.tmp`, 'taken'), { recursive: true });
    const userId = 'u'.repeat(400_000);
    const ids = Array.from({ length: 5 }, () => first.createActivation({ userId }).activationId);
    await rm(`${path}.tmp`, { recursive: true });
    const second = await restarted(first);
    expect(second.activations.map((activation) => activation.activationId)).toEqual(ids);
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['a foreign one', () => writeFile(path, 'hello\n'), /is not a state file of the test server/],
    ['an empty one', () => writeFile(path, ''), /is not a state file of the test server/],
    [
      'one of a later release',
      () => writeFile(path, '{"format":"powerauth-wasm test server","version":3}\n'),
      /has version 3, and this release knows version 2/,
    ],
    ['a folder', async () => (path = await temporaryFolder()), /is not a file/],
  ])('is refused and left alone if it is %s', async (_, prepare, message) => {
    await prepare();
    await chmod(path, path.endsWith('.jsonl') ? 0o600 : 0o700);
    const before = await readFile(path).catch(() => undefined);
    expect((await rejection(startPowerAuthTestServer({ state: path }))).message).toMatch(message);
    expect(await readFile(path).catch(() => undefined)).toEqual(before);
  });

  test('is refused if it is damaged, open to others, or a link', async () => {
    const first = await testServer({ state: path });
    await first.close();
    await chmod(path, 0o640);
    const tooOpen = await rejection(startPowerAuthTestServer({ state: path }));
    expect(tooOpen.message).toBe(
      `state: others may read or write ${path}, which has keys; run chmod 600 ${path}`,
    );
    await chmod(path, 0o600);
    await symlink(path, `${path}.link`);
    const link = await rejection(startPowerAuthTestServer({ state: `${path}.link` }));
    expect(link.message).toBe(`state: ${path}.link is a link; name the file itself`);
    await appendFile(path, 'oops\n');
    const damaged = await rejection(startPowerAuthTestServer({ state: path }));
    expect(damaged.message).toBe(`state: ${path} is damaged in line 3; it was left as it is`);
  });

  describe('is refused, and the line is named, if', () => {
    const edit = (from: string | RegExp, to: string) => (lines: string[]) =>
      lines.map((line) => line.replace(from, to));
    test.each<[string, line: number, (lines: string[]) => string[]]>([
      ['a member has another type', 3, edit('"maxFailCount":5', '"maxFailCount":"5"')],
      ['a member has a value that nobody knows', 3, edit('"CREATED"', '"HAPPY"')],
      ['a member is missing', 3, edit(/"ctrData":\{[^}]*\},/, '')],
      ['a key is shorter', 2, edit(/("privateKey":\{"base64":")[^"]{8}/, '$1')],
      ['a key has another byte', 2, edit(/("privateKey":\{"base64":").{4}/, '$1AAAA')],
      ['the application has no version', 2, edit(/"versions":\[.*?\]/, '"versions":[]')],
      [
        'it refers to an application that is not there',
        3,
        edit('"application":"', '"application":"another '),
      ],
      ['a setting is text', 4, edit('5000', '"5000"')],
      ['a line has another kind', 4, edit('"setting"', '"__proto__"')],
      ['a line without a checksum was added', 5, (lines) => [...lines, '[["token","t"],{"tokenId":"t"}]']],
      ['a line is missing', 3, (lines) => lines.filter((line) => !line.startsWith('[["activation"'))],
      ['lines have changed places', 3, ([head = '', a = '', b = '', c = '']) => [head, a, c, b]],
      ['a line is there twice', 4, ([head = '', a = '', b = '', c = '']) => [head, a, b, b, c]],
      ['a line is not complete', 3, edit(/^\[\["activation.*/, '[["activation","x"],{"activ')],
    ])('%s', async (_, line, change) => {
      const server = await testServer({ state: path });
      server.createActivation();
      server.clockOffset = 5000;
      await server.close();
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
      const text = `${change([...lines]).join('\n')}\n`;
      expect(text).not.toBe(`${lines.join('\n')}\n`);
      await writeFile(path, text);
      const { message } = await rejection(startPowerAuthTestServer({ state: path }));
      expect(message).toBe(`state: ${path} is damaged in line ${line}; it was left as it is`);
      expect(await readFile(path, 'utf8')).toBe(text);
    });
  });

  test('is used by one server at a time', async () => {
    const first = await testServer({ state: path });
    const second = await rejection(startPowerAuthTestServer({ state: path }));
    expect(second.message).toContain(`Process ${process.pid} uses the state file ${path}`);
    await first.close();
    await (await testServer({ state: path })).close();
    // A process that died has left this; no process has an id so high.
    await writeFile(`${path}.lock`, '4194305 and more\n');
    await testServer({ state: path });
  });

  test('that cannot be made is an error, and the port is free', async () => {
    const nowhere = join(path, 'missing', 'state');
    expect((await rejection(startPowerAuthTestServer({ state: nowhere }))).code).toBe('ENOENT');
  });
});
