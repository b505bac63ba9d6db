/**
 * Instances of the package with an activation and any number of tokens, as they would be found in a storage. Runs in
 * browsers too.
 *
 * Tokens are written by the package's own parts, which it does not export, and which only this file uses: 100 000
 * requests for tokens would take longer than all measuring.
 *
 * @module
 */
import { PowerAuth } from 'powerauth-wasm';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { decodeActivationRecord, encodeActivationRecord } from '../../dist/session/activation-record.js';
import { RecordKeys } from '../../dist/session/record-keys.js';
import { encodeTokenRecord } from '../../dist/session/token-record.js';
import { sealedStorage } from '../../dist/storage/sealed.js';
import { nthToken } from './tokens.mjs';

/** Bytes of Base64. */
export const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** Name of one of many instances. */
export const idOf = (index) => `customer ${index}`;

/** A new token, as a server would make it. */
export const newToken = () => ({
  id: crypto.randomUUID(),
  secret: crypto.getRandomValues(new Uint8Array(16)),
});

/** The server's time, from nowhere: what is measured is not the network. */
export const localTime = async () =>
  new Response(JSON.stringify({ status: 'OK', responseObject: { serverTime: Date.now() } }));

/** The record of an instance's activation, unsealed. */
export async function readActivation(storage, sealingKey, instanceId) {
  const record = await sealedStorage(storage, sealingKey).get(new RecordKeys(instanceId).activation);
  if (record === undefined) throw new Error(`${instanceId} has no activation`);
  return record;
}

/** Puts an activation and a token named `token` there for each of these instances, `atOnce` at a time. */
export async function fillInstances(activation, storage, instanceIds, token, atOnce) {
  const left = instanceIds.entries();
  const fill = async () => {
    for (const [index, instanceId] of left) {
      await filledStorage(activation, instanceId, [['token', nthToken(token, index)]], storage);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, fill));
}

/**
 * A storage, a new one in memory unless one is given, with what an instance of this id would have left there.
 *
 * @param {import('./activation.mjs').Activation} activation
 * @param {Iterable<[string, { id: string, secret: Uint8Array }]>} tokens by name
 */
export async function filledStorage(activation, instanceId, tokens, storage = memoryStorage()) {
  const sealed = sealedStorage(storage, bytesOf(activation.sealingKey));
  const keys = new RecordKeys(instanceId);
  // The record names its instance.
  const record = { ...decodeActivationRecord(bytesOf(activation.record)), instanceId };
  await sealed.set(keys.activation, encodeActivationRecord(record));
  for (const [name, { id, secret }] of tokens) {
    const token = {
      instanceId,
      name,
      activationId: activation.id,
      tokenIdentifier: id,
      signatureType: 'possession',
      tokenSecret: secret,
    };
    await sealed.set(keys.token(name), encodeTokenRecord(token));
  }
  return storage;
}

/** Configures an instance on such a storage; `client` is more of the second argument of `configure`. */
export async function configureInstance(activation, instanceId, storage, client = {}) {
  const powerAuth = new PowerAuth(instanceId);
  await powerAuth.configure(
    activation.configuration,
    { enableUnsecureTraffic: true, fetch: localTime, ...client },
    undefined,
    { storage, sealingKey: bytesOf(activation.sealingKey), pbkdf2Iterations: 10_000 },
  );
  return powerAuth;
}

let opened = 0;

/** An instance with these tokens, configured. */
export async function openInstance(activation, tokens, client) {
  const instanceId = `bench ${++opened}`;
  return configureInstance(
    activation,
    instanceId,
    await filledStorage(activation, instanceId, tokens),
    client,
  );
}
