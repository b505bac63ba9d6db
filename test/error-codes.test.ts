/**
 * Every code of PowerAuthError: either something real provokes it here, through the public API, or it never occurs. Both
 * lists are held against each other, against the sources, and against docs/errors.md.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from './helpers/free-port.mjs';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthActivationCodeUtil,
  PowerAuthAuthentication,
  PowerAuthError,
  PowerAuthErrorCode,
  PowerAuthSignatureKeyId,
  type PowerAuthBiometryInfo,
} from '../src/index.ts';
import { testBiometry, type TestBiometry } from './helpers/biometry.ts';
import { activated, PASSWORD, requestsTo, testClient, testServer } from './helpers/client.ts';
import { error } from './helpers/error.ts';
import { testSqliteStorage } from './helpers/sqlite.ts';
import { keysOf, rejection, temporaryFolder } from './helpers/storage.ts';
import { root } from './system/package/support.ts';

const STATUS = '/pa/v3/activation/status';
const POSSESSION = PowerAuthAuthentication.possession();
const biometry = () => PowerAuthAuthentication.biometry({ promptMessage: 'Please approve' });
const sign = (powerAuth: PowerAuth, authentication: PowerAuthAuthentication): Promise<unknown> =>
  powerAuth.requestSignature(authentication, 'POST', '/x');

/** Signs with the biometry factor, after `before` has told user or platform what to do. */
async function signBiometrically(before: (user: TestBiometry) => void): Promise<unknown> {
  const user = testBiometry();
  const { powerAuth } = await activated({ biometry: user.biometry });
  await powerAuth.addBiometryFactor(PASSWORD);
  before(user);
  return sign(powerAuth, biometry());
}

/** A platform that says this of itself. */
const platformSays = (canAuthenticate: PowerAuthBiometryInfo['canAuthenticate']) => () =>
  signBiometrically((user) => {
    user.info = { ...user.info, canAuthenticate };
  });

/** A provider of somebody's own that rejects with this code. */
const providerSays = (code: PowerAuthErrorCode) => () =>
  signBiometrically((user) => {
    user.answer = () => Promise.reject(new PowerAuthError(undefined, 'The platform says so', code));
  });

/** What provokes a code, and what else the error has. */
interface Provocation {
  readonly how: string;
  readonly provoke: () => Promise<unknown>;
  /** Default: no error data, and nothing below. */
  readonly has?: { readonly errorData?: object; readonly cause?: object };
}

/** Codes of the list that nothing here leads to; docs/errors.md says why. */
const NEVER = [
  'SUCCEED',
  'INVALID_ENCRYPTOR',
  'PROTOCOL_UPGRADE',
  'PENDING_PROTOCOL_UPGRADE',
  'WATCH_CONNECTIVITY',
  'EXTERNAL_PENDING_OPERATION',
  'PASSWORD_NOT_SET',
  'TIME_SYNCHRONIZATION',
  'UPGRADE_SDK',
  'OTHER',
] as const satisfies readonly PowerAuthErrorCode[];

