/** The contract over places that know less of each other than two objects of one thread do. */
import { chownSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sqliteStorage } from '../../../../src/storage/sqlite.ts';
import {
  testStorageContract,
  type StorageUnderTest,
} from '../../../../src/testing/storage-contract/index.ts';
import { apart } from '../../../helpers/apart.ts';
import { describeWithSqlite } from '../../../helpers/sqlite.ts';
import { Remote, spread } from './remote.ts';

const NOBODY = 65534;
const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];

async function newFolder(): Promise<{ path: string; cleanup: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'powerauth-wasm-'));
  return { path, cleanup: () => rm(path, { recursive: true }) };
}

/** Registers the contract for a store in two places, which are started once. */
function testPlaces(
  name: string,
  start: () => Promise<readonly Remote[]>,
  create: (remotes: readonly Remote[]) => Promise<StorageUnderTest>,
  more?: (remotes: () => readonly Remote[]) => void,
): void {
  describe(name, () => {
    let remotes: readonly Remote[] = [];

    beforeAll(async () => {
      remotes = await start();
    });

    afterAll(async () => {
      await Promise.all(remotes.map((remote) => remote.end()));
    });

    testStorageContract(test, { name, create: () => create(remotes) });
    more?.(() => remotes);
  });
}

/** This thread, and all others in turn. */
async function hereAndThere(remotes: readonly Remote[]): Promise<StorageUnderTest> {
  const { path, cleanup } = await newFolder();
  return { storage: sqliteStorage({ path }), second: () => spread(remotes, path), cleanup };
}

/** One of two, and the other. */
async function thereAndThere([one, two]: readonly Remote[]): Promise<StorageUnderTest> {
  const { path, cleanup } = await newFolder();
  chownSync(path, NOBODY, NOBODY);
  if (one === undefined || two === undefined) throw new Error('not started');
  return { storage: await one.open(path), second: () => two.open(path), cleanup };
}

describeWithSqlite('sqlite', () => {
  testPlaces(
    'eight processes and two threads',
    () =>
      Promise.all([
        ...Array.from({ length: 8 }, () => Remote.process()),
        ...Array.from({ length: 2 }, () => Remote.thread()),
      ]),
    hereAndThere,
  );

  const namespace = apart();
  describe.skipIf(namespace === undefined)('(needs process namespaces)', () => {
    const under = [...(namespace ?? []), ...asNobody];
    testPlaces(
      'two containers with equal process ids, of a user without rights',
      () => Promise.all([Remote.process(under), Remote.process(under)]),
      thereAndThere,
      (remotes) => {
        test('they are so', async () => {
          const there = await Promise.all(remotes().map((remote) => remote.identity()));
          expect(there).toEqual([1, 2].map(() => ({ pid: 1, uid: NOBODY })));
        });
      },
    );
  });
});
