/**
 * What the server says about the application and the activation.
 *
 * @module
 */

import { PowerAuthError, PowerAuthErrorCode } from '../../errors.ts';
import { STATES } from '../../session/activation-status.ts';
import { sessionOf } from '../../session/registry.ts';
import { fetchStatusBlob } from '../../session/status-blob.ts';
import { NEXT_STEPS } from '../commands/status.ts';
import type { Context } from '../context.ts';
import { failed, type Finding } from './finding.ts';

/** Whether the server knows the keys of the configuration, and has the private one of its master key. */
export async function examineApplication(context: Context): Promise<Finding> {
  const subject = 'application';
  try {
    // It asks for a temporary key, whose signature it checks, and is sent nowhere.
    await context.withPowerAuth(({ powerAuth }) =>
      powerAuth.getEncryptorForApplicationScope().encryptRequest('{}'),
    );
    return { level: 'ok', subject, text: 'the server knows its keys' };
  } catch (error) {
    return failed(
      subject,
      'the keys of the configuration are not those of this server, or it has others now',
      error,
    );
  }
}

/** The state on the server. Unlike `status` it moves no counter. */
export async function examineActivation(context: Context): Promise<Finding> {
  const subject = 'state';
  try {
    const { blob } = await context.withPowerAuth(({ powerAuth }) => {
      const session = sessionOf(powerAuth.instanceId);
      return session.during(() => fetchStatusBlob(session));
    });
    const text = STATES[blob.state] ?? 'unknown';
    const next = NEXT_STEPS[text];
    if (next === undefined) return { level: 'ok', subject, text };
    if (text === 'PENDING_COMMIT') return { level: 'warn', subject, text, remedy: next };
    return { level: 'fail', subject, text, remedy: next, code: PowerAuthErrorCode.AUTHENTICATION_ERROR };
  } catch (error) {
    const finding = failed(subject, 'the server did not tell it', error);
    const isUnknown =
      error instanceof PowerAuthError && error.code === PowerAuthErrorCode.INVALID_ACTIVATION_DATA;
    // The store could be read, so it is the server that doesn't know it.
    return isUnknown ? { ...finding, code: PowerAuthErrorCode.MISSING_ACTIVATION } : finding;
  }
}
