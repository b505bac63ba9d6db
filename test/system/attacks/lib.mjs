/**
 * What the attacks share: the victim, and how they tell what they saw. Victims use the package as its users import it;
 * attackers also know its source, and read its records with what lies in `dist`.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';

export const PIN = '1234';
export const SEALING_KEY = new Uint8Array(32).fill(7);
export const POSSESSION = PowerAuthAuthentication.possession();

/**
 * Plays an attack, prints what was seen, and ends the process: with 1 when the package did not hold.
 *
 * @param title what is tried
 * @param play gets `saw(what, held)`, `inherent(cost)` for what no client of the protocol can prevent, and `skip(why)`
 */
export async function attack(title, play) {
  const ends = [];
  const seen = { broken: false, verdict: 'held' };
  const stage = {
    saw(what, held = true) {
      console.log(`  ${held ? '-' : '!'} ${what}`);
      if (!held) seen.broken = true;
    },
    inherent: (cost) => (seen.verdict = `inherent: ${cost}`),
    skip: (why) => (seen.verdict = `skipped: ${why}`),
    /** Does something when the attack is over. */
    atEnd: (end) => ends.push(end),
  };
  console.log(`tried: ${title}`);
  try {
    await play(stage);
  } catch (error) {
    stage.saw(`the program failed: ${error.stack}`, false);
  }
  for (const end of ends.reverse()) await end();
  const code = seen.broken ? 1 : 0;
  process.stdout.write(`${seen.broken ? 'BROKEN' : seen.verdict}\n`, () => process.exit(code));
}

/** `resolved`, or the code that a call was rejected with. */
export const outcome = (call) =>
  call.then(
    () => 'resolved',
    ({ code, name }) => code ?? name,
  );

/** A server that ends with the attack. */
export async function startServer({ atEnd }) {
  const server = await startPowerAuthTestServer();
  atEnd(() => server.close());
  return server;
}

/** A folder that is removed after the attack. */
export async function temporaryFolder({ atEnd }) {
  const folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * What a victim is configured with; the rest is of the keychain configuration.
 *
 * @typedef {object} OwnSettings
 * @property {string} [id]
 * @property {import('powerauth-wasm').PowerAuthConfigurationType} [configuration]
 * @property {import('powerauth-wasm').PowerAuthClientConfigurationType} [client]
 * @property {import('powerauth-wasm').PowerAuthBiometryConfigurationType} [biometry]
 *
 * @typedef {OwnSettings & import('powerauth-wasm').PowerAuthKeychainConfigurationType} Settings
 * @typedef {{ pin?: string, authentication?: PowerAuthAuthentication }} Commit
 */

/**
 * An instance that is configured; with as few iterations as there may be, so that the attacks don't take long.
 *
 * @param {import('powerauth-wasm').PowerAuthConfigurationType} configuration
 * @param {Settings} [settings]
 */
export async function configured(configuration, { id = 'bank', client, biometry, ...keychain } = {}) {
  const powerAuth = new PowerAuth(id);
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true, ...client }, biometry, {
    storage: memoryStorage(),
    sealingKey: SEALING_KEY,
    pbkdf2Iterations: 10_000,
    ...keychain,
  });
  return powerAuth;
}

/**
 * The same, with an activation that waits for its commit.
 *
 * @param {import('powerauth-wasm/testing').PowerAuthTestServer} server
 * @param {Settings} [settings]
 */
export async function created(server, settings) {
  const { configuration = server.configuration, ...rest } = settings ?? {};
  const powerAuth = await configured(configuration, rest);
  const { activationId, activationCode } = server.createActivation();
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'victim'));
  return { powerAuth, activationId };
}

/**
 * The same, with an activation that both sides have committed.
 *
 * @param {import('powerauth-wasm/testing').PowerAuthTestServer} server
 * @param {Settings & Commit} [settings]
 */
export async function activated(server, { pin = PIN, authentication, ...settings } = {}) {
  const victim = await created(server, settings);
  await victim.powerAuth.commitActivation(authentication ?? PowerAuthAuthentication.commitWithPassword(pin));
  server.commitActivation(victim.activationId);
  return victim;
}

/** Key of the only activation's record. */
export async function recordKey(storage) {
  for await (const key of storage.list('')) if (key.endsWith('/activation')) return key;
  throw new Error('expected the record of an activation');
}

/**
 * A record that must be there.
 *
 * @param {{ get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> }} storage
 * @param {string} key
 */
export async function recordIn(storage, key) {
  const record = await storage.get(key);
  if (record === undefined) throw new Error(`expected a record ${key}`);
  return record;
}
