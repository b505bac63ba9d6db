/** Uses everything of a storage under Node's permission model, which permits no threads. `node … <folder>` */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { checkSqliteStorage, sqliteStorage } from '../../../../src/storage/sqlite.ts';

const [path = ''] = process.argv.slice(2);

function codeOfWorker(): unknown {
  try {
    new Worker('', { eval: true });
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

async function main(): Promise<void> {
  const worker = codeOfWorker();
  const storage = sqliteStorage({ path });
  await storage.sealingKey?.();
  let longest = 0;
  // Enough for some checkpoints.
  for (let i = 0; i < 120; i++) {
    await storage.set(`key ${i % 10}`, new Uint8Array(100_000));
    longest = Math.max(longest, statSync(join(path, 'powerauth.db-wal')).size);
  }
  await storage.update('key 0', () => Buffer.from('updated'));
  const value = Buffer.from((await storage.get('key 0')) ?? []).toString();
  const section = await storage.lock('lock', async () => 'ran');
  const faults = await checkSqliteStorage({ path });
  await storage.close();
  console.log(JSON.stringify({ worker, value, section, faults, longest, left: readdirSync(path).sort() }));
}

void main();
