/** `powerauth-wasm/tokens`: headers of an activation that the whole SDK has made. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { PowerAuth, PowerAuthAuthentication, PowerAuthErrorCode } from '../src/index.ts';
import { memoryStorage, MemorySpace } from '../src/storage/memory.ts';
import { PowerAuthError, PowerAuthTokens } from '../src/tokens.ts';
import { activate, SEALING_KEY, statusOf, testClient, testServer } from './helpers/client.ts';
import { error } from './helpers/error.ts';
import { NO_STRINGS } from './helpers/wrong-values.ts';

const NAME = 'accounts';
const POSSESSION = PowerAuthAuthentication.possession();
const CLIENT = { enableUnsecureTraffic: true };

/** A storage with an activation and a token, and the settings of instances on it; the page that made them is gone. */
async function madeElsewhere(instanceId: string) {
  const server = await testServer();
  const space = new MemorySpace();
  const keychain = () => ({ storage: memoryStorage(space), sealingKey: SEALING_KEY });
  const maker = await testClient(server, { instanceId, storage: keychain().storage });
  await activate(server, maker);
  const { tokenIdentifier } = await maker.tokenStore.requestAccessToken(NAME, POSSESSION);
  await maker.deconfigure();
  const tokens = new PowerAuthTokens(instanceId);
  onTestFinished(() => tokens.deconfigure());
  return { server, keychain, tokens, tokenIdentifier };
}

test('headers of a stored token are accepted, in every way', async () => {
  const { server, keychain, tokens, tokenIdentifier } = await madeElsewhere('tokens alone');
  expect(await tokens.isConfigured()).toBe(false);
  const before = server.requests.length;
  await tokens.configure(server.configuration, CLIENT, keychain());
  expect(server.requests.length, 'nothing is sent').toBe(before);
  expect(await tokens.isConfigured()).toBe(true);

  const { tokenStore } = tokens;
  expect(await tokenStore.getLocalToken(NAME)).toEqual({ tokenName: NAME, tokenIdentifier });
  expect(await tokenStore.hasLocalToken('another')).toBe(false);
  expect(await statusOf(server, await tokenStore.generateHeaderForToken(NAME))).toBe(200);
  const generator = await tokenStore.headerGenerator(NAME);
  for (const value of [generator.next(), ...generator.nextBatch(3)])
    expect(await statusOf(server, { key: generator.key, value })).toBe(200);
  generator.release();
  const sent = server.requests.slice(before).map(({ path }) => path);
  expect(
    sent.filter((path) => path.startsWith('/pa/')),
    'only the time is asked for',
  ).toEqual(['/pa/v3/status']);

  await tokenStore.removeLocalToken(NAME);
  await expect(tokenStore.generateHeaderForToken(NAME)).rejects.toMatchObject(
    error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE),
  );
  await tokens.deconfigure();
  await expect(tokenStore.hasLocalToken(NAME)).rejects.toMatchObject(
    error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED),
  );
});

test.each(NO_STRINGS)('%s is no instance id', (_, value) => {
  expect(() => new PowerAuthTokens(value as string)).toThrow(PowerAuthError);
});

test('a wrong setting is refused by its name', async () => {
  const tokens = new PowerAuthTokens('wrong setting');
  await expect(
    tokens.configure({ ...(await testServer()).configuration, applicationKey: 'x' }),
  ).rejects.toMatchObject(error(PowerAuthErrorCode.WRONG_PARAMETER, /^configuration\.applicationKey: /));
  expect(await tokens.isConfigured()).toBe(false);
});

describe('beside the whole SDK', () => {
  test('what this class has configured, PowerAuth can use for everything', async () => {
    const { server, keychain, tokens, tokenIdentifier } = await madeElsewhere('both, tokens first');
    await tokens.configure(server.configuration, CLIENT, keychain());
    await tokens.tokenStore.generateHeaderForToken(NAME);

    const powerAuth = new PowerAuth(tokens.instanceId);
    expect(await powerAuth.isConfigured()).toBe(true);
    await expect(powerAuth.configure(server.configuration, CLIENT)).rejects.toMatchObject(
      error(PowerAuthErrorCode.REACT_NATIVE_ERROR, /already configured/),
    );
    const same = await powerAuth.tokenStore.requestAccessToken(NAME, POSSESSION);
    expect(same.tokenIdentifier).toBe(tokenIdentifier);
    await powerAuth.tokenStore.requestAccessToken('payments', POSSESSION);
    expect(await statusOf(server, await tokens.tokenStore.generateHeaderForToken('payments'))).toBe(200);
    expect((await powerAuth.fetchActivationStatus()).state).toBe('ACTIVE');

    const generator = await tokens.tokenStore.headerGenerator(NAME);
    await powerAuth.removeActivationLocal();
    expect(() => generator.next()).toThrow(/removed/);
    await powerAuth.deconfigure();
    expect(await tokens.isConfigured()).toBe(false);
  });

  test('what PowerAuth has configured, this class uses', async () => {
    const { server, keychain, tokens } = await madeElsewhere('both, PowerAuth first');
    const powerAuth = new PowerAuth(tokens.instanceId);
    await powerAuth.configure(server.configuration, CLIENT, undefined, keychain());
    expect(await tokens.isConfigured()).toBe(true);
    await expect(tokens.configure(server.configuration, CLIENT, keychain())).rejects.toMatchObject(
      error(PowerAuthErrorCode.REACT_NATIVE_ERROR, /already configured/),
    );
    expect(await statusOf(server, await tokens.tokenStore.generateHeaderForToken(NAME))).toBe(200);
    await powerAuth.tokenStore.removeAccessToken(NAME);
    await expect(tokens.tokenStore.generateHeaderForToken(NAME)).rejects.toMatchObject(
      error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE),
    );
    await tokens.deconfigure();
    expect(await powerAuth.isConfigured()).toBe(false);
  });

  test('a password of an instance that this class has configured is wiped when it ends', async () => {
    const { server, keychain, tokens } = await madeElsewhere('both, a password');
    await tokens.configure(server.configuration, CLIENT, keychain());
    const powerAuth = new PowerAuth(tokens.instanceId);
    await powerAuth.hasValidActivation();
    const password = powerAuth.createPassword();
    await password.addCharacter('a');
    await tokens.deconfigure();
    await expect(password.length()).rejects.toMatchObject({ name: 'PowerAuthError' });
  });
});
