/** None of our objects prints a secret, however it is printed. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reactive } from '@vue/reactivity';
import { describe, expect, test } from 'vitest';
import { softwareBiometry } from '../src/biometry/software.ts';
import { webAuthnBiometry } from '../src/biometry/webauthn.ts';
import { powerAuthFetch } from '../src/fetch.ts';
import {
  buildBiometryConfiguration,
  buildClientConfiguration,
  buildConfiguration,
  buildKeychainConfiguration,
  buildSharingConfiguration,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthBiometryConfiguration,
  PowerAuthClientConfiguration,
  PowerAuthConfiguration,
  PowerAuthKeychainConfiguration,
  PowerAuthPassword,
  PowerAuthSharingConfiguration,
} from '../src/index.ts';
import { buildActivation } from '../src/model/power-auth-activation.ts';
import { importSealingKey, sealedStorage } from '../src/storage/sealed.ts';
import { localforageStorage } from '../src/storage/localforage.ts';
import { MemorySpace, memoryStorage } from '../src/storage/memory.ts';
import { postgresStorage } from '../src/storage/postgres.ts';
import { redisStorage } from '../src/storage/redis.ts';
import { sqliteStorage } from '../src/storage/sqlite.ts';
import { PowerAuthTokens } from '../src/tokens.ts';
import { activate, PASSWORD, testClient, testServer } from './helpers/client.ts';
import { printed } from './helpers/printing.ts';
import { root } from './system/package/support.ts';

/** Text in whose place a secret stands. */
const TEXT = 'geheim7Q';
/** Bytes in whose place a key stands, and how anything would print them. */
const BYTE = 0xab;
const KEY = new Uint8Array(32).fill(BYTE);
const KEY_PRINTED = /(\b171\b\D+(\d+\D+)?){4}|(ab[ ,]?){8}|q6urq6ur/i;

const CREDENTIALS = {
  customHttpHeaders: [{ name: 'X-Api-Key', value: TEXT }],
  basicHttpAuthentication: { username: `user-${TEXT}`, password: TEXT },
};
const PROMPT = { promptMessage: 'Please' };

/** A client that holds all secrets, and everything that it hands out. */
async function client() {
  const server = await testServer();
  const provider = softwareBiometry({ key: KEY });
  const powerAuth = await testClient(server, {
    sealingKey: KEY,
    client: CREDENTIALS,
    biometry: { provider },
  });
  await activate(server, powerAuth);
  await powerAuth.tokenStore.requestAccessToken('token', PowerAuthAuthentication.possession());
  return { server, powerAuth };
}

async function typed(): Promise<PowerAuthPassword> {
  const password = new PowerAuthPassword();
  for (const character of Array.from(TEXT)) await password.addCharacter(character);
  return password;
}

function deprecatedAuthentication(): PowerAuthAuthentication {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- it holds a password as well
  const authentication = new PowerAuthAuthentication(TEXT, PROMPT);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the same
  authentication.userPassword = TEXT;
  return authentication;
}

function activations(): PowerAuthActivation[] {
  const byCode = PowerAuthActivation.createWithActivationCode(TEXT, 'name');
  byCode.additionalActivationOtp = TEXT;
  byCode.customAttributes = { attribute: TEXT };
  const byCode2 = PowerAuthActivation.createWithRecoveryCode(TEXT, TEXT, 'name');
  return [byCode, byCode2, PowerAuthActivation.createWithIdentityAttributes({ password: TEXT }, 'name')];
}

function clientConfiguration(): PowerAuthClientConfiguration {
  return Object.assign(new PowerAuthClientConfiguration(), CREDENTIALS);
}

