/**
 * One copy of a store's folder, its key file in it, after the user changed the PIN: whether the record of before is still
 * in it, so that the two test each other as in pins.mjs.
 */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { decodeActivationRecord } from '../../dist/session/activation-record.js';
import { sealedStorage } from '../../dist/storage/sealed.js';
import { activated, attack, PIN, recordKey, startServer, temporaryFolder } from './lib.mjs';

/** The first bytes of a sealed record: which key, and which record. */
const HEADER = 17;

/** Database and log, read by another process: one that closes them drops SQLite's locks on them. */
const filesOf = (folder) =>
  execFileSync('cat', [join(folder, 'powerauth.db'), join(folder, 'powerauth.db-wal')], {
    maxBuffer: 1 << 26,
  });

/** The wrappings of the knowledge factor key that lie in the files, by their salts. */
async function wrappingsIn(content, name, sample, sealingKey) {
  const salts = new Set();
  for (
    let at = content.indexOf(sample.subarray(0, HEADER));
    at >= 0;
    at = content.indexOf(sample.subarray(0, HEADER), at + 1)
  ) {
    const found = memoryStorage();
    await found.set(name, Uint8Array.from(content.subarray(at, at + sample.length)));
    const record = await sealedStorage(found, sealingKey)
      .get(name)
      .catch(() => undefined);
    if (record !== undefined)
      salts.add(Buffer.from(decodeActivationRecord(record).knowledge.salt).toString('hex'));
  }
  return salts.size;
}

await attack('two wrappings of one key in one copy of the SQLite folder', async (stage) => {
  const server = await startServer(stage);
  const folder = await temporaryFolder(stage);
  const storage = sqliteStorage({ path: folder });
  stage.atEnd(() => storage.close());
  const { powerAuth } = await activated(server, { storage, sealingKey: undefined });
  const name = await recordKey(storage);
  const look = async (when) => {
    const key = await readFile(join(folder, 'sealing.key'));
    const wrappings = await wrappingsIn(filesOf(folder), name, Buffer.from(sample), Uint8Array.from(key));
    stage.saw(`${when}: ${wrappings} wrappings in database and log`);
    return wrappings;
  };
  const sample = await storage.get(name);
  const before = await look('before the change');
  if (before === 0) stage.saw('this program must find what is there', false);
  await powerAuth.validatePassword(PIN);
  await powerAuth.changePassword(PIN, '2468');
  const atOnce = await look('after the change');
  for (let i = 0; i < 20; i++) await powerAuth.validatePassword('2468');
  const later = await look('20 signatures later');
  await powerAuth.removeActivationLocal();
  const removed = await look('after removeActivationLocal');
  await powerAuth.deconfigure();
  if (Math.max(atOnce, later) > 1 || removed > 0)
    stage.inherent(
      'one copy of the folder with its key; the log of SQLite keeps records for a second, see docs/storage.md',
    );
});
