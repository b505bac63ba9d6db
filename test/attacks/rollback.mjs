/**
 * Somebody who can write to the storage, and has no sealing key, puts one record back. SECURITY.md, "One record put back".
 *
 *     node test/attacks/rollback.mjs
 *
 * @module
 */
import { softwareBiometry } from '../../dist/biometry/software.js';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from '../../dist/index.js';
import { memoryStorage } from '../../dist/storage/memory.js';
import { startPowerAuthTestServer } from '../../dist/testing/index.js';

const server = await startPowerAuthTestServer();
const storage = memoryStorage();
const powerAuth = new PowerAuth('bank');
const biometry = { provider: softwareBiometry({ key: new Uint8Array(32).fill(2) }) };
const keychain = { storage, sealingKey: new Uint8Array(32).fill(7) };
await powerAuth.configure(server.configuration, { enableUnsecureTraffic: true }, biometry, keychain);
const { activationId, activationCode } = server.createActivation();
await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'victim'));
await powerAuth.commitActivation(
  PowerAuthAuthentication.commitWithPasswordAndBiometry('1111', { promptMessage: 'Set up' }),
);
server.commitActivation(activationId);

let key = '';
for await (const name of storage.list('')) if (name.endsWith('/activation')) key = name;
const former = await storage.get(key);

const isRight = (pin) =>
  powerAuth.validatePassword(pin).then(
    () => 'accepted',
    ({ code }) => code,
  );
const tell = async (moment) => {
  const pins = `1111: ${await isRight('1111')}, 8342: ${await isRight('8342')}`;
  console.log(`${moment}: ${pins}, biometry: ${await powerAuth.hasBiometryFactor()}`);
};

// The user has been watched: another PIN, and no fingerprints of others.
await powerAuth.changePassword('1111', '8342');
await powerAuth.removeBiometryFactor();
await tell('after the change');
await storage.set(key, former);
const { state, localCounterBehind } = await powerAuth.fetchActivationStatus();
console.log(`the status says ${state}, and that the counter was ${localCounterBehind} behind`);
await tell('with the record put back');
if (localCounterBehind === undefined) process.exitCode = 1;

await powerAuth.deconfigure();
await server.close();
