import { describe, vi } from 'vitest';
import { temporaryFolder } from '../helpers/storage.ts';
import { overtakenCalls } from './deconfigure.ts';

describe('on LMDB, the default in Node', () => {
  overtakenCalls(async () => {
    vi.stubEnv('XDG_DATA_HOME', await temporaryFolder());
    return {};
  });
});
