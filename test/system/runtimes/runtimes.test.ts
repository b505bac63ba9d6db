/** The suite in browsers and in Node with less WebAssembly than usual: the engine that is left, with the same results. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { PageServer } from '../../helpers/pages.mjs';
import { startPowerAuthTestServer } from '../../../src/testing/index.ts';
import { bundleForPage, useBrowser, type SharedBrowser } from '../../helpers/browser.ts';
import { describeWith } from '../../helpers/programs.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { serveSuite } from './origin.mjs';
import { prepareApp } from './app.mjs';
import type { SuiteReport } from './suite.ts';

/** A policy as a bank's page has it. It forbids WebAssembly unless it says otherwise. */
const policy = (scripts: string) => ({
  'content-security-policy': `default-src 'none'; script-src ${scripts}; connect-src 'self'`,
});

async function testOrigin(
  pages?: Record<string, string>,
  headers?: Record<string, string>,
): Promise<PageServer> {
  const server = await startPowerAuthTestServer();
  const served = await serveSuite(server, pages, headers);
  onTestFinished(async () => {
    await served.close();
    await server.close();
  });
  return served;
}

function expectPassed(report: SuiteReport, engines: readonly string[]): void {
  expect(report.checks.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(report.checks.length).toBeGreaterThanOrEqual(5 + engines.length);
  expect(report.engines).toEqual(engines);
  expect(report.engine).toBe(engines[0]);
}

async function runInPage(
  shared: SharedBrowser,
  script: string,
  headers?: Record<string, string>,
): Promise<SuiteReport> {
  const pages = { '/': '<script type="module" src="/main.js"></script>', '/main.js': script };
  const { origin } = await testOrigin(pages, headers);
  const page = await shared.page(`${origin}/`);
  // A function, not a string to evaluate, which a content security policy forbids as well.
  return page.evaluate(() => (globalThis as unknown as { runSuite: () => Promise<SuiteReport> }).runSuite());
}

const ALL = ['wasm-simd', 'wasm-scalar', 'js'];
/** Bundles for browsers have the build with SIMD alone. */
const IN_BROWSERS = ['wasm-simd', 'js'];

for (const name of ['chromium', 'firefox'] as const) {
  describeWith(name, `in ${name}`, () => {
    const shared = useBrowser(name);
    let script: string;
    beforeAll(async () => {
      script = await bundleForPage(new URL('./page.ts', import.meta.url));
    });

    test.each([
      ['without a content security policy', {}, IN_BROWSERS],
      ["with a policy that has 'wasm-unsafe-eval'", policy("'self' 'wasm-unsafe-eval'"), IN_BROWSERS],
      ["with a policy that lacks 'wasm-unsafe-eval'", policy("'self'"), ['js']],
    ])('%s', async (_, headers, engines) => {
      expectPassed(await runInPage(shared, script, headers), engines);
    });
  });
}

describe.each([
  // V8 has WebAssembly SIMD on x64 only where the processor has SSE4.1.
  ['without WebAssembly SIMD', '--no-enable-sse4-1', process.arch === 'x64' ? ['js'] : IN_BROWSERS],
  ['without WebAssembly', '--jitless', ['js']],
])('%s', (title, flag, engines) => {
  describeWith('chromium', 'in chromium', () => {
    const shared = useBrowser('chromium', { args: [`--js-flags=${flag}`] });

    test(title, async () => {
      const script = await bundleForPage(new URL('./page.ts', import.meta.url));
      expectPassed(await runInPage(shared, script), engines);
    });
  });
});

describe('in Node', () => {
  let script: string;
  beforeAll(async () => {
    script = join(await prepareApp(), 'process.mjs');
  }, 120_000);

  test.each([
    ['as it is', [], ALL],
    ...(process.arch === 'x64'
      ? [['without SIMD', ['--no-enable-sse4-1'], ['wasm-scalar', 'js']] as const]
      : []),
    ['without WebAssembly', ['--jitless'], ['js']],
  ] as const)('%s', async (_, flags, engines) => {
    const { origin } = await testOrigin();
    const folder = await temporaryFolder();
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, origin], {
      env: { ...process.env, XDG_DATA_HOME: folder },
      timeout: 30_000,
    });
    const report = JSON.parse(stdout) as SuiteReport;
    expectPassed(report, engines);
  });
});