/** Objects with secrets in them by the export that makes them; a text says why there are none. */
const SAMPLES: Record<string, string | (() => unknown[] | Promise<unknown[]>)> = {
  PowerAuth: async () => {
    const { powerAuth } = await client();
    const { cryptogram, decryptor } = await powerAuth.getEncryptorForActivationScope().encryptRequest(TEXT);
    const generator = await powerAuth.tokenStore.headerGenerator('token');
    let grouped: PowerAuthAuthentication | undefined;
    await powerAuth.addBiometryFactor(PASSWORD, PROMPT);
    const authentication = PowerAuthAuthentication.biometry(PROMPT);
    await powerAuth.groupedBiometricAuthentication(authentication, async (reusable) => {
      grouped = reusable;
    });
    return [
      powerAuth,
      powerAuth.clientConfiguration,
      powerAuth.keychainConfiguration,
      powerAuth.biometryConfiguration,
      powerAuth.sharingConfiguration,
      powerAuth.getEncryptorForActivationScope(),
      cryptogram,
      decryptor,
      generator,
      grouped,
    ];
  },
  PowerAuthTokenStore: async () => {
    const { tokenStore } = (await client()).powerAuth;
    return [tokenStore, await tokenStore.getLocalToken('token')];
  },
  PowerAuthLocalTokenStore: async () => {
    const { tokenStore } = new PowerAuthTokens((await client()).powerAuth.instanceId);
    return [tokenStore, await tokenStore.getLocalToken('token'), await tokenStore.headerGenerator('token')];
  },
  PowerAuthTokens: async () => [new PowerAuthTokens((await client()).powerAuth.instanceId)],
  powerAuthFetch: async () => {
    const { powerAuth } = await client();
    const token = { name: 'token', authentication: () => PowerAuthAuthentication.password(TEXT) };
    return [powerAuthFetch(powerAuth, { origins: ['https://bank.example'], token })];
  },
  PowerAuthPassword: async () => [await typed()],
  PowerAuthAuthentication: async () => [
    PowerAuthAuthentication.password(TEXT),
    PowerAuthAuthentication.password(await typed()),
    PowerAuthAuthentication.commitWithPassword(TEXT),
    PowerAuthAuthentication.commitWithPasswordAndBiometry(TEXT, PROMPT),
    PowerAuthAuthentication.biometry(PROMPT),
    PowerAuthAuthentication.possession(),
    deprecatedAuthentication(),
    new (class Own extends PowerAuthAuthentication {})(TEXT),
  ],
  PowerAuthActivation: activations,
  PowerAuthClientConfiguration: () => [clientConfiguration(), PowerAuthClientConfiguration.default()],
  buildClientConfiguration: () => [
    buildClientConfiguration(CREDENTIALS),
    buildClientConfiguration(clientConfiguration()),
    buildClientConfiguration(buildClientConfiguration(CREDENTIALS)),
  ],
  PowerAuthKeychainConfiguration: async () => [
    new PowerAuthKeychainConfiguration({ sealingKey: KEY, storage: memoryStorage() }),
    new PowerAuthKeychainConfiguration({ sealingKey: await importSealingKey(KEY) }),
  ],
  buildKeychainConfiguration: () => [
    buildKeychainConfiguration({ sealingKey: KEY }),
    buildKeychainConfiguration(new PowerAuthKeychainConfiguration({ sealingKey: KEY })),
  ],
  PowerAuthBiometryConfiguration: () => [
    Object.assign(new PowerAuthBiometryConfiguration(), { provider: softwareBiometry({ key: KEY }) }),
  ],
  buildBiometryConfiguration: () => [
    buildBiometryConfiguration({ provider: softwareBiometry({ key: KEY }) }),
  ],
  PowerAuthConfiguration:
    'the application secret is the same in each copy of an application, and no secret of a user',
  buildConfiguration: 'the same',
  PowerAuthSharingConfiguration: 'names',
  buildSharingConfiguration: 'names',
  PowerAuthActivationCodeUtil: 'static methods that return what the application gave, in order to show it',
  PowerAuthDebug: 'static methods that return nothing',
  setTokenCacheCapacity: 'returns nothing',
  PowerAuthPassphraseMeter: 'a static method that returns what is wrong with a PIN',
  PowerAuthError: 'errors have tests of their own, test/error-codes.test.ts',
  softwareBiometry: () => [softwareBiometry({ key: KEY })],
  webAuthnBiometry: () => [webAuthnBiometry()],
  keyringSealingKey: 'a CryptoKey that nobody can export',
  MemorySpace: async () => {
    const space = new MemorySpace();
    await sealedStorage(memoryStorage(space), KEY).set('key', KEY);
    return [space];
  },
  memoryStorage: async () => {
    const storage = memoryStorage();
    await storage.set('key', KEY);
    const sealed = sealedStorage(storage, KEY);
    await sealed.set('key', KEY);
    return [storage, sealed, await storage.sealingKey?.()];
  },
  listRecords: 'names, and no secret: test/records/list.test.ts looks for them',
  copyRecords: 'numbers of records',
  resealRecords: 'numbers of records',
  sqliteStorage: () => [sqliteStorage({ path: '/nowhere' })],
  checkSqliteStorage: 'findings, which name places in a file',
  localforageStorage: () => [localforageStorage()],
  postgresStorage: () => [postgresStorage({ connectionString: `postgres://user:${TEXT}@localhost:1/bank` })],
  redisStorage: () => [redisStorage({ url: `redis://user:${TEXT}@localhost:1` })],
  startPowerAuthTestServer: 'for tests alone, which want to see everything; see SECURITY.md',
  PowerAuthTestServer: 'the same',
  PowerAuthTestFaults: 'the same',
  testStorageContract: 'returns nothing',
};

/** Everything that the package exports and that makes something. */
async function exportedNames(): Promise<string[]> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { default?: string } | string>;
  };
  const files = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [] : (target.default ?? []),
  );
  const modules = await Promise.all(
    files.map(async (file) => {
      const source = file.replace('./dist/', '../src/').replace(/\.js$/, '.ts');
      return Object.entries((await import(/* @vite-ignore */ source)) as Record<string, unknown>);
    }),
  );
  return modules.flat().flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
}