const PROVOKED: Record<Exclude<PowerAuthErrorCode, (typeof NEVER)[number]>, Provocation> = {
  NETWORK_ERROR: {
    how: 'a port on which nobody listens',
    provoke: async () => {
      const { configuration } = await testServer();
      // Nobody listens there.
      const baseEndpointUrl = `http://127.0.0.1:${await freePort()}`;
      const powerAuth = await testClient({ configuration: { ...configuration, baseEndpointUrl } });
      return powerAuth.getEncryptorForApplicationScope().encryptRequest('{}');
    },
    has: { cause: expect.any(TypeError) as object },
  },
  AUTHENTICATION_ERROR: {
    how: 'a wrong password',
    provoke: async () => (await activated()).powerAuth.validatePassword('wrong password'),
    has: {
      errorData: expect.objectContaining({
        httpStatusCode: 401,
        serverResponseCode: 'ERR_AUTHENTICATION',
      }) as object,
    },
  },
  RESPONSE_ERROR: {
    how: 'a well-formed activation code that the server does not know',
    provoke: async () => {
      const powerAuth = await testClient(await testServer());
      const code = 'VVVVV-VVVVV-VVVVV-VTFVA';
      return powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'test'));
    },
    has: { errorData: expect.objectContaining({ httpStatusCode: 400 }) as object },
  },
  SIGNATURE_ERROR: {
    how: 'a password of two characters',
    provoke: async () => sign((await activated()).powerAuth, PowerAuthAuthentication.password('12')),
  },
  WRONG_SIGNATURE: {
    how: 'a signature over other data',
    provoke: async () => {
      const { server, powerAuth } = await activated();
      const [code = '', signature = ''] = server.createActivation().activationCode.split('#');
      const data = Buffer.from(`${code} `).toString('base64');
      return powerAuth.verifyDigitalSignature(signature, data, PowerAuthSignatureKeyId.MASTER_EC);
    },
  },
  INVALID_ACTIVATION_STATE: {
    how: 'a second activation',
    provoke: async () => {
      const { server, powerAuth } = await activated();
      const { activationCode } = server.createActivation();
      const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
      return powerAuth.createActivation(activation);
    },
  },
  INVALID_ACTIVATION_DATA: {
    how: 'a bit that fell over in an SQLite store',
    provoke: async () => {
      const storage = testSqliteStorage(await temporaryFolder());
      const { powerAuth } = await activated({ storage });
      for (const key of await keysOf(storage)) {
        const record = (await storage.get(key)) ?? new Uint8Array();
        const last = record.length - 1;
        record[last] = (record[last] ?? 0) ^ 1;
        await storage.set(key, record);
      }
      return sign(powerAuth, POSSESSION);
    },
    has: { cause: expect.any(Error) as object },
  },
  MISSING_ACTIVATION: {
    how: 'a signature without an activation',
    provoke: async () => sign(await testClient(await testServer()), POSSESSION),
  },
  PENDING_ACTIVATION: {
    how: 'the status of an activation that waits for its commit',
    provoke: async () => {
      const server = await testServer();
      const powerAuth = await testClient(server);
      const { activationCode } = server.createActivation();
      await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
      return powerAuth.fetchActivationStatus();
    },
  },
  OPERATION_CANCELED: {
    how: 'an instance that is deconfigured while the server takes its time',
    provoke: async () => {
      const { server, powerAuth } = await activated();
      server.faults.add({ path: STATUS, delay: 60_000 });
      const status = powerAuth.fetchActivationStatus();
      status.catch(() => undefined);
      await expect.poll(() => requestsTo(server, STATUS)).toBe(1);
      await powerAuth.deconfigure();
      return status;
    },
    has: { cause: expect.anything() as object },
  },
  INVALID_ACTIVATION_CODE: {
    how: 'an activation code with a typing error',
    provoke: () => PowerAuthActivationCodeUtil.parseActivationCode('VVVVV-VVVVV-VVVVV-VTFVB'),
  },
  INVALID_TOKEN: {
    how: 'the removal of a token that there is not',
    provoke: async () => (await activated()).powerAuth.tokenStore.removeAccessToken('MyToken'),
  },
  ENCRYPTION_ERROR: {
    how: 'a server whose temporary key another master key has signed',
    provoke: async () => {
      const { masterServerPublicKey } = (await testServer()).configuration;
      const { configuration } = await testServer();
      const powerAuth = await testClient({ configuration: { ...configuration, masterServerPublicKey } });
      return powerAuth.getEncryptorForApplicationScope().encryptRequest('{}');
    },
  },
  WRONG_PARAMETER: {
    how: 'an empty token name',
    provoke: async () => (await activated()).powerAuth.tokenStore.hasLocalToken(''),
  },
  BIOMETRY_CANCEL: {
    how: 'a user who refuses',
    provoke: () =>
      signBiometrically((user) => {
        user.answer = () => false;
      }),
  },
  BIOMETRY_FALLBACK: {
    how: 'a provider whose user takes another way',
    provoke: providerSays(PowerAuthErrorCode.BIOMETRY_FALLBACK),
  },
  BIOMETRY_NOT_SUPPORTED: {
    how: 'Node without a provider',
    provoke: async () => sign((await activated()).powerAuth, biometry()),
  },
  BIOMETRY_NOT_AVAILABLE: {
    how: 'a platform that cannot now',
    provoke: platformSays('NOT_AVAILABLE'),
  },
  BIOMETRY_NOT_CONFIGURED: {
    how: 'an activation without the factor',
    provoke: async () => sign((await activated({ biometry: testBiometry().biometry })).powerAuth, biometry()),
  },
  BIOMETRY_NOT_ENROLLED: {
    how: 'a platform on which the user has set nothing up',
    provoke: platformSays('NOT_ENROLLED'),
  },
  BIOMETRY_LOCKOUT: { how: 'a platform that is locked', provoke: platformSays('LOCKOUT') },
  BIOMETRY_NOT_RECOGNIZED: {
    how: 'a provider that sees somebody else',
    provoke: providerSays(PowerAuthErrorCode.BIOMETRY_NOT_RECOGNIZED),
  },
  INSUFFICIENT_KEYCHAIN_PROTECTION: {
    how: 'a configuration that wants hardware',
    provoke: async () => {
      const { configuration } = await testServer();
      const keychain = { minimalRequiredKeychainProtection: 'HARDWARE' } as const;
      return new PowerAuth('hardware').configure(configuration, undefined, undefined, keychain);
    },
  },
  REACT_NATIVE_ERROR: {
    how: 'a second configure',
    provoke: async () => {
      const { server, powerAuth } = await activated();
      return powerAuth.configure(server.configuration);
    },
  },
  INSTANCE_NOT_CONFIGURED: {
    how: 'a call before configure',
    provoke: () => new PowerAuth('never-configured').hasValidActivation(),
  },
  INVALID_CHARACTER: {
    how: 'a character that is in no code',
    provoke: () => PowerAuthActivationCodeUtil.correctTypedCharacter(0x39),
  },
  INVALID_RECOVERY_CODE: {
    how: 'a recovery code with a typing error',
    provoke: () => PowerAuthActivationCodeUtil.parseRecoveryCode('R:VVVVV-VVVVV-VVVVV-VTFVB'),
  },
  CANNOT_GENERATE_TOKEN: {
    how: 'clocks of the app that go back by decades',
    provoke: async () => {
      let back = 0;
      const clock = { now: () => Date.now() - back, monotonic: () => performance.now() - back };
      const { powerAuth } = await activated({ client: { clock } });
      await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
      back = 2 ** 41;
      return powerAuth.tokenStore.generateHeaderForToken('MyToken');
    },
  },
  LOCAL_TOKEN_NOT_AVAILABLE: {
    how: 'the header of a token that there is not',
    provoke: async () => (await activated()).powerAuth.tokenStore.generateHeaderForToken('MyToken'),
  },
  BIOMETRY_FAILED: {
    how: 'a provider that has another key than the factor was made with',
    provoke: async () => {
      const storage = testSqliteStorage(await temporaryFolder());
      const settings = { storage, instanceId: 'another-key' };
      const { server, powerAuth } = await activated({ ...settings, biometry: testBiometry().biometry });
      await powerAuth.addBiometryFactor(PASSWORD);
      await powerAuth.deconfigure();
      return sign(await testClient(server, { ...settings, biometry: testBiometry().biometry }), biometry());
    },
  },
  INVALID_ACTIVATION_OBJECT: {
    how: 'an activation of invalid identity attributes',
    provoke: async () => {
      const powerAuth = await testClient(await testServer());
      const activation = PowerAuthActivation.createWithIdentityAttributes('alice', 'test');
      return powerAuth.createActivation(activation);
    },
  },
  UNKNOWN_ERROR: {
    how: 'an SQLite store whose path is a file',
    provoke: async () => {
      const path = join(await temporaryFolder(), 'file');
      await writeFile(path, 'not a folder');
      const powerAuth = await testClient(await testServer(), { storage: testSqliteStorage(path) });
      return powerAuth.hasValidActivation();
    },
    has: { cause: expect.any(Error) as object },
  },
  INVALID_NATIVE_OBJECT: {
    how: 'a password object that was used already',
    provoke: async () => {
      const { powerAuth } = await activated();
      const password = powerAuth.createPassword();
      for (const character of PASSWORD) await password.addCharacter(character);
      await powerAuth.validatePassword(password);
      return powerAuth.validatePassword(password);
    },
  },
};

