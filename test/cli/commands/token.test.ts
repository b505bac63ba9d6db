/** `token get`, `token rm`, `token ls`, and `header`. */
import { describe, expect, test } from 'vitest';
import { jsonOf, openDesk, PASSWORD } from '../../helpers/command-line.ts';

const PATTERN = /^X-PowerAuth-Token: (PowerAuth version="3\.3", token_id="[^"]+", .*)\n$/;

describe('token', () => {
  test('get makes one request, ls lists it, rm removes it', async () => {
    const { server, run } = await openDesk();
    const got = jsonOf(await run(['token', 'get', 'api', '--json']));
    expect(server.tokens).toMatchObject([{ tokenId: got['tokenIdentifier'], signatureType: 'possession' }]);
    const again = await run(['token', 'get', 'api']);
    expect(again.stdout).toBe(`token  api\nid     ${String(got['tokenIdentifier'])}\n`);
    expect(server.requests.filter(({ path }) => path === '/pa/v3/token/create')).toHaveLength(1);

    const strong = ['token', 'get', 'strong', '--password-file', '-'];
    expect((await run(strong, { stdin: PASSWORD })).code).toBe(0);
    expect(server.tokens[1]?.signatureType).toBe('possession_knowledge');
    expect(jsonOf(await run(['token', 'ls', '--json']))).toMatchObject({
      tokens: [
        { tokenName: 'api', factors: ['possession'] },
        { tokenName: 'strong', factors: ['possession', 'knowledge'] },
      ],
    });
    expect((await run(['token', 'rm', 'api'])).stdout).toBe('removed api\n');
    expect(server.tokens).toHaveLength(1);
    expect((await run(['token', 'rm', 'api'])).code).toBe(3);
    expect((await run(['token', 'rm', 'strong', '--local'])).code).toBe(0);
    expect((await run(['token', 'rm', 'strong', '--local'])).code).toBe(3);
    expect(server.tokens).toHaveLength(1);
    const none = await run(['token', 'ls']);
    expect([none.stdout, none.stderr]).toEqual(['', 'There are no tokens.\n']);
  });

  test('get with other factors than those of the token is refused', async () => {
    const { run } = await openDesk();
    await run(['token', 'get', 'api']);
    const ran = await run(
      ['token', 'get', 'api', '--factors', 'possession_knowledge', '--password-file', '-'],
      {
        stdin: PASSWORD,
      },
    );
    expect(ran.code).toBe(2);
    expect((await run(['token', 'get', 'api', '--factors', 'face'])).code).toBe(2);
    expect((await run(['token', 'get', 'x', '--factors', 'possession', '--password-file', 'f'])).code).toBe(
      2,
    );
  });
});

describe('header', () => {
  test('prints one that the server accepts once', async () => {
    const { server, run } = await openDesk();
    await run(['token', 'get', 'api']);
    const { code, stdout, stderr } = await run(['header', 'api']);
    expect([code, stderr]).toEqual([0, '']);
    const value = PATTERN.exec(stdout)?.[1];
    expect(server.verifyToken(value)).toMatchObject({ signatureType: 'possession' });
    expect(server.verifyToken(value)).toBeUndefined();
    const { header } = jsonOf(await run(['header', 'api', '--json'])) as { header: { value: string } };
    expect(server.verifyToken(header.value)).toBeDefined();
  });

  test('--curl quotes it for a configuration of curl', async () => {
    const { server, run } = await openDesk();
    await run(['token', 'get', 'api']);
    const { stdout } = await run(['header', 'api', '--curl']);
    const text = JSON.parse(/^header = (".*")\n$/.exec(stdout)?.[1] ?? '""') as string;
    expect(server.verifyToken(text.replace('X-PowerAuth-Token: ', ''))).toBeDefined();
  });

  test('--count prints that many, all of them different', async () => {
    const { server, run } = await openDesk();
    await run(['token', 'get', 'api']);
    const lines = (await run(['header', 'api', '--count', '300'])).stdout.trimEnd().split('\n');
    expect(new Set(lines).size).toBe(300);
    expect(server.verifyToken(lines[299]?.replace('X-PowerAuth-Token: ', ''))).toBeDefined();
    const { headers } = jsonOf(await run(['header', 'api', '--count', '2', '--json']));
    expect(headers).toMatchObject([{ key: 'X-PowerAuth-Token' }, { key: 'X-PowerAuth-Token' }]);
  });

  test.each(['0', '-1', '1.5', 'x', '1000001', ''])('--count %s is refused', async (count) => {
    const { run } = await openDesk({ isActivated: false });
    expect((await run(['header', 'api', `--count=${count}`])).code).toBe(2);
  });

  test('-v takes it apart', async () => {
    const { run } = await openDesk();
    await run(['token', 'get', 'api']);
    const { stdout, stderr } = await run(['header', 'api', '-v']);
    const nonce = /nonce="([^"]+)"/.exec(stdout)?.[1] ?? '';
    expect(stderr).toContain(`  nonce         ${nonce}  (random, for this header only, Base64)`);
    expect(stderr).toMatch(/timestamp {5}\d+ {2}\(the server's time: 20\d\d-.*Z\)/);
  });

  test('without the token ends with 3, and without an activation too', async () => {
    const { run } = await openDesk();
    const ran = await run(['header', 'api', '--json']);
    expect([ran.code, jsonOf(ran)]).toMatchObject([3, { error: { code: 'LOCAL_TOKEN_NOT_AVAILABLE' } }]);
    await run(['remove', '--local']);
    expect((await run(['header', 'api'])).code).toBe(3);
  });
});
