/** Secrets in logs and error reports: JSON, util.inspect with all options, copies. */
import { inspect } from 'node:util';
import { PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { activated, attack, configured, startServer } from './lib.mjs';

const SECRETS = ['S3cret-PIN', 'S3cret-OTP', '0123456789', 'S3cret-basic', 'S3cret-header', 'S3cret-url'];

function forms(object) {
  const copied = () => {
    try {
      return inspect(structuredClone(object), { depth: 9 });
    } catch {
      return '';
    }
  };
  return {
    'JSON.stringify': JSON.stringify(object) ?? '',
    'util.inspect': inspect(object, { depth: 9 }),
    'util.inspect with all options': inspect(object, {
      depth: 9,
      showHidden: true,
      getters: true,
      showProxy: true,
    }),
    'a copy by spread': inspect({ ...object }, { depth: 9, showHidden: true, getters: true }),
    structuredClone: copied(),
    String: String(object),
  };
}

await attack('secrets in what objects print', async (stage) => {
  const server = await startServer(stage);
  const client = {
    basicHttpAuthentication: { username: 'user', password: 'S3cret-basic' },
    customHttpHeaders: [{ name: 'x-key', value: 'S3cret-header' }],
  };
  const { powerAuth } = await activated(server, { client });
  const typed = new PowerAuthAuthentication();
  typed.userPassword = 'S3cret-PIN';
  const { activationCode } = server.createActivation();
  const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'victim');
  activation.additionalActivationOtp = 'S3cret-OTP';
  const inUrl = {
    ...server.configuration,
    baseEndpointUrl: server.baseUrl.replace('//', '//user:S3cret-url@'),
  };
  const refusal = await configured(inUrl, { id: 'credentials in the URL' }).catch((error) => error);
  const objects = {
    'PowerAuthAuthentication of a password': PowerAuthAuthentication.password('S3cret-PIN'),
    'PowerAuthAuthentication with userPassword': typed,
    'PowerAuthPassword of a string': await powerAuth.createPassword(),
    'PowerAuthActivation with a one-time password': activation,
    'PowerAuthActivation of a recovery code': PowerAuthActivation.createWithRecoveryCode(
      'VVVVV-VVVVV-VVVVV-VTFVA',
      '0123456789',
      'victim',
    ),
    PowerAuth: powerAuth,
    'its client configuration': powerAuth.clientConfiguration,
    'its keychain configuration': powerAuth.keychainConfiguration,
    'the error of a URL with credentials': refusal,
  };
  for (const [name, object] of Object.entries(objects)) {
    const shown = Object.entries(forms(object)).flatMap(([form, text]) =>
      SECRETS.filter((secret) => text.includes(secret)).map((secret) => `${secret} by ${form}`),
    );
    stage.saw(`${name}: ${shown.length === 0 ? 'nothing' : shown.join(', ')}`, shown.length === 0);
  }
});
