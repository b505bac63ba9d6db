/** The whole API in a page of Chromium, with a passkey of its virtual authenticator, against the embedded server. */
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { PowerAuth, type PowerAuthErrorCode } from '../../../src/index.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import {
  addAuthenticator,
  type VirtualAuthenticator,
  type VirtualAuthenticatorOptions,
} from '../../helpers/authenticator.ts';
import { useBrowser } from '../../helpers/browser.ts';
import { PASSWORD, requestsTo } from '../../helpers/client.ts';
import { describeWith } from '../../helpers/programs.ts';
import { methodsOf } from '../../helpers/public-calls.ts';
import { clientIn, clientOrigin, type ClientOf, type ClientOrigin } from './origin.ts';
import type { WholeApiCalls } from './pages/whole-api.ts';

const QUESTION = 'Please approve';
const BY_PASSWORD = { password: PASSWORD };
const BY_PASSKEY = { ask: QUESTION };

type Client = ClientOf<WholeApiCalls>;

/** The code of the error with which a call fails. */
const failure = <Name extends keyof WholeApiCalls>(
  call: Client,
  name: Name,
  ...args: Parameters<WholeApiCalls[Name]>
): Promise<PowerAuthErrorCode> => call('failing', name, ...args);

interface Opened extends ClientOrigin {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly call: Client;
  readonly authenticator: VirtualAuthenticator;
}

interface Activated extends Opened {
  readonly activationId: string;
}

/** The factors of signed requests that the server accepted. */
const accepted = (server: PowerAuthTestServer, path = '/api/possession/signature'): string[] =>
  server.requests
    .filter((request) => request.path === path && request.status === 200)
    .map(
      ({ headers }) =>
        /pa_signature_type="(\w+)"/.exec(String(headers['x-powerauth-authorization']))?.[1] ?? '',
    );

