import { describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthActivationState,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
} from '../../src/index.ts';
import { activated, expectNothingLeft, PASSWORD, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { NO_STRINGS, ODD_TEXTS } from '../helpers/wrong-values.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const COMMIT = PowerAuthAuthentication.commitWithPassword(PASSWORD);

describe('an activation', () => {
  test('goes through its states', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    expect(await powerAuth.canStartActivation()).toBe(true);
    expect(await powerAuth.hasValidActivation()).toBe(false);
    expect(await powerAuth.getActivationIdentifier()).toBeUndefined();
    expect(await powerAuth.getActivationFingerprint()).toBeUndefined();
    await expect(powerAuth.fetchActivationStatus()).rejects.toMatchObject(
      error(PowerAuthErrorCode.MISSING_ACTIVATION),
    );

    const { activationId, activationCode } = server.createActivation();
    const result = await powerAuth.createActivation(
      PowerAuthActivation.createWithActivationCode(activationCode, 'test'),
    );
    expect(result.activationFingerprint).toMatch(/^\d{8}$/);
    expect(await powerAuth.hasPendingActivation()).toBe(true);
    expect(await powerAuth.canStartActivation()).toBe(false);
    expect(await powerAuth.hasValidActivation()).toBe(false);
    expect(await powerAuth.getActivationIdentifier()).toBe(activationId);
    await expect(powerAuth.fetchActivationStatus()).rejects.toMatchObject(
      error(PowerAuthErrorCode.PENDING_ACTIVATION),
    );
    await expect(powerAuth.requestSignature(POSSESSION, 'POST', '/x')).rejects.toMatchObject(
      error(PowerAuthErrorCode.MISSING_ACTIVATION, /not committed/),
    );

    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    expect(await powerAuth.hasValidActivation()).toBe(true);
    expect(await powerAuth.hasPendingActivation()).toBe(false);
    expect(await powerAuth.getActivationFingerprint()).toBe(result.activationFingerprint);
    if (server.activation(activationId)?.state === PowerAuthActivationState.PENDING_COMMIT) {
      expect((await powerAuth.fetchActivationStatus()).state).toBe(PowerAuthActivationState.PENDING_COMMIT);
      server.commitActivation(activationId);
    }
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({
      state: PowerAuthActivationState.ACTIVE,
      failCount: 0,
      maxFailCount: 5,
      remainingAttempts: 5,
    });
    server.blockActivation(activationId);
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'BLOCKED', remainingAttempts: 0 });
    server.unblockActivation(activationId);
    expect((await powerAuth.fetchActivationStatus()).state).toBe('ACTIVE');
    await powerAuth.removeActivationWithAuthentication(KNOWLEDGE);
    expect(server.activation(activationId)?.state).toBe('REMOVED');
    expect(await powerAuth.canStartActivation()).toBe(true);
  });

  test('is not created if there is one, or one is in progress', async () => {
    const { server, powerAuth } = await activated();
    const { activationCode } = server.createActivation();
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
    const already = error(PowerAuthErrorCode.INVALID_ACTIVATION_STATE);
    await expect(powerAuth.createActivation(activation)).rejects.toMatchObject(already);

    const other = await testClient(server);
    const first = other.createActivation(activation);
    await expect(other.createActivation(activation)).rejects.toMatchObject(already);
    await first;
    await expect(other.createActivation(activation)).rejects.toMatchObject(already);
    await other.removeActivationLocal();
    expect(await other.canStartActivation()).toBe(true);
  });

  test('is not committed twice, nor without one', async () => {
    const { powerAuth } = await activated();
    await expect(
      powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD)),
    ).rejects.toMatchObject(error(PowerAuthErrorCode.INVALID_ACTIVATION_STATE));
  });

  test('with a forged, malformed or unknown code leaves nothing behind', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation();
    const [code = '', signature = ''] = activationCode.split('#');
    const other = (await testServer()).createActivation().activationCode.split('#')[1] ?? '';
    for (const [bad, errorCode] of [
      ['', PowerAuthErrorCode.INVALID_ACTIVATION_CODE],
      ['AAAAA-AAAAA-AAAAA-AAAAB', PowerAuthErrorCode.INVALID_ACTIVATION_CODE],
      [`${code}#${signature}x`, PowerAuthErrorCode.INVALID_ACTIVATION_CODE],
      [`${code}#${other}`, PowerAuthErrorCode.INVALID_ACTIVATION_DATA],
      ['VVVVV-VVVVV-VVVVV-VTFVA', PowerAuthErrorCode.RESPONSE_ERROR],
    ] as const) {
      await expect(
        powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(bad, 'test')),
        bad,
      ).rejects.toMatchObject(error(errorCode));
      expect(await powerAuth.canStartActivation()).toBe(true);
    }
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
  });

  test('needs an activation object', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    for (const [, value] of NO_STRINGS) {
      await expect(powerAuth.createActivation(value as PowerAuthActivation)).rejects.toMatchObject(
        error(PowerAuthErrorCode.INVALID_ACTIVATION_OBJECT),
      );
    }
    expect(server.requests).toHaveLength(0);
  });

  test('with an OTP is active at once', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation({ otp: '123456' });
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
    activation.additionalActivationOtp = '123456';
    await powerAuth.createActivation(activation);
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    expect((await powerAuth.fetchActivationStatus()).state).toBe('ACTIVE');
  });

  test('interrupted on the network can be tried again', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation();
    server.faults.add({ path: '/pa/v3/activation/create', count: 1, dropRequest: true });
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
    await expect(powerAuth.createActivation(activation)).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR),
    );
    expect(await powerAuth.hasPendingActivation()).toBe(false);
    await powerAuth.createActivation(activation);
  });
});

