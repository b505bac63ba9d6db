import { describe, vi } from 'vitest';
import type { PowerAuthStorage } from '../../../src/index.ts';
import { sqliteStorage } from '../../../src/storage/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { changing, cutCalls } from './cut-calls.ts';

const own = vi.hoisted(() => ({ open: (): PowerAuthStorage | undefined => undefined }));

// The default storage in Node, with moments.
vi.mock('#platform', async (importOriginal) => ({
  ...(await importOriginal<typeof import('../../../src/platform/node.ts')>()),
  defaultStorage: () => own.open(),
}));

describe('on SQLite, opened by the instance', () => {
  cutCalls(async () => {
    const path = await temporaryFolder();
    return { open: () => sqliteStorage({ path }), openOwn: (open) => (own.open = open) };
  }, 13);
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
