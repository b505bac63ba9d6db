/** Vue apps put our objects into reactive state. */
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
} from '../src/index.ts';
import { memoryStorage, MemorySpace } from '../src/storage/memory.ts';
import { sealedStorage } from '../src/storage/sealed.ts';
import { activated, PASSWORD, SEALING_KEY, statusOf, testServer } from './helpers/client.ts';
import { useStorage, wrappers } from './helpers/reactive.ts';
import { testSqliteStore } from './helpers/sqlite.ts';

describe.each(Object.entries(wrappers))('in %s', (name, wrap) => {
  test('storages', async () => {
    await useStorage(wrap(memoryStorage()));
    await useStorage(memoryStorage(wrap(new MemorySpace())));
    await useStorage(wrap((await testSqliteStore()).open()));
    await useStorage(wrap(sealedStorage(wrap(memoryStorage()), SEALING_KEY)));
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
