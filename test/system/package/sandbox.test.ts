/** Code that runs where a test environment hides globals of Node, as jest-environment-jsdom does. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PASSWORD, testServer } from '../../helpers/client.ts';
import { root, runNode } from './support.ts';

const LINE = "add `setupFiles: ['powerauth-wasm/testing/jsdom']` to Jest's configuration";

const hidden = (name: string): unknown => ({
  name: 'PowerAuthError',
  code: 'UNKNOWN_ERROR',
  message: `${name} is not defined here; in Jest with jsdom, which hides it, ${LINE}`,
});

/** What a program is told that makes an activation. */
async function told(): Promise<string> {
  const server = await testServer();
  const otp = '123456';
  const { activationCode } = server.createActivation({ otp });
  return JSON.stringify({ configuration: server.configuration, activationCode, otp, password: PASSWORD });
}

/** How a module ends that begins with `before` and makes an activation. */
async function moduleAfter(before: string): Promise<unknown> {
  const script = `${before}
    const work = async () => {
      const { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } = await import('powerauth-wasm');
      const { memoryStorage } = await import('powerauth-wasm/storage/memory');
      const { configuration, activationCode, otp, password } = JSON.parse(process.argv[1]);
      const powerAuth = new PowerAuth('sandbox');
      await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, { storage: memoryStorage() });
      const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'sandbox');
      activation.additionalActivationOtp = otp;
      await powerAuth.createActivation(activation);
      await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
    };
    console.log(JSON.stringify(await work().catch(({ name, code, message }) => ({ name, code, message }))));`;
  return JSON.parse(await runNode(['--input-type=module', '--eval', script, await told()])) as unknown;
}

describe('the error names what is missing, and the line that brings it', () => {
  test.each(['TextEncoder', 'TextDecoder', 'fetch', 'Headers'])('%s', async (name) => {
    // Node's own fetch is loaded by its first use, and needs them as well.
    expect(await moduleAfter(`new Headers(); delete globalThis.${name};`)).toEqual(hidden(name));
  });

  test('crypto.subtle', async () => {
    const hide = `const { crypto } = globalThis;
      const value = { getRandomValues: (array) => crypto.getRandomValues(array) };
      Object.defineProperty(globalThis, 'crypto', { value });`;
    expect(await moduleAfter(hide)).toMatchObject({
      code: 'UNKNOWN_ERROR',
      message: expect.stringContaining(LINE) as unknown,
    });
  });
});

describe('CommonJS in a sandbox like that of Jest with jsdom', () => {
  const inSandbox = async (...setup: string[]): Promise<unknown> =>
    JSON.parse(
      await runNode([join(root, 'test/system/package/sandbox.mjs'), await told(), ...setup]),
    ) as unknown;

  test('fails with that line', async () => {
    expect(await inSandbox()).toEqual(hidden('Headers'));
  });

  test('works with it', async () => {
    expect(await inSandbox('powerauth-wasm/testing/jsdom')).toEqual({
      engine: 'wasm-simd',
      state: 'ACTIVE',
      value: expect.stringMatching(/^PowerAuth version="3\.3"/) as unknown,
      missing: 'LOCAL_TOKEN_NOT_AVAILABLE',
      aborted: 'enough',
      bytes: true,
    });
  });
});

test('Node requires the same modules that it imports', async () => {
  const script = `import { createRequire } from 'node:module';
    import * as imported from 'powerauth-wasm';
    const required = createRequire(import.meta.url)('powerauth-wasm');
    console.log(required.PowerAuth === imported.PowerAuth);`;
  expect((await runNode(['--no-warnings', '--input-type=module', '--eval', script])).trim()).toBe('true');
});
