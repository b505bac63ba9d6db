/**
 * Temporary encryption keys.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import type { ApplicationVersion } from './applications.ts';
import { generateKeyPair } from './crypto.ts';
import type { TemporaryKey } from './model.ts';
import type { Records } from './records.ts';

/** Life of a temporary key, ms. */
const LIFE = 5 * 60_000;

/** Those of a server. */
export class TemporaryKeys {
  readonly #keys: Records<TemporaryKey>;
  readonly #now: () => number;

  /** @param now server time, ms */
  constructor(keys: Records<TemporaryKey>, now: () => number) {
    this.#keys = keys;
    this.#now = now;
  }

  /** A new key for the scope of an activation, or of the application. */
  create(
    version: ApplicationVersion,
    activationId: string | undefined,
  ): {
    id: string;
    publicKey: Buffer;
    issuedAt: number;
    expiresAt: number;
  } {
    const { privateKey, publicKey } = generateKeyPair();
    const [id, issuedAt] = [randomUUID(), this.#now()];
    const expiresAt = issuedAt + LIFE;
    for (const [old, key] of this.#keys.entries()) if (key.expiresAt < issuedAt) this.#keys.delete(old);
    this.#keys.set(id, { privateKey, version, activationId, expiresAt });
    return { id, publicKey, issuedAt, expiresAt };
  }

  /** The private half of a key of this scope, until it expires. */
  find(id: string, version: ApplicationVersion, activationId: string | undefined): Buffer | undefined {
    const key = this.#keys.get(id);
    if (key?.version !== version || key.activationId !== activationId) return undefined;
    return key.expiresAt >= this.#now() ? key.privateKey : undefined;
  }
}
