/**
 * A sealing key in a file that only its owner can read.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { wipe } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import { fileFailure } from './file-failure.ts';
import { syncFolder } from './lmdb-folder.ts';
import { importSealingKey, SEALING_KEY_LENGTH } from './sealing-key.ts';

const FILE_NAME = 'sealing.key';

/**
 * The key in `<folder>/sealing.key`; made there (folder 0700, file 0600) where it is missing. However many processes ask
 * at once, all get the same one.
 *
 * @throws UNKNOWN_ERROR when others may read the file, when it is not 32 bytes long, or when it cannot be read or made
 */
export async function readOrCreateKeyFile(folder: string): Promise<CryptoKey> {
  const path = join(folder, FILE_NAME);
  try {
    return await readKeyFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw fileFailure('read sealing key', path, error);
  }
  try {
    await createKeyFile(folder, path);
    return await readKeyFile(path);
  } catch (error) {
    throw fileFailure('make sealing key', path, error);
  }
}

async function readKeyFile(path: string): Promise<CryptoKey> {
  const handle = await open(path, 'r');
  const bytes = Buffer.alloc(SEALING_KEY_LENGTH);
  try {
    const { mode, size } = await handle.stat();
    // Windows has no such bits; there the user's own folder protects the file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw failure(
        PowerAuthErrorCode.UNKNOWN_ERROR,
        `Sealing key ${path}: others may read or change it (mode 0${(mode & 0o777).toString(8)}); run chmod 600 ${path}`,
      );
    }
    const { bytesRead } = await handle.read(bytes, 0, SEALING_KEY_LENGTH, 0);
    if (size !== SEALING_KEY_LENGTH || bytesRead !== SEALING_KEY_LENGTH) {
      throw failure(
        PowerAuthErrorCode.UNKNOWN_ERROR,
        `Sealing key ${path}: expected ${SEALING_KEY_LENGTH} bytes, got ${size}; put the right file back`,
      );
    }
    return await importSealingKey(bytes);
  } finally {
    wipe(bytes);
    await handle.close();
  }
}

/** Writes a whole key elsewhere and gives it its name only then, unless another process has been faster. */
async function createKeyFile(folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  const bytes = randomBytes(SEALING_KEY_LENGTH);
  try {
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      wipe(bytes);
      await handle.close();
    }
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(folder);
}
