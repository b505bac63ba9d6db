/**
 * A cold start: from before the package is loaded to the requested result. Neither the package nor its dependencies are
 * loaded before. A storage's records exist already, because their origin is not measured.
 *
 * @module
 */
import { answer } from './child.mjs';

const bytesOf = (base64) => new Uint8Array(Buffer.from(base64, 'base64'));

/** The package, and what an application's own first lines ask for. */
const bare = async () => void (await import('powerauth-wasm'));

/** The first header of a token that lies in a memory storage. */
async function header({ configuration, records, sealingKey, name }) {
  const [{ PowerAuth }, { memoryStorage }] = await Promise.all([
    import('powerauth-wasm'),
    import('powerauth-wasm/storage/memory'),
  ]);
  const storage = memoryStorage();
  for (const [key, value] of records) await storage.set(key, value);
  const powerAuth = new PowerAuth('bench');
  const serverTime = Date.now();
  const fetch = async () => new Response(JSON.stringify({ status: 'OK', responseObject: { serverTime } }));
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true, fetch }, undefined, {
    storage,
    sealingKey,
  });
  return (await powerAuth.tokenStore.generateHeaderForToken(name)).value;
}

const tasks = { bare, header };

answer(async ({ task, records, sealingKey, ...rest }) => {
  const given = {
    ...rest,
    records: records.map(([key, value]) => [key, bytesOf(value)]),
    sealingKey: bytesOf(sealingKey),
  };
  const start = performance.now();
  const made = await tasks[task](given);
  return { ms: performance.now() - start, made };
});
