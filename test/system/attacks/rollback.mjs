/**
 * Somebody who can write to the storage, and has no sealing key, puts one record back. SECURITY.md, "One record put back".
 */
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { softwareBiometry } from 'powerauth-wasm/biometry/software';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { activated, attack, outcome, recordIn, recordKey, startServer } from './lib.mjs';

await attack('a former PIN and a removed fingerprint, by a record that is put back', async (stage) => {
  const server = await startServer(stage);
  const storage = memoryStorage();
  const provider = softwareBiometry({ key: new Uint8Array(32).fill(2) });
  const prompt = { promptMessage: 'Set up' };
  const authentication = PowerAuthAuthentication.commitWithPasswordAndBiometry('1111', prompt);
  const { powerAuth } = await activated(server, { storage, biometry: { provider }, authentication });
  const key = await recordKey(storage);
  const former = await recordIn(storage, key);
  const tell = async (moment) => {
    const [before, after] = [
      await outcome(powerAuth.validatePassword('1111')),
      await outcome(powerAuth.validatePassword('8342')),
    ];
    const biometry = await powerAuth.hasBiometryFactor();
    stage.saw(`${moment}: former PIN ${before}, new PIN ${after}, biometry ${biometry ? 'there' : 'gone'}`);
  };
  // The user has been watched: another PIN, and no fingerprints of others.
  await powerAuth.changePassword('1111', '8342');
  await powerAuth.removeBiometryFactor();
  await tell('after the change');
  await storage.set(key, former);
  const { state, localCounterBehind } = await powerAuth.fetchActivationStatus();
  stage.saw(`the status: ${state}, counter ${localCounterBehind} behind`, (localCounterBehind ?? 0) > 0);
  await tell('with the record put back');
  stage.inherent('one write; the app sees it by localCounterBehind');
});
