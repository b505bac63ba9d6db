/** docs/http-clients.md: each client's code is taken from the page, and run with the real package. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { PowerAuthAuthentication, type PowerAuth } from '../../../src/index.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { activated, PASSWORD } from '../../helpers/client.ts';
import { SIGNATURE, testOrigin, TOKEN, valueOf, type Origin } from '../../helpers/origin.ts';
import { root } from '../package/support.ts';

const folder = join(root, 'build/http-clients');
let page: string;

beforeAll(async () => {
  page = await readFile(join(root, 'docs/http-clients.md'), 'utf8');
  await mkdir(folder, { recursive: true });
});

interface Names {
  readonly powerAuth: PowerAuth;
  readonly url: string;
  readonly token: object;
  readonly authentication: PowerAuthAuthentication;
}

/** The code of an example as a function of the names that it doesn't define itself; returns some that it does. */
async function run(name: string, given: Names, results: readonly string[]): Promise<Record<string, unknown>> {
  const found = new RegExp(`<!-- example:${name} -->\\s*\`\`\`ts\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
  // The sources, so that the page and the test have one copy of each class.
  const imports = (found.match(/^import .*$/gm) ?? []).map((line) =>
    line.replace(/'powerauth-wasm(\/\w+)?'/, (_, path = '/index') => `'${root}src${path}.ts'`),
  );
  const body = found.replace(/^import .*$/gm, '').replaceAll("'https://bank.example", "url + '");
  const defined = new Set([...body.matchAll(/^const (?:\{ )?(\w+)/gm)].map(([, own]) => own));
  const names = ['powerAuth', 'url', 'token', 'authentication'].filter((own) => !defined.has(own));
  const text = `${imports.join('\n')}
export default async function ({ ${names.join(', ')} }) {${body}
return { ${results.join(', ')} };
}`;
  const file = join(folder, `${name}.ts`);
  await writeFile(file, text);
  // Vite strips the types.
  const module = (await import(/* @vite-ignore */ `${pathToFileURL(file).href}?${Date.now()}`)) as {
    default: (names: Names) => Promise<Record<string, unknown>>;
  };
  return module.default(given);
}

/** A bank: `/accounts` wants a token, and fails once at first; `/payment` wants a signature. */
async function bank(server: PowerAuthTestServer): Promise<{ bank: Origin; other: Origin }> {
  const other = await testOrigin(() => ({ headers: { 'content-type': 'application/json' }, body: '[]' }));
  let failures = 1;
  const origin = await testOrigin((request) => {
    const { method, url, body } = request;
    const json = { headers: { 'content-type': 'application/json' }, body: '{"done":true}' };
    if (url === '/payment') {
      const value = valueOf(request, SIGNATURE);
      const verified = server.verifySignature(value, { method, uriId: '/payment', body });
      return { ...json, status: verified === undefined ? 401 : 200 };
    }
    if (server.verifyToken(valueOf(request, TOKEN)) === undefined) return { status: 401 };
    if (failures-- > 0) return { status: 503 };
    return { status: 302, headers: { location: `${other.url}/elsewhere` } };
  });
  return { bank: origin, other };
}

const RETRYING = ['ky', 'ofetch', 'undici', 'got'];

describe.each([
  ['fetch', ['accounts', 'payment']],
  ['ky', ['accounts', 'payment']],
  ['ofetch', ['accounts', 'payment']],
  ['axios', ['accounts', 'payment']],
  ['openapi-fetch', ['accounts', 'payment']],
  ['undici-fetch', ['accounts']],
  ['undici', ['accounts']],
  ['got', ['accounts']],
])('%s', (name, results) => {
  const signs = results.includes('payment');

  test('authenticates, tries again with a new header, and takes none to another origin', async () => {
    const { server, powerAuth, activationId } = await activated();
    const { bank: origin, other } = await bank(server);
    const possession = PowerAuthAuthentication.possession();
    const given: Names = {
      powerAuth,
      url: origin.url,
      token: { name: 'api', authentication: () => possession },
      authentication: signs ? PowerAuthAuthentication.password(PASSWORD) : possession,
    };
    // The page’s password is another one.
    if (name === 'fetch') page = page.replace("password('1234')", `password('${PASSWORD}')`);
    // Clients that don't try again by themselves find the bank in order.
    if (!RETRYING.includes(name)) {
      const { tokenStore } = powerAuth;
      await tokenStore.requestAccessToken('warm', possession);
      const { key, value } = await tokenStore.generateHeaderForToken('warm');
      await fetch(`${origin.url}/accounts`, { headers: { [key]: value } });
    }
    const { payment } = await run(name, given, results);
    const asked = origin.arrived.filter(({ url }) => url === '/accounts');
    expect(asked).toHaveLength(2);
    expect(new Set(asked.map((request) => valueOf(request, TOKEN))).size).toBe(2);
    expect(other.arrived.map(({ url }) => url)).toEqual(['/elsewhere']);
    expect(Object.keys(other.arrived[0]?.headers ?? {}).join()).not.toMatch(/powerauth/);
    if (!signs) return;
    expect(payment).toMatchObject(name === 'openapi-fetch' ? { response: { status: 200 } } : { status: 200 });
    const sent = origin.arrived.find(({ url }) => url === '/payment');
    expect(JSON.parse(sent?.body.toString() ?? '')).toEqual({ amount: '100' });
    expect(sent?.headers).not.toHaveProperty(TOKEN.toLowerCase());
    expect(server.activation(activationId)?.failCount).toBe(0);
  });
});
