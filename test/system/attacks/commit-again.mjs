/** A storage that reports a commit as failed though it was written; the activation is removed elsewhere; commit again. */
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { memoryStorage, MemorySpace } from 'powerauth-wasm/storage/memory';
import { decodeActivationRecord } from '../../../dist/session/activation-record.js';
import { sealedStorage } from '../../../dist/storage/sealed.js';
import { attack, created, outcome, PIN, recordIn, recordKey, SEALING_KEY, startServer } from './lib.mjs';

/** The update that writes the record; the one before reserves its place. */
const WRITING = 2;

/** A storage that carries out the update of the record, loses its answer, and is away from then on until it is back. */
function losing(storage) {
  let [updates, isAway] = [0, false];
  const assertThere = () => {
    if (isAway) throw new Error('no answer in time');
  };
  const changed = {
    async update(...parameters) {
      assertThere();
      const result = await storage.update(...parameters);
      isAway = ++updates === WRITING;
      assertThere();
      return result;
    },
    async get(key) {
      assertThere();
      return storage.get(key);
    },
  };
  const losingStorage = new Proxy(storage, {
    get(target, name) {
      if (Object.hasOwn(changed, name)) return changed[name];
      const member = target[name];
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { storage: losingStorage, back: () => (isAway = false) };
}

await attack('a removed activation comes back with its counter at 0, by a second commit', async (stage) => {
  const server = await startServer(stage);
  const authentication = PowerAuthAuthentication.commitWithPassword(PIN);
  const space = new MemorySpace();
  const { storage, back } = losing(memoryStorage(space));
  const { powerAuth, activationId } = await created(server, { storage });
  const first = await outcome(powerAuth.commitActivation(authentication));
  stage.saw(`a commit whose answer is lost: ${first}`, first !== 'resolved');
  server.commitActivation(activationId);

  // Another process finds it, and removes it.
  const elsewhere = memoryStorage(space);
  const other = sealedStorage(elsewhere, SEALING_KEY);
  const key = await recordKey(elsewhere);
  stage.saw(
    `what was written all the same: activation ${decodeActivationRecord(await recordIn(other, key)).activationId}`,
  );
  await elsewhere.delete(key);
  back();
  const second = await outcome(powerAuth.commitActivation(authentication));
  stage.saw(`removed elsewhere, and committed again: ${second}`, second !== 'resolved');
  const valid = await powerAuth.hasValidActivation();
  stage.saw(`the activation: ${valid ? 'there' : 'not there'}`, !valid);
});
