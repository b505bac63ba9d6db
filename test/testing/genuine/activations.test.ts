/** What a genuine server lets an activation do in each state, and which it doesn't make. */
import { describe, expect, test } from 'vitest';
import { PowerAuthActivation } from '../../../src/index.ts';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../../src/testing/index.ts';
import { authenticationOf, GenuineClient, refusalOf, WRONG_PASSWORD, type Refusal } from './client.ts';
import { SIGNED, INTEGRATION, SERVER, OK, NO_SIGNATURE, NO_ACTIVATION, setStage } from './refusals.ts';

let server: PowerAuthTestServer;
const refuses = setStage((stage) => ({ server } = stage));

describe('an activation that is', () => {
  /** Everything that needs an active one. */
  const calls: Readonly<Record<string, (it: GenuineClient) => Promise<Refusal>>> = {
    signature: (it) => it.sendSigned('possession_biometry', SIGNED),
    token: (it) => it.sendToken('T'),
    vault: (it) => refusalOf(it.powerAuth.fetchEncryptionKey(authenticationOf('possession_knowledge'), 1)),
  };

  test(`blocked may nothing until it is unblocked (${SERVER}: OnlineSignatureServiceBehavior, TokenBehavior)`, async () => {
    const own = await GenuineClient.activated(server);
    await own.powerAuth.tokenStore.requestAccessToken('T', authenticationOf('possession_knowledge'));
    server.blockActivation(own.activationId);
    for (const [name, call] of Object.entries(calls)) expect((await call(own)).status, name).toBe(401);
    expect(await refusalOf(own.powerAuth.getEncryptorForActivationScope().encryptRequest('x'))).toEqual(OK);
    server.unblockActivation(own.activationId);
    for (const [name, call] of Object.entries(calls)) expect(await call(own), name).toEqual(OK);
    await own.powerAuth.deconfigure();
  });

  test(`given five wrong passwords is blocked (${SERVER}: SignatureSharedServiceBehavior)`, async () => {
    const own = await GenuineClient.activated(server, 5);
    for (let i = 1; i <= 5; i++) await refusalOf(own.powerAuth.fetchEncryptionKey(WRONG_PASSWORD, 1));
    expect(server.activation(own.activationId)?.state).toBe('BLOCKED');
    expect(await own.sendSigned('possession_biometry', SIGNED)).toEqual(NO_SIGNATURE);
    await own.powerAuth.deconfigure();
  });

  test(`not committed gets no temporary key (${SERVER}: TemporaryKeyBehavior)`, async () => {
    const own = await GenuineClient.configured(server);
    await own.exchangeKeys();
    expect(await refusalOf(own.powerAuth.getEncryptorForActivationScope().encryptRequest('x'))).toEqual({
      status: 400,
      message: 'POWER_AUTH_TEMPORARY_KEY_FAILURE',
    });
    await own.powerAuth.deconfigure();
  });

  test(`not committed for five minutes is removed (${SERVER}: ActivationServiceBehavior.deactivatePendingActivation)`, async () => {
    const own = await GenuineClient.configured(server);
    await own.exchangeKeys();
    server.clockOffset = 305_000;
    expect(() => server.commitActivation(own.activationId)).toThrow(/REMOVED/);
    await own.powerAuth.deconfigure();
  });
});

