/**
 * What whole operations cost, beside a plain client on `node:crypto`, and what a two-factor signature does to the event
 * loop.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasSqlite } from '../../tools/lib/current-node.mjs';
import { inProcess } from '../lib/child.mjs';
import { progress } from '../lib/progress.mjs';
import { rounded } from '../lib/statistics.mjs';

/** Of PBKDF2. */
const ITERATIONS = [10_000, 40_000, 160_000];

const roundAll = (value) => {
  if (typeof value === 'number') return rounded(value);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, roundAll(part)]));
};

/** @param {{ operations: { rounds: number, warmUp: number } }} effort */
export async function measureOperations({ operations: { rounds, warmUp } }) {
  progress('Operations');
  const path = mkdtempSync(join(tmpdir(), 'powerauth-bench-'));
  try {
    // Without SQLite in Node, the row on it is left out.
    const order = { rounds, warmUp, ...(hasSqlite() && { path }) };
    const { operations, parts } = await inProcess('operations-process.mjs', order);
    progress('Two factors');
    const twoFactor = await inProcess('two-factor-process.mjs', { rounds, iterations: ITERATIONS });
    return {
      operations: operations.map(roundAll),
      parts: parts.map(roundAll),
      twoFactor: twoFactor.map(roundAll),
    };
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
