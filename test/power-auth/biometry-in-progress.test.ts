/* eslint @typescript-eslint/no-deprecated: off -- the deprecated form is tested, too */
/** The biometry factor in calls in progress: while the user is asked, several at once, in groups. */
import { describe, expect, test, vi } from 'vitest';
import { PowerAuthAuthentication, PowerAuthError, PowerAuthErrorCode } from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { accepted, biometry, PROMPT, withFactor, type TestBiometry } from '../helpers/biometry.ts';
import { activate, PASSWORD, testClient } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';

describe('while the user is asked', () => {
  /** A user who does not answer until told to. */
  function slow(user: TestBiometry): { say: (answer: boolean) => void; aborted: () => number } {
    let say: (answer: boolean) => void = () => undefined;
    let aborted = 0;
    user.answer = (signal) =>
      new Promise<boolean>((resolve) => {
        say = resolve;
        signal.addEventListener('abort', () => aborted++);
      });
    return { say: (answer) => say(answer), aborted: () => aborted };
  }

  test('the instance is deconfigured: the question is taken away, OPERATION_CANCELED', async () => {
    const { powerAuth, user } = await withFactor();
    const { aborted } = slow(user);
    const signed = rejection(powerAuth.requestSignature(biometry(), 'POST', '/x'));
    await vi.waitFor(() => expect(user.asked).toHaveLength(1));
    await powerAuth.deconfigure();
    expect(await signed).toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
    expect(aborted()).toBe(1);
  });

  test('other requests are not held up', async () => {
    const client = await withFactor();
    const { say } = slow(client.user);
    const signed = accepted(client);
    await vi.waitFor(() => expect(client.user.asked).toHaveLength(1));
    await client.powerAuth.validatePassword(PASSWORD);
    await client.powerAuth.tokenStore.requestAccessToken('x', PowerAuthAuthentication.possession());
    say(true);
    expect(await signed).toBe('possession_biometry');
  });

  test('the activation is removed, or replaced by another one: nothing is signed', async () => {
    const client = await withFactor();
    const { server, powerAuth, user } = client;
    const { say } = slow(user);
    const removed = rejection(powerAuth.requestSignature(biometry(), 'POST', '/x'));
    await vi.waitFor(() => expect(user.asked).toHaveLength(1));
    await powerAuth.removeActivationLocal();
    say(true);
    expect(await removed).toMatchObject(error(PowerAuthErrorCode.MISSING_ACTIVATION));

    user.answer = () => true;
    await activate(server, powerAuth);
    await powerAuth.addBiometryFactor(PASSWORD);
    const again = slow(user);
    const { length } = user.asked;
    const replaced = rejection(powerAuth.requestSignature(biometry(), 'POST', '/x'));
    await vi.waitFor(() => expect(user.asked).toHaveLength(length + 1));
    await powerAuth.removeActivationLocal();
    await activate(server, powerAuth);
    again.say(true);
    expect(await replaced).toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED, /replaced/));
  });

  test('the activation is replaced: the factor is not added to the other one', async () => {
    const { server, powerAuth, user } = await withFactor();
    const { say } = slow(user);
    const added = rejection(powerAuth.addBiometryFactor(PASSWORD));
    await vi.waitFor(() => expect(user.asked).toHaveLength(1));
    await powerAuth.removeActivationLocal();
    await activate(server, powerAuth);
    say(true);
    expect(await added).toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
    expect(await powerAuth.hasBiometryFactor()).toBe(false);
    expect(user.removed).toHaveLength(2);
  });
});

describe('at once', () => {
  test('signatures are asked for one after another, each with a counter value of its own', async () => {
    const { powerAuth, user } = await withFactor();
    let open = 0;
    user.answer = async () => {
      expect(++open).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return true;
    };
    const headers = await Promise.all(
      Array.from({ length: 6 }, () => powerAuth.requestSignature(biometry(), 'POST', '/x', 'same')),
    );
    expect(new Set(headers.map(({ value }) => value)).size).toBe(6);
    expect(user.asked).toHaveLength(6);
  });

  test('one token is asked for once', async () => {
    const { server, powerAuth, user } = await withFactor();
    const tokens = await Promise.all(
      Array.from({ length: 6 }, () => powerAuth.tokenStore.requestAccessToken('MyToken', biometry())),
    );
    expect(new Set(tokens.map(({ tokenIdentifier }) => tokenIdentifier)).size).toBe(1);
    expect(server.tokens).toHaveLength(1);
    expect(user.asked).toHaveLength(1);
  });

  test('factors that are added leave one, and it works', async () => {
    const client = await withFactor();
    await Promise.all(Array.from({ length: 4 }, () => client.powerAuth.addBiometryFactor(PASSWORD)));
    expect(client.user.removed).toHaveLength(4);
    await accepted(client);
  });
});

