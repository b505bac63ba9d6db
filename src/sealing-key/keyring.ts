/**
 * A sealing key in the keychain of the operating system: Keychain on macOS, Credential Manager on Windows, the Secret
 * Service (GNOME Keyring, KWallet and others) on Linux.
 *
 * @module powerauth-wasm/sealing-key/keyring
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { importSealingKey, SEALING_KEY_LENGTH } from '../storage/sealing-key.ts';
import { sqliteStorage } from '../storage/sqlite.ts';
import type { PowerAuthCryptoKey } from '../storage/types.ts';
import { equalBytes, wipe } from '../util/bytes.ts';
import { holdProcess } from '../util/hold.ts';
import { randomBytes } from '../util/random.ts';
import { describe } from '../util/validate.ts';

/** Longest service and account, in UTF-16 units. */
const MAX_LENGTH = 200;

/**
 * Options of {@link keyringSealingKey}.
 *
 * @example
 * ```ts
 * const options: KeyringSealingKeyOptions = { service: 'bank', account: 'alice' };
 * ```
 */
export interface KeyringSealingKeyOptions {
  /** The service under which the keychain lists the key. 1 to 200 UTF-16 units. Default: `powerauth-wasm`. */
  readonly service?: string;
  /** The name of the key within the service. 1 to 200 UTF-16 units. Default: `sealing key`. */
  readonly account?: string;
}

/** The part of an entry of `@napi-rs/keyring` that is used. */
interface Entry {
  getSecret(): Promise<number[] | null>;
  setSecret(secret: Uint8Array): Promise<void>;
}

/** The keyring package is loaded only here, and only when a key is requested. */
async function openEntry(service: string, account: string): Promise<Entry> {
  const { AsyncEntry } = await import('@napi-rs/keyring');
  // Without a Secret Service the package would use the kernel's keyring, which forgets the key at the next boot.
  return new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
}

/** The stored key, or undefined. */
async function read(entry: Entry): Promise<CryptoKey | undefined> {
  const secret = await entry.getSecret();
  if (secret === null) return undefined;
  const bytes = Uint8Array.from(secret);
  secret.fill(0);
  try {
    if (bytes.length === SEALING_KEY_LENGTH) return await importSealingKey(bytes);
    throw new Error(
      `expected ${SEALING_KEY_LENGTH} bytes there, got ${bytes.length}; is it something else's entry?`,
    );
  } finally {
    wipe(bytes);
  }
}

/** Stores a new key, unless another process was faster. Returns the stored key. */
async function make(entry: Entry, name: string): Promise<CryptoKey> {
  // Keychains have no "store if missing". So only one process of this user does this at a time.
  const storage = sqliteStorage();
  try {
    return await storage.lock(`keyring ${name}`, async () => (await read(entry)) ?? (await store(entry)));
  } finally {
    await storage.close();
  }
}

async function store(entry: Entry): Promise<CryptoKey> {
  const bytes = randomBytes(SEALING_KEY_LENGTH);
  try {
    await entry.setSecret(bytes);
    const stored = (await entry.getSecret()) ?? [];
    const isSame = equalBytes(Uint8Array.from(stored), bytes);
    stored.fill(0);
    if (!isSame) throw new Error("it doesn't return what was stored in it");
    return await importSealingKey(bytes);
  } finally {
    wipe(bytes);
  }
}

/**
 * Returns the sealing key that the operating system's keychain keeps for this user. Creates it there if it is missing.
 * All processes that ask at the same time get the same key. Needs the package `@napi-rs/keyring`.
 *
 * The keychain protects it like passwords: encrypted while the user is logged out, and available to programs of the
 * logged-in user, on macOS and Windows as far as these systems allow. If the entry is removed, the records that it
 * sealed are unreadable for ever.
 *
 * @returns a non-extractable AES-256-GCM key, for `sealingKey` of a `PowerAuthKeychainConfiguration`
 * @throws WRONG_PARAMETER for invalid names; UNKNOWN_ERROR if there is no keychain, if it is locked or refuses, or if
 *   the entry is not 32 bytes long; the message says which entry and what to do
 *
 * @example
 * ```ts
 * import { keyringSealingKey } from 'powerauth-wasm/sealing-key/keyring';
 *
 * const sealingKey = await keyringSealingKey({ service: 'com.example.bank' });
 * await powerAuth.configure(configuration, undefined, undefined, { sealingKey });
 * ```
 */
export async function keyringSealingKey(options: KeyringSealingKeyOptions = {}): Promise<PowerAuthCryptoKey> {
  const { service = 'powerauth-wasm', account = 'sealing key' } = options;
  assertName(service, 'service');
  assertName(account, 'account');
  const name = `${service} ${account}`;
  return holdProcess(readOrMake(service, account, name));
}

async function readOrMake(service: string, account: string, name: string): Promise<CryptoKey> {
  try {
    const entry = await openEntry(service, account);
    return (await read(entry)) ?? (await make(entry, name));
  } catch (error) {
    throw keychainFailure(name, error);
  }
}

function assertName(value: unknown, field: string): void {
  // NUL ends a string for some keychains.
  if (typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH && !value.includes('\0'))
    return;
  throw failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `${field}: expected a string of 1 to ${MAX_LENGTH} UTF-16 units without NUL, got ${describe(value)}`,
  );
}

function keychainFailure(name: string, cause: unknown): Error {
  if (cause instanceof PowerAuthError) return cause;
  const { code, message } = cause as { code?: unknown; message?: unknown };
  const reason =
    code === 'ERR_MODULE_NOT_FOUND'
      ? 'install the package @napi-rs/keyring, or pass another sealing key'
      : `${String(message)}. Is there a keychain (on Linux a Secret Service, such as GNOME Keyring), and is it unlocked?`;
  return failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `Cannot use the sealing key ${JSON.stringify(name)} in the system's keychain: ${reason}`,
    { cause },
  );
}
