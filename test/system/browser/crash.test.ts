/** A tab is closed, a renderer crashes, a worker is terminated, the browser is killed, in the middle of anything. */
import fc from 'fast-check';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { launchProfile, useBrowser } from '../../helpers/browser.ts';
import { DEEP } from '../../helpers/deep.ts';
import { describeWith } from '../../helpers/programs.ts';
import { seed } from '../../helpers/seed.ts';
import { signedRequests, SignatureCounterValues, type Signed } from '../../helpers/signature-counter.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { clientIn, clientOrigin, type Client } from './origin.ts';
import type { Report } from './pages/client.ts';

/** How often; `npm run test:crash:browser` goes deep. */
const TAB_DEATHS = DEEP ? 50 : 6;
const BROWSER_DEATHS = DEEP ? 10 : 1;

/** What is promised to those who wait for a lock of somebody dead. */
const LOCKS_FREE_MS = 10_000;
const NAMES = ['a', 'b', 'c'];

interface Death {
  readonly how: 'close' | 'crash' | 'terminate';
  /** Milliseconds from the beginning of its work. */
  readonly after: number;
  readonly choices: readonly number[];
}

const deaths = (count: number): Death[] =>
  fc.sample(
    fc.record({
      how: fc.constantFrom<Death['how']>('close', 'crash', 'terminate'),
      after: fc.integer({ min: 0, max: 500 }),
      choices: fc.array(fc.nat(2 ** 20), { minLength: 30, maxLength: 30 }),
    }),
    { seed, numRuns: count },
  );

/** What a test knows of its tokens, from what the dead have told. */
class Ledger {
  readonly #server: PowerAuthTestServer;
  /** By name, an id, or `absent`, or `unknown`. */
  readonly #known = new Map<string, string>();
  #read = 0;
  /** Requests that were signed, and sent to nobody. */
  readonly signed: Signed[] = [];
  readonly counts = new Map<string, number>();

  constructor(server: PowerAuthTestServer) {
    this.#server = server;
  }

