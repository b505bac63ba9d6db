#!/usr/bin/env node
/**
 * Runs a script with a Node that has SQLite: this one, else a current one beside it.
 *
 *     node tools/with-node.mjs [--if-old] <script> <argument…>
 *
 * With `--if-old` it does nothing where this Node has SQLite.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { currentNode, hasSqlite } from './lib/current-node.mjs';
import { exclusively } from './lib/lock.mjs';
import { main, root } from './lib/run.mjs';

const onlyIfOld = process.argv[2] === '--if-old';
const args = process.argv.slice(onlyIfOld ? 3 : 2);

await main(async () => {
  if (onlyIfOld && hasSqlite()) return;
  let node = '';
  await exclusively(async () => (node = await currentNode()));
  // Whatever it starts by the name of node is this one as well.
  const PATH = [dirname(node), process.env.PATH].join(delimiter);
  const child = spawn(node, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH } });
  child.on('error', (error) => {
    throw error;
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('close', (code, signal) => {
    if (signal) process.kill(process.pid, signal);
    process.exitCode = code ?? 1;
  });
});
