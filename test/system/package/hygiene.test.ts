import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './support.ts';

/** Files in git; in a copy without git there is nothing that could be committed by mistake. */
const tracked = existsSync(join(root, '.git'))
  ? execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
      .split('\0')
      .filter((file) => file !== '' && existsSync(join(root, file)))
  : [];

/** Vectors are others' files, kept as they are; this file names what it looks for. */
const own = tracked.filter(
  (file) => !file.startsWith('test/vectors/') && file !== 'test/system/package/hygiene.test.ts',
);

async function filesWith(pattern: RegExp, files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    files.map(async (file) => {
      const match = pattern.exec(await readFile(join(root, file), 'utf8'));
      return match === null ? [] : [`${file}: ${match[0]}`];
    }),
  );
  return found.flat();
}

describe.skipIf(tracked.length === 0)('tracked files', () => {
  test('name no folder of the machine they were written on', async () => {
    expect(
      await filesWith(/\/work\/[a-z]|\/root\/|\/home\/[a-z]+\/|\/Users\/[a-z]+\/|C:\\\\?Users/, own),
    ).toEqual([]);
    const readable = own.filter((file) => /^(?:src|docs)\/|\.md$/.test(file));
    expect(await filesWith(/\/tmp\//, readable)).toEqual([]);
  });

  test('name no package registry', async () => {
    expect(await filesWith(/registry\.npmjs|registry\.yarnpkg|repo\.maven|"resolved":/, own)).toEqual([]);
  });

  test('hold nothing that is built or installed, or a key', () => {
    expect(
      tracked.filter((file) => /^(?:node_modules|dist|build)\/|\.(?:tgz|pem|key|env)$/.test(file)),
    ).toEqual([]);
  });
});

test("the licence is the standard text of Apache-2.0, with nobody else's copyright line", async () => {
  const text = await readFile(join(root, 'LICENSE'), 'utf8');
  const lines = text.split('\n').filter((line) => /^\s*Copyright\b/.test(line));
  expect(lines).toEqual(['   Copyright [yyyy] [name of copyright owner]']);
});

test('the lockfile holds each package to its hash', async () => {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string }>;
  };
  const loose = Object.entries(packages).filter(
    ([path, entry]) => path !== '' && !entry.integrity?.startsWith('sha512-'),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});
