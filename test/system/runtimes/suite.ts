/**
 * What must hold in every JavaScript runtime: the engines' headers, and the main job against an embedded server that runs
 * in a Node process. Needs no test runner and nothing that only one runtime has; bundled or run as it is by run.mjs and
 * by runtimes.test.ts.
 *
 * @module
 */

import {
  createEngine,
  ENGINE_NAMES,
  type EngineName,
  type HotPathEngine,
} from '../../../src/hot-path/index.ts';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthError,
  PowerAuthErrorCode,
} from '../../../src/index.ts';
import { powerAuthFetch } from '../../../src/fetch.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';

/** What is run, and where. */
export interface SuiteOptions {
  /** Of the server of ./origin.mjs; without it only the engines are run. */
  readonly origin?: string;
  /** Whether the main job is done on the default storage too; where that is durable, its folder is this runtime's own then. */
  readonly byDefault?: boolean;
}

/** What came out. */
export interface SuiteReport {
  /** The engine that was chosen, as `powerAuth.engine` shows it. */
  engine: EngineName | undefined;
  /** All that can be made here. */
  engines: EngineName[];
  checks: { readonly title: string; readonly error?: string }[];
}

const HEADER =
  /^PowerAuth version="3\.3", token_id="([^"]+)", token_digest="([^"]{44})", nonce="([^"]{24})", timestamp="(\d+)"$/;

function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const base64Of = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));

/** Checks a header with WebCrypto, which none of our engines use, and answers its nonce. */
async function verify(
  header: string,
  id: string,
  secret: Uint8Array<ArrayBuffer>,
  timestamp: number,
): Promise<string> {
  const [, tokenId, digest, nonce = '', time] = HEADER.exec(header) ?? [];
  assert(tokenId === id && time === String(timestamp), `not a header of ${id} at ${timestamp}: ${header}`);
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  const text = new TextEncoder().encode(`&${timestamp}&3.3`);
  const message = new Uint8Array(16 + text.length);
  message.set(bytesOf(nonce));
  message.set(text, 16);
  const expected = base64Of(await crypto.subtle.sign('HMAC', key, message));
  assert(digest === expected, `digest of ${header} should be ${expected}`);
  return nonce;
}

