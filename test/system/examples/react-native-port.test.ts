import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, runNode } from '../package/support.ts';

const EXPECTED = `
activated: false
scanned code is good: true
typed code is corrected: true
fingerprint has 8 digits: true
1234 is weak because: many people use it
9562 is weak because: undefined
finished: true
activated after a restart: true
login: HTTP 401
login with another PIN: {"remainingAttempts":4}
login: welcome
payment: 200
payment as before: 200
biometry: {"name":"biometry","isOn":false}
  the user reads: Pay without your PIN from now on, and says no
switched on: false
  the user reads: Pay without your PIN from now on, and says yes
switched on: true
biometry: {"name":"biometry","isOn":true}
  the user reads: 5 EUR to Bob, 7 EUR to Eve, and says yes
payments with biometry: [200,200]
  the user reads: 5 EUR to Bob, 7 EUR to Eve, and says no
payments with biometry: []
biometry: {"name":"biometry","isOn":false}
failed attempts: 0
history: 200
offline signature is good: true
forged payload: undefined
balance: 200
balance, with the same token: 200
tokens on the server: 1
tokens left: 0
secret answer: {"question":"6 × 9"}
login after the change: welcome
file key has 16 bytes: true
contract is signed by the device: true
state on the server: REMOVED
without an activation: PowerAuthError MISSING_ACTIVATION: This instance has no activation; create one with createActivation and commitActivation first
`;

const EXPECTED_5 = `
activated: false
fingerprint has 8 digits: true
algorithm: legacy
time is known: true
user: Alice
payment: 200
history: 200
balance: 200
offline code is good: true
payload is from the bank: true
another one is: false
PIN changed with another PIN: false
PIN changed: true
payment with the new PIN: 200
biometry: NOT_SUPPORTED, off
contract is signed by the device: true
`;

describe('examples/react-native-port', () => {
  test('is an app for the React Native SDK that imports this package instead, and does all its app does', async () => {
    const app = await readFile(join(root, 'examples/react-native-port/app.ts'), 'utf8');
    expect(app.match(/ from '.*'/g)).toEqual([
      " from 'react-native-powerauth-mobile-sdk'",
      " from 'powerauth-wasm'",
    ]);
    // Strict TypeScript of the project covers app.ts; here it runs.
    expect((await runNode(['examples/react-native-port/main.mjs'])).trim()).toBe(EXPECTED.trim());
  }, 60_000);

  test('does the same for an app for version 5.0 of that SDK', async () => {
    expect((await runNode(['examples/react-native-port/main-5.mjs'])).trim()).toBe(EXPECTED_5.trim());
  }, 60_000);
});
