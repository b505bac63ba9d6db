/** Copies or reseals a SQLite store, comes to a halt when so many records are written, and waits to be killed. */

import { copyRecords, resealRecords } from '../../../src/records.ts';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';

const [, , what = '', halt = '', path = '', other = ''] = process.argv;

/** A storage whose later updates never come to an end; those before may be in the middle of theirs. */
function halting(storage: PowerAuthStorage): PowerAuthStorage {
  let updates = 0;
  return {
    ...storage,
    update: async (key, change) => {
      if (++updates <= Number(halt)) return storage.update(key, change);
      process.send?.('halted');
      return new Promise(() => undefined);
    },
  };
}

const storage = sqliteStorage({ path });
if (what === 'copy') await copyRecords({ storage }, { storage: halting(sqliteStorage({ path: other })) });
else await resealRecords(halting(storage));