test.each(Object.entries(PROVOKED).map(([code, it]) => [code, it.how, it] as const))(
  '%s comes of %s',
  async (code, _, { provoke, has = {} }) => {
    const thrown = await rejection(provoke());
    expect(thrown).toBeInstanceOf(PowerAuthError);
    expect(thrown).toMatchObject(error(code as PowerAuthErrorCode));
    const { cause } = thrown;
    expect(thrown).toHaveProperty('errorData', has.errorData);
    expect(cause).toEqual(has.cause);
    expect(thrown).toHaveProperty('originalException', cause);
  },
);

const ALL = Object.keys(PowerAuthErrorCode).sort();

test('each code is provoked above, or never occurs', () => {
  expect([...Object.keys(PROVOKED), ...NEVER].sort()).toEqual(ALL);
});

test('no source throws, catches or names a code that never occurs', async () => {
  const files = (await readdir(join(root, 'src'), { recursive: true })).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(100);
  const named = new RegExp(`PowerAuthErrorCode\\.(?:${NEVER.join('|')})\\b`);
  for (const file of files) {
    if (file === 'errors.ts') continue;
    expect(named.exec(await readFile(join(root, 'src', file), 'utf8'))?.[0], file).toBeUndefined();
  }
});

describe('docs/errors.md', async () => {
  const text = await readFile(join(root, 'docs/errors.md'), 'utf8');
  /** The codes that have an entry, by the section that it is in. */
  const entries = text
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const title = section.split('\n')[0] ?? '';
      return [...section.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code = '']) => ({ title, code }));
    });

  test('has one entry for each code', () => {
    expect(entries.map(({ code }) => code).sort()).toEqual(ALL);
  });

  test('lists under "Never here" what never occurs, and nothing else', () => {
    const never = entries.filter(({ title }) => title === 'Never here').map(({ code }) => code);
    expect(never.sort()).toEqual([...NEVER].sort());
  });

  test('names no code that there is not', () => {
    const codes = [...text.matchAll(/\b(?:[A-Z]+_)+[A-Z]+\b/g)].map(([code]) => code);
    // The server's own codes begin so.
    expect(codes.filter((code) => !ALL.includes(code) && !code.startsWith('ERR_'))).toEqual([]);
  });
});
