/** The helpers that start other programs do what they say, on the real programs. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { bundleForPage, testPages, useBrowser } from '../../helpers/browser.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testRedis } from '../../helpers/redis.ts';

const engine = new URL('../../helpers/pages/random.ts', import.meta.url);

for (const name of ['chromium', 'firefox'] as const) {
  describeWith(name, `a page in ${name}`, () => {
    const shared = useBrowser(name);

    test('runs the sources, served in a secure context with the headers wanted', async () => {
      const { origin } = await testPages(
        { '/': '<script type="module" src="/main.js"></script>', '/main.js': await bundleForPage(engine) },
        { headers: { 'x-test': 'yes' } },
      );
      const page = await shared.page(`${origin}/`);
      expect(await page.evaluate(() => isSecureContext)).toBe(true);
      expect(await page.evaluate('engineName()')).toBe('wasm-simd');
      expect(await page.evaluate(async () => (await fetch('/')).headers.get('x-test'))).toBe('yes');
      expect(await page.evaluate(async () => (await fetch('/absent')).status)).toBe(404);
    });

    test('shares storage with the tabs of its profile alone', async () => {
      const { origin } = await testPages({ '/': 'empty' });
      const context = await shared.context();
      const [one, two] = [await shared.page(origin, context), await shared.page(origin, context)];
      const other = await shared.page(origin);
      await one.evaluate(() => localStorage.setItem('k', 'v'));
      expect(await two.evaluate(() => localStorage.getItem('k'))).toBe('v');
      expect(await other.evaluate(() => localStorage.getItem('k'))).toBe(null);
    });
  });
}

/** One command in Redis's inline form, and what comes back within `ms`. */
async function ask(port: number, command: string, ms = 2000): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(`${command}\r\n`);
    const [data] = (await once(socket, 'data', { signal: AbortSignal.timeout(ms) })) as [Buffer];
    return data.toString();
  } finally {
    socket.destroy();
  }
}

describeWith('redis', 'a Redis server', () => {
  test('keeps its data and port over a stop and a crash, hangs and goes on', async () => {
    const redis = await testRedis();
    const { port, pid } = redis;
    expect(await ask(port, 'SET k v')).toBe('+OK\r\n');

    await redis.stop();
    expect(redis.pid).toBe(undefined);
    await expect(ask(port, 'GET k')).rejects.toThrow(/ECONNREFUSED/);
    await redis.start();
    expect(redis.pid).not.toBe(pid);
    expect(await ask(port, 'GET k')).toBe('$1\r\nv\r\n');

    await ask(port, 'SET k w');
    await redis.stop('SIGKILL');
    await redis.start();
    expect(await ask(port, 'GET k')).toBe('$1\r\nw\r\n');

    redis.pause();
    await expect(ask(port, 'GET k', 300)).rejects.toThrow(/abort/i);
    redis.resume();
    expect(await ask(port, 'GET k')).toBe('$1\r\nw\r\n');
  });

  test('takes settings', async () => {
    const redis = await testRedis({ args: ['--maxclients', '17'] });
    expect(await ask(redis.port, 'CONFIG GET maxclients')).toContain('17');
  });
});
