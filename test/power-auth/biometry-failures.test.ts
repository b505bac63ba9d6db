/** What goes wrong with the biometry factor, in the runtime, with the user, in the storage. */
import { describe, expect, test } from 'vitest';
import {
  PowerAuthError,
  PowerAuthErrorCode,
  type PowerAuth,
  type PowerAuthBiometryProvider,
} from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { accepted, biometry, PROMPT, testBiometry, withFactor } from '../helpers/biometry.ts';
import { activated, PASSWORD, testClient } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { rejection, storageLike } from '../helpers/storage.ts';

describe('without biometry', () => {
  const calls: readonly (readonly [string, (powerAuth: PowerAuth) => Promise<unknown>])[] = [
    ['addBiometryFactor', (powerAuth) => powerAuth.addBiometryFactor(PASSWORD, PROMPT)],
    ['requestSignature', (powerAuth) => powerAuth.requestSignature(biometry(), 'POST', '/x')],
    ['requestAccessToken', (powerAuth) => powerAuth.tokenStore.requestAccessToken('x', biometry())],
    [
      'groupedBiometricAuthentication',
      (powerAuth) => powerAuth.groupedBiometricAuthentication(biometry(), async () => undefined),
    ],
  ];

  test('in the runtime, as in Node: BIOMETRY_NOT_SUPPORTED, and nothing is sent', async () => {
    const { server, powerAuth } = await activated();
    expect(await powerAuth.getBiometryInfo()).toEqual({
      isAvailable: false,
      biometryType: 'NONE',
      canAuthenticate: 'NOT_SUPPORTED',
    });
    const { length } = server.requests;
    for (const [name, call] of calls) {
      await expect(call(powerAuth), name).rejects.toMatchObject(
        error(PowerAuthErrorCode.BIOMETRY_NOT_SUPPORTED),
      );
    }
    expect(server.requests).toHaveLength(length);
    expect(await powerAuth.hasBiometryFactor()).toBe(false);
  });

  test.each([
    ['NOT_SUPPORTED', 'BIOMETRY_NOT_SUPPORTED'],
    ['NOT_ENROLLED', 'BIOMETRY_NOT_ENROLLED'],
    ['NOT_AVAILABLE', 'BIOMETRY_NOT_AVAILABLE'],
    ['LOCKOUT', 'BIOMETRY_LOCKOUT'],
    ['a state of tomorrow', 'BIOMETRY_NOT_AVAILABLE'],
  ] as const)('on the device, %s: %s, and nobody is asked', async (canAuthenticate, code) => {
    const client = await withFactor();
    const { server, powerAuth, user } = client;
    user.info = { ...user.info, isAvailable: false, canAuthenticate: canAuthenticate as 'LOCKOUT' };
    expect(await powerAuth.getBiometryInfo()).toEqual(user.info);
    const { length } = server.requests;
    for (const [name, call] of calls) {
      await expect(call(powerAuth), name).rejects.toMatchObject(error(PowerAuthErrorCode[code]));
    }
    expect(server.requests).toHaveLength(length);
    expect(user.asked).toEqual([]);
    user.info = { ...user.info, canAuthenticate: 'OK' };
    await accepted(client);
  });
});

