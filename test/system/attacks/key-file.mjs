/** Another user of the machine prepares the folder or the key file of a service, and so knows its sealing key. */
import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { attack, temporaryFolder } from './lib.mjs';

const NOBODY = 65534;

await attack('a key file that somebody else has put there', async (stage) => {
  if (process.platform === 'win32') return stage.skip('Windows has no such owners and modes');
  const top = await temporaryFolder(stage);
  await chmod(top, 0o755);
  const known = Buffer.alloc(32, 1);
  /**
   * @param {string} name
   * @param {{ mode?: number, owner?: number, link?: boolean, keyMode?: number }} [settings]
   */
  const prepared = async (name, { mode = 0o700, owner, link = false, keyMode = 0o600 } = {}) => {
    const folder = join(top, name.replaceAll(' ', '-'));
    await mkdir(folder);
    const key = join(folder, 'sealing.key');
    const place = link ? join(top, `elsewhere-${name.length}`) : key;
    await writeFile(place, known, { mode: keyMode });
    if (link) await symlink(place, key);
    if (owner !== undefined) {
      await chown(place, owner, owner);
      if (name.includes('folder')) await chown(folder, owner, owner);
    }
    await chmod(folder, mode);
    const storage = /** @type {Required<import('powerauth-wasm').PowerAuthStorage>} */ (
      sqliteStorage({ path: folder })
    );
    const how = await storage.sealingKey().then(
      () => 'taken',
      () => 'refused',
    );
    await storage.close();
    return how;
  };
  const tell = async (name, expected, settings) => {
    const how = await prepared(name, settings);
    stage.saw(`${name}: ${how}`, how === expected);
  };
  await tell('a key of ones own', 'taken');
  await tell('a folder that others may write', 'refused', { mode: 0o777 });
  await tell('a key that others may read', 'refused', { keyMode: 0o644 });
  await tell('a symbolic link to a key', 'refused', { link: true });
  if (process.getuid?.() !== 0)
    return stage.saw('files of another user were left out: only root can make them');
  await tell('a key of another user', 'refused', { owner: NOBODY });
  await tell('a folder of another user and its key', 'refused', { owner: NOBODY });
});
