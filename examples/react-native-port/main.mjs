// Runs app.ts, an app for the React Native SDK after changing only the import, against the embedded PowerAuth server:
//
//     node examples/react-native-port/main.mjs
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { softwareBiometry } from 'powerauth-wasm/biometry/software';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';

const PIN = ['9', '5', '6', '2'];
const root = fileURLToPath(new URL('../../', import.meta.url));

// The app keeps its records in the runtime's default place; here that is a temporary folder.
const folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-port-'));
process.env.XDG_DATA_HOME = folder;
const outfile = join(root, 'build/react-native-port/app.mjs');
await build({
  entryPoints: [join(root, 'examples/react-native-port/app.ts')],
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
});
const { BankApp } = await import(pathToFileURL(outfile).href);

const server = await startPowerAuthTestServer();
const { activationId, activationCode } = server.createActivation({ userId: 'alice' });
const say = (what, answer) =>
  console.log(`${what}: ${typeof answer === 'object' ? JSON.stringify(answer) : answer}`);

// Node has no biometry, and the app doesn't know that: a setting provides the user's answer. In browsers it is a
// passkey.
let answer = true;
const authenticate = (prompt) => {
  say('  the user reads', `${prompt?.promptMessage}, and says ${answer ? 'yes' : 'no'}`);
  return answer;
};
const biometry = { provider: softwareBiometry({ key: randomBytes(32), authenticate }) };

let app = new BankApp('bank-app', biometry);
try {
  say('activated', await app.start(server.configuration));
  say('scanned code is good', await app.isScannedCodeGood(activationCode));
  const [code] = activationCode.split('#');
  say('typed code is corrected', (await app.correctCode(code.toLowerCase().replaceAll('o', '0'))) === code);
  say('fingerprint has 8 digits', /^\d{8}$/.test(await app.activate(activationCode, "Alice's laptop")));
  say('1234 is weak because', await app.weaknessOf('1234'));
  const pin = await app.readPin([...PIN, '7', '⌫']);
  say('9562 is weak because', await app.weaknessOf(pin));
  say('finished', await app.finishActivation(pin, await app.readPin(PIN)));
  server.commitActivation(activationId);

  await app.stop();
  app = new BankApp('bank-app', biometry);
  say('activated after a restart', await app.start(server.configuration));
  say('login with another PIN', await app.login('0000'));
  say('login', await app.login(await app.readPin(PIN)));
  say('payment', await app.pay(await app.readPin(PIN), { to: 'Bob', amount: 100 }));
  say('payment as before', await app.payAsBefore(PIN.join(''), { to: 'Bob', amount: 100 }));
  say('biometry', await app.biometrySetting());
  answer = false;
  say('switched on', await app.switchBiometryOn(PIN.join('')));
  answer = true;
  say('switched on', await app.switchBiometryOn(PIN.join('')));
  say('biometry', await app.biometrySetting());
  const payments = [
    { to: 'Bob', amount: 5 },
    { to: 'Eve', amount: 7 },
  ];
  say('payments with biometry', await app.payWithBiometry(payments));
  answer = false;
  say('payments with biometry', await app.payWithBiometry(payments));
  await app.switchBiometryOff();
  say('biometry', await app.biometrySetting());
  say('failed attempts', server.activation(activationId)?.failCount);
  say('history', await app.history({ from: '2024-01-01', to: 'end of May' }));
  const data = 'A1*A100EUR';
  const { payload, nonce } = server.createOfflinePayload({ activationId, data });
  const offline = await app.confirmOffline(PIN.join(''), payload);
  say(
    'offline signature is good',
    server.verifyOfflineSignature({
      activationId,
      uriId: '/operation/authorize/offline',
      data,
      nonce,
      signature: offline,
    }),
  );
  say('forged payload', await app.confirmOffline(PIN.join(''), payload.replace('100EUR', '999EUR')));
  say('balance', await app.balance());
  say('balance, with the same token', await app.balance());
  say('tokens on the server', server.tokens.length);
  await app.removeWidget();
  say('tokens left', server.tokens.length);
  say('secret answer', await app.sendSecret('{"question":"6 × 9"}'));
  await app.changePin(PIN.join(''), '2657');
  say('login after the change', await app.login('2657'));
  say('file key has 16 bytes', Buffer.from(await app.fileKey('2657'), 'base64').length === 16);
  const signature = await app.signContract('2657', 'I agree');
  say('contract is signed by the device', server.verifyDeviceSignature(activationId, 'I agree', signature));
  await app.removeDevice('2657');
  say('state on the server', server.activation(activationId)?.state);
  try {
    await app.balance();
  } catch (error) {
    say('without an activation', app.describe(error));
  }
} finally {
  await app.stop();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
