/**
 * Stands in for `#platform`: a phone's, which keeps records for the app and knows its user.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { softwareBiometry } from 'powerauth-wasm/biometry/software';
import { memoryStorage, MemorySpace } from 'powerauth-wasm/storage/memory';

const space = new MemorySpace();
const provider = softwareBiometry({ key: randomBytes(32), authenticate: (prompt) => user(prompt) });
const yes = () => true;
/** @type {(prompt?: import('powerauth-wasm').PowerAuthBiometricPrompt) => boolean} */
let user = yes;

/** What the user does with the next questions. */
export const setUser = (answer = yes) => {
  user = answer;
};

export const defaultStorage = () => memoryStorage(space);
export const defaultSealingKey = (storage) => storage.sealingKey();
export const defaultBiometry = () => provider;

/** The peer's tests subscribe to nothing. */
export const openChannel = () => undefined;
