/** Programs whose intrinsics are not as usual: frozen, or with members that others have added. */
import { expect, test } from 'vitest';
import { PASSWORD, testServer } from '../../helpers/client.ts';
import { runNode } from './support.ts';

/** What is done before the package is loaded, and after. */
interface Surroundings {
  readonly flags?: readonly string[];
  readonly before?: string;
  readonly after?: string;
}

const POLLUTE = `
  Object.prototype.extend = function () { return this; };
  Object.prototype.entries = { enabled: true };
  Array.prototype.last = function () { return this[this.length - 1]; };`;

/** Goes from the code to a header, past an encryption and an error; returns what it saw. */
const WORK = `
  const { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } = await import('powerauth-wasm');
  const { memoryStorage } = await import('powerauth-wasm/storage/memory');
  const work = async ({ configuration, activationCode, otp, password }) => {
    const powerAuth = new PowerAuth('intrinsics');
    const storage = memoryStorage();
    await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, { storage, pbkdf2Iterations: 10_000 });
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'intrinsics');
    activation.additionalActivationOtp = otp;
    await powerAuth.createActivation(activation);
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
    await powerAuth.getEncryptorForApplicationScope().encryptRequest('hello');
    await powerAuth.tokenStore.requestAccessToken('token', PowerAuthAuthentication.possession());
    const { value } = await powerAuth.tokenStore.generateHeaderForToken('token');
    const wrong = await powerAuth.tokenStore.generateHeaderForToken('other').catch(({ name, code }) => name + ' ' + code);
    const state = { engine: powerAuth.engine, status: (await powerAuth.fetchActivationStatus()).state, wrong, value };
    await powerAuth.deconfigure();
    return state;
  };`;

test.each<[string, Surroundings]>([
  ['frozen by Node', { flags: ['--frozen-intrinsics'] }],
  ['locked down by SES before the package is loaded', { before: `await import('ses'); lockdown();` }],
  ['locked down by SES after that', { before: `await import('ses');`, after: 'lockdown();' }],
  ['with enumerable members on the prototypes', { before: POLLUTE }],
  ['with such members added later', { after: POLLUTE }],
])('%s', async (_, { flags = [], before = '', after = '' }) => {
  const server = await testServer();
  const otp = '123456';
  const { activationCode } = server.createActivation({ otp });
  const told = { configuration: server.configuration, activationCode, otp, password: PASSWORD };
  const script = `${before}${WORK}${after}
    console.log(JSON.stringify(await work(${JSON.stringify(told)})));`;
  const output = await runNode([...flags, '--no-warnings', '--input-type=module', '--eval', script]);
  expect(JSON.parse(output)).toEqual({
    engine: 'wasm-simd',
    status: 'ACTIVE',
    wrong: 'PowerAuthError LOCAL_TOKEN_NOT_AVAILABLE',
    value: expect.stringMatching(/^PowerAuth version="3\.3"/) as unknown,
  });
});
