/** What lies on the disk, and what a script can read of it: no secret in clear, in whatever form. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { launchProfile } from '../../helpers/browser.ts';
import { formsOf, foundIn, textForms, type Forms } from '../../helpers/forms.ts';
import { describeWith } from '../../helpers/programs.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { clientIn, clientOrigin } from './origin.ts';

async function foundUnder(folder: string, forms: Forms): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // A browser at work removes files.
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    found.push(...foundIn(content, forms).map((form) => `${form}: ${path.slice(folder.length)}`));
  }
  return found;
}

/** Everything that a script of the origin can read, as one text; keys that it could export among it. */
const readAll = async (): Promise<string> => {
  const parts = [JSON.stringify(Object.entries(localStorage)), document.cookie, ...(await caches.keys())];
  const settled = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('failed'));
    });
  for (const { name = '' } of await indexedDB.databases()) {
    const db = await settled(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const records = db.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([settled(records.getAllKeys()), settled(records.getAll())]);
      for (const [i, key] of keys.entries()) {
        const value: unknown = values[i];
        let text = JSON.stringify(value);
        if (value instanceof Uint8Array)
          text = [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        if (value instanceof CryptoKey) {
          const exports = ['raw', 'jwk'].map((format) => crypto.subtle.exportKey(format as 'raw', value));
          const outcomes = await Promise.allSettled(exports);
          text = JSON.stringify([
            value.extractable,
            value.algorithm,
            ...outcomes.map((outcome) =>
              outcome.status === 'rejected' ? String(outcome.reason) : 'exported',
            ),
          ]);
        }
        parts.push(`${name} ${store} ${JSON.stringify(key)} ${text}`);
      }
    }
    db.close();
  }
  return parts.join('\n');
};

for (const browser of ['chromium', 'firefox'] as const) {
  describeWith(browser, `in ${browser}`, () => {
    test('no secret lies there in clear', async () => {
      const { server, origin, configuration } = await clientOrigin();
      const folder = await temporaryFolder();
      const context = await launchProfile(browser, folder);
      let isOpen = true;
      const close = async (): Promise<void> => {
        if (isOpen) await context.close();
        isOpen = false;
      };
      onTestFinished(close);
      const page = await context.newPage();
      await page.goto(origin);
      const call = clientIn(page);
      await call('configure', configuration);
      const { activationId, activationCode } = server.createActivation();
      await call('activate', activationCode);
      server.commitActivation(activationId);
      const before = await call('secrets');
      const tokenName = `name ${randomBytes(8).toString('hex')}`;
      await call('requestToken', tokenName, 0);
      expect(await call('useToken', tokenName)).toBe(200);
      await call('validate', 1, 0);

      const { password = '', ...keys } = {
        ...(await call('secrets', tokenName)),
        ctrDataBefore: before['ctrData'],
      };
      const forms: Forms = {
        ...textForms('password', password),
        // Not a secret, but private.
        ...textForms('token name', tokenName),
      };
      for (const [name, value = ''] of Object.entries(keys)) {
        const bytes = Buffer.from(value, 'base64');
        expect(bytes.length, name).toBeGreaterThanOrEqual(16);
        Object.assign(forms, formsOf(name, bytes));
      }
      expect(Object.keys(keys)).toEqual(
        expect.arrayContaining([
          'tokenSecret',
          'possessionKey',
          'transportKey',
          'knowledgeKey',
          'ctrData',
        ]) as [],
      );

      // What must be found, or else nothing was looked for. Firefox compresses what it stores (Snappy), and so would write
      // the second of two equal parts otherwise: these bytes have none in any form.
      const marker = formsOf('marker', Buffer.from('74b5b07fe33c1a905d948578e4f73fda', 'hex'));
      await page.evaluate(
        (values) =>
          new Promise<void>((resolve) => {
            const request = indexedDB.open('marker', 1);
            request.onupgradeneeded = () => request.result.createObjectStore('markers');
            request.onsuccess = () => {
              const transaction = request.result.transaction('markers', 'readwrite', {
                durability: 'strict',
              });
              values.forEach((value, i) => transaction.objectStore('markers').put(Uint8Array.from(value), i));
              transaction.oncomplete = () => resolve();
              request.result.close();
            };
          }),
        Object.values(marker).map((form) => [...form]),
      );

      const readable = await page.evaluate(readAll);
      expect(foundIn(Buffer.from(readable), forms)).toEqual([]);
      expect(readable).toContain(marker['marker, hex']?.toString());
      const sealingKeys = readable.split('\n').filter((line) => line.includes(' "sealing-key" '));
      expect(sealingKeys).toHaveLength(1);
      expect(sealingKeys[0]).toMatch(
        /\[false,\{.*"AES-GCM".*\},"InvalidAccessError.*","InvalidAccessError.*"\]$/,
      );
      expect(readable.split('\n').filter((line) => /\/(activation|token\/)/.test(line))).toHaveLength(2);

      expect(await foundUnder(folder, forms)).toEqual([]);
      await close();
      expect(await foundUnder(folder, forms)).toEqual([]);
      const markers = await foundUnder(folder, marker);
      expect(new Set(markers.map((line) => line.split(':')[0]))).toEqual(new Set(Object.keys(marker)));
    });
  });
}
