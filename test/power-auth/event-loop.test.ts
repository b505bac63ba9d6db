import { expect, test } from 'vitest';
import { PowerAuthAuthentication } from '../../src/index.ts';
import { activated, PASSWORD } from '../helpers/client.ts';

test('the event loop turns on while a password is stretched', async () => {
  // So many that the thread, if it did the work itself, would hold the loop for a hundred turns or more.
  const { powerAuth } = await activated({ keychain: { pbkdf2Iterations: 300_000 } });
  let turns = 0;
  let isDone = false;
  const turn = (): void => {
    turns++;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await powerAuth
    .requestSignature(PowerAuthAuthentication.password(PASSWORD), 'POST', '/pay', '{}')
    .finally(() => (isDone = true));
  expect(turns).toBeGreaterThan(20);
});
