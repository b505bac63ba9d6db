import { describe, vi } from 'vitest';
import * as platform from '#platform';
import type { PowerAuthStorage } from '../../../src/index.ts';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { changing, cutCalls, sample } from './cut-calls.ts';

/** Has the instance open its storage by itself, as the default one. */
const openOwn = (open: () => PowerAuthStorage): void =>
  void vi.spyOn(platform, 'defaultStorage').mockImplementation(open);

describe('on SQLite, opened by the instance', () => {
  cutCalls(
    async () => {
      const path = await temporaryFolder();
      return { open: () => sqliteStorage({ path }), openOwn };
    },
    13,
    sample,
  );
});

describe('on SQLite, given by the application', () => {
  cutCalls(
    async () => {
      const path = await temporaryFolder();
      return { open: () => sqliteStorage({ path }) };
    },
    17,
    changing,
  );
});
