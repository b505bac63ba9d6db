/**
 * What an app does in each of its runs, on the default storage and without any setting: it activates unless it has, sends
 * a header of its token, and writes so much that a checkpoint is due. Bundled by the tests as an app's own file.
 *
 * @module
 */
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { checkSqliteStorage, sqliteStorage } from 'powerauth-wasm/storage/sqlite';

/** More than the log takes before a checkpoint begins, in records of a million bytes. */
const RECORDS = 6;
/** The database has this many bytes only when a checkpoint was made. */
const CHECKPOINTED = 4_000_000;
const PATIENCE = 10_000;

/**
 * Does it once.
 *
 * @param instanceId the environment variable BANK has an activation code for it
 * @returns what came of it, to be shown as JSON
 */
export async function job(instanceId) {
  let threads = 0;
  const count = () => threads++;
  process.on('worker', count);
  const { configuration, url, otp, codes } = JSON.parse(process.env.BANK ?? '');
  const powerAuth = new PowerAuth(instanceId);
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true });
  if (!(await powerAuth.hasValidActivation())) {
    const activation = PowerAuthActivation.createWithActivationCode(codes[instanceId], 'App');
    activation.additionalActivationOtp = otp;
    await powerAuth.createActivation(activation);
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('correct horse'));
  }
  await powerAuth.tokenStore.requestAccessToken('api', PowerAuthAuthentication.possession());
  const { key, value } = await powerAuth.tokenStore.generateHeaderForToken('api');
  const { status } = await fetch(url, { method: 'POST', headers: { [key]: value } });
  const isCheckpointed = await fillLog();
  const faults = await checkSqliteStorage();
  await powerAuth.deconfigure();
  process.off('worker', count);
  return { status, threads, isCheckpointed, faults };
}

/** Whether the store makes a checkpoint before anybody closes it; in a new store, for later it may be one of before. */
async function fillLog() {
  const storage = sqliteStorage();
  for (let i = 0; i < RECORDS; i++) await storage.set(`filling ${i}`, new Uint8Array(1_000_000));
  const file = join(homedir(), '.local/share/powerauth-wasm/powerauth.db');
  const end = performance.now() + PATIENCE;
  let size = 0;
  while (size < CHECKPOINTED && performance.now() < end) {
    await new Promise((next) => setTimeout(next, 10));
    size = (await stat(file)).size;
  }
  await storage.close();
  return size >= CHECKPOINTED;
}
