/**
 * A PIN out of what the storage held, without one request to the server: from two copies of the record, and from one copy
 * and one later signature. SECURITY.md, "Guessing a password offline", says what it costs and what protects.
 *
 *     node test/attacks/pins.mjs            with the fewest iterations, and a PIN below 300, so that it takes a minute at most
 *
 * @module
 */
import { createDecipheriv, pbkdf2Sync, randomInt } from 'node:crypto';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from '../../dist/index.js';
import { nextCounter } from '../../dist/protocol/counter.js';
import { computeSignature, signatureData } from '../../dist/protocol/signature.js';
import { decodeActivationRecord } from '../../dist/session/activation-record.js';
import { RecordKeys } from '../../dist/session/record-keys.js';
import { memoryStorage } from '../../dist/storage/memory.js';
import { sealedStorage } from '../../dist/storage/sealed.js';
import { startPowerAuthTestServer } from '../../dist/testing/index.js';

const PINS = Array.from({ length: 300 }, (_, pin) => String(pin).padStart(4, '0'));
const anyPin = () => PINS[randomInt(PINS.length)];
const [before, after] = [anyPin(), anyPin()];
const sealingKey = new Uint8Array(32).fill(7);
const storage = memoryStorage();

// The user.
const server = await startPowerAuthTestServer();
const powerAuth = new PowerAuth('bank');
await powerAuth.configure(server.configuration, { enableUnsecureTraffic: true }, undefined, {
  storage,
  sealingKey,
  pbkdf2Iterations: 10_000,
});
const { activationId, activationCode } = server.createActivation();
await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'victim'));
await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(before));
server.commitActivation(activationId);
const first = await copy();
await powerAuth.changePassword(before, after);
const second = await copy();
await powerAuth.validatePassword(after);
const logged = server.requests.at(-1);
await powerAuth.deconfigure();

/** Storage and sealing key, as a backup has them. */
async function copy() {
  return decodeActivationRecord(
    await sealedStorage(storage, sealingKey).get(new RecordKeys('bank').activation),
  );
}

/** What a guess makes of a wrapped key. */
function unwrap({ hash, salt, iterations, wrappedKey }, pin) {
  const key = pbkdf2Sync(pin, salt, iterations, 16, hash.replace('-', ''));
  return createDecipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false).update(wrappedKey);
}

function report(what, found, truth, begun, made) {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    `${what}: ${found}, in ${seconds} s, with ${server.requests.length - made} requests; it was ${truth}`,
  );
  if (found !== truth) process.exitCode = 1;
}

const made = server.requests.length;

// Two copies: a pair of PINs is right when both give the same key.
{
  const begun = performance.now();
  const table = new Map(PINS.map((pin) => [unwrap(first.knowledge, pin).toString('hex'), pin]));
  const pairs = PINS.flatMap((pin) => {
    const former = table.get(unwrap(second.knowledge, pin).toString('hex'));
    return former === undefined ? [] : [`${former} then ${pin}`];
  });
  report('two copies of the record', pairs.join(' or '), `${before} then ${after}`, begun, made);
}

// One copy, and one header that was made later.
{
  const begun = performance.now();
  const header = logged.headers['x-powerauth-authorization'];
  const part = (name) => new RegExp(`${name}="([^"]*)"`).exec(header)[1];
  const data = signatureData({
    method: 'POST',
    uriId: '/pa/signature/validate',
    nonce: Buffer.from(part('pa_nonce'), 'base64'),
    body: Buffer.from(logged.body),
    applicationSecret: server.configuration.applicationSecret,
  });
  const fits = (pin) => {
    const key = unwrap(second.knowledge, pin);
    for (let tries = 0, counter = second.counter; tries < 20; tries++, counter = nextCounter(counter)) {
      if (computeSignature([second.possessionKey, key], counter.ctrData, data) === part('pa_signature'))
        return true;
    }
    return false;
  };
  report('one copy and one later header', PINS.find(fits), after, begun, made);
}

await server.close();
