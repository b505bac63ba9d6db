/** That each attack runs to its end and the package holds; the slower ones by `npm run attacks` alone. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ATTACKS } from './list.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
/** What others import or start. */
const PARTS = ['lib', 'list', 'main', 'memory-victim', 'typescript'];
/** They take seconds; what they show has tests of its own. */
const SLOW = ['commit-cut', 'pins', 'memory-scan', 'hostile-answers', 'held-lock'];

const run = promisify(execFile);
const verdictOf = async (name: string): Promise<string | undefined> => {
  const { stdout } = await run(process.execPath, [`${folder}${name}.mjs`]);
  return stdout.trimEnd().split('\n').at(-1);
};

test('each program is in the list', () => {
  const programs = readdirSync(folder).flatMap((file) => (file.endsWith('.mjs') ? [file.slice(0, -4)] : []));
  expect(programs.sort()).toEqual([...ATTACKS, ...PARTS].sort());
});

test.concurrent.each(ATTACKS.filter((name) => !SLOW.includes(name)))(
  '%s ends, and the package holds',
  async (name) => {
    expect(await verdictOf(name)).toMatch(/^(?:held|(?:inherent|skipped): .+)$/);
  },
);
