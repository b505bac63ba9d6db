/**
 * Transactions of one thread, one after another, several jobs in each.
 *
 * A transaction runs from beginning to end without a pause: it contains no callback of a caller and no `await`, so only
 * a process stopped from outside can hold SQLite's write lock for long. If another process has the lock, this one tries
 * again after a short, random time, and the thread is free in the meantime.
 *
 * @module
 */

import { PowerAuthError } from '../../errors.ts';
import { setImmediate, setTimeout } from './clock.ts';
import type { SqlDatabase, SqlStatement } from './engine.ts';
import { isBusy } from './failure.ts';
import { rollBack } from './layout.ts';

/** The most jobs in a transaction: it must not occupy the thread, or block others from the lock, for long. */
const MOST_JOBS = 64;

/** How often the lock is tried without a pause; then the longest pause, in ms. */
const EAGER_ATTEMPTS = 2;
const LONGEST_PAUSE_MS = 4;

/** How long to wait for the lock, in ms; transactions take less than one. */
const PATIENCE_MS = 30_000;

interface Job {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** What a writer needs. */
export interface WriterSettings {
  readonly database: SqlDatabase;
  /** Called after each commit. */
  readonly onCommit: () => void;
  /** The error for a lock that was never freed. */
  readonly lockedError: () => Error;
}

/**
 * Pauses before the next attempt: short, so that nobody falls behind, and random, so that processes don't keep
 * colliding.
 */
export function pauseAfter(attempts: number, random: () => number = Math.random): number {
  return attempts <= EAGER_ATTEMPTS
    ? 0
    : Math.ceil(random() * Math.min(attempts - EAGER_ATTEMPTS, LONGEST_PAUSE_MS));
}

/** Writes of one connection. */
export class Writer {
  readonly #settings: WriterSettings;
  readonly #begin: SqlStatement;
  readonly #commit: SqlStatement;
  #jobs: Job[] = [];
  /** Callers that create a job from what they read right before the transaction. */
  #waiters: Waiter[] = [];
  #isScheduled = false;
  #attempts = 0;
  #waited = 0;
  /** How many jobs share the next transaction: after one that failed, each is tried alone. */
  #together = MOST_JOBS;

  constructor(settings: WriterSettings) {
    this.#settings = settings;
    this.#begin = settings.database.prepare('BEGIN IMMEDIATE');
    this.#commit = settings.database.prepare('COMMIT');
  }

  /**
   * Resolves right before the next attempt to begin a transaction. A job that is created at once from what is read
   * then, without waiting for anything, takes part in that transaction. So others have hardly any time to change what
   * was read.
   */
  soon(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#schedule(0);
    });
  }

  /**
   * Runs `work` in a transaction. Resolves with its result when it is committed. `work` must be quick and may run
   * again; it may throw a PowerAuthError before it writes anything.
   */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule(0);
    });
  }

  #schedule(pause: number): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Runs after the jobs of this turn of the event loop, so that they share the transaction.
    if (pause === 0) setImmediate(() => this.#prepare());
    else setTimeout(() => this.#prepare(), pause);
    this.#waited += pause;
  }

  #prepare(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { resolve } of waiters) resolve();
    if (waiters.length === 0) this.#attempt();
    // Runs after the jobs that they create.
    else setImmediate(() => this.#attempt());
  }

  #attempt(): void {
    this.#isScheduled = false;
    if (this.#jobs.length > 0) this.#transact();
    if (this.#jobs.length + this.#waiters.length > 0) this.#schedule(pauseAfter(this.#attempts));
  }

  #transact(): void {
    const { database } = this.#settings;
    try {
      this.#begin.run();
    } catch (error) {
      if (!isBusy(error)) this.#fail(this.#take(MOST_JOBS), error);
      else if (this.#waited > PATIENCE_MS) this.#giveUp();
      else this.#attempts++;
      return;
    }
    this.#attempts = 0;
    this.#waited = 0;
    const jobs = this.#take(this.#together);
    this.#together = MOST_JOBS;
    try {
      const settle = jobs.map((job) => runJob(job));
      this.#commit.run();
      this.#settings.onCommit();
      for (const tell of settle) tell();
    } catch (error) {
      rollBack(database);
      if (jobs.length === 1) {
        this.#fail(jobs, error);
        return;
      }
      this.#jobs.unshift(...jobs);
      this.#together = 1;
    }
  }

  #giveUp(): void {
    const error = this.#settings.lockedError();
    for (const { reject } of this.#waiters.splice(0)) reject(error);
    this.#fail(this.#take(this.#jobs.length), error);
  }

  #take(count: number): Job[] {
    return this.#jobs.splice(0, count);
  }

  #fail(jobs: readonly Job[], error: unknown): void {
    this.#attempts = 0;
    this.#waited = 0;
    for (const { reject } of jobs) reject(error);
  }
}

/** Returns a function that informs the caller once the transaction is committed. */
function runJob({ work, resolve, reject }: Job): () => void {
  try {
    const value = work();
    return () => resolve(value);
  } catch (error) {
    if (!(error instanceof PowerAuthError)) throw error;
    return () => reject(error);
  }
}
