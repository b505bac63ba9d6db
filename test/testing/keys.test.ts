/** Keys of a server that its caller has fixed. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/index.ts';
import { startPowerAuthTestServer } from '../../src/testing/index.ts';
import { activated, testServer } from '../helpers/client.ts';
import { rejection, temporaryFolder } from '../helpers/storage.ts';

test('servers with the same keys have the same configuration', async () => {
  const first = await testServer();
  const second = await testServer({ keys: first.keys });
  expect(second.mobileSdkConfig).toBe(first.mobileSdkConfig);
  expect({ ...second.configuration, baseEndpointUrl: '' }).toEqual({
    ...first.configuration,
    baseEndpointUrl: '',
  });
  expect((await testServer()).mobileSdkConfig).not.toBe(first.mobileSdkConfig);
});

test('a client activates with them', async () => {
  const { keys } = await testServer();
  const { server, activationId } = await activated({}, { keys });
  expect(server.activation(activationId)?.state).toBe('ACTIVE');
});

test.each([
  [
    'applicationKey',
    'AAAA',
    'options.keys.applicationKey: expected Base64 of 16 bytes, got a string of 4 characters',
  ],
  [
    'applicationSecret',
    '!',
    'options.keys.applicationSecret: expected Base64 of 16 bytes, got a string of 1 characters',
  ],
  [
    'masterServerPrivateKey',
    Buffer.alloc(32).toString('base64'),
    'options.keys.masterServerPrivateKey: expected a private key of P-256, got a string of 44 characters',
  ],
])('a wrong %s is refused', async (name, value, message) => {
  const { keys } = await testServer();
  const error = await rejection(startPowerAuthTestServer({ keys: { ...keys, [name]: value } }));
  expect(error).toMatchObject({ code: PowerAuthErrorCode.WRONG_PARAMETER, message });
});

test('those of a state file come first, and others are refused', async () => {
  const state = join(await temporaryFolder(), 'state');
  const first = await testServer({ state });
  const { keys } = first;
  await first.close();
  const { keys: others } = await testServer();
  const error = await rejection(startPowerAuthTestServer({ state, keys: others }));
  expect(error.message).toBe(
    'keys: expected those of the state file, got others; leave them out, or name another file',
  );
  expect((await testServer({ state, keys })).keys).toEqual(keys);
});
