/** The test command, in a small project: it fails if the tests or the checks do. */
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../helpers/storage.ts';
import { root, runNode } from './support.ts';

/** Runs it, with tests and a check that end with these codes. */
async function command(tests: number, check: number): Promise<string> {
  const project = await temporaryFolder();
  await mkdir(join(project, 'tools'));
  for (const part of ['check.mjs', 'test.mjs', 'with-node.mjs', 'lib'])
    await cp(join(root, 'tools', part), join(project, 'tools', part), { recursive: true });
  await symlink(join(root, 'tools/node'), join(project, 'tools/node'), 'junction');
  await mkdir(join(project, 'node_modules/vitest'), { recursive: true });
  const runner = `console.log('tests of', process.argv[3]); process.exitCode = ${tests};`;
  await writeFile(join(project, 'node_modules/vitest/vitest.mjs'), runner);
  await writeFile(join(project, 'check.mjs'), `console.log('a finding'); process.exitCode = ${check};`);
  const scripts = { 'check:it': 'node check.mjs' };
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module', scripts }));
  return runNode(['tools/test.mjs', 'some/file'], project);
}

describe('npm test', () => {
  test('runs the tests that are named, then says what was checked', async () => {
    expect(await command(0, 0)).toMatch(/^tests of some\/file\n> check:it: [\d.]+ s\n$/);
  });

  test('fails if a test does', async () => {
    await expect(command(1, 0)).rejects.toThrow(/tests of some\/file\n> check:it/);
  });

  test('fails if a check does, and shows what it found', async () => {
    await expect(command(0, 1)).rejects.toThrow(/tests of some\/file[^]*a finding[^]*Failed/);
  });
});
