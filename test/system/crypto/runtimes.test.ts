/** The implementation that servers get, in Node, Bun and Deno, and the one of browsers there too. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { cryptoChecks, type WycheproofFiles } from '../../conformance/crypto.ts';
import * as node from '../../../src/crypto/node.ts';
import { root } from '../package/support.ts';
import { wycheproofFiles } from '../../helpers/wycheproof.ts';
import { prepareApp } from '../runtimes/app.mjs';
import { ARGUMENTS, findRuntimes } from '../runtimes/binaries.mjs';

const { bun, deno } = findRuntimes();
const files: WycheproofFiles = wycheproofFiles();
let script: string;
beforeAll(async () => {
  script = join(await prepareApp(), 'crypto.mjs');
}, 120_000);

const RUNTIMES: readonly (readonly [name: string, file: string | undefined, args: readonly string[]])[] = [
  ['Node', process.execPath, []],
  ['Bun', bun, ARGUMENTS.bun],
  ['Deno', deno, ARGUMENTS.deno],
];

// `npm run test:runtimes` installs Bun and Deno.
for (const [name, file, args] of RUNTIMES) {
  test.skipIf(file === undefined)(`all holds in ${name} that holds here`, { timeout: 120_000 }, async () => {
    const { stdout } = await promisify(execFile)(
      file ?? '',
      [...args, script, `${root}test/vectors/wycheproof`],
      {
        cwd: join(script, '..'),
      },
    );
    const titles = ['chosen', 'web'].flatMap((implementation) =>
      cryptoChecks(node, files).map(({ title }) => `${implementation}: ${title}`),
    );
    const expected = [...titles, 'by node:crypto'].map((title) => ({ title }));
    expect(JSON.parse(stdout)).toEqual(expected);
  });
}