describe('an activation is not made', () => {
  const create = async (activation: PowerAuthActivation, at = server): Promise<Refusal> => {
    const own = await GenuineClient.configured(at);
    try {
      return await refusalOf(own.powerAuth.createActivation(activation));
    } finally {
      await own.powerAuth.deconfigure();
    }
  };
  const byCode = (options: { otp?: string; maxFailCount?: number } = {}, otp?: string) => {
    const { activationCode, activationId } = server.createActivation(options);
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
    if (otp !== undefined) activation.additionalActivationOtp = otp;
    return { activation, activationId };
  };
  const activations = `${SERVER}: ActivationServiceBehavior`;

  refuses([
    {
      what: 'with a code that is five minutes old',
      source: `${activations}, activationValidityInMilliseconds`,
      attempt: async () => {
        // A server of its own: the temporary key that other clients share would have expired as well.
        const late = await startPowerAuthTestServer();
        try {
          const { activationCode } = late.createActivation();
          late.clockOffset = 305_000;
          const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
          return await create(activation, late);
        } finally {
          await late.close();
        }
      },
      refusal: NO_ACTIVATION,
    },
    {
      what: 'with a code that was used',
      source: activations,
      attempt: async () => {
        const { activation } = byCode();
        expect(await create(activation)).toEqual(OK);
        return create(activation);
      },
      refusal: NO_ACTIVATION,
    },
    {
      what: 'with a name that the database has no room for',
      source: `${SERVER}: Database-Structure.md, activation_name`,
      attempt: () => {
        const { activation } = byCode();
        activation.activationName = 'x'.repeat(256);
        return create(activation);
      },
      refusal: NO_ACTIVATION,
    },
    {
      what: 'by identity attributes that are no texts',
      source: `${INTEGRATION}: ActivationLayer1Request`,
      attempt: () =>
        create(
          PowerAuthActivation.createWithIdentityAttributes({ username: 'alice', more: { a: 1 } }, 'test'),
        ),
      refusal: NO_ACTIVATION,
    },
    {
      what: 'by the code of an activation that was recovered with it',
      source: `${activations}.createActivationUsingRecoveryCode`,
      attempt: async () => {
        const own = await GenuineClient.configured(server);
        const { activationCode, activationId } = server.createActivation();
        const { activationRecovery } = await own.powerAuth.createActivation(
          PowerAuthActivation.createWithActivationCode(activationCode, 'test'),
        );
        await own.powerAuth.deconfigure();
        server.commitActivation(activationId);
        const { recoveryCode = '', puk = '' } = activationRecovery ?? {};
        const recover = () => create(PowerAuthActivation.createWithRecoveryCode(recoveryCode, puk, 'test'));
        expect(await recover()).toEqual(OK);
        expect(server.recoveryCode(recoveryCode)?.state).toBe('REVOKED');
        return recover();
      },
      refusal: NO_ACTIVATION,
    },
  ]);

  test(`with a wrong one-time password, which costs an attempt, nor without one, which costs none (${activations}.validateActivationOtp)`, async () => {
    const missing = byCode({ otp: '123456', maxFailCount: 2 });
    expect(await create(missing.activation)).toEqual(NO_ACTIVATION);
    expect(server.activation(missing.activationId)?.failCount).toBe(0);
    const wrong = byCode({ otp: '123456', maxFailCount: 2 }, '654321');
    for (const state of ['CREATED', 'REMOVED']) {
      expect(await create(wrong.activation)).toEqual(NO_ACTIVATION);
      expect(server.activation(wrong.activationId)?.state).toBe(state);
    }
  });

  test(`by recovery if there is none (${SERVER}: RecoveryServiceBehavior, ActivationServiceBehavior)`, async () => {
    const without = await startPowerAuthTestServer({ activationRecovery: false });
    expect(() => without.createRecoveryCode()).toThrow(/activationRecovery/);
    const { recoveryCode } = server.createRecoveryCode();
    const activation = PowerAuthActivation.createWithRecoveryCode(recoveryCode, '0123456789', 'test');
    expect(await create(activation, without)).toEqual(NO_ACTIVATION);
    const own = await GenuineClient.activated(without);
    const knowledge = authenticationOf('possession_knowledge');
    expect(await refusalOf(own.powerAuth.confirmRecoveryCode(recoveryCode, knowledge))).toEqual({
      status: 401,
      message: 'POWER_AUTH_RECOVERY_CONFIRM_ERROR',
    });
    await own.powerAuth.deconfigure();
    await without.close();
  });
});
