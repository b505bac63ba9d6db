/** Tabs, a dedicated worker and a service worker of one origin are one client: one activation, its tokens, its counter. */
import { expect, onTestFinished, test } from 'vitest';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { useBrowser, type SharedBrowser } from '../../helpers/browser.ts';
import { requestsTo } from '../../helpers/client.ts';
import { DEEP } from '../../helpers/deep.ts';
import { freeTabs } from '../../helpers/free-tabs.ts';
import { describeWith } from '../../helpers/programs.ts';
import { signedRequests, SignatureCounterValues } from '../../helpers/signature-counter.ts';
import { clientIn, clientInTab, clientOrigin, type Client } from './origin.ts';

/** Firefox takes longer to open tabs. */
const FULL = { tabs: 8, rounds: 20 };
const SIZES = DEEP
  ? { chromium: FULL, firefox: FULL }
  : { chromium: { tabs: 3, rounds: 6 }, firefox: { tabs: 2, rounds: 4 } };

/** All configured, the activation made in the first one. */
async function openAll(
  shared: SharedBrowser,
  tabs: number,
): Promise<{ server: PowerAuthTestServer; clients: Client[]; activationId: string }> {
  const { server, origin, configuration } = await clientOrigin();
  const context = await shared.context();
  const pages = await Promise.all(Array.from({ length: tabs }, () => shared.page(origin, context)));
  const [first] = pages;
  if (first === undefined) throw new Error('no page');
  const clients = [
    ...pages.map((page) => clientIn(page)),
    clientIn(first, 'worker'),
    clientIn(first, 'service'),
  ];
  await Promise.all(clients.map((call) => call('configure', configuration)));
  const { activationId, activationCode } = server.createActivation();
  await clients[0]?.('activate', activationCode);
  server.commitActivation(activationId);
  return { server, clients, activationId };
}

/** Shortly after now, so that all begin at one time. */
const soon = (): number => Date.now() + 50;

for (const browser of ['chromium', 'firefox'] as const) {
  describeWith(browser, `in ${browser}`, () => {
    const shared = useBrowser(browser);
    const { tabs, rounds } = SIZES[browser];

    test('ask for one token at once: the server makes one; removed by one, it is gone for all', async () => {
      const { server, clients } = await openAll(shared, tabs);
      let name = '';
      for (let round = 1; round <= rounds; round++) {
        name = `round ${round}`;
        const at = soon();
        const ids = await Promise.all(clients.map((call) => call('requestToken', name, at)));
        expect(server.tokens.length).toBe(round);
        expect(new Set(ids)).toEqual(new Set([server.tokens.at(-1)?.tokenId]));
      }
      expect(requestsTo(server, '/pa/v3/token/create')).toBe(rounds);
      const statuses = await Promise.all(clients.map((call) => call('useToken', name)));
      expect(statuses).toEqual(clients.map(() => 200));

      const [remover, ...others] = clients;
      const gone = Promise.all(others.map((call) => call('untilGone', name)));
      const removed = await remover?.('removeToken', name);
      expect(Math.max(...(await gone)) - (removed ?? 0)).toBeLessThan(1000);
      expect(server.tokens.length).toBe(rounds - 1);
    }, 90_000);

    test('sign at once: no request is refused, no counter value comes twice', async () => {
      const { server, clients, activationId } = await openAll(shared, tabs);
      const { possessionKey = '', ctrData = '' } = (await clients[0]?.('secrets')) ?? {};
      const values = new SignatureCounterValues(
        possessionKey,
        ctrData,
        server.configuration.applicationSecret,
      );

      const at = soon();
      await Promise.all(clients.map((call) => call('validate', 5, at)));
      const sent = server.requests.filter(({ path }) => path === '/pa/v3/signature/validate');
      expect(sent.map(({ status }) => status)).toEqual(clients.flatMap(() => [200, 200, 200, 200, 200]));
      const numbers = signedRequests(sent).map((request) => values.numberOf(request));
      expect(numbers).toEqual(sent.map((_, i) => i));
      expect(server.activation(activationId)?.counter).toBe(sent.length);

      const then = soon();
      const headers = (await Promise.all(clients.map((call) => call('sign', 10, then)))).flat();
      const signed = headers.map((header) =>
        values.numberOf({ method: 'POST', uriId: '/own', body: 'body', header }),
      );
      expect(signed.sort((a, b) => a - b)).toEqual(headers.map((_, i) => sent.length + i));
    }, 90_000);
  });
}

describeWith('chromium', 'in Chromium, asleep', () => {
  const shared = useBrowser('chromium');

  test('a tab that missed the removal of a token makes no more headers for it', async () => {
    const { server, origin, configuration } = await clientOrigin();
    const tabs = await freeTabs(shared.browser);
    onTestFinished(() => tabs.close());
    const [sleeper, front] = [await tabs.open(origin), await tabs.open(origin)];
    const [asleep, awake] = [sleeper, front].map(clientInTab);
    if (asleep === undefined || awake === undefined) throw new Error('no tab');
    for (const call of [asleep, awake]) await call('configure', configuration);
    const { activationId, activationCode } = server.createActivation();
    await awake('activate', activationCode);
    server.commitActivation(activationId);
    for (const call of [awake, asleep]) await call('requestToken', 'name', 0);
    expect(await asleep('useToken', 'name')).toBe(200);

    await sleeper.send('Page.setWebLifecycleState', { state: 'frozen' });
    await awake('removeToken', 'name');
    await sleeper.send('Page.setWebLifecycleState', { state: 'active' });
    await expect(asleep('untilGone', 'name')).resolves.toBeGreaterThan(0);
  });
});
