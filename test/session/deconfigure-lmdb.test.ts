import { describe, vi } from 'vitest';
import { temporaryFolder } from '../helpers/storage.ts';
import { deconfigureOvertakes } from './deconfigure.ts';

describe('on LMDB, the default in Node', () => {
  deconfigureOvertakes(async () => {
    vi.stubEnv('XDG_DATA_HOME', await temporaryFolder());
  });
});
