/**
 * Somebody between client and server who answers `200 {"status":"OK"}`. SECURITY.md, "What proves an answer".
 *
 *     node test/attacks/forged-ok.mjs
 *
 * @module
 */
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from '../../dist/index.js';
import { memoryStorage } from '../../dist/storage/memory.js';
import { startPowerAuthTestServer } from '../../dist/testing/index.js';

const server = await startPowerAuthTestServer();
const powerAuth = new PowerAuth('bank');
const keychain = { storage: memoryStorage(), sealingKey: new Uint8Array(32).fill(7) };
await powerAuth.configure(server.configuration, { enableUnsecureTraffic: true }, undefined, keychain);
const { activationId, activationCode } = server.createActivation();
await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'victim'));
await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
server.commitActivation(activationId);

const outcome = (call) =>
  call.then(
    () => 'resolved',
    ({ code }) => code,
  );
const PATHS = ['signature/validate', 'vault/unlock', 'activation/remove'];
for (const path of PATHS) server.faults.add({ path: `/pa/v3/${path}`, body: '{"status":"OK"}' });
const removal = PowerAuthAuthentication.password('1234');
console.log('forged:');
console.log('  validatePassword(wrong)', await outcome(powerAuth.validatePassword('9999')));
console.log('  changePassword(wrong, new)', await outcome(powerAuth.changePassword('9999', '5678')));
console.log('  changePassword(right, new)', await outcome(powerAuth.changePassword('1234', '5678')));
const removed = powerAuth.removeActivationWithAuthentication(removal);
console.log('  removeActivationWithAuthentication', await outcome(removed));

server.faults.clear();
const present = await outcome(powerAuth.validatePassword('1234'));
console.log('genuine again:');
console.log('  validatePassword(right)', present);
if (present !== 'resolved') process.exitCode = 1;

await powerAuth.deconfigure();
await server.close();
