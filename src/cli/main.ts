#!/usr/bin/env node
/**
 * The program `powerauth-wasm`.
 *
 * @module
 */

import { run } from './run.ts';

/** What shells report for a process that a signal has ended. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const interruption = new AbortController();
let ended: number | undefined;
for (const [signal, code] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    // The second time the user doesn't want to wait.
    if (ended !== undefined) process.exit(code);
    ended = code;
    interruption.abort();
  });
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, is no failure; but a failure stays one.
  if (error.code === 'EPIPE') process.exit(ended ?? process.exitCode);
  process.stderr.write(`error: cannot write to stdout (${error.code ?? 'unknown reason'})\n`);
  process.exit(1);
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  // Nobody reads the messages; the command goes on.
  if (error.code !== 'EPIPE') throw error;
});

const { stdin, stdout, stderr, env } = process;
process.exitCode = await run(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  signal: interruption.signal,
});
// A pipe may still hold a part of the output.
await Promise.all(
  [stdout, stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
);
process.exit(ended ?? process.exitCode);
