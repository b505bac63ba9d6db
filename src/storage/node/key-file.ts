/**
 * A sealing key in a file that only its owner can read, and how another one takes its place:
 *
 * ```
 *  sealing.key                        one key: it seals
 *  sealing.key, sealing.key.next      the next one seals, both unseal
 *  sealing.key                        the next one, renamed
 * ```
 *
 * Each step is one that a file system does whole or not at all.
 *
 * @module
 */

import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, PowerAuthErrorCode } from '../../errors.ts';
import { secretBytes, wipe } from '../../util/bytes.ts';
import { randomBytes } from '../../util/random.ts';
import { fileFailure } from './file-failure.ts';
import { makeFolder } from './make-folder.ts';
import { LEFT_OVER, makeNewFile } from './new-file.ts';
import { assertPrivateFolder, openPrivateFile } from './private-files.ts';
import { importSealingKey, SEALING_KEY_LENGTH } from '../sealing-key.ts';
import { syncFolder } from './sync-folder.ts';

const FILE_NAME = 'sealing.key';
const NEXT = '.next';
const WHAT = 'Sealing key';
const FOLDER = 'Folder of the sealing key';

/**
 * The key in `<folder>/sealing.key`; made there (folder 0700, file 0600) where it is missing. However many processes ask
 * at once, all get the same one.
 *
 * @returns the key; while it is being replaced, the next one and then this one
 * @throws UNKNOWN_ERROR when the folder or the file belongs to another user than this one or root, when others may write to
 *   the folder or read the file, when the file is a symbolic link or not 32 bytes long, or when it can't be read or made; the
 *   message says what to do
 */
export async function readOrCreateKeyFile(folder: string): Promise<CryptoKey | readonly CryptoKey[]> {
  const path = join(folder, FILE_NAME);
  // First, because it may get the name of the other one meanwhile.
  const next = await readIfThere(folder, path + NEXT);
  let present = await readIfThere(folder, path);
  if (present === undefined) {
    try {
      await createKeyFile(folder, path);
      present = await readKeyFile(folder, path);
    } catch (error) {
      throw fileFailure('make sealing key', path, error);
    }
  }
  return next === undefined ? present : [next, present];
}

/**
 * The same where the key was there before: no other one is made in its place.
 *
 * @throws UNKNOWN_ERROR also when the file is gone
 */
export async function readKeyFileAgain(folder: string): Promise<CryptoKey | readonly CryptoKey[]> {
  const path = join(folder, FILE_NAME);
  const next = await readIfThere(folder, path + NEXT);
  try {
    const present = await readKeyFile(folder, path);
    return next === undefined ? present : [next, present];
  } catch (error) {
    throw fileFailure('read sealing key', path, error);
  }
}

/**
 * Puts a new key in the place of the present one. While `reseal` runs, both are there. When it rejects, or the process
 * dies, both stay, and the next call goes on with the same new key. Afterwards no file of the folder has the former key.
 *
 * @throws UNKNOWN_ERROR as {@link readOrCreateKeyFile}, and when another process has replaced the key meanwhile; what `reseal` throws
 */
export async function replaceKeyFile(folder: string, reseal: () => Promise<void>): Promise<void> {
  const path = join(folder, FILE_NAME);
  try {
    // Without a file to follow there would be two that claim to be the first.
    await readOrCreateKeyFile(folder);
    await createKeyFile(folder, path + NEXT);
  } catch (error) {
    throw fileFailure('make sealing key', path + NEXT, error);
  }
  await whileTheSame(path + NEXT, reseal);
  try {
    await removeLeftovers(folder);
    await rename(path + NEXT, path);
    await syncFolder(folder);
  } catch (error) {
    throw fileFailure('replace sealing key', path, error);
  }
}

/**
 * Runs `section`, and makes sure that the file is the same one afterwards: a process that was stopped for long may find
 * that another one has ended its work and begun anew.
 *
 * @throws UNKNOWN_ERROR when it is gone or another one
 */
async function whileTheSame(path: string, section: () => Promise<void>): Promise<void> {
  // Open all the while, so that no other file gets its number.
  const handle = await openPrivateFile(WHAT, path).catch((error: unknown) => {
    throw fileFailure('read sealing key', path, error);
  });
  try {
    const { dev, ino } = await handle.stat({ bigint: true });
    await section();
    const present = await lstat(path, { bigint: true }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw fileFailure('read sealing key', path, error);
    });
    if (present?.dev === dev && present.ino === ino) return;
    throw failure(
      PowerAuthErrorCode.UNKNOWN_ERROR,
      `Sealing key ${path} was replaced by another process meanwhile; the key stays as that process left it. Call again to replace it`,
    );
  } finally {
    await handle.close();
  }
}

/** Removes what a process that died while it made a key has left: it may be another name of the key that is replaced. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const isLeft = [FILE_NAME + NEXT, FILE_NAME].some(
      (file) => name.startsWith(file) && LEFT_OVER.test(name.slice(file.length)),
    );
    if (isLeft) await rm(join(folder, name), { force: true });
  }
}

async function readIfThere(folder: string, path: string): Promise<CryptoKey | undefined> {
  try {
    const key = await readKeyFile(folder, path);
    // Another process may have made it a moment ago; what is sealed with it must not outlive it.
    await syncFolder(folder);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileFailure('read sealing key', path, error);
  }
}

async function readKeyFile(folder: string, path: string): Promise<CryptoKey> {
  await assertPrivateFolder(FOLDER, folder);
  const handle = await openPrivateFile(WHAT, path);
  const bytes = secretBytes(SEALING_KEY_LENGTH);
  try {
    const { size } = await handle.stat();
    const { bytesRead } = await handle.read(bytes, 0, SEALING_KEY_LENGTH, 0);
    if (size !== SEALING_KEY_LENGTH || bytesRead !== SEALING_KEY_LENGTH) {
      throw failure(
        PowerAuthErrorCode.UNKNOWN_ERROR,
        `${WHAT} ${path}: expected ${SEALING_KEY_LENGTH} bytes, got ${size}; put the right file back`,
      );
    }
    return await importSealingKey(bytes);
  } finally {
    wipe(bytes);
    await handle.close();
  }
}

/** Makes a key, unless another process has been faster. */
async function createKeyFile(folder: string, path: string): Promise<void> {
  await makeFolder(folder);
  await assertPrivateFolder(FOLDER, folder);
  const bytes = randomBytes(SEALING_KEY_LENGTH);
  try {
    await makeNewFile(path, bytes);
  } finally {
    wipe(bytes);
  }
}