test('each export that makes something is looked at here', async () => {
  expect(Object.keys(SAMPLES).sort()).toEqual([...new Set(await exportedNames())].sort());
});

describe('nothing is printed of', () => {
  test.each(
    Object.entries(SAMPLES).flatMap(([name, make]) =>
      typeof make === 'string' ? [] : [[name, make] as const],
    ),
  )('%s', async (_, make) => {
    for (const [i, sample] of (await make()).entries()) {
      for (const [means, text] of Object.entries(printed(sample))) {
        expect(text, `${means}, object ${i}`).not.toContain(TEXT);
        expect(text, `${means}, object ${i}`).not.toContain(PASSWORD);
        expect(KEY_PRINTED.exec(text)?.[0], `${means}, object ${i}`).toBeUndefined();
      }
    }
  });
});

test('these ways of printing do print a secret that is not hidden', () => {
  class Careless {
    readonly #secret = TEXT;
    get secret(): string {
      return this.#secret;
    }
  }
  const texts = Object.values(printed({ secret: TEXT, key: KEY })).filter((text) => text.includes(TEXT));
  expect(texts).toHaveLength(Object.keys(printed({})).length - 1); // all but String
  expect(Object.entries(printed({ key: KEY })).some(([, text]) => KEY_PRINTED.test(text))).toBe(true);
  expect(Object.entries(printed(new Careless())).filter(([, text]) => text.includes(TEXT))).not.toEqual([]);
});

describe('but the members are there, to be read and set', () => {
  test('in an activation, also in one behind a proxy', () => {
    const [byCode, byRecoveryCode, byAttributes] = activations();
    expect(byCode?.activationCode).toBe(TEXT);
    expect(byCode?.additionalActivationOtp).toBe(TEXT);
    expect(byCode?.recoveryPuk).toBeUndefined();
    expect([byRecoveryCode?.recoveryCode, byRecoveryCode?.recoveryPuk]).toEqual([TEXT, TEXT]);
    expect(byAttributes?.identityAttributes).toEqual({ password: TEXT });
    const activation = reactive(
      PowerAuthActivation.createWithActivationCode('VVVVV-VVVVV-VVVVV-VTFVA', 'name'),
    );
    activation.additionalActivationOtp = '1234';
    expect(buildActivation(activation)).toMatchObject({
      proof: { type: 'CODE', code: { activationCode: 'VVVVV-VVVVV-VVVVV-VTFVA' } },
      activationOtp: '1234',
    });
  });

  test('in configurations', () => {
    for (const configuration of [clientConfiguration(), buildClientConfiguration(clientConfiguration())]) {
      expect(configuration.basicHttpAuthentication).toEqual(CREDENTIALS.basicHttpAuthentication);
      expect(configuration.customHttpHeaders).toEqual(CREDENTIALS.customHttpHeaders);
    }
    expect(new PowerAuthClientConfiguration().customHttpHeaders).toBeNull();
    expect(PowerAuthClientConfiguration.default().basicHttpAuthentication).toBeNull();
    expect(buildKeychainConfiguration({ sealingKey: KEY }).sealingKey).toBe(KEY);
    expect(new PowerAuthKeychainConfiguration({ sealingKey: KEY }).sealingKey).toBe(KEY);
    expect(Object.isFrozen(buildClientConfiguration(CREDENTIALS))).toBe(true);
  });

  test('in a client configuration, where they are null until they are set', () => {
    const client = new PowerAuthClientConfiguration();
    expect(JSON.stringify(client)).toContain('"customHttpHeaders":null,"basicHttpAuthentication":null');
    client.basicHttpAuthentication = null;
    client.basicHttpAuthentication = CREDENTIALS.basicHttpAuthentication;
    expect(client.basicHttpAuthentication).toBe(CREDENTIALS.basicHttpAuthentication);
    client.basicHttpAuthentication = null;
    expect(client.basicHttpAuthentication).toBeNull();
    expect(buildClientConfiguration(client).basicHttpAuthentication).toBeNull();
  });

  test('in an authentication', () => {
    expect(PowerAuthAuthentication.password(TEXT).password).toBe(TEXT);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- it holds a password as well
    expect(deprecatedAuthentication().userPassword).toBe(TEXT);
  });
});

test('what has no secret is printed as ever', () => {
  const configuration = new PowerAuthConfiguration('key', 'secret', 'public', 'https://bank.example');
  expect(JSON.parse(JSON.stringify(configuration))).toEqual(
    Object.fromEntries(Object.entries(configuration)),
  );
  expect(JSON.stringify(new PowerAuthSharingConfiguration('a', 'b', 'c'))).toContain('"appGroup":"a"');
  expect(buildSharingConfiguration).toBeTypeOf('function');
  expect(buildConfiguration).toBeTypeOf('function');
  expect(JSON.stringify(buildClientConfiguration({ readTimeout: 5 }))).toContain('"readTimeout":5');
  expect(JSON.stringify(activations()[0])).toBe('{"activationName":"name"}');
});
