import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { softwareBiometry } from '../../src/biometry/software.ts';
import {
  PowerAuthAuthentication,
  type PowerAuth,
  type PowerAuthBiometricPrompt,
  type PowerAuthBiometryConfigurationType,
  type PowerAuthBiometryInfo,
  type PowerAuthBiometryProvider,
} from '../../src/index.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { activated, PASSWORD, statusOf } from './client.ts';

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

/** What a user is asked in these tests. */
export const PROMPT = { promptMessage: 'Please approve', promptTitle: 'Payment' };
const SIGNED = '/api/protected/signature';

/** A new object for one use. */
export const biometry = () => PowerAuthAuthentication.biometry(PROMPT);

/** A client whose activation has a biometry factor. */
export interface WithFactor {
  readonly server: PowerAuthTestServer;
  readonly powerAuth: PowerAuth;
  readonly activationId: string;
  readonly user: TestBiometry;
}

/** An activation with a biometry factor; what the user was asked on the way is forgotten. */
export async function withFactor(settings: Parameters<typeof activated>[0] = {}): Promise<WithFactor> {
  const user = testBiometry();
  const client = await activated({ biometry: user.biometry, ...settings });
  await client.powerAuth.addBiometryFactor(PASSWORD, PROMPT);
  user.asked.length = 0;
  return { ...client, user };
}

/** Signs a request, which the server must accept. Gives the signature's type. */
export async function accepted(
  { powerAuth, server }: WithFactor,
  authentication = biometry(),
): Promise<string> {
  const header = await powerAuth.requestSignature(authentication, 'POST', SIGNED, 'body');
  expect(await statusOf(server, header, SIGNED, { body: 'body' })).toBe(200);
  return /pa_signature_type="(\w+)"/.exec(header.value)?.[1] ?? '';
}
