/**
 * Cold starts with records on a disk: neither the package nor its dependencies are loaded before.
 *
 * @module
 */
import { answer } from './child.mjs';

/** The first value of a store. */
async function open({ path, key }) {
  const { sqliteStorage } = await import('powerauth-wasm/storage/sqlite');
  const value = await sqliteStorage({ path }).get(key);
  if (value === undefined) throw new Error(`there is no ${key}`);
  return value.length;
}

/** The first header of a token by its name, from the default storage. */
async function header({ configuration, name }) {
  const { PowerAuth } = await import('powerauth-wasm');
  const powerAuth = new PowerAuth('bench');
  const serverTime = Date.now();
  const fetch = async () => new Response(JSON.stringify({ status: 'OK', responseObject: { serverTime } }));
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true, fetch });
  return (await powerAuth.tokenStore.generateHeaderForToken(name)).value;
}

const tasks = { open, header };

answer(async ({ task, ...given }) => {
  const start = performance.now();
  const made = await tasks[task](given);
  return { ms: performance.now() - start, sinceStart: performance.now(), made };
});
