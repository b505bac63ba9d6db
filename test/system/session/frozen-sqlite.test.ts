import { join } from 'node:path';
import { sqliteEngine } from '../../../src/storage/sqlite/engine.ts';
import { encodeName } from '../../../src/storage/sqlite/layout.ts';
import { describeWithSqlite, testSqliteStore } from '../../helpers/sqlite.ts';
import { testFrozen } from './frozen.ts';

describeWithSqlite('sqlite', () => {
  testFrozen(testSqliteStore, async (place, lockName) => {
    const { Database } = sqliteEngine();
    const database = new Database(join(place.slice('sqlite:'.length), 'powerauth.db'), { timeout: 5000 });
    database.prepare('DELETE FROM tickets WHERE name = ?').run(encodeName(lockName));
    database.close();
  });
});
