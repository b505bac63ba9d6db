/**
 * A sealing key in a file that only its owner can read, and how it is replaced by another one:
 *
 * ```
 *  sealing.key                        one key: it seals
 *  sealing.key, sealing.key.next      the next one seals, both unseal
 *  sealing.key                        the next one, renamed
 * ```
 *
 * A file system carries out each step completely or not at all.
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
 * Returns the key in `<folder>/sealing.key`. Creates it (folder 0700, file 0600) if it is missing. All processes that
 * ask at the same time get the same key.
 *
 * @returns the key; while it is being replaced, the next key and then this one
 * @throws UNKNOWN_ERROR if the folder or the file belongs to a user other than this one or root, if others may write to
 *   the folder or read the file, if the file is a symbolic link or not 32 bytes long, or if it can't be read or
 *   created; the message says what to do
 */
export async function readOrCreateKeyFile(folder: string): Promise<CryptoKey | readonly CryptoKey[]> {
  return withNext(folder, async (path) => {
    const present = await readIfThere(folder, path);
    if (present !== undefined) return present;
    try {
      await createKeyFile(folder, path);
      return await readKeyFile(folder, path);
    } catch (error) {
      throw fileFailure('create sealing key', path, error);
    }
  });
}

/**
 * The same for a key that existed before: no new key is created in its place.
 *
 * @throws UNKNOWN_ERROR also if the file is gone
 */
export async function readKeyFileAgain(folder: string): Promise<CryptoKey | readonly CryptoKey[]> {
  return withNext(folder, async (path) => {
    try {
      return await readKeyFile(folder, path);
    } catch (error) {
      throw fileFailure('read sealing key', path, error);
    }
  });
}

/** The key that `read` returns, after the one that takes its place if there is one. */
async function withNext(
  folder: string,
  read: (path: string) => Promise<CryptoKey>,
): Promise<CryptoKey | readonly CryptoKey[]> {
  const path = join(folder, FILE_NAME);
  // Read first, because it may get the name of the other one in the meantime.
  const next = await readIfThere(folder, path + NEXT);
  const present = await read(path);
  return next === undefined ? present : [next, present];
}

/**
 * Replaces the current key by a new one. Both exist while `reseal` runs. If it rejects, or the process dies, both stay,
 * and the next call continues with the same new key. Afterwards no file of the folder holds the former key.
 *
 * @throws UNKNOWN_ERROR as for {@link readOrCreateKeyFile}, and if another process has replaced the key in the
 *   meantime; what `reseal` throws
 */
export async function replaceKeyFile(folder: string, reseal: () => Promise<void>): Promise<void> {
  const path = join(folder, FILE_NAME);
  try {
    // Without a current key, two files would claim to be the first.
    await readOrCreateKeyFile(folder);
    await createKeyFile(folder, path + NEXT);
  } catch (error) {
    throw fileFailure('create sealing key', path + NEXT, error);
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
 * Runs `section`, and checks that the file is still the same afterwards: after a long stop of this process, another one
 * may have finished the work and started again.
 *
 * @throws UNKNOWN_ERROR if it is gone or is another file
 */
async function whileTheSame(path: string, section: () => Promise<void>): Promise<void> {
  // The file stays open, so that no other file gets its inode number.
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
      `Sealing key ${path} was replaced by another process in the meantime; the key stays as that process left it. Call again to replace it`,
    );
  } finally {
    await handle.close();
  }
}

/**
 * Removes the files of a process that died while it created a key: they may be other names of the key that is being
 * replaced.
 */
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
    // Another process may have created it a moment ago; records sealed with it must not outlive it.
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
