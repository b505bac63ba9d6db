/** The process whose memory memory-scan.mjs looks at. */
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { configured, PIN, POSSESSION } from './lib.mjs';

const { path, configuration, requests } = JSON.parse(process.env.TASK ?? '');
const gc = /** @type {NodeJS.GCFunction} */ (globalThis.gc);
const TOKENS = ['a', 'b', 'c', 'd', 'e'];

async function live() {
  const storage = sqliteStorage({ path });
  const powerAuth = await configured(configuration, { storage });
  const { tokenStore } = powerAuth;
  for (const name of TOKENS) {
    if (requests) await tokenStore.requestAccessToken(name, POSSESSION);
    for (let i = 0; i < 100; i++) await tokenStore.generateHeaderForToken(name);
  }
  for (let i = 0; i < 18; i++)
    await powerAuth.requestSignature(PowerAuthAuthentication.password(PIN), 'POST', '/x', 'body');
  await powerAuth.validatePassword(PIN);
  await powerAuth.deconfigure();
  await storage.close();
}

await live();
for (let i = 0; i < 5; i++) {
  gc();
  await turn();
}
const there = randomUUID();
process.send?.(there);
setInterval(() => there, 60_000);
