/**
 * Entry for runtimes that run a script: `<runtime> crypto.mjs <vectors>` runs the conformance suite of `#crypto` on what
 * this runtime gets by that name, and on the implementation by WebCrypto, and prints the checks as JSON.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import * as web from '../../../src/crypto/web.ts';
import type { PlatformCrypto } from '../../../src/crypto/types.ts';
import { cryptoChecks, WYCHEPROOF, type WycheproofFiles } from '../../conformance/crypto.ts';

const [, , folder = ''] = process.argv;
const files = Object.fromEntries(
  WYCHEPROOF.map((name) => [
    name,
    JSON.parse(readFileSync(`${folder}/${name}_test.json`, 'utf8')) as unknown,
  ]),
) as WycheproofFiles;
/** Written beside the package's manifest by ./app.mjs, which no compiler finds. */
const path = './node_modules/powerauth-wasm/chosen-crypto.mjs';
const chosen = (await import(path)) as PlatformCrypto;

const checks: { title: string; error?: string }[] = [];
for (const [name, implementation] of Object.entries({ chosen, web })) {
  for (const { title, run } of cryptoChecks(implementation, files)) {
    try {
      await run();
      checks.push({ title: `${name}: ${title}` });
    } catch (error) {
      checks.push({ title: `${name}: ${title}`, error: String(error) });
    }
  }
}
// The text of a function tells which file was chosen.
const { sha256 } = chosen as unknown as Record<string, (data: Uint8Array) => Uint8Array>;
checks.push({ title: `by ${String(sha256).includes('crypto.hash') ? 'node:crypto' : 'WebCrypto'}` });
console.log(JSON.stringify(checks));
