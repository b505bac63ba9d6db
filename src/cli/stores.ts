/**
 * The storage that a URL names, and the key that seals it.
 *
 * @module
 */

import { isAbsolute, resolve } from 'node:path';
import { PowerAuthError, PowerAuthErrorCode, failure } from '../errors.ts';
import type { PowerAuthStore } from '../records/types.ts';
import { openPrivateFile } from '../storage/node/private-files.ts';
import type { PowerAuthSealingKey, PowerAuthStorage } from '../storage/types.ts';
import { wipe } from '../util/bytes.ts';
import { usage } from './failures.ts';
import type { Settings } from './settings.ts';

const KEY_LENGTH = 32;
const EXPECTED = 'sqlite:DIR, redis://…, rediss://… or postgres://…';

/** A storage and its key. */
export interface OpenStore extends PowerAuthStore {
  /** Closes the storage, and wipes the key. */
  readonly close: () => Promise<void>;
}

/** Which store, in the words of the user. */
export type StoreSettings = Pick<Settings, 'store' | 'storeFile' | 'sealingKey'>;

/** The names of the options, for messages. */
export interface StoreOptions {
  readonly store: string;
  readonly sealingKey: string;
}

const OWN: StoreOptions = { store: '--store', sealingKey: '--sealing-key' };

/**
 * Opens the store that the options name, by default the user's own. Nothing is read or created yet.
 *
 * @throws WRONG_PARAMETER that names the option; UNKNOWN_ERROR for a key or a file that can't be used
 */
export async function openStore(settings: StoreSettings, options = OWN): Promise<OpenStore> {
  const url = await urlOf(settings, options);
  const sealingKey =
    settings.sealingKey === undefined
      ? undefined
      : await readSealingKey(settings.sealingKey, options.sealingKey);
  const storage = await openStorage(url, options);
  if (storage.needsSealingKey !== true || sealingKey !== undefined) {
    const close = async (): Promise<void> => {
      if (sealingKey instanceof Uint8Array) wipe(sealingKey);
      await storage.close();
    };
    return { storage, sealingKey, close };
  }
  await storage.close();
  throw usage(
    `${options.sealingKey}: ${storage.name} needs one: keychain, or file:F with 32 bytes that are the same wherever the store is used`,
  );
}

/** A store for messages: without user and password. */
export function describeStore(url: string | undefined): string {
  if (url === undefined) return "SQLite in the user's data folder";
  return url.replace(/^([a-z]+:\/\/).*@/is, '$1').replace(/\?.*/s, '');
}

/** The URL from the option or from its file. */
export async function urlOf(
  { store, storeFile }: Pick<StoreSettings, 'store' | 'storeFile'>,
  options = OWN,
): Promise<string | undefined> {
  if (store !== undefined && storeFile !== undefined) {
    throw usage(`${options.store}, ${options.store}-file: expected one of them, got both`);
  }
  return storeFile === undefined
    ? store
    : (await readPrivate('File with the URL', storeFile)).toString('utf8').trim();
}

/** The driver is loaded only here: the packages that it needs are the user's choice. */
async function openStorage(url: string | undefined, { store }: StoreOptions): Promise<PowerAuthStorage> {
  const [, scheme, rest = ''] = /^([a-z]+):(.*)$/s.exec(url ?? 'sqlite:') ?? [];
  switch (scheme) {
    case 'sqlite': {
      const { sqliteStorage } = await import('../storage/sqlite.ts');
      // A folder may also be written as in a URL.
      const path = rest.replace(/^\/\/(?=\/)/, '');
      return sqliteStorage(path === '' ? {} : { path: isAbsolute(path) ? path : resolve(path) });
    }
    case 'redis':
    case 'rediss': {
      const { redisStorage } = await import('../storage/redis.ts');
      return redisStorage({ url: url ?? '' });
    }
    case 'postgres':
    case 'postgresql': {
      const { postgresStorage } = await import('../storage/postgres.ts');
      return postgresStorage({ connectionString: url ?? '' });
    }
    default:
      // It may contain a password.
      throw usage(`${store}: expected ${EXPECTED}, got something else`);
  }
}

/**
 * The key that `keychain` or `file:F` names.
 *
 * @throws WRONG_PARAMETER for anything else; UNKNOWN_ERROR for a key that can't be used
 */
export async function readSealingKey(text: string, option: string): Promise<PowerAuthSealingKey> {
  if (text === 'keychain') {
    const { keyringSealingKey } = await import('../sealing-key/keyring.ts');
    return keyringSealingKey();
  }
  if (!text.startsWith('file:') || text === 'file:') {
    // Somebody may have passed the key itself.
    throw usage(`${option}: expected keychain or file:F, got something else`);
  }
  const path = text.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  const bytes = await readPrivate('Sealing key', path);
  if (bytes.length === KEY_LENGTH) return bytes;
  const { length } = bytes;
  wipe(bytes);
  throw storeFailure(`Sealing key ${path}: expected ${KEY_LENGTH} bytes, got ${length}`);
}

async function readPrivate(what: string, path: string): Promise<Buffer> {
  try {
    const handle = await openPrivateFile(what, path);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof PowerAuthError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const remedy =
      code === 'ENOENT' && what === 'Sealing key'
        ? `there is no such file; a new key is made by (umask 077; head -c ${KEY_LENGTH} /dev/urandom > ${path})`
        : `cannot read it (${code ?? 'unknown reason'})`;
    throw storeFailure(`${what} ${path}: ${remedy}`, error);
  }
}

function storeFailure(message: string, cause?: unknown): PowerAuthError {
  return failure(PowerAuthErrorCode.UNKNOWN_ERROR, message, { cause });
}