describeWith('chromium', 'the whole API in Chromium', () => {
  const chromium = useBrowser('chromium');

  /** A configured page, and the user's device. */
  async function open(options?: VirtualAuthenticatorOptions): Promise<Opened> {
    const origin = await clientOrigin({ page: 'whole-api', host: 'localhost' });
    const context = await chromium.context();
    const page = await chromium.page(origin.origin, context);
    const authenticator = await addAuthenticator(page, options);
    const call = clientIn<WholeApiCalls>(page);
    expect(await call('configure', origin.configuration)).toBe(true);
    return { ...origin, context, page, call, authenticator };
  }

  /** An activation with a biometry factor, unless the question is left out. */
  async function activated(
    question: string | undefined = QUESTION,
    options?: VirtualAuthenticatorOptions,
  ): Promise<Activated> {
    const opened = await open(options);
    const { server, call } = opened;
    const { activationId, activationCode } = server.createActivation();
    await call('startActivation', activationCode);
    await call('commit', PASSWORD, question);
    server.commitActivation(activationId);
    return { ...opened, activationId };
  }

  test('does what it says, from the code to the removal, over a reload', async () => {
    const { server, call, configuration, page, authenticator } = await open();
    const { activationId, activationCode } = server.createActivation({ userId: 'alice' });
    const now = () => server.activation(activationId);

    // Activation.
    expect(await call('scan', activationCode)).toEqual({ code: activationCode.split('#')[0], isGood: true });
    const other = (await clientOrigin()).server.createActivation().activationCode;
    expect(await call('scan', other)).toMatchObject({ isGood: false });
    expect(await call('overview')).toMatchObject({ canStart: true, isValid: false, hasBiometry: false });
    const fingerprint = await call('startActivation', activationCode);
    expect(await call('overview')).toMatchObject({ canStart: false, isPending: true, isValid: false });
    expect(now()).toMatchObject({
      state: 'PENDING_COMMIT',
      activationFingerprint: fingerprint,
      activationName: 'My browser',
      extras: 'extras',
    });
    await call('commit', PASSWORD, QUESTION);
    server.commitActivation(activationId);
    expect(await authenticator.count()).toBe(1);
    const done = await call('done');

    // What was stored is there after a reload.
    await page.reload();
    await call('configure', configuration);
    expect(await call('overview')).toEqual({
      canStart: false,
      isPending: false,
      isValid: true,
      id: activationId,
      fingerprint,
      hasBiometry: true,
      hasRecovery: true,
      operation: undefined,
    });
    expect(await call('status')).toMatchObject({ state: 'ACTIVE', failCount: 0, remainingAttempts: 5 });
    expect(await call('biometryInfo')).toEqual({
      isAvailable: true,
      biometryType: 'GENERIC',
      canAuthenticate: 'OK',
    });

    // Signatures.
    let uses = await authenticator.uses();
    /** How often the user was asked since it was called last. */
    const asked = async (): Promise<number> => {
      const before = uses;
      uses = await authenticator.uses();
      return uses - before;
    };
    expect(await call('pay', BY_PASSKEY, 'body')).toBe(200);
    expect(await call('search', BY_PASSKEY, { to: 'Bob = Eve', from: '1' })).toBe(200);
    expect(await asked()).toBe(2);
    expect(await call('pay', BY_PASSWORD, 'body')).toBe(200);
    expect(await call('pay', 'possession', 'body')).toBe(200);
    expect(accepted(server)).toEqual([
      'possession_biometry',
      'possession_biometry',
      'possession_knowledge',
      'possession',
    ]);

    expect(await call('payInOrder', BY_PASSWORD, ['a', 'b', 'c', 'd', 'e', 'f'])).toEqual(Array(6).fill(200));
    expect(accepted(server).slice(4)).toEqual(Array(6).fill('possession_knowledge'));

    // Offline.
    const data = 'pay 100';
    const { payload, nonce } = server.createOfflinePayload({ activationId, data });
    const signedPart = payload.slice(0, payload.lastIndexOf('\n') + 2);
    const serverSignature = payload.slice(signedPart.length);
    expect(await call('verifySigned', signedPart, serverSignature, false)).toBe(true);
    expect(await call('verifySigned', signedPart.replace('100', '900'), serverSignature, false)).toBe(false);
    const uriId = '/offline';
    const offline = { activationId, uriId, data, nonce, signatureType: 'possession_biometry' } as const;
    const signature = await call('offline', BY_PASSKEY, nonce, data);
    expect(server.verifyOfflineSignature({ ...offline, signature })).toBe(true);
    expect(await asked()).toBe(1);

    // Several calls, one question.
    const group = await call('group', QUESTION, { nonce, data }, 'grouped');
    expect(await asked()).toBe(1);
    expect(group).toEqual([200, 200, 200, 200, expect.stringMatching(/^\d{8}-\d{8}$/)]);
    expect(server.verifyOfflineSignature({ ...offline, signature: String(group[4]) })).toBe(true);
    expect(accepted(server).slice(10)).toEqual(Array(3).fill('possession_biometry'));

    // Tokens.
    const tokenId = await call('requestToken', 'asked for', BY_PASSKEY);
    expect(await asked()).toBe(1);
    expect(server.tokens).toMatchObject([
      { activationId, signatureType: 'possession_biometry' },
      { activationId, signatureType: 'possession_biometry', tokenId },
    ]);
    expect(await call('requestToken', 'asked for', BY_PASSKEY)).toBe(tokenId);
    expect(await asked()).toBe(0);
    expect(await call('localToken', 'asked for')).toBe(tokenId);
    expect(await call('useToken', 'asked for')).toBe(200);
    expect(await call('useTokens', 'asked for')).toEqual([200, 200, 200]);
    await call('removeToken', 'grouped');
    expect(server.tokens).toMatchObject([{ tokenId }]);
    await call('forgetToken', 'asked for');
    expect(await call('localToken', 'asked for')).toBeUndefined();
    const refused = await call('requestToken', 'by possession', 'possession');
    const renewed = await call('renewToken', 'by possession', refused, 'possession');
    expect(renewed).not.toBe(refused);
    // Whoever comes late gets the new one.
    expect(await call('renewToken', 'by possession', refused, 'possession')).toBe(renewed);
    expect(await call('useToken', 'by possession')).toBe(200);
    expect(server.tokens.map((token) => token.tokenId)).toEqual([tokenId, renewed]);
    expect(await call('statistics')).toMatchObject({ tokensRenewed: 1, locksLost: 0 });
    await call('forgetTokens');
    expect(await call('localToken', 'by possession')).toBeUndefined();

    // Passwords.
    await call('validate', PASSWORD);
    expect(await failure(call, 'validate', 'wrong password')).toBe('AUTHENTICATION_ERROR');
    expect(now()).toMatchObject({ failCount: 1 });
    await call('changePassword', PASSWORD, 'a new password');
    expect(await call('pay', { password: 'a new password' }, 'body')).toBe(200);
    expect(now()).toMatchObject({ failCount: 0 });
    expect(await call('changeUnchecked', 'a new password', PASSWORD)).toBe(true);
    await call('validate', PASSWORD);
    expect(await call('weaknesses', '1234')).toContain('PATTERN_FOUND');

    // The vault, and recovery.
    const key = await call('encryptionKey', BY_PASSWORD, 7);
    expect(Buffer.from(key, 'base64')).toHaveLength(16);
    expect(await call('encryptionKey', BY_PASSWORD, 7)).toBe(key);
    expect(await call('encryptionKey', BY_PASSWORD, 8)).not.toBe(key);
    const agreed = await call('signByDevice', BY_PASSWORD, 'I agree');
    expect(server.verifyDeviceSignature(activationId, 'I agree', agreed)).toBe(true);
    const recovery = await call('recoveryData', BY_PASSWORD);
    expect(server.recoveryCode(recovery.recoveryCode)).toMatchObject({
      state: 'ACTIVE',
      puks: [{ puk: recovery.puk }],
    });
    const { recoveryCode } = server.createRecoveryCode({ userId: 'alice' });
    await call('confirmRecovery', recoveryCode, BY_PASSWORD);
    expect(server.recoveryCode(recoveryCode)?.state).toBe('ACTIVE');

    // Encryption.
    for (const scope of ['application', 'activation'] as const) {
      expect(await call('sendSecret', scope, 'Žluťoučký kůň')).toBe('Žluťoučký kůň');
      expect(requestsTo(server, `/api/encrypted/${scope}`)).toBe(1);
    }

    // The user, the activation's name, and the names of newer SDKs.
    const [name, user, jwt = ''] = (await call('account', PASSWORD, 'My browser')) as string[];
    expect([name, user, now()?.activationName]).toEqual(['My browser', 'alice', 'My browser']);
    const [head = '', claims = '', byDevice = ''] = jwt.split('.');
    expect(server.verifyDeviceSignature(activationId, `${head}.${claims}`, byDevice, 'JOSE')).toBe(true);
    const [signed = '', byMaster = ''] = server.createActivation().activationCode.split('#');
    const newer = await call('newerNames', PASSWORD, signed, byMaster);
    expect(newer.slice(0, -1)).toEqual([200, 200, 'OK', true]);
    expect(server.verifyDeviceSignature(activationId, 'I agree', String(newer.at(-1)))).toBe(true);

    // The biometry factor goes, and comes again.
    await call('removeBiometry');
    expect(await call('overview')).toMatchObject({ hasBiometry: false, isValid: true });
    expect(await authenticator.count()).toBe(0);
    expect(await failure(call, 'pay', BY_PASSKEY, 'body')).toBe('BIOMETRY_NOT_CONFIGURED');
    await call('addBiometry', PASSWORD, QUESTION);
    expect(await authenticator.count()).toBe(1);
    expect(await call('pay', BY_PASSKEY, 'body')).toBe(200);
    expect(accepted(server).at(-1)).toBe('possession_biometry');

    // The end.
    expect(now()).toMatchObject({ state: 'ACTIVE', failCount: 0 });
    await call('remove', BY_PASSKEY);
    expect(now()?.state).toBe('REMOVED');
    expect(await call('overview')).toMatchObject({ canStart: true, isValid: false, hasBiometry: false });
    expect(await authenticator.count()).toBe(0);
    const { activationId: forgotten, activationCode: next } = server.createActivation();
    await call('startActivation', next);
    await call('commit', PASSWORD);
    await call('removeHere');
    expect(await call('overview')).toMatchObject({ canStart: true, isValid: false });
    expect(server.activation(forgotten)?.state).toBe('PENDING_COMMIT');
    await call('deconfigure');

    const powerAuth = new PowerAuth('here');
    const called = new Set([...done, ...(await call('done'))]);
    const all = [
      ...methodsOf(powerAuth).map((name) => `PowerAuth.${name}`),
      ...methodsOf(powerAuth.tokenStore).map((name) => `PowerAuthTokenStore.${name}`),
    ];
    expect(all.filter((name) => !called.has(name))).toEqual([]);
  }, 60_000);

  /** What needs the user, and what happens when the user does not authenticate. */
  async function allFail({ server, call, activationId }: Activated, code: PowerAuthErrorCode): Promise<void> {
    const before = server.activation(activationId);
    const { nonce } = server.createOfflinePayload({ data: 'x' });
    expect(await failure(call, 'pay', BY_PASSKEY, 'body')).toBe(code);
    expect(await failure(call, 'search', BY_PASSKEY, { q: 'x' })).toBe(code);
    expect(await failure(call, 'offline', BY_PASSKEY, nonce, 'x')).toBe(code);
    expect(await failure(call, 'group', QUESTION, { nonce, data: 'x' }, 'token')).toBe(code);
    expect(await failure(call, 'requestToken', 'token', BY_PASSKEY)).toBe(code);
    expect(await failure(call, 'remove', BY_PASSKEY)).toBe(code);
    // Neither a counter value nor an attempt was used.
    expect(server.activation(activationId)).toEqual(before);
  }

  test('a user who lets the dialog go by is asked again; nothing has changed', async () => {
    const { server, call, activationId, authenticator } = await activated();
    const before = server.activation(activationId);
    await call('endDialogsAfter', 50);
    await authenticator.touch(false);
    expect(await failure(call, 'pay', BY_PASSKEY, 'body')).toBe('BIOMETRY_CANCEL');
    expect(server.activation(activationId)).toEqual(before);
    await call('endDialogsAfter', undefined);
    await authenticator.touch(true);
    expect(await call('pay', BY_PASSKEY, 'body')).toBe(200);
    expect(server.activation(activationId)).toMatchObject({ state: 'ACTIVE', failCount: 0 });
  }, 60_000);

  test('a user who is not recognised, also when a factor is added: the former one stays', async () => {
    const client = await activated();
    const { server, call, activationId, authenticator } = client;
    await authenticator.refuseUser();
    await allFail(client, 'BIOMETRY_CANCEL');
    expect(await failure(call, 'addBiometry', PASSWORD, QUESTION)).toBe('BIOMETRY_CANCEL');
    expect(await call('overview')).toMatchObject({ hasBiometry: true, isValid: true });
    expect(await authenticator.count()).toBe(1);
    expect(await call('pay', BY_PASSWORD, 'body')).toBe(200);
    expect(server.activation(activationId)?.failCount).toBe(0);
  }, 60_000);

  test('an open dialog holds up nothing else, and is taken away by deconfigure', async () => {
    const { server, call, activationId, authenticator } = await activated();
    await authenticator.touch(false);
    const paying = failure(call, 'pay', BY_PASSKEY, 'body');
    expect(await call('pay', BY_PASSWORD, 'body')).toBe(200);
    await call('deconfigure');
    expect(await paying).toBe('OPERATION_CANCELED');
    expect(accepted(server)).toEqual(['possession_knowledge']);
    expect(server.activation(activationId)?.failCount).toBe(0);
  }, 60_000);

  test('a passkey that the user deleted is missed when it is used, and made again with the password', async () => {
    const client = await activated();
    const { server, call, authenticator } = client;
    await authenticator.clear();
    expect(await call('overview')).toMatchObject({ hasBiometry: true });
    await allFail(client, 'BIOMETRY_CANCEL');
    expect(await failure(call, 'addBiometry', 'wrong password')).toBe('AUTHENTICATION_ERROR');
    expect(await authenticator.count()).toBe(0);
    await call('addBiometry', PASSWORD);
    expect(await authenticator.count()).toBe(1);
    expect(await call('pay', BY_PASSKEY, 'body')).toBe(200);
    expect(accepted(server)).toEqual(['possession_biometry']);
  }, 60_000);

  test('a device that cannot: told before anything is sent, and the activation works without', async () => {
    const { server, call, page, authenticator } = await open();
    await authenticator.remove();
    expect(await call('biometryInfo')).toMatchObject({ isAvailable: false, canAuthenticate: 'NOT_ENROLLED' });
    const { activationId, activationCode } = server.createActivation();
    await call('startActivation', activationCode);
    expect(await failure(call, 'commit', PASSWORD, QUESTION)).toBe('BIOMETRY_NOT_ENROLLED');
    expect(await call('overview')).toMatchObject({ isPending: true, isValid: false });
    await call('commit', PASSWORD);
    server.commitActivation(activationId);
    const sent = server.requests.length;
    expect(await failure(call, 'addBiometry', PASSWORD)).toBe('BIOMETRY_NOT_ENROLLED');
    expect(server.requests).toHaveLength(sent);

    // Whether an authenticator has PRF shows when a passkey is made.
    const without = await addAuthenticator(page, { hasPrf: false });
    expect(await failure(call, 'addBiometry', PASSWORD)).toBe('BIOMETRY_NOT_SUPPORTED');
    expect(await without.count()).toBe(0);
    expect(await call('overview')).toMatchObject({ hasBiometry: false, isValid: true });
    expect(await call('pay', BY_PASSWORD, 'body')).toBe(200);
    expect(server.activation(activationId)).toMatchObject({ state: 'ACTIVE', failCount: 0 });
  }, 60_000);

  test('all windows of the origin have the factor; workers have it and cannot ask', async () => {
    const { server, origin, call, configuration, context, page, authenticator } = await activated();
    // Chromium gives each tab a virtual authenticator of its own, which its frames share.
    await page.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.src = '/';
      document.body.append(frame);
    });
    await expect.poll(() => page.frames().length).toBe(2);
    const [, frame] = page.frames();
    if (frame === undefined) throw new Error('no frame');
    await frame.waitForFunction(() => 'call' in globalThis);
    const inFrame = clientIn<WholeApiCalls>(frame);
    await inFrame('configure', configuration);
    expect(await inFrame('overview')).toMatchObject({ hasBiometry: true });
    const uses = await authenticator.uses();
    expect(await inFrame('pay', BY_PASSKEY, 'body')).toBe(200);
    // Both want the same token: one asks, and the other one gets it.
    const [one, other] = await Promise.all(
      [call, inFrame].map((window) => window('requestToken', 'shared', BY_PASSKEY)),
    );
    expect(one).toBe(other);
    expect(server.tokens).toMatchObject([{ tokenId: one, signatureType: 'possession_biometry' }]);
    expect(await authenticator.uses()).toBe(uses + 2);

    for (const kind of ['worker', 'service'] as const) {
      const worker = clientIn<WholeApiCalls>(page, kind);
      await worker('configure', configuration);
      expect(await worker('overview')).toMatchObject({ hasBiometry: true });
      expect(await worker('biometryInfo')).toMatchObject({ canAuthenticate: 'NOT_SUPPORTED' });
      expect(await failure(worker, 'pay', BY_PASSKEY, 'body')).toBe('BIOMETRY_NOT_SUPPORTED');
      expect(await worker('pay', BY_PASSWORD, 'body')).toBe(200);
    }

    const tab = clientIn<WholeApiCalls>(await chromium.page(origin, context));
    await tab('configure', configuration);
    expect(await tab('overview')).toMatchObject({ hasBiometry: true });
    await tab('removeBiometry');
    for (const window of [call, inFrame, tab]) {
      expect(await window('overview')).toMatchObject({ isValid: true, hasBiometry: false });
      expect(await window('useToken', 'shared')).toBe(200);
    }
    expect(accepted(server)).toEqual([
      'possession_biometry',
      ...Array<string>(2).fill('possession_knowledge'),
    ]);
  }, 60_000);
});
