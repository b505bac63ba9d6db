/**
 * A thread that runs SQL that would block this one: checkpoints, which copy and synchronise files.
 *
 * Its code is a string, so that bundlers needn't know about it. It uses the same library, because one copy of SQLite
 * doesn't know the locks that another copy holds in the same process.
 *
 * @module
 */

import { Worker } from 'node:worker_threads';
import { keepsNothingAlive, type Timer } from '../../util/timers.ts';
import { clearTimeout, setTimeout } from './clock.ts';
import { sqliteEngine, type SqlDatabase } from './engine.ts';

/** How long an idle thread is kept, in ms. */
const IDLE_MS = 5000;

/**
 * How long its SQL waits for locks, in ms: longer than writes and reads take. A checkpoint that waits for a reader
 * prevents others from writing and its own process from ending, and that reader may be a stopped process.
 */
const PATIENCE_MS = 50;

const CODE = `
const { parentPort, workerData } = require('node:worker_threads');
const { library, path, timeout } = workerData;
process.emitWarning = () => undefined;
const Database = library === 'node:sqlite' ? require(library).DatabaseSync : require(library);
const database = new Database(path, { timeout });
database.exec('PRAGMA busy_timeout = ' + timeout + '; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA checkpoint_fullfsync = ON');
parentPort.on('message', (sql) => {
  if (sql === undefined) {
    database.close();
    return parentPort.postMessage({ rows: [] });
  }
  try {
    parentPort.postMessage({ rows: database.prepare(sql).all().map((row) => ({ ...row })) });
  } catch ({ message, code, errcode }) {
    parentPort.postMessage({ error: { message, code, errcode } });
  }
});
`;

type Answer = { readonly rows: Record<string, unknown>[] } | { readonly error: object };

/** A thread of one store. It is started when it is needed, and ended when it is idle. */
export class HelperThread {
  readonly #path: string;
  readonly #fallback: SqlDatabase;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #idle: Timer | undefined;

  /** @param fallback a connection of this thread, used if no helper thread is available */
  constructor(path: string, fallback: SqlDatabase) {
    this.#path = path;
    this.#fallback = fallback;
  }

  /** The rows of one statement; statements run one after another. */
  run(sql: string): Promise<Record<string, unknown>[]> {
    const rows = this.#last.then(() => this.#run(sql));
    this.#last = rows.catch(() => undefined);
    return rows;
  }

  /** Resolves when the thread has closed the files. */
  async close(): Promise<void> {
    await this.#last;
    await this.#end();
  }

  async #run(sql: string): Promise<Record<string, unknown>[]> {
    const answer = await this.#ask(sql);
    // This thread is blocked now and then; nothing else is lost.
    if (answer === undefined) return this.#fallback.prepare(sql).all() as Record<string, unknown>[];
    if ('error' in answer) throw Object.assign(new Error(), answer.error);
    return answer.rows;
  }

  /** Undefined if a thread isn't permitted, can't be started, or can't open the file, although this one has it open. */
  async #ask(sql: string): Promise<Answer | undefined> {
    clearTimeout(this.#idle);
    try {
      this.#worker ??= this.#start();
      return await answerOf(this.#worker, sql);
    } catch {
      return undefined;
    } finally {
      this.#idle = keepsNothingAlive(setTimeout(() => void this.#end(), IDLE_MS));
    }
  }

  #start(): Worker {
    const { module } = sqliteEngine();
    const worker = new Worker(CODE, {
      eval: true,
      workerData: { library: module, path: this.#path, timeout: PATIENCE_MS },
      // The app's loaders are useless here, and take time.
      execArgv: [],
    });
    worker.unref();
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    worker.once('exit', forget).once('error', forget);
    return worker;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    // The thread may have ended already.
    await answerOf(worker, undefined).catch(() => undefined);
    await worker.terminate();
  }
}

/** Runs a statement in the thread, or closes its database. */
function answerOf(worker: Worker, sql: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const exited = (): void => settle(() => reject(new Error('The thread for checkpoints has ended')));
    const settle = (tell: () => void): void => {
      worker.off('message', told).off('error', failed).off('exit', exited);
      tell();
    };
    const told = (answer: Answer): void => settle(() => resolve(answer));
    const failed = (error: unknown): void =>
      settle(() => reject(error instanceof Error ? error : new Error(String(error))));
    worker.on('message', told).on('error', failed).on('exit', exited);
    worker.postMessage(sql);
  });
}
