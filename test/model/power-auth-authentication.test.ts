/* eslint @typescript-eslint/no-deprecated: off -- the deprecated form is one of the two that are tested */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  PowerAuthPassword,
  type PasswordType,
} from '../../src/index.ts';
import { resolveAuthentication } from '../../src/model/power-auth-authentication.ts';
import { activated, PASSWORD, statusOf, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { NO_INSTANCES, NO_STRINGS } from '../helpers/wrong-values.ts';

const SIGNED = '/api/possession/signature';
const wrong = error(PowerAuthErrorCode.WRONG_PARAMETER, /^authentication/);

/** The deprecated form with this password. */
function legacy(userPassword?: PasswordType): PowerAuthAuthentication {
  const authentication = new PowerAuthAuthentication();
  authentication.usePossession = true;
  if (userPassword !== undefined) authentication.userPassword = userPassword;
  return authentication;
}

test('the static methods make objects that say what they are for', () => {
  const password = new PowerAuthPassword();
  expect(PowerAuthAuthentication.possession().password).toBeUndefined();
  expect(PowerAuthAuthentication.password('1234').password).toBe('1234');
  expect(PowerAuthAuthentication.password(password).password).toBe(password);
  expect(PowerAuthAuthentication.commitWithPassword(password).password).toBe(password);
  for (const [made, isActivationCommit] of [
    [PowerAuthAuthentication.possession(), false],
    [PowerAuthAuthentication.password('1234'), false],
    [PowerAuthAuthentication.commitWithPassword('1234'), true],
    [legacy('1234'), false],
  ] as const) {
    expect(made).toMatchObject({ isActivationCommit, isBiometricAuthentication: false, usePossession: true });
    expect(made.biometricPrompt).toBeUndefined();
  }
});

describe('the deprecated form', () => {
  test('commits, signs, requests tokens and removes, with a string or a PowerAuthPassword', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    const password = powerAuth.createPassword(false);
    for (const character of PASSWORD) await password.addCharacter(character);
    await powerAuth.commitActivation(legacy(password));
    server.commitActivation(activationId);

    const twoFactors = await powerAuth.requestSignature(legacy(PASSWORD), 'POST', SIGNED);
    expect(twoFactors.value).toContain('pa_signature_type="possession_knowledge"');
    expect(await statusOf(server, twoFactors, SIGNED)).toBe(200);
    const oneFactor = await powerAuth.requestSignature(legacy(), 'POST', SIGNED);
    expect(oneFactor.value).toContain('pa_signature_type="possession"');
    expect(await statusOf(server, oneFactor, SIGNED)).toBe(200);
    await powerAuth.tokenStore.requestAccessToken('MyToken', legacy(password));
    await powerAuth.removeActivationWithAuthentication(legacy(password));
    expect(server.activation(activationId)?.state).toBe('REMOVED');
  });

  test('takes the factors in the constructor as well, and possession for granted', async () => {
    const { powerAuth } = await activated();
    const given = new PowerAuthAuthentication(PASSWORD);
    given.usePossession = false;
    const { value } = await powerAuth.requestSignature(given, 'POST', SIGNED);
    expect(value).toContain('pa_signature_type="possession_knowledge"');
  });

  test('is copied when it is passed: what is set afterwards changes nothing', async () => {
    const { powerAuth } = await activated();
    const authentication = legacy(PASSWORD);
    const signature = powerAuth.requestSignature(authentication, 'POST', SIGNED);
    authentication.userPassword = undefined;
    expect((await signature).value).toContain('pa_signature_type="possession_knowledge"');

    const made = PowerAuthAuthentication.password(PASSWORD);
    const next = powerAuth.requestSignature(made, 'POST', SIGNED);
    made.useBiometry = true;
    expect((await next).value).toContain('pa_signature_type="possession_knowledge"');
  });

  test('that asks for biometry never does with less', async () => {
    const { powerAuth } = await activated();
    const flagged = legacy(PASSWORD);
    flagged.useBiometry = true;
    const prompted = new PowerAuthAuthentication(undefined, { promptMessage: 'Pay' });
    for (const authentication of [flagged, prompted]) {
      expect(authentication.isBiometricAuthentication).toBe(true);
      await expect(powerAuth.requestSignature(authentication, 'POST', SIGNED)).rejects.toMatchObject(
        error(PowerAuthErrorCode.BIOMETRY_NOT_SUPPORTED),
      );
    }
  });
});

test('an object for signing with a password commits, one for a commit signs', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  const { activationId, activationCode } = server.createActivation();
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
  await powerAuth.commitActivation(PowerAuthAuthentication.password(PASSWORD));
  server.commitActivation(activationId);

  const commit = PowerAuthAuthentication.commitWithPassword(PASSWORD);
  const signature = await powerAuth.requestSignature(commit, 'POST', SIGNED);
  expect(signature.value).toContain('pa_signature_type="possession_knowledge"');
  expect(await statusOf(server, signature, SIGNED)).toBe(200);
});

describe('what is refused', () => {
  test('is a commit without a password', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server);
    const { activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    const biometry = PowerAuthAuthentication.biometry({ promptMessage: 'Pay' });
    for (const signing of [PowerAuthAuthentication.possession(), biometry, legacy()]) {
      await expect(powerAuth.commitActivation(signing)).rejects.toMatchObject(wrong);
    }
    expect(await powerAuth.hasPendingActivation()).toBe(true);
  });

  test('is whatever its class did not make', () => {
    const forged: unknown = Object.create(PowerAuthAuthentication.prototype);
    const like = { password: PASSWORD, isActivationCommit: false, usePossession: true };
    for (const value of [...NO_INSTANCES.map(([, value]) => value), forged, like]) {
      for (const commit of [false, true]) {
        expect(() => resolveAuthentication(value, 'authentication', { commit })).toThrow(
          expect.objectContaining(wrong),
        );
      }
    }
  });

  test.each(NO_STRINGS)('is %s for a password, which never means fewer factors', (_, value) => {
    const password = value as string;
    for (const [authentication, commit] of [
      [PowerAuthAuthentication.password(password), false],
      [PowerAuthAuthentication.commitWithPassword(password), true],
      [legacy(password), true],
    ] as const) {
      expect(() => resolveAuthentication(authentication, 'authentication', { commit })).toThrow(
        expect.objectContaining(
          error(PowerAuthErrorCode.WRONG_PARAMETER, /^authentication\.password: expected/),
        ),
      );
    }
  });
});

test('a password shows nowhere', () => {
  for (const authentication of [
    PowerAuthAuthentication.password('s3cret'),
    PowerAuthAuthentication.commitWithPassword('s3cret'),
    new PowerAuthAuthentication('s3cret'),
    legacy('s3cret'),
  ]) {
    const shown = JSON.stringify(authentication) + inspect(authentication, { depth: 9, showHidden: true });
    expect(shown).not.toContain('s3cret');
  }
});
