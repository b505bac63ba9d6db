import { expect } from 'vitest';
import type { PowerAuthStorage } from '../../../../src/storage/types.ts';
import { keysOf, rejection } from '../../../helpers/storage.ts';

const ONE = Uint8Array.of(1);

/** The error of a storage that cannot be used, the same from every call; it must name the address and no secret. */
export async function redisFailureOf(storage: PowerAuthStorage, address: string): Promise<string> {
  const errors = await Promise.all(
    [
      storage.set('key', ONE),
      storage.get('key'),
      storage.delete('key'),
      storage.update('key', () => ONE),
      storage.lock('lock', async () => 1),
      keysOf(storage),
    ].map(rejection),
  );
  for (const error of errors) {
    expect(error).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
    expect(error.message).toContain(`Cannot open redis storage at ${address}`);
    expect(error.message).toBe(errors[0]?.message);
  }
  return errors[0]?.message ?? '';
}
