/**
 * Changes the password of the knowledge factor. The key stays the same; only its wrapping changes.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { usePassword, type PasswordType } from '../model/power-auth-password.ts';
import { deriveKnowledgeKey } from '../protocol/kdf.ts';
import { copySecret, equalBytes, wipe } from '../util/bytes.ts';
import { possessionKnowledge } from './factors.ts';
import { KnowledgeFactor } from './knowledge-factor.ts';
import { assertPasswordLength, MINIMAL_PASSWORD_LENGTH } from './password-wrapping.ts';
import type { SessionParts } from './parts.ts';
import { withMasterSecret, withVaultKey } from './vault.ts';

/**
 * Changes the password once the server has opened the vault for the old one. The vault proves the key, so only the
 * right key is wrapped under the new password, whoever has answered.
 *
 * @throws SIGNATURE_ERROR for an old password that is too short, WRONG_PARAMETER for such a new one; what
 *   {@link withVaultKey} throws, including OPERATION_CANCELED if somebody else changed the password in the meantime;
 *   ENCRYPTION_ERROR if the vault proves a key other than the one that the old password unlocks
 */
export async function changePassword(
  session: SessionParts,
  oldPassword: PasswordType,
  newPassword: PasswordType,
): Promise<void> {
  await withPasswords(session, oldPassword, newPassword, async (old, oldBytes, newBytes) => {
    assertPasswordLength(oldBytes, 'oldPassword', PowerAuthErrorCode.SIGNATURE_ERROR);
    assertPasswordLength(newBytes, 'newPassword', PowerAuthErrorCode.WRONG_PARAMETER);
    await prove(session, old);
    await changeProved(old, newBytes);
  });
}

/** Lets the server open the vault for a password, and checks that the key that it unlocks is the vault's. */
async function prove(session: SessionParts, old: KnowledgeFactor): Promise<void> {
  const key = await withVaultKey(
    session,
    possessionKnowledge(old),
    'FETCH_ENCRYPTION_KEY',
    (vaultKey, record) => withMasterSecret(vaultKey, record, deriveKnowledgeKey),
  );
  try {
    if (old.key === undefined || !equalBytes(old.key, key)) throw otherKey();
  } finally {
    wipe(key);
  }
}

async function changeProved(old: KnowledgeFactor, newBytes: Uint8Array): Promise<void> {
  // Somebody else may have wrapped it again in the meantime, under the same password.
  while (!(await old.change(newBytes))) await old.unlock();
}

/** The same in two steps. It holds the old password and its key, so the caller must release it. */
export class PasswordChange {
  readonly #old: KnowledgeFactor;
  readonly #oldBytes: Uint8Array;

  private constructor(old: KnowledgeFactor, oldBytes: Uint8Array) {
    this.#old = old;
    this.#oldBytes = oldBytes;
  }

  /** Proves the old password. @throws what {@link changePassword} throws for it */
  static async begin(session: SessionParts, oldPassword: PasswordType): Promise<PasswordChange> {
    return usePassword(oldPassword, async (given) => {
      assertPasswordLength(given, 'oldPassword', PowerAuthErrorCode.SIGNATURE_ERROR);
      const oldBytes = copySecret(given);
      const change = new PasswordChange(new KnowledgeFactor(session, oldBytes), oldBytes);
      try {
        await prove(session, change.#old);
        return change;
      } catch (error) {
        change.release();
        throw error;
      }
    });
  }

  /** Puts the new password into effect. @throws what {@link changePassword} throws for it */
  async finish(newPassword: PasswordType): Promise<void> {
    await usePassword(newPassword, async (newBytes) => {
      assertPasswordLength(newBytes, 'newPassword', PowerAuthErrorCode.WRONG_PARAMETER);
      await changeProved(this.#old, newBytes);
    });
  }

  /** Wipes password and key. */
  release(): void {
    this.#old.release();
    wipe(this.#oldBytes);
  }
}

/**
 * Changes the password without asking anybody. A wrong old password destroys the knowledge factor.
 *
 * @returns false if nothing was changed: no activation, or a password that is too short
 * @throws OPERATION_CANCELED if somebody else changed the password in the meantime: the old one is wrong by now
 */
export async function unsafeChangePassword(
  session: SessionParts,
  oldPassword: PasswordType,
  newPassword: PasswordType,
): Promise<boolean> {
  return withPasswords(session, oldPassword, newPassword, async (old, oldBytes, newBytes) => {
    const long = Math.min(oldBytes.length, newBytes.length) >= MINIMAL_PASSWORD_LENGTH;
    if (!long || (await session.activation.activationId()) === undefined) return false;
    do await old.unlock();
    while (!(await old.change(newBytes)));
    return true;
  });
}

async function withPasswords<T>(
  session: SessionParts,
  oldPassword: PasswordType,
  newPassword: PasswordType,
  change: (old: KnowledgeFactor, oldBytes: Uint8Array, newBytes: Uint8Array) => Promise<T>,
): Promise<T> {
  return usePassword(oldPassword, async (oldBytes) =>
    usePassword(newPassword, async (newBytes) => {
      const old = new KnowledgeFactor(session, oldBytes);
      try {
        return await change(old, oldBytes, newBytes);
      } finally {
        old.release();
      }
    }),
  );
}

function otherKey(): Error {
  return failure(
    PowerAuthErrorCode.ENCRYPTION_ERROR,
    'The server opened the vault for a password that is not the right one; nothing was changed',
  );
}
