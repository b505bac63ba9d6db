#!/usr/bin/env node
/**
 * The program `powerauth-wasm`.
 *
 * @module
 */

import { constants } from 'node:os';
import { run } from './run.ts';

/** Those that users and their systems send to end a program, which otherwise would leave a terminal as it is in a prompt. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGALRM', 'SIGTERM', 'SIGUSR2', 'SIGXCPU'] as const;

const interruption = new AbortController();
let ended: number | undefined;
for (const signal of SIGNALS) {
  // What shells report for a process that a signal has ended.
  const code = 128 + constants.signals[signal];
  process.on(signal, () => {
    // The second time the user doesn't want to wait.
    if (ended !== undefined) process.exit(code);
    ended = code;
    interruption.abort();
  });
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`; the command finds out by itself.
  if (error.code === 'EPIPE') return;
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