describe('an activation by identity attributes', () => {
  test('is one of the user whom the server finds behind them', async () => {
    const server = await testServer({
      userOfAttributes: ({ login, pin }) => (pin === 1234 ? String(login) : undefined),
      userInfo: (userId) => ({ sub: userId, given_name: 'Alice' }),
    });
    const powerAuth = await testClient(server);
    const wrong = PowerAuthActivation.createWithIdentityAttributes({ login: 'alice', pin: 1 }, 'test');
    await expect(powerAuth.createActivation(wrong)).rejects.toMatchObject({
      ...error(PowerAuthErrorCode.RESPONSE_ERROR),
      errorData: { httpStatusCode: 400, serverResponseCode: 'ERR_ACTIVATION' },
    });
    await expectNothingLeft(powerAuth);

    const activation = PowerAuthActivation.createWithIdentityAttributes(
      { login: 'alice', pin: 1234 },
      'Phone',
    );
    activation.extras = 'EXTRA_FLAGS';
    activation.customAttributes = { primary: true, others: ['a', { b: null }], name: '\u{1F600}' };
    const result = await powerAuth.createActivation(activation);
    expect(result.customAttributes).toEqual(activation.customAttributes);
    expect(result.userInfo).toEqual({ sub: 'alice', given_name: 'Alice' });
    await powerAuth.commitActivation(COMMIT);
    const activationId = (await powerAuth.getActivationIdentifier()) ?? '';
    expect(server.activation(activationId)).toMatchObject({
      userId: 'alice',
      state: 'PENDING_COMMIT',
      activationName: 'Phone',
      extras: 'EXTRA_FLAGS',
      activationFingerprint: result.activationFingerprint,
    });
    expect((await powerAuth.fetchActivationStatus()).state).toBe('PENDING_COMMIT');
    server.commitActivation(activationId);
    await powerAuth.validatePassword(PASSWORD);
  });

  test('copies them when it is called', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const attributes = { username: 'alice' };
    const activation = PowerAuthActivation.createWithIdentityAttributes(attributes, 'test');
    const creating = powerAuth.createActivation(activation);
    attributes.username = 'bob';
    await creating;
    expect(server.activation((await powerAuth.getActivationIdentifier()) ?? '')?.userId).toBe('alice');
  });
});

describe('an activation by recovery code', () => {
  test('is active at once and removes the one that is recovered', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationId, activationCode } = server.createActivation({ userId: 'alice' });
    const { activationRecovery } = await powerAuth.createActivation(
      PowerAuthActivation.createWithActivationCode(activationCode, 'Old phone'),
    );
    const { recoveryCode = '', puk = '' } = activationRecovery ?? {};
    await powerAuth.commitActivation(COMMIT);
    await powerAuth.removeActivationLocal();
    const activation = PowerAuthActivation.createWithRecoveryCode(`R:${recoveryCode}`, puk, 'New phone');
    await expect(powerAuth.createActivation(activation), 'before its commit').rejects.toMatchObject(
      error(PowerAuthErrorCode.RESPONSE_ERROR),
    );
    server.commitActivation(activationId);
    const result = await powerAuth.createActivation(activation);
    expect(result.activationRecovery?.recoveryCode).toMatch(/^[A-Z2-7]{5}(-[A-Z2-7]{5}){3}$/);
    expect(result.activationRecovery?.recoveryCode).not.toBe(recoveryCode);
    await powerAuth.commitActivation(COMMIT);
    expect((await powerAuth.fetchActivationStatus()).state).toBe('ACTIVE');
    expect(server.activation(activationId)?.state).toBe('REMOVED');
    expect(server.recoveryCode(recoveryCode)?.puks[0]?.state).toBe('USED');
    expect(server.activation((await powerAuth.getActivationIdentifier()) ?? '')?.userId).toBe('alice');
    await powerAuth.validatePassword(PASSWORD);
  });

  test('with a wrong PUK tells which one is due, until the code is blocked', async () => {
    const server = await testServer();
    const { recoveryCode, puks } = server.createRecoveryCode({ pukCount: 3, confirmed: true });
    const powerAuth = await testClient(server);
    const recover = (puk = '') =>
      powerAuth.createActivation(PowerAuthActivation.createWithRecoveryCode(recoveryCode, puk, 'test'));
    const refusal = (index: number | undefined) => ({
      ...error(PowerAuthErrorCode.RESPONSE_ERROR),
      errorData: {
        httpStatusCode: 400,
        ...(index === undefined
          ? { serverResponseCode: 'ERR_ACTIVATION' }
          : { serverResponseCode: 'INVALID_RECOVERY_CODE', currentRecoveryPukIndex: index }),
      },
    });
    await recover(puks[0]?.puk);
    await powerAuth.removeActivationLocal();
    for (let i = 1; i <= 4; i++) {
      await expect(recover(puks[2]?.puk)).rejects.toMatchObject(refusal(2));
      await expectNothingLeft(powerAuth);
    }
    const blocked = await recover(puks[2]?.puk).catch((e: unknown) => e);
    expect(blocked).toMatchObject(refusal(undefined));
    expect(blocked).not.toHaveProperty('errorData.currentRecoveryPukIndex');
    expect(server.recoveryCode(recoveryCode)?.state).toBe('BLOCKED');
    await expect(recover(puks[1]?.puk)).rejects.toMatchObject(refusal(undefined));
    await expectNothingLeft(powerAuth);
  });
});

