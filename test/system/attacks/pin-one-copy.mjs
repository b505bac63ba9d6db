/**
 * One copy of a store's folder, its key file in it, after the user changed the PIN: whether the record of before is still
 * in it, whole or in pieces, so that the two test each other as in pins.mjs.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { decodeActivationRecord } from '../../../dist/session/activation-record.js';
import { sealedStorage } from '../../../dist/storage/sealed.js';
import { activated, attack, PIN, recordIn, recordKey, startServer, temporaryFolder } from './lib.mjs';

/** The first bytes of a sealed record: which key, and which record. */
const HEADER = 17;

/** As short as a piece can be that isn't there by chance. */
const PIECE = 12;

/** All files, read by another process: one that closes them drops SQLite's locks on them. */
const filesOf = (folder) =>
  execFileSync(
    'cat',
    readdirSync(folder).map((name) => join(folder, name)),
    { maxBuffer: 1 << 26 },
  );

/** How many pieces of a record lie in the files, but for those that the present record has, too. */
function piecesIn(content, record, present = Buffer.alloc(0)) {
  let found = 0;
  for (let at = 0; at + PIECE <= record.length; at += PIECE) {
    const piece = record.subarray(at, at + PIECE);
    if (!present.includes(piece) && content.includes(piece)) found++;
  }
  return found;
}

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
  const look = async (when, most) => {
    const content = filesOf(folder);
    const key = await readFile(join(folder, 'sealing.key'));
    const present = await storage.get(name);
    const wrappings = await wrappingsIn(content, name, sample, Uint8Array.from(key));
    const pieces = piecesIn(content, sample, Buffer.from(present ?? []));
    const isHeld = wrappings <= most && pieces === 0;
    stage.saw(`${when}: ${wrappings} wrappings in the files, ${pieces} pieces of the first record`, isHeld);
  };
  const sample = Buffer.from(await recordIn(storage, name));
  const first = filesOf(folder);
  const key = Uint8Array.from(await readFile(join(folder, 'sealing.key')));
  if ((await wrappingsIn(first, name, sample, key)) === 0 || piecesIn(first, sample) === 0)
    stage.saw('this program must find what is there', false);
  await powerAuth.validatePassword(PIN);
  await powerAuth.changePassword(PIN, '2468');
  await look('after the change', 1);
  for (let i = 0; i < 20; i++) await powerAuth.validatePassword('2468');
  await look('20 signatures later', 1);
  await powerAuth.removeActivationLocal();
  await look('after removeActivationLocal', 0);
  await powerAuth.deconfigure();
});
