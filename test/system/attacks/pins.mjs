/**
 * A PIN out of what the storage held, without one request to the server: from two copies of the record, and from one copy
 * and one later signature. SECURITY.md, "Guessing a password offline", says what it costs and what protects. Here with the
 * fewest iterations and a PIN below 300, so that it takes seconds.
 */
import { createDecipheriv, pbkdf2Sync, randomInt } from 'node:crypto';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { nextCounter } from '../../../dist/protocol/counter.js';
import { computeSignature, signatureData } from '../../../dist/protocol/signature.js';
import { decodeActivationRecord } from '../../../dist/session/activation-record.js';
import { sealedStorage } from '../../../dist/storage/sealed.js';
import { activated, attack, recordIn, recordKey, SEALING_KEY, startServer } from './lib.mjs';

const PINS = Array.from({ length: 300 }, (_, pin) => String(pin).padStart(4, '0'));
const anyPin = () => PINS[randomInt(PINS.length)];

/** What a guess makes of a wrapped key. */
function unwrap({ hash, salt, iterations, wrappedKey }, pin) {
  const key = pbkdf2Sync(pin, salt, iterations, 16, hash.replace('-', ''));
  return createDecipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false).update(wrappedKey);
}

/** A pair of PINs is right when both give the same key. */
function fromTwoCopies(first, second) {
  const table = new Map(PINS.map((pin) => [unwrap(first, pin).toString('hex'), pin]));
  return PINS.flatMap((pin) => {
    const former = table.get(unwrap(second, pin).toString('hex'));
    return former === undefined ? [] : [`${former} then ${pin}`];
  }).join(' or ');
}

/** A PIN is right when its key makes the signature. */
function fromHeader({ knowledge, possessionKey, counter: first }, { headers, body }, applicationSecret) {
  const header = headers['x-powerauth-authorization'];
  const part = (name) => new RegExp(`${name}="([^"]*)"`).exec(header)?.[1] ?? '';
  const data = signatureData({
    method: 'POST',
    uriId: '/pa/signature/validate',
    nonce: Buffer.from(part('pa_nonce'), 'base64'),
    body: Buffer.from(body),
    applicationSecret,
  });
  return PINS.find((pin) => {
    const key = unwrap(knowledge, pin);
    for (let tries = 0, counter = first; tries < 5; tries++, counter = nextCounter(counter))
      if (computeSignature([possessionKey, key], counter.ctrData, data) === part('pa_signature')) return true;
    return false;
  });
}

await attack('a PIN by guesses that no server counts', async (stage) => {
  const server = await startServer(stage);
  const storage = memoryStorage();
  const [before, after] = [anyPin(), anyPin()];
  const { powerAuth } = await activated(server, { storage, pin: before });
  // Storage and sealing key, as a backup has them.
  const copy = async () =>
    decodeActivationRecord(await recordIn(sealedStorage(storage, SEALING_KEY), await recordKey(storage)));
  const first = await copy();
  await powerAuth.changePassword(before, after);
  const second = await copy();
  await powerAuth.validatePassword(after);
  const logged = server.requests.at(-1);
  const made = server.requests.length;

  const report = (what, truth, guess) => {
    const begun = performance.now();
    const found = guess();
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    // The attacker of this program must be able to find it, or it would show nothing.
    stage.saw(`${what}: ${found} in ${seconds} s (it was ${truth})`, found === truth);
  };
  report('two copies of the record', `${before} then ${after}`, () =>
    fromTwoCopies(first.knowledge, second.knowledge),
  );
  report('one copy and one later header', after, () =>
    fromHeader(second, logged, server.configuration.applicationSecret),
  );
  stage.saw(`requests to the server: ${server.requests.length - made}`, server.requests.length === made);
  stage.inherent('one PBKDF2 a guess, sixty times as dear by default; see SECURITY.md');
});
