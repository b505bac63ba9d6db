/** Vue apps put our objects into reactive state. */
import { reactive, readonly, ref } from '@vue/reactivity';
import { describe, expect, onTestFinished, test } from 'vitest';
import { softwareBiometry } from '../src/biometry/software.ts';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthClientConfiguration,
  PowerAuthConfiguration,
  PowerAuthKeychainConfiguration,
  PowerAuthPassword,
  type PowerAuthStorage,
} from '../src/index.ts';
import { memoryStorage, MemorySpace } from '../src/storage/memory.ts';
import { sealedStorage } from '../src/storage/sealed.ts';
import { activated, PASSWORD, SEALING_KEY, statusOf, testServer } from './helpers/client.ts';
import { describeWith } from './helpers/programs.ts';
import { testRedisStore } from './helpers/redis.ts';
import { testSqliteStore } from './helpers/sqlite.ts';
import { keysOf } from './helpers/storage.ts';

/** Ways to hold an object; the last one is of no framework, and hands on what it is asked for. */
const wrappers: Record<string, <T extends object>(object: T) => T> = {
  reactive: (object) => reactive({ held: object }).held as typeof object,
  ref: (object) => ref(object).value as typeof object,
  readonly: (object) => readonly(object) as typeof object,
  'a plain proxy': (object) => new Proxy(object, {}),
};

/** Everything that a storage does. */
async function useStorage(storage: PowerAuthStorage): Promise<void> {
  const changes: unknown[] = [];
  const unsubscribe = storage.subscribe((change) => changes.push(change));
  await storage.set('one', Uint8Array.of(1));
  await storage.update('one', async () => Uint8Array.of(2));
  expect(await storage.get('one')).toEqual(Uint8Array.of(2));
  expect(await keysOf(storage)).toEqual(['one']);
  expect(await storage.lock('name', async ({ signal }) => signal.aborted)).toBe(false);
  await storage.sealingKey?.();
  await storage.delete('one');
  unsubscribe();
  await storage.close();
}

describe.each(Object.entries(wrappers))('in %s', (name, wrap) => {
  test('storages', async () => {
    await useStorage(wrap(memoryStorage()));
    await useStorage(memoryStorage(wrap(new MemorySpace())));
    await useStorage(wrap((await testSqliteStore()).open()));
    await useStorage(wrap(sealedStorage(wrap(memoryStorage()), SEALING_KEY)));
  });

  describeWith('redis', 'with Redis', () => {
    test('its storage', async () => {
      await useStorage(wrap((await testRedisStore()).open()));
    });
  });

  test('passwords', async () => {
    const password = wrap(new PowerAuthPassword(false));
    for (const digit of ['1', '2', '4', '5']) await password.addCharacter(digit);
    await password.insertCharacter('3', 2);
    await password.removeCharacterAt(0);
    await password.removeLastCharacter();
    expect(await password.length()).toBe(3);
    await password.addCharacter('9');
    expect(await password.isEmpty()).toBe(false);
    const same = wrap(new PowerAuthPassword());
    for (const digit of '2349') await same.addCharacter(digit);
    expect(await password.isEqualTo(same)).toBe(true);
    expect(await password.testPinStrength()).toMatchObject({ shouldWarnUserAboutWeakPin: false });
    await password.clear();
    await password.release();
  });

  test('an instance, with all that it takes and gives', async () => {
    const server = await testServer();
    const { applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl } =
      server.configuration;
    const client = new PowerAuthClientConfiguration();
    client.enableUnsecureTraffic = true;
    const storage = wrap(memoryStorage());
    const provider = wrap(softwareBiometry({ key: SEALING_KEY, authenticate: async () => true }));
    const powerAuth = wrap(new PowerAuth(`reactive ${name}`));
    await powerAuth.configure(
      wrap(
        new PowerAuthConfiguration(applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl),
      ),
      wrap(client),
      wrap({ provider }),
      wrap(new PowerAuthKeychainConfiguration({ storage, sealingKey: SEALING_KEY })),
    );
    onTestFinished(async () => {
      await powerAuth.deconfigure();
    });

    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(
      wrap(PowerAuthActivation.createWithActivationCode(activationCode, 'Vue')),
    );
    const password = wrap(new PowerAuthPassword(false));
    for (const character of PASSWORD) await password.addCharacter(character);
    const commit = wrap(
      PowerAuthAuthentication.commitWithPasswordAndBiometry(password, { promptMessage: 'Please' }),
    );
    expect(commit.isActivationCommit).toBe(true);
    await powerAuth.commitActivation(commit);
    server.commitActivation(activationId);

    const biometry = wrap(PowerAuthAuthentication.biometry({ promptMessage: 'Please' }));
    expect(biometry.isBiometricAuthentication).toBe(true);
    expect(biometry.biometricPrompt).toEqual({ promptMessage: 'Please' });
    const { key, value } = wrap(
      await powerAuth.requestSignature(biometry, 'POST', '/api/protected/signature', ''),
    );
    expect(await statusOf(server, { key, value }, '/api/protected/signature')).toBe(200);
    await expect(powerAuth.requestSignature(biometry, 'POST', '/', '')).rejects.toMatchObject({
      code: 'INVALID_NATIVE_OBJECT',
    });

    const { tokenStore } = powerAuth;
    await wrap(tokenStore).requestAccessToken('T', wrap(PowerAuthAuthentication.password(password)));
    const generator = wrap(await tokenStore.headerGenerator('T'));
    for (const header of [generator.next(), ...generator.nextBatch(2)]) {
      expect(await statusOf(server, { key: generator.key, value: header })).toBe(200);
    }
    generator.release();
    expect(() => generator.next()).toThrow('released');

    const encryptor = wrap(powerAuth.getEncryptorForActivationScope());
    const { cryptogram, header, decryptor } = wrap(await encryptor.encryptRequest('hello'));
    const response = await fetch(`${server.baseUrl}/api/encrypted/activation`, {
      method: 'POST',
      headers: { [header.key]: header.value, 'content-type': 'application/json' },
      body: JSON.stringify(cryptogram),
    });
    const held = wrap(decryptor);
    expect(await held.canDecryptResponse()).toBe(true);
    expect(await held.decryptResponse((await response.json()) as never)).toBe('hello');
    await held.release();
    await powerAuth.removeActivationLocal();
  });
});

test('an object that throws when it is read is refused as any other', async () => {
  const { powerAuth } = await activated();
  const hostile = new Proxy(new PowerAuthPassword(), {
    get: () => {
      throw new Error('hostile');
    },
  });
  await expect(powerAuth.validatePassword(hostile)).rejects.toMatchObject({ code: 'WRONG_PARAMETER' });
});
