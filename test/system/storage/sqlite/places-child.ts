/**
 * What another user's process does in a folder: `node … <command> <folder> <user>`. Run by root it
 * becomes that user.
 */
import { chmodSync } from 'node:fs';
import { sqliteStorage } from '../../../../src/storage/sqlite.ts';
import { sqliteEngine } from '../../../../src/storage/sqlite/engine.ts';

const [command = '', folder = '', user = '65534'] = process.argv.slice(2);

async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    return { code, message };
  }
}

function becomeUser(): void {
  // Loaded while that is possible.
  sqliteEngine();
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(Number(user));
  process.setuid?.(Number(user));
}

const text = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString();

const commands: Record<string, () => Promise<void>> = {
  /** Writes and reads. */
  async use() {
    const storage = sqliteStorage({ path: folder });
    process.send?.(
      await outcome(
        storage.set('key', Buffer.from('value')).then(async () => text(await storage.get('key'))),
      ),
    );
    await storage.close();
  },

  /** Loses the permission to its own folder while it uses it, and gets it back. */
  async permission() {
    chmodSync(folder, 0o700);
    const storage = sqliteStorage({ path: folder });
    await storage.set('kept', Buffer.from('kept'));
    process.send?.('stored');
    chmodSync(folder, 0);
    const set = await outcome(storage.set('refused', Buffer.from('x')));
    const get = await outcome(storage.get('kept'));
    const lock = await outcome(storage.lock('lock', async () => 'ran'));
    process.send?.({ set, get, lock });
    chmodSync(folder, 0o700);
    await storage.set('after', Buffer.from('after'));
    process.send?.({ kept: text(await storage.get('kept')), after: text(await storage.get('after')) });
    await storage.close();
  },
};

async function main(): Promise<void> {
  becomeUser();
  await commands[command]?.();
  process.disconnect();
}

void main();
