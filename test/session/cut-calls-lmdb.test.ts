import { describe, vi } from 'vitest';
import type { PowerAuthStorage } from '../../src/index.ts';
import { lmdbStorage } from '../../src/storage/lmdb.ts';
import { temporaryFolder } from '../helpers/storage.ts';
import { changing, cutCalls } from './cut-calls.ts';

const own = vi.hoisted(() => ({ open: (): PowerAuthStorage | undefined => undefined }));

// The default storage in Node, with moments.
vi.mock('#platform', async (importOriginal) => ({
  ...(await importOriginal<typeof import('../../src/platform/node.ts')>()),
  defaultStorage: () => own.open(),
}));

describe('on LMDB, opened by the instance', () => {
  cutCalls(async () => {
    const path = await temporaryFolder();
    return { open: () => lmdbStorage({ path }), openOwn: (open) => (own.open = open) };
  }, 13);
});

describe('on LMDB, given by the application', () => {
  cutCalls(
    async () => {
      const path = await temporaryFolder();
      return { open: () => lmdbStorage({ path }) };
    },
    17,
    changing,
  );
});
