// Runs app-5.ts, an app for version 5.0 of the React Native SDK, against the embedded PowerAuth server:
//
//     node examples/react-native-port/main-5.mjs
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';

const PIN = '9562';
const root = fileURLToPath(new URL('../../', import.meta.url));

// The app keeps its records in the runtime's default place; here that is a temporary folder.
const folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-port-'));
process.env.XDG_DATA_HOME = folder;
const outfile = join(root, 'build/react-native-port/app-5.mjs');
await build({
  entryPoints: [join(root, 'examples/react-native-port/app-5.ts')],
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
});
const { BankApp } = await import(pathToFileURL(outfile).href);

const server = await startPowerAuthTestServer({ like: '2.2', userInfo: () => ({ name: 'Alice' }) });
const { activationId, activationCode } = server.createActivation({ userId: 'alice' });
const say = (what, answer) => console.log(`${what}: ${answer}`);

const app = new BankApp('bank-app-5');
try {
  say('activated', await app.start(server.mobileSdkConfig, server.configuration.baseEndpointUrl));
  say('fingerprint has 8 digits', /^\d{8}$/.test(await app.activate(activationCode, PIN)));
  server.commitActivation(activationId);
  say('algorithm', await app.algorithm());
  say('time is known', await app.timeIsKnown());
  say('user', await app.userName());
  say('payment', await app.pay(PIN, 'Bob'));
  say('history', await app.history());
  say('balance', await app.balance());
  const { payload, nonce } = server.createOfflinePayload({ activationId, data: 'A1*A100EUR' });
  const signature = await app.offlineCode(PIN, nonce, 'A1*A100EUR');
  const offline = { activationId, uriId: '/offline', data: 'A1*A100EUR', nonce, signature };
  say('offline code is good', server.verifyOfflineSignature(offline));
  const signed = payload.lastIndexOf('\n') + 2;
  const text = Buffer.from(payload.slice(0, signed)).toString('base64');
  say('payload is from the bank', await app.isFromBank(text, payload.slice(signed)));
  say('another one is', await app.isFromBank('AAAA', payload.slice(signed)));
  say('PIN changed with another PIN', await app.changePin('0000', async () => '2657'));
  say('PIN changed', await app.changePin(PIN, async () => '2657'));
  say('payment with the new PIN', await app.pay('2657', 'Bob'));
  say('biometry', await app.biometry());
  const contract = Buffer.from('I agree');
  const byDevice = await app.signContract('2657', contract.toString('base64'));
  say('contract is signed by the device', server.verifyDeviceSignature(activationId, contract, byDevice));
} finally {
  await app.stop();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
