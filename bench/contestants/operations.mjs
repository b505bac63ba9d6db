/**
 * Whole operations that browsers have cryptography of their own for. Runs in browsers too.
 *
 * @module
 */
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { openInstance } from '../lib/instances.mjs';

const common = { of: 'powerauth-wasm', kind: /** @type {const} */ ('ours'), asynchronous: true, perCall: 16 };
const BODY = JSON.stringify({ payee: 'CZ6508000000192000145399', amount: '1500.00' });

/** Each call does 16 operations, one after another. @param {() => Promise<unknown>} operation */
const sixteen = (operation) => async () => {
  for (let i = 0; i < common.perCall; i++) await operation();
};

/** @type {import('./contestant.mjs').Contestant[]} */
export const OPERATIONS = [
  {
    ...common,
    id: 'encrypt-request',
    name: 'encryptRequest, application scope',
    create: async ({ activation }) => {
      // The temporary key comes from a server, once.
      const powerAuth = await openInstance(activation, [], { fetch: undefined });
      const encryptor = powerAuth.getEncryptorForApplicationScope();
      return sixteen(async () => (await encryptor.encryptRequest(BODY)).decryptor.release());
    },
  },
  {
    ...common,
    id: 'two-factor-signature',
    name: 'two-factor signature, PBKDF2 with 10 000 iterations',
    create: async ({ activation }) => {
      const powerAuth = await openInstance(activation, []);
      return sixteen(() =>
        powerAuth.requestSignature(
          PowerAuthAuthentication.password('bench password'),
          'POST',
          '/payment',
          BODY,
        ),
      );
    },
  },
];