describe('a one-time password', () => {
  const withOtp = (code: string, otp: string) => {
    const activation = PowerAuthActivation.createWithActivationCode(code, 'test');
    activation.additionalActivationOtp = otp;
    return activation;
  };

  test('that is wrong is refused and leaves nothing behind; five of them remove the activation', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationId, activationCode } = server.createActivation({ otp: '123456' });
    for (let i = 1; i <= 5; i++) {
      expect(server.activation(activationId)?.state).toBe('CREATED');
      await expect(powerAuth.createActivation(withOtp(activationCode, '000000'))).rejects.toMatchObject(
        error(PowerAuthErrorCode.RESPONSE_ERROR),
      );
      await expectNothingLeft(powerAuth);
    }
    expect(server.activation(activationId)?.state).toBe('REMOVED');
    await expect(powerAuth.createActivation(withOtp(activationCode, '123456'))).rejects.toMatchObject(
      error(PowerAuthErrorCode.RESPONSE_ERROR),
    );
  });

  test('is for activation codes alone, and not empty', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation();
    const custom = PowerAuthActivation.createWithIdentityAttributes({ username: 'alice' }, 'test');
    custom.additionalActivationOtp = '123456';
    for (const activation of [withOtp(activationCode, ''), custom]) {
      await expect(powerAuth.createActivation(activation)).rejects.toMatchObject(
        error(PowerAuthErrorCode.INVALID_ACTIVATION_DATA),
      );
    }
    expect(server.requests).toHaveLength(0);
  });
});

test('odd text in name, extras and attributes arrives as it is, or is refused', async () => {
  const server = await testServer();
  for (const text of ODD_TEXTS.filter((odd) => odd !== '' && odd.length < 1000)) {
    const powerAuth = await testClient(server);
    const activation = PowerAuthActivation.createWithIdentityAttributes({ username: 'alice', text }, text);
    activation.extras = text;
    if (/\p{Surrogate}/u.test(text)) {
      await expect(powerAuth.createActivation(activation)).rejects.toMatchObject(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /expected well-formed text/),
      );
      continue;
    }
    await powerAuth.createActivation(activation);
    const it = server.activation((await powerAuth.getActivationIdentifier()) ?? '');
    expect([it?.activationName, it?.extras]).toEqual([text, text]);
  }
});

describe('a scanned code', () => {
  test('is verified by form and signature', async () => {
    const server = await testServer();
    const stranger = await testServer();
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation();
    const [code = '', signature = ''] = activationCode.split('#');
    const other = stranger.createActivation().activationCode;
    expect(await powerAuth.verifyScannedActivationCode(activationCode)).toBe(true);
    for (const bad of [
      code,
      `${code}#`,
      `#${signature}`,
      other,
      `VVVVV-VVVVV-VVVVV-VTFVA#${signature}`,
      `${code}#${signature}#`,
      `R:${activationCode}`,
      activationCode.toLowerCase(),
      ` ${activationCode}`,
      `${activationCode} `,
      ...ODD_TEXTS,
    ]) {
      expect(await powerAuth.verifyScannedActivationCode(bad), bad.slice(0, 200)).toBe(false);
    }
    expect(server.requests).toHaveLength(0);
  });

  test.each(NO_STRINGS)('is not %s', async (_, value) => {
    const powerAuth = await testClient(await testServer());
    await expect(powerAuth.verifyScannedActivationCode(value as string)).rejects.toMatchObject(
      error(PowerAuthErrorCode.WRONG_PARAMETER),
    );
  });
});

test('there is no operation of another application', async () => {
  const powerAuth = await testClient(await testServer());
  expect(await powerAuth.getExternalPendingOperation()).toBeUndefined();
});
