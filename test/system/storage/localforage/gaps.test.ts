/** Tabs that sleep: what they missed they drop when they wake up, and nobody waits for them for long. */
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { bundleForPage, testPages, useBrowser } from '../../../helpers/browser.ts';
import { freeTabs, goBack, navigate, type FreeTab } from '../../../helpers/free-tabs.ts';
import { describeWith } from '../../../helpers/programs.ts';
import type { powerAuthPage as PowerAuthPage } from '../pages/driver.ts';

declare const powerAuthPage: typeof PowerAuthPage;

interface Marked {
  mark?: string;
  lockState?: string;
}

const HTML = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>';

let script: string;
beforeAll(async () => {
  script = await bundleForPage(new URL('../pages/driver.ts', import.meta.url));
});

const freeze = (tab: FreeTab, frozen: boolean): Promise<unknown> =>
  tab.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' });

const read = (tab: FreeTab): Promise<unknown> =>
  tab.evaluate(() => powerAuthPage.outcome(powerAuthPage.storage('gaps').get('key')));

const write = (tab: FreeTab, length: number): Promise<unknown> =>
  tab.evaluate(
    (bytes) => powerAuthPage.outcome(powerAuthPage.storage('gaps').set('key', new Uint8Array(bytes))),
    length,
  );

const notices = (tab: FreeTab): Promise<unknown> => tab.evaluate(() => powerAuthPage.notices);

/** Enters a lock and stays in it until it is lost; `lockState` says which. */
const holdLock = (tab: FreeTab, name: string): Promise<void> =>
  tab.evaluate(
    (lock) =>
      new Promise<void>((entered) => {
        const page = globalThis as Marked;
        const lost = powerAuthPage.storage('gaps').lock(lock, async ({ signal }) => {
          page.lockState = 'held';
          entered();
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          throw signal.reason;
        });
        lost.catch((error: unknown) => (page.lockState = (error as Error).message));
      }),
    name,
  );

/** Milliseconds until the lock was had. */
const waitForLock = (tab: FreeTab, name: string): Promise<number> =>
  tab.evaluate(async (lock) => {
    const began = performance.now();
    return powerAuthPage.storage('gaps').lock(lock, async () => performance.now() - began);
  }, name);

describeWith('chromium', 'in Chromium', () => {
  const shared = useBrowser('chromium', { without: ['--disable-back-forward-cache'] });

  async function twoTabs(): Promise<{
    hidden: FreeTab;
    front: FreeTab;
    origin: string;
    open: () => Promise<FreeTab>;
  }> {
    const { origin } = await testPages({ '/': HTML, '/main.js': script, '/elsewhere': 'elsewhere' });
    const tabs = await freeTabs(shared.browser);
    onTestFinished(() => tabs.close());
    const hidden = await tabs.open(origin);
    const front = await tabs.open(origin);
    await expect.poll(() => hidden.evaluate(() => document.visibilityState)).toBe('hidden');
    await hidden.evaluate(() => void ((globalThis as Marked).mark = 'the same page'));
    await write(front, 1);
    expect(await read(hidden)).toEqual({ value: 1 });
    return { hidden, front, origin, open: () => tabs.open(origin) };
  }

  test('a tab that was frozen drops what it knew', async () => {
    const { hidden, front } = await twoTabs();
    await freeze(hidden, true);
    await write(front, 2);
    await freeze(hidden, false);
    await expect.poll(() => notices(hidden)).toContain('all');
    expect(await read(hidden)).toEqual({ value: 2 });
  });

  test('so does one that comes to the front', async () => {
    const { hidden } = await twoTabs();
    const before = await notices(hidden);
    await hidden.send('Page.bringToFront');
    await expect.poll(() => notices(hidden)).toContain('all');
    expect(before).not.toContain('all');
  });

  test('so does one that was in the back/forward cache', async () => {
    const { hidden, front, origin } = await twoTabs();
    await navigate(hidden, `${origin}/elsewhere`);
    // By hand, so that no notice is sent.
    await front.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const request = indexedDB.open('gaps');
          request.onsuccess = () => {
            const transaction = request.result.transaction('records', 'readwrite');
            transaction.objectStore('records').put(new Uint8Array(3), 'record/key');
            transaction.oncomplete = () => resolve();
            request.result.close();
          };
        }),
    );
    await goBack(hidden);
    expect(await hidden.evaluate(() => (globalThis as Marked).mark)).toBe('the same page');
    await expect.poll(() => notices(hidden)).toContain('all');
    expect(await read(hidden)).toEqual({ value: 3 });
  });

  test('one that misses a notice in that cache does not come back from it', async () => {
    const { hidden, front, origin } = await twoTabs();
    await navigate(hidden, `${origin}/elsewhere`);
    await write(front, 4);
    await goBack(hidden);
    expect(await hidden.evaluate(() => (globalThis as Marked).mark ?? 'a new page')).toBe('a new page');
    expect(await read(hidden)).toEqual({ value: 4 });
  });

  test('a change that was announced by a tab that died is told', async () => {
    const { front } = await twoTabs();
    await front.evaluate(() => {
      powerAuthPage.notices.length = 0;
      const channel = new BroadcastChannel(JSON.stringify(['powerauth-wasm', 'gaps', 'changes', '']));
      channel.postMessage({ key: 'key', id: 'dead/1', done: false });
      channel.close();
    });
    await expect.poll(() => notices(front)).toEqual([['key']]);
  });

  test('a lock of a frozen tab is taken over within 10 s, of one that lives it is not', async () => {
    const { hidden, front, open } = await twoTabs();
    const third = await open();
    await holdLock(hidden, 'of the frozen');
    await holdLock(front, 'of the living');
    await freeze(hidden, true);
    const live = third.evaluate(() =>
      Promise.race([
        powerAuthPage.storage('gaps').lock('of the living', async () => 'taken over'),
        new Promise((resolve) => setTimeout(resolve, 9500, 'still held')),
      ]),
    );
    const waited = await Promise.all([front, third, third].map((tab) => waitForLock(tab, 'of the frozen')));
    expect(Math.max(...waited)).toBeLessThan(10_000);
    expect(await live).toBe('still held');
    expect(await front.evaluate(() => (globalThis as Marked).lockState)).toBe('held');

    await freeze(hidden, false);
    await expect
      .poll(() => hidden.evaluate(() => (globalThis as Marked).lockState))
      .toMatch(/^Lock "of the frozen" was lost: /);
    expect(await waitForLock(hidden, 'of the frozen')).toBeGreaterThan(0);
  });
});