describe('groupedBiometricAuthentication', () => {
  const used = error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT, /whose group has ended/);

  test('asks once for all calls, also for those at once', async () => {
    const client = await withFactor();
    const { server, powerAuth, user } = client;
    const authentication = biometry();
    await powerAuth.groupedBiometricAuthentication(authentication, async (reusable) => {
      expect(reusable).toMatchObject({ isBiometricAuthentication: true, biometricPrompt: PROMPT });
      for (let i = 0; i < 3; i++) expect(await accepted(client, reusable)).toBe('possession_biometry');
      await powerAuth.tokenStore.requestAccessToken('MyToken', reusable);
      await Promise.all([
        powerAuth.requestSignature(reusable, 'POST', '/x'),
        powerAuth.requestGetSignature(reusable, '/x'),
        powerAuth.offlineSignature(reusable, '/x', 'AAAAAAAAAAAAAAAAAAAAAA=='),
      ]);
    });
    expect(user.asked).toEqual([PROMPT]);
    expect(server.tokens).toHaveLength(1);
    const group = powerAuth.groupedBiometricAuthentication(
      PowerAuthAuthentication.password(PASSWORD),
      async () => undefined,
    );
    await expect(group).rejects.toMatchObject(
      error(
        PowerAuthErrorCode.WRONG_PARAMETER,
        /^authentication: expected one with the biometry factor, got one without$/,
      ),
    );
    // The object that the group was asked for is not used up by it.
    await accepted(client, authentication);
    expect(user.asked).toHaveLength(2);
  });

  test('the object is worth nothing afterwards', async () => {
    const client = await withFactor();
    let kept = PowerAuthAuthentication.possession();
    let late = Promise.resolve({});
    await client.powerAuth.groupedBiometricAuthentication(biometry(), async (reusable) => {
      kept = reusable;
      await accepted(client, reusable);
      // Not waited for: it comes when the group is over.
      late = rejection(client.powerAuth.removeActivationWithAuthentication(reusable));
    });
    expect(await late).toMatchObject(used);
    await expect(accepted(client, kept)).rejects.toMatchObject(used);
    await expect(
      client.powerAuth.groupedBiometricAuthentication(kept, async () => undefined),
    ).rejects.toMatchObject(used);
    expect(client.user.asked).toHaveLength(1);
  });

  test('what the callback throws comes out with its code, as the cause', async () => {
    const client = await withFactor();
    const { powerAuth } = client;
    let kept = PowerAuthAuthentication.possession();
    const failing = (cause: unknown) =>
      rejection(
        powerAuth.groupedBiometricAuthentication(biometry(), async (reusable) => {
          kept = reusable;
          throw cause;
        }),
      );
    const range = new RangeError('mine');
    expect(await failing(range)).toMatchObject({
      ...error(PowerAuthErrorCode.UNKNOWN_ERROR, /groupedAuthenticationCalls/),
      cause: range,
    });
    await expect(accepted(client, kept)).rejects.toMatchObject(used);
    const network = new PowerAuthError(undefined, 'gone', PowerAuthErrorCode.NETWORK_ERROR);
    expect(await failing(network)).toMatchObject({ code: 'NETWORK_ERROR', cause: network });
    expect(await failing(undefined)).toBeInstanceOf(PowerAuthError);
  });

  test('within a group asks nobody, and ends by itself', async () => {
    const client = await withFactor();
    const { powerAuth, user } = client;
    await powerAuth.groupedBiometricAuthentication(biometry(), async (outer) => {
      let inner = outer;
      await powerAuth.groupedBiometricAuthentication(outer, async (reusable) => {
        inner = reusable;
        await accepted(client, inner);
      });
      await expect(accepted(client, inner)).rejects.toMatchObject(used);
      await accepted(client, outer);
    });
    expect(user.asked).toHaveLength(1);
  });

  test('keeps the password of an object that has one', async () => {
    const client = await withFactor();
    const all = new PowerAuthAuthentication(PASSWORD, PROMPT);
    await client.powerAuth.groupedBiometricAuthentication(all, async (reusable) => {
      expect(await accepted(client, reusable)).toBe('possession_knowledge_biometry');
      expect(await accepted(client, reusable)).toBe('possession_knowledge_biometry');
    });
    expect(client.user.asked).toHaveLength(1);
  });

  test('ends when the instance is deconfigured, also for the same activation configured again', async () => {
    const storage = memoryStorage();
    const client = await withFactor({ instanceId: 'group', storage });
    const { server, powerAuth, user } = client;
    await powerAuth.groupedBiometricAuthentication(biometry(), async (reusable) => {
      await powerAuth.deconfigure();
      await testClient(server, { instanceId: 'group', storage, biometry: user.biometry });
      await expect(accepted(client, reusable)).rejects.toMatchObject(used);
    });
  });

  test('a user who cancels: the callback is not called', async () => {
    const { powerAuth, user } = await withFactor();
    user.answer = () => false;
    const calls = vi.fn(async () => undefined);
    await expect(powerAuth.groupedBiometricAuthentication(biometry(), calls)).rejects.toMatchObject(
      error(PowerAuthErrorCode.BIOMETRY_CANCEL),
    );
    expect(calls).not.toHaveBeenCalled();
  });
});