  /** Reads what is new. */
  update(): ReadonlyMap<string, string> {
    const { requests } = this.#server;
    for (; this.#read < requests.length; this.#read++) {
      const { path, body } = requests[this.#read] ?? { path: '', body: '' };
      if (path !== '/report') continue;
      const report = JSON.parse(body) as Report;
      this.counts.set(report.kind, (this.counts.get(report.kind) ?? 0) + 1);
      if (report.kind === 'failed') throw new Error(`a client failed before its death: ${report.error}`);
      if (report.kind === 'signed') {
        this.signed.push({ method: 'POST', uriId: '/own', body: 'body', header: report.header });
      }
      // A token may be made of which its maker dies before it tells.
      if (report.kind === 'requesting' && this.#known.get(report.name) === 'absent') {
        this.set(report.name, 'unknown');
      }
      if (report.kind === 'got') this.set(report.name, report.id);
      if (report.kind === 'removing') this.set(report.name, 'unknown');
      if (report.kind === 'removed') this.set(report.name, 'absent');
    }
    return this.#known;
  }

  set(name: string, state: string): void {
    this.#known.set(name, state);
  }
}

/** Activates, and answers what is needed to number the counter values. */
async function activateIn(
  call: Client,
  server: PowerAuthTestServer,
  configuration: PowerAuthTestServer['configuration'],
): Promise<SignatureCounterValues> {
  await call('configure', configuration);
  const { activationId, activationCode } = server.createActivation();
  await call('activate', activationCode);
  server.commitActivation(activationId);
  const { possessionKey = '', ctrData = '' } = await call('secrets');
  return new SignatureCounterValues(possessionKey, ctrData, configuration.applicationSecret);
}

/** All that must hold after a death, seen by a client that lives. */
async function examine(client: Client, ledger: Ledger): Promise<void> {
  // Each step that takes a lock waits for the dead one's on its own.
  const call: Client = (name, ...args) => {
    const began = performance.now();
    return client(name, ...args).finally(() => {
      expect(performance.now() - began, name).toBeLessThan(LOCKS_FREE_MS);
    });
  };
  expect(await call('hasActivation')).toBe(true);
  // Under the lock of the requests, and under those of the tokens.
  await call('validate', 1, 0);
  for (const [name, state] of ledger.update()) {
    if (state === 'unknown') {
      // Removed on the server or not, here or not: nobody was told.
      await call('requestToken', name, 0);
      await call('forgetToken', name);
      ledger.set(name, 'absent');
    } else if (state === 'absent') {
      await expect(call('tokenId', name)).rejects.toThrow(/there is no local token/);
    } else {
      expect(await call('tokenId', name), `token ${name}`).toBe(state);
      expect(await call('useToken', name)).toBe(200);
    }
  }
  for (const name of NAMES) ledger.set(name, await call('requestToken', name, 0));
}

function expectNoValueTwice(
  server: PowerAuthTestServer,
  ledger: Ledger,
  values: SignatureCounterValues,
): void {
  ledger.update();
  const numbers = [...signedRequests(server.requests), ...ledger.signed].map((request) =>
    values.numberOf(request),
  );
  expect(numbers.length).toBeGreaterThan(3);
  expect(new Set(numbers).size).toBe(numbers.length);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function crash(page: Page): Promise<void> {
  const crashed = new Promise((resolve) => page.once('crash', resolve));
  const cdp = await page.context().newCDPSession(page);
  // Its answer never comes.
  void cdp.send('Page.crash').catch(() => undefined);
  await crashed;
}

describeWith('chromium', 'in Chromium', () => {
  const shared = useBrowser('chromium');

  test(`${TAB_DEATHS} tabs and workers die at random moments (seed ${seed})`, async () => {
    const { server, origin, configuration } = await clientOrigin();
    const context = await shared.context();
    const survivor = await shared.page(origin, context);
    const call = clientIn(survivor);
    const values = await activateIn(call, server, configuration);
    const ledger = new Ledger(server);

    for (const { how, after, choices } of deaths(TAB_DEATHS)) {
      if (how === 'terminate') {
        await call('churnInWorker', configuration, NAMES, choices);
        await pause(after);
        await call('terminateWorker');
      } else {
        const page = await context.newPage();
        await page.goto(origin);
        void clientIn(page)('churn', configuration, NAMES, choices).catch(() => undefined);
        await pause(after);
        if (how === 'crash') await crash(page);
        await page.close();
      }
      // The store opens anew.
      await call('deconfigure');
      await call('configure', configuration);
      await examine(call, ledger);
    }
    expectNoValueTwice(server, ledger, values);
    console.log(`what they had done: ${JSON.stringify(Object.fromEntries(ledger.counts))}`);
  }, 600_000);

  test(`the browser is killed ${BROWSER_DEATHS} times (seed ${seed})`, async () => {
    const { server, origin, configuration } = await clientOrigin();
    const folder = await temporaryFolder();
    let context = await launchProfile('chromium', folder);
    onTestFinished(() => context.close());
    const open = async (): Promise<Client> => {
      const page = await context.newPage();
      await page.goto(origin);
      return clientIn(page);
    };
    const values = await activateIn(await open(), server, configuration);
    const ledger = new Ledger(server);

    for (const { after, choices } of deaths(BROWSER_DEATHS)) {
      const victims = [await open(), await open()];
      // Each with names of its own: what one was told the other must not undo.
      victims.forEach((victim, i) => {
        const names = NAMES.map((name) => `${name}${i}`);
        void victim('churn', configuration, names, choices.slice(i)).catch(() => undefined);
      });
      await pause(300 + after);
      await killBrowser(context);
      context = await launchProfile('chromium', folder);
      const call = await open();
      await call('configure', configuration);
      await examine(call, ledger);
    }
    expectNoValueTwice(server, ledger, values);
    console.log(`what they had done: ${JSON.stringify(Object.fromEntries(ledger.counts))}`);
  }, 600_000);
});

/** SIGKILL for all processes of this browser, which only it can number. */
async function killBrowser(context: BrowserContext): Promise<void> {
  const closed = new Promise((resolve) => context.once('close', resolve));
  const browser = context.browser();
  if (browser === null) throw new Error('no browser');
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  for (const { id } of processInfo) process.kill(id, 'SIGKILL');
  await closed;
}