/** The same bytes for each engine, no four of them alike nearby. */
function counting(): (target: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> {
  let next = 1;
  return (target) => {
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    for (let at = 0; at + 4 <= target.length; at += 4) view.setUint32(at, Math.imul(next++, 0x9e3779b1));
    return target;
  };
}

/** Tokens with identifiers of every length, and times of every length. */
async function checkHeaders(engine: HotPathEngine): Promise<void> {
  const nonces = new Set<string>();
  let made = 0;
  for (let length = 1; length <= 63; length++) {
    const id = 'aZ09._~-'.repeat(8).slice(0, length);
    const secret = crypto.getRandomValues(new Uint8Array(16));
    const timestamp = Math.min(10 ** (length % 16) + length, Number.MAX_SAFE_INTEGER);
    const slot = engine.addKey(id, secret);
    const headers = [engine.header(slot, timestamp), ...engine.headers(slot, timestamp, 1 + (length % 9))];
    made += headers.length;
    for (const header of headers) nonces.add(await verify(header, id, secret, timestamp));
  }
  assert(nonces.size === made, `${made - nonces.size} nonces were used again`);
}

async function checkAgreement(names: readonly EngineName[]): Promise<void> {
  const secret = Uint8Array.from({ length: 16 }, (_, i) => i * 17);
  const results: string[] = [];
  for (const name of names) {
    const engine = await createEngine({ engine: name, fillRandom: counting() });
    const headers = engine.headers(engine.addKey('b7f9c1e2-token', secret), 1795485444028, 130);
    for (const header of headers.slice(0, 9)) await verify(header, 'b7f9c1e2-token', secret, 1795485444028);
    results.push(headers.join('\n'));
  }
  assert(new Set(results).size === 1, `${names.join(', ')} differ for the same nonces`);
}

/** What `powerauth-wasm/fetch` sends arrives: bodies of each kind, signatures, encryption. */
async function requests(powerAuth: PowerAuth, origin: string, revoke: () => Promise<unknown>): Promise<void> {
  const possession = PowerAuthAuthentication.possession();
  const token = { name: 'T', authentication: () => possession };
  const bank = powerAuthFetch(powerAuth, { origins: [origin], token });
  const form = new FormData();
  form.append('file', new Blob(['content']), 'file.txt');
  const stream = new Blob(['stream']).stream();
  const bodies = ['text', new Uint8Array([1, 2]), new URLSearchParams({ a: '1' }), form, stream];
  for (const body of bodies) {
    const { status } = await bank(`${origin}/api/possession/token`, { method: 'POST', body });
    assert(status === 200, `a body is answered with ${status}`);
  }
  const request = new Request(`${origin}/api/possession/token`, { method: 'POST', body: 'text' });
  assert((await bank(request)).status === 200, 'a Request is refused');
  const uriId = '/api/possession/signature';
  for (const init of [{ method: 'POST', body: 'text' }, {}]) {
    const { status } = await bank(origin + uriId, { ...init, powerAuth: { sign: possession, uriId } });
    assert(status === 200, `a signed request is answered with ${status}`);
  }
  const both = '/api/signed/encrypted';
  for (const [path, sign] of [
    ['/api/encrypted/activation', {}],
    [both, { sign: PowerAuthAuthentication.password('correct horse'), uriId: both }],
  ] as const) {
    const init = { method: 'POST', body: '{"a":1}', powerAuth: { encrypt: 'activation', ...sign } } as const;
    const encrypted = await bank(origin + path, init);
    assert((await encrypted.text()) === '{"a":1}', `${path} is answered with ${encrypted.status}`);
  }
  await revoke();
  const answers = await Promise.all([1, 2, 3].map(() => bank(request.url, { method: 'POST' })));
  for (const { status } of answers)
    assert(status === 200, `after a revocation a request is answered with ${status}`);
}

async function mainJob(origin: string, byDefault: boolean): Promise<EngineName | undefined> {
  const ask = (path: string, init: RequestInit = { method: 'POST' }): Promise<Response> =>
    fetch(origin + path, init);
  const enrolled = (await (await ask('/enroll')).json()) as {
    configuration: {
      applicationKey: string;
      applicationSecret: string;
      masterServerPublicKey: string;
      baseEndpointUrl: string;
    };
    activationId: string;
    activationCode: string;
  };
  const powerAuth = new PowerAuth(`runtimes-${enrolled.activationId}`);
  await powerAuth.configure(
    enrolled.configuration,
    { enableUnsecureTraffic: true }, // http:// on this machine only
    undefined,
    byDefault ? QUICK_PASSWORDS : { ...QUICK_PASSWORDS, storage: memoryStorage() },
  );
  try {
    await powerAuth.createActivation(
      PowerAuthActivation.createWithActivationCode(enrolled.activationCode, 'runtime'),
    );
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('correct horse'));
    await ask(`/commit?id=${enrolled.activationId}`);
    await powerAuth.tokenStore.requestAccessToken('T', PowerAuthAuthentication.possession());

    const statusOf = async (key: string, value: string): Promise<number> =>
      (await ask('/api/possession/token', { method: 'POST', headers: { [key]: value } })).status;
    const { key, value } = await powerAuth.tokenStore.generateHeaderForToken('T');
    assert((await statusOf(key, value)) === 200, 'the server refuses a header');
    const generator = await powerAuth.tokenStore.headerGenerator('T');
    for (const next of [generator.next(), ...generator.nextBatch(6)]) {
      assert((await statusOf(key, next)) === 200, 'the server refuses a header of the generator');
    }
    await requests(powerAuth, origin, () => ask(`/revoke?id=${enrolled.activationId}`));
    // The token is another one by now.
    const renewed = await powerAuth.tokenStore.generateHeaderForToken('T');
    await powerAuth.tokenStore.removeAccessToken('T');
    assert((await statusOf(key, renewed.value)) === 401, 'the server accepts a header of a removed token');
    await powerAuth.removeActivationLocal();
    return powerAuth.engine;
  } finally {
    await powerAuth.deconfigure();
  }
}

/** Runs everything; what fails is in the report. */
export async function runSuite(options: SuiteOptions): Promise<SuiteReport> {
  const report: SuiteReport = { engine: undefined, engines: [], checks: [] };
  const check = async (title: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      report.checks.push({ title });
    } catch (error) {
      report.checks.push({
        title,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  };
  for (const name of ENGINE_NAMES) {
    let engine: HotPathEngine | undefined;
    await check(`${name}: made, or refused clearly`, async () => {
      try {
        engine = await createEngine({ engine: name });
        report.engines.push(name);
      } catch (error) {
        const expected = error instanceof PowerAuthError && error.code === PowerAuthErrorCode.WRONG_PARAMETER;
        if (!expected) throw error;
      }
    });
    const made = engine;
    if (made !== undefined) await check(`${name}: headers as WebCrypto has them`, () => checkHeaders(made));
  }
  await check('the engines agree', () => checkAgreement(report.engines));
  await check('the fastest is chosen', async () => {
    report.engine = (await createEngine()).name;
    assert(
      report.engine === report.engines[0],
      `${report.engine} was chosen, ${report.engines[0]} is faster`,
    );
  });
  const { origin, byDefault = false } = options;
  if (origin === undefined) return report;
  await check('the main job', async () => {
    report.engine = await mainJob(origin, false);
    assert(report.engine === report.engines[0], `powerAuth.engine is ${report.engine}`);
  });
  if (byDefault)
    await check('the main job on the default storage', async () => {
      await mainJob(origin, true);
    });
  return report;
}
