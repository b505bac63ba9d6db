/**
 * One copy of a store's folder, its key file in it, after the user changed the PIN: whether the record of before is still
 * in it, so that the two test each other as in pins.mjs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lmdbStorage } from 'powerauth-wasm/storage/lmdb';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { decodeActivationRecord } from '../../dist/session/activation-record.js';
import { sealedStorage } from '../../dist/storage/sealed.js';
import { activated, attack, PIN, recordKey, startServer, temporaryFolder } from './lib.mjs';

/** The first bytes of a sealed record: which key, and which record. */
const HEADER = 17;

/** The wrappings of the knowledge factor key that lie in a file, by their salts. */
async function wrappingsIn(file, name, sample, sealingKey) {
  const salts = new Set();
  for (
    let at = file.indexOf(sample.subarray(0, HEADER));
    at >= 0;
    at = file.indexOf(sample.subarray(0, HEADER), at + 1)
  ) {
    const found = memoryStorage();
    await found.set(name, Uint8Array.from(file.subarray(at, at + sample.length)));
    const record = await sealedStorage(found, sealingKey)
      .get(name)
      .catch(() => undefined);
    if (record !== undefined)
      salts.add(Buffer.from(decodeActivationRecord(record).knowledge.salt).toString('hex'));
  }
  return salts.size;
}

await attack('two wrappings of one key in one copy of the LMDB folder', async (stage) => {
  const server = await startServer(stage);
  const folder = await temporaryFolder(stage);
  const storage = lmdbStorage({ path: folder });
  stage.atEnd(() => storage.close());
  const { powerAuth } = await activated(server, { storage, sealingKey: undefined });
  const name = await recordKey(storage);
  const look = async (when) => {
    const [file, key] = [
      await readFile(join(folder, 'data.mdb')),
      await readFile(join(folder, 'sealing.key')),
    ];
    const wrappings = await wrappingsIn(file, name, Buffer.from(sample), Uint8Array.from(key));
    stage.saw(`${when}: ${wrappings} wrappings in data.mdb`);
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
    stage.inherent('one copy of the folder with its key; LMDB keeps free pages, see docs/storage.md');
});
