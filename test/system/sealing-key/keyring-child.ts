/** Seals a record under the keychain's key: `node … <folder> <id>`. */

import { PowerAuthError } from '../../../src/index.ts';
import { keyringSealingKey } from '../../../src/sealing-key/keyring.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';

const [path = '', id = ''] = process.argv.slice(2);
try {
  const storage = sealedStorage(sqliteStorage({ path }), await keyringSealingKey());
  await storage.set(id, Buffer.from(`secret of ${id}`));
  await storage.close();
} catch (error) {
  console.error(error instanceof PowerAuthError ? error.print() : error);
  process.exitCode = 1;
}
if (process.connected) process.disconnect();
