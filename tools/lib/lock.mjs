/**
 * One set-up at a time: `npm test` in two terminals must not pull the files from under each other.
 *
 * @module
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './run.mjs';

const file = join(root, 'build', 'setup.lock');

/** The holder touches its lock this often (ms); one left alone for STALE ms belongs to nobody any more. */
const BEAT = 1000;
const STALE = 10_000;

/** What stands in the lock file, or undefined when it has just gone. */
function holder() {
  try {
    return { pid: readFileSync(file, 'utf8'), age: Date.now() - statSync(file).mtimeMs };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const isMine = () => holder()?.pid === String(process.pid);

/**
 * Takes away a lock whose holder died. Of several that try, `rename` lets one succeed; the last look before it keeps
 * the others from taking the winner's. Should two ever run together all the same, every step is idempotent.
 */
function removeStale() {
  const aside = `${file}.${process.pid}`;
  if ((holder()?.age ?? 0) <= STALE) return;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  rmSync(aside, { force: true });
}

function tryAcquire() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Runs `work` while no other set-up or build of this folder runs; waits for those that do. */
export async function exclusively(work) {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!tryAcquire()) {
    const other = holder();
    if (other === undefined) continue;
    if (other.age > STALE) {
      removeStale();
      continue;
    }
    if (!told) console.log(`> waiting for another set-up of this folder (process ${other.pid})`);
    told = true;
    await sleep(200);
  }
  const beat = setInterval(() => {
    const now = new Date();
    if (isMine()) utimesSync(file, now, now);
  }, BEAT);
  const release = () => {
    if (isMine()) rmSync(file, { force: true });
  };
  process.once('exit', release);
  const interrupted = (signal) => process.exit(signal === 'SIGINT' ? 130 : 143);
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    release();
    process.off('exit', release).off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}
