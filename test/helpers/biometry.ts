import { randomBytes } from 'node:crypto';
import { softwareBiometry } from '../../src/biometry/software.ts';
import type {
  PowerAuthBiometricPrompt,
  PowerAuthBiometryConfigurationType,
  PowerAuthBiometryInfo,
  PowerAuthBiometryProvider,
} from '../../src/index.ts';

/** A platform with biometry, and the user in front of it. */
export interface TestBiometry {
  /** For `configure`, and for other clients of the same user. */
  readonly biometry: PowerAuthBiometryConfigurationType;
  readonly provider: PowerAuthBiometryProvider;
  /** What the user was asked, in order. */
  readonly asked: (PowerAuthBiometricPrompt | undefined)[];
  /** Descriptors of removed secrets. */
  readonly removed: Uint8Array[];
  /** What the user does; says yes until it is set. */
  answer: (signal: AbortSignal) => boolean | Promise<boolean>;
  /** What the platform says of itself. */
  info: PowerAuthBiometryInfo;
}

/** The software provider, with a user that a test tells what to do. */
export function testBiometry(
  settings: PowerAuthBiometryConfigurationType = {},
  key: Uint8Array = randomBytes(32),
): TestBiometry {
  const asked: (PowerAuthBiometricPrompt | undefined)[] = [];
  const removed: Uint8Array[] = [];
  const software = softwareBiometry({
    key,
    authenticate: (prompt, signal) => {
      asked.push(prompt);
      return test.answer(signal);
    },
    info: () => test.info,
  });
  const provider = {
    ...software,
    remove: (descriptor: Uint8Array) => {
      removed.push(descriptor);
      return software.remove(descriptor);
    },
  };
  const test: TestBiometry = {
    biometry: { ...settings, provider },
    provider,
    asked,
    removed,
    answer: () => true,
    info: { isAvailable: true, biometryType: 'FINGERPRINT', canAuthenticate: 'OK' },
  };
  return test;
}
