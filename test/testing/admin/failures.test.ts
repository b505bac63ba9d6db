/** A state file that cannot be written is no fault of who asks. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { StateFile } from '../../../src/testing/state-file.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { adminServer } from './support.ts';

test('a full disk is a 500 with the reason, and no conflict', async () => {
  const path = join(await temporaryFolder(), 'state');
  const { ask } = await adminServer({ state: path });
  const write = vi.spyOn(StateFile.prototype, 'write').mockImplementation(() => {
    throw Object.assign(new Error(`ENOSPC: no space left on device, write '${path}'`), { code: 'ENOSPC' });
  });
  const { status, body } = await ask('POST', '/activations');
  write.mockRestore();
  expect(status).toBe(500);
  expect(body).toEqual({ error: { code: 'INTERNAL_ERROR', message: 'The request failed (ENOSPC)' } });
});

test('an answer that is too long for a string is an error, and the server goes on', async () => {
  const { ask } = await adminServer();
  const stringify = vi.spyOn(JSON, 'stringify').mockImplementationOnce(() => {
    throw new RangeError('Invalid string length');
  });
  const { status, body } = await ask('GET', '/requests');
  stringify.mockRestore();
  expect([status, body]).toEqual([413, { error: { code: 'TOO_LARGE', message: 'The answer is too long' } }]);
  expect((await ask('GET', '/clock')).status).toBe(200);
});
