import { expect, test } from 'vitest';
import {
  PowerAuthBiometryStatus,
  PowerAuthBiometryType,
} from '../../src/biometry/power-auth-biometry-info.ts';

test('the names of biometry are values and types', () => {
  const kinds: PowerAuthBiometryType[] = ['NONE', 'GENERIC', 'FINGERPRINT', 'FACE', 'IRIS'];
  expect(Object.entries(PowerAuthBiometryType)).toEqual(kinds.map((kind) => [kind, kind]));
  const states: PowerAuthBiometryStatus[] = [
    'OK',
    'NOT_SUPPORTED',
    'NOT_ENROLLED',
    'NOT_AVAILABLE',
    'LOCKOUT',
  ];
  expect(Object.entries(PowerAuthBiometryStatus)).toEqual(states.map((state) => [state, state]));
});
