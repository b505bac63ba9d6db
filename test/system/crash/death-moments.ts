/**
 * The moments at which a thread that uses SQLite can die: before and after each statement and each call for a file, and
 * while a file is being synchronised. Loaded before the driver, which then runs through them.
 *
 * @module
 */

import workerThreads, { Worker, type WorkerOptions } from 'node:worker_threads';
import { syncBuiltinESMExports } from 'node:module';

/** Whose moment it is: a thread's that uses the storage, or that of the storage's own thread for checkpoints. */
export type Where = 'user' | 'helper';

/** How it ends; `terminate` ends a thread from outside. */
export type Death = 'exit' | 'throw' | 'SIGKILL' | 'SIGSTOP' | 'terminate';

/** What to do at which moment; all threads of a process share it. */
export interface Plan {
  readonly where: Where;
  /** The number of the moment, from 1 on; 0 for none. */
  readonly at: number;
  readonly death: Death;
  /** A file to which each moment's name is added. */
  readonly log: string;
  /** One cell for each state: whether moments count, and whether somebody stands still at his. */
  readonly cells: SharedArrayBuffer;
}

/** A moment that has come, as it is in the log. */
export interface Moment {
  readonly where: Where;
  readonly name: string;
  /** Whether the thread is inside a transaction, and so has SQLite's lock for writing. */
  readonly isWriting: boolean;
  /** When it came, as the clock tells it. */
  readonly time: number;
}

const COUNTING = 0;
const STANDING = 1;

/** Makes moments in the thread that runs it. It stands by itself, because the helper's thread gets it as text. */
function watch(told: { plan?: Plan }, where: Where): (name: string) => void {
  /* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument -- wraps whatever is there */
  const load = (name: string): any => process.getBuiltinModule(name);
  const fs = load('node:fs');
  const { DatabaseSync, StatementSync } = load('node:sqlite');
  const appendFileSync = fs.appendFileSync;
  let passed = 0;
  let isWriting = false;

  const die = (plan: Plan, cells: Int32Array<SharedArrayBuffer>): void => {
    const stand = (): void => {
      Atomics.store(cells, 1, 1);
      Atomics.notify(cells, 1);
      Atomics.wait(cells, 1, 1);
    };
    if (plan.death === 'SIGKILL' || plan.death === 'SIGSTOP') {
      process.kill(process.pid, plan.death);
      // The signal may take a moment to reach this thread; nothing may happen in between.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    } else if (where === 'helper' || plan.death === 'terminate') stand();
    else if (plan.death === 'exit') process.exit(7);
    else {
      process.nextTick(() => {
        throw new Error('nobody catches this');
      });
    }
  };

  const pass = (name: string): void => {
    const { plan } = told;
    if (plan === undefined) return;
    const cells = new Int32Array(plan.cells);
    if (Atomics.load(cells, 0) === 0) return;
    const moment: Moment = { where, name, isWriting, time: Date.now() };
    appendFileSync(plan.log, `${JSON.stringify(moment)}\n`);
    if (where === plan.where && ++passed === plan.at) die(plan, cells);
  };

  const wrap = (owner: any, method: string, title: (self: any, args: unknown[]) => string): void => {
    const original = owner[method];
    owner[method] = function (this: unknown, ...args: unknown[]): unknown {
      const name = title(this, args);
      pass(`before ${name}`);
      const result = Reflect.apply(original, this, args);
      if (name.startsWith('BEGIN IMMEDIATE')) isWriting = true;
      if (/^(COMMIT|ROLLBACK)/.test(name)) isWriting = false;
      pass(`after ${name}`);
      return result;
    };
  };
  const short = (sql: unknown): string => String(sql).trim().split(/\s+/).slice(0, 4).join(' ');
  wrap(DatabaseSync.prototype, 'exec', (_, [sql]) => short(sql));
  wrap(DatabaseSync.prototype, 'close', () => 'close of the database');
  for (const method of ['run', 'get', 'all'])
    wrap(StatementSync.prototype, method, (self) => short(self.sourceSQL));
  const { promises } = fs;
  const { open } = promises;
  promises.open = async (...args: any[]): Promise<unknown> => {
    const name = String(args[0]).split(/[/\\]/).at(-1) ?? '';
    pass(`before opening ${name}`);
    const handle = await open(...args);
    for (const method of ['sync', 'datasync', 'close']) {
      const original = handle[method].bind(handle);
      handle[method] = async (): Promise<void> => {
        pass(`before ${method} of ${name}`);
        const done = original();
        pass(`during ${method} of ${name}`);
        await done;
        pass(`after ${method} of ${name}`);
      };
    }
    pass(`after opening ${name}`);
    return handle as unknown;
  };
  return pass;
}

const here: { plan?: Plan } = {};

/** A moment of this thread's own. */
export const pass = watch(here, 'user');

workerThreads.Worker = class extends Worker {
  constructor(code: string | URL, options: WorkerOptions) {
    // The threads that the storage starts are given as code.
    const helper = `(${watch.toString()})(require('node:worker_threads').workerData, 'helper');`;
    super(options.eval === true ? helper + String(code) : code, {
      ...options,
      workerData: { ...(options.workerData as object), plan: here.plan },
    });
  }
};
// Anyone who imports them by their names gets these.
syncBuiltinESMExports();

/** Makes the moments of this thread, and of those that it starts, count, or no longer. */
export function count(plan: Plan, on: boolean): void {
  here.plan = plan;
  Atomics.store(new Int32Array(plan.cells), COUNTING, on ? 1 : 0);
}

/** Resolved when a thread stands still at its moment. */
export async function somebodyStands(plan: Plan): Promise<void> {
  // Newer than the library that the sources are compiled with.
  const newer = Atomics as unknown as {
    waitAsync(cells: Int32Array, at: number, value: number): { value: Promise<string> | string };
  };
  await newer.waitAsync(new Int32Array(plan.cells), STANDING, 0).value;
}
