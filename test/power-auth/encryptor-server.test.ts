/** Encrypted requests at a server, and encryptors without an activation or a configuration. */
import { describe, expect, test } from 'vitest';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuthCryptogram,
  type PowerAuthEncryptor,
} from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { activated, activate, PASSWORD, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { send } from './encryption.ts';

describe('without an activation', () => {
  test('an application encrypts, an activation does not', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const [application, activation] = [
      powerAuth.getEncryptorForApplicationScope(),
      powerAuth.getEncryptorForActivationScope(),
    ];
    const missing = error(PowerAuthErrorCode.MISSING_ACTIVATION);
    expect(await application.canEncryptRequest()).toBe(true);
    expect(await activation.canEncryptRequest()).toBe(false);
    await expect(activation.encryptRequest('{}')).rejects.toMatchObject(missing);
    const encrypted = await application.encryptRequest('{}');
    expect(
      await encrypted.decryptor.decryptResponse(await send(server, '/api/encrypted/application', encrypted)),
    ).toBe('{}');

    const { activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    expect(await activation.canEncryptRequest(), 'before its commit').toBe(false);
    await expect(activation.encryptRequest('{}')).rejects.toMatchObject(missing);
  });

  test('a decryptor of the removed one decrypts nothing, nor with the next one', async () => {
    const { server, powerAuth } = await activated();
    const encryptor = powerAuth.getEncryptorForActivationScope();
    const encrypted = await encryptor.encryptRequest('x');
    const answer = await send(server, '/api/encrypted/activation', encrypted);
    await powerAuth.removeActivationLocal();
    expect(await encryptor.canEncryptRequest()).toBe(false);
    const refuse = async () => {
      expect(await encrypted.decryptor.canDecryptResponse()).toBe(false);
      await expect(encrypted.decryptor.decryptResponse(answer)).rejects.toMatchObject(
        error(PowerAuthErrorCode.MISSING_ACTIVATION),
      );
    };
    await refuse();
    await activate(server, powerAuth);
    expect(await encryptor.canEncryptRequest()).toBe(true);
    await refuse();
  });
});

test('before configure an encryptor can be taken, and says no', async () => {
  const powerAuth = new PowerAuth('encryptor-before-configure');
  for (const encryptor of [
    powerAuth.getEncryptorForApplicationScope(),
    powerAuth.getEncryptorForActivationScope(),
  ]) {
    expect(await encryptor.canEncryptRequest()).toBe(false);
    await expect(encryptor.encryptRequest('x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED),
    );
  }
});

test('configured for http:// without permission an application encryptor exists, and sends nothing', async () => {
  const { server, powerAuth } = await activated({ instanceId: 'encryptor-http' });
  const encryptor: PowerAuthEncryptor = powerAuth.getEncryptorForApplicationScope();
  const { configuration } = powerAuth;
  await powerAuth.deconfigure();
  if (configuration === undefined) throw new Error('no configuration');
  const { length } = server.requests;
  await powerAuth.configure(configuration, undefined, undefined, { storage: memoryStorage() });
  expect(await encryptor.canEncryptRequest()).toBe(true);
  await expect(encryptor.encryptRequest('x')).rejects.toMatchObject(
    error(PowerAuthErrorCode.NETWORK_ERROR, /enableUnsecureTraffic/),
  );
  expect(server.requests).toHaveLength(length);
});

describe('a server', () => {
  test('tells an activation who its user is', async () => {
    const { server, powerAuth } = await activated();
    const encrypted = await powerAuth.getEncryptorForActivationScope().encryptRequest('{}', 'BASE64');
    const answer = await send(server, '/pa/v3/user/info', encrypted);
    expect(JSON.parse(await encrypted.decryptor.decryptResponse(answer))).toMatchObject({ sub: 'test-user' });
  });

  test('takes a request that is encrypted, then signed', async () => {
    const { server, powerAuth } = await activated();
    const path = '/api/encrypted/signature';
    const { cryptogram, decryptor } = await powerAuth
      .getEncryptorForActivationScope()
      .encryptRequest('secret');
    const body = JSON.stringify(cryptogram);
    const authentication = PowerAuthAuthentication.password(PASSWORD);
    const { key, value } = await powerAuth.requestSignature(authentication, 'POST', path, body);
    const response = await fetch(server.baseUrl + path, { method: 'POST', headers: { [key]: value }, body });
    expect(response.status).toBe(200);
    expect(await decryptor.decryptResponse((await response.json()) as PowerAuthCryptogram)).toBe('secret');
  });

  test('refuses what was sent before, is in another scope, or comes without its header', async () => {
    const { server, powerAuth } = await activated();
    const application = await powerAuth.getEncryptorForApplicationScope().encryptRequest('x');
    const activation = await powerAuth.getEncryptorForActivationScope().encryptRequest('x');
    await send(server, '/api/encrypted/application', application);
    await expect(send(server, '/api/encrypted/application', application)).rejects.toThrow('HTTP 500');
    await expect(send(server, '/api/encrypted/application', activation)).rejects.toThrow('HTTP 500');
    const headerless = { ...activation, header: { key: 'X-Other', value: 'x' } };
    await expect(send(server, '/api/encrypted/activation', headerless)).rejects.toThrow('HTTP 500');
    await send(server, '/api/encrypted/activation', activation);
  });
});
