/**
 * Entry for runtimes that run a script: `<runtime> process.mjs <origin> [memory]` prints the report as JSON; with
 * `memory` the default storage is left out.
 *
 * @module
 */
import { runSuite } from './suite.ts';

const [, , origin = '', kind] = process.argv;
console.log(
  JSON.stringify(
    // Node's fetch is made with WebAssembly, and its first use without that ends the process: nothing to send with.
    await runSuite(typeof WebAssembly === 'undefined' ? {} : { origin, byDefault: kind !== 'memory' }),
  ),
);
