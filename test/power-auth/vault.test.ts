import { createCipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuth,
  type PowerAuthRecoveryActivationData,
} from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { activated, PASSWORD, requestsTo, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { keysOf } from '../helpers/storage.ts';
import { NO_NUMBERS, NO_STRINGS, ODD_TEXTS } from '../helpers/wrong-values.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const WRONG_PASSWORD = PowerAuthAuthentication.password('wrong password');
const REFUSED = error(PowerAuthErrorCode.AUTHENTICATION_ERROR);
const WRONG = error(PowerAuthErrorCode.WRONG_PARAMETER);
const UNLOCK = '/pa/v3/vault/unlock';
const CONFIRM = '/pa/v3/recovery/confirm';
const UNKNOWN_CODE = 'AAAAA-AAAAA-AAAAA-AAAAA';

/** An activation with what it was given to recover it. */
async function recoverable(storage = memoryStorage()): Promise<{
  server: PowerAuthTestServer;
  powerAuth: PowerAuth;
  recovery: PowerAuthRecoveryActivationData;
  activationId: string;
}> {
  const server = await testServer();
  const powerAuth = await testClient(server, { storage });
  const { activationId, activationCode } = server.createActivation();
  const { activationRecovery } = await powerAuth.createActivation(
    PowerAuthActivation.createWithActivationCode(activationCode, 'test'),
  );
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
  server.commitActivation(activationId);
  if (activationRecovery === undefined) throw new Error('the server gave no recovery data');
  return { server, powerAuth, recovery: activationRecovery, activationId };
}

/** What needs the vault or another secret of the server's, by name. */
const CALLS: readonly (readonly [
  string,
  (powerAuth: PowerAuth, authentication: PowerAuthAuthentication) => Promise<unknown>,
])[] = [
  ['fetchEncryptionKey', (powerAuth, authentication) => powerAuth.fetchEncryptionKey(authentication, 1)],
  [
    'signDataWithDevicePrivateKey',
    (powerAuth, authentication) => powerAuth.signDataWithDevicePrivateKey(authentication, 'x'),
  ],
  [
    'signJwtWithDevicePrivateKey',
    (powerAuth, authentication) => powerAuth.signJwtWithDevicePrivateKey(authentication, { sub: 'x' }),
  ],
  ['activationRecoveryData', (powerAuth, authentication) => powerAuth.activationRecoveryData(authentication)],
  [
    'confirmRecoveryCode',
    (powerAuth, authentication) => powerAuth.confirmRecoveryCode(UNKNOWN_CODE, authentication),
  ],
];

describe.each(CALLS)('%s', (name, call) => {
  test('with a wrong password costs one attempt', async () => {
    const { server, powerAuth, activationId } = await recoverable();
    await expect(call(powerAuth, WRONG_PASSWORD)).rejects.toMatchObject(REFUSED);
    expect(server.activation(activationId)?.failCount).toBe(1);
    await powerAuth.validatePassword(PASSWORD);
  });

  test('without the knowledge factor is refused by the server', async () => {
    const { server, powerAuth, activationId } = await recoverable();
    // The vault tells other factors than its own apart from a wrong password.
    const code = name === 'confirmRecoveryCode' ? 'AUTHENTICATION_ERROR' : 'RESPONSE_ERROR';
    await expect(call(powerAuth, POSSESSION)).rejects.toMatchObject(error(code));
    expect(server.activation(activationId)?.failCount).toBe(0);
  });

  test('with a password too short sends nothing', async () => {
    const { server, powerAuth } = await recoverable();
    await expect(call(powerAuth, PowerAuthAuthentication.password('12'))).rejects.toMatchObject(
      error(PowerAuthErrorCode.SIGNATURE_ERROR),
    );
    expect(requestsTo(server, UNLOCK) + requestsTo(server, CONFIRM)).toBe(0);
  });

  test('without an activation, or before its commit', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const missing = error(
      // As in the React Native SDK, which looks for the data first.
      name === 'activationRecoveryData'
        ? PowerAuthErrorCode.INVALID_ACTIVATION_STATE
        : PowerAuthErrorCode.MISSING_ACTIVATION,
    );
    await expect(call(powerAuth, KNOWLEDGE)).rejects.toMatchObject(missing);
    expect(server.requests).toHaveLength(0);
    const { activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    await expect(call(powerAuth, KNOWLEDGE)).rejects.toMatchObject(missing);
    expect(await powerAuth.hasActivationRecoveryData()).toBe(false);
  });

  test('while blocked, and when the server fails', async () => {
    const { server, powerAuth, activationId } = await recoverable();
    server.blockActivation(activationId);
    await expect(call(powerAuth, KNOWLEDGE)).rejects.toMatchObject(REFUSED);
    server.unblockActivation(activationId);
    const path = name === 'confirmRecoveryCode' ? CONFIRM : UNLOCK;
    for (const [fault, code] of [
      [{ dropReply: true }, PowerAuthErrorCode.NETWORK_ERROR],
      [{ status: 500 }, PowerAuthErrorCode.RESPONSE_ERROR],
      [{ body: '{}' }, PowerAuthErrorCode.RESPONSE_ERROR],
      [
        {
          body: `{"encryptedData":"AAAA","mac":"${'A'.repeat(43)}=","nonce":"${'A'.repeat(22)}==","timestamp":1}`,
        },
        PowerAuthErrorCode.ENCRYPTION_ERROR,
      ],
    ] as const) {
      server.faults.add({ path, count: 1, ...fault });
      await expect(call(powerAuth, KNOWLEDGE), JSON.stringify(fault)).rejects.toMatchObject(error(code));
    }
    await powerAuth.validatePassword(PASSWORD);
  });
});

describe('fetchEncryptionKey', () => {
  test('gives one key for one index, and tells the server what for', async () => {
    const { server, powerAuth } = await activated();
    const keys = [];
    for (const index of [1000, 1000, 1001, 0, Number.MAX_SAFE_INTEGER]) {
      keys.push(await powerAuth.fetchEncryptionKey(KNOWLEDGE, index));
    }
    for (const key of keys) expect(Buffer.from(key, 'base64')).toHaveLength(16);
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(4);
    expect(requestsTo(server, UNLOCK)).toBe(5);
    const [request] = server.requests.filter(({ path }) => path === UNLOCK);
    expect(request?.body).not.toContain('FETCH_ENCRYPTION_KEY');
    // Long enough for AES-128.
    createCipheriv('aes-128-gcm', Buffer.from(keys[0] ?? '', 'base64'), Buffer.alloc(12));
  });

  test('survives a change of the password', async () => {
    const { powerAuth } = await activated();
    const before = await powerAuth.fetchEncryptionKey(KNOWLEDGE, 7);
    await powerAuth.changePassword(PASSWORD, 'battery staple');
    expect(await powerAuth.fetchEncryptionKey(PowerAuthAuthentication.password('battery staple'), 7)).toBe(
      before,
    );
  });

  test('takes whole numbers from 0', async () => {
    const { server, powerAuth } = await activated();
    for (const [, value] of [
      ...NO_NUMBERS,
      ...[-1, 0.5, NaN, Infinity, 2 ** 53].map((n) => [String(n), n] as const),
    ]) {
      await expect(powerAuth.fetchEncryptionKey(KNOWLEDGE, value as number)).rejects.toMatchObject(WRONG);
    }
    expect(requestsTo(server, UNLOCK)).toBe(0);
  });
});

describe('signDataWithDevicePrivateKey', () => {
  test('makes signatures that the server takes for this device’s', async () => {
    const { server, powerAuth, activationId } = await activated();
    for (const data of ['', 'Příkaz \u{1F600}', 'x'.repeat(100_000)]) {
      const signature = await powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, data);
      expect(server.verifyDeviceSignature(activationId, data, signature)).toBe(true);
      expect(server.verifyDeviceSignature(activationId, `${data} `, signature)).toBe(false);
    }
  });

  test.each(NO_STRINGS)('signs no %s', async (_, value) => {
    const { powerAuth } = await activated();
    await expect(powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, value as string)).rejects.toMatchObject(
      WRONG,
    );
  });

  test('signs bytes in Base64, and nothing else in their place', async () => {
    const { server, powerAuth, activationId } = await activated();
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const data = Buffer.from(bytes).toString('base64');
    const signature = await powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, data, 'BASE64');
    expect(server.verifyDeviceSignature(activationId, bytes, signature)).toBe(true);
    expect(server.verifyDeviceSignature(activationId, data, signature)).toBe(false);
    const asText = await powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, data, 'UTF8');
    expect(server.verifyDeviceSignature(activationId, data, asText)).toBe(true);
    const before = requestsTo(server, UNLOCK);
    for (const invalid of ['x', 'AAA', 'AAAB=', 'AA==\n', 'AA-_'])
      await expect(
        powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, invalid, 'BASE64'),
        invalid,
      ).rejects.toMatchObject(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /^data: expected Base64, got a string/),
      );
    expect(requestsTo(server, UNLOCK)).toBe(before);
  });
});

