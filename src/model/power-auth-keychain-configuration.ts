/**
 * Where an instance keeps its activation and tokens, and the key that seals them.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthSealingKey, PowerAuthStorage } from '../storage/types.ts';
import { withHidden } from '../util/hidden.ts';
import { check } from '../util/validate.ts';
import { sealingKeySchema, storageSchema } from './storage-schema.ts';

/** The number that OWASP's Password Storage Cheat Sheet recommends for HMAC-SHA-256. */
export const PBKDF2_ITERATIONS = 600_000;
const ITERATIONS_EXPECTED = 'a whole number of iterations, 10000 to 10000000';

/**
 * Protection levels of the other SDKs' key stores.
 *
 * @example
 * ```ts
 * const minimalRequiredKeychainProtection = PowerAuthKeychainProtection.SOFTWARE;
 * await powerAuth.configure(configuration, undefined, undefined, { minimalRequiredKeychainProtection });
 * ```
 */
export const PowerAuthKeychainProtection = {
  /** Records are stored in clear. */
  NONE: 'NONE',
  /** Records are sealed under a key that the operating system protects in software. */
  SOFTWARE: 'SOFTWARE',
  /** The key is in a trusted execution environment. */
  HARDWARE: 'HARDWARE',
  /** The key is in a secure element. */
  STRONGBOX: 'STRONGBOX',
} as const;

/** One of the values of the constant object of the same name. */
export type PowerAuthKeychainProtection =
  (typeof PowerAuthKeychainProtection)[keyof typeof PowerAuthKeychainProtection];

/**
 * Settings of the storage; all optional.
 *
 * @example
 * ```ts
 * const keychain: PowerAuthKeychainConfigurationType = { storage: memoryStorage() };
 * ```
 */
export interface PowerAuthKeychainConfigurationType {
  /** iOS only: accepted and kept, without effect here. */
  readonly accessGroupName?: string | undefined;
  /** iOS only: accepted and kept, without effect here. */
  readonly userDefaultsSuiteName?: string | undefined;
  /**
   * Lowest protection that is accepted. Default NONE. This SDK only seals in software: `configure` refuses HARDWARE and
   * STRONGBOX with INSUFFICIENT_KEYCHAIN_PROTECTION.
   */
  readonly minimalRequiredKeychainProtection?: PowerAuthKeychainProtection;
  /**
   * Where records are kept. Default, by runtime: SQLite in Node, Deno and Bun. The caller must close a storage that it
   * passed.
   */
  readonly storage?: PowerAuthStorage | undefined;
  /**
   * The AES-256-GCM key that seals records: 32 bytes (copied; the caller must wipe its own) or a CryptoKey with the
   * usages encrypt and decrypt. Of several keys the first seals, and all unseal: see "Another sealing key" in
   * docs/storage.md. Default: created and kept by the runtime's key store.
   */
  readonly sealingKey?: PowerAuthSealingKey | undefined;
  /**
   * Iterations of PBKDF2 (HMAC-SHA-256) that turn a password into the key of the knowledge factor, 10 000 to 10 000
   * 000. Default 600 000. More iterations make each guess of a password more expensive for an attacker who has copied
   * the records, and each use of a password slower; the work is done off the thread. A knowledge factor keeps the
   * number that it was set up with until its password is changed. If that is less than this setting, it is raised once
   * the server has accepted the password: see docs/storage.md.
   */
  readonly pbkdf2Iterations?: number | undefined;
}

/**
 * {@link PowerAuthKeychainConfigurationType} with the defaults filled in.
 *
 * @example
 * ```ts
 * const keychain: PowerAuthKeychainConfigurationData = buildKeychainConfiguration();
 * ```
 */
export interface PowerAuthKeychainConfigurationData extends PowerAuthKeychainConfigurationType {
  readonly minimalRequiredKeychainProtection: PowerAuthKeychainProtection;
  readonly pbkdf2Iterations: number;
}

const keychainConfigurationSchema = s.object(
  {
    accessGroupName: s.optional(s.string('a string')),
    userDefaultsSuiteName: s.optional(s.string('a string')),
    minimalRequiredKeychainProtection: s.optional(
      s.oneOf(Object.values(PowerAuthKeychainProtection)),
      PowerAuthKeychainProtection.NONE,
    ),
    storage: s.optional(storageSchema),
    sealingKey: s.optional(sealingKeySchema),
    pbkdf2Iterations: s.optional(
      s.refine(
        s.number(ITERATIONS_EXPECTED),
        (n) => Number.isInteger(n) && n >= 10_000 && n <= 10_000_000,
        ITERATIONS_EXPECTED,
      ),
      PBKDF2_ITERATIONS,
    ),
  },
  'a PowerAuthKeychainConfiguration',
);

/**
 * A frozen, checked copy with the defaults filled in. No JSON, log or copy of it contains the sealing key.
 *
 * @param input settings, a {@link PowerAuthKeychainConfiguration}, or undefined for the defaults
 * @throws WRONG_PARAMETER naming the field
 * @example
 * ```ts
 * const keychain = buildKeychainConfiguration({ minimalRequiredKeychainProtection: PowerAuthKeychainProtection.SOFTWARE });
 * ```
 */
export function buildKeychainConfiguration(
  input?: PowerAuthKeychainConfigurationType,
): PowerAuthKeychainConfigurationData {
  const { sealingKey, ...visible } = check(
    keychainConfigurationSchema,
    input ?? {},
    'keychainConfiguration',
    PowerAuthErrorCode.WRONG_PARAMETER,
  );
  return withHidden(visible, { sealingKey });
}
