/**
 * Another password for the knowledge factor. The key stays the same; only its wrapping changes.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { usePassword, type PasswordType } from '../model/power-auth-password.ts';
import { equalBytes, wipe } from '../util/bytes.ts';
import { wipeActivationRecord, type WrappedKnowledgeKey } from './activation-record.ts';
import { missingActivation } from './activation-store.ts';
import { possessionKnowledge } from './factors.ts';
import {
  assertPasswordLength,
  MINIMAL_PASSWORD_LENGTH,
  unwrapWithPassword,
  wrapUnderPassword,
} from './knowledge-key.ts';
import type { Session } from './session.ts';
import { validateSignature } from './signed-requests.ts';

/**
 * Changes the password once the server has accepted the old one.
 *
 * @throws SIGNATURE_ERROR for an old password too short to be one, WRONG_PARAMETER for such a new one; what
 *   {@link validateSignature} throws; OPERATION_CANCELED when somebody else changed the password meanwhile
 */
export async function changePassword(
  session: Session,
  oldPassword: PasswordType,
  newPassword: PasswordType,
): Promise<void> {
  await usePassword(oldPassword, async (oldBytes) =>
    usePassword(newPassword, async (newBytes) => {
      assertPasswordLength(oldBytes, 'oldPassword', PowerAuthErrorCode.SIGNATURE_ERROR);
      assertPasswordLength(newBytes, 'newPassword', PowerAuthErrorCode.WRONG_PARAMETER);
      const record = await session.activation.read();
      if (record === undefined) throw missingActivation();
      // A copy: the salt is no secret, and tells this wrapping from any other.
      const salt = record.knowledge.salt.slice();
      wipeActivationRecord(record);
      await validateSignature(session, possessionKnowledge(oldBytes));
      await session.activation.changeKnowledge((knowledge) => {
        // The old password would unlock nothing of another wrapping, and the key would be lost.
        if (equalBytes(knowledge.salt, salt)) return rewrap(knowledge, oldBytes, newBytes);
        throw failure(
          PowerAuthErrorCode.OPERATION_CANCELED,
          'The password or the activation was changed by somebody else meanwhile; nothing was changed here',
        );
      });
    }),
  );
}

/**
 * Changes the password without asking anybody. A wrong old password destroys the knowledge factor.
 *
 * @returns false when nothing was changed: no activation, or a password too short to be one
 */
export async function unsafeChangePassword(
  session: Session,
  oldPassword: PasswordType,
  newPassword: PasswordType,
): Promise<boolean> {
  return usePassword(oldPassword, async (oldBytes) =>
    usePassword(newPassword, async (newBytes) => {
      const long = Math.min(oldBytes.length, newBytes.length) >= MINIMAL_PASSWORD_LENGTH;
      if (!long || (await session.activation.activationId()) === undefined) return false;
      await session.activation.changeKnowledge((knowledge) => rewrap(knowledge, oldBytes, newBytes));
      return true;
    }),
  );
}

function rewrap(
  knowledge: WrappedKnowledgeKey,
  oldPassword: Uint8Array,
  newPassword: Uint8Array,
): WrappedKnowledgeKey {
  const key = unwrapWithPassword(knowledge, oldPassword);
  try {
    return wrapUnderPassword(key, newPassword);
  } finally {
    wipe(key);
  }
}