describe('signJwtWithDevicePrivateKey', () => {
  const CLAIMS = { sub: '1234567890', name: 'Jana Nováková', admin: true, nested: { list: [1, null] } };

  test('makes a JWT that any library verifies, with the claims as they are', async () => {
    const { server, powerAuth, activationId } = await activated();
    const jwt = await powerAuth.signJwtWithDevicePrivateKey(KNOWLEDGE, CLAIMS);
    const [header = '', claims = '', signature = '', ...rest] = jwt.split('.');
    expect(rest).toEqual([]);
    // The native SDKs' header, to the letter.
    expect(header).toBe('eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual(CLAIMS);
    expect(jwt).not.toMatch(/[=+/]/);
    expect(Buffer.from(signature, 'base64url')).toHaveLength(64);
    const signed = `${header}.${claims}`;
    expect(server.verifyDeviceSignature(activationId, signed, signature, 'JOSE')).toBe(true);
    expect(server.verifyDeviceSignature(activationId, `${signed}A`, signature, 'JOSE')).toBe(false);
  });

  test('takes the claims as they were when it was called', async () => {
    const { powerAuth } = await activated();
    const claims = { amount: 100 };
    const signing = powerAuth.signJwtWithDevicePrivateKey(KNOWLEDGE, claims);
    claims.amount = 999;
    const [, signed = ''] = (await signing).split('.');
    expect(Buffer.from(signed, 'base64url').toString()).toBe('{"amount":100}');
  });
});

describe('activationRecoveryData', () => {
  test('are those that the activation came with, and nowhere in clear', async () => {
    const storage = memoryStorage();
    const { powerAuth, recovery } = await recoverable(storage);
    expect(await powerAuth.hasActivationRecoveryData()).toBe(true);
    expect(await powerAuth.activationRecoveryData(KNOWLEDGE)).toEqual(recovery);
    for (const key of await keysOf(storage)) {
      const bytes = Buffer.from((await storage.get(key)) ?? []);
      for (const secret of [recovery.recoveryCode, recovery.puk]) expect(bytes.includes(secret)).toBe(false);
    }
    await powerAuth.removeActivationLocal();
    expect(await powerAuth.hasActivationRecoveryData()).toBe(false);
  });

  test('are none where the server gave none', async () => {
    const server = await testServer({ activationRecovery: false });
    const powerAuth = await testClient(server);
    const { activationId, activationCode } = server.createActivation();
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
    expect(await powerAuth.createActivation(activation)).not.toHaveProperty('activationRecovery');
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    server.commitActivation(activationId);
    expect(await powerAuth.hasActivationRecoveryData()).toBe(false);
    await expect(powerAuth.activationRecoveryData(KNOWLEDGE)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_ACTIVATION_STATE),
    );
    expect(requestsTo(server, UNLOCK)).toBe(0);
  });
});

