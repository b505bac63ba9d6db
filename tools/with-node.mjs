#!/usr/bin/env node
/**
 * Runs a script with a Node that has SQLite: this one, else a current one beside it.
 *
 *     node tools/with-node.mjs <script> <argument…>
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { currentNode } from './lib/current-node.mjs';
import { main, root } from './lib/run.mjs';

await main(async () => {
  const node = await currentNode();
  // What it starts by the name of node is this one as well.
  const PATH = [dirname(node), process.env.PATH].join(delimiter);
  const child = spawn(node, process.argv.slice(2), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH },
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill(signal));
  child.on('close', (code, signal) => {
    if (signal) process.kill(process.pid, signal);
    process.exitCode = code ?? 1;
  });
});