describe('what goes wrong changes nothing', () => {
  test('a wrong password costs one attempt, and nobody is asked', async () => {
    const client = await withFactor();
    const { server, powerAuth, activationId, user } = client;
    await expect(powerAuth.addBiometryFactor('wrong password')).rejects.toMatchObject(
      error(PowerAuthErrorCode.AUTHENTICATION_ERROR),
    );
    await expect(powerAuth.addBiometryFactor('123')).rejects.toMatchObject(
      error(PowerAuthErrorCode.SIGNATURE_ERROR),
    );
    expect(server.activation(activationId)?.failCount).toBe(1);
    expect(user.asked).toEqual([]);
    await accepted(client);
  });

  const thrown = (code: PowerAuthErrorCode) => () => {
    throw new PowerAuthError(undefined, 'by the platform', code);
  };
  const CANCELLED = () => false;
  test.each([
    ['a user who cancels', CANCELLED, 'BIOMETRY_CANCEL'],
    ['a user who takes the other way', thrown('BIOMETRY_FALLBACK'), 'BIOMETRY_FALLBACK'],
    ['somebody else', thrown('BIOMETRY_NOT_RECOGNIZED'), 'BIOMETRY_NOT_RECOGNIZED'],
    ['too many failures', thrown('BIOMETRY_LOCKOUT'), 'BIOMETRY_LOCKOUT'],
    ['a platform that fails', thrown('NETWORK_ERROR'), 'BIOMETRY_FAILED'],
    ['a platform that breaks', () => Promise.reject(new RangeError('broken')), 'BIOMETRY_FAILED'],
  ] as const)('%s', async (_, answer, code) => {
    const client = await withFactor();
    const { server, powerAuth, activationId, user } = client;
    const counter = server.activation(activationId)?.counter;
    user.answer = answer;
    const failed = error(PowerAuthErrorCode[code]);
    const signed = rejection(powerAuth.requestSignature(biometry(), 'POST', '/x'));
    expect(await signed).toMatchObject(failed);
    if (code === 'BIOMETRY_FAILED') expect((await signed).cause).toBeInstanceOf(Error);
    await expect(powerAuth.tokenStore.requestAccessToken('x', biometry())).rejects.toMatchObject(failed);
    await expect(powerAuth.removeActivationWithAuthentication(biometry())).rejects.toMatchObject(failed);
    expect(server.activation(activationId)).toMatchObject({ counter, failCount: 0, state: 'ACTIVE' });
    // The vault was unlocked; the former factor stays.
    await expect(powerAuth.addBiometryFactor(PASSWORD)).rejects.toMatchObject(failed);
    expect(user.removed).toEqual([]);
    user.answer = () => true;
    await accepted(client);
  });

  test('another secret than the factor was made with: BIOMETRY_FAILED here, no attempt there', async () => {
    const storage = memoryStorage();
    const { server, powerAuth, activationId } = await withFactor({ instanceId: 'other secret', storage });
    await powerAuth.deconfigure();
    const { biometry: otherKey } = testBiometry();
    const other = await testClient(server, { instanceId: 'other secret', storage, biometry: otherKey });
    const { length } = server.requests;
    await expect(other.requestSignature(biometry(), 'POST', '/x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_FAILED, /remove the factor and add it again/),
    );
    expect(server.requests).toHaveLength(length);
    expect(server.activation(activationId)?.failCount).toBe(0);
  });

  test('another kind of provider: BIOMETRY_NOT_CONFIGURED, until it is set up through this one', async () => {
    const storage = memoryStorage();
    const { server, powerAuth, activationId } = await withFactor({ instanceId: 'other kind', storage });
    await powerAuth.deconfigure();
    const user = testBiometry();
    const provider: PowerAuthBiometryProvider = { ...user.provider, name: 'other' };
    const other = await testClient(server, { instanceId: 'other kind', storage, biometry: { provider } });
    expect(await other.hasBiometryFactor()).toBe(false);
    await expect(other.requestSignature(biometry(), 'POST', '/x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_NOT_CONFIGURED),
    );
    await other.addBiometryFactor(PASSWORD);
    // Its own kind alone is told of secrets.
    expect(user.removed).toEqual([]);
    await accepted({ server, powerAuth: other, activationId, user });
  });

  test.each([
    ['a short secret', { secret: new Uint8Array(31), descriptor: new Uint8Array(1) }],
    ['no secret', { descriptor: new Uint8Array(1) }],
    ['no descriptor', { secret: new Uint8Array(32), descriptor: new Uint8Array(0) }],
    ['a huge descriptor', { secret: new Uint8Array(32), descriptor: new Uint8Array(4097) }],
    ['text', { secret: 'x'.repeat(32), descriptor: 'x' }],
    ['nothing', undefined],
  ])('a provider that makes %s', async (_, made) => {
    const user = testBiometry();
    const provider = { ...user.provider, create: async () => made as never };
    const { powerAuth } = await activated({ biometry: { provider } });
    await expect(powerAuth.addBiometryFactor(PASSWORD)).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_FAILED),
    );
    expect(await powerAuth.hasBiometryFactor()).toBe(false);
  });

  test.each([
    ['a short secret', new Uint8Array(31)],
    ['text', 'x'.repeat(32)],
    ['nothing', undefined],
  ])('a provider that gives %s back', async (_, secret) => {
    const user = testBiometry();
    const provider = { ...user.provider, authenticate: async () => secret as never };
    const { powerAuth } = await activated({ biometry: { provider } });
    await powerAuth.addBiometryFactor(PASSWORD);
    await expect(powerAuth.requestSignature(biometry(), 'POST', '/x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_FAILED),
    );
  });

  test('a storage that is full when the factor is added: the former one stays, the new secret goes', async () => {
    const base = memoryStorage();
    let full = false;
    const storage = storageLike(base, {
      update: (key, change) => {
        if (full) throw new PowerAuthError(undefined, 'disk full', PowerAuthErrorCode.UNKNOWN_ERROR);
        return base.update(key, change);
      },
    });
    const client = await withFactor({ storage });
    client.user.answer = () => (full = true);
    await expect(client.powerAuth.addBiometryFactor(PASSWORD)).rejects.toThrow('disk full');
    expect(client.user.removed).toHaveLength(1);
    full = false;
    client.user.answer = () => true;
    await accepted(client);
  });
});