describe('confirmRecoveryCode', () => {
  test('makes a postcard’s code good, and tells whether it was before', async () => {
    const { server, powerAuth, recovery } = await recoverable();
    const { recoveryCode, puks } = server.createRecoveryCode();
    const other = await testClient(server);
    const recover = () =>
      other.createActivation(
        PowerAuthActivation.createWithRecoveryCode(recoveryCode, puks[0]?.puk ?? '', 'test'),
      );
    await expect(recover()).rejects.toMatchObject(error(PowerAuthErrorCode.RESPONSE_ERROR));
    expect(await powerAuth.confirmRecoveryCode(`R:${recoveryCode}`, KNOWLEDGE)).toEqual({
      alreadyConfirmed: false,
    });
    expect(await powerAuth.confirmRecoveryCode(recoveryCode, KNOWLEDGE)).toEqual({ alreadyConfirmed: true });
    expect(await powerAuth.confirmRecoveryCode(recovery.recoveryCode, KNOWLEDGE)).toEqual({
      alreadyConfirmed: true,
    });
    await recover();
  });

  test('does not confirm what is another user’s, revoked or unknown', async () => {
    const { server, powerAuth, activationId } = await recoverable();
    const foreign = server.createRecoveryCode({ userId: 'bob' }).recoveryCode;
    const revoked = server.createRecoveryCode().recoveryCode;
    server.revokeRecoveryCode(revoked);
    for (const code of [foreign, revoked, UNKNOWN_CODE]) {
      await expect(powerAuth.confirmRecoveryCode(code, KNOWLEDGE)).rejects.toMatchObject(
        error(PowerAuthErrorCode.AUTHENTICATION_ERROR, /recovery code/),
      );
    }
    expect(server.activation(activationId)?.failCount).toBe(0);
  });

  test('takes a well-formed code', async () => {
    const { server, powerAuth } = await activated();
    for (const code of [...ODD_TEXTS, 'R:', 'VVVVV-VVVVV-VVVVV-VTFVB', `${UNKNOWN_CODE}#AAAA`]) {
      await expect(powerAuth.confirmRecoveryCode(code, KNOWLEDGE)).rejects.toMatchObject(
        error(PowerAuthErrorCode.INVALID_RECOVERY_CODE),
      );
    }
    for (const [, value] of NO_STRINGS) {
      await expect(powerAuth.confirmRecoveryCode(value as string, KNOWLEDGE)).rejects.toMatchObject(WRONG);
    }
    expect(requestsTo(server, CONFIRM)).toBe(0);
  });
});
